"""postern-auth gone wrong: a fake one beside smtpd crashes, hangs, lies, answers badly or too late.

The client is told 454, the log says why in one line, and the connection goes on: the same client logs
in as soon as postern-auth is well again. Nothing but a whole, timely, canonical yes logs anybody in.
"""

import base64
import os
import shutil
import time

from client import Case, Client, children, descriptors, each, helper, place, run_side_by_side, until
from wire import NUMBERS, pack

assert run_side_by_side  # the fixture `crowd`
PASSWORD = "correct horse battery"
TOKEN = base64.b64encode(("\0alice\0" + PASSWORD).encode()).decode()
AT_ONCE = 20  # the slowest ten wait for half a minute
ANSWER_S = 30  # how long the monitor waits for an answer


def verdict(what="YES", why="NONE", login="alice", **other):
    """The record; `other` sets fields to what no verdict has."""
    return pack("wire_verdict", **{"type": NUMBERS["WIRE_VERDICT"], "verdict": NUMBERS[what],
                                   "reason": NUMBERS["REASON_" + why], "login": login, **other})


def more(challenge=b""):
    return pack("wire_more", type=NUMBERS["WIRE_MORE"]) + challenge


def send(octets):
    return "send " + octets.hex()


YES = verdict()
ASKED = ["lifeline", "receive", "receive"]  # the first record, the first token
WELL = [*ASKED, send(YES)]


class Fake:
    """Programs with a postern-auth of our own beside smtpd."""

    def __init__(self, programs, scratch):
        self.programs, self.folder = programs, scratch.path("programs")
        os.mkdir(self.folder, 0o755)
        shutil.copy(programs.path("smtpd"), self.folder)
        shutil.copy(helper(programs, "fake-auth"), self.path("postern-auth"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def does(self, *deeds):
        with open(self.path("auth.mode"), "w", encoding="latin-1") as file:
            file.write("\n".join([*deeds, ""]))


class Setting:
    """A place with a fake, and a client that has said EHLO."""

    def __init__(self, programs, way, **settings):
        self.where = place(programs, way, networks="192.0.2.1", **settings)
        self.programs = programs

    def __enter__(self):
        self.scratch = self.where.__enter__()
        self.scratch.secrets |= {PASSWORD.encode(), TOKEN.encode()}
        self.fake = Fake(self.programs, self.scratch)
        self.scratch.programs = self.fake
        self.client = Client(self.scratch).hello()
        return self

    def __exit__(self, *what):
        return self.where.__exit__(*what)

    def is_unavailable(self, reply, *words):
        """454, and nothing of it stays: no login, no process, no descriptor."""
        assert reply.startswith("454 4.7.0"), reply
        assert not self.client.has_child("postern-auth")
        self.client.expect("MAIL FROM:<a@office.example>", "530 5.7.0")
        self.scratch.wait_logged('auth result=unavailable mechanism=PLAIN user="?" reason=plugin')
        for word in words:
            assert [line for line in self.scratch.logged("auth result=unavailable") if word in line], word

    def goes_on(self):
        """The same client logs in when postern-auth is well again."""
        self.fake.does(*WELL)
        self.client.expect("AUTH PLAIN " + TOKEN, "235 2.7.0")
        self.client.expect("MAIL FROM:<a@office.example>", "250 2.1.0")
        self.client.quit()
        assert self.scratch.logged("auth result=ok mechanism=PLAIN user=alice")
        assert not self.scratch.logged("auth result=fail")


def open_descriptors(client):
    try:
        return len(descriptors(client.monitor))
    except PermissionError:  # not root: nobody looks into a monitor
        return None


# --- wrong in one deed: name, deeds, a word of the log, and the settings ---

def wrong(programs, way, name):
    deeds, word = WRONG[name]
    with Setting(programs, way) as setting:
        client = setting.client
        before = open_descriptors(client)
        # At the first token, at the second, and without an initial response.
        setting.fake.does(*deeds)
        setting.is_unavailable(client.say("AUTH PLAIN " + TOKEN), word)
        setting.is_unavailable(client.say("AUTH PLAIN " + TOKEN))
        if deeds[:len(ASKED)] == ASKED:
            setting.fake.does(*ASKED, send(more()), "receive", *deeds[len(ASKED):])
            client.expect("AUTH PLAIN", "334")
            setting.is_unavailable(client.say(TOKEN))
        assert open_descriptors(client) == before
        setting.goes_on()


def answers(*records):
    return [*ASKED, *[send(record) for record in records]]


WRONG = {
    # It dies.
    "crashes at once": (["signal 11"], "signal 11"),
    "crashes before the token": (["receive", "signal 6"], "signal 6"),
    "crashes at the token": ([*ASKED, "signal 11"], "signal 11"),
    "is killed": ([*ASKED, "signal 9"], "signal 9"),
    "calls what its filter forbids": ([*ASKED, "signal 31"], "signal 31"),
    "leaves at once": (["exit 0"], "ended without a verdict"),
    "leaves with a status": (["exit 3"], "exit status 3"),
    "cannot find a library": (["say libsasl2.so.2: cannot open shared object file", "exit 127"],
                              "libsasl2.so.2: cannot open"),
    "says much and dies": (["say " + "x" * 4000, "signal 11"], "xxx"),
    "says odd words": (["say a\tb\x1b[31m\"quoted\" \xe4", "exit 1"], "a b"),
    "leaves at the token": ([*ASKED, "exit 0"], "ended without a verdict"),
    "leaves with a status at the token": ([*ASKED, "exit 1"], "exit status 1"),
    "closes the wire and stays": ([*ASKED, "close", "sleep 20000"], "ended without a verdict"),
    "closes the wire and leaves": ([*ASKED, "close", "exit 0"], "ended without a verdict"),
    # It answers badly.
    "no octets": ([*ASKED, "empty", "sleep 500"], ""),
    "one octet": (answers(YES[:1]), "answered badly"),
    "a short yes": (answers(YES[:-1]), "answered badly"),
    "a long yes": (answers(YES + b"\0"), "answered badly"),
    "a very long yes": ([*ASKED, "fill %s 60000" % YES.hex()], ""),
    "a yes with a descriptor": ([*ASKED, "descriptor " + YES.hex()], ""),
    "a challenge with a descriptor": ([*ASKED, "descriptor " + more(b"QUFB").hex()], ""),
    "twice yes": (answers(YES, YES), "answered badly"),
    "no, then yes": (answers(verdict("NO", "WRONG"), YES), "answered badly"),
    "yes, then no": (answers(YES, verdict("NO", "WRONG")), "answered badly"),
    "yes, then more": (answers(YES, more()), "answered badly"),
    "yes, then nothing, which is an end, and a crash": ([*answers(YES), "empty", "signal 11"], "signal 11"),
    "another type": (answers(bytes([NUMBERS["WIRE_AUTH"]]) + YES[1:]), "answered badly"),
    "a question of the session's": (answers(b"\x01" + YES[1:]), "answered badly"),
    "type 0": (answers(b"\0" + YES[1:]), "answered badly"),
    "verdict 3": (answers(verdict(verdict=3)), "answered badly"),
    "verdict 255": (answers(verdict(verdict=255)), "answered badly"),
    "a reason there is none": (answers(verdict("NO", reason=200)), "answered badly"),
    "yes for a reason": (answers(verdict("YES", "WRONG")), "answered badly"),
    "no for no reason": (answers(verdict("NO", "NONE")), "answered badly"),
    "renew 2": (answers(verdict(renew=2)), "answered badly"),
    "a challenge of one line too many": (answers(more(b"QUFB\r\n235 2.7.0 You are logged in")), "answered badly"),
    "a challenge with NUL": (answers(more(b"QUFB\0")), "answered badly"),
    "a challenge with a blank": (answers(more(b"QU FB")), "answered badly"),
    "a challenge with 8 bits": (answers(more(b"QU\xe4B")), "answered badly"),
    "a challenge too long": ([*ASKED, "fill %s %d" % (more().hex(), NUMBERS["WIRE_TOKEN_MAX"] + 1)], ""),
    "a challenge far too long": ([*ASKED, "fill %s 100000" % more().hex()], ""),
    # It says yes, and does not end as it must.
    "yes and a crash": ([*answers(YES), "signal 11"], "signal 11"),
    "yes and an abort": ([*answers(YES), "signal 6"], "signal 6"),
    "yes and TERM": ([*answers(YES), "signal 15"], "signal 15"),
    "yes and status 1": ([*answers(YES), "exit 1"], "exit status 1"),
    "yes and status 256": ([*answers(YES), "exit 255"], "exit status 255"),
    "yes and a stop": ([*answers(YES), "signal 19"], "did not end"),
    "yes and it stays": ([*answers(YES), "sleep 20000"], "did not end"),
    "yes, deaf, and it stays": (["deaf", *answers(YES), "sleep 20000"], "did not end"),
    "yes, the wire closed, and it stays": ([*answers(YES), "close", "sleep 20000"], "did not end"),
    "yes, and it ends too late": ([*answers(YES), "sleep 2600", "exit 0"], "did not end"),
    "yes, and a child holds the wire": ([*answers(YES), "child", "exit 0"], "did not end"),
    "no, and a child holds the wire": ([*answers(verdict("NO", "WRONG")), "child", "exit 0"], "did not end"),
    # It says yes of nobody.
    "no login": (answers(verdict(login=b"")), ""),
    "a login without an end": (answers(verdict(login=b"a" * 256)), "answered badly"),
    "a login too long for one": (answers(verdict(login=b"a" * 65)), "no canonical login"),
    "a login that fills its field": (answers(verdict(login=b"a@" + b"b" * 253)), None),
    "a login with capitals": (answers(verdict(login="Alice")), "no canonical login"),
    "a login like an option": (answers(verdict(login="-alice")), "no canonical login"),
    "a login with an empty realm": (answers(verdict(login="alice@")), "no canonical login"),
    "a login with two realms": (answers(verdict(login="alice@a@b")), "no canonical login"),
    "a login with a slash": (answers(verdict(login="../alice")), "no canonical login"),
    "a login with quotes": (answers(verdict(login='a"b')), "no canonical login"),
    "a login with a tab": (answers(verdict(login="ali\tce")), "answered badly"),
    "a login with a new line": (answers(verdict(login="alice\nauth result=ok")), "answered badly"),
    "a login with a blank": (answers(verdict(login="alice ")), "answered badly"),
    "a login with ESC": (answers(verdict(login="alice\x1b[2J")), "answered badly"),
    "a login with DEL": (answers(verdict(login="alice\x7f")), "answered badly"),
    "a login with 8 bits": (answers(verdict(login="alic\u00e9")), "answered badly"),
    "a no with a tab": (answers(verdict("NO", "WRONG", "ali\tce")), "answered badly"),
    "a no without an end": (answers(verdict("NO", "WRONG", b"a" * 256)), "answered badly"),
}
GOOD = [name for name, (_, word) in WRONG.items() if word is None]


def the_longest_login(programs, way):
    """A login of 255 octets is one: the field is used to its end, and no octet beyond."""
    longest = "a@" + "b" * 253
    with Setting(programs, way) as setting:
        setting.fake.does(*answers(verdict(login=longest)))
        setting.client.expect("AUTH PLAIN " + TOKEN, "235 2.7.0")
        setting.client.quit()
        assert setting.scratch.logged("auth result=ok user=*")


def of_another_realm(programs, way):
    """A bare login where there is a realm is not canonical."""
    with Setting(programs, way, realm="office.example") as setting:
        setting.fake.does(*WELL)
        setting.is_unavailable(setting.client.say("AUTH PLAIN " + TOKEN), "no canonical login")
        setting.fake.does(*answers(verdict(login="alice@office.example")))
        setting.client.expect("AUTH PLAIN " + TOKEN, "235")
        setting.client.quit()


def cannot_be_started(programs, way, how):
    with Setting(programs, way) as setting:
        path = setting.fake.path("postern-auth")
        os.rename(path, path + ".well")
        if how == "folder":
            os.mkdir(path)
        elif how != "missing":
            with open(path, "w", encoding="ascii") as file:
                file.write("no program")
            os.chmod(path, 0o644 if how == "not executable" else 0o755)
        setting.is_unavailable(setting.client.say("AUTH PLAIN " + TOKEN), path)
        setting.client.expect("AUTH PLAIN", "454 4.7.0")
        setting.client.expect("AUTH LOGIN", "454 4.7.0")
        os.rename(path, path + ".bad") if how != "missing" else None
        os.rename(path + ".well", path)
        setting.goes_on()


# --- too slow ---

def never(programs, way, how):
    """No answer until the monitor's own deadline: 454 then, not much later, and the process is gone."""
    deeds = {
        "reads nothing": ["lifeline", "sleep 90000"],
        "reads and hangs": [*ASKED, "sleep 90000"],
        "is deaf": ["deaf", "receive", "receive", "sleep 90000"],
        "is stopped": [*ASKED, "signal 19"],
        "answers too late": [*ASKED, "sleep %d" % (1000 * ANSWER_S + 1500), send(YES)],
    }[how]
    with Setting(programs, way) as setting:
        setting.client.socket.settimeout(ANSWER_S + 15)
        setting.fake.does(*deeds)
        begun = time.monotonic()
        reply = setting.client.say("AUTH PLAIN " + TOKEN)
        assert ANSWER_S - 1 < time.monotonic() - begun < ANSWER_S + 5
        setting.is_unavailable(reply, "no answer in time")
        setting.goes_on()


def slow_but_well(programs, way):
    """One that thinks is waited for, and a signal to the monitor with it."""
    with Setting(programs, way) as setting:
        setting.fake.does(*ASKED, "sleep 1500", send(YES))
        begun = time.monotonic()
        setting.client.expect("AUTH PLAIN " + TOKEN, "235")
        assert time.monotonic() - begun > 1.4
        setting.client.quit()


# --- the client leaves ---

def client_leaves(programs, way, how, when):
    """While postern-auth thinks, or waits for the client: it dies by its lifeline, and nothing is counted."""
    deeds = {
        "lifeline": [*ASKED, "sleep 60000"],
        "deaf": ["deaf", *ASKED, "sleep 60000"],
        "no lifeline": ["receive", "receive", "sleep 60000"],
        "stopped": [*ASKED, "signal 19"],
    }[how]
    with Setting(programs, way) as setting:
        client, scratch = setting.client, setting.scratch
        if when == "second":
            at = deeds.index("sleep 60000") if "sleep 60000" in deeds else deeds.index("signal 19")
            deeds = [*deeds[:at], send(more()), *deeds[at:]]
        setting.fake.does(*deeds)
        if when == "second":
            client.expect("AUTH PLAIN", "334")
        else:
            client.send("AUTH PLAIN %s\r\n" % TOKEN)
        fake = client.started("postern-auth")
        if when == "first":
            time.sleep(0.2)  # it has the token now
        begun = time.monotonic()
        client.close(reset=when == "reset")
        client.run.wait()
        assert time.monotonic() - begun < 3
        assert not os.path.exists("/proc/%d" % fake) and fake not in children()
        assert scratch.logged("disconnect reason=hangup stage=auth")
        assert not scratch.logged("auth"), "nothing came of it, so nothing is said of it"


def monitor_dies(programs, way):
    """Killed, so it can end nothing: the kernel does, for it."""
    with Setting(programs, way, status=-9) as setting:
        setting.fake.does(*ASKED, "sleep 60000")
        setting.client.send("AUTH PLAIN %s\r\n" % TOKEN)
        fake = setting.client.started("postern-auth")
        time.sleep(0.2)
        setting.client.run.kill()
        assert setting.client.ended() == []
        until(lambda: children().get(fake, "Z")[0] == "Z", "it died too", 3)


# --- too often ---

def starts_without_end(programs, way):
    """More than twice failure_limit starts without a yes end the connection; none is a failed login."""
    with Setting(programs, way, failure_limit="2") as setting:
        setting.fake.does(*ASKED, "signal 11")
        for _ in range(4):
            setting.client.expect("AUTH PLAIN " + TOKEN, "454 4.7.0")
        setting.client.expect("AUTH PLAIN " + TOKEN, "454 4.7.0")
        lines = setting.client.ended()
        assert len(lines) == 1 and lines[0].startswith("421 4.7.0"), lines
        setting.client.run.wait()
        assert len(setting.scratch.logged("auth result=unavailable")) == 5
        assert setting.scratch.logged("disconnect reason=failures")


def outcomes(programs, way):
    """What a well one may say, each reason's reply: the fake is believed as far as it must be."""
    replies = {"WRONG": "535 5.7.8", "UNKNOWN": "535 5.7.8", "DISABLED": "535 5.7.8", "EXPIRED": "535 5.7.8",
               "MECHANISM": "535 5.7.8", "WEAK": "534 5.7.9", "MALFORMED": "501 5.5.2", "CANCELLED": "501 5.7.0"}
    for reason, code in replies.items():
        if "REASON_" + reason not in NUMBERS:
            continue
        with Setting(programs, way) as setting:
            setting.fake.does(*answers(verdict("NO", reason)))
            setting.client.expect("AUTH PLAIN " + TOKEN, code)
            setting.client.expect("MAIL FROM:<a@office.example>", "530")
            assert setting.scratch.wait_logged("auth result=fail user=alice reason=" + reason.lower())
            setting.client.quit()
    for reason in "STORE", "PLUGIN":
        with Setting(programs, way) as setting:
            setting.fake.does("say the words of it", *answers(verdict("CANNOT_TELL", reason, "")))
            setting.client.expect("AUTH PLAIN " + TOKEN, "454 4.7.0")
            assert setting.scratch.wait_logged('auth result=unavailable user="?" reason=' + reason.lower())
            setting.goes_on()


CASES = [
    *[Case(never, how) for how in ("reads nothing", "reads and hangs", "is deaf", "is stopped", "answers too late")],
    *[Case(wrong, name) for name in WRONG if name not in GOOD],
    the_longest_login, of_another_realm, slow_but_well, starts_without_end, outcomes, monitor_dies,
    *[Case(cannot_be_started, how) for how in ("missing", "not executable", "no program", "folder")],
    *[Case(client_leaves, how, when) for how in ("lifeline", "deaf", "no lifeline", "stopped")
      for when in ("first", "second", "reset")],
]


@each(CASES)
def test_fake(case, way, crowd):
    crowd(case, way)

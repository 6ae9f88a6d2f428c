"""The monitor believes nothing the session says: a session that is taken over, against the real monitor.

build/tests/hostile is smtpd with tests/hostile.c in the place of session/: the real fork, the real
jail, the real monitor. Here its orders are given, and what came of them is judged: by what it says
it was told, by the log, by what reached sendmail, and by who is still alive.

HOSTILE_RECORDS is how many records the generator sends (`make hostile N=…`).
"""

import base64
import os
import re
import selectors
import shutil
import signal
import socket
import struct
import time

import pytest

from scratch import PATIENCE, SANITIZED, TESTS, TOOLS, Scratch, children, log_fits, no_orphans, ways, words

INSIDE, OUTSIDE = "127.0.0.1", "192.0.2.9"  # may relay; may not
STATES = ["start", "idle", "mail", "rcpt", "data", "login"]
SHAPES = ["exact", "short", "long", "longest", "bare", "zeros", "ones", "anything"]
BYES = {"quit", "hangup", "timeout", "errors", "signal", "nojail"}
RECORDS = int(os.environ.get("HOSTILE_RECORDS") or 240000)
ENOUGH = 5  # monitors that hang are enough to see it
LONG = 600 * (10 if SANITIZED else 1)  # records of a connection, about

with open(os.path.join(os.path.dirname(TESTS), "base", "requests.def"), encoding="ascii") as definition:
    REQUESTS = re.findall(r"^REQUEST\((\w+),", definition.read(), re.M)


class Attack:
    """One connection with a hostile session.

    `acts` are what is done to it when a word of its report comes; `deaf` names a word behind which the
    client reads no more. `within` are the seconds from the order to the monitor's end, `beyond` those that must
    pass. `reason`, if set, is the disconnect line's; else it follows from what the session expects.
    """

    def __init__(self, *order, client=INSIDE, acts=None, deaf=None, within=PATIENCE, beyond=0,
                 reason=None, why=None, outlives=False, knows=False, tcp=False,
                 program="hostile"):
        self.order = " ".join(str(word) for word in order)
        self.client, self.acts, self.deaf = client, acts or {}, deaf
        self.outlives = outlives
        self.tcp, self.program = tcp, program
        self.within, self.beyond, self.reason, self.why, self.knows = within, beyond, reason, why, knows
        self.told, self.rest, self.faults, self.killed, self.quiet = [], b"", [], False, False
        self.place = self.process = self.session = self.ended = self.took = None

    def start(self):
        """Starts the monitor, and with it the session."""
        if self.tcp:
            with socket.create_server(("127.0.0.1", 0)) as server:
                self.socket = socket.create_connection(server.getsockname())
                theirs = server.accept()[0]
        else:
            self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = self.place.start(theirs, theirs, {"TCPREMOTEIP": self.client}, program=self.program)
        self.socket.setblocking(False)
        self.monitor = os.pidfd_open(self.process.pid)
        self.begun = time.monotonic()

    def read(self):
        """Takes what the session reports. False: there will be no more."""
        try:
            octets = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        *lines, self.rest = (self.rest + octets).split(b"\n")
        for line in lines:
            word, _, value = line.decode("latin-1").partition(" ")
            self.told.append((word, value))
            if word == "ready":
                pid = self.session_pid()
                self.session = os.pidfd_open(pid)
                self.socket.sendall(self.order.encode() + b"\n")
            if word in self.acts:
                self.acts[word](self)
            if word == "waits":
                self.socket.sendall(b"\n")
            if word == self.deaf:
                return False
        return octets != b""

    def session_pid(self):
        """The monitor's only child. The kernel's list may be short while other processes come and go."""
        for _ in range(1000):
            try:
                with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="ascii") as file:
                    found = file.read().split()
            except OSError:
                found = []
            found = found or list(children(of=self.process.pid))
            if found:
                break
        assert len(found) == 1, found
        return int(found[0])

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def terminate(self):
        time.sleep(0.02)
        self.process.terminate()

    def kill(self):
        """The monitor dies without a word, when the session has had time to do what it is about to."""
        time.sleep(0.02)
        self.killed = True
        self.process.kill()

    def over(self):
        """The monitor has ended: so must the session, at once."""
        self.ended = time.monotonic()
        self.took = self.ended - self.begun
        self.process.wait()
        if self.session is None:
            self.faults.append("the session did not begin")
        else:
            with selectors.DefaultSelector() as selector:
                selector.register(self.session, selectors.EVENT_READ)
                if not selector.select(0 if self.outlives else 1):
                    self.faults += ["the session outlives the monitor"] if not self.outlives else []
                    signal.pidfd_send_signal(self.session, signal.SIGKILL)
            os.close(self.session)
        while not self.quiet and self.read():
            pass
        self.socket.close()
        os.close(self.monitor)

    def give_up(self):
        """The monitor hangs."""
        self.faults.append("the monitor did not end within %.1f s" % self.within)
        for process in filter(None, (self.session, self.monitor)):
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def values(self, word):
        return [value for told, value in self.told if told == word]


def run(scratch, attacks, at_once=3):
    """Lets the attacks run, some at a time, and returns them with what came of each."""
    for attack in attacks:
        attack.place = attack.place or scratch
    waiting, going, hung = list(reversed(attacks)), set(), 0
    with selectors.DefaultSelector() as selector:
        while waiting or going:
            while waiting and len(going) < at_once:
                attack = waiting.pop()
                attack.start()
                going.add(attack)
                selector.register(attack.socket, selectors.EVENT_READ, attack)
                selector.register(attack.monitor, selectors.EVENT_READ, attack)
            for key, _ in selector.select(0.1):
                attack = key.data
                if attack not in going:
                    continue
                if key.fd != attack.monitor:
                    if not attack.quiet and not attack.read():
                        attack.quiet = True
                        selector.unregister(key.fd)
                    continue
                if not attack.quiet:
                    selector.unregister(attack.socket)
                selector.unregister(attack.monitor)
                going.remove(attack)
                attack.over()
            for attack in going:
                if time.monotonic() > attack.begun + attack.within and not attack.faults:
                    attack.give_up()
                    hung += 1
            if hung > ENOUGH:
                waiting.clear()
    return attacks


def fields(line):
    """A log line's event and its values."""
    event, *rest = words(line)
    pairs = (word.partition("=")[::2] for word in rest)
    return event, {key: value.strip('"') for key, value in pairs}


def transactions(attack):
    """What the monitor said it sent on: sender and recipients, each once, of every message."""
    sent, sender, recipients = [], None, []
    for word, value in attack.told:
        if word == "sender":
            sender, recipients = value, []
        elif word == "recipient":
            value += "@office.example" if value.lower() == "postmaster" else ""
            recipients += [value] if value not in recipients else []
        elif word == "committed" and value == "250":
            sent.append((sender, recipients))
        elif word == "dropped":
            sender, recipients = None, []
    return sent


def delivered(delivery):
    """Whom sendmail was told to send to, and from whom."""
    assert delivery.arguments[:3] == ["-i", "-oeq", "-f"], delivery.argv
    sender, mode, *rest = delivery.arguments[3:]
    if mode == "--":
        return sender, rest
    assert mode == "-t" and not rest, delivery.argv
    header = re.sub(rb"\n[ \t]+", b" ", delivery.header).decode("latin-1")
    named = re.findall(r"(?im)^(?:resent-)?(?:to|cc|bcc|apparently-to)[ \t]*:(.*)$", header)
    return sender, [name for line in named for name in re.findall(r'[^\s<>,:;()"]+@[^\s<>,:;()"]+', line)]


def check_deliveries(attack, deliveries):
    """Never a hand-over without a right, never a recipient beyond the accepted."""
    sent = transactions(attack)
    may = attack.client == INSIDE or (attack.knows and "235" in attack.values("login"))
    if not may and (attack.values("sender") or deliveries):
        attack.faults.append("it could relay")
    if len(sent) != len(deliveries):
        attack.faults.append("%d sent, %d delivered" % (len(sent), len(deliveries)))
    for (sender, recipients), delivery in zip(sent, deliveries):
        got_sender, got = delivered(delivery)
        if got_sender != sender or sorted(got) != sorted(recipients):
            attack.faults.append("%s to %s delivered from %s to %s" % (sender, recipients, got_sender, got))


def wanted(attack):
    """The reason and the distrust that the log must have, by what the session expected to come."""
    expected = (attack.values("expect") or [None])[-1]
    if attack.reason:
        return {attack.reason}, attack.why
    if expected in ("answer", "nothing"):
        return {"hangup" if attack.order.startswith("fuzz") else "quit"}, None
    if expected == "bye":
        return BYES, None
    if expected == "gone":
        return {"died", "hangup"}, None
    return {"distrust"}, expected


def check_log(attack, lines):
    """The log tells the beginning, the end and why, and the end is the one that it had to be."""
    events = [fields(line) for line in lines]
    names = [event for event, _ in events]
    if attack.killed:
        return
    reasons, why = wanted(attack)
    if names.count("connect") != 1 or names[0] != "connect" or names.count("disconnect") != 1 or \
            names[-1] != "disconnect":
        attack.faults.append("the log has " + " ".join(names))
        return
    if events[-1][1]["reason"] not in reasons:
        attack.faults.append("reason %s, not %s" % (events[-1][1]["reason"], " or ".join(reasons)))
    distrusts = [values["why"] for event, values in events if event == "distrust"]
    if distrusts not in ([[word] for word in why] if isinstance(why, tuple) else [[why] if why else []]):
        attack.faults.append("distrust is %s, not %s" % (distrusts, why))
    if len(names) > 1500:
        attack.faults.append("%d log lines" % len(names))


def judge(scratch, attacks, allowed=()):
    """Everything that must hold, of each attack and of what is left behind; empties log and sent."""
    # The log's processes are the monitors.
    attacks = [attack for attack in attacks if attack.process]
    by_process, by_id = {}, {}
    with open(scratch.path("log"), encoding="latin-1", newline="\n") as file:
        for line in filter(None, file.read().split("\n")):
            found = re.match(r"postern\[(\d+)\]: (.*)\Z", line)
            if found:
                by_process.setdefault(int(found[1]), []).append(found[2])
    for delivery in scratch.deliveries():
        found = re.search(r" id (\w+)", delivery.fields("Received")[0])
        by_id.setdefault(found[1], []).append(delivery)
    for attack in attacks:
        lines = by_process.get(attack.process.pid, [])
        ids = {fields(line)[1].get("id") for line in lines}
        attack.faults += ["odd: " + value for value in attack.values("odd")]
        if attack.process.returncode != (-signal.SIGKILL if attack.killed else 0):
            attack.faults.append("the monitor's status is %d" % attack.process.returncode)
        if attack.took is not None and attack.took < attack.beyond:
            attack.faults.append("it ended after %.1f s" % attack.took)
        check_log(attack, lines)
        check_deliveries(attack, [d for name in ids for d in by_id.pop(name, [])])
    faults = ["%s %s: %s (%.1f s)\n\t%s" % (attack.client, attack.order, "; ".join(attack.faults),
                                          attack.took or -1, attack.told[-5:])
              for attack in attacks if attack.faults]
    faults += ["a delivery of nobody" for _ in by_id]
    faults += no_orphans()
    scratch.runs.clear()
    faults += scratch.faults(["distrust *", "nojail *", "disconnect *", *allowed])
    os.truncate(scratch.path("log"), 0)
    shutil.rmtree(scratch.path("sent"))
    os.mkdir(scratch.path("sent"), 0o755)
    os.chown(scratch.path("sent"), scratch.service, scratch.service)
    assert not faults, "\n".join(faults[:8])


def make_place(programs, way, **settings):
    """A folder of its own, with one account and with clients inside and outside."""
    shutil.copy(os.path.join(TOOLS, "hostile"), programs.path("hostile"))
    scratch = Scratch(programs, way)
    scratch.write_settings(networks=INSIDE, cleartext_networks=INSIDE + " " + OUTSIDE, mechanisms="PLAIN LOGIN",
                           message_size_limit=400000, recipient_limit=20, **settings)
    scratch.account("known", "right")
    return scratch


@pytest.fixture(params=ways(), name="place")
def place_of_a_test(request, programs):
    scratch = make_place(programs, request.param)
    yield scratch
    scratch.remove()


def token(text):
    return base64.b64encode(text.encode("latin-1")).decode()


def test_the_hostile_session_can_relay_with_a_login(place):
    """What the others must not see is seen here."""
    attacks = [
        Attack("login", "PLAIN", token("\0known\0right"), client=OUTSIDE, knows=True, reason="hangup"),
        Attack("login", "PLAIN", token("\0known\0right"), client=OUTSIDE, knows=True, reason="hangup"),
        Attack("one", "data", "commit", "exact"),
    ]
    run(place, attacks)
    assert [len(transactions(attack)) for attack in attacks] == [1, 1, 1], [a.told for a in attacks]
    judge(place, attacks)


def test_no_mail_without_yes(place):
    tokens = ["\0known\0wrong", "\0unknown\0right", "\0known\0", "\0", "known\0known\0righ", "\0known\0right\0",
              "other\0known\0right", "\0KNOWN \0right"]
    attacks = [Attack("login", mechanism, sent, client=OUTSIDE, reason="distrust", why="out of turn")
               for mechanism in ("PLAIN", "LOGIN")
               for sent in [*map(token, tokens), "*", "=", "====", "A", "\x01", "A" * 900]]
    attacks += [Attack("login", name, token("\0known\0right"), client=OUTSIDE, reason="distrust", why="bad login")
                for name in ("SCRAM-SHA-256", "EXTERNAL", "GSSAPI", "CRAM-MD5", "NONE")]
    run(place, attacks)
    assert not any("235" in attack.values("login") for attack in attacks)
    judge(place, attacks)


def test_every_record_in_every_state(place):
    attacks = [Attack("one", state, request, shape) for state in STATES for request in REQUESTS
               for shape in SHAPES if (request, shape) not in
               {(name, "short") for name in ("data", "text", "commit", "reset")}]
    attacks += [Attack("one", state, request, "anything", n) for state in STATES for request in REQUESTS
                for n in range(1, 4)]
    attacks += [Attack("one", "data", "text", shape) for shape in ("cr", "nul", "crlf")]
    judge(place, run(place, attacks))


@pytest.mark.parametrize("place", ways()[:1], indirect=True)
def test_every_number(place):
    """Each octet as a record's type, as an event, a mechanism, a reason, and as what is yes or no."""
    attacks = [Attack("one", STATES[n % 6], n, shape) for n in range(256) if n == 0 or n > len(REQUESTS)
               for shape in ["bare", "anything"][n % 2:][:1]]
    attacks += [Attack("one", state, request, "value", n) for state, request in
                (("idle", "login"), ("start", "log"), ("rcpt", "bye")) for n in range(256)]
    attacks += [Attack("one", state, request, "value", n) for state, request in
                (("start", "hello"), ("idle", "mail"), ("login", "token")) for n in (0, 1, 2, 127, 128, 255)]
    judge(place, run(place, attacks))


def test_no_record_at_all(place):
    """An empty one is an end of file, and one that is too long for anything is no record."""
    attacks = [Attack("one", state, "hello", "empty", reason="died", within=5) for state in STATES]
    attacks += [Attack("one", state, "hello", "huge") for state in STATES]
    attacks += [Attack("shut", state, reason="died", within=5) for state in STATES]
    judge(place, run(place, attacks, at_once=18))


def test_who_may_not_relay_comes_nowhere(place):
    attacks = [Attack("one", state, request, "exact", client=OUTSIDE) for state in ("start", "idle", "login")
               for request in REQUESTS]
    judge(place, run(place, attacks))
    assert next(attack for attack in attacks if attack.order == "one idle mail exact").values("answered")


def test_floods(place):
    record, limit = 124 * 1024, 400000
    most = (limit + record) // 100000  # records of 100,000 that are taken before it is too much
    attacks = [
        Attack("logs", 50, reason="hangup"),
        Attack("logs", 51, reason="distrust", why="bad log record"),
        Attack("logs", 100000, reason="distrust", why="bad log record"),
        Attack("texts", 100000, 4, reason="hangup"),
        Attack("texts", 100000, most, reason="hangup"),
        Attack("texts", 100000, most + 1, reason="distrust", why="too much text"),
        Attack("texts", record, 100000, reason="distrust", why="too much text"),
        Attack("texts", record + 1, 1, reason="distrust", why="wrong length"),
        Attack("texts", 0, 1, reason="distrust", why="bad text"),
        Attack("texts", 1, limit, reason="hangup", within=60),
        Attack("texts", 1, 10 * limit, reason="distrust", why="too much text", within=60),
    ]
    run(place, attacks)
    assert [len(attack.values("answered")) for attack in attacks[:3]] == [1, 0, 0]
    assert [attack.values("committed") for attack in (attacks[3], attacks[4], attacks[9])] == [
        ["250"], ["552"], ["250"]]
    judge(place, attacks)


@pytest.mark.parametrize("long_lines", ["accept", "reject"])
def test_lines_of_text(place, long_lines):
    """The text ends with a line's end, and a line is as long as the settings let it be."""
    place.write_settings(long_lines=long_lines)
    fine = {"reason": "hangup"} if long_lines == "accept" else {"reason": "distrust", "why": "bad text"}
    attacks = [Attack("line", 998, 1, 1, reason="hangup"),
               Attack("line", 499, 2, 1, reason="hangup"),
               Attack("line", 1, 998, 1, reason="hangup"),
               Attack("line", 999, 1, 1, **fine),
               Attack("line", 333, 3, 1, **fine),
               Attack("line", 1, 1000, 1, **fine),
               Attack("line", 100000, 2, 1, **fine),
               Attack("line", 1, 1, 0, reason="distrust", why="bad text"),
               Attack("line", 2000, 1, 0, reason="distrust", why="bad text")]
    judge(place, run(place, attacks))


@pytest.mark.parametrize("place", ways()[:1], indirect=True)
def test_a_flood_that_reads_its_answers(place):
    """The monitor never waits, so that no clock of its ends it: a count does."""
    judge(place, run(place, [Attack("busy", reason="distrust", why="too many records", within=60)]))


def test_who_never_reads(place):
    """Its unread answers end it; what needs none is ended by what it sends."""
    attacks = [Attack("unread", state, request, reason="silent") for state in STATES[:4]
               for request in ("hello", "reset") if (state, request) != ("mail", "login")]
    attacks += [Attack("unread", "mail", "rcpt", reason="silent"),
                Attack("unread", "start", "log", reason="distrust", why="bad log record"),
                Attack("unread", "data", "text", reason="distrust", why="too much text", within=60),
                Attack("unread", "login", "token", reason="distrust", why=("spoke before the answer", "out of turn")),
                Attack("unread", "idle", "login", reason="distrust", why=("spoke before the answer", "out of turn")),
                Attack("unread", "rcpt", "data", reason="distrust", why="out of turn"),
                Attack("unread", "data", "commit", reason="distrust", why="out of turn")]
    run(place, attacks)
    # The answer to that commit was never read, and so is not reported; the hand-over itself was one.
    attacks[-1].told += [("sender", "sender@office.example"), ("recipient", "to@away.example"), ("committed", "250")]
    judge(place, attacks)


def test_who_speaks_within_a_login(place):
    """Nothing is in turn while postern-auth thinks: here it thinks for long."""
    os.mkdir(place.path("slow"))
    shutil.copy(place.programs.path("hostile"), place.path("slow/hostile"))
    with open(place.path("slow/postern-auth"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexec sleep 60\n")
    os.chmod(place.path("slow/postern-auth"), 0o755)
    attacks = [Attack("early", request, program=place.path("slow/hostile"), reason="distrust",
                      why="spoke before the answer") for request in REQUESTS if request != "bye"]
    attacks += [Attack("early", "bye", program=place.path("slow/hostile"), reason="quit")]
    judge(place, run(place, attacks))


def test_clocks(programs):
    """Silent in each state: the monitor's own clocks end it; and neither a session that ignores its end nor
    one that talks on gets more than 2 s. In all ways of running at the same time."""
    places = [make_place(programs, way, command_timeout="1s", login_timeout="1s", data_timeout="1s")
              for way in ways()]
    attacks = [Attack(how, state, reason="timeout", beyond=5.9, within=9.5) for state in STATES
               for how in ("silent", "chatter") for _ in places]
    for number, attack in enumerate(attacks):
        attack.place = places[number % len(places)]
    try:
        run(None, attacks, at_once=len(attacks))
        for place in places:
            judge(place, [attack for attack in attacks if attack.place is place])
    finally:
        for place in places:
            place.remove()


def test_who_ignores_its_end(place):
    attacks = [Attack(how, state, reason="signal", acts={"reached": Attack.terminate}, within=5,
                      deaf="reached" if how == "write" else None)
               for how in ("silent", "chatter", "write", "spin") for state in STATES]
    run(place, attacks, at_once=len(attacks))
    for attack in attacks[:6]:  # the silent ones; those that burn the processor make all of it slower
        if attack.took > 3:
            attack.faults.append("it had more than 2 s")
    judge(place, attacks)


@pytest.mark.parametrize("how", ["silent", "spin", "write", "unread"])
def test_dies_with_the_monitor(place, how):
    """The monitor is killed, and the session is dead within a second: as one of another uid, too."""
    acts = {"reached": Attack.kill}
    if how == "unread":  # it blocks in sending
        acts = {"waits": Attack.stop, "flood": Attack.kill}
    more = ["hello"] if how == "unread" else []
    attacks = [Attack(how, state, *more, acts=acts, deaf="reached" if how == "write" else None) for state in STATES]
    judge(place, run(place, attacks))


@pytest.mark.skipif(SANITIZED, reason="needs seccomp")
def test_the_lifeline_cannot_be_cut(place):
    """It is closed by nobody: neither by its number nor by one that the kernel cuts to it."""
    attacks = [Attack("close", state, first, last, reason="died", within=4) for state in STATES
               for first, last in ((4, 4), (0, 64), (0x100000004, 0x100000004))]
    judge(place, run(place, attacks, at_once=12))


def test_without_seccomp(place):
    """Where the administrator took that layer away: descriptors that come along end it, and whoever cut the
    lifeline may stay, but cannot hold the monitor up."""
    place.write_settings(jail_layers="chroot landlock")  # with limits, too few descriptors can be on their way
    attacks = [Attack("rights", state, request) for state in STATES
               for request in ("hello", "log", "text", "bye")]
    attacks += [Attack("close", state, 4, 4, reason="signal", outlives=place.way == "root", within=7,
                       acts={"closing": Attack.terminate}) for state in STATES]
    judge(place, run(place, attacks, at_once=len(attacks)),
          ['error what="the session could not be ended*"'] if place.way == "root" else [])


@pytest.mark.skipif(SANITIZED, reason="needs seccomp")
def test_connects_nowhere(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        attacks = [Attack("connect", server.getsockname()[1], reason="hangup", tcp=True),
                   Attack("connect", server.getsockname()[1], reason="hangup", tcp=True, 
                          acts={"tried": lambda attack: attack.socket.shutdown(socket.SHUT_RDWR)}),
                   Attack("connect", server.getsockname()[1], reason="hangup", tcp=True, deaf="tried",
                          acts={"tried": lambda attack: reset(attack.socket)})]
        run(place, attacks)
        with pytest.raises(BlockingIOError):
            server.accept()
    judge(place, attacks)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_generator(place):
    """Records without end: well formed and in turn, but hostile in all that they say, then one that may be
    anything."""
    seed, sent, goal = 1, 0, RECORDS / len(ways())
    while sent < goal:
        attacks = []
        for _ in range(100):
            client = OUTSIDE if seed % 5 == 0 else INSIDE
            attacks.append(Attack("fuzz", seed, seed * 7919 % (2 * LONG), client=client, within=60))
            seed += 1
        run(place, attacks)
        for attack in attacks:
            if not attack.values("sent"):
                attack.faults.append("a record of the right form ended it")
            sent += int((attack.values("sent") or [0])[0])
        judge(place, attacks)
    print("%s: %d records, %d connections" % (place.way, sent, seed - 1))

"""STARTTLS believes nothing either session says: two that are taken over, against the real monitor.

The first one speaks with the client in clear and must leave; another one, which has read nobody so far, goes
on within TLS. In build/tests/hostile both are hostile: the first takes its order from the client's first line
in clear, the other from the first line that comes through TLS.
"""

import os
import re
import select
import shutil
import threading
import time

import pytest

from attack import (INSIDE, OUTSIDE, REQUESTS, STATES, Attack, TlsAttack, judge, make_place, records, run,
                    token, transactions)
from scratch import JAILED, SANITIZED, TESTS, children, ways

RECORDS = int(os.environ.get("HOSTILE_RECORDS") or 40000)
LONG = 300 * (5 if SANITIZED else 1)  # records of a session, about
STAYED = "the session stayed behind STARTTLS"
LEFT = "left for STARTTLS out of turn"

with open(os.path.join(os.path.dirname(TESTS), "base", "wire.h"), encoding="ascii") as header:
    LEAVES = re.findall(r"^\tBYE_(\w+)", header.read(), re.M).index("STARTTLS")


@pytest.fixture(params=ways(), name="place")
def place_of_a_test(request, programs):
    scratch = make_place(programs, request.param)
    scratch.tls()
    yield scratch
    scratch.remove()


only_root_sees = pytest.mark.skipif(SANITIZED or os.getuid() != 0, reason="needs seccomp, and root to look")


# --- what must be possible, so that the others mean something ---

def test_two_hostile_sessions_can_send_a_message(place):
    attacks = [TlsAttack("one", "data", "commit", "exact"),
               TlsAttack("one", "data", "commit", "exact", first="leave rcpt"),
               TlsAttack("login", "PLAIN", token("\0known\0right"), client=OUTSIDE, knows=True, reason="hangup")]
    run(place, attacks)
    assert [len(transactions(attack)) for attack in attacks] == [1, 1, 1], [a.told for a in attacks]
    assert len(place.logged("tls result=ok")) == 3
    judge(place, attacks)


# --- the records ---

def test_behind_the_220_nothing_but_log_and_bye(place):
    attacks = [Attack(*order) for order in records(["leaving"])]
    attacks += [Attack("one", "leaving", "bye", "value", n) for n in range(LEAVES + 8) if n != LEAVES]
    run(place, attacks, at_once=40)
    fine = [attack for attack in attacks if attack.values("expect") in (["nothing"], ["bye"])]
    assert {attack.order.split()[2] for attack in fine} == {"log", "bye"}
    assert not any(attack.values("answered") for attack in attacks if attack not in fine)
    judge(place, attacks)


def test_starttls_in_every_state(place):
    """Once more with a certificate: it is answered where no text and no login is under way."""
    attacks = [Attack("one", state, "starttls", shape) for state in STATES for shape in ("exact", "long")]
    run(place, attacks, at_once=20)
    assert [attack.order for attack in attacks if attack.values("answered")] == [
        "one %s starttls exact" % state for state in STATES if state not in ("data", "login")]
    judge(place, attacks)


def test_starttls_without_a_key_is_refused_and_nothing_else(place):
    """A certificate is set, and its key cannot be read: the dialogue goes on in clear."""
    place.write_settings(tls_key=place.path("none.key"))
    attacks = [Attack("one", state, "starttls", "exact") for state in STATES[:4]]
    run(place, attacks)
    assert all(attack.values("answered") and "dropped" not in attack.told[-2:] for attack in attacks)
    assert len(place.logged("tls result=unavailable")) == len(attacks)
    judge(place, attacks)


def test_who_speaks_while_starttls_is_answered(place):
    """Nothing is in turn while postern-tls gets ready: here it never does."""
    os.mkdir(place.path("slow"))
    shutil.copy(place.programs.path("hostile"), place.path("slow/hostile"))
    with open(place.path("slow/postern-tls"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexec sleep 60\n")
    os.chmod(place.path("slow/postern-tls"), 0o755)
    attacks = [Attack("early", request, "starttls", program=place.path("slow/hostile"), reason="distrust",
                      why="spoke before the answer") for request in REQUESTS if request != "bye"]
    attacks += [Attack("early", "bye", "starttls", program=place.path("slow/hostile"), reason="quit"),
                *(Attack("unread", state, "starttls", reason="distrust", why=("spoke before the answer", "out of turn"))
                  for state in STATES[:4])]
    judge(place, run(place, attacks))


def test_starttls_within_tls_is_fatal(place):
    attacks = [TlsAttack("one", state, "starttls", "exact") for state in STATES]
    run(place, attacks)
    assert {attack.values("expect")[-1] for attack in attacks[:4]} == {"STARTTLS where none was offered"}
    judge(place, attacks)


def test_leaves_for_starttls_out_of_turn(place):
    """A good-bye that says so is believed behind the 220 alone, never in clear before it, never within TLS."""
    attacks = [kind("one", state, "bye", "value", LEAVES, reason="distrust", why=LEFT)
               for kind in (Attack, TlsAttack) for state in STATES]
    judge(place, run(place, attacks))


def test_every_record_within_tls(place):
    attacks = [TlsAttack("one", state, request, shape) for state in STATES for request in REQUESTS
               for shape in ("exact", "long", "ones", "anything")]
    judge(place, run(place, attacks, at_once=6))


def test_nothing_is_in_turn_during_the_handshake(place):
    """Only where TLS begins at once is there a session while postern-tls shakes hands. Nobody can give it an
    order then but the settings."""
    attacks = []
    for request in REQUESTS:
        for shape in ("exact", "long"):
            fatal = "wrong length" if shape == "long" else None if request in ("log", "bye") else "out of turn"
            conf = place.path("early-%s-%s.conf" % (request, shape))
            with open(place.path("postern.conf"), encoding="ascii") as file, \
                    open(conf, "w", encoding="ascii") as copy:
                copy.write(file.read() + "realm = early-%s-%s\n" % (request, shape))
            attacks.append(Attack("early", request, shape, arguments=["-s", "-f", conf], unheard=True,
                                  reason="distrust" if fatal else "quit", why=fatal, beyond=0.9))
    judge(place, run(place, attacks, at_once=len(attacks)))


# --- the one that should leave ---

def test_who_never_leaves_is_ended_by_the_clock(place):
    place.write_settings(command_timeout="1s")
    attacks = [Attack(how, "leaving", reason="timeout", beyond=5.9, within=20)
               for how in ("silent", "chatter", "spin") for _ in range(2)]
    judge(place, run(place, attacks, at_once=len(attacks)))


def test_who_never_leaves_is_ended_by_a_signal(place):
    attacks = [Attack(how, "leaving", reason="signal", acts={"reached": Attack.terminate}, within=20)
               for how in ("silent", "chatter", "spin")]
    judge(place, run(place, attacks, at_once=len(attacks)))


def test_who_leaves_when_all_is_over_begins_nothing(place):
    """The connection has ended when the good-bye comes: postern-tls is not told to begin any more."""
    attacks = [TlsAttack("silent", "start", first="leave idle late", shakes=False, reason="signal",
                         acts={"go": Attack.terminate}) for _ in range(2)]
    run(place, attacks)
    for attack in attacks:
        if attack.behind:
            attack.faults.append("there was an answer to the handshake")
    judge(place, attacks)


class Staying(TlsAttack):
    """Looks when the session that stays behind its good-bye dies."""

    def __init__(self, *order, **more):
        super().__init__(*order, shakes=False, reason="distrust", why=STAYED, within=20, **more)
        self.died, self.watcher = None, threading.Thread(target=self.watch)

    def watch(self):
        begun = time.monotonic()
        if select.select([self.watched], [], [], 10)[0]:
            self.died = time.monotonic() - begun

    def hear(self, line):
        if line.startswith(b"go"):
            self.watched = os.dup(self.sessions[0])
            self.watcher.start()
        return super().hear(line)

    def over(self):
        super().over()
        self.watcher.join()
        os.close(self.watched)
        if self.died is None or not 0.5 < self.died < 2.5:
            self.faults.append("the session died after %s s" % self.died)
        if self.behind:
            self.faults.append("postern-tls was told to begin")


def test_who_stays_behind_its_bye_is_killed_before_the_handshake(place):
    """It still has the client's socket: postern-tls answers nothing, and the kernel ends it within seconds."""
    attacks = [Staying("silent", "start", first="leave %s stays" % state) for state in STATES[:4]]
    judge(place, run(place, attacks, at_once=4))


def test_what_it_says_behind_its_bye_is_heard_by_nobody(place):
    """Neither a second good-bye nor a whole transaction becomes the next session's."""
    attacks = [TlsAttack("one", "data", "commit", "exact", first="leave idle %s" % how) for how in ("twice", "talks")]
    attacks += [TlsAttack("one", "start", request, "exact", first="leave rcpt %s" % how)
                for how in ("twice", "talks") for request in ("mail", "rcpt", "data", "commit", "login", "hello")]
    run(place, attacks)
    assert [len(transactions(attack)) for attack in attacks] == [1, 1] + [0] * 12
    assert len(place.logged("disconnect in=1000000 *")) == len(attacks)  # each good-bye counts once
    assert not place.logged("syntax *")  # nor was its log record heard
    judge(place, attacks)


@pytest.mark.parametrize("when", ["before", "behind"])
def test_what_it_slips_to_the_client_delivers_nothing(place, when):
    """Octets between the 220 and its end reach the client in clear: the handshake fails, or is unharmed."""
    attacks = [TlsAttack("one", "idle", "reset", "exact", first="leave idle %s %s" % (when, what),
                         shakes=False if what in ("text", "lines") else None, reason="tls quit")
               for what in ("text", "lines", "alert", "cipher", "empty")]
    run(place, attacks)
    assert not place.deliveries()
    judge(place, attacks)


def test_what_it_eats_of_the_handshake_is_lost(place):
    """It can read the client's first octets away, and then there is no TLS; it cannot read the next."""
    place.write_settings(login_timeout="2s")
    attacks = [TlsAttack("silent", "start", first="leave idle eats", shakes=False, reason="timeout", within=20)]
    run(place, attacks)
    assert not attacks[0].behind
    judge(place, attacks)


# --- the one that waits ---

def facts(pid):
    """Of /proc/PID: status, the kind of each descriptor, the root, and the call in which it sleeps."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        status = dict(re.findall(r"(\w+):\s*(.*)", file.read()))
    folder = "/proc/%d/fd" % pid
    files = {int(fd): os.readlink(os.path.join(folder, fd)).partition(":")[0] for fd in os.listdir(folder)}
    with open("/proc/%d/syscall" % pid, encoding="ascii") as file:
        call = file.read().split()[0]
    return status, files, os.readlink("/proc/%d/root" % pid), call


class Seen(TlsAttack):
    """Looks at both sessions from outside, in every phase."""

    DESCRIPTORS = {0: "socket", 3: "socket", 4: "pipe"}
    POLL = {"7", "271", "73"}  # poll and ppoll, and ppoll as other machines number it

    def must(self, what, good):
        if not good:
            self.faults.append(what)

    def in_jail(self, pid):
        status, files, root, _ = facts(pid)
        self.must("the jail of a session is %s" % status, (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1"))
        self.must("its descriptors are %s" % files, files == self.DESCRIPTORS)
        if self.place.way == "root":
            self.must("its ids are %(Uid)s %(Gid)s %(Groups)s" % status,
                      {*status["Uid"].split(), *status["Gid"].split()} == {str(JAILED)})
            self.must("its root is " + root, root == self.place.path("jail"))

    def waiting(self, when):
        status, files, _, call = facts(self.pids[1])
        self.must("%s: the waiting session is jailed already" % when, status["Seccomp"] == "0")
        self.must("%s: it does %s in call %s" % (when, status["State"], call),
                  status["State"].startswith("S") and call in self.POLL)
        self.must("%s: its descriptors are %s" % (when, files), files == self.DESCRIPTORS)

    def hear(self, line):
        if line.startswith(b"ready") and not self.tls:
            more = super().hear(line)
            self.in_jail(self.pids[0])
            end = time.monotonic() + 5
            while facts(self.pids[1])[3] not in self.POLL and time.monotonic() < end:
                time.sleep(0.01)  # it was born last
            self.waiting("in clear")
            return more
        if line.startswith(b"ready"):
            self.in_jail(self.pids[1])
        return super().hear(line)

    def look(self):
        """The client has its 220, and begins nothing yet; then only half of its first octets come."""
        end = time.monotonic() + 2
        while self.pids[0] in children(of=self.process.pid) and time.monotonic() < end:
            time.sleep(0.01)
        names = sorted(name for _, name in children(of=self.process.pid).values())
        self.must("the monitor has %s" % names, names == ["hostile", "postern-tls"])
        self.waiting("before the handshake")
        flush, self.flush = self.flush, lambda: None
        self.say_hello()
        self.flush = flush
        hello = self.tls.leaving.read()
        self.socket.sendall(hello[:len(hello) // 2])
        time.sleep(0.3)
        self.waiting("within the handshake")
        self.socket.sendall(hello[len(hello) // 2:])


@only_root_sees
def test_the_waiting_session_does_nothing_till_the_handshake_is_done(place):
    """It sleeps, unjailed, on its wire, and has no descriptor but those of a session: never the key's. When
    it is greeted it is in the whole jail before it reads its first octet."""
    attacks = [Seen("one", "data", "commit", "exact", first="leave %s" % state, begin=Seen.look)
               for state in ("start", "idle", "rcpt")]
    judge(place, run(place, attacks))


# --- the one that goes on ---

def test_login_and_envelope_of_the_clear_are_gone(place):
    """RFC 3207 4.2: what was said in clear may have been said by anybody on the path."""
    login = "promoted PLAIN " + token("\0known\0right")
    attacks = [TlsAttack("one", state, request, "exact", first=login, client=OUTSIDE, knows=True)
               for state in ("start", "idle") for request in REQUESTS]
    run(place, attacks)
    for attack in attacks:
        if attack.values("login")[:1] != ["235"] or len(attack.values("sender")) != 1:
            attack.faults.append("a login, and a sender, in clear alone: %s" % attack.told)
    assert not place.deliveries()
    judge(place, attacks)


def test_a_login_long_ago_is_no_hindrance(place):
    """login_timeout ended with the login: who says STARTTLS later still gets its handshake."""
    place.write_settings(login_timeout="1s")
    login = "promoted PLAIN %s 6500" % token("\0known\0right")
    judge(place, run(place, [TlsAttack("one", "idle", "mail", "exact", first=login, within=20)]))


def test_log_records_are_counted_for_each_session(place):
    attacks = [TlsAttack("logs", 50, first="logs 50 starttls", reason="hangup"),
               TlsAttack("logs", 51, first="logs 50 starttls", reason="distrust", why="bad log record"),
               TlsAttack("logs", 51, first="leave start", reason="distrust", why="bad log record"),
               TlsAttack("logs", 1, first="logs 51 starttls", reason="distrust", why="bad log record",
                         shakes=False)]
    run(place, attacks)
    assert [len(attack.values("answered")) for attack in attacks] == [1, 0, 0, 0]
    judge(place, attacks)


def test_tls_required_comes_before_login_and_sender(place):
    place.write_settings(tls_required="yes")
    attacks = [Attack("one", state, request, "exact", client=client) for client in (INSIDE, OUTSIDE)
               for state in ("start", "idle") for request in REQUESTS]
    attacks += [Attack("login", "PLAIN", token("\0known\0right"), client=client, reason="distrust", why="bad login")
                for client in (INSIDE, OUTSIDE)]
    attacks += [TlsAttack("one", "data", "commit", "exact")]
    run(place, attacks, at_once=6)
    expected = {attack.order: attack.values("expect") for attack in attacks}
    assert expected["one idle mail exact"] == ["a sender before TLS"]
    assert expected["one idle login exact"] == ["bad login"]
    assert not any(transactions(attack) or attack.values("sender") for attack in attacks[:-1])
    assert len(transactions(attacks[-1])) == 1
    judge(place, attacks)


def test_clocks_within_tls(place):
    """The monitor's clocks are as strict with the next session."""
    place.write_settings(command_timeout="2s", login_timeout="2s", data_timeout="2s")
    attacks = [TlsAttack(how, state, reason="timeout", beyond=6.9, within=20) for state in STATES
               for how in ("silent", "chatter")]
    judge(place, run(place, attacks, at_once=len(attacks)))


@pytest.mark.skipif(SANITIZED, reason="needs seccomp")
def test_the_lifeline_of_the_next_session_cannot_be_cut(place):
    attacks = [TlsAttack("close", state, first, last, reason="died", within=15) for state in ("start", "login")
               for first, last in ((4, 4), (0, 64), (0x100000004, 0x100000004))]
    judge(place, run(place, attacks))


def test_dies_with_the_monitor_at_every_step(place):
    """The monitor is killed: whoever speaks, whoever waits and postern-tls are gone within a second."""
    attacks = [Attack("silent", "leaving", acts={"reached": Attack.kill}),
               TlsAttack("silent", "start", begin=Attack.kill, shakes=False),
               TlsAttack("silent", "start", acts={"go": Attack.kill}, shakes=None),
               *(TlsAttack(how, "data", acts={"reached": lambda attack: attack.tls and attack.kill()})
                 for how in ("silent", "spin"))]
    judge(place, run(place, attacks))


def test_generator_in_clear_and_within_tls(place):
    """Records without end in the one session, then in the other: well formed, in turn, hostile in all that
    they say."""
    seed, sent, goal = 1000000, 0, RECORDS / len(ways())
    while sent < goal:
        attacks = []
        for _ in range(40):
            client = OUTSIDE if seed % 5 == 0 else INSIDE
            attacks.append(TlsAttack("fuzz", seed, seed * 7919 % (2 * LONG), client=client, within=60,
                                     first="fuzz %d %d starttls" % (seed + 1, seed * 7907 % (2 * LONG))))
            seed += 2
        run(place, attacks)
        for attack in attacks:
            if len(attack.values("sent")) < 2:
                attack.faults.append("a record of the right form ended it")
            sent += sum(int(number) for number in attack.values("sent")[:2])
        judge(place, attacks)
    print("%s: %d records, %d connections" % (place.way, sent, (seed - 1000000) / 2))

"""The monitor believes nothing the session says: a session that is taken over, against the real monitor.

build/tests/hostile is smtpd with tests/hostile.c in the place of session/: the real fork, the real
jail, the real monitor. Here its orders are given; attack.py runs and judges them.

HOSTILE_RECORDS is how many records the generator sends (`make hostile N=…`).
"""

import os
import shutil
import socket

import pytest

from attack import (INSIDE, OUTSIDE, REQUESTS, STATES, Attack, judge, make_place, records, run, token,
                    transactions)
from scratch import SANITIZED, ways

RECORDS = int(os.environ.get("HOSTILE_RECORDS") or 240000)
LONG = 600 * (10 if SANITIZED else 1)  # records of a connection, about


@pytest.fixture(params=ways(), name="place")
def place_of_a_test(request, programs):
    scratch = make_place(programs, request.param)
    yield scratch
    scratch.remove()


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
    attacks += [Attack("login", "PLAIN", "", client=OUTSIDE, reason="distrust", why="bad login"),
                Attack("one", "idle", "login", "longest", 1, client=OUTSIDE, reason="distrust", why="bad login")]
    run(place, attacks)
    assert not any("235" in attack.values("login") for attack in attacks)
    judge(place, attacks)


def test_every_record_in_every_state(place):
    attacks = [Attack(*order) for order in records(STATES)]
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
    attacks = [Attack("one", state, "hello", "empty", reason="died", within=15) for state in STATES]
    attacks += [Attack("one", state, "hello", "huge") for state in STATES]
    attacks += [Attack("shut", state, reason="died", within=15) for state in STATES]
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
    place.write_settings(login_timeout="1h")
    judge(place, run(place, [Attack("busy", reason="distrust", why="too many records", within=300)]))


def test_who_never_reads(place):
    """Its unread answers end it; what needs none is ended by what it sends."""
    attacks = [Attack("unread", state, request, reason="silent") for state in STATES[:4]
               for request in ("hello", "reset")]
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
    attacks = [Attack(how, state, reason="timeout", beyond=5.9, within=15) for state in STATES
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
    attacks = [Attack(how, state, reason="signal", acts={"reached": Attack.terminate}, within=15,
                      deaf="reached" if how == "write" else None)
               for how in ("silent", "chatter", "write", "spin") for state in STATES]
    run(place, attacks, at_once=len(attacks))
    for attack in attacks[:6]:  # the silent ones; those that burn the processor make all of it slower
        if attack.ended - attack.acted > (8 if SANITIZED else 3):
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
    attacks = [Attack("close", state, first, last, reason="died", within=15) for state in STATES
               for first, last in ((4, 4), (0, 64), (0x100000004, 0x100000004))]
    judge(place, run(place, attacks, at_once=12))


def test_without_seccomp(place):
    """Where the administrator took that layer away: descriptors that come along end it, and whoever cut the
    lifeline may stay, but cannot hold the monitor up."""
    place.write_settings(jail_layers="chroot landlock")  # with limits, too few descriptors can be on their way
    attacks = [Attack("rights", state, request) for state in STATES
               for request in ("hello", "log", "text", "bye")]
    attacks += [Attack("close", state, 4, 4, reason="signal", outlives=place.way == "root", within=15,
                       acts={"closing": Attack.terminate}) for state in STATES]
    judge(place, run(place, attacks, at_once=len(attacks)),
          ['error what="the session could not be ended*"'] if place.way == "root" else [])


@pytest.mark.skipif(SANITIZED, reason="needs seccomp")
def test_connects_nowhere(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        attacks = [Attack("connect", server.getsockname()[1], reason="died", tcp=True)]
        run(place, attacks)
        with pytest.raises(BlockingIOError):
            server.accept()
    judge(place, attacks)


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

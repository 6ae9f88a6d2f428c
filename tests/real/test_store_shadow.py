"""passwords = shadow: the host's own users log in, and nobody whom the host itself would keep out.

Each case has a host of its own: a private mount namespace with another /etc/shadow.
"""

import os
import statistics
import time

import pytest

from client import IS_ROOT, each, run_side_by_side
from stores import (GOOD, SHADOW, UNAVAILABLE, WRONG, check, connect, encoded, hashed, host_place, is_jailed, judged,
                    log_in, missing, offered, say_password, tells_nothing, today)

AT_ONCE = 3
PASSWORD, OTHER = "Sesame, \u00f6ffne dich 7", "sesame-close-8"
TRIES = 21

assert run_side_by_side  # the fixture `crowd`
pytestmark = pytest.mark.skipif(
    not IS_ROOT or missing("unshare", "setpriv", "openssl") is not None,
    reason="only root makes a host with another /etc/shadow; and unshare, setpriv and openssl are needed")


def shadow_place(programs, way, *groups, **settings):
    return host_place(programs, way, *(groups or (SHADOW,)), passwords="shadow",
                      mechanisms="SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN", log_unknown_users="yes", **settings)


def keep_secret(scratch):
    scratch.secrets |= {PASSWORD.encode(), OTHER.encode(), encoded(PASSWORD).encode(), encoded(OTHER).encode()}


def right_and_wrong(programs, way, kind):
    """SHA-512 and yescrypt, which are the old and the new default of distributions."""
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"first": hashed(OTHER, kind), "alice": hashed(PASSWORD, kind)})
        judged(scratch, "alice", PASSWORD, GOOD, "result=ok ")
        assert len(scratch.logged("auth result=ok user=alice")) == 2
        for word in OTHER, "", PASSWORD + " ", PASSWORD[:-1], PASSWORD.swapcase(), "x" * 600:
            judged(scratch, "alice", word, WRONG, "user=alice reason=wrong ")
        judged(scratch, "nobody", PASSWORD, WRONG, "user=nobody reason=unknown ")
        judged(scratch, "first", OTHER, GOOD, "user=first ")


def sha512(programs, way):
    right_and_wrong(programs, way, "6")


def yescrypt(programs, way):
    right_and_wrong(programs, way, "y")


def whom_the_host_keeps_out(programs, way):
    """shadow(5): the last change, the days to the next (2nd number behind it), the day on which the account ends."""
    day, good = today(), hashed(PASSWORD)
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        users = {
            "locked": ("!" + good, "disabled"),
            "doubly": ("!!" + good, "disabled"),
            "empty": (":19000:0:99999:7:::", "disabled"),
            "never": ("*", "disabled"),
            "unset": ("!*", "disabled"),
            "strange": ("x", "wrong"),
            "ended": ("%s:19000:0:99999:7::%d:" % (good, day), "expired"),
            "long-ended": ("%s:19000:0:99999:7::1:" % good, "expired"),
            "aged": ("%s:%d:0:90:7:::" % (good, day - 91), "expired"),
            "inactive": ("%s:%d:0:90:7:30::" % (good, day - 200), "expired"),
            "to-change": ("%s:0:0:99999:7:::" % good, "expired"),
            "last-day": ("%s:%d:0:90:7:::" % (good, day - 90), None),
            "tomorrow": ("%s:19000:0:99999:7::%d:" % (good, day + 1), None),
            "no-ageing": ("%s:::::::" % good, None),
        }
        scratch.host.shadow({name: fields for name, (fields, _) in users.items()})
        for name, (_, reason) in users.items():
            for password in (PASSWORD, OTHER, "") if name in ("locked", "ended", "empty") else (PASSWORD,):
                words = "user=%s reason=%s " % (name, reason) if reason else "user=%s " % name
                judged(scratch, name, password, WRONG if reason else GOOD, words, mechanisms=["PLAIN"])


def names(programs, way):
    """One form for each user, with our realm or without; another realm is another's user."""
    with shadow_place(programs, way, realm="office.example") as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD), "Bob": hashed(PASSWORD), "root": hashed(PASSWORD)})
        for name in "alice", "ALICE", "Alice", "alice@office.example", "aLice@Office.EXAMPLE":
            judged(scratch, name, PASSWORD, GOOD, "user=alice@office.example ")
        for name in "alice@example", "alice@sub.office.example", "alice@office.example.", "alice@office":
            judged(scratch, name, PASSWORD, WRONG, "reason=unknown ", mechanisms=["PLAIN"])
        # /etc/shadow's names are written as they are: one with capitals cannot be reached.
        judged(scratch, "Bob", PASSWORD, WRONG, "reason=unknown ")
        for name in "alice:x", "alice\n", "../alice", "-alice", "", "al*", "alice@@office.example":
            judged(scratch, name, PASSWORD, WRONG, "reason=unknown ", mechanisms=["LOGIN"])
        client = connect(scratch)
        client.expect("AUTH PLAIN " + encoded("root\0alice\0" + PASSWORD), WRONG)
        client.quit()
        assert scratch.logged("auth result=fail user=alice@office.example reason=mechanism")


def without_a_realm(programs, way):
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        judged(scratch, "alice", PASSWORD, GOOD, "user=alice ", mechanisms=["PLAIN"])
        judged(scratch, "alice@office.example", PASSWORD, WRONG, "reason=unknown ", mechanisms=["PLAIN"])


def only_what_carries_a_password(programs, way):
    with shadow_place(programs, way) as scratch:
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        assert offered(scratch) == [["PLAIN", "LOGIN"]]
        client = connect(scratch)
        for mechanism in "SCRAM-SHA-256", "CRAM-MD5":
            client.expect("AUTH " + mechanism, "504 5.5.4")
        client.quit()
        status, told = check(scratch)
        assert status == 0, told
        for mechanism in "SCRAM-SHA-256", "CRAM-MD5":
            assert "%s cannot be served from these passwords" % mechanism in told, told
        assert "PLAIN: offered" in told and "LOGIN: offered" in told, told


def without_the_group(programs, way):
    """Who may not read the file can tell nobody's password: not a wrong one, but none."""
    with shadow_place(programs, way, 61009) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        for name in "alice", "nobody":
            judged(scratch, name, PASSWORD, UNAVAILABLE, "reason=store ")
        line = scratch.logged("auth result=unavailable")[0]
        assert "/etc/shadow: Permission denied" in line and "group shadow" in line, line
        status, told = check(scratch)
        wrong = [line for line in told.splitlines() if "/etc/shadow" in line]
        assert status == 1 and wrong and all("group shadow" in line for line in wrong), told


def nobody_at_all(programs, way):
    """No hash to take as long with, and nobody to be let in."""
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({})
        judged(scratch, "alice", PASSWORD, WRONG, "reason=unknown ")


def an_unknown_user_takes_as_long(programs, way):
    """Or names could be tried. All users of one host have hashes of one kind."""
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"root": "*", "first": hashed(OTHER, "y"), "alice": hashed(PASSWORD, "y"),
                             "locked": "!" + hashed(PASSWORD, "y"), "system": "*"})
        taken = {name: [] for name in ("alice", "nobody", "locked", "system", "-x")}
        for _ in range(TRIES):
            for name, times in taken.items():
                client = connect(scratch)
                client.expect("AUTH LOGIN", "334 ")
                client.expect(encoded(name), "334 ")
                began = time.monotonic()
                client.expect(encoded(OTHER), WRONG)
                times.append(time.monotonic() - began)
                client.quit()
        median = {name: statistics.median(times) for name, times in taken.items()}
        assert all(0.8 < times / median["alice"] < 1.25 for times in median.values()), median


def in_its_jail(programs, way):
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        client = connect(scratch)
        client.expect("AUTH LOGIN", "334 ")
        pid = is_jailed(scratch, client)
        client.expect(encoded("alice"), "334 ")
        tells_nothing(scratch, pid, client.monitor)
        client.expect(encoded(PASSWORD), GOOD)
        assert not os.path.exists("/proc/%d" % pid)
        client.quit()


def a_login_sends_a_message(programs, way):
    with shadow_place(programs, way, networks="192.0.2.1", realm="office.example") as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        client = connect(scratch)
        client.expect("MAIL FROM:<alice@office.example>", "530 5.7.0")
        assert say_password(client, "PLAIN", "alice", PASSWORD).startswith(GOOD)
        assert client.message(b"Subject: x\r\n\r\ntext\r\n").startswith("250 2.0.0")
        client.quit()
        assert scratch.logged("relay rule=login user=alice@office.example status=0")


def changed_while_connected(programs, way):
    """The file is read anew for each login: a new password counts at once."""
    with shadow_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        client = connect(scratch)
        assert say_password(client, "PLAIN", "alice", OTHER).startswith(WRONG)
        scratch.host.shadow({"alice": hashed(OTHER)})
        assert say_password(client, "PLAIN", "alice", OTHER).startswith(GOOD)
        client.quit()
        assert log_in(scratch, "LOGIN", "alice", PASSWORD).startswith(WRONG)


def test_an_unknown_user_takes_as_long(programs):
    """By itself and before the crowd, which would lengthen the one and not the other."""
    an_unknown_user_takes_as_long(programs, "root")


@each([sha512, yescrypt, whom_the_host_keeps_out, names, without_a_realm, only_what_carries_a_password,
       without_the_group, nobody_at_all, in_its_jail, a_login_sends_a_message, changed_while_connected])
def test_shadow(crowd, case, way):
    crowd(case, way)

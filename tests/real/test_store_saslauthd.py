"""passwords = saslauthd: the real one with the host's users and with PAM; and what may sit in its place.

A store that does not answer is no wrong password: 454, in time, and the connection goes on.
"""

import os
import socket
import time

import pytest

from client import IS_ROOT, each, run_side_by_side, status_of, until
from scratch import PATIENCE, SANITIZED
from stores import (GOOD, RELAY, UNAVAILABLE, WRONG, StandIn, check, connect, encoded, hashed, host_place, is_jailed,
                    judged, log_in, missing, offered, saslauthd, say_password, tells_nothing)

AT_ONCE = 6 if SANITIZED else 16  # nearly all of them wait
PASSWORD, OTHER = "sesame-open-7", "sesame-close-8"
SILENCE_S = 30  # the longest that a client waits for a store that is silent
PWDFILE = "/usr/lib/%s-linux-gnu/security/pam_pwdfile.so" % os.uname().machine

assert run_side_by_side  # the fixture `crowd`
pytestmark = pytest.mark.skipif(
    not IS_ROOT or missing("unshare", "setpriv", "saslauthd", "openssl") is not None,
    reason="only root makes a host with other users; and unshare, setpriv, saslauthd and openssl are needed")


def saslauthd_place(programs, way, *groups, **settings):
    return host_place(programs, way, *groups, passwords="saslauthd", log_unknown_users="yes", **{
        "mechanisms": "SCRAM-SHA-256 PLAIN LOGIN", "realm": "office.example", **settings})


def keep_secret(scratch):
    for password in PASSWORD, OTHER:
        scratch.secrets |= {password.encode(), encoded(password).encode()}


# --- the real one ---

def by_shadow(programs, way):
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD), "ended": hashed(PASSWORD) + ":19000:0:99999:7::1:",
                             "locked": "!" + hashed(PASSWORD)})
        with saslauthd(scratch, "shadow", workers=2):
            assert offered(scratch) == [["PLAIN", "LOGIN"]]
            for name in "alice", "ALICE", "alice@office.example":
                judged(scratch, name, PASSWORD, GOOD, "result=ok ")
            assert len(scratch.logged("auth result=ok user=alice@office.example")) == 6
            for name, password in (("alice", OTHER), ("alice", ""), ("alice", "x" * 600), ("nobody", PASSWORD),
                                   ("ended", PASSWORD), ("locked", PASSWORD)):
                # Which of these it is, saslauthd does not say.
                judged(scratch, name, password, WRONG, "user=%s@office.example reason=wrong " % name)
            # saslauthd drops a realm, whichever it is; so ours alone may pass.
            judged(scratch, "alice@elsewhere.example", PASSWORD, WRONG, "reason=wrong ")
            for name in "alice\0", "-alice", "../alice", "", "a" * 65:
                judged(scratch, name, PASSWORD, WRONG, "reason=wrong ", mechanisms=["LOGIN"])
            status, told = check(scratch)
            assert status == 0 and "PLAIN: offered" in told, told
            assert "SCRAM-SHA-256 cannot be served from these passwords" in told, told


def by_pam(programs, way):
    """The service's name is smtp."""
    if not os.path.exists(PWDFILE):
        pytest.skip("no libpam-pwdfile here")
    with saslauthd_place(programs, way, realm="") as scratch:
        keep_secret(scratch)
        scratch.host.write("pwdfile", "alice:%s\n" % hashed(PASSWORD))
        scratch.host.write("pam.d/smtp", "auth required pam_pwdfile.so nodelay pwdfile=%s\n"
                           "account required pam_permit.so\n" % scratch.host.path("pwdfile"))
        scratch.host.write("pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n")
        with saslauthd(scratch, "pam", workers=2):
            judged(scratch, "alice", PASSWORD, GOOD, "result=ok ")
            for name, password in ("alice", OTHER), ("nobody", PASSWORD), ("alice@office.example", PASSWORD):
                judged(scratch, name, password, WRONG, "reason=wrong ")
            assert scratch.logged("auth result=ok user=alice")
            os.remove(scratch.host.path("pam.d/smtp"))
            judged(scratch, "alice", PASSWORD, WRONG, "reason=wrong ", mechanisms=["PLAIN"])


def an_idle_client_holds_no_worker(programs, way):
    """saslauthd is asked when the password is there, and let go with its answer."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        with saslauthd(scratch, "shadow", workers=1):
            idle = [connect(scratch) for _ in range(4)]
            for client in idle:
                client.expect("AUTH LOGIN", "334 ")
            for client in idle[2:]:
                client.expect(encoded("alice"), "334 ")
            pids = [is_jailed(scratch, client) for client in idle]
            began = time.monotonic()
            assert log_in(scratch, "PLAIN", "alice", PASSWORD).startswith(GOOD)
            assert time.monotonic() - began < PATIENCE / 2
            tells_nothing(scratch, *pids)
            for client in idle[2:]:
                client.expect(encoded(PASSWORD), GOOD)
            for client in idle[:2]:
                client.expect("*", "501 5.7.0")
            for client in idle:
                client.quit()
            # And one that goes away while it is asked.
            client = connect(scratch)
            client.send("AUTH PLAIN " + encoded("\0alice\0" + OTHER) + "\r\n")
            client.close()
            assert log_in(scratch, "LOGIN", "alice", PASSWORD).startswith(GOOD)


def a_login_sends_a_message(programs, way):
    with saslauthd_place(programs, way, networks="192.0.2.1") as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        with saslauthd(scratch, "shadow"):
            client = connect(scratch)
            client.expect("MAIL FROM:<alice@office.example>", "530 5.7.0")
            assert say_password(client, "LOGIN", "alice", PASSWORD).startswith(GOOD)
            assert client.message(b"Subject: x\r\n\r\ntext\r\n").startswith("250 2.0.0")
            client.quit()
        assert scratch.logged("relay rule=login user=alice@office.example status=0")


def ended_and_started_again(programs, way):
    """Its absence is told, and it is found again within the same connection."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        scratch.write_settings(saslauthd_socket=scratch.path("mux") + "/mux")
        client = connect(scratch)
        assert say_password(client, "PLAIN", "alice", PASSWORD).startswith(UNAVAILABLE)
        with saslauthd(scratch, "shadow"):
            assert say_password(client, "PLAIN", "alice", OTHER).startswith(WRONG)
            assert say_password(client, "LOGIN", "alice", PASSWORD).startswith(GOOD)
        client.quit()


# --- who cannot be reached ---

def told_and_checked(scratch, *words):
    """454 for everybody, the log and `postern check` say these words."""
    keep_secret(scratch)
    for name in "alice", "nobody":
        judged(scratch, name, PASSWORD, UNAVAILABLE, "reason=store ")
    line = scratch.logged("auth result=unavailable")[0]
    status, told = check(scratch)
    assert all(word in line for word in words), line
    wrong = [line for line in told.splitlines() if "saslauthd" in line]
    assert status == 1 and wrong and all(word in line for word in words for line in wrong), told


def no_socket(programs, way):
    with saslauthd_place(programs, way, saslauthd_socket="/nonexistent/mux") as scratch:
        told_and_checked(scratch, "saslauthd_socket", "/nonexistent/mux", "No such file", "start saslauthd")


def not_in_the_group(programs, way):
    """As Debian has it: the folder is root's and the group sasl's, and nobody else's."""
    with saslauthd_place(programs, way) as scratch:
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        with saslauthd(scratch, "shadow", mode=0o710, group=RELAY):
            told_and_checked(scratch, "saslauthd_socket", scratch.path("mux/mux"), "Permission denied", "group", "sasl")


def in_the_group(programs, way):
    with saslauthd_place(programs, way, RELAY) as scratch:
        keep_secret(scratch)
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        with saslauthd(scratch, "shadow", mode=0o710, group=RELAY):
            judged(scratch, "alice", PASSWORD, GOOD, "result=ok ")
            judged(scratch, "alice", OTHER, WRONG, "reason=wrong ")
            assert check(scratch)[0] == 0


def path_too_long(programs, way):
    with saslauthd_place(programs, way, saslauthd_socket="/tmp/" + "x" * 120) as scratch:
        told_and_checked(scratch, "saslauthd_socket", "too long")


def no_longer_there(programs, way):
    """The socket of one that is gone: a name, and nobody behind it; or no socket at all."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        with StandIn(scratch, None) as gone:
            pass
        for path in gone.path, scratch.path("run/spool"), scratch.path("plain-file"):
            with open(scratch.path("plain-file"), "wb"):
                os.chmod(scratch.path("plain-file"), 0o666)
            scratch.write_settings(saslauthd_socket=path)
            judged(scratch, "alice", PASSWORD, UNAVAILABLE, "reason=store ")
            status, told = check(scratch)
            assert status == 1 and path + ": Connection refused" in told and "start saslauthd" in told, told


# --- who answers otherwise ---

def say(octets):
    return lambda connection, _: connection.sendall(octets)


def counted(octets):
    return len(octets).to_bytes(2, "big") + octets


ANSWERS = {
    "nothing": b"", "half a count": b"\0", "half an answer": b"\0\4OK", "no octets": b"\0\0", "one octet": b"\0\1O",
    "another word": counted(b"MAYBE"), "lower case": counted(b"ok"), "blank": counted(b" OK"), "nul": counted(b"\0OK"),
    "a line": b"OK\r\n", "an http answer": b"HTTP/1.0 400 Bad\r\n\r\n", "over-long": b"\xff\xff" + b"OK" * 32767,
    "over-long and nothing": b"\xff\xff", "a little over-long": counted(b"OK" + b" " * 1023), "half over": b"\4\1OK",
}


def answers_otherwise(programs, way):
    """Only a whole OK is a yes, and only a NO is a wrong password."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        said = []
        with StandIn(scratch, lambda connection, _: connection.sendall(said[-1])) as stand_in:
            client = connect(scratch)
            for what, octets in ANSWERS.items():
                said.append(octets)
                began = time.monotonic()
                reply = say_password(client, "PLAIN", "alice", PASSWORD)
                assert reply.startswith(UNAVAILABLE), (what, reply)
                assert time.monotonic() - began < PATIENCE / 2, what
            client.expect("NOOP", "250 ")
            said.append(counted(b"NO why"))
            assert say_password(client, "LOGIN", "alice", OTHER).startswith(WRONG)
            said.append(counted(b"OK"))
            assert say_password(client, "LOGIN", "alice", PASSWORD).startswith(GOOD)
            client.quit()
        assert stand_in.asked == [["alice", PASSWORD, "smtp", "office.example"]] * len(ANSWERS) + [
            ["alice", word, "smtp", "office.example"] for word in (OTHER, PASSWORD)]


def hangs_up_unasked(programs, way):
    """Before it has read what it is asked, which may be more than its socket takes."""
    with saslauthd_place(programs, way) as scratch:
        with StandIn(scratch, None) as stand_in:
            for password in PASSWORD, "x" * 7000:
                client = connect(scratch)
                client.send("AUTH PLAIN " + encoded("\0alice\0" + password) + "\r\n")
                connection, _ = stand_in.socket.accept()
                connection.close()
                reply = client.reply()
                assert reply.startswith(UNAVAILABLE), reply
                client.quit()


def what_is_asked(programs, way):
    """One user's name in one form, without a realm that saslauthd would drop; and a password octet by octet."""
    with saslauthd_place(programs, way) as scratch:
        asked = []
        with StandIn(scratch, say(counted(b"NO"))) as stand_in:
            passwords = ["a b", "p\u00e4ss", "'\"\\`$(x)\n", "x" * 7000]
            for password in passwords:
                for name in "Alice", "alice@office.example":
                    assert log_in(scratch, "PLAIN", name, password).startswith(WRONG)
                    asked.append(["alice", password.encode().decode("latin-1"), "smtp", "office.example"])
            assert stand_in.asked == asked
            # These it never hears of.
            for name, password in (("alice@elsewhere.example", PASSWORD), ("-alice", PASSWORD), ("alice", "x" * 8100)):
                assert log_in(scratch, "PLAIN", name, password).startswith(WRONG)
            assert stand_in.asked == asked


def not_beyond_a_nul(programs, way):
    """saslauthd's password ends at a NUL; one that goes on behind it is another."""
    with saslauthd_place(programs, way) as scratch:
        scratch.host.shadow({"alice": hashed(PASSWORD)})
        with saslauthd(scratch, "shadow"):
            assert log_in(scratch, "LOGIN", "alice", PASSWORD + "\0").startswith(WRONG)
            assert log_in(scratch, "LOGIN", "alice", PASSWORD + "\0more").startswith(WRONG)


# --- who is slow: each takes as long as a client is made to wait ---

def unavailable_in_time(scratch, client):
    """454 within the time; the connection goes on."""
    began = time.monotonic()
    client.socket.settimeout(SILENCE_S + PATIENCE)
    reply = client.reply()
    assert reply.startswith(UNAVAILABLE), reply
    assert time.monotonic() - began < SILENCE_S
    line, = scratch.logged("auth result=unavailable")
    assert "reason=store" in line or "reason=plugin" in line, line
    client.expect("NOOP", "250 ")
    client.expect("MAIL FROM:<a@office.example>", "250 2.1.0")
    client.quit()


def never_answers(programs, way):
    """It takes the question. Meanwhile the password is in postern-auth's memory, and nowhere else to be seen."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        with StandIn(scratch, lambda _, stand_in: stand_in.over.wait(60)) as stand_in:
            client = connect(scratch)
            client.send("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD) + "\r\n")
            pid = is_jailed(scratch, client)
            until(lambda: stand_in.asked, "saslauthd is asked")
            tells_nothing(scratch, pid, client.monitor, client.session)
            assert [status_of(number)["State"][0] for number in (pid, client.monitor)] == ["S", "S"]
            unavailable_in_time(scratch, client)


def trickles(programs, way):
    """An octet now and then: the time is for the whole answer."""
    def answer(connection, stand_in):
        for octet in counted(b"OK" + b"." * 60):
            connection.send(bytes([octet]))
            if stand_in.over.wait(2):
                return
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        with StandIn(scratch, answer):
            client = connect(scratch)
            client.send("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD) + "\r\n")
            unavailable_in_time(scratch, client)


def fill(path):
    """Connections until the queue takes no more."""
    waiting = []
    while True:
        one = socket.socket(socket.AF_UNIX)
        one.setblocking(False)
        try:
            one.connect(path)
        except BlockingIOError:
            one.close()
            return waiting
        waiting.append(one)


def full_backlog(programs, way):
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        with StandIn(scratch, None, backlog=2) as stand_in:
            waiting = fill(stand_in.path)
            assert waiting
            client = connect(scratch)
            client.send("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD) + "\r\n")
            unavailable_in_time(scratch, client)
            for one in waiting:
                one.close()


def backlog_that_empties(programs, way):
    """Who waits in front of a queue that was full is served when there is room."""
    with saslauthd_place(programs, way) as scratch:
        keep_secret(scratch)
        with StandIn(scratch, say(counted(b"OK")), backlog=2, waits=True) as stand_in:
            waiting = fill(stand_in.path)
            client = connect(scratch)
            client.send("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD) + "\r\n")
            is_jailed(scratch, client)
            time.sleep(0.5)
            for one in waiting:
                one.close()
            stand_in.thread.start()
            assert client.reply().startswith(GOOD)
            client.quit()


REAL = [by_shadow, by_pam, an_idle_client_holds_no_worker, a_login_sends_a_message, ended_and_started_again]
UNREACHED = [no_socket, not_in_the_group, in_the_group, path_too_long, no_longer_there]
OTHERWISE = [answers_otherwise, hangs_up_unasked, what_is_asked, not_beyond_a_nul]
SLOW = [never_answers, trickles, full_backlog, backlog_that_empties]


@each(SLOW + REAL + UNREACHED + OTHERWISE)
def test_saslauthd(crowd, case, way):
    crowd(case, way)

"""SCRAM in postern-auth, driven as the monitor drives it: what is right, and every message made wrong."""

import base64
import os
import shutil
import subprocess
import tempfile

import pytest

import scratch
import wire
from scram import HASHES, Scram
from test_auth import AUTH, ENVIRONMENT, STORE, begin, challenge, end, first_record, is_verdict, token
from wire import NUMBERS, Run, pack

ALL = list(HASHES)
EXPORTER, UNIQUE = bytes(range(32)), bytes(range(12))


@pytest.fixture(scope="module", name="accounts")
def make_accounts():
    """A file with accounts of all kinds."""
    folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
    path = os.path.join(folder, "accounts.gdbm")
    account = os.path.join(folder, "account")
    wire.compile_c(account, "tests/account.c", *STORE)
    for words in (("add", "alice", "pencil", "4096", *ALL), ("add", "bob@office.example", "beta", "10000", *ALL),
                  ("add", "carol", "gamma", "4096", *ALL), ("disable", "carol"), ("add", "dora", "delta", "4096"),
                  ("add", "weak", "delta", "1000", *ALL), ("raw", "broken", "SCRAM-SHA-256$4096:nonsense"),
                  ("add", "umlaut", "p\u00e4ss,=w\u00f6rd", "4096", *ALL)):
        subprocess.run([account, path, *words], check=True)
    yield path
    shutil.rmtree(folder)


def bindings(exporter=b"", unique=b""):
    return pack("wire_bindings", exporter_len=len(exporter), unique_len=len(unique), exporter=exporter, unique=unique)


NONE, NEW, OLD = bindings(), bindings(EXPORTER), bindings(EXPORTER, UNIQUE)  # no TLS, TLS 1.3, TLS 1.2


def say(run, message, present=1):
    token(run, base64.b64encode(message), present)


def start(accounts, mechanism, **values):
    return begin(accounts, mechanism.replace("-", "_"), **values)


def login(accounts, mechanism, client, empty_first=False, **how):
    """A whole login; the server must have proved itself before its yes. The parts in `how` are wrong."""
    values = {name: how.pop(name) for name in ("bindings", "realm", "log_unknown_users", "iterations") if name in how}
    run = start(accounts, mechanism, **values)
    if empty_first:
        token(run, b"", present=0)
        assert challenge(run) == b""
    say(run, client.first())
    octets = run.receive()
    if octets[0:1] == bytes([NUMBERS["WIRE_VERDICT"]]):
        return end_with(run, octets)
    client.hear(base64.b64decode(octets[1:]))
    say(run, client.final(**how))
    octets = run.receive()
    if octets[0:1] == bytes([NUMBERS["WIRE_VERDICT"]]):
        return end_with(run, octets)
    assert client.is_server(base64.b64decode(octets[1:]))
    token(run, b"")
    return end(run)


def end_with(run, octets):
    """A verdict that was received already."""
    verdict = wire.unpack("wire_verdict", octets)
    assert run.receive() == b""
    status, run.said = run.wait()
    assert status == 0 and run.said == "", run.said
    verdict.login = verdict.login.rstrip(b"\0").decode()
    return verdict


@pytest.mark.parametrize("mechanism", ALL)
def test_right(accounts, mechanism):
    verdict = login(accounts, mechanism, Scram(mechanism, "alice", "pencil"))
    is_verdict(verdict, "YES", "NONE", "alice")
    assert verdict.renew == 0 and verdict.name_key != bytes(32) and verdict.password_key == bytes(32)
    is_verdict(login(accounts, mechanism, Scram(mechanism, "Alice", "pencil"), empty_first=True), "YES", "NONE",
               "alice")
    is_verdict(login(accounts, mechanism, Scram(mechanism, "alice", "pencil", identity="alice")), "YES", "NONE",
               "alice")
    is_verdict(login(accounts, mechanism, Scram(mechanism, "bob", "beta"), realm="office.example"), "YES", "NONE",
               "bob@office.example")
    is_verdict(login(accounts, mechanism, Scram(mechanism, "umlaut", "p\u00e4ss,=w\u00f6rd")), "YES", "NONE", "umlaut")


@pytest.mark.parametrize("mechanism", ALL)
def test_wrong(accounts, mechanism):
    """What the log is told. The client is told 535 of all, and of none that its password was right."""
    def refused(name, word, *verdict, **values):
        client = Scram(mechanism, name, word)
        is_verdict(login(accounts, mechanism, client, **values), "NO", *verdict)
        assert not client.answered
    for word in "Pencil", "", "pencil ":
        refused("alice", word, "WRONG", "alice")
    refused("nobody", "pencil", "UNKNOWN")
    refused("nobody", "pencil", "UNKNOWN", "nobody", log_unknown_users=1)
    for word in "gamma", "wrong":
        refused("carol", word, "DISABLED", "carol")
    refused("broken", "x", "MECHANISM", "broken")
    if mechanism != "SCRAM-SHA-256":  # which is always kept
        refused("dora", "delta", "MECHANISM", "dora")
    else:
        is_verdict(login(accounts, mechanism, Scram(mechanism, "dora", "delta")), "YES", "NONE", "dora")


@pytest.mark.parametrize("mechanism", ALL)
def test_weak_verifier_is_marked(accounts, mechanism):
    assert login(accounts, mechanism, Scram(mechanism, "weak", "delta")).renew == 1
    assert login(accounts, mechanism, Scram(mechanism, "weak", "wrong")).renew == 0
    assert login(accounts, mechanism, Scram(mechanism, "alice", "pencil"), iterations=4097).renew == 1


BINDINGS = [("tls-exporter", EXPORTER, NEW), ("tls-exporter", EXPORTER, OLD), ("tls-unique", UNIQUE, OLD)]


@pytest.mark.parametrize("kind, data, server", BINDINGS, ids=["new", "old", "unique"])
@pytest.mark.parametrize("mechanism", ALL)
def test_bound(accounts, mechanism, kind, data, server):
    plus = mechanism + "-PLUS"
    for word, verdict in ("pencil", ("YES", "NONE", "alice")), ("wrong", ("NO", "WRONG", "alice")):
        is_verdict(login(accounts, plus, Scram(plus, "alice", word, "p=" + kind, data), bindings=server), *verdict)


def is_refused(verdict, login="alice"):
    """A no that counts as a failed login."""
    assert verdict.verdict == NUMBERS["NO"]
    assert verdict.reason in (NUMBERS["REASON_WRONG"], NUMBERS["REASON_MECHANISM"]), verdict.reason
    assert verdict.login in ("", login)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_whoever_sits_between_is_found_out(accounts, mechanism):
    """RFC 5802 6: each way to take the binding away, or to have another one."""
    plus = mechanism + "-PLUS"

    def refused(name, flag, data, server, **how):
        is_refused(login(accounts, name, Scram(mechanism, "alice", "pencil", flag, data), bindings=server, **how))
    for server in NEW, OLD:
        # The -PLUS was struck from the list, and the client says that it would have had it.
        refused(mechanism, "y", b"", server)
        # A -PLUS without the binding.
        refused(plus, "n", b"", server)
        refused(plus, "y", b"", server)
        for flag in "p", "p=", "p=tls-server-end-point", "p=TLS-EXPORTER", "p=tls-exporter ", "q", "":
            refused(plus, flag, EXPORTER, server)
        # Another connection's data, a part of it, none, or more.
        for data in bytes(32), EXPORTER[:-1], EXPORTER + b"\0", b"", UNIQUE:
            refused(plus, "p=tls-exporter", data, server)
        # The header is another at the end than it was at first.
        for header in b"n,,", b"y,,", b"p=tls-unique,,", b"p=tls-exporter,a=alice,", b"":
            refused(plus, "p=tls-exporter", EXPORTER, server, header=header)
    refused(plus, "p=tls-unique", UNIQUE, NEW)  # there is none in TLS 1.3 (RFC 9266 3)
    refused(plus, "p=tls-unique", b"", NEW)
    refused(plus, "p=tls-unique", EXPORTER, NEW)
    refused(plus, "p=tls-unique", EXPORTER, OLD)
    refused(plus, "p=tls-exporter", UNIQUE, OLD)
    refused(plus, "p=tls-unique", UNIQUE[:-1], OLD)
    for flag, data in ("p=tls-exporter", EXPORTER), ("p=tls-unique", b""):  # there is no TLS
        refused(mechanism, flag, data, NONE)
    # One word at first, another at the end.
    refused(mechanism, "n", b"", NEW, header=b"y,,")
    refused(mechanism, "y", b"", NONE, header=b"n,,")
    refused(mechanism, "n", b"", NONE, header=b"n,a=alice,")


def test_who_cannot_bind_is_welcome(accounts):
    """`n` where -PLUS is offered, and `y` where it is not, are no attack."""
    for server in NONE, NEW, OLD:
        is_verdict(login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", "pencil", "n"), bindings=server),
                   "YES", "NONE", "alice")
    is_verdict(login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", "pencil", "y"), bindings=NONE), "YES",
               "NONE", "alice")


def test_another_identity_is_refused(accounts):
    for identity in "weak", "nobody", "carol", "bob@office.example", "-x", "alice,", "x" * 300:
        verdict = login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", "pencil", identity=identity))
        is_refused(verdict)
        assert verdict.login == "alice", "the one who proved it is in the log, not the one who was asked for"
        verdict = login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", "wrong", identity=identity))
        is_verdict(verdict, "NO", "WRONG", "alice")
    is_verdict(login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "nobody", "x", identity="alice")), "NO",
               "UNKNOWN")
    is_verdict(login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "carol", "gamma", identity="alice")), "NO",
               "DISABLED", "carol")


def test_final_messages_made_wrong(accounts):
    def refused(change):
        client, run = Scram("SCRAM-SHA-256", "alice", "pencil"), start(accounts, "SCRAM-SHA-256")
        say(run, client.first())
        client.hear(base64.b64decode(challenge(run)))
        say(run, change(client))
        is_refused(end(run))

    right = Scram.final
    for change in [
            lambda c: right(c, nonce=c.nonce), lambda c: right(c, nonce=c.both[:-1]),
            lambda c: right(c, nonce=c.both + b"x"),
            lambda c: right(c, nonce=c.both[::-1]), lambda c: right(c).partition(b",")[2],
            lambda c: right(c).replace(b"c=biws,", b"c=,"), lambda c: right(c).replace(b"c=biws,", b"c=!!!!,"),
            lambda c: right(c).replace(b"c=biws,", b"m=x,c=biws,"),
            lambda c: right(c).rpartition(b",")[0], lambda c: right(c).rpartition(b",p=")[0] + b",p=",
            lambda c: right(c)[:-4], lambda c: right(c) + b"AAAA", lambda c: right(c).rpartition(b"p=")[0] + b"p=!!!!",
            lambda c: right(c).rpartition(b"p=")[0] + b"p=" + base64.b64encode(bytes(32)),
            lambda c: right(c).rpartition(b"p=")[0] + b"p=" + base64.b64encode(bytes(64)),
            lambda c: right(c) + b",p=AAAA", lambda c: b",".join(reversed(right(c).split(b","))),
            lambda c: b"\0" + right(c), lambda c: right(c).replace(b",p=", b"\0,p="), lambda c: b"x" * 9000,
            lambda c: b"," * 9000, lambda c: b"c=" + b"A" * 9000, lambda c: b"=", lambda c: b"c",
            lambda c: b"\xff" * 99, lambda c: c.first()]:
        refused(change)


FIRST_WRONG = [
    b"n", b"n,", b"n,,", b"n,,n", b"n,,n=", b"n,,n=alice", b"n,,n=alice,", b"n,,n=alice,r", b"n,,n=alice,r=",
    b"n,,n=,r=abc", b"n,,r=abc,n=alice", b"n,,m=x,n=alice,r=abc", b"n,a=,n=alice,r=abc", b"n,b=x,n=alice,r=abc",
    b"n,,n=al=ice,r=abc", b"n,,n=al=2cice,r=abc", b"n,,n=alice=,r=abc", b"n,,n=alice=2,r=abc", b"n,,n=alice,r=a\x01c",
    b"n,,n=alice,r=\xff\xfe", b"n,,n=alice\0,r=abc", b"\0n,,n=alice,r=abc", b"n,,n=alice,r=abc\0", b"x,,n=alice,r=abc",
    b",,n=alice,r=abc", b",", b"x" * 9000, b"n,," + b"n" * 9000, b"n,,n=" + b"a" * 9000, b"," * 9000, b"\xff" * 9000,
    b"n,,n=alice,r=" + b"a" * 9000, b"p", b"p=", b"p=,", b"p=,,", b"p=tls-unique",
    b"n,a=" + b"a" * 9000 + b",n=alice,r=abc",
    b"n,,n=alice,r=abc,m=x", b"n,,n=alice,r=abc,x=", b"n,,n==3D,r=abc", b"y,,n=" + b"=2C" * 2000 + b",r=abc"]


@pytest.mark.parametrize("message", FIRST_WRONG, ids=[str(message[:20]) for message in FIRST_WRONG])
@pytest.mark.parametrize("mechanism, server", [("SCRAM-SHA-256", NONE), ("SCRAM-SHA-512-PLUS", NEW)],
                         ids=["plain", "plus"])
def test_first_messages_made_wrong(accounts, mechanism, server, message):
    """No crash, no yes, and no word about who exists; a proof of nothing is refused too."""
    run = start(accounts, mechanism, bindings=server)
    say(run, message)
    octets = run.receive()
    if octets[0:1] == bytes([NUMBERS["WIRE_MORE"]]):
        nonce = base64.b64decode(octets[1:]).partition(b",")[0]
        say(run, b"c=" + base64.b64encode(b"n,,") + b"," + nonce + b",p=" + base64.b64encode(bytes(32)))
        octets = run.receive()
    verdict = end_with(run, octets)
    assert verdict.verdict == NUMBERS["NO"], verdict
    assert verdict.login in ("", "alice")


NO_BASE64 = [b"biw", b"biws=", b"bi ws", b"biws\r", b"====", b"~~~~", b"b\0ws", b"bi=s", b"A" * 12287,
             b"biwsbj1hbGljZSxyPWFiYw="]


@pytest.mark.parametrize("octets", NO_BASE64, ids=[str(octets[:12]) for octets in NO_BASE64])
def test_malformed_base64(accounts, octets):
    """What is no base64 is so at every step, and is no failed login (RFC 4954 4)."""
    for steps in range(3):
        client, run = Scram("SCRAM-SHA-256", "alice", "pencil"), start(accounts, "SCRAM-SHA-256")
        if steps > 0:
            say(run, client.first())
            client.hear(base64.b64decode(challenge(run)))
        if steps > 1:
            say(run, client.final())
            challenge(run)
        token(run, octets)
        verdict = end(run)
        is_verdict(verdict, "NO", "MALFORMED", verdict.login)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-384"])
def test_cancelled_at_each_step(accounts, mechanism):
    for steps in range(4):
        client, run = Scram(mechanism, "alice", "pencil"), start(accounts, mechanism)
        if steps > 0:
            token(run, b"", present=0)
            assert challenge(run) == b""
        if steps > 1:
            say(run, client.first())
            client.hear(base64.b64decode(challenge(run)))
        if steps > 2:
            say(run, client.final())
            assert client.is_server(base64.b64decode(challenge(run)))
        token(run, b"*")
        verdict = end(run)
        is_verdict(verdict, "NO", "CANCELLED", verdict.login)


def test_nothing_instead_of_a_message(accounts):
    for steps in range(2):
        client, run = Scram("SCRAM-SHA-256", "alice", "pencil"), start(accounts, "SCRAM-SHA-256")
        if steps == 0:
            token(run, b"", present=0)
            assert challenge(run) == b""
        else:
            say(run, client.first())
            challenge(run)
        token(run, b"")
        assert end(run).verdict == NUMBERS["NO"]


def test_names_keep_their_form(accounts):
    """What no account can be called goes the way of an unknown name."""
    for name in ("-alice", "al ice", "alice ", "alice@", "al=ice", "al,ice", "a" * 65, "alice@" + "r" * 300, "../alice",
                 "\u00e4"):
        verdict = login(accounts, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", name, "pencil"))
        assert (verdict.verdict, verdict.login) == (NUMBERS["NO"], ""), name
        assert verdict.reason == NUMBERS["REASON_UNKNOWN"], name


def test_what_the_nonce_is_made_of(accounts):
    """No two alike, neither of the kernel's octets nor of the clock."""
    nonces = set()
    for _ in range(8):
        run = start(accounts, "SCRAM-SHA-256")
        client = Scram("SCRAM-SHA-256", "alice", "pencil", nonce=b"fixed")
        say(run, client.first())
        client.hear(base64.b64decode(challenge(run)))
        nonces.add(client.both)
        token(run, b"*")
        end(run)
    assert len(nonces) == 8


def facts(accounts, mechanism, name):
    """What a stranger sees of a name: the salt and the count."""
    run = start(accounts, mechanism)
    client = Scram(mechanism, name, "x")
    say(run, client.first())
    client.hear(base64.b64decode(challenge(run)))
    token(run, b"*")
    end(run)
    return client.salt, client.iterations


NAMES = ["alice", "carol", "dora", "weak", "broken", "nobody", "somebody", "another", "-x", "a" * 65]


def test_every_name_shows_the_same_kind_of_facts(accounts):
    shown = {}
    for name in NAMES:
        for mechanism in ALL:
            shown[name, mechanism] = facts(accounts, mechanism, name)
            salt, count = shown[name, mechanism]
            assert len(salt) == 16 and count in (1000, 4096, 10000), (name, mechanism)
        # A new salt for each mechanism, one count for all.
        assert len({shown[name, mechanism][0] for mechanism in ALL}) == len(ALL), name
        assert len({shown[name, mechanism][1] for mechanism in ALL}) == 1, name
    assert len({salt for salt, _ in shown.values()}) == len(shown)
    for name in NAMES:  # and the same at the next look
        assert facts(accounts, "SCRAM-SHA-256", name) == shown[name, "SCRAM-SHA-256"]
        # With channel binding there are no others.
    assert facts(accounts, "SCRAM-SHA-256", "NoBody") == shown["nobody", "SCRAM-SHA-256"]


def test_first_record_has_sound_bindings(accounts):
    for change in {"exporter_len": 33}, {"unique_len": 65}, {"exporter_len": 255, "unique_len": 255}:
        run = Run([AUTH], ENVIRONMENT)
        run.send(first_record(accounts, "SCRAM_SHA_256", bindings=pack("wire_bindings", **change)))
        assert run.receive() == b""
        status, words = run.wait()
        assert status == 3 and words == "the first record is not as it must be\n"


def test_check(accounts):
    for mechanism in ALL:
        for name in mechanism, mechanism + "-PLUS":
            run = Run([AUTH, "--check"], ENVIRONMENT)
            run.send(first_record(accounts, name.replace("-", "_"), check=1))
            is_verdict(end(run), "YES", "NONE")


@pytest.mark.skipif(scratch.SANITIZED or shutil.which("strace") is None, reason="no strace here")
def test_what_it_opens_behind_the_jail(accounts):
    """/dev/urandom, to read it, and nothing else."""
    trace = os.path.join(os.path.dirname(accounts), "trace")
    for mechanism in "SCRAM-SHA-256", "SCRAM-SHA-512":
        run = Run([shutil.which("strace"), "-o", trace, AUTH], {"LD_BIND_NOW": "1"})
        run.send(first_record(accounts, mechanism.replace("-", "_")))
        client = Scram(mechanism, "alice", "pencil")
        say(run, client.first())
        client.hear(base64.b64decode(challenge(run)))
        say(run, client.final())
        assert client.is_server(base64.b64decode(challenge(run)))
        token(run, b"")
        is_verdict(end(run), "YES", "NONE", "alice")
        with open(trace, encoding="latin-1") as file:
            lines = file.read().splitlines()
        jail, = [n for n, line in enumerate(lines) if "PR_SET_SECCOMP" in line]
        opened = [line for line in lines[jail + 1:] if "open" in line.partition("(")[0]]
        assert opened and all(line.startswith('openat(AT_FDCWD, "/dev/urandom", O_RDONLY) = ') for line in opened)
        behind = {line.partition("(")[0] for line in lines[jail + 1:] if "(" in line}
        allowed = {"read", "write", "lseek", "close", "recvmsg", "sendmsg", "sendto", "poll", "ppoll", "brk", "mmap",
                   "munmap", "mremap", "clock_gettime", "exit_group", "openat", "newfstatat", "fstat", "getpid",
                   "getrandom", "futex", "writev"}
        assert sorted(behind - allowed) == []

"""postern-auth, driven as the monitor drives it: records over a socketpair, one verdict, the end."""

import base64
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
import scratch  # noqa: E402
import wire  # noqa: E402
from wire import NUMBERS, Run, pack, unpack  # noqa: E402

AUTH = os.path.join(scratch.BUILD, "postern-auth")
LAYERS = 3 if scratch.SANITIZED else NUMBERS["LAYERS_ALL"]
STORE = ["store/store.c", "store/accounts.c", "store/verifier.c", "store/passwords.c", "base/text.c",
         "base/deadline.c", "base/mechanism.c", '-DSASL_PLUGINS=""', "-lgdbm", "-lnettle"]
ENVIRONMENT = scratch.sanitizer_options()


@pytest.fixture(scope="module", name="folder")
def make_folder():
    """A folder with accounts of all kinds."""
    folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
    account = os.path.join(folder, "account")
    wire.compile_c(account, "tests/account.c", *STORE)
    for words in (("add", "alice", "pencil", "4096"), ("add", "bob@office.example", "beta", "10000"),
                  ("add", "carol", "gamma", "4096"), ("disable", "carol"), ("add", "weak", "delta", "1000"),
                  ("raw", "broken", "SCRAM-SHA-256$4096:nonsense"), ("add", "long", "p" * 900, "4096")):
        subprocess.run([account, os.path.join(folder, "accounts.gdbm"), *words], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(name="accounts")
def name_accounts(folder):
    return os.path.join(folder, "accounts.gdbm")


FIRST = {"type": NUMBERS["WIRE_AUTH"], "mechanism": NUMBERS["MECHANISM_PLAIN"],
         "passwords": NUMBERS["PASSWORDS_ACCOUNTS"], "jail_layers": LAYERS, "hostname": "mail.example.org"}


def first_record(accounts, name="PLAIN", **values):
    return pack("wire_auth", **{**FIRST, "accounts": accounts, "mechanism": NUMBERS["MECHANISM_" + name], **values})


def begin(accounts, name="PLAIN", program=AUTH, **values):
    run = Run([program], ENVIRONMENT)
    run.send(first_record(accounts, name, **values))
    return run


def token(run, octets, present=1):
    run.send(pack("wire_token", type=NUMBERS["REQUEST_token"], present=present), octets)


def end(run):
    """The verdict, and that it counts: end of file and status 0 behind it."""
    octets = run.receive()
    if octets[0:1] != bytes([NUMBERS["WIRE_VERDICT"]]):
        run.cut()
        raise AssertionError("no verdict: %r, %r" % (octets, run.wait()))
    verdict = unpack("wire_verdict", octets)
    assert run.receive() == b""
    status, run.said = run.wait()
    assert status == 0, run.said
    verdict.login = verdict.login.rstrip(b"\0").decode()
    return verdict


def challenge(run):
    octets = run.receive()
    assert octets[0:1] == bytes([NUMBERS["WIRE_MORE"]]), octets
    return octets[1:]


def encoded(*parts):
    return base64.b64encode(b"\0".join(part.encode() if isinstance(part, str) else part for part in parts))


def plain(accounts, name, password, identity="", **values):
    run = begin(accounts, **values)
    token(run, encoded(identity, name, password))
    return end(run)


def is_verdict(verdict, what, reason, login=""):
    assert (verdict.verdict, verdict.reason, verdict.login) == (NUMBERS[what], NUMBERS["REASON_" + reason],
                                                                login)


def test_layout_is_packed_as_the_compiler_says():
    octets = pack("wire_verdict", type=NUMBERS["WIRE_VERDICT"], verdict=1, reason=2, renew=1, login="alice",
                  name_key=b"n" * 32, password_key=b"p" * 32)
    fields = unpack("wire_verdict", octets)
    assert (fields.verdict, fields.reason, fields.renew) == (1, 2, 1)
    assert (fields.name_key, fields.password_key) == (b"n" * 32, b"p" * 32)
    for record, fields in wire.FIELDS.items():  # one behind the other, and no field forgotten
        end_of_last = 0
        for offset, size in sorted(fields.values()):
            assert end_of_last <= offset < end_of_last + 4
            end_of_last = offset + size
        assert end_of_last <= wire.SIZES[record] < end_of_last + 4


@pytest.mark.parametrize("name", ["alice", "Alice", "ALICE"])
def test_plain_right(accounts, name):
    verdict = plain(accounts, name, "pencil")
    is_verdict(verdict, "YES", "NONE", "alice")
    assert verdict.renew == 0 and verdict.name_key != bytes(32) and verdict.password_key == bytes(32)


def test_plain_without_initial_response(accounts):
    run = begin(accounts)
    token(run, b"", present=0)
    assert challenge(run) == b""
    token(run, encoded("", "alice", "pencil"))
    is_verdict(end(run), "YES", "NONE", "alice")


def test_plain_wrong(accounts):
    verdicts = [plain(accounts, "alice", word) for word in ("Pencil", "wrong", "wrong", "", "pencil ")]
    for verdict in verdicts:
        is_verdict(verdict, "NO", "WRONG", "alice")
    keys = [verdict.password_key for verdict in verdicts]
    assert len(set(keys)) == 4 and keys[1] == keys[2] and bytes(32) not in keys
    assert len({verdict.name_key for verdict in verdicts}) == 1


def test_keys_tell_names_apart(accounts):
    one, other = plain(accounts, "alice", "wrong"), plain(accounts, "weak", "wrong")
    assert one.name_key != other.name_key and one.password_key != other.password_key
    assert plain(accounts, "ALICE", "wrong").name_key == one.name_key


def test_plain_unknown(accounts):
    is_verdict(plain(accounts, "nobody", "pencil"), "NO", "UNKNOWN")
    is_verdict(plain(accounts, "Nobody", "pencil", log_unknown_users=1), "NO", "UNKNOWN", "nobody")


def test_plain_disabled(accounts):
    is_verdict(plain(accounts, "carol", "gamma"), "NO", "DISABLED", "carol")
    is_verdict(plain(accounts, "carol", "wrong"), "NO", "DISABLED", "carol")


@pytest.mark.parametrize("name", ["-alice", "al ice", "alice ", " alice", "alice@", "alice@a@b", "al\u00efce", "a" * 65,
                                  "alice@" + "r" * 300, "a" * 1500, "../alice", "", "\x01", "alice@office.example"])
@pytest.mark.parametrize("log", [0, 1])
def test_malformed_name_is_unknown(accounts, name, log):
    verdict = plain(accounts, name, "pencil", log_unknown_users=log)
    known_form = name == "alice@office.example" and log
    is_verdict(verdict, "NO", "UNKNOWN", name if known_form else "")
    assert verdict.name_key != bytes(32) and verdict.password_key != bytes(32)


def test_malformed_names_have_keys_of_their_own(accounts):
    keys = {plain(accounts, name, "pencil").name_key for name in ("-alice", "-alicf", "alice", "alice ")}
    assert len(keys) == 4


@pytest.mark.parametrize("name, login", [("bob", "bob@office.example"), ("Bob@Office.Example", "bob@office.example")])
def test_realm(accounts, name, login):
    is_verdict(plain(accounts, name, "beta", realm="office.example"), "YES", "NONE", login)


def test_bare_name_without_realm_is_another(accounts):
    is_verdict(plain(accounts, "bob", "beta"), "NO", "UNKNOWN")
    is_verdict(plain(accounts, "alice", "pencil", realm="office.example"), "NO", "UNKNOWN")


def test_plain_identity(accounts):
    is_verdict(plain(accounts, "alice", "pencil", identity="alice"), "YES", "NONE", "alice")
    is_verdict(plain(accounts, "alice", "pencil", identity="ALICE"), "YES", "NONE", "alice")
    is_verdict(plain(accounts, "alice", "pencil", identity="weak"), "NO", "MECHANISM", "alice")
    is_verdict(plain(accounts, "alice", "pencil", identity="nobody"), "NO", "MECHANISM", "alice")
    is_verdict(plain(accounts, "alice", "pencil", identity="-x"), "NO", "MECHANISM", "alice")
    is_verdict(plain(accounts, "alice", "wrong", identity="weak"), "NO", "WRONG", "alice")
    is_verdict(plain(accounts, "nobody", "pencil", identity="alice"), "NO", "UNKNOWN")


def test_weak_verifier_is_marked(accounts):
    assert plain(accounts, "weak", "delta").renew == 1
    assert plain(accounts, "weak", "wrong").renew == 0


@pytest.mark.parametrize("wanted, renew", [(0, 0), (4096, 0), (10000, 0), (10001, 1), (65536, 1)])
def test_verifier_under_the_settings_is_marked(accounts, wanted, renew):
    assert plain(accounts, "bob@office.example", "beta", iterations=wanted).renew == renew
    assert plain(accounts, "bob@office.example", "wrong", iterations=wanted).renew == 0


def test_broken_verifier_is_no(accounts):
    is_verdict(plain(accounts, "broken", "pencil"), "NO", "MECHANISM", "broken")


def test_long_password(accounts):
    is_verdict(plain(accounts, "long", "p" * 900), "YES", "NONE", "long")
    is_verdict(plain(accounts, "long", "p" * 899), "NO", "WRONG", "long")
    is_verdict(plain(accounts, "long", "p" * 9000), "NO", "WRONG", "long")


@pytest.mark.parametrize("octets", [
    b"AGFsaWNlAHBlbmNpbA", b"AGFsaWNlAHBlbmNpbA=", b"AGFsaWNlAHBlbmNpbA==\r", b"AGFsaWNlAHBlbmNpbA==\r\n",
    b"\rAGFsaWNlAHBlbmNpbA==", b"AGFsaWNlAHBlbmNpbA==AGFs", b"AGFs=WNlAHBlbmNpbA==", b"AGFsaWNlAHBlbmNpbA==*",
    b"AGFsaWNlAHBlbmNpbA== ", b"AGFs aWNlAHBlbmNpbA=", b"AGFsaWNlAHBlbmNpbA=\0", b"AGFs\0aWNlAHBlbmNpbA",
    b"====", b"=", b"==", b"", b"**", b"* ", b"AG\xe4s", b"-_-_", b"A" * 12287])
def test_malformed_base64(accounts, octets):
    run = begin(accounts)
    token(run, octets)
    is_verdict(end(run), "NO", "MALFORMED")
    if octets:
        run = begin(accounts, "LOGIN")
        token(run, b"", present=0)
        challenge(run)
        token(run, octets)
        is_verdict(end(run), "NO", "MALFORMED")


@pytest.mark.parametrize("parts", [("alice", "pencil"), ("alice",), ("", "alice", "pencil", "more"), ("", "alice")])
def test_malformed_plain(accounts, parts):
    run = begin(accounts)
    token(run, encoded(*parts))
    is_verdict(end(run), "NO", "MALFORMED")


def test_longest_token(accounts):
    run = begin(accounts)
    token(run, base64.b64encode(b"\0alice\0" + b"p" * (9216 - 7)))
    is_verdict(end(run), "NO", "WRONG", "alice")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_cancelled(accounts, mechanism):
    run = begin(accounts, mechanism)
    token(run, b"*")
    is_verdict(end(run), "NO", "CANCELLED")
    run = begin(accounts, mechanism)
    token(run, b"", present=0)
    challenge(run)
    token(run, b"*")
    is_verdict(end(run), "NO", "CANCELLED")


def login(accounts, name, password, first=b"", present=0, **values):
    run = begin(accounts, "LOGIN", **values)
    token(run, first, present)
    if not present or first == b"=":
        assert challenge(run) == b"VXNlcm5hbWU6"
        token(run, encoded(name))
    assert challenge(run) == b"UGFzc3dvcmQ6"
    token(run, encoded(password))
    return end(run)


def test_login(accounts):
    is_verdict(login(accounts, "alice", "pencil"), "YES", "NONE", "alice")
    is_verdict(login(accounts, "Alice", "wrong"), "NO", "WRONG", "alice")
    is_verdict(login(accounts, "nobody", "pencil"), "NO", "UNKNOWN")
    is_verdict(login(accounts, "carol", "gamma"), "NO", "DISABLED", "carol")
    is_verdict(login(accounts, "-alice", "gamma"), "NO", "UNKNOWN")
    is_verdict(login(accounts, "al\0ice", "gamma"), "NO", "UNKNOWN")
    is_verdict(login(accounts, "bob", "beta", realm="office.example"), "YES", "NONE", "bob@office.example")
    is_verdict(login(accounts, "long", "p" * 900), "YES", "NONE", "long")


def test_login_initial_response_is_the_name(accounts):
    is_verdict(login(accounts, "", "pencil", encoded("alice"), 1), "YES", "NONE", "alice")
    is_verdict(login(accounts, "alice", "pencil", b"=", 1), "YES", "NONE", "alice")


def test_login_empty_lines(accounts):
    run = begin(accounts, "LOGIN")
    token(run, encoded("alice"))
    assert challenge(run) == b"UGFzc3dvcmQ6"
    token(run, b"")
    is_verdict(end(run), "NO", "WRONG", "alice")


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_hang_up(accounts, stage):
    """The monitor leaves: so does postern-auth, at every stage."""
    run = Run([AUTH], ENVIRONMENT)
    if stage > 0:
        run.send(first_record(accounts))
    if stage > 1:
        token(run, b"", present=0)
        challenge(run)
    run.wire.close()
    status, words = run.wait()
    assert status == 3 and words == ""


def test_lifeline(accounts):
    run = begin(accounts)
    token(run, b"", present=0)
    challenge(run)
    run.cut()
    assert run.wait()[0] == -9
    run = Run([AUTH], ENVIRONMENT)
    run.cut()  # before it was armed, perhaps
    assert run.wait()[0] in (-9, 3)


@pytest.mark.parametrize("kind", ["missing", "garbage", "empty", "truncated", "folder", "fifo", "no site"])
def test_accounts_that_cannot_be_read(folder, kind):
    path = os.path.join(folder, kind.replace(" ", ""))
    with open(os.path.join(folder, "accounts.gdbm"), "rb") as file:
        good = file.read()
    contents = {"garbage": b"garbage" * 1000, "empty": b"", "truncated": good[:4096], "no site": None}
    if kind == "folder":
        os.mkdir(path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "no site":
        with open(path, "wb") as file:
            file.write(good.replace(b"\0\0site", b"\0\0sitf"))
    elif kind in contents:
        with open(path, "wb") as file:
            file.write(contents[kind])
    for first in (encoded("", "alice", "pencil"), encoded("", "nobody", "pencil"), b"*", b"nonsense"):
        run = begin(path)
        token(run, first)
        verdict = end(run)
        is_verdict(verdict, "CANNOT_TELL", "STORE")
        assert verdict.name_key == bytes(32) and verdict.password_key == bytes(32)
        assert path in run.said


@pytest.mark.skipif(os.getuid() != 0, reason="root alone can become somebody who may not read")
def test_accounts_unreadable(accounts):
    os.chmod(os.path.dirname(accounts), 0o755)
    run = Run(["/usr/bin/setpriv", "--reuid=61001", "--regid=61001", "--clear-groups", "--", AUTH]) \
        if os.access(AUTH, os.X_OK) and reachable(AUTH) else pytest.skip("the build is root's alone")
    run.send(first_record(accounts))
    token(run, encoded("", "alice", "pencil"))
    is_verdict(end(run), "CANNOT_TELL", "STORE")
    assert "Permission denied" in run.said


def reachable(path):
    """Whether everybody can go to this file."""
    path = os.path.dirname(os.path.abspath(path))
    while path != "/":
        if not os.stat(path).st_mode & 1:
            return False
        path = os.path.dirname(path)
    return True


def test_mechanism_that_the_store_cannot_serve(accounts):
    for mechanism, store in ("CRAM_MD5", "SASLAUTHD"), ("SCRAM_SHA_256", "SHADOW"):
        run = begin(accounts, mechanism, passwords=NUMBERS["PASSWORDS_" + store])
        token(run, b"", present=0)
        is_verdict(end(run), "CANNOT_TELL", "PLUGIN")


@pytest.fixture(scope="module", name="other_plugins")
def build_other_plugins(folder):
    """A postern-auth whose folder of plugins is ours."""
    plugins, build = os.path.join(folder, "plugins"), os.path.join(folder, "build")
    os.mkdir(plugins)
    subprocess.run(["make", "-s", "-C", wire.ROOT, "B=" + build, "PLUGINS=" + plugins, build + "/postern-auth"],
                   check=True, capture_output=True, env={**os.environ, "MAKEFLAGS": ""})
    return plugins, os.path.join(build, "postern-auth")


@pytest.mark.parametrize("kind", ["missing", "garbage", "another"])
def test_plugin_that_does_not_load(accounts, other_plugins, kind):
    plugins, program = other_plugins
    if kind == "garbage":
        with open(plugins + "/libplain.so", "wb") as file:
            file.write(b"garbage")
    elif kind == "another":
        source, = glob.glob(subprocess.run(["pkg-config", "--variable=libdir", "libsasl2"], text=True,
                                           capture_output=True, check=True).stdout.strip() + "/sasl2/liblogin.so")
        shutil.copy(source, plugins + "/liblogin.so")
        shutil.copy(source, plugins + "/libplain.so")
    run = begin(accounts, program=program)
    token(run, encoded("", "alice", "pencil"))
    is_verdict(end(run), "CANNOT_TELL", "PLUGIN")
    assert "PLAIN" in run.said and plugins in run.said


def test_check(accounts, folder):
    for mechanism in "PLAIN", "LOGIN":
        run = Run([AUTH, "--check"], ENVIRONMENT)
        run.send(first_record(accounts, mechanism, check=1))
        is_verdict(end(run), "YES", "NONE")
    run = Run([AUTH, "--check"], ENVIRONMENT)
    run.send(first_record(folder + "/nothing", check=1))
    is_verdict(end(run), "CANNOT_TELL", "STORE")
    assert "postern user add" in run.said
    run = Run([AUTH, "--check"], ENVIRONMENT)
    run.send(first_record(accounts, "CRAM_MD5", check=1, passwords=NUMBERS["PASSWORDS_SHADOW"]))
    is_verdict(end(run), "CANNOT_TELL", "PLUGIN")


@pytest.mark.parametrize("change", [
    {"type": 1}, {"mechanism": 200}, {"passwords": 200}, {"jail_layers": 200}, {"log_unknown_users": 2}, {"check": 1},
    {"hostname": "h" * 256}, {"hostname": ""}, {"realm": "r" * 199}, {"accounts": "/" * 199}, {"local": "1" * 64},
    {"remote": "1" * 64}])
def test_first_record_is_checked(accounts, change):
    run = Run([AUTH], ENVIRONMENT)
    run.send(pack("wire_auth", **{**FIRST, "accounts": accounts, **change}))
    assert run.receive() == b""
    status, words = run.wait()
    assert status == 3 and words == "the first record is not as it must be\n"


def test_first_record_is_exact(accounts):
    for octets in (first_record(accounts)[:-1], first_record(accounts) + b"\0", b"x"):
        run = Run([AUTH], ENVIRONMENT)
        run.send(octets)
        assert run.receive() == b""
        assert run.wait()[0] == 3


@pytest.mark.parametrize("octets, present", [(b"", 2), (b"AAAA", 0)])
def test_tokens_are_checked(accounts, octets, present):
    run = begin(accounts)
    token(run, octets, present)
    assert run.receive() == b""
    assert run.wait()[0] == 3


def test_token_too_long_or_no_token(accounts):
    for record in (pack("wire_token", type=NUMBERS["REQUEST_token"], present=1) + b"A" * 12289,
                   pack("wire_token", type=NUMBERS["WIRE_AUTH"], present=1), b"\x01"):
        run = begin(accounts)
        run.send(record)
        assert run.receive() == b""
        assert run.wait()[0] == 3
    run = begin(accounts)  # absent is for the first token only
    token(run, b"", present=0)
    challenge(run)
    token(run, b"", present=0)
    assert run.receive() == b""
    assert run.wait()[0] == 3


def test_started_by_hand():
    run = subprocess.run([AUTH], capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False)
    assert run.returncode == 2 and run.stdout == ""
    assert "smtpd starts" in run.stderr and run.stderr.count("\n") == 1
    run = subprocess.run([AUTH, "--help"], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "usage: postern-auth" in run.stdout and run.stderr == ""
    for words in (["-x"], ["--check", "more"], ["--help", "more"]):
        run = subprocess.run([AUTH, *words], capture_output=True, text=True, check=False)
        assert run.returncode == 2 and run.stdout == ""


def test_neither_environment_nor_etc_reaches_sasl(accounts, folder):
    """What it opens before the jail, and that it opens nothing behind it."""
    if scratch.SANITIZED or shutil.which("strace") is None:
        pytest.skip("no strace here")
    trace = os.path.join(folder, "trace")
    evil = os.path.join(folder, "evil")
    os.mkdir(evil)
    run = Run([shutil.which("strace"), "-o", trace, AUTH],
              {"SASL_PATH": evil, "SASL_CONF_PATH": evil, "LD_BIND_NOW": "1"})
    run.send(first_record(accounts))
    token(run, encoded("", "alice", "pencil"))
    is_verdict(end(run), "YES", "NONE", "alice")
    with open(trace, encoding="latin-1") as file:
        lines = file.read().splitlines()
    assert not [line for line in lines if evil in line or "/etc/sasl" in line or "postern.conf" in line]
    assert not [line for line in lines if "/dev/log" in line or "socket(" in line]
    opened = [line for line in lines if line.startswith("openat") and "/sasl2/" in line and ".so" in line]
    assert len(opened) == 1 and "libplain.so" in opened[0]
    jail = [n for n, line in enumerate(lines) if "PR_SET_SECCOMP" in line]
    assert len(jail) == 1
    behind = {line.partition("(")[0] for line in lines[jail[0] + 1:] if "(" in line}
    assert "recvmsg" in behind, "the token is read in the jail"
    assert behind <= {"read", "write", "lseek", "close", "recvmsg", "sendmsg", "sendto", "poll", "ppoll", "brk",
                      "mmap", "munmap", "mremap", "clock_gettime", "exit_group"}, behind
    dump = [n for n, line in enumerate(lines) if "PR_SET_DUMPABLE" in line]
    first = [n for n, line in enumerate(lines) if line.startswith("recvmsg")]
    assert dump[0] < first[0] < jail[0] < first[1]

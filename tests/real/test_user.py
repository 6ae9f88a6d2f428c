"""postern user: the accounts, by what an administrator types and by what goes wrong."""

import os
import re
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import termios
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("POSTERN_BUILD") or ROOT)
SERVICE, JAILED, CALLER = 61001, 61002, 61003
LAYERS = "chroot landlock" if os.environ.get("POSTERN_SANITIZED") else "chroot landlock seccomp limits"


class Place:
    """A folder with settings and copies of the programs, and who runs them."""

    def __init__(self, way):
        self.way = way
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        for name in "postern", "postern-auth":
            shutil.copy(os.path.join(BUILD, name), self.folder)
        os.mkdir(self.path("data"))
        self.settings = {
            "hostname": "office.example",
            "accounts": self.path("data/accounts.gdbm"),
            "user": "%d:%d" % (SERVICE, SERVICE),
            "jail_user": "%d:%d" % (JAILED, JAILED),
            "jail_layers": LAYERS,
        }
        self.as_whom = []
        if way == "user" and os.getuid() == 0:
            os.chown(self.path("data"), CALLER, CALLER)
            self.as_whom = ["setpriv", "--reuid", str(CALLER), "--regid", str(CALLER), "--clear-groups"]
        self.write()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, **more):
        self.settings.update(more)
        with open(self.path("postern.conf"), "w") as file:
            for key, value in self.settings.items():
                file.write("%s = %s\n" % (key, value))

    def command(self, *words):
        return [*self.as_whom, self.path("postern"), "-f", self.path("postern.conf"), *words]

    def run(self, *words, given=b""):
        if isinstance(given, str):
            given = given.encode()
        done = subprocess.run(self.command(*words), input=given, capture_output=True, timeout=60,
                              start_new_session=True)  # no terminal
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def good(self, *words, given=b""):
        status, out, err = self.run(*words, given=given)
        assert (status, err) == (0, ""), (words, out, err)
        return out

    def bad(self, status, words, *command, given=b""):
        """Refused with this status and one line that has these words, and nothing changed."""
        before = self.content()
        found, out, err = self.run(*command, given=given)
        assert found == status, (command, out, err)
        assert out == ""
        assert words in err and err.startswith("postern: ") and err.count("\n") == 1, err
        assert self.content() == before
        assert [name for name in os.listdir(self.path("data")) if name.endswith(".new")] == []

    def content(self):
        try:
            with open(self.path("data/accounts.gdbm"), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def names(self):
        return [line.split()[0] for line in self.good("user", "list").splitlines()]


@pytest.fixture(params=["root", "user"] if os.getuid() == 0 else ["user"])
def place(request):
    place = Place(request.param)
    yield place
    shutil.rmtree(place.folder)


def test_an_account_from_its_first_day_to_its_last(place):
    assert place.good("user", "add", "Alice", "--stdin", given="first one\n") == ""
    assert place.good("user", "list") == "alice enabled 4096\n"
    assert place.good("user", "verify", "alice", "--stdin", given="first one") == "alice: the password is right\n"
    place.bad(1, "alice: the password is wrong", "user", "verify", "alice", "--stdin", given="first  one\n")
    place.good("user", "passwd", "--stdin", "alice", given="second\u20ac\n")
    place.bad(1, "wrong", "user", "verify", "alice", "--stdin", given="first one\n")
    place.good("user", "verify", "alice", "--stdin", given="second\u20ac\n")
    place.good("user", "disable", "alice")
    place.good("user", "disable", "alice")
    assert place.good("user", "list") == "alice disabled 4096\n"
    place.bad(1, "alice: the account is disabled", "user", "verify", "alice", "--stdin", given="second\u20ac\n")
    place.good("user", "passwd", "--stdin", "alice", given="third\n")
    assert place.good("user", "list") == "alice disabled 4096\n"
    place.good("user", "enable", "ALICE")
    place.good("user", "verify", "alice", "--stdin", given="third\n")
    place.good("user", "remove", "alice")
    assert place.good("user", "list") == ""
    place.bad(1, "alice: there is no such account", "user", "verify", "alice", "--stdin", given="third\n")


def test_nothing_of_a_password_is_in_the_file_or_the_list(place):
    place.good("user", "add", "alice", "--stdin", given="Tr0ub4dor&3xyz\n")
    assert b"Tr0ub4dor" not in place.content()
    listed = place.good("user", "list")
    assert "SCRAM" not in listed and "$" not in listed
    assert b"SCRAM-SHA-256$4096:" in place.content()


def test_owner_and_mode(place):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    status = os.stat(place.path("data/accounts.gdbm"))
    if place.way == "root":
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (0, SERVICE, 0o640)
    else:
        owner = CALLER if os.getuid() == 0 else os.getuid()
        assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (owner, 0o600)
    lock = os.stat(place.path("data/accounts.gdbm.lock"))
    assert lock.st_uid == status.st_uid and stat.S_IMODE(lock.st_mode) & 0o027 == 0
    place.good("user", "disable", "alice")
    again = os.stat(place.path("data/accounts.gdbm"))
    assert (again.st_uid, again.st_gid, again.st_mode) == (status.st_uid, status.st_gid, status.st_mode)


def test_generate_prints_one_password_that_is_right(place):
    password = place.good("user", "add", "--generate", "alice")
    assert re.fullmatch("[a-z2-9]{20}\n", password)
    place.good("user", "verify", "alice", "--stdin", given=password)
    other = place.good("user", "passwd", "alice", "--generate")
    assert re.fullmatch("[a-z2-9]{20}\n", other) and other != password
    place.bad(1, "wrong", "user", "verify", "alice", "--stdin", given=password)
    place.good("user", "verify", "alice", "--stdin", given=other)


def test_a_password_that_was_made_but_could_not_be_printed(place):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(place.command("user", "add", "alice", "--generate"), stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1
    assert b"could not be printed; set another with postern user passwd" in done.stderr
    place.good("user", "add", "bob", "--stdin", given="x\n")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(place.command("user", "list"), stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (1, b"postern: standard output: could not be written\n")


def test_one_realm_one_account(place):
    place.write(realm="Office.Example")
    place.good("user", "add", "alice", "--stdin", given="x\n")
    assert place.names() == ["alice@office.example"]
    place.bad(1, "alice@office.example: exists already", "user", "add", "ALICE@Office.Example", "--stdin", given="x\n")
    place.good("user", "add", "alice@away.example", "--stdin", given="y\n")
    assert place.names() == ["alice@away.example", "alice@office.example"]
    place.good("user", "verify", "alice", "--stdin", given="x\n")
    place.bad(1, "wrong", "user", "verify", "alice", "--stdin", given="y\n")


def test_iterations(place):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    place.write(scram_iterations="10000")
    place.good("user", "add", "bob", "--stdin", given="x\n")
    assert place.good("user", "list") == "alice enabled 4096 renew\nbob enabled 10000\n"
    place.good("user", "passwd", "alice", "--stdin", given="x\n")
    assert place.good("user", "list") == "alice enabled 10000\nbob enabled 10000\n"
    place.good("user", "verify", "alice", "--stdin", given="x\n")


def verifiers(place):
    """The verifiers in the file, by their mechanisms: an older value may still lie in its free space."""
    return set(re.findall(rb"(SCRAM-SHA-[0-9]+)\$[0-9]+:[A-Za-z0-9+/]{22}==\$", place.content()))


def test_a_verifier_is_kept_for_each_scram_of_the_settings(place):
    place.write(mechanisms="PLAIN LOGIN")
    place.good("user", "add", "alice", "--stdin", given="pencil\n")
    assert verifiers(place) == {b"SCRAM-SHA-256"}  # what PLAIN and LOGIN are checked against
    place.write(mechanisms="SCRAM-SHA-512 PLAIN SCRAM-SHA-1")
    place.good("user", "passwd", "alice", "--stdin", given="pencil\n")
    assert verifiers(place) == {b"SCRAM-SHA-512", b"SCRAM-SHA-256", b"SCRAM-SHA-1"}
    assert b"authPasswordSCRAM-SHA-256$" in place.content()
    assert b"-PLUS" not in place.content()
    assert place.good("user", "list") == "alice enabled 4096\n"
    place.good("user", "verify", "alice", "--stdin", given="pencil\n")
    place.bad(1, "alice: the password is wrong", "user", "verify", "alice", "--stdin", given="pencils\n")
    place.good("user", "disable", "alice")
    assert place.good("user", "list") == "alice disabled 4096\n"
    place.good("user", "enable", "alice")
    place.write(scram_iterations="10000")
    assert place.good("user", "list") == "alice enabled 4096 renew\n"


def test_an_import_keeps_them_too(place):
    names = ["SCRAM-SHA-" + bits for bits in ("1", "224", "256", "384", "512")]
    place.write(mechanisms=" ".join(names), scram_iterations="65536")
    place.good("user", "import", given="alice:pencil\nbob:beta\n")
    assert verifiers(place) == {name.encode() for name in names}
    for name in names:
        assert place.content().count(name.encode() + b"$65536:") == 2
    assert place.good("user", "list") == "alice enabled 65536\nbob enabled 65536\n"
    place.good("user", "verify", "bob", "--stdin", given="beta\n")


AS_GOOD = ("postern: mechanisms: what is kept for CRAM-MD5 and DIGEST-MD5 is as good as the password: whoever reads "
           "the accounts file can log in with it\n")


@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "DIGEST-MD5"])
def test_what_is_as_good_as_the_password_is_said_to_be(place, mechanism):
    """Where it is kept, once a command, and standard output is as ever."""
    place.write(mechanisms="PLAIN " + mechanism)
    assert place.run("user", "add", "alice", "--stdin", given="first\n") == (0, "", AS_GOOD)
    assert place.run("user", "passwd", "alice", "--stdin", given="second\n") == (0, "", AS_GOOD)
    assert place.run("user", "import", given="bob:b\ncarol:c\n") == (0, "", AS_GOOD)
    status, out, err = place.run("user", "add", "dora", "--generate")
    assert (status, err) == (0, AS_GOOD) and re.fullmatch("[a-z2-9]{20}\n", out)
    # What is refused keeps nothing, and neither do these.
    place.bad(1, "alice: exists already", "user", "add", "alice", "--stdin", given="x\n")
    for words in ("disable", "alice"), ("enable", "alice"), ("list",), ("remove", "bob"):
        place.good("user", *words)
    place.good("user", "verify", "alice", "--stdin", given="second\n")
    place.write(mechanisms="PLAIN SCRAM-SHA-256")
    place.good("user", "passwd", "alice", "--stdin", given="third\n")


def secrets(place, name):
    """What the file has for a name: the property, and its octets where they are not written over."""
    found = re.findall(rb"%s\0\0((?:cmusaslsecret|disabled)(?:CRAM|DIGEST)-MD5)(.{16})" % name, place.content(), re.S)
    return {property.decode() for property, octets in found if octets != bytes(16)}


def test_the_secrets_of_an_account_go_with_it(place):
    """Kept where the settings name the mechanism, moved when it is disabled, gone with it or with a password that is
    set without."""
    def run(*words, given=b""):
        assert place.run("user", *words, given=given)[0] == 0
    place.write(mechanisms="PLAIN")
    run("add", "alice", "--stdin", given="x\n")
    assert secrets(place, b"alice") == set()
    place.write(mechanisms="PLAIN CRAM-MD5 DIGEST-MD5")
    run("passwd", "alice", "--stdin", given="x\n")
    both = {"cmusaslsecretCRAM-MD5", "cmusaslsecretDIGEST-MD5"}
    assert secrets(place, b"alice") == both
    run("disable", "alice")
    assert secrets(place, b"alice") == {"disabledCRAM-MD5", "disabledDIGEST-MD5"}
    run("passwd", "alice", "--stdin", given="y\n")
    assert secrets(place, b"alice") == {"disabledCRAM-MD5", "disabledDIGEST-MD5"}
    run("enable", "alice")
    assert secrets(place, b"alice") == both
    run("import", given="bob:b\n")
    assert secrets(place, b"bob") == both
    place.write(mechanisms="PLAIN DIGEST-MD5")
    run("passwd", "alice", "--stdin", given="z\n")
    assert secrets(place, b"alice") == {"cmusaslsecretDIGEST-MD5"}
    run("remove", "bob")
    assert secrets(place, b"bob") == set()
    assert secrets(place, b"alice") == {"cmusaslsecretDIGEST-MD5"}


@pytest.mark.parametrize("name, words", [
    ("", "cannot be empty"), ("a b", "only letters"), ("a:b", "only letters"), ("a\nb", "only letters"),
    ("../a", "only letters"), ("caf\u00e9", "only letters"), ("@office.example", "cannot be empty"),
    ("a@", "a realm has"), ("a@b@c", "a realm has"), ("a@b c", "a realm has"), ("a" * 65, "at most 64"),
    ("a@" + "b" * 254, "at most 255"),
])
def test_a_bad_name(place, name, words):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    for command in "add", "passwd", "verify":
        place.bad(2, words, "user", command, name, "--stdin", given="x\n")
    for command in "remove", "disable", "enable":
        place.bad(2, words, "user", command, name)


@pytest.mark.parametrize("password, words", [
    (b"", "cannot be empty"), (b"\n", "cannot be empty"), (b"x" * 1025 + b"\n", "at most 1024"),
    (b"x" * 100000, "at most 1024"), (b"a\tb\n", "control characters"), (b"a\0b\n", "control characters"),
    (b"a\r\n", "control characters"), (b"caf\xe9\n", "UTF-8"), (b"a\nb\n", "holds more than one line"),
    (b"a\n\n", "holds more than one line"),
])
def test_a_bad_password(place, password, words):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    place.bad(2, words, "user", "add", "bob", "--stdin", given=password)
    place.bad(2, words, "user", "passwd", "alice", "--stdin", given=password)
    place.bad(2, words, "user", "verify", "alice", "--stdin", given=password)


def test_the_longest_password(place):
    place.good("user", "add", "a@" + "b" * 253, "--stdin", given=b"x" * 1024 + b"\n")
    place.good("user", "verify", "a@" + "b" * 253, "--stdin", given=b"x" * 1024)
    place.bad(1, "wrong", "user", "verify", "a@" + "b" * 253, "--stdin", given=b"x" * 1023)


@pytest.mark.parametrize("words, fault", [
    ([], "no command"), (["usr"], "usr: is no command"), (["user"], "which of its commands"),
    (["user", "ad"], "which of its commands"), (["user add"], "is no command"), ([""], "is no command"),
    (["user", "add"], "NAME is missing"), (["user", "add", "--stdin"], "NAME is missing"),
    (["user", "add", "a", "b"], "b: is one argument too many"),
    (["user", "add", "a", "--stdin", "--generate"], "cannot both be"),
    (["user", "add", "a", "--password=x"], "no such option"), (["user", "add", "-x"], "no such option"),
    (["user", "remove", "a", "--stdin"], "no such option"), (["user", "verify", "a", "--generate"], "no such option"),
    (["user", "list", "a"], "one argument too many"), (["user", "import", "a"], "one argument too many"),
    (["check", "a"], "one argument too many"), (["user", "list", "--"], "no such option"),
    (["user", "remove", "a", ""], "one argument too many"), (["us\x1b[31mr"], "us?[31mr: is no command"),
])
def test_a_bad_command_line(place, words, fault):
    place.bad(2, fault, *words)


def test_settings_that_cannot_be_read(place):
    done = subprocess.run([*place.as_whom, place.path("postern"), "-f"], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, b"postern: -f: the FILE is missing\n")
    place.write(passwords="alwaystrue")
    place.bad(1, "postern.conf:6: passwords: `alwaystrue` is no store", "user", "list")
    os.unlink(place.path("postern.conf"))
    place.bad(1, "postern.conf: the settings cannot be read: No such file", "user", "add", "a", "--stdin", given="x\n")


def test_help(place):
    whole = place.good("--help")
    assert whole.startswith("usage: postern [-f FILE] COMMAND\n")
    one = place.good("user", "add", "--help")
    assert "user add [--stdin | --generate] NAME" in one and "user passwd" not in one
    assert place.good("user", "add", "alice", "--help") == one
    group = place.good("user", "--help")
    assert "user import" in group and "\n  check" not in group
    assert place.content() is None


def test_the_file_is_missing(place):
    for command in "remove", "disable", "enable":
        place.bad(1, "`postern user add NAME` makes the file", "user", command, "alice")
    place.bad(1, "accounts.gdbm", "user", "list")
    place.bad(1, "accounts.gdbm", "user", "passwd", "alice", "--stdin", given="x\n")
    assert place.run("user", "verify", "alice", "--stdin", given="x\n")[0] == 1
    assert place.content() is None


def test_the_file_is_junk(place):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    with open(place.path("data/accounts.gdbm"), "r+b") as file:
        file.write(b"junk" * 100)
    for command in ["add", "bob", "--stdin"], ["passwd", "alice", "--stdin"], ["remove", "alice"], ["list"]:
        place.bad(1, "accounts.gdbm", "user", *command, given="x\n")
    place.bad(1, "alice: the store cannot be asked", "user", "verify", "alice", "--stdin", given="x\n")


def test_no_such_account_and_there_already(place):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    place.bad(1, "alice: exists already", "user", "add", "alice", "--stdin", given="y\n")
    place.bad(1, "bob: there is no such account", "user", "passwd", "bob", "--stdin", given="y\n")
    for command in "remove", "disable", "enable":
        place.bad(1, "bob: there is no such account", "user", command, "bob")
    place.good("user", "verify", "alice", "--stdin", given="x\n")


def test_import(place):
    assert place.good("user", "import") == ""
    assert place.names() == []
    assert place.good("user", "import", given="bob:b\nalice:a:b c\nCarol:c") == ""
    assert place.names() == ["alice", "bob", "carol"]
    place.good("user", "verify", "alice", "--stdin", given="a:b c")
    place.good("user", "verify", "carol", "--stdin", given="c")
    before = place.content()
    assert place.good("user", "import") == ""
    assert place.names() == ["alice", "bob", "carol"] and len(place.content()) == len(before)


def test_import_is_all_or_none(place):
    place.good("user", "import", given="alice:a\n")
    before = place.content()

    def refused(status, given, *lines):
        found, out, err = place.run("user", "import", given=given)
        assert (found, out) == (status, ""), err
        assert err.splitlines() == ["postern: " + line for line in (*lines, "nothing was imported")]
        assert place.content() == before and place.names() == ["alice"]
    refused(1, "bob:b\nalice:a\nBOB:c\ncarol:c\n",
            "line 2: alice: exists already, or stands twice", "line 3: bob: exists already, or stands twice")
    refused(2, "bob:b\n\ncarol\nd e:f\ng:\nh:\t\nalice:x\n",
            "line 2: has no `:` between name and password", "line 3: has no `:` between name and password",
            "line 4: a login name has only letters, digits and . _ + = - ' & before its @",
            "line 5: a password cannot be empty", "line 6: a password cannot have control characters in it")
    refused(2, b"bob:b\r\n", "line 1: a password cannot have control characters in it")
    refused(2, b"b\0b:b\n", "line 1: a login name cannot have a NUL in it")
    refused(2, b"a" * 300 + b":b\n", "line 1: a login name has at most 255 octets with its realm")
    refused(2, b"bob:" + b"x" * 1025, "line 1: a password has at most 1024 octets")
    refused(2, b"x" * (34 << 20), "standard input: is too long; import it in parts")


def test_a_thousand_accounts_at_once(place):
    lines = "".join("user%04d:password %d\n" % (i, i) for i in range(1000))
    place.good("user", "import", given=lines)
    assert place.names() == ["user%04d" % i for i in range(1000)]
    place.good("user", "verify", "user0777", "--stdin", given="password 777")


def test_twenty_at_once_all_land(place):
    running = [subprocess.Popen(place.command("user", "add", "user%02d" % i, "--stdin"),
                                stdin=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(20)]
    for process in running:
        process.stdin.write(b"x\n")
        process.stdin.close()
    for process in running:
        assert process.wait(60) == 0, process.stderr.read()
        process.stderr.close()
    assert place.names() == ["user%02d" % i for i in range(20)]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be refused a file")
def test_root_needs_to_know_who_reads_the_accounts():
    place = Place("root")
    place.write(user="no-such-account")
    place.bad(1, "is not in /etc/passwd", "user", "add", "alice", "--stdin", given="x\n")
    assert place.content() is None
    shutil.rmtree(place.folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be refused a file")
def test_who_may_not_write_is_told_so():
    place = Place("user")
    os.chown(place.path("data"), 0, 0)
    place.bad(1, "Permission denied", "user", "add", "alice", "--stdin", given="x\n")
    shutil.rmtree(place.folder)


class Terminal:
    """postern with a terminal of its own, and who types there."""

    def __init__(self, place, *words):
        command = place.command(*words)
        self.fd, inner = os.openpty()
        self.name = os.ttyname(inner)
        self.pid = os.fork()
        if self.pid == 0:
            os.login_tty(inner)
            os.execvp(command[0], command)
        os.close(inner)
        self.seen = b""

    def expect(self, words):
        end = time.monotonic() + 20
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 4096)
                except OSError:
                    break
        assert words in self.seen, self.seen

    def echo(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def type(self, octets):
        os.write(self.fd, octets)

    def end(self):
        """The rest of what it says, and how it ended."""
        while True:
            try:
                more = os.read(self.fd, 4096)
            except OSError:
                break
            if not more:
                break
            self.seen += more
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return status


def test_asked_twice_without_echo(place):
    terminal = Terminal(place, "user", "add", "alice")
    terminal.expect(b"New password: ")
    assert not terminal.echo()
    terminal.type(b"on a terminal\n")
    terminal.expect(b"Once more: ")
    terminal.type(b"on a terminal\n")
    assert os.WEXITSTATUS(terminal.end()) == 0
    assert b"on a" not in terminal.seen
    terminal = Terminal(place, "user", "verify", "alice")
    terminal.expect(b"Password: ")
    terminal.type(b"on a terminal\n")
    assert os.WEXITSTATUS(terminal.end()) == 0
    assert b"the password is right" in terminal.seen and b"on a" not in terminal.seen


@pytest.mark.parametrize("typed, words", [
    ([b"one\n", b"two\n"], b"the two passwords differ"), ([b"\n"], b"cannot be empty"), ([b"\x04"], b"cannot be empty"),
    ([b"x" * 1100 + b"\n", b"x" * 1100 + b"\n"], b"at most 1024"),
])
def test_bad_answers_on_the_terminal(place, typed, words):
    terminal = Terminal(place, "user", "add", "alice")
    for prompt, octets in zip([b"New password: ", b"Once more: "], typed):
        terminal.expect(prompt)
        terminal.type(octets)
    assert os.WEXITSTATUS(terminal.end()) == 2
    assert words in terminal.seen
    assert place.content() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_a_signal_brings_the_echo_back(place, number):
    terminal = Terminal(place, "user", "add", "alice")
    terminal.expect(b"New password: ")
    slave = os.open(terminal.name, os.O_RDWR | os.O_NOCTTY)  # holds the terminal beyond its end
    assert not terminal.echo()
    if number == signal.SIGINT:
        terminal.type(b"half\x03")
    else:
        os.kill(terminal.pid, number)
    status = os.waitpid(terminal.pid, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == number
    assert termios.tcgetattr(slave)[3] & termios.ECHO
    os.close(slave)
    os.close(terminal.fd)
    assert place.content() is None


def test_no_terminal(place):
    place.bad(1, "no terminal to ask for the password; use --stdin or --generate", "user", "add", "alice", given="x\n")
    place.good("user", "add", "alice", "--stdin", given="x\n")
    place.bad(1, "no terminal to ask for the password; use --stdin", "user", "verify", "alice", given="x\n")


def test_nobody_types_a_password_for_nothing(place):
    place.good("user", "add", "alice", "--stdin", given="x\n")
    place.bad(1, "alice: exists already", "user", "add", "alice")
    place.bad(1, "bob: there is no such account", "user", "passwd", "bob")

"""postern check: it finds what is wrong with a host, and names the remedy."""

import os
import shutil
import stat
import subprocess
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("POSTERN_BUILD") or ROOT)
SERVICE, JAILED, CALLER = 61001, 61002, 61003
SANITIZED = bool(os.environ.get("POSTERN_SANITIZED"))
LAYERS = "chroot landlock" if SANITIZED else "chroot landlock seccomp limits"


class Host:
    """A folder that has all that a session needs, and the settings that name it."""

    def __init__(self, way):
        self.way = way
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        for name in "postern", "postern-auth", "postern-tls":
            shutil.copy(os.path.join(BUILD, name), self.folder)
            os.chmod(self.path(name), 0o755 if name == "postern" or SANITIZED else 0o711)  # as installed
        for name in "data", "spool", "jail":
            os.mkdir(self.path(name))
        with open(self.path("sendmail"), "w") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(self.path("sendmail"), 0o755)
        self.settings = {
            "hostname": "office.example",
            "sendmail": self.path("sendmail"),
            "accounts": self.path("data/accounts.gdbm"),
            "spool": self.path("spool"),
            "user": "%d:%d" % (SERVICE, SERVICE),
            "jail_user": "%d:%d" % (JAILED, JAILED),
            "jail": self.path("jail"),
            "jail_layers": LAYERS,
            "mechanisms": "PLAIN LOGIN",
        }
        self.as_whom = []
        if os.getuid() == 0:
            owner = SERVICE if way == "root" else CALLER
            os.chown(self.path("spool"), owner, owner)
            if way == "user":
                os.chown(self.path("data"), owner, owner)
                self.as_whom = ["setpriv", "--reuid", str(CALLER), "--regid", str(CALLER), "--clear-groups"]
        os.chmod(self.path("spool"), 0o700)
        os.chmod(self.path("jail"), 0o555)
        self.write()
        assert self.run("user", "import")[0] == 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, text="", **more):
        self.settings.update(more)
        with open(self.path("postern.conf"), "w") as file:
            for key, value in self.settings.items():
                if value is not None:
                    file.write("%s = %s\n" % (key, value))
            file.write(text)

    def run(self, *words):
        done = subprocess.run([*self.as_whom, self.path("postern"), "-f", self.path("postern.conf"), *words],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        assert done.stderr == b""
        return done.returncode, done.stdout.decode().splitlines()

    def finds(self, status, *lines):
        """That check ends with this status, and has a line that begins so for each of these."""
        found, out = self.run("check")
        assert found == status, out
        for line in out:
            assert line.split(": ")[0] in ("ok", "warning", "wrong"), line
        assert (status == 1) == any(line.startswith("wrong: ") for line in out), out
        for line in lines:
            assert any(told.startswith(line) for told in out), (line, out)
        return out


@pytest.fixture(params=["root", "user"] if os.getuid() == 0 else ["user"])
def host(request):
    host = Host(request.param)
    yield host
    subprocess.run(["chmod", "-R", "u+rwx", host.folder], check=True)
    shutil.rmtree(host.folder)


@pytest.fixture
def root_host():
    if os.getuid() != 0:
        pytest.skip("only root is looked at so")
    host = Host("root")
    yield host
    shutil.rmtree(host.folder)


def test_all_is_well(host):
    out = host.finds(
        0, "ok: settings: " + host.path("postern.conf"), "ok: hostname: office.example",
        "ok: user: " + ("61001:61001" if host.way == "root" else "not root"),
        "ok: jail: a session's jail could be entered", "ok: sendmail: " + host.path("sendmail"),
        "ok: spool: " + host.path("spool"), "ok: accounts: %s, accounts in it: 0" % host.path("data/accounts.gdbm"),
        "ok: postern-auth: " + host.path("postern-auth"), "ok: mechanisms: PLAIN: offered",
        "ok: mechanisms: LOGIN: offered")
    if not SANITIZED:
        assert [line for line in out if line.startswith("warning: ") and "landlock" not in line] == []
    assert os.listdir(host.path("spool")) == [] and os.listdir(host.path("jail")) == []


def test_the_settings(host):
    host.write(log="file")
    assert host.run("check") == (1, ["wrong: settings: %s:10: log: `file` is no place for log lines; write syslog "
                                     "or stderr" % host.path("postern.conf")])
    host.write(log="syslog", networks="0.0.0.0/0", recipient_limit="500", trusted_mechanisms="SCRAM-SHA-256")
    os.chmod(host.path("postern.conf"), 0o666)
    host.finds(0, "warning: settings: others than the owner may write", "warning: networks: a network of /0",
               "warning: recipient_limit: ", "warning: trusted_mechanisms: SCRAM-SHA-256 is none of mechanisms")
    os.unlink(host.path("postern.conf"))
    assert host.run("check")[0] == 1


def test_sendmail(host):
    os.chmod(host.path("sendmail"), 0o644)
    host.finds(1, "wrong: sendmail: %s is no program that this account may run" % host.path("sendmail"))
    os.unlink(host.path("sendmail"))
    host.finds(1, "wrong: sendmail: %s: No such file or directory; install a sendmail" % host.path("sendmail"))
    os.mkdir(host.path("sendmail"))
    host.finds(1, "wrong: sendmail: %s is no program" % host.path("sendmail"))


def test_the_spool(host):
    os.rmdir(host.path("spool"))
    host.finds(1, "wrong: spool: %s: No such file or directory; make the folder" % host.path("spool"))
    os.mkdir(host.path("spool"), 0o500)
    if os.getuid() == 0:
        host.finds(1, "wrong: spool: %s: Permission denied; make the folder" % host.path("spool"))


def test_the_accounts(host):
    os.chmod(host.path("data/accounts.gdbm"), 0o644)
    host.finds(0, "warning: accounts: %s is open to more" % host.path("data/accounts.gdbm"))
    with open(host.path("data/accounts.gdbm"), "r+b") as file:
        file.write(b"junk" * 100)
    host.finds(1, "wrong: accounts: %s" % host.path("data/accounts.gdbm"))
    os.unlink(host.path("data/accounts.gdbm"))
    out = host.finds(1, "wrong: accounts: %s: No such file" % host.path("data/accounts.gdbm"))
    assert any("postern user add NAME" in line for line in out)
    host.write(mechanisms="none", networks="192.0.2.0/24")
    host.finds(0)


def test_accounts_that_the_service_cannot_read(root_host):
    os.chmod(root_host.path("data/accounts.gdbm"), 0o600)
    root_host.finds(1, "wrong: accounts: %s: Permission denied" % root_host.path("data/accounts.gdbm"))


def test_the_logins(host):
    host.write(mechanisms="CRAM-MD5", passwords="saslauthd")
    host.finds(0, "warning: mechanisms: CRAM-MD5 cannot be served from these passwords",
               "warning: networks: nobody may relay")
    host.write(mechanisms="PLAIN", passwords="accounts")
    with open(host.path("postern-auth"), "w") as file:
        file.write("#!/bin/sh\necho cannot find a library >&2\nexit 127\n")
    os.chmod(host.path("postern-auth"), 0o755)
    host.finds(1, "wrong: mechanisms: PLAIN: cannot find a library")
    os.chmod(host.path("postern-auth"), 0o644)
    host.finds(1, "wrong: postern-auth: ")  # what is installed, if it is, is another version's


def test_each_scram_is_tried(host):
    scrams = ["SCRAM-SHA-" + bits for bits in ("1", "224", "256", "384", "512")]
    host.write(mechanisms=" ".join(scrams))
    out = host.finds(0, *("ok: mechanisms: %s: offered" % name for name in scrams))
    # Where there is no TLS there is no channel to bind to.
    assert not [line for line in out if "-PLUS: offered" in line], out
    host.write(mechanisms="PLAIN")
    assert not [line for line in host.finds(0) if "SCRAM" in line]


def test_what_is_weak_is_said(host):
    """The two of MD5 work, with the accounts too, and check says what is the matter with them."""
    host.write(mechanisms="CRAM-MD5 DIGEST-MD5 PLAIN")
    out = host.finds(0, "ok: mechanisms: CRAM-MD5: offered", "ok: mechanisms: DIGEST-MD5: offered",
                     "warning: mechanisms: CRAM-MD5: what the accounts keep for it is as good as the password",
                     "warning: mechanisms: DIGEST-MD5: what the accounts keep for it is as good as the password")
    told, = [line for line in out if "2.1.28+dfsg-10+deb12u1" in line]
    assert told.startswith("warning: mechanisms: DIGEST-MD5: ")
    host.write(mechanisms="CRAM-MD5")
    assert not [line for line in host.finds(0) if "2.1.28" in line]
    host.write(mechanisms="SCRAM-SHA-256 PLAIN")
    assert not [line for line in host.finds(0) if "as good as" in line or "2.1.28" in line]


def test_a_helper_that_others_could_look_into(root_host):
    """Between its start and the moment when it makes itself opaque, whoever may read its program may take
    its descriptors: the key of TLS, say."""
    os.chmod(root_host.path("postern-auth"), 0o755)
    program = root_host.path("postern-auth")
    root_host.finds(0, "warning: programs: %s: other programs that run as `user` could look into it: chmod 711 %s"
                    % (program, program))


def test_the_jail_layers(host):
    host.write(jail_layers="none")
    host.finds(0, "warning: jail_layers: chroot is left out", "warning: jail_layers: landlock is left out",
               "warning: jail_layers: seccomp is left out", "warning: jail_layers: limits is left out", "ok: jail: ")


def test_who_it_runs_as(root_host):
    root_host.write(user="no-such-account")
    root_host.finds(1, "wrong: settings: user: `no-such-account` is not in /etc/passwd; make that account")
    root_host.write(user="root")
    root_host.finds(1, "wrong: settings: user: `root` is root; name an account of its own")
    root_host.write(user="%d:%d" % (JAILED, JAILED))
    root_host.finds(1, "wrong: settings: jail_user: `61002:61002` has the uid of `user`")
    root_host.write(user="%d:%d,7,8" % (SERVICE, SERVICE))
    root_host.finds(0, "ok: user: 61001:61001,7,8: sendmail gets its further groups too: 7 8")


def test_the_jail(root_host):
    with open(root_host.path("jail/file"), "w"):
        pass
    root_host.finds(1, "wrong: jail: %s must be empty" % root_host.path("jail"), "ok: sendmail: ")
    os.unlink(root_host.path("jail/file"))
    os.chmod(root_host.path("jail"), 0o777)
    root_host.finds(1, "wrong: jail: %s must be root's" % root_host.path("jail"))
    os.rmdir(root_host.path("jail"))
    root_host.finds(1, "wrong: jail: %s: No such file or directory" % root_host.path("jail"))


def test_it_changes_nothing(host):
    def facts():
        out = {}
        for folder, _, names in os.walk(host.folder):
            for name in [".", *names]:
                status = os.lstat(os.path.join(folder, name))
                out[os.path.join(folder, name)] = (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode),
                                                   status.st_size, status.st_ino)
        return out
    before = facts()
    host.finds(0)
    assert facts() == before

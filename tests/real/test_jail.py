"""The jail: what each profile lets a process do, what each layer holds by itself, and no service without it."""

import base64
import ctypes
import errno
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import pytest

from client import IS_ROOT, Client, descriptors, helper, place, status_of, until
from scratch import CALLER, JAILED, SANITIZED, SERVICE, ways

PROFILES = ["session", "password", "tls"]
HELPERS = PROFILES[1:]
CHROOT, LANDLOCK, SECCOMP, LIMITS, ALL = 1, 2, 4, 8, 15
NEWEST = 6
ABI = max(0, ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), 1))
UNJAILED = ["nojail *", "disconnect reason=nojail"]
CONTROLS = ("prctl", "0", "0xffffffff")


def no_service(client):
    """The client is told 421, not one word before or after it, and never greeted."""
    lines = client.ended()
    assert len(lines) == 1 and re.fullmatch(
        r"421 4\.3\.0 (office\.example )?cannot serve you now, try again later", lines[0]), lines
    client.close()


class Place:
    """What the deeds of tests/jail.c are done to."""

    def __init__(self, programs, way):
        self.way = way
        self.program = helper(programs, "jail", "base/jail.c", "base/text.c")
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o777)
        self.jail = os.path.join(self.folder, "jail")
        os.mkdir(self.jail, 0o555)
        self.file = os.path.join(self.folder, "file")
        with open(self.file, "w", encoding="ascii") as file:
            file.write("content")
        os.chmod(self.file, 0o666)
        self.uid = JAILED if way == "root" else CALLER if IS_ROOT else os.getuid()
        # Whom it may signal but for the jail: a process of the same user.
        who = {"user": self.uid, "group": self.uid, "extra_groups": []} if IS_ROOT else {}
        self.outside = subprocess.Popen(["sleep", "600"], **who)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.abstract = socket.socket(socket.AF_UNIX)
        self.name = os.path.basename(self.folder)
        self.abstract.bind("\0" + self.name)
        self.abstract.listen()
        self.arguments = {
            "kill": self.outside.pid, "prlimit": self.outside.pid, "ptrace": self.outside.pid,
            "read-memory": self.outside.pid, "connect": self.tcp.getsockname()[1],
            "abstract": self.name, "open": self.file, "openat": self.file, "truncate": self.file,
            "create": self.file + ".new", "exec": "/bin/true", "chroot": "/",
        }

    def start(self, profile, layers, deed, argument=None, abi=NEWEST, wrap=(), before=None):
        if argument is None:
            argument = self.arguments.get(deed, 0)
        who = {"user": self.uid, "group": self.uid, "extra_groups": []} if IS_ROOT and self.way == "user" else {}
        return subprocess.Popen([*wrap, self.program, profile, str(layers), str(abi), self.jail, deed, str(argument)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=before, **who)

    def do(self, *deed, **how):
        """How it ended, as waitpid() says, and what it said."""
        run = self.start(*deed, **how)
        said = run.stdout.read()
        run.stdin.close()
        run.stdout.close()
        word = os.waitpid(run.pid, 0)[1]
        run.returncode = 0
        return word, said

    def dies(self, *deed, **how):
        """It was jailed, and the deed was its death, without a core."""
        word, said = self.do(*deed, **how)
        assert said == "jailed\n"
        assert os.WIFSIGNALED(word) and os.WTERMSIG(word) == 31 and not os.WCOREDUMP(word)

    def returns(self, error, *deed, **how):
        """It was jailed, and the deed returned this error, or 0."""
        word, said = self.do(*deed, **how)
        assert (word, said) == (0, "jailed\n%d\n" % error)

    def end(self):
        self.outside.kill()
        self.outside.wait()
        self.tcp.close()
        self.abstract.close()
        shutil.rmtree(self.folder)


@pytest.fixture(params=ways(), name="where")
def make_place(request, programs):
    made = Place(programs, request.param)
    yield made
    made.end()


# --- seccomp ---

@pytest.mark.parametrize("how", ["plain", "x32", "int80"])
@pytest.mark.parametrize("profile", PROFILES)
def test_every_call_by_its_number(where, profile, how):
    """Of all numbers exactly those of the list live; by x32 and by int 0x80 none does."""
    if os.uname().machine != "x86_64" and how != "plain":
        pytest.skip("only x86_64 has these")
    assert where.do(profile, ALL, "sweep", how) == (0, "")


DEADLY = ["kill", "prlimit", "ptrace", "read-memory", "socket", "connect", "bind", "abstract", "sendmsg", "sendto",
          "setsockopt", "fcntl", "ioctl", "dup", "exec", "open", "openat", "create", "truncate", "chroot",
          "clone", "fork", "setuid", "setresuid", "setresgid", "setgroups", "prctl", "rlimit", "map-code",
          "map-all", "protect", "getpid"]


@pytest.mark.parametrize("deed", DEADLY)
@pytest.mark.parametrize("profile", PROFILES)
def test_is_death(where, profile, deed):
    if (profile, deed) == ("tls", "getpid"):  # OpenSSL looks whether it was forked
        where.returns(0, profile, ALL, deed)
    else:
        where.dies(profile, ALL, deed)


@pytest.mark.parametrize("deed", ["time", "gettimeofday"])
def test_the_clock_may_be_asked_by_calls(where, deed):
    """libc reads it without one where it can; in some virtual machines it cannot, and OpenSSL and SASL ask."""
    for profile in HELPERS:
        where.returns(0, profile, ALL, deed)
    where.dies("session", ALL, deed)


QUICKACK = "%d %d" % (socket.IPPROTO_TCP, socket.TCP_QUICKACK)


def test_of_setsockopt_there_is_tcp_quickack_alone(where):
    """Each of the others works without seccomp, so what it meets is the filter."""
    others = [(socket.IPPROTO_TCP, socket.TCP_NODELAY), (socket.IPPROTO_TCP, socket.TCP_CORK),
              (socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.SOL_SOCKET, socket.TCP_QUICKACK),
              (socket.SOL_SOCKET, socket.SO_RCVBUF), (socket.IPPROTO_IP, socket.IP_TTL)]
    where.returns(0, "tls", ALL, "option", QUICKACK)
    for level, name in others:
        option = "%d %d" % (level, name)
        where.returns(0, "tls", ALL & ~SECCOMP, "option", option)
        where.dies("tls", ALL, "option", option)
    for profile in "session", "password":
        where.dies(profile, ALL, "option", QUICKACK)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has these")
@pytest.mark.parametrize("deed, number", [("int80", 11), ("int80", 20), ("int80", 3), ("x32", 0), ("x32", 1),
                                          ("x32", 59), ("x32", 520)])
@pytest.mark.parametrize("profile", PROFILES)
def test_another_machines_calls_are_death(where, profile, deed, number):
    where.dies(profile, ALL, deed, number)


@pytest.mark.parametrize("abi", [0, 2, 4, 6])
@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_jailed_code_lives_by(where, profile, abi):
    where.returns(0, profile, ALL, "talk", abi=abi)
    where.dies(profile, ALL, "openat", abi=abi)
    if profile != "password":
        where.returns(0, profile, ALL, "shutdown", abi=abi)
    if profile in HELPERS:
        where.returns(0, profile, ALL, "allocate", abi=abi)


def test_the_session_has_all_that_it_will_ever_have(where):
    """It allocates nothing, closes nothing."""
    for deed in ("allocate",), ("map-much", 4096), ("close", 0), ("close", 3), ("close", 63):
        where.dies("session", ALL, *deed)


def test_the_lifeline_cannot_be_closed(where):
    """4 is the lifeline of all; 32 bits of the argument are looked at, as the kernel does."""
    for profile in PROFILES:
        for descriptor in 4, 0x100000004, 0xffffffff00000004:
            where.dies(profile, ALL, "close", descriptor)
    for profile in HELPERS:
        for descriptor in [*range(4), *range(5, 64)]:
            how = where.do(profile, ALL, "close", descriptor)
            assert how[0] == (98 << 8 if descriptor == 1 else 0), descriptor  # 1 is where it says so
        for descriptor in 64, 68, 4 + 256, 0x7fffffff, 0xffffffff:
            where.dies(profile, ALL, "close", descriptor)


def test_seccomp_alone_is_death_too(where):
    for deed in "kill", "prlimit", "connect", "openat", "exec", "fork":
        where.dies("session", SECCOMP, deed)


# --- postern-auth with SCRAM: the same, and one file to read ---

@pytest.fixture(name="beside")
def make_unchrooted(programs):
    """postern-auth is never root, so it enters no folder."""
    made = Place(programs, "user")
    yield made
    made.end()


@pytest.mark.parametrize("how", ["plain", "x32", "int80"])
def test_scram_every_call_by_its_number(beside, how):
    if os.uname().machine != "x86_64" and how != "plain":
        pytest.skip("only x86_64 has these")
    assert beside.do("scram", ALL, "sweep", how) == (0, "")


@pytest.mark.parametrize("deed", [deed for deed in DEADLY if deed not in ("openat", "getpid")])
def test_scram_is_death(beside, deed):
    beside.dies("scram", ALL, deed)


@pytest.mark.skipif(ABI == 0, reason="this kernel has no Landlock")
def test_scram_reads_random_octets_and_no_other_file(beside):
    """SASL opens it anew for every nonce."""
    for layers in ALL, LANDLOCK:
        beside.returns(0, "scram", layers, "openat", "/dev/urandom")
        for path in (beside.file, "/etc/passwd", "/dev/null", "/dev/zero", "/dev/random", "/dev", "/", ".",
                     "/proc/self/mem", "/proc/self/environ", "/proc/self/exe", "/dev/../etc/passwd"):
            beside.returns(errno.EACCES, "scram", layers, "openat", path)
    # What it is allowed is that file, and no name: a link to another leads nowhere.
    link = os.path.join(beside.folder, "urandom")
    os.symlink("/etc/passwd", link)
    beside.returns(errno.EACCES, "scram", ALL, "openat", link)
    for layers in ALL, LANDLOCK:  # and no other profile has it
        if layers == LANDLOCK:
            beside.returns(errno.EACCES, "password", layers, "openat", "/dev/urandom")
        else:
            beside.dies("password", layers, "openat", "/dev/urandom")


FLAGS = [os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_TRUNC]


@pytest.mark.parametrize("flags", [*FLAGS, os.O_RDONLY | os.O_CREAT, os.O_RDONLY | os.O_TRUNC, os.O_PATH, os.O_TMPFILE,
                                   os.O_CLOEXEC, 1 << 31])
def test_scram_may_only_read(beside, flags):
    """Of all flags none, and none by the upper half of a register that the kernel does not look at."""
    beside.dies("scram", ALL, "random", flags)
    beside.returns(0, "scram", ALL, "random", 0)
    if flags in FLAGS and ABI > 0:
        beside.returns(errno.EACCES, "scram", LANDLOCK, "random", flags)
    beside.dies("scram", ALL, "create")
    assert not os.path.exists(beside.file + ".new")


@pytest.mark.parametrize("abi", [0, 2, 4, 6])
def test_scram_lives_by(beside, abi):
    for deed in "talk", "allocate", "getpid":
        beside.returns(0, "scram", ALL, deed, abi=abi)
    beside.returns(0, "scram", ALL, "openat", "/dev/urandom", abi=abi)
    for descriptor in 4, 0x100000004:
        beside.dies("scram", ALL, "close", descriptor, abi=abi)
    # Without Landlock it is for the filter alone, which sees no names: what the user can read can be read.
    beside.returns(errno.EACCES if min(abi, ABI) > 0 else 0, "scram", ALL, "openat", abi=abi)


def test_scram_other_layers(beside):
    for deed, since, error in (("exec", 1, errno.EACCES), ("truncate", 3, errno.EACCES), ("connect", 4, errno.EACCES),
                               ("bind", 4, errno.EACCES), ("kill", 6, errno.EPERM), ("abstract", 6, errno.EPERM)):
        if ABI >= since:
            beside.returns(error, "scram", LANDLOCK, deed)
    beside.returns(errno.EAGAIN, "scram", LIMITS, "fork")
    beside.returns(errno.EFBIG, "scram", LIMITS, "grow", 4096)
    beside.returns(errno.ENOMEM, "scram", LIMITS, "map-much", MEMORY)


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("missing", ["missing", "not to be read"])
def test_without_random_octets_scram_is_not_offered(programs, way, missing):
    """A host or a chroot without /dev/urandom: SASL would go on without a word, with nonces that can be guessed."""
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if not IS_ROOT or not unshare or not setpriv:
        pytest.skip("only root makes a /dev of its own")
    node = "mknod -m 0 $D/urandom c 1 9 &&" if missing != "missing" else ""
    script = """PATH=/usr/sbin:/usr/bin:/sbin:/bin; D=$(mktemp -d /tmp/postern-test.XXXXXX) &&
        mount -t tmpfs -o mode=755 none $D && mknod -m 666 $D/null c 1 3 && %s
        mount --move $D /dev && rmdir $D && exec "$@\"""" % node
    with place(programs, way, mechanisms="SCRAM-SHA-256 PLAIN LOGIN") as scratch:
        scratch.account("alice", "pencil sharpener")
        who = [] if way == "root" else [setpriv, "--reuid", str(CALLER), "--regid", str(CALLER), "--clear-groups"]
        scratch.identity = lambda: {}
        client = Client(scratch, wrap=[unshare, "--mount", "/bin/sh", "-c", script, "sh", *who])
        assert client.reply().startswith("220 ")
        client.send("EHLO client.example\r\n")
        lines = []
        while not lines or lines[-1][3:4] == "-":
            lines.append(client.line())
        offered, = [line[4:] for line in lines if "AUTH" in line]
        assert offered == "AUTH PLAIN LOGIN"
        client.expect("AUTH SCRAM-SHA-256", "504 5.5.4")
        client.expect("AUTH PLAIN " + base64.b64encode(b"\0alice\0pencil sharpener").decode(), "235 ")
        client.quit()


def test_no_deed_is_impossible_anyway(where):
    """Without its layer each deed works, or these tests would see nothing."""
    done = ["kill", "prlimit", "socket", "connect", "bind", "abstract", "sendmsg", "setsockopt", "fcntl", "ioctl",
            "open", "openat", "create", "clone", "fork", "map-code", "map-all", "protect", "getpid", "prctl",
            "allocate", "talk", "shutdown"]
    for deed in done:
        where.returns(0, "session", 0, deed)
        if deed == "create":
            os.unlink(where.file + ".new")
    where.returns(errno.EMFILE, "session", 0, "dup")
    assert where.do("session", 0, "exec") == (0, "jailed\n")
    if os.uname().machine == "x86_64":
        where.returns(0, "session", 0, "int80", 20)


# --- the other layers by themselves ---

@pytest.mark.parametrize("pretended", [0, 2, 4, 6])
@pytest.mark.parametrize("deed, since, error", [
    ("open", 1, errno.EACCES), ("openat", 1, errno.EACCES), ("create", 1, errno.EACCES),
    ("exec", 1, errno.EACCES), ("truncate", 3, errno.EACCES), ("connect", 4, errno.EACCES),
    ("bind", 4, errno.EACCES), ("kill", 6, errno.EPERM), ("abstract", 6, errno.EPERM)])
def test_landlock(where, pretended, deed, since, error):
    """Each ABI holds what it can, and only that."""
    if deed == "exec" and min(pretended, ABI) < since:
        assert where.do("session", LANDLOCK, deed, abi=pretended) == (0, "jailed\n")
        return
    where.returns(error if min(pretended, ABI) >= since else 0, "session", LANDLOCK, deed, abi=pretended)
    if os.path.exists(where.file + ".new"):
        os.unlink(where.file + ".new")


def limits_of(pid):
    with open("/proc/%d/limits" % pid, encoding="ascii") as file:
        rows = [re.split(r"  +", line) for line in file]
    return {row[0]: (row[1], row[2]) for row in rows}


MEMORY = 256 * 1024 * 1024


@pytest.mark.parametrize("profile, seconds, file", [("session", 600, 0), ("password", 60, 4096), ("tls", 600, 4096)])
def test_limits(where, profile, seconds, file):
    """A helper may write its last words to a file, and no more."""
    where.returns(errno.EAGAIN, profile, LIMITS, "fork")
    where.returns(errno.EAGAIN, profile, LIMITS, "clone")
    where.returns(errno.EFBIG, profile, LIMITS, "grow", file)
    if file > 0:
        where.returns(0, profile, LIMITS, "grow", file - 1)
    where.returns(errno.EMFILE, profile, LIMITS, "dup")
    where.returns(errno.EPERM, profile, LIMITS, "rlimit")
    where.returns(errno.ENOMEM, profile, LIMITS, "map-much", MEMORY)
    where.returns(0, profile, LIMITS, "map-much", MEMORY // 2)
    run = where.start(profile, LIMITS, "wait")
    assert run.stdout.readline() == "jailed\n"
    limits = limits_of(run.pid)
    run.communicate()
    for name, most in (("core file size", 0), ("processes", 0), ("file size", file), ("cpu time", seconds),
                       ("address space", MEMORY), ("open files", 16)):  # the highest is 14
        assert limits["Max " + name] == (str(most), str(most)), name


def test_a_lower_limit_stays(where):
    import resource
    run = where.start("session", LIMITS, "wait",
                      before=lambda: resource.setrlimit(resource.RLIMIT_CPU, (7, 9)))
    assert run.stdout.readline() == "jailed\n"
    limits = limits_of(run.pid)
    run.communicate()
    assert limits["Max cpu time"][1] == "9"


@pytest.mark.parametrize("layers", [0, CHROOT, ALL])
@pytest.mark.parametrize("profile", PROFILES)
def test_identity(where, profile, layers):
    """No privilege and no way back, whatever the layers."""
    if not layers & SECCOMP:
        for deed in "setuid", "setresuid", "setresgid", "setgroups", "chroot":
            where.returns(errno.EPERM, profile, layers, deed)
    run = where.start(profile, layers, "wait")
    assert run.stdout.readline() == "jailed\n"
    status = status_of(run.pid)
    root = os.readlink("/proc/%d/root" % run.pid) if IS_ROOT else None
    cwd = os.readlink("/proc/%d/cwd" % run.pid) if IS_ROOT else None
    run.communicate()
    for name in "Uid", "Gid":
        assert status[name] == [str(where.uid)] * 4
    if IS_ROOT:
        assert status["Groups"] == []
    for name in "CapInh", "CapPrm", "CapEff", "CapAmb":
        assert int(status[name][0], 16) == 0, name
    assert status["NoNewPrivs"] == ["1"]
    assert status["Seccomp"] == ["2" if layers & SECCOMP else "0"]
    if where.way == "root":
        inside = where.jail if layers & CHROOT else "/"
        assert (root, cwd) == (inside, inside)


def test_chroot(where):
    if where.way != "root":
        pytest.skip("only root can")
    for deed in "open", "openat":
        where.returns(errno.ENOENT, "session", CHROOT, deed)
        where.returns(errno.ENOENT, "session", CHROOT, deed, "/etc/passwd")
        where.returns(errno.ENOENT, "session", CHROOT, deed, "../../../../../../etc/passwd")
        where.returns(0, "session", CHROOT, deed, "/..")
    where.returns(errno.EACCES, "session", CHROOT, "create", "/x")
    where.returns(errno.ENOENT, "session", CHROOT, "exec")


# --- a layer that fails: no service ---

def spoil_missing(jail):
    os.rmdir(jail)
    return "No such file"


def spoil_a_file(jail):
    os.rmdir(jail)
    with open(jail, "w", encoding="ascii"):
        pass
    return "is no folder"


def spoil_link(jail):
    """To a folder that would do, for now."""
    os.rename(jail, jail + ".good")
    os.symlink(jail + ".good", jail)
    return "is no folder"


def spoil_full(jail):
    with open(jail + "/.x", "w", encoding="ascii"):
        pass
    return "empty"


def spoil_group(jail):
    os.chmod(jail, 0o575)
    return "chown root, chmod 0555"


def spoil_others(jail):
    os.chmod(jail, 0o557)
    return "chown root, chmod 0555"


def spoil_owner(jail):
    os.chown(jail, JAILED, 0)
    return "chown root, chmod 0555"


@pytest.mark.skipif(not IS_ROOT, reason="only root enters a folder")
@pytest.mark.parametrize("spoil", [spoil_missing, spoil_a_file, spoil_link, spoil_full, spoil_group, spoil_others,
                                   spoil_owner], ids=lambda spoil: spoil.__name__[6:])
def test_a_folder_that_will_not_do(programs, spoil):
    where = Place(programs, "root")
    try:
        word, said = where.do("session", ALL, "getpid")
        assert os.WIFSIGNALED(word), said
        words = spoil(where.jail)
        for layers in CHROOT, ALL:
            word, said = where.do("session", layers, "getpid")
            assert word == 1 << 8 and words in said and "jailed" not in said
        assert "jailed" in where.do("session", ALL & ~CHROOT, "getpid")[1]
    finally:
        where.end()
    with place(programs, "root", allowed=["error *", *UNJAILED], status=None) as scratch:
        jail = os.path.join(scratch.folder, "spoilt")
        os.mkdir(jail, 0o555)
        words = spoil(jail)
        scratch.write_settings(jail=jail)
        client = Client(scratch)
        no_service(client)
        client.run.wait()
        assert [line for line in scratch.logged("error") + scratch.logged("nojail") if words in line]


@pytest.mark.skipif(not IS_ROOT, reason="who is not root becomes nobody else")
@pytest.mark.parametrize("user, jailed", [("0:0", "61002:61002"), ("61001:61001", "0:0"), ("61001:61001", "0:61002"),
                                          ("61001:61001", "61001:61001"), ("61001:61001", "61001:61002"),
                                          ("no-such-user", "61002:61002"), ("61001:61001", "no-such-user")])
def test_identities_that_will_not_do(programs, user, jailed):
    with place(programs, "root", allowed=["error *"], status=1, user=user, jail_user=jailed) as scratch:
        client = Client(scratch)
        no_service(client)


# CALL ARGUMENT MASK VALUE of tests/refuse.c, and what stands in the log
FAILING = [
    (("chroot", "0", "0", "0"), "nojail *value=\"chroot: Operation not permitted\""),
    (("setgroups", "0", "0", "0"), "error *what=\"*setgroups: Operation not permitted\""),
    (("setresgid", "0", "0", "0"), "error *what=\"*setresgid: Operation not permitted\""),
    (("setresuid", "0", "0", "0"), "error *what=\"*setresuid: Operation not permitted\""),
    ((*CONTROLS, "4"), "error *what=\"PR_SET_DUMPABLE failed\""),
    ((*CONTROLS, "38"), "nojail *value=\"no_new_privs: Operation not permitted\""),
    (("landlock_restrict_self", "0", "0", "0"), "nojail *value=\"Landlock: Operation not permitted\""),
    (("prlimit64", "1", "0xffffffff", "6"), "nojail *value=\"limits: Operation not permitted\""),
    ((*CONTROLS, "22"), "nojail *value=\"seccomp: Operation not permitted\""),
    (("fcntl", "1", "0xffffffff", "10"), "nojail *value=\"the lifeline cannot be had\""),
    (("clone", "0", "0", "0"), "error *what=\"*Operation not permitted\""),
    (("socketpair", "0", "0", "0"), "error *what=\"*Operation not permitted\""),
    (("pipe2", "0", "0", "0"), "error *what=\"*Operation not permitted\""),
    (("signalfd4", "0", "0", "0"), "error *what=\"signalfd failed\""),
]


def name_of(call):
    return "-".join(call[:1] + call[3:] if call[2] != "0" else call[:1])


@pytest.mark.skipif(SANITIZED, reason="without seccomp and limits there is less that can fail")
@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("call, logged", FAILING, ids=[name_of(call) for call, _ in FAILING])
def test_without_a_layer_there_is_no_service(programs, way, call, logged):
    if way == "user" and call[0] in ("chroot", "setgroups", "setresgid", "setresuid"):
        pytest.skip("who is not root does not call it")
    if call[0] == "landlock_restrict_self" and ABI == 0:
        pytest.skip("this kernel has no Landlock")
    with place(programs, way, allowed=["error *", *UNJAILED], status=None) as scratch:
        client = Client(scratch, wrap=[helper(programs, "refuse"), *call, str(errno.EPERM)])
        no_service(client)
        client.run.wait()
        assert scratch.logged(logged), logged
        if logged.startswith("nojail"):
            assert scratch.logged("disconnect reason=nojail stage=start")
            assert client.run.returncode == 0
        else:
            assert not scratch.logged("connect") and client.run.returncode == 1


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("error", [errno.ENOSYS, errno.EOPNOTSUPP])
def test_without_landlock_there_is_service_and_a_word(programs, way, error):
    """A kernel that has none, and one where it is switched off."""
    with place(programs, way) as scratch:
        refuse = [helper(programs, "refuse"), "landlock_create_ruleset", "0", "0", "0", str(error)]
        client = Client(scratch, wrap=refuse)
        client.hello().quit()
        scratch.wait_logged("disconnect")
        line, = scratch.logged("connect landlock=none")
        assert "landlock" not in re.search("jail=([a-z+]*)", line).group(1)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer does not live with all layers")
@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("layers", ["chroot landlock seccomp limits", "chroot", "landlock", "seccomp", "limits",
                                    "chroot landlock limits"])
def test_the_connect_line_says_which_layers_hold(programs, way, layers):
    with place(programs, way, jail_layers=layers) as scratch:
        client = Client(scratch).hello()
        seccomp = status_of(client.session)["Seccomp"]
        client.quit()
        holds = [layer for layer in layers.split()
                 if (layer != "chroot" or way == "root") and (layer != "landlock" or ABI > 0)]
        scratch.wait_logged("connect jail=" + ("+".join(holds) or "none"))
        assert seccomp == ["2" if "seccomp" in layers else "0"]


# --- the living processes ---

def kinds(pid):
    return sorted(re.sub(r":\[\d+\]$", "", what) for what in descriptors(pid).values())


NOSY = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
pid, found = int(sys.argv[1]), []
for name in "mem", "environ", "fd/0", "maps":
    try:
        os.close(os.open("/proc/%d/%s" % (pid, name), os.O_RDONLY))
        found.append(name)
    except OSError as error:
        if error.errno == 6: found.append(name)
if libc.ptrace(16, pid, None, None) == 0:
    found.append("attach")
    os.waitpid(pid, 0x40000000)
    libc.ptrace(17, pid, None, None)
if libc.ptrace(0x4206, pid, None, None) == 0:
    found.append("seize")
print(*found)
"""


def seen_by(uid, pid):
    """What a process of this user sees of another one, by name."""
    who = {"user": uid, "group": uid, "extra_groups": []} if IS_ROOT else {}
    return subprocess.run([sys.executable, "-c", NOSY, str(pid)], capture_output=True, text=True, check=True,
                          **who).stdout.split()


def no_privileges(status, uid, groups):
    assert status["Uid"] == [str(uid)] * 4 and status["Gid"] == [str(uid)] * 4
    assert groups is None or status["Groups"] == groups
    for name in "CapInh", "CapPrm", "CapEff", "CapAmb":
        assert int(status[name][0], 16) == 0, name


class Dirty:
    """How a superserver may start smtpd: with groups of its own and words in its environment."""

    def __init__(self, programs, way, **settings):
        self.way, self.settings = way, settings
        self.where = place(programs, way, **settings)

    def __enter__(self):
        scratch = self.where.__enter__()
        if self.way == "root":
            scratch.identity = lambda: {"extra_groups": [4, 24, 27]}
        return scratch

    def __exit__(self, *what):
        return self.where.__exit__(*what)


@pytest.mark.parametrize("way", ways())
def test_the_living_session(programs, way):
    with Dirty(programs, way) as scratch:
        client = Client(scratch, env={"TCPREMOTEIP": "192.0.2.99", "SECRET_OF_ROOT": "evil"}).hello()
        session, status = client.session, status_of(client.session)
        root = way == "root"
        no_privileges(status, JAILED if root else scratch.service, [] if IS_ROOT else None)
        assert status["NoNewPrivs"] == ["1"]
        if not SANITIZED:
            assert status["Seccomp"] == ["2"]
            assert limits_of(session)["Max processes"] == ("0", "0")
        if IS_ROOT:
            assert {fd: re.sub(r":.*", "", what) for fd, what in descriptors(session).items()} == {
                0: "socket", 3: "socket", 4: "pipe"}
            with open("/proc/%d/environ" % session, "rb") as file:
                assert file.read().strip(b"\0") == b""
            assert os.readlink("/proc/%d/root" % session) == (scratch.path("jail") if root else "/")
        assert seen_by(JAILED if root else scratch.service, session) == []
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_the_living_monitor(programs, way):
    more = {"user": "%d:%d,61011,61012" % (SERVICE, SERVICE)} if way == "root" else {}
    with Dirty(programs, way, **more) as scratch:
        client = Client(scratch, env={"TCPREMOTEIP": "192.0.2.99", "SECRET_OF_ROOT": "evil"}).hello()
        status = status_of(client.monitor)
        no_privileges(status, scratch.service, (["61011", "61012"] if way == "root" else []) if IS_ROOT else None)
        # Nothing that survives exec and would break a sendmail.
        assert status["NoNewPrivs"] == ["0"] and status["Seccomp"] == ["0"]
        if IS_ROOT:
            found = descriptors(client.monitor)
            assert [found.pop(fd) for fd in (0, 1, 2)] == ["/dev/null", "/dev/null", scratch.path("log")]
            assert sorted(re.sub(r":\[\d+\]$", "", what) for what in found.values()) == [
                "/dev/null", "anon_inode:[signalfd]", "pipe", "socket"]
            with open("/proc/%d/environ" % client.monitor, "rb") as file:
                octets = file.read()
            assert octets.strip(b"\0") == b""
            assert os.readlink("/proc/%d/root" % client.monitor) == "/"
        assert seen_by(scratch.service, client.monitor) == []
        assert client.message(b"To: b@away.example\r\n\r\n").startswith("250 ")
        client.quit()
        delivery, = scratch.deliveries()
        assert delivery.env and all(var.startswith("PATH=/usr/local/sbin:") for var in delivery.env)
        facts = [fact for fact in delivery.facts if fact.startswith("Groups:")]
        if IS_ROOT:
            assert facts[0].split()[1:] == (["61011", "61012"] if way == "root" else [])


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "SCRAM-SHA-256"])
def test_the_living_postern_auth(programs, way, mechanism):
    with Dirty(programs, way) as scratch:
        scratch.account("alice", "pencil sharpener")
        client = Client(scratch, env={"SECRET_OF_ROOT": "evil"}).hello()
        client.expect("AUTH " + mechanism, "334")
        auth = client.started("postern-auth")
        status = status_of(auth)
        no_privileges(status, scratch.service, [] if IS_ROOT else None)
        assert status["NoNewPrivs"] == ["1"]
        if not SANITIZED:
            assert status["Seccomp"] == ["2"]
            limits = limits_of(auth)
            assert limits["Max processes"] == limits["Max core file size"] == ("0", "0")
            assert limits["Max file size"] == ("4096", "4096")
        if IS_ROOT:
            found = descriptors(auth)
            assert [found.pop(fd) for fd in (0, 1, 2)] == ["/dev/null"] * 3
            assert [re.sub(r":.*", "", found.pop(fd)) for fd in (3, 4)] == ["socket", "pipe"]
            assert list(found.values()) in ([], [scratch.settings["accounts"]])
            with open("/proc/%d/environ" % auth, "rb") as file:
                assert file.read() == b""
        assert seen_by(scratch.service, auth) == []
        client.expect("*", "501 5.7.0")
        client.quit()


@pytest.mark.skipif(not IS_ROOT, reason="nobody else becomes that user")
def test_who_looks_can_see():
    """What proves that test_the_living_… see nothing because there is nothing to be seen."""
    with subprocess.Popen(["sleep", "60"], user=JAILED, group=JAILED, extra_groups=[]) as sleeper:
        until(lambda: os.readlink("/proc/%d/exe" % sleeper.pid).endswith("sleep"), "sleep runs")
        assert seen_by(JAILED, sleeper.pid) == ["mem", "environ", "fd/0", "maps", "attach", "seize"]
        sleeper.kill()


@pytest.mark.parametrize("way", ways())
def test_descriptor_2_is_the_client(programs, way):
    """As xinetd and inetd start it: nothing of ours may speak there."""
    with place(programs, way, log="syslog") as scratch:
        client = Client(scratch, on_2=True).hello()
        if IS_ROOT:
            assert descriptors(client.monitor)[2] == "/dev/null"
            assert sorted(descriptors(client.session)) == [0, 3, 4]
        client.quit()
    with place(programs, way, status=1) as scratch:
        client = Client(scratch, on_2=True)
        no_service(client)
        assert scratch.log() == []



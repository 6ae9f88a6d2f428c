"""What the tests of the password stores share: a host of its own users, saslauthd, SASL's files, and the ways in.

The host is a private mount namespace: copies of /etc/passwd, /etc/group, /etc/shadow and /etc/pam.d
lie over the machine's own for the programs that are started through it, and for nobody else.
"""

import base64
import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

from client import Client, place, status_of, until
from scratch import CALLER, PATIENCE, SANITIZED, SERVICE

RELAY = 61004  # the number of the group that may reach a store, where it is not shadow
SHADOW = 42    # of Debian's /etc/shadow
UNAVAILABLE = "454 4.7.0"
WRONG = "535 5.7.8"
GOOD = "235 2.7.0"
PATHS = "/usr/sbin:/usr/bin:/sbin:/bin"


def missing(*programs):
    """The first of these programs that the machine lacks."""
    for name in programs:
        if shutil.which(name, path=PATHS) is None:
            return name
    return None


def today():
    return int(time.time()) // 86400


def hashed(password, kind="6"):
    """A line of /etc/shadow's second field: `6` SHA-512, `y` yescrypt."""
    if kind == "y":
        library = ctypes.CDLL("libcrypt.so.1")
        library.crypt.restype = library.crypt_gensalt.restype = ctypes.c_char_p
        salt = library.crypt_gensalt(b"$y$", ctypes.c_ulong(0), None, 0)
        return library.crypt(password.encode(), salt).decode()
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password + "\n", text=True, check=True,
                          capture_output=True, timeout=60).stdout.strip()


class Host:
    """The machine as the programs of one test see it. `groups` are the group numbers of `postern`, whom smtpd
    becomes, or as whom it is started."""

    def __init__(self, scratch, *groups):
        self.scratch, self.groups, self.users = scratch, groups, []
        self.folder = scratch.path("etc")
        os.mkdir(self.folder)
        os.mkdir(self.path("pam.d"))
        self.write("passwd", "root:x:0:0::/:/bin/sh\npostern:x:%d:%d::/:/bin/sh\n" % (SERVICE, SERVICE))
        self.write("group", "root:x:0:\npostern:x:%d:\n" % SERVICE + "".join(
            "group%d:x:%d:postern\n" % (number, number) for number in groups))
        self.shadow({})
        if scratch.way == "root":
            scratch.write_settings(user="postern")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def shadow(self, users):
        """Writes /etc/shadow: the name, and its line behind it, or its second field alone."""
        with open(self.path("shadow"), "w", encoding="ascii") as file:
            for name, fields in users.items():
                file.write("%s:%s\n" % (name, fields if ":" in fields else fields + ":19000:0:99999:7:::"))
        os.chown(self.path("shadow"), 0, SHADOW)
        os.chmod(self.path("shadow"), 0o640)
        with open(self.path("passwd"), "a", encoding="ascii") as file:
            for number, name in enumerate(users, 7000):
                file.write("%s:x:%d:7000::/nonexistent:/bin/false\n" % (name, number))

    @property
    def there(self):
        """The words before a program that runs on this host, as root."""
        binds = " && ".join('mount --bind "%s" /etc/%s' % (self.path(name), name)
                            for name in ("passwd", "group", "shadow", "pam.d"))
        return ["/usr/bin/env", "PATH=" + PATHS, "unshare", "--mount", "/bin/sh", "-c",
                binds + ' && PATH=/evil && exec "$@"', "sh"]

    @property
    def wrap(self):
        """The same for smtpd and postern, as who they are started by."""
        if self.scratch.way == "root":
            return self.there
        groups = ["--groups", ",".join(map(str, self.groups))] if self.groups else ["--clear-groups"]
        return [*self.there, shutil.which("setpriv", path=PATHS), "--reuid", str(CALLER), "--regid", str(CALLER),
                *groups]


@contextlib.contextmanager
def host_place(programs, way, *groups, **settings):
    """A scratch folder on a host of its own; .connect() is a client of its smtpd, .check() `postern check`."""
    with place(programs, way, **settings) as scratch:
        own = scratch.identity
        account_keys(scratch)
        scratch.host = Host(scratch, *groups)
        scratch.identity = dict
        try:
            yield scratch
        finally:
            scratch.identity = own


def connect(scratch, **how):
    """A client that has said EHLO; on the test's host, if it has one."""
    host = getattr(scratch, "host", None)
    return Client(scratch, **{"wrap": host.wrap if host else (), **how}).hello()


def offered(scratch, **how):
    """The words behind AUTH."""
    host = getattr(scratch, "host", None)
    client = Client(scratch, **{"wrap": host.wrap if host else (), **how})
    assert client.reply().startswith("220 ")
    client.send("EHLO client.example\r\n")
    lines = []
    while not lines or lines[-1][3:4] == "-":
        lines.append(client.line())
    client.quit()
    return [line[4:].split()[1:] for line in lines if line[4:].split()[:1] == ["AUTH"]]


def encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def say_password(client, mechanism, name, password):
    """One login. Returns the reply."""
    if mechanism == "PLAIN":
        return client.say("AUTH PLAIN " + encoded("\0%s\0%s" % (name, password)))
    for line, reply in ("AUTH LOGIN", "334 VXNlcm5hbWU6"), (encoded(name), "334 UGFzc3dvcmQ6"):
        answer = client.say(line)
        if answer != reply:
            return answer
    return client.say(encoded(password))


def log_in(scratch, mechanism, name, password, **how):
    """A whole connection with one login. Returns the reply to it."""
    client = connect(scratch, **how)
    reply = say_password(client, mechanism, name, password)
    client.quit()
    return reply


def judged(scratch, name, password, reply, line, mechanisms=("PLAIN", "LOGIN"), **how):
    """By each mechanism the same reply, and the same line in the log."""
    for mechanism in mechanisms:
        before = len(scratch.logged("auth *"))
        got = log_in(scratch, mechanism, name, password, **how)
        assert got.startswith(reply), (mechanism, name, got)
        lines = scratch.logged("auth mechanism=%s" % mechanism)[-1:]
        assert len(scratch.logged("auth *")) == before + 1 and line in lines[0] + " ", lines


def check(scratch, program="postern"):
    """`postern check`: its status, and all that it says."""
    host = getattr(scratch, "host", None)
    run = subprocess.run([*(host.wrap if host else ()), scratch.programs.path(program), "-f",
                          scratch.path("postern.conf"), "check"],
                         capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                         **({} if host else scratch.identity()))
    return run.returncode, run.stdout + run.stderr


def is_jailed(scratch, client):
    """postern-auth, while it waits for a token: in its jail, with nothing in its environment."""
    pid = client.started("postern-auth")
    last = ("NoNewPrivs", ["1"]) if SANITIZED else ("Seccomp", ["2"])
    until(lambda: status_of(pid)[last[0]] == last[1], "postern-auth is in its jail")
    status = status_of(pid)
    assert status["NoNewPrivs"] == ["1"]
    assert int(status["CapEff"][0], 16) == int(status["CapPrm"][0], 16) == 0
    assert set(status["Uid"]) == {str(scratch.service)}
    return pid


def tells_nothing(scratch, *pids):
    """No password in the arguments and the environment of these."""
    for pid in pids if os.getuid() == 0 else ():  # nobody else may look
        for name in "cmdline", "environ":
            with open("/proc/%d/%s" % (pid, name), "rb") as file:
                octets = file.read()
            assert not any(secret in octets for secret in scratch.secrets), (pid, name, octets)


# --- saslauthd ---

def end(process):
    """Ends a daemon, and all of its group. (saslauthd's master now and then waits for ever for a worker that has
    ended: that is no fault of ours.)"""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_listened_to(path):
    """Asked without connecting, for that would keep one of saslauthd's workers busy."""
    with open("/proc/net/unix", encoding="latin-1") as file:
        return os.path.exists(path) and os.stat(path).st_mode & 0o777 == 0o777 and any(
            line.split()[3] == "00010000" and line.split()[-1] == path for line in file)


@contextlib.contextmanager
def running(scratch, command, is_ready):
    """A daemon, from when it is ready to its end; it leads a process group of its own, which ends with it."""
    with open(scratch.path("daemon.log"), "ab") as log:
        daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: daemon.poll() is not None or is_ready(), command[0] + " is ready")
        assert daemon.poll() is None, command
        yield daemon
    finally:
        end(daemon)


@contextlib.contextmanager
def saslauthd(scratch, mechanism, workers=1, mode=0o755, group=0):
    """A saslauthd on the test's host; its socket is the settings'."""
    folder = scratch.path("mux")
    os.mkdir(folder)
    os.chown(folder, 0, group)
    os.chmod(folder, mode)
    command = [*scratch.host.there, shutil.which("saslauthd", path=PATHS), "-d", "-a", mechanism, "-m", folder, "-n",
               str(workers)]
    with running(scratch, command, lambda: is_listened_to(folder + "/mux")) as daemon:
        scratch.write_settings(saslauthd_socket=folder + "/mux")
        yield daemon


class StandIn:
    """Listens in the place of saslauthd. `answer` is called with each connection, when it has asked; with None, or
    where it `waits` for its thread to be started, nobody is taken from the queue."""

    def __init__(self, scratch, answer, backlog=8, waits=False):
        self.path, self.answer, self.asked = scratch.path("stand-in"), answer, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)
        self.socket.listen(backlog)
        self.over, self.waits = threading.Event(), waits or not answer
        self.thread = threading.Thread(target=self.serve, daemon=True)
        scratch.write_settings(saslauthd_socket=self.path)

    def serve(self):
        while not self.over.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENCE)
                with contextlib.suppress(OSError):
                    self.asked.append(read_question(connection))
                    self.answer(connection, self)

    def __enter__(self):
        if not self.waits:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        if self.thread.ident:
            self.thread.join(PATIENCE)


def read_question(connection):
    """Four counted strings: name, password, service, realm."""
    def exactly(count):
        octets = b""
        while len(octets) < count:
            more = connection.recv(count - len(octets))
            if not more:
                raise OSError("half a question")
            octets += more
        return octets
    return [exactly(int.from_bytes(exactly(2), "big")).decode("latin-1") for _ in range(4)]


# --- SASL's own stores ---

def configuration(scratch, text, mode=0o644):
    """postern.conf of SASL, in a folder of its own, which the settings name."""
    folder = scratch.path("sasl2")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "postern.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)
    scratch.write_settings(sasl_configuration=folder)
    return path


def account_keys(scratch):
    """The accounts' file, which has the keys of the counters; nobody who logs in here is in it."""
    scratch.postern("user", "add", "--generate", "nobody-here")


def give_to_service(scratch, *paths):
    """To who smtpd becomes, or is started by."""
    if os.getuid() == 0:
        for path in paths:
            os.chown(path, *[SERVICE if scratch.way == "root" else CALLER] * 2)


def free_port():
    """One for a daemon that wants a number; below those that the kernel gives to whoever asks for any, so that no
    other test gets it meanwhile."""
    for port in random.sample(range(20000, 30000), 50):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


def is_port_open(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def gsasl(scratch, port, mechanism, name, password, realm="office.example"):
    """`gsasl` logs in. Returns whether it could."""
    run = subprocess.run(
        [shutil.which("gsasl"), "--smtp", "--connect=127.0.0.1:%d" % port, "--no-starttls", "-m", mechanism, "-a", name,
         *([] if mechanism == "DIGEST-MD5" else ["-z", name]), "-r", realm, "--hostname=office.example",
         "--service=smtp", "-p", password],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert run.returncode in (0, 1), run
    return run.returncode == 0

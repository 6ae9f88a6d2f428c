"""A Postern of its own for one test: folder, settings, accounts, a sendmail that tells, a log, oracles.

Used by tests/dialog and by tests/real/conftest.py. A test runs in one of two ways: `root`, where
smtpd is started as root and drops to numbers of its own, and `user`, where it is started as nobody
special. Only root can do both.
"""

import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from fcntl import LOCK_EX, flock

TESTS = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("POSTERN_BUILD") or os.path.dirname(TESTS))
TOOLS = os.environ.get("POSTERN_TEST_TOOLS") or os.path.join(os.path.dirname(TESTS), "build", "tests")
SANITIZED = bool(os.environ.get("POSTERN_SANITIZED"))
PATIENCE = 30 if SANITIZED else 10  # seconds for what should happen at once
HELPERS = "postern-auth", "postern-tls"
HELPER_MODE = 0o755 if SANITIZED else 0o711  # as installed; a sanitizer reads /proc/self, which is then root's
SERVICE, JAILED, CALLER = 61001, 61002, 61003  # ids that no account of a machine has
NOISE = {  # what a superserver may leave in the environment, and sendmail must not see
    "PATH": "/evil", "IFS": "x", "MAIL_CONFIG": "/evil", "SMTPHOST": "192.0.2.66",
    "NULLMAILER_FLAGS": "t", "LANG": "de_DE.UTF-8", "HOME": "/evil", "TCPREMOTEHOST": "evil.example",
}


def ways():
    return ["root", "user"] if os.getuid() == 0 else ["user"]


def subreaper():
    """Makes orphans of our children ours, so that none is left unseen."""
    ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)


def children(of=None):
    """{pid: (state, name)} of all living or dead children of this process."""
    found = {}
    of = of or os.getpid()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid, encoding="latin-1") as file:
                name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
        except (OSError, IndexError):
            continue
        state, parent = rest.split()[:2]
        if int(parent) == of:
            found[int(pid)] = (state, name)
    return found


def no_orphans(known=(), patience=3):
    """Waits for the processes that were left to us to end. Names those that do not, and ends them."""
    end = time.monotonic() + patience
    while True:
        left = {pid: what for pid, what in children().items() if pid not in known}
        for pid, (state, _) in list(left.items()):
            if state == "Z":
                os.waitpid(pid, os.WNOHANG)
                del left[pid]
        if not left:
            return []
        if time.monotonic() > end:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return ["a process was left behind: %s (%d)" % (name, pid) for pid, (_, name) in left.items()]
        time.sleep(0.01)


class Programs:
    """Copies of the programs in a folder that every user can read."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        for name, place in (("smtpd", BUILD), ("postern-auth", BUILD), ("postern", BUILD),
                            ("postern-tls", BUILD), ("fake-sendmail", TOOLS), ("session_alone", TOOLS)):
            path = os.path.join(place, name)
            if os.path.exists(path):
                shutil.copy(path, os.path.join(self.folder, name))
            if os.path.exists(path) and name in HELPERS:
                os.chmod(os.path.join(self.folder, name), HELPER_MODE)

    def path(self, name):
        return os.path.join(self.folder, name)

    def certificate(self):
        """Makes a certificate and its key, once for all who use these programs: office.pem, office.key."""
        with open(self.path("office.lock"), "ab") as lock:
            flock(lock, LOCK_EX)
            if os.path.exists(self.path("office.pem")):
                return
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "30", "-subj", "/CN=office.example",
                 "-addext", "subjectAltName=DNS:office.example,DNS:localhost,IP:127.0.0.1",
                 "-keyout", self.path("office.key"), "-out", self.path("office.pem")],
                stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def words(line):
    """The words of a log line; a value in double quotes is one word."""
    return re.findall(r'(?:[^\s"]|"[^"]*")+', line)


def wild(pattern):
    """A pattern in which * stands for anything, as a regular expression for the whole string."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")) + r"\Z", re.S)


def log_fits(pattern, line):
    """Whether a log line is of the pattern's event and has its words in their order."""
    event, *wanted = words(pattern)
    found = words(line)
    if not found or not wild(event).match(found[0]):
        return False
    rest = iter(found[1:])
    return all(any(wild(want).match(word) for word in rest) for want in wanted)


class Delivery:
    """What one call of sendmail was given."""

    def __init__(self, folder, n):
        def read(kind):
            try:
                with open("%s/%d.%s" % (folder, n, kind), "rb") as file:
                    return file.read()
            except FileNotFoundError:
                return None
        self.number = n
        self.argv = [arg.decode("latin-1") for arg in read("argv").split(b"\0")[:-1]]
        self.env = [var.decode("latin-1") for var in (read("env") or b"").split(b"\0")[:-1]]
        self.message = read("message")
        self.late = read("late")
        self.facts = (read("facts") or b"").decode("latin-1").splitlines()

    @property
    def arguments(self):
        return self.argv[1:]

    @property
    def header(self):
        return self.message.partition(b"\n\n")[0]

    @property
    def body(self):
        return self.message.partition(b"\n\n")[2]

    def fields(self, name):
        """The bodies of all fields of this name, unfolded."""
        unfolded = re.sub(rb"\n(?=[ \t])", b"", self.header).decode("latin-1")
        return [line.partition(":")[2].strip() for line in unfolded.split("\n")
                if line.partition(":")[0].strip().lower() == name.lower()]

    def faults(self, sendmail, uid):
        """What no sendmail program must ever meet."""
        facts = dict((fact.split(None, 1) + ["", ""])[:2] for fact in self.facts)
        out = []

        def must(what, good):
            if not good:
                out.append("sendmail %d: %s" % (self.number, what))
        must("argv[0] is %r" % self.argv[0], self.argv[0].endswith("sendmail"))
        for var in self.env:
            name, _, value = var.partition("=")
            must("environment has " + var, name not in NOISE or NOISE[name] != value)
            must("environment has " + var, not name.startswith("TCP"))
        must("working directory is " + facts.get("cwd", "?"), facts.get("cwd") == "/")
        must("umask is " + facts.get("umask", "?"), facts.get("umask") == "022")
        must("is not the leader of a session", facts.get("leader") == "1")
        must("standard input is no file", facts.get("regular") == "1")
        must("the spool file has a name", facts.get("links") == "0")
        must("standard input is at offset " + facts.get("offset", "?"), facts.get("offset") == "0")
        must("descriptors are %s" % [fact for fact in facts if fact.startswith("fd")],
             [fact for fact in sorted(facts) if fact.startswith("fd")] == ["fd0", "fd1", "fd2"])
        for fd in "fd1", "fd2":
            must(fd + " is " + facts.get(fd, "?"), facts.get(fd, "").startswith("/memfd:"))
        for mask in "SigBlk:", "SigIgn:", "SigCgt:":
            # 32 and 33 are glibc's own, which posix_spawn() leaves ignored and nobody can set.
            must("%s %s" % (mask, facts.get(mask)), int(facts.get(mask, "1"), 16) & ~(3 << 31) == 0)
        must("has no_new_privs", facts.get("NoNewPrivs:") == "0")
        must("is under a seccomp filter", facts.get("Seccomp:") == "0")
        must("runs as " + facts.get("Uid:", "?"), set(facts.get("Uid:", "").split()) == {str(uid)})
        text = self.message
        if text is not None:
            must("the message does not begin with Received", text.startswith(b"Received: "))
            must("the message has a CR", b"\r" not in text)
            must("the message has a NUL", b"\0" not in text)
            must("the message does not end with LF", text.endswith(b"\n"))
            must("the message has no blank line", b"\n\n" in text)
            must("Bcc was not taken out",
                 "headers" in sendmail or not re.search(rb"(?im)^(resent-)?bcc[ \t]*:", self.header))
        return out


class Scratch:
    """The folder of one test and all that lives in it."""

    def __init__(self, programs, way):
        self.programs, self.way = programs, way
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.service = SERVICE if way == "root" else (CALLER if os.getuid() == 0 else os.getuid())
        self.runs = []       # every smtpd that was started
        self.secrets = set()  # octets that no log may have
        self.largest_file = None  # a limit for all that smtpd writes
        self.before_start = None  # what its process does first, as who starts it
        for name in "run", "run/spool", "sent":
            os.mkdir(self.path(name), 0o755)
            if os.getuid() == 0:
                os.chown(self.path(name), self.service, self.service)
        os.mkdir(self.path("jail"))
        os.chmod(self.path("jail"), 0o555)
        shutil.copy(programs.path("fake-sendmail"), self.path("sendmail"))
        self.settings = {
            "hostname": "office.example",
            "sendmail": self.path("sendmail"),
            "spool": self.path("run/spool"),
            "state": self.path("run/state.gdbm"),
            "accounts": self.path("accounts.gdbm" if way == "root" else "run/accounts.gdbm"),
            "log": "stderr",
        }
        if way == "root":
            self.settings["user"] = "%d:%d" % (SERVICE, SERVICE)
            self.settings["jail_user"] = "%d:%d" % (JAILED, JAILED)
            self.settings["jail"] = self.path("jail")
        if SANITIZED:
            self.settings["jail_layers"] = "chroot landlock"
        self.log_file = open(self.path("log"), "ab")
        self.write_settings()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_settings(self, lines=(), **more):
        """Writes the settings file: these lines as they are, then what they do not set themselves."""
        self.settings.update({key: str(value) for key, value in more.items()})
        keys = {line.partition("=")[0].strip() for line in lines}
        with open(self.path("postern.conf"), "wb") as file:
            for line in lines:
                file.write(line.encode("latin-1") + b"\n")
            for key, value in self.settings.items():
                if key not in keys:
                    file.write(("%s = %s\n" % (key, value)).encode("latin-1"))
        os.chmod(self.path("postern.conf"), 0o644)

    def tls(self):
        """Gives smtpd a certificate for office.example, localhost and 127.0.0.1, and its key, which only
        who starts smtpd can read."""
        self.programs.certificate()
        for name, mode in ("office.pem", 0o644), ("office.key", 0o600):
            shutil.copyfile(self.programs.path(name), self.path(name))
            os.chmod(self.path(name), mode)
        if "user" in self.identity():
            os.chown(self.path("office.key"), CALLER, CALLER)
        self.write_settings(tls_certificate=self.path("office.pem"), tls_key=self.path("office.key"))

    def sendmail(self, *orders):
        """What sendmail shall do, in words of fake-sendmail.c; none: take the message, status 0."""
        with open(self.path("sendmail.mode"), "w", encoding="ascii") as file:
            file.write("".join(order + "\n" for order in orders))

    def identity(self):
        """Arguments of Popen for who the caller is in this way of running."""
        if self.way == "user" and os.getuid() == 0:
            return {"user": CALLER, "group": CALLER, "extra_groups": []}
        return {}

    def postern(self, *arguments, stdin=b"", check=True):
        """Runs ./postern on these settings, as the one to whom the accounts belong."""
        result = subprocess.run([self.programs.path("postern"), "-f", self.path("postern.conf"), *arguments],
                                input=stdin, capture_output=True, timeout=60, check=False,
                                **self.identity())
        if check and result.returncode:
            raise AssertionError("postern %s: status %d: %s" % (
                " ".join(arguments), result.returncode, (result.stdout + result.stderr).decode("latin-1")))
        return result

    def account(self, name, password):
        """Adds an account; its password may stand in no log from now on."""
        octets = password.encode() if isinstance(password, str) else password
        self.secrets.add(octets)
        self.postern("user", "add", name, "--stdin", stdin=octets + b"\n")

    def start(self, fd_in, fd_out, env=None, arguments=(), program="smtpd", wrap=(), stderr=None):
        """Starts smtpd on these descriptors, from as dirty a process as a superserver may be. `wrap` are
        words before its own, a program that runs it; `stderr` is its descriptor 2, if not the log."""
        def dirty():
            for number in signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGALRM, signal.SIGUSR1})
            if self.before_start:
                self.before_start()
            if self.largest_file:
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(self.largest_file),) * 2)
        spare = os.open("/", os.O_RDONLY)  # a descriptor that nobody asked for
        try:
            run = subprocess.Popen(
                [*wrap, self.programs.path(program), "-f", self.path("postern.conf"), *arguments],
                stdin=fd_in, stdout=fd_out, stderr=stderr or self.log_file, cwd=self.folder,
                env={**NOISE, **(env or {}), **sanitizer_options()}, umask=0o077, pass_fds=[spare],
                preexec_fn=dirty, **self.identity())
        finally:
            os.close(spare)
        self.runs.append(run)
        return run

    def log(self):
        """The log's lines, without `postern[PID]: `."""
        with open(self.path("log"), encoding="latin-1", newline="\n") as file:
            return [re.sub(r"\Apostern\[\d+\]: ", "", line) for line in file.read().split("\n") if line]

    def logged(self, pattern):
        """The lines of the log that fit: `event key=value …` with wildcards, words in their order."""
        return [line for line in self.log() if log_fits(pattern, line)]

    def wait_logged(self, pattern, patience=PATIENCE):
        """The first line that fits, waited for."""
        end = time.monotonic() + patience
        while True:
            lines = self.logged(pattern)
            if lines or time.monotonic() > end:
                assert lines, "not in the log: %s\n%s" % (pattern, "\n".join(self.log()))
                return lines[0]
            time.sleep(0.02)

    def deliveries(self):
        """What reached sendmail, in order."""
        numbers = sorted(int(name[:-5]) for name in os.listdir(self.path("sent")) if name.endswith(".argv"))
        return [Delivery(self.path("sent"), n) for n in numbers]

    def faults(self, allowed=(), status=0):
        """What must hold after every test: everything that does not, in words."""
        out = []
        for run in self.runs:
            try:
                got = run.wait(PATIENCE)
                if status is not None and got != status:
                    out.append("smtpd ended with status %d" % got)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
                out.append("smtpd did not end")
        out += no_orphans(known={run.pid for run in self.runs if run.returncode is None})
        out += ["left in the spool: " + name for name in os.listdir(self.path("run/spool"))]
        if os.listdir(self.path("jail")):
            out.append("the jail is not empty any more")
        for delivery in self.deliveries():
            out += delivery.faults(self.settings.get("recipients", ""), self.service)
        out += self.log_faults(allowed)
        return out

    def log_faults(self, allowed):
        with open(self.path("log"), "rb") as file:
            log = file.read()
        out = ["a secret is in the log: %r" % secret for secret in self.secrets if secret in log]
        if b"Sanitizer" in log or b"runtime error" in log:
            out.append("a sanitizer reported:\n" + log.decode("latin-1"))
        for line in filter(None, log.split(b"\n")):
            text = line.decode("latin-1")
            if not re.match(r"postern\[\d+\]: [a-z]+( [a-z_-]+=(\"[^\"]*\"|[A-Za-z0-9@._:/+-]+))*\Z", text):
                out.append("no line of a log: " + text)
            event = re.sub(r"\Apostern\[\d+\]: ", "", text)
            if re.match("(error|distrust|nojail) |disconnect .*reason=(died|distrust|silent|nojail)", event) and not any(
                    log_fits(pattern, event) for pattern in allowed):
                out.append("in the log: " + text)
        return out

    def remove(self):
        self.log_file.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def sanitizer_options():
    """A report ends the process by a signal, which no oracle overlooks; leaks cannot be sought in a
    process that nobody may trace."""
    if not SANITIZED:
        return {}
    return {"ASAN_OPTIONS": "abort_on_error=1:detect_leaks=0:handle_abort=0",
            "UBSAN_OPTIONS": "abort_on_error=1:print_stacktrace=1"}

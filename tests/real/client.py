"""One smtpd, the client's end of it, and a look at its processes; and many such cases side by side.

A case is a function of the programs and a way of running (scratch.py), called in a process of its
own, so that the waits of one are the others' time, and each sees what processes it leaves behind.
"""

import contextlib
import os
import re
import signal
import socket
import struct
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scratch import PATIENCE, TOOLS, Scratch, children, subreaper, ways  # noqa: E402
from wire import compile_c  # noqa: E402

IS_ROOT = os.getuid() == 0


@pytest.fixture(scope="module", name="crowd")
def run_side_by_side(request, programs):
    """What came of each case: of every selected test with the parameters `case`, a function, and `way`. Most
    cases wait most of the time; AT_ONCE of the file says how many run."""
    with ProcessPoolExecutor(getattr(request.module, "AT_ONCE", 8), initializer=subreaper) as pool:
        jobs = {}
        for item in request.session.items:
            if item.module is request.module and "crowd" in item.fixturenames:
                case, way = item.callspec.params["case"], item.callspec.params["way"]
                jobs[case, way] = pool.submit(play, case, programs, way)
        def result(case, way):
            """Fails or skips as the case did, in its words."""
            error = jobs[case, way].exception()
            if isinstance(error, AssertionError):
                pytest.fail(str(error), pytrace=False)
            elif error:
                raise error
            elif jobs[case, way].result():
                pytest.skip(jobs[case, way].result())
        yield result


def play(case, programs, way):
    """One case. Returns why it was skipped, if it was: that exception cannot go between processes."""
    try:
        case(programs, way)
        return None
    except pytest.skip.Exception as skipped:
        return str(skipped)


def each(cases):
    """The parameters of a test that asks `crowd`: all cases in all ways."""
    def mark(test):
        test = pytest.mark.parametrize("way", ways())(test)
        return pytest.mark.parametrize("case", cases, ids=[case.__name__ for case in cases])(test)
    return mark


class Case:
    """A case made of a function and what it is called with; one that other processes can be sent."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments
        self.__name__ = "-".join([function.__name__, *(re.sub(r"\W+", "-", str(word)) for word in arguments)])

    def __call__(self, programs, way):
        return self.function(programs, way, *self.arguments)

    def __hash__(self):
        return hash(self.__name__)

    def __eq__(self, other):
        return self.__name__ == other.__name__


def helper(programs, name, *arguments):
    """A C program of tests/, made once in the folder of the programs, for every user."""
    path = programs.path(name)
    if not os.path.exists(path):
        new = "%s.%d" % (path, os.getpid())
        compile_c(new, "-O2", "-I", os.path.dirname(TOOLS), "tests/%s.c" % name, *arguments)
        os.chmod(new, 0o755)
        os.rename(new, path)
    return path


@contextlib.contextmanager
def place(programs, way, allowed=(), status=0, but="", **settings):
    """A scratch folder, with clients that may relay; afterwards nothing may be left, and the log clean. A
    fault that has the word `but` is none here."""
    scratch = Scratch(programs, way)
    scratch.write_settings(**{"networks": "127.0.0.0/8", **settings})
    try:
        yield scratch
        faults = [fault for fault in scratch.faults(allowed, status) if not but or but not in fault]
        assert not faults, "\n".join(faults)
    except Exception as error:
        where = traceback.format_exc()
        scratch.faults(status=None)
        raise AssertionError(where + "\n".join(["the log:", *scratch.log()])) from error
    finally:
        scratch.remove()


class Client:
    """A connection, and the smtpd that serves it."""

    def __init__(self, scratch, on_2=False, **how):
        listener = socket.create_server(("127.0.0.1", 0))
        self.socket = socket.create_connection(listener.getsockname())
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(PATIENCE)
        theirs, _ = listener.accept()
        listener.close()
        with theirs:
            self.run = scratch.start(theirs, theirs, stderr=theirs if on_2 else None, **how)
        self.got = b""

    def send(self, octets):
        self.socket.sendall(octets.encode("latin-1") if isinstance(octets, str) else octets)

    def line(self):
        """One line of a reply; "" at the end of the connection, which a reset is too."""
        while b"\n" not in self.got:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                assert not self.got, "half a reply: %r" % self.got
                return ""
            self.got += more
        line, _, self.got = self.got.partition(b"\n")
        assert line.endswith(b"\r"), line
        return line[:-1].decode("latin-1")

    def reply(self):
        """The last line of a reply; "" at the end of the connection."""
        while True:
            line = self.line()
            if line[3:4] != "-":
                return line

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def expect(self, line, code):
        """Says a line, to which this must be the reply."""
        reply = self.say(line)
        assert reply.startswith(code), "%s: %r instead of %s" % (line, reply, code)
        return reply

    def hello(self, name="client.example"):
        greeting = self.reply()
        assert greeting.startswith("220 "), greeting
        self.expect("EHLO " + name, "250 ")
        return self

    def to_data(self, *recipients):
        """A transaction up to the 354."""
        self.expect("MAIL FROM:<a@office.example>", "250 2.1.0 ")
        for recipient in recipients or ("b@away.example",):
            self.expect("RCPT TO:<%s>" % recipient, "250 2.1.5 ")
        self.expect("DATA", "354 ")
        return self

    def message(self, octets):
        """A whole transaction. Returns the last reply."""
        self.to_data()
        self.send(octets + b".\r\n")
        return self.reply()

    def ended(self):
        """Everything that still comes, to the end of the connection."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def quit(self):
        """The orderly end, of smtpd too: its last line is in the log."""
        self.expect("QUIT", "221 ")
        assert self.ended() == []
        self.close()
        self.run.wait(PATIENCE)

    def close(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    @property
    def monitor(self):
        return self.run.pid

    @property
    def session(self):
        """The process of the session; there is one as soon as it has greeted."""
        pid, = [pid for pid, (_, name) in children(self.monitor).items() if name == "smtpd"]
        return pid

    def started(self, name, patience=PATIENCE):
        """The process of this name that the monitor started, waited for."""
        return until(lambda: [pid for pid, (state, found) in children(self.monitor).items()
                              if found == name and state != "Z"], name + " runs", patience)[0]

    def has_child(self, name):
        return name in [found for _, found in children(self.monitor).values()]


def until(test, what, patience=PATIENCE):
    """Waits for something to become true, and returns it."""
    end = time.monotonic() + patience
    while not (found := test()):
        assert time.monotonic() < end, "never: " + what
        time.sleep(0.005)
    return found


def status_of(pid):
    """/proc/PID/status: the words behind each name."""
    with open("/proc/%d/status" % pid, encoding="latin-1") as file:
        return {name: rest.split() for name, _, rest in (line.partition(":") for line in file)}


def descriptors(pid):
    """{number: what it is} of a process."""
    folder = "/proc/%d/fd" % pid
    found = {}
    for name in os.listdir(folder):
        # One that was closed since is none.
        with contextlib.suppress(FileNotFoundError):
            found[int(name)] = os.readlink("%s/%s" % (folder, name))
    return found


def is_stopped(pid):
    return status_of(pid)["State"][0] in "Tt"


@contextlib.contextmanager
def held(pid):
    """Stops a process for a while."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: is_stopped(pid), "%d stops" % pid)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)

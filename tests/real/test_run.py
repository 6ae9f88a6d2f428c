"""`make run` in a copy of the tree: installs nothing that is there, serves, delivers, and leaves nothing.

Three ways: as root where the clone can be entered by anybody, as root where it cannot (then the
service runs from a folder under /tmp), and as nobody special.
"""

import glob
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CALLER = 61004  # an id that no account of a machine has
PATIENCE = 180  # seconds: the copy may have to be built
ROOT = os.getuid() == 0


def copy_tree(folder, mode, owner):
    """Copies what make needs. Times are kept, so that what is built need not be built again."""
    def left_out(path, names):
        return [name for name in names if name in (".git", "asan", "__pycache__") or
                (name == "run" and path == TREE)]
    copy = os.path.join(folder, "clone")
    shutil.copytree(TREE, copy, symlinks=True, ignore=left_out)
    os.chmod(copy, mode)
    if owner is not None:
        subprocess.run(["chown", "-R", "%d:%d" % (owner, owner), copy], check=True)
    return copy


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes(word):
    """The command lines of all processes that name this path."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                line = file.read().replace(b"\0", b" ").decode("latin-1")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


class Run:
    """One `make run`, started as from a terminal: a process group of its own, standard input closed."""

    def __init__(self, copy, port, owner, variables=("SENDMAIL=",)):
        self.words = ""
        who = {} if owner is None else {"user": owner, "group": owner, "extra_groups": []}
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec make run "$@" <&-', "sh", "PORT=%d" % port, *variables], cwd=copy,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}, **who)
        os.set_blocking(self.process.stdout.fileno(), False)

    def read(self):
        try:
            self.words += (self.process.stdout.read() or b"").decode("latin-1")
        except BlockingIOError:
            pass
        return self.words

    def wait_for(self, pattern, patience=PATIENCE):
        end = time.monotonic() + patience
        while not re.search(pattern, self.read()):
            assert self.process.poll() is None and time.monotonic() < end, self.words
            time.sleep(0.05)
        return re.search(pattern, self.words)

    def end(self, number):
        """What Ctrl-C does: the signal goes to the whole group."""
        os.killpg(self.process.pid, number)
        self.process.wait(30)
        return self.read()


@pytest.fixture(params=["open", "closed", "user"] if ROOT else ["user"])
def place(request):
    folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
    os.chmod(folder, 0o755)
    owner = CALLER if ROOT and request.param == "user" else None
    try:
        yield request.param, copy_tree(folder, 0o700 if request.param == "closed" else 0o755, owner), owner
    finally:
        shutil.rmtree(folder)


def subjects(maildir):
    found = []
    for name in os.listdir(os.path.join(maildir, "new")):
        with open(os.path.join(maildir, "new", name), encoding="latin-1") as file:
            found += re.findall(r"^Subject: (.*)$", file.read(), re.M)
    return sorted(found)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_delivers_and_leaves_nothing(place, number):
    way, copy, owner = place
    port = free_port()
    run = Run(copy, port, owner)
    try:
        run.wait_for("Ctrl-C ends it")
        instance = run.wait_for(r"-f (\S+)/postern\.conf user list").group(1)
        maildir = run.wait_for(r"Delivered to the Maildir (\S+):").group(1)
        password = run.wait_for(r"its password is (\S+)").group(1)
        assert instance.startswith("/tmp/postern-run." if way == "closed" else copy + "/run/")
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.login("trial", password)
            client.sendmail("a@office.example", ["b@away.example"], "Subject: by hand\n\nHello\n")
        assert subjects(maildir) == ["Postern at work", "by hand"]
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("trial", password + "x")
            with pytest.raises(smtplib.SMTPSenderRefused):
                client.sendmail("a@office.example", ["b@away.example"], "Subject: no login\n\n")
        idle = socket.create_connection(("127.0.0.1", port), 20)  # one that is still open at the end
        assert idle.recv(512).startswith(b"220 ")
        words = run.end(number)
        left = b""
        while octets := idle.recv(512):
            left += octets
        idle.close()
        assert left == b"" or left.startswith(b"421 "), left
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)
    assert "Ended. The mail stays in %s/run/mail" % copy in words
    assert processes(instance) == []
    assert not os.path.exists(instance)
    assert os.listdir(copy + "/run") == ["mail"]
    assert subjects(copy + "/run/mail") == ["Postern at work", "by hand"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_runs_again_where_it_ran(place):
    _, copy, owner = place
    for count in 1, 2:
        run = Run(copy, free_port(), owner)
        run.wait_for("Ctrl-C ends it")
        run.end(signal.SIGINT)
        assert subjects(copy + "/run/mail") == ["Postern at work"] * count


def test_a_port_in_use_is_named(place):
    _, copy, owner = place
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(copy, port, owner)
        assert run.process.wait(60) != 0
        assert "port %d is in use" % port in run.read()
    assert not os.path.exists(copy + "/run")


def test_a_sendmail_that_is_named_is_used_and_its_refusal_told(place):
    _, copy, owner = place
    run = Run(copy, free_port(), owner, ["SENDMAIL=/bin/false"])
    assert run.process.wait(PATIENCE) != 0
    words = run.read()
    assert "status=1" in words and "the message did not get through" in words
    assert not os.path.exists(copy + "/run")

"""smtpd under real superservers, by the files that this package installs for them.

The files of xinetd.d/ and tcpserver/ are used as they are but for port and paths: `submission` and `run`
begin in clear, `submissions` and `run-submissions` with TLS. As root, xinetd runs in a mount namespace of
its own, whose /dev/log is a socket of the test.
"""

import contextlib
import os
import pwd
import re
import select
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading
import time

import pytest

from scratch import NOISE, PATIENCE, children, sanitizer_options, ways

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOT = os.getuid() == 0
as_installed = pytest.mark.parametrize("postern", ways()[:1], indirect=True)  # by who runs the test

# A /dev with a log socket of the test's, in a mount namespace, then the command.
PRIVATE_DEV = """
set -e
mount -t tmpfs -o mode=755 tmpfs "$1/dev"
for d in null zero full random urandom tty; do touch "$1/dev/$d"; mount --bind "/dev/$d" "$1/dev/$d"; done
ln -s "$1/log.socket" "$1/dev/log"
ln -s /proc/self/fd "$1/dev/fd"
mount --rbind "$1/dev" /dev
shift
exec "$@"
"""


class Syslog:
    """What /dev/log is told."""

    def __init__(self, path):
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.ended = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.ended:
            if select.select([self.socket], [], [], 0.1)[0]:
                self.lines.append(self.socket.recv(8192).decode("latin-1"))

    def wait(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in list(self.lines):
                if re.search(pattern, line):
                    return line
            time.sleep(0.02)
        raise AssertionError("not in the log: %s\n%s" % (pattern, "\n".join(self.lines)))

    def close(self):
        self.ended = True
        self.thread.join()
        self.socket.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def installed(postern, name, port):
    """A file of the package with the paths of an installation, here the scratch folder, and a port."""
    with open(os.path.join(TREE, name), encoding="utf-8") as file:
        text = file.read()
    text, times = re.subn("/usr/local/libexec/postern", postern.programs.folder, text)
    assert times == 1, "the program's path"
    text, times = re.subn(r"/etc/postern\.conf", postern.path("postern.conf"), text)
    assert times == 1, "the settings' path"
    text, times = re.subn(r"(?m)(^\tport\s+= |-b 100 0 )(587|465)\b", r"\g<1>%d" % port, text)
    assert times == 1, "the port"
    return text


class Superserver:
    """A superserver that listens until the test is over."""

    def __init__(self, postern, port, command):
        self.postern, self.port = postern, port
        self.output = open(postern.path("superserver.log"), "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        start_new_session=True, env={**NOISE, "PATH": os.environ["PATH"],
                                                                     **sanitizer_options()},
                                        **postern.identity())
        end = time.monotonic() + PATIENCE
        while not self.listens():
            assert self.process.poll() is None and time.monotonic() < end, self.said()
            time.sleep(0.02)

    def listens(self):
        with open("/proc/net/tcp", encoding="ascii") as file:
            return any(line.split()[1].endswith(":%04X" % self.port) and line.split()[3] == "0A"
                       for line in list(file)[1:])

    def said(self):
        with open(self.postern.path("superserver.log"), encoding="latin-1") as file:
            return file.read()

    def no_sessions(self):
        """Every smtpd that it started has ended."""
        end = time.monotonic() + PATIENCE
        while children(self.process.pid):
            assert time.monotonic() < end, children(self.process.pid)
            time.sleep(0.02)

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.output.close()


@contextlib.contextmanager
def under_xinetd(postern, name):
    if not shutil.which("xinetd"):
        pytest.skip("no xinetd")
    postern.write_settings(log="syslog")
    port = free_port()
    text = installed(postern, name, port)
    text, times = re.subn(r"disable(\s+)= yes", r"disable\1= no", text)
    assert times == 1
    text = text.replace("# bind            = 192.0.2.1", "bind            = 127.0.0.1")
    if not ROOT:  # then xinetd can only run services as its own user
        text = re.sub(r"(user\s+)= root", r"\1= " + pwd.getpwuid(os.getuid()).pw_name, text)
    with open(postern.path("xinetd.conf"), "w", encoding="utf-8") as file:
        file.write(text)
    syslog = Syslog(postern.path("log.socket"))
    command = ["xinetd", "-dontfork", "-f", postern.path("xinetd.conf"), "-pidfile", postern.path("run/xinetd.pid"),
               "-filelog", postern.path("run/xinetd.log")]
    if ROOT:
        os.mkdir(postern.path("dev"))
        command = ["unshare", "--mount", "sh", "-c", PRIVATE_DEV, "sh", postern.folder, *command]
    server = Superserver(postern, port, command)
    server.syslog = syslog if ROOT else None
    yield server
    server.end()
    syslog.close()


@contextlib.contextmanager
def under_tcpserver(postern, name):
    if not shutil.which("tcpserver"):
        pytest.skip("no tcpserver")
    port = free_port()
    path = postern.path("run/run")
    with open(path, "w", encoding="utf-8") as file:
        file.write(installed(postern, name, port))
    os.chmod(path, 0o755)
    server = Superserver(postern, port, [path])
    yield server
    server.end()


@pytest.fixture(name="xinetd")
def with_xinetd(postern):
    with under_xinetd(postern, "xinetd.d/submission") as server:
        yield server


@pytest.fixture(name="xinetd_tls")
def with_xinetd_and_tls(postern):
    with under_xinetd(postern, "xinetd.d/submissions") as server:
        yield server


@pytest.fixture(name="tcpserver")
def with_tcpserver(postern):
    with under_tcpserver(postern, "tcpserver/run") as server:
        yield server


@pytest.fixture(name="tcpserver_tls")
def with_tcpserver_and_tls(postern):
    with under_tcpserver(postern, "tcpserver/run-submissions") as server:
        yield server


def send(server, name, login=False, source="127.0.0.1", tls=False):
    """One message; with `tls` on a port that begins with it, from a client that knows the certificate."""
    facts = {"local_hostname": "client.example", "timeout": 30, "source_address": (source, 0)}
    if tls:
        context = ssl.create_default_context(cafile=server.postern.path("office.pem"))
        client = smtplib.SMTP_SSL("127.0.0.1", server.port, context=context, **facts)
    else:
        client = smtplib.SMTP("127.0.0.1", server.port, **facts)
    client.ehlo()
    assert not client.has_extn("starttls")
    if login:
        client.login("alice", "sesame-open")
    client.sendmail("%s@office.example" % name, ["bob@away.example"],
                    b"To: bob@away.example\r\nSubject: %s\r\n\r\nby %s\r\n" % (name.encode(), name.encode()))
    assert client.quit()[0] == 221


@as_installed
def test_xinetd(postern, xinetd):
    """A message by network, one by login, and a word on standard error that reaches no client."""
    postern.write_settings(log="syslog", networks="127.3.0.0/16")
    postern.account("alice", "sesame-open")
    postern.sendmail("complain words that would break the dialogue", "say 500 and these")
    send(xinetd, "net", source="127.3.0.9")
    send(xinetd, "alice", login=True)
    with pytest.raises(smtplib.SMTPSenderRefused, match="5.7.0"):
        send(xinetd, "nobody")
    assert [delivery.body for delivery in postern.deliveries()] == [b"by net\n", b"by alice\n"]
    assert all(delivery.arguments[4:] == ["-t"] for delivery in postern.deliveries())
    xinetd.no_sessions()
    if xinetd.syslog:
        # <22> is facility mail, priority info.
        assert xinetd.syslog.wait(r"^<\d+>.*postern\[\d+\]: connect .*client=127\.3\.0\.9")
        assert xinetd.syslog.wait(r"postern\[\d+\]: auth .*result=ok mechanism=\S+ user=alice")
        line = xinetd.syslog.wait(r"postern\[\d+\]: relay .*rule=network .*status=0")
        assert int(re.match(r"<(\d+)>", line).group(1)) // 8 == 2
        assert "sesame-open" not in "".join(xinetd.syslog.lines)


@as_installed
def test_xinetd_hangup(postern, xinetd):
    """A client that leaves without a word leaves no process, and no message."""
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", xinetd.port)) as client:
            assert client.recv(100).startswith(b"220 ")
    xinetd.no_sessions()
    assert postern.deliveries() == []


@as_installed
def test_xinetd_cannot_log_to_the_client(postern, xinetd):
    """log = stderr would put log lines into the dialogue: no service, and the reason in syslog."""
    postern.write_settings(log="stderr")
    with socket.create_connection(("127.0.0.1", xinetd.port)) as client, client.makefile("rb") as lines:
        assert lines.read().startswith(b"421 4.3.0 ")
    if xinetd.syslog:
        assert xinetd.syslog.wait(r"postern\[\d+\]: error .*log = stderr")


@as_installed
def test_xinetd_settings_error(postern, xinetd):
    postern.write_settings(["colour = red"], log="syslog")
    with socket.create_connection(("127.0.0.1", xinetd.port)) as client, client.makefile("rb") as lines:
        text = lines.read()
    assert text.startswith(b"421 4.3.0 ") and text.count(b"\n") == 1
    if xinetd.syslog:
        assert xinetd.syslog.wait(r"error .*postern\.conf:1:.*colour")


@as_installed
def test_xinetd_tls(postern, xinetd_tls):
    """Port 465: TLS from the first octet, with a key that only who starts smtpd can read."""
    postern.tls()
    postern.account("alice", "sesame-open")
    send(xinetd_tls, "alice", login=True, source="127.3.0.9", tls=True)
    assert "with ESMTPSA " in postern.only_delivery().fields("Received")[0]
    xinetd_tls.no_sessions()
    if xinetd_tls.syslog:
        assert xinetd_tls.syslog.wait(r"postern\[\d+\]: tls .*client=127\.3\.0\.9 result=ok version=TLSv1\.3")
        assert xinetd_tls.syslog.wait(r"postern\[\d+\]: relay .*rule=login user=alice .*status=0")
        assert "sesame-open" not in "".join(xinetd_tls.syslog.lines)


@as_installed
def test_xinetd_tls_without_a_certificate(postern, xinetd_tls):
    """Nobody is served, nothing is said in clear, and the log names the remedy."""
    with socket.create_connection(("127.0.0.1", xinetd_tls.port), PATIENCE) as client:
        assert client.recv(100) == b""
    xinetd_tls.no_sessions()
    if xinetd_tls.syslog:
        assert xinetd_tls.syslog.wait(r"postern\[\d+\]: error .*set tls_certificate and tls_key")


def test_tcpserver(postern, tcpserver):
    postern.write_settings(networks="127.3.0.0/16")
    postern.account("alice", "sesame-open")
    send(tcpserver, "net", source="127.3.0.9")
    send(tcpserver, "alice", login=True)
    with pytest.raises(smtplib.SMTPSenderRefused, match="5.7.0"):
        send(tcpserver, "nobody")
    assert [delivery.body for delivery in postern.deliveries()] == [b"by net\n", b"by alice\n"]
    tcpserver.no_sessions()
    log = tcpserver.said()
    assert re.search(r"postern\[\d+\]: connect .*client=127\.3\.0\.9", log)
    assert re.search(r"postern\[\d+\]: relay .*rule=login user=alice .*status=0", log)
    assert "sesame-open" not in log


def test_tcpserver_end(tcpserver):
    """The superserver's end leaves a running session alone."""
    client = smtplib.SMTP("127.0.0.1", tcpserver.port, timeout=30)
    tcpserver.process.terminate()
    tcpserver.process.wait(PATIENCE)
    assert client.ehlo()[0] == 250
    assert client.quit()[0] == 221


def test_tcpserver_tls(postern, tcpserver_tls):
    """The same as under xinetd, with the log on standard error."""
    postern.tls()
    postern.account("alice", "sesame-open")
    send(tcpserver_tls, "alice", login=True, source="127.3.0.9", tls=True)
    assert "with ESMTPSA " in postern.only_delivery().fields("Received")[0]
    tcpserver_tls.no_sessions()
    log = tcpserver_tls.said()
    assert re.search(r"postern\[\d+\]: tls .*client=127\.3\.0\.9 result=ok version=TLSv1\.3", log)
    assert re.search(r"postern\[\d+\]: relay .*rule=login user=alice .*status=0", log)
    assert "sesame-open" not in log

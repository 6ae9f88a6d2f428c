"""Programs that people send mail with, through TLS and a real superserver: by STARTTLS and from the first octet on.

Each verifies the certificate and its name, logs in where the password may cross in TLS alone, and every
octet of its message arrives. The pair is an RSA one or an ECDSA one.
"""

import contextlib
import os
import smtplib
import ssl
import struct
import subprocess
import termios
import threading
from fcntl import ioctl

import pytest

from certificates import file_of, give
from client import until
from scratch import PATIENCE, ways
from test_clients import BODY, CRLF, HEADER, run
from test_superservers import under_tcpserver, under_xinetd

PASSWORD = "Sesame-open-7"
KINDS = ["starttls", "direct"]


class Office:
    """Settings, an account, a message; and a superserver with one of the two kinds of TLS."""

    def __init__(self, postern, kind, pair):
        self.postern, self.direct = postern, kind == "direct"
        self.authority = file_of(postern.programs, "authority.pem")
        self.server, self.port = None, None
        # Nobody here may log in in clear.
        give(postern, pair, cleartext_networks="192.0.2.0/24")
        postern.account("alice", PASSWORD)
        with open(postern.path("message"), "wb") as file:
            file.write(HEADER + b"\n" + BODY)

    def behind(self, server):
        self.server, self.port = server, server.port
        return self

    def arrived(self, body=BODY):
        """All octets, behind our own field, which tells of TLS and login; and so does the log."""
        self.server.no_sessions()
        delivery = self.postern.only_delivery()
        assert delivery.arguments == ["-i", "-oeq", "-f", "alice@office.example", "-t"]
        received, _, rest = delivery.message.partition(b"Date: Mon, 3 Mar")
        assert received.startswith(b"Received: ") and b" with ESMTPSA id " in received, received
        assert b"Date: Mon, 3 Mar" + rest == HEADER + b"\n" + body
        if getattr(self.server, "syslog", None):
            self.server.syslog.wait("disconnect ")
        log = self.log()
        assert log.count(" result=ok version=TLSv1.") == 1, log
        assert " result=ok mechanism=" in log and "user=alice" in log, log
        assert PASSWORD not in log

    def log(self):
        syslog = getattr(self.server, "syslog", None)
        return "\n".join(syslog.lines) if syslog else self.server.said()


@pytest.fixture(name="office", params=[(kind, pair) for kind in KINDS for pair in ("rsa", "ecdsa")],
                ids=lambda param: "-".join(param))
def with_office(request, postern):
    office = Office(postern, *request.param)
    with under_tcpserver(postern, "tcpserver/run-submissions" if office.direct else "tcpserver/run") as server:
        yield office.behind(server)


def swaks(office, authority=None):
    return ["swaks", "--server", "localhost", "--port", str(office.port), "--ehlo", "client.example",
            "--from", "alice@office.example", "--to", "bob@away.example", "--auth", "PLAIN", "--auth-user", "alice",
            "--auth-password", PASSWORD, "--data", "@" + office.postern.path("message"),
            "--tls-on-connect" if office.direct else "--tls", "--tls-verify",
            "--tls-ca-path", authority or office.authority]


def curl(office, authority=None, name="office.example"):
    where = "%s:%d" % (name, office.port)
    return ["curl", "-sS", "--url", "%s://%s/client.example" % ("smtps" if office.direct else "smtp", where),
            "--connect-to", "%s:127.0.0.1:%d" % (where, office.port), *([] if office.direct else ["--ssl-reqd"]),
            "--cacert", authority or office.authority, "--mail-from", "alice@office.example",
            "--mail-rcpt", "bob@away.example", "--user", "alice:" + PASSWORD, "--crlf",
            "-T", office.postern.path("message")]


def msmtp(office, authority=None):
    settings = office.postern.path("msmtprc")
    with open(settings, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("host localhost\nport %d\ntls on\ntls_starttls %s\ntls_trust_file %s\nauth plain\nuser alice\n"
                   "password %s\nfrom alice@office.example\ndomain client.example\n" % (
                       office.port, "off" if office.direct else "on", authority or office.authority, PASSWORD))
    return ["msmtp", "-C", settings, "bob@away.example"]


@contextlib.contextmanager
def killed_in_time(client):
    """A program that does not end is no reason to wait for ever."""
    timer = threading.Timer(3 * PATIENCE, client.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def send_with(office, command):
    with open(office.postern.path("message"), "rb") as message:
        return subprocess.run(command, stdin=message, capture_output=True, timeout=60, check=False)


def test_swaks(office):
    run(*swaks(office))
    body = office.postern.only_delivery().body
    # swaks ends the text by a line break of its own.
    office.arrived(body if body == BODY + b"\n" else BODY)


def test_curl(office):
    run(*curl(office))
    office.arrived()


def test_msmtp(office):
    result = send_with(office, msmtp(office))
    assert result.returncode == 0, result.stderr
    office.arrived()


def test_smtplib(office):
    context = ssl.create_default_context(cafile=office.authority)
    how = {"local_hostname": "client.example", "timeout": 30}
    if office.direct:
        client = smtplib.SMTP_SSL("localhost", office.port, context=context, **how)
    else:
        client = smtplib.SMTP("localhost", office.port, **how)
        with pytest.raises(smtplib.SMTPException, match="No suitable"):  # no password in clear: SCRAM, or nothing
            client.login("alice", PASSWORD)
        assert client.starttls(context=context)[0] == 220
    client.login("alice", PASSWORD)
    client.sendmail("alice@office.example", ["bob@away.example"], CRLF)
    assert client.quit()[0] == 221
    office.arrived()


def test_s_client(office):
    """The whole dialogue by hand, as an administrator tries it."""
    command = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:%d" % office.port, "-CAfile", office.authority,
               "-verify_return_error", "-verify_hostname", "office.example",
               *([] if office.direct else ["-starttls", "smtp", "-name", "client.example"])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client, \
            killed_in_time(client):
        def reply(code):
            line = b"   -"
            while line[3:4] == b"-":
                line = client.stdout.readline()
            assert line.startswith(code), (line, client.poll())

        def say(line, code):
            client.stdin.write(line + b"\r\n")
            client.stdin.flush()
            reply(code)
        if office.direct:
            reply(b"220 ")
        say(b"EHLO client.example", b"250 ")
        token = smtplib.encode_base64(("\0alice\0" + PASSWORD).encode(), eol="").encode()
        for line, code in ((b"AUTH PLAIN " + token, b"235 "), (b"MAIL FROM:<alice@office.example>", b"250 "),
                           (b"rcpt TO:<bob@away.example>", b"250 "), (b"DATA", b"354 ")):
            say(line, code)
        client.stdin.write(CRLF.replace(b"\r\n.", b"\r\n.."))
        say(b".", b"250 2.0.0")
        say(b"QUIT", b"221 ")
        assert client.wait(10) == 0, client.stderr.read()
    office.arrived()


@pytest.mark.parametrize("office", [("starttls", "rsa"), ("starttls", "ecdsa")], indirect=True, ids="-".join)
def test_gsasl(office):
    """It says STARTTLS before any EHLO, logs in, and passes on what it is given."""
    lines = ["MAIL FROM:<alice@office.example>", "RCPT TO:<bob@away.example>", "DATA",
             *(HEADER + b"\nby gsasl\n").decode().splitlines(), "."]
    command = ["gsasl", "--smtp", "--connect=localhost:%d" % office.port, "--starttls",
               "--x509-ca-file=" + office.authority, "--mechanism=PLAIN", "--authentication-id=alice",
               "--authorization-id=", "--password=" + PASSWORD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        with killed_in_time(client):
            for line in lines:
                client.stdin.write(line.encode() + b"\n")
                client.stdin.flush()
                # It overlooks what has come along with a line.
                until(lambda: not struct.unpack("i", ioctl(client.stdin, termios.FIONREAD, bytes(4)))[0], "it reads")
            # At the end of its input it says QUIT, whatever is still to come.
            until(lambda: " code=250" in office.log() or client.poll() is not None, "sendmail ended")
            said, _ = client.communicate()
    assert client.returncode == 0, said
    assert said.index(b"STARTTLS") < said.index(b"EHLO") and b"The certificate is trusted" in said, said
    office.arrived(b"by gsasl\n")


@pytest.mark.parametrize("office", [(kind, "rsa") for kind in KINDS], indirect=True, ids="-".join)
def test_wrong_certificate(office):
    """Where the certificate is not vouched for, or its name is another, each of them sends nothing, no login either."""
    others = file_of(office.postern.programs, "others.pem")
    for command in (swaks(office, others), curl(office, others), msmtp(office, others),
                    curl(office, name="away.example")):
        assert send_with(office, command).returncode != 0, command
    office.server.no_sessions()
    log = office.log()
    assert office.postern.deliveries() == [] and "auth result" not in log
    assert log.count("disconnect ") == 4, log


@pytest.fixture(name="xinetd_office", params=KINDS)
def with_xinetd_office(request, postern):
    office = Office(postern, request.param, "rsa")
    with under_xinetd(postern, "xinetd.d/submissions" if office.direct else "xinetd.d/submission") as server:
        yield office.behind(server)


@pytest.mark.parametrize("postern", ways()[:1], indirect=True)  # by who runs the test
def test_xinetd(postern, xinetd_office):
    """The same under xinetd, where descriptor 2 is the client too."""
    office, server = xinetd_office, xinetd_office.server
    for command in swaks(office), curl(office), msmtp(office):
        assert send_with(office, command).returncode == 0, command
        if server.syslog:  # else the host's own has the log
            office.arrived(postern.only_delivery().body)
            server.syslog.lines.clear()
        server.no_sessions()
        assert postern.only_delivery().body.startswith(BODY)
        for name in os.listdir(postern.path("sent")):
            os.unlink(os.path.join(postern.path("sent"), name))

"""How fast a large message goes through TLS, held to what the same machine does without SMTP, in one run.

`openssl s_client` sends the same octets to smtpd and to `openssl s_server`, in turns; the better of a few
turns counts on each side. Only the ratio is judged, and both figures are shown with `pytest -s`.
"""

import subprocess
import time

import pytest

from certificates import file_of
from client import until
from scratch import SANITIZED, ways
from secure import Door, tls_place
from test_superservers import free_port

SIZE = 64 * 1024 * 1024
LINE = b"0123456789abcdef" * 4 + b"01234567\r\n"  # 72 octets and CRLF
HEADER = b"From: a@office.example\r\nTo: b@away.example\r\nSubject: speed\r\n\r\n"


def s_client(scratch, port, *more):
    return subprocess.Popen(
        ["openssl", "s_client", "-quiet", *more, "-connect", "127.0.0.1:%d" % port, "-verify_return_error",
         "-verify_hostname", "office.example", "-CAfile", file_of(scratch.programs, "authority.pem")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def wait_for(client, code):
    line = b"   -"
    while line[3:4] == b"-":
        line = client.stdout.readline()
    assert line.startswith(code), line


def to_smtpd(scratch, port, text):
    """Seconds for the text, up to the reply that it was taken."""
    with s_client(scratch, port) as client:
        wait_for(client, b"220 ")
        for line, code in ((b"EHLO client.example", b"250 "), (b"MAIL FROM:<a@office.example>", b"250 "),
                           (b"rcpt TO:<b@away.example>", b"250 "), (b"DATA", b"354 ")):
            client.stdin.write(line + b"\r\n")
            client.stdin.flush()
            wait_for(client, code)
        begun = time.monotonic()
        client.stdin.write(text + b".\r\n")
        client.stdin.flush()
        wait_for(client, b"250 2.0.0 ")
        took = time.monotonic() - begun
        client.stdin.write(b"QUIT\r\n")
        client.stdin.close()
        client.stdout.read()
    return took


def to_s_server(scratch, text):
    """Seconds for the same text, up to the end of a server that throws it away."""
    port = free_port()
    with subprocess.Popen(
            ["openssl", "s_server", "-quiet", "-naccept", "1", "-accept", "127.0.0.1:%d" % port, "-cert",
             file_of(scratch.programs, "rsa.pem"), "-key", file_of(scratch.programs, "rsa.key")],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        until(lambda: listens(port), "s_server listens")
        with s_client(scratch, port, "-no_ign_eof") as client:
            server.stdin.write(b"220 ready\n")
            server.stdin.flush()
            wait_for(client, b"220 ")
            begun = time.monotonic()
            client.stdin.write(text)
            client.stdin.close()
            server.wait(60)
            return time.monotonic() - begun


def listens(port):
    with open("/proc/net/tcp", encoding="ascii") as file:
        return any(line.split()[1].endswith(":%04X" % port) and line.split()[3] == "0A" for line in list(file)[1:])


@pytest.mark.skipif(SANITIZED, reason="a sanitizer costs more than all else")
def test_speed(programs):
    """At least half as fast as s_server, which neither reads lines nor writes a file."""
    text = HEADER + LINE * (SIZE // len(LINE))
    with tls_place(programs, ways()[0], "rsa", message_size_limit=2 * SIZE) as scratch, \
            Door(scratch, direct=True) as door:
        scratch.sendmail("unread")
        turns = []
        for _ in range(5):
            ours, theirs = to_smtpd(scratch, door.port, text), to_s_server(scratch, text)
            turns.append((ours, theirs))
            print("%.0f MB/s by smtpd, %.0f MB/s by s_server" % (SIZE / ours / 1e6, SIZE / theirs / 1e6))
            best = min(ours for ours, _ in turns) / min(theirs for _, theirs in turns)
            if best < 2:
                break
        assert best < 2, "it takes %.1f times as long: %s" % (best, turns)



"""The octets through TLS: many, both ways, all in order; cut off anywhere; and what is no TLS at all.

Nothing of a message is delivered whose end did not come in TLS, nothing in clear is answered behind
STARTTLS, and nobody waits for a client longer than he should.
"""

import contextlib
import hashlib
import os
import random
import select
import socket
import ssl
import time

from certificates import file_of
from client import Case, each, run_side_by_side
from scratch import PATIENCE, SANITIZED
from secure import SecureClient, tls_place
from test_half import HEADER, MESSAGE
from tls import Tls

AT_ONCE = 6
LOTS = 2000000 if SANITIZED else 25000000


def by_hand(client, apart=None):
    """A handshake whose octets the test itself carries; `apart`: one by one, with this pause between."""
    tls = Tls(file_of(client.scratch.programs, "authority.pem"))
    done = False
    while not done:
        done = tls.shake()
        octets = tls.leaving.read()
        for octet in octets if apart else ():
            client.send(bytes([octet]))
            time.sleep(apart)
        if not apart and octets:
            client.send(octets)
        if not done:
            came = client.socket.recv(65536)
            assert came, "the connection ended in the handshake"
            tls.take(came)
    return tls


def say(client, tls, text, reply):
    """A line in TLS, to which this must be the last line of the reply."""
    client.send(tls.seal(text))
    got = b""
    while not got.endswith(b"\r\n") or got.splitlines()[-1][3:4] == b"-":
        came = client.socket.recv(65536)
        assert came, got
        got += tls.open(came)
    assert got.splitlines()[-1].startswith(reply), got


def first(client, tls):
    """Behind the handshake: -s greets now, and behind STARTTLS it is the client's turn."""
    if client.direct:
        say(client, tls, b"", b"220 ")
    else:
        say(client, tls, b"EHLO client.example\r\n", b"250 ")


def to_data(client):
    """By hand into DATA."""
    tls = by_hand(client.to_handshake())
    first(client, tls)
    for line, reply in ((b"EHLO client.example\r\n", b"250 "), (b"MAIL FROM:<a@office.example>\r\n", b"250 2.1.0"),
                        (b"RCPT TO:<b@away.example>\r\n", b"250 2.1.5"), (b"DATA\r\n", b"354 ")):
        say(client, tls, line, reply)
    return tls


def rest_of(client, tls=None):
    """What still comes, to the end: in clear, or in TLS as `tls` reads it."""
    got = b""
    while True:
        try:
            came = client.socket.recv(65536)
        except ConnectionResetError:
            came = b""
        if tls:
            got += tls.open(came)
        got += b"" if tls else came
        if not came:
            return got


def over(client):
    client.close()
    client.run.wait(30)


# --- many octets ---

def lines_of_text(octets):
    """A text of so many octets, each line another."""
    text, number = bytearray(), random.Random(25)
    while len(text) < octets:
        text += b"%08x %s\r\n" % (len(text), number.randbytes(number.randrange(30, 450)).hex().encode())
    return bytes(text)


def large_message(programs, way, kind, name):
    """25 MB arrive octet by octet."""
    text = lines_of_text(LOTS)
    with tls_place(programs, way, "rsa", message_size_limit=3 * LOTS, sendmail_timeout="60s") as scratch:
        client = SecureClient(scratch, direct=kind == "direct").secure(version=name)
        assert client.message(HEADER + text).startswith("250 2.0.0")
        client.quit()
        delivery, = scratch.deliveries()
        received, _, rest = delivery.message.partition(b"From: a@office.example\n")
        assert received.startswith(b"Received: ")
        sent = (HEADER + text).replace(b"\r\n", b"\n").partition(b"From: a@office.example\n")[2]
        assert hashlib.sha256(rest).digest() == hashlib.sha256(sent).digest(), (len(rest), len(sent))


def replies_to(client, commands):
    """The whole reply to each, as octets."""
    replies = {}
    for command in commands:
        client.send(command + b"\r\n")
        lines = [client.line()]
        while lines[-1][3:4] == "-":
            lines.append(client.line())
        replies[command] = "".join(line + "\r\n" for line in lines).encode()
    return replies


def pour(client, octets, wanted):
    """Writes all, at first without reading, until nothing more can be written for a while; then does both at once.
    Compares what comes."""
    stream, sent, hashed, got = client.socket, 0, hashlib.sha256(), 0
    stream.setblocking(False)
    view, reads, stuck = memoryview(octets), False, 0
    end = time.monotonic() + 60 + PATIENCE
    while got < len(wanted):
        assert time.monotonic() < end, "stuck at %d of %d written, %d of %d read" % (sent, len(view), got, len(wanted))
        reads |= sent == len(view) or (stuck and time.monotonic() - stuck > 0.3)
        ready = select.select([stream] if reads else [], [stream] if sent < len(view) else [], [], 0.1)
        try:
            if ready[1]:
                sent += stream.send(view[sent:sent + 16384])
                stuck = 0
        except ssl.SSLWantWriteError:
            pass
        if not ready[1]:
            stuck = stuck or time.monotonic()
        try:
            while reads and (more := stream.recv(65536)):
                hashed.update(more)
                got += len(more)
        except ssl.SSLWantReadError:
            pass
        assert stream.ending is None, (sent, got)
    stream.settimeout(PATIENCE)
    assert got == len(wanted) and hashed.digest() == hashlib.sha256(wanted).digest(), (got, len(wanted))


def many_replies(programs, way, kind, name):
    """A client that writes commands for long without reading a reply, then both at once: all come, in order."""
    with tls_place(programs, way, "rsa") as scratch:
        client = SecureClient(scratch, direct=kind == "direct").secure(version=name)
        small, large, middle = b"NOOP " + b"x" * 400, b"HELP", b"RSET"
        replies = replies_to(client, (small, large, middle))
        dice, commands, length = random.Random(7), [], 0
        while length < LOTS:
            commands.append(dice.choices((small, large, middle), (50, 49, 1))[0])
            length += len(replies[commands[-1]])
        pour(client, b"".join(command + b"\r\n" for command in commands),
             b"".join(replies[command] for command in commands))
        client.quit()


def never_reads(programs, way, kind):
    """A client that writes and never reads is let go of in time, though nothing can be said to it."""
    with tls_place(programs, way, command_timeout="1s") as scratch:
        client = SecureClient(scratch, direct=kind == "direct").secure()
        begun, line = time.monotonic(), b"HELP\r\n" * 4000
        client.socket.setblocking(False)
        while client.run.poll() is None:
            assert time.monotonic() - begun < 20
            try:
                client.socket.send(line)
            except (ssl.SSLWantWriteError, ssl.SSLEOFError):
                time.sleep(0.05)
            except OSError:
                break
        assert client.run.wait(20) == 0
        assert time.monotonic() - begun < 20
        client.close()
        assert scratch.logged("disconnect reason=hangup"), scratch.log()


# --- the end of the octets ---

def quit_and_close(programs, way, kind, half):
    """QUIT and close_notify at once, and perhaps the end of the socket: 221, the server's close_notify, the end."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch, direct=kind == "direct").to_handshake()
        tls = by_hand(client)
        first(client, tls)
        client.send(tls.seal(b"EHLO client.example\r\nQUIT\r\n") + tls.close())
        if half == "half-close":
            client.socket.shutdown(socket.SHUT_WR)
        got = rest_of(client, tls)
        assert got.splitlines()[-1].startswith(b"221 2.0.0"), got
        assert tls.closed, tls.broken
        over(client)
        assert scratch.logged("disconnect reason=quit")


def cut_off(programs, way, kind, how):
    """Inside DATA the connection ends, and not by the dot: nothing is delivered, however the end came."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch, direct=kind == "direct")
        tls = to_data(client)
        end = tls.seal(b"the last line\r\n.\r\n")
        client.send(tls.seal(MESSAGE))
        if how == "close-notify":
            client.send(tls.close())
        elif how == "truncated-record":
            client.send(end[:-1])
        elif how == "record-of-no-octet":
            client.send(end[:5])
        elif how == "changed-record":
            client.send(end[:9] + bytes([end[9] ^ 1]) + end[10:])
        elif how == "clear-text":
            client.send(b"\r\n.\r\n")
        elif how == "swapped-records":
            client.send(tls.seal(b".\r\n") + end)
        if how == "reset":
            client.close(reset=True)
        elif how != "close-notify":
            client.socket.shutdown(socket.SHUT_WR)
        if how != "reset":
            got = rest_of(client, tls)
            assert b"250" not in got, got
        over(client)
        assert scratch.deliveries() == []
        assert scratch.logged("disconnect reason=hangup stage=data"), scratch.log()


# --- no TLS ---

GARBAGE = {
    "http": b"GET / HTTP/1.0\r\n\r\n", "smtp": b"EHLO client.example\r\nMAIL FROM:<a@office.example>\r\n",
    "noise": random.Random(4).randbytes(4096), "zeros": bytes(70000),
    "long record": b"\x16\x03\x01\xff\xff" + bytes(70000),
    "no hello": b"\x16\x03\x01\x00\x08\x02\x00\x00\x04\x03\x03\x00\x00", "alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "data": b"\x17\x03\x03\x00\x20" + bytes(32),
    "old hello": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37),
    "long hello": b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16380),
    "empty records": b"\x16\x03\x01\x00\x00" * 2000,
    "nothing": b"",
}


def garbage(programs, way, kind, what):
    """What is no handshake is answered by an alert or not at all, never by a word of SMTP; the log says why."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch, direct=kind == "direct").to_handshake()
        try:
            client.send(GARBAGE[what])
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it does not read garbage to its end
        got = rest_of(client)
        assert got == b"" or got[0] == 0x15, got[:200]
        over(client)
        assert scratch.logged("tls result=fail reason=*"), scratch.log()
        assert scratch.logged("disconnect reason=tls stage=tls"), scratch.log()


def silent(programs, way, kind, how):
    """In the handshake login_timeout counts, and no octet that trickles in moves it on."""
    with tls_place(programs, way, login_timeout="2s") as scratch:
        client = SecureClient(scratch, direct=kind == "direct").to_handshake()
        begun = time.monotonic()
        client.started("postern-tls")
        tls = Tls(file_of(programs, "authority.pem"))
        tls.shake()
        hello = tls.leaving.read()
        if how != "silent":
            client.send(hello[:len(hello) // 2 if how == "half" else -1 if how == "but-for-one" else 20])
        if how == "trickle":
            for octet in hello[20:]:
                if select.select([client.socket], [], [], 0.1)[0]:
                    break
                client.send(bytes([octet]))
        got = rest_of(client)
        assert got == b"" or got[0] == 0x15, got
        assert 1.5 < time.monotonic() - begun < 5, time.monotonic() - begun
        over(client)
        assert scratch.logged('tls result=fail reason="the client took too long"'), scratch.log()
        assert scratch.logged("disconnect reason=timeout stage=tls"), scratch.log()


def slow(programs, way, kind):
    """A client that is slow, octet by octet, but in time, is served; also in the records behind the handshake."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch, direct=kind == "direct").to_handshake()
        tls = by_hand(client, apart=0.002)
        first(client, tls)
        for octet in tls.seal(b"NOOP\r\n") + tls.seal(b"QUIT\r\n") + tls.close():
            client.send(bytes([octet]))
            time.sleep(0.001)
        assert rest_of(client, tls).splitlines()[-1].startswith(b"221 ") and tls.closed
        over(client)


# --- plaintext behind STARTTLS ---

def injected(programs, way, how, octets):
    """Octets in clear behind STARTTLS are never answered: in its packet they end the session, later the handshake."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch).hello()
        text = {"command": b"MAIL FROM:<mallory@office.example>\r\n", "octet": b"\n",
                "hello": b"EHLO mallory\r\n" * 200, "login": b"AUTH PLAIN AGFsaWNlAHNlc2FtZQ==\r\n"}[octets]
        client.send(b"STARTTLS\r\n" + (text if how == "same" else b""))
        if how == "behind-220":
            assert client.reply().startswith("220 ")
            client.send(text)
        elif how != "same":
            time.sleep(float(how))
            client.send(text)
        tls = Tls(file_of(programs, "authority.pem"))
        tls.shake()
        client.send(tls.leaving.read())
        # It may have ended before this octet: then it is a reset.
        try:
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        got = client.got + rest_of(client)
        over(client)
        clear, _, _ = got.partition(b"\x15\x03")
        assert b"\x16\x03" not in clear, "a handshake was answered"
        if scratch.logged("injection"):
            assert how != "behind-220" and clear in (b"", b"503 5.5.1 " + clear[10:]) and clear.count(b"\n") <= 1, clear
            assert scratch.logged("disconnect reason=injection")
        else:
            assert how != "same" and clear in (b"", b"220 2.0.0 " + clear[10:]) and clear.count(b"\n") <= 1, clear
            assert scratch.logged("tls result=fail") and scratch.logged("disconnect reason=tls"), scratch.log()
        assert not scratch.logged("mail") and not scratch.logged("auth") and not scratch.logged("tls result=ok")


# --- many connections ---

def parents_of(name):
    """Who started the processes of this name."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        # One that has ended since is none.
        with contextlib.suppress(OSError), open("/proc/%s/stat" % pid, encoding="latin-1") as file:
            comm, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            if comm == name:
                found.add(int(rest.split()[1]))
    return found


def shake_together(clients, programs):
    """All send their first octets before one has an answer."""
    sides = [Tls(file_of(programs, "authority.pem")) for _ in clients]
    for client, tls in zip(clients, sides):
        client.socket.settimeout(60)
        client.to_handshake()
    for client, tls in zip(clients, sides):
        assert not tls.shake()
        client.send(tls.leaving.read())
    for client, tls in zip(clients, sides):
        while not tls.shake():
            tls.take(client.socket.recv(65536))
        client.send(tls.leaving.read())
    return sides


def handshakes_at_once(programs, way):
    """200 clients are in the handshake at the same time, and all are served."""
    count = 20 if SANITIZED else 200
    with tls_place(programs, way, "rsa") as scratch, contextlib.ExitStack() as closed:
        clients = [SecureClient(scratch, direct=n % 2 == 0) for n in range(count)]
        for client in clients:
            closed.callback(client.close)
        sides = shake_together(clients, programs)
        for client, tls in zip(clients, sides):
            first(client, tls)
        assert parents_of("postern-tls") >= {client.monitor for client in clients}, "each has its own"
        for client, tls in zip(clients, sides):
            client.send(tls.seal(b"QUIT\r\n"))
        for client, tls in zip(clients, sides):
            assert rest_of(client, tls).startswith(b"221 ") and tls.closed
            over(client)
        assert len(scratch.logged("tls result=ok")) == count
        assert len(scratch.logged("disconnect reason=quit")) == count


assert run_side_by_side  # the fixture `crowd`
KINDS = ["starttls", "direct"]
CASES = [
    handshakes_at_once, *[Case(never_reads, kind) for kind in KINDS],
    *[Case(case, kind, name) for case in (many_replies, large_message)
      for kind, name in (("starttls", "TLSv1.3"), ("direct", "TLSv1.2"))],
    *[Case(silent, kind, how) for kind in KINDS for how in ("silent", "half", "but-for-one", "trickle")],
    *[Case(slow, kind) for kind in KINDS],
    *[Case(quit_and_close, kind, half) for kind in KINDS for half in ("open", "half-close")],
    *[Case(cut_off, kind, how) for kind in KINDS
      for how in ("half-close", "reset", "close-notify", "truncated-record", "record-of-no-octet", "changed-record",
                  "clear-text", "swapped-records")],
    *[Case(garbage, kind, what) for kind in KINDS for what in GARBAGE],
    *[Case(injected, how, octets) for how in ("same", "0", "0.001", "0.003", "0.01", "behind-220")
      for octets in ("command", "octet", "hello", "login")],
]


@each(CASES)
def test_tls_stream(case, way, crowd):
    crowd(case, way)



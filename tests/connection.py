"""The client's end of a dialogue: a socket or two pipes, whole or octet by octet, in clear or in TLS.

Used by tests/dialog.
"""

import os
import re
import select
import socket
import ssl
import struct
import termios
import time
from fcntl import ioctl

from scratch import PATIENCE
from tls import ALERT, HANDSHAKE, Tls

SPARSE = 2048  # of a longer text only this much goes octet by octet


class Fault(Exception):
    """The dialogue did not go as written."""


class Connection:
    """The client's end, on a socket or on pipes."""

    def __init__(self, scratch, script, one_by_one, program):
        self.scratch, self.one_by_one = scratch, one_by_one
        self.got, self.ended, self.watched, self.to, self.sent = b"", False, None, None, 0
        self.tls, self.arguments = None, ["-s"] if script.implicit_tls else []
        address = script.client or "127.0.0.1"
        local = re.match(r"127\.|::1$|::ffff:127\.", address)
        if script.pipes or not local:
            self.on_pipes(address, program)
        else:
            self.on_socket(address, program)

    def on_pipes(self, address, program):
        theirs_in, self.to = os.pipe()
        self.ours, theirs_out = os.pipe()
        env = {} if address == "unknown" else {"PROTO": "TCP", "TCPREMOTEIP": address, "TCPREMOTEPORT": "4711",
                                               "TCPLOCALIP": "127.0.0.1", "TCPLOCALPORT": "25"}
        self.run = self.scratch.start(theirs_in, theirs_out, env=env, program=program, arguments=self.arguments)
        os.close(theirs_out)
        self.watch(theirs_in)

    def on_socket(self, address, program):
        dual = address.startswith("::")
        listener = socket.socket(socket.AF_INET6 if dual else socket.AF_INET)
        if dual:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::" if dual else "127.0.0.1", 0))
        listener.listen(1)
        self.sock = socket.socket(socket.AF_INET6 if address == "::1" else socket.AF_INET)
        self.sock.bind((address.rpartition(":")[2] if address != "::1" else "::1", 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect(("::1" if address == "::1" else "127.0.0.1", listener.getsockname()[1]))
        accepted, _ = listener.accept()
        listener.close()
        self.run = self.scratch.start(accepted, accepted, program=program, arguments=self.arguments)
        self.ours = self.to = self.sock.fileno()
        self.watch(accepted.detach())

    def watch(self, fd):
        """Keeps smtpd's own end only where its reading is watched, and only while it lives."""
        if self.one_by_one:
            self.watched, self.pidfd = fd, os.pidfd_open(self.run.pid)
        else:
            os.close(fd)

    def unwatch(self):
        if self.watched is not None:
            os.close(self.watched)
            os.close(self.pidfd)
            self.watched = None

    def write(self, text):
        while text:
            if self.watched is not None and select.select([self.pidfd], [], [], 0)[0]:
                self.unwatch()
            try:
                if self.pipes_full():
                    raise Fault("smtpd does not read")
                text = text[os.write(self.to, text):]
            except (BrokenPipeError, ConnectionResetError):
                return

    def pipes_full(self):
        return not select.select([], [self.to], [], PATIENCE)[1]

    def send(self, text, clear=False):
        if self.tls and not clear:
            text = self.tls.seal(text)
        if not self.one_by_one:
            self.write(text)
            return
        head, middle, tail = text[:SPARSE], text[SPARSE:-16], text[max(SPARSE, len(text) - 16):]
        for octet in head:
            self.write(bytes([octet]))
            self.until_read()
        for at in range(0, len(middle), 4099):
            self.write(middle[at:at + 4099])
        for octet in tail:
            self.write(bytes([octet]))
            self.until_read()

    def until_read(self):
        end = time.monotonic() + 0.05
        count = bytearray(4)
        while self.watched is not None and time.monotonic() < end:
            ioctl(self.watched, termios.FIONREAD, count)
            if not struct.unpack("i", count)[0]:
                return
            time.sleep(0)

    def receive(self, end):
        """More octets as they come; none: the connection has ended."""
        while True:
            watch = [self.ours] + ([self.pidfd] if self.watched is not None else [])
            ready = select.select(watch, [], [], max(0, end - time.monotonic()))[0]
            if not ready:
                raise Fault("no reply")
            if self.ours in ready:
                return os.read(self.ours, 65536)
            self.unwatch()

    def line(self, patience=PATIENCE):
        """The next line without its CRLF; None at the end of the connection."""
        end = time.monotonic() + patience
        while b"\n" not in self.got and not self.ended:
            try:
                more = self.receive(end)
            except ConnectionResetError as error:
                if not self.tls:
                    raise Fault("the connection was reset") from error
                self.tls.closed, self.tls.broken, more = False, "the connection was reset", b""
            self.got += self.tls.open(more) if self.tls else more
            self.ended = not more
        if not self.got:
            return None
        line, newline, self.got = self.got.partition(b"\n")
        if not newline or not line.endswith(b"\r") or b"\r" in line[:-1]:
            raise Fault("no whole line: %r" % line)
        if len(line) > 511:
            raise Fault("a reply line over 512 octets")
        return line[:-1].decode("latin-1")

    def handshake(self, how):
        """Begins TLS: in any version, in the one that is named; `fails`: not at all, and has met the end
        of the connection when it returns."""
        if self.got:
            raise Fault("said before the handshake: %r" % self.got)
        version, fails = how.removesuffix("fails").strip(), how.endswith("fails")
        end = time.monotonic() + PATIENCE
        self.tls = Tls(self.scratch.path("office.pem"), version)
        try:
            self.shake(end)
        except (ssl.SSLError, ConnectionResetError) as error:
            if not fails:
                raise Fault("the handshake failed: %s" % error) from error
            self.send(self.tls.leaving.read(), clear=True)
            self.drain(end)
            self.tls, self.ended = None, True
        else:
            if fails:
                raise Fault("the handshake did not fail")

    def shake(self, end):
        came = b""
        while not self.tls.shake():
            self.send(self.tls.leaving.read(), clear=True)
            more = self.receive(end)
            came = came or more
            if came and came[0] not in (ALERT, HANDSHAKE):
                raise Fault("no TLS: %r" % came[:80])
            self.tls.take(more)
        self.send(self.tls.leaving.read(), clear=True)

    def drain(self, end):
        try:
            while self.receive(end):
                pass
        except ConnectionResetError:
            pass  # nobody reads what the client sent last

    def close_tls(self):
        self.send(self.tls.close(), clear=True)

    def judge_end(self, how):
        """Whether TLS ended as it should: `closed` by close_notify, `cut` without, `gone` either way."""
        if self.tls and how == "closed" and not self.tls.closed:
            raise Fault(self.tls.broken)
        if self.tls and how == "cut" and self.tls.closed:
            raise Fault("close_notify came")

    def half_close(self):
        if self.to != self.ours:
            os.close(self.to)
            self.to = None
        else:
            self.sock.shutdown(socket.SHUT_WR)

    def hang_up(self, reset=False):
        if self.ours is None:
            return
        if self.to != self.ours:
            os.close(self.ours)
            if self.to is not None:
                os.close(self.to)
        else:
            if reset:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()
        self.ours = None
        self.unwatch()

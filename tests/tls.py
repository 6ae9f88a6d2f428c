"""The client's side of TLS for tests, apart from what carries it: a socket, pipes, octet by octet.

Used by tests/dialog. Octets go in and octets come out; whoever has the connection moves them.
"""

import ssl

VERSIONS = {"TLSv1.0": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1,
            "TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
ALERT, HANDSHAKE = 21, 22  # what the first octet of an answer may be (RFC 8446 5.1)


class Tls:
    """One connection, with a server that must be office.example and have this certificate."""

    def __init__(self, certificate, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(certificate)
        # Some Pythons take an end without close_notify for one with it.
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        if version in ("TLSv1.0", "TLSv1.1"):
            context.set_ciphers("DEFAULT@SECLEVEL=0")  # their signatures are by SHA-1
        if version:
            context.minimum_version = context.maximum_version = VERSIONS[version]
        self.arrived, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.side = context.wrap_bio(self.arrived, self.leaving, server_hostname="office.example")
        self.closed = False  # the server's close_notify has come, and nothing behind it
        self.broken = None   # why it cannot come any more

    def take(self, octets):
        if octets:
            self.arrived.write(octets)
        else:
            self.arrived.write_eof()

    def shake(self):
        """Goes on with the handshake; whether it is done. What is to be sent lies in `leaving`. A
        handshake that fails raises ssl.SSLError."""
        try:
            self.side.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def seal(self, text):
        """The octets to send for a text."""
        while text:
            text = text[self.side.write(text):]
        return self.leaving.read()

    def open(self, octets):
        """The text in what arrived; no octets: the connection's end."""
        self.take(octets)
        text = b""
        try:
            while not self.closed and not self.broken:
                more = self.side.read(65536)
                text += more
                self.closed = not more
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # close_notify too, where ours went before it
            self.closed = True
        except ssl.SSLError as error:  # an alert, no record, or the connection's end
            self.broken = str(error)
        if self.closed and self.arrived.pending:
            self.closed, self.broken = False, "octets behind close_notify"
        return text

    def close(self):
        """The octets that say that nothing more will come: close_notify."""
        try:
            self.side.unwrap()
        except ssl.SSLWantReadError:
            pass  # the server's own is still to come
        return self.leaving.read()

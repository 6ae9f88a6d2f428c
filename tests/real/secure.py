"""The client's end in TLS, and a door for programs that connect by themselves."""

import contextlib
import os
import socket
import ssl
import subprocess
import threading

from certificates import file_of, give
from client import Client, children, place
from scratch import PATIENCE

VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1,
            "TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


class Watched(ssl.SSLSocket):
    """Keeps apart how the server's octets end: by close_notify, or cut off."""

    ending = None

    def recv(self, buflen=1024, flags=0):
        try:
            got = super().recv(buflen, flags)
        except ConnectionResetError:
            got, self.ending = b"", "cut"
        except ssl.SSLError as error:
            if not isinstance(error, ssl.SSLEOFError) and error.reason != "UNEXPECTED_EOF_WHILE_READING":
                raise
            got, self.ending = b"", "cut"
        if not got:
            self.ending = self.ending or "close_notify"
        return got


def context_of(programs, version=None, ciphers=None, certificate=None):
    """What a client is ready for; it verifies the server's certificate and name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = Watched
    # Debian's Python takes any end for a close_notify.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.load_verify_locations(file_of(programs, "authority.pem"))
    if ciphers:
        context.set_ciphers(ciphers)
    if version:
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if certificate:
        context.load_cert_chain(file_of(programs, certificate + ".pem"), file_of(programs, certificate + ".key"))
    return context


@contextlib.contextmanager
def tls_place(programs, way, pair="ecdsa", **more):
    """A scratch folder whose smtpd has a certificate."""
    with place(programs, way, **more) as scratch:
        give(scratch, pair)
        yield scratch


class SecureClient(Client):
    """A client that comes to speak TLS: by STARTTLS, or `direct` from the first octet on."""

    def __init__(self, scratch, direct=False, **how):
        super().__init__(scratch, arguments=["-s"] if direct else [], **how)
        self.direct, self.scratch = direct, scratch

    def to_handshake(self):
        """To where the next octet is the handshake's."""
        if not self.direct:
            self.hello().expect("STARTTLS", "220 2.0.0")
            assert self.got == b""
        return self

    def shake(self, **how):
        """The handshake, in which TLS begins. `how` as for context_of()."""
        context = context_of(self.scratch.programs, **how)
        self.socket = context.wrap_socket(self.socket, server_hostname="office.example",
                                          suppress_ragged_eofs=False)
        return self

    def secure(self, **how):
        """All of it up to EHLO in TLS."""
        self.to_handshake().shake(**how)
        if self.direct:
            return self.hello()
        self.expect("EHLO client.example", "250 ")
        return self

    def quit(self):
        super().quit()
        assert getattr(self.socket, "ending", "close_notify") == "close_notify"

    @property
    def sessions(self):
        """The processes of the sessions; where one waits behind STARTTLS it is the second."""
        return sorted(pid for pid, (state, name) in children(self.monitor).items()
                      if name == "smtpd" and state != "Z")

    @property
    def tls(self):
        """The process of postern-tls."""
        return self.started("postern-tls")


class Door:
    """A port of 127.0.0.1 for programs that connect by themselves: one smtpd for each connection."""

    def __init__(self, scratch, direct=False):
        self.scratch, self.arguments = scratch, ["-s"] if direct else []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=300)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                self.scratch.start(client, client, arguments=self.arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def s_client(scratch, port, *arguments, direct=False, say=b"quit\r\n"):
    """`openssl s_client`, which verifies certificate and name, and takes a Q or an R that begins a line for its
    own. Returns its status and all that it printed."""
    command = ["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-verify_return_error",
               "-CAfile", file_of(scratch.programs, "authority.pem"), "-verify_hostname", "office.example",
               *([] if direct else ["-starttls", "smtp", "-name", "client.example"]), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        # It reads its input only behind the handshake; the end of input would end it before the last reply.
        run.stdin.write(say)
        run.stdin.flush()
        try:
            out = b""
            end = threading.Timer(PATIENCE, run.kill)
            end.start()
            while more := os.read(run.stdout.fileno(), 65536):
                out += more
            end.cancel()
        finally:
            run.stdin.close()
            run.wait(PATIENCE)
    return run.returncode, out.decode("latin-1")



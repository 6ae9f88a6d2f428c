"""TLS at its edges: odd clients' certificates, keys that change in a flood, readers that are gone, a machine
without another process, and a postern-tls that does not what it should."""

import errno
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from certificates import file_of, give
from client import IS_ROOT, Case, Client, each, helper, place, run_side_by_side
from scratch import PATIENCE, SANITIZED, TOOLS, Programs
from secure import SecureClient, context_of, tls_place
from test_jail import ABI, FAILING, UNJAILED, name_of
from tls import Tls
from wire import compile_c

AT_ONCE = 4


# --- certificates of clients ---

def openssl(*arguments):
    subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)


def client_certificate(scratch, digest, *key):
    """A client's, issued by the authority of the tests: the paths of certificate and key."""
    paths = [scratch.path("odd" + end) for end in (".pem", ".key", ".csr", ".ext")]
    pem, own, request, extension = paths
    with open(extension, "w", encoding="ascii") as file:
        file.write("basicConstraints = critical, CA:FALSE\nsubjectAltName = DNS:laptop.office.example\n")
    openssl("req", "-new", "-newkey", *key, "-nodes", "-subj", "/CN=Odd", "-keyout", own, "-out", request)
    openssl("x509", "-req", "-" + digest, "-days", "30", "-in", request, "-extfile", extension, "-out", pem,
            "-CA", file_of(scratch.programs, "authority.pem"), "-CAkey", file_of(scratch.programs, "authority.key"))
    return pem, own


def shows(programs, way, version, digest, key, log, **settings):
    """A client with a certificate of its own is served, and this is what the log has of it."""
    with tls_place(programs, way, tls_client_ca=file_of(programs, "authority.pem"), **settings) as scratch:
        context = context_of(programs, version, ciphers="DEFAULT@SECLEVEL=0")
        context.load_cert_chain(*client_certificate(scratch, digest, *key))
        client = SecureClient(scratch).to_handshake()
        client.socket = context.wrap_socket(client.socket, server_hostname="office.example",
                                            suppress_ragged_eofs=False)
        client.expect("EHLO client.example", "250 ")
        client.quit()
        assert scratch.logged("tls result=ok version=%s %s" % (version, log)), scratch.log()
        assert ("certificate=unknown" in log) == bool(scratch.logged("tls certificate=unknown")), scratch.log()


def vouched_for_by(programs, way, version, digest):
    """Who is vouched for by SHA-1 is unknown, also where tls_minimum = 1.0 lets SHA-1 into the handshake."""
    log = 'subject="CN=Odd" names="dns:laptop.office.example cn:Odd"' if digest == "sha256" else "certificate=unknown"
    shows(programs, way, version, digest, ["rsa:2048"], log, tls_minimum="1.0")


def with_a_short_key(programs, way, version):
    """Nor is anybody known by a key that could be computed."""
    shows(programs, way, version, "sha256", ["rsa:1024"], "certificate=unknown", tls_minimum="1.0")


def on_the_curve(programs, way, version, curve):
    """In TLS 1.2 a server's list of groups is also that of the curves on which clients' keys may be."""
    shows(programs, way, version, "sha256", ["ec", "-pkeyopt", "ec_paramgen_curve:" + curve], 'subject="CN=Odd"')


# --- new keys in a flood ---

COMMANDS, UPDATES = 3000, 1000


def new_keys_in_a_flood(programs, way):
    """Whoever reads late and renews its keys meanwhile gets every reply: the answer to a KeyUpdate may not
    come between the halves of a record that waits (RFC 8446 5.1)."""
    with tls_place(programs, way) as scratch:
        program = scratch.path("key_updates")
        compile_c(program, "-O2", "tests/real/key_updates.c", "-lssl", "-lcrypto")
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # what is accepted has it too
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            words = [program, str(listener.getsockname()[1]), str(COMMANDS), str(UPDATES)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
                theirs, _ = listener.accept()
                with theirs:
                    scratch.start(theirs, theirs, arguments=["-s"])
                try:
                    said = client.communicate(timeout=10 * PATIENCE)[0]
                finally:
                    client.kill()
        assert said == "%d closed\n" % COMMANDS, said
        scratch.wait_logged("disconnect reason=quit")


# --- readers that are gone ---

class OnPipes:
    """A client on two pipes."""

    def __init__(self, scratch):
        theirs_in, self.to = os.pipe()
        self.ours, theirs_out = os.pipe()
        self.run = scratch.start(theirs_in, theirs_out, arguments=["-s"], env={
            "PROTO": "TCP", "TCPREMOTEIP": "127.0.0.1", "TCPREMOTEPORT": "4711", "TCPLOCALIP": "127.0.0.1",
            "TCPLOCALPORT": "465"})
        os.close(theirs_in)
        os.close(theirs_out)
        self.tls = Tls(scratch.path("office.pem"))

    def shake(self):
        while not self.tls.shake():
            os.write(self.to, self.tls.leaving.read())
            self.tls.take(os.read(self.ours, 65536))
        os.write(self.to, self.tls.leaving.read())

    def text(self, end):
        text = b""
        while end not in text:
            text += self.tls.open(os.read(self.ours, 65536))


def reads_no_more(programs, way, when):
    """A client on pipes that has closed the end that it reads from: that is its hangup, and no fault of
    postern-tls, which a signal must not end."""
    with place(programs, way) as scratch:
        scratch.tls()
        client = OnPipes(scratch)
        if when == "behind":
            client.shake()
            client.text(b"220 ")
            os.close(client.ours)
            os.write(client.to, client.tls.seal(b"EHLO client.example\r\n"))
        else:
            client.tls.shake()
            os.close(client.ours)
            os.write(client.to, client.tls.leaving.read())
        client.run.wait(PATIENCE)
        os.close(client.to)
        if when == "behind":
            assert scratch.logged("disconnect reason=hangup"), scratch.log()
        else:
            assert scratch.logged('tls result=fail reason="the client left"'), scratch.log()
            assert scratch.logged("disconnect reason=tls"), scratch.log()
        assert not [line for line in scratch.log() if "signal" in line], scratch.log()


# --- a machine without another process ---

def without_a_second_session(programs, way):
    """Where the session behind STARTTLS cannot be had nothing is offered, who says STARTTLS all the same
    is told so, and all goes on."""
    if way != "user" or not IS_ROOT:
        pytest.skip("root has no such limit, and an account of somebody's has processes of its own")
    with tls_place(programs, way) as scratch:
        # Nobody else's: the kernel counts all processes of a user.
        user = random.randrange(70000, 2000000000)
        for name in "run", "run/spool", "sent", "office.key":
            os.chown(scratch.path(name), user, user)
        scratch.identity = lambda: {"user": user, "group": user, "extra_groups": []}
        scratch.before_start = lambda: resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
        client = Client(scratch)
        assert client.line().startswith("220 ")
        client.send("EHLO client.example\r\n")
        offered = []
        while not offered or offered[-1][3] == "-":
            offered.append(client.line())
        assert "PIPELINING" in offered[1] and not [line for line in offered if "STARTTLS" in line], offered
        for _ in 1, 2:
            client.expect("STARTTLS", "454 4.7.0 ")
            client.expect("NOOP", "250 2.0.0 ")
        client.expect("MAIL FROM:<a@office.example>", "250 2.1.0 ")
        client.quit()
        line, = scratch.logged('tls result=unavailable reason="*too many processes"')
        assert not scratch.logged("distrust") and scratch.logged("disconnect reason=quit"), scratch.log()


# --- a postern-tls that does not what it should ---

class StandIn:
    """A scratch folder where another program has postern-tls's place, as does one that says a record of
    this type and then hangs."""

    def __init__(self, programs, says):
        self.own = Programs()
        self.programs, path = programs, self.own.path("postern-tls")
        os.remove(path)
        compile_c(path, "-DSAYS=" + says, "-I", os.path.dirname(TOOLS), "tests/real/stand_in_tls.c", "base/jail.c",
                  "base/text.c", "base/wire.c")
        os.chmod(path, 0o755)
        programs.certificate()
        for name in "office.pem", "office.key":
            shutil.copy(programs.path(name), self.own.path(name))

    def __enter__(self):
        return self.own

    def __exit__(self, *_):
        self.own.remove()


def ends_one_that_is_not_ready(programs, way, kind):
    """It may be root's still, which nobody else can kill: its lifeline ends it, and nobody waits in vain."""
    with StandIn(programs, "WIRE_GO") as own, place(own, way) as scratch:
        scratch.tls()
        begun = time.monotonic()
        if kind == "direct":
            client = Client(scratch, arguments=["-s"])
            assert client.ended() == []
        else:
            client = Client(scratch).hello()
            client.expect("STARTTLS", "454 4.7.0 ")
            assert not client.has_child("postern-tls")
            client.quit()
        took = time.monotonic() - begun
        client.run.wait(PATIENCE)
        client.close()
        assert scratch.logged('tls result=unavailable reason="postern-tls did not say that it is ready"'), scratch.log()
        # It has half a second to end by itself; a kill that is not allowed would be waited for 2 s more.
        assert took < (10 if SANITIZED else 2.5), took


def is_told_to_end_meanwhile(programs, way, kind):
    """TERM ends a connection also while postern-tls makes itself ready, for which it has half a minute."""
    with StandIn(programs, "0") as own, place(own, way) as scratch:
        scratch.tls()
        if kind == "direct":
            client = Client(scratch, arguments=["-s"])
        else:
            client = Client(scratch).hello()
            client.send("STARTTLS\r\n")
        client.started("postern-tls")
        scratch.wait_logged("connect")
        time.sleep(0.2)
        begun = time.monotonic()
        os.kill(client.monitor, signal.SIGTERM)
        client.run.wait(PATIENCE)
        took = time.monotonic() - begun
        said = client.ended()
        client.close()
        assert [line[:4] for line in said] == ([] if kind == "direct" else ["421 "]), said
        assert scratch.logged("disconnect reason=signal"), scratch.log()
        assert took < PATIENCE / 2, took


# --- no jail ---

def skip_unless_possible(way, call):
    if way == "user" and call[0] == "chroot":
        pytest.skip("who is not root does not call it")
    if call[0] == "landlock_restrict_self" and ABI == 0:
        pytest.skip("this kernel has no Landlock")


def refused(programs, call):
    return [helper(programs, "refuse"), *call, str(errno.EPERM)]


def without_a_layer_of_the_session(programs, way, call, logged):
    """With -s the session fails before anybody has a word with it; the log has the layer all the same."""
    skip_unless_possible(way, call)
    with StandIn(programs, "WIRE_READY") as own, place(own, way, allowed=UNJAILED) as scratch:
        scratch.tls()
        client = Client(scratch, arguments=["-s"], wrap=refused(programs, call))
        assert client.ended() == []
        client.run.wait(PATIENCE)
        client.close()
        assert scratch.logged(logged) and scratch.logged("disconnect reason=nojail"), scratch.log()


def without_a_layer_of_both(programs, way, call, logged):
    """Where postern-tls cannot be jailed either there is no handshake, and the log has its words for it."""
    skip_unless_possible(way, call)
    with place(programs, way, allowed=UNJAILED) as scratch:
        scratch.tls()
        client = Client(scratch, arguments=["-s"], wrap=refused(programs, call))
        assert client.ended() == []
        client.run.wait(PATIENCE)
        client.close()
        words = logged.partition('"')[2].replace("the lifeline cannot be had", "there is no lifeline")
        assert scratch.logged('tls result=unavailable reason="*' + words), scratch.log()
        assert not scratch.logged("tls result=ok"), scratch.log()


LAYERS = [(call, logged) for call, logged in FAILING if logged.startswith("nojail")]


class Layer(Case):
    """A case of one layer, by its call's name."""

    def __init__(self, function, call, logged):
        super().__init__(function, call, logged)
        self.__name__ = function.__name__ + "-" + name_of(call)


CASES = [
    *[Case(vouched_for_by, version, digest) for version in ("TLSv1.2", "TLSv1.3") for digest in ("sha1", "sha256")],
    Case(with_a_short_key, "TLSv1.2"),
    *[Case(on_the_curve, version, curve) for version in ("TLSv1.2", "TLSv1.3")
      for curve in ("P-256", "P-384", "P-521")],
    new_keys_in_a_flood,
    Case(reads_no_more, "within"), Case(reads_no_more, "behind"),
    without_a_second_session,
    *[Case(ends_one_that_is_not_ready, kind) for kind in ("direct", "starttls")],
    *[Case(is_told_to_end_meanwhile, kind) for kind in ("direct", "starttls")],
]


if not SANITIZED:  # without seccomp and limits there is less that can fail
    # The stand-in cannot do without the lifeline.
    CASES += [Layer(without_a_layer_of_the_session, *row) for row in LAYERS if row[0][0] != "fcntl"]
    CASES += [Layer(without_a_layer_of_both, *row) for row in LAYERS]


@each(CASES)
def test_tls_edges(case, way, crowd):
    crowd(case, way)

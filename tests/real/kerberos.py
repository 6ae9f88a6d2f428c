"""A Kerberos for the tests of GSSAPI: a KDC of its own on 127.0.0.1 with two realms, its tickets, and a client.

postern-auth gets no environment and so reads the host's /etc/krb5.conf: smtpd is started in a private mount
namespace, in which the test's file lies over it, and a /var/tmp of its own for the cache of replays.
"""

import contextlib
import ctypes
import glob
import os
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from client import place, until
from scratch import CALLER, SERVICE
from stores import PATHS, missing

LACKING = missing("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "kvno", "unshare", "setpriv")
HOME, OTHER = "TEST.LOCAL", "OTHER.LOCAL"
SERVER = "smtp/office.example"
PASSWORD = "ticket please"
USERS = "alice", "bob", "carol", "Dora", "alice/admin", "postmaster", "x" * 70
ETC = "/etc/krb5.conf"

CLIENTS = """[libdefaults]
 default_realm = TEST.LOCAL
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
 {more}
[realms]
 TEST.LOCAL = {{
  kdc = 127.0.0.1:{port}
 }}
 OTHER.LOCAL = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 office.example = TEST.LOCAL
"""
KDC = """[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = 127.0.0.1:{port}
[logging]
 kdc = FILE:{folder}/kdc.log
[realms]
"""
REALM = """ {realm} = {{
  database_name = {folder}/{realm}
  key_stash_file = {folder}/{realm}.stash
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
 }}
"""


class Kerberos:
    """The KDC's folder, for all processes of a test run. The users of the home realm are USERS, of the other one
    alice; `keytab` has the key of smtp/office.example."""

    def __init__(self, programs):
        self.folder = programs.path("kerberos")
        self.configuration, self.keytab = self.path("krb5.conf"), self.path("smtp.keytab")
        self.environment = {"PATH": PATHS, "KRB5_CONFIG": self.configuration, "KRB5_KDC_PROFILE": self.path("kdc.conf")}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def configure(self, name, *more):
        """A krb5.conf with these lines more in its first section."""
        with open(self.path("port"), encoding="ascii") as file:
            return self.write(name, CLIENTS.format(port=file.read(), more="\n ".join(more)))

    def run(self, program, *arguments, stdin="", cache=None):
        command = [shutil.which(program, path=PATHS), *arguments]
        environment = {**self.environment, **({"KRB5CCNAME": "FILE:" + cache} if cache else {})}
        run = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False,
                             env=environment)
        assert run.returncode == 0, (command, run.stdout + run.stderr)
        return run.stdout

    def make_keytab(self, name, *principals):
        """A keytab that anybody can read, with the keys of these, which stay as they are."""
        self.run("kadmin.local", "-r", HOME, stdin="".join(
            "ktadd -norandkey -k %s %s\n" % (self.path(name), principal) for principal in principals))
        os.chmod(self.path(name), 0o644)
        return self.path(name)

    def no_ticket(self):
        """The path of a cache that is not there."""
        number, path = tempfile.mkstemp(prefix="cache.", dir=self.folder)
        os.close(number)
        os.unlink(path)
        return path

    def kinit(self, principal="alice", *arguments):
        """A new cache with the user's ticket."""
        cache = self.no_ticket()
        self.run("kinit", *arguments, principal, stdin=PASSWORD + "\n", cache=cache)
        return cache

    def fetch(self, cache, service=SERVER):
        """Gets the ticket for the service now."""
        self.run("kvno", service, cache=cache)


def create(kerberos):
    """The databases, the users, our service's key."""
    os.mkdir(kerberos.folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        kerberos.write("port", str(free.getsockname()[1]))
        port = free.getsockname()[1]
    kerberos.configure("krb5.conf")
    kerberos.write("kdc.conf", KDC.format(port=port, folder=kerberos.folder) + "".join(
        REALM.format(realm=realm, folder=kerberos.folder) for realm in (HOME, OTHER)))
    for realm in HOME, OTHER:
        kerberos.run("kdb5_util", "create", "-s", "-P", "master", "-r", realm)
        kerberos.run("kadmin.local", "-r", realm, stdin="".join(
            'addprinc -pw "%s" %s\n' % (PASSWORD, name) for name in (*USERS, "krbtgt/%s@%s" % (HOME, OTHER)))
            + "".join("addprinc -randkey %s\n" % name for name in (SERVER, "imap/office.example")))
    kerberos.make_keytab("smtp.keytab", SERVER)
    return port


@pytest.fixture(scope="module", name="kdc")
def serve_tickets(programs):
    """The KDC, in this process: those of the cases see nobody else's children."""
    if os.getuid() != 0:
        pytest.skip("only root has a mount namespace for smtpd")
    plugin = "libgssapiv2.so" if not glob.glob("/usr/lib/*/sasl2/libgssapiv2.so") else None
    if LACKING or plugin or not os.path.exists(ETC):
        pytest.skip("no %s here" % (LACKING or plugin or ETC))
    kerberos = Kerberos(programs)
    port = create(kerberos)
    with open(kerberos.path("kdc.out"), "wb") as log, subprocess.Popen(
            [shutil.which("krb5kdc", path=PATHS), "-n", "-r", HOME, "-r", OTHER], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env=kerberos.environment, start_new_session=True) as daemon:
        try:
            until(lambda: listens(port) or daemon.poll() is not None, "the KDC listens")
            assert daemon.poll() is None
            yield kerberos
        finally:
            daemon.terminate()
    shutil.rmtree(kerberos.folder)


def listens(port):
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def shift_clock(cache, seconds):
    """Makes who uses this cache believe that its KDC's clock goes so many seconds before ours."""
    with open(cache, "r+b") as file:
        assert file.read(4) == b"\5\4\0\14", "a cache of version 4 with one field in its head"
        assert file.read(4) == b"\0\1\0\10"
        file.write(seconds.to_bytes(4, "big", signed=True))


def prolong(cache, seconds):
    """Makes who uses this cache believe that its tickets end later than they do; the server reads it in them."""
    with open(cache, "rb") as file:
        octets = file.read()
    now = int(time.time())
    for at in range(len(octets) - 16):
        begin, end, renew = (int.from_bytes(octets[at + n:at + n + 4], "big") for n in (4, 8, 12))
        if renew == 0 and abs(begin - now) < 60 and 0 < end - begin < 60:
            octets = octets[:at + 8] + (end + seconds).to_bytes(4, "big") + octets[at + 12:]
    with open(cache, "wb") as file:
        file.write(octets)


@contextlib.contextmanager
def kerberos_place(programs, way, configuration=None, accounts=("alice",), disabled=None, **settings):
    """A scratch folder with the keytab and accounts; .host.wrap is what smtpd and postern are started by."""
    kerberos = Kerberos(programs)
    settings = {"mechanisms": "GSSAPI", "keytab": kerberos.keytab, **settings}
    with place(programs, way, **settings) as scratch:
        own = scratch.identity
        scratch.secrets.add(PASSWORD.encode())
        for name in accounts:
            scratch.account(name, "pencil sharpener")
        if disabled:
            scratch.postern("user", "disable", disabled)
        scratch.kerberos = kerberos
        scratch.host = Host(scratch, configuration or kerberos.configuration)
        scratch.identity = dict
        start = scratch.start
        scratch.start = lambda *words, **how: start(*words, **{"wrap": scratch.host.wrap, **how})
        try:
            yield scratch
        finally:
            scratch.identity = own


class Host:
    """The machine as smtpd sees it."""

    def __init__(self, scratch, configuration):
        self.scratch, self.temporary = scratch, scratch.path("tmp")
        os.mkdir(self.temporary)
        os.chmod(self.temporary, 0o1777)
        self.binds = {configuration: ETC, self.temporary: "/var/tmp"}
        self.service = SERVICE if scratch.way == "root" else CALLER

    @property
    def wrap(self):
        binds = " && ".join('mount --bind "%s" "%s"' % bind for bind in self.binds.items())
        who = [] if self.scratch.way == "root" else [
            shutil.which("setpriv", path=PATHS), "--reuid", str(CALLER), "--regid", str(CALLER), "--clear-groups"]
        return ["/usr/bin/env", "PATH=" + PATHS, "unshare", "--mount", "/bin/sh", "-c",
                binds + ' && PATH=/evil && exec "$@"', "sh", *who]


# --- a client that makes each step as it is told; libgssapi is called as its C programs call it ---

class Counted(ctypes.Structure):
    """Octets and their number."""

    @classmethod
    def of(cls, octets):
        made = cls()
        made.kept = ctypes.create_string_buffer(octets, len(octets) or 1)
        made.length, made.value = len(octets), ctypes.cast(made.kept, ctypes.c_void_p)
        return made


class Identifier(Counted):
    _fields_ = [("length", ctypes.c_uint32), ("value", ctypes.c_void_p)]


class Buffer(Counted):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]

    def octets(self):
        return ctypes.string_at(self.value, self.length) if self.length else b""


MUTUAL, SEQUENCE, CONFIDENTIAL, INTEGRITY = 2, 8, 16, 32
NO_LAYER, SIGNED, SEALED = 1, 2, 4  # RFC 4752 3.3


class Ticket:
    """The client's end of one login: .step() until .complete, then .unwrap() and .wrap()."""

    def __init__(self, kerberos, cache, service="smtp@office.example", configuration=None, mechanism=None):
        self.library = ctypes.CDLL("libgssapi_krb5.so.2")
        os.environ.update(KRB5_CONFIG=configuration or kerberos.configuration, KRB5CCNAME="FILE:" + cache)
        self.mechanism = ctypes.byref(Identifier.of(mechanism)) if mechanism else ctypes.c_void_p()
        self.context, self.name, self.complete = ctypes.c_void_p(), ctypes.c_void_p(), False
        name = service.encode()
        kind = ctypes.c_void_p.in_dll(self.library, "GSS_C_NT_HOSTBASED_SERVICE")
        self.call("gss_import_name", ctypes.byref(Buffer.of(name)), kind, ctypes.byref(self.name))

    def call(self, function, *arguments):
        minor = ctypes.c_uint32()
        status = getattr(self.library, function)(ctypes.byref(minor), *arguments)
        if status & 0xFFFF0000:
            raise OSError("%s: %08x, %d" % (function, status & 0xFFFFFFFF, ctypes.c_int32(minor.value).value))
        return status

    def step(self, octets=b"", flags=MUTUAL | SEQUENCE | CONFIDENTIAL | INTEGRITY):
        """The next token; what the server said is `octets`."""
        out, nothing = Buffer(), ctypes.c_void_p()
        status = self.call("gss_init_sec_context", nothing, ctypes.byref(self.context), self.name, self.mechanism,
                           ctypes.c_uint32(flags), ctypes.c_uint32(0), nothing, ctypes.byref(Buffer.of(octets)),
                           nothing, ctypes.byref(out), nothing, nothing)
        self.complete = status == 0
        return out.octets()

    def unwrap(self, octets):
        out, nothing = Buffer(), ctypes.c_void_p()
        self.call("gss_unwrap", self.context, ctypes.byref(Buffer.of(octets)), ctypes.byref(out), nothing, nothing)
        return out.octets()

    def wrap(self, octets):
        out, nothing = Buffer(), ctypes.c_void_p()
        self.call("gss_wrap", self.context, 0, ctypes.c_uint32(0), ctypes.byref(Buffer.of(octets)), nothing,
                  ctypes.byref(out))
        return out.octets()

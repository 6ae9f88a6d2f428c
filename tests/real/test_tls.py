"""What TLS is agreed on: versions, ciphers, certificates of both sides; and what each process holds in it."""

import os
import ssl
import subprocess
import time

import pytest

from certificates import file_of, give
from client import IS_ROOT, Case, children, descriptors, each, run_side_by_side, status_of
from scratch import CALLER, JAILED, PATIENCE, SANITIZED
from secure import Door, SecureClient, context_of, s_client, tls_place
from test_half import MESSAGE, whole
from test_memory import memory

OLD = ["-cipher", "DEFAULT@SECLEVEL=0"]  # what a client needs to speak a version that is out of use
FLAGS = {"TLSv1": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}


# --- versions ---

def version(programs, way, kind, pair, minimum, version, good):
    """Each version, by `openssl s_client` alone: taken, or refused by an alert and told of in the log."""
    more = {"tls_minimum": minimum} if minimum else {}
    direct = kind == "direct"
    with tls_place(programs, way, pair, **more) as scratch, Door(scratch, direct) as door:
        arguments = [FLAGS[version], *(OLD if version < "TLSv1.2" else [])]
        status, out = s_client(scratch, door.port, *arguments, direct=direct)
        if good:
            assert status == 0 and "Verify return code: 0 (ok)" in out and "221 2.0.0" in out, out
            assert scratch.wait_logged("tls result=ok version=%s cipher=* bits=*" % version)
            assert scratch.wait_logged("disconnect reason=quit")
        else:
            assert status == 1 and "alert protocol version" in out and "221" not in out, out
            assert scratch.wait_logged("tls result=fail reason=*")
            assert scratch.wait_logged("disconnect reason=tls")


VERSION_CASES = [
    *[Case(version, kind, pair, None, name, True) for kind in ("starttls", "direct")
      for pair in ("rsa", "ecdsa") for name in ("TLSv1.2", "TLSv1.3")],
    *[Case(version, kind, "rsa", None, name, False) for kind in ("starttls", "direct")
      for name in ("TLSv1", "TLSv1.1")],
    Case(version, "starttls", "rsa", "1.3", "TLSv1.2", False),
    Case(version, "direct", "ecdsa", "1.3", "TLSv1.2", False),
    Case(version, "starttls", "ecdsa", "1.3", "TLSv1.3", True),
    *[Case(version, kind, pair, "1.0", name, True) for kind, pair in (("starttls", "rsa"), ("direct", "ecdsa"))
      for name in ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")],
    Case(version, "starttls", "rsa", "1.1", "TLSv1", False), Case(version, "starttls", "rsa", "1.1", "TLSv1.1", True),
    Case(version, "starttls", "rsa", "1.2", "TLSv1.1", False),
]


# --- ciphers, and what old versions allow besides ---

def the_server_prefers(programs, way, minimum):
    """Whatever the order in which a client names its ciphers, the first of the server's is taken."""
    names = ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"]
    with tls_place(programs, way, tls_minimum=minimum) as scratch:
        for order in names, names[::-1]:
            client = SecureClient(scratch).secure(version="TLSv1.2", ciphers=":".join(order))
            assert client.socket.cipher()[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"
            client.quit()
        words = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 bits=128"
        assert len(scratch.logged("tls result=ok version=TLSv1.2 cipher=" + words)) == 2, scratch.log()
        with Door(scratch) as door:
            suites = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]
            for order in suites, suites[::-1]:
                status, out = s_client(scratch, door.port, "-tls1_3", "-ciphersuites", ":".join(order))
                assert status == 0 and "Cipher is TLS_AES_256_GCM_SHA384" in out, out


def a_weak_cipher(programs, way, ciphers):
    """Neither without forward secrecy nor without AEAD, where the minimum is that of today."""
    with tls_place(programs, way, "rsa") as scratch, Door(scratch) as door:
        status, out = s_client(scratch, door.port, "-tls1_2", "-cipher", ciphers + ":@SECLEVEL=0")
        assert status == 1 and "alert handshake failure" in out, out
        assert scratch.wait_logged('tls result=fail reason="no shared cipher"')


def no_renegotiation(programs, way, minimum):
    """A client that asks for another handshake within the first gets none; a second one costs it a connection."""
    with tls_place(programs, way, "rsa", tls_minimum=minimum) as scratch, Door(scratch) as door:
        _, out = s_client(scratch, door.port, "-tls1_2", say=b"R\n")
        assert "RENEGOTIATING" in out and "no renegotiation" in out, out
        assert out.count("depth=0 ") == 1, "the certificate came once more:\n" + out
        scratch.wait_logged("disconnect")
        assert len(scratch.logged("tls result=ok")) == 1, scratch.log()


def nothing_is_resumed(programs, way, name):
    """No ticket and no session is given: each handshake is a whole one."""
    with tls_place(programs, way) as scratch:
        context = context_of(programs, name)
        session = None
        for _ in 1, 2, 3:
            client = SecureClient(scratch).to_handshake()
            client.socket = context.wrap_socket(client.socket, server_hostname="office.example", session=session,
                                                suppress_ragged_eofs=False)
            client.expect("EHLO client.example", "250 ")
            session = client.socket.session
            assert not client.socket.session_reused and client.socket.compression() is None
            assert session is None or not session.has_ticket
            assert session is None or name == "TLSv1.3" or not session.id
            client.quit()
    with tls_place(programs, way) as scratch, Door(scratch) as door:
        stored = scratch.path("session")
        _, first = s_client(scratch, door.port, FLAGS[name], "-sess_out", stored)
        assert "session ticket" not in first.lower() and "Compression: NONE" in first, first
        if os.path.exists(stored):
            _, second = s_client(scratch, door.port, FLAGS[name], "-sess_in", stored)
            assert "\nNew, " in second and "Reused" not in second, second


def a_name_of_another(programs, way):
    """That the clients here verify at all: one that looks for another name does not go on."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch).to_handshake()
        try:
            context_of(programs).wrap_socket(client.socket, server_hostname="away.example")
            raise AssertionError("the name was taken")
        except ssl.SSLCertVerificationError:
            client.close()
        assert scratch.wait_logged('tls result=fail reason="*bad certificate"')


# --- certificates ---

def client_certificate(programs, way, name, shown):
    """The names of one that is vouched for stand in the log; one of another's, or none, is no reason to refuse."""
    with tls_place(programs, way, "rsa", tls_client_ca=file_of(programs, "authority.pem")) as scratch:
        client = SecureClient(scratch).secure(version=name, certificate=shown)
        assert client.message(MESSAGE).startswith("250 2.0.0")
        client.quit()
        line, = scratch.logged("tls result=ok version=" + name)
        if shown == "client":
            assert 'subject="CN=Alice of the Office,O=Office"' in line, line
            assert 'names="email:alice@office.example dns:laptop.office.example cn:Alice?of?the?Office"' in line, line
        else:
            assert "subject=" not in line and "names=" not in line and "Mallory" not in line, line
        assert ("certificate=unknown" in line) == (shown == "stranger"), line


def client_certificate_not_asked_for(programs, way):
    """Without tls_client_ca nobody is asked for a certificate, and none is told of."""
    with tls_place(programs, way) as scratch:
        SecureClient(scratch).secure(certificate="client").quit()
        line, = scratch.logged("tls result=ok")
        assert "subject=" not in line and "certificate=" not in line, line


def renewed(programs, way, kind):
    """New files are the next connection's; one that began before them goes on with what it has."""
    def shown(client):
        with open(file_of(programs, "renewed.pem"), encoding="ascii") as file:
            new = ssl.PEM_cert_to_DER_cert(file.read())
        return client.socket.getpeercert(binary_form=True) == new
    direct = kind == "direct"
    with tls_place(programs, way, "rsa") as scratch:
        first = SecureClient(scratch, direct).secure()
        begun = SecureClient(scratch)
        begun.hello()
        give(scratch, "renewed")
        second = SecureClient(scratch, direct).secure()
        assert shown(second) and not shown(first)
        begun.expect("STARTTLS", "220")
        begun.shake()
        assert not shown(begun)
        begun.expect("EHLO client.example", "250")
        for client in first, begun, second:
            assert client.message(MESSAGE).startswith("250 2.0.0")
            client.quit()


def half_renewed(programs, way):
    """A certificate whose key has not been replaced yet: no TLS for the moment, and all else is served."""
    with tls_place(programs, way, "ecdsa") as scratch:
        with open(file_of(programs, "renewed.pem"), "rb") as new, open(scratch.path("office.pem"), "wb") as file:
            file.write(new.read())
        client = SecureClient(scratch).hello()
        client.expect("STARTTLS", "454 4.7.0")
        assert client.message(MESSAGE).startswith("250 2.0.0")
        client.quit()
        assert scratch.logged("tls result=unavailable reason=*")
        give(scratch, "renewed")
        SecureClient(scratch).secure().quit()


# --- what each process holds ---

def inode_of_client(client):
    """The server's end of the connection, as /proc names it."""
    wanted = ["%02X%02X%02X%02X:%04X" % (1, 0, 0, 127, port)
              for port in (client.socket.getpeername()[1], client.socket.getsockname()[1])]
    with open("/proc/net/tcp", encoding="ascii") as file:
        inode, = [line.split()[9] for line in file if line.split()[1:3] == wanted]
    return "socket:[%s]" % inode


def in_data(programs, way, kind):
    """While a message comes: the session has its three, the monitor neither client nor key, postern-tls no file."""
    if not IS_ROOT:
        pytest.skip("only root sees the descriptors of a process that cannot be dumped")
    with tls_place(programs, way, "rsa", tls_client_ca=file_of(programs, "authority.pem")) as scratch:
        client = SecureClient(scratch, direct=kind == "direct")
        if not client.direct:
            client.hello()
            first, spare = client.sessions
            assert sorted(descriptors(first)) == [0, 3, 4]
            assert sorted(descriptors(spare)) == [0, 3, 4]
            assert descriptors(first)[0] == inode_of_client(client) != descriptors(spare)[0]
            client.expect("STARTTLS", "220")
            client.shake().expect("EHLO client.example", "250")
            assert client.sessions == [spare], "the first one is gone"
        else:
            client.secure()
        client.to_data()
        ours, files = inode_of_client(client), [scratch.path("office.pem"), scratch.path("office.key")]
        session, = client.sessions
        held = descriptors(session)
        assert sorted(held) == [0, 3, 4] and ours not in held.values(), held
        held = descriptors(client.monitor)
        assert ours not in held.values(), held
        assert not set(files) & set(held.values()) and file_of(programs, "authority.pem") not in held.values(), held
        held = descriptors(client.tls)
        assert sorted(held) == [0, 1, 2, 3, 4, 5] and held[0] == held[1] == ours, held
        client.send(MESSAGE + b".\r\n")
        assert client.reply().startswith("250 2.0.0")
        client.quit()


def jail_of_tls(programs, way, kind):
    """postern-tls is in its jail before the first octet comes: nobody special, under its filter, not to be dumped."""
    with tls_place(programs, way) as scratch:
        client = SecureClient(scratch, direct=kind == "direct").to_handshake()
        for moment in "handshake", "session":
            if moment == "session":
                client.shake()
                client.hello() if client.direct else client.expect("EHLO client.example", "250")
            else:
                end = time.monotonic() + PATIENCE
                last = ("NoNewPrivs", ["1"]) if SANITIZED else ("Seccomp", ["2"])
                while status_of(client.tls)[last[0]] != last[1]:
                    assert time.monotonic() < end, "no jail in the handshake"
            status = status_of(client.tls)
            assert SANITIZED or status["Seccomp"] == ["2"], status
            assert status["NoNewPrivs"] == ["1"]
            assert set(status["CapEff"] + status["CapPrm"] + status["CapInh"]) == {"0" * 16}
            as_root = way == "root" and kind == "direct"
            who = JAILED if as_root else scratch.service if way == "root" else CALLER if IS_ROOT else os.getuid()
            assert set(status["Uid"]) == {str(who)}, status["Uid"]
            # What cannot be dumped belongs to root in /proc, whoever runs it.
            assert os.stat("/proc/%d/mem" % client.tls).st_uid == 0
            if IS_ROOT:
                assert os.readlink("/proc/%d/root" % client.tls) == (scratch.path("jail") if as_root else "/")
        client.quit()


def key_octets(path):
    """Octets that only the key has: of its file, and numbers of it as OpenSSL keeps them in memory."""
    with open(path, "rb") as file:
        pem = file.read()
    der = subprocess.run(["openssl", "rsa", "-in", path, "-traditional", "-outform", "DER"], capture_output=True,
                         check=True, timeout=60).stdout
    numbers, at = [], 4
    while at < len(der):
        length, at = der[at + 1], at + 2
        if length & 0x80:
            at, length = at + (length & 0x7F), int.from_bytes(der[at:at + (length & 0x7F)], "big")
        numbers.append(der[at:at + length].lstrip(b"\0"))
        at += length
    d, p, q = numbers[3:6]
    assert int.from_bytes(p, "big") * int.from_bytes(q, "big") == int.from_bytes(numbers[1], "big")
    text = {line for line in pem.split(b"\n")[1:-2] if len(line) == 64}
    return text, text | {octets for number in (d, p, q) for octets in (number[16:64], number[::-1][16:64])}


def found_in(pid, pieces):
    """Those that stand in the memory of a process."""
    return {piece for _, octets in memory(pid) for piece in pieces if piece in octets}


def the_key_in_memory(programs, way, kind):
    """The key's octets are in postern-tls, where this search finds them, and in no other process; its text in none."""
    if not IS_ROOT or SANITIZED:
        pytest.skip("only root reads another's memory, and a sanitizer keeps its own of it")
    with tls_place(programs, way, "rsa") as scratch:
        text, pieces = key_octets(file_of(programs, "rsa.key"))
        client = SecureClient(scratch, direct=kind == "direct")
        if not client.direct:
            client.hello()
            for pid in (client.monitor, *client.sessions):
                assert not found_in(pid, pieces), children(client.monitor)
            client.expect("STARTTLS", "220")
            client.shake().expect("EHLO client.example", "250")
        else:
            client.secure()
        client.to_data()
        for pid in (client.monitor, *client.sessions):
            assert not found_in(pid, pieces), children(client.monitor)
        found = found_in(client.tls, pieces)
        assert found, "the search finds nothing"
        assert not found & text, "the key's file is still in memory"
        client.send(MESSAGE + b".\r\n")
        assert client.reply().startswith("250 2.0.0")
        client.quit()
        assert whole(scratch.deliveries()[0].message)


assert run_side_by_side  # the fixture `crowd`
KINDS = ["starttls", "direct"]
CASES = [
    *VERSION_CASES, *[Case(the_server_prefers, minimum) for minimum in ("1.2", "1.0")],
    *[Case(a_weak_cipher, ciphers)
      for ciphers in ("AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256")],
    *[Case(no_renegotiation, minimum) for minimum in ("1.2", "1.0")],
    *[Case(nothing_is_resumed, name) for name in ("TLSv1.2", "TLSv1.3")], a_name_of_another,
    *[Case(client_certificate, name, shown)
      for name in ("TLSv1.2", "TLSv1.3") for shown in ("client", "stranger", None)],
    client_certificate_not_asked_for, *[Case(renewed, kind) for kind in KINDS], half_renewed,
    *[Case(case, kind) for case in (in_data, jail_of_tls, the_key_in_memory) for kind in KINDS],
]


@each(CASES)
def test_tls(case, way, crowd):
    crowd(case, way)

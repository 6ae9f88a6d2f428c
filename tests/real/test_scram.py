"""SCRAM as a client of SMTP meets it: real programs, channel binding, attacks, and no word about who exists."""

import base64
import contextlib
import os
import shutil
import ssl
import subprocess

import pytest

from client import Client, place
from scram import HASHES, Scram, exporter
from scratch import ways

PASSWORD = "pencil sharpener"
ALL = "SCRAM-SHA-512 SCRAM-SHA-384 SCRAM-SHA-256 SCRAM-SHA-224 SCRAM-SHA-1 PLAIN LOGIN"
REFUSED = "535 5.7.8 "


def coded(octets):
    return base64.b64encode(octets).decode()


def offered(client, name="client.example"):
    """What EHLO says of AUTH."""
    client.send("EHLO %s\r\n" % name)
    lines = []
    while not lines or lines[-1][3:4] == "-":
        lines.append(client.line())
    return [line[4:] for line in lines if line[4:].startswith("AUTH")]


def secure(client, scratch, version=None):
    """STARTTLS; the connection's bindings, by their names."""
    client.expect("STARTTLS", "220 2.0.0")
    context = ssl.create_default_context(cafile=scratch.path("office.pem"))
    context.keylog_filename = scratch.path("keys")
    if version:
        context.minimum_version = context.maximum_version = version
    client.socket = context.wrap_socket(client.socket, server_hostname="office.example")
    if client.socket.version() == "TLSv1.2":
        return {"tls-unique": client.socket.get_channel_binding("tls-unique")}
    return {"tls-exporter": exporter(scratch.path("keys"), client.socket.cipher()[0])}


def login(client, mechanism, scram, initial=True, **how):
    """A whole login, of which the server must have proved its half before it says yes. The last reply."""
    if initial:
        reply = client.say("AUTH %s %s" % (mechanism, coded(scram.first())))
    else:
        assert client.say("AUTH " + mechanism) == "334 "
        reply = client.say(coded(scram.first()))
    if not reply.startswith("334 "):
        return reply
    scram.hear(base64.b64decode(reply[4:]))
    reply = client.say(coded(scram.final(**how)))
    if not reply.startswith("334 "):
        return reply
    assert scram.is_server(base64.b64decode(reply[4:]))
    return client.say("")


@contextlib.contextmanager
def office(programs, way, tls=False, **settings):
    """An office with an account, a disabled one, and one that has only what is always kept."""
    with place(programs, way, mechanisms="PLAIN", **settings) as scratch:
        scratch.account("dora", "delta delta")
        scratch.write_settings(mechanisms=ALL)
        scratch.account("alice", PASSWORD)
        scratch.account("carol", "gamma gamma")
        scratch.postern("user", "disable", "carol")
        if tls:
            scratch.tls()
        yield scratch


@pytest.mark.parametrize("way", ways())
def test_what_is_offered(programs, way):
    with place(programs, way) as scratch:  # by default, from 127.0.0.1, and in TLS
        scratch.tls()
        client = Client(scratch).hello()
        assert offered(client) == ["AUTH SCRAM-SHA-256 PLAIN LOGIN"]
        secure(client, scratch)
        assert offered(client) == ["AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN"]
        client.quit()
        # Where no password may cross in clear.
        scratch.write_settings(cleartext_networks="192.0.2.0/24")
        client = Client(scratch).hello()
        assert offered(client) == ["AUTH SCRAM-SHA-256"]
        client.expect("AUTH PLAIN", "538 5.7.11")
        secure(client, scratch, ssl.TLSVersion.TLSv1_2)
        assert offered(client) == ["AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN"]
        client.quit()
        scratch.write_settings(mechanisms="LOGIN SCRAM-SHA-1 SCRAM-SHA-512", tls_required="yes")
        client = Client(scratch).hello()
        assert offered(client) == []
        secure(client, scratch)
        assert offered(client) == ["AUTH LOGIN SCRAM-SHA-1-PLUS SCRAM-SHA-1 SCRAM-SHA-512-PLUS SCRAM-SHA-512"]
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_every_hash(programs, way):
    with office(programs, way) as scratch:
        for mechanism in HASHES:
            for initial in True, False:
                client = Client(scratch).hello()
                assert login(client, mechanism, Scram(mechanism, "alice", PASSWORD), initial).startswith("235 2.7.0 ")
                client.expect("AUTH " + mechanism, "503 5.5.1")
                client.quit()
            client = Client(scratch).hello()
            assert login(client, mechanism, Scram(mechanism, "alice", "wrong")).startswith(REFUSED)
            client.expect("MAIL FROM:<alice@office.example>", "250 ")  # its network may relay, it is not logged in
            client.quit()
            assert len(scratch.logged("auth result=ok mechanism=%s user=alice" % mechanism)) == 2
            assert scratch.logged("auth result=fail mechanism=%s user=alice reason=wrong" % mechanism)


@pytest.mark.parametrize("way", ways())
def test_whoever_has_logged_in_may_relay(programs, way):
    with office(programs, way, networks="192.0.2.0/24") as scratch:
        client = Client(scratch).hello()
        client.expect("MAIL FROM:<alice@office.example>", "530 5.7.0")
        assert login(client, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "Alice", PASSWORD)).startswith("235 ")
        assert client.message(b"To: b@away.example\r\n\r\n").startswith("250 ")
        client.quit()
        scratch.wait_logged("relay rule=login user=alice status=0")
        delivery, = scratch.deliveries()
        assert b" with ESMTPA id " in delivery.header


VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("version", VERSIONS)
def test_bound_to_the_channel(programs, way, version):
    with office(programs, way, tls=True) as scratch:
        for mechanism in HASHES:
            client = Client(scratch).hello()
            (kind, data), = secure(client, scratch, VERSIONS[version]).items()
            client.expect("EHLO client.example", "250 ")
            plus = mechanism + "-PLUS"
            # The right password, and another connection's binding.
            scram = Scram(plus, "alice", PASSWORD, "p=" + kind, bytes(len(data)))
            assert login(client, plus, scram).startswith(REFUSED)
            assert login(client, plus, Scram(plus, "alice", PASSWORD, "p=" + kind, data)).startswith("235 2.7.0 ")
            client.quit()
            assert scratch.logged("auth result=ok mechanism=%s user=alice" % plus)
            assert scratch.logged("auth result=fail mechanism=%s user=alice" % plus)


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("attack", ["downgrade", "no binding", "downgrade of plus", "data of nobody", "unknown kind",
                                    "unique in 1.3", "another header"])
def test_between_client_and_server(programs, way, version, attack):
    """Who sits between and ends TLS has another binding, or takes the binding away: the right password does not
    help."""
    mechanism = "SCRAM-SHA-256"
    if attack == "unique in 1.3" and version != "1.3":
        pytest.skip("there it is right")
    with office(programs, way, tls=True) as scratch:
        client = Client(scratch).hello()
        (kind, data), = secure(client, scratch, VERSIONS[version]).items()
        client.expect("EHLO client.example", "250 ")
        plus, how = mechanism + "-PLUS", {}
        if attack == "downgrade":
            name, flag, data = mechanism, "y", b""
        elif attack == "no binding":
            name, flag, data = plus, "n", b""
        elif attack == "downgrade of plus":
            name, flag, data = plus, "y", b""
        elif attack == "data of nobody":
            name, flag, data = plus, "p=" + kind, b""
        elif attack == "unknown kind":
            name, flag = plus, "p=tls-server-end-point"
        elif attack == "another header":
            name, flag, how = plus, "p=" + kind, {"header": b"n,,"}
        else:
            name, flag = plus, "p=tls-unique"
        assert login(client, name, Scram(mechanism, "alice", PASSWORD, flag, data), **how).startswith(REFUSED)
        scratch.wait_logged("auth result=fail mechanism=" + name)
        # A client that cannot bind may say so, and comes in.
        assert login(client, mechanism, Scram(mechanism, "alice", PASSWORD)).startswith("235 ")
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_without_tls_nothing_is_bound(programs, way):
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        for name in "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "PLAIN-PLUS", "LOGIN-PLUS", "SCRAM-SHA-256-PLUS-PLUS":
            client.expect("AUTH " + name, "504 5.5.4")
            client.expect("AUTH %s %s" % (name, coded(b"p=tls-unique,,n=alice,r=abc")), "504 5.5.4")
        scram = Scram("SCRAM-SHA-256", "alice", PASSWORD, "p=tls-unique", b"")
        assert login(client, "SCRAM-SHA-256", scram).startswith(REFUSED)
        # And there is nothing that could have been taken away: `y` is no attack.
        assert login(client, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", PASSWORD, "y")).startswith("235 ")
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_what_ends_a_login_and_is_no_failure(programs, way):
    """`*` (501 5.7.0) and what is no base64 (501 5.5.2), at every step (RFC 4954 4)."""
    with office(programs, way, failure_limit=9) as scratch:
        client = Client(scratch).hello()
        for line, code in ("*", "501 5.7.0"), ("~~~~", "501 5.5.2"), ("biw", "501 5.5.2"), ("biws=", "501 5.5.2"):
            for steps in range(4):
                scram = Scram("SCRAM-SHA-256", "alice", PASSWORD)
                if steps == 0 and line != "*":
                    client.expect("AUTH SCRAM-SHA-256 " + line, code)
                client.expect("AUTH SCRAM-SHA-256", "334 ")
                if steps > 0:
                    scram.hear(base64.b64decode(client.expect(coded(scram.first()), "334 ")[4:]))
                if steps > 1:
                    client.expect(coded(scram.final()), "334 ")
                client.expect(line, code)
            client.quit()
            client = Client(scratch).hello()
        assert login(client, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "alice", PASSWORD)).startswith("235 ")
        client.quit()
        assert not scratch.logged("auth result=fail reason=wrong")


HARD = {
    "junk of 12,000 octets": (b"x" * 9000, None), "commas": (b"," * 9000, None), "no name": (b"n,,n=,r=abc", None),
    "a NUL in the name": (b"n,,n=al\0ice,r=abcdefgh", None), "an extension first": (b"n,,m=x,n=alice,r=abcdefgh", None),
    "no nonce": (b"n,,n=alice", None), "a long nonce": (b"n,,n=alice,r=" + b"a" * 9000, None),
    "junk behind": (None, lambda c: b"x" * 9000), "another nonce": (None, lambda c: c.final(nonce=c.nonce)),
    "no c=": (None, lambda c: c.final().partition(b",")[2]),
    "an extension": (None, lambda c: c.final().replace(b"c=biws", b"m=x,c=biws")),
    "no proof": (None, lambda c: c.final().rpartition(b",")[0]),
    "a short proof": (None, lambda c: c.final()[:-8]),
    "a NUL": (None, lambda c: c.final() + b"\0"), "nothing": (None, lambda c: b""),
}


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("what", HARD)
def test_messages_made_wrong(programs, way, what):
    """No yes, no harm, and the session goes on."""
    first, final = HARD[what]
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        scram = Scram("SCRAM-SHA-256", "alice", PASSWORD)
        reply = client.say("AUTH SCRAM-SHA-256 " + coded(first or scram.first()))
        if final:
            scram.hear(base64.b64decode(reply[4:]))
            reply = client.say(coded(final(scram)))
        if reply.startswith("334 "):  # of a name that no account has
            reply = client.say(coded(b"c=biws,r=abc,p=" + base64.b64encode(bytes(32))))
        assert reply.startswith((REFUSED, "501 5.5.2 ")), reply
        client.expect("NOOP", "250 ")
        assert login(client, "SCRAM-SHA-256", scram).startswith("235 ")
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_another_identity(programs, way):
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        scram = Scram("SCRAM-SHA-256", "alice", PASSWORD, identity="carol")
        assert login(client, "SCRAM-SHA-256", scram).startswith(REFUSED)
        scram = Scram("SCRAM-SHA-256", "alice", PASSWORD, identity="alice")
        assert login(client, "SCRAM-SHA-256", scram).startswith("235 ")
        client.quit()


# Names, and what the log says of a wrong password of theirs, by SCRAM-SHA-256 and by the others.
NAMES = {"alice": ("wrong", "wrong"), "carol": ("disabled", "disabled"), "dora": ("wrong", "mechanism"),
         "nobody-here": ("unknown", "unknown"), "-nobody": ("unknown", "unknown")}


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1"])
def test_no_name_tells_whether_it_is_an_account(programs, way, mechanism):
    """As many replies of the same shape and code; a name's salt and count are the same at the next connection."""
    with office(programs, way) as scratch:
        shapes, salts = set(), {}
        for name, reasons in NAMES.items():
            seen = set()
            for _ in range(2):
                client, scram = Client(scratch).hello(), Scram(mechanism, name, "wrong")
                reply = client.say("AUTH %s %s" % (mechanism, coded(scram.first())))
                scram.hear(base64.b64decode(reply[4:]))
                last = client.say(coded(scram.final()))
                shapes.add((len(reply), len(scram.both), len(scram.salt), scram.iterations, last))
                seen.add((scram.salt, scram.iterations))
                client.quit()
            assert len(seen) == 1, name
            salts[name] = seen.pop()[0]
            user = name if reasons[0] != "unknown" else '"?"'
            reason = reasons[0 if mechanism == "SCRAM-SHA-256" else 1]
            found = scratch.logged("auth result=fail mechanism=%s user=%s reason=%s" % (mechanism, user, reason))
            assert len(found) >= 2, (name, scratch.log())
        assert len(shapes) == 1 and next(iter(shapes))[-1].startswith(REFUSED), shapes
        assert len(set(salts.values())) == len(salts)
        assert not [line for line in scratch.log() if "nobody" in line]


@pytest.mark.parametrize("way", ways())
def test_a_disabled_one_and_one_that_lacks_it_do_not_come_in(programs, way):
    with office(programs, way) as scratch:
        for name, password, mechanism in (("carol", "gamma gamma", "SCRAM-SHA-256"),
                                          ("dora", "delta delta", "SCRAM-SHA-1")):
            client, scram = Client(scratch).hello(), Scram(mechanism, name, password)
            assert login(client, mechanism, scram).startswith(REFUSED)
            assert not scram.answered, "it was told that the password is right"
            client.quit()
        client = Client(scratch).hello()
        assert login(client, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", "dora", "delta delta")).startswith("235 ")
        client.quit()
        scratch.postern("user", "passwd", "dora", "--stdin", stdin=b"a new one\n")  # which mends it
        client = Client(scratch).hello()
        assert login(client, "SCRAM-SHA-1", Scram("SCRAM-SHA-1", "dora", "a new one")).startswith("235 ")
        client.quit()


# --- gsasl, whose SCRAM is another's ---

@pytest.fixture(name="alice")
def with_account(postern):
    if shutil.which("gsasl") is None:
        pytest.skip("no gsasl here")
    postern.write_settings(mechanisms=ALL)
    postern.account("alice", PASSWORD)
    return postern


def gsasl(postern, mechanism, *more, password=PASSWORD):
    tls = ["--starttls", "--x509-ca-file=" + postern.path("office.pem")] if "tls_key" in postern.settings else [
        "--no-starttls"]
    return subprocess.run(
        ["gsasl", "--smtp", "--connect=127.0.0.1:%d" % postern.port, "-m", mechanism, "-a", "alice", "-z", "alice",
         "--hostname=office.example", "--service=smtp", "-p", password, *tls, *more], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, check=False)


def says(postern, status, result, mechanism, *more, **how):
    run = gsasl(postern, mechanism, *more, **how)
    assert run.returncode == status, (run.returncode, run.stdout, run.stderr)
    postern.wait_logged("auth result=%s mechanism=%s user=alice" % (result, mechanism))


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_gsasl(alice, mechanism):
    says(alice, 0, "ok", mechanism)
    says(alice, 1, "fail", mechanism, password="wrong")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_gsasl_over_tls(alice, mechanism, version):
    alice.tls()
    priority = ["--priority=NORMAL:-VERS-TLS1.3"] if version == "1.2" else []
    says(alice, 0, "ok", mechanism, "--no-cb", *priority)
    says(alice, 0, "ok", mechanism + "-PLUS", *priority)
    says(alice, 1, "fail", mechanism + "-PLUS", *priority, password="wrong")
    assert alice.logged("tls result=ok")


@pytest.mark.skipif(shutil.which("msmtp") is None, reason="no msmtp here")
def test_msmtp(postern):
    postern.account("alice", PASSWORD)
    with open(postern.path("password"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho '%s'\n" % PASSWORD)
    os.chmod(postern.path("password"), 0o755)
    run = subprocess.run(
        ["msmtp", "--host=127.0.0.1", "--port=%d" % postern.port, "--auth=scram-sha-256", "--user=alice",
         "--passwordeval=" + postern.path("password"), "--from=alice@office.example", "--domain=client.example",
         "bob@away.example"], input=b"To: bob@away.example\n\ntext\n", capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert postern.only_delivery().body == b"text\n"
    postern.wait_logged("auth result=ok mechanism=SCRAM-SHA-256 user=alice")

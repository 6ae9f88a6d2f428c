"""EXTERNAL: the client's certificate is its login, where the authority of the settings vouches for it and names one."""

import fcntl
import hashlib
import os
import shutil
import subprocess

from certificates import ECDSA, file_of, folder_of
from client import Case, each, run_side_by_side
from secure import Door, SecureClient, s_client, tls_place
from stores import encoded

assert run_side_by_side  # the fixture `crowd`
AT_ONCE = 4
GOOD, WRONG, UNKNOWN = "235 2.7.0", "535 5.7.8", "504 5.5.4"
ALICE = "alice@office.example"
EMAIL = "email:" + ALICE


def san(*names):
    """subjectAltName in hexadecimal, for addresses that the openssl command would not write."""
    def value(kind, octets):
        size = len(octets)
        return bytes([kind]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + octets
    return "DER:" + value(0x30, b"".join(value(0x81, name) for name in names)).hex(":")


def issue(programs, subject, names=None, authority="authority", *more):
    """A certificate of the authority's. Returns its name among the test's certificates."""
    folder = folder_of(programs)
    name = "external-" + hashlib.sha256(repr((subject, names, authority, more)).encode()).hexdigest()
    made = os.path.join(folder, name)
    with open(os.path.join(folder, "external.lock"), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(made + ".pem"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", *ECDSA, "-nodes", "-days", "30", "-utf8", "-subj", subject,
                 "-CA", "%s/%s.pem" % (folder, authority), "-CAkey", "%s/%s.key" % (folder, authority),
                 "-addext", "basicConstraints=critical,CA:FALSE",
                 *(["-addext", "subjectAltName=" + names] if names else []), *more, "-keyout", made + ".key",
                 "-out", made + ".pem"],
                stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    return name


def expired(programs, name):
    """The same key and address in a certificate that is over since yesterday. Returns its name."""
    key, authority, new = (file_of(programs, stem) for stem in (name, "authority", name + "-expired"))
    with open(file_of(programs, "external.lock"), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(new + ".key"):
            request = subprocess.run(["openssl", "req", "-new", "-key", key + ".key", "-subj", "/CN=bob"], check=True,
                                     stdin=subprocess.DEVNULL, capture_output=True, timeout=60).stdout
            with open(new + ".names", "w", encoding="ascii") as file:
                file.write("basicConstraints=critical,CA:FALSE\nsubjectAltName=" + EMAIL)
            subprocess.run(["openssl", "x509", "-req", "-days", "-1", "-CA", authority + ".pem", "-CAkey",
                            authority + ".key", "-set_serial", "9", "-extfile", new + ".names", "-out", new + ".pem"],
                           input=request, capture_output=True, check=True, timeout=60)
            shutil.copyfile(key + ".key", new + ".key")
    return name + "-expired"


def external_place(programs, way, **settings):
    """A scratch folder where nobody may relay but by a login, and PLAIN is offered too."""
    return tls_place(programs, way, **{"tls_client_ca": file_of(programs, "authority.pem"), "networks": "",
                                       "mechanisms": "EXTERNAL PLAIN", **settings})


def come(scratch, certificate=None, direct=False, **how):
    """A client with a certificate, behind the handshake and its EHLO."""
    return SecureClient(scratch, direct).secure(certificate=certificate, **how)


def offered(client):
    """The words behind AUTH in the answer to EHLO."""
    client.send("EHLO client.example\r\n")
    lines = []
    while not lines or lines[-1][3:4] == "-":
        lines.append(client.line())
    return [word for line in lines if line[4:].startswith("AUTH") for word in line[4:].split()[1:]]


def log_in(scratch, certificate, words=" =", **how):
    """A whole connection with one login. Returns the reply."""
    client = come(scratch, certificate, **how)
    reply = client.say("AUTH EXTERNAL" + words)
    client.quit()
    return reply


def is_told(scratch, reply, code, line):
    assert reply.startswith(code), (reply, scratch.log())
    assert scratch.logged("auth")[-1].partition("result=")[2] == line, scratch.log()


def account(scratch, *names):
    for name in names:
        scratch.account(name, "pencil sharpener")


# --- who comes in ---

def comes_in(programs, way, kind, version):
    """And may relay; a second login is out of turn."""
    with external_place(programs, way) as scratch:
        account(scratch, ALICE)
        client = come(scratch, issue(programs, "/CN=bob", EMAIL), kind == "direct", version=version)
        assert offered(client) == ["EXTERNAL", "PLAIN"]
        client.expect("MAIL FROM:<a@office.example>", "530 ")
        client.expect("AUTH EXTERNAL =", GOOD)
        client.expect("AUTH EXTERNAL =", "503 ")
        assert client.message(b"Subject: x\r\n\r\nx\r\n").startswith("250 2.0.0")
        client.quit()
        line, = scratch.logged("auth")
        assert line.endswith(" result=ok mechanism=EXTERNAL user=" + ALICE), line
        scratch.wait_logged("relay user=" + ALICE)


def by_s_client(programs, way):
    with external_place(programs, way) as scratch, Door(scratch) as door:
        account(scratch, ALICE)
        name = file_of(programs, issue(programs, "/CN=bob", EMAIL))
        _, out = s_client(scratch, door.port, "-cert", name + ".pem", "-key", name + ".key", "-quiet",
                          say=b"EHLO client.example\r\nAUTH EXTERNAL =\r\nquit\r\n")
        assert "\n" + GOOD in out, out
        scratch.wait_logged("auth result=ok mechanism=EXTERNAL user=" + ALICE)


def what_is_said(programs, way):
    """Nothing, the same login in any spelling, or another one, at once or when asked."""
    with external_place(programs, way, failure_limit=100) as scratch:
        account(scratch, ALICE, "bob", "bob@office.example")
        certificate = issue(programs, "/CN=bob", EMAIL)
        good = [("=", None), (encoded(ALICE), None), (encoded("Alice@OFFICE.example"), None), (None, ""),
                (None, encoded(ALICE))]
        other = ["bob", "bob@office.example", "alice", ALICE + "\0", "\0" + ALICE, "\0", "x" * 3000, "\u00e4lice", "?"]
        for first, second in good:
            client = come(scratch, certificate)
            if first is None:
                client.expect("AUTH EXTERNAL", "334 ")
            reply = client.say("AUTH EXTERNAL " + first if first is not None else second)
            client.quit()
            is_told(scratch, reply, GOOD, "ok mechanism=EXTERNAL user=" + ALICE)
        for name in other:
            reply = log_in(scratch, certificate, " " + encoded(name))
            assert reply.startswith(WRONG), (name, reply)
        client = come(scratch, certificate)
        for name in other[:2]:
            client.expect("AUTH EXTERNAL", "334 ")
            client.expect(encoded(name), WRONG)
        client.expect("AUTH EXTERNAL", "334 ")
        client.expect("*", "501 5.7.0")
        client.expect("AUTH EXTERNAL !!!!", "501 5.5.2")
        client.expect("MAIL FROM:<a@office.example>", "530 ")
        client.expect("AUTH EXTERNAL =", GOOD)
        client.quit()


def a_user_without_other_mechanisms(programs, way):
    """An account needs no verifier of any kind for it; and PLAIN still asks for the password."""
    with external_place(programs, way) as scratch:
        account(scratch, ALICE)
        client = come(scratch, issue(programs, "/CN=bob", EMAIL))
        client.expect("AUTH PLAIN " + encoded("\0%s\0wrong" % ALICE), WRONG)
        client.expect("AUTH PLAIN " + encoded("\0%s\0" % ALICE), WRONG)
        client.expect("AUTH PLAIN " + encoded("\0%s\0pencil sharpener" % ALICE), GOOD)
        client.quit()


# --- whose it is ---

LONG = b"a" * 64 + b"@" + b"b" * 190
NAMED = {  # subject, names, realm of the settings: the login
    "address-before-name": ("/CN=bob", EMAIL, "", ALICE),
    "name-alone": ("/O=Office/CN=bob", None, "", "bob"),
    "name-in-capitals": ("/CN=BOB", None, "", "bob"),
    "name-in-a-realm": ("/CN=bob", "DNS:laptop.office.example", "office.example", "bob@office.example"),
    "name-that-is-an-address": ("/CN=bob@else.example", None, "office.example", "bob@else.example"),
    "address-first-of-two": ("/CN=bob", EMAIL + ",email:carol@office.example", "", ALICE),
    "address-that-is-no-login": ("/CN=bob", san(b"a!b@office.example"), "", "bob"),
    "address-in-subject-is-none": ("/CN=bob/emailAddress=alice@office.example", None, "", "bob"),
    "of-255-octets": ("/CN=bob", san(LONG), "", LONG.decode()),
}
NAMELESS = {
    "no-login": ("/CN=Alice of the Office", "DNS:laptop.office.example"),
    "no-name": ("/O=Office", None),
    "two-names": ("/CN=alice/CN=bob", None),
    "the-same-name-twice": ("/CN=bob/CN=bob", None),
    "nul": ("/O=Office", san(b"bob\0@office.example")),
    "nul-behind": ("/O=Office", san(b"bob@office.example\0")),
    "nul-before-another": ("/O=Office", san(b"bob@office.example\0.evil.example")),
    "beyond-ascii": ("/CN=b\u00f6b", None),
    "beyond-ascii-address": ("/O=Office", san("b\u00f6b@office.example".encode())),
    "full-width": ("/CN=\uff42\uff4f\uff42", None),
    "in-16-bits": ("/CN=bob", None, "authority", "-config", "16-bits"),
    "two-in-one": ("/O=Office", san(b"x cn:bob")),
    "two-lines": ("/O=Office", san(b"x\ncn:bob")),
    "empty": ("/O=Office", san(b"")),
    "only-a-realm": ("/O=Office", san(b"@office.example")),
    "an-option": ("/CN=-bob", None),
    "of-256-octets": ("/O=Office", san(LONG + b"b")),
    "of-many-octets": ("/O=Office", san(b"a" * 600 + b"@office.example")),
    "of-another-kind": ("/O=Office", "URI:bob,DNS:bob,IP:127.0.0.1,otherName:1.2.3.4;UTF8:bob"),
}


def named(programs, way, case):
    subject, names, realm, login = NAMED[case]
    with external_place(programs, way, realm=realm) as scratch:
        account(scratch, login)
        is_told(scratch, log_in(scratch, issue(programs, subject, names)), GOOD, "ok mechanism=EXTERNAL user=" + login)


def nameless(programs, way, case):
    """It is vouched for, but of nobody: not offered, and not served unasked."""
    subject, names, *more = NAMELESS[case]
    with external_place(programs, way) as scratch:
        account(scratch, "bob", "bob@office.example", "alice")
        if more:
            with open(scratch.path("16-bits"), "w", encoding="ascii") as file:
                file.write("[req]\ndistinguished_name = n\nstring_mask = MASK:0x800\n[n]\n")
            more[2] = scratch.path("16-bits")
        client = come(scratch, issue(programs, subject, names, *more))
        assert offered(client) == ["PLAIN"]
        client.expect("AUTH EXTERNAL =", UNKNOWN)
        client.quit()
        line, = scratch.logged("tls")
        assert "subject=" in line and "certificate=unknown" not in line, "it was vouched for"


# --- when it is offered ---

def not_offered(scratch, client):
    assert offered(client) == ["PLAIN"]
    client.expect("AUTH EXTERNAL =", UNKNOWN)
    client.quit()
    assert not scratch.logged("auth")


def only_with_a_certificate(programs, way, kind):
    """Whom the authority does not vouch for has none; nor has who did not show it, or was not asked."""
    with external_place(programs, way) as scratch:
        account(scratch, ALICE)
        direct = kind == "direct"
        not_offered(scratch, come(scratch, None, direct))
        not_offered(scratch, come(scratch, "stranger", direct))
        not_offered(scratch, come(scratch, issue(programs, "/CN=bob", EMAIL, "others"), direct))
        not_offered(scratch, come(scratch, expired(programs, issue(programs, "/CN=bob", EMAIL)), direct))
        scratch.write_settings(tls_client_ca="")
        not_offered(scratch, come(scratch, issue(programs, "/CN=bob", EMAIL), direct))


def only_through_tls(programs, way):
    """Before STARTTLS nobody is anybody."""
    with external_place(programs, way) as scratch:
        account(scratch, ALICE)
        client = SecureClient(scratch).hello()
        not_offered(scratch, client)


def only_where_it_is_set(programs, way):
    with external_place(programs, way, mechanisms="PLAIN") as scratch:
        account(scratch, ALICE)
        not_offered(scratch, come(scratch, issue(programs, "/CN=bob", EMAIL)))


def a_server_is_no_client(programs, way):
    """A certificate that may only be a server's: OpenSSL's purpose of a client does not fit it."""
    with external_place(programs, way) as scratch:
        account(scratch, ALICE)
        name = issue(programs, "/CN=bob", EMAIL, "authority", "-addext", "extendedKeyUsage=serverAuth")
        not_offered(scratch, come(scratch, name))


# --- who does not come in ---

def the_accounts_decide(programs, way):
    with external_place(programs, way, log_unknown_users="yes") as scratch:
        account(scratch, "carol")
        scratch.postern("user", "disable", "carol")
        for name, reason in ("carol", "disabled"), ("bob", "unknown"):
            is_told(scratch, log_in(scratch, issue(programs, "/CN=" + name)), WRONG,
                    "fail mechanism=EXTERNAL user=%s reason=%s" % (name, reason))
        scratch.postern("user", "enable", "carol")
        assert log_in(scratch, issue(programs, "/CN=carol")).startswith(GOOD)
        scratch.write_settings(log_unknown_users="no")
        is_told(scratch, log_in(scratch, issue(programs, "/CN=bob")), WRONG,
                'fail mechanism=EXTERNAL user="?" reason=unknown')


def users_kept_elsewhere(programs, way, passwords):
    """There whom the authority vouches for is a user, and nothing of the store need be had."""
    with external_place(programs, way) as scratch:
        account(scratch, "somebody")
        scratch.write_settings(passwords=passwords, saslauthd_socket=scratch.path("nowhere"),
                               sasl_configuration=scratch.path("nowhere"))
        is_told(scratch, log_in(scratch, issue(programs, "/CN=bob")), GOOD, "ok mechanism=EXTERNAL user=bob")
        reply = log_in(scratch, issue(programs, "/CN=bob"), " " + encoded("alice"))
        assert reply.startswith(WRONG)


def not_trusted(programs, way):
    """The login is one, and may not relay."""
    with external_place(programs, way, trusted_mechanisms="PLAIN") as scratch:
        account(scratch, "bob")
        client = come(scratch, issue(programs, "/CN=bob"))
        client.expect("AUTH EXTERNAL =", GOOD)
        reply = client.say("MAIL FROM:<a@office.example>")
        assert reply.startswith("550 5.7.1"), reply
        client.quit()
        scratch.write_settings(trusted_mechanisms="EXTERNAL")
        client = come(scratch, issue(programs, "/CN=bob"))
        client.expect("AUTH EXTERNAL =", GOOD)
        assert client.message(b"Subject: x\r\n\r\nx\r\n").startswith("250 2.0.0")
        client.quit()


CASES = [
    *[Case(comes_in, kind, version) for kind in ("starttls", "direct") for version in ("TLSv1.2", "TLSv1.3")],
    by_s_client, what_is_said, a_user_without_other_mechanisms,
    *[Case(named, name) for name in NAMED],
    *[Case(nameless, name) for name in NAMELESS],
    *[Case(only_with_a_certificate, kind) for kind in ("starttls", "direct")],
    only_through_tls, only_where_it_is_set, a_server_is_no_client, the_accounts_decide,
    *[Case(users_kept_elsewhere, passwords) for passwords in ("shadow", "saslauthd", "sasldb")], not_trusted]


@each(CASES)
def test_external(crowd, case, way):
    crowd(case, way)

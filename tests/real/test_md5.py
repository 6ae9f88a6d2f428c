"""CRAM-MD5 and DIGEST-MD5 with the accounts: who comes in, who does not, and what is told of whom; and LOGIN."""

import base64
import contextlib
import hashlib
import hmac
import re
import shutil
import subprocess

import pytest

from client import IS_ROOT, Client, place
from scratch import ways
from secure import Door
from stores import PATHS, encoded, gsasl, offered

PASSWORD = "pencil sharpener"
ALL = "CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256 PLAIN LOGIN"
MD5 = ["CRAM-MD5", "DIGEST-MD5"]
REFUSED, GOOD = "535 5.7.8 ", "235 2.7.0 "
USERNAME, ASKED = "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"  # of LOGIN

needs_gsasl = pytest.mark.skipif(shutil.which("gsasl") is None, reason="no gsasl here")


def challenge(reply):
    assert reply.startswith("334 "), reply
    return base64.b64decode(reply[4:], validate=True)


def cram_question(client):
    """RFC 2195 2: a message identifier."""
    question = challenge(client.say("AUTH CRAM-MD5"))
    assert re.fullmatch(rb"<[0-9]+\.[0-9]+@office\.example>", question), question
    return question


def cram_answer(question, name, password):
    return "%s %s" % (name, hmac.new(password.encode(), question, "md5").hexdigest())


def directives(text):
    """RFC 2831 7: name=value or name="value", a comma between."""
    found = re.findall(r'([a-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",]+))(?:,|$)', text)
    assert ",".join("%s=%s" % (name, bare) if bare else '%s="%s"' % (name, quoted)
                    for name, quoted, bare in found) == text, text
    return {name: quoted or bare for name, quoted, bare in found}


def digest_question(client):
    question = directives(challenge(client.say("AUTH DIGEST-MD5")).decode())
    assert len(question["nonce"]) >= 32
    return question


def colons(*parts):
    return b":".join(part if isinstance(part, bytes) else part.encode() for part in parts)


def digest_answer(question, name, password, **other):
    """RFC 2831 2.1.2, each directive perhaps another than the right one; and what the server must answer."""
    said = {"charset": "utf-8", "username": name, "realm": question["realm"], "nonce": question["nonce"],
            "cnonce": "OA6MHXh6VqTrRk", "nc": "00000001", "qop": "auth", "digest-uri": "smtp/office.example", **other}

    def response(method):
        secret = hashlib.md5(colons(name, question["realm"], password)).digest()
        first = hashlib.md5(colons(secret, said["nonce"], said["cnonce"])).hexdigest()
        second = hashlib.md5(colons(method, said["digest-uri"])).hexdigest()
        return hashlib.md5(colons(first, said["nonce"], said["nc"], said["cnonce"], said["qop"], second)).hexdigest()
    said.setdefault("response", response("AUTHENTICATE"))
    bare = "charset", "nc", "qop", "response"
    return (",".join(("%s=%s" if key in bare else '%s="%s"') % item for item in said.items() for key in item[:1]),
            "rspauth=" + response(""))


def log_in(client, mechanism, name, password, **other):
    """A whole login. Returns the last reply."""
    if mechanism == "CRAM-MD5":
        return client.say(encoded(cram_answer(cram_question(client), name, password)))
    answer, proof = digest_answer(digest_question(client), name, password, **other)
    reply = client.say(encoded(answer))
    if reply.startswith("334 "):
        assert challenge(reply).decode() == proof, "the server has proved that it knows the secret too"
        reply = client.say("")
    return reply


def once(scratch, mechanism, name, password, **other):
    client = Client(scratch).hello()
    reply = log_in(client, mechanism, name, password, **other)
    client.quit()
    return reply


@contextlib.contextmanager
def office(programs, way, **settings):
    """An office with an account, a disabled one, and one from before the two mechanisms were named."""
    with place(programs, way, mechanisms="PLAIN", failure_limit=20) as scratch:
        scratch.account("dora", "delta delta")
        scratch.write_settings(mechanisms=ALL, **settings)
        scratch.account("alice", PASSWORD)
        scratch.account("carol", "gamma gamma")
        scratch.postern("user", "disable", "carol")
        yield scratch


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_right_and_wrong(programs, way, mechanism):
    with office(programs, way) as scratch:
        assert once(scratch, mechanism, "alice", PASSWORD).startswith(GOOD)
        scratch.wait_logged("auth result=ok mechanism=%s user=alice" % mechanism)
        for name, password, user, reason in (("alice", "wrong", "alice", "wrong"),
                                             ("alice", "x" * 99, "alice", "wrong"),
                                             ("carol", "gamma gamma", "carol", "disabled"),
                                             ("carol", "wrong", "carol", "disabled"),
                                             ("dora", "delta delta", "dora", "mechanism"),
                                             ("nobody", PASSWORD, '"?"', "unknown"),
                                             ("-nobody", PASSWORD, '"?"', "unknown")):
            assert once(scratch, mechanism, name, password).startswith(REFUSED), name
            last = scratch.logged("auth *")[-1] + " "
            assert "result=fail mechanism=%s user=%s reason=%s " % (mechanism, user, reason) in last, last
        assert not [line for line in scratch.log() if "nobody" in line]


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_an_account_through_its_days(programs, way, mechanism):
    def works(name, password, code=GOOD):
        assert once(scratch, mechanism, name, password).startswith(code), (name, password)
    with office(programs, way) as scratch:
        scratch.postern("user", "enable", "carol")
        works("carol", "gamma gamma")
        scratch.postern("user", "disable", "carol")
        works("carol", "gamma gamma", REFUSED)
        # A new password of a disabled one is disabled too, and works as soon as it is enabled.
        scratch.postern("user", "passwd", "carol", "--stdin", stdin=b"a new one\n")
        works("carol", "a new one", REFUSED)
        scratch.postern("user", "enable", "carol")
        works("carol", "a new one")
        works("carol", "gamma gamma", REFUSED)
        scratch.postern("user", "passwd", "dora", "--stdin", stdin=b"which mends it\n")
        works("dora", "which mends it")
        scratch.postern("user", "import", stdin=b"eve:imported\n")
        works("eve", "imported")
        scratch.postern("user", "remove", "eve")
        works("eve", "imported", REFUSED)
        scratch.postern("user", "add", "eve", "--stdin", stdin=b"another eve\n")
        works("eve", "imported", REFUSED)
        works("eve", "another eve")


def kept(scratch, mechanism, name="alice"):
    """What stands in the octets of the file for a name: the secrets of all its days that were not written over."""
    with open(scratch.settings["accounts"], "rb") as file:
        octets = file.read()
    found = re.findall(rb"%s\0\0(?:cmusaslsecret|disabled)%s(.{%d})" % (
        name.encode(), mechanism.encode(), 32 if mechanism == "CRAM-MD5" else 16), octets, re.S)
    return {secret for secret in found if secret.strip(b"\0")}


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_a_mechanism_that_is_given_up_leaves_nothing(programs, way, mechanism):
    """With the next password its secret is gone, from the free space of the file too: it is as good as the
    password."""
    other, = set(MD5) - {mechanism}
    with office(programs, way) as scratch:
        assert len(kept(scratch, mechanism)) == len(kept(scratch, other)) == 1
        scratch.write_settings(mechanisms=ALL.replace(mechanism, ""))
        scratch.postern("user", "passwd", "alice", "--stdin", stdin=b"the second\n")
        assert kept(scratch, mechanism) == set() and len(kept(scratch, other)) == 1
        client = Client(scratch).hello()
        client.expect("AUTH " + mechanism, "504 5.5.4")
        client.quit()
        scratch.write_settings(mechanisms=ALL)
        for password in PASSWORD, "the second":
            assert once(scratch, mechanism, "alice", password).startswith(REFUSED)
            assert scratch.logged("auth *")[-1].endswith("user=alice reason=mechanism")
        assert once(scratch, other, "alice", "the second").startswith(GOOD)


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_an_account_that_goes_leaves_no_secret(programs, way, mechanism):
    """Disabled, renewed and removed: there is never more than one in the file, and at the end none."""
    with office(programs, way) as scratch:
        first = kept(scratch, mechanism)
        assert len(first) == 1
        if mechanism == "DIGEST-MD5":
            assert first == {hashlib.md5(colons("alice", "office.example", PASSWORD)).digest()}
        scratch.postern("user", "disable", "alice")
        assert kept(scratch, mechanism) == first
        scratch.postern("user", "passwd", "alice", "--stdin", stdin=b"the second\n")
        second = kept(scratch, mechanism)
        assert len(second) == 1 and second != first
        scratch.postern("user", "enable", "alice")
        assert kept(scratch, mechanism) == second
        scratch.postern("user", "remove", "alice")
        assert kept(scratch, mechanism) == set()


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_no_name_tells_whether_it_is_an_account(programs, way, mechanism):
    """As many replies, of the same words; and each wrong in every way that a known one can be."""
    def replies(name, change):
        client, found = Client(scratch).hello(), []
        if mechanism == "CRAM-MD5":
            answer = cram_answer(cram_question(client), name, "wrong")
        else:
            question = digest_question(client)
            found.append({key: value for key, value in question.items() if key != "nonce"})
            answer = digest_answer(question, name, "wrong")[0]
        found += [client.say(encoded(change(answer))), client.say("NOOP")]
        client.quit()
        return repr(found)
    with office(programs, way) as scratch:
        for change in [lambda answer: answer, lambda answer: answer[:-1], lambda answer: answer + "0",
                       lambda answer: answer.replace("nonce", "once"), lambda answer: answer.upper(),
                       lambda answer: answer.replace("00000001", "00000002"),
                       lambda answer: answer.replace("office.example", "away.example")]:
            found = {replies(name, change) for name in ("alice", "carol", "dora", "nobody", "-nobody")}
            assert len(found) == 1, found
        assert not [line for line in scratch.log() if "nobody" in line]


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_what_ends_a_login_and_is_no_failure(programs, way, mechanism):
    with office(programs, way, failure_limit=3) as scratch:
        for line, code in ("*", "501 5.7.0"), ("~~~~", "501 5.5.2"), ("YWJ", "501 5.5.2"), ("YW Jj", "501 5.5.2"):
            client = Client(scratch).hello()
            client.expect("AUTH " + mechanism, "334 ")
            client.expect(line, code)
            if mechanism == "DIGEST-MD5":  # when the server has proved itself, before the client's last word
                answer, _ = digest_answer(digest_question(client), "alice", PASSWORD)
                client.expect(encoded(answer), "334 ")
                client.expect(line, code)
            client.expect("MAIL FROM:<alice@office.example>", "250 ")
            client.quit()
        assert not scratch.logged("auth result=ok") and not scratch.logged("auth result=fail reason=wrong")


@pytest.mark.parametrize("way", ways())
def test_an_initial_response(programs, way):
    """CRAM-MD5 has none (RFC 4954 4: 501); DIGEST-MD5 has one only for who was here before, which nobody was."""
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        for token in "=", encoded("alice 0123456789abcdef0123456789abcdef"), encoded("x"):
            client.expect("AUTH CRAM-MD5 " + token, "501 ")
        for token in "=", encoded(digest_answer({"realm": "office.example", "nonce": "0" * 44}, "alice", PASSWORD)[0]):
            client.expect("AUTH DIGEST-MD5 " + token, "334 ")
            client.expect("*", "501 5.7.0")
        assert log_in(client, "CRAM-MD5", "alice", PASSWORD).startswith(GOOD)
        client.quit()


@pytest.mark.parametrize("way", ways())
def test_digest_offers_no_layer(programs, way):
    """What SASL would then encrypt, no session reads: RFC 2831's auth-int and auth-conf are neither offered nor
    taken."""
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        question = digest_question(client)
        assert question["qop"] == "auth" and question["realm"] == "office.example"
        assert question["algorithm"] == "md5-sess" and question["charset"] == "utf-8"
        assert "cipher" not in question and "maxbuf" not in question
        client.expect("*", "501 5.7.0")
        for other in {"qop": "auth-int"}, {"qop": "auth-conf", "cipher": "rc4"}:
            assert log_in(client, "DIGEST-MD5", "alice", PASSWORD, **other).startswith(("535 ", "501 "))
        client.quit()


WRONG_DIGESTS = [{"realm": "away.example"}, {"nonce": "0" * 44}, {"nc": "00000002"}, {"nc": "0"},
                 {"digest-uri": "imap/office.example"}, {"digest-uri": ""},
                 {"response": "0" * 32}, {"response": ""}, {"response": "f" * 4000}, {"username": "carol"},
                 {"username": ""}, {"username": "a" * 3000}, {"charset": "latin-1"}, {"authzid": "carol"},
                 {"realm": "r" * 3000}, {"maxbuf": "0"}, {"maxbuf": "99999999999"}]


@pytest.mark.parametrize("way", ways())
def test_digests_made_wrong(programs, way):
    """The right password does not help; no harm is done, and the session goes on."""
    with office(programs, way) as scratch:
        for other in WRONG_DIGESTS:
            client = Client(scratch).hello()
            reply = log_in(client, "DIGEST-MD5", "alice", PASSWORD, **other)
            assert reply.startswith(("535 5.7.8", "501 5.5.2")), (other, reply)
            assert log_in(client, "DIGEST-MD5", "alice", PASSWORD).startswith(GOOD)
            client.quit()
        # An answer to another connection's question.
        one, other = Client(scratch).hello(), Client(scratch).hello()
        answer = digest_answer(digest_question(one), "alice", PASSWORD)[0]
        digest_question(other)
        other.expect(encoded(answer), REFUSED)
        one.expect(encoded(answer), "334 ")
        one.expect("", GOOD)
        one.quit()
        other.quit()


WRONG_CRAMS = ["", " ", "alice", "alice ", " alice", "alice  0", "\0", "alice\0", "alice " + "0" * 31,
               "alice " + "0" * 33, "alice " + "g" * 32, "x" * 5000, "x" * 2000 + " " + "0" * 32, " " * 9000,
               "alice " + "0" * 9000]


@pytest.mark.parametrize("way", ways())
def test_crams_made_wrong(programs, way):
    with office(programs, way) as scratch:
        for answer in WRONG_CRAMS:
            client = Client(scratch).hello()
            cram_question(client)
            reply = client.say(encoded(answer))
            assert reply.startswith(("535 5.7.8", "501 5.5.2")), (answer, reply)
            assert log_in(client, "CRAM-MD5", "alice", PASSWORD).startswith(GOOD)
            client.quit()
        one, other = Client(scratch).hello(), Client(scratch).hello()
        answer = cram_answer(cram_question(one), "alice", PASSWORD)
        assert cram_question(other) not in answer.encode()
        other.expect(encoded(answer), REFUSED)
        one.expect(encoded(answer), GOOD)
        one.quit()
        other.quit()


@pytest.mark.parametrize("way", ways())
def test_names_and_long_passwords(programs, way):
    """CRAM-MD5 takes a name in any case; in DIGEST-MD5 the client hashes it as it was typed (RFC 2831 2.1.2.1)."""
    long = "p\u00e4ssw\u00f6rd " * 12  # more than one block of MD5
    with office(programs, way) as scratch:
        scratch.account("long", long)
        for mechanism in MD5:
            assert once(scratch, mechanism, "long", long).startswith(GOOD)
            assert once(scratch, mechanism, "long", long[:-1]).startswith(REFUSED)
        assert once(scratch, "CRAM-MD5", "Alice", PASSWORD).startswith(GOOD)
        assert once(scratch, "DIGEST-MD5", "Alice", PASSWORD).startswith(REFUSED)


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_a_realm(programs, way, mechanism):
    """The login with its realm is the account's name. The bare one is too, but not for DIGEST-MD5: the client hashes
    the name that it says, and what is kept is of the whole one."""
    with place(programs, way, mechanisms=ALL, realm="staff.example") as scratch:
        scratch.account("alice", PASSWORD)
        assert once(scratch, mechanism, "alice@staff.example", PASSWORD).startswith(GOOD)
        scratch.wait_logged("auth result=ok mechanism=%s user=alice@staff.example" % mechanism)
        bare = GOOD if mechanism == "CRAM-MD5" else REFUSED
        assert once(scratch, mechanism, "alice", PASSWORD).startswith(bare)
        assert once(scratch, mechanism, "alice@away.example", PASSWORD).startswith(REFUSED)


@pytest.mark.parametrize("way", ways())
def test_digests_hang_on_the_hosts_name(programs, way):
    """What is kept is of the host's name too: with another, passwords must be set anew (RFC 2831 2.1.1, realm)."""
    with office(programs, way) as scratch:
        scratch.write_settings(hostname="mail.office.example")
        assert once(scratch, "DIGEST-MD5", "alice", PASSWORD, **{"digest-uri": "smtp/mail.office.example"}).startswith(
            REFUSED)
        scratch.postern("user", "passwd", "alice", "--stdin", stdin=PASSWORD.encode() + b"\n")
        assert once(scratch, "DIGEST-MD5", "alice", PASSWORD, **{"digest-uri": "smtp/mail.office.example"}).startswith(
            GOOD)


@needs_gsasl
@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("mechanism", MD5)
def test_gsasl(programs, way, mechanism):
    with office(programs, way) as scratch, Door(scratch) as door:
        for name, password, good in (("alice", PASSWORD, True), ("alice", "wrong", False), ("nobody", PASSWORD, False),
                                     ("carol", "gamma gamma", False), ("dora", "delta delta", False)):
            assert gsasl(scratch, door.port, mechanism, name, password) == good, name
        scratch.postern("user", "enable", "carol")
        assert gsasl(scratch, door.port, mechanism, "carol", "gamma gamma")


# --- LOGIN, which is our own: SASL's plugin may be gone ---

def login(client, name, password, initial=False):
    if initial:
        assert client.say("AUTH LOGIN " + (encoded(name) or "=")) == ASKED
    else:
        assert client.say("AUTH LOGIN") == USERNAME
        assert client.say(encoded(name)) == ASKED
    return client.say(encoded(password))


@pytest.mark.parametrize("way", ways())
def test_login(programs, way):
    with office(programs, way) as scratch:
        for name, password, code in (
                ("alice", PASSWORD, GOOD), ("Alice", PASSWORD, GOOD), ("alice", "wrong", REFUSED),
                ("alice", "", REFUSED), ("nobody", PASSWORD, REFUSED), ("carol", "gamma gamma", REFUSED),
                ("dora", "delta delta", GOOD), ("a" * 1024, PASSWORD, REFUSED), ("alice", "x" * 1024, REFUSED),
                ("al\0ice", PASSWORD, REFUSED), ("alice", PASSWORD + "\0", REFUSED)):
            for initial in False, True:
                client = Client(scratch).hello()
                reply = login(client, name, password, initial)
                assert reply.startswith(code), (name, password, initial, reply)
                client.quit()


@pytest.mark.parametrize("way", ways())
def test_login_made_wrong(programs, way):
    with office(programs, way) as scratch:
        client = Client(scratch).hello()
        for line in "*", "~~~~", "YWJ":  # at each prompt; none is a failed login
            code = "501 5.7.0" if line == "*" else "501 5.5.2"
            assert client.say("AUTH LOGIN") == USERNAME
            client.expect(line, code)
            assert client.say("AUTH LOGIN " + encoded("alice")) == ASKED
            client.expect(line, code)
        assert client.say("AUTH LOGIN =") == USERNAME  # an empty initial response is no name
        client.expect("*", "501 5.7.0")
        client.quit()
        for name in "x" * 1025, "x" * 9000:  # longer than any name
            client = Client(scratch).hello()
            client.expect("AUTH LOGIN", "334 ")
            client.expect(encoded(name), "501 5.5.2")
            client.expect("AUTH LOGIN " + encoded(name), "501 5.5.2")
            assert login(client, "alice", PASSWORD).startswith(GOOD)
            client.quit()
        client = Client(scratch).hello()  # an empty name is nobody's
        assert client.say("AUTH LOGIN") == USERNAME
        assert client.say("") == ASKED
        client.expect(encoded(PASSWORD), REFUSED)
        assert scratch.logged("auth *")[-1].endswith("reason=unknown")
        client.quit()


@pytest.mark.skipif(not IS_ROOT, reason="root alone can hide SASL's plugins")
def test_login_without_sasls_plugins(programs):
    """Of the plugins' folder nothing is left: LOGIN is there, and what needs a plugin is not offered."""
    folder = subprocess.run(["pkg-config", "--variable=libdir", "libsasl2"], text=True, capture_output=True,
                            check=True).stdout.strip() + "/sasl2"
    wrap = ["/usr/bin/env", "PATH=" + PATHS, "unshare", "--mount", "/bin/sh", "-c",
            'mount -t tmpfs none "%s" && PATH=/evil && exec "$@"' % folder, "sh"]
    with office(programs, "root") as scratch:
        assert offered(scratch, wrap=wrap) == [["LOGIN"]]
        for password, code in (PASSWORD, GOOD), ("wrong", REFUSED):
            client = Client(scratch, wrap=wrap).hello()
            assert login(client, "alice", password).startswith(code)
            client.quit()

"""No password stands anywhere, by whatever mechanism it was meant: in no file, no log, no environment, no memory.

As test_memory.py for PLAIN and LOGIN, here for every mechanism, in clear and through TLS, with every session that
is left. Of CRAM-MD5 and DIGEST-MD5 what the file keeps is a secret too, for it is as good as the password.
"""

import base64
import os
import re
import resource

import pytest

from client import IS_ROOT, Case, Client, each, held, place, run_side_by_side, status_of, until
from scram import Scram
from scratch import SANITIZED
from secure import SecureClient, tls_place
from stores import encoded, tells_nothing
from test_md5 import challenge, cram_answer, digest_answer, directives
from test_memory import NAME, OTHER, OTHERS, PASSWORD, forms, found_in, in_base64, processes_named, verifiers, windows

assert run_side_by_side  # the fixture `crowd`
pytestmark = [
    pytest.mark.skipif(not IS_ROOT, reason="only root reads the memory of others"),
    pytest.mark.skipif(SANITIZED, reason="a sanitizer keeps copies of its own"),
]
SCRAMS = ["SCRAM-SHA-512", "SCRAM-SHA-384", "SCRAM-SHA-256", "SCRAM-SHA-224", "SCRAM-SHA-1"]
ALL = [*SCRAMS, "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN"]
THROUGH_TLS = ["SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN"]


class Exchange:
    """The client's side of a login, token by token. `pieces` are those of all that it sent and only it could make."""

    def __init__(self, mechanism, name, password):
        self.mechanism, self.name, self.password, self.pieces = mechanism, name, password, set()
        self.scram = Scram(mechanism, name, password) if mechanism in SCRAMS else None

    def answer(self, question, number):
        """What it says to the question with this number."""
        if self.mechanism == "PLAIN":
            return "\0%s\0%s" % (self.name, self.password)
        if self.mechanism == "LOGIN":
            return self.password if number else self.name
        if self.mechanism == "CRAM-MD5":
            return cram_answer(question, self.name, self.password)
        if number == (2 if self.scram else 1):
            return ""  # the server has proved itself
        if self.mechanism == "DIGEST-MD5":
            return digest_answer(directives(question.decode()), self.name, self.password)[0]
        return self.scram.final(question) if number else self.scram.first()

    def run(self, client, when_asked):
        """All of it. Calls `when_asked` once, while postern-auth waits for the client. Returns the last reply."""
        reply, number = client.say("AUTH " + self.mechanism), 0
        when_asked()
        while reply.startswith("334"):
            answer = self.answer(challenge(reply), number)
            token = encoded(answer)
            if self.mechanism == "DIGEST-MD5" and answer:  # all else in it is known to everybody
                self.pieces |= forms(directives(answer)["response"].encode())
            elif answer != self.name:
                self.pieces |= windows(token.encode())
            reply, number = client.say(token), number + 1
        return reply


def kept(path):
    """What the accounts file has of anybody for CRAM-MD5 and DIGEST-MD5."""
    with open(path, "rb") as file:
        return set(re.findall(rb"cmusaslsecretCRAM-MD5(.{32})|cmusaslsecretDIGEST-MD5(.{16})", file.read(), re.S))


def everything_secret(path):
    """All pieces of all forms of the passwords, of the verifiers and of what the MD5 mechanisms keep."""
    pieces = forms(PASSWORD.encode(), OTHERS.encode())
    md5 = {octets for both in kept(path) for octets in both if octets}
    assert len(verifiers(path)) == 2 and len(md5) == 4
    for octets in verifiers(path):
        pieces |= windows(octets)
    for octets in md5:
        for form in (octets, octets.hex().encode(), *in_base64(octets)):
            pieces |= windows(form)
    return pieces


def files_of(scratch):
    """Every file of the scratch folder: accounts, state, spool, log, settings, what sendmail was given."""
    for folder, _, names in os.walk(scratch.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name != "sendmail":
                with open(path, "rb") as file:
                    yield os.path.relpath(path, scratch.folder), file.read()


def no_file_has(scratch, pieces):
    pattern = re.compile(b"|".join(map(re.escape, sorted(pieces))))
    seen = set()
    for name, octets in files_of(scratch):
        seen.add(name)
        found = pattern.search(octets)
        assert not found, (name, found)
    assert {"log", "postern.conf", os.path.relpath(scratch.settings["accounts"], scratch.folder)} <= seen


def dumps_no_core(pid):
    """The kernel writes no core of what is not dumpable: then /proc's files of it are root's, though it runs as
    somebody else."""
    assert "0" not in status_of(pid)["Uid"]
    assert os.stat("/proc/%d/mem" % pid).st_uid == 0


def core_limit(pid):
    with open("/proc/%d/limits" % pid, encoding="ascii") as file:
        return re.search(r"(?m)^Max core file size +(\S+) +(\S+)", file.read()).groups()


def allow_cores():
    """What a superserver may have left on."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def nothing_is_left(programs, way, mechanism, is_right, in_tls):
    where = tls_place if in_tls else place
    with where(programs, way, networks="192.0.2.1", mechanisms=" ".join(ALL)) as scratch:
        scratch.before_start = allow_cores
        scratch.account(NAME, PASSWORD)
        scratch.account(OTHER, OTHERS)
        secrets = everything_secret(scratch.settings["accounts"])
        client = SecureClient(scratch).secure() if in_tls else Client(scratch).hello()
        sessions = client.sessions if in_tls else [client.session]
        assert sessions

        def look():
            helper = client.started("postern-auth")
            until(lambda: status_of(helper)["Seccomp"] == ["2"], "postern-auth is in its jail")
            tells_nothing(scratch, client.monitor, *sessions, helper)
            for pid in client.monitor, *sessions, helper:
                dumps_no_core(pid)
            for pid in *sessions, helper:
                assert core_limit(pid) == ("0", "0")
        exchange = Exchange(mechanism, NAME, PASSWORD if is_right else OTHERS + "!")
        reply = exchange.run(client, look)
        assert reply.startswith("235 2.7.0" if is_right else "535 5.7.8"), reply
        secrets |= exchange.pieces
        with held(client.monitor):
            assert client.monitor not in [parent for _, parent in processes_named("postern-auth")]
            for pid in client.monitor, *sessions:
                assert found_in(pid, secrets) == []
        if is_right:
            assert client.message(b"To: b@away.example\r\n\r\nHello\r\n").startswith("250 2.0.0")
            scratch.wait_logged("relay rule=login")
        client.quit()
        no_file_has(scratch, forms(PASSWORD.encode(), OTHERS.encode()) | exchange.pieces)
        with open(scratch.settings["accounts"], "wb"):
            pass  # and what that file must keep, no other has
        no_file_has(scratch, secrets)


def the_search_finds(programs, way):
    """What is sought is found where it is: the kept secrets in postern-auth while it judges, a password in a
    file."""
    with place(programs, way, networks="192.0.2.1", mechanisms=" ".join(ALL)) as scratch:
        scratch.account(NAME, PASSWORD)
        scratch.account(OTHER, OTHERS)
        secrets = everything_secret(scratch.settings["accounts"])
        client = Client(scratch).hello()
        answer, _ = digest_answer(directives(challenge(client.say("AUTH DIGEST-MD5")).decode()), NAME, PASSWORD)
        helper = client.started("postern-auth")
        client.expect(encoded(answer), "334 ")  # it waits for the client's last word, and has not forgotten yet
        assert found_in(helper, secrets)
        client.expect("", "235 ")
        client.quit()
        for octets in PASSWORD.encode(), base64.b64encode(b"x" + PASSWORD.encode()), base64.b64encode(OTHERS.encode()):
            with open(scratch.path("found"), "wb") as file:
                file.write(b"\0" * 5000 + octets + b"\n")
            with pytest.raises(AssertionError, match="found"):
                no_file_has(scratch, forms(PASSWORD.encode(), OTHERS.encode()))
        os.unlink(scratch.path("found"))


CASES = [the_search_finds,
         *[Case(nothing_is_left, mechanism, is_right, in_tls) for in_tls in (False, True)
           for mechanism in (THROUGH_TLS if in_tls else ALL) for is_right in (True, False)]]


@each(CASES)
def test_secrets(case, way, crowd):
    crowd(case, way)

"""No password is left: when the client has its answer, neither session nor monitor holds one octet of it.

Root searches the whole memory of both for the password, for its base64 wherever it began, for what
the client sent, and for what the accounts file holds; and first proves that the search can find.
"""

import base64
import os
import re
import subprocess

import pytest

from client import IS_ROOT, Case, Client, each, held, place, run_side_by_side, until
from scratch import SANITIZED

assert run_side_by_side  # the fixture `crowd`
pytestmark = [
    pytest.mark.skipif(not IS_ROOT, reason="only root reads the memory of others"),
    pytest.mark.skipif(SANITIZED, reason="a sanitizer keeps copies of its own"),
]
NAME, PASSWORD = "quillon", "Xy7-plover-9Qz-gantry-Wk3"
OTHER, OTHERS = "zanzibar", "Mauve.4-lantern.8-Thistle"
WINDOW = 9  # so many octets on end of a secret are one octet too many
WAYS_IN = ["whole", "octets", "pipelined"]


def encoded(*parts):
    return base64.b64encode("\0".join(parts).encode()).decode()


def in_base64(secret):
    """What base64 makes of the secret, whatever stands before and behind it: once for each alignment."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret + b"\0" * 3)
        first = -(-8 * before // 6)
        yield coded[first:8 * (before + len(secret)) // 6]


def windows(secret):
    return {secret[at:at + WINDOW] for at in range(len(secret) - WINDOW + 1)}


def forms(*secrets):
    """All pieces of all forms of the secrets."""
    found = set()
    for secret in secrets:
        for form in (secret, *in_base64(secret)):
            found |= windows(form)
    return found


def memory(pid):
    """Each part of a process's memory that it could ever have written: what it is, and its octets."""
    with open("/proc/%d/maps" % pid, encoding="latin-1") as maps, open("/proc/%d/mem" % pid, "rb", 0) as octets:
        for line in maps:
            span, rights, _, _, inode, *name = line.split(None, 5)
            name = name[0].strip() if name else ""
            if rights[0] != "r" or (rights[1] != "w" and inode != "0") or name.startswith("[v"):
                continue
            begin, end = (int(word, 16) for word in span.split("-"))
            octets.seek(begin)
            part = b""
            while len(part) < end - begin and (more := octets.read(end - begin - len(part))):
                part += more
            assert len(part) == end - begin, line
            yield name, part


def found_in(pid, pieces):
    """The pieces that stand in its memory, and where."""
    pattern = re.compile(b"|".join(re.escape(piece) for piece in sorted(pieces)))
    return sorted({(part, match) for part, octets in memory(pid) for match in pattern.findall(octets)})


def processes_named(name):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid, encoding="latin-1") as file:
                comm, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            if comm == name:
                found.append((int(pid), int(rest.split()[1])))
        except (OSError, IndexError):
            continue
    return found


def verifiers(path):
    """The verifiers of the accounts file, without what all of them begin with."""
    with open(path, "rb") as file:
        return set(re.findall(rb"SCRAM-SHA-256\$\d+:([A-Za-z0-9+/=$:]+)", file.read()))


# name: what the client says, line by line, and the reply at the end; each line but the last gets a 334
RIGHT, WRONG = encoded("", NAME, PASSWORD), encoded("", NAME, OTHERS + "!")
EXCHANGES = {
    "plain": (["AUTH PLAIN " + RIGHT], "235"),
    "plain asked": (["AUTH PLAIN", RIGHT], "235"),
    "plain with identity": (["AUTH PLAIN " + encoded(NAME, NAME, PASSWORD)], "235"),
    "login": (["AUTH LOGIN", encoded(NAME), encoded(PASSWORD)], "235"),
    "login with name": (["AUTH LOGIN " + encoded(NAME), encoded(PASSWORD)], "235"),
    "plain wrong": (["AUTH PLAIN " + WRONG], "535"),
    "plain asked wrong": (["AUTH PLAIN", WRONG], "535"),
    "plain unknown": (["AUTH PLAIN " + encoded("", "nobody", PASSWORD)], "535"),
    "login wrong": (["AUTH LOGIN", encoded(NAME), encoded(OTHERS + "!")], "535"),
    "login with name wrong": (["AUTH LOGIN " + encoded(NAME), encoded(OTHERS + "!")], "535"),
    "login unknown": (["AUTH LOGIN", encoded("nobody"), encoded(PASSWORD)], "535"),
    "login password first": (["AUTH LOGIN", encoded(PASSWORD), encoded(NAME)], "535"),
    "plain cancelled": (["AUTH PLAIN", "*"], "501 5.7.0"),
    "login cancelled": (["AUTH LOGIN", encoded(PASSWORD), "*"], "501 5.7.0"),
    "login with name cancelled": (["AUTH LOGIN " + encoded(PASSWORD), "*"], "501 5.7.0"),
    "plain without its NULs": (["AUTH PLAIN " + encoded(PASSWORD)], "501 5.5.2"),
    "plain with too many": (["AUTH PLAIN", encoded("", NAME, PASSWORD, PASSWORD)], "501 5.5.2"),
    "plain in broken base64": (["AUTH PLAIN " + RIGHT.rstrip("=") + "!"], "501 5.5.2"),
    "plain in clear": (["AUTH PLAIN", PASSWORD], "501 5.5.2"),
    "login in broken base64": (["AUTH LOGIN", encoded(NAME), encoded(PASSWORD) + "A"], "501 5.5.2"),
    "plain of another mechanism": (["AUTH CRAM-MD5 " + RIGHT], "504"),
    "the password for a command": ([PASSWORD], "500 5.5.2"),
    "the password behind a verb": (["RSET " + PASSWORD], "501 5.5.4"),
    "the token for a command": ([RIGHT], "500 5.5.2"),
    "the token with a NUL": ([RIGHT + "\0"], "50"),
    "a token too many": (["AUTH PLAIN %s %s" % (RIGHT, RIGHT)], "501"),
    "a long one": (["AUTH PLAIN " + encoded("", NAME, PASSWORD * 300)], "535"),
    "one too long": (["AUTH PLAIN", encoded("", NAME, PASSWORD * 400)], "500 5.5.6"),
}


def send(client, line, way_in):
    """The line as the way says. Pipelined: with another command behind it, whose reply comes later."""
    octets = (line + "\r\n").encode()
    if way_in == "octets":
        for at in range(len(octets)):
            client.send(octets[at:at + 1])
    else:
        client.send(octets)


def exchange(client, lines, way_in):
    """Says all lines, each when it is asked for; pipelined, all of them at once and a NOOP behind."""
    if way_in == "pipelined":
        client.send("".join(line + "\r\n" for line in lines) + "NOOP tail\r\n")
    for line in lines:
        if way_in != "pipelined":
            send(client, line, way_in)
        reply = client.reply()
        if reply[:3] != "334":
            break
    if way_in == "pipelined":
        assert client.reply().startswith("250 2.0.0 OK")
    return reply


def nothing_is_left(programs, way, name, way_in):
    lines, code = EXCHANGES[name]
    with place(programs, way, networks="192.0.2.1") as scratch:
        scratch.account(NAME, PASSWORD)
        scratch.account(OTHER, OTHERS)
        verified = verifiers(scratch.settings["accounts"])
        assert len(verified) == 2
        client = Client(scratch).hello("the-helo-name-of-this-test.example")
        session, monitor = client.session, client.monitor
        reply = exchange(client, lines, way_in)
        with held(monitor), held(session):
            assert monitor not in [parent for _, parent in processes_named("postern-auth")]
            tokens = {word.encode() for line in lines for word in line.split()[-1:] if len(word) > 12}
            secrets = forms(PASSWORD.encode(), OTHERS.encode())
            for octets in tokens | verified:
                secrets |= windows(octets)
            # Nobody logged in as the other: the monitor has no reason to know of it.
            secrets.add(OTHER.encode())
            for pid in session, monitor:
                assert found_in(pid, secrets) == []
            # The search can find: what must be there, is.
            assert found_in(monitor, {b"the-helo-name-of-this-test.example"})
            assert found_in(session, {b"office.example"}) and found_in(monitor, {b"office.example"})
        assert reply.startswith(code), reply
        client.quit()
        with open(scratch.path("log"), "rb") as file:
            log = file.read()
        assert not any(piece in log for piece in secrets - {OTHER.encode()})


def the_search_finds(programs, way):
    """While the session waits for the monitor it has the password; postern-auth has it while it thinks."""
    with place(programs, way, networks="192.0.2.1") as scratch:
        scratch.account(NAME, PASSWORD)
        client = Client(scratch).hello()
        session, monitor = client.session, client.monitor
        pieces = forms(PASSWORD.encode())
        with held(monitor):
            client.send("AUTH PLAIN %s\r\n" % RIGHT)
            until(lambda: found_in(session, pieces), "the session has read it")
            assert found_in(monitor, pieces) == []
        assert client.reply().startswith("235")
        assert found_in(session, pieces) == [] and found_in(monitor, pieces) == []
        client.quit()
    for before in range(3):
        # Each alignment is found where it stands in a process that holds it.
        coded = base64.b64encode(b"x" * before + PASSWORD.encode() + b"more")
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            holder.stdin.write(coded)
            holder.stdin.flush()
            assert holder.stdout.read(len(coded)) == coded
            assert found_in(holder.pid, forms(PASSWORD.encode()))
            holder.stdin.close()


def many_logins(programs, way):
    """A connection on which many logins failed in all ways, and one did not."""
    with place(programs, way, networks="192.0.2.1", failure_limit="9") as scratch:
        scratch.account(NAME, PASSWORD)
        client = Client(scratch).hello()
        for name in ("plain cancelled", "login cancelled", "plain in clear", "plain in broken base64", "plain wrong",
                     "login password first", "plain"):
            exchange(client, EXCHANGES[name][0], "whole")
        assert client.message(b"To: b@away.example\r\n\r\nHello\r\n").startswith("250 2.0.0")
        pieces = forms(PASSWORD.encode(), OTHERS.encode()) | windows(RIGHT.encode()) | windows(WRONG.encode())
        assert found_in(client.session, pieces) == [] and found_in(client.monitor, pieces) == []
        client.quit()


CASES = [
    *[Case(nothing_is_left, name, way_in) for name in EXCHANGES for way_in in WAYS_IN
      if way_in != "octets" or len("".join(EXCHANGES[name][0])) < 1000],
    the_search_finds, many_logins,
]


@each(CASES)
def test_memory(case, way, crowd):
    crowd(case, way)

"""How long a login takes tells nothing of who is an account; and many accounts cost no more than few.

What is measured is what a client waits for postern-auth, in turn with one name and another, so that whatever else
the machine does falls on both. A difference that is there is there every time: of six runs one must be without.
"""

import base64
import itertools
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import pytest

import wire
from scram import Scram
from scratch import BUILD, JAILED, SANITIZED, SERVICE
from test_auth import STORE, begin, encoded
from test_md5 import cram_answer, digest_answer, directives
from wire import NUMBERS

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer has times of its own")
PAIRS = 41  # and more, where a login takes next to no time
RUNS = 6
CLOSE = 1.2  # so far may two medians be apart
MECHANISMS = ["PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5"]
MANY = 100000
NAMES = 20
NUMBERS.setdefault("MECHANISM_DIGEST_MD5", NUMBERS["MECHANISM_CRAM_MD5"] + 1)  # the next of base/mechanism.h


def answers(mechanism, name, password):
    """The client's tokens: each is a function of the server's last word."""
    if mechanism == "PLAIN":
        return [lambda _: encoded("", name, password)]
    if mechanism == "LOGIN":
        return [lambda _: encoded(name), lambda _: encoded(password)]
    if mechanism == "CRAM-MD5":
        return [lambda question: encoded(cram_answer(question, name, password))]
    if mechanism == "DIGEST-MD5":
        return [lambda question: encoded(digest_answer(directives(question.decode()), name, password)[0])]
    scram = Scram(mechanism, name, password)
    return [lambda _: encoded(scram.first()), lambda question: encoded(scram.final(question))]


def waited(accounts, mechanism, name, password, verdict="NO"):
    """The seconds that a client waits for all of the server's words but the first, which it speaks before it knows
    a name."""
    run = begin(accounts, mechanism.replace("-", "_"))
    record, seconds = pack_token(b"", 0), 0
    run.send(record)
    octets = run.receive()
    for answer in answers(mechanism, name, password):
        assert octets[0] == NUMBERS["WIRE_MORE"], octets
        record = pack_token(answer(base64.b64decode(octets[1:])), 1)
        time.sleep(0.001)  # it is done with what it said, and waits
        before = time.perf_counter()
        run.send(record)
        octets = run.receive()
        seconds += time.perf_counter() - before
    assert octets[0] == NUMBERS["WIRE_VERDICT"], octets
    assert wire.unpack("wire_verdict", octets).verdict == NUMBERS[verdict]
    assert run.receive() == b""
    assert run.wait() == (0, "")
    return seconds


def pack_token(octets, present):
    return wire.pack("wire_token", type=NUMBERS["REQUEST_token"], present=present) + octets


def medians(pairs, one, other):
    """Of two functions that tell seconds, in turn."""
    seconds = [], []
    for number in range(pairs + 1):
        for which in (0, 1) if number % 2 else (1, 0):
            seconds[which].append((one, other)[which]())
    return [statistics.median(column[1:]) for column in seconds]  # what was in no cache yet does not count


def within(ratio, pairs, one, other, what, least=None):
    """Whether the one takes at most so many times as long as the other, and at least `least` times: as few, if
    nothing is said."""
    found = []
    for _ in range(RUNS):
        a, b = medians(pairs, one, other)
        found.append("%.6f s and %.6f s: %.3f" % (a, b, a / b))
        print(what, found[-1])
        if (1 / ratio if least is None else least) <= a / b <= ratio:
            return
    pytest.fail("%s: %s" % (what, "; ".join(found)))


@pytest.fixture(scope="module", autouse=True)
def on_one_processor():
    """Both ends of a login: whether another processor slept would take longer to tell than the login."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_of_them)})
    yield
    os.sched_setaffinity(0, all_of_them)


class Folder:
    """Accounts, and the settings that name them."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.accounts = os.path.join(self.folder, "accounts.gdbm")
        for name in "postern", "postern-auth":
            shutil.copy(os.path.join(BUILD, name), self.folder)

    def postern(self, *words, given="", iterations=4096):
        with open(self.folder + "/postern.conf", "w", encoding="ascii") as file:
            file.write("hostname = mail.example.org\naccounts = %s\nmechanisms = %s\nscram_iterations = %d\n"
                       "user = %d:%d\njail_user = %d:%d\n" % (self.accounts, " ".join(MECHANISMS), iterations,
                                                              SERVICE, SERVICE, JAILED, JAILED))
        before = time.perf_counter()
        subprocess.run([self.folder + "/postern", "-f", self.folder + "/postern.conf", *words],
                       input=given.encode(), check=True, capture_output=True, timeout=60)
        return time.perf_counter() - before

    def remove(self):
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module", name="mixed")
def make_mixed():
    """Accounts with few iterations, with many, and disabled ones; NAMES of each."""
    folder = Folder()
    folder.postern("user", "add", "few", "--stdin", given="pencil\n")
    for kind, iterations in ("few", 4096), ("many", 10000), ("disabled", 4096):
        lines = "".join("%s%d:pencil\n" % (kind, number) for number in range(NAMES))
        folder.postern("user", "import", given=lines, iterations=iterations)
    for number in range(NAMES):
        folder.postern("user", "disable", "disabled%d" % number)
    yield folder
    folder.remove()


@pytest.mark.parametrize("known", ["few", "many", "disabled"])
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_known_name_and_an_unknown_one_take_as_long(mixed, mechanism, known):
    """Of many names each: where in the file a name is looked for hangs on the name alone, and is read for one in
    one step and for another in two, whether it is there or not."""
    pairs = 3 * PAIRS if mechanism.endswith("-MD5") else PAIRS
    names = [itertools.cycle("%s%d" % (kind, number) for number in range(NAMES)) for kind in (known, "nobody")]
    within(CLOSE, pairs, lambda: waited(mixed.accounts, mechanism, next(names[0]), "wrong"),
           lambda: waited(mixed.accounts, mechanism, next(names[1]), "wrong"), "%s %s" % (mechanism, known))


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_the_right_password_and_a_wrong_one_take_as_long(mixed, mechanism):
    within(CLOSE, PAIRS, lambda: waited(mixed.accounts, mechanism, "few", "pencil", "YES"),
           lambda: waited(mixed.accounts, mechanism, "few", "wrong"), mechanism + " right and wrong")


def test_the_clock_can_tell(mixed):
    """The search finds what it looks for: the work of 4096 rounds and that of 10000 are apart."""
    folder = Folder()
    try:
        folder.postern("user", "add", "few", "--stdin", given="pencil\n")
        few, many = medians(11, lambda: waited(folder.accounts, "PLAIN", "few", "wrong"),
                            lambda: waited(mixed.accounts, "PLAIN", "few", "wrong"))
        assert many / few > CLOSE, (few, many)
    finally:
        folder.remove()


# Adds COUNT accounts to a file in one change, with verifiers that no password was made into.
FILL = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/accounts.h"

int main(int argc, char **argv)
{
	static const unsigned char secret[SECRET_MAX], seed[WIRE_KEY];
	struct store_change change;
	TEXT(fault, 512);
	TEXT(verifier, VERIFIER_MAX);
	if (argc != 3 || accounts_change(&change, argv[1], true, getegid(), &fault) != NULL)
		return 2;
	verifier_stand_in(seed, MECHANISM_SCRAM_SHA_256, 4096, &verifier);
	for (long i = 0; i < atol(argv[2]); i++) {
		char name[32];
		snprintf(name, sizeof name, "user%ld", i);
		if (accounts_add(&change, name, text_string(&verifier)) != YES ||
			accounts_keep(&change, name, MECHANISM_CRAM_MD5, secret, 32) != YES)
			return 1;
	}
	return accounts_commit(&change, &fault) == NULL ? 0 : 1;
}
"""


@pytest.fixture(scope="module", name="towns")
def make_towns():
    """A file with 10 accounts, and one with MANY; alice is in both."""
    village, city = Folder(), Folder()
    with open(city.folder + "/fill.c", "w", encoding="ascii") as file:
        file.write(FILL)
    wire.compile_c(city.folder + "/fill", "-O2", city.folder + "/fill.c", *STORE)
    for folder, count in (village, 10), (city, MANY):
        before = time.perf_counter()
        subprocess.run([city.folder + "/fill", folder.accounts, str(count)], check=True, timeout=60)
        print("%d accounts made in %.2f s" % (count, time.perf_counter() - before))
        print("alice added in %.3f s" % folder.postern("user", "add", "alice", "--stdin", given="pencil\n"))
    yield village, city
    village.remove()
    city.remove()


@pytest.mark.parametrize("name, verdict", [("alice", "YES"), ("nobody", "NO")])
@pytest.mark.parametrize("mechanism", ["PLAIN", "CRAM-MD5"])
def test_a_login_takes_as_long_among_many(towns, mechanism, name, verdict):
    """In CRAM-MD5 next to all of it is the look into the file."""
    village, city = towns
    within(2, PAIRS, lambda: waited(city.accounts, mechanism, name, "pencil", verdict),
           lambda: waited(village.accounts, mechanism, name, "pencil", verdict), "%s among many" % mechanism, 0)


def test_a_whole_check_takes_as_long_among_many(towns):
    village, city = towns
    within(2, 11, lambda: city.postern("user", "verify", "alice", "--stdin", given="pencil\n"),
           lambda: village.postern("user", "verify", "alice", "--stdin", given="pencil\n"), "user verify among many", 0)


def test_an_account_is_added_within_a_second_among_many(towns):
    _, city = towns
    commands = [("add", "--stdin"), ("passwd", "--stdin"), ("disable",), ("remove",)]
    seconds = {words[0]: [] for words in commands}
    for _ in range(3):
        for command, *more in commands:
            seconds[command].append(city.postern("user", command, "new", *more, given="pencil\n"))
    print("among many:", {command: "%.3f s" % min(times) for command, times in seconds.items()})
    assert min(seconds["add"]) < 1, seconds

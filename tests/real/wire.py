"""The records of the wire between the monitor and postern-auth, for tests that play the monitor.

Where each field lies is asked of the compiler (tests/layout.c), so that the layout stands in
base/wire.h and nowhere else.
"""

import fcntl
import os
import socket
import subprocess
import tempfile
import types

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def compile_c(program, *arguments):
    """Makes a small C program of the tests."""
    subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-D_GNU_SOURCE", "-I", ROOT, "-o", program,
                    *arguments], cwd=ROOT, check=True)


def _layout():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "layout")
        compile_c(program, "tests/layout.c")
        lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    sizes, fields, numbers = {}, {}, {}
    for kind, *words in map(str.split, lines.splitlines()):
        if kind == "record":
            sizes[words[0]], fields[words[0]] = int(words[1]), {}
        elif kind == "field":
            fields[words[0]][words[1]] = int(words[2]), int(words[3])
        else:
            numbers[words[0]] = int(words[1])
    return sizes, fields, numbers


SIZES, FIELDS, NUMBERS = _layout()


def pack(record, **values):
    """A record; each field that is not named is zero. A number must fit its field, and so must octets."""
    octets = bytearray(SIZES[record])
    for name, value in values.items():
        offset, size = FIELDS[record][name]
        if isinstance(value, int):
            value = value.to_bytes(size, "little")
        elif isinstance(value, str):
            value = value.encode()
        assert len(value) <= size, name
        octets[offset:offset + len(value)] = value
    return bytes(octets)


def unpack(record, octets):
    """Its fields: numbers of one octet, and all others as octets, their NULs with them."""
    assert len(octets) == SIZES[record], "a %s of %d octets" % (record, len(octets))
    fields = {}
    for name, (offset, size) in FIELDS[record].items():
        value = octets[offset:offset + size]
        fields[name] = value[0] if size == 1 else value
    return types.SimpleNamespace(**fields)


class Run:
    """A postern-auth as the monitor starts it: 0 and 1 /dev/null, 2 words, 3 wire, 4 lifeline."""

    def __init__(self, argv, environment=None, patience=20):
        null = os.open("/dev/null", os.O_RDWR)
        self.wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.wire.settimeout(patience)
        life, self.lifeline = os.pipe()
        self.words_file = os.memfd_create("words")
        # First out of the way, so that no target is a source that is still wanted.
        aside = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100)
                 for fd in (null, null, self.words_file, theirs.fileno(), life)]
        self.pid = os.posix_spawn(argv[0], argv, environment or {},
                                  file_actions=[(os.POSIX_SPAWN_DUP2, fd, n) for n, fd in enumerate(aside)])
        for fd in [*aside, null, life]:
            os.close(fd)
        theirs.close()

    def send(self, record, octets=b""):
        self.wire.send(record + octets)

    def receive(self):
        """One record; b"" at the end of file."""
        try:
            return self.wire.recv(65536)
        except ConnectionResetError:  # it left with something unread
            return b""

    def cut(self):
        """Ends the lifeline, as a monitor that dies does."""
        os.close(self.lifeline)
        self.lifeline = None

    def wait(self):
        """Its exit status, or minus the signal, and the words that it left; then all is closed."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        words = os.pread(self.words_file, 4096, 0).decode("latin-1")
        self.wire.close()
        os.close(self.words_file)
        if self.lifeline is not None:
            self.cut()
        return status, words

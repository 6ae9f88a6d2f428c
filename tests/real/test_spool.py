"""A spool on a disk of its own that is too small, and one that fills up: 452, and all goes on."""

import ctypes
import os

import pytest

from scratch import ways

pytestmark = pytest.mark.parametrize("postern", [way for way in ways() if way == "root"], indirect=True)
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18


def can_mount():
    """Whether a child may have mounts of its own."""
    pid = os.fork()
    if not pid:
        os._exit(ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0)
    return os.waitpid(pid, 0)[1] == 0


@pytest.fixture(name="small")
def with_small_disk(postern):
    """Every smtpd of it sees a disk of 1 MB as its spool."""
    if not can_mount():
        pytest.skip("may not mount")
    libc = ctypes.CDLL(None, use_errno=True)
    spool = postern.path("run/spool").encode()
    options = b"size=1m,mode=700,uid=%d,gid=%d" % (postern.service, postern.service)

    def mount():
        if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) or \
                libc.mount(b"tmpfs", spool, b"tmpfs", 0, options):
            os._exit(99)
    postern.before_start = mount
    postern.write_settings(networks="127.0.0.1")
    return postern


def test_size_that_does_not_fit(small):
    """RFC 1870 6.1: known at MAIL, so it is told at MAIL."""
    client = small.connect()
    assert client.docmd("MAIL FROM:<a@office.example> SIZE=3000000") == (
        452, b"4.3.1 No room for this message now, try again later")
    assert client.docmd("MAIL FROM:<a@office.example> SIZE=3000")[0] == 250
    client.quit()


def test_disk_fills_up(small):
    """The whole text is taken, then 452; the next message, for which there is room again, is sent."""
    small.allowed = ["error what=*"]
    client = small.connect()
    client.docmd("MAIL FROM:<a@office.example>")  # and no SIZE
    client.docmd("RCPT TO:<b@away.example>")
    assert client.data(b"Subject: big\r\n\r\n" + b"0123456789\r\n" * 200000)[0] == 452
    client.sendmail("a@office.example", ["b@away.example"], b"Subject: small\r\n\r\nsmall\r\n")
    client.quit()
    assert small.only_delivery().body == b"small\n"
    assert small.wait_logged("refused code=452")

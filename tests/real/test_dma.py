"""A real sendmail program behind it, dma: what is sent is read back from the mailboxes it delivered to.

dma is not installed: its package is unpacked into a mount namespace of the test, over /etc, /usr and /var.
"""

import glob
import os
import re
import shutil
import smtplib
import subprocess
import time

import pytest

from scratch import PATIENCE, SERVICE, TOOLS, ways
from test_superservers import Superserver, free_port

# dma's package over the machine's own folders, people with mailboxes, then the command.
WITH_DMA = r"""
set -e
deb=$1 tmp=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs "$tmp"
dpkg -x "$deb" "$tmp/up"
for folder in etc usr var; do
	mkdir -p "$tmp/up/$folder" "$tmp/work.$folder"
	mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$tmp/up/$folder,workdir=$tmp/work.$folder" "/$folder"
done
printf 'MAILNAME mail.test\n' >/etc/dma/dma.conf
for person in service:$SERVICE alice:61011 bob:61012 carol:61013; do
	echo "${person%:*}:x:${person#*:}:${person#*:}::/:/bin/sh" >>/etc/passwd
	echo "${person%:*}:x:${person#*:}:" >>/etc/group
done
exec "$@"
"""


def package():
    """The package's file, downloaded once; None where there is no way to it."""
    folder = os.path.join(TOOLS, "deb")
    os.makedirs(folder, exist_ok=True)
    for command in (None, ["apt-get", "download", "-q", "dma"], ["apt-get", "update", "-q"],
                    ["apt-get", "download", "-q", "dma"]):
        if command:
            subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
        found = glob.glob(os.path.join(folder, "dma_*.deb"))
        if found:
            return found[0]
    return None


@pytest.fixture(name="dma")
def with_dma(postern):
    if os.getuid() != 0 or not shutil.which("apt-get") or not shutil.which("tcpserver"):
        pytest.skip("needs root, apt-get and tcpserver")
    deb = package()
    if not deb:
        pytest.skip("dma's package cannot be had")
    os.mkdir(postern.path("tmp"))
    postern.write_settings(networks="127.0.0.1", sendmail="/usr/sbin/dma")
    port = free_port()
    server = Superserver(postern, port, [
        "unshare", "--mount", "env", "SERVICE=%d" % SERVICE, "sh", "-c", WITH_DMA, "sh", deb, postern.path("tmp"),
        "tcpserver", "-RHl0", "127.0.0.1", str(port), postern.programs.path("smtpd"), "-f",
        postern.path("postern.conf")])
    yield server
    server.end()


def mailbox(server, name):
    """The messages in a mailbox of that namespace, without dma's own first lines."""
    try:
        with open("/proc/%d/root/var/mail/%s" % (server.process.pid, name), "rb") as file:
            return re.split(rb"(?m)^From .*\n", file.read())[1:]
    except FileNotFoundError:
        return []


def wait_mailbox(server, name, count=1):
    end = time.monotonic() + PATIENCE
    while len(mailbox(server, name)) < count:
        assert time.monotonic() < end, (name, mailbox(server, name), server.said())
        time.sleep(0.05)
    return mailbox(server, name)


@pytest.mark.parametrize("postern", [way for way in ways() if way == "root"], indirect=True)
def test_dma(dma):
    client = smtplib.SMTP("127.0.0.1", dma.port, local_hostname="client.example", timeout=30)
    body = b".\n..\n8 bits: \xc3\xa4\xff\n\n.x\nTo: carol@mail.test\nlast\n"
    # Whom the header names exactly, -t reaches.
    text = b"To: alice@mail.test, Bob <bob@mail.test>\nSubject: first\n\n" + body
    client.sendmail("sender@mail.test", ["alice@mail.test", "bob@mail.test"], text.replace(b"\n", b"\r\n"))
    # A blind copy: by name, and the header's other recipient, who was not named in the envelope, gets nothing.
    text = b"To: carol@mail.test\nBcc: bob@mail.test\nSubject: second\n\n" + body
    client.sendmail("sender@mail.test", ["bob@mail.test"], text.replace(b"\n", b"\r\n"))
    client.quit()
    first, second = wait_mailbox(dma, "alice"), sorted(wait_mailbox(dma, "bob", 2), key=lambda m: b"second" in m)
    assert len(first) == 1 and len(second) == 2
    assert mailbox(dma, "carol") == []
    for message, subject in ((first[0], b"first"), (second[0], b"first"), (second[1], b"second")):
        header, _, rest = message.partition(b"\n\n")
        # A mailbox file has a blank line behind each message.
        assert rest.rstrip(b"\n") + b"\n" == body
        assert b"Subject: " + subject in header.split(b"\n")
        assert re.search(rb"(?m)^Received: from client\.example ", header)
        assert not re.search(rb"(?im)^bcc", header)
    log = dma.said()
    assert re.search(r"relay .*by=header .*status=0", log) and re.search(r"relay .*by=name .*status=0", log)


@pytest.mark.parametrize("postern", [way for way in ways() if way == "root"], indirect=True)
def test_dma_refuses(dma):
    """dma does not know this user: the client is told, and the log has dma's words."""
    client = smtplib.SMTP("127.0.0.1", dma.port, local_hostname="client.example", timeout=30)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("sender@mail.test", ["nobody-of-this-name@mail.test"], b"Subject: x\r\n\r\n.\r\n")
    client.quit()
    assert refused.value.smtp_code in (451, 550, 554)
    assert re.search(r"relay .*status=[1-9]\d* code=%d" % refused.value.smtp_code, dma.said())

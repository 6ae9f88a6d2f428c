"""Never half a message, and 250 only where sendmail exited 0: whoever dies, at whatever stage.

The client, the session, the monitor and sendmail die at every stage of DATA and of the hand-over;
sendmails behave as they should not; the disk is full. Nothing is left behind, and no client is told
of a message that was not taken.
"""

import errno
import os
import re
import shutil
import signal
import stat
import time

import pytest

from client import (IS_ROOT, Case, Client, children, descriptors, each, held, helper, place,
                    run_side_by_side, until)
from scratch import CALLER, NOISE

HEADER = (b"From: a@office.example\r\nTo: b@away.example\r\nSubject: half\r\nMessage-ID: <1@office.example>\r\n"
          b"Date: Wed, 01 Jan 2025 00:00:00 +0000\r\n\r\n")
BODY = b"".join(b"line %d of the message\r\n" % n for n in range(400)) + b"the last line\r\n"
MESSAGE = HEADER + BODY
LARGE = b"x" * 70 + b"\r\n"
DIED = ["disconnect reason=died"]


def whole(octets):
    """The message as the client sent it, behind our own first field: all of it, and nothing else."""
    received = re.match(rb"Received: [^\n]*\n([ \t][^\n]*\n)*", octets)
    return received is not None and octets[received.end():] == MESSAGE.replace(b"\r\n", b"\n")


def one_whole(scratch):
    delivery, = scratch.deliveries()
    assert whole(delivery.message)


def script(scratch, *lines):
    """A sendmail of our own, in the folder `sent`."""
    path = scratch.path("sendmail")
    os.unlink(path)
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(["#!/bin/sh", 'cd "${0%/*}/sent" || exit 99', *lines, ""]))
    os.chmod(path, 0o755)


def sent(scratch, name):
    with open(scratch.path("sent/" + name), "rb") as file:
        return file.read()


def has_read(scratch):
    """Waits until the first sendmail has read the message to its end."""
    until(lambda: [delivery for delivery in scratch.deliveries() if whole(delivery.message or b"")],
          "sendmail has read all")


def serves_on(client, scratch):
    """The connection is as good as new: its next message arrives."""
    before = len(scratch.deliveries())
    client.expect("NOOP", "250 2.0.0")
    scratch.sendmail()
    assert client.message(MESSAGE).startswith("250 2.0.0")
    after = scratch.deliveries()
    assert len(after) == before + 1 and whole(after[-1].message)
    client.quit()


# --- who dies while the message comes ---

STAGES = {
    "greeted": None, "mail": None, "rcpt": None, "data": b"", "header": MESSAGE[:60], "body": MESSAGE[:4000],
    "large": HEADER + LARGE * 30000, "last-line": MESSAGE, "dot": MESSAGE + b".", "dot-cr": MESSAGE + b".\r",
}


def to_stage(client, stage):
    client.hello()
    text = STAGES[stage]
    if stage in ("mail", "rcpt"):
        client.expect("MAIL FROM:<a@office.example>", "250 2.1.0")
    if stage == "rcpt":
        client.expect("RCPT TO:<b@away.example>", "250 2.1.5")
    if text is not None:
        client.to_data()
        client.send(text)


def is_idle(client):
    """Both processes have read what there was, and wait."""
    def waits(pid):
        with open("/proc/%d/stat" % pid, encoding="latin-1") as file:
            return file.read().rpartition(")")[2].split()[0] == "S"
    return all(waits(pid) for pid in (client.monitor, client.session))


def settle(client):
    """Waits until they are idle for some moments on end."""
    for _ in range(3):
        until(lambda: is_idle(client), "all was read")
        time.sleep(0.015)


def dies_before_the_end(programs, way, who, stage):
    with place(programs, way, allowed=DIED, status=-9 if who == "monitor" else 0) as scratch:
        client = Client(scratch)
        to_stage(client, stage)
        settle(client)
        if who in ("session", "monitor"):
            os.kill(getattr(client, who), signal.SIGKILL)
        elif who == "half-close":
            client.socket.shutdown(1)
        else:
            client.close(reset=who == "reset")
        if who not in ("client", "reset"):
            assert client.ended() == []
            client.close()
        client.run.wait()
        assert scratch.deliveries() == []
        if who != "monitor":
            word = "hangup" if who != "session" else "died signal=9"
            assert scratch.logged("disconnect reason=" + word), scratch.log()


# --- who dies during the hand-over ---

def dies_during_the_hand_over(programs, way, who, reads):
    """`reads`: sendmail has the message already, or has it still before it."""
    with place(programs, way, allowed=DIED, status=-9 if who == "monitor" else 0) as scratch:
        if reads == "read":
            scratch.sendmail("sleep 1")
        else:
            script(scratch, "sleep 1", "cat >late.part", "mv late.part late")
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\n")
        sendmail = client.started("sendmail")
        if reads == "read":
            has_read(scratch)
        if who in ("session", "monitor"):
            os.kill(getattr(client, who), signal.SIGKILL)
        else:
            client.close(reset=who == "reset")
        if who in ("session", "monitor"):
            assert client.ended() == [], "nobody was told 250"
        client.run.wait()
        if who == "monitor":
            until(lambda: children().get(sendmail, "Z")[0] == "Z", "sendmail ended")
        else:
            assert scratch.logged("relay status=0 code=250")
            assert scratch.logged("disconnect reason=" + ("died signal=9" if who == "session" else "hangup"))
        assert whole(sent(scratch, "1.message" if reads == "read" else "late"))


def sendmail_is_killed(programs, way, number):
    with place(programs, way) as scratch:
        scratch.sendmail("sleep 30")
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\n")
        sendmail = client.started("sendmail")
        has_read(scratch)
        os.kill(sendmail, number)
        assert client.reply().startswith("451 4.3.0")
        assert scratch.wait_logged("relay status=signal%d code=451" % number)
        serves_on(client, scratch)


def sendmail_is_killed_with_its_group(programs, way):
    with place(programs, way) as scratch:
        script(scratch, "sleep 30 &", "sleep 30", "exit 0")
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\n")
        os.killpg(client.started("sendmail"), signal.SIGKILL)
        assert client.reply().startswith("451 4.3.0")
        assert scratch.wait_logged("relay status=signal9 code=451")
        client.quit()


# --- signals to the monitor ---

def signal_while_waiting(programs, way, name, stage):
    with place(programs, way) as scratch:
        client = Client(scratch)
        if stage == "auth":
            scratch.account("alice", "pencil sharpener")
            client.hello().expect("AUTH PLAIN", "334")
        else:
            to_stage(client, stage)
        settle(client)
        client.run.send_signal(getattr(signal, "SIG" + name))
        lines = client.ended()
        assert len(lines) == 1 and lines[0].startswith("421 4.3.2 office.example "), lines
        client.run.wait()
        assert scratch.deliveries() == []
        words = {"greeted": "command", "mail": "mail", "rcpt": "rcpt", "auth": "auth"}
        assert scratch.logged("disconnect reason=signal stage=" + words.get(stage, "data"))


def signal_while_sendmail_runs(programs, way, name):
    """It is waited for, not believed, and no other is started, though the client's next message is there."""
    with place(programs, way) as scratch:
        scratch.sendmail("sleep 1")
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\nMAIL FROM:<c@office.example>\r\nRCPT TO:<d@away.example>\r\nDATA\r\n" + MESSAGE +
                    b".\r\n")
        client.started("sendmail")
        begun = time.monotonic()
        for _ in range(3):
            client.run.send_signal(getattr(signal, "SIG" + name))
        assert client.reply().startswith("451 4.3.0")
        assert time.monotonic() - begun > 0.5
        rest = client.ended()
        assert rest and rest[-1].startswith("421 4.3.2")
        assert not any(line.startswith(("354", "250 2.0.0")) for line in rest)
        client.run.wait()
        one_whole(scratch)
        assert scratch.logged("relay status=0 code=451") and scratch.logged("disconnect reason=signal")


def signal_before_sendmail_starts(programs, way, name):
    """The end of the message and the signal are both there when the monitor looks."""
    with place(programs, way) as scratch:
        client = Client(scratch).hello().to_data()
        settle(client)
        with held(client.monitor):
            client.send(MESSAGE + b".\r\n")
            time.sleep(0.1)
            client.run.send_signal(getattr(signal, "SIG" + name))
        rest = client.ended()
        assert rest[-1].startswith("421 4.3.2") and not any(line.startswith("250") for line in rest)
        client.run.wait()
        assert scratch.deliveries() == []


# --- what sendmail says and does ---

STATUSES = {0: "250 2.0.0", 65: "554 5.6.0", 67: "550 5.1.1", 68: "550 5.1.2", 100: "554 5.0.0"}
OTHERS = [1, 2, 64, 66, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 99, 101, 111, 112, 126, 127, 128, 137, 255]


def every_exit_status(programs, way):
    with place(programs, way) as scratch:
        client = Client(scratch).hello()
        for status in [*STATUSES, *OTHERS]:
            scratch.sendmail("exit %d" % status, "complain that is how it is")
            reply = client.message(MESSAGE)
            assert reply.startswith(STATUSES.get(status, "451 4.3.0")), (status, reply)
            assert scratch.wait_logged('relay status=%d code=%s words="that is how it is"' % (status, reply[:3]))
        for number in 1, 2, 3, 6, 8, 9, 11, 13, 14, 15, 24, 25, 31:
            scratch.sendmail("signal %d" % number)
            assert client.message(MESSAGE).startswith("451 4.3.0"), number
            assert scratch.wait_logged("relay status=signal%d code=451" % number)
        assert all(whole(delivery.message) for delivery in scratch.deliveries())
        serves_on(client, scratch)


def sendmail_cannot_be_started(programs, way, how):
    with place(programs, way) as scratch:
        path = scratch.path("sendmail")
        os.unlink(path)
        if how == "folder":
            os.mkdir(path)
        elif how != "missing":
            with open(path, "w", encoding="ascii") as file:
                file.write({"not executable": "#!/bin/sh\n", "no program": "cat >/dev/null\n",
                            "no interpreter": "#!/no/such/sh\n", "empty": ""}[how])
            os.chmod(path, 0o644 if how == "not executable" else 0o755)
        client = Client(scratch).hello()
        for _ in 1, 2:
            assert client.message(MESSAGE).startswith("451 4.3.0")
        client.quit()
        lines = scratch.logged("relay status=unstarted code=451 words=*")
        assert len(lines) == 2 and path in lines[0]


def sendmail_takes_too_long(programs, way, how):
    scripts = {
        "deaf": ["trap '' HUP INT QUIT TERM USR1", "sleep 30 & sleep 31 & wait", "exit 0"],
        "with children": ["(trap '' TERM; sleep 30) &", "sleep 31", "exit 0"],
        "stopped": ["kill -STOP $$", "exit 0"],
        "without descriptors": ["exec <&- >&- 2>&-", "sleep 30", "exit 0"],
        "said before": ["echo queued", "sleep 30"],
    }
    with place(programs, way, sendmail_timeout="1s") as scratch:
        script(scratch, *scripts[how])
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\n")
        begun = time.monotonic()
        assert client.reply().startswith("451 4.3.0")
        assert 0.9 < time.monotonic() - begun < 4
        assert scratch.wait_logged("relay status=timeout code=451")
        assert not client.has_child("sendmail")
        client.expect("NOOP", "250")
        client.quit()


def sendmail_without_descriptors(programs, way):
    """Its end is its exit, not the end of what it holds open."""
    with place(programs, way) as scratch:
        script(scratch, "cat >got", "exec <&- >&- 2>&-", "sleep 0.7", ": >ended", "exit 0")
        client = Client(scratch).hello()
        assert client.message(MESSAGE).startswith("250 2.0.0")
        assert os.path.exists(scratch.path("sent/ended")) and whole(sent(scratch, "got"))
        client.quit()


def sendmail_keeps_its_output_open(programs, way):
    """A child of its own that lives on delays nobody, and can write to its end."""
    with place(programs, way) as scratch:
        script(scratch, "cat >got", "(sleep 1; echo one more word && echo two && : >wrote) &", "echo queued", "exit 0")
        client = Client(scratch).hello()
        begun = time.monotonic()
        assert client.message(MESSAGE).startswith("250 2.0.0")
        client.quit()
        assert time.monotonic() - begun < 0.9
        assert scratch.logged("relay status=0 code=250 words=queued")
        until(lambda: os.path.exists(scratch.path("sent/wrote")), "the child wrote")
        assert whole(sent(scratch, "got"))


def sendmail_opens_its_input_anew(programs, way):
    """A wrapper that reads twice has the message twice, each time from its beginning."""
    with place(programs, way) as scratch:
        script(scratch, "cat /dev/stdin >one", "cat >rest", "cat /dev/stdin >two", "cat /proc/self/fd/0 >three",
               "exit 0")
        client = Client(scratch).hello()
        assert client.message(MESSAGE).startswith("250 2.0.0")
        client.quit()
        for name in "one", "rest", "two", "three":
            assert whole(sent(scratch, name)), name


def sendmail_reads_a_part(programs, way):
    with place(programs, way) as scratch:
        script(scratch, "head -c 100 >part", "exit 0")
        client = Client(scratch).hello()
        assert client.message(HEADER + LARGE * 20000).startswith("250 2.0.0")
        client.quit()
        assert len(sent(scratch, "part")) == 100


def sendmail_dies_while_it_reads(programs, way):
    with place(programs, way) as scratch:
        script(scratch, "head -c 100 >part", "kill -9 $$")
        client = Client(scratch).hello()
        assert client.message(HEADER + LARGE * 20000).startswith("451 4.3.0")
        client.quit()
        assert scratch.logged("relay status=signal9 code=451")


def the_second_message_leaves_the_first_alone(programs, way):
    """The first sendmail still reads, in the background, while the next messages come and go."""
    with place(programs, way) as scratch:
        client = Client(scratch).hello()
        scratch.sendmail("background 2")
        assert client.message(MESSAGE).startswith("250 2.0.0")
        scratch.sendmail("background 1")
        assert client.message(HEADER + b"short\r\n").startswith("250 2.0.0")
        scratch.sendmail()
        assert client.message(HEADER + LARGE * 10000).startswith("250 2.0.0")
        client.to_data()
        client.send(b"To: b@away.example\r\n\r\nhalf of a fourth")
        client.close()
        client.run.wait()
        until(lambda: scratch.deliveries()[0].late, "the first has read", 10)
        until(lambda: whole(scratch.deliveries()[0].late or b"") , "the first has read all")
        first, second, third = scratch.deliveries()
        assert whole(first.late)
        assert second.late.endswith(b"\n\nshort\n") and b"line 1" not in second.late
        assert third.message.endswith(b"\n\n" + b"".join([LARGE.replace(b"\r", b"")] * 10000))


def what_sendmail_sees(programs, way):
    """Exactly what DESIGN says; Delivery.faults() has the rest."""
    with place(programs, way) as scratch:
        evil = {"TCPREMOTEIP": "192.0.2.1", "SASL_PATH": "/evil", "LD_PRELOAD": "", "X": "1"}
        client = Client(scratch, env=evil).hello()
        assert client.message(MESSAGE).startswith("250 2.0.0")
        client.quit()
        delivery, = scratch.deliveries()
        assert [var.partition("=")[0] for var in delivery.env] == ["PATH"] and NOISE["PATH"] not in delivery.env[0]
        facts = dict((fact.split(None, 1) + ["", ""])[:2] for fact in delivery.facts)
        assert sorted(fact for fact in facts if fact.startswith("fd")) == ["fd0", "fd1", "fd2"]
        assert (facts["offset"], facts["umask"], facts["cwd"], facts["leader"]) == ("0", "022", "/", "1")
        assert facts["links"] == "0" and scratch.path("run/spool") in facts["fd0"]
        assert whole(delivery.message)


def a_sendmail_that_nobody_may_kill(programs, way):
    """Another user's program, as a setuid one is: it is left alone, and the client is told 451 in time."""
    if not IS_ROOT:
        pytest.skip("only root makes a setuid program of another user")
    if os.statvfs("/tmp").f_flag & os.ST_NOSUID:
        pytest.skip("/tmp is mounted nosuid")
    with place(programs, way, sendmail_timeout="1s") as scratch:
        path = scratch.path("sendmail")
        os.unlink(path)
        with open(helper(programs, "unkillable"), "rb") as program, open(path, "wb") as file:
            file.write(program.read())
        os.chmod(path, 0o4755)
        assert os.stat(path).st_mode & stat.S_ISUID
        client = Client(scratch).hello().to_data()
        client.send(MESSAGE + b".\r\n")
        sendmail = client.started("sendmail")
        try:
            begun = time.monotonic()
            assert client.reply().startswith("451 4.3.0")
            assert 2.5 < time.monotonic() - begun < 4.5
            assert scratch.wait_logged("relay status=abandoned code=451")
            client.expect("NOOP", "250")
            client.quit()
            client.run.wait()
            assert os.path.exists("/proc/%d" % sendmail), "it was killed after all"
        finally:
            os.kill(sendmail, signal.SIGKILL)


# --- the spool and the disk ---

def spool_cannot_be_written(programs, way, how):
    with place(programs, way, allowed=["error what=*spool*"]) as scratch:
        spool = scratch.path("run/spool")
        if how == "missing":
            os.rmdir(spool)
        elif way == "user" and not IS_ROOT:
            os.chmod(spool, 0o555)
        else:
            os.chown(spool, 0, 0)
        client = Client(scratch).hello()
        client.expect("MAIL FROM:<a@office.example>", "250")
        client.expect("RCPT TO:<b@away.example>", "250")
        client.expect("DATA", "452 4.3.1")
        client.expect("NOOP", "250")
        if how == "missing":
            os.mkdir(spool, 0o755)
        os.chmod(spool, 0o755)
        if IS_ROOT:
            os.chown(spool, scratch.service, scratch.service)
        serves_on(client, scratch)


def in_a_small_disk(scratch, way, octets):
    """Words that run smtpd where its spool is a file system of its own, of this size."""
    scratch.identity = dict
    become = [shutil.which("setpriv"), "--reuid=%d" % CALLER, "--regid=%d" % CALLER, "--clear-groups", "--"]
    mount = shutil.which("mount") + ' -t tmpfs -o size=%d,uid=%d,gid=%d,mode=755 none "$1" && shift && exec "$@"' % (
        octets, scratch.service, scratch.service)
    return [shutil.which("unshare"), "-m", "/bin/sh", "-c", mount, "sh", scratch.path("run/spool"),
            *(become if way == "user" else [])]


def the_disk_is_full(programs, way):
    """Told at the end of the data, all of which was eaten; and early, where SIZE tells it."""
    if not IS_ROOT:
        pytest.skip("only root mounts a small disk")
    with place(programs, way, allowed=['error what="*No space left on device"']) as scratch:
        client = Client(scratch, wrap=in_a_small_disk(scratch, way, 64 * 1024)).hello()
        client.expect("MAIL FROM:<a@office.example> SIZE=1000000", "452 4.3.1")
        for _ in 1, 2:
            assert client.message(HEADER + LARGE * 4000).startswith("452 4.3.1")
        # The end lies behind what did not fit, and the next command behind the end.
        client.to_data()
        client.send(HEADER + LARGE * 2000 + b".\r\nNOOP\r\n")
        assert client.reply().startswith("452 4.3.1")
        assert client.reply().startswith("250 2.0.0 OK")
        assert scratch.deliveries() == []
        serves_on(client, scratch)


def the_limit_of_a_file_is_met(programs, way):
    """RLIMIT_FSIZE, from the superserver: 452 like a full disk, and nobody dies of SIGXFSZ."""
    with place(programs, way, allowed=['error what="*File too large"']) as scratch:
        client = Client(scratch, wrap=[shutil.which("prlimit"), "--fsize=49152"]).hello()
        assert client.message(HEADER + LARGE * 4000).startswith("452 4.3.1")
        assert client.run.poll() is None
        assert scratch.deliveries() == []
        serves_on(client, scratch)


def without_unnamed_files(programs, way, error):
    """A file system that has no O_TMPFILE: a name for a moment, and then as ever."""
    with place(programs, way, but="under a seccomp filter" if way == "root" else "sendmail 1: ") as scratch:
        client = Client(scratch, wrap=[helper(programs, "refuse"), "openat", "2", hex(0o20000000), hex(0o20000000),
                                       str(error)]).hello().to_data()
        assert os.listdir(scratch.path("run/spool")) == []
        client.send(MESSAGE[:100])
        if IS_ROOT:
            spool, = [what for what in descriptors(client.monitor).values() if scratch.path("run/spool") in what]
            assert spool.endswith(" (deleted)")
        client.send(MESSAGE[100:] + b".\r\n")
        assert client.reply().startswith("250 2.0.0")
        client.quit()
        one_whole(scratch)


def without_pidfd(programs, way):
    """A kernel that has no pidfd_open(): the end of sendmail and its time are seen all the same."""
    with place(programs, way, but="sendmail ", sendmail_timeout="1s") as scratch:
        refuse = [helper(programs, "refuse"), "pidfd_open", "0", "0", "0", str(errno.ENOSYS)]
        client = Client(scratch, wrap=refuse).hello()
        assert client.message(MESSAGE).startswith("250 2.0.0")
        one_whole(scratch)
        scratch.sendmail("sleep 30")
        assert client.message(MESSAGE).startswith("451 4.3.0")
        assert scratch.wait_logged("relay status=timeout")
        client.quit()


def without_memory_for_words(programs, way):
    with place(programs, way) as scratch:
        refuse = [helper(programs, "refuse"), "memfd_create", "0", "0", "0", str(errno.EMFILE)]
        client = Client(scratch, wrap=refuse).hello()
        assert client.message(MESSAGE).startswith("451 4.3.0")
        assert scratch.wait_logged("relay status=unstarted code=451 words=*")
        client.quit()
        assert scratch.deliveries() == []


assert run_side_by_side  # the fixture `crowd`
SIGNALS = ["TERM", "INT", "HUP"]
CASES = [
    *[Case(sendmail_takes_too_long, how) for how in ("deaf", "with children", "stopped", "without descriptors",
                                                     "said before")],
    a_sendmail_that_nobody_may_kill, the_second_message_leaves_the_first_alone, without_pidfd, every_exit_status,
    *[Case(dies_before_the_end, who, stage) for stage in STAGES
      for who in ("client", "reset", "half-close", "session", "monitor")],
    *[Case(dies_during_the_hand_over, who, reads) for reads in ("read", "unread")
      for who in ("client", "reset", "session", "monitor")],
    *[Case(sendmail_is_killed, number) for number in (9, 15, 11)], sendmail_is_killed_with_its_group,
    *[Case(signal_while_waiting, name, stage) for name in SIGNALS
      for stage in ("greeted", "mail", "rcpt", "data", "body", "auth")],
    *[Case(signal_while_sendmail_runs, name) for name in SIGNALS],
    *[Case(signal_before_sendmail_starts, name) for name in SIGNALS],
    *[Case(sendmail_cannot_be_started, how) for how in ("missing", "not executable", "folder", "no program",
                                                        "no interpreter", "empty")],
    sendmail_without_descriptors, sendmail_keeps_its_output_open, sendmail_opens_its_input_anew, sendmail_reads_a_part,
    sendmail_dies_while_it_reads, what_sendmail_sees,
    *[Case(spool_cannot_be_written, how) for how in ("missing", "of another")],
    the_disk_is_full, the_limit_of_a_file_is_met,
    *[Case(without_unnamed_files, error) for error in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL)],
    without_memory_for_words,
]


@each(CASES)
def test_half(case, way, crowd):
    crowd(case, way)



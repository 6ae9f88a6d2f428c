"""Whoever dies in a connection with TLS, and whenever: all others end, and no half of a message is delivered.

Each of its processes is killed, and the client leaves or resets the connection, at every moment from the
220 in clear to the running sendmail.
"""

import os
import signal
import time

from client import Case, children, each, held, run_side_by_side, until
from secure import SecureClient, tls_place
from test_half import HEADER, LARGE, MESSAGE, has_read, whole

AT_ONCE = 10
# What is said of one that was killed. A postern-tls that is killed has not left its last words.
KILLED = ["disconnect reason=died", "error what=\"postern-tls: signal 9\""]


def client_hello():
    """A first half of one, as s_client sends it."""
    return b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + bytes(range(32)) + b"\x20"


def to_moment(client, moment):
    """Brings a connection to where somebody dies."""
    if moment == "clear":
        return client.hello()
    client.to_handshake()
    if moment == "handshake":
        client.started("postern-tls")
    elif moment == "half-a-hello":
        client.send(client_hello())
    if "hand" in moment or "hello" in moment:
        time.sleep(0.05)
        return client
    client.shake()
    client.hello() if client.direct else client.expect("EHLO client.example", "250 ")
    if moment != "ehlo":
        client.to_data()
    if moment == "data":
        client.send(MESSAGE)
    elif moment == "large":
        client.send(HEADER + LARGE * 30000)
    elif moment == "dot":
        client.send(MESSAGE + b".\r\n")
        client.started("sendmail")
        has_read(client.scratch)
    return client


def kill(client, who):
    if who == "client" or who == "reset":
        client.close(reset=who == "reset")
        return
    pid = {"postern-tls": lambda: client.tls, "session": lambda: client.sessions[0],
           "monitor": lambda: client.monitor}[who]()
    os.kill(pid, signal.SIGKILL)


def ended_without_250(client):
    """To the client's end of it: no reply that says that anything was taken."""
    got = client.ended() if client.socket.fileno() >= 0 else []
    assert not [line for line in got if line.startswith("250")], got
    client.close()


def dies(programs, way, kind, who, moment):
    """The message is there whole, if sendmail had it already; or not at all."""
    status = -9 if who == "monitor" else 0
    with tls_place(programs, way, allowed=KILLED, status=status) as scratch:
        if moment == "dot":
            scratch.sendmail("sleep 1")
        client = to_moment(SecureClient(scratch, direct=kind == "direct"), moment)
        kill(client, who)
        ended_without_250(client)
        if who in ("postern-tls", "monitor") and moment in ("ehlo", "data", "large", "dot"):
            assert client.socket.ending == "cut", "no end that a client may take for the server's own"
        client.run.wait()
        deliveries = scratch.deliveries()
        assert len(deliveries) == (1 if moment == "dot" else 0)
        assert all(whole(delivery.message) for delivery in deliveries)
        if who == "monitor":
            until(lambda: "sendmail" not in [name for state, name in children().values() if state != "Z"],
                  "sendmail ended")
        else:
            assert scratch.logged("disconnect reason=*"), scratch.log()
        if who == "session":
            assert scratch.logged("disconnect reason=died signal=9"), scratch.log()
        if who == "postern-tls":
            assert scratch.logged('error what="postern-tls: signal 9"'), scratch.log()


def the_spare_one_dies_in_clear(programs, way):
    """The one that shall go on behind STARTTLS is gone: the connection goes on in clear, and ends there."""
    with tls_place(programs, way, allowed=KILLED) as scratch:
        client = SecureClient(scratch).hello()
        os.kill(client.sessions[1], signal.SIGKILL)
        client.expect("NOOP", "250")
        assert client.message(MESSAGE).startswith("250 2.0.0")
        assert whole(scratch.deliveries()[0].message)
        client.say("STARTTLS")
        client.ended()
        client.close()
        client.run.wait()
        assert scratch.logged("disconnect reason=died signal=9 *"), scratch.log()


def the_first_one_dies_while_it_asks(programs, way):
    """The session is killed when it has asked for TLS, and the monitor has not answered yet."""
    with tls_place(programs, way, allowed=KILLED) as scratch:
        client = SecureClient(scratch).hello()
        with held(client.monitor):
            client.send("STARTTLS\r\n")
            time.sleep(0.1)
            os.kill(client.sessions[0], signal.SIGKILL)
        ended_without_250(client)
        client.run.wait()
        assert scratch.logged("disconnect reason=*"), scratch.log()


def the_first_one_does_not_leave(programs, way):
    """A session that is to leave and stays has its time, as any silence has; then it is dead, and TLS never began."""
    with tls_place(programs, way, login_timeout="1s") as scratch:
        client = SecureClient(scratch).hello()
        first, _ = client.sessions
        with held(client.monitor):
            client.send("STARTTLS\r\n")
            time.sleep(0.1)
            os.kill(first, signal.SIGSTOP)
        client.socket.settimeout(30)
        ended_without_250(client)
        client.run.wait()
        assert first not in children()
        assert scratch.logged("disconnect reason=timeout stage=tls"), scratch.log()
        assert not scratch.logged("tls *")


def signal_in_tls(programs, way, kind, moment):
    """A signal to the monitor: the client is told in TLS, where there is TLS, and all leave."""
    with tls_place(programs, way) as scratch:
        client = to_moment(SecureClient(scratch, direct=kind == "direct"), moment)
        begun = time.monotonic()
        client.run.send_signal(signal.SIGTERM)
        lines = client.ended()
        assert time.monotonic() - begun < 4, "a farewell takes 2 s at most"
        if moment in ("ehlo", "data"):
            assert len(lines) == 1 and lines[0].startswith("421 4.3.2 office.example "), lines
            assert client.socket.ending == "close_notify"
        client.close()
        client.run.wait()
        assert scratch.deliveries() == []
        assert scratch.logged("disconnect reason=signal"), scratch.log()


assert run_side_by_side  # the fixture `crowd`
KINDS = ["starttls", "direct"]
CASES = [
    the_first_one_does_not_leave, the_first_one_dies_while_it_asks, the_spare_one_dies_in_clear,
    *[Case(dies, kind, who, moment) for kind in KINDS
      for moment in ("dot", "handshake", "half-a-hello", "ehlo", "data", "large")
      for who in ("postern-tls", "session", "monitor", "client", "reset")],
    *[Case(dies, "starttls", who, "clear") for who in ("session", "monitor", "client", "reset")],
    *[Case(signal_in_tls, kind, moment) for kind in KINDS for moment in ("handshake", "half-a-hello", "ehlo", "data")],
]


@each(CASES)
def test_tls_kill(case, way, crowd):
    crowd(case, way)

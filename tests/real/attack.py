"""Attacks of the hostile session (tests/hostile.c) on the real monitor: how they are run, and by what they
are judged: by what the session says it was told, by the log, by what reached sendmail, and by who is
still alive.
"""

import base64
import os
import re
import selectors
import shutil
import signal
import socket
import ssl
import time

from scratch import PATIENCE, TESTS, TOOLS, Scratch, children, no_orphans, words
from tls import Tls

INSIDE, OUTSIDE = "127.0.0.1", "192.0.2.9"  # may relay; may not
BYES = {"quit", "hangup", "timeout", "errors", "signal", "nojail", "injection", "foreign"}
ENOUGH = 5  # monitors that hang are enough to see it
STATES = ["start", "idle", "mail", "rcpt", "data", "login"]
SHAPES = ["exact", "short", "long", "longest", "bare", "zeros", "ones", "anything"]

with open(os.path.join(os.path.dirname(TESTS), "base", "requests.def"), encoding="ascii") as definition:
    ROWS = re.findall(r"^REQUEST\((\w+),.*struct (\w+),", definition.read(), re.M)
REQUESTS = [name for name, _ in ROWS]
PLAIN = [name for name, record in ROWS if record == "wire_plain"]  # of one octet, which cannot be shorter


def make_place(programs, way, **settings):
    """A folder of its own, with one account and with clients inside and outside."""
    shutil.copy(os.path.join(TOOLS, "hostile"), programs.path("hostile"))
    scratch = Scratch(programs, way)
    scratch.write_settings(networks=INSIDE, cleartext_networks=INSIDE + " " + OUTSIDE, mechanisms="PLAIN LOGIN",
                           message_size_limit=400000, recipient_limit=20, **settings)
    scratch.account("known", "right")
    return scratch


def token(text):
    return base64.b64encode(text.encode("latin-1")).decode()


def records(states):
    """Every record in every shape in these states: the words of an order."""
    return [("one", state, request, *shape) for state in states for request in REQUESTS
            for shape in [*([shape] for shape in SHAPES if shape != "short" or request not in PLAIN),
                          *(("anything", n) for n in range(1, 4))]]


class Attack:
    """One connection with a hostile session.

    `acts` are what is done to it when a word of its report comes; `deaf` names a word behind which the
    client reads no more. `within` are the seconds from the order to the monitor's end, `beyond` those that must
    pass. `reason`, if set, is the disconnect line's; else it follows from what the session expects. One that
    is `unheard` cannot report.
    """

    def __init__(self, *order, client=INSIDE, acts=None, deaf=None, within=PATIENCE, beyond=0,
                 reason=None, why=None, outlives=False, knows=False, tcp=False, unheard=False,
                 program="hostile", arguments=()):
        self.order = " ".join(str(word) for word in order)
        self.client, self.acts, self.deaf = client, acts or {}, deaf
        self.outlives, self.unheard = outlives, unheard
        self.tcp, self.program, self.arguments = tcp, program, arguments
        self.within, self.beyond, self.reason, self.why, self.knows = within, beyond, reason, why, knows
        self.told, self.rest, self.faults, self.killed, self.quiet = [], b"", [], False, False
        self.pids, self.sessions = [], []  # of the one that speaks, and of one that waits for its turn
        self.place = self.process = self.acted = self.ended = self.took = None

    def start(self):
        """Starts the monitor, and with it the session."""
        if self.tcp:
            with socket.create_server(("127.0.0.1", 0)) as server:
                self.socket = socket.create_connection(server.getsockname())
                theirs = server.accept()[0]
        else:
            self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = self.place.start(theirs, theirs, {"TCPREMOTEIP": self.client}, program=self.program,
                                            arguments=self.arguments)
        self.socket.setblocking(False)
        self.monitor = os.pidfd_open(self.process.pid)
        self.begun = time.monotonic()

    def read(self):
        """Takes what the session reports. False: there will be no more."""
        try:
            octets = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        return self.take(octets) and octets != b""

    def take(self, octets):
        """Takes the report's octets. False: what comes behind them is not read."""
        *lines, self.rest = (self.rest + octets).split(b"\n")
        return all(self.hear(line) for line in lines)

    def hear(self, line):
        """Does what a line of the report calls for. False: what comes behind it is not read."""
        word, _, value = line.decode("latin-1").partition(" ")
        self.told.append((word, value))
        if word == "ready":
            if not self.sessions:
                self.pids = self.session_pids()
                self.sessions = [os.pidfd_open(pid) for pid in self.pids]
            self.send(self.order.encode() + b"\n")
        if word in self.acts:
            self.acts[word](self)
            self.acted = time.monotonic()
        if word == "waits":
            self.send(b"\n")
        return word != self.deaf

    def send(self, octets):
        self.socket.sendall(octets)

    def session_pids(self):
        """The monitor's children: the session, and where STARTTLS may come the one that waits. The kernel's
        list may be short while other processes come and go."""
        count = 2 if "tls_certificate" in self.place.settings and "-s" not in self.arguments else 1
        for _ in range(1000):
            try:
                with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="ascii") as file:
                    found = [int(pid) for pid in file.read().split()]
            except OSError:
                found = []
            if len(found) < count:
                found = sorted(children(of=self.process.pid))
            if len(found) == count:
                return found
        raise AssertionError("the monitor has the children %s, not %d" % (found, count))

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def terminate(self):
        time.sleep(0.02)
        self.process.terminate()

    def kill(self):
        """The monitor dies without a word, when the session has had time to do what it is about to."""
        time.sleep(0.02)
        self.killed = True
        self.process.kill()

    def over(self):
        """The monitor has ended: so must the session, at once."""
        self.ended = time.monotonic()
        self.took = self.ended - self.begun
        self.process.wait()
        if not self.sessions and not self.unheard:
            self.faults.append("the session did not begin")
        for session in self.sessions:
            with selectors.DefaultSelector() as selector:
                selector.register(session, selectors.EVENT_READ)
                if not selector.select(0 if self.outlives else 1):
                    self.faults += ["the session outlives the monitor"] if not self.outlives else []
                    signal.pidfd_send_signal(session, signal.SIGKILL)
            os.close(session)
        while not self.quiet and self.read():
            pass
        self.socket.close()
        os.close(self.monitor)

    def give_up(self):
        """The monitor hangs."""
        self.faults.append("the monitor did not end within %.1f s" % self.within)
        for process in (*self.sessions, self.monitor):
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def values(self, word):
        return [value for told, value in self.told if told == word]


class TlsAttack(Attack):
    """One connection with two hostile sessions: `first` is the order of the one that the client speaks with
    in clear, and at its word `go` the client begins the handshake; the order itself goes to the other.

    `shakes` is False where no handshake may come to its end, None where it may and need not. `begin` is what
    is done in its place.
    """

    def __init__(self, *order, first="leave start", shakes=True, begin=None, **more):
        super().__init__(*order, **more)
        self.second, self.order, self.shakes, self.begin = self.order, first, shakes, begin
        self.tls, self.shaken, self.broken, self.behind = None, False, None, b""

    def take(self, octets):
        if not self.tls:
            while b"\n" in self.rest + octets:
                line, _, octets = (self.rest + octets).partition(b"\n")
                self.rest = b""
                if not self.hear(line):
                    return False
                if self.tls:
                    break
            else:
                self.rest += octets
                return True
        if not self.shaken:
            self.behind += octets
            return not octets or self.shake(octets)
        return super().take(self.tls.open(octets)) and self.go_on()

    def hear(self, line):
        if line.split()[:1] == [b"go"]:
            self.order = self.second
            (self.begin or TlsAttack.say_hello)(self)
        return super().hear(line)

    def say_hello(self):
        self.tls = Tls(self.place.path("office.pem"))
        self.shake(b"")

    def shake(self, octets):
        if octets:
            self.tls.take(octets)
        try:
            self.shaken = self.tls.shake()
        except ssl.SSLError as error:
            self.broken = str(error)
        self.flush()
        if self.broken:
            self.shut()
        return not self.broken

    def go_on(self):
        """Where the server has said good-bye, so does the client."""
        if self.tls.closed or self.tls.broken:
            self.shut()
            return False
        return True

    def flush(self):
        try:
            self.socket.sendall(self.tls.leaving.read())
        except (BrokenPipeError, ConnectionResetError):
            pass

    def shut(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def send(self, octets):
        super().send(self.tls.seal(octets) if self.tls else octets)

    def over(self):
        super().over()
        if self.shakes not in (None, self.shaken):
            self.faults.append("the handshake failed: %s" % self.broken if self.shakes else "there was a handshake")
        if self.shaken and not self.killed and self.values("ready")[1:] != ["goes on"]:
            self.faults.append("no other session went on")


def run(scratch, attacks, at_once=3):
    """Lets the attacks run, some at a time, and returns them with what came of each."""
    for attack in attacks:
        attack.place = attack.place or scratch
    waiting, going, hung = list(reversed(attacks)), set(), 0
    with selectors.DefaultSelector() as selector:
        while waiting or going:
            while waiting and len(going) < at_once:
                attack = waiting.pop()
                attack.start()
                going.add(attack)
                selector.register(attack.socket, selectors.EVENT_READ, attack)
                selector.register(attack.monitor, selectors.EVENT_READ, attack)
            for key, _ in selector.select(0.1):
                attack = key.data
                if attack not in going:
                    continue
                if key.fd != attack.monitor:
                    if not attack.quiet and not attack.read():
                        attack.quiet = True
                        selector.unregister(key.fd)
                    continue
                if not attack.quiet:
                    selector.unregister(attack.socket)
                selector.unregister(attack.monitor)
                going.remove(attack)
                attack.over()
            for attack in going:
                if time.monotonic() > attack.begun + attack.within and not attack.faults:
                    attack.give_up()
                    hung += 1
            if hung > ENOUGH:
                waiting.clear()
    return attacks


def fields(line):
    """A log line's event and its values."""
    event, *rest = words(line)
    pairs = (word.partition("=")[::2] for word in rest)
    return event, {key: value.strip('"') for key, value in pairs}


def transactions(attack):
    """What the monitor said it sent on: sender and recipients, each once, of every message."""
    sent, sender, recipients = [], None, []
    for word, value in attack.told:
        if word == "sender":
            sender, recipients = value, []
        elif word == "recipient":
            value += "@office.example" if value.lower() == "postmaster" else ""
            recipients += [value] if value not in recipients else []
        elif word == "committed" and value == "250":
            sent.append((sender, recipients))
        elif word == "dropped":
            sender, recipients = None, []
    return sent


def delivered(delivery):
    """Whom sendmail was told to send to, and from whom."""
    assert delivery.arguments[:3] == ["-i", "-oeq", "-f"], delivery.argv
    sender, mode, *rest = delivery.arguments[3:]
    if mode == "--":
        return sender, rest
    assert mode == "-t" and not rest, delivery.argv
    header = re.sub(rb"\n[ \t]+", b" ", delivery.header).decode("latin-1")
    named = re.findall(r"(?im)^(?:resent-)?(?:to|cc|bcc|apparently-to)[ \t]*:(.*)$", header)
    return sender, [name for line in named for name in re.findall(r'[^\s<>,:;()"]+@[^\s<>,:;()"]+', line)]


def check_deliveries(attack, deliveries):
    """Never a hand-over without a right, never a recipient beyond the accepted."""
    sent = transactions(attack)
    may = attack.client == INSIDE or (attack.knows and "235" in attack.values("login"))
    if not may and (attack.values("sender") or deliveries):
        attack.faults.append("it could relay")
    if len(sent) != len(deliveries):
        attack.faults.append("%d sent, %d delivered" % (len(sent), len(deliveries)))
    for (sender, recipients), delivery in zip(sent, deliveries):
        got_sender, got = delivered(delivery)
        if got_sender != sender or sorted(got) != sorted(recipients):
            attack.faults.append("%s to %s delivered from %s to %s" % (sender, recipients, got_sender, got))


def wanted(attack):
    """The reason and the distrust that the log must have, by what the session expected to come."""
    expected = (attack.values("expect") or [None])[-1]
    if attack.reason:
        return set(attack.reason.split()), attack.why
    if expected in ("answer", "nothing"):
        return {"hangup" if attack.order.startswith("fuzz") else "quit"}, None
    if expected == "bye":
        return BYES, None
    if expected == "leaves":
        return {"tls"}, None
    if expected == "gone":
        return {"died", "hangup"}, None
    return {"distrust"}, expected


def check_log(attack, lines):
    """The log tells the beginning, the end and why, and the end is the one that it had to be."""
    events = [fields(line) for line in lines]
    names = [event for event, _ in events]
    if attack.killed:
        return
    reasons, why = wanted(attack)
    if names.count("connect") != 1 or names[0] != "connect" or names.count("disconnect") != 1 or \
            names[-1] != "disconnect":
        attack.faults.append("the log has " + " ".join(names))
        return
    if events[-1][1]["reason"] not in reasons:
        attack.faults.append("reason %s, not %s" % (events[-1][1]["reason"], " or ".join(reasons)))
    distrusts = [values["why"] for event, values in events if event == "distrust"]
    if distrusts not in ([[word] for word in why] if isinstance(why, tuple) else [[why] if why else []]):
        attack.faults.append("distrust is %s, not %s" % (distrusts, why))
    # What a client may do is told once each; all else is bounded: 50 notes of each session, 200 refusals, and
    # a few.
    floods = sum(name not in ("mail", "relay", "auth") for name in names)
    if floods > (310 if "tls" in names else 260):
        attack.faults.append("%d log lines" % floods)


def judge(scratch, attacks, allowed=()):
    """Everything that must hold, of each attack and of what is left behind; empties log and sent."""
    # The log's processes are the monitors.
    attacks = [attack for attack in attacks if attack.process]
    by_process, by_id = {}, {}
    with open(scratch.path("log"), encoding="latin-1", newline="\n") as file:
        for line in filter(None, file.read().split("\n")):
            found = re.match(r"postern\[(\d+)\]: (.*)\Z", line)
            if found:
                by_process.setdefault(int(found[1]), []).append(found[2])
    for delivery in scratch.deliveries():
        found = re.search(r" id (\w+)", delivery.fields("Received")[0])
        by_id.setdefault(found[1], []).append(delivery)
    for attack in attacks:
        lines = by_process.get(attack.process.pid, [])
        ids = {fields(line)[1].get("id") for line in lines}
        attack.faults += ["odd: " + value for value in attack.values("odd")]
        if attack.process.returncode != (-signal.SIGKILL if attack.killed else 0):
            attack.faults.append("the monitor's status is %d" % attack.process.returncode)
        if attack.took is not None and attack.took < attack.beyond:
            attack.faults.append("it ended after %.1f s" % attack.took)
        check_log(attack, lines)
        check_deliveries(attack, [d for name in ids for d in by_id.pop(name, [])])
    faults = ["%s %s: %s (%.1f s)\n\t%s" % (attack.client, attack.order, "; ".join(attack.faults),
                                          attack.took or -1, attack.told[-5:])
              for attack in attacks if attack.faults]
    faults += ["a delivery of nobody" for _ in by_id]
    faults += no_orphans()
    scratch.runs.clear()
    faults += scratch.faults(["distrust *", "nojail *", "disconnect *", *allowed])
    os.truncate(scratch.path("log"), 0)
    shutil.rmtree(scratch.path("sent"))
    os.mkdir(scratch.path("sent"), 0o755)
    os.chown(scratch.path("sent"), scratch.service, scratch.service)
    assert not faults, "\n".join(faults[:8])

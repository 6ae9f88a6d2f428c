"""What the tests of real programs share: a Postern of its own for each test, in each way of running."""

import os
import signal
import smtplib
import socket
import sys
import threading

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scratch import Programs, Scratch, subreaper, ways  # noqa: E402

# A shell without job control starts what it puts in the background with these two ignored, and that
# survives exec: what the tests start shall die of them as it does for a person.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


class Listener:
    """The superserver of the tests: a port of 127.0.0.1, one smtpd for each connection."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                self.scratch.start(client, client)

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


class Postern(Scratch):
    """A scratch folder with a port. `allowed` are log lines that a test expects though they are faults."""

    def __init__(self, programs, way):
        super().__init__(programs, way)
        self.allowed, self.listener, self.clients = [], None, []

    @property
    def port(self):
        """The port; it is opened at first use, so that settings can be written before."""
        if not self.listener:
            self.listener = Listener(self)
        return self.listener.port

    def connect(self, **more):
        """A client that has said EHLO."""
        client = smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example", timeout=30, **more)
        self.clients.append(client)
        client.ehlo()
        return client

    def only_delivery(self):
        """The one thing that sendmail was given."""
        deliveries = self.deliveries()
        assert len(deliveries) == 1, [delivery.argv for delivery in deliveries]
        return deliveries[0]

    def end(self):
        for client in self.clients:
            client.close()
        if self.listener:
            self.listener.stop()
        try:
            return self.faults(self.allowed)
        finally:
            self.remove()


@pytest.fixture(scope="session", name="programs")
def copied_programs():
    subreaper()
    programs = Programs()
    yield programs
    programs.remove()


@pytest.fixture(params=ways())
def postern(request, programs):
    """A Postern; after the test nothing may be left of it, and its log must be clean."""
    place = Postern(programs, request.param)
    yield place
    log = "\n".join(place.log())
    faults = place.end()
    assert not faults, "\n".join(faults) + "\n" + log


def pytest_terminal_summary(terminalreporter):
    """The counts, in the words that tests/run reads."""
    counts = {what: len(terminalreporter.stats.get(what, ())) for what in
              ("passed", "failed", "error", "skipped", "xfailed", "xpassed")}
    terminalreporter.write_line("real: %d passed, %d failed, %d skipped" % (
        counts["passed"] + counts["xfailed"], counts["failed"] + counts["error"] + counts["xpassed"],
        counts["skipped"]))

"""A handshake leaves nothing behind that a client waits for."""

import ssl
import statistics
import time


def took(client, command):
    began = time.monotonic()
    client.putcmd(command)
    client.getreply()
    return time.monotonic() - began


def test_the_first_command_behind_the_handshake_is_answered_as_fast_as_any(postern):
    """Most clients leave Nagle's algorithm on: what they send behind their last octets of the handshake
    waits until these are acknowledged, and the kernel of a server that has nothing to say to them takes
    40 ms for that. So the first answer is held to a multiple of a later one, 1 ms at least: it was 150
    times as long before."""
    postern.tls()
    context = ssl.create_default_context(cafile=postern.path("office.pem"))
    first, later = [], []
    for _ in range(9):
        client = postern.connect()
        client.starttls(context=context)
        first.append(took(client, "EHLO client.example"))
        later += [took(client, "EHLO client.example") for _ in range(5)]
        client.quit()
    assert statistics.median(first) < 20 * max(statistics.median(later), 0.001), (first, later)

"""A client of SCRAM (RFC 5802, RFC 7677) whose every message can be made wrong, and its channel bindings.

Used by test_scram.py. Nothing of it is the server's: its hashes are Python's.
"""

import base64
import hashlib
import hmac
import os
import re

HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-224": "sha224", "SCRAM-SHA-256": "sha256",
          "SCRAM-SHA-384": "sha384", "SCRAM-SHA-512": "sha512"}


def octets(text):
    return text.encode() if isinstance(text, str) else text


def escape(name):
    return octets(name).replace(b"=", b"=3D").replace(b",", b"=2C")


class Scram:
    """One login. `flag` is the client's word on channel binding, `n`, `y` or `p=NAME`, `binding` its data."""

    def __init__(self, mechanism, name, password, flag="n", binding=b"", identity="", nonce=None):
        self.hash = HASHES[mechanism.removesuffix("-PLUS")]
        self.password = octets(password)
        self.header = octets(flag) + b"," + (b"a=" + escape(identity) if identity else b"") + b","
        self.binding = binding
        self.nonce = nonce or base64.b64encode(os.urandom(18))
        self.bare = b"n=" + escape(name) + b",r=" + self.nonce
        self.salt = self.iterations = self.both = self.signature = None
        self.answered = False

    def first(self):
        return self.header + self.bare

    def hear(self, challenge):
        """Takes the server's first message apart, which must be as RFC 5802 has it."""
        match = re.fullmatch(rb"r=([!-+\--~]+),s=([A-Za-z0-9+/]+=*),i=([1-9][0-9]*)", challenge)
        assert match and match.group(1).startswith(self.nonce), challenge
        assert len(match.group(1)) >= len(self.nonce) + 16, "the server's part of the nonce is short"
        self.both, self.salt, self.iterations = match.group(1), base64.b64decode(match.group(2)), int(match.group(3))
        self.challenge = challenge

    def keyed(self, key, message):
        return hmac.new(key, message, self.hash).digest()

    def final(self, challenge=None, header=None, binding=None, nonce=None, more=b""):
        """The client's final message; each part of it may be another than the right one."""
        if challenge is not None:
            self.hear(challenge)
        data = base64.b64encode((self.header if header is None else header)
                                + (self.binding if binding is None else binding))
        without = b"c=" + data + b",r=" + (nonce or self.both) + more
        return without + b",p=" + base64.b64encode(self.proof(without))

    def proof(self, without):
        message = self.bare + b"," + self.challenge + b"," + without
        salted = hashlib.pbkdf2_hmac(self.hash, self.password, self.salt, self.iterations)
        client = self.keyed(salted, b"Client Key")
        stored = hashlib.new(self.hash, client).digest()
        self.signature = self.keyed(self.keyed(salted, b"Server Key"), message)
        return bytes(a ^ b for a, b in zip(client, self.keyed(stored, message)))

    def is_server(self, answer):
        """Whether the server has proved that it has the verifier; that says too that the password is right."""
        self.answered = True
        return answer == b"v=" + base64.b64encode(self.signature)


def expand_label(hash_name, secret, label, context, length):
    """RFC 8446 7.1, for what one HMAC fills."""
    label = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context
    return hmac.new(secret, info + b"\x01", hash_name).digest()[:length]


def exporter(key_log, cipher):
    """The binding tls-exporter (RFC 9266) of a connection in TLS 1.3: Python's ssl does not tell it, but writes
    the secret that it is made of to its key log."""
    with open(key_log, encoding="ascii") as file:
        secret = bytes.fromhex(re.findall(r"(?m)^EXPORTER_SECRET [0-9a-f]+ ([0-9a-f]+)$", file.read())[-1])
    name = "sha384" if cipher.endswith("SHA384") else "sha256"
    empty = hashlib.new(name, b"").digest()
    derived = expand_label(name, secret, b"EXPORTER-Channel-Binding", empty, len(empty))
    return expand_label(name, derived, b"exporter", empty, 32)

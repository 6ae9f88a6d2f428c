"""Certificates for the tests of TLS: an authority, its server and its client; and another authority's.

Made by the `openssl` command, once for all that use the same programs; each server's pair is for
office.example, localhost and 127.0.0.1.
"""

import os
import shutil
import subprocess
from fcntl import LOCK_EX, flock

from scratch import CALLER

RSA, ECDSA = ["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
SERVER = "subjectAltName=DNS:office.example,DNS:localhost,IP:127.0.0.1"
CLIENT = "subjectAltName=email:alice@office.example,DNS:laptop.office.example"
# name: kind of key, subject, authority, extension
PAIRS = {
    "authority": (ECDSA, "/CN=Office authority", None, None),
    "rsa": (RSA, "/CN=office.example", "authority", SERVER),
    "ecdsa": (ECDSA, "/CN=office.example", "authority", SERVER),
    "renewed": (ECDSA, "/CN=office.example", "authority", SERVER),
    "client": (ECDSA, "/O=Office/CN=Alice of the Office", "authority", CLIENT),
    "others": (ECDSA, "/CN=Another authority", None, None),
    "stranger": (ECDSA, "/CN=Mallory", "others", CLIENT),
}


def make(folder, name):
    kind, subject, authority, extension = PAIRS[name]
    command = ["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "30", "-subj", subject,
               "-keyout", "%s/%s.key" % (folder, name), "-out", "%s/%s.pem" % (folder, name)]
    if authority:
        command += ["-CA", "%s/%s.pem" % (folder, authority), "-CAkey", "%s/%s.key" % (folder, authority)]
        command += ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", extension]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)


def folder_of(programs):
    """The folder with NAME.pem and NAME.key of all PAIRS."""
    folder = programs.path("certificates")
    with open(programs.path("certificates.lock"), "ab") as lock:
        flock(lock, LOCK_EX)
        if not os.path.exists(folder):
            new = folder + ".new"
            os.mkdir(new)
            for name in PAIRS:
                make(new, name)
            os.rename(new, folder)
    return folder


def file_of(programs, name):
    """The path of NAME.pem or NAME.key."""
    return os.path.join(folder_of(programs), name)


def give(scratch, pair="ecdsa", **more):
    """Gives smtpd this pair, by files that are renamed into their place as a renewal does; the key can
    only be read by who starts smtpd."""
    for name, mode in (".pem", 0o644), (".key", 0o600):
        path = scratch.path("office" + name)
        shutil.copyfile(file_of(scratch.programs, pair + name), path + ".new")
        os.chmod(path + ".new", mode)
        if "user" in scratch.identity():
            os.chown(path + ".new", CALLER, CALLER)
        os.rename(path + ".new", path)
    scratch.write_settings(tls_certificate=scratch.path("office.pem"), tls_key=scratch.path("office.key"), **more)

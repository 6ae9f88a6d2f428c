"""postern check, of TLS: it reads certificate and key as the service would, and names each remedy."""

import os
import subprocess

from test_check import CALLER, JAILED, SERVICE, host, root_host  # noqa: F401 (fixtures)


def openssl(*words):
    subprocess.run(["openssl", *words], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)


def give(host, name="office.example", days=90, key="tls.key", certificate="tls.pem", **settings):
    """Gives the host a self-made pair, the key for nobody but who starts smtpd."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
            "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
            "-keyout", host.path(key), "-out", host.path(certificate))
    own(host, key)
    host.write(tls_certificate=host.path("tls.pem"), tls_key=host.path("tls.key"), **settings)


def own(host, key, mode=0o600):
    os.chmod(host.path(key), mode)
    if host.as_whom:
        os.chown(host.path(key), CALLER, CALLER)


def certificate_line(host, level, words):
    return "%s: tls_certificate: %s: %s" % (level, host.path("tls.pem"), words)


def key_line(host, level, words):
    return "%s: tls_key: %s: %s" % (level, host.path("tls.key"), words)


def test_without_a_certificate_it_says_so(host):
    host.finds(0, "ok: tls: no certificate is set", "ok: mechanisms: PLAIN: offered in cleartext_networks, since")


def test_a_good_pair(host):
    give(host)
    host.finds(0, certificate_line(host, "ok", "office.example; until "), key_line(host, "ok", "ECDSA, 256 bits"),
               "ok: postern-tls: ", "ok: mechanisms: PLAIN: offered through TLS")


def test_a_key_of_another_certificate(host):
    give(host, key="other.key", certificate="other.pem")
    give(host)
    os.replace(host.path("other.key"), host.path("tls.key"))
    host.finds(1, key_line(host, "wrong", "the key does not belong to the certificate: name the key"))


def test_a_certificate_about_to_expire(host):
    give(host, days=10)
    out = host.finds(0, certificate_line(host, "warning", "it expires on "))
    assert any("renew it" in line for line in out if line.startswith("warning: tls_certificate")), out


def test_a_certificate_for_another_name(host):
    give(host, name="shop.example")
    host.finds(1, certificate_line(host, "wrong", "it is for shop.example and not for office.example: have one made"))


def test_an_incomplete_chain(host):
    """A client knows the root alone; what lies between must come with the certificate."""
    give(host)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
            "-subj", "/CN=Office Authority", "-keyout", host.path("ca.key"), "-out", host.path("ca.pem"))
    openssl("req", "-new", "-key", host.path("tls.key"), "-subj", "/CN=office.example", "-out", host.path("tls.csr"))
    with open(host.path("names"), "w") as file:
        file.write("subjectAltName = DNS:office.example\n")
    openssl("x509", "-req", "-in", host.path("tls.csr"), "-CA", host.path("ca.pem"), "-CAkey", host.path("ca.key"),
            "-CAcreateserial", "-days", "90", "-extfile", host.path("names"), "-out", host.path("tls.pem"))
    host.finds(0, certificate_line(host, "warning", "its chain ends at CN=office.example, issued by CN=Office "
                                                    "Authority, which is missing: append it"))
    with open(host.path("tls.pem"), "a") as whole, open(host.path("ca.pem")) as authority:
        whole.write(authority.read())
    host.finds(0, certificate_line(host, "ok", "office.example; until "))


def test_a_file_that_is_not_there(host):
    give(host)
    os.unlink(host.path("tls.key"))
    host.finds(1, "wrong: tls: tls_key: %s: No such file or directory; name a file that " % host.path("tls.key"))


def test_a_key_that_is_none(host):
    give(host)
    with open(host.path("tls.key"), "w") as file:
        file.write("key\n")
    host.finds(1, key_line(host, "wrong", "no usable PEM private key in the file"))


def test_an_encrypted_key(host):
    give(host)
    openssl("pkey", "-in", host.path("tls.key"), "-aes128", "-passout", "pass:secret", "-out", host.path("new"))
    os.replace(host.path("new"), host.path("tls.key"))
    own(host, "tls.key")
    host.finds(1, key_line(host, "wrong", "the key is encrypted: remove its passphrase"))


def test_a_key_that_the_session_could_read(root_host):
    """The session speaks with strangers: the key must be out of its reach even if its jail had a hole."""
    give(root_host)
    os.chown(root_host.path("tls.key"), JAILED, 0)
    root_host.finds(0, key_line(root_host, "warning", "jail_user may read it"))
    os.chown(root_host.path("tls.key"), 0, JAILED)
    os.chmod(root_host.path("tls.key"), 0o640)
    root_host.finds(0, key_line(root_host, "warning", "jail_user may read it"))
    os.chown(root_host.path("tls.key"), 0, SERVICE)
    out = root_host.finds(0)
    assert not any(line.startswith("warning: tls_key") for line in out), out
    os.chmod(root_host.path("tls.key"), 0o644)
    root_host.finds(0, key_line(root_host, "warning", "everybody may read it: chmod o= "))


def test_authorities_of_clients(host):
    give(host)
    host.write(tls_client_ca=host.path("tls.pem"))
    host.finds(0, "ok: tls_client_ca: %s: 1 authority" % host.path("tls.pem"))
    host.write(tls_client_ca=host.path("postern.conf"))
    host.finds(1, "wrong: tls_client_ca: %s: no PEM certificate in the file" % host.path("postern.conf"))


def test_a_program_that_is_missing(host):
    give(host)
    with open(host.path("postern-tls"), "w") as file:
        file.write("#!/bin/sh\necho cannot find a library >&2\nexit 127\n")
    os.chmod(host.path("postern-tls"), 0o755)
    host.finds(1, "wrong: postern-tls: cannot find a library")

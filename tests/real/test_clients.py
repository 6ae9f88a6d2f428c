"""Programs that people send mail with: they log in by PLAIN and by LOGIN, and every octet arrives."""

import os
import smtplib
import subprocess

import pytest

PASSWORD = "Sesame, \u00f6ffne dich \\ \"now\""
HEADER = (b"Date: Mon, 3 Mar 2025 10:00:00 +0000\n"
          b"Message-ID: <1@client.example>\n"
          b"From: Alice <alice@office.example>\n"
          b"To: bob@away.example\n"
          b"Subject: octets\n")
BODY = (b".\n..\n.x\n...\n"
        b"8 bits: \xc3\xa4\xff\x80\n"
        b"a long line: " + b"0123456789" * 200 + b"\n"
        b"trailing blanks  \t \n\n\n"
        b"From the beginning of a line\n"
        b"last\n")
CRLF = (HEADER + b"\n" + BODY).replace(b"\n", b"\r\n")  # smtplib sends octets as they are


@pytest.fixture(name="alice", params=["PLAIN", "LOGIN"])
def with_account(request, postern):
    postern.account("alice", PASSWORD)
    postern.mechanism = request.param
    with open(postern.path("message"), "wb") as file:
        file.write(HEADER + b"\n" + BODY)
    return postern


def run(*command, **more):
    result = subprocess.run(command, capture_output=True, timeout=60, check=False, **more)
    assert result.returncode == 0, (result.returncode, result.stdout, result.stderr)
    return result


def arrived(postern, body=BODY, mechanism=None):
    """The octets that sendmail got are the client's, behind our own field."""
    delivery = postern.only_delivery()
    assert delivery.arguments == ["-i", "-oeq", "-f", "alice@office.example", "-t"]
    received, _, rest = delivery.message.partition(b"Date: Mon, 3 Mar")
    assert received.startswith(b"Received: ") and b" with ESMTPA id " in received
    assert all(line[:1] in (b" ", b"\t") for line in received.split(b"\n")[1:-1])
    assert b"Date: Mon, 3 Mar" + rest == HEADER + b"\n" + body
    assert postern.wait_logged("auth result=ok mechanism=%s user=alice" % (mechanism or postern.mechanism))
    assert postern.wait_logged("relay rule=login user=alice status=0")


def test_swaks(alice):
    run("swaks", "--server", "127.0.0.1", "--port", str(alice.port), "--ehlo", "client.example",
        "--from", "alice@office.example", "--to", "bob@away.example", "--auth", alice.mechanism,
        "--auth-user", "alice", "--auth-password", PASSWORD, "--data", "@" + alice.path("message"))
    delivery = alice.only_delivery()
    # swaks ends the text by a line break of its own.
    arrived(alice, delivery.body if delivery.body == BODY + b"\n" else BODY)


def test_curl(alice):
    run("curl", "-sS", "--url", "smtp://127.0.0.1:%d/client.example" % alice.port,
        "--mail-from", "alice@office.example", "--mail-rcpt", "bob@away.example",
        "--user", "alice:" + PASSWORD, "--login-options", "AUTH=" + alice.mechanism,
        "--crlf", "-T", alice.path("message"))
    arrived(alice)


def test_curl_initial_response(alice):
    run("curl", "-sS", "--sasl-ir", "--url", "smtp://127.0.0.1:%d/client.example" % alice.port,
        "--mail-from", "alice@office.example", "--mail-rcpt", "bob@away.example",
        "--user", "alice:" + PASSWORD, "--login-options", "AUTH=" + alice.mechanism,
        "--crlf", "-T", alice.path("message"))
    arrived(alice)


def test_msmtp(alice):
    settings = alice.path("msmtprc")
    with open(settings, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("host 127.0.0.1\nport %d\ntls off\nauth %s\nuser alice\npasswordeval cat %s\n"
                   "from alice@office.example\ndomain client.example\n" % (
                       alice.port, alice.mechanism.lower(), alice.path("password")))
    with open(alice.path("password"), "w", encoding="utf-8") as file:
        file.write(PASSWORD + "\n")
    with open(alice.path("message"), "rb") as message:
        run("msmtp", "-C", settings, "bob@away.example", stdin=message)
    arrived(alice)


def test_smtplib(alice):
    client = alice.connect()
    client.user, client.password = "alice", PASSWORD
    if alice.mechanism == "PLAIN":  # smtplib encodes a password as ASCII; RFC 4616 says UTF-8
        token = b"\0alice\0" + PASSWORD.encode()
        assert client.docmd("AUTH PLAIN", smtplib.encode_base64(token, eol=""))[0] == 235
    else:
        assert client.docmd("AUTH LOGIN", smtplib.encode_base64(b"alice", eol=""))[0] == 334
        assert client.docmd(smtplib.encode_base64(PASSWORD.encode(), eol=""))[0] == 235
    client.sendmail("alice@office.example", ["bob@away.example"], CRLF)
    client.quit()
    arrived(alice)


def test_smtplib_login(postern):
    """smtplib's own login, with a password of its liking; it takes the first mechanism that it knows."""
    postern.account("alice", "sesame-open")
    client = postern.connect()
    assert client.login("alice", "sesame-open")[0] == 235
    client.sendmail("alice@office.example", ["bob@away.example"], CRLF)
    client.quit()
    arrived(postern, mechanism="*")


def test_smtplib_with_bare_lf(postern):
    """Octets with LF alone, as many a script hands them to smtplib: refused, and taken where the settings say so."""
    postern.write_settings(networks="127.0.0.1")
    with pytest.raises(smtplib.SMTPDataError, match="5.6.0"):
        postern.connect().sendmail("alice@office.example", ["bob@away.example"], b"Subject: x\n\ntext\n")
    assert postern.deliveries() == []
    postern.write_settings(networks="127.0.0.1", bare_newline="accept")
    postern.connect().sendmail("alice@office.example", ["bob@away.example"], b"Subject: x\n\none\ntwo\n")
    # smtplib sees no CRLF at the end, and adds one.
    assert postern.only_delivery().body == b"one\ntwo\n\n"


@pytest.mark.parametrize("client", ["swaks", "curl", "msmtp"])
def test_wrong_password(alice, client):
    """Each of them understands that the password is wrong, and sends nothing."""
    command = {
        "swaks": ["swaks", "--server", "127.0.0.1", "--port", str(alice.port), "--from", "alice@office.example",
                  "--to", "bob@away.example", "--auth", alice.mechanism, "--auth-user", "alice",
                  "--auth-password", "wrong-password"],
        "curl": ["curl", "-sS", "--url", "smtp://127.0.0.1:%d/client.example" % alice.port, "--mail-from",
                 "alice@office.example", "--mail-rcpt", "bob@away.example", "--user", "alice:wrong-password",
                 "--login-options", "AUTH=" + alice.mechanism, "-T", alice.path("message")],
        "msmtp": ["msmtp", "--host=127.0.0.1", "--port=%d" % alice.port, "--auth=" + alice.mechanism.lower(),
                  "--user=alice", "--passwordeval=echo wrong-password", "--from=alice@office.example",
                  "bob@away.example"],
    }[client]
    status = {"swaks": 28, "curl": 67, "msmtp": 77}[client]
    with open(alice.path("message"), "rb") as message:
        result = subprocess.run(command, stdin=message, capture_output=True, timeout=60, check=False)
    assert result.returncode == status, (result.stdout, result.stderr)
    assert alice.deliveries() == []
    assert alice.wait_logged("auth result=fail mechanism=%s user=alice reason=wrong" % alice.mechanism)


def test_two_at_once(postern):
    """Two connections know nothing of each other."""
    postern.write_settings(networks="127.0.0.1")
    first, second = postern.connect(), postern.connect()
    for client, name in ((first, "one"), (second, "two")):
        assert client.mail("%s@office.example" % name)[0] == 250
    for client, name in ((first, "one"), (second, "two")):
        assert client.rcpt("%s@away.example" % name)[0] == 250
    for client, name in ((second, "two"), (first, "one")):
        assert client.data(b"Subject: %s\r\n\r\n%s\r\n" % (name.encode(), name.encode()))[0] == 250
        client.quit()
    assert {(delivery.arguments[3], delivery.arguments[5], delivery.body) for delivery in postern.deliveries()} == {
        ("one@office.example", "one@away.example", b"one\n"), ("two@office.example", "two@away.example", b"two\n")}

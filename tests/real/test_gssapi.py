"""GSSAPI: a ticket of Kerberos is a login, and whatever is not right about it is none."""

import base64
import glob
import os
import shutil
import subprocess
import time

import pytest

from client import each, run_side_by_side, until
from kerberos import (NO_LAYER, SEALED, SERVER, SIGNED, Kerberos, Ticket, kerberos_place, prolong, serve_tickets,
                      shift_clock)
from scratch import SANITIZED
from secure import Door
from stores import check, connect, encoded, is_jailed, offered

assert run_side_by_side and serve_tickets  # the fixtures `crowd` and `kdc`
AT_ONCE = 4
GOOD, WRONG, UNAVAILABLE = "235 2.7.0", "535 5.7.8", "454 4.7.0"

SPNEGO, IAKERB = bytes.fromhex("2b0601050502"), bytes.fromhex("2b0601050205")


def answered(client, octets):
    """Says a token. Returns the challenge's octets, or the reply."""
    reply = client.say(octets if isinstance(octets, str) else encoded(octets))
    return base64.b64decode(reply[4:]) if reply.startswith("334 ") else reply


def begin(scratch, cache, service="smtp@office.example", client=None):
    """To where the client has taken the server's proof; the ticket, the connection, the reply."""
    client = client or connect(scratch)
    ticket = Ticket(scratch.kerberos, cache, service)
    reply = answered(client, "AUTH GSSAPI " + encoded(ticket.step()))
    if isinstance(reply, bytes):
        ticket.step(reply)
        assert ticket.complete
        reply = answered(client, b"")
    return ticket, client, reply


def finish(ticket, client, offer, layer=NO_LAYER, identity=b"", size=0):
    """The client's last word: the layer that it wants, and as whom it comes. Returns the reply."""
    assert isinstance(offer, bytes), offer
    offer = ticket.unwrap(offer)
    assert offer == bytes([NO_LAYER, 0, 0, 0]), "no layer is offered, and no buffer"
    return client.say(encoded(ticket.wrap(bytes([layer]) + size.to_bytes(3, "big") + identity)))


def log_in(scratch, cache, client=None, **last):
    """A whole login. Returns the reply."""
    ticket, used, reply = begin(scratch, cache, client=client)
    if isinstance(reply, bytes):
        reply = finish(ticket, used, reply, **last)
    if client is None:
        used.quit()
    return reply


def is_told(scratch, reply, code, line):
    """The client the one, the administrator the other."""
    assert reply.startswith(code), (reply, scratch.log())
    result, rest = line.split(" ", 1)
    last = scratch.logged("auth *")[-1]
    assert last.endswith(" result=%s mechanism=GSSAPI user=%s" % (result, rest)), (last, line)


# --- who comes in ---

def a_ticket_is_a_login(programs, way):
    """Twice in a row: the cache of replays takes the second for no replay."""
    with kerberos_place(programs, way) as scratch:
        cache = scratch.kerberos.kinit()
        for _ in range(2):
            is_told(scratch, log_in(scratch, cache), GOOD, "ok alice")
        client = connect(scratch)
        assert log_in(scratch, cache, client=client).startswith(GOOD)
        assert client.message(b"Subject: x\r\n\r\nx\r\n").startswith("250 ")
        client.quit()
        scratch.wait_logged("relay *")
        assert len(scratch.deliveries()) == 1


def without_initial_response(programs, way):
    with kerberos_place(programs, way) as scratch:
        client, ticket = connect(scratch), Ticket(scratch.kerberos, scratch.kerberos.kinit())
        assert answered(client, "AUTH GSSAPI") == b""
        ticket.step(answered(client, ticket.step()))
        reply = finish(ticket, client, answered(client, b""))
        client.quit()
        is_told(scratch, reply, GOOD, "ok alice")


def the_canonical_name(programs, way):
    """The realm of Kerberos is not in it; that of the settings is, as in every other login's."""
    with kerberos_place(programs, way, realm="mail.example", accounts=("alice", "dora")) as scratch:
        for user, login in ("alice", "alice@mail.example"), ("Dora", "dora@mail.example"):
            cache = scratch.kerberos.kinit(user)
            for identity in b"", login.encode(), user.encode(), user.upper().encode():
                is_told(scratch, log_in(scratch, cache, identity=identity), GOOD, "ok " + login)


def gsasl_logs_in(programs, way):
    if shutil.which("gsasl") is None:
        pytest.skip("no gsasl here")
    with kerberos_place(programs, way) as scratch, Door(scratch) as door:
        kerberos = scratch.kerberos
        def gsasl(cache, *more, user="alice"):
            return subprocess.run(
                [shutil.which("gsasl"), "--smtp", "--connect=127.0.0.1:%d" % door.port, "--no-starttls", "-m", "GSSAPI",
                 "-a", user, "-z", user, "--hostname=office.example", "--service=smtp", *more],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                env={"KRB5_CONFIG": kerberos.configuration, "KRB5CCNAME": "FILE:" + cache}).returncode
        assert gsasl(kerberos.kinit()) == 0
        assert gsasl(kerberos.kinit(), user="bob") != 0
        assert gsasl(kerberos.no_ticket()) != 0
        scratch.wait_logged("auth result=fail *")
        assert "result=ok" in scratch.logged("auth")[0] and len(scratch.logged("auth result=ok")) == 1


def curl_logs_in(programs, way):
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    with kerberos_place(programs, way) as scratch, Door(scratch) as door:
        run = subprocess.run(
            ["curl", "-sS", "--url", "smtp://office.example:%d/client.example" % door.port, "--resolve",
             "office.example:%d:127.0.0.1" % door.port, "--mail-from", "a@office.example", "--mail-rcpt",
             "b@away.example", "-u", "alice@TEST.LOCAL:", "--login-options", "AUTH=GSSAPI", "-T", "-"],
            input=b"Subject: x\r\n\r\nx\r\n", capture_output=True, timeout=60, check=False, env={
                "KRB5_CONFIG": scratch.kerberos.configuration, "KRB5CCNAME": "FILE:" + scratch.kerberos.kinit()})
        assert run.returncode == 0, (run, scratch.log())
        scratch.wait_logged("auth result=ok mechanism=GSSAPI user=alice")


# --- who does not ---

def as_somebody_else(programs, way):
    with kerberos_place(programs, way, accounts=("alice", "bob")) as scratch:
        cache = scratch.kerberos.kinit()
        for identity in b"bob", b"alice@office.example", b"alice\0", b"alice\0bob", b"\0", b"a" * 3000, b"\xff", b" ":
            assert log_in(scratch, cache, identity=identity).startswith(WRONG), identity
            assert ' result=fail mechanism=GSSAPI user="?" reason=' in scratch.logged("auth")[-1]
        is_told(scratch, log_in(scratch, cache, identity=b"alice"), GOOD, "ok alice")


def no_such_account(programs, way):
    """Where the passwords are the accounts' a ticket is for one of them; a disabled one is shut for it too."""
    with kerberos_place(programs, way, log_unknown_users="yes", accounts=("carol",), disabled="carol") as scratch:
        for user, line in ("bob", "bob reason=unknown"), ("carol", "carol reason=disabled"):
            is_told(scratch, log_in(scratch, scratch.kerberos.kinit(user)), WRONG, "fail " + line)


def no_form_of_a_login(programs, way):
    """Other instances and names that are too long, whatever the passwords."""
    for passwords in "accounts", "saslauthd":
        with kerberos_place(programs, way, passwords=passwords, log_unknown_users="yes") as scratch:
            for user in "alice/admin", "x" * 70:
                is_told(scratch, log_in(scratch, scratch.kerberos.kinit(user)), WRONG,
                        'fail "?" reason=unknown')


def users_kept_elsewhere(programs, way):
    """There the realm says who is a user, and nothing of the store need be had."""
    for passwords in "saslauthd", "shadow", "sasldb":
        with kerberos_place(programs, way, passwords=passwords) as scratch:
            scratch.write_settings(saslauthd_socket=scratch.path("nowhere"), sasl_configuration=scratch.path("nowhere"))
            is_told(scratch, log_in(scratch, scratch.kerberos.kinit("bob")), GOOD, "ok bob")


def another_realm(programs, way):
    """Its KDC can call anybody alice: no such name is ever ours, though a realm or an account is called so."""
    for realm in "", "other.local":
        for passwords in "accounts", "saslauthd":
            with kerberos_place(programs, way, realm=realm, passwords=passwords,
                                accounts=("alice@other.local",)) as scratch:
                cache = scratch.kerberos.kinit("alice@OTHER.LOCAL")
                for identity in b"", b"alice@OTHER.LOCAL", b"alice":
                    assert log_in(scratch, cache, identity=identity).startswith(WRONG)
                lines = [line.partition("mechanism=")[2] for line in scratch.logged("auth")]
                assert lines == ['GSSAPI user="?" reason=unknown'] + 2 * ['GSSAPI user="?" reason=wrong']


def stale(programs, way):
    """A ticket that is over, and clocks that differ, in both directions."""
    with kerberos_place(programs, way, configuration=Kerberos(programs).configure("strict.%s.conf" % way,
                                                                                  "clockskew = 1")) as scratch:
        kerberos = scratch.kerberos
        fine, short = kerberos.kinit(), kerberos.kinit("alice", "-l", "2s")
        for cache in fine, short:
            kerberos.fetch(cache)
        patient = kerberos.configure("patient.%s.conf" % way, "clockskew = 3600")
        for seconds in 600, -600, 60, -60:
            cache = kerberos.no_ticket()
            shutil.copyfile(fine, cache)
            shift_clock(cache, seconds)
            client, ticket = connect(scratch), Ticket(kerberos, cache, configuration=patient)
            reply = client.say("AUTH GSSAPI " + encoded(ticket.step()))
            client.quit()
            is_told(scratch, reply, WRONG, 'fail "?" reason=wrong')
        prolong(short, 3600)
        time.sleep(4)
        is_told(scratch, log_in(scratch, short), WRONG, 'fail "?" reason=wrong')
        is_told(scratch, log_in(scratch, fine), GOOD, "ok alice")


def of_another_service(programs, way):
    """The key for it is not ours; nor does a host's keytab with more keys in it make it a login."""
    with kerberos_place(programs, way) as scratch:
        cache, kerberos = scratch.kerberos.kinit(), scratch.kerberos
        for keytab in kerberos.keytab, kerberos.make_keytab("both.%s.keytab" % way, SERVER, "imap/office.example"):
            scratch.write_settings(keytab=keytab)
            _, client, reply = begin(scratch, cache, "imap@office.example")
            client.quit()
            is_told(scratch, reply, WRONG, 'fail "?" reason=wrong')
            assert log_in(scratch, cache).startswith(GOOD)


def replayed(programs, way):
    """The same first token twice: the second time it is somebody who listened."""
    with kerberos_place(programs, way) as scratch:
        token, replies = Ticket(scratch.kerberos, scratch.kerberos.kinit()).step(), []
        for _ in range(2):
            client = connect(scratch)
            replies.append(client.say("AUTH GSSAPI " + encoded(token)))
            client.close() if replies[-1].startswith("334") else client.quit()
            if replies[-1].startswith("334"):
                scratch.wait_logged("disconnect * stage=auth *")
        assert replies[0].startswith("334 ") and replies[1].startswith(WRONG), replies
        # Kept by the service's user, in the one place where it may be.
        name, = os.listdir(scratch.host.temporary)
        found = os.stat(os.path.join(scratch.host.temporary, name))
        assert name == "krb5_%d.rcache2" % scratch.host.service
        assert found.st_uid == scratch.host.service and found.st_mode & 0o7777 == 0o600


def no_cache_of_replays(programs, way):
    """Where it cannot be had, or somebody else has laid a file in its place, nobody comes in."""
    with kerberos_place(programs, way) as scratch:
        cache = scratch.kerberos.kinit()
        os.chmod(scratch.host.temporary, 0o555)
        is_told(scratch, log_in(scratch, cache), WRONG, 'fail "?" reason=wrong')
        os.chmod(scratch.host.temporary, 0o1777)
        with open(os.path.join(scratch.host.temporary, "krb5_%d.rcache2" % scratch.host.service), "wb"):
            pass
        is_told(scratch, log_in(scratch, cache), WRONG, 'fail "?" reason=wrong')


def no_sense(programs, way):
    """Tokens that are none, or cut, or of an exchange that is elsewhere: each is answered, and none is a death."""
    with kerberos_place(programs, way, failure_limit=100) as scratch:
        cache = scratch.kerberos.kinit()
        token = Ticket(scratch.kerberos, cache).step()
        for first in token[:-1], token[:40], token + b"\0", token[:-20] + bytes(20), b"\x60\x0b" + token[4:15], \
                b"\x60\x84\xff\xff\xff\xff" + token[4:]:
            client = connect(scratch)
            reply = client.say("AUTH GSSAPI " + encoded(first))
            client.quit()
            is_told(scratch, reply, WRONG, 'fail "?" reason=wrong')
        for first in b"", b"\0", b"\x60", token[:3], token[:14], b"\xff" * 4000, b"\x60\xff" + token[2:], \
                Ticket(scratch.kerberos, cache, mechanism=SPNEGO).step(), b"\x60\x0c\6\6" + IAKERB + b"\5\1x\0":
            client = connect(scratch)
            reply = client.say("AUTH GSSAPI " + (encoded(first) or "="))
            client.quit()
            is_told(scratch, reply, "501 5.5.2", 'fail "?" reason=malformed')
        for last in b"", b"\0", os.urandom(60), token, b"\xff" * 4000:
            _, client, reply = begin(scratch, cache)
            assert isinstance(reply, bytes)
            reply = client.say(encoded(last))
            client.quit()
            is_told(scratch, reply, WRONG, 'fail "?" reason=mechanism')
        for early in b"x", token:  # where nothing is to be said
            client, ticket = connect(scratch), Ticket(scratch.kerberos, cache)
            ticket.step(answered(client, "AUTH GSSAPI " + encoded(ticket.step())))
            reply = client.say(encoded(early))
            client.quit()
            is_told(scratch, reply, WRONG, 'fail "?" reason=wrong')
        client = connect(scratch)
        assert client.say("AUTH GSSAPI !!!!").startswith("501 5.5.2")
        assert client.say("AUTH GSSAPI").startswith("334")
        assert client.say("*").startswith("501 5.7.0")
        assert log_in(scratch, cache, client=client).startswith(GOOD)
        client.quit()


def no_layer(programs, way):
    """None is offered, and whoever takes one all the same is refused."""
    with kerberos_place(programs, way) as scratch:
        cache = scratch.kerberos.kinit()
        for layer in SIGNED, SEALED, SIGNED | SEALED, NO_LAYER | SIGNED, 255:
            is_told(scratch, log_in(scratch, cache, layer=layer, size=65536), WRONG,
                    'fail "?" reason=mechanism')
        for size in 0, 65536, 0xFFFFFF:
            is_told(scratch, log_in(scratch, cache, size=size), GOOD, "ok alice")


# --- what is offered ---

def the_order_of_the_settings(programs, way):
    with kerberos_place(programs, way, mechanisms="GSSAPI PLAIN") as scratch:
        assert offered(scratch) == [["GSSAPI", "PLAIN"]]
        scratch.write_settings(mechanisms="PLAIN GSSAPI")
        assert offered(scratch) == [["PLAIN", "GSSAPI"]]
        client = connect(scratch)
        client.expect("AUTH PLAIN " + encoded("\0alice\0pencil sharpener"), GOOD)
        client.quit()
        assert log_in(scratch, scratch.kerberos.kinit()).startswith(GOOD)


def without_the_plugin(programs, way):
    """Its file is hidden: then nobody is told of it."""
    with kerberos_place(programs, way, mechanisms="GSSAPI PLAIN") as scratch:
        empty = scratch.path("empty")
        os.mkdir(empty, 0o755)
        folder = subprocess.run(["pkg-config", "--variable=libdir", "libsasl2"], capture_output=True, text=True,
                                check=True).stdout.strip() + "/sasl2"
        scratch.host.binds[empty] = folder
        shutil.copy(os.path.join(folder, "libplain.so"), empty)
        assert offered(scratch) == [["PLAIN"]]
        client = connect(scratch)
        client.expect("AUTH GSSAPI", "504 5.5.4")
        client.quit()
        status, said = check(scratch)
        assert status == 0 and "warning: mechanisms: GSSAPI is not offered: its plugin is missing" in said, said


def unserved(scratch, *words):
    """The client is told 454, the administrator why, in the log and by `postern check`."""
    client = connect(scratch)
    reply = client.say("AUTH GSSAPI " + encoded(b"whatever"))
    client.quit()
    assert reply.startswith(UNAVAILABLE), (reply, scratch.log())
    line, = scratch.logged("auth *")
    assert ' result=unavailable mechanism=GSSAPI user="?" reason=store words=' in line, line
    status, said = check(scratch)
    told, = [line for line in said.splitlines() if "wrong: mechanisms: GSSAPI" in line]
    assert status == 1, said
    for word in words:
        assert word in line and word in told, (word, line, told)


def keytab_missing(programs, way):
    with kerberos_place(programs, way) as scratch:
        scratch.write_settings(keytab=scratch.path("nowhere.keytab"))
        unserved(scratch, scratch.path("nowhere.keytab"), "No such file or directory")


def keytab_not_to_be_read(programs, way):
    with kerberos_place(programs, way) as scratch:
        path = scratch.path("smtp.keytab")
        shutil.copyfile(scratch.kerberos.keytab, path)
        os.chmod(path, 0o600)
        os.chown(path, 0, 0)
        scratch.write_settings(keytab=path)
        unserved(scratch, path, "Permission denied")


def keytab_of_others(programs, way):
    with kerberos_place(programs, way) as scratch:
        path = scratch.kerberos.make_keytab("others.%s.keytab" % way, "imap/office.example")
        scratch.write_settings(keytab=path)
        unserved(scratch, path, "no key of smtp/office.example")


def keytab_is_none(programs, way):
    for octets in b"", b"whatever", b"\5\2\xff\xff\xff":
        with kerberos_place(programs, way) as scratch:
            with open(scratch.path("smtp.keytab"), "wb") as file:
                file.write(octets)
            scratch.write_settings(keytab=scratch.path("smtp.keytab"))
            unserved(scratch, scratch.path("smtp.keytab"))


def keytab_of_the_host(programs, way):
    """Without the setting it is the one that krb5.conf names."""
    with kerberos_place(programs, way, keytab="") as scratch:
        unserved(scratch, "the host's keytab")
    own = Kerberos(programs).configure("host.%s.conf" % way, "default_keytab_name = FILE:" + Kerberos(programs).keytab)
    with kerberos_place(programs, way, configuration=own, keytab="") as scratch:
        status, said = check(scratch)
        assert status == 0 and "ok: mechanisms: GSSAPI: offered" in said, said
        assert log_in(scratch, scratch.kerberos.kinit()).startswith(GOOD)


def plugins_of_kerberos(programs, way):
    """Those that read what else is in a ticket would be loaded in the jail. There they are not, and nobody dies."""
    if SANITIZED:
        pytest.skip("a sanitizer's programs have no filter")
    with kerberos_place(programs, way) as scratch:
        folder, plugins = scratch.path("authdata"), glob.glob("/usr/lib/*/krb5/plugins")
        os.mkdir(folder, 0o755)
        shutil.copy(max(glob.glob("/usr/lib/*/sasl2/libplain.so")), folder)
        os.chmod(scratch.folder, 0o755)
        scratch.host.binds[scratch.folder] = max(plugins)
        assert log_in(scratch, scratch.kerberos.kinit()).startswith(GOOD)


def in_its_jail(programs, way):
    """While it waits for the client it has no environment, no privilege and its filter, and with the client it goes."""
    with kerberos_place(programs, way) as scratch:
        client = connect(scratch)
        client.expect("AUTH GSSAPI", "334")
        pid = is_jailed(scratch, client)
        with open("/proc/%d/environ" % pid, "rb") as file:
            assert file.read() == b""
        client.close()
        until(lambda: not os.path.exists("/proc/%d" % pid), "postern-auth is gone")
        scratch.wait_logged("disconnect * stage=auth *")


IN = [a_ticket_is_a_login, without_initial_response, the_canonical_name, gsasl_logs_in, curl_logs_in,
      users_kept_elsewhere]
OUT = [stale, as_somebody_else, no_such_account, no_form_of_a_login, another_realm, of_another_service, replayed,
       no_cache_of_replays, no_sense, no_layer]
OFFERED = [the_order_of_the_settings, without_the_plugin, keytab_missing, keytab_not_to_be_read, keytab_of_others,
           keytab_is_none, keytab_of_the_host, plugins_of_kerberos, in_its_jail]


@each(OUT + IN + OFFERED)
def test_gssapi(kdc, crowd, case, way):
    assert kdc
    crowd(case, way)

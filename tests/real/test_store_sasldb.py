"""passwords = sasldb: SASL's own file, as saslpasswd2 makes it, by every mechanism that works from a clear password."""

import os
import shutil
import subprocess

import pytest

from client import IS_ROOT, Case, each, place, run_side_by_side
from secure import Door
from stores import (GOOD, UNAVAILABLE, WRONG, account_keys, check, configuration, connect, encoded, give_to_service,
                    gsasl, is_jailed, judged, log_in, missing, offered, say_password, tells_nothing)

AT_ONCE = 4
PASSWORD, OTHER = "sesame-open-7", "sesame-close-8"
MECHANISMS = ["SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN"]

assert run_side_by_side  # the fixture `crowd`
pytestmark = pytest.mark.skipif(missing("saslpasswd2", "gsasl") is not None, reason="no saslpasswd2 or no gsasl here")


class Made:
    """A place whose sasldb2 has alice, in the realm that is the host's name."""

    def __init__(self, programs, way, conf="", users=("alice", "bob"), **settings):
        self.place = place(programs, way, passwords="sasldb", mechanisms=" ".join(MECHANISMS), networks="192.0.2.1",
                           log_unknown_users="yes", **settings)
        self.conf, self.users = conf, users

    def __enter__(self):
        scratch = self.place.__enter__()
        scratch.secrets |= {word for password in (PASSWORD, OTHER) for word in (password.encode(),
                                                                               encoded(password).encode())}
        account_keys(scratch)
        scratch.sasldb = scratch.path("sasldb2")
        for name in self.users:
            add(scratch, name, PASSWORD)
        configuration(scratch, "sasldb_path: %s\n%s" % (scratch.sasldb, self.conf))
        return scratch

    def __exit__(self, *error):
        return self.place.__exit__(*error)


def add(scratch, name, password, realm="office.example"):
    subprocess.run([shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin"), "-p", "-c", "-f", scratch.sasldb, "-u",
                    realm, name], input=password.encode(), check=True, capture_output=True, timeout=60)
    give_to_service(scratch, scratch.sasldb)


def by_gsasl(programs, way, mechanism):
    """A client that others wrote says the same."""
    with Made(programs, way) as scratch, Door(scratch) as door:
        assert gsasl(scratch, door.port, mechanism, "alice", PASSWORD)
        scratch.wait_logged("auth result=ok mechanism=%s user=alice" % mechanism)
        for name, password in ("alice", OTHER), ("nobody", PASSWORD), ("alice@elsewhere.example", PASSWORD):
            assert not gsasl(scratch, door.port, mechanism, name, password)
        scratch.wait_logged("disconnect")
        lines = scratch.logged("auth mechanism=%s" % mechanism)
        assert len(lines) == 4 and sum("result=fail" in line and "reason=wrong" in line for line in lines) == 3, lines


def offers_them_all(programs, way):
    with Made(programs, way) as scratch:
        assert offered(scratch) == [MECHANISMS]
        status, told = check(scratch)
        assert status == 0 and all("%s: offered" % mechanism in told for mechanism in MECHANISMS), told


def names(programs, way):
    with Made(programs, way, users=("alice", "o'brien")) as scratch:
        for name in "alice", "ALICE":
            judged(scratch, name, PASSWORD, GOOD, "user=alice ")
        judged(scratch, "o'brien", PASSWORD, GOOD, "result=ok ")
        judged(scratch, "alice@elsewhere.example", PASSWORD, WRONG, "user=alice@elsewhere.example ")
        for name in "alice ", "-alice", "", "*", "a" * 65:  # no logins; perhaps passwords
            judged(scratch, name, PASSWORD, WRONG, 'user="?" ')
        client = connect(scratch)
        client.expect("AUTH PLAIN " + encoded("o'brien\0alice\0" + PASSWORD), WRONG)
        client.quit()


def with_a_realm(programs, way):
    """The realm of the settings is that of the file; another one's users are not ours, though they stand in it."""
    with Made(programs, way, realm="example", users=()) as scratch:
        add(scratch, "alice", PASSWORD, "example")
        add(scratch, "alice", OTHER, "elsewhere.example")
        for name in "alice", "Alice@Example":
            judged(scratch, name, PASSWORD, GOOD, "user=alice@example ")
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ")
        with Door(scratch) as door:
            for mechanism in "SCRAM-SHA-256", "CRAM-MD5":
                assert gsasl(scratch, door.port, mechanism, "alice", PASSWORD, "example")


def a_login_sends_a_message(programs, way):
    with Made(programs, way) as scratch:
        client = connect(scratch)
        client.expect("MAIL FROM:<alice@office.example>", "530 5.7.0")
        assert say_password(client, "PLAIN", "alice", PASSWORD).startswith(GOOD)
        assert client.message(b"Subject: x\r\n\r\ntext\r\n").startswith("250 2.0.0")
        client.quit()
        assert scratch.logged("relay rule=login user=alice status=0")


def not_beyond_a_nul(programs, way):
    """SASL's comparison ends at a NUL; a password that goes on behind it is another."""
    with Made(programs, way) as scratch:
        for word in PASSWORD + "\0", PASSWORD + "\0more", "\0", "":
            assert log_in(scratch, "LOGIN", "alice", word).startswith(WRONG), repr(word)


# --- a file that cannot be had ---

def unavailable(scratch, path=None, error=""):
    """By no mechanism a wrong password, which a client would forget. The log and `postern check` tell why."""
    for name, password in ("alice", PASSWORD), ("alice", OTHER), ("nobody", PASSWORD):
        judged(scratch, name, password, UNAVAILABLE, "result=unavailable ")
    with Door(scratch) as door:
        for mechanism in MECHANISMS[:3]:
            assert not gsasl(scratch, door.port, mechanism, "alice", PASSWORD)
            scratch.wait_logged("auth result=unavailable mechanism=" + mechanism)
    assert not scratch.logged("auth result=fail")
    status, told = check(scratch)
    assert status == 1, told
    if path:
        assert all("%s: %s" % (path, error) in line for line in [told, *scratch.logged("auth *")]), told


def missing_file(programs, way):
    with Made(programs, way, users=()) as scratch:
        unavailable(scratch, scratch.sasldb, "No such file")


def unreadable_file(programs, way):
    with Made(programs, way) as scratch:
        if not IS_ROOT:
            pytest.skip("only root makes a file that is not the user's")
        os.chown(scratch.sasldb, 0, 0)
        os.chmod(scratch.sasldb, 0o600)
        unavailable(scratch, scratch.sasldb, "Permission denied")


def broken_file(programs, way):
    with Made(programs, way) as scratch:
        with open(scratch.sasldb, "wb") as file:
            file.write(b"no file of Berkeley DB's\n" * 1000)
        unavailable(scratch)


def unreadable_configuration(programs, way):
    """SASL would take it for one that is not there, and go by other rules than the administrator's."""
    with Made(programs, way) as scratch:
        if not IS_ROOT:
            pytest.skip("only root makes a file that is not the user's")
        path = scratch.path("sasl2/postern.conf")
        os.chmod(path, 0o600)
        unavailable(scratch, path, "Permission denied")


def malformed_configuration(programs, way):
    with Made(programs, way, conf="this is no option\n") as scratch:
        unavailable(scratch)


# --- what cannot be set from elsewhere ---

LOOSE = ["pwcheck_method: alwaystrue", "PWCHECK_METHOD: alwaystrue auxprop", "pwcheck_method: saslauthd pwcheck shadow",
         "postern_pwcheck_method: alwaystrue", "auxprop_plugin: nothing", "auto_transition: yes", "log_level: 7",
         "mech_list: ANONYMOUS", "plugin_list: libanonymous.so", "canon_user_plugin: nothing"]


def another_option(programs, way, option):
    """Who is asked, and how, is the settings' alone: with `alwaystrue` every password would be right."""
    with Made(programs, way, conf=option + "\n") as scratch:
        before = os.stat(scratch.sasldb).st_mtime_ns
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ")
        judged(scratch, "nobody", OTHER, WRONG, "reason=wrong ")
        judged(scratch, "alice", PASSWORD, GOOD, "user=alice ")
        assert offered(scratch) == [MECHANISMS]
        client = connect(scratch)
        client.expect("AUTH ANONYMOUS", "504 5.5.4")
        client.quit()
        assert os.stat(scratch.sasldb).st_mtime_ns == before, "logging in wrote to it"


def environment(programs, way):
    """SASL obeys two variables, and libraries more; a superserver's shall not reach them."""
    with Made(programs, way) as scratch:
        os.mkdir(scratch.path("loose"))
        with open(scratch.path("loose/postern.conf"), "w", encoding="ascii") as file:
            file.write("\n".join(LOOSE[:6]) + "\nsasldb_path: /nonexistent\n")
        env = {"SASL_CONF_PATH": scratch.path("loose"), "SASL_PATH": scratch.path("loose"),
               "SASL_PLUGIN_PATH": scratch.path("loose"), "DB_HOME": scratch.path("loose")}
        judged(scratch, "alice", PASSWORD, GOOD, "user=alice ", env=env)
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ", env=env)
        client = connect(scratch, env=env)
        client.expect("AUTH LOGIN", "334 ")
        pid = client.started("postern-auth")
        if IS_ROOT:  # nobody else may look
            with open("/proc/%d/environ" % pid, "rb") as file:
                assert file.read() == b""
        client.expect("*", "501 ")
        client.quit()


def environment_and_accounts(programs, way):
    """The same with our own store, which reads no settings file of SASL's."""
    with place(programs, way) as scratch:
        scratch.account("alice", PASSWORD)
        os.mkdir(scratch.path("loose"))
        with open(scratch.path("loose/postern.conf"), "w", encoding="ascii") as file:
            file.write("\n".join(LOOSE) + "\n")
        scratch.write_settings(sasl_configuration=scratch.path("loose"))
        env = {"SASL_CONF_PATH": scratch.path("loose"), "SASL_PATH": scratch.path("loose")}
        judged(scratch, "alice", PASSWORD, GOOD, "user=alice ", env=env)
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ", env=env)


def in_its_jail(programs, way):
    """A wide one, for SASL opens its file when it is asked; but nothing can be gained in it."""
    with Made(programs, way) as scratch:
        for mechanism in "LOGIN", "SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5":
            client = connect(scratch)
            client.expect("AUTH " + mechanism, "334 ")
            pid = is_jailed(scratch, client)
            tells_nothing(scratch, pid, client.monitor)
            client.expect("*", "501 5.7.0")
            client.quit()


@each([Case(by_gsasl, mechanism) for mechanism in MECHANISMS] +
      [Case(another_option, option) for option in LOOSE] + [
    offers_them_all, names, with_a_realm, a_login_sends_a_message, not_beyond_a_nul, missing_file, unreadable_file,
    broken_file, unreadable_configuration, malformed_configuration, environment,
    environment_and_accounts, in_its_jail])
def test_sasldb(crowd, case, way):
    crowd(case, way)

"""passwords = auxprop:NAME: SASL's plugins for other stores, sql with SQLite and ldapdb with slapd.

Both keep passwords in clear; so every mechanism works from them.
"""

import contextlib
import os
import shutil
import subprocess

import pytest

from client import IS_ROOT, Case, each, place, run_side_by_side
from secure import Door
from stores import (GOOD, PATHS, UNAVAILABLE, WRONG, account_keys, check, configuration, connect, encoded,
                    free_port, give_to_service, gsasl, is_jailed, is_port_open, judged, log_in, missing, offered,
                    running, say_password, tells_nothing)

AT_ONCE = 4
PASSWORD, OTHER, PROXY = "sesame-open-7", "sesame-close-8", "between-us-9"
MECHANISMS = ["SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5", "PLAIN", "LOGIN"]
PLUGINS = "/usr/lib/%s-linux-gnu/sasl2/lib%%s.so" % os.uname().machine

assert run_side_by_side  # the fixture `crowd`


@contextlib.contextmanager
def auxprop_place(programs, way, plugin, **settings):
    with place(programs, way, **{"passwords": "auxprop:" + plugin, "mechanisms": " ".join(MECHANISMS),
                                 "networks": "192.0.2.1", "log_unknown_users": "yes", **settings}) as scratch:
        for password in PASSWORD, OTHER, PROXY:
            scratch.secrets |= {password.encode(), encoded(password).encode()}
        account_keys(scratch)
        yield scratch


# --- sql, with SQLite ---

SQL = """sql_engine: sqlite3
sql_database: %s
sql_select: select password from users where name = '%%u' and realm = '%%r'
"""


@contextlib.contextmanager
def sql_place(programs, way, conf="", table="users", **settings):
    if not os.path.exists(PLUGINS % "sql") or missing("sqlite3", "gsasl"):
        pytest.skip("no libsasl2-modules-sql, no sqlite3 or no gsasl here")
    with auxprop_place(programs, way, "sql", **settings) as scratch:
        os.mkdir(scratch.path("sql"))
        scratch.database = scratch.path("sql/users.db")
        subprocess.run(["sqlite3", scratch.database], check=True, text=True, timeout=60, input="""
            create table %s (name text, realm text, password text);
            insert into %s values ('alice', 'office.example', '%s'), ('o''brien', 'office.example', '%s'),
                ('alice', 'elsewhere.example', '%s');""" % (table, table, PASSWORD, PASSWORD, OTHER))
        give_to_service(scratch, scratch.database)
        configuration(scratch, SQL % scratch.database + conf)
        yield scratch


def sql_by_gsasl(programs, way, mechanism):
    with sql_place(programs, way) as scratch, Door(scratch) as door:
        assert gsasl(scratch, door.port, mechanism, "alice", PASSWORD)
        scratch.wait_logged("auth result=ok mechanism=%s user=alice" % mechanism)
        for name, password in ("alice", OTHER), ("nobody", PASSWORD):
            assert not gsasl(scratch, door.port, mechanism, name, password)
        scratch.wait_logged("auth result=fail mechanism=%s reason=wrong" % mechanism)
        assert not scratch.logged("auth result=unavailable")


def sql_names(programs, way):
    """What a login name may have in it changes no query. The plugin quotes a ' by a backslash, which is none to
    SQLite: so a name with a ' is nobody's."""
    with sql_place(programs, way) as scratch:
        assert offered(scratch) == [MECHANISMS]
        judged(scratch, "Alice", PASSWORD, GOOD, "user=alice ")
        for name in ("nobody", "x'or+rowid=1--", "x'or+rowid=2--", "x'or-1--", "x'or'1'='1", "alice'--", "o'brien", "'",
                     "''", "alice''", "alice@elsewhere.example", "alice@elsewhere.example'--", "%u", "alice;"):
            judged(scratch, name, PASSWORD, WRONG, "result=fail ", mechanisms=["PLAIN"])
        status, told = check(scratch)
        assert status == 0 and all("%s: offered" % mechanism in told for mechanism in MECHANISMS), told


def sql_sends_a_message(programs, way):
    with sql_place(programs, way) as scratch:
        client = connect(scratch)
        client.expect("MAIL FROM:<alice@office.example>", "530 5.7.0")
        assert say_password(client, "LOGIN", "alice", PASSWORD).startswith(GOOD)
        assert client.message(b"Subject: x\r\n\r\ntext\r\n").startswith("250 2.0.0")
        client.quit()
        assert scratch.logged("relay rule=login user=alice status=0")


def sql_always_true(programs, way):
    with sql_place(programs, way, "pwcheck_method: alwaystrue\nlog_level: 7\nauto_transition: yes\n") as scratch:
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ")
        judged(scratch, "nobody", OTHER, WRONG, "reason=wrong ")
        judged(scratch, "alice", PASSWORD, GOOD, "user=alice ")
        assert log_in(scratch, "LOGIN", "alice", PASSWORD + "\0more").startswith(WRONG)


def sql_in_its_jail(programs, way):
    with sql_place(programs, way) as scratch:
        client = connect(scratch, env={"SASL_CONF_PATH": "/nonexistent", "SASL_PATH": "/nonexistent"})
        client.expect("AUTH LOGIN", "334 ")
        pid = is_jailed(scratch, client)
        tells_nothing(scratch, pid, client.monitor)
        client.expect(encoded("alice"), "334 ")
        client.expect(encoded(PASSWORD), GOOD)
        client.quit()


def unavailable(scratch, *words):
    for name, password in ("alice", PASSWORD), ("alice", OTHER), ("nobody", PASSWORD):
        judged(scratch, name, password, UNAVAILABLE, "result=unavailable ")
    for line in scratch.logged("auth *"):
        assert all(word in line for word in words), line


def sql_without_a_database(programs, way):
    """Nor a folder in which SQLite would make one."""
    with sql_place(programs, way) as scratch:
        shutil.rmtree(scratch.path("sql"))
        unavailable(scratch)


def sql_unreadable_database(programs, way):
    if not IS_ROOT:
        pytest.skip("only root makes a file that is not the user's")
    with sql_place(programs, way) as scratch:
        os.chown(scratch.database, 0, 0)
        os.chmod(scratch.database, 0o600)
        unavailable(scratch)


def sql_without_the_table(programs, way):
    """Here the plugin tells SASL no more than that the user is unknown. Nobody comes in, at least."""
    with sql_place(programs, way, table="others") as scratch:
        for password in PASSWORD, "":
            judged(scratch, "alice", password, WRONG, "reason=wrong ")


def without_configuration(programs, way):
    """No settings file of SASL's, none that may be read, no folder: SASL would go by its defaults."""
    with sql_place(programs, way) as scratch:
        path = scratch.path("sasl2/postern.conf")
        faults = ["No such file"]
        if IS_ROOT:
            os.chmod(path, 0o600)
            unavailable(scratch, path, "Permission denied")
            status, told = check(scratch)
            assert status == 1 and path in told and "Permission denied" in told, told
            faults = ["Permission denied", "No such file"]
        os.remove(path)
        judged(scratch, "alice", PASSWORD, UNAVAILABLE, faults[-1])
        assert path in scratch.logged("auth *")[-1]
        status, told = check(scratch)
        assert status == 1 and path in told and faults[-1] in told, told
        os.rmdir(scratch.path("sasl2"))
        judged(scratch, "alice", PASSWORD, UNAVAILABLE, path)


def without_the_plugin(programs, way):
    """One that is not there: told, and not taken for a wrong password."""
    with auxprop_place(programs, way, "nowhere") as scratch:
        configuration(scratch, "log_level: 1\n")
        unavailable(scratch)
        status, told = check(scratch)
        assert status == 1 and "nowhere" in told, told


# --- ldapdb, with slapd ---

SLAPD = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
password-hash {CLEARTEXT}
sasl-host localhost
sasl-realm office.example
authz-policy to
authz-regexp uid=([^,@]*)(@[^,]*)?,(cn=[^,]*,)?cn=digest-md5,cn=auth uid=$1,ou=people,dc=office,dc=example
database mdb
maxsize 1048576
suffix dc=office,dc=example
directory %s
access to attrs=userPassword by dn.exact="uid=between,ou=people,dc=office,dc=example" read
  by self read by anonymous auth by * none
access to * by * read
"""
ENTRIES = """dn: dc=office,dc=example
objectClass: dcObject
objectClass: organization
o: Office
dc: office

dn: ou=people,dc=office,dc=example
objectClass: organizationalUnit
ou: people
""" + "".join("""
dn: uid=%s,ou=people,dc=office,dc=example
objectClass: inetOrgPerson
uid: %s
cn: %s
sn: %s
userPassword: %s
%s""" % (name, name, name, name, password, more) for name, password, more in (
    ("alice", PASSWORD, ""),
    ("between", PROXY, "authzTo: ldap:///ou=people,dc=office,dc=example??sub?(objectClass=inetOrgPerson)\n")))
LDAPDB = """ldapdb_uri: ldap://localhost:%d
ldapdb_id: between
ldapdb_pw: %s
ldapdb_mech: DIGEST-MD5
"""


@contextlib.contextmanager
def ldap_place(programs, way, conf=""):
    if not os.path.exists(PLUGINS % "ldapdb") or missing("slapd", "slapadd", "gsasl"):
        pytest.skip("no libsasl2-modules-ldap, no slapd or no gsasl here")
    with auxprop_place(programs, way, "ldapdb") as scratch:
        scratch.port = free_port()
        os.mkdir(scratch.path("ldap"))
        for name, text in ("slapd.conf", SLAPD % scratch.path("ldap")), ("entries", ENTRIES):
            with open(scratch.path(name), "w", encoding="ascii") as file:
                file.write(text)
        slapd = shutil.which("slapd", path=PATHS)
        subprocess.run([slapd, "-T", "add", "-q", "-f", scratch.path("slapd.conf"), "-l", scratch.path("entries")],
                       check=True, capture_output=True, timeout=60)
        configuration(scratch, LDAPDB % (scratch.port, PROXY) + conf, 0o640)
        give_to_service(scratch, scratch.path("sasl2/postern.conf"))
        yield scratch


def slapd_runs(scratch):
    return running(scratch, [shutil.which("slapd", path=PATHS), "-d", "0", "-f", scratch.path("slapd.conf"), "-h",
                             "ldap://127.0.0.1:%d" % scratch.port], lambda: is_port_open(scratch.port))


def ldap_by_gsasl(programs, way):
    with ldap_place(programs, way) as scratch, slapd_runs(scratch), Door(scratch) as door:
        assert check(scratch)[0] == 0
        for mechanism in MECHANISMS:
            assert gsasl(scratch, door.port, mechanism, "alice", PASSWORD), mechanism
            scratch.wait_logged("auth result=ok mechanism=%s user=alice" % mechanism)
            assert not gsasl(scratch, door.port, mechanism, "alice", OTHER), mechanism
            scratch.wait_logged("auth result=fail mechanism=%s reason=wrong" % mechanism)
        judged(scratch, "nobody", PASSWORD, WRONG, "reason=wrong ")


def ldap_always_true(programs, way):
    with ldap_place(programs, way, "pwcheck_method: alwaystrue\n") as scratch, slapd_runs(scratch):
        judged(scratch, "alice", OTHER, WRONG, "reason=wrong ")
        judged(scratch, "Alice", PASSWORD, GOOD, "user=alice ")


def ldap_in_its_jail(programs, way):
    with ldap_place(programs, way) as scratch, slapd_runs(scratch):
        client = connect(scratch)
        client.expect("AUTH LOGIN", "334 ")
        pid = is_jailed(scratch, client)
        tells_nothing(scratch, pid, client.monitor)
        client.expect(encoded("alice"), "334 ")
        client.expect(encoded(PASSWORD), GOOD)
        client.quit()


def ldap_without_slapd(programs, way):
    with ldap_place(programs, way) as scratch:
        unavailable(scratch)
        status, told = check(scratch)
        assert status == 1 and "ldapdb" in told, told


@each([Case(sql_by_gsasl, mechanism) for mechanism in MECHANISMS] + [
    sql_names, sql_sends_a_message, sql_always_true, sql_in_its_jail, sql_without_a_database, sql_unreadable_database,
    sql_without_the_table, without_configuration, without_the_plugin,
    ldap_by_gsasl, ldap_always_true, ldap_in_its_jail, ldap_without_slapd])
def test_auxprop(crowd, case, way):
    crowd(case, way)

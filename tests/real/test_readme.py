"""Every settings example of README.md, and every remark of docs/postern.conf that shows a setting, is
what the program takes; the certificate that README.md tells how to make is one to serve with, and so is the
sasldb; what SASL 1.5 called a password check is no store, but where README.md says so."""

import os
import re
import shutil
import smtplib
import ssl
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("POSTERN_BUILD") or TREE)
PATHS = "/usr/sbin:/usr/bin:/sbin:/bin"


def examples():
    with open(os.path.join(TREE, "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```postern\.conf\n(.*?)^```$", file.read(), re.M | re.S)
    with open(os.path.join(TREE, "docs/postern.conf"), encoding="utf-8") as file:
        shown = re.sub(r"^# (?=[a-z_]+ = )", "", file.read(), flags=re.M)
    assert len(blocks) >= 4 and shown.count("\nhostname = ") == 1
    return blocks + [shown]


def read(folder, text):
    """What `postern` makes of these settings: it lists the accounts of a file of ours by them."""
    settings = folder / "postern.conf"
    settings.write_text(text + "\naccounts = %s/accounts.gdbm\nuser = 61001:61001\n" % folder)
    for arguments in ["user", "import"], ["user", "list"]:
        done = subprocess.run([BUILD + "/postern", "-f", settings, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            break
    return done


@pytest.mark.parametrize("text", examples())
def test_example_is_taken(tmp_path, text):
    done = read(tmp_path, text)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", examples())
def test_the_same_with_one_fault_is_not(tmp_path, text):
    line = text.count("\n") + 1
    done = read(tmp_path, text + "nonsense = 1")
    assert done.returncode == 1
    assert "postern.conf:%d: " % line in done.stderr and "nonsense" in done.stderr


def test_what_is_not_built_is_refused_and_not_ignored(tmp_path):
    done = read(tmp_path, "hostname = a.example\ndomains = office.example")
    assert done.returncode == 1 and "domains" in done.stderr and "not built" in done.stderr


@pytest.mark.parametrize("name", ["passwd", "PAM", "pam", "kerberos_v4", "kerberos_v5", "pwcheck", "sia", "alwaystrue",
                                  "auxprop", "auxprop:", "auxprop:../libplain", "shadow saslauthd"])
def test_an_old_name_is_no_store(tmp_path, name):
    """A settings file that was carried over would otherwise ask somebody else, or let in everybody."""
    done = read(tmp_path, "hostname = a.example\npasswords = " + name)
    assert done.returncode == 1 and "postern.conf:2: passwords: " in done.stderr


def test_tls_is_set_with_both_files_or_not_at_all(tmp_path):
    done = read(tmp_path, "hostname = a.example\ntls_certificate = /etc/ssl/a.pem")
    assert done.returncode == 1 and "tls_key: is missing" in done.stderr


def test_a_certificate_made_by_the_readme_serves(postern):
    """The commands as they stand there, for another folder, run by who starts smtpd."""
    with open(os.path.join(TREE, "README.md"), encoding="utf-8") as file:
        commands = re.findall(r"^install -d -m 700 /etc/postern\n(?:.+\n)+?(?=```)", file.read(), re.M)
    assert len(commands) == 1
    folder = postern.path("run/certificate")
    subprocess.run(["sh", "-ec", commands[0].replace("/etc/postern", folder)], stdin=subprocess.DEVNULL,
                   capture_output=True, timeout=60, check=True, **postern.identity())
    assert os.stat(folder + "/key.pem").st_mode & 0o077 == 0
    postern.write_settings(hostname="mail.office.example", tls_certificate=folder + "/cert.pem",
                           tls_key=folder + "/key.pem")
    client = postern.connect()
    context = ssl.create_default_context(cafile=folder + "/cert.pem")
    client._host = "mail.office.example"  # what smtplib compares the certificate's names with
    client.starttls(context=context)
    assert client.ehlo("client.example")[0] == 250


@pytest.mark.skipif(shutil.which("saslpasswd2", path=PATHS) is None, reason="no saslpasswd2 here")
def test_a_sasldb_made_by_the_readme_serves(postern):
    """The commands as they stand there, for other places and another group; the password comes from a pipe."""
    with open(os.path.join(TREE, "README.md"), encoding="utf-8") as file:
        commands, block = re.search(r"^(install -d /etc/sasl2\n(?:.+\n)+)```\n```postern\.conf\n((?:.+\n)+?)```$",
                                    file.read(), re.M).groups()
    group = postern.service if os.getuid() == 0 else os.getgid()
    folder = postern.path("run/sasl")
    for told, here in (("/etc/sasl2", folder), ("/etc/postern.sasldb", folder + "/sasldb"),
                       ("saslpasswd2", "saslpasswd2 -p"), ("chgrp postern", "chgrp %d" % group)):
        assert told in commands
        commands = commands.replace(told, here)
    postern.secrets.add(b"sesame-open-7")
    subprocess.run(["sh", "-ec", commands], input=b"sesame-open-7", capture_output=True, timeout=60, check=True,
                   umask=0o022, env={"PATH": PATHS}, **postern.identity())
    postern.postern("user", "import")
    postern.write_settings(**dict(line.split(" = ", 1) for line in block.splitlines()), sasl_configuration=folder)
    client = postern.connect()
    client.login("alice", "sesame-open-7")
    client.quit()
    postern.wait_logged("auth result=ok user=alice@office.example")
    client = postern.connect()
    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("alice", "sesame-close-8")
    client.quit()

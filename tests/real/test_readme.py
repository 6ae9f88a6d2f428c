"""Every settings example of README.md, and every remark of docs/postern.conf that shows a setting, is
what the program takes; and the certificate that README.md tells how to make is one to serve with."""

import os
import re
import ssl
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("POSTERN_BUILD") or TREE)


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

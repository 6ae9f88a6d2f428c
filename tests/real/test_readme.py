"""Every settings example of README.md, and every remark of docs/postern.conf that shows a setting, is
what the program takes."""

import os
import re
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
    done = read(tmp_path, "hostname = a.example\ntls_certificate = /etc/ssl/a.pem")
    assert done.returncode == 1 and "tls_certificate" in done.stderr

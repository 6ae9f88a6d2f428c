"""`make install` and `make uninstall`: into a package's folder, and as root onto a host, whose /etc and
/var/lib are copies in a mount namespace of the test's own."""

import os
import re
import shutil
import subprocess
import tempfile

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = ["libexec/postern/postern-auth", "libexec/postern/postern-tls", "libexec/postern/smtpd", "sbin/postern"]
SERVICES = ["etc/xinetd.d/submission", "etc/xinetd.d/submissions"]
SCRIPTS = ["usr/share/postern/tcpserver/run", "usr/share/postern/tcpserver/run-submissions"]
ENVIRONMENT = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": "/nonexistent"}  # nothing of `make test`'s own
PRIVATE = os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0

ON_A_HOST = r"""
set -eu
folder=$1 port=$2
mkdir "$folder/etc" && cp -a /etc/. "$folder/etc" && mount --bind "$folder/etc" /etc
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/misc
rm -f /etc/postern.conf /etc/xinetd.d/submission /etc/xinetd.d/submissions
sed -i '/^postern/d' /etc/passwd /etc/group
for file in /etc/shadow /etc/gshadow; do test ! -e $file || sed -i '/^postern/d' $file; done
umask 077  # what an administrator may have
make install PREFIX="$folder/prefix"
state() { stat -c '%n %a' /etc/postern.conf /etc/xinetd.d/*submission*; stat -c '%n %U:%G %a' /var/lib/postern /var/lib/postern/* /var/lib/postern/run/*; }
state >"$folder/state"
cp /etc/postern.conf "$folder/first.conf"
"$folder/prefix/sbin/postern" check >"$folder/check" 2>&1 || cat "$folder/check"
echo '# mine' >>/etc/postern.conf
echo "sendmail = $folder/sendmail" >>/etc/postern.conf
printf '#!/bin/sh\ncat >/var/lib/postern/run/mail\n' >"$folder/sendmail"
chmod 755 "$folder/sendmail"
echo secret-password | "$folder/prefix/sbin/postern" user add alice --stdin
cp -a /var/lib/postern/accounts.gdbm "$folder/accounts"
make install PREFIX="$folder/prefix"
cmp /var/lib/postern/accounts.gdbm "$folder/accounts"
grep -q '^# mine$' /etc/postern.conf
state | cmp - "$folder/state"
printf 'includedir %s/xinetd.d\n' "$folder" >"$folder/xinetd.conf"
mkdir "$folder/xinetd.d"
sed "s/disable .*/disable = no/; s/port .*/port = $port/" /etc/xinetd.d/submission >"$folder/xinetd.d/submission"
setsid xinetd -dontfork -f "$folder/xinetd.conf" -pidfile "$folder/xinetd.pid" -filelog "$folder/xinetd.log" &
server=$!
trap 'kill $server' EXIT
for try in 1 2 3 4 5 6 7 8 9 10; do
	swaks --server 127.0.0.1 --port "$port" --from a@office.example --to b@away.example --timeout 20 \
		--auth PLAIN --auth-user alice --auth-password secret-password \
		--header 'Subject: installed' >"$folder/swaks" 2>&1 && break
	sleep 0.5
done
cp /var/lib/postern/run/mail "$folder/mail" || cat "$folder/swaks" "$folder/xinetd.log"
mkdir -m 700 /etc/postern
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=mail.office.example \
	-addext subjectAltName=DNS:mail.office.example -keyout /etc/postern/key.pem -out /etc/postern/cert.pem 2>/dev/null
printf 'tls_certificate = /etc/postern/cert.pem\ntls_key = /etc/postern/key.pem\ntls_required = yes\n' >>/etc/postern.conf
printf 'Subject: by TLS\r\n\r\nHello\r\n' >"$folder/text"
curl -sS --ssl-reqd --cacert /etc/postern/cert.pem --connect-to "mail.office.example:$port:127.0.0.1:$port" \
	--url "smtp://mail.office.example:$port/me.test" --mail-from a@office.example --mail-rcpt b@away.example \
	--user alice:secret-password --max-time 20 -T "$folder/text"
cp /var/lib/postern/run/mail "$folder/mail-by-tls"
make uninstall PREFIX="$folder/prefix"
test -e /var/lib/postern/accounts.gdbm && grep -q '^# mine$' /etc/postern.conf
cp /etc/passwd "$folder/passwd"
"""


def make(*arguments):
    done = subprocess.run(["make", *arguments], cwd=TREE, capture_output=True, text=True, timeout=300,
                          env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def build():
    """A build folder of the test's own: another PREFIX builds some objects anew."""
    folder = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


def test_into_a_folder_and_out_again(build):
    dest = build + "/dest"
    arguments = ["B=" + build + "/build", "DESTDIR=" + dest, "PREFIX=/usr"]
    make("install", *arguments)
    found = files(dest)
    for program in PROGRAMS:
        assert "usr/" + program in found
    for page in "man5/postern.conf.5", "man8/postern.8", "man8/smtpd.8":
        assert "usr/share/man/" + page in found
    assert {"etc/postern.conf", *SERVICES, *SCRIPTS} <= set(found)
    for name in SERVICES + SCRIPTS:
        text = read(dest, name)
        assert "/usr/libexec/postern/smtpd" in text and "/usr/local" not in text
        options, port = ("-s -f ", 465) if "submissions" in name else ("-f ", 587)
        assert "smtpd " + options in text and re.search(r"\b%d\b" % port, text)
    for name in SERVICES:
        assert re.search(r"^\tdisable\s+= yes$", read(dest, name), re.M)
    for name in SCRIPTS:
        assert os.access(os.path.join(dest, name), os.X_OK)
    with open(dest + "/usr/sbin/postern", "rb") as file:
        assert b"/usr/libexec/postern/" in file.read()
    assert make("install", *arguments).count("-DLIBEXEC") == 0  # nothing is built a second time
    make("uninstall", *arguments)
    assert files(dest) == ["etc/postern.conf", *SERVICES]


def test_what_the_administrator_wrote_is_never_written_over(build):
    dest = build + "/dest"
    arguments = ["B=" + build + "/build", "DESTDIR=" + dest]
    os.makedirs(dest + "/etc/xinetd.d")
    for name in ["etc/postern.conf", *SERVICES]:
        with open(os.path.join(dest, name), "w", encoding="utf-8") as file:
            file.write("mine\n")
    make("install", *arguments)
    make("uninstall", *arguments)
    assert [read(dest, name) for name in files(dest)] == ["mine\n"] * 3


def test_another_prefix_is_compiled_in(build):
    for prefix in "/usr", "/opt/postern":
        make("B=" + build + "/build", "PREFIX=" + prefix)
        with open(build + "/build/postern", "rb") as file:
            assert (prefix + "/libexec/postern").encode() in file.read()


@pytest.mark.skipif(not PRIVATE, reason="only root can have a mount namespace")
def test_on_a_host_and_again_and_away(build):
    copy = build + "/tree"
    shutil.copytree(TREE, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "asan", "tests"))
    os.mkdir(build + "/host", 0o755)
    done = subprocess.run(["unshare", "--mount", "sh", "-c", ON_A_HOST, "sh", build + "/host", "41587"], cwd=copy,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stdout
    host = build + "/host/"
    state = read(host, "state").replace("/var/lib/", "").splitlines()
    assert sorted(state) == [
        "/etc/postern.conf 644", "/etc/xinetd.d/submission 644", "/etc/xinetd.d/submissions 644",
        "postern root:postern 750", "postern/accounts.gdbm root:postern 640", "postern/accounts.gdbm.lock root:root 600",
        "postern/empty root:root 555", "postern/run postern:postern 700", "postern/run/spool postern:postern 700"]
    users = [line.split(":") for line in read(host, "passwd").splitlines() if line.startswith("postern")]
    assert [user[0] for user in users] == ["postern", "postern-jail"]
    assert all(user[6].endswith("/nologin") and user[2] != user[0] for user in users)
    assert users[0][2] != users[1][2] and users[0][3] != users[1][3]
    assert "Subject: installed" in read(host, "mail")
    mail = read(host, "mail-by-tls")
    assert "Subject: by TLS" in mail and "with ESMTPSA " in mail
    assert "Left as they are" in done.stdout
    assert files(host + "prefix") == []
    assert "postern-auth" in read(host, "check")

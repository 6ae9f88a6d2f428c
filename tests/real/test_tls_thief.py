"""The key is out of reach of everything else that runs as `user`: a sendmail that was taken over, say."""

import os
import smtplib
import ssl
import subprocess
import time

import pytest

from scratch import SANITIZED, SERVICE
from wire import compile_c


@pytest.mark.skipif(SANITIZED, reason="a sanitizer wants to read /proc/self")
@pytest.mark.parametrize("postern", ["root"], indirect=True)
def test_no_other_program_of_user_can_take_the_key_out_of_postern_tls(postern):
    """exec makes a process visible to its fellows, and it loads OpenSSL before it can make itself opaque,
    with the open key in its hands. That its program may not be read makes it opaque from the first."""
    postern.tls()
    compile_c(postern.path("thief"), "tests/real/thief.c")
    os.mkdir(postern.path("hunt"))
    with open(postern.path("loot"), "w") as loot:
        thief = subprocess.Popen([postern.path("thief"), postern.path("hunt")], stdout=loot, user=SERVICE,
                                 group=SERVICE, extra_groups=[])
    context = ssl.create_default_context(cafile=postern.path("office.pem"))
    end = time.monotonic() + 20
    try:
        while open(postern.path("loot")).read().count("\n") < 20 and time.monotonic() < end:
            with smtplib.SMTP("127.0.0.1", postern.port, timeout=30) as client:
                client.starttls(context=context)
    finally:
        os.rmdir(postern.path("hunt"))
        assert thief.wait(20) == 0
    lines = open(postern.path("loot")).read().split()
    assert len(lines) >= 20, "the thief never saw postern-tls at work"
    assert "taken" not in lines

# make testssl: smtpd's TLS before testssl, with STARTTLS and with -s. It takes two minutes or three,
# and so is no part of `make test`. Its package is installed here, and only here.

testssl: all $(B)/tests/fake-sendmail
	@command -v testssl >/dev/null && command -v tcpserver >/dev/null || { \
	  test "$$(id -u)" = 0 && as_root= || as_root=sudo; export DEBIAN_FRONTEND=noninteractive; \
	  $$as_root apt-get update -q && \
	  $$as_root apt-get install -q -y --no-install-recommends testssl.sh ucspi-tcp </dev/null; }
	@POSTERN_BUILD='$(abspath $(or $(out),.))' POSTERN_TEST_TOOLS='$(abspath $(B)/tests)' \
	POSTERN_SANITIZED='$(SANITIZE)' tests/testssl

.PHONY: testssl

# The hostile session: smtpd with another session in it. `make test T=real/test_hostile` runs it as
# part of all tests; `make hostile N=5000000` lets its generator send so many records.

hostile_objects = $(patsubst %.c,$(B)/%.o,$(wildcard tests/hostile*.c))

$(B)/tests/hostile: $(B)/smtpd.o $(B)/relay.o $(hostile_objects) $(B)/monitor.a \
                    $(B)/store-plain.a $(B)/base.a
	$(call link,-linih)

test: $(B)/tests/hostile

N ?= 2000000
hostile: all $(B)/tests/hostile $(B)/tests/fake-sendmail
	POSTERN_BUILD='$(abspath $(or $(out),.))' POSTERN_TEST_TOOLS='$(abspath $(B)/tests)' \
	POSTERN_SANITIZED='$(SANITIZE)' PYTHONDONTWRITEBYTECODE=1 HOSTILE_RECORDS='$(N)' \
	/usr/bin/python3 -m pytest -q -p no:cacheprovider --tb=short -k generator tests/real/test_hostile.py tests/real/test_hostile_tls.py

.PHONY: hostile

# make bench [N=200]: what a spawned session costs, as a ratio to a static program that only answers,
# and TLS to openssl s_server.
# N from the command line or the environment: another target's default for it is not meant for this.
pairs = $(or $(if $(filter-out file undefined,$(origin N)),$(N)),200)

bench: all $(addprefix $(B)/bench/,bench tls floor sendmail)
	@sh bench/run '$(B)' '$(out)' '$(pairs)'

$(B)/bench/bench: bench/bench.c bench/measure.c bench/measure.h bench/bench.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c,$^) $(ALL_LDFLAGS)

$(B)/bench/tls: bench/tls.c bench/measure.c bench/measure.h bench/bench.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c,$^) $(ALL_LDFLAGS) -lssl -lcrypto

# The floor and the sendmail are what they are everywhere: plain, static, whatever CFLAGS say.
$(B)/bench/floor $(B)/bench/sendmail: $(B)/bench/%: bench/%.c bench/bench.mk
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE $(warnings) -O2 -static -o $@ $<

.PHONY: bench

# make bench [N=200]: what a spawned session costs, as a ratio to a static program that only answers.
N ?= 200

bench: all $(addprefix $(B)/bench/,bench floor sendmail)
	@sh bench/run '$(B)' '$(out)' '$(N)'

$(B)/bench/bench: bench/bench.c bench/bench.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS)

# The floor and the sendmail are what they are everywhere: plain, static, whatever CFLAGS say.
$(B)/bench/floor $(B)/bench/sendmail: $(B)/bench/%: bench/%.c bench/bench.mk
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE $(warnings) -O2 -static -o $@ $<

.PHONY: bench

# make test runs all; make test T=address one unit, T=dialogs/NAME one dialogue, T=real/test_x one
# file of pytest. Each failure prints the line that runs it alone. Included by the Makefile.
# `make test B=build/asan SANITIZE=-fsanitize=address,undefined` does all of it with sanitizers.

tools = $(B)/tests
units = $(patsubst tests/%.c,$(tools)/%,$(wildcard tests/unit/*.c))

# The packages come before the first line that needs one.
ifneq ($(filter test,$(MAKECMDGOALS)),)
ifneq ($(shell sh tests/install >&2 || echo failed),)
$(error tests/install failed)
endif
endif

# A shell starts what it runs in the background with INT and QUIT ignored, and tests send both.
test: all $(units) $(tools)/fake-sendmail $(tools)/session_alone
	@POSTERN_BUILD='$(abspath $(or $(out),.))' POSTERN_SANITIZED='$(SANITIZE)' CC='$(CC)' env --default-signal=INT,QUIT sh tests/run '$(tools)' '$(T)'

# A unit holds whatever it needs of every folder; what it does not need does not come in.
$(units): $(tools)/unit/%: $(tools)/unit/%.o $(B)/relay.o $(addprefix $(B)/,monitor.a auth.a tls.a store.a base.a)
	$(call link,$(filter %.a,$^) -lcmocka -linih -lsasl2 -lssl -lcrypto -lcrypt -lgdbm -lnettle)

$(tools)/unit/%.o: tests/unit/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# It stands for another's program, so no sanitizer of ours is in it.
$(tools)/fake-sendmail: tests/fake-sendmail.c Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out $(SANITIZE),$(ALL_CFLAGS)) -o $@ $<

# The session with base/ and no library at all.
$(tools)/session_alone: $(tools)/session_alone.o $(B)/session.a $(B)/base.a
	$(call link,)

$(tools)/session_alone.o: tests/session_alone.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

.PHONY: test
.SECONDARY: $(addsuffix .o,$(units)) $(tools)/session_alone.o

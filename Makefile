# Plain `make` leaves ./smtpd, ./postern-auth, ./postern-tls and ./postern here and installs nothing.
# The link lines are the trust table once more: a program holds what it lists, and no more.

PREFIX     ?= /usr/local
LIBEXEC    ?= $(PREFIX)/libexec/postern
SBIN       ?= $(PREFIX)/sbin
MAN        ?= $(PREFIX)/share/man
SYSCONF    ?= /etc
STATE      ?= /var/lib/postern
PLUGINS    ?= $(shell pkg-config --variable=libdir libsasl2)/sasl2

CC         ?= cc
CFLAGS     ?= -O2 -g
B          ?= build

warnings    = -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wpointer-arith \
              -Wcast-qual -Wwrite-strings -Wvla -Wformat=2
hardening   = -fPIE -fstack-protector-strong -fno-strict-aliasing -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -I. -I$(B) -MMD -MP $(warnings) $(hardening) \
              -DSASL_PLUGINS='"$(PLUGINS)"' -DLIBEXEC='"$(LIBEXEC)"' $(CPPFLAGS) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS) $(SANITIZE)

folders     = base session monitor auth store tls admin
programs    = smtpd postern-auth postern-tls postern
objects     = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
filters     = $(patsubst %,$(B)/filter-%.h,session password scram saslauthd wide tls)
out         = $(if $(filter build,$(B)),,$(B)/)
# inih, gdbm and nettle come from their archives where there are any: to load the shared ones takes half
# the time of a login. An update of theirs then needs a new build; SHARED=1 links them as usual.
libdir      = $(dir $(PLUGINS))
library     = $(if $(if $(SHARED),,$(wildcard $(libdir)lib$(1).a)),-l:lib$(1).a,-l$(1))
# By force: a sanitizer has a crypt_r() of its own, which calls the one that it then misses.
libcrypt    = -Wl,--no-as-needed -lcrypt -Wl,--as-needed
link        = $(CC) $(ALL_CFLAGS) -o $@ $(filter %.o %.a,$^) $(ALL_LDFLAGS) $(1)

all: $(addprefix $(out),$(programs))

$(out)smtpd: $(B)/smtpd.o $(B)/relay.o $(B)/session.a $(B)/monitor.a $(B)/store-plain.a $(B)/base.a
	$(call link,$(call library,inih))

$(out)postern-auth: $(B)/auth.o $(B)/auth.a $(B)/store.a $(B)/base.a
	$(call link,-lsasl2 $(libcrypt) $(call library,gdbm) $(call library,nettle))

# OpenSSL is always the shared one: its updates are too many and too urgent to wait for a new build.
$(out)postern-tls: $(B)/tls.a $(B)/base.a
	$(call link,-lssl -lcrypto)

$(out)postern: $(B)/admin.a $(B)/relay.o $(B)/monitor.a $(B)/store.a $(B)/base.a
	$(call link,-linih -lgdbm -lnettle)

# smtpd judges by the tables of store/, and holds neither accounts nor a library to read them.
$(B)/store-plain.a: $(call objects,store/access.c store/passwords.c)
	rm -f $@ && ar rcs $@ $^

define archive
$(B)/$(1).a: $$(call objects,$(1)/*.c)
	rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach folder,$(folders),$(eval $(call archive,$(folder))))

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The filters are made while building, for the machine that is built for.
$(B)/base/jail.o: $(filters)

$(filters): $(B)/filter-%.h: $(B)/tools/filter
	$< $* > $@.new && mv $@.new $@

$(B)/tools/filter: tools/filter.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) -lseccomp

include $(wildcard tests/*.mk bench/bench.mk install.mk)

clean:
	rm -rf build $(programs)

.PHONY: all clean
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

# make install, make uninstall, make run. Included by the Makefile, which names the folders.
# With DESTDIR nothing but files is made. Without it, and as root, tools/setup makes users, folders
# and the accounts file; nothing of the administrator's is ever written over.

setup_wanted = $(if $(DESTDIR),,$(filter 0,$(shell id -u)))

# put FROM TO MODE: copies a file as it is, but for the paths of this installation.
put  = sed -e 's|/usr/local/libexec/postern|$(LIBEXEC)|g' -e 's|/etc/postern\.conf|$(SYSCONF)/postern.conf|g' \
       -e 's|/etc/xinetd\.d|$(SYSCONF)/xinetd.d|g' $(1) > "$(2)" && chmod $(3) "$(2)"
data = $(DESTDIR)$(PREFIX)/share/postern
conf = $(DESTDIR)$(SYSCONF)/postern.conf
xinetd = $(DESTDIR)$(SYSCONF)/xinetd.d

# Ports: a service file of xinetd's for each, and a run script for tcpserver.
services = submission submissions
scripts  = run run-submissions

# postern is compiled with LIBEXEC: what carries it is built anew when it changes.
carries_libexec = $(patsubst %.c,$(B)/%.o,$(shell grep -lw LIBEXEC $(addsuffix /*.c,$(folders)) *.c))
$(carries_libexec): $(B)/libexec
$(B)/libexec: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBEXEC)' | cmp -s - $@ || echo '$(LIBEXEC)' > $@

install: all
	install -d '$(DESTDIR)$(LIBEXEC)' '$(DESTDIR)$(SBIN)' '$(data)/tcpserver' '$(xinetd)'
	install -m 755 $(out)smtpd '$(DESTDIR)$(LIBEXEC)'
	install -m 711 $(out)postern-auth $(out)postern-tls '$(DESTDIR)$(LIBEXEC)'
	install -m 755 $(out)postern '$(DESTDIR)$(SBIN)'
	set -e; for page in man/*.[1-9]; do \
	  folder='$(DESTDIR)$(MAN)'/man$${page##*.}; \
	  install -d "$$folder"; install -m 644 "$$page" "$$folder"; done
	set -e; for script in $(scripts); do \
	  $(call put,tcpserver/$$script,$(data)/tcpserver/$$script,755); done
	set -e; for service in $(services); do test -e '$(xinetd)'/$$service || { \
	  $(call put,xinetd.d/$$service,$(xinetd)/$$service,644); }; done
	test -e '$(conf)' || { sh tools/example '$(STATE)' > '$(conf)' && chmod 644 '$(conf)'; }
	$(if $(setup_wanted),sh tools/setup '$(STATE)' '$(SBIN)/postern' '$(SYSCONF)/postern.conf')

# Accounts, settings, users and the service's state stay: they are the administrator's.
uninstall:
	for program in smtpd postern-auth postern-tls; do rm -f '$(DESTDIR)$(LIBEXEC)'/$$program; done
	rm -f '$(DESTDIR)$(SBIN)/postern'
	for page in man/*.[1-9]; do rm -f "$(DESTDIR)$(MAN)/man$${page##*.}/$${page##*/}"; done
	for script in $(scripts); do rm -f '$(data)/tcpserver'/$$script; done
	-rmdir '$(DESTDIR)$(LIBEXEC)' '$(data)/tcpserver' '$(data)' 2>/dev/null
	@echo 'Left as they are: $(conf), $(addprefix $(xinetd)/,$(services)),'
	@echo '$(DESTDIR)$(STATE), and the users postern and postern-jail.'

run:
	@exec sh tools/run

FORCE:
.PHONY: install uninstall run FORCE

# make install, make uninstall, make run. Included by the Makefile, which names the folders.
# With DESTDIR nothing but files is made. Without it, and as root, tools/setup makes users, folders
# and the accounts file; nothing of the administrator's is ever written over.

setup_wanted = $(if $(DESTDIR),,$(filter 0,$(shell id -u)))

# put FROM TO MODE: copies a file as it is, but for the paths of this installation.
put  = sed -e 's|/usr/local/libexec/postern|$(LIBEXEC)|g' -e 's|/etc/postern\.conf|$(SYSCONF)/postern.conf|g' \
       -e 's|/etc/xinetd\.d|$(SYSCONF)/xinetd.d|g' $(1) > '$(2)' && chmod $(3) '$(2)'
data = $(DESTDIR)$(PREFIX)/share/postern
conf = $(DESTDIR)$(SYSCONF)/postern.conf
xinetd = $(DESTDIR)$(SYSCONF)/xinetd.d/submission

# postern is compiled with LIBEXEC: what carries it is built anew when it changes.
carries_libexec = $(patsubst %.c,$(B)/%.o,$(shell grep -lw LIBEXEC $(addsuffix /*.c,$(folders)) *.c))
$(carries_libexec): $(B)/libexec
$(B)/libexec: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBEXEC)' | cmp -s - $@ || echo '$(LIBEXEC)' > $@

install: all
	install -d '$(DESTDIR)$(LIBEXEC)' '$(DESTDIR)$(SBIN)' '$(data)/tcpserver' '$(dir $(xinetd))'
	install -m 755 $(out)smtpd $(out)postern-auth '$(DESTDIR)$(LIBEXEC)'
	install -m 755 $(out)postern '$(DESTDIR)$(SBIN)'
	set -e; for page in man/*.[1-9]; do \
	  folder='$(DESTDIR)$(MAN)'/man$${page##*.}; \
	  install -d "$$folder"; install -m 644 "$$page" "$$folder"; done
	$(call put,tcpserver/run,$(data)/tcpserver/run,755)
	test -e '$(xinetd)' || { $(call put,xinetd.d/submission,$(xinetd),644); }
	test -e '$(conf)' || { sh tools/example '$(STATE)' > '$(conf)' && chmod 644 '$(conf)'; }
	$(if $(setup_wanted),sh tools/setup '$(STATE)' '$(SBIN)/postern' '$(SYSCONF)/postern.conf')

# Accounts, settings, users and the service's state stay: they are the administrator's.
uninstall:
	rm -f '$(DESTDIR)$(LIBEXEC)/smtpd' '$(DESTDIR)$(LIBEXEC)/postern-auth' '$(DESTDIR)$(SBIN)/postern'
	for page in man/*.[1-9]; do rm -f "$(DESTDIR)$(MAN)/man$${page##*.}/$${page##*/}"; done
	rm -f '$(data)/tcpserver/run'
	-rmdir '$(DESTDIR)$(LIBEXEC)' '$(data)/tcpserver' '$(data)' 2>/dev/null
	@echo 'Left as they are: $(conf), $(xinetd),'
	@echo '$(DESTDIR)$(STATE), and the users postern and postern-jail.'

run:
	@exec sh tools/run

FORCE:
.PHONY: install uninstall run FORCE

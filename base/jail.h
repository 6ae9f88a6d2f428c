/* The jail: chroot, ids, no way back, Landlock, limits, seccomp; entered, then proved.
 * Runs in: the session's process (called by smtpd.c), postern-auth, postern-tls, and postern when
 * it checks.
 * Trusts: ids and paths of the settings. */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

#include <stdbool.h>

#include "base/settings.h"
#include "base/text.h"

/* Which filter: what the process may ask of the kernel from then on. */
enum jail_profile {
	JAIL_SESSION,
	JAIL_PASSWORD,  /* postern-auth with PLAIN or LOGIN against accounts: nothing is opened */
	JAIL_SCRAM,     /* postern-auth with SCRAM: /dev/urandom, and no other file */
	JAIL_SASLAUTHD, /* postern-auth that asks saslauthd: one descriptor may be connected */
	JAIL_WIDE, /* postern-auth with SASL's own stores or Kerberos: files and sockets, no exec,
		      no fork */
	JAIL_TLS   /* postern-tls, once OpenSSL is set up */
};

enum {
	JAIL_SOCKET = 9, /* the descriptor that postern-auth may connect, of JAIL_SASLAUTHD */
	JAIL_ABI_NEWEST = 6,
	JAIL_LIFELINE = 4 /* its descriptor in every jailed process; the filters let none close it
			   */
};

struct jail {
	enum jail_profile profile;
	unsigned layers;             /* enum layer, or-ed: those of the settings */
	bool root;                   /* started as root: chroot and ids too */
	const struct identity *user; /* whom to become; used as root only */
	const char *folder;          /* the empty folder; used as root only */
	int highest_fd;              /* the limit on descriptors leaves room for this one */
	int landlock_most;           /* newest Landlock ABI to use; JAIL_ABI_NEWEST but in tests */
};

/* Enters the jail by all its layers in their order, and proves that the way back is shut. Returns
 * NULL, or which layer failed and why, in words; then the process must end. */
const char *jail_enter(const struct jail *jail, struct text *fault);

/* Becomes `user` with exactly its groups, from root, and proves that root cannot be had back. NULL,
 * or what failed. */
const char *jail_become(const struct identity *user, struct text *fault);

/* Makes the process die with the holder of the pipe's write end: the kernel kills it when that end
 * is closed. `lifeline` is the read end. False when that cannot be had, or the holder is gone
 * already. */
bool jail_lifeline(int lifeline);

/* The kernel's Landlock ABI, 0 where there is none. */
int jail_landlock(void);

/* Whether the folder will do as a jail: a directory, root's, empty, not writable by group or
 * others. NULL, or what is wrong and its remedy. */
const char *jail_folder(const char *folder, struct text *fault);

#endif

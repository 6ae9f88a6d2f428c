/* Asks saslauthd, and through it PAM, the host's users, Kerberos, IMAP or LDAP.
 * Runs in: postern-auth. Trusts: saslauthd's yes. */
#ifndef AUTH_SASLAUTHD_H
#define AUTH_SASLAUTHD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "base/text.h"
#include "base/wire.h"

struct saslauthd {
	struct sockaddr_un place;
};

/* Makes the socket, as descriptor JAIL_SOCKET, but does not connect it: an idle connection holds
 * one of saslauthd's few workers. NULL, or what is wrong. */
const char *saslauthd_open(
	struct saslauthd *saslauthd, const char *path, bool check, struct text *fault);

/* Whether the password is the user's: YES, NO, or CANNOT_TELL where saslauthd cannot be reached,
 * does not answer in time, or says something else. */
enum verdict saslauthd_check(const struct saslauthd *saslauthd, const char *name, const char *realm,
	const char *password, size_t len);

#endif

/* The host's own users: /etc/shadow, hashes by crypt, locked and aged accounts.
 * Runs in: postern-auth. Trusts: the file, which is root's. */
#ifndef AUTH_SHADOW_H
#define AUTH_SHADOW_H

#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "base/wire.h"

struct shadow {
	FILE *file;
	char stand_in[256]; /* the first user's hash, for names that are nobody's: all of one kind
			     * take as long
			     */
};

/* Opens /etc/shadow, which the group shadow may read. NULL, or what is wrong and its remedy. */
const char *shadow_open(struct shadow *shadow, struct text *fault);

/* Closes it, and wipes what was read. */
void shadow_close(struct shadow *shadow);

/* Whether the password is the user's at the time `now`; one hash is computed whatever the answer.
 * YES with REASON_NONE; NO and why; CANNOT_TELL with REASON_STORE: the file cannot be read. */
enum verdict shadow_check(struct shadow *shadow, const char *name, const char *password, size_t len,
	time_t now, enum reason *reason);

#endif

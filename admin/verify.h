/* Asks postern-auth, as the monitor would: for one login, or whether it can serve a mechanism.
 * Runs in: postern. Trusts: postern-auth's verdict, by the rules of base/verdict.h. */
#ifndef ADMIN_VERIFY_H
#define ADMIN_VERIFY_H

#include <stddef.h>

#include "admin/password.h"
#include "base/wire.h"

struct verify_answer {
	enum verdict verdict;
	char words[300]; /* why, where it is not YES */
};

/* The path of postern-auth or postern-tls: beside this program if it lies there, else in the folder
 * that it is installed in. False when there is none that can be run. */
bool verify_program(char *path, size_t size, const char *name);

/* Whether this password lets this canonical login in, by PLAIN. */
void verify_login(const struct settings *settings, const char *program, const char *login,
	const struct password *password, struct verify_answer *answer);

/* Whether postern-auth can serve the mechanism, its jail proved: `postern-auth --check`. */
void verify_mechanism(const struct settings *settings, const char *program,
	enum mechanism mechanism, struct verify_answer *answer);

#endif

/* Where a password comes from: asked for on the terminal, one line of standard input, or made.
 * Runs in: postern. Trusts: nobody's password to be short, or text. */
#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include "admin/commands.h"
#include "store/verifier.h"

/* A password, to be wiped after use with text_wipe(). */
struct password {
	char octets[PASSWORD_MAX + 1];
	size_t len;
};

/* Gets a new password as the call says: asked for twice, read, or made. One that will not do was
 * told why, and is wiped. */
enum outcome password_new(const struct call *call, struct password *password);

/* Gets the password of an account that exists: asked for once, or read. */
enum outcome password_old(const struct call *call, struct password *password);

/* Prints a password that was made on standard output. */
enum outcome password_show(const struct password *password);

#endif

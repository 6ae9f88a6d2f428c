/* The password stores and what each can serve; and the one canonical form of a login.
 * Runs in: monitor, postern-auth, postern. Trusts: nothing; pure. */
#ifndef STORE_PASSWORDS_H
#define STORE_PASSWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/settings.h"
#include "base/text.h"

/* The canonical form of a login name: ASCII letters in lower case, and the settings' realm (may be
 * "") appended as @realm to a bare name, so that `Alice`, `alice` and `alice@realm` are one
 * account. A name is 1 to 64 octets of A-Z a-z 0-9 . _ + = - ' & not beginning with `-`, then
 * perhaps `@` and a realm of letters, digits, `.` and `-`; together at most WIRE_LOGIN_MAX. NULL
 * and the text, or what is wrong with the name, in words. */
const char *passwords_login(const char *name, const char *realm, struct text *canonical);

/* Whether `login` is canonical: exactly what passwords_login() makes of it. */
bool passwords_canonical(const char *login, const char *realm);

/* The mechanisms that the store can serve. */
mechanism_set passwords_serve(enum passwords passwords);

/* What is wrong with a new password, in words, or NULL: it must be 1 to PASSWORD_MAX octets, UTF-8,
 * with no control character. */
const char *passwords_new(const char *password, size_t len);

#endif

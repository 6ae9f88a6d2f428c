/* What the commands that change the accounts share.
 * Runs in: postern. Trusts: nothing. */
#ifndef ADMIN_USER_H
#define ADMIN_USER_H

#include "admin/commands.h"
#include "admin/password.h"
#include "store/accounts.h"

/* The canonical login of a name that was typed. One that is none was told why. */
enum outcome user_login(const struct call *call, struct text *login);

/* The mechanisms whose verifiers a new password is kept in: those of the settings. */
mechanism_set user_kept(const struct settings *settings);

/* Keeps with a new account or password what CRAM-MD5 and DIGEST-MD5 want, where the settings name
 * them, and else takes it away. False: it could not be written. */
bool user_keep(const struct settings *settings, struct store_change *change, const char *login,
	const char *password, size_t len);

/* Says, where it is so, that what is kept of a new password is as good as that. */
void user_warn(const struct settings *settings);

/* Begins a change of the accounts file; with `create` a missing one is made. What failed was told.
 */
enum outcome user_change(const struct call *call, bool create, struct store_change *change);

/* Makes the change the file, or throws it away where `outcome` is not DONE. What failed was told.
 */
enum outcome user_commit(struct store_change *change, enum outcome outcome);

#endif

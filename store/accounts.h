/* Accounts: found, listed, added, changed. One GDBM file in the layout of Cyrus's sasldb: the key
 * is name NUL realm NUL property; the realm is what stands behind the login's first `@`.
 *
 * Properties: `authPassword` is the SCRAM verifiers, that of SCRAM-SHA-256 first, a newline between
 * two; `cmusaslsecretCRAM-MD5` and `cmusaslsecretDIGEST-MD5` what those two keep. A disabled
 * account has them under `disabledAuthPassword` and so on instead, so that no other reader of the
 * file lets it in either. With empty name and realm: `site`, the 32 random octets of the site
 * secret; `iterations`, the counts that the verifiers of the file have, as text, blank between,
 * largest first. Runs in: postern-auth (finds), postern (all). Trusts: the file only for who an
 * account is. */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include <stdbool.h>

#include "base/text.h"
#include "base/wire.h"
#include "store/store.h"
#include "store/verifier.h"

struct accounts {
	struct store store;
	unsigned char site[WIRE_KEY];
	unsigned counts[16]; /* iterations in use, largest first */
	size_t count_count;
};

/* One account, or the stand-in of a name that is none. */
struct account {
	char login[WIRE_LOGIN_MAX + 1]; /* canonical */
	char verifier[VERIFIER_MAX];    /* of the mechanism that was asked for, or a stand-in */
	unsigned iterations;            /* of that verifier; 0: it is malformed */
	unsigned others; /* where it lacks that one: the iterations of those that it has, or 0 */
	bool exists, disabled;
	/* Of CRAM-MD5 and DIGEST-MD5 what these keep, or a stand-in that no password makes. */
	unsigned char secret[SECRET_MAX];
	size_t secret_len;
	bool lacks; /* it exists, and has no good verifier of that mechanism */
};

/* Opens the file and reads the site secret and the counts. NULL, or what is wrong and its remedy.
 */
const char *accounts_open(struct accounts *accounts, const char *path, struct text *fault);

/* Wipes and closes. */
void accounts_close(struct accounts *accounts);

/* Finds an account by its canonical login, and what it keeps for a mechanism. YES: it is there;
 * NO: there is none, and *account is its stand-in: a verifier that no password fits, whose count
 * and salt are drawn by the site secret, the same at every call; CANNOT_TELL: the file is damaged.
 * An account that lacks the verifier, or is disabled, has a stand-in too; where it has others, with
 * their count. All read the file alike.
 */
enum verdict accounts_find(struct accounts *accounts, const char *login, enum mechanism mechanism,
	struct account *account);

/* The property that a mechanism wants of an account, by its name in the file and for SASL. */
const char *accounts_property(enum mechanism mechanism);

/* The largest count of iterations in use: the work that every check does. */
unsigned accounts_most(const struct accounts *accounts);

/* Calls `each` for every account, sorted by login (allocates: for postern only), until it returns
 * false. YES, NO when `each` ended it, CANNOT_TELL. */
enum verdict accounts_each(struct accounts *accounts,
	bool (*each)(void *context, const struct account *account), void *context);

/* Begins a change: lock and copy. With `create` a missing file is made, with a new site secret.
 * `group` is the gid that may read the file when run by root: then it becomes root:group 0640; else
 * the process's own, 0600. NULL, or what is wrong. */
const char *accounts_change(struct store_change *change, const char *path, bool create, gid_t group,
	struct text *fault);

/* Adds an account with these verifiers. YES; NO: it exists already; CANNOT_TELL: could not be
 * written. */
enum verdict accounts_add(struct store_change *change, const char *login, const char *verifiers);

/* Gives an account other verifiers; a disabled one stays disabled. NO: there is none. */
enum verdict accounts_renew(struct store_change *change, const char *login, const char *verifiers);

/* Keeps a secret of CRAM-MD5 or DIGEST-MD5 with an account that is there, or with a length of 0
 * takes it away. CANNOT_TELL: could not be written. */
enum verdict accounts_keep(struct store_change *change, const char *login, enum mechanism mechanism,
	const unsigned char *secret, size_t len);

/* Removes an account and all its properties. NO: there is none. */
enum verdict accounts_remove(struct store_change *change, const char *login);

/* Disables or enables an account. YES also where it is so already; NO: there is none. */
enum verdict accounts_disable(struct store_change *change, const char *login, bool disabled);

/* Counts the iterations in use anew and makes the change the file. NULL, or what is wrong; then the
 * file is as it was. The change is over either way. */
const char *accounts_commit(struct store_change *change, struct text *fault);

#endif

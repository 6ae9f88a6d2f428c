/* Who the client is, and whether it may come in: the one canonical name, its account, the password
 * against whatever store the settings name, and the verdict. No SASL is called here.
 * Runs in: postern-auth. Trusts: the first record; the stores only for who an account is. */
#ifndef AUTH_JUDGE_H
#define AUTH_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/saslauthd.h"
#include "auth/shadow.h"
#include "base/text.h"
#include "base/wire.h"
#include "store/accounts.h"

/* One login, as far as it is judged. */
struct judge {
	struct wire_auth first;
	struct wire_verdict verdict;
	struct accounts accounts; /* the site secret is in it, whatever the store */
	struct account account;   /* the one that was looked for last */
	enum verdict found;       /* and what accounts_find() said of it */
	struct shadow shadow;
	struct saslauthd saslauthd;
	char name[WIRE_LOGIN_MAX + 1]; /* who the client says it is, canonical */
	bool is_login;                 /* it has the form of a login; else .name is made up */
	bool done;                     /* the password was judged: .verdict says how */
};

/* Looks for the files that SASL reads by itself: the keytab, and the settings of its own store. One
 * that it may not read it takes for one that is not there, and then knows no bounds; of sasldb
 * there need be none. NULL, or what is wrong and its remedy. */
const char *judge_files(const struct judge *judge, struct text *fault);

/* NULL, or why a file cannot be read, and what to do. */
const char *judge_unreadable(const char *path, const char *remedy, struct text *fault);

/* Opens what the store needs, before the jail. NULL, or what is wrong and its remedy. */
const char *judge_open(struct judge *judge, struct text *fault);

/* Wipes and closes all that was opened. */
void judge_close(struct judge *judge);

/* Nothing is known: the verdict is CANNOT_TELL, for zero would be a yes. */
void judge_begin(struct judge *judge);

/* Sets the verdict. */
void judge_say(struct judge *judge, enum verdict verdict, enum reason reason);

/* Makes the one canonical form of a name; with `is_who` it is who the client says it is. A name of
 * any other form is an unknown one: it gets a form that is no account's, and goes the way of all.
 */
void judge_name(
	struct judge *judge, const char *in, size_t len, bool is_who, struct text *canonical);

/* What an account, or its stand-in, keeps under a property's name, and its octets; 0 where that is
 * none of the login's mechanism. NULL: the accounts cannot be read. The file is read once. */
const void *judge_find(struct judge *judge, const char *name, const char *property, size_t *len);

/* Judges a password for .name. `verifier` is what judge_find() gave, where the accounts are the
 * store. What is done is the same for a wrong password, an unknown name and a disabled account;
 * only the words for the log differ. */
void judge_password(struct judge *judge, const char *verifier, const char *password, size_t len);

/* Judges where a certificate or a ticket has shown who the client is, and SASL took .name from
 * that: where the passwords are the accounts' it must be an account that is not disabled. */
void judge_vouched(struct judge *judge);

/* Whether the passwords are those of SASL's own store, which it alone looks into. */
bool judge_is_sasls(const struct judge *judge);

/* How an exchange ended in which SASL itself checked a proof: against the verifier, in its own
 * store, or by Kerberos. */
enum proof { PROOF_GOOD, PROOF_WRONG, PROOF_MALFORMED, PROOF_OTHER };

/* Judges by that. */
void judge_proof(struct judge *judge, enum proof proof);

#endif

/* Who the client is, and whether it may come in.
 * Runs in: postern-auth. Trusts: the first record; the stores only for who an account is. */
#include "auth/judge.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/passwords.h"

const char *judge_unreadable(const char *path, const char *remedy, struct text *fault)
{
	if (access(path, R_OK) == 0)
		return NULL;
	int error = errno;
	text_add(fault, path);
	text_add(fault, ": ");
	text_add(fault, strerror(error));
	text_add(fault, remedy);
	errno = error;
	return text_string(fault);
}

const char *judge_files(const struct judge *judge, struct text *fault)
{
	const struct wire_auth *first = &judge->first;
	const char *wrong = NULL;
	TEXT(path, SETTINGS_LINE_MAX + 20);
	text_add(&path, first->sasl_configuration);
	text_add(&path, "/postern.conf");
	if (*first->plugin != '\0')
		wrong = judge_unreadable(
			text_string(&path), ": write it as the plugin's documentation says", fault);
	if (wrong != NULL && (errno != ENOENT || first->passwords != PASSWORDS_SASLDB))
		return wrong;
	text_clear(fault);
	text_clear(&path);
	text_add(&path, SASL_PLUGINS "/lib");
	text_add(&path, first->plugin);
	text_add(&path, ".so");
	if (*first->plugin != '\0' &&
		judge_unreadable(
			text_string(&path), ": install SASL's package that has it", fault) != NULL)
		return text_string(fault);
	return first->mechanism == MECHANISM_GSSAPI && *first->keytab != '\0'
		       ? judge_unreadable(first->keytab, ": `user` must be able to read it", fault)
		       : NULL;
}

const char *judge_open(struct judge *judge, struct text *fault)
{
	const struct wire_auth *first = &judge->first;
	if (accounts_open(&judge->accounts, first->accounts, fault) != NULL)
		return text_string(fault);
	/* Where a certificate says who it is no password is looked for. */
	if (judge_is_sasls(judge) || first->mechanism == MECHANISM_EXTERNAL)
		return NULL;
	switch (first->passwords) {
	case PASSWORDS_ACCOUNTS: return NULL;
	case PASSWORDS_SHADOW: return shadow_open(&judge->shadow, fault);
	case PASSWORDS_SASLAUTHD:
		return saslauthd_open(
			&judge->saslauthd, first->saslauthd_socket, first->check != 0, fault);
	default: return "this store of passwords is not built in";
	}
}

bool judge_is_sasls(const struct judge *judge)
{
	return judge->first.plugin[0] != '\0' || judge->first.mechanism == MECHANISM_GSSAPI;
}

void judge_close(struct judge *judge)
{
	accounts_close(&judge->accounts);
	text_wipe(&judge->account, sizeof judge->account);
	shadow_close(&judge->shadow);
}

void judge_begin(struct judge *judge)
{
	memset(&judge->verdict, 0, sizeof judge->verdict);
	judge->verdict.type = WIRE_VERDICT;
	judge_say(judge, CANNOT_TELL, REASON_PLUGIN);
}

void judge_say(struct judge *judge, enum verdict verdict, enum reason reason)
{
	judge->verdict.verdict = (uint8_t)verdict;
	judge->verdict.reason = (uint8_t)reason;
}

void judge_name(
	struct judge *judge, const char *in, size_t len, bool is_who, struct text *canonical)
{
	char name[WIRE_LOGIN_MAX + 1] = "";
	unsigned char key[WIRE_KEY];
	/* SASL asks again for the form that it was given. */
	if (is_who && *judge->name != '\0' && len == strlen(judge->name) &&
		memcmp(in, judge->name, len) == 0) {
		text_clear(canonical);
		text_add(canonical, judge->name);
		text_string(canonical);
		return;
	}
	/* Of Kerberos SASL leaves a realm only on names of other realms: they are nobody here, even
	 * where an account or our own realm is called like it. */
	bool other = is_who && judge->first.mechanism == MECHANISM_GSSAPI &&
		     memchr(in, '@', len) != NULL;
	/* SASL's plugin for SQL quotes a ' by a backslash, which is none to SQLite: from there on
	 * the name would be of the query. */
	other |= strcmp(judge->first.plugin, "sql") == 0 && memchr(in, '\'', len) != NULL;
	bool fits = !other && len < sizeof name && memchr(in, '\0', len) == NULL;
	if (fits)
		memcpy(name, in, len);
	bool is_login = fits && passwords_login(name, judge->first.realm, canonical) == NULL;
	/* In SASL's own store a name without a realm is the host's: two forms of one login. */
	const char *realm = is_login ? strchr(canonical->at, '@') : NULL;
	if (realm != NULL && *judge->first.plugin != '\0' && *judge->first.realm == '\0' &&
		text_same(realm + 1, judge->first.hostname)) {
		canonical->len = (size_t)(realm - canonical->at);
		text_string(canonical);
	}
	if (is_login)
		verifier_keyed(judge->accounts.site, "name", canonical->at, canonical->len, key);
	else
		verifier_keyed(judge->accounts.site, "name", in, len, key);
	if (!is_login) {
		text_clear(canonical);
		for (size_t i = 0; i < sizeof key; i++)
			text_hex(canonical, key[i], 2);
	}
	text_string(canonical);
	if (!is_who)
		return;
	text_copy(judge->name, sizeof judge->name, canonical->at);
	judge->is_login = is_login;
	memcpy(judge->verdict.name_key, key, sizeof key);
}

const void *judge_find(struct judge *judge, const char *name, const char *property, size_t *len)
{
	enum mechanism mechanism = mechanism_facts(judge->first.mechanism)->plain;
	struct account *account = &judge->account;
	*len = 0;
	/* Another identity that is asked for has no part in it: there is nobody for it to be. */
	if (strcmp(name, judge->name) != 0)
		return "";
	if (*account->login == '\0' || strcmp(account->login, name) != 0)
		judge->found = accounts_find(&judge->accounts, name, mechanism, account);
	*len = strcmp(property, accounts_property(mechanism)) != 0 ? 0
	       : account->secret_len > 0                           ? account->secret_len
								   : strlen(account->verifier);
	if (judge->found == CANNOT_TELL)
		return NULL;
	return account->secret_len > 0 ? (const void *)account->secret : account->verifier;
}

/* The keyed digest of a wrong password: the same one, tried again, is no new guess. */
static void digest(struct judge *judge, const char *password, size_t len)
{
	char octets[sizeof judge->name + WIRE_TOKEN_MAX];
	struct text both = TEXT_OVER(octets);
	text_octets(&both, judge->name, strlen(judge->name) + 1);
	text_octets(&both, password, len);
	verifier_keyed(
		judge->accounts.site, "password", both.at, both.len, judge->verdict.password_key);
	text_wipe(octets, sizeof octets);
}

/* Why an account may not be let in whatever the password; REASON_NONE: it may. */
static enum reason objection(const struct account *account)
{
	if (!account->exists)
		return REASON_UNKNOWN;
	if (account->disabled)
		return REASON_DISABLED;
	return account->lacks ? REASON_MECHANISM : REASON_NONE; /* a new password mends it */
}

/* Says who it is that was judged; a name that may be none, or somebody's password, only where the
 * settings want it in the log. */
static void say_who(struct judge *judge, bool exists)
{
	struct wire_verdict *verdict = &judge->verdict;
	if (exists || (judge->is_login && judge->first.log_unknown_users))
		text_copy(verdict->login, sizeof verdict->login, judge->name);
}

/* Of the accounts: the verdict, and whether the verifier has too few iterations. */
static void say_account(struct judge *judge, enum reason otherwise)
{
	const struct account *account = &judge->account;
	struct wire_verdict *verdict = &judge->verdict;
	enum reason against = objection(account);
	if (against == REASON_NONE)
		against = otherwise;
	judge_say(judge, against == REASON_NONE ? YES : NO, against);
	say_who(judge, account->exists);
	verdict->renew =
		verdict->verdict == YES && (account->iterations < VERIFIER_ITERATIONS_LEAST ||
						   account->iterations < judge->first.iterations);
}

static void by_account(struct judge *judge, const char *verifier, const char *password, size_t len)
{
	enum verdict fits =
		verifier_check(verifier, password, len, accounts_most(&judge->accounts));
	/* HMAC fills its key up with zeros: a password and the same with a NUL behind it are one.
	 */
	bool whole = memchr(password, '\0', len) == NULL;
	say_account(judge, fits == YES && whole ? REASON_NONE : REASON_WRONG);
}

/* The login's own part, without a realm that is the settings'. False: it has another one, or is no
 * login at all: then `name` is no user's. */
static bool bare_name(const struct judge *judge, char name[WIRE_LOGIN_MAX + 1])
{
	const char *realm = strchr(judge->name, '@');
	bool ours =
		judge->is_login && (realm == NULL || strcmp(realm + 1, judge->first.realm) == 0);
	text_copy(name, WIRE_LOGIN_MAX + 1, ours ? judge->name : "");
	if (ours)
		name[strcspn(name, "@")] = '\0';
	return ours;
}

static void by_shadow(struct judge *judge, const char *password, size_t len)
{
	char name[WIRE_LOGIN_MAX + 1];
	enum reason reason;
	bool ours = bare_name(judge, name);
	enum verdict verdict =
		shadow_check(&judge->shadow, name, password, len, time(NULL), &reason);
	if (!ours && verdict != CANNOT_TELL) {
		verdict = NO;
		reason = REASON_UNKNOWN;
	}
	judge_say(judge, verdict, reason);
	say_who(judge, reason != REASON_UNKNOWN && verdict != CANNOT_TELL);
}

static void by_saslauthd(struct judge *judge, const char *password, size_t len)
{
	char name[WIRE_LOGIN_MAX + 1];
	enum verdict verdict = NO;
	if (bare_name(judge, name))
		verdict =
			saslauthd_check(&judge->saslauthd, name, judge->first.realm, password, len);
	judge_say(judge, verdict,
		verdict == YES  ? REASON_NONE
		: verdict == NO ? REASON_WRONG
				: REASON_STORE);
	/* It does not tell a wrong password from an unknown name. */
	say_who(judge, verdict == YES);
}

void judge_password(struct judge *judge, const char *verifier, const char *password, size_t len)
{
	struct wire_verdict *verdict = &judge->verdict;
	judge->done = true;
	digest(judge, password, len);
	/* RFC 4616 2 forbids an empty one, and a directory may take it for a login without a name.
	 */
	if (len == 0 && judge->first.passwords == PASSWORDS_SASLAUTHD) {
		judge_say(judge, NO, REASON_WRONG);
		say_who(judge, false);
		return;
	}
	if (judge->first.passwords == PASSWORDS_SHADOW)
		by_shadow(judge, password, len);
	else if (judge->first.passwords == PASSWORDS_SASLAUTHD)
		by_saslauthd(judge, password, len);
	else
		by_account(judge, verifier, password, len);
	if (verdict->verdict != NO)
		text_wipe(verdict->password_key, sizeof verdict->password_key);
}

void judge_vouched(struct judge *judge)
{
	/* A certificate's name has the form of a login; Kerberos may have a/b@C. */
	if (!judge->is_login) {
		judge_say(judge, NO, REASON_UNKNOWN);
		return;
	}
	/* Of users that are kept elsewhere the authority that vouches for them decides. */
	if (judge->first.passwords != PASSWORDS_ACCOUNTS) {
		judge_say(judge, YES, REASON_NONE);
		say_who(judge, true);
		return;
	}
	size_t len;
	if (judge_find(judge, judge->name, "", &len) == NULL) {
		judge_say(judge, CANNOT_TELL, REASON_STORE);
		return;
	}
	/* It needs no verifier, so it may lack one. */
	judge->account.lacks = false;
	say_account(judge, REASON_NONE);
	judge->verdict.renew = 0;
}

void judge_proof(struct judge *judge, enum proof proof)
{
	static const enum reason reasons[] = {
		[PROOF_GOOD] = REASON_NONE,
		[PROOF_WRONG] = REASON_WRONG,
		[PROOF_MALFORMED] = REASON_MALFORMED,
		[PROOF_OTHER] = REASON_MECHANISM,
	};
	bool looked = *judge->account.login != '\0';
	if (judge->first.mechanism == MECHANISM_GSSAPI && proof == PROOF_GOOD) {
		judge_vouched(judge);
		return;
	}
	if (judge_is_sasls(judge)) {
		/* Whether a name is known, it does not tell for certain. */
		judge_say(judge, proof == PROOF_GOOD ? YES : NO, reasons[proof]);
		say_who(judge, proof == PROOF_GOOD);
		return;
	}
	if (looked && judge->found == CANNOT_TELL)
		judge_say(judge, CANNOT_TELL, REASON_STORE);
	else if (looked && proof != PROOF_MALFORMED)
		say_account(judge, reasons[proof]);
	else
		judge_say(judge, NO, proof == PROOF_GOOD ? REASON_MECHANISM : reasons[proof]);
}

/* Accounts: found, listed, added, changed.
 * Runs in: postern-auth (finds), postern (all). Trusts: the file only for who an account is: no
 * value of it is used before its length and form are checked. */
#include "store/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/passwords.h"

/* The properties of an account that hold its verifier, and those of the file itself. */
static const char enabled[] = "authPassword", disabled[] = "disabledAuthPassword";
static const struct {
	enum mechanism mechanism;
	const char *enabled, *disabled;
	size_t len;
} secrets[] = {
	{MECHANISM_CRAM_MD5, "cmusaslsecretCRAM-MD5", "disabledCRAM-MD5", SECRET_MAX},
	{MECHANISM_DIGEST_MD5, "cmusaslsecretDIGEST-MD5", "disabledDIGEST-MD5", 16},
};
static const char site[] = "site", iterations[] = "iterations";

enum {
	SECRETS = sizeof secrets / sizeof *secrets,
	COUNTS_MAX = sizeof((struct accounts *)NULL)->counts / sizeof(unsigned),
	COUNTS_TEXT = 128
};

/* Makes a key: name NUL realm NUL property; "" is the file itself. A login is 255 octets at most,
 * so that what does not fit is no account's. */
static void make_key(struct text *key, const char *login, const char *property)
{
	size_t name = strcspn(login, "@");
	text_clear(key);
	text_octets(key, login, name);
	text_octet(key, '\0');
	text_add(key, login[name] == '@' ? login + name + 1 : "");
	text_octet(key, '\0');
	text_add(key, property);
}

static enum verdict fetch(struct store *store, const char *login, const char *property, void *room,
	size_t size, size_t *len)
{
	TEXT(key, STORE_KEY_MAX);
	make_key(&key, login, property);
	*len = 0;
	return key.cut ? NO : store_fetch(store, key.at, key.len, room, size, len);
}

static bool put(struct store_change *change, const char *login, const char *property,
	const void *value, size_t len)
{
	TEXT(key, STORE_KEY_MAX);
	make_key(&key, login, property);
	return !key.cut && store_put(change, key.at, key.len, value, len);
}

static bool take_away(struct store_change *change, const char *login, const char *property)
{
	TEXT(key, STORE_KEY_MAX);
	make_key(&key, login, property);
	return !key.cut && store_delete(change, key.at, key.len);
}

/* Adds a count to those in use, which stand largest first; beyond the array the smallest is
 * forgotten. */
static void add_count(unsigned counts[COUNTS_MAX], size_t *count_count, unsigned count)
{
	size_t at = 0;
	while (at < *count_count && counts[at] > count)
		at++;
	if (count == 0 || at == COUNTS_MAX || (at < *count_count && counts[at] == count))
		return;
	if (*count_count < COUNTS_MAX)
		++*count_count;
	memmove(counts + at + 1, counts + at, (*count_count - at - 1) * sizeof *counts);
	counts[at] = count;
}

/* Reads the counts in use, as text. False: they are malformed. */
static bool read_counts(struct accounts *accounts, char *text)
{
	unsigned long long count;
	for (char *word, *rest = text; (word = strsep(&rest, " ")) != NULL;) {
		if (*word == '\0')
			continue;
		if (!text_to_number(word, VERIFIER_ITERATIONS_MOST, &count))
			return false;
		add_count(accounts->counts, &accounts->count_count, (unsigned)count);
	}
	return true;
}

const char *accounts_open(struct accounts *accounts, const char *path, struct text *fault)
{
	char counts[COUNTS_TEXT + 1];
	size_t site_len, len;
	memset(accounts, 0, sizeof *accounts);
	if (store_open(&accounts->store, path, fault) != NULL) {
		if (errno == ENOENT)
			text_add(fault, ": `postern user add NAME` makes the file");
		if (errno == EACCES)
			text_add(fault, ": whoever runs this must be able to read it");
		return text_string(fault);
	}
	enum verdict has_site =
		fetch(&accounts->store, "", site, accounts->site, sizeof accounts->site, &site_len);
	enum verdict has_counts =
		fetch(&accounts->store, "", iterations, counts, COUNTS_TEXT, &len);
	counts[len] = '\0';
	if (has_site == YES && site_len == sizeof accounts->site && has_counts != CANNOT_TELL &&
		read_counts(accounts, counts))
		return NULL;
	accounts_close(accounts);
	text_clear(fault);
	text_add(fault, path);
	text_add(fault, has_site == NO ? " has no site secret: `postern user add NAME` gives it one"
				       : " is damaged: put a good copy of it back");
	return text_string(fault);
}

void accounts_close(struct accounts *accounts)
{
	store_close(&accounts->store);
	text_wipe(accounts, sizeof *accounts);
}

unsigned accounts_most(const struct accounts *accounts)
{
	return accounts->count_count > 0 ? accounts->counts[0] : VERIFIER_ITERATIONS_LEAST;
}

/* Takes the verifiers of a login from the store; what is too long, or no string, is none. Both
 * properties are always asked for. YES, NO or CANNOT_TELL as accounts_find(). The verifier is ""
 * where a stand-in is to be shown. */
static enum verdict find(
	struct store *store, const char *login, enum mechanism scram, struct account *account)
{
	char values[2][STORE_VALUE_MAX + 1], verifier[VERIFIER_MAX];
	size_t lens[2];
	enum verdict here[2] = {
		fetch(store, login, enabled, values[0], sizeof values[0] - 1, &lens[0]),
		fetch(store, login, disabled, values[1], sizeof values[1] - 1, &lens[1]),
	};
	/* Where both are there, another program made the first: disabled stays disabled. */
	account->disabled = here[1] == YES;
	account->exists = here[0] == YES || here[1] == YES;
	account->verifier[0] = '\0';
	account->others = 0;
	if (account->exists) {
		size_t which = account->disabled ? 1 : 0, len = lens[which];
		values[which][len] = '\0';
		account->lacks = strlen(values[which]) != len ||
				 !verifier_find(values[which], scram, verifier);
		if (!account->lacks && !account->disabled)
			memcpy(account->verifier, verifier, sizeof verifier);
		else if (!account->disabled && strlen(values[which]) == len)
			account->others = verifier_any_iterations(values[which]);
		account->iterations = account->lacks ? 0 : verifier_iterations(verifier);
	}
	text_wipe(verifier, sizeof verifier);
	text_wipe(values, sizeof values);
	if (here[0] == CANNOT_TELL || here[1] == CANNOT_TELL)
		return CANNOT_TELL;
	return account->exists ? YES : NO;
}

/* The same, whatever the mechanism. */
static enum verdict find_any(struct store *store, const char *login, struct account *account)
{
	return find(store, login, MECHANISM_SCRAM_SHA_256, account);
}

const char *accounts_property(enum mechanism mechanism)
{
	for (size_t i = 0; i < SECRETS; i++)
		if (secrets[i].mechanism == mechanism)
			return secrets[i].enabled;
	return enabled;
}

/* Finds the secret of an account for one of `secrets`, or makes its stand-in: in any case, so that
 * it costs every name the same. False: the file is damaged. */
static bool find_secret(struct accounts *accounts, size_t number, struct account *account)
{
	unsigned char value[STORE_VALUE_MAX], draw[WIRE_KEY];
	size_t len;
	enum verdict here = fetch(&accounts->store, account->login, secrets[number].enabled, value,
		sizeof value, &len);
	bool good = here == YES && len == secrets[number].len;
	verifier_keyed(accounts->site, secrets[number].enabled, account->login,
		strlen(account->login), draw);
	account->lacks = account->exists && !good && !account->disabled;
	account->secret_len = secrets[number].len;
	memcpy(account->secret, good && account->exists && !account->disabled ? value : draw,
		account->secret_len);
	text_wipe(value, sizeof value);
	return here != CANNOT_TELL;
}

/* The stand-in of a name: all of it hangs on the name and the site secret. One that lacks this
 * verifier alone has the count of its others: a count that changes with the mechanism would tell it
 * from a name that is none. Returns the count. */
static unsigned stand_in(const struct accounts *accounts, const struct account *account,
	enum mechanism scram, struct text *verifier)
{
	unsigned char seed[WIRE_KEY], draw[WIRE_KEY];
	unsigned count = VERIFIER_ITERATIONS_LEAST;
	verifier_keyed(accounts->site, "stand-in", account->login, strlen(account->login), seed);
	verifier_keyed(seed, "iterations", "", 0, draw);
	if (account->others != 0)
		count = account->others;
	else if (accounts->count_count > 0)
		count = accounts->counts[(draw[0] | (unsigned)draw[1] << 8) %
					 accounts->count_count];
	verifier_stand_in(seed, scram, count, verifier);
	return count;
}

enum verdict accounts_find(struct accounts *accounts, const char *login, enum mechanism mechanism,
	struct account *account)
{
	enum mechanism scram =
		mechanism_facts(mechanism)->scram ? mechanism : MECHANISM_SCRAM_SHA_256;
	TEXT(verifier, VERIFIER_MAX);
	memset(account, 0, sizeof *account);
	text_copy(account->login, sizeof account->login, login);
	enum verdict found = find(&accounts->store, login, scram, account);
	/* Made in any case, so that it costs every name the same. */
	unsigned count = stand_in(accounts, account, scram, &verifier);
	if (*account->verifier == '\0')
		text_copy(account->verifier, sizeof account->verifier, text_string(&verifier));
	if (!account->exists)
		account->iterations = count;
	for (size_t i = 0; i < SECRETS; i++)
		if (secrets[i].mechanism == mechanism && !find_secret(accounts, i, account))
			found = CANNOT_TELL;
	return found;
}

/* The login that a key belongs to, if it is the verifier of an account with a canonical name: what
 * other programs may have put into the file is not ours to show. */
static bool login_of(const char *key, size_t len, char login[WIRE_LOGIN_MAX + 1])
{
	TEXT(bare, WIRE_LOGIN_MAX + 1);
	TEXT(canonical, WIRE_LOGIN_MAX + 1);
	const char *name_end = memchr(key, '\0', len);
	const char *realm = name_end == NULL ? NULL : name_end + 1;
	const char *realm_end =
		realm == NULL ? NULL : memchr(realm, '\0', len - (size_t)(realm - key));
	if (realm_end == NULL || memchr(key, '@', (size_t)(name_end - key)) != NULL)
		return false;
	const char *property = realm_end + 1;
	size_t property_len = len - (size_t)(property - key);
	if ((property_len != strlen(enabled) || memcmp(property, enabled, property_len) != 0) &&
		(property_len != strlen(disabled) || memcmp(property, disabled, property_len) != 0))
		return false;
	text_add(&bare, key);
	if (*realm != '\0')
		text_octet(&bare, '@');
	text_add(&bare, realm);
	return !bare.cut && passwords_login(text_string(&bare), "", &canonical) == NULL &&
	       strcmp(bare.at, text_string(&canonical)) == 0 &&
	       text_copy(login, WIRE_LOGIN_MAX + 1, bare.at);
}

struct logins {
	char (*list)[WIRE_LOGIN_MAX + 1];
	size_t count, room;
	bool failed;
};

static bool collect(void *context, const char *key, size_t key_len)
{
	struct logins *logins = context;
	if (logins->count == logins->room) {
		size_t room = logins->room == 0 ? 64 : logins->room * 2;
		void *more = reallocarray(logins->list, room, sizeof *logins->list);
		if (more == NULL) {
			logins->failed = true;
			return false;
		}
		logins->list = more;
		logins->room = room;
	}
	if (login_of(key, key_len, logins->list[logins->count]))
		logins->count++;
	return true;
}

static int order(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum verdict accounts_each(struct accounts *accounts,
	bool (*each)(void *context, const struct account *account), void *context)
{
	struct logins logins = {0};
	struct account account;
	enum verdict verdict = store_each(&accounts->store, collect, &logins);
	if (logins.failed)
		verdict = CANNOT_TELL;
	if (verdict == YES && logins.count > 0)
		qsort(logins.list, logins.count, sizeof *logins.list, order);
	for (size_t i = 0; verdict == YES && i < logins.count; i++) {
		if (i > 0 && strcmp(logins.list[i], logins.list[i - 1]) == 0)
			continue; /* it has both properties */
		if (accounts_find(accounts, logins.list[i], MECHANISM_SCRAM_SHA_256, &account) !=
			YES)
			verdict = CANNOT_TELL;
		else if (!each(context, &account))
			verdict = NO;
	}
	free(logins.list);
	text_wipe(&account, sizeof account);
	return verdict;
}

const char *accounts_change(
	struct store_change *change, const char *path, bool create, gid_t group, struct text *fault)
{
	struct store_owner owner = {false, 0, 0, 0600};
	unsigned char secret[WIRE_KEY];
	size_t len;
	if (geteuid() == 0)
		owner = (struct store_owner){true, 0, group, 0640};
	if (store_change(change, path, create, &owner, fault) != NULL) {
		if (access(path, F_OK) != 0 && errno == ENOENT)
			text_add(fault, ": `postern user add NAME` makes the file");
		return text_string(fault);
	}
	enum verdict has = fetch(&change->store, "", site, secret, sizeof secret, &len);
	/* A file that another program made has none yet. */
	bool good = has == YES && len == sizeof secret;
	if (has == NO && create)
		good = verifier_random(secret, sizeof secret) &&
		       put(change, "", site, secret, sizeof secret);
	text_wipe(secret, sizeof secret);
	if (good)
		return NULL;
	store_abandon(change);
	text_clear(fault);
	text_add(fault, path);
	text_add(fault, has == NO && !create
				? " has no site secret: `postern user add NAME` gives it one"
				: " has no good site secret: put a good copy back");
	return text_string(fault);
}

enum verdict accounts_add(struct store_change *change, const char *login, const char *verifiers)
{
	struct account account;
	enum verdict there = find_any(&change->store, login, &account);
	if (there != NO)
		return there == YES ? NO : CANNOT_TELL;
	return put(change, login, enabled, verifiers, strlen(verifiers)) ? YES : CANNOT_TELL;
}

enum verdict accounts_renew(struct store_change *change, const char *login, const char *verifiers)
{
	struct account account;
	enum verdict there = find_any(&change->store, login, &account);
	if (there != YES)
		return there;
	return put(change, login, account.disabled ? disabled : enabled, verifiers,
		       strlen(verifiers))
		       ? YES
		       : CANNOT_TELL;
}

/* A key of one account, looked for among all. */
struct search {
	struct text *prefix, *key;
};

static bool differs(void *context, const char *key, size_t key_len)
{
	struct search *search = context;
	if (key_len < search->prefix->len ||
		memcmp(key, search->prefix->at, search->prefix->len) != 0)
		return true;
	text_clear(search->key);
	text_octets(search->key, key, key_len);
	return false;
}

enum verdict accounts_remove(struct store_change *change, const char *login)
{
	TEXT(prefix, STORE_KEY_MAX);
	TEXT(key, STORE_KEY_MAX + 1);
	struct search search = {&prefix, &key};
	struct account account;
	enum verdict there = find_any(&change->store, login, &account);
	if (there != YES)
		return there;
	make_key(&prefix, login, "");
	/* One at a time, from the beginning: a key that goes away moves the others about. */
	while ((there = store_each(&change->store, differs, &search)) == NO)
		if (key.cut || !store_delete(change, key.at, key.len))
			return CANNOT_TELL;
	return there;
}

enum verdict accounts_keep(struct store_change *change, const char *login, enum mechanism mechanism,
	const unsigned char *secret, size_t len)
{
	struct account account;
	enum verdict there = find_any(&change->store, login, &account);
	for (size_t i = 0; there == YES && i < SECRETS; i++) {
		if (secrets[i].mechanism != mechanism)
			continue;
		const char *to = account.disabled ? secrets[i].disabled : secrets[i].enabled;
		bool done = take_away(change, login, secrets[i].enabled) &&
			    take_away(change, login, secrets[i].disabled) &&
			    (len == 0 || put(change, login, to, secret, len));
		if (!done)
			there = CANNOT_TELL;
	}
	text_wipe(&account, sizeof account);
	return there;
}

/* Moves one property of an account. YES; NO: it is not there. */
static enum verdict move(
	struct store_change *change, const char *login, const char *from, const char *to)
{
	char value[STORE_VALUE_MAX];
	size_t len;
	enum verdict moves = fetch(&change->store, login, from, value, sizeof value, &len);
	if (moves == YES &&
		(!put(change, login, to, value, len) || !take_away(change, login, from)))
		moves = CANNOT_TELL;
	text_wipe(value, sizeof value);
	return moves;
}

enum verdict accounts_disable(struct store_change *change, const char *login, bool disable)
{
	char value[STORE_VALUE_MAX];
	size_t len;
	const char *to = disable ? disabled : enabled;
	enum verdict moved = move(change, login, disable ? enabled : disabled, to);
	if (moved == NO)
		moved = fetch(&change->store, login, to, value, sizeof value, &len);
	text_wipe(value, sizeof value);
	for (size_t i = 0; moved == YES && i < SECRETS; i++) {
		const char *own = secrets[i].enabled, *other = secrets[i].disabled;
		if (move(change, login, disable ? own : other, disable ? other : own) ==
			CANNOT_TELL)
			moved = CANNOT_TELL;
	}
	return moved;
}

/* The counts of iterations as they are gathered. */
struct gathering {
	struct store *store;
	unsigned counts[COUNTS_MAX];
	size_t count_count;
	bool failed;
};

static bool gather(void *context, const char *key, size_t key_len)
{
	struct gathering *gathering = context;
	struct account account;
	if (!login_of(key, key_len, account.login))
		return true;
	gathering->failed = find_any(gathering->store, account.login, &account) != YES;
	if (!gathering->failed)
		add_count(gathering->counts, &gathering->count_count, account.iterations);
	return !gathering->failed;
}

const char *accounts_commit(struct store_change *change, struct text *fault)
{
	TEXT(counts, COUNTS_TEXT);
	struct gathering gathering = {.store = &change->store};
	bool whole = store_each(&change->store, gather, &gathering) == YES;
	for (size_t i = 0; i < gathering.count_count; i++) {
		text_add(&counts, i > 0 ? " " : "");
		text_number(&counts, gathering.counts[i]);
	}
	if (whole && put(change, "", iterations, counts.at, counts.len))
		return store_commit(change, fault);
	text_clear(fault);
	text_add(fault, change->path);
	text_add(fault, " cannot be changed: the copy of it cannot be read or written");
	store_abandon(change);
	return text_string(fault);
}

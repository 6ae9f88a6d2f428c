/* Accounts and what CRAM-MD5 and DIGEST-MD5 keep: it goes wherever the account goes, and whoever
 * has none is shown one that no password makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "folder.h"
#include "store/accounts.h"

/* Each mechanism, its two properties in the file, and the octets that it keeps. */
static const struct {
	enum mechanism mechanism;
	const char *enabled, *disabled;
	size_t len;
} rows[] = {
	{MECHANISM_CRAM_MD5, "cmusaslsecretCRAM-MD5", "disabledCRAM-MD5", 32},
	{MECHANISM_DIGEST_MD5, "cmusaslsecretDIGEST-MD5", "disabledDIGEST-MD5", 16},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void change(struct store_change *change)
{
	TEXT(fault, 512);
	assert_null(accounts_change(change, path, true, getegid(), &fault));
}

static void commit(struct store_change *change)
{
	TEXT(fault, 512);
	assert_null(accounts_commit(change, &fault));
}

/* The secret that a test gives an account: other octets for each mechanism and each `mark`. */
static const unsigned char *octets(size_t row, unsigned char mark)
{
	static unsigned char made[SECRET_MAX];
	for (size_t i = 0; i < sizeof made; i++)
		made[i] = (unsigned char)(mark + 3 * row + 5 * i);
	return made;
}

static void add(const char *login, bool with_secrets)
{
	struct store_change store;
	TEXT(verifiers, VERIFIERS_MAX);
	assert_true(verifier_make("pencil", 6, 4096, 0, &verifiers));
	change(&store);
	assert_int_equal(accounts_add(&store, login, text_string(&verifiers)), YES);
	for (size_t i = 0; with_secrets && i < ROWS; i++)
		assert_int_equal(
			accounts_keep(&store, login, rows[i].mechanism, octets(i, 1), rows[i].len),
			YES);
	commit(&store);
}

static void keep(const char *login, size_t row, unsigned char mark, size_t len)
{
	struct store_change store;
	change(&store);
	assert_int_equal(
		accounts_keep(&store, login, rows[row].mechanism, octets(row, mark), len), YES);
	commit(&store);
}

static void disable(const char *login, bool disabled)
{
	struct store_change store;
	change(&store);
	assert_int_equal(accounts_disable(&store, login, disabled), YES);
	commit(&store);
}

static enum verdict find(const char *login, enum mechanism mechanism, struct account *account)
{
	struct accounts accounts;
	TEXT(fault, 512);
	assert_null(accounts_open(&accounts, path, &fault));
	enum verdict verdict = accounts_find(&accounts, login, mechanism, account);
	accounts_close(&accounts);
	return verdict;
}

/* Whether the file has this property of an account, as any reader of it would find it. */
static bool has(const char *login, const char *property)
{
	struct store store;
	char key[128], value[STORE_VALUE_MAX];
	size_t len, key_len = strlen(login) + 2 + strlen(property);
	TEXT(fault, 512);
	memset(key, 0, sizeof key);
	strcpy(key, login);
	memcpy(key + strlen(login) + 2, property, strlen(property));
	assert_null(store_open(&store, path, &fault));
	enum verdict found = store_fetch(&store, key, key_len, value, sizeof value, &len);
	store_close(&store);
	assert_int_not_equal(found, CANNOT_TELL);
	return found == YES;
}

static void shows(const char *login, size_t row, unsigned char mark)
{
	struct account account;
	assert_int_equal(find(login, rows[row].mechanism, &account), YES);
	assert_true(account.exists && !account.disabled && !account.lacks);
	assert_int_equal(account.secret_len, rows[row].len);
	assert_memory_equal(account.secret, octets(row, mark), rows[row].len);
}

static void an_account_has_what_was_kept(void **state)
{
	struct account account;
	(void)state;
	add("alice", true);
	for (size_t i = 0; i < ROWS; i++) {
		shows("alice", i, 1);
		assert_true(has("alice", rows[i].enabled));
		assert_false(has("alice", rows[i].disabled));
		assert_string_equal(accounts_property(rows[i].mechanism), rows[i].enabled);
	}
	/* Of the others, none has a secret. */
	assert_int_equal(find("alice", MECHANISM_SCRAM_SHA_256, &account), YES);
	assert_int_equal(account.secret_len, 0);
	assert_false(account.lacks);
	assert_string_equal(accounts_property(MECHANISM_SCRAM_SHA_256), "authPassword");
	assert_string_equal(accounts_property(MECHANISM_PLAIN), "authPassword");
}

static void a_new_one_takes_the_place_of_the_old(void **state)
{
	(void)state;
	add("alice", true);
	for (size_t i = 0; i < ROWS; i++) {
		keep("alice", i, 99, rows[i].len);
		shows("alice", i, 99);
	}
	shows("alice", 0, 99);
}

static void without_octets_it_is_taken_away(void **state)
{
	struct account account;
	(void)state;
	add("alice", true);
	keep("alice", 0, 0, 0);
	assert_false(has("alice", rows[0].enabled));
	assert_int_equal(find("alice", rows[0].mechanism, &account), YES);
	assert_true(account.lacks);
	shows("alice", 1, 1);
	/* Once more takes nothing away, and is no fault. */
	keep("alice", 0, 0, 0);
	keep("alice", 1, 0, 0);
	assert_false(has("alice", rows[1].enabled));
}

static void nobody_keeps_anything(void **state)
{
	struct store_change store;
	(void)state;
	add("alice", false);
	change(&store);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(accounts_keep(&store, "nobody", rows[i].mechanism, octets(i, 1),
					 rows[i].len),
			NO);
	commit(&store);
	for (size_t i = 0; i < ROWS; i++) {
		assert_false(has("nobody", rows[i].enabled));
		assert_false(has("nobody", rows[i].disabled));
	}
}

static void a_disabled_one_has_it_elsewhere_and_shows_none(void **state)
{
	struct account account, again;
	(void)state;
	add("carol", true);
	disable("carol", true);
	disable("carol", true);
	for (size_t i = 0; i < ROWS; i++) {
		assert_false(has("carol", rows[i].enabled));
		assert_true(has("carol", rows[i].disabled));
		assert_int_equal(find("carol", rows[i].mechanism, &account), YES);
		assert_true(account.exists && account.disabled && !account.lacks);
		assert_int_equal(account.secret_len, rows[i].len);
		assert_memory_not_equal(account.secret, octets(i, 1), rows[i].len);
		find("carol", rows[i].mechanism, &again);
		assert_memory_equal(account.secret, again.secret, rows[i].len);
		/* A new password stays disabled; and none is none. */
		keep("carol", i, 50, rows[i].len);
		assert_false(has("carol", rows[i].enabled));
	}
	disable("carol", false);
	for (size_t i = 0; i < ROWS; i++) {
		shows("carol", i, 50);
		assert_false(has("carol", rows[i].disabled));
	}
	disable("carol", true);
	keep("carol", 0, 0, 0);
	disable("carol", false);
	assert_false(has("carol", rows[0].enabled) || has("carol", rows[0].disabled));
	shows("carol", 1, 50);
}

static void who_is_removed_leaves_none(void **state)
{
	struct store_change store;
	struct account account;
	(void)state;
	add("alice", true);
	add("alicia", true);
	disable("alicia", true);
	for (size_t name = 0; name < 2; name++) {
		const char *login = name == 0 ? "alice" : "alicia";
		change(&store);
		assert_int_equal(accounts_remove(&store, login), YES);
		commit(&store);
		for (size_t i = 0; i < ROWS; i++) {
			assert_false(has(login, rows[i].enabled) || has(login, rows[i].disabled));
			assert_int_equal(find(login, rows[i].mechanism, &account), NO);
			/* A name that begins alike keeps its own. */
			assert_int_equal(has("alicia", rows[i].disabled), name == 0);
		}
	}
	/* Who comes after and is called so begins without. */
	add("alice", false);
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(find("alice", rows[i].mechanism, &account), YES);
		assert_true(account.lacks);
	}
}

static void new_verifiers_leave_it_to_whoever_keeps(void **state)
{
	struct store_change store;
	TEXT(verifiers, VERIFIERS_MAX);
	(void)state;
	add("alice", true);
	assert_true(verifier_make("another", 7, 4096, 0, &verifiers));
	change(&store);
	assert_int_equal(accounts_renew(&store, "alice", text_string(&verifiers)), YES);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(accounts_keep(&store, "alice", rows[i].mechanism, octets(i, 7),
					 i == 0 ? 0 : 16),
			YES);
	commit(&store);
	assert_false(has("alice", rows[0].enabled));
	shows("alice", 1, 7);
}

/* The same at each look; another for each name, each mechanism and each file. */
static void a_stand_in_is_a_names_own(void **state)
{
	static const char *const names[] = {"nobody", "nobod", "nobody@office.example", "dora"};
	unsigned char shown[ROWS * 4][16];
	struct account account, again;
	size_t count = 0;
	(void)state;
	add("dora", false); /* she lacks it */
	for (size_t name = 0; name < 4; name++)
		for (size_t i = 0; i < ROWS; i++) {
			bool there = name == 3;
			assert_int_equal(
				find(names[name], rows[i].mechanism, &account), there ? YES : NO);
			assert_int_equal(account.exists, there);
			assert_int_equal(account.lacks, there);
			assert_int_equal(account.secret_len, rows[i].len);
			find(names[name], rows[i].mechanism, &again);
			assert_memory_equal(account.secret, again.secret, rows[i].len);
			assert_int_equal(account.lacks, again.lacks);
			for (size_t other = 0; other < count; other++)
				assert_memory_not_equal(shown[other], account.secret, 16);
			memcpy(shown[count++], account.secret, 16);
		}
	/* Another file has another site secret. */
	assert_int_equal(unlink(path), 0);
	add("dora", false);
	find("nobody", rows[0].mechanism, &account);
	assert_memory_not_equal(shown[0], account.secret, 16);
}

/* What other programs may write: too short, too long, or a secret and no account. */
static void what_is_no_secret_is_none(void **state)
{
	static const size_t lens[] = {1, 15, 31, 33, 64, STORE_VALUE_MAX};
	static unsigned char value[STORE_VALUE_MAX];
	struct store_change store;
	struct account account;
	(void)state;
	add("alice", true);
	for (size_t row = 0; row < ROWS; row++)
		for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
			char key[64] = "alice";
			memcpy(key + 7, rows[row].enabled, strlen(rows[row].enabled));
			change(&store);
			assert_true(store_put(
				&store, key, 7 + strlen(rows[row].enabled), value, lens[i]));
			key[0] = 'x'; /* who has no verifier is no account */
			assert_true(store_put(
				&store, key, 7 + strlen(rows[row].enabled), value, rows[row].len));
			commit(&store);
			assert_int_equal(find("alice", rows[row].mechanism, &account), YES);
			assert_true(account.lacks);
			assert_int_equal(account.secret_len, rows[row].len);
			assert_memory_not_equal(account.secret, value, rows[row].len);
			assert_int_equal(find("xlice", rows[row].mechanism, &account), NO);
			assert_false(account.exists || account.lacks);
			assert_memory_not_equal(account.secret, value, rows[row].len);
		}
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)
	const struct CMUnitTest tests[] = {
		ROW(an_account_has_what_was_kept),
		ROW(a_new_one_takes_the_place_of_the_old),
		ROW(without_octets_it_is_taken_away),
		ROW(nobody_keeps_anything),
		ROW(a_disabled_one_has_it_elsewhere_and_shows_none),
		ROW(who_is_removed_leaves_none),
		ROW(new_verifiers_leave_it_to_whoever_keeps),
		ROW(a_stand_in_is_a_names_own),
		ROW(what_is_no_secret_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

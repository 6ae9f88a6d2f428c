/* Accounts and the mechanisms that they have verifiers for: whoever has none, is disabled or is
 * nobody at all is shown a verifier like any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "folder.h"
#include "store/accounts.h"

static const enum mechanism scrams[] = {MECHANISM_SCRAM_SHA_1, MECHANISM_SCRAM_SHA_224,
	MECHANISM_SCRAM_SHA_256, MECHANISM_SCRAM_SHA_384, MECHANISM_SCRAM_SHA_512};
enum { SCRAMS = sizeof scrams / sizeof *scrams };

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

static mechanism_set set_of(enum mechanism mechanism)
{
	return (mechanism_set)1 << mechanism;
}

static void add(const char *login, const char *password, unsigned iterations, mechanism_set kept)
{
	struct store_change store;
	TEXT(verifiers, VERIFIERS_MAX);
	assert_true(verifier_make(password, strlen(password), iterations, kept, &verifiers));
	change(&store);
	assert_int_equal(accounts_add(&store, login, text_string(&verifiers)), YES);
	commit(&store);
}

static void disable(const char *login, bool disabled)
{
	struct store_change store;
	change(&store);
	assert_int_equal(accounts_disable(&store, login, disabled), YES);
	commit(&store);
}

static enum verdict find(const char *login, enum mechanism scram, struct account *account)
{
	struct accounts accounts;
	TEXT(fault, 512);
	assert_null(accounts_open(&accounts, path, &fault));
	enum verdict verdict = accounts_find(&accounts, login, scram, account);
	accounts_close(&accounts);
	return verdict;
}

static enum verdict check(const struct account *account, const char *password)
{
	return verifier_check(account->verifier, password, strlen(password), 0);
}

/* It is of that mechanism and well formed, whoever it belongs to. */
static void looks_good(const struct account *account, enum mechanism scram)
{
	char one[VERIFIER_MAX];
	assert_true(verifier_find(account->verifier, scram, one));
	assert_string_equal(one, account->verifier);
}

static void an_account_has_what_was_kept(void **state)
{
	struct account account;
	(void)state;
	add("alice", "pencil", 4096,
		set_of(MECHANISM_SCRAM_SHA_1) | set_of(MECHANISM_SCRAM_SHA_512));
	for (size_t i = 0; i < SCRAMS; i++) {
		bool has = scrams[i] == MECHANISM_SCRAM_SHA_1 ||
			   scrams[i] == MECHANISM_SCRAM_SHA_256 ||
			   scrams[i] == MECHANISM_SCRAM_SHA_512;
		assert_int_equal(find("alice", scrams[i], &account), YES);
		assert_true(account.exists && !account.disabled);
		assert_int_equal(account.lacks, !has);
		assert_int_equal(account.iterations, has ? 4096 : 0);
		looks_good(&account, scrams[i]);
		assert_int_equal(check(&account, "pencil"), has ? YES : NO);
		assert_int_equal(check(&account, "wrong"), NO);
	}
}

static void one_that_lacks_it_is_shown_the_same_every_time(void **state)
{
	struct account one, again, other;
	(void)state;
	add("alice", "pencil", 4096, 0);
	add("bob", "beta", 10000, 0);
	add("third", "x", 9000, 0);
	for (size_t i = 0; i < SCRAMS; i++) {
		if (scrams[i] == MECHANISM_SCRAM_SHA_256)
			continue;
		find("alice", scrams[i], &one);
		find("alice", scrams[i], &again);
		assert_true(one.lacks);
		assert_string_equal(one.verifier, again.verifier);
		find("bob", scrams[i], &other);
		assert_string_not_equal(one.verifier, other.verifier);
		/* The count that its own verifier has: a name whose count changes with the
		 * mechanism would be known for an account. */
		assert_int_equal(verifier_iterations(one.verifier), 4096);
		assert_int_equal(verifier_iterations(other.verifier), 10000);
	}
}

static void a_disabled_one_shows_nothing_of_its_own(void **state)
{
	struct account before, during, again, behind;
	(void)state;
	add("carol", "gamma", 5000, ~(mechanism_set)0);
	for (size_t i = 0; i < SCRAMS; i++) {
		assert_int_equal(find("carol", scrams[i], &before), YES);
		disable("carol", true);
		assert_int_equal(find("carol", scrams[i], &during), YES);
		assert_int_equal(find("carol", scrams[i], &again), YES);
		assert_true(during.exists && during.disabled && !during.lacks);
		/* The list tells its own count, not that of the stand-in. */
		assert_int_equal(during.iterations, 5000);
		looks_good(&during, scrams[i]);
		assert_string_not_equal(before.verifier, during.verifier);
		assert_string_equal(during.verifier, again.verifier);
		assert_int_equal(check(&during, "gamma"), NO);
		disable("carol", false);
		assert_int_equal(find("carol", scrams[i], &behind), YES);
		assert_string_equal(before.verifier, behind.verifier);
		assert_int_equal(check(&behind, "gamma"), YES);
	}
}

static void a_disabled_one_that_lacks_it_is_both(void **state)
{
	struct account account;
	(void)state;
	add("carol", "gamma", 4096, 0);
	disable("carol", true);
	assert_int_equal(find("carol", MECHANISM_SCRAM_SHA_1, &account), YES);
	assert_true(account.exists && account.disabled && account.lacks);
	assert_int_equal(account.iterations, 0);
	looks_good(&account, MECHANISM_SCRAM_SHA_1);
	assert_int_equal(check(&account, "gamma"), NO);
}

static void nobody_has_a_verifier_for_each_mechanism(void **state)
{
	struct account all[SCRAMS], again;
	(void)state;
	add("alice", "pencil", 4096, 0);
	for (size_t i = 0; i < SCRAMS; i++) {
		assert_int_equal(find("nobody", scrams[i], &all[i]), NO);
		assert_int_equal(find("nobody", scrams[i], &again), NO);
		assert_false(all[i].exists || all[i].disabled || all[i].lacks);
		assert_memory_equal(&all[i], &again, sizeof again);
		looks_good(&all[i], scrams[i]);
		/* One count for a name, whatever it is asked by: so it is for an account. */
		assert_int_equal(all[i].iterations, all[0].iterations);
		assert_int_equal(verifier_iterations(all[i].verifier), all[i].iterations);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(
				strchr(all[i].verifier, ':'), strchr(all[j].verifier, ':'), 25);
	}
}

static void a_new_password_mends_what_is_lacking(void **state)
{
	struct store_change store;
	struct account account;
	TEXT(verifiers, VERIFIERS_MAX);
	(void)state;
	add("alice", "pencil", 4096, 0);
	assert_int_equal(find("alice", MECHANISM_SCRAM_SHA_384, &account), YES);
	assert_true(account.lacks);
	assert_true(verifier_make("new", 3, 4096, set_of(MECHANISM_SCRAM_SHA_384), &verifiers));
	change(&store);
	assert_int_equal(accounts_renew(&store, "alice", text_string(&verifiers)), YES);
	commit(&store);
	assert_int_equal(find("alice", MECHANISM_SCRAM_SHA_384, &account), YES);
	assert_false(account.lacks);
	assert_int_equal(check(&account, "new"), YES);
}

/* What other programs may write: other schemes before ours, only one of ours, too much. */
static void values_of_others_are_read_as_far_as_they_go(void **state)
{
	static char value[STORE_VALUE_MAX];
	struct store_change store;
	struct account account;
	TEXT(verifiers, VERIFIERS_MAX);
	(void)state;
	assert_true(verifier_make("theirs", 6, 4096, set_of(MECHANISM_SCRAM_SHA_1), &verifiers));
	const char *sha_1 = strchr(text_string(&verifiers), '\n') + 1;
	change(&store);
	assert_int_equal(accounts_add(&store, "only", sha_1), YES);
	/* As large as a value can be, the verifier at its very end. */
	memset(value, 'x', sizeof value);
	memcpy(value + sizeof value - strlen(sha_1), sha_1, strlen(sha_1));
	value[sizeof value - strlen(sha_1) - 1] = '\n';
	assert_true(store_put(&store, "full\0\0authPassword", 18, value, sizeof value));
	/* A NUL makes all of it worthless, wherever it stands. */
	value[7] = '\0';
	assert_true(store_put(&store, "nul\0\0authPassword", 17, value, sizeof value));
	commit(&store);
	static const char *const good[] = {"only", "full"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(find(good[i], MECHANISM_SCRAM_SHA_1, &account), YES);
		assert_false(account.lacks);
		assert_int_equal(check(&account, "theirs"), YES);
		assert_int_equal(find(good[i], MECHANISM_SCRAM_SHA_256, &account), YES);
		assert_true(account.lacks);
		assert_int_equal(check(&account, "theirs"), NO);
	}
	assert_int_equal(find("nul", MECHANISM_SCRAM_SHA_1, &account), YES);
	assert_true(account.lacks);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)
	const struct CMUnitTest tests[] = {
		ROW(an_account_has_what_was_kept),
		ROW(one_that_lacks_it_is_shown_the_same_every_time),
		ROW(a_disabled_one_shows_nothing_of_its_own),
		ROW(a_disabled_one_that_lacks_it_is_both),
		ROW(nobody_has_a_verifier_for_each_mechanism),
		ROW(a_new_password_mends_what_is_lacking),
		ROW(values_of_others_are_read_as_far_as_they_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

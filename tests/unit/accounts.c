/* Accounts: what a change does to them, stand-ins, and the same look for every name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <gdbm.h>
#include <stdio.h>

#include "folder.h"
#include "store/accounts.h"

/* Every fetch is counted: the library's function is called through this one. */
static unsigned fetches;

datum gdbm_fetch(GDBM_FILE file, datum key)
{
	static datum (*real)(GDBM_FILE, datum);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "gdbm_fetch");
	assert_non_null(real);
	fetches++;
	return real(file, key);
}

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

static enum verdict add(const char *login, const char *password, unsigned iterations)
{
	struct store_change store;
	TEXT(verifier, VERIFIER_MAX);
	assert_true(verifier_make(password, strlen(password), iterations, 0, &verifier));
	change(&store);
	enum verdict verdict = accounts_add(&store, login, text_string(&verifier));
	commit(&store);
	return verdict;
}

static void open_them(struct accounts *accounts)
{
	TEXT(fault, 512);
	assert_null(accounts_open(accounts, path, &fault));
}

static enum verdict find(const char *login, struct account *account)
{
	struct accounts accounts;
	open_them(&accounts);
	enum verdict verdict = accounts_find(&accounts, login, MECHANISM_SCRAM_SHA_256, account);
	accounts_close(&accounts);
	return verdict;
}

static bool fits(const char *login, const char *password)
{
	struct account account;
	return find(login, &account) == YES &&
	       verifier_check(account.verifier, password, strlen(password), 0) == YES;
}

static void an_account_lives_and_goes(void **state)
{
	struct store_change store;
	struct account account;
	TEXT(verifier, VERIFIER_MAX);
	(void)state;
	assert_int_equal(add("alice", "pencil", 4096), YES);
	assert_int_equal(add("alice", "other", 4096), NO);
	assert_int_equal(add("alice@office.example", "third", 4096), YES);
	assert_true(fits("alice", "pencil"));
	assert_true(fits("alice@office.example", "third"));
	assert_int_equal(find("alice", &account), YES);
	assert_true(account.exists && !account.disabled);
	assert_string_equal(account.login, "alice");
	assert_int_equal(account.iterations, 4096);

	assert_true(verifier_make("new", 3, 5000, 0, &verifier));
	change(&store);
	assert_int_equal(accounts_renew(&store, "alice", text_string(&verifier)), YES);
	assert_int_equal(accounts_renew(&store, "nobody", verifier.at), NO);
	commit(&store);
	assert_true(fits("alice", "new"));
	assert_true(fits("alice@office.example", "third"));

	change(&store);
	assert_int_equal(accounts_remove(&store, "alice"), YES);
	assert_int_equal(accounts_remove(&store, "alice"), NO);
	assert_int_equal(accounts_remove(&store, "nobody"), NO);
	commit(&store);
	assert_int_equal(find("alice", &account), NO);
	assert_true(fits("alice@office.example", "third"));
}

static void a_disabled_account_stays_so_until_enabled(void **state)
{
	struct store_change store;
	struct account account;
	TEXT(verifier, VERIFIER_MAX);
	(void)state;
	assert_int_equal(add("carol", "gamma", 4096), YES);
	for (int again = 0; again < 2; again++) {
		change(&store);
		assert_int_equal(accounts_disable(&store, "carol", true), YES);
		assert_int_equal(accounts_disable(&store, "nobody", true), NO);
		assert_int_equal(accounts_disable(&store, "nobody", false), NO);
		commit(&store);
		assert_int_equal(find("carol", &account), YES);
		assert_true(account.exists && account.disabled);
	}
	assert_int_equal(add("carol", "other", 4096), NO);
	assert_true(verifier_make("new", 3, 4096, 0, &verifier));
	change(&store);
	assert_int_equal(accounts_renew(&store, "carol", text_string(&verifier)), YES);
	commit(&store);
	assert_int_equal(find("carol", &account), YES);
	assert_true(account.disabled);
	/* Another reader of the file finds no authPassword. */
	struct accounts accounts;
	char value[VERIFIER_MAX];
	size_t len;
	open_them(&accounts);
	assert_int_equal(store_fetch(&accounts.store, "carol\0\0authPassword", 19, value,
				 sizeof value, &len),
		NO);
	assert_int_equal(store_fetch(&accounts.store, "carol\0\0disabledAuthPassword", 27, value,
				 sizeof value, &len),
		YES);
	accounts_close(&accounts);
	for (int again = 0; again < 2; again++) {
		change(&store);
		assert_int_equal(accounts_disable(&store, "carol", false), YES);
		commit(&store);
		assert_true(fits("carol", "new"));
	}
	assert_int_equal(find("carol", &account), YES);
	assert_false(account.disabled);
}

static void a_password_set_elsewhere_enables_nobody(void **state)
{
	struct store_change store;
	struct account account;
	TEXT(verifier, VERIFIER_MAX);
	(void)state;
	assert_int_equal(add("carol", "gamma", 4096), YES);
	assert_true(verifier_make("theirs", 6, 4096, 0, &verifier));
	change(&store);
	assert_int_equal(accounts_disable(&store, "carol", true), YES);
	assert_true(store_put(
		&store, "carol\0\0authPassword", 19, text_string(&verifier), verifier.len));
	commit(&store);
	assert_int_equal(find("carol", &account), YES);
	assert_true(account.disabled);
	/* What is shown of it fits nothing; enabled, it has the password that it had. */
	assert_int_equal(verifier_check(account.verifier, "gamma", 5, 0), NO);
	assert_int_equal(verifier_check(account.verifier, "theirs", 6, 0), NO);
	change(&store);
	assert_int_equal(accounts_disable(&store, "carol", false), YES);
	commit(&store);
	assert_true(fits("carol", "gamma"));
}

static void the_layout_is_that_of_sasldb(void **state)
{
	struct accounts accounts;
	char value[VERIFIER_MAX];
	size_t len;
	(void)state;
	assert_int_equal(add("bob@office.example", "beta", 4096), YES);
	open_them(&accounts);
	assert_int_equal(store_fetch(&accounts.store, "bob\0office.example\0authPassword", 31,
				 value, sizeof value, &len),
		YES);
	assert_memory_equal(value, "SCRAM-SHA-256$4096:", 19);
	assert_int_equal(
		store_fetch(&accounts.store, "\0\0site", 6, value, sizeof value, &len), YES);
	assert_int_equal(len, WIRE_KEY);
	assert_memory_equal(value, accounts.site, WIRE_KEY);
	accounts_close(&accounts);
}

static void removing_takes_every_property_and_no_neighbour(void **state)
{
	struct store_change store;
	struct accounts accounts;
	char value[64];
	size_t len;
	(void)state;
	assert_int_equal(add("bob", "beta", 4096), YES);
	assert_int_equal(add("bob@office", "beta", 4096), YES);
	assert_int_equal(add("bobby", "beta", 4096), YES);
	change(&store);
	assert_true(store_put(&store, "bob\0\0userPassword", 17, "x", 1));
	assert_true(store_put(&store, "bob\0\0from", 9, "x", 1));
	assert_int_equal(accounts_remove(&store, "bob"), YES);
	commit(&store);
	open_them(&accounts);
	assert_int_equal(
		store_fetch(&accounts.store, "bob\0\0userPassword", 17, value, sizeof value, &len),
		NO);
	assert_int_equal(
		store_fetch(&accounts.store, "bob\0\0from", 9, value, sizeof value, &len), NO);
	accounts_close(&accounts);
	assert_true(fits("bob@office", "beta"));
	assert_true(fits("bobby", "beta"));
}

static void the_site_secret_is_made_once(void **state)
{
	struct accounts one, other;
	static const unsigned char zeros[WIRE_KEY];
	(void)state;
	assert_int_equal(add("alice", "pencil", 4096), YES);
	open_them(&one);
	assert_memory_not_equal(one.site, zeros, WIRE_KEY);
	assert_int_equal(add("bob", "beta", 4096), YES);
	open_them(&other);
	assert_memory_equal(one.site, other.site, WIRE_KEY);
	accounts_close(&one);
	accounts_close(&other);
	assert_memory_equal(one.site, zeros, WIRE_KEY); /* wiped */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(add("alice", "pencil", 4096), YES);
	unsigned char before[WIRE_KEY];
	open_them(&one);
	memcpy(before, one.site, WIRE_KEY);
	accounts_close(&one);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(add("alice", "pencil", 4096), YES);
	open_them(&one);
	assert_memory_not_equal(one.site, before, WIRE_KEY);
	accounts_close(&one);
}

static void a_stand_in_looks_like_an_account(void **state)
{
	static const char *const names[] = {"dave", "erin", "frank", "grace", "heidi", "ivan",
		"judy", "mallory", "niaj", "olivia", "peggy", "rupert", "sybil", "trent", "victor",
		"walter"};
	struct account one, again;
	unsigned seen = 0;
	(void)state;
	assert_int_equal(add("alice", "pencil", 4096), YES);
	assert_int_equal(add("bob", "beta", 10000), YES);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(find(names[i], &one), NO);
		assert_int_equal(find(names[i], &again), NO);
		assert_memory_equal(&one, &again, sizeof one);
		assert_false(one.exists || one.disabled);
		assert_string_equal(one.login, names[i]);
		assert_int_equal(verifier_iterations(one.verifier), one.iterations);
		assert_true(one.iterations == 4096 || one.iterations == 10000);
		seen |= one.iterations == 4096 ? 1 : 2;
		find(names[(i + 1) % (sizeof names / sizeof *names)], &again);
		assert_string_not_equal(one.verifier, again.verifier);
	}
	assert_int_equal(seen, 3); /* of both counts in use */
}

static unsigned look(struct accounts *accounts, const char *login)
{
	struct account account;
	fetches = 0;
	accounts_find(accounts, login, MECHANISM_SCRAM_SHA_256, &account);
	return fetches;
}

static void every_name_is_looked_for_alike(void **state)
{
	struct store_change store;
	struct accounts accounts;
	(void)state;
	assert_int_equal(add("alice", "pencil", 4096), YES);
	assert_int_equal(add("carol", "gamma", 4096), YES);
	change(&store);
	assert_int_equal(accounts_disable(&store, "carol", true), YES);
	commit(&store);
	open_them(&accounts);
	assert_int_equal(look(&accounts, "alice"), 2);
	assert_int_equal(look(&accounts, "carol"), 2);
	assert_int_equal(look(&accounts, "nobody"), 2);
	assert_int_equal(look(&accounts, "nobody@office.example"), 2);
	accounts_close(&accounts);
}

static unsigned most(void)
{
	struct accounts accounts;
	open_them(&accounts);
	unsigned count = accounts_most(&accounts);
	accounts_close(&accounts);
	return count;
}

static void the_largest_count_in_use_is_known(void **state)
{
	struct store_change store;
	(void)state;
	change(&store);
	commit(&store);
	assert_int_equal(most(), VERIFIER_ITERATIONS_LEAST); /* nobody yet */
	assert_int_equal(add("weak", "delta", 1000), YES);
	assert_int_equal(add("bob", "beta", 10000), YES);
	assert_int_equal(add("alice", "pencil", 4096), YES);
	assert_int_equal(most(), 10000);
	change(&store);
	assert_int_equal(accounts_disable(&store, "bob", true), YES);
	commit(&store);
	assert_int_equal(most(), 10000); /* a disabled one counts */
	change(&store);
	assert_int_equal(accounts_remove(&store, "bob"), YES);
	commit(&store);
	assert_int_equal(most(), 4096);
	/* More counts than there is room for: the largest are kept. */
	for (unsigned i = 0; i < 20; i++) {
		char name[] = {'n', (char)('a' + i), '\0'};
		assert_int_equal(add(name, "x", 20 + i * 7 % 20), YES);
	}
	struct accounts accounts;
	open_them(&accounts);
	assert_int_equal(accounts.count_count, 16);
	assert_int_equal(accounts.counts[0], 4096);
	for (size_t i = 1; i < 16; i++)
		assert_true(accounts.counts[i] < accounts.counts[i - 1]);
	assert_int_equal(accounts.counts[2], 39);
	accounts_close(&accounts);
}

static void a_malformed_verifier_is_an_account_without_iterations(void **state)
{
	struct store_change store;
	struct account account;
	char big[STORE_VALUE_MAX];
	(void)state;
	memset(big, 'A', sizeof big);
	change(&store);
	assert_int_equal(accounts_add(&store, "broken", "SCRAM-SHA-256$4096:nonsense"), YES);
	assert_true(store_put(&store, "big\0\0authPassword", 17, big, sizeof big));
	assert_true(store_put(&store, "nul\0\0authPassword", 17, "SCRAM\0x", 7));
	assert_true(store_put(&store, "empty\0\0authPassword", 19, "", 0));
	commit(&store);
	static const char *const names[] = {"broken", "big", "nul", "empty"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(find(names[i], &account), YES);
		assert_true(account.exists && account.lacks);
		assert_int_equal(account.iterations, 0);
		assert_int_equal(verifier_check(account.verifier, "x", 1, 100), NO);
	}
	assert_int_equal(add("weak", "delta", 1000), YES);
	assert_int_equal(find("weak", &account), YES);
	assert_int_equal(account.iterations, 1000);
	assert_true(fits("weak", "delta"));
	assert_int_equal(most(), 1000);
}

struct listing {
	char logins[512];
	int left;
};

static bool list(void *context, const struct account *account)
{
	struct listing *listing = context;
	size_t len = strlen(listing->logins);
	snprintf(listing->logins + len, sizeof listing->logins - len, "%s%s ", account->login,
		account->disabled ? "!" : "");
	return --listing->left != 0;
}

static void the_list_is_sorted_and_of_logins_only(void **state)
{
	struct store_change store;
	struct accounts accounts;
	struct listing all = {"", -1}, two = {"", 2}, none = {"", -1};
	(void)state;
	change(&store);
	commit(&store);
	open_them(&accounts);
	assert_int_equal(accounts_each(&accounts, list, &none), YES);
	assert_string_equal(none.logins, "");
	accounts_close(&accounts);
	static const char *const names[] = {
		"zoe", "alice", "bob@b.example", "bob", "bob@a.example"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(add(names[i], "x", 100), YES);
	change(&store);
	assert_int_equal(accounts_disable(&store, "bob", true), YES);
	/* Both properties, and what other programs may have put there. */
	assert_true(store_put(&store, "bob\0\0authPassword", 17, "x", 1));
	assert_true(store_put(&store, "eve\0\0userPassword", 17, "x", 1));
	assert_true(store_put(&store, "Eve\0\0authPassword", 17, "x", 1));
	assert_true(store_put(&store, "e\x1b[2J\0\0authPassword", 19, "x", 1));
	assert_true(store_put(&store, "eve\0x\0authPasswordX", 19, "x", 1));
	assert_true(store_put(&store, "e@x\0y\0authPassword", 18, "x", 1));
	assert_true(store_put(&store, "eve\0authPassword", 16, "x", 1));
	assert_true(store_put(&store, "eve", 3, "x", 1));
	assert_true(store_put(&store, "\0\0authPassword", 14, "x", 1));
	commit(&store);
	open_them(&accounts);
	assert_int_equal(accounts_each(&accounts, list, &all), YES);
	assert_string_equal(all.logins, "alice bob! bob@a.example bob@b.example zoe ");
	assert_int_equal(accounts_each(&accounts, list, &two), NO);
	assert_string_equal(two.logins, "alice bob! ");
	accounts_close(&accounts);
}

static void what_cannot_be_opened_is_said_with_a_remedy(void **state)
{
	struct store_change store;
	struct accounts accounts;
	struct account account;
	struct store_owner owner = {false, 0, 0, 0600};
	TEXT(fault, 512);
	(void)state;
	assert_non_null(accounts_open(&accounts, path, &fault));
	assert_non_null(strstr(text_string(&fault), "postern user add"));
	assert_non_null(accounts_change(&store, path, false, getegid(), &fault));
	assert_non_null(strstr(text_string(&fault), "postern user add"));
	assert_int_equal(access(path, F_OK), -1);
	/* A file of another program has no site secret; the first account gives it one. */
	assert_null(store_change(&store, path, true, &owner, &fault));
	assert_true(store_put(&store, "eve\0\0userPassword", 17, "x", 1));
	assert_null(store_commit(&store, &fault));
	assert_non_null(accounts_open(&accounts, path, &fault));
	assert_non_null(strstr(fault.at, "site secret"));
	assert_non_null(accounts_change(&store, path, false, getegid(), &fault));
	assert_int_equal(access(copy, F_OK), -1);
	assert_int_equal(add("alice", "pencil", 4096), YES);
	assert_true(fits("alice", "pencil"));
	assert_int_equal(find("eve", &account), NO);
	/* Damage in what is the file's own. */
	static const struct {
		const char *key, *value;
		size_t key_len;
	} damage[] = {{"\0\0site", "short", 6}, {"\0\0iterations", "4096 many", 12},
		{"\0\0iterations", "99999999", 12}};
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		assert_int_equal(unlink(path), 0);
		assert_int_equal(add("alice", "pencil", 4096), YES);
		assert_null(store_change(&store, path, false, &owner, &fault));
		assert_true(store_put(&store, damage[i].key, damage[i].key_len, damage[i].value,
			strlen(damage[i].value)));
		assert_null(store_commit(&store, &fault));
		assert_non_null(accounts_open(&accounts, path, &fault));
		assert_non_null(strstr(text_string(&fault), "damaged"));
	}
}

static void the_file_is_for_its_owner_and_the_service(void **state)
{
	struct store_change store;
	struct stat status;
	TEXT(fault, 512);
	(void)state;
	assert_null(accounts_change(&store, path, true, 12345, &fault));
	commit(&store);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, geteuid() == 0 ? 0640 : 0600);
	assert_int_equal(status.st_gid, geteuid() == 0 ? 12345 : getegid());
	assert_int_equal(status.st_uid, geteuid());
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)
	const struct CMUnitTest tests[] = {
		ROW(an_account_lives_and_goes),
		ROW(a_disabled_account_stays_so_until_enabled),
		ROW(a_password_set_elsewhere_enables_nobody),
		ROW(the_layout_is_that_of_sasldb),
		ROW(removing_takes_every_property_and_no_neighbour),
		ROW(the_site_secret_is_made_once),
		ROW(a_stand_in_looks_like_an_account),
		ROW(every_name_is_looked_for_alike),
		ROW(the_largest_count_in_use_is_known),
		ROW(a_malformed_verifier_is_an_account_without_iterations),
		ROW(the_list_is_sorted_and_of_logins_only),
		ROW(what_cannot_be_opened_is_said_with_a_remedy),
		ROW(the_file_is_for_its_owner_and_the_service),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

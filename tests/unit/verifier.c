/* Verifiers: known vectors, what is malformed, and the same work for every answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

#include "store/verifier.h"

/* Every HMAC that is finished, counted: the library's function is called through this one. */
static unsigned long rounds;

void nettle_hmac_sha256_digest(struct hmac_sha256_ctx *ctx, size_t length, uint8_t *digest)
{
	static void (*real)(struct hmac_sha256_ctx *, size_t, uint8_t *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "nettle_hmac_sha256_digest");
	assert_non_null(real);
	rounds++;
	real(ctx, length, digest);
}

/* RFC 7677 3: from these keys its example's proof and server signature are calculated. The others
 * were calculated by Python's hashlib. */
static const char rfc_7677[] = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
			       "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
			       ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
static const char long_password[] = "SCRAM-SHA-256$5000:c2FsdA=="
				    "$9PkmOfYibM2EYoZ40kKYvSCbSITScrJPZvDeKhFAL3U="
				    ":QbKdhmIUUDeaaZ7+gepyJklv0kjdeGW7FiJ/MYh3gGU=";
static const char empty_password[] = "SCRAM-SHA-256$1:TmFDbA=="
				     "$kuvW+QRTRupMB1pBktdeIZis593LyvtF8d8yrbCBEdc="
				     ":/7JcBgMtYCUK1HReUW7LCatJ4R3GgD1UmL1Ydp4CdJc=";
static const char longest[] =
	"SCRAM-SHA-256$65536:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
	"$aMgMMwqtU4aAw8FIti0yYxJo1l9gDag5fk3O5AxUsVs="
	":BvY0AWLDfIIiAfrjxkQy91lw2ngs2IrW8bapIYOwkH4=";

static enum verdict check(const char *verifier, const char *password)
{
	return verifier_check(verifier, password, strlen(password), 0);
}

static void known_vectors_fit_and_no_neighbour_does(void **state)
{
	char hundred[101];
	(void)state;
	memset(hundred, 'x', 100);
	hundred[100] = '\0';
	assert_int_equal(check(rfc_7677, "pencil"), YES);
	assert_int_equal(check(long_password, hundred), YES);
	assert_int_equal(check(empty_password, ""), YES);
	assert_int_equal(check(longest, "p\303\244ssword"), YES);
	assert_int_equal(check(rfc_7677, "pencil "), NO);
	assert_int_equal(check(rfc_7677, "Pencil"), NO);
	assert_int_equal(check(rfc_7677, ""), NO);
	assert_int_equal(verifier_check(rfc_7677, "pencil\0x", 8, 0), NO);
	assert_int_equal(verifier_check(rfc_7677, "pencils", 6, 0), YES);
	hundred[99] = '\0';
	assert_int_equal(check(long_password, hundred), NO);
	assert_int_equal(check(empty_password, "x"), NO);
}

static void what_is_made_fits_its_password_alone(void **state)
{
	static const unsigned counts[] = {1, 4096, 10000, 65536};
	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		TEXT(one, VERIFIER_MAX);
		TEXT(other, VERIFIER_MAX);
		assert_true(verifier_make("secret", 6, counts[i], &one));
		assert_true(verifier_make("secret", 6, counts[i], &other));
		assert_string_not_equal(text_string(&one), text_string(&other));
		assert_int_equal(verifier_iterations(one.at), counts[i]);
		assert_int_equal(check(one.at, "secret"), YES);
		assert_int_equal(check(other.at, "secret"), YES);
		assert_int_equal(check(one.at, "secreT"), NO);
		assert_true(strlen(one.at) < VERIFIER_MAX);
	}
}

static void nothing_is_made_of_a_wrong_count_or_without_room(void **state)
{
	TEXT(verifier, VERIFIER_MAX);
	TEXT(small, 100);
	(void)state;
	assert_false(verifier_make("secret", 6, 0, &verifier));
	assert_false(verifier_make("secret", 6, VERIFIER_ITERATIONS_MOST + 1, &verifier));
	assert_false(verifier_make("secret", 6, 4096, &small));
}

static void a_malformed_verifier_cannot_tell(void **state)
{
	static const char keys[] = "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
				   ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
	static const char *const heads[] = {"SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==",
		"scram-sha-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$65537:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$99999999999999999999:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$-1:W22ZaJ0SNY7soEsUEjb6gQ==",
		"SCRAM-SHA-256$4096x:W22ZaJ0SNY7soEsUEjb6gQ==",
		" SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==", "SCRAM-SHA-256$4096:",
		"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ", "SCRAM-SHA-256$4096:W22Z aJ0",
		"SCRAM-SHA-256$4096:W22ZaJ0SNY7s====", "SCRAM-SHA-256$4096:*22Z",
		"SCRAM-SHA-256$4096:W22Z\n   "};
	static const char *const wholes[] = {"", "$", "SCRAM-SHA-256", "SCRAM-SHA-256$4096",
		"SCRAM-SHA-256$4096:W22Z", "SCRAM-SHA-256$4096:W22Z$",
		"SCRAM-SHA-256$4096:W22Z$:", "SCRAM-SHA-256$4096:W22Z$W22Z:W22Z",
		"SCRAM-SHA-256$4096:W22Z$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:W22Z",
		"SCRAM-SHA-256$4096:W22Z$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
		("SCRAM-SHA-256$4096:W22Z$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY:"
		 "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")};
	char whole[512];
	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		snprintf(whole, sizeof whole, "%s%s", heads[i], keys);
		assert_int_equal(verifier_iterations(whole), 0);
		assert_int_equal(check(whole, "pencil"), CANNOT_TELL);
	}
	for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
		assert_int_equal(verifier_iterations(wholes[i]), 0);
		assert_int_equal(check(wholes[i], "pencil"), CANNOT_TELL);
	}
	snprintf(whole, sizeof whole, "%s ", rfc_7677);
	assert_int_equal(check(whole, "pencil"), CANNOT_TELL);
	/* A long one, that no array may be overrun by. */
	memset(whole, 'A', sizeof whole - 1);
	memcpy(whole, "SCRAM-SHA-256$4096:", 19);
	whole[sizeof whole - 1] = '\0';
	assert_int_equal(check(whole, "pencil"), CANNOT_TELL);
}

static void every_cut_and_every_changed_octet_is_refused(void **state)
{
	char copy[sizeof rfc_7677];
	(void)state;
	for (size_t len = 0; len < sizeof rfc_7677 - 1; len++) {
		memcpy(copy, rfc_7677, len);
		copy[len] = '\0';
		assert_int_not_equal(check(copy, "pencil"), YES);
	}
	/* Up to the ServerKey, which a check of the password does not look at but for its form. */
	for (size_t at = 0; at < 87; at++) {
		memcpy(copy, rfc_7677, sizeof copy);
		copy[at] = copy[at] == 'A' ? 'B' : 'A';
		assert_int_not_equal(check(copy, "pencil"), YES);
	}
}

static unsigned long work(const char *verifier, const char *password, unsigned most)
{
	rounds = 0;
	verifier_check(verifier, password, strlen(password), most);
	return rounds;
}

static void every_answer_costs_the_same(void **state)
{
	TEXT(few, VERIFIER_MAX);
	TEXT(many, VERIFIER_MAX);
	TEXT(nobody, VERIFIER_MAX);
	unsigned char seed[WIRE_KEY] = {7};
	(void)state;
	assert_true(verifier_make("secret", 6, 4096, &few));
	assert_true(verifier_make("secret", 6, 10000, &many));
	verifier_stand_in(seed, 5000, &nobody);
	unsigned long expected = work(text_string(&many), "secret", 10000);
	assert_true(expected >= 10000 && expected < 10010);
	assert_int_equal(work(many.at, "wrong", 10000), expected);
	assert_int_equal(work(text_string(&few), "secret", 10000), expected);
	assert_int_equal(work(few.at, "wrong", 10000), expected);
	assert_int_equal(work(nobody.at, "secret", 10000), expected);
	assert_int_equal(work("malformed", "secret", 10000), expected);
	assert_int_equal(work("", "", 10000), expected);
	/* One whose count is over what it should be at most does its own work, and is checked. */
	assert_int_equal(check(many.at, "secret"), YES);
	assert_int_equal(work(many.at, "secret", 4096), expected);
	assert_int_equal(verifier_check(few.at, "secret", 6, 10000), YES);
}

static void a_stand_in_hangs_on_its_seed_alone(void **state)
{
	unsigned char seed[WIRE_KEY] = {1}, other_seed[WIRE_KEY] = {2};
	TEXT(one, VERIFIER_MAX);
	TEXT(again, VERIFIER_MAX);
	TEXT(other, VERIFIER_MAX);
	TEXT(count, VERIFIER_MAX);
	(void)state;
	verifier_stand_in(seed, 4096, &one);
	verifier_stand_in(seed, 4096, &again);
	verifier_stand_in(other_seed, 4096, &other);
	verifier_stand_in(seed, 8192, &count);
	assert_string_equal(one.at, again.at);
	/* It looks like any other: the same length, and a salt of its own. */
	assert_int_equal(one.len, strlen(rfc_7677));
	assert_int_equal(verifier_iterations(one.at), 4096);
	assert_int_equal(verifier_iterations(count.at), 8192);
	assert_memory_not_equal(one.at + 19, other.at + 19, 24);
	assert_memory_equal(one.at + 19, count.at + 19, 24);
	assert_int_equal(check(one.at, ""), NO);
	assert_int_equal(check(one.at, "secret"), NO);
}

static void keyed_hashes_are_hmac(void **state)
{
	static const unsigned char expected[WIRE_KEY] = {0xf5, 0xd2, 0x55, 0x66, 0x46, 0xb0, 0x8b,
		0xbc, 0xfd, 0x0e, 0x96, 0x88, 0x2f, 0x10, 0xc9, 0x96, 0xed, 0xec, 0x88, 0x5b, 0xf3,
		0x4e, 0xd4, 0xc8, 0xed, 0x97, 0xe4, 0xd0, 0xde, 0x57, 0xcb, 0x8f};
	unsigned char secret[WIRE_KEY], key[WIRE_KEY], other[WIRE_KEY];
	(void)state;
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (unsigned char)i;
	verifier_keyed(secret, "name", "alice", 5, key);
	assert_memory_equal(key, expected, sizeof key);
	verifier_keyed(secret, "nam", "ealice", 6, other);
	assert_memory_not_equal(key, other, sizeof key);
	secret[0] ^= 1;
	verifier_keyed(secret, "name", "alice", 5, other);
	assert_memory_not_equal(key, other, sizeof key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors_fit_and_no_neighbour_does),
		cmocka_unit_test(what_is_made_fits_its_password_alone),
		cmocka_unit_test(nothing_is_made_of_a_wrong_count_or_without_room),
		cmocka_unit_test(a_malformed_verifier_cannot_tell),
		cmocka_unit_test(every_cut_and_every_changed_octet_is_refused),
		cmocka_unit_test(every_answer_costs_the_same),
		cmocka_unit_test(a_stand_in_hangs_on_its_seed_alone),
		cmocka_unit_test(keyed_hashes_are_hmac),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

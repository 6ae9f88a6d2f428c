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

void nettle_hmac_digest(const void *outer, const void *inner, void *hmac,
	const struct nettle_hash *hash, size_t length, uint8_t *digest)
{
	static void (*real)(
		const void *, const void *, void *, const struct nettle_hash *, size_t, uint8_t *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "nettle_hmac_digest");
	assert_non_null(real);
	rounds++;
	real(outer, inner, hmac, hash, length, digest);
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

/* Of `pencil`. RFC 5802 5: from SHA-1's keys its example's proof and server signature are
 * calculated, and from those of SHA-256 RFC 7677's. Of the other hashes no RFC has one. */
static const struct {
	enum mechanism scram;
	const char *verifier;
} vectors[] = {
	{MECHANISM_SCRAM_SHA_1, "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y="
				":D+CSWLOshSulAsxiupA+qs2/fTE="},
	{MECHANISM_SCRAM_SHA_224, "SCRAM-SHA-224$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
				  "$+gz2kN/rmM0l9sSIy2id5erb3zeT7E8vY/ZL8A=="
				  ":MFHkv9u5kkQ4UsYyCPBfuvFFcEByph/UJfoT+A=="},
	{MECHANISM_SCRAM_SHA_256, rfc_7677},
	{MECHANISM_SCRAM_SHA_384,
		"SCRAM-SHA-384$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
		"$xk9JmzXweKl/83tuWXBmKeU6UGj451+ZVB6gotcT17VpGebq85SUgy88EtnfaYiD"
		":43M1VmOHS600gWpFgQh4cRfeZXYDKj3OfiYeHm+JbMta1EVVL8ydad5TlnP/n6X6"},
	{MECHANISM_SCRAM_SHA_512,
		"SCRAM-SHA-512$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
		"$6AAub3065EYRmyFpM2RNwqK+eGnrkYuEWbXn19LsEmBqzu8QaCXNc1FwpnX9NhH2"
		"hK/60dzj9DoO5DvVkOHbvg=="
		":jZHbYjC1aHh0/hKbxyBuGFjDrgjgKTT1esA7awWiKcRZ0o/0b1yWEebBeSVkkCFe"
		"wf91nLDfKF24mvD5nmE6rA=="},
};

enum { VECTORS = sizeof vectors / sizeof *vectors };

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

static void every_hash_has_its_vector(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const char *verifier = vectors[i].verifier;
		char one[VERIFIER_MAX], copy[VERIFIER_MAX];
		assert_int_equal(check(verifier, "pencil"), YES);
		assert_int_equal(check(verifier, "pencils"), NO);
		assert_int_equal(check(verifier, "Pencil"), NO);
		assert_int_equal(verifier_iterations(verifier), 4096);
		for (size_t j = 0; j < VECTORS; j++) {
			bool same = i == j;
			assert_int_equal(verifier_find(verifier, vectors[j].scram, one), same);
			assert_string_equal(one, same ? verifier : "");
		}
		/* Keys of another length than the hash's, cut or with more behind them. */
		snprintf(copy, sizeof copy, "%s", verifier);
		strrchr(copy, ':')[5] = '\0';
		assert_int_equal(check(copy, "pencil"), CANNOT_TELL);
		snprintf(copy, sizeof copy, "%sAAAA", verifier);
		assert_int_equal(check(copy, "pencil"), CANNOT_TELL);
		for (size_t j = 0; j < VECTORS; j++) {
			const char *name = mechanism_facts(vectors[j].scram)->name;
			snprintf(copy, sizeof copy, "%s%s", name, strchr(verifier, '$'));
			assert_int_equal(check(copy, "pencil"), i == j ? YES : CANNOT_TELL);
		}
	}
}

static mechanism_set set_of(enum mechanism mechanism)
{
	return (mechanism_set)1 << mechanism;
}

/* In what is made of a password: the names, in their order, a blank behind each. */
static void names_of(const char *verifiers, char names[128])
{
	struct text text = {names, 0, 128, false};
	while (verifiers != NULL) {
		text_octets(&text, verifiers, strcspn(verifiers, "$"));
		text_octet(&text, ' ');
		verifiers = strchr(verifiers, '\n');
		verifiers = verifiers == NULL ? NULL : verifiers + 1;
	}
	text_string(&text);
}

static void a_verifier_is_made_for_each_that_is_kept(void **state)
{
	static const struct {
		mechanism_set kept;
		const char *names;
	} rows[] = {
		{0, "SCRAM-SHA-256 "},
		{(mechanism_set)1 << MECHANISM_SCRAM_SHA_256, "SCRAM-SHA-256 "},
		{(mechanism_set)1 << MECHANISM_SCRAM_SHA_1, "SCRAM-SHA-256 SCRAM-SHA-1 "},
		{(mechanism_set)1 << MECHANISM_PLAIN | (mechanism_set)1 << MECHANISM_LOGIN |
				(mechanism_set)1 << MECHANISM_GSSAPI,
			"SCRAM-SHA-256 "},
		/* One with channel binding is proved against the plain one's. */
		{(mechanism_set)1 << MECHANISM_SCRAM_SHA_512_PLUS, "SCRAM-SHA-256 "},
		{~(mechanism_set)0,
			"SCRAM-SHA-256 SCRAM-SHA-512 SCRAM-SHA-384 SCRAM-SHA-224 SCRAM-SHA-1 "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char names[128], one[VERIFIER_MAX];
		TEXT(verifiers, VERIFIERS_MAX);
		assert_true(verifier_make("secret", 6, 4096, rows[i].kept, &verifiers));
		names_of(text_string(&verifiers), names);
		assert_string_equal(names, rows[i].names);
		for (size_t j = 0; j < VECTORS; j++) {
			bool kept = vectors[j].scram == MECHANISM_SCRAM_SHA_256 ||
				    (rows[i].kept & set_of(vectors[j].scram)) != 0;
			assert_int_equal(verifier_find(verifiers.at, vectors[j].scram, one), kept);
			assert_int_equal(check(one, "secret"), kept ? YES : CANNOT_TELL);
			assert_int_equal(check(one, "Secret"), kept ? NO : CANNOT_TELL);
			assert_int_equal(verifier_iterations(one), kept ? 4096 : 0);
		}
	}
}

static void each_that_is_made_has_a_salt_of_its_own(void **state)
{
	char one[2][VERIFIER_MAX];
	TEXT(verifiers, VERIFIERS_MAX);
	(void)state;
	assert_true(verifier_make("secret", 6, 65536,
		set_of(MECHANISM_SCRAM_SHA_512) | set_of(MECHANISM_SCRAM_SHA_384), &verifiers));
	text_string(&verifiers);
	assert_true(verifier_find(verifiers.at, MECHANISM_SCRAM_SHA_512, one[0]));
	assert_true(verifier_find(verifiers.at, MECHANISM_SCRAM_SHA_384, one[1]));
	assert_memory_not_equal(strchr(one[0], ':'), strchr(one[1], ':'), 25);
	assert_true(strlen(one[0]) < VERIFIER_MAX);
}

/* Other programs write into the file too, and a later version of this one. */
static void one_is_found_among_whatever_stands_there(void **state)
{
	static const char *const before[] = {"", "\n", "\n\n\n", "junk\n", "$\n", ":\n",
		"SCRAM-SHA-256\n", "SCRAM-SHA-256$\n", "SCRAM-SHA-256$4096:nonsense\n",
		"SCRAM-SHA-256-PLUS$4096:W22Z$W22Z:W22Z\n", "SCRAM-SHA-3-512$9:W22Z$A:B\n",
		"scram-sha-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$x:y\n", "{SSHA}W22ZaJ0S\n",
		"XSCRAM-SHA-256$4096:W22Z$W22Z:W22Z\n", "\xff\xfe\r\n"};
	static const char *const behind[] = {
		"", "\n", "\njunk", "\nSCRAM-SHA-256$4096:nonsense", "\n\n$\n"};
	char whole[1024], one[VERIFIER_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		for (size_t j = 0; j < sizeof behind / sizeof *behind; j++) {
			snprintf(whole, sizeof whole, "%s%s%s", before[i], rfc_7677, behind[j]);
			assert_true(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
			assert_string_equal(one, rfc_7677);
			assert_false(verifier_find(whole, MECHANISM_SCRAM_SHA_1, one));
			assert_string_equal(one, "");
			/* Without it there is none. */
			snprintf(whole, sizeof whole, "%s%s", before[i], behind[j]);
			assert_false(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
			assert_string_equal(one, "");
		}
	/* No blank, no CR belongs to it: it is another line then. */
	snprintf(whole, sizeof whole, " %s\n%s\r\n%s \n", rfc_7677, rfc_7677, rfc_7677);
	assert_false(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
}

static void one_is_found_in_any_order_and_the_first_counts(void **state)
{
	char whole[VERIFIERS_MAX], one[VERIFIER_MAX];
	(void)state;
	for (size_t first = 0; first < VECTORS; first++) {
		struct text text = TEXT_OVER(whole);
		for (size_t i = 0; i < VECTORS; i++) {
			if (i > 0)
				text_octet(&text, '\n');
			text_add(&text, vectors[(first + i) % VECTORS].verifier);
		}
		text_string(&text);
		assert_false(text.cut);
		for (size_t i = 0; i < VECTORS; i++) {
			assert_true(verifier_find(whole, vectors[i].scram, one));
			assert_string_equal(one, vectors[i].verifier);
		}
	}
	snprintf(whole, sizeof whole, "%s\n%s\n%s", long_password, rfc_7677, empty_password);
	assert_true(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
	assert_string_equal(one, long_password);
	/* Plain names alone: what has channel binding has no verifier of its own. */
	assert_false(verifier_find(whole, MECHANISM_SCRAM_SHA_256_PLUS, one));
	assert_false(verifier_find(whole, MECHANISM_PLAIN, one));
}

static void an_over_long_one_is_none_and_hides_no_other(void **state)
{
	static char whole[8192];
	char one[VERIFIER_MAX];
	(void)state;
	for (size_t len = VERIFIER_MAX - 2; len < 4096; len += len < VERIFIER_MAX + 2 ? 1 : 977) {
		memset(whole, 'A', len);
		memcpy(whole, "SCRAM-SHA-256$4096:", 19);
		whole[len] = '\0';
		assert_false(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
		assert_string_equal(one, "");
		snprintf(whole + len, sizeof whole - len, "\n%s", rfc_7677);
		assert_true(verifier_find(whole, MECHANISM_SCRAM_SHA_256, one));
		assert_string_equal(one, rfc_7677);
	}
	/* The longest that there is: SHA-512, 64 octets of salt, five digits. */
	memset(whole, 0, sizeof whole);
	struct text text = TEXT_OVER(whole);
	text_add(&text, "SCRAM-SHA-512$65536:");
	for (size_t i = 0; i < 21; i++)
		text_add(&text, "QUJD");
	text_add(&text, "QQ==");
	text_add(&text, strrchr(vectors[VECTORS - 1].verifier, '$'));
	text_string(&text);
	assert_true(text.len < VERIFIER_MAX);
	assert_true(verifier_find(whole, MECHANISM_SCRAM_SHA_512, one));
	assert_string_equal(one, whole);
	assert_int_equal(verifier_iterations(one), 65536);
}

static void what_is_made_fits_its_password_alone(void **state)
{
	static const unsigned counts[] = {1, 4096, 10000, 65536};
	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		TEXT(one, VERIFIER_MAX);
		TEXT(other, VERIFIER_MAX);
		assert_true(verifier_make("secret", 6, counts[i], 0, &one));
		assert_true(verifier_make("secret", 6, counts[i], 0, &other));
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
	assert_false(verifier_make("secret", 6, 0, 0, &verifier));
	assert_false(verifier_make("secret", 6, VERIFIER_ITERATIONS_MOST + 1, 0, &verifier));
	assert_false(verifier_make("secret", 6, 4096, 0, &small));
	/* Room for one, and not for the second. */
	TEXT(two, 200);
	assert_false(verifier_make("secret", 6, 4096, set_of(MECHANISM_SCRAM_SHA_512), &two));
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
	assert_true(verifier_make("secret", 6, 4096, 0, &few));
	assert_true(verifier_make("secret", 6, 10000, 0, &many));
	verifier_stand_in(seed, MECHANISM_SCRAM_SHA_256, 5000, &nobody);
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
	for (size_t i = 0; i < VECTORS; i++) {
		assert_int_equal(work(vectors[i].verifier, "pencil", 10000), expected);
		assert_int_equal(work(vectors[i].verifier, "wrong", 10000), expected);
	}
}

static void a_stand_in_hangs_on_its_seed_alone(void **state)
{
	unsigned char seed[WIRE_KEY] = {1}, other_seed[WIRE_KEY] = {2};
	TEXT(one, VERIFIER_MAX);
	TEXT(again, VERIFIER_MAX);
	TEXT(other, VERIFIER_MAX);
	TEXT(count, VERIFIER_MAX);
	(void)state;
	verifier_stand_in(seed, MECHANISM_SCRAM_SHA_256, 4096, &one);
	verifier_stand_in(seed, MECHANISM_SCRAM_SHA_256, 4096, &again);
	verifier_stand_in(other_seed, MECHANISM_SCRAM_SHA_256, 4096, &other);
	verifier_stand_in(seed, MECHANISM_SCRAM_SHA_256, 8192, &count);
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

static void each_mechanism_has_its_own_stand_in(void **state)
{
	static const unsigned char seed[WIRE_KEY] = {1};
	char one[VERIFIER_MAX], salts[VECTORS][32] = {{0}};
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		enum mechanism scram = vectors[i].scram;
		TEXT(first, VERIFIER_MAX);
		TEXT(again, VERIFIER_MAX);
		verifier_stand_in(seed, scram, 4096, &first);
		verifier_stand_in(seed, scram, 4096, &again);
		assert_string_equal(first.at, again.at);
		assert_true(verifier_find(first.at, scram, one));
		assert_string_equal(one, first.at);
		assert_int_equal(verifier_iterations(first.at), 4096);
		assert_int_equal(check(first.at, ""), NO);
		assert_int_equal(check(first.at, "pencil"), NO);
		/* As long as one that is made, to the octet. */
		TEXT(made, VERIFIERS_MAX);
		assert_true(verifier_make("x", 1, 4096, set_of(scram), &made));
		assert_true(verifier_find(text_string(&made), scram, one));
		assert_int_equal(first.len, strlen(one));
		memcpy(salts[i], strchr(first.at, ':') + 1, 24);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(salts[i], salts[j]);
	}
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
		cmocka_unit_test(every_hash_has_its_vector),
		cmocka_unit_test(a_verifier_is_made_for_each_that_is_kept),
		cmocka_unit_test(each_that_is_made_has_a_salt_of_its_own),
		cmocka_unit_test(one_is_found_among_whatever_stands_there),
		cmocka_unit_test(one_is_found_in_any_order_and_the_first_counts),
		cmocka_unit_test(an_over_long_one_is_none_and_hides_no_other),
		cmocka_unit_test(what_is_made_fits_its_password_alone),
		cmocka_unit_test(nothing_is_made_of_a_wrong_count_or_without_room),
		cmocka_unit_test(a_malformed_verifier_cannot_tell),
		cmocka_unit_test(every_cut_and_every_changed_octet_is_refused),
		cmocka_unit_test(every_answer_costs_the_same),
		cmocka_unit_test(a_stand_in_hangs_on_its_seed_alone),
		cmocka_unit_test(each_mechanism_has_its_own_stand_in),
		cmocka_unit_test(keyed_hashes_are_hmac),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

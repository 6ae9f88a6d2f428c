/* What CRAM-MD5 and DIGEST-MD5 keep of a password, against the examples of their RFCs and values
 * calculated by other means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "store/verifier.h"

static size_t make(enum mechanism mechanism, const char *login, const char *realm,
	const char *password, unsigned char secret[SECRET_MAX])
{
	memset(secret, 0xAA, SECRET_MAX);
	return verifier_secret(mechanism, login, realm, password, strlen(password), secret);
}

/* The secret of a password must be these octets, and no octet behind them is touched. */
static void makes(enum mechanism mechanism, const char *login, const char *realm,
	const char *password, const char *wanted)
{
	unsigned char secret[SECRET_MAX];
	char found[2 * SECRET_MAX + 1] = "";
	size_t len = make(mechanism, login, realm, password, secret);
	for (size_t i = 0; i < len; i++)
		snprintf(found + 2 * i, 3, "%02x", secret[i]);
	assert_string_equal(found, wanted);
	for (size_t i = len; i < sizeof secret; i++)
		assert_int_equal(secret[i], 0xAA);
}

/* Python's own MD5, stopped behind the first block of each of HMAC's two: from these states its
 * digest of RFC 2195's question is the RFC's b913a602c7eda7a495b4e6e7334d3890. */
static const char tim[] = "5211b25404b61f715e033eca6b1115701b4e6dd0a4cafc260118b6b0a3402313";

static void cram_is_as_rfc_2195_has_it(void **state)
{
	(void)state;
	makes(MECHANISM_CRAM_MD5, "tim", "postoffice.reston.mci.net", "tanstaaftanstaaf", tim);
	/* Of the password alone. */
	makes(MECHANISM_CRAM_MD5, "another", "", "tanstaaftanstaaf", tim);
}

static void cram_hashes_what_is_longer_than_a_block(void **state)
{
	char password[PASSWORD_MAX + 1];
	(void)state;
	memset(password, 'x', sizeof password);
	password[64] = '\0';
	makes(MECHANISM_CRAM_MD5, "a", "b", password,
		"2a9a7df90be8881e0a0698a014f77a8e43de9e6dab10c95c78e78185a8d1da54");
	password[64] = 'x';
	password[65] = '\0';
	makes(MECHANISM_CRAM_MD5, "a", "b", password,
		"7d2508c86f72b734b3262d36a01d5f8da8e874ade2b6483b0c18a44ff351ca09");
	password[0] = '\0';
	for (size_t i = 0; i < 100; i++)
		strcat(password, "p\303\244ss ");
	makes(MECHANISM_CRAM_MD5, "a", "b", password,
		"bfbbb923fffc0ff47f840015924c62f03795b3f01cf08a9c088a4f740e4bd864");
}

/* MD5 of login:realm:password. From the first, with the nonces of RFC 2831 4, come its response
 * d388dad90d4bbd760a152321f2143af7. */
static void digest_is_as_rfc_2831_has_it(void **state)
{
	char password[PASSWORD_MAX + 1];
	(void)state;
	makes(MECHANISM_DIGEST_MD5, "chris", "elwood.innosoft.com", "secret",
		"eb5a750053e4d2c34aa84bbc9b0b6ee7");
	makes(MECHANISM_DIGEST_MD5, "alice@staff.example", "office.example", "p\303\244ss",
		"d7d0c01a9abbcc61999bc9876f54bec4");
	memset(password, 'x', sizeof password);
	password[PASSWORD_MAX] = '\0';
	makes(MECHANISM_DIGEST_MD5, "a", "b", password, "2b8d3ee55f2fff690400a4f40dd47426");
}

static void another_password_is_another_secret(void **state)
{
	static const enum mechanism mechanisms[] = {MECHANISM_CRAM_MD5, MECHANISM_DIGEST_MD5};
	unsigned char one[SECRET_MAX], other[SECRET_MAX];
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t len = make(mechanisms[i], "tim", "office.example", "pencil", one);
		assert_int_equal(
			make(mechanisms[i], "tim", "office.example", "Pencil", other), len);
		assert_memory_not_equal(one, other, len);
		/* The length counts, not a NUL. */
		assert_int_equal(verifier_secret(mechanisms[i], "tim", "office.example", "pencils",
					 6, other),
			len);
		assert_memory_equal(one, other, len);
	}
	/* The host's name and the login are in that of DIGEST-MD5. */
	make(MECHANISM_DIGEST_MD5, "tim", "office.example", "pencil", one);
	make(MECHANISM_DIGEST_MD5, "tim", "away.example", "pencil", other);
	assert_memory_not_equal(one, other, 16);
	make(MECHANISM_DIGEST_MD5, "tom", "office.example", "pencil", other);
	assert_memory_not_equal(one, other, 16);
}

static void no_other_mechanism_keeps_one(void **state)
{
	unsigned char secret[SECRET_MAX];
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++) {
		enum mechanism mechanism = (enum mechanism)i;
		size_t wanted = mechanism == MECHANISM_CRAM_MD5     ? 32
				: mechanism == MECHANISM_DIGEST_MD5 ? 16
								    : 0;
		assert_int_equal(
			make(mechanism, "tim", "office.example", "pencil", secret), wanted);
		for (size_t at = wanted; at < sizeof secret; at++)
			assert_int_equal(secret[at], 0xAA);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cram_is_as_rfc_2195_has_it),
		cmocka_unit_test(cram_hashes_what_is_longer_than_a_block),
		cmocka_unit_test(digest_is_as_rfc_2831_has_it),
		cmocka_unit_test(another_password_is_another_secret),
		cmocka_unit_test(no_other_mechanism_keeps_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

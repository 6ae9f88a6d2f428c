/* Logins have one form; new passwords are UTF-8 without controls; the table of stores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/wire.h"
#include "store/passwords.h"
#include "store/verifier.h"

/* The canonical form, or "" when it is refused; a refusal must have words. */
static const char *form(const char *name, const char *realm, char room[WIRE_LOGIN_MAX + 1])
{
	struct text text = {room, 0, WIRE_LOGIN_MAX + 1, false};
	const char *wrong = passwords_login(name, realm, &text);
	if (wrong == NULL)
		return text_string(&text);
	assert_true(strlen(wrong) > 10);
	return "";
}

static void a_login_has_one_form(void **state)
{
	static const struct {
		const char *name, *realm, *form;
	} rows[] = {
		{"alice", "", "alice"},
		{"Alice", "", "alice"},
		{"ALICE", "office.example", "alice@office.example"},
		{"alice", "Office.Example", "alice@office.example"},
		{"alice@Office.EXAMPLE", "office.example", "alice@office.example"},
		{"alice@other.example", "office.example", "alice@other.example"},
		{"alice@x", "", "alice@x"},
		{"a.b_c+d=e-f'g&h", "", "a.b_c+d=e-f'g&h"},
		{"0", "", "0"},
		{"_x", "", "_x"},
		{"x-", "", "x-"},
		{"a@-", "", "a@-"},
	};
	char room[WIRE_LOGIN_MAX + 1];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(form(rows[i].name, rows[i].realm, room), rows[i].form);
		assert_true(passwords_canonical(rows[i].form, rows[i].realm));
		/* Once more changes nothing. */
		assert_string_equal(form(rows[i].form, rows[i].realm, room), rows[i].form);
	}
}

static void what_is_no_login_is_refused(void **state)
{
	static const char *const names[] = {"", "@", "@x", "a@", "-a", "a b", " a", "a ", "a@b@c",
		"a@b c", "a@b_c", "a\tb", "a\nb", "a\x7f", "\303\244", "a@\303\244", "a/b", "a:b",
		"a,b", "a\"b", "a\\b", "a%b", "a!b", "a*b", "a(b)", "<a>", "a@b/", "a@b:1"};
	char room[WIRE_LOGIN_MAX + 1];
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_string_equal(form(names[i], "", room), "");
		assert_string_equal(form(names[i], "office.example", room), "");
		assert_false(passwords_canonical(names[i], ""));
	}
}

static void every_octet_is_judged(void **state)
{
	char room[WIRE_LOGIN_MAX + 1];
	(void)state;
	for (int octet = 1; octet < 256; octet++) {
		char name[] = {'a', (char)octet, 'b', '\0'},
		     realm[] = {'a', '@', (char)octet, '\0'};
		bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
			      (octet >= '0' && octet <= '9');
		bool in_name = letter || strchr("._+=-'&@", octet) != NULL;
		bool in_realm = letter || octet == '.' || octet == '-';
		assert_int_equal(*form(name, "", room) != '\0', in_name);
		assert_int_equal(*form(realm, "", room) != '\0', in_realm);
	}
}

static void a_login_is_bounded(void **state)
{
	char name[400], room[WIRE_LOGIN_MAX + 1];
	(void)state;
	memset(name, 'a', sizeof name);
	name[64] = '\0';
	assert_string_equal(form(name, "", room), name);
	name[64] = 'a';
	name[65] = '\0';
	assert_string_equal(form(name, "", room), "");
	memset(name, 'a', sizeof name);
	name[64] = '@';
	name[255] = '\0';
	assert_string_equal(form(name, "", room), name);
	name[255] = 'a';
	name[256] = '\0';
	assert_string_equal(form(name, "", room), "");
	name[399] = '\0';
	assert_string_equal(form(name, "", room), "");
	/* The realm of the settings counts too. */
	memset(name, 'r', sizeof name);
	name[190] = '\0';
	assert_string_not_equal(form("a", name, room), "");
	TEXT(small, 8);
	assert_non_null(passwords_login("abcdefgh", "", &small));
}

static void only_what_is_canonical_is_so(void **state)
{
	(void)state;
	assert_true(passwords_canonical("alice", ""));
	assert_false(passwords_canonical("Alice", ""));
	assert_false(passwords_canonical("alice", "office.example"));
	assert_true(passwords_canonical("alice@office.example", "office.example"));
	assert_false(passwords_canonical("alice@Office.example", "office.example"));
}

static const char *new_password(const char *password)
{
	return passwords_new(password, strlen(password));
}

static void a_new_password_is_text(void **state)
{
	static const char *const good[] = {"x", "a b", " ", "p\303\244ss", "\342\202\254",
		"\360\237\224\221", "\364\217\277\277", "\355\237\277", "\356\200\200", "\302\240",
		"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"};
	static const char *const bad[] = {"", "a\tb", "a\nb", "a\r", "\x1b", "\x7f", "\302\200",
		"\302\237", "\200", "\277", "a\303", "\303(", "\300\200", "\301\277",
		"\340\200\200", "\340\237\277", "\355\240\200", "\355\277\277", "\360\200\200\200",
		"\364\220\200\200", "\365\200\200\200", "\370\210\200\200\200", "\376", "\377",
		"\342\202", "\360\237\224"};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_null(new_password(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_non_null(new_password(bad[i]));
	assert_non_null(passwords_new("a\0b", 3));
	/* It looks at its length and no further: the last character is cut. */
	assert_non_null(passwords_new("\342\202\254", 2));
	assert_null(passwords_new("ab\xff", 2));
}

static void a_new_password_is_bounded(void **state)
{
	char password[PASSWORD_MAX + 1];
	(void)state;
	memset(password, 'x', sizeof password);
	assert_null(passwords_new(password, PASSWORD_MAX));
	assert_non_null(passwords_new(password, PASSWORD_MAX + 1));
}

static void each_store_serves_what_it_can(void **state)
{
	static const struct {
		enum passwords store;
		bool scram, md5; /* it has verifiers; it has what CRAM-MD5 and DIGEST-MD5 keep */
	} rows[] = {
		{PASSWORDS_ACCOUNTS, true, true},
		{PASSWORDS_SHADOW, false, false},
		{PASSWORDS_SASLAUTHD, false, false},
		{PASSWORDS_SASLDB, true, true},
		{PASSWORDS_AUXPROP, true, true},
	};
	(void)state;
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		mechanism_set set = passwords_serve(rows[row].store);
		for (size_t i = 0; i < MECHANISMS; i++) {
			bool scram = mechanism_facts((enum mechanism)i)->scram;
			bool md5 = i == MECHANISM_CRAM_MD5 || i == MECHANISM_DIGEST_MD5;
			assert_int_equal(
				mechanism_in(set, (enum mechanism)i), scram ? rows[row].scram
								      : md5 ? rows[row].md5
									    : true);
		}
	}
	assert_int_equal(passwords_serve((enum passwords)(PASSWORDS_AUXPROP + 1)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_has_one_form),
		cmocka_unit_test(what_is_no_login_is_refused),
		cmocka_unit_test(every_octet_is_judged),
		cmocka_unit_test(a_login_is_bounded),
		cmocka_unit_test(only_what_is_canonical_is_so),
		cmocka_unit_test(a_new_password_is_text),
		cmocka_unit_test(a_new_password_is_bounded),
		cmocka_unit_test(each_store_serves_what_it_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

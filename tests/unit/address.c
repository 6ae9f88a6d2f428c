/* Tests of base/address.c: a path by RFC 5321, and what no sendmail program carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "tests/unit/random.h"

static const char *const faults[] = {
	"fine", "malformed", "too long", "unqualified", "literal", "eight bit", "unsafe"};

static void expect(
	const char *path, enum address_role role, enum address_fault fault, const char *address)
{
	char out[ADDRESS_MAX + 1] = "untouched";
	const char *rest = path;
	enum address_fault got = address_path(&rest, role, out);
	if (got != fault || strcmp(out, address) != 0)
		fail_msg("%s: %s, \"%s\"", path, faults[got], out);
	if (fault == ADDRESS_FINE)
		assert_int_equal(rest[-1], '>');
	else
		assert_ptr_equal(rest, path);
}

static void what_sendmail_gets_is_bare_and_keeps_its_case(void **state)
{
	static const char *const table[][2] = {
		{"<a@b.example>", "a@b.example"},
		{"<John.Doe@Office.Example>", "John.Doe@Office.Example"},
		{"<a+b=c_d-e@b.example>", "a+b=c_d-e@b.example"},
		{"<!#$%&'*+-/=?^_`{}~.x@b.example>", "!#$%&'*+-/=?^_`{}~.x@b.example"},
		{"<a%c.example@b.example>", "a%c.example@b.example"},
		{"<host!a@b.example>", "host!a@b.example"},
		{"<a/b@b.example>", "a/b@b.example"},
		{"<1@1.2>", "1@1.2"},
		{"<a@b-c.d--e.example>", "a@b-c.d--e.example"},
		{"<@x.example:a@b.example>", "a@b.example"},
		{"<@x.example,@y,@z.example:a@b.example>", "a@b.example"},
		{"<\"a\"@b.example>", "a@b.example"},
		{"<\"John.Doe\"@b.example>", "John.Doe@b.example"},
		{"<\"a\\b\"@b.example>", "ab@b.example"},
		{"<\"\\a\\b\"@b.example>", "ab@b.example"},
		{"<@x.example:\"a\"@b.example>", "a@b.example"},
		{"<postmaster@b.example>", "postmaster@b.example"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		expect(table[i][0], ADDRESS_SENDER, ADDRESS_FINE, table[i][1]);
		expect(table[i][0], ADDRESS_RECIPIENT, ADDRESS_FINE, table[i][1]);
	}
}

static void the_null_sender_is_a_senders_alone(void **state)
{
	(void)state;
	expect("<>", ADDRESS_SENDER, ADDRESS_FINE, "");
	expect("<>", ADDRESS_RECIPIENT, ADDRESS_MALFORMED, "");
}

static void postmaster_without_a_domain_is_a_recipients_alone(void **state)
{
	static const char *const table[] = {
		"<Postmaster>", "<postmaster>", "<POSTMASTER>", "<\"postmaster\">"};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		expect(table[i], ADDRESS_RECIPIENT, ADDRESS_FINE, "postmaster");
		expect(table[i], ADDRESS_SENDER, ADDRESS_UNQUALIFIED, "");
	}
	expect("<postmasters>", ADDRESS_RECIPIENT, ADDRESS_UNQUALIFIED, "");
	expect("<@x.example:postmaster>", ADDRESS_RECIPIENT, ADDRESS_MALFORMED, "");
}

static void the_path_ends_behind_its_bracket(void **state)
{
	const char *rest = "<a@b.example> SIZE=10";
	char address[ADDRESS_MAX + 1];
	(void)state;
	assert_int_equal(address_path(&rest, ADDRESS_SENDER, address), ADDRESS_FINE);
	assert_string_equal(rest, " SIZE=10");
	rest = "<>SIZE=10";
	assert_int_equal(address_path(&rest, ADDRESS_SENDER, address), ADDRESS_FINE);
	assert_string_equal(rest, "SIZE=10");
}

static void what_is_no_path_is_malformed(void **state)
{
	static const char *const table[] = {"", "a@b.example", "<", "<a", "<a@", "<a@b.example",
		" <a@b.example>", "< a@b.example>", "<a@b.example >", "<a @b.example>",
		"<a@ b.example>", "<@>", "<@b.example>", "<a@>", "<<a@b.example>>",
		"<a@@b.example>", "<a@b@c.example>", "<a@b.example,c@d.example>", "<.a@b.example>",
		"<a.@b.example>", "<a..b@b.example>", "<.@b.example>", "<a@.example>",
		"<a@b..example>", "<a@b.example.>", "<a@->", "<a@-b.example>", "<a@b-.example>",
		"<a@b.example->", "<a@b_c.example>", "<a@b.exa mple>", "<a@b/c.example>",
		"<a(x)@b.example>", "<a@b.example(x)>", "<a,b@b.example>", "<a;b@b.example>",
		"<a:b@b.example>", "<:include:x@b.example>", "<a\\b@b.example>", "<a\"b@b.example>",
		"<\"a@b.example>", "<\"a\"b@b.example>", "<\"a\".b@b.example>", "<\"a\\",
		"<\"a\\\"@b.example>", "<\"a\tb\"@b.example>", "<\"a\\\tb\"@b.example>",
		"<\"a\nb\"@b.example>", "<\"a\x7f\"@b.example>", "<a\x01@b.example>",
		"<a\x7f@b.example>", "<a@b\x7f.example>", "<a\r\n@b.example>",
		"<a@b.example\r\nRCPT>", "<a\t@b.example>", "<@x.example a@b.example>",
		"<@x.example,a@b.example>", "<@x.example:>", "<@x.example:@y.example:a@b.example>",
		"<@x.example,:a@b.example>", "<@:a@b.example>", "<@x.:a@b.example>",
		"<@[192.0.2.1]:a@b.example>", "<@x.example,@y.example>", "<a@[192.0.2.1>", "<a@[]>",
		"<a@[192.0.2.1]x>", "<a@[a b]>", "<a@[[192.0.2.1]]>", "<a@[\\]>", "<a@[\xc3\xa9]>",
		"<@", "<@x", "<[192.0.2.1]>"};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		expect(table[i], ADDRESS_SENDER, ADDRESS_MALFORMED, "");
		expect(table[i], ADDRESS_RECIPIENT, ADDRESS_MALFORMED, "");
	}
}

static void a_path_that_is_not_carried_says_why(void **state)
{
	static const struct {
		const char *path;
		enum address_fault fault;
	} table[] = {
		{"<a>", ADDRESS_UNQUALIFIED},
		{"<a@b>", ADDRESS_UNQUALIFIED},
		{"<a@localhost>", ADDRESS_UNQUALIFIED},
		{"<\"a b\"@localhost>", ADDRESS_UNQUALIFIED},
		{"<j\xc3\xb6rg@localhost>", ADDRESS_UNQUALIFIED},
		{"<a@[192.0.2.1]>", ADDRESS_LITERAL},
		{"<a@[IPv6:2001:db8::1]>", ADDRESS_LITERAL},
		{"<a@[x-tag:more]>", ADDRESS_LITERAL},
		{"<\"a b\"@[192.0.2.1]>", ADDRESS_LITERAL},
		{"<j\xc3\xb6rg@b.example>", ADDRESS_EIGHT_BIT},
		{"<a@b\xc3\xbc.example>", ADDRESS_EIGHT_BIT},
		{"<a@b.\xff>", ADDRESS_EIGHT_BIT},
		{"<\x80@b.example>", ADDRESS_EIGHT_BIT},
		{"<\"\xc3\xb6 x\"@b.example>", ADDRESS_EIGHT_BIT},
		{"<@\xc3\xb6.example:a@b.example>", ADDRESS_EIGHT_BIT},
		{"<-a@b.example>", ADDRESS_UNSAFE},
		{"<-@b.example>", ADDRESS_UNSAFE},
		{"<\"-a\"@b.example>", ADDRESS_UNSAFE},
		{"<@x.example:-a@b.example>", ADDRESS_UNSAFE},
		{"</etc/passwd@b.example>", ADDRESS_UNSAFE},
		{"<\"/etc/passwd\"@b.example>", ADDRESS_UNSAFE},
		{"<|program@b.example>", ADDRESS_UNSAFE},
		{"<a|b@b.example>", ADDRESS_UNSAFE},
		{"<\"|program\"@b.example>", ADDRESS_UNSAFE},
		{"<\":include:/x\"@b.example>", ADDRESS_UNSAFE},
		{"<\"\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a b\"@b.example>", ADDRESS_UNSAFE},
		{"<\" a\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a,b@c.example\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a@c.example\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a>\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a\\\"b\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a\\\\b\"@b.example>", ADDRESS_UNSAFE},
		{"<\".a\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a.\"@b.example>", ADDRESS_UNSAFE},
		{"<\"a..b\"@b.example>", ADDRESS_UNSAFE},
		{"<\"(a)\"@b.example>", ADDRESS_UNSAFE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		expect(table[i].path, ADDRESS_SENDER, table[i].fault, "");
		expect(table[i].path, ADDRESS_RECIPIENT, table[i].fault, "");
	}
}

/* <l…l@d…d.d…d.…> with a local part and a domain of these lengths, in labels of `label` octets. */
static enum address_fault of_length(size_t local, size_t domain, size_t label, bool quotes)
{
	static char path[2048], address[ADDRESS_MAX + 1];
	const char *rest = path;
	char *at = path;
	*at++ = '<';
	if (quotes)
		*at++ = '"';
	memset(at, 'l', local);
	at += local;
	if (quotes)
		*at++ = '"';
	*at++ = '@';
	for (size_t i = 1; i <= domain; i++)
		*at++ = i % (label + 1) == 0 && i < domain ? '.' : 'd';
	*at++ = '>';
	*at = '\0';
	enum address_fault fault = address_path(&rest, ADDRESS_RECIPIENT, address);
	assert_int_equal(strlen(address), fault == ADDRESS_FINE ? local + 1 + domain : 0);
	return fault;
}

static void what_is_over_a_limit_is_too_long_and_never_cut(void **state)
{
	(void)state;
	assert_int_equal(of_length(64, 189, 63, false), ADDRESS_FINE);
	assert_int_equal(of_length(64, 190, 63, false), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(65, 20, 10, false), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(64, 20, 10, true), ADDRESS_FINE);
	assert_int_equal(of_length(65, 20, 10, true), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(1000, 20, 10, false), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(1, 252, 63, false), ADDRESS_FINE);
	assert_int_equal(of_length(1, 253, 63, false), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(1, 1000, 63, false), ADDRESS_TOO_LONG);
	assert_int_equal(of_length(1, 65, 63, false), ADDRESS_FINE);
	assert_int_equal(of_length(1, 66, 64, false), ADDRESS_TOO_LONG);
}

static void a_domain_is_labels_with_a_dot_between(void **state)
{
	static const struct {
		const char *name;
		bool fine;
	} table[] = {
		{"b.example", true},
		{"B.Example", true},
		{"a-b.c--d.e", true},
		{"1.2", true},
		{"xn--bcher-kva.example", true},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", true},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", false},
		{"", false},
		{".", false},
		{"b", false},
		{"b.", false},
		{".b", false},
		{"a..b", false},
		{"-a.b", false},
		{"a-.b", false},
		{"a.-b", false},
		{"a.b-", false},
		{"a_b.c", false},
		{"a b.c", false},
		{"[192.0.2.1]", false},
		{"b\xc3\xbc.example", false},
		{"a.b\n", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (address_domain(table[i].name, strlen(table[i].name)) != table[i].fine)
			fail_msg("\"%s\": not %d", table[i].name, table[i].fine);
	char name[300];
	memset(name, 'a', sizeof name);
	for (size_t i = 2; i < sizeof name; i += 3)
		name[i] = '.';
	assert_true(address_domain(name, 253));
	assert_false(address_domain(name, 254));
	assert_true(address_domain("a.b.", 3));
	assert_false(address_domain("a.b", 2));
}

static void the_second_look_takes_only_what_the_first_could_have_made(void **state)
{
	static const struct {
		const char *address;
		bool sender, recipient;
	} table[] = {
		{"a@b.example", true, true},
		{"A.B@B.Example", true, true},
		{"", true, false},
		{"postmaster", false, true},
		{"Postmaster", false, false},
		{"\"postmaster\"", false, false},
		{"<a@b.example>", false, false},
		{"@x.example:a@b.example", false, false},
		{"\"a\"@b.example", false, false},
		{"a@b.example> <c@d.example", false, false},
		{"a@b.example>", false, false},
		{"a@b.example ", false, false},
		{"a@b.example\n", false, false},
		{"a@b", false, false},
		{"a@[192.0.2.1]", false, false},
		{"-a@b.example", false, false},
		{"a", false, false},
		{">", false, false},
	};
	char long_one[1000];
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *address = table[i].address;
		if ((address_check(address, ADDRESS_SENDER) == ADDRESS_FINE) != table[i].sender)
			fail_msg("sender \"%s\": not %d", address, table[i].sender);
		if ((address_check(address, ADDRESS_RECIPIENT) == ADDRESS_FINE) !=
			table[i].recipient)
			fail_msg("recipient \"%s\": not %d", address, table[i].recipient);
	}
	memset(long_one, 'a', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(address_check(long_one, ADDRESS_RECIPIENT), ADDRESS_TOO_LONG);
}

/* Writes a path at random: mostly of pieces that make a good one, so that both ends are met. */
static void any_path(uint64_t *seed, struct text *path)
{
	static const char *const pieces[] = {"a", "b.c", "@", "@", ".example", ".", "\"", "\\", ":",
		",", "-", "postmaster", "[1.2]", "<", ">", " ", "|", "/", "x1", "\xc3\xa4", "%",
		"!"};
	size_t count = 1 + random_below(seed, 9);
	text_clear(path);
	text_octet(path, random_below(seed, 50) == 0 ? 'x' : '<');
	for (size_t i = 0; i < count; i++) {
		if (random_below(seed, 6) == 0)
			text_octet(path, (char)(1 + random_below(seed, 255)));
		else
			text_add(path, pieces[random_below(seed, sizeof pieces / sizeof *pieces)]);
	}
	text_add(path, random_below(seed, 2) == 0 ? "@b.example>" : ">");
	assert_false(path->cut);
	text_string(path);
}

static void whatever_is_taken_is_clean_and_taken_again_unchanged(void **state)
{
	uint64_t seed = 20261125;
	size_t taken = 0;
	TEXT(path, 300);
	(void)state;
	for (size_t i = 0; i < 400000; i++) {
		char address[ADDRESS_MAX + 1], again[ADDRESS_MAX + 1];
		enum address_role role = i % 2 == 0 ? ADDRESS_SENDER : ADDRESS_RECIPIENT;
		any_path(&seed, &path);
		const char *rest = path.at;
		if (address_path(&rest, role, address) != ADDRESS_FINE) {
			assert_string_equal(address, "");
			continue;
		}
		taken += address[0] != '\0';
		for (const char *at = address; *at != '\0'; at++)
			if (*at <= ' ' || *at > '~' || strchr("\"\\()<>,;:|[]", *at) != NULL)
				fail_msg("%s gave %s", path.at, address);
		assert_int_not_equal(address[0], '-');
		assert_int_equal(address_check(address, role), ADDRESS_FINE);
		text_clear(&path);
		text_octet(&path, '<');
		text_add(&path, address);
		text_octet(&path, '>');
		rest = text_string(&path);
		assert_int_equal(address_path(&rest, role, again), ADDRESS_FINE);
		assert_string_equal(rest, "");
		assert_string_equal(address, again);
	}
	/* The strings are no use if they are all refused. */
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sendmail_gets_is_bare_and_keeps_its_case),
		cmocka_unit_test(the_null_sender_is_a_senders_alone),
		cmocka_unit_test(postmaster_without_a_domain_is_a_recipients_alone),
		cmocka_unit_test(the_path_ends_behind_its_bracket),
		cmocka_unit_test(what_is_no_path_is_malformed),
		cmocka_unit_test(a_path_that_is_not_carried_says_why),
		cmocka_unit_test(what_is_over_a_limit_is_too_long_and_never_cut),
		cmocka_unit_test(a_domain_is_labels_with_a_dot_between),
		cmocka_unit_test(the_second_look_takes_only_what_the_first_could_have_made),
		cmocka_unit_test(whatever_is_taken_is_clean_and_taken_again_unchanged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of monitor/header.c: whom the header names, by a grammar that every sendmail reads alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "monitor/header.h"
#include "tests/unit/header_feed.h"

/* The recipients of the envelope in the tests below. */
static const char envelope[][ADDRESS_MAX + 1] = {"a@b.example", "c.d@e.example", "f@g.example"};

/* Whether the message, with a well-formed end, names exactly the first `count` of them. */
static bool names(const char *header, size_t count)
{
	struct message *made = message();
	text_add(&made->text, header);
	text_add(&made->text, "Subject: x\n\nbody\n");
	const struct outcome *outcome = feed_made(made, 100000);
	assert_int_equal(outcome->header.fault, GO_ON);
	return header_names(&outcome->header, envelope, count, 200);
}

static void a_plain_header_names_exactly_the_envelope(void **state)
{
	static const struct {
		const char *header;
		size_t count;
	} table[] = {
		{"To: a@b.example\n", 1},
		{"TO: a@b.example\n", 1},
		{"Cc: a@b.example\n", 1},
		{"To: a@b.example, c.d@e.example\n", 2},
		{"To: c.d@e.example,a@b.example\n", 2},
		{"To: a@b.example\nX: y\n z\ncc: c.d@e.example\n", 2},
		{"To: <a@b.example>,<c.d@e.example>, f@g.example\n", 3},
		{"To: A <a@b.example>\n", 1},
		{"To: John Doe-Smith & Co/Ltd_1+1 'x' <a@b.example>, C <c.d@e.example>\n", 2},
		{"To: \"Dr. J. Doe\" <a@b.example>, \" x  \" <c.d@e.example>\n", 2},
		{"From: x <y@z>, (\"\nTo: a@b.example\nReply-To: n@o.example\n", 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t count = 0; count <= 3; count++)
			if (names(table[i].header, count) != (count == table[i].count))
				fail_msg("%s with %zu", table[i].header, count);
}

static void a_header_that_names_others_is_not_the_envelope(void **state)
{
	static const struct {
		const char *header;
		size_t count;
	} table[] = {
		{"", 1},
		{"To: A@b.example\n", 1},
		{"To: a@B.example\n", 1},
		{"To: x@y.example\n", 1},
		{"To: a@b.example, x@y.example\n", 2},
		{"To: a@b.example, a@b.example\n", 1},
		{"To: a@b.example, a@b.example\n", 2},
		{"To: a@b.example\nCc: a@b.example\n", 1},
		{"To: a@b.example\nCc: a@b.example\n", 2},
		{"To: a@b.example, c.d@e.example\nCc: a@b.example\n", 3},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (names(table[i].header, table[i].count))
			fail_msg("%s with %zu", table[i].header, table[i].count);
}

static void what_programs_read_differently_is_unknown(void **state)
{
	static const char *const table[] = {/* the blank, the commas, the ends */
		"To:a@b.example\n", "To:  a@b.example\n", "To:\ta@b.example\n",
		"To: a@b.example \n", "To: \n", "To:\n", "To: a@b.example,\n", "To: ,a@b.example\n",
		"To: a@b.example, \n", "To: a@b.example,, c.d@e.example\n",
		"To: a@b.example,  c.d@e.example\n", "To: a@b.example ,c.d@e.example\n",
		"To: a@b.example,\tc.d@e.example\n", "To: a@b.example; c.d@e.example\n",
		"To: a@b.example c.d@e.example\n",
		/* folded, twice, out of order */
		"To: a@b.example\n ,c.d@e.example\n", "To: a@b.example,\n c.d@e.example\n",
		"To:\n a@b.example\n", "To: a@b.example\n \n",
		"To: a@b.example\nTo: c.d@e.example\n", "Cc: a@b.example\nCc: c.d@e.example\n",
		"Cc: a@b.example\nTo: c.d@e.example\n",
		/* the phrase */
		"To: A<a@b.example>\n", "To: A  B <a@b.example>\n", "To: A  <a@b.example>\n",
		"To: A. B <a@b.example>\n", "To: \"A\"<a@b.example>\n", "To: \"\" <a@b.example>\n",
		"To: \"A\" B <a@b.example>\n", "To: \"a <x@y.example>\" <a@b.example>\n",
		"To: \"Doe, J\" <a@b.example>\n", "To: \"a\\\"b\" <a@b.example>\n",
		"To: x@y.example <a@b.example>\n", "To: \"x@y\" <a@b.example>\n",
		"To: A (x) <a@b.example>\n", "To: (x) a@b.example\n", "To: a@b.example (x)\n",
		"To: \"A <a@b.example>\n", "To: \"A\n", "To: A\n",
		"To: J\xc3\xb6rg <a@b.example>\n", "To: =?utf-8?q?J?= <a@b.example>\n",
		"To: A <a@b.example> B\n", "To: x: a@b.example;\n",
		"To: undisclosed-recipients:;\n",
		/* the address */
		"To: <a@b.example\n", "To: a@b.example>\n", "To: < a@b.example>\n",
		"To: <a@b.example >\n", "To: <<a@b.example>>\n", "To: <>\n", "To: a\n", "To: a@b\n",
		"To: @b.example\n", "To: a@\n", "To: a@b.example.\n", "To: a@.b.example\n",
		"To: a@b..example\n", "To: a@-b.example\n", "To: -a@b.example\n",
		"To: .a@b.example\n", "To: a.@b.example\n", "To: a..a@b.example\n",
		"To: \"a\"@b.example\n", "To: a @ b.example\n", "To: a@[192.0.2.1]\n",
		"To: <@x.example:a@b.example>\n", "To: a%x@b.example\n", "To: a@b@b.example\n",
		/* other fields */
		"Bcc: c.d@e.example\nTo: a@b.example\n", "Bcc:\nTo: a@b.example\n",
		"Apparently-To: c.d@e.example\nTo: a@b.example\n",
		"Resent-Sender: x@y.example\nTo: a@b.example\n", "resent-x: y\nTo: a@b.example\n",
		"Resent-: y\nTo: a@b.example\n", "Resent-Bcc: y\nTo: a@b.example\n",
		"To : a@b.example\n", "X : y\nTo: a@b.example\n", "X\t: y\nTo: a@b.example\n",
		"X_Y: z\nTo: a@b.example\n", "X!: z\nTo: a@b.example\n",
		"X: y\n \nTo: a@b.example\n", "X: y\n\t \nTo: a@b.example\n",
		/* octets */
		"X: \xc3\xb6\nTo: a@b.example\n", "X: \x7f\nTo: a@b.example\n",
		"X: \x0c\nTo: a@b.example\n", "X: y\n \x01\nTo: a@b.example\n",
		"X: y\rz\nTo: a@b.example\n", "X: y\r\nTo: a@b.example\n", "To: a@b.example\r\n",
		"To: a@b.example\xff\n"};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct message *made = message();
		text_add(&made->text, table[i]);
		text_add(&made->text, "Subject: x\n\nbody\n");
		const struct header *header = &feed_made(made, 32000)->header;
		assert_int_equal(header->fault, GO_ON);
		if (!header->unknown || header_names(header, envelope, 1, 0) ||
			header_names(header, envelope, 2, 0))
			fail_msg("%s is known", table[i]);
	}
}

static void a_nul_is_unknown_and_does_no_harm(void **state)
{
	static const char nul[] = "To: a@b.example\0, x@y.example\n\nb\0dy\n";
	const struct outcome *outcome = feed_octets(nul, sizeof nul - 1, 32000);
	(void)state;
	assert_true(outcome->header.unknown);
	assert_false(header_names(&outcome->header, envelope, 1, 0));
	assert_int_equal(outcome->body.len, 5);
	static const char begin[] = "\0: x\n\n";
	outcome = feed_octets(begin, sizeof begin - 1, 32000);
	assert_int_equal(outcome->kept.len, 0);
	assert_int_equal(outcome->body.len, sizeof begin - 1);
}

static void a_header_without_its_own_blank_line_is_unknown(void **state)
{
	static const char *const table[] = {"To: a@b.example\n", "To: a@b.example",
		"To: a@b.example\nno field\n", "To: a@b.example\nno field", ""};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct header *header = &feed(table[i])->header;
		assert_true(header->unknown);
		assert_false(header_names(header, envelope, 1, 0));
	}
}

static void a_line_of_names_has_at_most_900_octets_and_a_field_name_64(void **state)
{
	(void)state;
	for (size_t len = 899; len <= 902; len++) {
		struct message *made = message();
		line_of(made, "To: ", len - strlen(" <a@b.example>"), " <a@b.example>\n\n");
		assert_int_equal(
			header_names(&feed_made(made, 32000)->header, envelope, 1, 0), len <= 900);
	}
	for (size_t len = 63; len <= 66; len++) {
		struct message *made = message();
		text_add(&made->text, "To: a@b.example\n");
		line_of(made, "X", len, ": y\n\n");
		assert_int_equal(
			header_names(&feed_made(made, 32000)->header, envelope, 1, 0), len <= 64);
	}
}

static void the_whole_has_at_most_32000_octets_with_our_own(void **state)
{
	struct message *made = message();
	(void)state;
	text_add(&made->text, "To: a@b.example\n");
	repeat(made, "X: 789\n", 4512);
	size_t size = made->text.len;
	text_add(&made->text, "\nbody\n");
	const struct header *header = &feed_made(made, 100000)->header;
	assert_int_equal(header->size, size);
	assert_true(header_names(header, envelope, 1, 32000 - size));
	assert_false(header_names(header, envelope, 1, 32000 - size + 1));
	assert_false(header_names(header, envelope, 1, SIZE_MAX));
}

static void a_full_line_of_recipients_is_compared_whole(void **state)
{
	static char many[200][ADDRESS_MAX + 1];
	struct message *made = message();
	(void)state;
	for (size_t i = 0; i < 200; i++) {
		struct text one = TEXT_OVER(many[i]);
		text_octet(&one, (char)('a' + i % 20));
		text_octet(&one, (char)('a' + i / 20));
		text_add(&one, "@b.c");
		text_string(&one);
		text_add(&made->text, i == 0 ? "To: " : i == 100 ? "\nCc: " : ",");
		text_add(&made->text, many[i]);
	}
	text_add(&made->text, "\n\n");
	const struct header *header = &feed_made(made, 32000)->header;
	assert_true(header_names(header, many, 200, 0));
	assert_false(header_names(header, many, 199, 0));
	memcpy(many[199], many[0], sizeof many[0]);
	assert_false(header_names(header, many, 200, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_header_names_exactly_the_envelope),
		cmocka_unit_test(a_header_that_names_others_is_not_the_envelope),
		cmocka_unit_test(what_programs_read_differently_is_unknown),
		cmocka_unit_test(a_nul_is_unknown_and_does_no_harm),
		cmocka_unit_test(a_header_without_its_own_blank_line_is_unknown),
		cmocka_unit_test(a_line_of_names_has_at_most_900_octets_and_a_field_name_64),
		cmocka_unit_test(the_whole_has_at_most_32000_octets_with_our_own),
		cmocka_unit_test(a_full_line_of_recipients_is_compared_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

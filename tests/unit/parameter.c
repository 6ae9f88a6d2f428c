/* Tests of base/parameter.c: what stands behind a path, by the RFC's grammar and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "base/parameter.h"

static void a_line_of_parameters_is_taken_one_by_one(void **state)
{
	const char *rest = " SIZE=1000 BODY=8BITMIME  X-NEW AUTH=<> ENVID=a+2Bb,c;d<e>  ";
	static const struct {
		const char *keyword, *value;
	} table[] = {{"SIZE", "1000"}, {"BODY", "8BITMIME"}, {"X-NEW", NULL}, {"AUTH", "<>"},
		{"ENVID", "a+2Bb,c;d<e>"}};
	struct parameter parameter;
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(parameter_next(&rest, &parameter), PARAMETER_ONE);
		assert_string_equal(parameter.keyword, table[i].keyword);
		assert_int_equal(parameter.has_value, table[i].value != NULL);
		assert_string_equal(parameter.value, table[i].value != NULL ? table[i].value : "");
	}
	assert_int_equal(parameter_next(&rest, &parameter), PARAMETER_NONE);
	assert_string_equal(rest, "");
	assert_int_equal(parameter_next(&rest, &parameter), PARAMETER_NONE);
}

static void trailing_blanks_are_no_parameter(void **state)
{
	static const char *const table[] = {"", " ", "   "};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct parameter parameter;
		const char *rest = table[i];
		assert_int_equal(parameter_next(&rest, &parameter), PARAMETER_NONE);
		assert_string_equal(rest, "");
	}
}

static void what_the_grammar_does_not_know_is_malformed(void **state)
{
	static const char *const table[] = {"SIZE=1", "x", " =1", " SIZE=", " SIZE= 1", " SIZE==1",
		" SIZE=1=2", " -SIZE=1", " SI_ZE=1", " SIZE\t", "\tSIZE=1", " SIZE=1\t",
		" SIZE=1\r", " SIZE=\x7f", " SIZE=\xc3\xa9", " \xc3\xa9=1", " \"a\"=1", " SIZE:1",
		" ,"};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct parameter parameter;
		const char *rest = table[i];
		if (parameter_next(&rest, &parameter) != PARAMETER_MALFORMED)
			fail_msg("\"%s\" is not malformed", table[i]);
		assert_ptr_equal(rest, table[i]);
	}
}

/* " K…K=V…V" of these lengths. */
static enum parameter_step step_of(size_t keyword, size_t value)
{
	static char line[2048];
	struct parameter parameter;
	const char *rest = line;
	memset(line, 'K', sizeof line);
	line[0] = ' ';
	line[1 + keyword] = '=';
	line[1 + keyword + 1 + value] = '\0';
	return parameter_next(&rest, &parameter);
}

static void what_does_not_fit_is_malformed_and_never_cut(void **state)
{
	(void)state;
	assert_int_equal(step_of(64, 512), PARAMETER_ONE);
	assert_int_equal(step_of(65, 1), PARAMETER_MALFORMED);
	assert_int_equal(step_of(1, 513), PARAMETER_MALFORMED);
	assert_int_equal(step_of(1000, 1000), PARAMETER_MALFORMED);
}

static void a_size_is_1_to_20_digits(void **state)
{
	static const struct {
		const char *in;
		bool fine;
		unsigned long long octets;
	} table[] = {
		{"0", true, 0},
		{"26214400", true, 26214400},
		{"00000000000000000042", true, 42},
		{"18446744073709551615", true, ULLONG_MAX},
		{"18446744073709551616", true, ULLONG_MAX},
		{"99999999999999999999", true, ULLONG_MAX},
		{"000000000000000000042", false, 0},
		{"", false, 0},
		{"-1", false, 0},
		{"+1", false, 0},
		{"1k", false, 0},
		{" 1", false, 0},
		{"0x10", false, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		unsigned long long octets = 7;
		if (parameter_size(table[i].in, &octets) != table[i].fine)
			fail_msg("\"%s\": not %d", table[i].in, table[i].fine);
		if (table[i].fine)
			assert_int_equal(octets, table[i].octets);
	}
}

static void a_body_is_7bit_or_8bitmime(void **state)
{
	(void)state;
	assert_true(parameter_body("7BIT"));
	assert_true(parameter_body("8BITMIME"));
	assert_true(parameter_body("8bitMime"));
	assert_false(parameter_body(""));
	assert_false(parameter_body("8BIT"));
	assert_false(parameter_body("7BITS"));
	assert_false(parameter_body("BINARYMIME"));
}

static void xtext_is_printable_with_plus_and_two_upper_hex_digits(void **state)
{
	static const struct {
		const char *in;
		bool fine;
	} table[] = {
		{"", true},
		{"<>", true},
		{"a@office.example", true},
		{"a+2Bb+3D", true},
		{"+00", true},
		{"!~", true},
		{"a+b", false},
		{"a+2", false},
		{"a+", false},
		{"a+2b", false},
		{"a+2G", false},
		{"+ 0", false},
		{"a=b", false},
		{"a b", false},
		{"a\t", false},
		{"\x7f", false},
		{"\xc3\xa9", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (parameter_xtext(table[i].in) != table[i].fine)
			fail_msg("\"%s\": not %d", table[i].in, table[i].fine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_parameters_is_taken_one_by_one),
		cmocka_unit_test(trailing_blanks_are_no_parameter),
		cmocka_unit_test(what_the_grammar_does_not_know_is_malformed),
		cmocka_unit_test(what_does_not_fit_is_malformed_and_never_cut),
		cmocka_unit_test(a_size_is_1_to_20_digits),
		cmocka_unit_test(a_body_is_7bit_or_8bitmime),
		cmocka_unit_test(xtext_is_printable_with_plus_and_two_upper_hex_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

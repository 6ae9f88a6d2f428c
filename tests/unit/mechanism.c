/* The table of mechanisms: whole, found by name, and offered only where it is built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/mechanism.h"
#include "base/text.h"

static enum mechanism named(const char *name)
{
	return mechanism_named(name, strlen(name));
}

static void every_row_is_there_and_found_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++) {
		const struct mechanism_facts *facts = mechanism_facts((enum mechanism)i);
		char lower[32] = "";
		assert_non_null(facts->name);
		assert_int_equal(named(facts->name), i);
		for (size_t at = 0; facts->name[at] != '\0'; at++)
			lower[at] = facts->name[at] >= 'A' && facts->name[at] <= 'Z'
					    ? (char)(facts->name[at] + 32)
					    : facts->name[at];
		assert_int_equal(named(lower), i);
		/* The length counts, not the NUL. */
		assert_int_equal(mechanism_named(facts->name, strlen(facts->name) - 1), MECHANISMS);
		assert_int_equal(mechanism_named(facts->name, strlen(facts->name) + 1), MECHANISMS);
	}
	assert_int_equal(named("SCRAM-SHA-256"), MECHANISM_SCRAM_SHA_256);
	assert_int_equal(named("SCRAM-SHA-256-PLUS"), MECHANISM_SCRAM_SHA_256_PLUS);
	assert_int_equal(named("GSSAPI"), MECHANISM_GSSAPI);
}

static void other_names_are_none(void **state)
{
	static const char *const names[] = {"", "X", "PLAIN ", " PLAIN", "PLAIN-PLUS", "SCRAM",
		"SCRAM-SHA-", "SCRAM-SHA-2", "SCRAM-SHA-256-", "SCRAM-SHA-256-PLUS-PLUS",
		"SCRAM-SHA-256 PLUS", "SCRAM-MD5", "GSSAPI-PLUS", "PLAINLOGIN", "ANONYMOUS",
		"PLAINPLAINPLAINPLAINPLAINPLAINPLAINPLAIN"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(named(names[i]), MECHANISMS);
}

static void the_password_itself_crosses_in_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++) {
		bool two = i == MECHANISM_PLAIN || i == MECHANISM_LOGIN;
		assert_int_equal(mechanism_facts((enum mechanism)i)->clear, two);
	}
	assert_true(mechanism_facts(MECHANISM_PLAIN)->served);
	assert_true(mechanism_facts(MECHANISM_LOGIN)->served);
}

/* SASL itself knows only the plain name, and a verifier stands under it alone. */
static void every_scram_has_its_bound_fellow(void **state)
{
	unsigned scrams = 0, bound = 0;
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++) {
		enum mechanism mechanism = (enum mechanism)i;
		const struct mechanism_facts *facts = mechanism_facts(mechanism);
		const struct mechanism_facts *plain = mechanism_facts(facts->plain);
		bool has_plus = strstr(facts->name, "-PLUS") != NULL;
		assert_int_equal(facts->scram, strncmp(facts->name, "SCRAM-", 6) == 0);
		assert_int_equal(mechanism_is_bound(mechanism), has_plus);
		assert_int_equal(plain->plain, facts->plain);
		assert_false(mechanism_is_bound(facts->plain));
		if (!has_plus) {
			assert_int_equal(facts->plain, mechanism);
			assert_int_equal(mechanism_bound(mechanism) != MECHANISMS, facts->scram);
		} else {
			size_t len = strlen(plain->name);
			assert_memory_equal(facts->name, plain->name, len);
			assert_string_equal(facts->name + len, "-PLUS");
			assert_int_equal(mechanism_bound(facts->plain), mechanism);
			assert_int_equal(mechanism_bound(mechanism), MECHANISMS);
			assert_int_equal(facts->served, plain->served);
			assert_string_equal(facts->plugin, plain->plugin);
		}
		scrams += facts->scram;
		bound += has_plus;
	}
	assert_int_equal(scrams, 10);
	assert_int_equal(bound, 5);
	assert_false(mechanism_is_bound(MECHANISMS));
	assert_int_equal(mechanism_bound(MECHANISMS), MECHANISMS);
}

static void a_set_has_what_was_put_into_it(void **state)
{
	mechanism_set set =
		(mechanism_set)1 << MECHANISM_PLAIN | (mechanism_set)1 << MECHANISM_SCRAM_SHA_512;
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++)
		assert_int_equal(mechanism_in(set, (enum mechanism)i),
			i == MECHANISM_PLAIN || i == MECHANISM_SCRAM_SHA_512);
	assert_false(mechanism_in(~(mechanism_set)0, MECHANISMS));
}

static void installed_means_the_file_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++) {
		const char *plugin = mechanism_facts((enum mechanism)i)->plugin;
		TEXT(path, 512);
		text_add(&path, SASL_PLUGINS "/");
		text_add(&path, plugin == NULL ? "" : plugin);
		assert_int_equal(mechanism_installed((enum mechanism)i),
			plugin == NULL || access(text_string(&path), R_OK) == 0);
	}
	/* libsasl2-modules, without which no other test of logins can run. */
	assert_true(mechanism_installed(MECHANISM_PLAIN));
	assert_true(mechanism_installed(MECHANISM_SCRAM_SHA_256_PLUS));
	assert_true(mechanism_installed(MECHANISM_EXTERNAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_there_and_found_by_its_name),
		cmocka_unit_test(other_names_are_none),
		cmocka_unit_test(the_password_itself_crosses_in_two),
		cmocka_unit_test(every_scram_has_its_bound_fellow),
		cmocka_unit_test(a_set_has_what_was_put_into_it),
		cmocka_unit_test(installed_means_the_file_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

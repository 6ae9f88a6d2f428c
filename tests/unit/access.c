/* The order of judgement: each rule alone, together, and none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "store/access.h"

static struct settings settings;

static int begin(void **state)
{
	(void)state;
	memset(&settings, 0, sizeof settings);
	return 0;
}

static void set_networks(const char *first, const char *second)
{
	assert_null(network_parse(first, &settings.networks.list[0]));
	assert_null(network_parse(second, &settings.networks.list[1]));
	settings.networks.count = 2;
}

static void judged(
	const char *client, const char *login, enum mechanism mechanism, const char *rule)
{
	struct ip ip;
	ip_parse(client, &ip);
	struct access_facts facts = {&settings, &ip, login, mechanism};
	struct access_judgement judgement = access_judge(&facts);
	assert_string_equal(judgement.rule, rule);
	assert_int_equal(judgement.access, strcmp(rule, "none") == 0 ? NOWHERE : ANYWHERE);
}

static void without_anything_nobody_may(void **state)
{
	(void)state;
	judged("127.0.0.1", "", MECHANISM_PLAIN, "none");
	judged("::1", "", MECHANISM_PLAIN, "none");
	judged("unknown", "", MECHANISM_PLAIN, "none");
}

static void a_login_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < MECHANISMS; i++)
		judged("192.0.2.1", "alice", (enum mechanism)i, "login");
	judged("unknown", "alice", MECHANISM_PLAIN, "login");
}

static void a_login_by_a_mechanism_that_is_not_trusted_may_not(void **state)
{
	(void)state;
	settings.trusted_mechanisms.list[0] = MECHANISM_SCRAM_SHA_256;
	settings.trusted_mechanisms.list[1] = MECHANISM_PLAIN;
	settings.trusted_mechanisms.count = 2;
	for (size_t i = 0; i < MECHANISMS; i++) {
		bool trusted = i == MECHANISM_SCRAM_SHA_256 || i == MECHANISM_PLAIN;
		judged("192.0.2.1", "alice", (enum mechanism)i, trusted ? "login" : "none");
	}
	/* Without a login the mechanism says nothing. */
	judged("192.0.2.1", "", MECHANISM_PLAIN, "none");
	/* And it takes nothing away from who may by his address. */
	set_networks("192.0.2.0/24", "2001:db8::/32");
	judged("192.0.2.1", "alice", MECHANISM_LOGIN, "network");
}

static void a_network_may_and_reaches_no_further(void **state)
{
	(void)state;
	set_networks("192.0.2.0/25", "2001:db8::/32");
	judged("192.0.2.0", "", MECHANISM_PLAIN, "network");
	judged("192.0.2.127", "", MECHANISM_PLAIN, "network");
	judged("192.0.2.128", "", MECHANISM_PLAIN, "none");
	judged("192.0.1.255", "", MECHANISM_PLAIN, "none");
	judged("::ffff:192.0.2.5", "", MECHANISM_PLAIN, "network");
	judged("2001:db8:ffff::1", "", MECHANISM_PLAIN, "network");
	judged("2001:db9::1", "", MECHANISM_PLAIN, "none");
}

static void an_unknown_client_is_in_no_network(void **state)
{
	(void)state;
	set_networks("0.0.0.0/0", "::/0");
	judged("unknown", "", MECHANISM_PLAIN, "none");
	judged("192.0.2.1", "", MECHANISM_PLAIN, "network");
}

static void the_first_rule_that_says_yes_decides(void **state)
{
	(void)state;
	set_networks("192.0.2.0/24", "::/0");
	judged("192.0.2.1", "alice", MECHANISM_PLAIN, "login");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_anything_nobody_may, begin),
		cmocka_unit_test_setup(a_login_may, begin),
		cmocka_unit_test_setup(a_login_by_a_mechanism_that_is_not_trusted_may_not, begin),
		cmocka_unit_test_setup(a_network_may_and_reaches_no_further, begin),
		cmocka_unit_test_setup(an_unknown_client_is_in_no_network, begin),
		cmocka_unit_test_setup(the_first_rule_that_says_yes_decides, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

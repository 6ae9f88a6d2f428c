/* Tests of base/network.c: every address has one form, and a network holds its own kind only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/network.h"

static const char *printed(const struct ip *ip)
{
	static char room[IP_TEXT_MAX];
	struct text text = TEXT_OVER(room);
	ip_print(ip, &text);
	assert_false(text.cut);
	return text_string(&text);
}

static void an_address_is_read_and_printed_in_one_form(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"::1", "::1"},
		{"2001:DB8:0:0::1", "2001:db8::1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"::FFFF:c000:201", "192.0.2.1"},
		{"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"},
		{"0000:0000:0000:0000:0000:ffff:192.168.100.200", "192.168.100.200"},
		{"::ffff:192.0.2.1%eth0", "192.0.2.1"},
		{"fe80::1%eth0", "fe80::1"},
		{"fe80::1%br-lan.10", "fe80::1"},
		{"fe80::1%2", "fe80::1"},
		{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ip ip;
		assert_true(ip_parse(table[i].in, &ip));
		assert_string_equal(printed(&ip), table[i].out);
		assert_int_equal(ip.v4, strchr(table[i].out, ':') == NULL);
	}
}

static void anything_else_is_unknown(void **state)
{
	static const char *const table[] = {"", " ", "unknown", "localhost", "mail.example",
		"192.0.2", "192.0.2.1.1", "192.0.2.256", "192.0.2.01", "0300.0.2.1", "192.0.2.1:25",
		"[::1]", "::1 ", " ::1", "192.0.2.1 ", "192.0.2.1\n", "192.0.2.1%eth0", "fe80::1%",
		"fe80::1%a b", "fe80::1%eth0%eth1", "fe80::1%\xff", "::1::", "2001:db8::/32",
		"12345::1", "1", "0x7f000001",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ip ip = {.known = true};
		if (ip_parse(table[i], &ip) || ip.known)
			fail_msg("%s was read as an address", table[i]);
		assert_string_equal(printed(&ip), "unknown");
	}
}

static void a_socket_address_says_the_same_as_its_text(void **state)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(2525)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(65535)};
	struct ip ip;
	unsigned port;
	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
	memcpy(&storage, &v4, sizeof v4);
	ip_of(&storage, &ip, &port);
	assert_string_equal(printed(&ip), "192.0.2.7");
	assert_int_equal(port, 2525);
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);
	memcpy(&storage, &v6, sizeof v6);
	ip_of(&storage, &ip, &port);
	assert_string_equal(printed(&ip), "192.0.2.7");
	assert_int_equal(port, 65535);
	inet_pton(AF_INET6, "fe80::7", &v6.sin6_addr);
	v6.sin6_scope_id = 3;
	memcpy(&storage, &v6, sizeof v6);
	ip_of(&storage, &ip, &port);
	assert_string_equal(printed(&ip), "fe80::7");
	storage.ss_family = AF_UNIX;
	ip_of(&storage, &ip, &port);
	assert_false(ip.known);
	assert_int_equal(port, 0);
}

static void an_unknown_address_is_not_even_the_same_as_itself(void **state)
{
	struct ip a, b, nobody = {0};
	(void)state;
	ip_parse("192.0.2.1", &a);
	ip_parse("::ffff:192.0.2.1", &b);
	assert_true(ip_same(&a, &b));
	ip_parse("192.0.2.2", &b);
	assert_false(ip_same(&a, &b));
	ip_parse("::", &a);
	ip_parse("0.0.0.0", &b);
	assert_false(ip_same(&a, &b));
	assert_false(ip_same(&nobody, &nobody));
	assert_false(ip_same(&nobody, &b));
}

static void a_network_is_read_with_its_prefix(void **state)
{
	static const struct {
		const char *in, *out;
		unsigned bits;
	} table[] = {
		{"192.0.2.1", "192.0.2.1", 32},
		{"192.0.2.1/32", "192.0.2.1", 32},
		{"192.0.2.0/24", "192.0.2.0", 24},
		{"172.16.0.0/12", "172.16.0.0", 12},
		{"192.0.2.128/25", "192.0.2.128", 25},
		{"0.0.0.0/0", "0.0.0.0", 0},
		{"::1", "::1", 128},
		{"::/0", "::", 0},
		{"2001:db8::/32", "2001:db8::", 32},
		{"2001:db8:8000::/33", "2001:db8:8000::", 33},
		{"fe80::/10", "fe80::", 10},
		{"::ffff:10.0.0.0/104", "10.0.0.0", 8},
		{"::ffff:0:0/96", "0.0.0.0", 0},
		{"::ffff:192.0.2.1", "192.0.2.1", 32},
		{"::ffff:192.0.2.1/128", "192.0.2.1", 32},
		{"::/64", "::", 64},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct network network;
		const char *fault = network_parse(table[i].in, &network);
		if (fault != NULL)
			fail_msg("%s: %s", table[i].in, fault);
		assert_string_equal(printed(&network.ip), table[i].out);
		assert_int_equal(network.bits, table[i].bits);
	}
}

static void what_is_no_network_is_refused_in_words(void **state)
{
	static const struct {
		const char *in, *words;
	} table[] = {
		{"", "not an IP address"},
		{"/8", "not an IP address"},
		{"office", "not an IP address"},
		{"10.0.0/8", "not an IP address"},
		{"fe80::1%eth0", "not an IP address"},
		{"fe80::%eth0/64", "not an IP address"},
		{"10.0.0.0 /8", "not an IP address"},
		{"10.0.0.0/", "from 0 to 32"},
		{"10.0.0.0/33", "from 0 to 32"},
		{"10.0.0.0/-1", "from 0 to 32"},
		{"10.0.0.0/8 ", "from 0 to 32"},
		{"10.0.0.0/8/8", "from 0 to 32"},
		{"10.0.0.0/255.0.0.0", "from 0 to 32"},
		{"10.0.0.0/4294967304", "from 0 to 32"},
		{"2001:db8::/129", "from 0 to 128"},
		{"2001:db8::/x", "from 0 to 128"},
		{"10.1.2.3/8", "bits are set"},
		{"10.0.0.1/31", "bits are set"},
		{"128.0.0.0/0", "bits are set"},
		{"2001:db8::1/64", "bits are set"},
		{"2001:db8::1/127", "bits are set"},
		{"::ffff:10.1.0.0/104", "bits are set"},
		{"::ffff:0:0/95", "bits are set"},
		{"::ffff:0.0.0.0/8", "bits are set"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct network network;
		const char *fault = network_parse(table[i].in, &network);
		if (fault == NULL || strstr(fault, table[i].words) == NULL)
			fail_msg("%s: %s", table[i].in, fault != NULL ? fault : "read");
		assert_false(network.ip.known);
	}
}

static bool held(const char *network, const char *address)
{
	static struct networks list;
	struct ip ip;
	/* An entry before it that holds nothing of the test, so that the list is walked. */
	assert_null(network_parse("203.0.113.9", &list.list[0]));
	assert_null(network_parse(network, &list.list[1]));
	list.count = 2;
	ip_parse(address, &ip);
	return networks_have(&list, &ip);
}

static void a_list_has_exactly_what_its_prefixes_cover(void **state)
{
	static const struct {
		const char *network, *address;
		bool has;
	} table[] = {
		{"10.0.0.0/8", "10.0.0.0", true},
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.0.0.0/8", "9.255.255.255", false},
		{"10.0.0.0/8", "::ffff:10.9.9.9", true},
		{"::ffff:10.0.0.0/104", "10.9.9.9", true},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.4/31", "192.0.2.5", true},
		{"192.0.2.4/31", "192.0.2.6", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.0", false},
		{"0.0.0.0/0", "203.0.113.1", true},
		{"0.0.0.0/0", "::", false},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"0.0.0.0/0", "unknown", false},
		{"0.0.0.0", "unknown", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "::1", true},
		{"::/0", "192.0.2.1", false},
		{"::/0", "::ffff:192.0.2.1", false},
		{"::/0", "unknown", false},
		{"::", "unknown", false},
		{"::/64", "192.0.2.1", false},
		{"2001:db8::/33", "2001:db8:7fff:ffff::", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"2001:db8::/127", "2001:db8::1", true},
		{"2001:db8::/127", "2001:db8::2", false},
		{"c000:200::/24", "192.0.2.1", false},
		{"fe80::/10", "fe80::1%eth0", true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (held(table[i].network, table[i].address) != table[i].has)
			fail_msg("%s in %s: not %d", table[i].address, table[i].network,
				table[i].has);
}

static void an_empty_list_has_nobody(void **state)
{
	struct networks none = {.count = 0};
	struct ip ip;
	(void)state;
	ip_parse("0.0.0.0", &ip);
	assert_false(networks_have(&none, &ip));
}

static void a_broken_entry_holds_nobody(void **state)
{
	struct networks list = {.count = 1};
	struct ip ip;
	(void)state;
	assert_non_null(network_parse("10.0.0.0/99", &list.list[0]));
	ip_parse("::1", &ip);
	assert_false(networks_have(&list, &ip));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_read_and_printed_in_one_form),
		cmocka_unit_test(anything_else_is_unknown),
		cmocka_unit_test(a_socket_address_says_the_same_as_its_text),
		cmocka_unit_test(an_unknown_address_is_not_even_the_same_as_itself),
		cmocka_unit_test(a_network_is_read_with_its_prefix),
		cmocka_unit_test(what_is_no_network_is_refused_in_words),
		cmocka_unit_test(a_list_has_exactly_what_its_prefixes_cover),
		cmocka_unit_test(an_empty_list_has_nobody),
		cmocka_unit_test(a_broken_entry_holds_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

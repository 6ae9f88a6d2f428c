/* Tests of monitor/trace.c: our own fields, octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/trace.h"

#define DATE "Wed, 25 Nov 2026 00:00:00 +0000"

static char room[TRACE_MAX];

/* A client at `address`, logged in by EHLO, one recipient. */
static struct trace usual(const char *address)
{
	static struct ip ip;
	ip_parse(address, &ip);
	return (struct trace){.hostname = "relay.office.example",
		.id = "abc123",
		.hello = "printer",
		.client = &ip,
		.extended = true,
		.login = true,
		.recipient = "b@away.example",
		.message = 1,
		.now = 1795564800};
}

static const char *received(const struct trace *trace)
{
	struct text text = TEXT_OVER(room);
	trace_received(trace, &text);
	assert_false(text.cut);
	return text_string(&text);
}

static int in_utc(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	return 0;
}

static void received_tells_who_how_for_whom_and_when(void **state)
{
	struct trace trace = usual("192.0.2.1");
	(void)state;
	assert_string_equal(received(&trace),
		"Received: from printer ([192.0.2.1])\n"
		"\tby relay.office.example (Postern) with ESMTPA id abc123\n"
		"\tfor <b@away.example>; " DATE "\n");
}

static void blind_copies_are_not_betrayed(void **state)
{
	struct trace trace = usual("2001:db8::1");
	(void)state;
	trace.recipient = NULL;
	assert_string_equal(received(&trace),
		"Received: from printer ([IPv6:2001:db8::1])\n"
		"\tby relay.office.example (Postern) with ESMTPA id abc123;\n"
		"\t" DATE "\n");
}

static void the_protocol_is_told_by_rfc_3848(void **state)
{
	static const struct {
		bool extended, login;
		const char *words;
	} table[] = {{false, false, " with SMTP id "}, {false, true, " with SMTP id "},
		{true, false, " with ESMTP id "}, {true, true, " with ESMTPA id "}};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct trace trace = usual("192.0.2.1");
		trace.extended = table[i].extended;
		trace.login = table[i].login;
		assert_non_null(strstr(received(&trace), table[i].words));
	}
}

/* RFC 8314 4.3 wants the cipher, and its name does not tell the version. */
static void tls_is_told_with_cipher_and_version(void **state)
{
	struct wire_facts facts = {.version = 13, .cipher = "TLS_AES_128_GCM_SHA256"};
	struct trace trace = usual("192.0.2.1");
	(void)state;
	trace.tls = &facts;
	assert_string_equal(received(&trace),
		"Received: from printer ([192.0.2.1])\n"
		"\tby relay.office.example (Postern) with ESMTPSA id abc123\n"
		"\tfor <b@away.example>\n"
		"\ttls TLS_AES_128_GCM_SHA256 (TLS 1.3);\n"
		"\t" DATE "\n");
	trace.login = false;
	trace.recipient = NULL;
	assert_non_null(strstr(received(&trace), " with ESMTPS id abc123\n\ttls TLS_AES_"));
	trace.extended = false;
	assert_non_null(strstr(received(&trace), " with SMTP id abc123\n\ttls TLS_AES_"));
}

static void hide_client_hides_name_and_address(void **state)
{
	struct trace trace = usual("192.0.2.1");
	(void)state;
	trace.hidden = true;
	assert_non_null(strstr(received(&trace), "Received: from localhost\n\tby "));
	assert_null(strstr(received(&trace), "192.0.2.1"));
	assert_null(strstr(received(&trace), "printer"));
}

static void an_unknown_client_is_called_so(void **state)
{
	struct trace trace = usual("");
	(void)state;
	assert_non_null(strstr(received(&trace), "Received: from printer (unknown)\n"));
	trace.hello = "";
	assert_non_null(strstr(received(&trace), "Received: from unknown (unknown)\n"));
}

static void the_clients_name_is_made_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{"mail-1.office_x.example", "from mail-1.office_x.example ("},
		{"[192.0.2.1]", "from [192.0.2.1] ("},
		{"[IPv6:2001:db8::1]", "from [IPv6:2001:db8::1] ("},
		{"a b", "from a?b ("},
		{"a\nBcc: c@away.example", "from a?Bcc:?c?away.example ("},
		{"a\r\n\r\nbody", "from a????body ("},
		{"a(b)\"c\"<d>;e\\", "from a?b??c??d??e? ("},
		{"\x01\t\x7f\xff", "from ???? ("},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct trace trace = usual("192.0.2.1");
		trace.hello = table[i].in;
		assert_non_null(strstr(received(&trace), table[i].out));
	}
}

static void the_longest_of_everything_fits_in_lines_that_every_program_takes(void **state)
{
	struct trace trace = usual("2001:db80:1111:1111:1111:1111:1111:1111");
	char hello[256], hostname[256], recipient[255];
	(void)state;
	memset(hello, 'h', sizeof hello);
	memset(hostname, 'n', sizeof hostname);
	memset(recipient, 'r', sizeof recipient);
	hello[255] = hostname[255] = recipient[254] = '\0';
	trace.hello = hello;
	trace.hostname = hostname;
	trace.recipient = recipient;
	const char *line = received(&trace);
	assert_true(strcspn(line, "\n") < 200);
	for (; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") < 400);
}

static void the_date_has_the_local_zone_and_english_names(void **state)
{
	static const struct {
		const char *zone;
		time_t now;
		const char *date;
	} table[] = {
		{"UTC0", 1795564800, DATE},
		{"UTC0", 0, "Thu, 01 Jan 1970 00:00:00 +0000"},
		{"UTC0", 951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
		{"UTC0", 1798761599, "Thu, 31 Dec 2026 23:59:59 +0000"},
		{"XXX-5:30", 1795564800, "Wed, 25 Nov 2026 05:30:00 +0530"},
		{"XXX3:30", 1795564800, "Tue, 24 Nov 2026 20:30:00 -0330"},
		{"XXX0:30", 1795564800, "Tue, 24 Nov 2026 23:30:00 -0030"},
		{"XXX-14", 1795564800, "Wed, 25 Nov 2026 14:00:00 +1400"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", 1783000000, "Thu, 02 Jul 2026 15:46:40 +0200"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct trace trace = usual("192.0.2.1");
		struct text text = TEXT_OVER(room);
		trace.now = table[i].now;
		setenv("TZ", table[i].zone, 1);
		tzset();
		trace_date(&trace, &text);
		assert_memory_equal(text_string(&text), "Date: ", 6);
		assert_memory_equal(room + 6, table[i].date, strlen(table[i].date));
		assert_string_equal(room + 6 + strlen(table[i].date), "\n");
	}
	in_utc(NULL);
}

static void each_message_of_a_connection_has_an_id_of_its_own(void **state)
{
	struct trace trace = usual("192.0.2.1");
	struct text text = TEXT_OVER(room);
	(void)state;
	trace_message_id(&trace, &text);
	assert_string_equal(
		text_string(&text), "Message-ID: <abc123.1.1795564800@relay.office.example>\n");
	text_clear(&text);
	trace.message = 2;
	trace_message_id(&trace, &text);
	assert_string_equal(
		text_string(&text), "Message-ID: <abc123.2.1795564800@relay.office.example>\n");
}

static void a_missing_author_is_the_sender_and_never_empty(void **state)
{
	struct trace trace = usual("192.0.2.1");
	struct text text = TEXT_OVER(room);
	(void)state;
	trace_from(&trace, "a@office.example", &text);
	assert_string_equal(text_string(&text), "From: <a@office.example>\n");
	text_clear(&text);
	trace_from(&trace, "", &text);
	assert_string_equal(text_string(&text), "From: <MAILER-DAEMON@relay.office.example>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(received_tells_who_how_for_whom_and_when),
		cmocka_unit_test(blind_copies_are_not_betrayed),
		cmocka_unit_test(the_protocol_is_told_by_rfc_3848),
		cmocka_unit_test(tls_is_told_with_cipher_and_version),
		cmocka_unit_test(hide_client_hides_name_and_address),
		cmocka_unit_test(an_unknown_client_is_called_so),
		cmocka_unit_test(the_clients_name_is_made_harmless),
		cmocka_unit_test(the_longest_of_everything_fits_in_lines_that_every_program_takes),
		cmocka_unit_test(the_date_has_the_local_zone_and_english_names),
		cmocka_unit_test(each_message_of_a_connection_has_an_id_of_its_own),
		cmocka_unit_test(a_missing_author_is_the_sender_and_never_empty),
	};
	return cmocka_run_group_tests(tests, in_utc, NULL);
}

/* Tests of monitor/header.c: what is kept, what is taken out, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "monitor/header.h"
#include "tests/unit/header_feed.h"

static void a_header_is_kept_as_it_is_and_the_body_is_told_apart(void **state)
{
	static const struct {
		const char *message, *kept, *body;
	} table[] = {
		{"Subject: x\nFrom: a@b.example\n\nbody\n\nmore\n",
			"Subject: x\nFrom: a@b.example\n", "body\n\nmore\n"},
		{"Subject: x\n folded\n\tagain\n\nbody\n", "Subject: x\n folded\n\tagain\n",
			"body\n"},
		{"Subject:\n\n", "Subject:\n", ""},
		{"Subject: x\n", "Subject: x\n", ""},
		{"Subject: x", "Subject: x\n", ""},
		{"", "", ""},
		{"\n", "", ""},
		{"\nSubject: x\n\nbody\n", "", "Subject: x\n\nbody\n"},
		{"no header at all\n", "", "no header at all\n"},
		{"no header at all", "", "no header at all\n"},
		{"no header\nTo: a@b.example\n", "", "no header\nTo: a@b.example\n"},
		{"Subject: x\nno field\nTo: a@b.example\n\nbody\n", "Subject: x\n",
			"no field\nTo: a@b.example\n\nbody\n"},
		{"Subject: x\nFrom me Mon Jan  1\nTo: a\n", "Subject: x\n",
			"From me Mon Jan  1\nTo: a\n"},
		{"From a@b.example Mon Jan  1 00:00:00 2026\nTo: a\n\nbody\n", "",
			"From a@b.example Mon Jan  1 00:00:00 2026\nTo: a\n\nbody\n"},
		{"Subject: x\n>From me: y\n\nbody\n", "Subject: x\n", ">From me: y\n\nbody\n"},
		{" Subject: x\n\nbody\n", "", " Subject: x\n\nbody\n"},
		{"Subject: x\n:y\n", "Subject: x\n", ":y\n"},
		{"Subject: x\nSu\xc3\xa4: y\n", "Subject: x\n", "Su\xc3\xa4: y\n"},
		{"Subject: x\n\r\nbody\n", "Subject: x\n", "\r\nbody\n"},
		{"Subject: x\n \t \nTo: a\n\nbody\n", "Subject: x\n \t \nTo: a\n", "body\n"},
		{"Subject : x\n\nbody\n", "Subject : x\n", "body\n"},
		{"X!#$%&'*/=?^_`{|}~\"(): x\n\nbody\n", "X!#$%&'*/=?^_`{|}~\"(): x\n", "body\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct outcome *outcome = feed(table[i].message);
		assert_int_equal(outcome->header.fault, GO_ON);
		assert_string_equal(outcome->kept.at, table[i].kept);
		assert_string_equal(outcome->body.at, table[i].body);
	}
}

static void blind_copies_are_taken_out(void **state)
{
	static const struct {
		const char *message, *kept;
	} table[] = {
		{"To: a@b.example\nBcc: c@d.example\nSubject: x\n\n",
			"To: a@b.example\nSubject: x\n"},
		{"Bcc: c@d.example,\n e@f.example,\n\tg@h.example\nSubject: x\n y\n\n",
			"Subject: x\n y\n"},
		{"Bcc: c@d.example\n   \n e@f.example\nSubject: x\n\n", "Subject: x\n"},
		{"bCC:c@d.example\nSubject: x\n\n", "Subject: x\n"},
		{"Bcc : c@d.example\n e@f.example\nSubject: x\n\n", "Subject: x\n"},
		{"Bcc \t : c@d.example\nSubject: x\n\n", "Subject: x\n"},
		{"Bcc:\nBcc: c@d.example\nSubject: x\n\n", "Subject: x\n"},
		{"Resent-Bcc: c@d.example\n e@f.example\nSubject: x\n\n", "Subject: x\n"},
		{"RESENT-BCC\t: c@d.example\nSubject: x\n\n", "Subject: x\n"},
		{"Subject: x\nBcc: c@d.example", "Subject: x\n"},
		{"Subject: x\nBcc: c@d.example\nno field\n", "Subject: x\n"},
		{"Subject: x\nBcc: c@d.example\xff\n\x01y\n\n", "Subject: x\n"},
		{"Bcc-To: c\nX-Bcc: d\nBccx: e\nBc: f\n\n",
			"Bcc-To: c\nX-Bcc: d\nBccx: e\nBc: f\n"},
		{"Subject: x\n\nBcc: stays@in.the.body\n", "Subject: x\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_string_equal(feed(table[i].message)->kept.at, table[i].kept);
	assert_string_equal(feed("Subject: x\n\nBcc: stays\n")->body.at, "Bcc: stays\n");
}

static void what_is_missing_is_told(void **state)
{
	static const struct {
		const char *message;
		bool from, date, id;
		unsigned received;
	} table[] = {
		{"Subject: x\n\nFrom: in the body\n", false, false, false, 0},
		{"From: a\nDate: b\nMessage-ID: c\n\n", true, true, true, 0},
		{"FROM: a\ndate: b\nmessage-id: c\n\n", true, true, true, 0},
		{"From : a\nDate\t: b\nMessage-Id : c\n\n", true, true, true, 0},
		{"X-From: a\nDated: b\nMessage-I: c\nReceived-SPF: d\n\n", false, false, false, 0},
		{"Received: a\n b\nreceived: c\nReceived : d\n\n", false, false, false, 3},
		{"Resent-From: a\nResent-Date: b\n\n", false, false, false, 0},
		{"Subject: x\n From: folded\n\n", false, false, false, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct header *header = &feed(table[i].message)->header;
		assert_int_equal(header->has_from, table[i].from);
		assert_int_equal(header->has_date, table[i].date);
		assert_int_equal(header->has_message_id, table[i].id);
		assert_int_equal(header->received, table[i].received);
	}
}

static void a_header_line_over_998_octets_is_refused(void **state)
{
	static const struct {
		const char *before, *begin;
		size_t len;
		const char *end;
		bool refused;
	} table[] = {
		{"", "Subject: ", 998, "\n\n", false},
		{"", "Subject: ", 999, "\n\n", true},
		{"", "Subject: ", 998, "", false},
		{"", "Subject: ", 999, "", true},
		{"", "Subject: ", 50000, "\n\nbody\n", true},
		{"Subject: x\n", " ", 998, "\n\n", false},
		{"Subject: x\n", " ", 999, "\n\n", true},
		{"Bcc: x\n", " ", 999, "\n\n", true},
		{"", "", 998, ":\n\n", true},
		{"", "", 997, ":\n\n", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct message *made = message();
		text_add(&made->text, table[i].before);
		line_of(made, table[i].begin, table[i].len, table[i].end);
		const struct outcome *outcome = feed_made(made, 100000);
		assert_int_equal(
			outcome->header.fault, table[i].refused ? REPLY_TEXT_LINE_LONG : GO_ON);
		if (table[i].refused)
			assert_string_equal(outcome->kept.at,
				strncmp(table[i].before, "Bcc", 3) != 0 ? table[i].before : "");
	}
}

static void a_line_over_998_octets_that_begins_no_field_is_body(void **state)
{
	static const struct {
		const char *before, *begin;
		size_t len;
	} table[] = {{"", "no field ", 999}, {"", "no field ", 998},
		{"Subject: x\n", "no field ", 999}, {"", " ", 5000}, {"Subject: x\n", "x", 50000},
		{"", "\x01: ", 2000}, {"", ":", 999}};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct message *made = message();
		text_add(&made->text, table[i].before);
		line_of(made, table[i].begin, table[i].len, "\nTo: a@b.example\n\nmore\n");
		const struct outcome *outcome = feed_made(made, 100000);
		assert_int_equal(outcome->header.fault, GO_ON);
		assert_true(outcome->header.unknown);
		assert_string_equal(outcome->kept.at, table[i].before);
		assert_string_equal(outcome->body.at, made->text.at + strlen(table[i].before));
	}
}

static void a_header_over_its_limit_is_refused_and_a_body_is_not_counted(void **state)
{
	static const struct {
		const char *message;
		size_t limit;
		enum reply fault;
	} table[] = {
		{"Subject: x\nFrom: y\n\nbody\n", 19, GO_ON},
		{"Subject: x\nFrom: y\n\nbody\n", 18, REPLY_HEADER_TOO_BIG},
		{"Subject: x\nBcc: yy\n\nbody\n", 18, REPLY_HEADER_TOO_BIG},
		{"Subject: x\n folded\n\nbody\n", 18, REPLY_HEADER_TOO_BIG},
		{"Subject: x\nFrom: y", 18, REPLY_HEADER_TOO_BIG},
		{"Subject: x\nno field, but longer than the limit\n", 11, GO_ON},
		{"Subject: x\nno field, but longer than the limit\n", 10, REPLY_HEADER_TOO_BIG},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *text = table[i].message;
		const struct outcome *outcome = feed_octets(text, strlen(text), table[i].limit);
		assert_int_equal(outcome->header.fault, table[i].fault);
		if (table[i].fault != GO_ON)
			assert_string_equal(outcome->body.at, "");
	}
}

static void a_hundred_received_fields_are_a_loop(void **state)
{
	struct message *made = message();
	(void)state;
	repeat(made, "Received: from a\n\tby b\n", 99);
	text_add(&made->text, "\nReceived: in the body\n");
	assert_int_equal(feed_made(made, 32000)->header.fault, GO_ON);
	made = message();
	repeat(made, "Received: from a\n\tby b\n", 99);
	text_add(&made->text, "received : from a\n\nbody\n");
	assert_int_equal(feed_made(made, 32000)->header.fault, REPLY_LOOP);
}

static void after_a_fault_all_is_taken_and_nothing_kept(void **state)
{
	static struct outcome outcome;
	const char *text = "Subject: x\nFrom: y\nTo: z\n\nbody\n", *rest;
	(void)state;
	feed_pieces(&outcome, text, strlen(text), 18, ROOM);
	assert_int_equal(outcome.header.fault, REPLY_HEADER_TOO_BIG);
	assert_string_equal(outcome.kept.at, "Subject: x\n");
	assert_string_equal(outcome.body.at, "");
	assert_int_equal(header_rest(&outcome.header, &rest), 0);
	assert_false(header_names(&outcome.header, NULL, 0, 0));
}

static void any_octets_come_out_the_same_in_any_pieces(void **state)
{
	static const char *const pieces[] = {"To: ", "Cc: ", "Bcc: ", "Bcc :", "Subject: x",
		"a@b.c", ", ", "\n", "\n", "\n", "\n ", "\n\t", " ", ":", "<", ">", "\"", "X",
		"\x01", "\xe4", "Received: ", "Resent-To: "};
	uint64_t seed = 7;
	size_t ended = 0, refused = 0;
	(void)state;
	for (size_t i = 0; i < 4000; i++) {
		struct message *made = message();
		size_t count = random_below(&seed, 40);
		for (size_t j = 0; j < count; j++) {
			size_t times = random_below(&seed, 20) == 0 ? 400 : 1;
			repeat(made, pieces[random_below(&seed, sizeof pieces / sizeof *pieces)],
				times);
		}
		const struct outcome *outcome = feed_made(made, 3000);
		refused += outcome->header.fault != GO_ON;
		ended += outcome->body.len > 0;
		if (outcome->header.fault == GO_ON && strstr(outcome->kept.at, "\nBcc") != NULL)
			fail_msg("%s", made->text.at);
	}
	assert_true(refused > 100 && ended > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_kept_as_it_is_and_the_body_is_told_apart),
		cmocka_unit_test(blind_copies_are_taken_out),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(a_header_line_over_998_octets_is_refused),
		cmocka_unit_test(a_line_over_998_octets_that_begins_no_field_is_body),
		cmocka_unit_test(a_header_over_its_limit_is_refused_and_a_body_is_not_counted),
		cmocka_unit_test(a_hundred_received_fields_are_a_loop),
		cmocka_unit_test(after_a_fault_all_is_taken_and_nothing_kept),
		cmocka_unit_test(any_octets_come_out_the_same_in_any_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

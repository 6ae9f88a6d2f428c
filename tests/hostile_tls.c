/* How the hostile session leaves behind STARTTLS, or does not: another one goes on, which must have
 * nothing of it.
 * Runs in: tests, within the session's jail. Trusts: its driver. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/hostile.h"

enum { EARLY_MS = 1000 /* postern-tls is told to begin long before */ };

/* What somebody who has the session might slip to the client before its handshake. */
static const struct {
	const char *name;
	size_t len;
	const char *octets;
} slips[] = {
	{"text", 25, "250 2.0.0 You are trusted\r"},
	{"lines", 20, "220 one\r\n220 two\r\n\r\n"},
	/* TLS: a warning that is no end; a change of ciphers; nothing, in a record of its kind. */
	{"alert", 7, "\x15\x03\x03\x00\x02\x01\x5a"},
	{"cipher", 6, "\x14\x03\x03\x00\x01\x01"},
	{"empty", 5, "\x17\x03\x03\x00\x00"},
};

static void slip(const struct hostile *hostile, const char *name)
{
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
		if (strcmp(slips[i].name, name) == 0 &&
			write(hostile->start->out, slips[i].octets, slips[i].len) < 0)
			report(hostile, "odd", "write");
}

/* Reads the client's first octets of TLS away. */
static void eat(struct hostile *hostile)
{
	struct pollfd client = {hostile->start->in, POLLIN, 0};
	if (deadline_poll(&client, 1, deadline_in(ANSWER_S)) <= 0 ||
		read(hostile->start->in, hostile->got.room, sizeof hostile->got) <= 0)
		report(hostile, "odd", "nothing to eat");
}

/* Says that it leaves, with a count of octets that the log will show. */
static void say_bye(struct hostile *hostile)
{
	make(hostile, REQUEST_bye);
	hostile->made.bye.reason = BYE_STARTTLS;
	hostile->made.bye.in = 1000000;
	tell(hostile);
}

/* What stands behind its good-bye is on a wire that nobody reads any more: a whole transaction. */
static void talk_on(struct hostile *hostile)
{
	static const enum request list[] = {REQUEST_log, REQUEST_hello, REQUEST_mail, REQUEST_rcpt,
		REQUEST_data, REQUEST_text, REQUEST_commit, REQUEST_starttls};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		make(hostile, list[i]);
		tell(hostile);
	}
}

/* Waits until the monitor has told it the end of the connection. */
static void hear_the_end(struct hostile *hostile)
{
	struct pollfd wire = {hostile->start->wire, POLLIN, 0};
	enum wire_end end;
	if (deadline_poll(&wire, 1, deadline_in(ANSWER_S)) <= 0 ||
		wire_receive(wire.fd, &hostile->got, sizeof hostile->got, &end) == 0 ||
		hostile->got.type != WIRE_FAREWELL)
		report(hostile, "odd", "no farewell");
}

/* HOW: `before` and `behind` its good-bye it writes to the client; it `eats` what the client sends;
 * it is `late`, and leaves when the connection is over; it says good-bye `twice`, `talks` on or
 * `stays`. */
static void leave_by(struct hostile *hostile, const char *how, const char *octets)
{
	if (hostile->state != LEAVING && !ask_plainly(hostile, REQUEST_starttls))
		return;
	if (hostile->state != LEAVING) {
		report(hostile, "odd", "STARTTLS was refused");
		return;
	}
	report(hostile, "go", "");
	if (strcmp(how, "before") == 0)
		slip(hostile, octets);
	if (strcmp(how, "eats") == 0)
		eat(hostile);
	if (strcmp(how, "late") == 0)
		hear_the_end(hostile);
	say_bye(hostile);
	if (strcmp(how, "twice") == 0)
		say_bye(hostile);
	if (strcmp(how, "talks") == 0)
		talk_on(hostile);
	if (strcmp(how, "behind") == 0)
		slip(hostile, octets);
	if (strcmp(how, "stays") == 0)
		wait_for_ever();
	/* Nothing more is reported: the client takes all for TLS now. */
	_exit(0);
}

void leave(struct hostile *hostile)
{
	leave_by(hostile, "", "");
}

void do_leave(struct hostile *hostile, char **words)
{
	if (go(hostile, words[0]))
		leave_by(hostile, words[1], words[2]);
}

void do_promoted(struct hostile *hostile, char **words)
{
	unsigned long long wait = 0;
	go(hostile, "idle");
	make(hostile, REQUEST_login);
	hostile->made.login.mechanism = (uint8_t)mechanism_named(words[0], strlen(words[0]));
	hostile->made.login.present = 1;
	add_octets(hostile, words[1]);
	ask(hostile);
	ask_plainly(hostile, REQUEST_mail);
	ask_plainly(hostile, REQUEST_rcpt);
	report(hostile, hostile->state == RCPT ? "reached" : "odd", "rcpt");
	text_to_number(words[2], 60000, &wait);
	poll(NULL, 0, (int)wait);
	leave(hostile);
}

/* Before the handshake nobody can give it an order, and it can tell nobody. */
bool do_too_early(struct hostile *hostile)
{
	char words[64];
	const char *order = text_behind(hostile->start->settings->realm, "early-");
	if (order == NULL || !text_copy(words, sizeof words, order))
		return false;
	char *shape = words + strcspn(words, "-");
	*shape++ = '\0';
	poll(NULL, 0, EARLY_MS);
	hostile->state = HANDSHAKE;
	shape_record(hostile, named(words), shape_named(shape), 0);
	tell(hostile);
	if (strcmp(expected(hostile), "nothing") == 0)
		ask_plainly(hostile, REQUEST_bye);
	if (strcmp(expected(hostile), "bye") != 0)
		wait_for_ever();
	return true;
}

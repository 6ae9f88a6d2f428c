/* HELO, EHLO, and the table of extensions.
 * Runs in: session. Trusts: nothing of the client; the mechanisms are the monitor's list. */
#include <string.h>

#include "base/text.h"
#include "session/ask.h"
#include "session/say.h"
#include "session/verbs.h"

enum { HELLO_LINE_MAX = 400 };

static bool show_always(const struct session *session, struct text *line)
{
	(void)session, (void)line;
	return true;
}

static bool show_starttls(const struct session *session, struct text *line)
{
	(void)line;
	return session->starttls;
}

static bool show_size(const struct session *session, struct text *line)
{
	text_octet(line, ' ');
	text_number(line, session->settings->message_size_limit);
	return true;
}

/* The mechanisms in the settings' order. */
static bool show_mechanisms(const struct session *session, struct text *line)
{
	const struct mechanism_list *mechanisms = &session->settings->mechanisms;
	bool any = false;
	for (size_t i = 0; i < mechanisms->count; i++) {
		if (!mechanism_in(session->offered, mechanisms->list[i]))
			continue;
		text_octet(line, ' ');
		text_add(line, mechanism_facts(mechanisms->list[i])->name);
		any = true;
	}
	return any;
}

/* The extensions, in the order of the reply to EHLO. `show` appends the parameters; where it
 * returns false the extension is not offered to this client now. */
static const struct {
	const char *keyword;
	bool (*show)(const struct session *session, struct text *line);
} extensions[] = {
	{"PIPELINING", show_always},
	{"SIZE", show_size},
	{"8BITMIME", show_always},
	{"STARTTLS", show_starttls},
	{"AUTH", show_mechanisms},
	{"ENHANCEDSTATUSCODES", show_always},
};

enum reply check_hello(struct session *session, char *rest)
{
	/* RFC 5321 4.1.4: whether the name is true is no reason to refuse; but it must be one word
	 * that a Received field can carry. */
	size_t len = strlen(rest);
	if (len == 0 || len >= sizeof session->argument.name)
		return REPLY_BAD_HELLO;
	for (size_t i = 0; i < len; i++)
		if (rest[i] <= ' ' || rest[i] > '~')
			return REPLY_BAD_HELLO;
	memcpy(session->argument.name, rest, len + 1);
	return GO_ON;
}

static enum reply hello(struct session *session, bool extended)
{
	enum reply reply = ask_hello(session, session->argument.name, extended);
	if (reply != REPLY_HELLO)
		return reply;
	session->phase = NAMED;
	session->extended = extended;
	if (!extended)
		session->offered = 0;
	return reply;
}

void do_helo(struct session *session)
{
	say(session, hello(session, false));
}

void do_ehlo(struct session *session)
{
	enum { EXTENSIONS = sizeof extensions / sizeof *extensions };
	enum reply reply = hello(session, true);
	if (reply != REPLY_HELLO) {
		say(session, reply);
		return;
	}
	say_line(session, REPLY_HELLO, reply_facts(REPLY_HELLO)->words, false);
	for (size_t i = 0; i < EXTENSIONS; i++) {
		TEXT(line, HELLO_LINE_MAX);
		text_add(&line, extensions[i].keyword);
		/* The last is always shown: it is the line without a hyphen. */
		if (extensions[i].show(session, &line))
			say_line(session, REPLY_HELLO, text_string(&line), i + 1 == EXTENSIONS);
	}
}

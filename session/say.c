/* Says replies: the table's code and enhanced code on each line (RFC 2034 4), and counts errors.
 * Runs in: session. Trusts: the monitor's numbers, which ask.c has checked. */
#include "session/say.h"

#include <string.h>

#include "base/text.h"

enum { SAY_LINE_MAX = 512 /* RFC 5321 4.5.3.1.5, CRLF and NUL with it */ };

/* Appends the words with {host} and {id} put in. */
static void put_words(struct text *line, const struct session *session, const char *words)
{
	while (*words != '\0') {
		const char *behind;
		if ((behind = text_behind(words, "{host}")) != NULL)
			text_add(line, session->settings->hostname);
		else if ((behind = text_behind(words, "{id}")) != NULL)
			text_add(line, session->id);
		else
			text_octet(line, *(behind = words)), behind++;
		words = behind;
	}
}

void say_line(struct session *session, enum reply reply, const char *words, bool last)
{
	const struct reply_facts *facts = reply_facts(reply);
	TEXT(line, SAY_LINE_MAX);
	text_number(&line, facts->code);
	text_octet(&line, last ? ' ' : '-');
	if (facts->enhanced[0] != '\0') {
		text_add(&line, facts->enhanced);
		text_octet(&line, ' ');
	}
	put_words(&line, session, words);
	/* Room for these was kept: what did not fit above was left out. */
	if (line.len > line.max - 3)
		line.len = line.max - 3;
	text_add(&line, "\r\n");
	stream_write(&session->stream, line.at, line.len);
}

void say(struct session *session, enum reply reply)
{
	const struct reply_facts *facts = reply_facts(reply);
	if (session->over && session->bye == BYE_HANGUP)
		return;
	say_line(session, reply, facts->words, true);
	if (reply == session->last_word)
		session->last_word = GO_ON;
	if (facts->code >= 500 && ++session->errors >= DIALOGUE_ERRORS_MAX && !session->over) {
		say_line(session, REPLY_TOO_MANY_ERRORS, reply_facts(REPLY_TOO_MANY_ERRORS)->words,
			true);
		session_over(session, BYE_ERRORS);
	}
}

void say_challenge(struct session *session, const char *challenge, size_t len)
{
	/* RFC 4954 4: the blank stands there for an empty challenge too. */
	stream_write(&session->stream, "334 ", 4);
	stream_write(&session->stream, challenge, len);
	stream_write(&session->stream, "\r\n", 2);
}

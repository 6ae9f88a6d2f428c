/* The text of a message as a byte-driven machine.
 * Runs in: session. Trusts: nothing; pure.
 *
 * Only CR LF ends a line, and only CR LF "." CR LF ends the text (RFC 5321 4.1.1.4). Whoever
 * takes less for an end lets a client smuggle a second message past whoever takes more. */
#include "session/body.h"

#include <string.h>

enum {
	LINE_BEGIN, /* behind CRLF: a dot here is stuffing, or the end */
	LINE,
	LINE_CR,
	DOT,
	DOT_CR
};

void body_start(struct body *body, uint64_t limit, bool accept_bare_lf, bool reject_long)
{
	*body = (struct body){.limit = limit,
		.accept_bare_lf = accept_bare_lf,
		.reject_long = reject_long,
		.detail = "",
		.state = LINE_BEGIN};
}

static void refuse(struct body *body, enum reply fault, const char *detail)
{
	if (body->fault != GO_ON)
		return;
	body->fault = fault;
	body->detail = detail;
}

/* Counts what goes to the message, and says whether it may still go there. */
static bool room_for(struct body *body, size_t octets)
{
	body->size += octets;
	if (body->size > body->limit)
		refuse(body, REPLY_TOO_BIG, "");
	return body->fault == GO_ON;
}

static char *put(struct body *body, char *out, char octet)
{
	/* The line's end counts two octets, as the client sent it. */
	if (room_for(body, octet == '\n' ? 2 : 1))
		*out++ = octet;
	if (octet == '\n') {
		body->line = 0;
	} else if (++body->line > BODY_LINE_MAX && body->reject_long) {
		refuse(body, REPLY_TEXT_LINE_LONG, "");
	}
	return out;
}

/* One octet, whatever the state. */
static char *feed_octet(struct body *body, char octet, char *out)
{
	if (octet == '\0')
		refuse(body, REPLY_NEWLINE, "nul");
	if (body->state == LINE_CR || body->state == DOT_CR) {
		if (octet == '\n') {
			body->ended = body->state == DOT_CR;
			body->state = LINE_BEGIN;
			return body->ended ? out : put(body, out, '\n');
		}
		refuse(body, REPLY_NEWLINE, "cr");
		body->state = LINE;
	}
	if (octet == '\r') {
		body->state = body->state == DOT ? DOT_CR : LINE_CR;
		return out;
	}
	if (octet == '.' && body->state == LINE_BEGIN) {
		body->state = DOT;
		return out;
	}
	/* A dot is unstuffed, and a line begins for that, only behind CRLF. */
	body->state = LINE;
	if (octet == '\n' && !body->accept_bare_lf)
		refuse(body, REPLY_NEWLINE, "lf");
	return put(body, out, octet);
}

/* A whole line at once, where it is an ordinary one: most of every message. Returns the octets
 * taken, 0 if it is not whole, or has anything that the machine must look at. */
static size_t feed_line(struct body *body, const char *at, size_t len, char **out)
{
	const char *end = memchr(at, '\n', len);
	if (end == NULL || end == at || end[-1] != '\r')
		return 0;
	size_t text = (size_t)(end - at) - 1;
	if (text + body->line > BODY_LINE_MAX || (body->state == LINE_BEGIN && *at == '.') ||
		memchr(at, '\r', text) != NULL || memchr(at, '\0', text) != NULL)
		return 0;
	if (room_for(body, text + 2)) {
		memcpy(*out, at, text);
		(*out)[text] = '\n';
		*out += text + 1;
	}
	body->line = 0;
	body->state = LINE_BEGIN;
	return text + 2;
}

size_t body_feed(struct body *body, const char *octets, size_t len, char *out, size_t *out_len)
{
	const char *at = octets, *end = octets + len;
	char *begin = out;
	while (at < end && !body->ended) {
		size_t taken = 0;
		if (body->state == LINE_BEGIN || body->state == LINE)
			taken = feed_line(body, at, (size_t)(end - at), &out);
		at += taken;
		/* A line that is not ordinary goes octet by octet, to its end: looking ahead once
		 * for each octet would make a text without line ends cost the square of its length.
		 */
		for (bool within = taken == 0; within && at < end && !body->ended; at++) {
			out = feed_octet(body, *at, out);
			within = *at != '\n';
		}
	}
	*out_len = (size_t)(out - begin);
	return (size_t)(at - octets);
}

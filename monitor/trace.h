/* The fields that we add to a message: Received first; Message-ID, Date and From where they are
 * missing.
 * Runs in: monitor. Trusts: nothing of the client's text, which is made harmless here. */
#ifndef MONITOR_TRACE_H
#define MONITOR_TRACE_H

#include <stdbool.h>
#include <time.h>

#include "base/network.h"
#include "base/text.h"
#include "base/wire.h"

enum { TRACE_MAX = 2048 };

/* What the trace tells. */
struct trace {
	const char *hostname, *id;
	const char *hello; /* as the client named itself; "" where it did not */
	const struct ip *client;
	bool hidden;                  /* hide_client: neither address nor name */
	bool extended, login;         /* EHLO; logged in: the words of RFC 3848 */
	const struct wire_facts *tls; /* NULL: none */
	const char *recipient;        /* the only one, or NULL: more would betray blind copies */
	unsigned message;             /* which message of the connection, from 1 */
	time_t now;
};

/* Appends the Received field (RFC 5321 4.4), folded, LF lines. Of the client's name only letters,
 * digits and `.-_:[]` are left, each other octet becomes `?`, and at most 100 octets. */
void trace_received(const struct trace *trace, struct text *text);

/* Appends the fields that RFC 6409 8 lets a submission server add. The author is the envelope's
 * sender; for the null sender it is MAILER-DAEMON at this host, since From needs an address. */
void trace_message_id(const struct trace *trace, struct text *text);
void trace_date(const struct trace *trace, struct text *text);
void trace_from(const struct trace *trace, const char *sender, struct text *text);

#endif

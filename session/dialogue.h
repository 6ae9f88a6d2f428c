/* What the session holds of one connection.
 * Runs in: session. Trusts: nothing of the client. */
#ifndef SESSION_DIALOGUE_H
#define SESSION_DIALOGUE_H

#include <stdint.h>

#include "base/deadline.h"
#include "base/log.h"
#include "base/reply.h"
#include "base/wire.h"
#include "session/session.h"
#include "session/stream.h"

enum {
	DIALOGUE_LINE_MAX = 2048, /* octets of a command's line with its CRLF, AUTH aside */
	DIALOGUE_ERRORS_MAX = 20  /* replies of 5yz; then the connection ends */
};

/* Where the dialogue stands, as bits: a row of the table of verbs names several. */
enum phase {
	UNNAMED = 1, /* no HELO or EHLO */
	NAMED = 2,   /* no transaction */
	HAS_SENDER = 4,
	HAS_RECIPIENT = 8, /* one at least was accepted */
	ANY_PHASE = UNNAMED | NAMED | HAS_SENDER | HAS_RECIPIENT
};

/* What a check has found in a command's line, for the act that follows it. */
struct argument {
	char name[256];                /* HELO, EHLO */
	char address[ADDRESS_MAX + 1]; /* MAIL, RCPT */
	bool has_size;
	unsigned long long size;  /* MAIL */
	enum mechanism mechanism; /* AUTH */
	char *initial;            /* AUTH: the initial response in the stream's room, or NULL */
};

struct session {
	const struct settings *settings;
	int wire;
	struct stream stream;
	char id[WIRE_ID];
	enum phase phase;
	bool extended, logged_in, mail_accepted;
	bool tls;            /* the client speaks through TLS */
	bool starttls;       /* STARTTLS is offered */
	bool accept_bare_lf; /* from this client, by bare_newline and its networks */
	mechanism_set offered;
	struct argument argument;
	struct deadline login_due;
	unsigned errors, logs;
	bool asked;           /* the monitor was asked something since the last line */
	enum reply last_word; /* of the monitor, that the client has yet to be told; GO_ON: none */
	bool over;            /* the connection ends after what is queued was sent */
	enum bye bye;         /* why */

	/* The monitor's last answer, and the challenge behind it. */
	union {
		uint8_t type;
		struct wire_greeting greeting;
		struct wire_offer offer;
		struct wire_answer answer;
		char room[sizeof(struct wire_offer) + WIRE_TOKEN_MAX];
	} record;
	size_t record_len;
};

/* Ends the connection; the first reason stands. */
void session_over(struct session *session, enum bye bye);

/* Ends it for what the stream met: a hang-up, a passed deadline (421 4.4.2), or the monitor's word.
 */
void session_stopped(struct session *session, enum stream_event event);

/* By when the next line of the client must be there. */
struct deadline session_due(const struct session *session);

#endif

/* What the monitor holds of one connection, and the questions that it answers.
 * Runs in: monitor. Trusts: what is in here; it was checked before it came in. */
#ifndef MONITOR_STATE_H
#define MONITOR_STATE_H

#include <stdint.h>

#include "base/deadline.h"
#include "base/reply.h"
#include "base/verdict.h"
#include "base/wire.h"
#include "monitor/header.h"
#include "monitor/monitor.h"
#include "monitor/spool.h"
#include "store/access.h"

/* Where the connection stands: bits, so that a row of requests.def names several. */
enum state {
	START = 1,       /* the client has not named itself */
	IDLE = 2,        /* no transaction */
	MAIL = 4,        /* a sender was accepted */
	RCPT = 8,        /* and a recipient */
	DATA = 16,       /* the text is coming */
	LOGIN = 32,      /* postern-auth waits for the client's next token */
	LEAVING = 64,    /* STARTTLS was answered: the session says good-bye, and nothing else */
	HANDSHAKE = 128, /* postern-tls has the client, and has not told its facts */
	ALWAYS = START | IDLE | MAIL | RCPT | DATA | LOGIN | LEAVING | HANDSHAKE
};

/* Why a connection ends; its word stands in the disconnect line. */
enum end {
	GOING, /* it does not */
	END_QUIT,
	END_HANGUP,
	END_TIMEOUT,
	END_ERRORS,
	END_FAILURES,
	END_SIGNAL,
	END_INJECTION, /* octets behind STARTTLS */
	END_FOREIGN,   /* the client speaks another protocol */
	END_TLS,       /* no handshake came to its end */
	END_JAIL,      /* the session could not enter its jail */
	END_DIED,      /* the session died */
	END_DISTRUST,  /* the session broke the rules of the wire */
	END_SILENT,    /* the session did not read its answers */
	ENDS
};

/* One transaction: from MAIL to the end of its message. Emptied by envelope_reset() alone. */
struct envelope {
	char sender[ADDRESS_MAX + 1];
	char recipients[RECIPIENTS_MAX][ADDRESS_MAX + 1];
	size_t count;
	bool full_told;   /* one log line for all recipients over the limit */
	const char *rule; /* that let the sender in */
	struct spool spool;
	struct header header;
	size_t added;  /* octets of our own fields */
	uint64_t text; /* octets of the text so far, LF lines */
	size_t line;   /* octets of its line in hand; where any length is fine, only whether some */
	bool long_line; /* a line was over the limit, and long_lines = reject */
	bool body;      /* the header is complete, ours too */
	struct deadline begun;
};

struct monitor {
	struct monitor_start *start;
	const struct settings *settings;
	struct session_process session; /* the one that speaks with the client now */
	struct log log;
	char id[WIRE_ID];
	enum state state;
	enum end end;
	const char *why; /* of END_DISTRUST, in words */

	char hello[256];
	bool extended;
	mechanism_set possible; /* what this connection could be offered */
	mechanism_set offered;  /* exactly those that the last EHLO told */

	bool logged_in;
	char login[WIRE_LOGIN_MAX + 1];
	enum mechanism mechanism;
	unsigned failures, logins; /* failed ones, and begun ones without a yes */
	struct verdict_run auth;   /* in state LOGIN */

	bool tls;                /* the handshake is done, and .facts are known */
	bool told;               /* why there is no TLS was logged */
	struct wire_facts facts; /* of postern-tls */
	struct deadline handshake_due;

	struct envelope envelope;
	unsigned messages; /* texts begun */

	/* When the connection began, the client was greeted, and the last record came. */
	struct deadline begun, greeted, last;
	bool mail_accepted; /* of some transaction: login_timeout is over */
	unsigned records, logs, refusals;
	uint64_t in, out; /* octets of the client, by the session's word */

	/* The record in hand. */
	union {
		uint8_t type;
		struct wire_plain plain;
		struct wire_hello hello;
		struct wire_login login;
		struct wire_token token;
		struct wire_mail mail;
		struct wire_rcpt rcpt;
		struct wire_log log;
		struct wire_bye bye;
		char room[sizeof(struct wire_mail) + WIRE_TEXT_MAX];
	} record;
};

/* Sends a record, `more` behind it. A session that does not read its answers is ended: nobody waits
 * for it. */
void monitor_send(
	struct monitor *monitor, const void *record, size_t len, const void *more, size_t more_len);

/* Sends the answer to the question in hand. */
void monitor_answer(struct monitor *monitor, enum reply reply);

/* Ends the connection; the first reason stands. */
void monitor_end(struct monitor *monitor, enum end end);

/* Ends it because the session did what no session of ours does; `why` is a constant. */
void monitor_distrust(struct monitor *monitor, const char *why);

/* Greets the session, which waits for it: `reply` is what it tells the client, GO_ON nothing. */
void monitor_greet(struct monitor *monitor, enum reply reply);

/* The connection begins with TLS: waits for postern-tls, and lets it begin. */
void starttls_begin(struct monitor *monitor);

/* Whether STARTTLS is offered now. */
bool starttls_offered(const struct monitor *monitor);

/* The session has left after its 220: the next one takes its place, and postern-tls may begin. */
void starttls_leave(struct monitor *monitor);

/* postern-tls has something to say of the handshake. */
void starttls_take(struct monitor *monitor);

/* Waits until the time, or until the session says or does something, which then ends the
 * connection: nothing is in turn while the monitor works on an answer. */
void monitor_pause(struct monitor *monitor, struct deadline until);

/* The session spoke or left while it should wait: takes what it said and ends the connection by it.
 */
void monitor_interrupted(struct monitor *monitor);

/* Whether TERM, INT or HUP came. Takes none of them off: the loop does. */
bool monitor_signalled(const struct monitor *monitor);

/* Logs that something was refused, by the reply that the client gets: refused stage=… code=…
 * KEY=value. `key` may be NULL. More than a person could cause ends the connection. */
void monitor_refused(struct monitor *monitor, enum reply reply, const char *key, const char *value);

/* The word for where the connection stands, as in the log. */
const char *monitor_stage(const struct monitor *monitor);

/* Begins a log line with the rule that decided. */
void monitor_log(struct log_line *line, const struct monitor *monitor, enum event event);

/* Empties the transaction: envelope, header, spool. */
void envelope_reset(struct monitor *monitor);

/* Logs a failure of the spool: `what`, the folder, and errno in words. */
void envelope_log_spool(const struct monitor *monitor, const char *what);

/* The mechanisms for this client at this moment: the settings' as far as they are built, installed,
 * in reach of the store, and safe on this connection. */
mechanism_set envelope_offer(const struct monitor *monitor);

/* Whose the client's certificate is, for EXTERNAL: the first mail address in it that is a login,
 * else its common name if that is one. False: it tells nobody. */
bool envelope_certificate(const struct monitor *monitor, struct text *name);

/* What the client may do, by the one table of rules. */
struct access_judgement envelope_judge(const struct monitor *monitor);

/* One for each question that has an answer or an effect. Called when the question is legal now and
 * the record has exactly its length; `more` octets follow it, at `octets`. */
#define REQUEST(name, when, record, most)                                                          \
	void answer_##name(struct monitor *monitor, const char *octets, size_t more);
#include "base/requests.def"
#undef REQUEST

#endif

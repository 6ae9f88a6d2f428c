/* One function for each question to the monitor; each has exactly one partner answer_NAME()
 * there.
 * Runs in: session. Trusts: the monitor.
 *
 * Each returns the reply that the client is told. If the monitor has ended the connection
 * instead, that is its 421, and session->over is set. */
#ifndef SESSION_ASK_H
#define SESSION_ASK_H

#include "session/dialogue.h"

/* Waits for the monitor's first record: the greeting's reply; GO_ON where the client was greeted
 * before STARTTLS. */
enum reply ask_greeting(struct session *session);

/* STARTTLS: REPLY_START_TLS, or why it cannot be. */
enum reply ask_starttls(struct session *session);

/* HELO or EHLO; sets session->offered. */
enum reply ask_hello(struct session *session, const char *name, bool extended);

/* Begins a login; REPLY_CHALLENGE with the challenge in ask_challenge(). `initial` may be NULL. */
enum reply ask_login(struct session *session, enum mechanism mechanism, const char *initial);

/* One more token of the client. */
enum reply ask_token(struct session *session, const char *token, size_t len);

/* The challenge of the last REPLY_CHALLENGE, in base64; *len its octets. */
const char *ask_challenge(const struct session *session, size_t *len);

/* A sender; `size` counts if has_size. */
enum reply ask_mail(
	struct session *session, const char *sender, bool has_size, unsigned long long size);

/* A recipient. */
enum reply ask_rcpt(struct session *session, const char *recipient);

/* May the text come: REPLY_SEND_DATA. */
enum reply ask_data(struct session *session);

/* Octets of the text, LF lines, above 0 and at most WIRE_TEXT_MAX; has no answer. */
void ask_text(struct session *session, const char *octets, size_t len);

/* The text is whole: hand it over. */
enum reply ask_commit(struct session *session);

/* Forget the transaction. */
enum reply ask_reset(struct session *session);

/* The client was served without a question: the monitor's clocks may know. Has no answer. */
void ask_alive(struct session *session);

/* A line for the log; no answer. What is over WIRE_LOGS_MAX is dropped; of the value so much is
 * taken as the record holds. */
void ask_log(struct session *session, enum event event, const char *value);

/* The last record: why the session leaves. */
void ask_bye(struct session *session);

/* The monitor spoke unasked: takes its farewell, ends the connection, and returns what the client
 * is told. */
enum reply ask_farewell(struct session *session);

#endif

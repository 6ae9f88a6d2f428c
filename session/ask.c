/* One function for each question to the monitor.
 * Runs in: session. Trusts: the monitor; checks its answers all the same, for a broken one must
 * end in a clean 421. */
#include "session/ask.h"

#include <poll.h>
#include <string.h>

#include "base/text.h"

enum { ANSWER_S = 120 /* beyond sendmail_timeout: the monitor has its own clocks for all else */ };

/* The end of the wire: the monitor has gone, or says why it ends the connection. */
static enum reply ended(struct session *session, bool farewell)
{
	enum reply reply = farewell ? (enum reply)session->record.answer.reply : REPLY_UNAVAILABLE;
	session_over(session, BYE_TOLD);
	/* Who asked may have another reply to say: it is not lost, say() takes it back when it is
	 * said. */
	session->last_word = reply > GO_ON && reply < REPLIES ? reply : REPLY_UNAVAILABLE;
	return session->last_word;
}

/* Takes one record of this type, waiting for it. GO_ON, or the reply of the connection's end. */
static enum reply receive(struct session *session, uint8_t type, size_t len, bool may_hang_up)
{
	struct deadline deadline = deadline_in(session->settings->sendmail_timeout + ANSWER_S);
	struct pollfd polled[] = {{session->wire, POLLIN, 0}, {session->stream.in, POLLRDHUP, 0}};
	enum wire_end end = WIRE_WOULD_BLOCK;
	while (end == WIRE_WOULD_BLOCK) {
		if (deadline_poll(polled, may_hang_up ? 2 : 1, deadline) <= 0)
			return ended(session, false);
		if (polled[0].revents == 0 && stream_left(&session->stream)) {
			session_over(session, BYE_HANGUP);
			return REPLY_UNAVAILABLE;
		}
		/* A client that ended its writing side, but whose octets are not all read: no
		 * reason to spin. */
		if (polled[0].revents == 0)
			may_hang_up = false;
		session->record_len =
			wire_receive(session->wire, &session->record, sizeof session->record, &end);
	}
	if (session->record_len >= sizeof(struct wire_answer) &&
		session->record.type == WIRE_FAREWELL)
		return ended(session, true);
	if (end != WIRE_FINE || session->record.type != type || session->record_len < len)
		return ended(session, false);
	return GO_ON;
}

static enum reply send_record(
	struct session *session, const void *record, size_t len, const char *more, size_t more_len)
{
	if (session->over)
		return REPLY_UNAVAILABLE;
	session->asked |= *(const uint8_t *)record != REQUEST_log;
	if (wire_send(session->wire, record, len, more, more_len) == WIRE_FINE)
		return GO_ON;
	return ask_farewell(session);
}

/* One question and its answer. */
static enum reply ask(
	struct session *session, const void *record, size_t len, const char *more, size_t more_len)
{
	bool login = *(const uint8_t *)record == REQUEST_login ||
		     *(const uint8_t *)record == REQUEST_token;
	enum reply reply = send_record(session, record, len, more, more_len);
	if (reply == GO_ON)
		reply = receive(session, WIRE_ANSWER, sizeof(struct wire_answer), login);
	if (reply != GO_ON)
		return reply;
	reply = (enum reply)session->record.answer.reply;
	return reply > GO_ON && reply < REPLIES ? reply : ended(session, false);
}

static enum reply ask_plain(struct session *session, enum request request)
{
	struct wire_plain record = {(uint8_t)request};
	return ask(session, &record, sizeof record, NULL, 0);
}

enum reply ask_greeting(struct session *session)
{
	enum reply reply = receive(session, WIRE_GREETING, sizeof(struct wire_greeting), false);
	if (reply != GO_ON)
		return reply;
	memcpy(session->id, session->record.greeting.id, sizeof session->id - 1);
	reply = (enum reply)session->record.greeting.reply;
	return reply < REPLIES ? reply : ended(session, false);
}

enum reply ask_starttls(struct session *session)
{
	return ask_plain(session, REQUEST_starttls);
}

enum reply ask_hello(struct session *session, const char *name, bool extended)
{
	struct wire_hello record;
	memset(&record, 0, sizeof record);
	record.type = REQUEST_hello;
	record.extended = extended;
	text_copy(record.name, sizeof record.name, name);
	enum reply reply = send_record(session, &record, sizeof record, NULL, 0);
	if (reply == GO_ON)
		reply = receive(session, WIRE_OFFER, sizeof(struct wire_offer), false);
	if (reply != GO_ON)
		return reply;
	session->offered = session->record.offer.mechanisms;
	session->starttls = session->record.offer.starttls != 0;
	return REPLY_HELLO;
}

enum reply ask_login(struct session *session, enum mechanism mechanism, const char *initial)
{
	struct wire_login record = {REQUEST_login, (uint8_t)mechanism, initial != NULL};
	return ask(session, &record, sizeof record, initial, initial != NULL ? strlen(initial) : 0);
}

enum reply ask_token(struct session *session, const char *token, size_t len)
{
	struct wire_token record = {REQUEST_token, 1};
	return ask(session, &record, sizeof record, token, len);
}

const char *ask_challenge(const struct session *session, size_t *len)
{
	*len = session->record_len - sizeof(struct wire_answer);
	return session->record.room + sizeof(struct wire_answer);
}

enum reply ask_mail(
	struct session *session, const char *sender, bool has_size, unsigned long long size)
{
	struct wire_mail record;
	memset(&record, 0, sizeof record);
	record.type = REQUEST_mail;
	record.has_size = has_size;
	record.size = size;
	text_copy(record.sender, sizeof record.sender, sender);
	return ask(session, &record, sizeof record, NULL, 0);
}

enum reply ask_rcpt(struct session *session, const char *recipient)
{
	struct wire_rcpt record;
	memset(&record, 0, sizeof record);
	record.type = REQUEST_rcpt;
	text_copy(record.recipient, sizeof record.recipient, recipient);
	return ask(session, &record, sizeof record, NULL, 0);
}

enum reply ask_data(struct session *session)
{
	return ask_plain(session, REQUEST_data);
}

void ask_text(struct session *session, const char *octets, size_t len)
{
	struct wire_plain record = {REQUEST_text};
	send_record(session, &record, sizeof record, octets, len);
}

enum reply ask_commit(struct session *session)
{
	return ask_plain(session, REQUEST_commit);
}

enum reply ask_reset(struct session *session)
{
	return ask_plain(session, REQUEST_reset);
}

void ask_alive(struct session *session)
{
	struct wire_plain record = {REQUEST_alive};
	send_record(session, &record, sizeof record, NULL, 0);
}

void ask_log(struct session *session, enum event event, const char *value)
{
	struct wire_log record;
	struct text text = TEXT_OVER(record.value);
	if (session->logs++ >= WIRE_LOGS_MAX)
		return;
	memset(&record, 0, sizeof record);
	record.type = REQUEST_log;
	record.event = (uint8_t)event;
	for (; *value != '\0' && !text.cut; value++)
		text_octet(&text, *value);
	text_string(&text);
	send_record(session, &record, sizeof record, NULL, 0);
}

void ask_bye(struct session *session)
{
	struct wire_bye record;
	memset(&record, 0, sizeof record);
	record.type = REQUEST_bye;
	record.reason = (uint8_t)session->bye;
	record.in = session->stream.in_count;
	record.out = session->stream.out_count;
	/* Nobody may be there any more: then nobody needs it. */
	(void)wire_send(session->wire, &record, sizeof record, NULL, 0);
}

enum reply ask_farewell(struct session *session)
{
	enum wire_end end;
	session->record_len =
		wire_receive(session->wire, &session->record, sizeof session->record, &end);
	return ended(session, session->record_len >= sizeof(struct wire_answer) &&
				      session->record.type == WIRE_FAREWELL);
}

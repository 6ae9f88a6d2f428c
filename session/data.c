/* DATA: the text from the client to the monitor, and what an error must still eat.
 * Runs in: session. Trusts: nothing of the client. */
#include <string.h>

#include "base/text.h"
#include "session/ask.h"
#include "session/body.h"
#include "session/say.h"
#include "session/verbs.h"

enum {
	DATA_ENOUGH = 32 * 1024, /* worth a record of its own, while the client may have more */
};

/* Text on its way to the monitor. */
struct text_room {
	char octets[WIRE_TEXT_MAX];
	size_t len;
};

static struct deadline due(struct deadline begun, const struct session *session, uint64_t octets)
{
	struct deadline whole = {begun.at + 1000 * (long long)(session->settings->data_timeout +
							       octets / WIRE_PACE)};
	return deadline_sooner(whole, deadline_in(WIRE_SILENCE));
}

/* Tells the log and the monitor at once what is wrong with the text: it forgets the transaction,
 * while the rest is eaten here. */
static void refuse(struct session *session, const struct body *body)
{
	TEXT(limit, 24);
	text_number(&limit, body->fault == REPLY_TOO_BIG ? body->limit : BODY_LINE_MAX);
	if (body->fault == REPLY_NEWLINE)
		ask_log(session, EVENT_barenewline, body->detail);
	else if (body->fault == REPLY_TOO_BIG)
		ask_log(session, EVENT_toobig, text_string(&limit));
	else
		ask_log(session, EVENT_longtext, text_string(&limit));
	ask_reset(session);
}

/* Passes on what there is, if it is worth a record. Few large ones cost half of many small ones;
 * but what is there must not lie about while a slow client thinks. */
static void pass_on(struct session *session, struct text_room *room, bool ended)
{
	if (!ended && room->len < sizeof room->octets - DATA_ENOUGH &&
		stream_soon(&session->stream))
		return;
	if (room->len > 0)
		ask_text(session, room->octets, room->len);
	room->len = 0;
}

/* Takes the text to its end. STREAM_READY, or why it has none; or the connection is over. */
static enum stream_event take_text(struct session *session, struct body *body)
{
	static struct text_room room;
	struct deadline begun = deadline_in(0), sign = begun;
	bool refused = false;
	room.len = 0;
	while (!body->ended && !session->over) {
		const char *octets;
		size_t len, out;
		enum stream_event event = stream_text(
			&session->stream, due(begun, session, body->size), &octets, &len);
		if (event != STREAM_READY)
			return event;
		if (len > sizeof room.octets - room.len - 1)
			len = sizeof room.octets - room.len - 1;
		stream_take(&session->stream,
			body_feed(body, octets, len, room.octets + room.len, &out));
		room.len += out;
		if (body->fault == GO_ON) {
			pass_on(session, &room, body->ended);
		} else if (!refused) {
			refuse(session, body);
			refused = true;
			room.len = 0; /* nobody is to have it, and the rest wants the room */
		} else if (deadline_passed(sign)) {
			/* The monitor hears nothing of what is eaten. */
			ask_alive(session);
			sign = deadline_in(1);
		}
	}
	return STREAM_READY;
}

void do_data(struct session *session)
{
	const struct settings *settings = session->settings;
	struct body body;
	enum reply reply = ask_data(session);
	say(session, reply);
	if (reply != REPLY_SEND_DATA) {
		session->phase = NAMED;
		return;
	}
	body_start(&body, settings->message_size_limit, session->accept_bare_lf,
		!settings->long_lines);
	enum stream_event event = take_text(session, &body);
	session->phase = NAMED;
	if (event != STREAM_READY)
		session_stopped(session, event);
	if (session->over)
		return;
	reply = body.fault != GO_ON ? body.fault : ask_commit(session);
	if (reply == REPLY_SENT)
		session->errors = 0;
	say(session, reply);
}

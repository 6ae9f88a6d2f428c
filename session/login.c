/* STARTTLS, with which this session ends; and the AUTH dialogue, lines only: what stands in them is
 * postern-auth's to decode.
 * Runs in: session. Trusts: nothing of the client. A token goes from the stream's room to the
 * wire without a copy, and is wiped there. */
#include <string.h>

#include "base/text.h"
#include "session/ask.h"
#include "session/say.h"
#include "session/verbs.h"

enum reply check_starttls(struct session *session, char *rest)
{
	if (*rest != '\0')
		return REPLY_SYNTAX;
	if (session->tls)
		return REPLY_TLS_ALREADY;
	return session->settings->tls_certificate[0] != '\0' ? GO_ON : REPLY_NO_TLS;
}

void do_starttls(struct session *session)
{
	TEXT(count, 24);
	text_number(&count, stream_behind(&session->stream));
	if (stream_behind(&session->stream) > 0) {
		/* Somebody on the path put it there, to have it taken for what came through TLS. */
		ask_log(session, EVENT_injection, text_string(&count));
		say(session, REPLY_BEHIND_STARTTLS);
		session_over(session, BYE_INJECTION);
		return;
	}
	enum reply reply = ask_starttls(session);
	say(session, reply);
	if (reply != REPLY_START_TLS)
		return;
	session_over(session, stream_flush(&session->stream) ? BYE_STARTTLS : BYE_HANGUP);
}

/* Whether it is TLS alone that the mechanism wants to be offered. */
static bool wants_tls(const struct session *session, enum mechanism mechanism)
{
	const struct mechanism_list *mechanisms = &session->settings->mechanisms;
	bool wants = mechanism_facts(mechanism)->clear;
	bool named = false;
	for (size_t i = 0; i < mechanisms->count; i++)
		named |= mechanisms->list[i] == mechanism;
	return named && wants && !session->tls && session->extended;
}

enum reply check_auth(struct session *session, char *rest)
{
	size_t len = strcspn(rest, " ");
	char *initial = rest + len;
	if (session->logged_in)
		return REPLY_ALREADY_LOGGED_IN;
	if (len == 0)
		return REPLY_SYNTAX;
	enum mechanism mechanism = mechanism_named(rest, len);
	/* Exactly what was offered, RFC 4954 4. */
	if (mechanism == MECHANISMS)
		return REPLY_NO_SUCH_MECHANISM;
	if (!mechanism_in(session->offered, mechanism))
		return wants_tls(session, mechanism) ? REPLY_NEEDS_TLS : REPLY_NO_SUCH_MECHANISM;
	while (*initial == ' ')
		initial++;
	if (strlen(initial) > WIRE_TOKEN_MAX)
		return REPLY_LINE_TOO_LONG;
	session->argument.mechanism = mechanism;
	session->argument.initial = *initial != '\0' ? initial : NULL;
	return GO_ON;
}

/* A line over the limit: eaten, answered, and the login is cancelled. */
static enum reply too_long(struct session *session)
{
	enum reply reply = ask_token(session, "*", 1);
	ask_log(session, EVENT_longline, "AUTH");
	return session->over ? reply : REPLY_LINE_TOO_LONG;
}

/* The client's next token, to the monitor. */
static enum reply next_token(struct session *session)
{
	char *line;
	size_t len;
	enum stream_event event = stream_line(&session->stream, session_due(session), &line, &len);
	if (event == STREAM_LONG || (event == STREAM_READY && len > WIRE_TOKEN_MAX))
		return too_long(session);
	if (event != STREAM_READY) {
		session_stopped(session, event);
		return GO_ON;
	}
	return ask_token(session, line, len);
}

void do_auth(struct session *session)
{
	const char *challenge;
	size_t len;
	enum reply reply =
		ask_login(session, session->argument.mechanism, session->argument.initial);
	while (reply == REPLY_CHALLENGE && !session->over) {
		stream_wipe(&session->stream);
		challenge = ask_challenge(session, &len);
		say_challenge(session, challenge, len);
		reply = next_token(session);
	}
	session->argument.initial = NULL;
	stream_wipe(&session->stream);
	if (reply == REPLY_LOGGED_IN) {
		session->logged_in = true;
		session->offered = 0;
	}
	if (reply != GO_ON)
		say(session, reply);
}

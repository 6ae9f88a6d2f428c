/* MAIL and RCPT: check what the line says, then ask.
 * Runs in: session. Trusts: nothing of the client. */
#include <string.h>

#include "base/parameter.h"
#include "base/text.h"
#include "session/ask.h"
#include "session/say.h"
#include "session/verbs.h"

/* What each fault of a path is told as. */
static enum reply path_reply(enum address_fault fault, enum address_role role)
{
	switch (fault) {
	case ADDRESS_FINE: return GO_ON;
	case ADDRESS_TOO_LONG: return REPLY_ADDRESS_LONG;
	case ADDRESS_UNQUALIFIED: return REPLY_ADDRESS_NO_DOMAIN;
	case ADDRESS_LITERAL: return REPLY_ADDRESS_LITERAL;
	case ADDRESS_EIGHT_BIT: return REPLY_ADDRESS_8BIT;
	case ADDRESS_UNSAFE: return REPLY_ADDRESS_UNSAFE;
	case ADDRESS_MALFORMED: break;
	}
	return role == ADDRESS_SENDER ? REPLY_BAD_SENDER : REPLY_BAD_RECIPIENT;
}

/* Takes the path behind `keyword`; *rest is then behind it. */
static enum reply take_path(
	struct session *session, const char **rest, const char *keyword, enum address_role role)
{
	const char *path = text_behind(*rest, keyword);
	enum address_fault fault = ADDRESS_MALFORMED;
	if (path != NULL) {
		*rest = path;
		fault = address_path(rest, role, session->argument.address);
		/* Nothing but a parameter may follow. */
		if (fault == ADDRESS_FINE && **rest != '\0' && **rest != ' ')
			fault = ADDRESS_MALFORMED;
	}
	if (fault != ADDRESS_FINE)
		ask_log(session, EVENT_badpath, *rest);
	return path_reply(fault, role);
}

/* One parameter of MAIL; `seen` has a bit for each that stood before. */
static enum reply take_parameter(
	struct session *session, const struct parameter *parameter, unsigned *seen)
{
	enum { SIZE = 1, BODY = 2, AUTH = 4 };
	unsigned which = 0;
	bool good = false;
	if (text_same(parameter->keyword, "SIZE")) {
		which = SIZE;
		good = parameter->has_value &&
		       parameter_size(parameter->value, &session->argument.size);
		session->argument.has_size = true;
	} else if (text_same(parameter->keyword, "BODY")) {
		/* 8 bits go through as they are: there is nothing to do. */
		which = BODY;
		good = parameter->has_value && parameter_body(parameter->value);
	} else if (text_same(parameter->keyword, "AUTH")) {
		/* RFC 4954 5: taken even without a login; its value is taken for <>. */
		which = AUTH;
		good = parameter->has_value && parameter_xtext(parameter->value);
	}
	if (which == 0)
		return REPLY_UNKNOWN_PARAMETER;
	if (!good || (*seen & which) != 0)
		return REPLY_SYNTAX;
	*seen |= which;
	return GO_ON;
}

enum reply check_mail(struct session *session, char *rest)
{
	const char *at = rest;
	struct parameter parameter;
	unsigned seen = 0;
	enum parameter_step step;
	enum reply fault = take_path(session, &at, "FROM:", ADDRESS_SENDER);
	while (fault == GO_ON && (step = parameter_next(&at, &parameter)) != PARAMETER_NONE) {
		if (step == PARAMETER_MALFORMED)
			fault = REPLY_SYNTAX;
		else if (!session->extended)
			fault = REPLY_UNKNOWN_PARAMETER; /* HELO has none */
		else
			fault = take_parameter(session, &parameter, &seen);
		if (fault != GO_ON)
			ask_log(session, EVENT_badparameter,
				step == PARAMETER_MALFORMED ? at : parameter.keyword);
	}
	return fault;
}

void do_mail(struct session *session)
{
	const struct argument *argument = &session->argument;
	enum reply reply = ask_mail(session, argument->address, argument->has_size, argument->size);
	if (reply == REPLY_SENDER_OK) {
		session->phase = HAS_SENDER;
		session->mail_accepted = true;
	}
	say(session, reply);
}

enum reply check_rcpt(struct session *session, char *rest)
{
	const char *at = rest;
	enum reply fault = take_path(session, &at, "TO:", ADDRESS_RECIPIENT);
	if (fault != GO_ON)
		return fault;
	while (*at == ' ')
		at++;
	if (*at == '\0')
		return GO_ON;
	ask_log(session, EVENT_badparameter, at);
	return REPLY_UNKNOWN_PARAMETER;
}

void do_rcpt(struct session *session)
{
	enum reply reply = ask_rcpt(session, session->argument.address);
	if (reply == REPLY_RECIPIENT_OK)
		session->phase = HAS_RECIPIENT;
	say(session, reply);
}

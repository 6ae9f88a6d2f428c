/* The loop and the table of verbs; and the verbs that need no file of their own.
 * Runs in: session. Trusts: the monitor's answers; nothing of the client. */
#include "session/session.h"

#include <string.h>

#include "base/text.h"
#include "session/ask.h"
#include "session/say.h"
#include "session/verbs.h"

static enum reply check_none(struct session *session, char *rest);
static enum reply check_any(struct session *session, char *rest);
static enum reply check_some(struct session *session, char *rest);
static void do_reset(struct session *session);
static void do_noop(struct session *session);
static void do_verify(struct session *session);
static void do_help(struct session *session);
static void do_quit(struct session *session);

/* The verbs. HELP prints this table, and smtpd(8) is held to it. */
static const struct verb {
	const char *name, *form;
	unsigned when;         /* phases in which it is legal … */
	enum reply wrong_time; /* … and what it gets in another, UNNAMED aside */
	bool in_clear;         /* legal before TLS also where tls_required */
	enum reply (*check)(struct session *session, char *rest);
	void (*act)(struct session *session);
} verbs[] = {
	{"HELO", "HELO host", ANY_PHASE, GO_ON, false, check_hello, do_helo},
	{"EHLO", "EHLO host", ANY_PHASE, GO_ON, true, check_hello, do_ehlo},
	{"STARTTLS", "STARTTLS", ANY_PHASE, GO_ON, true, check_starttls, do_starttls},
	{"AUTH", "AUTH mechanism [initial-response]", NAMED, REPLY_IN_TRANSACTION, false,
		check_auth, do_auth},
	{"MAIL", "MAIL FROM:<sender> [SIZE=octets] [BODY=7BIT|8BITMIME] [AUTH=sender]", NAMED,
		REPLY_IN_TRANSACTION, false, check_mail, do_mail},
	{"RCPT", "RCPT TO:<recipient>", HAS_SENDER | HAS_RECIPIENT, REPLY_MAIL_FIRST, false,
		check_rcpt, do_rcpt},
	{"DATA", "DATA", HAS_RECIPIENT, REPLY_RCPT_FIRST, false, check_none, do_data},
	{"RSET", "RSET", ANY_PHASE, GO_ON, false, check_none, do_reset},
	{"NOOP", "NOOP [anything]", ANY_PHASE, GO_ON, true, check_any, do_noop},
	{"VRFY", "VRFY address", ANY_PHASE, GO_ON, false, check_some, do_verify},
	{"EXPN", "EXPN list", ANY_PHASE, GO_ON, false, check_some, do_verify},
	{"HELP", "HELP [anything]", ANY_PHASE, GO_ON, false, check_any, do_help},
	{"QUIT", "QUIT", ANY_PHASE, GO_ON, true, check_none, do_quit},
};

enum { VERBS = sizeof verbs / sizeof *verbs };

void session_over(struct session *session, enum bye bye)
{
	if (!session->over)
		session->bye = bye;
	session->over = true;
}

void session_stopped(struct session *session, enum stream_event event)
{
	switch (event) {
	case STREAM_WIRE: say(session, ask_farewell(session)); break;
	case STREAM_FOREIGN:
		/* Without a word: it could not read one. */
		ask_log(session, EVENT_foreign, "tls");
		session_over(session, BYE_FOREIGN);
		break;
	case STREAM_TIMEOUT:
		say(session, REPLY_TIMED_OUT);
		session_over(session, BYE_TIMEOUT);
		break;
	default: session_over(session, BYE_HANGUP); break;
	}
}

struct deadline session_due(const struct session *session)
{
	struct deadline due = deadline_in(session->settings->command_timeout);
	if (!session->logged_in && !session->mail_accepted)
		due = deadline_sooner(due, session->login_due);
	return due;
}

/* --- the small verbs --- */

static enum reply check_none(struct session *session, char *rest)
{
	(void)session;
	return *rest == '\0' ? GO_ON : REPLY_SYNTAX;
}

static enum reply check_any(struct session *session, char *rest)
{
	(void)session, (void)rest;
	return GO_ON;
}

static enum reply check_some(struct session *session, char *rest)
{
	(void)session;
	return *rest != '\0' ? GO_ON : REPLY_SYNTAX;
}

static void do_reset(struct session *session)
{
	enum reply reply = ask_reset(session);
	if (session->phase != UNNAMED)
		session->phase = NAMED;
	say(session, reply);
}

static void do_noop(struct session *session)
{
	say(session, REPLY_OK);
}

static void do_verify(struct session *session)
{
	say(session, REPLY_CANNOT_VERIFY);
}

static void do_help(struct session *session)
{
	for (size_t i = 0; i < VERBS; i++)
		say_line(session, REPLY_HELP, verbs[i].form, i + 1 == VERBS);
}

static void do_quit(struct session *session)
{
	say(session, REPLY_BYE);
	session_over(session, BYE_QUIT);
}

/* --- the loop --- */

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (text_same(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* What may not stand in any command's line. */
static bool has_controls(const char *line, size_t len)
{
	return memchr(line, '\n', len) != NULL || memchr(line, '\r', len) != NULL ||
	       memchr(line, '\0', len) != NULL;
}

/* Whether the line ends as an HTTP request's does: a browser, sent here by a web page say. */
static bool is_http(const char *rest)
{
	const char *last = strrchr(rest, ' ');
	return text_behind(last == NULL ? rest : last + 1, "HTTP/") != NULL;
}

static void refuse(struct session *session, enum reply reply, enum event event, const char *value)
{
	ask_log(session, event, value);
	say(session, reply);
	/* A client out of step sends its password as a command, or behind an AUTH that is none. */
	stream_wipe(&session->stream);
}

/* One command: which verb, legal now, checked, done. */
static void take_line(struct session *session, char *line, size_t len)
{
	if (has_controls(line, len)) {
		refuse(session, REPLY_BAD_LINE, EVENT_syntax, "control character");
		return;
	}
	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
	char *rest = line + strcspn(line, " ");
	while (*rest == ' ')
		*rest++ = '\0';
	const struct verb *verb = find_verb(line);
	if (verb == NULL && session->phase == UNNAMED && is_http(rest)) {
		/* Before it reaches the lines of its body, which may be anybody's. */
		refuse(session, REPLY_UNKNOWN_COMMAND, EVENT_foreign, "http");
		session_over(session, BYE_FOREIGN);
	} else if (verb == NULL) {
		/* Not the line itself: a client out of step sends its password where we await a
		 * verb. */
		refuse(session, REPLY_UNKNOWN_COMMAND, EVENT_syntax, "unknown command");
	} else if (len + 2 > DIALOGUE_LINE_MAX && verb->act != do_auth) {
		refuse(session, REPLY_LINE_TOO_LONG, EVENT_longline, verb->name);
	} else if (session->settings->tls_required && !session->tls && !verb->in_clear) {
		refuse(session, REPLY_TLS_FIRST, EVENT_outoforder, verb->name);
	} else if ((verb->when & session->phase) == 0) {
		refuse(session, session->phase == UNNAMED ? REPLY_HELLO_FIRST : verb->wrong_time,
			EVENT_outoforder, verb->name);
	} else {
		memset(&session->argument, 0, sizeof session->argument);
		unsigned logs = session->logs;
		enum reply fault = verb->check(session, rest);
		if (fault == GO_ON)
			verb->act(session);
		else if (session->logs == logs)
			refuse(session, fault, EVENT_syntax, verb->name);
		else
			say(session, fault);
	}
}

static void serve_line(struct session *session)
{
	char *line;
	size_t len;
	enum stream_event event = stream_line(&session->stream, session_due(session), &line, &len);
	session->asked = false;
	if (event == STREAM_READY)
		take_line(session, line, len);
	else if (event == STREAM_LONG)
		refuse(session, REPLY_LINE_TOO_LONG, EVENT_longline, "");
	else
		session_stopped(session, event);
	if (!session->asked && !session->over)
		ask_alive(session);
}

void session_run(const struct session_start *start)
{
	/* In .bss, and most of it never touched before a message comes. */
	static struct session session;
	session.settings = start->settings;
	session.wire = start->wire;
	session.stream.in = start->in;
	session.stream.out = start->out;
	session.stream.wire = start->wire;
	session.stream.write_timeout = start->settings->command_timeout;
	session.phase = UNNAMED;
	session.tls = start->tls;
	session.accept_bare_lf = start->accept_bare_lf;
	enum reply reply = ask_greeting(&session);
	session.login_due = deadline_in(start->settings->login_timeout);
	if (reply != GO_ON)
		say(&session, reply);
	if (reply != GO_ON && reply != REPLY_GREETING)
		session_over(&session, BYE_TOLD);
	while (!session.over)
		serve_line(&session);
	if (session.last_word != GO_ON)
		say(&session, session.last_word);
	/* Behind STARTTLS another session goes on with what the client sends from now on. */
	if (session.bye != BYE_STARTTLS)
		stream_close(&session.stream, session.bye != BYE_QUIT && session.bye != BYE_HANGUP);
	ask_bye(&session);
}

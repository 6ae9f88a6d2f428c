/* Answers the login: starts postern-auth, passes tokens on unread, and judges by its verdict.
 * Runs in: monitor. Trusts: postern-auth about who the client is, and nothing else. Holds no
 * password: a token passes through the record in hand, which is wiped as soon as it is sent on. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "monitor/state.h"
#include "store/passwords.h"

enum { ANSWER_S = 30 /* for postern-auth to answer one token */ };

/* What a reason that is no yes becomes. */
static const struct {
	const char *word;
	enum reply reply;
	bool failed; /* counts as a failed login */
} reasons[REASONS] = {
	[REASON_NONE] = {"none", REPLY_WRONG_LOGIN, true},
	[REASON_WRONG] = {"wrong", REPLY_WRONG_LOGIN, true},
	[REASON_UNKNOWN] = {"unknown", REPLY_WRONG_LOGIN, true},
	[REASON_DISABLED] = {"disabled", REPLY_WRONG_LOGIN, true},
	[REASON_EXPIRED] = {"expired", REPLY_WRONG_LOGIN, true},
	[REASON_MECHANISM] = {"mechanism", REPLY_WRONG_LOGIN, true},
	[REASON_WEAK] = {"weak", REPLY_MECHANISM_WEAK, true},
	[REASON_MALFORMED] = {"malformed", REPLY_BAD_BASE64, false},
	[REASON_CANCELLED] = {"cancelled", REPLY_CANCELLED, false},
	[REASON_STORE] = {"store", REPLY_LOGIN_UNAVAILABLE, false},
	[REASON_PLUGIN] = {"plugin", REPLY_LOGIN_UNAVAILABLE, false},
};

static void log_auth(struct monitor *monitor, const char *result, const char *user,
	const char *reason, const char *words)
{
	struct log_line line;
	log_begin(&line, &monitor->log, EVENT_auth);
	log_word(&line, "result", result);
	log_word(&line, "mechanism", mechanism_facts(monitor->mechanism)->name);
	log_word(&line, "user", user);
	if (reason != NULL)
		log_word(&line, "reason", reason);
	if (words != NULL && *words != '\0')
		log_word(&line, "words", words);
	log_end(&line);
}

/* The failed ones end the connection at failure_limit, the begun ones at twice that; a pause comes
 * before the answer, none after the first failure, then 1, 2, 4 s and never more. */
static void answer_no(struct monitor *monitor, enum reply reply, bool failed)
{
	unsigned limit = monitor->settings->failure_limit;
	monitor->failures += failed;
	if (failed && monitor->failures > 1) {
		unsigned doublings = monitor->failures - 2;
		monitor_pause(monitor, deadline_in(1U << (doublings > 2 ? 2 : doublings)));
	}
	if (monitor->end != GOING)
		return;
	monitor->state = IDLE;
	monitor_answer(monitor, reply);
	if (monitor->failures >= limit || monitor->logins > 2 * limit)
		monitor_end(monitor, END_FAILURES);
}

/* A yes is believed only with the login in the one form that we would have made ourselves. */
static bool believable(const struct monitor *monitor, const struct wire_verdict *verdict)
{
	return verdict->verdict != YES ||
	       passwords_canonical(verdict->login, monitor->settings->realm);
}

static void conclude(struct monitor *monitor, const struct verdict_result *result)
{
	const struct wire_verdict *verdict = &result->verdict;
	const char *user = verdict->login[0] != '\0' ? verdict->login : "?";
	if (!believable(monitor, verdict)) {
		log_auth(monitor, "unavailable", "?", "plugin", "postern-auth: no canonical login");
		answer_no(monitor, REPLY_LOGIN_UNAVAILABLE, false);
	} else if (verdict->verdict == YES) {
		monitor->logged_in = true;
		monitor->logins = 0;
		memcpy(monitor->login, verdict->login, sizeof monitor->login);
		monitor->state = IDLE;
		monitor_answer(monitor, REPLY_LOGGED_IN);
		log_auth(monitor, "ok", user, NULL, verdict->renew ? "renew the password" : NULL);
	} else {
		bool told = verdict->verdict == NO;
		log_auth(monitor, told ? "fail" : "unavailable", user,
			reasons[verdict->reason].word, told ? NULL : result->words);
		answer_no(monitor, told ? reasons[verdict->reason].reply : REPLY_LOGIN_UNAVAILABLE,
			told && reasons[verdict->reason].failed);
	}
}

static void send_challenge(struct monitor *monitor, const char *challenge)
{
	struct wire_answer answer;
	memset(&answer, 0, sizeof answer);
	answer.type = WIRE_ANSWER;
	answer.reply = REPLY_CHALLENGE;
	monitor_send(monitor, &answer, sizeof answer, challenge, strlen(challenge));
}

/* Passes one token on and does what comes of it. */
static void step(struct monitor *monitor, uint8_t present, const char *octets, size_t len)
{
	/* 12 KiB, of which most is never touched. */
	static struct verdict_result result;
	struct wire_token token = {REQUEST_token, present};
	monitor->state = LOGIN;
	verdict_token(&monitor->auth, &token, octets, len);
	text_wipe(&monitor->record, sizeof(struct wire_login) + len);
	enum verdict_step next =
		verdict_wait(&monitor->auth, deadline_in(ANSWER_S), monitor->session.wire, &result);
	switch (next) {
	case VERDICT_MORE: send_challenge(monitor, result.challenge); break;
	case VERDICT_DONE: conclude(monitor, &result); break;
	case VERDICT_FAILED:
		log_auth(monitor, "unavailable", "?", "plugin", result.words);
		answer_no(monitor, REPLY_LOGIN_UNAVAILABLE, false);
		break;
	case VERDICT_WATCHED: monitor_interrupted(monitor); break;
	}
}

static void endpoint(const struct ip *ip, unsigned port, char *room, size_t size)
{
	struct text text = {room, 0, size, false};
	if (!ip->known)
		return;
	ip_print(ip, &text);
	text_octet(&text, ';');
	text_number(&text, port);
	text_string(&text);
}

/* Starts postern-auth with all that it needs in one record. */
static bool start_auth(struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	const struct peer *peer = monitor->start->peer;
	struct wire_auth first;
	TEXT(whose, WIRE_LOGIN_MAX + 1);
	verdict_first(&first, settings, monitor->mechanism);
	endpoint(&peer->local, peer->local_port, first.local, sizeof first.local);
	endpoint(&peer->client, peer->client_port, first.remote, sizeof first.remote);
	if (monitor->tls) {
		first.tls_bits = monitor->facts.bits;
		first.bindings = monitor->facts.bindings;
		if (monitor->mechanism == MECHANISM_EXTERNAL &&
			envelope_certificate(monitor, &whose))
			text_copy(first.certificate, sizeof first.certificate, whose.at);
	}
	return verdict_start(&monitor->auth, monitor->start->auth, &first, 0) == 0;
}

void answer_login(struct monitor *monitor, const char *octets, size_t more)
{
	const struct wire_login *record = &monitor->record.login;
	if (record->mechanism >= MECHANISMS ||
		!mechanism_in(monitor->offered, (enum mechanism)record->mechanism) ||
		monitor->logged_in || (more > 0) != (record->present != 0)) {
		monitor_distrust(monitor, "bad login");
		return;
	}
	monitor->mechanism = (enum mechanism)record->mechanism;
	monitor->logins++;
	if (start_auth(monitor)) {
		step(monitor, record->present != 0, octets, more);
		return;
	}
	TEXT(words, 512);
	text_add(&words, monitor->start->auth);
	text_add(&words, ": ");
	text_add(&words, strerror(errno));
	text_wipe(&monitor->record, sizeof(struct wire_login) + more);
	log_auth(monitor, "unavailable", "?", "plugin", text_string(&words));
	answer_no(monitor, REPLY_LOGIN_UNAVAILABLE, false);
}

void answer_token(struct monitor *monitor, const char *octets, size_t more)
{
	step(monitor, 1, octets, more);
}

/* Starts postern-auth, passes tokens to it and takes its one verdict.
 * Runs in: monitor, postern. Trusts: a verdict only when postern-auth has ended well after it,
 * and then only about who the client is. */
#include "base/verdict.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { END_MS = 2000 };

/* Whatever postern-auth may send, and one octet more, so that a longer record is seen as such. */
union record {
	uint8_t type;
	struct wire_verdict verdict;
	struct {
		struct wire_more head;
		char challenge[WIRE_TOKEN_MAX + 1];
	} more;
};

void verdict_first(
	struct wire_auth *first, const struct settings *settings, enum mechanism mechanism)
{
	memset(first, 0, sizeof *first);
	first->type = WIRE_AUTH;
	first->mechanism = (uint8_t)mechanism;
	first->passwords = (uint8_t)settings->passwords.kind;
	text_copy(first->plugin, sizeof first->plugin, settings->passwords.plugin);
	text_copy(first->sasl_configuration, sizeof first->sasl_configuration,
		settings->sasl_configuration);
	text_copy(first->keytab, sizeof first->keytab, settings->keytab);
	first->jail_layers = (uint8_t)settings->jail_layers;
	first->log_unknown_users = settings->log_unknown_users;
	first->iterations = settings->scram_iterations;
	text_copy(first->hostname, sizeof first->hostname, settings->hostname);
	text_copy(first->realm, sizeof first->realm, settings->realm);
	text_copy(first->accounts, sizeof first->accounts, settings->accounts);
	text_copy(first->saslauthd_socket, sizeof first->saslauthd_socket,
		settings->saslauthd_socket);
}

int verdict_start(
	struct verdict_run *run, const char *program, const struct wire_auth *first, int null)
{
	const struct helper_start start = {
		.program = program,
		.name = "postern-auth",
		.argument = first->check != 0 ? "--check" : NULL,
		.in = null,
		.out = null,
	};
	run->check = first->check != 0;
	if (helper_start(&run->helper, &start) != 0)
		return -1;
	/* If it cannot be sent, it died at once; the first token will tell, and in which words. */
	wire_send_now(run->helper.wire, first, sizeof *first, NULL, 0);
	return 0;
}

static void explain(const struct verdict_run *run, struct child_status status, const char *what,
	struct verdict_result *result)
{
	struct text words = TEXT_OVER(result->words);
	helper_explain(&run->helper, status, what, &words);
	text_string(&words);
}

/* The end of a run without a verdict that counts. It has `patience` to end by itself; with none,
 * what it started goes with it. */
static enum verdict_step fail(struct verdict_run *run, unsigned patience_ms, const char *what,
	struct verdict_result *result)
{
	struct child_status status =
		patience_ms == 0 ? child_kill(run->helper.pid)
				 : child_wait(run->helper.pid, deadline_in_ms(patience_ms));
	explain(run, status, what, result);
	helper_forget(&run->helper);
	return VERDICT_FAILED;
}

/* Whether a login is what may stand in a log and in a state: the monitor looks at it more closely.
 */
static bool is_printable(const char *login)
{
	for (; *login != '\0'; login++)
		if (*login <= ' ' || *login > '~')
			return false;
	return true;
}

static bool is_good(const struct wire_verdict *verdict, bool check)
{
	if (verdict->verdict > CANNOT_TELL || verdict->reason >= REASONS || verdict->renew > 1 ||
		!wire_string(verdict->login, sizeof verdict->login) ||
		!is_printable(verdict->login))
		return false;
	if ((verdict->verdict == YES) != (verdict->reason == REASON_NONE))
		return false;
	/* A yes says who it is; that of a check speaks of nobody. */
	return verdict->verdict != YES || (*verdict->login == '\0') == check;
}

/* A challenge goes to the client, so it is looked at octet by octet: base64 and nothing else. */
static bool take_challenge(const char *octets, size_t len, char challenge[WIRE_TOKEN_MAX + 1])
{
	if (len > WIRE_TOKEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char octet = octets[i];
		if ((octet < 'A' || octet > 'Z') && (octet < 'a' || octet > 'z') &&
			(octet < '0' || octet > '9') && octet != '+' && octet != '/' &&
			octet != '=')
			return false;
	}
	memcpy(challenge, octets, len);
	challenge[len] = '\0';
	return true;
}

/* The verdict is there. It counts if the wire and the process end well within END_MS, and nothing
 * else is said. */
static enum verdict_step finish(struct verdict_run *run, struct verdict_result *result)
{
	struct deadline deadline = deadline_in_ms(END_MS);
	struct pollfd wire = {run->helper.wire, POLLIN, 0};
	uint8_t octet;
	int ready = deadline_poll(&wire, 1, deadline);
	if (ready <= 0)
		return fail(run, 0, "did not end after its verdict", result);
	/* End of file reads as nothing; anything else is a second record. */
	if (recv(run->helper.wire, &octet, sizeof octet, MSG_DONTWAIT) != 0)
		return fail(run, 0, "answered badly", result);
	struct child_status status = child_wait(run->helper.pid, deadline);
	if (status.end != CHILD_EXITED || status.code != 0 || status.timed_out) {
		explain(run, status, "did not end after its verdict", result);
		helper_forget(&run->helper);
		return VERDICT_FAILED;
	}
	if (result->verdict.verdict == CANNOT_TELL)
		explain(run, status, "", result);
	helper_forget(&run->helper);
	return VERDICT_DONE;
}

/* A record that was received, or none because the wire has ended. */
static enum verdict_step take(struct verdict_run *run, const union record *record, size_t len,
	struct verdict_result *result)
{
	if (len == 0)
		return fail(run, END_MS, "ended without a verdict", result);
	if (record->type == WIRE_MORE && !run->check && len >= sizeof record->more.head &&
		take_challenge(
			record->more.challenge, len - sizeof record->more.head, result->challenge))
		return VERDICT_MORE;
	if (record->type != WIRE_VERDICT || len != sizeof record->verdict ||
		!is_good(&record->verdict, run->check))
		return fail(run, 0, "answered badly", result);
	result->verdict = record->verdict;
	return finish(run, result);
}

void verdict_token(
	struct verdict_run *run, const struct wire_token *token, const char *octets, size_t len)
{
	wire_send_now(run->helper.wire, token, sizeof *token, octets, len);
}

enum verdict_step verdict_wait(
	struct verdict_run *run, struct deadline deadline, int watch, struct verdict_result *result)
{
	union record record;
	memset(result, 0, sizeof *result);
	result->verdict.verdict = CANNOT_TELL; /* until it is known: zero would be a yes */
	for (;;) {
		struct pollfd polled[2] = {{run->helper.wire, POLLIN, 0}, {watch, POLLIN, 0}};
		enum wire_end end = WIRE_WOULD_BLOCK;
		size_t got = 0;
		if (deadline_poll(polled, 2, deadline) <= 0)
			return fail(run, 0, "no answer in time", result);
		if (polled[0].revents != 0)
			got = wire_receive(run->helper.wire, &record, sizeof record, &end);
		if (end != WIRE_WOULD_BLOCK) {
			enum verdict_step step = take(run, &record, got, result);
			text_wipe(&record, sizeof record);
			if (step == VERDICT_FAILED) /* half of what it said is worth nothing */
				result->verdict = (struct wire_verdict){.verdict = CANNOT_TELL};
			return step;
		}
		if (polled[1].revents != 0)
			return VERDICT_WATCHED;
	}
}

void verdict_end(struct verdict_run *run)
{
	helper_end(&run->helper);
}

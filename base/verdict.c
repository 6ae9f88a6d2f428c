/* Starts postern-auth, passes tokens to it and takes its one verdict.
 * Runs in: monitor, postern. Trusts: a verdict only when postern-auth has ended well after it,
 * and then only about who the client is. */
#include "base/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"

enum { END_MS = 2000, WORDS = 201 };

/* Whatever postern-auth may send, and one octet more, so that a longer record is seen as such. */
union record {
	uint8_t type;
	struct wire_verdict verdict;
	struct {
		struct wire_more head;
		char challenge[WIRE_TOKEN_MAX + 1];
	} more;
};

/* Closes what belongs to a run whose process is reaped. Its lifeline goes last: an earlier close
 * would kill a process that was about to end well. */
static void forget(struct verdict_run *run)
{
	close(run->wire);
	close(run->words);
	close(run->lifeline);
	*run = (struct verdict_run){.pid = -1, .wire = -1, .lifeline = -1, .words = -1};
}

/* The parent's copies of the child's ends, and with `all` its own too; errno is kept. */
static void close_ends(const int ends[2], const int pipe_ends[2], int words, bool all)
{
	int error = errno;
	if (ends[1] >= 0)
		close(ends[1]);
	if (pipe_ends[0] >= 0)
		close(pipe_ends[0]);
	if (all && ends[0] >= 0)
		close(ends[0]);
	if (all && pipe_ends[1] >= 0)
		close(pipe_ends[1]);
	if (all && words >= 0)
		close(words);
	errno = error;
}

int verdict_start(
	struct verdict_run *run, const char *program, const struct wire_auth *first, int null)
{
	static const char name[] = "postern-auth", check[] = "--check";
	char *argv[] = {
		(char *)(uintptr_t)name, first->check != 0 ? (char *)(uintptr_t)check : NULL, NULL};
	char *environment[] = {NULL};
	int ends[2] = {-1, -1}, pipe_ends[2] = {-1, -1}, words = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
		pipe2(pipe_ends, O_CLOEXEC) != 0 || (words = child_words_open()) < 0) {
		close_ends(ends, pipe_ends, words, true);
		return -1;
	}
	struct child child = {
		.program = program,
		.argv = argv,
		.envp = environment,
		.fds = {null, null, words, ends[1], pipe_ends[0]},
		.fd_count = 5,
	};
	pid_t pid = child_start(&child);
	close_ends(ends, pipe_ends, words, pid < 0);
	if (pid < 0)
		return -1;
	*run = (struct verdict_run){pid, ends[0], pipe_ends[1], words, first->check != 0};
	/* If it cannot be sent, it died at once; the first token will tell, and in which words. */
	wire_send_now(run->wire, first, sizeof *first, NULL, 0);
	return 0;
}

/* How it ended, in words: its own, if it left any. */
static void explain(const struct verdict_run *run, struct child_status status, const char *what,
	struct verdict_result *result)
{
	struct text words = TEXT_OVER(result->words);
	char said[WORDS];
	child_words(run->words, said, sizeof said);
	if (*said != '\0') {
		text_add(&words, said);
	} else if (status.end == CHILD_KILLED && !status.timed_out) {
		text_add(&words, "signal ");
		text_number(&words, (unsigned)status.code);
	} else if (status.end == CHILD_EXITED && status.code != 0 && !status.timed_out) {
		text_add(&words, "exit status ");
		text_number(&words, (unsigned)status.code);
	} else {
		text_add(&words, what);
	}
	text_string(&words);
}

/* The end of a run without a verdict that counts. It has `patience` to end by itself; with none,
 * what it started goes with it. */
static enum verdict_step fail(struct verdict_run *run, unsigned patience_ms, const char *what,
	struct verdict_result *result)
{
	struct child_status status = patience_ms == 0
					     ? child_kill(run->pid)
					     : child_wait(run->pid, deadline_in_ms(patience_ms));
	explain(run, status, what, result);
	forget(run);
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
	struct pollfd wire = {run->wire, POLLIN, 0};
	uint8_t octet;
	int ready = deadline_poll(&wire, 1, deadline);
	if (ready <= 0)
		return fail(run, 0, "did not end after its verdict", result);
	/* End of file reads as nothing; anything else is a second record. */
	if (recv(run->wire, &octet, sizeof octet, MSG_DONTWAIT) != 0)
		return fail(run, 0, "answered badly", result);
	struct child_status status = child_wait(run->pid, deadline);
	if (status.end != CHILD_EXITED || status.code != 0 || status.timed_out) {
		explain(run, status, "did not end after its verdict", result);
		forget(run);
		return VERDICT_FAILED;
	}
	if (result->verdict.verdict == CANNOT_TELL)
		explain(run, status, "", result);
	forget(run);
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
	wire_send_now(run->wire, token, sizeof *token, octets, len);
}

enum verdict_step verdict_wait(
	struct verdict_run *run, struct deadline deadline, int watch, struct verdict_result *result)
{
	union record record;
	memset(result, 0, sizeof *result);
	result->verdict.verdict = CANNOT_TELL; /* until it is known: zero would be a yes */
	for (;;) {
		struct pollfd polled[2] = {{run->wire, POLLIN, 0}, {watch, POLLIN, 0}};
		enum wire_end end = WIRE_WOULD_BLOCK;
		size_t got = 0;
		if (deadline_poll(polled, 2, deadline) <= 0)
			return fail(run, 0, "no answer in time", result);
		if (polled[0].revents != 0)
			got = wire_receive(run->wire, &record, sizeof record, &end);
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
	if (run->pid < 0)
		return;
	/* The kernel kills it as soon as the lifeline ends. */
	close(run->lifeline);
	run->lifeline = -1;
	child_kill(run->pid);
	forget(run);
}

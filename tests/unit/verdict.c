/* A verdict counts only when it is whole, alone, and followed by a good end.
 *
 * The program that is started is this one again, as `postern-auth`: the host's name in the first
 * record tells it what to do wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/verdict.h"

/* --- postern-auth --- */

static void say(const void *record, size_t len)
{
	if (send(3, record, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(99);
}

static void say_verdict(enum verdict verdict, enum reason reason, const char *login)
{
	struct wire_verdict record = {
		WIRE_VERDICT, (uint8_t)verdict, (uint8_t)reason, 0, "", {1}, {2}};
	text_copy(record.login, sizeof record.login, login);
	say(&record, sizeof record);
}

static void say_more(const char *challenge, size_t len)
{
	char record[sizeof(struct wire_more) + WIRE_TOKEN_MAX + 64] = {WIRE_MORE};
	memcpy(record + sizeof(struct wire_more), challenge, len);
	say(record, sizeof(struct wire_more) + len);
}

static void hang(void)
{
	for (;;)
		pause();
}

/* Whether the start is as promised: five descriptors, no environment, the root, a session. */
static bool started_well(int argc, char **argv, bool check)
{
	char folder[8] = "";
	struct stat null, fd;
	extern char **environ;
	if (argc != (check ? 2 : 1) || (check && strcmp(argv[1], "--check") != 0) ||
		*environ != NULL)
		return false;
	if (getcwd(folder, sizeof folder) == NULL || strcmp(folder, "/") != 0 ||
		getsid(0) != getpid())
		return false;
	for (int i = 0; i < 2; i++)
		if (stat("/dev/null", &null) != 0 || fstat(i, &fd) != 0 ||
			fd.st_rdev != null.st_rdev)
			return false;
	for (int i = 5; i < 1024; i++)
		if (fcntl(i, F_GETFD) >= 0)
			return false;
	return fcntl(2, F_GETFD) >= 0 && fstat(4, &fd) == 0 && S_ISFIFO(fd.st_mode);
}

static void do_wrong(const char *what)
{
	static char big[WIRE_TOKEN_MAX + 8];
	memset(big, 'A', sizeof big);
	if (strcmp(what, "yes") == 0)
		say_verdict(YES, REASON_NONE, "alice");
	if (strcmp(what, "no") == 0)
		say_verdict(NO, REASON_UNKNOWN, "");
	if (strcmp(what, "cannot") == 0 && write(2, "\nno such file\n", 14) == 14)
		say_verdict(CANNOT_TELL, REASON_STORE, "");
	if (strcmp(what, "longest login") == 0) {
		memset(big, 'a', WIRE_LOGIN_MAX);
		big[WIRE_LOGIN_MAX] = '\0';
		say_verdict(YES, REASON_NONE, big);
	}
	if (strcmp(what, "status") == 0)
		_exit(7);
	if (strcmp(what, "yes, status") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		_exit(7);
	}
	if (strcmp(what, "signal") == 0)
		raise(SIGKILL);
	if (strcmp(what, "yes, signal") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		raise(SIGKILL);
	}
	if (strcmp(what, "words") == 0 && write(2, "cannot load\tlibfoo\n", 19) == 19)
		_exit(127);
	if (strcmp(what, "yes, yes") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		say_verdict(YES, REASON_NONE, "alice");
	}
	if (strcmp(what, "yes, more") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		say_more("", 0);
	}
	if (strcmp(what, "hang") == 0)
		hang();
	if (strcmp(what, "yes, hang") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		hang();
	}
	if (strcmp(what, "yes, shut, hang") == 0) {
		say_verdict(YES, REASON_NONE, "alice");
		close(3);
		hang();
	}
	if (strcmp(what, "shut, hang") == 0) {
		close(3);
		hang();
	}
	if (strcmp(what, "long") == 0) {
		struct wire_verdict record[2] = {
			{WIRE_VERDICT, YES, REASON_NONE, 0, "alice", {0}, {0}}};
		say(record, sizeof *record + 1);
	}
	if (strcmp(what, "short") == 0) {
		struct wire_verdict record = {WIRE_VERDICT, YES, REASON_NONE, 0, "alice", {0}, {0}};
		say(&record, sizeof record - 1);
	}
	if (strcmp(what, "no NUL") == 0) {
		struct wire_verdict record = {WIRE_VERDICT, YES, REASON_NONE, 0, "", {0}, {0}};
		memset(record.login, 'a', sizeof record.login);
		say(&record, sizeof record);
	}
	if (strcmp(what, "renew") == 0) {
		struct wire_verdict record = {WIRE_VERDICT, YES, REASON_NONE, 2, "alice", {0}, {0}};
		say(&record, sizeof record);
	}
	if (strcmp(what, "verdict") == 0)
		say_verdict((enum verdict)3, REASON_WRONG, "alice");
	if (strcmp(what, "reason") == 0)
		say_verdict(NO, REASONS, "alice");
	if (strcmp(what, "yes, but wrong") == 0)
		say_verdict(YES, REASON_WRONG, "alice");
	if (strcmp(what, "no, for nothing") == 0)
		say_verdict(NO, REASON_NONE, "alice");
	if (strcmp(what, "nobody") == 0)
		say_verdict(YES, REASON_NONE, "");
	if (strcmp(what, "blank") == 0)
		say_verdict(YES, REASON_NONE, "al ice");
	if (strcmp(what, "control") == 0)
		say_verdict(NO, REASON_WRONG, "al\nice");
	if (strcmp(what, "8-bit") == 0)
		say_verdict(NO, REASON_WRONG, "al\303\257ce");
	if (strcmp(what, "type") == 0)
		say("x", 1);
	if (strcmp(what, "challenge CR") == 0)
		say_more("AAA\r", 4);
	if (strcmp(what, "challenge NUL") == 0)
		say_more("AAA\0", 4);
	if (strcmp(what, "challenge blank") == 0)
		say_more("AA A", 4);
	if (strcmp(what, "challenge too long") == 0)
		say_more(big, WIRE_TOKEN_MAX + 1);
	if (strcmp(what, "challenge far too long") == 0)
		say_more(big, WIRE_TOKEN_MAX + 5);
}

static int postern_auth(int argc, char **argv)
{
	struct wire_auth first;
	struct {
		struct wire_token head;
		char octets[WIRE_TOKEN_MAX];
	} token;
	if (recv(3, &first, sizeof first, 0) != sizeof first)
		_exit(98);
	if (!started_well(argc, argv, first.check != 0))
		_exit(97);
	if (first.check != 0) {
		say_verdict(YES, REASON_NONE, first.hostname[0] == 'n' ? "alice" : "");
		_exit(0);
	}
	if (strcmp(first.hostname, "at once") == 0)
		_exit(5);
	if (recv(3, &token, sizeof token, 0) < (ssize_t)sizeof token.head)
		_exit(96);
	/* `dialogue`: every token comes back, until it is empty. */
	while (strcmp(first.hostname, "dialogue") == 0) {
		ssize_t len;
		say_more(token.octets, strnlen(token.octets, sizeof token.octets));
		memset(&token, 0, sizeof token);
		if ((len = recv(3, &token, sizeof token, 0)) < (ssize_t)sizeof token.head)
			_exit(95);
		if (len == sizeof token.head)
			say_verdict(YES, REASON_NONE, "alice");
		if (len == sizeof token.head)
			_exit(0);
	}
	do_wrong(first.hostname);
	return 0;
}

/* --- the monitor --- */

static char self[4096];
static int null_fd;

static size_t open_descriptors(void)
{
	DIR *all = opendir("/proc/self/fd");
	size_t count = 0;
	while (readdir(all) != NULL)
		count++;
	closedir(all);
	return count;
}

static struct verdict_run started(const char *what, bool check)
{
	struct verdict_run run;
	struct wire_auth first = {.type = WIRE_AUTH, .check = check};
	text_copy(first.hostname, sizeof first.hostname, what);
	assert_int_equal(verdict_start(&run, self, &first, null_fd), 0);
	return run;
}

static enum verdict_step tell(struct verdict_run *run, const char *octets, int milliseconds,
	struct verdict_result *result)
{
	struct wire_token token = {REQUEST_token, 1};
	verdict_token(run, &token, octets, strlen(octets));
	return verdict_wait(run, deadline_in_ms((unsigned)milliseconds), -1, result);
}

static struct verdict_result result;

static enum verdict_step outcome(const char *what, int milliseconds)
{
	size_t before = open_descriptors();
	struct verdict_run run = started(what, false);
	pid_t pid = run.helper.pid;
	enum verdict_step step = tell(&run, "AAAA", milliseconds, &result);
	/* Nothing is left of it: no process, no descriptor. */
	assert_int_equal(run.helper.pid, -1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(open_descriptors(), before);
	verdict_end(&run); /* once more is fine */
	return step;
}

static void a_good_verdict_counts(void **state)
{
	(void)state;
	assert_int_equal(outcome("yes", 5000), VERDICT_DONE);
	assert_int_equal(result.verdict.verdict, YES);
	assert_string_equal(result.verdict.login, "alice");
	assert_int_equal(result.verdict.name_key[0], 1);
	assert_int_equal(outcome("no", 5000), VERDICT_DONE);
	assert_int_equal(result.verdict.reason, REASON_UNKNOWN);
	assert_string_equal(result.verdict.login, "");
	assert_int_equal(outcome("cannot", 5000), VERDICT_DONE);
	assert_int_equal(result.verdict.verdict, CANNOT_TELL);
	assert_string_equal(result.words, "no such file");
	assert_int_equal(outcome("longest login", 5000), VERDICT_DONE);
	assert_int_equal(strlen(result.verdict.login), WIRE_LOGIN_MAX);
}

static void any_other_end_is_no_verdict(void **state)
{
	static const struct {
		const char *what, *words;
	} rows[] = {
		{"at once", "exit status 5"},
		{"nothing", "ended without a verdict"},
		{"status", "exit status 7"},
		{"yes, status", "exit status 7"},
		{"signal", "signal 9"},
		{"yes, signal", "signal 9"},
		{"words", "cannot load libfoo"},
		{"yes, yes", "answered badly"},
		{"yes, more", "answered badly"},
		{"hang", "no answer in time"},
		{"long", "answered badly"},
		{"short", "answered badly"},
		{"no NUL", "answered badly"},
		{"renew", "answered badly"},
		{"verdict", "answered badly"},
		{"reason", "answered badly"},
		{"yes, but wrong", "answered badly"},
		{"no, for nothing", "answered badly"},
		{"nobody", "answered badly"},
		{"blank", "answered badly"},
		{"control", "answered badly"},
		{"8-bit", "answered badly"},
		{"type", "answered badly"},
		{"challenge CR", "answered badly"},
		{"challenge NUL", "answered badly"},
		{"challenge blank", "answered badly"},
		{"challenge too long", "answered badly"},
		/* Longer than any record may be: the wire itself gives it up. */
		{"challenge far too long", NULL},
	};
	static const struct wire_verdict none = {.verdict = CANNOT_TELL};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(
			outcome(rows[i].what, strcmp(rows[i].what, "hang") == 0 ? 200 : 5000),
			VERDICT_FAILED);
		if (rows[i].words != NULL)
			assert_string_equal(result.words, rows[i].words);
		assert_memory_equal(&result.verdict, &none, sizeof none);
		assert_true(*result.words != '\0');
	}
}

static void a_verdict_that_is_not_followed_by_an_end_is_none(void **state)
{
	static const char *const rows[] = {"yes, hang", "yes, shut, hang", "shut, hang"};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		long long before = deadline_now();
		assert_int_equal(outcome(rows[i], 5000), VERDICT_FAILED);
		assert_in_range(deadline_now() - before, 1900, 4500);
		assert_int_equal(result.verdict.verdict, CANNOT_TELL);
		assert_string_equal(result.verdict.login, "");
	}
}

static void tokens_go_to_and_fro(void **state)
{
	static char longest[WIRE_TOKEN_MAX + 1];
	struct verdict_run run = started("dialogue", false);
	(void)state;
	memset(longest, 'z', sizeof longest - 1);
	assert_int_equal(tell(&run, "QUJD", 5000, &result), VERDICT_MORE);
	assert_string_equal(result.challenge, "QUJD");
	assert_int_equal(tell(&run, longest, 5000, &result), VERDICT_MORE);
	assert_string_equal(result.challenge, longest);
	assert_int_equal(tell(&run, "", 5000, &result), VERDICT_DONE);
	assert_string_equal(result.challenge, "");
	assert_string_equal(result.verdict.login, "alice");
}

static void the_watched_descriptor_ends_the_wait(void **state)
{
	struct verdict_run run = started("hang", false);
	struct wire_token token = {REQUEST_token, 1};
	pid_t pid = run.helper.pid;
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(close(ends[1]), 0);
	verdict_token(&run, &token, "", 0);
	assert_int_equal(verdict_wait(&run, deadline_in(5), ends[0], &result), VERDICT_WATCHED);
	assert_int_equal(kill(pid, 0), 0); /* it still runs */
	verdict_end(&run);
	assert_int_equal(kill(pid, 0), -1);
	close(ends[0]);
	/* What is not ready does not disturb. */
	assert_int_equal(pipe(ends), 0);
	run = started("yes", false);
	verdict_token(&run, &token, "", 0);
	assert_int_equal(verdict_wait(&run, deadline_in(5), ends[0], &result), VERDICT_DONE);
	close(ends[0]);
	close(ends[1]);
}

static void a_check_names_nobody(void **state)
{
	struct verdict_run run = started("check", true);
	(void)state;
	assert_int_equal(verdict_wait(&run, deadline_in(5), -1, &result), VERDICT_DONE);
	assert_int_equal(result.verdict.verdict, YES);
	run = started("names", true);
	assert_int_equal(verdict_wait(&run, deadline_in(5), -1, &result), VERDICT_FAILED);
}

static void a_program_that_is_not_there_starts_nothing(void **state)
{
	struct wire_auth first = {.type = WIRE_AUTH};
	struct verdict_run run;
	size_t before = open_descriptors();
	(void)state;
	assert_int_equal(verdict_start(&run, "/nonexistent/postern-auth", &first, null_fd), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(open_descriptors(), before);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_verdict_counts),
		cmocka_unit_test(any_other_end_is_no_verdict),
		cmocka_unit_test(a_verdict_that_is_not_followed_by_an_end_is_none),
		cmocka_unit_test(tokens_go_to_and_fro),
		cmocka_unit_test(the_watched_descriptor_ends_the_wait),
		cmocka_unit_test(a_check_names_nobody),
		cmocka_unit_test(a_program_that_is_not_there_starts_nothing),
	};
	if (strcmp(argv[0], "postern-auth") == 0)
		return postern_auth(argc, argv);
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return len < 0 || null_fd < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

/* Starts a helper, and ends it.
 * Runs in: monitor, smtpd before root is dropped, postern. Trusts: nothing of the helper. */
#include "base/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WORDS = 201 };

struct helper helper_none(void)
{
	return (struct helper){.pid = -1, .wire = -1, .lifeline = -1, .words = -1};
}

/* Our copies of the helper's ends, and with `all` our own ends too; errno is kept. */
static void close_ends(const int wire[2], const int lifeline[2], int words, bool all)
{
	const int list[] = {wire[1], lifeline[0], wire[0], lifeline[1], words};
	int error = errno;
	for (size_t i = 0; i < (all ? sizeof list / sizeof *list : 2); i++)
		if (list[i] >= 0)
			close(list[i]);
	errno = error;
}

int helper_start(struct helper *helper, const struct helper_start *start)
{
	/* execve() does not write to its arguments, but says char *. */
	char *argv[] = {(char *)(uintptr_t)start->name, (char *)(uintptr_t)start->argument, NULL};
	char *environment[] = {NULL};
	int wire[2] = {-1, -1}, lifeline[2] = {-1, -1}, words = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wire) != 0 ||
		pipe2(lifeline, O_CLOEXEC) != 0 || (words = child_words_open()) < 0) {
		close_ends(wire, lifeline, words, true);
		return -1;
	}
	struct child child = {
		.program = start->program,
		.argv = argv,
		.envp = environment,
		.fds = {start->in, start->out, words, wire[1], lifeline[0]},
		.fd_count = HELPER_FIRST + start->more_count,
	};
	for (size_t i = 0; i < start->more_count; i++)
		child.fds[HELPER_FIRST + i] = start->more[i];
	pid_t pid = child_start(&child);
	close_ends(wire, lifeline, words, pid < 0);
	if (pid < 0)
		return -1;
	*helper = (struct helper){pid, wire[0], lifeline[1], words};
	return 0;
}

void helper_explain(const struct helper *helper, struct child_status status, const char *what,
	struct text *words)
{
	char said[WORDS];
	child_words(helper->words, said, sizeof said);
	if (*said != '\0') {
		text_add(words, said);
	} else if (status.end == CHILD_KILLED && !status.timed_out) {
		text_add(words, "signal ");
		text_number(words, (unsigned)status.code);
	} else if (status.end == CHILD_EXITED && status.code != 0 && !status.timed_out) {
		text_add(words, "exit status ");
		text_number(words, (unsigned)status.code);
	} else {
		text_add(words, what);
	}
}

void helper_forget(struct helper *helper)
{
	/* Its lifeline goes last: an earlier close would kill a process that was about to end
	 * well. */
	close(helper->wire);
	close(helper->words);
	close(helper->lifeline);
	*helper = helper_none();
}

void helper_end(struct helper *helper)
{
	if (helper->pid < 0)
		return;
	/* The kernel kills it as soon as the lifeline ends. */
	close(helper->lifeline);
	helper->lifeline = -1;
	child_kill(helper->pid);
	helper_forget(helper);
}

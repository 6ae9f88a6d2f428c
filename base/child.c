/* A program started, watched by a deadline, its words kept, its group killed.
 * Runs in: monitor, postern. Trusts: nothing of the child. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum { CHILD_GRACE_MS = 2000, CHILD_FD_ASIDE = 16 /* above CHILD_FDS_MAX */ };

/* What the child does between vfork and exec: system calls only, in memory that is the parent's. */
static int become(const struct child *child)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;
	int aside[CHILD_FDS_MAX];
	/* First out of the way, so that no target is a source that is still wanted. */
	for (size_t i = 0; i < child->fd_count; i++)
		if ((aside[i] = fcntl(child->fds[i], F_DUPFD_CLOEXEC, CHILD_FD_ASIDE)) < 0)
			return errno;
	for (size_t i = 0; i < child->fd_count; i++)
		if (dup2(aside[i], (int)i) < 0)
			return errno;
	if (close_range((unsigned)child->fd_count, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
		return errno;
	/* An ignored SIGCHLD, say, survives exec, and makes nullmailer fail after it has queued the
	 * mail. */
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0 || chdir("/") != 0)
		return errno;
	umask(022);
	execve(child->program, child->argv, child->envp);
	return errno;
}

pid_t child_start(const struct child *child)
{
	/* volatile: written by the child, which shares this memory until it execs or leaves. */
	volatile int failure = 0;
	pid_t pid = vfork();
	if (pid == 0) {
		failure = become(child);
		_exit(127);
	}
	if (pid > 0 && failure != 0) {
		waitpid(pid, NULL, 0);
		errno = failure;
		return -1;
	}
	return pid;
}

bool child_ended(pid_t pid, struct deadline deadline, struct child_status *status)
{
	int word;
	int process = pidfd_open(pid, 0);
	if (process >= 0) {
		struct pollfd end = {process, POLLIN, 0};
		deadline_poll(&end, 1, deadline);
		close(process);
	} else {
		/* No pidfd (an old kernel, an emulator): look now and then. */
		siginfo_t info = {0};
		while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
			info.si_pid == 0 && !deadline_passed(deadline))
			poll(NULL, 0, 5);
	}
	/* One that is traced is its tracer's to reap first. */
	pid_t reaped;
	while ((reaped = waitpid(pid, &word, WNOHANG)) == 0 && !deadline_passed(deadline))
		poll(NULL, 0, 1);
	if (reaped != pid)
		return false;
	status->end = WIFEXITED(word) ? CHILD_EXITED : CHILD_KILLED;
	status->code = WIFEXITED(word) ? WEXITSTATUS(word) : WTERMSIG(word);
	status->timed_out = false;
	return true;
}

struct child_status child_wait(pid_t pid, struct deadline deadline)
{
	struct child_status status = {CHILD_ABANDONED, 0, false};
	if (child_ended(pid, deadline, &status))
		return status;
	return child_kill(pid);
}

struct child_status child_kill(pid_t pid)
{
	struct child_status status = {CHILD_ABANDONED, 0, true};
	/* Before it is reaped: until then the group cannot be anybody else's. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	child_ended(pid, deadline_in_ms(CHILD_GRACE_MS), &status);
	status.timed_out = true;
	return status;
}

int child_words_open(void)
{
	return memfd_create("words", MFD_CLOEXEC);
}

void child_words(int fd, char *room, size_t size)
{
	ssize_t got = pread(fd, room, size - 1, 0);
	size_t len = got < 0 ? 0 : (size_t)got, begin = 0;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)room[i] < ' ')
			room[i] = ' ';
	while (len > 0 && room[len - 1] == ' ')
		len--;
	while (begin < len && room[begin] == ' ')
		begin++;
	memmove(room, room + begin, len - begin);
	room[len - begin] = '\0';
}

bool child_beside(char *path, size_t size, const char *name)
{
	/* The kernel's own word of what was executed; argv[0] is the caller's, PATH the
	 * environment's. */
	const char *self = (const char *)getauxval(AT_EXECFN);
	struct text text = {path, 0, size, false};
	if (self == NULL || strrchr(self, '/') == NULL)
		return false;
	if (*self != '/') {
		if (getcwd(path, size - 1) == NULL || *path != '/')
			return false;
		text.len = strlen(path);
		text_octet(&text, '/');
	}
	text_octets(&text, self, (size_t)(strrchr(self, '/') - self) + 1);
	text_add(&text, name);
	text_string(&text);
	return !text.cut;
}

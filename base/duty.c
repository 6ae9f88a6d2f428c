/* What every helper does first and last.
 * Runs in: postern-auth, postern-tls. Trusts: who started it. */
#include "base/duty.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/helper.h"
#include "base/wire.h"

enum {
	/* The one who started it has his own deadlines and ends us by the lifeline; this one is for
	 * one that forgot us. */
	WAIT_S = 3600,
	STATUS_USAGE = 2,
	STATUS_FAILED = 3
};

static bool have_wire(void)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof domain;
	return getsockopt(HELPER_WIRE, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	       domain == AF_UNIX &&
	       getsockopt(HELPER_WIRE, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_SEQPACKET;
}

bool duty_called(int argc, char **argv, const char *name, const char *what)
{
	TEXT(words, 512);
	bool check = argc == 2 && strcmp(argv[1], "--check") == 0;
	bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
	if ((argc == 1 || check) && have_wire())
		return check;
	text_add(&words, help ? "usage: " : "");
	text_add(&words, name);
	text_add(&words, help ? " [--check]\n" : ": ");
	text_add(&words, what);
	text_add(&words, "; it does nothing by itself.\n");
	ssize_t done = write(help ? STDOUT_FILENO : STDERR_FILENO, words.at, words.len);
	_exit(done < 0 ? 1 : help ? 0 : STATUS_USAGE);
}

void duty_words(const char *words)
{
	TEXT(line, 512);
	text_add(&line, words);
	text_octet(&line, '\n');
	/* Words that cannot be written are lost; there is nobody else to tell. */
	if (write(STDERR_FILENO, line.at, line.len) < 0)
		return;
}

_Noreturn void duty_fail(const char *words)
{
	duty_words(words);
	_exit(STATUS_FAILED);
}

size_t duty_receive(void *room, size_t size)
{
	struct deadline deadline = deadline_in(WAIT_S);
	for (;;) {
		struct pollfd wire = {HELPER_WIRE, POLLIN, 0};
		enum wire_end end = WIRE_WOULD_BLOCK;
		size_t len = 0;
		if (deadline_poll(&wire, 1, deadline) > 0)
			len = wire_receive(HELPER_WIRE, room, size, &end);
		if (end == WIRE_FINE)
			return len;
		if (end != WIRE_WOULD_BLOCK || deadline_passed(deadline))
			_exit(STATUS_FAILED);
	}
}

void duty_send(const void *record, size_t len, const void *more, size_t more_len)
{
	if (wire_send(HELPER_WIRE, record, len, more, more_len) != WIRE_FINE)
		_exit(STATUS_FAILED);
}

void duty_begin(void *first, size_t len)
{
	/* Who does not read any more shows as an error. */
	signal(SIGPIPE, SIG_IGN);
	/* Where the one who started it has our uid this works too, and cannot be undone from within
	 * a jail: a wide one could disarm the lifeline. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		duty_fail("PR_SET_DUMPABLE cannot be set");
	if (!jail_lifeline(HELPER_LIFELINE))
		duty_fail("there is no lifeline");
	if (duty_receive(first, len) != len)
		duty_fail("the first record is not as it must be");
}

void duty_jail(struct jail *jail, bool silent)
{
	TEXT(fault, 256);
	TEXT(words, 300);
	/* Nothing of a library's reaches a log from within the jail; but why there is no jail
	 * must. */
	int told = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (told < 0 || (silent && dup2(STDIN_FILENO, STDERR_FILENO) < 0))
		duty_fail("descriptor 2 cannot be closed");
	if (told > jail->highest_fd)
		jail->highest_fd = told;
	if (jail_enter(jail, &fault) != NULL) {
		text_add(&words, "jail: ");
		text_add(&words, text_string(&fault));
		text_octet(&words, '\n');
		if (write(told, words.at, words.len) < 0)
			_exit(STATUS_FAILED);
		_exit(STATUS_FAILED);
	}
	close(told);
}

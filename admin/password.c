/* Where a password comes from.
 * Runs in: postern. Trusts: nobody's password to be short, or text.
 *
 * While the terminal's echo is off the signals that would end us are held, and seen by a
 * signalfd: so the echo comes back without a handler, and then the signal does what it does. */
#include "admin/password.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "store/passwords.h"

static void wipe(struct password *password)
{
	text_wipe(password, sizeof *password);
}

enum line { LINE_READ, LINE_AND_MORE, LINE_NONE };

/* Reads one line into the password, without its LF; the end of the input ends it too. LINE_NONE: it
 * cannot be read, or `stop` became readable (-1: never). An octet over PASSWORD_MAX is kept as a
 * sign that it was too long; more are dropped. */
static enum line read_line(int fd, int stop, struct password *password)
{
	enum line line = LINE_NONE;
	char room[256];
	ssize_t got = 1;

	wipe(password);
	while (got > 0 && line == LINE_NONE) {
		struct pollfd polled[] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
		const char *newline;
		size_t take;

		if (poll(polled, 2, -1) < 0 || polled[1].revents)
			break;
		got = read(fd, room, sizeof room);
		if (got < 0)
			break;
		newline = memchr(room, '\n', (size_t)got);
		take = newline ? (size_t)(newline - room) : (size_t)got;
		if (newline || got == 0)
			line = newline && newline + 1 < room + got ? LINE_AND_MORE : LINE_READ;
		if (take > sizeof password->octets - password->len)
			take = sizeof password->octets - password->len;
		memcpy(password->octets + password->len, room, take);
		password->len += take;
	}
	text_wipe(room, sizeof room);
	return line;
}

/* Asks once on the terminal, without echo. False: a signal came, or the terminal went away. */
static bool ask(int tty, const char *prompt, struct password *password)
{
	sigset_t ends, held, before;
	struct termios quiet, old;
	int signals;
	bool answered;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGQUIT);
	sigaddset(&ends, SIGHUP);
	held = ends;
	sigaddset(&held,
		SIGTSTP); /* waits for the answer: a stop would leave the shell without echo */
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	if (signals < 0 || tcgetattr(tty, &old) != 0)
		return false;
	sigprocmask(SIG_BLOCK, &held, &before);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	answered = tcsetattr(tty, TCSAFLUSH, &quiet) == 0 &&
		   write(tty, prompt, strlen(prompt)) > 0 &&
		   read_line(tty, signals, password) == LINE_READ;
	tcsetattr(tty, TCSAFLUSH, &old);
	answered = write(tty, "\n", 1) == 1 && answered;
	close(signals);
	if (!answered)
		wipe(password);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return answered;
}

/* Asks on the terminal; twice where it is a new one. */
static enum outcome ask_all(struct password *password, bool twice)
{
	struct password again = {.len = 0};
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	enum outcome outcome = FAILED;

	if (tty < 0) {
		command_say(NULL,
			twice ? "no terminal to ask for the password; use --stdin or --generate"
			      : "no terminal to ask for the password; use --stdin");
		return FAILED;
	}
	if (!ask(tty, twice ? "New password: " : "Password: ", password) ||
		(twice && password->len > 0 && !ask(tty, "Once more: ", &again)))
		command_say(NULL, "the password could not be read from the terminal");
	else if (twice && password->len > 0 &&
		 (again.len != password->len ||
			 memcmp(again.octets, password->octets, again.len) != 0)) {
		command_say(NULL, "the two passwords differ; nothing was changed");
		outcome = MALFORMED;
	} else {
		outcome = DONE;
	}
	wipe(&again);
	close(tty);
	return outcome;
}

static enum outcome read_input(struct password *password)
{
	switch (read_line(0, -1, password)) {
	case LINE_READ: return DONE;
	case LINE_AND_MORE:
		command_say("standard input", "holds more than one line");
		return MALFORMED;
	case LINE_NONE: break;
	}
	command_say("standard input", "cannot be read");
	return FAILED;
}

/* 20 of 32 letters and digits that nobody takes one for another: 100 bits. */
static enum outcome make(struct password *password)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";

	password->len = 20;
	if (!verifier_random(password->octets, password->len)) {
		command_say(NULL, "the kernel has no random octets");
		return FAILED;
	}
	for (size_t i = 0; i < password->len; i++)
		password->octets[i] = letters[(unsigned char)password->octets[i] % 32];
	return DONE;
}

static enum outcome get(const struct call *call, struct password *password, bool is_new)
{
	enum outcome outcome;
	const char *wrong;

	wipe(password);
	if (call->generate)
		return make(password);
	outcome = call->from_stdin ? read_input(password) : ask_all(password, is_new);
	wrong = outcome == DONE ? passwords_new(password->octets, password->len) : NULL;
	if (wrong) {
		command_say(NULL, wrong);
		outcome = MALFORMED;
	}
	if (outcome != DONE)
		wipe(password);
	return outcome;
}

enum outcome password_new(const struct call *call, struct password *password)
{
	return get(call, password, true);
}

enum outcome password_old(const struct call *call, struct password *password)
{
	return get(call, password, false);
}

enum outcome password_show(const struct password *password)
{
	char line[PASSWORD_MAX + 1];
	ssize_t written;

	memcpy(line, password->octets, password->len);
	line[password->len] = '\n';
	written = write(1, line, password->len + 1); /* not by stdio, which keeps a copy */
	text_wipe(line, sizeof line);
	if (written == (ssize_t)password->len + 1)
		return DONE;
	command_say(NULL,
		"the account is changed, but its password could not be printed; set another "
		"with postern user passwd");
	return FAILED;
}

/* A postern-auth gone wrong: does the deeds that stand in auth.mode, in the folder where it lies,
 * one a line, and knows nothing of what they mean.
 *
 * receive takes one record, or ends with status 3 at the end of the wire send HEX sends these
 * octets as one record fill HEX N the same, and N times the letter A behind them empty sends a
 * record of no octets descriptor HEX sends these octets and a descriptor with them lifeline dies
 * with the monitor from now on, as the real one does deaf ignores all signals that can be ignored
 * say TEXT on descriptor 2 sleep MS waits child leaves a child that holds all descriptors and
 * sleeps; in its own group close closes the wire exit N, signal N ends so; the end of the file is
 * `exit 0`
 *
 * Runs in: tests, in the place of postern-auth. Trusts: its folder. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE = 3, LIFELINE = 4, ROOM = 256 * 1024, LOST = 3, BAD = 99 };

static char octets[ROOM];

/* Octets written as hexadecimal digits; *rest is what stands behind them. */
static size_t parse(const char *hex, const char **rest)
{
	size_t len = 0;
	unsigned octet;
	for (; sscanf(hex, "%2x", &octet) == 1 && hex[0] != ' ' && hex[0] != '\n'; hex += 2)
		octets[len++] = (char)octet;
	*rest = hex;
	return len;
}

static void send_all(size_t len)
{
	if (send(WIRE, octets, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(LOST);
}

static void send_descriptor(size_t len)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = {0};
	struct iovec part = {octets, len};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};
	int descriptor = 0;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof descriptor);
	memcpy(CMSG_DATA(&control.head), &descriptor, sizeof descriptor);
	if (sendmsg(WIRE, &message, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(LOST);
}

static void deaf(void)
{
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
}

static void leave_child(void)
{
	if (fork() == 0) {
		sleep(60);
		_exit(0);
	}
}

static void wait_ms(unsigned ms)
{
	usleep(ms % 1000 * 1000);
	sleep(ms / 1000);
}

static void act(const char *word, const char *rest)
{
	unsigned number = (unsigned)strtoul(rest, NULL, 10);
	if (!strcmp(word, "receive")) {
		if (recv(WIRE, octets, sizeof octets, 0) <= 0)
			_exit(LOST);
	} else if (!strcmp(word, "send")) {
		send_all(parse(rest, &rest));
	} else if (!strcmp(word, "fill")) {
		size_t len = parse(rest, &rest), more = strtoul(rest, NULL, 10);
		memset(octets + len, 'A', more);
		send_all(len + more);
	} else if (!strcmp(word, "empty")) {
		send_all(0);
	} else if (!strcmp(word, "descriptor")) {
		send_descriptor(parse(rest, &rest));
	} else if (!strcmp(word, "lifeline")) {
		if (fcntl(LIFELINE, F_SETOWN, getpid()) || fcntl(LIFELINE, F_SETSIG, SIGKILL) ||
			fcntl(LIFELINE, F_SETFL, O_ASYNC))
			_exit(BAD);
	} else if (!strcmp(word, "deaf")) {
		deaf();
	} else if (!strcmp(word, "say")) {
		if (write(2, rest, strlen(rest)) < 0)
			_exit(BAD);
	} else if (!strcmp(word, "sleep")) {
		wait_ms(number);
	} else if (!strcmp(word, "child")) {
		leave_child();
	} else if (!strcmp(word, "close")) {
		close(WIRE);
	} else if (!strcmp(word, "exit")) {
		_exit((int)number);
	} else if (!strcmp(word, "signal")) {
		signal((int)number, SIG_DFL);
		raise((int)number);
	} else {
		_exit(BAD);
	}
}

int main(void)
{
	char path[PATH_MAX], line[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 10);
	if (len < 1)
		_exit(BAD);
	path[len] = 0;
	strcpy(strrchr(path, '/') + 1, "auth.mode");
	FILE *file = fopen(path, "re");
	if (!file)
		_exit(BAD);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = 0;
		char *rest = line + strcspn(line, " ");
		if (*rest)
			*rest++ = 0;
		act(line, rest);
	}
	_exit(0);
}

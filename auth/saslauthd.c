/* Asks saslauthd by its own protocol: SASL's client of it would wait for ever.
 * Runs in: postern-auth. Trusts: saslauthd's yes. */
#include "auth/saslauthd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/jail.h"

enum {
	ANSWER_S = 25,       /* PAM's pause after a wrong password is 2 s; the monitor waits 30 */
	QUESTION_MAX = 8000, /* octets; saslauthd takes a little more */
	ANSWER_MAX = 1024,
	RETRY_MS = 50
};

const char *saslauthd_open(
	struct saslauthd *saslauthd, const char *path, bool check, struct text *fault)
{
	memset(saslauthd, 0, sizeof *saslauthd);
	saslauthd->place.sun_family = AF_UNIX;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool good = fd >= 0 && dup3(fd, JAIL_SOCKET, O_CLOEXEC) == JAIL_SOCKET &&
		    text_copy(saslauthd->place.sun_path, sizeof saslauthd->place.sun_path, path);
	if (fd >= 0 && fd != JAIL_SOCKET)
		close(fd);
	text_clear(fault);
	text_add(fault, "saslauthd_socket: ");
	text_add(fault, path);
	if (!good)
		text_add(fault, ": the path is too long for a socket");
	else if (access(path, W_OK) != 0) {
		text_add(fault, ": ");
		text_add(fault, strerror(errno));
		text_add(fault, errno == EACCES ? ": put `user` into the group that may reach it, "
						  "sasl on Debian"
						: ": start saslauthd");
		good = false;
	} else if (check &&
		   connect(JAIL_SOCKET, (const struct sockaddr *)&saslauthd->place,
			   sizeof saslauthd->place) != 0 &&
		   errno != EAGAIN) {
		text_add(fault, ": ");
		text_add(fault, strerror(errno));
		text_add(fault, ": start saslauthd");
		good = false;
	}
	return good ? NULL : text_string(fault);
}

static bool wait_for(short what, struct deadline deadline)
{
	struct pollfd polled = {JAIL_SOCKET, what, 0};
	return deadline_poll(&polled, 1, deadline) > 0;
}

/* A queue that is full says EAGAIN, and poll() says nothing of it. */
static bool reach(const struct saslauthd *saslauthd, struct deadline deadline)
{
	while (connect(JAIL_SOCKET, (const struct sockaddr *)&saslauthd->place,
		       sizeof saslauthd->place) != 0) {
		if ((errno != EAGAIN && errno != EINTR) || deadline_passed(deadline))
			return false;
		deadline_poll(NULL, 0, deadline_in_ms(RETRY_MS));
	}
	return true;
}

/* A counted string: its length in two octets, then itself. */
static void put(struct text *question, const char *octets, size_t len)
{
	text_octet(question, (char)(len >> 8));
	text_octet(question, (char)(len & 0xFF));
	text_octets(question, octets, len);
}

static bool ask(const struct text *question, struct deadline deadline)
{
	for (size_t sent = 0; sent < question->len;) {
		if (!wait_for(POLLOUT, deadline))
			return false;
		ssize_t done = send(JAIL_SOCKET, question->at + sent, question->len - sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		sent += done > 0 ? (size_t)done : 0;
	}
	return true;
}

/* Reads exactly so many octets. */
static bool get(char *octets, size_t len, struct deadline deadline)
{
	for (size_t here = 0; here < len;) {
		if (!wait_for(POLLIN, deadline))
			return false;
		ssize_t got = recv(JAIL_SOCKET, octets + here, len - here, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		here += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static enum verdict hear(struct deadline deadline)
{
	char answer[ANSWER_MAX];
	unsigned char count[2];
	if (!get((char *)count, sizeof count, deadline))
		return CANNOT_TELL;
	size_t len = (size_t)count[0] << 8 | count[1];
	if (len < 2 || len > sizeof answer || !get(answer, len, deadline))
		return CANNOT_TELL;
	if (memcmp(answer, "OK", 2) == 0)
		return YES;
	return memcmp(answer, "NO", 2) == 0 ? NO : CANNOT_TELL;
}

enum verdict saslauthd_check(const struct saslauthd *saslauthd, const char *name, const char *realm,
	const char *password, size_t len)
{
	struct deadline deadline = deadline_in(ANSWER_S);
	TEXT(question, QUESTION_MAX);
	put(&question, name, strlen(name));
	put(&question, password, len);
	put(&question, "smtp", 4);
	put(&question, realm, strlen(realm));
	/* Too long for any store behind it, or one that ends for it at a NUL. */
	enum verdict verdict =
		question.cut || memchr(password, '\0', len) != NULL ? NO : CANNOT_TELL;
	if (verdict == CANNOT_TELL && reach(saslauthd, deadline) && ask(&question, deadline))
		verdict = hear(deadline);
	text_wipe(question_room, sizeof question_room);
	return verdict;
}

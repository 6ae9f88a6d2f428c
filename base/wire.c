/* One record out, one in, exact or dead.
 * Runs in: every process. Trusts: nothing that was received but its length. */
#include "base/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static enum wire_end sent_all(ssize_t sent, size_t len)
{
	if (sent >= 0)
		return (size_t)sent == len ? WIRE_FINE : WIRE_GONE;
	return errno == EAGAIN || errno == EWOULDBLOCK ? WIRE_WOULD_BLOCK : WIRE_GONE;
}

/* The jailed sides may not call sendmsg(), which could pass descriptors on: writev() sends a record
 * of two parts as well. (It raises SIGPIPE where the other side has left; those who call this
 * ignore it, or want to end.) */
enum wire_end wire_send(int wire, const void *record, size_t len, const void *more, size_t more_len)
{
	/* An iovec has no const; writev() only reads. */
	struct iovec parts[2] = {
		{(void *)(uintptr_t)record, len},
		{(void *)(uintptr_t)more, more_len},
	};
	ssize_t sent;
	do
		sent = more_len == 0 ? send(wire, record, len, MSG_NOSIGNAL)
				     : writev(wire, parts, 2);
	while (sent < 0 && errno == EINTR);
	return sent_all(sent, len + more_len);
}

enum wire_end wire_send_now(
	int wire, const void *record, size_t len, const void *more, size_t more_len)
{
	struct iovec parts[2] = {
		{(void *)(uintptr_t)record, len},
		{(void *)(uintptr_t)more, more_len},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = more_len > 0 ? 2 : 1};
	ssize_t sent;
	do
		sent = sendmsg(wire, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent_all(sent, len + more_len);
}

size_t wire_receive(int wire, void *room, size_t size, enum wire_end *end)
{
	struct iovec part = {room, size};
	/* No room for control data: the kernel closes descriptors that came along and sets
	 * MSG_CTRUNC. */
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t got;
	/* ECONNRESET is told once, before what is still there to be read: the other side left and
	 * had not read all that we sent. What it said itself counts all the same. */
	do
		got = recvmsg(wire, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		*end = WIRE_WOULD_BLOCK;
		return 0;
	}
	if (got <= 0) {
		*end = WIRE_GONE;
		return 0;
	}
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		*end = WIRE_BROKEN;
		return 0;
	}
	*end = WIRE_FINE;
	return (size_t)got;
}

bool wire_bindings_fine(const struct wire_bindings *bindings)
{
	return bindings->exporter_len <= sizeof bindings->exporter &&
	       bindings->unique_len <= sizeof bindings->unique;
}

bool wire_string(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

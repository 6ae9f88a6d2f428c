/* The client's octets to lines and back.
 * Runs in: session. Trusts: nothing of the client. Nobody sets O_NONBLOCK here, for that would be
 * set for all who hold the socket: poll first, then one call that does not block. */
#include "session/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { LINGER_MS = 2000, SOON_MS = 10 };

bool stream_flush(struct stream *stream)
{
	size_t sent = 0;
	struct deadline deadline = deadline_in(stream->write_timeout);
	while (!stream->gone && sent < stream->out_len) {
		const char *at = stream->out_room + sent;
		size_t len = stream->out_len - sent;
		ssize_t done = send(stream->out, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		bool is_pipe = done < 0 && errno == ENOTSOCK;
		if (is_pipe || (done < 0 && errno == EAGAIN)) {
			struct pollfd out = {stream->out, POLLOUT, 0};
			if (deadline_poll(&out, 1, deadline) <= 0)
				break;
			/* A pipe that is ready takes all of the room without blocking. */
			done = is_pipe ? write(stream->out, at, len) : 0;
		}
		if (done < 0 && errno != EINTR)
			break;
		sent += done > 0 ? (size_t)done : 0;
	}
	/* What was cut cannot be taken up again: the client would read the rest as another reply.
	 */
	stream->gone |= sent < stream->out_len;
	stream->out_count += sent;
	stream->out_len = 0;
	return !stream->gone;
}

void stream_write(struct stream *stream, const char *octets, size_t len)
{
	while (len > 0) {
		size_t piece = sizeof stream->out_room - stream->out_len;
		if (piece > len)
			piece = len;
		memcpy(stream->out_room + stream->out_len, octets, piece);
		stream->out_len += piece;
		octets += piece;
		len -= piece;
		/* A client that does not read shows at the next wait for it. */
		if (stream->out_len == sizeof stream->out_room)
			stream_flush(stream);
	}
}

/* Waits for octets of the client and appends them to the room. */
static enum stream_event fill(struct stream *stream, struct deadline deadline)
{
	if (!stream_flush(stream))
		return STREAM_HANGUP;
	if (stream->begin > 0) {
		memmove(stream->room, stream->room + stream->begin, stream->end - stream->begin);
		stream->end -= stream->begin;
		stream->begin = 0;
	}
	struct pollfd polled[] = {{stream->in, POLLIN, 0}, {stream->wire, POLLIN, 0}};
	int ready = deadline_poll(polled, 2, deadline);
	if (ready <= 0)
		return STREAM_TIMEOUT;
	if (polled[1].revents != 0)
		return STREAM_WIRE;
	ssize_t got =
		read(stream->in, stream->room + stream->end, sizeof stream->room - 1 - stream->end);
	if (got < 0 && errno == EINTR)
		return STREAM_READY;
	if (got <= 0)
		return STREAM_HANGUP;
	stream->end += (size_t)got;
	stream->in_count += (uint64_t)got;
	if (stream->end > stream->high)
		stream->high = stream->end;
	return STREAM_READY;
}

/* The CRLF in what is there, from `scan` on; NULL: not there yet. */
static char *find_end(struct stream *stream, size_t scan)
{
	char *at = stream->room + scan, *end = stream->room + stream->end;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (at > stream->room + stream->begin && at[-1] == '\r')
			return at - 1;
		at++; /* a bare LF is part of the line, and its reader's to refuse */
	}
	return NULL;
}

/* Throws away all but the last octet, which may be the CR of the end that has yet to come. */
static void skip(struct stream *stream)
{
	stream->skipping = true;
	if (stream->end > stream->begin + 1)
		stream->begin = stream->end - 1;
}

/* Whether the connection begins with a TLS handshake, RFC 8446 5.1: such a client waits for an
 * answer to that, and never sends a line's end. */
static bool is_foreign(const struct stream *stream)
{
	return stream->in_count == stream->end - stream->begin && stream->in_count >= 3 &&
	       memcmp(stream->room + stream->begin, "\x16\x03", 2) == 0;
}

enum stream_event stream_line(
	struct stream *stream, struct deadline deadline, char **line, size_t *len)
{
	size_t scanned = 0; /* of the octets not taken, and without a CRLF */
	for (;;) {
		char *end = find_end(stream, stream->begin + scanned);
		if (end != NULL) {
			bool too_long = stream->skipping;
			*line = stream->room + stream->begin;
			*len = (size_t)(end - *line);
			*end = '\0';
			stream->begin += *len + 2;
			stream->skipping = false;
			return too_long || *len + 2 > STREAM_LINE_MAX ? STREAM_LONG : STREAM_READY;
		}
		scanned = stream->end - stream->begin;
		if (scanned >= STREAM_LINE_MAX || stream->skipping) {
			skip(stream);
			scanned = stream->end - stream->begin;
		}
		/* The deadline holds for the whole line, however its octets trickle in. */
		enum stream_event event = fill(stream, deadline);
		if (event != STREAM_READY)
			return event;
		if (is_foreign(stream))
			return STREAM_FOREIGN;
	}
}

enum stream_event stream_text(
	struct stream *stream, struct deadline deadline, const char **octets, size_t *len)
{
	while (stream->begin == stream->end) {
		enum stream_event event = fill(stream, deadline);
		if (event != STREAM_READY)
			return event;
	}
	*octets = stream->room + stream->begin;
	*len = stream->end - stream->begin;
	return STREAM_READY;
}

void stream_take(struct stream *stream, size_t len)
{
	stream->begin += len;
}

size_t stream_behind(const struct stream *stream)
{
	return stream->end - stream->begin;
}

bool stream_soon(const struct stream *stream)
{
	struct pollfd in = {stream->in, POLLIN, 0};
	return stream->begin < stream->end || deadline_poll(&in, 1, deadline_in_ms(SOON_MS)) > 0;
}

void stream_wipe(struct stream *stream)
{
	text_wipe(stream->room, stream->begin);
	text_wipe(stream->room + stream->end, stream->high - stream->end);
	stream->high = stream->end;
}

bool stream_left(const struct stream *stream)
{
	char octet;
	if (stream->begin < stream->end)
		return false;
	ssize_t got = recv(stream->in, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	if (got < 0 && errno == ENOTSOCK) {
		struct pollfd in = {stream->in, POLLIN, 0};
		return poll(&in, 1, 0) > 0 && (in.revents & (POLLIN | POLLHUP)) == POLLHUP;
	}
	return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void stream_close(struct stream *stream, bool linger)
{
	char octet;
	struct deadline deadline = deadline_in_ms(LINGER_MS);
	if (!stream_flush(stream))
		return;
	linger = linger || stream->begin < stream->end ||
		 recv(stream->in, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
	if (!linger || shutdown(stream->out, SHUT_WR) != 0)
		return;
	struct pollfd in = {stream->in, POLLIN, 0};
	while (deadline_poll(&in, 1, deadline) > 0 && !deadline_passed(deadline))
		if (read(stream->in, stream->room, sizeof stream->room) <= 0)
			return;
}

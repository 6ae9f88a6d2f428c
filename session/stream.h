/* The client's octets to lines and back, each wait until an absolute time.
 * Runs in: session. Trusts: nothing of the client. */
#ifndef SESSION_STREAM_H
#define SESSION_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

enum {
	STREAM_ROOM = 128 * 1024,
	STREAM_LINE_MAX =
		12288 + 512, /* octets of a line with its CRLF: AUTH and its longest token */
	STREAM_OUT = 4096    /* no more than a pipe takes at once when poll() says it does */
};

struct stream {
	int in, out, wire;
	size_t begin, end, high; /* the octets not yet taken; how far the room was ever used */
	size_t out_len;
	bool skipping; /* within a line over the limit */
	bool gone;     /* the client has left or does not read: nothing more is sent */
	uint64_t in_count, out_count;
	unsigned write_timeout; /* seconds */
	char room[STREAM_ROOM], out_room[STREAM_OUT];
};

enum stream_event {
	STREAM_READY,   /* what was asked for is there */
	STREAM_LONG,    /* a line over the limit was skipped whole */
	STREAM_HANGUP,  /* the client has left, or does not read */
	STREAM_TIMEOUT, /* the deadline passed */
	STREAM_FOREIGN, /* the client's first octets are those of a TLS handshake */
	STREAM_WIRE     /* the monitor speaks unasked */
};

/* The next line: up to a CRLF, which alone ends it; *line is its octets, *len their number without
 * the CRLF, a NUL behind them. They stay until the next call. Replies are sent first if the line
 * has yet to come (RFC 2920: when the input is empty). */
enum stream_event stream_line(
	struct stream *stream, struct deadline deadline, char **line, size_t *len);

/* More octets of a text, any number: *octets and *len are all that is there and not taken; take
 * some with stream_take(). If there are none it waits. */
enum stream_event stream_text(
	struct stream *stream, struct deadline deadline, const char **octets, size_t *len);
void stream_take(struct stream *stream, size_t len);

/* Whether more of a text is there at once, or comes within a moment. */
bool stream_soon(const struct stream *stream);

/* How many octets of the client are there behind the line that was taken last, without waiting. */
size_t stream_behind(const struct stream *stream);

/* Queues octets for the client; sent when the queue is full, or the next line has yet to come. */
void stream_write(struct stream *stream, const char *octets, size_t len);

/* Sends what is queued. False: the client has left or does not read in time. */
bool stream_flush(struct stream *stream);

/* Overwrites all octets that were taken. */
void stream_wipe(struct stream *stream);

/* Whether the client has left while nothing of it is there to be read. Does not wait. */
bool stream_left(const struct stream *stream);

/* Sends what is queued and ends the connection's writing side. With `linger`, or where input is
 * unread, it reads that away for at most 2 s: a reset would eat the last reply. */
void stream_close(struct stream *stream, bool linger);

#endif

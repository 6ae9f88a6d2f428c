/* Two streams and a codec between them.
 * Runs in: postern-tls. Trusts: nothing of what goes through it.
 *
 * Nobody sets O_NONBLOCK: the client's socket is shared with others. poll() first, then one call
 * that does not block. */
#include "base/pump.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FAREWELL_MS = 2000,
	PIPE_PIECE = 4096 /* a pipe that is ready takes so much without blocking */
};

size_t pump_room(struct pump_buffer *buffer)
{
	if (buffer->begin > 0) {
		memmove(buffer->room, buffer->room + buffer->begin, buffer->end - buffer->begin);
		buffer->end -= buffer->begin;
		buffer->begin = 0;
	}
	return sizeof buffer->room - buffer->end;
}

size_t pump_put(struct pump_buffer *buffer, const char *octets, size_t len)
{
	size_t room = pump_room(buffer);
	if (len > room)
		len = room;
	memcpy(buffer->room + buffer->end, octets, len);
	buffer->end += len;
	return len;
}

size_t pump_take(struct pump_buffer *buffer, char *octets, size_t len)
{
	size_t here = buffer->end - buffer->begin;
	if (len > here)
		len = here;
	memcpy(octets, buffer->room + buffer->begin, len);
	buffer->begin += len;
	return len;
}

static bool holds(const struct pump_buffer *buffer)
{
	return buffer->begin < buffer->end;
}

/* Whether there is room for a good piece more; else the octets in hand go first. */
static bool has_room(const struct pump_buffer *buffer)
{
	return buffer->end - buffer->begin < sizeof buffer->room / 2;
}

/* Reads once. False: the side has ended. */
static bool read_some(int fd, struct pump_buffer *buffer)
{
	size_t room = pump_room(buffer);
	char *at = buffer->room + buffer->end;
	ssize_t got = recv(fd, at, room, MSG_DONTWAIT);
	if (got < 0 && errno == ENOTSOCK)
		got = read(fd, at, room);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	buffer->end += (size_t)got;
	return true;
}

/* Writes once. False: the side takes nothing more. */
static bool write_some(int fd, struct pump_buffer *buffer)
{
	const char *at = buffer->room + buffer->begin;
	size_t len = buffer->end - buffer->begin;
	ssize_t done = send(fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (done < 0 && errno == ENOTSOCK)
		done = write(fd, at, len < PIPE_PIECE ? len : PIPE_PIECE);
	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (done < 0)
		return false;
	buffer->begin += (size_t)done;
	return true;
}

/* Waits until a side that has something to do is ready, and does it. What nobody waits for is not
 * polled: a side that has ended is always ready. False: the deadline passed. */
static bool turn_once(struct pump *pump, struct deadline deadline)
{
	bool read_far = !pump->far_ended && has_room(&pump->from_far);
	bool write_far = !pump->far_deaf && holds(&pump->to_far);
	bool read_near = pump->opened && !pump->near_ended && has_room(&pump->from_near);
	bool write_near = pump->opened && !pump->near_deaf && holds(&pump->to_near);
	struct pollfd polled[] = {
		{read_far ? pump->far_in : -1, POLLIN, 0},
		{write_far ? pump->far_out : -1, POLLOUT, 0},
		{read_near ? pump->near : -1, POLLIN, 0},
		{write_near ? pump->near : -1, POLLOUT, 0},
	};
	if (deadline_poll(polled, 4, deadline) <= 0)
		return false;
	if (polled[0].revents != 0)
		pump->far_ended = !read_some(pump->far_in, &pump->from_far);
	if (polled[1].revents != 0)
		pump->far_deaf = !write_some(pump->far_out, &pump->to_far);
	if (polled[2].revents != 0)
		pump->near_ended = !read_some(pump->near, &pump->from_near);
	if (polled[3].revents != 0)
		pump->near_deaf = !write_some(pump->near, &pump->to_near);
	if (pump->far_deaf)
		pump->to_far.begin = pump->to_far.end = 0;
	if (pump->near_deaf)
		pump->to_near.begin = pump->to_near.end = 0;
	return true;
}

/* The near side has ended: the far side gets what is left, the codec's last octets, and the end;
 * then it is read until it ends too. */
static void say_farewell(struct pump *pump)
{
	struct deadline until = deadline_in_ms(FAREWELL_MS);
	pump->codec->finish(pump->codec->context, pump);
	pump->opened = false;
	while (holds(&pump->to_far) && !pump->far_deaf) {
		/* What it sends meanwhile is thrown away: it may wait for us to read. */
		pump->from_far.begin = pump->from_far.end = 0;
		if (!turn_once(pump, until))
			return;
	}
	if (shutdown(pump->far_out, SHUT_WR) != 0 && errno == ENOTSOCK)
		close(pump->far_out);
	while (!pump->far_ended && !deadline_passed(until)) {
		pump->from_far.begin = pump->from_far.end = 0;
		if (!turn_once(pump, until))
			return;
	}
}

/* Tells the near side that nothing more comes, once it has all that came. */
static void tell_near(struct pump *pump)
{
	if (!pump->opened || pump->near_told || holds(&pump->to_near))
		return;
	shutdown(pump->near, SHUT_WR);
	pump->near_told = true;
}

enum pump_end pump_run(struct pump *pump, struct deadline deadline)
{
	enum pump_step step = PUMP_GOING;
	bool closed = false;
	for (;;) {
		/* A far side that is closed says nothing more, but may still be told something. */
		step = pump->codec->turn(pump->codec->context, pump);
		closed |= step == PUMP_CLOSED || step == PUMP_BROKEN;
		if (step == PUMP_STOP) {
			pump->opened = true;
			return PUMP_STOPPED;
		}
		if (closed || (pump->far_ended && !holds(&pump->from_far)))
			tell_near(pump);
		if (step == PUMP_BROKEN || (!pump->opened && pump->far_ended)) {
			say_farewell(pump);
			return PUMP_FAILED;
		}
		if (pump->near_ended && !holds(&pump->from_near)) {
			say_farewell(pump);
			return PUMP_ENDED;
		}
		if (!turn_once(pump, deadline))
			return PUMP_LATE;
		if (pump->far_deaf)
			return pump->opened ? PUMP_ENDED : PUMP_FAILED;
	}
}

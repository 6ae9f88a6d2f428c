/* Two streams and a codec between them: what one side sends is decoded for the other, and back.
 * Runs in: postern-tls. Trusts: nothing of what goes through it.
 *
 * The far side is the client, the near side the session. Neither side waits for the other: all that
 * is in hand stands in four bounded buffers, and a side is read only while its buffer has room. */
#ifndef BASE_PUMP_H
#define BASE_PUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"

enum { PUMP_ROOM = 64 * 1024 };

/* Octets on their way: those from begin to end are there. */
struct pump_buffer {
	size_t begin, end;
	char room[PUMP_ROOM];
};

enum pump_step {
	PUMP_GOING,  /* it moved what it could */
	PUMP_STOP,   /* the same, and pump_run() shall return */
	PUMP_CLOSED, /* the far side has said that nothing more comes from it */
	PUMP_BROKEN  /* what the far side sends is no use any more */
};

/* How pump_run() ended. */
enum pump_end {
	PUMP_STOPPED, /* the codec wished so; it may be run again */
	PUMP_ENDED,   /* both sides have ended, or the near side has */
	PUMP_FAILED, /* broken, or the far side was gone before the codec stopped for the first time
		      */
	PUMP_LATE    /* the deadline passed */
};

struct pump;

struct pump_codec {
	void *context;
	/* Moves what it can from `from_far` to `to_near`, and from `from_near` to `to_far`. */
	enum pump_step (*turn)(void *context, struct pump *pump);
	/* The near side has ended: puts the last octets for the far side into `to_far`. */
	void (*finish)(void *context, struct pump *pump);
};

struct pump {
	int far_in, far_out; /* the same where it is a socket */
	int near;            /* a socket */
	const struct pump_codec *codec;
	bool opened;                /* the near side is served: from the second run on */
	bool far_ended, near_ended; /* nothing more comes from there */
	bool far_deaf, near_deaf;   /* nothing more can be sent there */
	bool near_told;             /* the near side was told that nothing more comes */
	struct pump_buffer from_far, to_near, from_near, to_far;
};

/* Runs until the codec says stop, both sides have ended, or the deadline passes. The first run
 * serves the far side alone: until it ends not an octet is read from the near side or sent there.
 * Behind the end of the near side the codec's last octets are sent, and what the far side still
 * sends is read away, all within 2 s: a reset would eat the last reply. */
enum pump_end pump_run(struct pump *pump, struct deadline deadline);

/* Copies up to `len` octets into the buffer, and says how many. */
size_t pump_put(struct pump_buffer *buffer, const char *octets, size_t len);

/* Takes up to `len` octets out of the buffer, and says how many. */
size_t pump_take(struct pump_buffer *buffer, char *octets, size_t len);

/* The octets that the buffer has room for, behind its end; what is in it is moved to its front. */
size_t pump_room(struct pump_buffer *buffer);

#endif

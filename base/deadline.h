/* An absolute time, and poll() until it: no wait in this program is without one.
 * Runs in: every process. Trusts: the kernel's monotonic clock. */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <poll.h>
#include <stdbool.h>

/* A point of the monotonic clock, in milliseconds. */
struct deadline {
	long long at;
};

/* Now, in milliseconds of the monotonic clock. */
long long deadline_now(void);

/* The deadline `seconds` from now. */
struct deadline deadline_in(unsigned seconds);

/* The deadline `milliseconds` from now. */
struct deadline deadline_in_ms(unsigned milliseconds);

/* The earlier of the two. */
struct deadline deadline_sooner(struct deadline a, struct deadline b);

/* Whether it lies in the past. */
bool deadline_passed(struct deadline deadline);

/* poll() until something is ready or the deadline passes; an interrupted call goes on. Returns the
 * number of ready descriptors, 0 when the deadline passed, -1 when poll() failed. What is ready is
 * reported even if the deadline has passed. */
int deadline_poll(struct pollfd *polled, nfds_t count, struct deadline deadline);

#endif

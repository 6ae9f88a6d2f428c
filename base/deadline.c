/* An absolute time, and poll() until it.
 * Runs in: every process. Trusts: the kernel's monotonic clock. */
#include "base/deadline.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

long long deadline_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in(unsigned seconds)
{
	return (struct deadline){deadline_now() + (long long)seconds * 1000};
}

struct deadline deadline_in_ms(unsigned milliseconds)
{
	return (struct deadline){deadline_now() + milliseconds};
}

struct deadline deadline_sooner(struct deadline a, struct deadline b)
{
	return a.at < b.at ? a : b;
}

bool deadline_passed(struct deadline deadline)
{
	return deadline_now() >= deadline.at;
}

int deadline_poll(struct pollfd *polled, nfds_t count, struct deadline deadline)
{
	for (;;) {
		long long left = deadline.at - deadline_now();
		if (left < 0)
			left = 0;
		if (left > INT_MAX)
			left = INT_MAX;
		/* A wait of less than a millisecond is none: one is added, so that nobody spins. */
		int ready = poll(
			polled, count, left == 0 || left == INT_MAX ? (int)left : (int)left + 1);
		if (ready > 0)
			return ready;
		if (ready < 0 && errno != EINTR)
			return -1;
		if (deadline_passed(deadline))
			return 0;
	}
}

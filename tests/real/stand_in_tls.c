/* Stands in for postern-tls where that must not do its work: it holds the lifeline as a helper
 * does, says what it was made to say, when all others have had their say, and then does nothing for
 * ever.
 *
 * Made with -DSAYS=WIRE_READY, say: the type of its one record; 0: it says nothing.
 * Runs in: tests, as postern-tls. Trusts: who started it. */
#include <unistd.h>

#include "base/helper.h"
#include "base/jail.h"
#include "base/wire.h"

enum { LATE_MS = 200 };

int main(void)
{
	const struct wire_plain record = {SAYS};
	if (!jail_lifeline(HELPER_LIFELINE))
		return 1;
	usleep(LATE_MS * 1000);
	if (record.type != 0 &&
		wire_send(HELPER_WIRE, &record, sizeof record, NULL, 0) != WIRE_FINE)
		return 1;
	for (;;)
		pause();
}

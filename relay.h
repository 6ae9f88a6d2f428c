/* Hands one whole message to the sendmail program, and says what came of it.
 * Runs in: monitor. Trusts: the sendmail program's exit status, by the table in relay.c. */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/reply.h"

/* All that relaying needs: nothing of the monitor's state. */
struct relay {
	const char *sendmail; /* absolute path */
	int message;          /* the spool file, whole, to be read from offset 0 */
	const char *sender;   /* "" is the null sender */
	const char (*recipients)[ADDRESS_MAX + 1];
	size_t count;     /* above 0 */
	bool by_header;   /* -t: the header names exactly the recipients */
	unsigned timeout; /* seconds */
};

/* What came of it. */
struct relay_result {
	enum reply reply; /* REPLY_SENT only for exit status 0 */
	char status[32];  /* for the log: `0`, `75`, `signal9`, `timeout`, `abandoned`, `unstarted`
			   */
	char words[512];  /* the first words of the program's output, or why it was not started */
};

/* Runs the program on the message and waits for its end. */
void relay_message(const struct relay *relay, struct relay_result *result);

#endif

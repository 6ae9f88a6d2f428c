/* The SMTP session: the jailed child, all that reads the client.
 * Runs in: session. Trusts: the monitor's answers; nothing of the client. Holds no secret, opens
 * no file, allocates nothing, calls no library. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/settings.h"

/* What the session is born with. */
struct session_start {
	const struct settings *settings;
	int in, out; /* the client: the same descriptor where it is a socket */
	int wire;
	bool tls; /* the client speaks through TLS: from the beginning, or this session goes on
		     behind STARTTLS */
	bool accept_bare_lf; /* from this client: bare_newline and bare_newline_networks say so */
};

/* Serves the client until the connection ends, and tells the monitor why it did. Called when the
 * jail is entered; the caller leaves with _exit(0) afterwards. */
void session_run(const struct session_start *start);

#endif

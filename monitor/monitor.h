/* The monitor: decides, holds login and envelope, hands over. Believes nothing of the session.
 * Runs in: monitor, after the fork and after root is dropped. Trusts: its own clocks. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <sys/types.h>

#include "base/log.h"
#include "base/settings.h"
#include "monitor/peer.h"

/* What the monitor is born with. */
struct monitor_start {
	const struct settings *settings;
	const struct sink *sink;
	const struct peer *peer;
	const char *auth; /* path of postern-auth, absolute */
	const char *jail; /* for the connect line: the layers that hold */
	bool no_landlock; /* it was wanted, and the kernel has none: the line says so */
	pid_t session;
	int wire, lifeline; /* the lifeline's write end: closed, it kills the session */
	int signals;        /* a signalfd of TERM, INT and HUP */
};

/* Serves one connection, and sees to it that the session is dead and reaped. Returns the exit
 * status of smtpd. */
int monitor_run(const struct monitor_start *start);

#endif

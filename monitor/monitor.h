/* The monitor: decides, holds login and envelope, hands over. Believes nothing of the session.
 * Runs in: monitor, after the fork and after root is dropped. Trusts: its own clocks. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <sys/types.h>

#include "base/log.h"
#include "base/settings.h"
#include "monitor/channel.h"
#include "monitor/peer.h"

/* A session's process, and our ends to it. */
struct session_process {
	pid_t pid;          /* -1: there is none */
	int wire, lifeline; /* the lifeline's write end: closed, it kills the session */
};

/* What the monitor is born with. */
struct monitor_start {
	const struct settings *settings;
	const struct sink *sink;
	const struct peer *peer;
	const char *auth; /* path of postern-auth, absolute */
	const char *jail; /* for the connect line: the layers that hold */
	bool no_landlock; /* it was wanted, and the kernel has none: the line says so */
	struct session_process session;
	struct session_process spare; /* goes on behind STARTTLS: nobody has spoken to it so far */
	struct channel channel;       /* .program NULL: no TLS is configured */
	bool tls;                     /* the connection begins with TLS */
	int signals;                  /* a signalfd of TERM, INT and HUP */
};

/* What only root can do, after the fork: opens certificate and key, and where the connection begins
 * with TLS starts postern-tls. `root`: this is root, and will drop. */
void monitor_prepare(struct monitor_start *start, bool root);

/* Serves one connection, and sees to it that the session is dead and reaped. Returns the exit
 * status of smtpd. */
int monitor_run(struct monitor_start *start);

#endif

/* Where log lines go: syslog (facility mail), or descriptor 2.
 * Runs in: smtpd's monitor, postern. Trusts: lines come escaped, from log.c. */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include "base/settings.h"

struct sink {
	enum log_where where;
	int fd; /* of LOG_WHERE_STDERR */
};

/* Sends one line (no newline in it) to the sink as `postern[PID]: line`. A sink that cannot take it
 * loses the line: no log may stop a service. */
void sink_line(const struct sink *sink, const char *line);

#endif

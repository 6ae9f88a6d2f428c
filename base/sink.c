/* Where log lines go.
 * Runs in: smtpd's monitor, postern. Trusts: lines come escaped, from log.c. */
#include "base/sink.h"

#include <syslog.h>
#include <unistd.h>

#include "base/text.h"

void sink_line(const struct sink *sink, const char *line)
{
	if (sink->where == LOG_WHERE_SYSLOG) {
		/* The socket is opened by the first line, not before: a connection without a line
		 * pays nothing. */
		openlog("postern", LOG_PID, LOG_MAIL);
		syslog(LOG_INFO, "%s", line);
		return;
	}
	/* One write, so that lines of many processes on one file or pipe stay whole. */
	TEXT(whole, 2048);
	text_add(&whole, "postern[");
	text_number(&whole, (unsigned long long)getpid());
	text_add(&whole, "]: ");
	text_add(&whole, line);
	text_octet(&whole, '\n');
	if (write(sink->fd, whole.at, whole.len) < 0)
		return; /* a lost line may not stop a service */
}

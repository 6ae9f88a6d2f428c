/* Where log lines go.
 * Runs in: smtpd's monitor, postern. Trusts: lines come escaped, from log.c.
 *
 * No line is waited for: a log that is full (a stopped syslogd, a pipe that nobody reads) would
 * stop the monitor's clocks. That is why syslog(3), which waits, is not called. */
#include "base/sink.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { SINK_LINE_MAX = 2048 };

static void add_tag(struct text *whole)
{
	text_add(whole, "postern[");
	text_number(whole, (unsigned long long)getpid());
	text_add(whole, "]: ");
}

static void to_stderr(int fd, const char *line)
{
	TEXT(whole, SINK_LINE_MAX);
	struct pollfd ready = {fd, POLLOUT, 0};
	add_tag(&whole);
	text_add(&whole, line);
	text_octet(&whole, '\n');
	/* One write, so that lines of many processes on one file or pipe stay whole; a pipe that is
	 * ready takes so much without blocking. */
	if (poll(&ready, 1, 0) <= 0 || write(fd, whole.at, whole.len) < 0)
		return;
}

/* One datagram as syslog(3) would send it: <PRIORITY>Mmm dd hh:mm:ss TAG[PID]: line. */
static void to_syslog(const char *line)
{
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct sockaddr_un place = {AF_UNIX, "/dev/log"};
	const int types[] = {SOCK_DGRAM, SOCK_STREAM}; /* old ones listen on a stream */
	time_t now = time(NULL);
	struct tm day;
	TEXT(whole, SINK_LINE_MAX);
	text_octet(&whole, '<');
	text_number(&whole, LOG_MAIL | LOG_INFO);
	text_octet(&whole, '>');
	if (localtime_r(&now, &day) != NULL) {
		const int clock[] = {day.tm_hour, day.tm_min, day.tm_sec};
		text_add(&whole, months[day.tm_mon]);
		text_add(&whole, day.tm_mday < 10 ? "  " : " ");
		text_number(&whole, (unsigned)day.tm_mday);
		for (size_t i = 0; i < 3; i++) {
			text_octet(&whole, i == 0 ? ' ' : ':');
			text_add(&whole, clock[i] < 10 ? "0" : "");
			text_number(&whole, (unsigned)clock[i]);
		}
		text_octet(&whole, ' ');
	}
	add_tag(&whole);
	text_add(&whole, line);
	text_string(&whole);
	for (size_t i = 0; i < 2; i++) {
		int log = socket(AF_UNIX, types[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		int error = connect(log, (const struct sockaddr *)&place, sizeof place) == 0
				    ? 0
				    : errno;
		/* A stream's line ends with a NUL. A line that cannot be taken now is lost. */
		if (error == 0 && send(log, whole.at, whole.len + i, MSG_NOSIGNAL) < 0)
			error = errno;
		if (log >= 0)
			close(log);
		if (error != EPROTOTYPE)
			return;
	}
}

void sink_line(const struct sink *sink, const char *line)
{
	if (sink->where == LOG_WHERE_SYSLOG)
		to_syslog(line);
	else
		to_stderr(sink->fd, line);
}

/* One line for an event: its name first and bare, then key=value, escaped; never a password.
 * Runs in: monitor, postern, and smtpd before the fork. Trusts: no value; all are escaped. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/sink.h"
#include "base/text.h"

/* The events, made from events.def. */
enum event {
	EVENT_none,
#define EVENT(name, who, meaning) EVENT_##name,
#include "base/events.def"
#undef EVENT
	EVENTS
};

enum { LOG_LINE_MAX = 1400, LOG_VALUE_MAX = 600 };

/* What stands in every line of a connection. */
struct log {
	const struct sink *sink;
	const char *id, *client; /* NULL: left out */
};

/* One line as it grows. */
struct log_line {
	const struct log *log;
	char room[LOG_LINE_MAX];
	struct text text;
};

/* Begins a line: EVENT id=… client=… */
void log_begin(struct log_line *line, const struct log *log, enum event event);

/* Adds key=value. A value with anything but [A-Za-z0-9@._:/+-], and an empty one, stands in double
 * quotes; controls, 8-bit octets, `"` and `\` are written \xHH. A value over LOG_VALUE_MAX octets
 * of the line is cut there and ends in `...`. */
void log_word(struct log_line *line, const char *key, const char *value);

/* Adds key=number. */
void log_number(struct log_line *line, const char *key, unsigned long long number);

/* Sends the line. */
void log_end(struct log_line *line);

/* A whole line for a failure of the world: error what="…". */
void log_error(const struct log *log, const char *what);

/* Whether a session may bring this event up. */
bool log_of_session(enum event event);

/* The event's name. */
const char *log_name(enum event event);

#endif

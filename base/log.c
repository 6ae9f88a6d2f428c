/* One line for an event, escaped, so that no value can end a line, begin one, or look like a key.
 * Runs in: monitor, postern, and smtpd before the fork. Trusts: no value. */
#include "base/log.h"

#include <string.h>

enum who { MONITOR, SESSION };

static const struct {
	const char *name;
	enum who who;
} events[EVENTS] = {
	[EVENT_none] = {"none", MONITOR},
#define EVENT(name, who, meaning) [EVENT_##name] = {#name, who},
#include "base/events.def"
#undef EVENT
};

bool log_of_session(enum event event)
{
	return event > EVENT_none && event < EVENTS && events[event].who == SESSION;
}

const char *log_name(enum event event)
{
	return events[event].name;
}

void log_begin(struct log_line *line, const struct log *log, enum event event)
{
	line->log = log;
	line->text = TEXT_OVER(line->room);
	text_add(&line->text, events[event].name);
	if (log->id != NULL)
		log_word(line, "id", log->id);
	if (log->client != NULL)
		log_word(line, "client", log->client);
}

static bool plain(unsigned char octet)
{
	return text_letter_or_digit((char)octet) ||
	       (octet != '\0' && strchr("@._:/+-", octet) != NULL);
}

/* Writes the value between its quotes until it, or the room for one value, ends. */
static void quoted(struct text *text, const char *value)
{
	size_t begin = text->len;
	for (; *value != '\0'; value++) {
		unsigned char octet = (unsigned char)*value;
		if (text->len - begin >= LOG_VALUE_MAX) {
			text_add(text, "...");
			return;
		}
		if (octet < 0x20 || octet > 0x7e || octet == '"' || octet == '\\') {
			text_add(text, "\\x");
			text_hex(text, octet, 2);
		} else {
			text_octet(text, (char)octet);
		}
	}
}

void log_word(struct log_line *line, const char *key, const char *value)
{
	const char *odd = value;
	while (*odd != '\0' && plain((unsigned char)*odd))
		odd++;
	bool quotes = *value == '\0' || *odd != '\0' || strlen(value) > LOG_VALUE_MAX;
	text_octet(&line->text, ' ');
	text_add(&line->text, key);
	text_add(&line->text, quotes ? "=\"" : "=");
	quoted(&line->text, value);
	if (quotes)
		text_octet(&line->text, '"');
}

void log_number(struct log_line *line, const char *key, unsigned long long number)
{
	text_octet(&line->text, ' ');
	text_add(&line->text, key);
	text_octet(&line->text, '=');
	text_number(&line->text, number);
}

void log_end(struct log_line *line)
{
	sink_line(line->log->sink, text_string(&line->text));
}

void log_error(const struct log *log, const char *what)
{
	struct log_line line;
	log_begin(&line, log, EVENT_error);
	log_word(&line, "what", what);
	log_end(&line);
}

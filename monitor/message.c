/* Answers the text and its end: what goes to the spool, the last checks, -t or by name, and
 * relaying.
 * Runs in: monitor. Trusts: nothing of the text; reads the header itself. */
#include <string.h>

#include "base/text.h"
#include "monitor/state.h"
#include "monitor/trace.h"
#include "relay.h"

enum { HEADER_PIECE = 4096 /* of the header, judged at one time */ };

/* Ours before the blank line, the blank line, and what was held back as a line of the header. */
static void complete_header(struct monitor *monitor)
{
	struct envelope *envelope = &monitor->envelope;
	const struct header *header = &envelope->header;
	struct trace trace = {
		.hostname = monitor->settings->hostname,
		.id = monitor->id,
		.message = monitor->messages,
		.now = time(NULL),
	};
	TEXT(missing, TRACE_MAX);
	const char *rest;
	if (!header->has_date)
		trace_date(&trace, &missing);
	if (!header->has_message_id)
		trace_message_id(&trace, &missing);
	if (!header->has_from)
		trace_from(&trace, envelope->sender, &missing);
	envelope->added += missing.len;
	text_octet(&missing, '\n');
	spool_append(&envelope->spool, missing.at, missing.len);
	size_t rest_len = header_rest(header, &rest);
	spool_append(&envelope->spool, rest, rest_len);
	envelope->body = true;
}

/* Feeds the header; returns how many octets of the text were taken. */
static size_t take_header(struct monitor *monitor, const char *octets, size_t len)
{
	struct envelope *envelope = &monitor->envelope;
	size_t taken = 0;
	while (!envelope->body && taken < len) {
		TEXT(kept, HEADER_PIECE + HEADER_LINE_MAX + 3);
		size_t piece = len - taken < HEADER_PIECE ? len - taken : HEADER_PIECE;
		taken += header_feed(&envelope->header, octets + taken, piece, &kept);
		spool_append(&envelope->spool, kept.at, kept.len);
		if (envelope->header.ended)
			complete_header(monitor);
	}
	return taken;
}

/* Keeps the line rule: where the line in hand stands behind these octets, and whether one was too
 * long where that is refused. */
static void count_line(struct monitor *monitor, const char *octets, size_t len)
{
	struct envelope *envelope = &monitor->envelope;
	const char *end = octets + len;
	if (monitor->settings->long_lines) {
		envelope->line = end[-1] != '\n';
		return;
	}
	while (octets < end) {
		const char *newline = memchr(octets, '\n', (size_t)(end - octets));
		envelope->line += (size_t)((newline != NULL ? newline : end) - octets);
		envelope->long_line |= envelope->line > HEADER_LINE_MAX;
		if (newline == NULL)
			return;
		envelope->line = 0;
		octets = newline + 1;
	}
}

void answer_text(struct monitor *monitor, const char *octets, size_t more)
{
	struct envelope *envelope = &monitor->envelope;
	if (more == 0 || memchr(octets, '\r', more) != NULL || memchr(octets, '\0', more) != NULL) {
		monitor_distrust(monitor, "bad text");
		return;
	}
	envelope->text += more;
	/* The session drains what is over the limit, and does not send it. */
	if (envelope->text > monitor->settings->message_size_limit + WIRE_TEXT_MAX) {
		monitor_distrust(monitor, "too much text");
		return;
	}
	count_line(monitor, octets, more);
	size_t taken = take_header(monitor, octets, more);
	spool_append(&envelope->spool, octets + taken, more - taken);
}

/* What stands against this message now that it is whole. */
static enum reply check_message(struct monitor *monitor)
{
	struct envelope *envelope = &monitor->envelope;
	if (!envelope->header.ended) {
		TEXT(kept, HEADER_LINE_MAX + 3);
		header_end(&envelope->header, &kept);
		spool_append(&envelope->spool, kept.at, kept.len);
	}
	if (!envelope->body)
		complete_header(monitor);
	if (envelope->text > monitor->settings->message_size_limit)
		return REPLY_TOO_BIG;
	if (envelope->header.fault != GO_ON)
		return envelope->header.fault;
	if (envelope->count == 0 || envelope_judge(monitor).access == NOWHERE)
		return REPLY_NOT_ALLOWED;
	if (monitor_signalled(monitor))
		return REPLY_TRY_AGAIN;
	if (spool_rewind(&envelope->spool) == 0)
		return GO_ON;
	envelope_log_spool(monitor, "cannot write to the spool ");
	return REPLY_FULL;
}

static void log_relay(
	const struct monitor *monitor, const struct relay *relay, const struct relay_result *result)
{
	struct log_line line;
	monitor_log(&line, monitor, EVENT_relay);
	if (monitor->logged_in)
		log_word(&line, "user", monitor->login);
	log_word(&line, "sender", relay->sender);
	log_number(&line, "recipients", relay->count);
	log_word(&line, "by", relay->by_header ? "header" : "name");
	log_number(&line, "size", monitor->envelope.spool.size);
	log_word(&line, "status", result->status);
	log_number(&line, "code", reply_facts(result->reply)->code);
	if (result->words[0] != '\0')
		log_word(&line, "words", result->words);
	log_end(&line);
}

static void hand_over(struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	struct envelope *envelope = &monitor->envelope;
	static struct relay_result result;
	struct relay relay = {
		.sendmail = settings->sendmail,
		.message = envelope->spool.file,
		.sender = envelope->sender,
		.recipients = (const char(*)[ADDRESS_MAX + 1]) envelope->recipients,
		.count = envelope->count,
		.by_header = settings->recipients == RECIPIENTS_AUTO &&
			     header_names(&envelope->header,
				     (const char(*)[ADDRESS_MAX + 1]) envelope->recipients,
				     envelope->count, envelope->added),
		.timeout = settings->sendmail_timeout,
	};
	memset(&result, 0, sizeof result);
	relay_message(&relay, &result);
	/* A signal to the service may have reached the sendmail too, and two of them answer that
	 * with exit status 0 and nothing sent. */
	if (result.reply == REPLY_SENT && monitor_signalled(monitor))
		result.reply = REPLY_TRY_AGAIN;
	monitor_answer(monitor, result.reply);
	log_relay(monitor, &relay, &result);
}

void answer_commit(struct monitor *monitor, const char *octets, size_t more)
{
	(void)octets, (void)more;
	/* The session ends every line, and does not commit what has a line that it refuses. */
	if (monitor->envelope.line > 0 || monitor->envelope.long_line) {
		monitor_distrust(monitor, "bad text");
		return;
	}
	enum reply fault = check_message(monitor);
	if (fault == GO_ON) {
		hand_over(monitor);
	} else {
		monitor_answer(monitor, fault);
		monitor_refused(monitor, fault, "sender", monitor->envelope.sender);
	}
	envelope_reset(monitor);
	monitor->state = IDLE;
}

/* The monitor's loop: legal now? exactly so long? then answer_NAME(); else the end of both.
 * Runs in: the parent, after the fork and after root is dropped. Trusts: nothing of the session.
 * Its clocks and counters do for certain what the session's own do for courtesy. */
#include "monitor/monitor.h"

#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "monitor/state.h"

enum {
	RECORDS_MAX = 1000000, /* records of a connection, its text not counted */
	REFUSALS_MAX = 200,    /* refusals that are logged in a connection */
	GRACE_S = 5,           /* the monitor's clocks run so much longer than the session's */
	FAREWELL_MS = 2000,    /* for the session to say a last word */
	KILLED_MS = 1000       /* for the kernel to kill it, which takes microseconds */
};

/* The questions, made from requests.def. `most` octets may follow the record; a question that takes
 * some and has none is out of form too. */
static const struct question {
	const char *name;
	unsigned when;
	size_t len, most;
	void (*answer)(struct monitor *monitor, const char *octets, size_t more);
} questions[REQUESTS] = {
#define REQUEST(name, when, record, most)                                                          \
	[REQUEST_##name] = {#name, when, sizeof(record), most, answer_##name},
#include "base/requests.def"
#undef REQUEST
};

/* How a connection ends: the log's word, and what the client is told where it is still there. */
static const struct {
	const char *word;
	enum reply farewell; /* GO_ON: none; the session knows why, or is not to say a word */
} ends[ENDS] = {
	[END_QUIT] = {"quit", GO_ON},
	[END_HANGUP] = {"hangup", GO_ON},
	[END_TIMEOUT] = {"timeout", REPLY_TIMED_OUT},
	[END_ERRORS] = {"errors", REPLY_TOO_MANY_ERRORS},
	[END_FAILURES] = {"failures", REPLY_TOO_MANY_FAILURES},
	[END_SIGNAL] = {"signal", REPLY_SHUTTING_DOWN},
	[END_INJECTION] = {"injection", GO_ON},
	[END_FOREIGN] = {"foreign", GO_ON},
	[END_TLS] = {"tls", GO_ON},
	[END_JAIL] = {"nojail", GO_ON},
	[END_DIED] = {"died", GO_ON},
	[END_DISTRUST] = {"distrust", GO_ON},
	[END_SILENT] = {"silent", GO_ON},
};

static const enum end byes[BYES] = {
	[BYE_QUIT] = END_QUIT,
	[BYE_HANGUP] = END_HANGUP,
	[BYE_TIMEOUT] = END_TIMEOUT,
	[BYE_ERRORS] = END_ERRORS,
	[BYE_TOLD] = END_SIGNAL, /* by the monitor: its own reason stands already */
	[BYE_NO_JAIL] = END_JAIL,
	[BYE_INJECTION] = END_INJECTION,
	[BYE_FOREIGN] = END_FOREIGN,
	[BYE_STARTTLS] = END_DISTRUST, /* but in the one state that waits for it */
};

void monitor_end(struct monitor *monitor, enum end end)
{
	if (monitor->end == GOING)
		monitor->end = end;
}

void monitor_distrust(struct monitor *monitor, const char *why)
{
	if (monitor->end == GOING)
		monitor->why = why;
	monitor_end(monitor, END_DISTRUST);
}

const char *monitor_stage(const struct monitor *monitor)
{
	switch (monitor->state) {
	case START: return "start";
	case MAIL: return "mail";
	case RCPT: return "rcpt";
	case DATA: return "data";
	case LOGIN: return "auth";
	case LEAVING:
	case HANDSHAKE: return "tls";
	default: return "command";
	}
}

void monitor_log(struct log_line *line, const struct monitor *monitor, enum event event)
{
	log_begin(line, &monitor->log, event);
	if (monitor->envelope.rule != NULL)
		log_word(line, "rule", monitor->envelope.rule);
}

void monitor_refused(struct monitor *monitor, enum reply reply, const char *key, const char *value)
{
	struct log_line line;
	if (monitor->refusals++ >= REFUSALS_MAX) {
		monitor_end(monitor, END_ERRORS);
		return;
	}
	log_begin(&line, &monitor->log, EVENT_refused);
	log_word(&line, "stage", monitor_stage(monitor));
	log_number(&line, "code", reply_facts(reply)->code);
	log_word(&line, "reason", reply_facts(reply)->name);
	if (key != NULL)
		log_word(&line, key, value);
	log_end(&line);
}

bool monitor_signalled(const struct monitor *monitor)
{
	struct pollfd signals = {monitor->start->signals, POLLIN, 0};
	return poll(&signals, 1, 0) > 0;
}

void monitor_send(
	struct monitor *monitor, const void *record, size_t len, const void *more, size_t more_len)
{
	if (wire_send_now(monitor->session.wire, record, len, more, more_len) == WIRE_WOULD_BLOCK)
		monitor_end(monitor, END_SILENT);
}

void monitor_answer(struct monitor *monitor, enum reply reply)
{
	struct wire_answer answer;
	memset(&answer, 0, sizeof answer);
	answer.type = WIRE_ANSWER;
	answer.reply = (uint16_t)reply;
	monitor_send(monitor, &answer, sizeof answer, NULL, 0);
}

/* --- the clocks --- */

static struct deadline later(struct deadline from, unsigned long long seconds)
{
	return (struct deadline){from.at + (long long)seconds * 1000};
}

/* By when the next record must come. */
static struct deadline record_due(const struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	if (monitor->state == HANDSHAKE)
		return monitor->handshake_due;
	if (monitor->state == DATA)
		return deadline_sooner(later(monitor->last, WIRE_SILENCE + GRACE_S),
			later(monitor->envelope.begun, settings->data_timeout + GRACE_S +
							       monitor->envelope.text / WIRE_PACE));
	struct deadline due = later(monitor->last, settings->command_timeout + GRACE_S);
	if (!monitor->logged_in && !monitor->mail_accepted)
		due = deadline_sooner(
			due, later(monitor->greeted, settings->login_timeout + GRACE_S));
	return due;
}

/* --- one record --- */

/* Whether the record of `len` octets is in form and in turn; if not, the connection is over. */
static bool in_turn(struct monitor *monitor, size_t len)
{
	uint8_t type = monitor->record.type;
	if (type == REQUEST_none || type >= REQUESTS) {
		monitor_distrust(monitor, "no such question");
		return false;
	}
	const struct question *question = &questions[type];
	if (len < question->len || len > question->len + question->most)
		monitor_distrust(monitor, "wrong length");
	else if ((question->when & monitor->state) == 0)
		monitor_distrust(monitor, "out of turn");
	else if (type != REQUEST_text && ++monitor->records > RECORDS_MAX)
		monitor_distrust(monitor, "too many records");
	return monitor->end == GOING;
}

static void take_record(struct monitor *monitor)
{
	enum wire_end end;
	size_t len =
		wire_receive(monitor->session.wire, &monitor->record, sizeof monitor->record, &end);
	if (end == WIRE_WOULD_BLOCK)
		return;
	if (end == WIRE_GONE)
		monitor_end(monitor, END_DIED);
	else if (end == WIRE_BROKEN)
		monitor_distrust(monitor, "no whole record, or one with descriptors");
	if (end != WIRE_FINE)
		return;
	if (!in_turn(monitor, len))
		return;
	const struct question *question = &questions[monitor->record.type];
	/* Log records do not count as life: only what moves the dialogue on does. The answer is not
	 * the client's time: a sendmail or a login may have taken long. */
	bool life = monitor->record.type != REQUEST_log;
	question->answer(monitor, monitor->record.room + question->len, len - question->len);
	if (life)
		monitor->last = deadline_in(0);
}

void answer_alive(struct monitor *monitor, const char *octets, size_t more)
{
	/* That it came is all it says: the loop has set the clock. */
	(void)monitor, (void)octets, (void)more;
}

void answer_log(struct monitor *monitor, const char *octets, size_t more)
{
	struct log_line line;
	const struct wire_log *record = &monitor->record.log;
	(void)octets, (void)more;
	if (++monitor->logs > WIRE_LOGS_MAX || !log_of_session((enum event)record->event) ||
		!wire_string(record->value, sizeof record->value)) {
		monitor_distrust(monitor, "bad log record");
		return;
	}
	log_begin(&line, &monitor->log, (enum event)record->event);
	log_word(&line, "stage", monitor_stage(monitor));
	log_word(&line, "value", record->value);
	log_end(&line);
}

void answer_bye(struct monitor *monitor, const char *octets, size_t more)
{
	const struct wire_bye *record = &monitor->record.bye;
	(void)octets, (void)more;
	if (record->reason >= BYES) {
		monitor_distrust(monitor, "bad bye");
		return;
	}
	monitor->in += record->in;
	monitor->out += record->out;
	/* Where all is over already only the counts are of use. */
	if (monitor->end != GOING)
		return;
	if (record->reason != BYE_STARTTLS)
		monitor_end(monitor, byes[record->reason]);
	else if (monitor->state == LEAVING)
		starttls_leave(monitor);
	else
		monitor_distrust(monitor, "left for STARTTLS out of turn");
}

void monitor_interrupted(struct monitor *monitor)
{
	enum wire_end end;
	size_t len =
		wire_receive(monitor->session.wire, &monitor->record, sizeof monitor->record, &end);
	if (end == WIRE_GONE)
		monitor_end(monitor, END_DIED);
	else if (len == sizeof(struct wire_bye) && monitor->record.type == REQUEST_bye)
		answer_bye(monitor, NULL, 0);
	else
		monitor_distrust(monitor, "spoke before the answer");
}

void monitor_pause(struct monitor *monitor, struct deadline until)
{
	struct pollfd polled[] = {
		{monitor->session.wire, POLLIN, 0}, {monitor->start->signals, POLLIN, 0}};
	if (deadline_poll(polled, 2, until) > 0 && polled[0].revents != 0)
		monitor_interrupted(monitor);
}

static void serve(struct monitor *monitor)
{
	int channel = monitor->state == HANDSHAKE ? monitor->start->channel.helper.wire : -1;
	struct pollfd polled[] = {{monitor->session.wire, POLLIN, 0},
		{monitor->start->signals, POLLIN, 0}, {channel, POLLIN, 0}};
	struct deadline due = record_due(monitor);
	/* Asked first, or a session that always has a record waiting would never be late. */
	int ready = deadline_passed(due) ? 0 : deadline_poll(polled, 3, due);
	if (ready <= 0)
		monitor_end(monitor, END_TIMEOUT);
	else if (polled[1].revents != 0)
		monitor_end(monitor, END_SIGNAL);
	else if (polled[0].revents != 0)
		take_record(monitor);
	else
		starttls_take(monitor);
}

/* --- the beginning and the end --- */

void monitor_greet(struct monitor *monitor, enum reply reply)
{
	struct wire_greeting greeting;
	memset(&greeting, 0, sizeof greeting);
	memcpy(greeting.id, monitor->id, sizeof greeting.id);
	greeting.type = WIRE_GREETING;
	greeting.reply = (uint16_t)reply;
	monitor->last = deadline_in(0);
	if (reply != GO_ON)
		monitor->greeted = monitor->last;
	monitor->possible = envelope_offer(monitor);
	monitor_send(monitor, &greeting, sizeof greeting, NULL, 0);
}

/* An administrator who misses AUTH in the reply to EHLO finds here why it is not there. */
static void log_hidden(struct log_line *line, const struct monitor *monitor)
{
	const char *reason = "no TLS, and the client is not in cleartext_networks";
	if (networks_have(&monitor->settings->cleartext_networks, &monitor->start->peer->client))
		reason = "no mechanism of the settings is built and installed";
	if (starttls_offered(monitor))
		reason = "no TLS so far, and the client is not in cleartext_networks";
	if (monitor->settings->tls_required)
		reason = "no TLS so far, and tls_required = yes";
	log_word(line, "auth", "hidden");
	log_word(line, "reason", reason);
}

static void begin(struct monitor *monitor)
{
	struct log_line line;
	uint64_t random = 0;
	/* 55 bits in letters that nobody confuses on the telephone. */
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint64_t)deadline_now() << 22 ^ (uint64_t)getpid();
	for (size_t i = 0; i < sizeof monitor->id - 1; i++, random >>= 5)
		monitor->id[i] = "abcdefghijkmnpqrstuvwxyz23456789"[random & 31];
	monitor->begun = monitor->last = deadline_in(0);
	if (!monitor->start->tls)
		monitor_greet(monitor, REPLY_GREETING);
	log_begin(&line, &monitor->log, EVENT_connect);
	log_word(&line, "jail", monitor->start->jail);
	if (monitor->start->no_landlock)
		log_word(&line, "landlock", "none");
	if (!monitor->start->tls && monitor->possible == 0)
		log_hidden(&line, monitor);
	log_end(&line);
	if (monitor->start->tls)
		starttls_begin(monitor);
}

/* The orderly end: the session is told what to say, has until then for it, and then the lifeline.
 */
static void say_farewell(struct monitor *monitor, struct deadline until)
{
	enum wire_end end = WIRE_FINE;
	struct pollfd wire = {monitor->session.wire, POLLIN, 0};
	struct wire_answer farewell;
	memset(&farewell, 0, sizeof farewell);
	farewell.type = WIRE_FAREWELL;
	farewell.reply = (uint16_t)ends[monitor->end].farewell;
	wire_send_now(monitor->session.wire, &farewell, sizeof farewell, NULL, 0);
	shutdown(monitor->session.wire, SHUT_WR);
	/* What it still sends is thrown away, but for the count of octets in its bye. */
	while (end != WIRE_GONE && end != WIRE_BROKEN && deadline_poll(&wire, 1, until) > 0 &&
		!deadline_passed(until)) {
		size_t len = wire_receive(
			monitor->session.wire, &monitor->record, sizeof monitor->record, &end);
		if (len == sizeof(struct wire_bye) && monitor->record.type == REQUEST_bye)
			answer_bye(monitor, NULL, 0);
	}
}

/* Sees to it that a session is dead, and how it ended. One that may end by itself has until then:
 * its own end says more than a kill. */
static struct child_status reap(
	const struct monitor *monitor, const struct session_process *session, struct deadline until)
{
	struct child_status status = {CHILD_ABANDONED, 0, false};
	bool over = child_ended(session->pid, until, &status);
	close(session->lifeline);
	/* The kernel kills it now, whatever it blocks. Only where the settings took seccomp out of
	 * its jail may it have cut the lifeline: then it is killed if it is of our uid, and if not,
	 * nobody waits for it. */
	if (!over && !child_ended(session->pid, deadline_in_ms(KILLED_MS), &status))
		status = child_kill(session->pid);
	if (status.end == CHILD_ABANDONED)
		log_error(&monitor->log, "the session could not be ended: a jail without seccomp");
	return status;
}

/* Ends all that was started, and tells how the session ended. */
static struct child_status end_all(struct monitor *monitor)
{
	static const bool impatient[ENDS] = {
		[END_DISTRUST] = true, [END_SILENT] = true, [END_TLS] = true};
	struct monitor_start *start = monitor->start;
	struct deadline until = deadline_in_ms(FAREWELL_MS), now = deadline_in(0);
	TEXT(words, 512);
	/* Ours would keep the connection open when all others are closed. */
	channel_close(&start->channel);
	verdict_end(&monitor->auth);
	/* Where no handshake came to its end nobody is there to be told anything; but if that was
	 * postern-tls's own end, it says more than a kill. */
	bool tls_waits = monitor->tls || monitor->end == END_TLS;
	if (!tls_waits)
		helper_end(&start->channel.helper);
	if (ends[monitor->end].farewell != GO_ON)
		say_farewell(monitor, until);
	struct child_status status =
		reap(monitor, &monitor->session, impatient[monitor->end] ? now : until);
	if (start->spare.pid > 0)
		reap(monitor, &start->spare, now);
	text_add(&words, "postern-tls: ");
	size_t before = words.len;
	channel_end(&start->channel, deadline_in_ms(FAREWELL_MS + KILLED_MS), &words);
	if (words.len > before)
		log_error(&monitor->log, text_string(&words));
	return status;
}

static void say_goodbye(struct monitor *monitor, struct child_status status, long long ms)
{
	struct log_line line;
	const char *word = ends[monitor->end].word;
	/* A session that left in order without a word was left by its client. */
	if (monitor->end == END_DIED && status.end == CHILD_EXITED && status.code == 0)
		word = "hangup";
	if (monitor->end == END_DISTRUST) {
		log_begin(&line, &monitor->log, EVENT_distrust);
		log_word(&line, "stage", monitor_stage(monitor));
		log_word(&line, "why", monitor->why);
		log_end(&line);
	}
	log_begin(&line, &monitor->log, EVENT_disconnect);
	log_word(&line, "reason", word);
	log_word(&line, "stage", monitor_stage(monitor));
	if (monitor->end == END_DIED && status.end == CHILD_KILLED)
		log_number(&line, "signal", (unsigned)status.code);
	else if (monitor->end == END_DIED && status.code != 0)
		log_number(&line, "status", (unsigned)status.code);
	log_number(&line, "in", monitor->in);
	log_number(&line, "out", monitor->out);
	log_number(&line, "seconds", (unsigned long long)(ms / 1000));
	log_end(&line);
}

void monitor_prepare(struct monitor_start *start, bool root)
{
	if (start->channel.program == NULL)
		return;
	channel_open(&start->channel, start->settings);
	if (start->tls)
		channel_start(&start->channel, start->settings, root, false);
}

int monitor_run(struct monitor_start *start)
{
	/* In .bss, and most of it never touched. */
	static struct monitor monitor;
	monitor.start = start;
	monitor.settings = start->settings;
	monitor.session = start->session;
	monitor.state = START;
	monitor.envelope.spool.file = -1;
	monitor.auth.helper = helper_none();
	monitor.log = (struct log){start->sink, monitor.id, start->peer->name};
	begin(&monitor);
	while (monitor.end == GOING)
		serve(&monitor);
	struct child_status status = end_all(&monitor);
	say_goodbye(&monitor, status, deadline_now() - monitor.begun.at);
	envelope_reset(&monitor);
	return 0;
}

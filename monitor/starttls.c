/* TLS as the monitor sees it: starts postern-tls, lets the session leave and another one go on, and
 * takes the facts.
 * Runs in: monitor. Trusts: postern-tls about its own client; nothing of a session.
 *
 * The session that spoke with the client in clear does not go on behind STARTTLS: somebody on the
 * path may have taken it over, and would see the password. It is dead before postern-tls reads the
 * first octet, and so is every copy of the client's socket but postern-tls's own. */
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "monitor/state.h"

enum {
	READY_S = 30,    /* for postern-tls to load its files and enter its jail */
	LEAVE_MS = 1000, /* for a session that said good-bye to end */
	GRACE_S = 5      /* our clock runs so much longer than postern-tls's own */
};

static void log_fault(const struct monitor *monitor, const char *result, const char *reason)
{
	struct log_line line;
	log_begin(&line, &monitor->log, EVENT_tls);
	log_word(&line, "result", result);
	log_word(&line, "reason", reason);
	log_end(&line);
}

/* Waits for postern-tls to be ready. False: there will be no TLS, or the session spoke meanwhile,
 * which ends the connection. */
static bool is_ready(struct monitor *monitor)
{
	struct channel *channel = &monitor->start->channel;
	/* A session that waits for its greeting may have to say that it has no jail: it is heard in
	 * the handshake. */
	const int watch[CHANNEL_WATCH] = {
		monitor->start->tls ? -1 : monitor->session.wire, monitor->start->signals};
	enum verdict ready = NO;
	if (channel->fault[0] == '\0')
		ready = channel_ready(channel, deadline_in(READY_S), watch);
	if (ready == NO && !monitor->told)
		log_fault(monitor, "unavailable", channel->fault);
	monitor->told |= ready == NO; /* once is enough: in this connection it stays so */
	if (ready == CANNOT_TELL && monitor_signalled(monitor))
		monitor_end(monitor, END_SIGNAL);
	else if (ready == CANNOT_TELL)
		monitor_interrupted(monitor);
	return ready == YES;
}

/* From now on the client is postern-tls's. */
static void go(struct monitor *monitor)
{
	monitor->state = HANDSHAKE;
	monitor->handshake_due = deadline_in(channel_patience(monitor->settings) + GRACE_S);
	channel_go(&monitor->start->channel);
}

void starttls_begin(struct monitor *monitor)
{
	if (is_ready(monitor))
		go(monitor);
	else
		monitor_end(monitor, END_TLS);
}

void answer_starttls(struct monitor *monitor, const char *octets, size_t more)
{
	struct channel *channel = &monitor->start->channel;
	(void)octets, (void)more;
	if (monitor->tls || channel->program == NULL) {
		monitor_distrust(monitor, "STARTTLS where none was offered");
		return;
	}
	/* A client may say it though it was not offered. */
	if (!starttls_offered(monitor))
		channel_refuse(channel, "there is no second session: too many processes");
	if (channel->fault[0] == '\0')
		channel_start(channel, monitor->settings, false, false);
	if (!is_ready(monitor)) {
		if (monitor->end == GOING)
			monitor_answer(monitor, REPLY_TLS_UNAVAILABLE);
		return;
	}
	/* RFC 3207 4.2: nothing that was said in clear is known any more. */
	envelope_reset(monitor);
	/* Whose login_timeout was over gets it anew; for all others it runs on. */
	if (monitor->logged_in || monitor->mail_accepted)
		monitor->greeted = deadline_in(0);
	monitor->logged_in = false;
	monitor->login[0] = '\0';
	monitor->hello[0] = '\0';
	monitor->extended = monitor->mail_accepted = false;
	monitor->offered = 0;
	monitor->state = LEAVING;
	monitor_answer(monitor, REPLY_START_TLS);
}

bool starttls_offered(const struct monitor *monitor)
{
	return !monitor->tls && monitor->start->spare.pid > 0;
}

void starttls_leave(struct monitor *monitor)
{
	struct child_status status;
	/* One that stays could still read the client. */
	if (!child_ended(monitor->session.pid, deadline_in_ms(LEAVE_MS), &status)) {
		monitor_distrust(monitor, "the session stayed behind STARTTLS");
		return;
	}
	close(monitor->session.wire);
	close(monitor->session.lifeline);
	monitor->session = monitor->start->spare;
	monitor->start->spare.pid = -1;
	monitor->logs = 0; /* they are counted for each session */
	go(monitor);
}

static void log_facts(const struct monitor *monitor)
{
	static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
	const struct wire_facts *facts = &monitor->facts;
	struct log_line line;
	log_begin(&line, &monitor->log, EVENT_tls);
	log_word(&line, "result", "ok");
	log_word(&line, "version", versions[facts->version - 10]);
	log_word(&line, "cipher", facts->cipher);
	log_number(&line, "bits", facts->bits);
	if (facts->subject[0] != '\0')
		log_word(&line, "subject", facts->subject);
	if (facts->names[0] != '\0')
		log_word(&line, "names", facts->names);
	if (facts->stranger)
		log_word(&line, "certificate", "unknown");
	log_end(&line);
}

void starttls_take(struct monitor *monitor)
{
	struct wire_failed failed;
	uint8_t type = channel_result(&monitor->start->channel, &monitor->facts, &failed);
	if (type == WIRE_FAILED) {
		log_fault(monitor, "fail", failed.words);
		monitor_end(monitor, failed.late ? END_TIMEOUT : END_TLS);
	} else if (type == WIRE_FACTS) {
		monitor->tls = true;
		monitor->state = START;
		log_facts(monitor);
		monitor_greet(monitor, monitor->start->tls ? REPLY_GREETING : GO_ON);
	}
}

/* Takes the envelope apart from what the session says of it: hello, mail, rcpt, data, reset.
 * Runs in: monitor. Trusts: nothing in a record but its length; every field is checked again. */
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "monitor/state.h"
#include "monitor/trace.h"
#include "store/passwords.h"

void envelope_reset(struct monitor *monitor)
{
	struct envelope *envelope = &monitor->envelope;
	spool_close(&envelope->spool);
	envelope->sender[0] = '\0';
	envelope->count = 0;
	envelope->full_told = false;
	envelope->rule = NULL;
	envelope->added = 0;
	envelope->text = 0;
	envelope->line = 0;
	envelope->long_line = false;
	envelope->body = false;
}

void envelope_log_spool(const struct monitor *monitor, const char *what)
{
	TEXT(whole, SETTINGS_LINE_MAX + 128);
	text_add(&whole, what);
	text_add(&whole, monitor->settings->spool);
	text_add(&whole, ": ");
	text_add(&whole, strerror(errno));
	log_error(&monitor->log, text_string(&whole));
}

struct access_judgement envelope_judge(const struct monitor *monitor)
{
	struct access_facts facts = {monitor->settings, &monitor->start->peer->client,
		monitor->login, monitor->mechanism};
	return access_judge(&facts);
}

bool envelope_certificate(const struct monitor *monitor, struct text *name)
{
	static const char *const kinds[] = {"email:", "cn:"};
	/* Whatever postern-tls says: it is nobody's word where no authority is set. */
	bool asked = monitor->tls && monitor->settings->tls_client_ca[0] != '\0';
	const char *names = asked ? monitor->facts.names : "";
	TEXT(canonical, WIRE_LOGIN_MAX + 1);
	for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
		for (const char *at = names; *at != '\0'; at += strspn(at, " ")) {
			size_t len = strcspn(at, " ");
			const char *value = text_behind(at, kinds[kind]);
			text_clear(name);
			if (value != NULL)
				text_octets(name, value, len - (size_t)(value - at));
			at += len;
			if (value != NULL && !name->cut &&
				passwords_login(text_string(name), monitor->settings->realm,
					&canonical) == NULL)
				return true;
		}
	return false;
}

mechanism_set envelope_offer(const struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	const struct ip *client = &monitor->start->peer->client;
	bool clear = monitor->tls || networks_have(&settings->cleartext_networks, client);
	bool binds = monitor->tls && (monitor->facts.bindings.exporter_len > 0 ||
					     monitor->facts.bindings.unique_len > 0);
	TEXT(whose, WIRE_LOGIN_MAX + 1);
	bool certified = envelope_certificate(monitor, &whose);
	mechanism_set set = 0;
	if (settings->tls_required && !monitor->tls)
		return 0;
	for (size_t i = 0; i < settings->mechanisms.count; i++) {
		enum mechanism mechanism = settings->mechanisms.list[i];
		const struct mechanism_facts *facts = mechanism_facts(mechanism);
		if (facts->served && (clear || !facts->clear) &&
			(binds || !mechanism_is_bound(mechanism)) &&
			(mechanism != MECHANISM_EXTERNAL || certified) &&
			mechanism_in(passwords_serve(settings->passwords.kind), mechanism) &&
			mechanism_installed(mechanism))
			set |= (mechanism_set)1 << mechanism;
	}
	return set;
}

void answer_hello(struct monitor *monitor, const char *octets, size_t more)
{
	const struct wire_hello *record = &monitor->record.hello;
	struct wire_offer answer;
	(void)octets, (void)more;
	if (!wire_string(record->name, sizeof record->name) || record->name[0] == '\0') {
		monitor_distrust(monitor, "bad hello");
		return;
	}
	memcpy(monitor->hello, record->name, sizeof monitor->hello);
	monitor->extended = record->extended != 0;
	monitor->offered = monitor->extended && !monitor->logged_in ? monitor->possible : 0;
	envelope_reset(monitor);
	monitor->state = IDLE;
	memset(&answer, 0, sizeof answer);
	answer.type = WIRE_OFFER;
	answer.reply = REPLY_HELLO;
	answer.mechanisms = monitor->offered;
	answer.starttls = starttls_offered(monitor);
	monitor_send(monitor, &answer, sizeof answer, NULL, 0);
}

/* What stands against this sender. */
static enum reply check_sender(const struct monitor *monitor, const struct wire_mail *record,
	const struct access_judgement *judgement)
{
	if (judgement->access == NOWHERE)
		return monitor->logged_in ? REPLY_NOT_ALLOWED : REPLY_LOGIN_FIRST;
	if (record->has_size && record->size > monitor->settings->message_size_limit)
		return REPLY_TOO_BIG;
	if (record->has_size && !spool_room(monitor->settings->spool, record->size))
		return REPLY_FULL;
	return GO_ON;
}

void answer_mail(struct monitor *monitor, const char *octets, size_t more)
{
	const struct wire_mail *record = &monitor->record.mail;
	struct envelope *envelope = &monitor->envelope;
	struct log_line line;
	(void)octets, (void)more;
	if (!wire_string(record->sender, sizeof record->sender) ||
		address_check(record->sender, ADDRESS_SENDER) != ADDRESS_FINE) {
		monitor_distrust(monitor, "bad sender");
		return;
	}
	if (monitor->settings->tls_required && !monitor->tls) {
		monitor_distrust(monitor, "a sender before TLS");
		return;
	}
	struct access_judgement judgement = envelope_judge(monitor);
	enum reply fault = check_sender(monitor, record, &judgement);
	if (fault != GO_ON) {
		monitor_answer(monitor, fault);
		monitor_refused(monitor, fault, "sender", record->sender);
		return;
	}
	envelope_reset(monitor);
	memcpy(envelope->sender, record->sender, sizeof envelope->sender);
	envelope->rule = judgement.rule;
	monitor->mail_accepted = true;
	monitor->state = MAIL;
	monitor_answer(monitor, REPLY_SENDER_OK);
	monitor_log(&line, monitor, EVENT_mail);
	log_word(&line, "hello", monitor->hello);
	log_word(&line, "sender", envelope->sender);
	log_number(&line, "size", record->has_size ? record->size : 0);
	log_end(&line);
	/* While the client reads the answer and thinks. */
	if (spool_open(&envelope->spool, monitor->settings->spool) != 0)
		envelope_log_spool(monitor, "cannot make a file in the spool ");
}

static bool have(const struct envelope *envelope, const char *recipient)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (strcmp(envelope->recipients[i], recipient) == 0)
			return true;
	return false;
}

/* RFC 5321 4.5.1: <Postmaster> without a domain is this host's. */
static bool complete(const struct monitor *monitor, char *recipient, size_t size)
{
	TEXT(whole, ADDRESS_MAX + 1);
	text_add(&whole, recipient);
	if (strchr(recipient, '@') == NULL) {
		text_octet(&whole, '@');
		text_add(&whole, monitor->settings->hostname);
	}
	return !whole.cut && text_copy(recipient, size, text_string(&whole));
}

void answer_rcpt(struct monitor *monitor, const char *octets, size_t more)
{
	struct wire_rcpt *record = &monitor->record.rcpt;
	struct envelope *envelope = &monitor->envelope;
	(void)octets, (void)more;
	if (!wire_string(record->recipient, sizeof record->recipient) ||
		address_check(record->recipient, ADDRESS_RECIPIENT) != ADDRESS_FINE ||
		!complete(monitor, record->recipient, sizeof record->recipient)) {
		monitor_distrust(monitor, "bad recipient");
		return;
	}
	/* Exact duplicates are one recipient: nine of fourteen sendmails would deliver twice. */
	if (!have(envelope, record->recipient)) {
		if (envelope->count >= monitor->settings->recipient_limit) {
			monitor_answer(monitor, REPLY_TOO_MANY_RCPT);
			if (!envelope->full_told)
				monitor_refused(monitor, REPLY_TOO_MANY_RCPT, "recipient",
					record->recipient);
			envelope->full_told = true;
			return;
		}
		memcpy(envelope->recipients[envelope->count++], record->recipient,
			sizeof record->recipient);
	}
	monitor->state = RCPT;
	monitor_answer(monitor, REPLY_RECIPIENT_OK);
}

void answer_data(struct monitor *monitor, const char *octets, size_t more)
{
	struct envelope *envelope = &monitor->envelope;
	(void)octets, (void)more;
	if (envelope->spool.file < 0) {
		monitor_answer(monitor, REPLY_FULL);
		monitor_refused(monitor, REPLY_FULL, "sender", envelope->sender);
		envelope_reset(monitor);
		monitor->state = IDLE;
		return;
	}
	struct trace trace = {
		.hostname = monitor->settings->hostname,
		.id = monitor->id,
		.hello = monitor->hello,
		.client = &monitor->start->peer->client,
		.hidden = monitor->settings->hide_client,
		.extended = monitor->extended,
		.login = monitor->logged_in,
		.tls = monitor->tls ? &monitor->facts : NULL,
		.recipient = envelope->count == 1 ? envelope->recipients[0] : NULL,
		.message = ++monitor->messages,
		.now = time(NULL),
	};
	TEXT(received, TRACE_MAX);
	monitor->state = DATA;
	envelope->begun = deadline_in(0);
	monitor_answer(monitor, REPLY_SEND_DATA);
	trace_received(&trace, &received);
	spool_append(&envelope->spool, received.at, received.len);
	envelope->added = received.len;
	header_start(&envelope->header, monitor->settings->header_size_limit);
}

void answer_reset(struct monitor *monitor, const char *octets, size_t more)
{
	(void)octets, (void)more;
	envelope_reset(monitor);
	if (monitor->state != START)
		monitor->state = IDLE;
	monitor_answer(monitor, REPLY_OK);
}

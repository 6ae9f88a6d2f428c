/* A new stream for the session: starts postern-tls between it and the client.
 * Runs in: monitor, also before root is dropped; postern, to check. Trusts: nothing of postern-tls
 * but what it says of its own client. */
#include "monitor/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
	HANDSHAKE_S = 60, /* or login_timeout, whichever is less */
	END_MS = 500      /* for postern-tls to end by itself, its last words said */
};

static void let_go(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void let_go_of_files(struct channel *channel)
{
	let_go(&channel->certificate);
	let_go(&channel->key);
	let_go(&channel->client_ca);
}

/* Something that cannot be had, and errno in words. The first fault stands. */
static void blame(struct channel *channel, const char *key, const char *path)
{
	struct text fault = TEXT_OVER(channel->fault);
	if (channel->fault[0] != '\0')
		return;
	text_add(&fault, key);
	text_add(&fault, ": ");
	text_add(&fault, path);
	text_add(&fault, ": ");
	text_add(&fault, strerror(errno));
	text_string(&fault);
}

/* O_NONBLOCK: a FIFO in a file's place would hold up every connection. */
static int open_file(struct channel *channel, const char *key, const char *path)
{
	int fd = -1;
	if (*path != '\0' && (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
		blame(channel, key, path);
	return fd;
}

unsigned channel_patience(const struct settings *settings)
{
	return settings->login_timeout < HANDSHAKE_S ? settings->login_timeout : HANDSHAKE_S;
}

void channel_open(struct channel *channel, const struct settings *settings)
{
	channel->fault[0] = '\0';
	channel->certificate = open_file(channel, "tls_certificate", settings->tls_certificate);
	channel->key = open_file(channel, "tls_key", settings->tls_key);
	channel->client_ca = open_file(channel, "tls_client_ca", settings->tls_client_ca);
}

/* The first record. */
static void fill(struct wire_tls *first, const struct settings *settings, bool root, bool check)
{
	const struct identity *user = &settings->jail_user;
	memset(first, 0, sizeof *first);
	first->type = WIRE_TLS;
	first->minimum = (uint8_t)settings->tls_minimum;
	first->jail_layers = (uint8_t)settings->jail_layers;
	first->root = root;
	first->check = check;
	first->client_ca = settings->tls_client_ca[0] != '\0';
	first->handshake = channel_patience(settings);
	first->uid = user->uid;
	first->gid = user->gid;
	first->group_count = (uint32_t)user->group_count;
	for (size_t i = 0; i < user->group_count; i++)
		first->groups[i] = user->groups[i];
	text_copy(first->jail, sizeof first->jail, settings->jail);
	text_copy(first->hostname, sizeof first->hostname, settings->hostname);
}

bool channel_start(struct channel *channel, const struct settings *settings, bool root, bool check)
{
	struct wire_tls first;
	const struct helper_start start = {
		.program = channel->program,
		.name = "postern-tls",
		.argument = check ? "--check" : NULL,
		.in = channel->in,
		.out = channel->out,
		.more = {channel->stream, channel->certificate, channel->key, channel->client_ca},
		.more_count = channel->client_ca >= 0 ? 4 : 3,
	};
	if (channel->fault[0] == '\0' && helper_start(&channel->helper, &start) != 0)
		blame(channel, "postern-tls", channel->program);
	let_go(&channel->stream);
	let_go_of_files(channel);
	if (channel->fault[0] != '\0')
		return false;
	fill(&first, settings, root, check);
	/* If it cannot be sent, it died at once, and channel_ready() tells in which words. */
	wire_send_now(channel->helper.wire, &first, sizeof first, NULL, 0);
	return true;
}

void channel_refuse(struct channel *channel, const char *why)
{
	text_copy(channel->fault, sizeof channel->fault, why);
}

/* It does not what it should: it is ended, and how is the fault. By its lifeline: it may be root's
 * still, and not ours to kill. */
static enum verdict give_up(struct channel *channel, const char *what)
{
	struct text fault = TEXT_OVER(channel->fault);
	struct child_status status = {CHILD_ABANDONED, 0, true};
	bool over = child_ended(channel->helper.pid, deadline_in_ms(END_MS), &status);
	if (!over) {
		let_go(&channel->helper.lifeline);
		over = child_ended(channel->helper.pid, deadline_in_ms(END_MS), &status);
		status.timed_out = true;
	}
	helper_explain(&channel->helper, status, what, &fault);
	text_string(&fault);
	/* Whose process is reaped has no number any more that could be killed. */
	if (over)
		helper_forget(&channel->helper);
	else
		helper_end(&channel->helper);
	return NO;
}

enum verdict channel_ready(
	struct channel *channel, struct deadline deadline, const int watch[CHANNEL_WATCH])
{
	struct pollfd polled[] = {
		{channel->helper.wire, POLLIN, 0}, {watch[0], POLLIN, 0}, {watch[1], POLLIN, 0}};
	struct wire_plain ready;
	enum wire_end end;
	if (deadline_poll(polled, 3, deadline) <= 0)
		return give_up(channel, "postern-tls was not ready in time");
	if (polled[0].revents == 0)
		return CANNOT_TELL;
	size_t len = wire_receive(channel->helper.wire, &ready, sizeof ready, &end);
	if (end != WIRE_FINE || len != sizeof ready || ready.type != WIRE_READY)
		return give_up(channel, "postern-tls did not say that it is ready");
	return YES;
}

static void let_go_of_client(struct channel *channel)
{
	if (channel->out != channel->in)
		let_go(&channel->out);
	channel->out = -1;
	let_go(&channel->in);
}

void channel_go(struct channel *channel)
{
	const struct wire_plain go = {WIRE_GO};
	wire_send_now(channel->helper.wire, &go, sizeof go, NULL, 0);
	/* Or the client would never see the end of the connection. */
	let_go_of_client(channel);
}

static bool is_printable(const char *words, size_t size)
{
	if (!wire_string(words, size))
		return false;
	for (; *words != '\0'; words++)
		if (*words < ' ' || *words > '~')
			return false;
	return true;
}

static bool good_facts(const struct wire_facts *facts)
{
	bool good = facts->version >= 10 && facts->version <= 13 && facts->stranger <= 1 &&
		    wire_bindings_fine(&facts->bindings) &&
		    is_printable(facts->cipher, sizeof facts->cipher) &&
		    is_printable(facts->subject, sizeof facts->subject) &&
		    is_printable(facts->names, sizeof facts->names);
	/* It stands in Received. */
	for (const char *at = facts->cipher; good && *at != '\0'; at++)
		good = text_letter_or_digit(*at) || *at == '_';
	return good && facts->cipher[0] != '\0';
}

uint8_t channel_result(
	struct channel *channel, struct wire_facts *facts, struct wire_failed *failed)
{
	union {
		uint8_t type;
		struct wire_facts facts;
		struct wire_failed failed;
	} record;
	struct text words = TEXT_OVER(failed->words);
	enum wire_end end;
	size_t len = wire_receive(channel->helper.wire, &record, sizeof record, &end);
	if (end == WIRE_WOULD_BLOCK)
		return 0;
	memset(failed, 0, sizeof *failed);
	if (end == WIRE_FINE && record.type == WIRE_FACTS && len == sizeof record.facts &&
		good_facts(&record.facts)) {
		*facts = record.facts;
		return WIRE_FACTS;
	}
	if (end == WIRE_FINE && record.type == WIRE_FAILED && len == sizeof record.failed &&
		is_printable(record.failed.words, sizeof record.failed.words))
		*failed = record.failed;
	else
		text_add(&words,
			end == WIRE_GONE ? "postern-tls died" : "postern-tls answered badly");
	return WIRE_FAILED;
}

void channel_close(struct channel *channel)
{
	let_go_of_files(channel);
	let_go(&channel->stream);
	let_go_of_client(channel);
}

void channel_end(struct channel *channel, struct deadline deadline, struct text *words)
{
	struct child_status status;
	if (channel->helper.pid < 0)
		return;
	if (child_ended(channel->helper.pid, deadline, &status)) {
		if (status.end != CHILD_EXITED || status.code != 0)
			helper_explain(&channel->helper, status, "", words);
		helper_forget(&channel->helper);
	}
	helper_end(&channel->helper);
}

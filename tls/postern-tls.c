/* postern-tls: holds the certificate's key, shakes hands with one client, and pumps octets between
 * it and the session. What it knows of the connection goes to the monitor alone.
 * Runs in: postern-tls, started by the monitor. Trusts: the first record, which is the monitor's,
 * and the files that came with it; nothing of the client. Knows no SMTP and no password.
 *
 * The descriptors: 0 and 1 the client, 2 a file for words, 3 the wire to the monitor, 4 the read
 * end of the lifeline, 5 the session's stream, 6 the certificate, 7 its key, 8 the authorities of
 * client certificates where there are any. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/duty.h"
#include "base/helper.h"
#include "tls/handshake.h"

enum {
	STREAM = HELPER_FIRST,
	CERTIFICATE,
	KEY,
	AUTHORITIES,
	/* The monitor's clocks and the session's end every connection; this one is for the day on
	 * which neither does. */
	CONNECTION_S = 7 * 24 * 3600,
	HANDSHAKE_MAX_S = 3600
};

struct tls {
	struct wire_tls first;
	struct certificate_files files;
	struct handshake handshake;
	struct pump_codec codec;
	struct pump pump;
	char words[400];
};

static void begin(struct tls *tls, bool check)
{
	const struct wire_tls *first = &tls->first;
	duty_begin(&tls->first, sizeof tls->first);
	bool good = first->type == WIRE_TLS && first->minimum >= 10 && first->minimum <= 13 &&
		    first->jail_layers <= LAYERS_ALL && first->root <= 1 &&
		    first->check == (check ? 1 : 0) && first->client_ca <= 1 &&
		    first->handshake > 0 && first->handshake <= HANDSHAKE_MAX_S &&
		    first->group_count <= GROUPS_MAX &&
		    wire_string(first->jail, sizeof first->jail) &&
		    wire_string(first->hostname, sizeof first->hostname);
	if (!good)
		duty_fail("the first record is not as it must be");
	tls->files = (struct certificate_files){
		CERTIFICATE, KEY, first->client_ca != 0 ? AUTHORITIES : -1};
}

/* Lets go of the files, and enters the jail: at STARTTLS started by one who is nobody special any
 * more, else by root. */
static void enter_jail(const struct tls *tls)
{
	const struct wire_tls *first = &tls->first;
	struct identity user = {
		.uid = first->uid,
		.gid = first->gid,
		.group_count = first->group_count,
		.found = true,
	};
	struct jail jail = {
		.profile = JAIL_TLS,
		.layers = first->jail_layers,
		.root = first->root != 0,
		.user = &user,
		.folder = first->jail,
		.highest_fd = STREAM,
		.landlock_most = JAIL_ABI_NEWEST,
	};
	for (size_t i = 0; i < first->group_count; i++)
		user.groups[i] = first->groups[i];
	close(CERTIFICATE);
	close(KEY);
	if (first->client_ca != 0)
		close(AUTHORITIES);
	duty_jail(&jail, false);
}

/* --- to check --- */

static void tell(void *context, const struct wire_finding *finding)
{
	(void)context;
	duty_send(finding, sizeof *finding, NULL, 0);
}

static _Noreturn void check_files(struct tls *tls)
{
	struct wire_finding jail;
	certificate_check(&tls->files, tls->first.hostname, tell, NULL);
	enter_jail(tls);
	memset(&jail, 0, sizeof jail);
	jail.type = WIRE_FINDING;
	jail.subject = FINDING_JAIL;
	text_copy(jail.words, sizeof jail.words, "postern-tls could enter its jail");
	tell(NULL, &jail);
	_exit(0);
}

/* --- to serve --- */

static void wait_for_go(void)
{
	struct wire_plain go = {0};
	if (duty_receive(&go, sizeof go) != sizeof go || go.type != WIRE_GO)
		duty_fail("no go");
}

/* There is no TLS: says why, and is gone. */
static _Noreturn void fail(const struct tls *tls, enum pump_end end)
{
	struct wire_failed failed;
	struct text words = TEXT_OVER(failed.words);
	memset(&failed, 0, sizeof failed);
	failed.type = WIRE_FAILED;
	failed.late = end == PUMP_LATE;
	if (end == PUMP_LATE)
		text_add(&words, "the client took too long");
	else
		text_add(&words,
			tls->handshake.words[0] != '\0' ? tls->handshake.words : "the client left");
	text_string(&words);
	duty_send(&failed, sizeof failed, NULL, 0);
	_exit(0);
}

/* Has the client's last octets of the handshake acknowledged at once. We have nothing to send now
 * that would carry the acknowledgement, and many a client's next octets wait for it: 40 ms. */
static void hurry(void)
{
	int on = 1;
	/* On pipes it fails, and there is nothing to hurry. */
	(void)setsockopt(STDIN_FILENO, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

static _Noreturn void serve(struct tls *tls)
{
	struct text fault = TEXT_OVER(tls->words);
	struct wire_plain ready = {WIRE_READY};
	struct wire_facts facts;
	if (handshake_prepare(&tls->handshake, &tls->files, tls->first.minimum, &fault) != NULL)
		duty_fail(text_string(&fault));
	tls->codec = (struct pump_codec){&tls->handshake, handshake_turn, handshake_finish};
	tls->pump.far_in = STDIN_FILENO;
	tls->pump.far_out = STDOUT_FILENO;
	tls->pump.near = STREAM;
	tls->pump.codec = &tls->codec;
	handshake_start(&tls->handshake, &tls->pump);
	enter_jail(tls);
	duty_send(&ready, sizeof ready, NULL, 0);
	wait_for_go();
	enum pump_end end = pump_run(&tls->pump, deadline_in(tls->first.handshake));
	if (end != PUMP_STOPPED)
		fail(tls, end);
	hurry();
	memset(&facts, 0, sizeof facts);
	handshake_facts(&tls->handshake, &facts);
	duty_send(&facts, sizeof facts, NULL, 0);
	pump_run(&tls->pump, deadline_in(CONNECTION_S));
	_exit(0);
}

int main(int argc, char **argv)
{
	/* In .bss: the pump's buffers are large, and most of them never touched. */
	static struct tls tls;
	bool check = duty_called(
		argc, argv, "postern-tls", "smtpd starts this program for a connection with TLS");
	begin(&tls, check);
	if (check)
		check_files(&tls);
	serve(&tls);
}

/* The session with no monitor but a scripted one: session/ and base/, and no library at all.
 *
 * It links to show that the jailed code needs nothing else (tests/house reads what session.a
 * leaves undefined), and serves like smtpd: one client on 0 and 1. So tests/dialog --alone plays
 * to it the dialogues that no monitor decides, and a file of octets on 0 replays what a fuzzer
 * found.
 * Runs in: tests. Trusts: nothing; the monitor's part is a forked child that says yes to
 * everything. */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/reply.h"
#include "base/wire.h"
#include "session/session.h"

static const char id[WIRE_ID] = "alone";

/* What the monitor answers when it has nothing against it. */
static enum reply yes(enum request request)
{
	switch (request) {
	case REQUEST_hello: return REPLY_HELLO;
	case REQUEST_login:
	case REQUEST_token: return REPLY_WRONG_LOGIN;
	case REQUEST_mail: return REPLY_SENDER_OK;
	case REQUEST_rcpt: return REPLY_RECIPIENT_OK;
	case REQUEST_data: return REPLY_SEND_DATA;
	case REQUEST_commit: return REPLY_SENT;
	case REQUEST_reset: return REPLY_OK;
	case REQUEST_starttls: return REPLY_TLS_UNAVAILABLE;
	default: return GO_ON;
	}
}

/* One question, one answer. False when the session said good-bye or left. */
static bool answer(int wire)
{
	static unsigned char record[WIRE_TEXT_MAX + 512];
	ssize_t len = recv(wire, record, sizeof record, 0);
	if (len <= 0 || record[0] == REQUEST_bye)
		return false;
	if (record[0] == REQUEST_text || record[0] == REQUEST_alive || record[0] == REQUEST_log)
		return true;
	enum reply reply = yes((enum request)record[0]);
	if (reply == REPLY_HELLO) {
		struct wire_offer offer;
		memset(&offer, 0, sizeof offer);
		offer.type = WIRE_OFFER;
		offer.reply = REPLY_HELLO;
		offer.mechanisms = 1u << MECHANISM_PLAIN;
		return wire_send(wire, &offer, sizeof offer, NULL, 0) == WIRE_FINE;
	}
	struct wire_answer said;
	memset(&said, 0, sizeof said);
	said.type = WIRE_ANSWER;
	said.reply = (uint16_t)reply;
	return wire_send(wire, &said, sizeof said, NULL, 0) == WIRE_FINE;
}

static void monitor(int wire)
{
	struct wire_greeting greeting;
	memset(&greeting, 0, sizeof greeting);
	greeting.type = WIRE_GREETING;
	greeting.reply = REPLY_GREETING;
	memcpy(greeting.id, id, sizeof id);
	if (wire_send(wire, &greeting, sizeof greeting, NULL, 0) != WIRE_FINE)
		return;
	while (answer(wire))
		;
}

static void settings_of_a_test(struct settings *settings)
{
	static const char hostname[] = "office.example";
	memcpy(settings->hostname, hostname, sizeof hostname);
	settings->message_size_limit = 26214400;
	settings->header_size_limit = 32000;
	settings->recipient_limit = 100;
	settings->mechanisms.list[0] = MECHANISM_PLAIN;
	settings->mechanisms.count = 1;
	settings->long_lines = true;
	settings->command_timeout = 10;
	settings->login_timeout = 10;
	settings->data_timeout = 10;
}

int main(void)
{
	static struct settings settings;
	int wire[2], status;
	settings_of_a_test(&settings);
	signal(SIGCHLD, SIG_DFL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, wire))
		return 2;
	pid_t pid = fork();
	if (pid < 0)
		return 2;
	if (!pid) {
		close(0);
		close(1);
		close(wire[1]);
		monitor(wire[0]);
		_exit(0);
	}
	close(wire[0]);
	struct session_start start = {.settings = &settings, .in = 0, .out = 1, .wire = wire[1]};
	session_run(&start);
	close(wire[1]);
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

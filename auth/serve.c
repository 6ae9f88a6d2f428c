/* What postern-auth does but for SASL: its records, its jail, its one verdict.
 * Runs in: postern-auth. Trusts: the monitor, which started it; nothing of the client's tokens. */
#include "auth/serve.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/jail.h"

enum {
	WIRE = 3,
	/* The monitor has its own deadlines and ends us by the lifeline; this one is for a monitor
	 * that forgot us. */
	WAIT_S = 3600,
	STATUS_FAILED = 3
};

bool serve_called(void)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof domain;
	return getsockopt(WIRE, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX &&
	       getsockopt(WIRE, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

void serve_words(const char *words)
{
	TEXT(line, 512);
	text_add(&line, words);
	text_octet(&line, '\n');
	/* Words that cannot be written are lost; there is nobody else to tell. */
	if (write(STDERR_FILENO, line.at, line.len) < 0)
		return;
}

_Noreturn void serve_fail(const char *words)
{
	serve_words(words);
	_exit(STATUS_FAILED);
}

/* Waits for one record. Its length; ends the process when there will be none. */
static size_t receive(void *room, size_t size)
{
	struct deadline deadline = deadline_in(WAIT_S);
	for (;;) {
		struct pollfd wire = {WIRE, POLLIN, 0};
		enum wire_end end = WIRE_WOULD_BLOCK;
		size_t len = 0;
		if (deadline_poll(&wire, 1, deadline) > 0)
			len = wire_receive(WIRE, room, size, &end);
		if (end == WIRE_FINE)
			return len;
		if (end != WIRE_WOULD_BLOCK || deadline_passed(deadline))
			_exit(STATUS_FAILED);
	}
}

void serve_begin(struct wire_auth *first, bool check)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		serve_fail("PR_SET_DUMPABLE cannot be set");
	if (!jail_lifeline(JAIL_LIFELINE))
		serve_fail("there is no lifeline");
	size_t len = receive(first, sizeof *first);
	bool good = len == sizeof *first && first->type == WIRE_AUTH &&
		    first->mechanism < MECHANISMS && first->passwords <= PASSWORDS_AUXPROP &&
		    first->jail_layers <= LAYERS_ALL && first->log_unknown_users <= 1 &&
		    first->check == (check ? 1 : 0) &&
		    wire_string(first->hostname, sizeof first->hostname) &&
		    *first->hostname != '\0' && wire_string(first->realm, sizeof first->realm) &&
		    wire_string(first->accounts, sizeof first->accounts) &&
		    wire_string(first->local, sizeof first->local) &&
		    wire_string(first->remote, sizeof first->remote);
	if (!good)
		serve_fail("the first record is not as it must be");
}

void serve_jail(const struct wire_auth *first)
{
	TEXT(fault, 256);
	/* Nothing of ours reaches the monitor's log from within the jail; but why there is no jail
	 * must. */
	int words = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	struct jail jail = {
		.profile = JAIL_PASSWORD,
		.layers = first->jail_layers,
		.root = false,
		.highest_fd = words,
		.landlock_most = JAIL_ABI_NEWEST,
	};
	if (words < 0 || dup2(STDIN_FILENO, STDERR_FILENO) < 0)
		serve_fail("descriptor 2 cannot be closed");
	if (jail_enter(&jail, &fault) != NULL) {
		text_octet(&fault, '\n');
		if (write(words, "jail: ", 6) < 0 || write(words, fault.at, fault.len) < 0)
			_exit(STATUS_FAILED);
		_exit(STATUS_FAILED);
	}
	close(words);
}

void serve_token(struct serve_token *token, bool is_first)
{
	struct {
		struct wire_token head;
		char octets[WIRE_TOKEN_MAX];
	} record;
	size_t len = receive(&record, sizeof record);
	if (len < sizeof record.head || record.head.type != REQUEST_token ||
		record.head.present > 1)
		serve_fail("a token is not as it must be");
	len -= sizeof record.head;
	bool absent = record.head.present == 0;
	if (absent && (!is_first || len > 0))
		serve_fail("a token is absent where it cannot be");
	token->len = len;
	memcpy(token->octets, record.octets, len);
	token->octets[len] = '\0';
	text_wipe(&record, sizeof record);
	if (token->len == 1 && *token->octets == '*')
		token->kind = SERVE_CANCELLED;
	else if (!is_first)
		token->kind = len == 0 ? SERVE_EMPTY : SERVE_BASE64;
	else if (len == 1 && *token->octets == '=')
		token->kind = SERVE_EMPTY;
	else /* an empty initial response without its "=" is no base64 */
		token->kind = absent ? SERVE_ABSENT : SERVE_BASE64;
}

void serve_more(const char *challenge, size_t len)
{
	struct wire_more more = {WIRE_MORE};
	if (wire_send(WIRE, &more, sizeof more, challenge, len) != WIRE_FINE)
		_exit(STATUS_FAILED);
}

_Noreturn void serve_verdict(const struct wire_verdict *verdict)
{
	bool sent = wire_send(WIRE, verdict, sizeof *verdict, NULL, 0) == WIRE_FINE;
	_exit(sent ? 0 : STATUS_FAILED);
}

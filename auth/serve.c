/* What postern-auth does but for SASL: its records, its jail, its one verdict.
 * Runs in: postern-auth. Trusts: the monitor, which started it; nothing of the client's tokens. */
#include "auth/serve.h"

#include <string.h>
#include <unistd.h>

#include "base/duty.h"
#include "base/helper.h"

enum {
	WIDE_FD = 60 /* the highest descriptor of a wide jail: all that a filter knows by number */
};

void serve_begin(struct wire_auth *first, bool check)
{
	duty_begin(first, sizeof *first);
	bool good = first->type == WIRE_AUTH && first->mechanism < MECHANISMS &&
		    first->passwords <= PASSWORDS_AUXPROP && first->jail_layers <= LAYERS_ALL &&
		    first->log_unknown_users <= 1 && first->check == (check ? 1 : 0) &&
		    wire_string(first->hostname, sizeof first->hostname) &&
		    *first->hostname != '\0' && wire_string(first->realm, sizeof first->realm) &&
		    wire_string(first->accounts, sizeof first->accounts) &&
		    wire_string(first->saslauthd_socket, sizeof first->saslauthd_socket) &&
		    wire_string(first->plugin, sizeof first->plugin) &&
		    strchr(first->plugin, '/') == NULL &&
		    wire_string(first->sasl_configuration, sizeof first->sasl_configuration) &&
		    wire_string(first->keytab, sizeof first->keytab) &&
		    wire_string(first->local, sizeof first->local) &&
		    wire_string(first->remote, sizeof first->remote) &&
		    wire_bindings_fine(&first->bindings) &&
		    wire_string(first->certificate, sizeof first->certificate);
	if (!good)
		duty_fail("the first record is not as it must be");
}

void serve_jail(const struct wire_auth *first)
{
	bool proof = mechanism_facts(first->mechanism)->proof;
	bool asks =
		first->passwords == PASSWORDS_SASLAUTHD && first->mechanism != MECHANISM_EXTERNAL;
	/* SASL's own stores and Kerberos open files and connect as they like. */
	bool wide = first->plugin[0] != '\0' || first->mechanism == MECHANISM_GSSAPI;
	struct jail jail = {
		.profile = wide    ? JAIL_WIDE
			   : proof ? JAIL_SCRAM
			   : asks  ? JAIL_SASLAUTHD
				   : JAIL_PASSWORD,
		.layers = first->jail_layers,
		.root = false,
		.highest_fd = wide   ? WIDE_FD
			      : asks ? JAIL_SOCKET
				     : HELPER_LIFELINE,
		.landlock_most = JAIL_ABI_NEWEST,
	};
	duty_jail(&jail, true);
}

void serve_token(struct serve_token *token, bool is_first)
{
	struct {
		struct wire_token head;
		char octets[WIRE_TOKEN_MAX];
	} record;
	size_t len = duty_receive(&record, sizeof record);
	if (len < sizeof record.head || record.head.type != REQUEST_token ||
		record.head.present > 1)
		duty_fail("a token is not as it must be");
	len -= sizeof record.head;
	bool absent = record.head.present == 0;
	if (absent && (!is_first || len > 0))
		duty_fail("a token is absent where it cannot be");
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
	duty_send(&more, sizeof more, challenge, len);
}

_Noreturn void serve_verdict(const struct wire_verdict *verdict)
{
	duty_send(verdict, sizeof *verdict, NULL, 0);
	_exit(0);
}

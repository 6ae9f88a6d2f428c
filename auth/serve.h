/* What postern-auth does but for SASL: its records, its jail, its one verdict.
 * Runs in: postern-auth. Trusts: the monitor, which started it; nothing of the client's tokens. */
#ifndef AUTH_SERVE_H
#define AUTH_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "base/wire.h"

/* Begins as every helper does (duty.h), and checks each field of the first record. The argument
 * `check` and the record must agree. Ends the process when anything is not as it must be. */
void serve_begin(struct wire_auth *first, bool check);

/* Takes descriptor 2 away and enters the jail. Ends the process, its words said, if it cannot. */
void serve_jail(const struct wire_auth *first);

enum serve_kind {
	SERVE_ABSENT,   /* the first token: the client sent no initial response */
	SERVE_EMPTY,    /* an empty response; as the first token "=" */
	SERVE_BASE64,   /* octets that should be base64 */
	SERVE_CANCELLED /* "*" */
};

/* One of the client's tokens, as it came. */
struct serve_token {
	enum serve_kind kind;
	size_t len;
	char octets[WIRE_TOKEN_MAX + 1]; /* of SERVE_BASE64; a NUL behind them */
};

/* Waits for the client's next token; `is_first` tells which rules hold for it. Ends the process
 * when the monitor has left or breaks the rules of the wire. */
void serve_token(struct serve_token *token, bool is_first);

/* Asks for the next token with a challenge in base64, perhaps empty. */
void serve_more(const char *challenge, size_t len);

/* Sends the verdict and ends the process: status 0 makes it count. */
_Noreturn void serve_verdict(const struct wire_verdict *verdict);

#endif

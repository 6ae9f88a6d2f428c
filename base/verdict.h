/* Starts postern-auth, passes tokens to it and takes its one verdict.
 * Runs in: monitor, postern. Trusts: a verdict only when postern-auth has ended well after it,
 * and then only about who the client is. */
#ifndef BASE_VERDICT_H
#define BASE_VERDICT_H

#include <stdbool.h>

#include "base/deadline.h"
#include "base/helper.h"
#include "base/wire.h"

/* A login under way. */
struct verdict_run {
	struct helper helper; /* none: over */
	bool check;           /* started to check: no token, and a yes that names nobody */
};

enum verdict_step {
	VERDICT_MORE,   /* the challenge is there; the client's next token is wanted */
	VERDICT_DONE,   /* the verdict is there, postern-auth is gone */
	VERDICT_FAILED, /* no verdict that counts; `words` says why; postern-auth is gone */
	VERDICT_WATCHED /* the watched descriptor became ready first; postern-auth still runs */
};

/* What came of a token. */
struct verdict_result {
	struct wire_verdict verdict; /* of VERDICT_DONE: checked but for its login, a string of
					printable octets without blanks: it may not be canonical */
	char challenge[WIRE_TOKEN_MAX + 1]; /* of VERDICT_MORE: base64, a string */
	char words[256]; /* of VERDICT_FAILED, why; of CANNOT_TELL, what postern-auth said of it */
};

/* Fills the first record from the settings, but for what is known of a connection. */
void verdict_first(
	struct wire_auth *first, const struct settings *settings, enum mechanism mechanism);

/* Starts `program` (an absolute path) and sends it the first record; `null` is /dev/null, open for
 * reading and writing, and stays the caller's. With .check of the record it is started as
 * `postern-auth --check`. 0, or -1 with errno; then there is nothing to end. */
int verdict_start(
	struct verdict_run *run, const char *program, const struct wire_auth *first, int null);

/* Passes one token on; octets are borrowed for the call. If it cannot be sent, postern-auth is
 * gone, and verdict_wait() tells what it said last. */
void verdict_token(
	struct verdict_run *run, const struct wire_token *token, const char *octets, size_t len);

/* Waits for what comes of the last token (of a check: of nothing), until the deadline or until
 * `watch`
 * (-1: none) is ready to read; after VERDICT_WATCHED it may be called again. After VERDICT_DONE and
 * VERDICT_FAILED the run is over and all that belonged to it is closed and reaped. */
enum verdict_step verdict_wait(struct verdict_run *run, struct deadline deadline, int watch,
	struct verdict_result *result);

/* Ends a run that has no verdict yet: its lifeline is closed, its process reaped. One that is over
 * is fine. */
void verdict_end(struct verdict_run *run);

#endif

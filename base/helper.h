/* Starts a helper, a program of ours that lies beside the one that runs: with a wire to it, a
 * lifeline that it dies by, and a file in memory for its last words. postern-auth and postern-tls
 * are helpers; what each does first stands in duty.h.
 * Runs in: monitor, smtpd before root is dropped, postern. Trusts: nothing of the helper.
 *
 * The descriptors of a helper: 0 and 1 as the caller says, 2 the words, 3 the wire, 4 the read end
 * of the lifeline, and from 5 on as the caller says. */
#ifndef BASE_HELPER_H
#define BASE_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/child.h"
#include "base/text.h"

enum {
	HELPER_WIRE = 3,
	HELPER_LIFELINE = 4,
	HELPER_FIRST = 5, /* the first descriptor of the caller's own list */
	HELPER_MORE_MAX = CHILD_FDS_MAX - HELPER_FIRST
};

/* A helper that runs; all of it -1 when there is none. */
struct helper {
	pid_t pid;
	int wire, lifeline, words; /* our ends */
};

/* What is started. */
struct helper_start {
	const char *program;       /* its absolute path */
	const char *name;          /* argv[0] */
	const char *argument;      /* the only one, or NULL */
	int in, out;               /* its 0 and 1: they stay the caller's */
	int more[HELPER_MORE_MAX]; /* its 5 and up: they stay the caller's */
	size_t more_count;
};

/* Starts it, with no environment. 0, or -1 with errno; then there is nothing to end. */
int helper_start(struct helper *helper, const struct helper_start *start);

/* No helper. */
struct helper helper_none(void);

/* Appends how it ended, in words: its own, if it left any; else the status; else `what`. */
void helper_explain(const struct helper *helper, struct child_status status, const char *what,
	struct text *words);

/* Lets go of a helper whose process is reaped. */
void helper_forget(struct helper *helper);

/* Ends a helper that runs: the kernel kills it by its lifeline, and it is reaped. One that is none
 * is fine. */
void helper_end(struct helper *helper);

#endif

/* The text of a message as a machine that is driven octet by octet: CRLF only, dots, size.
 * Runs in: session. Trusts: nothing; pure. Any division into pieces gives the same result. */
#ifndef SESSION_BODY_H
#define SESSION_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reply.h"

enum { BODY_LINE_MAX = 998 };

struct body {
	uint64_t size, limit; /* octets with CRLF and without dot-stuffing (RFC 1870 6.1) */
	bool accept_bare_lf;  /* a bare LF ends a line of the text; never the text */
	bool reject_long;     /* a line over 998 octets is refused */
	bool ended;           /* CRLF.CRLF was there */
	enum reply fault;     /* GO_ON, or what is told at the end; then the rest is only eaten */
	const char *detail;   /* of a fault, for the log: `cr`, `lf`, `nul`; else "" */
	size_t line;          /* octets of the line in hand */
	int state;            /* body.c's own */
};

/* Begins a text. */
void body_start(struct body *body, uint64_t limit, bool accept_bare_lf, bool reject_long);

/* Takes the next octets, and puts what the message has of them into `out`: LF lines, dots
 * unstuffed. `out` has room for len + 1 octets; *out_len gets their number. Returns how many octets
 * were taken: fewer than `len` only where the text ended. After a fault, and beyond the limit,
 * nothing is put out. */
size_t body_feed(struct body *body, const char *octets, size_t len, char *out, size_t *out_len);

#endif

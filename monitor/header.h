/* The message's header as it streams by: Bcc taken out, whom it names, what is missing, loops
 * counted.
 * Runs in: monitor. Trusts: nothing; pure. Lines end with LF here: the session made it so. */
#ifndef MONITOR_HEADER_H
#define MONITOR_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/reply.h"
#include "base/text.h"

enum {
	HEADER_LINE_MAX = 998,  /* octets of a line without its LF, RFC 5322 2.1.1 */
	HEADER_NAME_MAX = 64,   /* of a field name, for -t */
	HEADER_NAMES_MAX = 900, /* of the line of To or Cc, for -t */
	HEADER_LOOP = 100       /* Received fields that are a loop, RFC 5321 6.3 */
};

/* One header on its way. Begin with header_start(). */
struct header {
	size_t size_limit, size; /* octets that the message's own header may have; has had */
	bool ended;              /* the body begins */
	bool unknown;            /* whom it names cannot be told for every sendmail alike */
	bool has_to, has_cc;     /* seen once */
	bool has_from, has_date, has_message_id;
	unsigned received;
	enum reply fault; /* GO_ON, or what the message is refused with */
	char to[HEADER_NAMES_MAX + 1], cc[HEADER_NAMES_MAX + 1]; /* their bodies, strings */
	/* The line in hand, judged when it is whole or when it is too long to be a header's; once
	 * .ended what stands here is the body's beginning. */
	char line[HEADER_LINE_MAX + 1];
	size_t line_len;
	/* Of the fields so far: there was one; the last one is dropped; the last one is To or Cc.
	 */
	bool any, dropping, names;
};

/* Begins a header that may have `size_limit` octets. */
void header_start(struct header *header, size_t size_limit);

/* Takes the next octets of the text until the header ends, and appends to `kept` what is to be
 * kept: all but Bcc and Resent-Bcc fields, unchanged. `kept` needs room for `len` + HEADER_LINE_MAX
 * + 2 octets. Returns how many octets were taken: fewer than `len` only when the header ended there
 * (.ended). Then what is missing goes to the message, then the blank line (which is not in `kept`,
 * but was taken where there was one), then header_rest(), then the octets not taken. After a
 * fault everything is taken and nothing kept. */
size_t header_feed(struct header *header, const char *octets, size_t len, struct text *kept);

/* The text ended: if the header has not, its last line is judged now, an LF put behind it where
 * there was none, and .ended is set. */
void header_end(struct header *header, struct text *kept);

/* The beginning of the body that was held back as a line of the header in the making: *octets and
 * its length, 0 where there is none. Only once .ended. */
size_t header_rest(const struct header *header, const char **octets);

/* Whether the header names exactly these recipients, octet by octet and each once, by a grammar so
 * strict that every sendmail reads it alike, and the whole has at most 32,000 octets with the
 * `added` ones of our own: then -t delivers to exactly these. Only once .ended. */
bool header_names(const struct header *header, const char (*recipients)[ADDRESS_MAX + 1],
	size_t count, size_t added);

#endif

/* The replies: their numbers, and the facts of each, made from replies.def. The monitor names a
 * reply by its number; the session alone says it.
 * Runs in: session, monitor. Trusts: nothing; a table. */
#ifndef BASE_REPLY_H
#define BASE_REPLY_H

/* GO_ON is no reply: nothing stands against going on. */
enum reply {
	GO_ON,
#define REPLY(name, code, enhanced, words) REPLY_##name,
#include "base/replies.def"
#undef REPLY
	REPLIES
};

/* One reply. `enhanced` is "" where there is none; `words` has {host} and {id} in it; `name` is for
 * the log. */
struct reply_facts {
	unsigned short code;
	const char *enhanced, *words, *name;
};

/* The facts of a reply; the number must be above GO_ON and below REPLIES. */
const struct reply_facts *reply_facts(enum reply reply);

#endif

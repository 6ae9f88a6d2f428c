/* The table of replies.
 * Runs in: session, monitor. Trusts: nothing; pure. */
#include "base/reply.h"

static const struct reply_facts replies[REPLIES] = {
	[GO_ON] = {0, "", "", ""},
#define REPLY(name, code, enhanced, words) [REPLY_##name] = {code, enhanced, words, #name},
#include "base/replies.def"
#undef REPLY
};

const struct reply_facts *reply_facts(enum reply reply)
{
	return &replies[reply];
}

/* Says a reply by its number, or a line of a longer one.
 * Runs in: session. Trusts: the monitor's numbers. */
#ifndef SESSION_SAY_H
#define SESSION_SAY_H

#include "session/dialogue.h"

/* Says the reply, and counts it if it is an error. REPLY_UNAVAILABLE of a connection that the
 * client has left is not said. */
void say(struct session *session, enum reply reply);

/* Says one line of a reply of several, `last` or not, with `words` in place of its own. */
void say_line(struct session *session, enum reply reply, const char *words, bool last);

/* Says 334 with a challenge in base64, which may be empty. */
void say_challenge(struct session *session, const char *challenge, size_t len);

#endif

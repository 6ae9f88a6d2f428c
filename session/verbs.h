/* The verbs: what checks each command's line, and what acts on it. A check only refuses, an act
 * only acts: neither is half of the other.
 * Runs in: session. Trusts: nothing of the line. */
#ifndef SESSION_VERBS_H
#define SESSION_VERBS_H

#include "session/dialogue.h"

/* Each check gets what stands behind the verb and its blank, without blanks at its end, and returns
 * GO_ON with session->argument filled, or the reply that refuses it. Each act says its own reply.
 */
enum reply check_hello(struct session *session, char *rest);
void do_helo(struct session *session);
void do_ehlo(struct session *session);

enum reply check_starttls(struct session *session, char *rest);
void do_starttls(struct session *session);

enum reply check_auth(struct session *session, char *rest);
void do_auth(struct session *session);

enum reply check_mail(struct session *session, char *rest);
void do_mail(struct session *session);
enum reply check_rcpt(struct session *session, char *rest);
void do_rcpt(struct session *session);

void do_data(struct session *session);

#endif

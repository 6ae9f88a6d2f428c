/* Who may relay: the one table of rules, in the order in which they are asked.
 * Runs in: monitor, postern. Trusts: the facts it is given; pure. */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include <stdbool.h>

#include "base/mechanism.h"
#include "base/network.h"
#include "base/settings.h"

enum access { NOWHERE, ANYWHERE };

/* What a judgement rests on. */
struct access_facts {
	const struct settings *settings;
	const struct ip *client;
	const char *login;        /* canonical; "" without a login */
	enum mechanism mechanism; /* of the login */
};

/* A judgement, and the rule that made it: its name as in the log, or "none". */
struct access_judgement {
	enum access access;
	const char *rule;
};

/* Asks the rules in their order; the first that says yes decides. */
struct access_judgement access_judge(const struct access_facts *facts);

#endif

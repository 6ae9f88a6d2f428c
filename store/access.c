/* Who may relay: the one table of rules, in the order in which they are asked.
 * Runs in: monitor, postern. Trusts: the facts it is given; pure. */
#include "store/access.h"

#include <stddef.h>

/* A login gives the right to relay only by a mechanism that the settings trust. */
static bool by_login(const struct access_facts *facts)
{
	const struct mechanism_list *trusted = &facts->settings->trusted_mechanisms;
	bool trusts = trusted->count == 0; /* no list: all that are offered */
	for (size_t i = 0; i < trusted->count; i++)
		trusts |= trusted->list[i] == facts->mechanism;
	return *facts->login != '\0' && trusts;
}

static bool by_network(const struct access_facts *facts)
{
	return networks_have(&facts->settings->networks, facts->client);
}

/* The first that says yes decides; its name stands in the log and in postern.conf(5). */
static const struct rule {
	const char *name;
	bool (*says_yes)(const struct access_facts *facts);
	enum access gives;
} rules[] = {
	{"login", by_login, ANYWHERE},
	{"network", by_network, ANYWHERE},
};

struct access_judgement access_judge(const struct access_facts *facts)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].says_yes(facts))
			return (struct access_judgement){rules[i].gives, rules[i].name};
	return (struct access_judgement){NOWHERE, "none"};
}

/* The accounts as SASL's property store: the auxprop plugin that asks us and not a file of its
 * own.
 * Runs in: postern-auth. Trusts: SASL's calls.
 *
 * The plugin keeps nothing. It finds the accounts by a callback of the connection, which auth.c
 * sets among SASL's own. */
#ifndef AUTH_PLUGIN_H
#define AUTH_PLUGIN_H

/* The plugin's name, as SASL's option auxprop_plugin has it. */
#define PLUGIN_NAME "postern"

enum {
	PLUGIN_FIND = 0x7001 /* the callback's number: none of SASL's own */
};

/* The callback: the verifier of this login, or of its stand-in; NULL when the accounts cannot be
 * read. The string is SASL's until the next call. */
typedef const char *plugin_find(void *context, const char *login);

struct sasl_utils;
struct sasl_auxprop_plug;

/* What sasl_auxprop_add_plugin() calls. */
int plugin_begin(const struct sasl_utils *utils, int most, int *version,
	struct sasl_auxprop_plug **plugin, const char *name);

#endif

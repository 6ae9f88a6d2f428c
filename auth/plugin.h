/* What SASL calls in us. The accounts as its property store: the auxprop plugin that asks us and
 * not a file of its own. The callbacks: names, passwords, options, files. And the mechanism LOGIN,
 * which SASL's authors have given up. Runs in: postern-auth. Trusts: SASL's calls.
 *
 * The property store finds the accounts by a callback of its own among them.
 */
#ifndef AUTH_PLUGIN_H
#define AUTH_PLUGIN_H

#include <stdbool.h>

#include "auth/judge.h"

/* The plugin's name, as SASL's option auxprop_plugin has it. */
#define PLUGIN_NAME "postern"

enum {
	PLUGIN_CONTEXT =
		0x7001, /* the number of a callback that carries our context: none of SASL's */
	PLUGIN_CALLBACKS = 9
};

/* What the callbacks know. */
struct plugin_context {
	struct judge *judge;
	bool warming;    /* there is no client so far: any name has .judge's verifier */
	bool complained; /* SASL, or its own store, said that something is out of order */
};

struct sasl_callback;
struct sasl_utils;
struct sasl_auxprop_plug;
struct sasl_server_plug;

/* What sasl_auxprop_add_plugin() calls. */
int plugin_begin(const struct sasl_utils *utils, int most, int *version,
	struct sasl_auxprop_plug **plugin, const char *name);

/* Fills the list of PLUGIN_CALLBACKS for sasl_server_init(); the context must outlive SASL. */
void plugin_callbacks(struct plugin_context *context, struct sasl_callback *list);

/* What sasl_server_add_plugin() calls for LOGIN. */
int plugin_login(const struct sasl_utils *utils, int most, int *version,
	struct sasl_server_plug **plugins, int *count);

#endif

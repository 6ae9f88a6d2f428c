/* The accounts as SASL's property store.
 * Runs in: postern-auth. Trusts: SASL's calls.
 *
 * Of all properties one is served, the SCRAM verifier: a clear password that another program left
 * in the file is never given out. A name that is no account gets its stand-in, so that SASL goes
 * the same way for it. */
#include "auth/plugin.h"

#include <sasl/sasl.h>

#include <sasl/saslplug.h>

#include <stdint.h>
#include <string.h>

#include "base/wire.h"

/* SASL asks for properties of the authentication identity by names with an asterisk before them. */
static const char property[] = "*authPassword";

static int look_up(
	void *context, sasl_server_params_t *server, unsigned flags, const char *user, unsigned len)
{
	const sasl_utils_t *utils = server->utils;
	sasl_callback_ft call = NULL;
	void *call_context = NULL;
	char login[WIRE_LOGIN_MAX + 1];
	(void)context;
	if (utils->getcallback(utils->conn, PLUGIN_FIND, &call, &call_context) != SASL_OK ||
		len >= sizeof login)
		return SASL_UNAVAIL;
	memcpy(login, user, len);
	login[len] = '\0';
	plugin_find *find = (plugin_find *)(void (*)(void))call;
	const char *verifier = find(call_context, login);
	if (verifier == NULL)
		return SASL_UNAVAIL;
	if ((flags & SASL_AUXPROP_AUTHZID) != 0)
		return SASL_OK;
	const struct propval *wanted = utils->prop_get(server->propctx);
	for (; wanted != NULL && wanted->name != NULL; wanted++) {
		if (strcmp(wanted->name, property) != 0)
			continue;
		if (wanted->values != NULL && (flags & SASL_AUXPROP_OVERRIDE) == 0)
			continue;
		if (wanted->values != NULL)
			utils->prop_erase(server->propctx, wanted->name);
		utils->prop_set(server->propctx, wanted->name, verifier, -1);
	}
	return SASL_OK;
}

int plugin_begin(const struct sasl_utils *utils, int most, int *version,
	struct sasl_auxprop_plug **plugin, const char *name)
{
	/* SASL keeps the pointer and writes nothing there. */
	static const sasl_auxprop_plug_t facts = {
		.auxprop_lookup = look_up,
		.name = (char *)(uintptr_t)PLUGIN_NAME,
	};
	(void)utils;
	(void)name;
	if (most < SASL_AUXPROP_PLUG_VERSION)
		return SASL_BADVERS;
	*version = SASL_AUXPROP_PLUG_VERSION;
	*plugin = (sasl_auxprop_plug_t *)(uintptr_t)&facts;
	return SASL_OK;
}

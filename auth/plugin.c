/* What SASL calls in us: the accounts as its property store, its callbacks, and the mechanism
 * LOGIN. Runs in: postern-auth. Trusts: SASL's calls.
 *
 * Of all properties that one is served which the mechanism wants: a clear password that another
 * program left in the file is never given out. A name that is no account gets its stand-in, so that
 * SASL goes the same way for it. */
#include "auth/plugin.h"

#include <sasl/sasl.h>

#include <sasl/saslplug.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/duty.h"
#include "base/wire.h"

/* What a login, or its stand-in, keeps under a property's name, and its octets, 0 where there is
 * none; NULL: the accounts cannot be read. It is SASL's until the next call. */
static const void *find(
	struct plugin_context *plugin, const char *name, const char *property, size_t *len)
{
	if (!plugin->warming)
		return judge_find(plugin->judge, name, property, len);
	*len = strlen(plugin->judge->account.verifier);
	return plugin->judge->account.verifier;
}

static int look_up(
	void *context, sasl_server_params_t *server, unsigned flags, const char *user, unsigned len)
{
	const sasl_utils_t *utils = server->utils;
	sasl_callback_ft call = NULL;
	void *call_context = NULL;
	char login[WIRE_LOGIN_MAX + 1];
	(void)context;
	if (utils->getcallback(utils->conn, PLUGIN_CONTEXT, &call, &call_context) != SASL_OK ||
		len >= sizeof login)
		return SASL_UNAVAIL;
	memcpy(login, user, len);
	login[len] = '\0';
	struct plugin_context *plugin = call_context;
	size_t octets;
	if (find(plugin, login, "", &octets) == NULL)
		return SASL_UNAVAIL;
	if ((flags & SASL_AUXPROP_AUTHZID) != 0)
		return SASL_OK;
	const struct propval *wanted = utils->prop_get(server->propctx);
	for (; wanted != NULL && wanted->name != NULL; wanted++) {
		/* Of the authentication identity: an asterisk before the name. */
		const void *value = *wanted->name == '*'
					    ? find(plugin, login, wanted->name + 1, &octets)
					    : NULL;
		if (value == NULL || octets == 0)
			continue;
		if (wanted->values != NULL && (flags & SASL_AUXPROP_OVERRIDE) == 0)
			continue;
		if (wanted->values != NULL)
			utils->prop_erase(server->propctx, wanted->name);
		utils->prop_set(server->propctx, wanted->name, value, (int)octets);
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

/* --- what SASL asks on its way --- */

/* SASL's name for a login becomes the one canonical form. */
static int canonical(sasl_conn_t *sasl, void *context, const char *in, unsigned len, unsigned flags,
	const char *realm, char *out, unsigned most, unsigned *out_len)
{
	struct plugin_context *plugin = context;
	TEXT(form, WIRE_LOGIN_MAX + 1);
	(void)sasl;
	(void)realm;
	judge_name(plugin->judge, in, len, (flags & SASL_CU_AUTHID) != 0, &form);
	if (form.len >= most)
		return SASL_BUFOVER;
	memcpy(out, form.at, form.len + 1);
	*out_len = (unsigned)form.len;
	return SASL_OK;
}

/* A password that PLAIN or LOGIN brought. */
static int check(sasl_conn_t *sasl, void *context, const char *user, const char *password,
	unsigned len, struct propctx *properties)
{
	struct plugin_context *plugin = context;
	struct judge *judge = plugin->judge;
	size_t len_of_verifier;
	(void)sasl;
	(void)properties;
	if (judge_is_sasls(judge)) {
		/* SASL goes on, asks its own store, and compares up to a NUL; so what has one is
		 * judged here, and so is nothing at all. */
		judge->done = len == 0 || memchr(password, '\0', len) != NULL;
		if (judge->done)
			judge_say(judge, NO, REASON_WRONG);
		return SASL_FAIL;
	}
	const char *verifier = judge_find(judge, user, "authPassword", &len_of_verifier);
	if (verifier == NULL || strcmp(user, judge->name) != 0) {
		judge->done = true;
		judge_say(judge, CANNOT_TELL, REASON_STORE);
		return SASL_UNAVAIL;
	}
	judge_password(judge, verifier, password, len);
	return judge->verdict.verdict == YES ? SASL_OK : SASL_BADAUTH;
}

/* Whether a file's name is lib, the plugin's, .so. */
static bool is_plugin(const char *file, const char *plugin)
{
	TEXT(name, PLUGIN_MAX + 8);
	text_add(&name, "lib");
	text_add(&name, plugin);
	text_add(&name, ".so");
	return *plugin != '\0' && strcmp(file, text_string(&name)) == 0;
}

/* Of SASL's plugins the one that the mechanism needs is loaded, and that of its own store; and no
 * settings file is read but for that. */
static int allow_file(void *context, const char *file, sasl_verify_type_t type)
{
	const struct plugin_context *plugin = context;
	const char *mechanism = mechanism_facts(plugin->judge->first.mechanism)->plugin;
	const char *name = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
	const char *store = plugin->judge->first.plugin;
	if (type == SASL_VRFY_CONF)
		return *store != '\0' ? SASL_OK : SASL_CONTINUE;
	return type == SASL_VRFY_PLUGIN && ((mechanism != NULL && strcmp(name, mechanism) == 0) ||
						   is_plugin(name, store))
		       ? SASL_OK
		       : SASL_CONTINUE;
}

static int plugins(void *context, const char **path)
{
	(void)context;
	*path = SASL_PLUGINS;
	return SASL_OK;
}

static int configuration(void *context, char **path)
{
	const struct plugin_context *plugin = context;
	*path = plugin->judge->first.sasl_configuration;
	return SASL_OK;
}

/* The options of SASL that are ours; all others keep their defaults, or stand in the settings file
 * of SASL's own store. Our auxprop finds no clear password and so says no quietly, after check()
 * has said no. */
static int option(
	void *context, const char *asker, const char *name, const char **value, unsigned *len)
{
	const struct wire_auth *first = &((const struct plugin_context *)context)->judge->first;
	(void)asker;
	if (strcmp(name, "pwcheck_method") == 0)
		*value = "auxprop";
	else if (strcmp(name, "mech_list") == 0)
		*value = mechanism_facts(mechanism_facts(first->mechanism)->plain)->name;
	else if (strcmp(name, "canon_user_plugin") == 0)
		*value = "INTERNAL";
	else if (strcmp(name, "plugin_list") == 0)
		*value = NULL; /* which are loaded, allow_file() says */
	else if (strcmp(name, "auxprop_plugin") == 0)
		*value = *first->plugin != '\0' ? first->plugin : PLUGIN_NAME;
	else if (strcmp(name, "keytab") == 0 && *first->keytab != '\0')
		*value = first->keytab;
	else
		return SASL_FAIL;
	if (len != NULL)
		*len = *value == NULL ? 0 : (unsigned)strlen(*value);
	return SASL_OK;
}

/* SASL's own words: of errors before the jail; without this it would open syslog. */
static int words(void *context, int level, const char *message)
{
	struct plugin_context *plugin = context;
	if (level == SASL_LOG_ERR) {
		plugin->complained = true;
		duty_words(message);
	}
	return SASL_OK;
}

/* A pointer to a function of ours as SASL's table wants it. */
#define CALL(function) ((sasl_callback_ft)(void (*)(void))(function))

void plugin_callbacks(struct plugin_context *context, struct sasl_callback *list)
{
	const sasl_callback_t all[PLUGIN_CALLBACKS] = {
		{SASL_CB_VERIFYFILE, CALL(allow_file), context},
		{SASL_CB_GETPATH, CALL(plugins), NULL},
		{SASL_CB_GETCONFPATH, CALL(configuration), context},
		{SASL_CB_GETOPT, CALL(option), context},
		{SASL_CB_LOG, CALL(words), context},
		{SASL_CB_CANON_USER, CALL(canonical), context},
		{SASL_CB_SERVER_USERDB_CHECKPASS, CALL(check), context},
		{PLUGIN_CONTEXT, CALL(plugins), context},
		{SASL_CB_LIST_END, NULL, NULL},
	};
	memcpy(list, all, sizeof all);
}

/* --- LOGIN, draft-murchison-sasl-login: two prompts, two answers --- */

enum { NAME_MAX_OCTETS = 1024 /* more, SASL takes of no name */ };

struct prompts {
	bool asked, named; /* for the name; it is there */
	unsigned len;
	char name[NAME_MAX_OCTETS];
};

static int login_new(void *global, sasl_server_params_t *server, const char *challenge,
	unsigned challenge_len, void **context)
{
	(void)global, (void)challenge, (void)challenge_len;
	*context = server->utils->malloc(sizeof(struct prompts));
	if (*context == NULL)
		return SASL_NOMEM;
	memset(*context, 0, sizeof(struct prompts));
	return SASL_OK;
}

static void login_dispose(void *context, const sasl_utils_t *utils)
{
	if (context != NULL)
		utils->free(context);
}

static int prompt(const char *words, const char **out, unsigned *out_len)
{
	*out = words;
	*out_len = (unsigned)strlen(words);
	return SASL_CONTINUE;
}

static int login_step(void *context, sasl_server_params_t *server, const char *in, unsigned len,
	const char **out, unsigned *out_len, sasl_out_params_t *result)
{
	struct prompts *prompts = context;
	*out = NULL;
	*out_len = 0;
	/* An initial response is the name; some clients send it so. */
	if (!prompts->asked && len == 0) {
		prompts->asked = true;
		return prompt("Username:", out, out_len);
	}
	if (!prompts->named) {
		if (len > sizeof prompts->name)
			return SASL_BADPROT;
		memcpy(prompts->name, in, len);
		prompts->len = len;
		prompts->asked = prompts->named = true;
		return prompt("Password:", out, out_len);
	}
	/* Known or not: the password is judged all the same. */
	int code = server->canon_user(server->utils->conn, prompts->name, prompts->len,
		SASL_CU_AUTHID | SASL_CU_AUTHZID | SASL_CU_EXTERNALLY_VERIFIED, result);
	if (code == SASL_OK)
		code = server->utils->checkpass(
			server->utils->conn, result->authid, result->alen, in, len);
	result->doneflag = code == SASL_OK;
	return code;
}

int plugin_login(const struct sasl_utils *utils, int most, int *version,
	struct sasl_server_plug **plugins, int *count)
{
	static const sasl_server_plug_t facts = {
		.mech_name = "LOGIN",
		.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_PASS_CREDENTIALS,
		.mech_new = login_new,
		.mech_step = login_step,
		.mech_dispose = login_dispose,
	};
	(void)utils;
	if (most < SASL_SERVER_PLUG_VERSION)
		return SASL_BADVERS;
	*version = SASL_SERVER_PLUG_VERSION;
	*plugins = (sasl_server_plug_t *)(uintptr_t)&facts;
	*count = 1;
	return SASL_OK;
}

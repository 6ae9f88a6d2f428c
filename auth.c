/* postern-auth: asks by Cyrus SASL who the client is, says it in one verdict, and is gone, and
 * with it every copy of the password that a library left in its heap.
 * Runs in: postern-auth, started by the monitor for one login. Trusts: the first record, which is
 * the monitor's; the accounts only for who an account is; SASL for the shape of its messages, but
 * not for their outcome: the password is judged here, in a callback, and what SASL says of it
 * later counts only where it is worse. */
#include <sasl/sasl.h>

#include <sasl/saslplug.h>
#include <sasl/saslutil.h>

#include <string.h>
#include <unistd.h>

#include "auth/plugin.h"
#include "auth/serve.h"
#include "base/duty.h"
#include "base/mechanism.h"
#include "store/accounts.h"
#include "store/passwords.h"

enum { CLEAR_MAX = WIRE_TOKEN_MAX / 4 * 3 };

/* One login. */
struct login {
	struct wire_auth first;
	struct wire_verdict verdict;
	struct accounts accounts;
	struct account account;        /* the one that was looked for last */
	enum verdict found;            /* and what accounts_find() said of it */
	char name[WIRE_LOGIN_MAX + 1]; /* who the client says it is, canonical */
	bool is_login;                 /* it has the form of a login; else .name is made up */
	bool judged;                   /* the password was judged: .verdict says how */
	bool hopeless;                 /* .verdict stood before anything was asked */
	sasl_conn_t *sasl;
};

/* The callback of PLUGIN_FIND. SASL looks a name up more than once; the file is read once. */
static const char *find(void *context, const char *name)
{
	struct login *login = context;
	if (*login->account.login == '\0' || strcmp(login->account.login, name) != 0)
		login->found = accounts_find(&login->accounts, name, &login->account);
	return login->found == CANNOT_TELL ? NULL : login->account.verifier;
}

/* SASL's name for a login becomes the one canonical form. A name of any other form is an unknown
 * one: it gets a form that is no account's, and goes the way of all. */
static int canonical(sasl_conn_t *sasl, void *context, const char *in, unsigned len, unsigned flags,
	const char *realm, char *out, unsigned most, unsigned *out_len)
{
	struct login *login = context;
	char name[WIRE_LOGIN_MAX + 1] = "";
	TEXT(form, WIRE_LOGIN_MAX + 1);
	unsigned char key[WIRE_KEY];
	(void)sasl;
	(void)realm;
	bool fits = len < sizeof name && memchr(in, '\0', len) == NULL;
	if (fits)
		memcpy(name, in, len);
	bool is_login = fits && passwords_login(name, login->first.realm, &form) == NULL;
	if (is_login)
		verifier_keyed(login->accounts.site, "name", form.at, form.len, key);
	else
		verifier_keyed(login->accounts.site, "name", in, len, key);
	if (!is_login) {
		text_clear(&form);
		for (size_t i = 0; i < sizeof key; i++)
			text_hex(&form, key[i], 2);
	}
	text_string(&form);
	if (form.len >= most)
		return SASL_BUFOVER;
	memcpy(out, form.at, form.len + 1);
	*out_len = (unsigned)form.len;
	if ((flags & SASL_CU_AUTHID) != 0) {
		text_copy(login->name, sizeof login->name, form.at);
		login->is_login = is_login;
		memcpy(login->verdict.name_key, key, sizeof key);
	}
	return SASL_OK;
}

static void judge(struct login *login, enum verdict verdict, enum reason reason)
{
	login->verdict.verdict = (uint8_t)verdict;
	login->verdict.reason = (uint8_t)reason;
}

/* The keyed digest of a wrong password: the same one, tried again, is no new guess. */
static void digest(struct login *login, const char *password, unsigned len)
{
	char octets[sizeof login->name + CLEAR_MAX];
	struct text both = TEXT_OVER(octets);
	text_octets(&both, login->name, strlen(login->name) + 1);
	text_octets(&both, password, len);
	verifier_keyed(
		login->accounts.site, "password", both.at, both.len, login->verdict.password_key);
	text_wipe(octets, sizeof octets);
}

/* The password against the verifier that SASL was given by our plugin. What is done is the same for
 * a wrong password, an unknown name and a disabled account; only the words for the log differ. */
static int check(sasl_conn_t *sasl, void *context, const char *user, const char *password,
	unsigned len, struct propctx *properties)
{
	static const char *const wanted[] = {"*authPassword", NULL};
	struct login *login = context;
	struct propval value[2] = {0};
	struct wire_verdict *verdict = &login->verdict;
	(void)sasl;
	login->judged = true;
	prop_getnames(properties, (const char **)(uintptr_t)wanted, value);
	if (find(login, user) == NULL || strcmp(user, login->name) != 0) {
		judge(login, CANNOT_TELL, REASON_STORE);
		return SASL_UNAVAIL;
	}
	const struct account *account = &login->account;
	enum verdict fits = verifier_check(
		value->values != NULL && *value->values != NULL ? *value->values : "", password,
		len, accounts_most(&login->accounts));
	digest(login, password, len);
	if (account->exists || (login->is_login && login->first.log_unknown_users))
		text_copy(verdict->login, sizeof verdict->login, login->name);
	if (!account->exists)
		judge(login, NO, REASON_UNKNOWN);
	else if (account->disabled)
		judge(login, NO, REASON_DISABLED);
	else if (fits == CANNOT_TELL) /* a malformed verifier: a new password mends it */
		judge(login, NO, REASON_MECHANISM);
	else
		judge(login, fits, fits == YES ? REASON_NONE : REASON_WRONG);
	if (verdict->verdict != YES)
		return SASL_BADAUTH;
	text_wipe(verdict->password_key, sizeof verdict->password_key);
	verdict->renew = account->iterations < VERIFIER_ITERATIONS_LEAST ||
			 account->iterations < login->first.iterations;
	return SASL_OK;
}

/* Of SASL's plugins the one that the mechanism needs is loaded, and no settings file is read. */
static int allow_file(void *context, const char *file, sasl_verify_type_t type)
{
	const struct login *login = context;
	const char *plugin = mechanism_facts(login->first.mechanism)->plugin;
	const char *name = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
	return type == SASL_VRFY_PLUGIN && plugin != NULL && strcmp(name, plugin) == 0
		       ? SASL_OK
		       : SASL_CONTINUE;
}

static int plugins(void *context, const char **path)
{
	(void)context;
	*path = SASL_PLUGINS;
	return SASL_OK;
}

/* The options of SASL that are ours; all others keep their defaults. auxprop finds no clear
 * password and so says no quietly, after check() has said no. */
static int option(
	void *context, const char *plugin, const char *name, const char **value, unsigned *len)
{
	(void)context;
	(void)plugin;
	if (strcmp(name, "pwcheck_method") == 0)
		*value = "auxprop";
	else if (strcmp(name, "auxprop_plugin") == 0)
		*value = PLUGIN_NAME;
	else
		return SASL_FAIL;
	if (len != NULL)
		*len = (unsigned)strlen(*value);
	return SASL_OK;
}

/* SASL's own words: of errors before the jail; without this it would open syslog. */
static int words(void *context, int level, const char *message)
{
	(void)context;
	if (level == SASL_LOG_ERR)
		duty_words(message);
	return SASL_OK;
}

/* Whether SASL has the mechanism, now that plugins are loaded. */
static bool have_mechanism(const char *name)
{
	const char **list = sasl_global_listmech();
	while (list != NULL && *list != NULL && strcmp(*list, name) != 0)
		list++;
	return list != NULL && *list != NULL;
}

/* Starts SASL with the one mechanism. False: it cannot be had. */
static bool start(struct login *login, const sasl_callback_t *callbacks)
{
	const struct wire_auth *first = &login->first;
	const struct mechanism_facts *mechanism = mechanism_facts(first->mechanism);
	const char *properties[] = {"*authPassword", NULL};
	/* Without a name of the application there is no settings file of SASL's. The host's name is
	 * always given, or SASL would look for it in the DNS. */
	return mechanism->served && sasl_server_init(callbacks, NULL) == SASL_OK &&
	       have_mechanism(mechanism->name) &&
	       sasl_auxprop_add_plugin(PLUGIN_NAME, plugin_begin) == SASL_OK &&
	       sasl_server_new("smtp", first->hostname, NULL,
		       *first->local != '\0' ? first->local : NULL,
		       *first->remote != '\0' ? first->remote : NULL, NULL, 0,
		       &login->sasl) == SASL_OK &&
	       sasl_auxprop_request(login->sasl, properties) == SASL_OK;
}

/* All that needs files, before the jail. What fails is the answer to the first token. */
static void prepare(struct login *login, const sasl_callback_t *callbacks)
{
	TEXT(fault, 512);
	login->hopeless = true;
	if (!start(login, callbacks)) {
		TEXT(what, 512);
		text_add(&what, mechanism_facts(login->first.mechanism)->name);
		text_add(&what, ": SASL cannot load it from " SASL_PLUGINS);
		duty_words(text_string(&what));
		judge(login, CANNOT_TELL, REASON_PLUGIN);
	} else if (login->first.passwords != PASSWORDS_ACCOUNTS) {
		duty_words("this store of passwords is not built in");
		judge(login, CANNOT_TELL, REASON_STORE);
	} else if (accounts_open(&login->accounts, login->first.accounts, &fault) != NULL) {
		duty_words(text_string(&fault));
		judge(login, CANNOT_TELL, REASON_STORE);
	} else {
		login->hopeless = false;
	}
}

/* Base64 as RFC 4648 has it, all of it and nothing else: SASL's function skips some octets and
 * takes a partial group for no error. The octets, or -1. */
static long decode(const struct serve_token *token, char clear[CLEAR_MAX + 1])
{
	unsigned len = 0;
	if (token->len == 0 || token->len % 4 != 0 || strlen(token->octets) != token->len ||
		strpbrk(token->octets, "\r\n") != NULL ||
		sasl_decode64(token->octets, (unsigned)token->len, clear, CLEAR_MAX + 1, &len) !=
			SASL_OK)
		return -1;
	return len;
}

/* One token to SASL, and what it makes of it. SASL_BADPROT: it was no base64. */
static int step(struct login *login, struct serve_token *token, bool is_first, const char **out,
	unsigned *out_len)
{
	char clear[CLEAR_MAX + 1] = "";
	long len = token->kind == SERVE_BASE64 ? decode(token, clear) : 0;
	const char *in = token->kind == SERVE_ABSENT ? NULL : clear;
	int code = SASL_BADPROT;
	text_wipe(token, sizeof *token);
	if (len >= 0)
		code = is_first ? sasl_server_start(login->sasl,
					  mechanism_facts(login->first.mechanism)->name, in,
					  (unsigned)len, out, out_len)
				: sasl_server_step(login->sasl, in, (unsigned)len, out, out_len);
	text_wipe(clear, sizeof clear);
	return code;
}

static void challenge(const char *octets, unsigned len)
{
	char base64[WIRE_TOKEN_MAX + 1];
	unsigned base64_len = 0;
	if (len > 0 && sasl_encode64(octets, len, base64, sizeof base64, &base64_len) != SASL_OK)
		duty_fail("a challenge is too long");
	serve_more(base64, base64_len);
}

/* What SASL's last word makes of the verdict: where the password was judged it can only undo a yes
 * (another identity was asked for than the one that was proved). */
static void conclude(struct login *login, int code)
{
	const void *user = NULL;
	if (!login->judged && code == SASL_BADPROT)
		judge(login, NO, REASON_MALFORMED);
	else if (!login->judged && code == SASL_NOMECH)
		judge(login, CANNOT_TELL, REASON_PLUGIN);
	else if (!login->judged && code == SASL_UNAVAIL)
		judge(login, CANNOT_TELL, REASON_STORE);
	else if (!login->judged || (login->verdict.verdict == YES && code != SASL_OK))
		judge(login, NO, REASON_MECHANISM);
	if (login->verdict.verdict == YES &&
		(sasl_getprop(login->sasl, SASL_USERNAME, &user) != SASL_OK || user == NULL ||
			strcmp(user, login->name) != 0))
		judge(login, NO, REASON_MECHANISM);
	if (login->verdict.verdict != YES)
		login->verdict.renew = 0;
}

/* The exchange, from the client's first token to the verdict. */
static void exchange(struct login *login)
{
	for (bool is_first = true;; is_first = false) {
		struct serve_token token;
		const char *out = NULL;
		unsigned out_len = 0;
		serve_token(&token, is_first);
		if (token.kind == SERVE_CANCELLED && !login->hopeless)
			judge(login, NO, REASON_CANCELLED);
		if (token.kind == SERVE_CANCELLED || login->hopeless) {
			text_wipe(&token, sizeof token);
			return;
		}
		int code = step(login, &token, is_first, &out, &out_len);
		if (code != SASL_CONTINUE) {
			conclude(login, code);
			return;
		}
		challenge(out, out_len);
	}
}

/* A pointer to a function of ours as SASL's table wants it. */
#define CALL(function) ((sasl_callback_ft)(void (*)(void))(function))

int main(int argc, char **argv)
{
	struct login login = {.verdict = {.type = WIRE_VERDICT}};
	const sasl_callback_t callbacks[] = {
		{SASL_CB_VERIFYFILE, CALL(allow_file), &login},
		{SASL_CB_GETPATH, CALL(plugins), NULL},
		{SASL_CB_GETOPT, CALL(option), NULL},
		{SASL_CB_LOG, CALL(words), NULL},
		{SASL_CB_CANON_USER, CALL(canonical), &login},
		{SASL_CB_SERVER_USERDB_CHECKPASS, CALL(check), &login},
		{PLUGIN_FIND, CALL(find), &login},
		{SASL_CB_LIST_END, NULL, NULL},
	};
	bool check_only =
		duty_called(argc, argv, "postern-auth", "smtpd starts this program for each login");
	serve_begin(&login.first, check_only);
	prepare(&login, callbacks);
	serve_jail(&login.first);
	if (!check_only)
		exchange(&login);
	else if (!login.hopeless)
		judge(&login, YES, REASON_NONE);
	accounts_close(&login.accounts);
	text_wipe(&login.account, sizeof login.account);
	serve_verdict(&login.verdict);
}

/* postern-auth: asks by Cyrus SASL who the client is, says it in one verdict, and is gone, and
 * with it every copy of the password that a library left in its heap.
 * Runs in: postern-auth, started by the monitor for one login. Trusts: the first record, which is
 * the monitor's; the accounts only for who an account is; SASL for the shape of its messages, but
 * not for their outcome: a password is judged in a callback (plugin.c, judge.c), and what SASL says
 * of it later counts only where it is worse. */
#include <sasl/sasl.h>

#include <sasl/saslplug.h>
#include <sasl/saslutil.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "auth/judge.h"
#include "auth/plugin.h"
#include "auth/serve.h"
#include "base/duty.h"
#include "base/mechanism.h"
#include "store/passwords.h"

enum { CLEAR_MAX = WIRE_TOKEN_MAX / 4 * 3 };

/* Not in its header, but one of its functions: an option of its settings file. */
extern const char *sasl_config_getstring(const char *key, const char *otherwise);

/* One login. */
struct login {
	struct judge judge;
	bool hopeless; /* the verdict stood before anything was asked */
	struct plugin_context plugin;
	bool heard;                     /* the client's first message was taken */
	bool challenged;                /* and answered by a challenge */
	bool garbled;                   /* the last token was no base64 */
	sasl_channel_binding_t binding; /* SASL keeps the pointer */
	sasl_conn_t *sasl;
};

/* Whether SASL has the mechanism, now that plugins are loaded. */
static bool have_mechanism(const char *name)
{
	const char **list = sasl_global_listmech();
	while (list != NULL && *list != NULL && strcmp(*list, name) != 0)
		list++;
	return list != NULL && *list != NULL;
}

/* Makes SASL's connection. The host's name is always given, or SASL would look for it in the DNS.
 */
static bool connect_sasl(struct login *login)
{
	const struct wire_auth *first = &login->judge.first;
	const char *properties[] = {"*authPassword", NULL};
	sasl_ssf_t strength = first->tls_bits;
	return sasl_server_new("smtp", first->hostname, NULL,
		       *first->local != '\0' ? first->local : NULL,
		       *first->remote != '\0' ? first->remote : NULL, NULL, 0,
		       &login->sasl) == SASL_OK &&
	       sasl_setprop(login->sasl, SASL_SSF_EXTERNAL, &strength) == SASL_OK &&
	       (*first->certificate == '\0' || sasl_setprop(login->sasl, SASL_AUTH_EXTERNAL,
						       first->certificate) == SASL_OK) &&
	       sasl_auxprop_request(login->sasl, properties) == SASL_OK;
}

/* The name of the mechanism for SASL, which does not tell those with channel binding apart. */
static const char *sasl_name(const struct login *login)
{
	return mechanism_facts(mechanism_facts(login->judge.first.mechanism)->plain)->name;
}

/* One whole exchange of SCRAM to its refusal, with a made-up client and account: OpenSSL opens and
 * reads on the way what it could not within the jail. False: it did not go so. */
static bool warm_up(struct login *login)
{
	static const unsigned char seed[WIRE_KEY] = {0};
	static const char hello[] = "n,,n=a,r=warm", zeros[64] = {0};
	struct text verifier = TEXT_OVER(login->judge.account.verifier);
	TEXT(last, 512);
	char proof[128];
	const char *out = NULL;
	unsigned out_len = 0, proof_len = 0;
	enum mechanism scram = mechanism_facts(login->judge.first.mechanism)->plain;
	size_t hash = scram == MECHANISM_SCRAM_SHA_512   ? 64
		      : scram == MECHANISM_SCRAM_SHA_384 ? 48
		      : scram == MECHANISM_SCRAM_SHA_256 ? 32
		      : scram == MECHANISM_SCRAM_SHA_224 ? 28
							 : 20;
	login->plugin.warming = true;
	verifier_stand_in(seed, scram, 4096, &verifier);
	bool good =
		connect_sasl(login) &&
		sasl_server_start(login->sasl, sasl_name(login), hello, sizeof hello - 1, &out,
			&out_len) == SASL_CONTINUE &&
		sasl_encode64(zeros, (unsigned)hash, proof, sizeof proof, &proof_len) == SASL_OK;
	if (good) {
		/* r=NONCE of its answer, c= of "n,,", and a proof that proves nothing. */
		const char *comma = memchr(out, ',', out_len);
		text_add(&last, "c=biws,");
		text_octets(&last, out, comma == NULL ? out_len : (size_t)(comma - out));
		text_add(&last, ",p=");
		text_octets(&last, proof, proof_len);
		int code =
			sasl_server_step(login->sasl, last.at, (unsigned)last.len, &out, &out_len);
		good = !last.cut && (code == SASL_BADAUTH || code == SASL_BADPROT);
	}
	/* A connection of SASL's is never used for a second exchange. */
	sasl_dispose(&login->sasl);
	memset(&login->judge.account, 0, sizeof login->judge.account);
	judge_begin(&login->judge);
	login->judge.name[0] = '\0';
	login->plugin.warming = login->judge.is_login = false;
	return good;
}

/* One token that is none, which SASL refuses as soon as it has our keys: without them no client
 * need be asked for its ticket. False: there are none, or not ours. */
static bool warm_up_kerberos(struct login *login)
{
	static const char token[] = "none", minor[] = " (";
	const struct wire_auth *first = &login->judge.first;
	const char *out = NULL;
	unsigned out_len = 0;
	TEXT(what, 512);
	bool good = sasl_server_start(login->sasl, sasl_name(login), token, sizeof token - 1, &out,
			    &out_len) == SASL_BADAUTH;
	if (!good) {
		/* Of the two errors in its words the second says something. */
		const char *detail = sasl_errdetail(login->sasl);
		const char *second = strstr(detail, minor);
		text_add(&what, "GSSAPI: no key of smtp/");
		text_add(&what, first->hostname);
		text_add(&what, " in ");
		text_add(&what, *first->keytab != '\0' ? first->keytab : "the host's keytab");
		text_add(&what, " (");
		text_add(&what, second == NULL ? detail : second + sizeof minor - 1);
		duty_words(text_string(&what));
	}
	sasl_dispose(&login->sasl);
	return good && connect_sasl(login);
}

/* Asks SASL's own store for a user that hardly is one. It shows that the store can be had; and its
 * library loads on the way what it could not within the jail: LDAP's client of SASL, OpenSSL's old
 * ciphers, what looks up names. False: it cannot be had. */
static bool warm_up_store(struct login *login)
{
	struct judge *judge = &login->judge;
	/* ldapdb does not tell an unknown user from a server that is gone; this one it knows. */
	const char *user = sasl_config_getstring("ldapdb_id", "warm-up");
	login->plugin.complained = false;
	int code = sasl_user_exists(login->sasl, "smtp", NULL, user);
	bool good = !login->plugin.complained && (code == SASL_OK || code == SASL_NOUSER);
	if (!good && !login->plugin.complained) {
		TEXT(what, 256);
		text_add(&what, judge->first.plugin);
		text_add(&what, ": ");
		text_add(&what, sasl_errstring(code, NULL, NULL));
		duty_words(text_string(&what));
	}
	sasl_dispose(&login->sasl);
	login->plugin.complained = judge->is_login = false;
	judge->name[0] = '\0';
	memset(judge->verdict.name_key, 0, sizeof judge->verdict.name_key);
	return good && connect_sasl(login);
}

/* Starts SASL with the one mechanism. False: it cannot be had. */
static bool start(struct login *login, const sasl_callback_t *callbacks)
{
	const struct mechanism_facts *mechanism = mechanism_facts(login->judge.first.mechanism);
	const char *store = login->judge.first.plugin;
	bool warms = mechanism->scram && *store == '\0';
	/* Without a name of the application there is no settings file of SASL's. */
	return mechanism->served &&
	       mechanism_in(passwords_serve((enum passwords)login->judge.first.passwords),
		       (enum mechanism)login->judge.first.mechanism) &&
	       sasl_server_init(callbacks, *store != '\0' ? "postern" : NULL) == SASL_OK &&
	       (login->judge.first.mechanism == MECHANISM_LOGIN
			       ? sasl_server_add_plugin("LOGIN", plugin_login) == SASL_OK
			       : have_mechanism(sasl_name(login))) &&
	       sasl_auxprop_add_plugin(PLUGIN_NAME, plugin_begin) == SASL_OK &&
	       (!warms || warm_up(login)) && connect_sasl(login);
}

/* SASL takes a sasldb that is not there for one without users. NULL, or what is wrong. */
static const char *find_sasldb(const struct judge *judge, struct text *fault)
{
	if (*judge->first.plugin == '\0' || judge->first.passwords != PASSWORDS_SASLDB)
		return NULL;
	return judge_unreadable(sasl_config_getstring("sasldb_path", "/etc/sasldb2"),
		": make it with saslpasswd2 -c, and let `user` read it", fault);
}

/* All that needs files, before the jail. REASON_NONE: all is there. What is missing is said. */
static enum reason open_all(struct login *login, const sasl_callback_t *callbacks)
{
	struct judge *judge = &login->judge;
	TEXT(fault, 512);
	const char *wrong = judge_files(judge, &fault);
	if (wrong == NULL && !start(login, callbacks)) {
		text_add(&fault, mechanism_facts(judge->first.mechanism)->name);
		text_add(&fault, ": SASL cannot load it from " SASL_PLUGINS);
		duty_words(text_string(&fault));
		return REASON_PLUGIN;
	}
	if (wrong == NULL && judge->first.mechanism == MECHANISM_GSSAPI && !warm_up_kerberos(login))
		return REASON_STORE;
	if (wrong == NULL)
		wrong = find_sasldb(judge, &fault);
	if (wrong == NULL)
		wrong = judge_open(judge, &fault);
	if (wrong != NULL)
		duty_words(wrong);
	if (wrong == NULL && *judge->first.plugin != '\0' && !warm_up_store(login))
		return REASON_STORE;
	return wrong != NULL ? REASON_STORE : REASON_NONE;
}

/* The same; what fails is the answer to the first token. */
static void prepare(struct login *login, const sasl_callback_t *callbacks)
{
	enum reason missing = open_all(login, callbacks);
	login->hopeless = missing != REASON_NONE;
	if (login->hopeless)
		judge_say(&login->judge, CANNOT_TELL, missing);
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

/* Gives SASL the channel binding that the client's first message of SCRAM names, RFC 5802 6: SASL
 * holds one at a time. A client that says `y`, that we have none, is refused by SASL where we have
 * one. False: a mechanism with binding, and a client that does not bind. */
static bool bind_channel(struct login *login, const char *message, size_t len)
{
	static const char unique[] = "p=tls-unique,";
	const struct wire_bindings *bindings = &login->judge.first.bindings;
	bool is_bound = mechanism_is_bound((enum mechanism)login->judge.first.mechanism);
	bool is_unique = bindings->exporter_len == 0 ||
			 (bindings->unique_len > 0 && len >= sizeof unique - 1 &&
				 memcmp(message, unique, sizeof unique - 1) == 0);
	login->binding.name = is_unique ? "tls-unique" : "tls-exporter";
	login->binding.data = is_unique ? bindings->unique : bindings->exporter;
	login->binding.len = is_unique ? bindings->unique_len : bindings->exporter_len;
	if (is_bound && (len < 2 || memcmp(message, "p=", 2) != 0))
		return false;
	return login->binding.len == 0 ||
	       sasl_setprop(login->sasl, SASL_CHANNEL_BINDING, &login->binding) == SASL_OK;
}

/* Whether a client's first token is of Kerberos, which alone GSSAPI may be here, RFC 4752 3.1: the
 * library would take SPNEGO's too, and so what other mechanisms it has. */
static bool is_kerberos(const char *token, size_t len)
{
	static const char krb5[] = "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
	/* 0x60, the length in one octet or in as many more as that says, the mechanism's number. */
	unsigned more = len < 2 || (token[1] & 0x80) == 0 ? 0 : token[1] & 0x7F;
	return len >= 2 + more + sizeof krb5 - 1 && token[0] == 0x60 &&
	       memcmp(token + 2 + more, krb5, sizeof krb5 - 1) == 0;
}

/* One token to SASL, and what it makes of it. SASL_BADPROT: it was no base64, or no message. */
static int step(struct login *login, struct serve_token *token, bool is_first, const char **out,
	unsigned *out_len)
{
	char clear[CLEAR_MAX + 1] = "";
	long len = token->kind == SERVE_BASE64 ? decode(token, clear) : 0;
	const char *in = token->kind == SERVE_ABSENT ? NULL : clear;
	int code = SASL_BADPROT;
	bool scram = mechanism_facts(login->judge.first.mechanism)->scram;
	text_wipe(token, sizeof *token);
	login->garbled = len < 0;
	if (len > 0 && scram && !login->heard) {
		login->heard = true;
		if (!bind_channel(login, clear, (size_t)len))
			return SASL_BADBINDING;
	}
	if (login->judge.first.mechanism == MECHANISM_GSSAPI && in != NULL && !login->heard) {
		login->heard = true;
		if (len >= 0 && !is_kerberos(clear, (size_t)len))
			len = -1;
	}
	if (len >= 0)
		code = is_first ? sasl_server_start(login->sasl, sasl_name(login), in,
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

/* Whether a code that is no yes is the store's fault, and not the client's. ldapdb says the same of
 * an unknown user; and of GSSAPI, once the ticket was taken, it is the client's word that is bad.
 */
static bool is_stores_fault(const struct login *login, int code)
{
	const struct judge *judge = &login->judge;
	if (!judge->done && code == SASL_UNAVAIL)
		return true;
	if (!judge_is_sasls(judge) || code == SASL_OK)
		return false;
	return login->plugin.complained ||
	       (code == SASL_FAIL && strcmp(judge->first.plugin, "ldapdb") != 0 &&
		       (judge->first.mechanism != MECHANISM_GSSAPI || !login->challenged));
}

/* What SASL's last word makes of the verdict. Of a mechanism that brings a proof, SASL has checked
 * that against the verifier that find() gave it; where a password was judged here, SASL can only
 * undo a yes (another identity was asked for than the one that was proved). */
static void conclude(struct login *login, int code)
{
	struct judge *judge = &login->judge;
	const struct wire_verdict *verdict = &judge->verdict;
	const void *user = NULL;
	if (login->garbled) {
		judge_say(judge, NO, REASON_MALFORMED);
		return;
	}
	if (!judge->done && code == SASL_NOMECH)
		judge_say(judge, CANNOT_TELL, REASON_PLUGIN);
	else if (is_stores_fault(login, code))
		judge_say(judge, CANNOT_TELL, REASON_STORE);
	else if (mechanism_facts(judge->first.mechanism)->proof ||
		 (judge_is_sasls(judge) && !judge->done))
		judge_proof(
			judge, code == SASL_OK ? PROOF_GOOD
			       : code == SASL_BADAUTH || code == SASL_NOUSER ||
					       (code == SASL_FAIL && *judge->first.plugin != '\0')
				       ? PROOF_WRONG
			       : code == SASL_BADPROT && !login->challenged ? PROOF_MALFORMED
									    : PROOF_OTHER);
	else if (judge->first.mechanism == MECHANISM_EXTERNAL && code == SASL_OK)
		judge_vouched(judge);
	else if (!judge->done && code == SASL_BADPROT)
		judge_say(judge, NO, REASON_MALFORMED);
	else if (!judge->done || (verdict->verdict == YES && code != SASL_OK))
		judge_say(judge, NO, REASON_MECHANISM);
	if (verdict->verdict == YES &&
		(sasl_getprop(login->sasl, SASL_USERNAME, &user) != SASL_OK || user == NULL ||
			strcmp(user, judge->name) != 0))
		judge_say(judge, NO, REASON_MECHANISM);
	if (verdict->verdict != YES)
		judge->verdict.renew = 0;
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
			judge_say(&login->judge, NO, REASON_CANCELLED);
		if (token.kind == SERVE_CANCELLED || login->hopeless) {
			text_wipe(&token, sizeof token);
			return;
		}
		int code = step(login, &token, is_first, &out, &out_len);
		if (code != SASL_CONTINUE) {
			conclude(login, code);
			return;
		}
		login->challenged |= out_len > 0;
		challenge(out, out_len);
	}
}

/* Whether SASL will find random octets. Where it does not, it goes on without a word and draws its
 * nonces from the clock. */
static bool have_random(void)
{
	char octets[16];
	int fd = open("/dev/urandom", O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, octets, sizeof octets);
	if (fd >= 0)
		close(fd);
	return got == sizeof octets;
}

int main(int argc, char **argv)
{
	struct login login = {0};
	sasl_callback_t callbacks[PLUGIN_CALLBACKS];
	bool check_only =
		duty_called(argc, argv, "postern-auth", "smtpd starts this program for each login");
	judge_begin(&login.judge);
	serve_begin(&login.judge.first, check_only);
	/* Whom a certificate or a ticket names, SASL's own store need not know, nor be there. */
	if (login.judge.first.mechanism == MECHANISM_EXTERNAL ||
		login.judge.first.mechanism == MECHANISM_GSSAPI)
		login.judge.first.plugin[0] = '\0';
	login.plugin.judge = &login.judge;
	plugin_callbacks(&login.plugin, callbacks);
	prepare(&login, callbacks);
	serve_jail(&login.judge.first);
	if (mechanism_facts(login.judge.first.mechanism)->proof && !have_random())
		duty_fail("/dev/urandom cannot be read within the jail");
	if (!check_only)
		exchange(&login);
	else if (!login.hopeless)
		judge_say(&login.judge, YES, REASON_NONE);
	judge_close(&login.judge);
	serve_verdict(&login.judge.verdict);
}

/* One value of each kind of setting: judged, and put into its field.
 * Runs in: smtpd before the fork, and postern. Trusts: nothing; pure. */
#include "base/kind.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"
#include "base/settings.h"

enum {
	SIZE_MOST = INT_MAX, /* what every sendmail program can count */
	COUNT_MOST = 1000000,
	TIME_MOST = 365 * 86400
};

/* --- one value of each kind: NULL and the field, or what is wrong and what to write --- */

const char *kind_HOSTNAME(void *field, const char *value)
{
	if (!address_domain(value, strlen(value)) ||
		!text_copy(field, sizeof(setting_HOSTNAME), value))
		return "is no full host name; write one like mail.your.domain";
	return NULL;
}

const char *kind_PATH(void *field, const char *value)
{
	if (value[0] != '/')
		return "is no absolute path; write one that begins with /";
	text_copy(field, sizeof(setting_PATH), value);
	return NULL;
}

/* Kept in lower case, as canonical logins are: one realm, one account. */
const char *kind_REALM(void *field, const char *value)
{
	char *realm = field;
	size_t i;

	for (i = 0; value[i]; i++) {
		bool upper = value[i] >= 'A' && value[i] <= 'Z';

		if (!upper && !strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", value[i]))
			return "is no realm; write letters, digits, dots and hyphens";
		realm[i] = upper ? (char)(value[i] - 'A' + 'a') : value[i];
	}
	return NULL;
}

const char *kind_MAILBOX(void *field, const char *value)
{
	if (address_check(value, ADDRESS_SENDER) != ADDRESS_FINE)
		return "is no mail address; write one like name@your.domain";
	text_copy(field, sizeof(setting_MAILBOX), value);
	return NULL;
}

const char *kind_SIZE(void *field, const char *value)
{
	unsigned long long number;

	if (!text_to_number(value, SIZE_MOST, &number) || number == 0)
		return "is no size; write octets in plain digits, 1 to 2147483647";
	*(setting_SIZE *)field = number;
	return NULL;
}

const char *kind_COUNT(void *field, const char *value)
{
	unsigned long long number;

	if (!text_to_number(value, COUNT_MOST, &number) || number == 0)
		return "is no such number; write 1 to 1000000";
	*(setting_COUNT *)field = (setting_COUNT)number;
	return NULL;
}

const char *kind_RATE(void *field, const char *value)
{
	unsigned long long number;

	if (!text_to_number(value, COUNT_MOST, &number))
		return "is no such number; write 0 to 1000000";
	*(setting_RATE *)field = (setting_RATE)number;
	return NULL;
}

const char *kind_ITERATIONS(void *field, const char *value)
{
	unsigned long long number;

	if (!text_to_number(value, 65536, &number) || number < 4096)
		return "is no number of iterations; write 4096 to 65536";
	*(setting_ITERATIONS *)field = (setting_ITERATIONS)number;
	return NULL;
}

const char *kind_TIME(void *field, const char *value)
{
	static const char wrong[] =
		"is no time; write a number above 0 and s, m, h or d (at most 365d)";
	unsigned long long number, unit = 1;
	size_t len = strlen(value);
	char digits[SETTINGS_LINE_MAX + 1];

	text_copy(digits, sizeof digits, value);
	if (len > 0 && strchr("smhd", value[len - 1])) {
		unit = value[len - 1] == 's'   ? 1
		       : value[len - 1] == 'm' ? 60
		       : value[len - 1] == 'h' ? 3600
					       : 86400;
		digits[len - 1] = '\0';
	}
	if (!text_to_number(digits, TIME_MOST / unit, &number) || number == 0)
		return wrong;
	*(setting_TIME *)field = (setting_TIME)(number * unit);
	return NULL;
}

/* The place of the value in a list of words, or `words` if it is not among them. */
static size_t choose(const char *value, const char *const *list, size_t words)
{
	size_t i;

	for (i = 0; i < words && strcmp(value, list[i]) != 0; i++)
		;
	return i;
}

const char *kind_YESNO(void *field, const char *value)
{
	static const char *const words[] = {"no", "yes"};
	size_t chosen = choose(value, words, 2);

	*(setting_YESNO *)field = chosen == 1;
	return chosen < 2 ? NULL : "is neither yes nor no; write one of them";
}

const char *kind_CHOICE(void *field, const char *value)
{
	static const char *const words[] = {"reject", "accept"};
	size_t chosen = choose(value, words, 2);

	*(setting_CHOICE *)field = chosen == 1;
	return chosen < 2 ? NULL : "is neither accept nor reject; write one of them";
}

const char *kind_TLSVERSION(void *field, const char *value)
{
	static const char *const words[] = {"1.0", "1.1", "1.2", "1.3"};
	size_t chosen = choose(value, words, 4);

	*(setting_TLSVERSION *)field = 10 + (unsigned)chosen;
	return chosen < 4 ? NULL : "is no version of TLS; write 1.0, 1.1, 1.2 or 1.3";
}

const char *kind_RECIPIENTS(void *field, const char *value)
{
	static const char *const words[] = {"auto", "headers", "arguments"};
	size_t chosen = choose(value, words, 3);

	*(setting_RECIPIENTS *)field = (enum recipients)chosen;
	return chosen < 3 ? NULL : "is no such way; write auto, headers or arguments";
}

const char *kind_PASSWORDS(void *field, const char *value)
{
	static const char *const words[] = {"accounts", "shadow", "saslauthd", "sasldb"};
	struct password_store *store = field;
	const char *plugin = text_behind(value, "auxprop:");
	size_t chosen = choose(value, words, 4);

	if (!plugin && chosen == 4)
		return "is no store of passwords; write accounts, shadow, saslauthd, sasldb or "
		       "auxprop:NAME";
	store->kind = plugin ? PASSWORDS_AUXPROP : (enum passwords)chosen;
	if (!plugin)
		plugin = chosen == PASSWORDS_SASLDB ? "sasldb" : "";
	else if (!*plugin ||
		 strspn(plugin, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(plugin))
		return "names no plugin of SASL; write auxprop:sql or auxprop:ldapdb";
	if (!text_copy(store->plugin, sizeof store->plugin, plugin))
		return "names a plugin by over 31 letters; write auxprop:sql or auxprop:ldapdb";
	return NULL;
}

const char *kind_LOG(void *field, const char *value)
{
	static const char *const words[] = {"syslog", "stderr"};
	size_t chosen = choose(value, words, 2);

	if (chosen == 2)
		return "is no place for log lines; write syslog or stderr";
	*(setting_LOG *)field = (enum log_where)chosen;
	return NULL;
}

/* uid:gid[,gid…]: the number up to `end`, which moves behind it. */
static bool take_id(const char **at, unsigned *id)
{
	char digits[16];
	size_t len = strspn(*at, "0123456789");
	unsigned long long number;

	if (len == 0 || len >= sizeof digits)
		return false;
	memcpy(digits, *at, len);
	digits[len] = '\0';
	*at += len;
	*id = 0;
	if (!text_to_number(digits, UINT32_MAX - 1, &number)) /* the last one means "leave it" */
		return false;
	*id = (unsigned)number;
	return true;
}

const char *kind_IDENTITY(void *field, const char *value)
{
	static const char wrong[] = "is nobody; write a name of /etc/passwd, or uid:gid[,gid...]";
	static const char name_octets[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	struct identity *who = field;
	const char *at = value;

	text_copy(who->name, sizeof who->name, value);
	if (!strchr(value, ':')) /* looked up by find_identities(), once the file was good */
		return strchr("-.0123456789", value[0]) || value[strspn(value, name_octets)] ? wrong
											     : NULL;
	if (!take_id(&at, &who->uid) || *at++ != ':' || !take_id(&at, &who->gid))
		return wrong;
	while (*at) {
		if (who->group_count == GROUPS_MAX)
			return "has over 32 further groups; write fewer";
		if (*at++ != ',' || !take_id(&at, &who->groups[who->group_count++]))
			return wrong;
	}
	who->found = true;
	return NULL;
}

/* --- one word of each kind of list --- */

const char *kind_NETWORKS(void *field, const char *word)
{
	struct networks *networks = field;
	const char *wrong;

	if (networks->count == NETWORKS_MAX)
		return "is one too many; a list has room for 100 networks";
	wrong = network_parse(word, &networks->list[networks->count]);
	if (!wrong)
		networks->count++;
	return wrong;
}

const char *kind_DOMAINS(void *field, const char *word)
{
	struct domain_list *domains = field;

	if (domains->count == SETTINGS_DOMAINS_MAX)
		return "is one too many: a list has room for 16 domains";
	if (!address_domain(word, strlen(word)))
		return "is no domain; write one like your.domain";
	text_copy(domains->list[domains->count++], SETTINGS_LINE_MAX + 1, word);
	return NULL;
}

const char *kind_MECHANISMS(void *field, const char *word)
{
	struct mechanism_list *mechanisms = field;
	size_t len = strlen(word), i;
	enum mechanism mechanism = mechanism_named(word, len);

	if (mechanism_is_bound(mechanism))
		return "is covered by the mechanism's plain name; write that, without -PLUS";
	if (mechanism == MECHANISMS)
		return "is no mechanism of this program; postern.conf(5) names them";
	for (i = 0; i < mechanisms->count; i++)
		if (mechanisms->list[i] == mechanism)
			return "stands twice; write it once";
	/* The stronger one first: many a client takes the first that it knows. */
	if (mechanism_bound(mechanism) != MECHANISMS)
		mechanisms->list[mechanisms->count++] = mechanism_bound(mechanism);
	mechanisms->list[mechanisms->count++] = mechanism;
	return NULL;
}

/* In the order of the bits of enum layer. */
static const char *const layer_words[LAYERS] = {"chroot", "landlock", "seccomp", "limits"};

const char *kind_layer(unsigned number)
{
	return layer_words[number];
}

const char *kind_LAYERS(void *field, const char *word)
{
	setting_LAYERS *layers = field, layer = 1U << choose(word, layer_words, LAYERS);

	if (layer > LAYERS_ALL)
		return "is no layer; write some of chroot, landlock, seccomp and limits, or none";
	if (*layers & layer)
		return "stands twice; write it once";
	*layers |= layer;
	return NULL;
}

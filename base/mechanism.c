/* The SASL mechanisms that this program knows by name, in one table.
 * Runs in: every process. Trusts: nothing; no SASL is called here. */
#include "base/mechanism.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* A SCRAM mechanism, and the same with channel binding. */
#define SCRAM(number, name)                                                                        \
	[MECHANISM_SCRAM_##number##_PLUS] = {"SCRAM-" name "-PLUS", "libscram.so", false, true,    \
		true, true, MECHANISM_SCRAM_##number},                                             \
	[MECHANISM_SCRAM_##number] = {                                                             \
		"SCRAM-" name, "libscram.so", false, true, true, true, MECHANISM_SCRAM_##number}
/* Any other. */
#define OTHER(number, name, plugin, clear, proof)                                                  \
	[MECHANISM_##number] = {name, plugin, clear, true, false, proof, MECHANISM_##number}

static const struct mechanism_facts table[MECHANISMS] = {
	SCRAM(SHA_512, "SHA-512"),
	SCRAM(SHA_384, "SHA-384"),
	SCRAM(SHA_256, "SHA-256"),
	SCRAM(SHA_224, "SHA-224"),
	SCRAM(SHA_1, "SHA-1"),
	OTHER(PLAIN, "PLAIN", "libplain.so", true, false),
	OTHER(LOGIN, "LOGIN", NULL, true, false),
	OTHER(CRAM_MD5, "CRAM-MD5", "libcrammd5.so", false, true),
	OTHER(DIGEST_MD5, "DIGEST-MD5", "libdigestmd5.so", false, true),
	OTHER(EXTERNAL, "EXTERNAL", NULL, false, false),
	OTHER(GSSAPI, "GSSAPI", "libgssapiv2.so", false, false),
};

const struct mechanism_facts *mechanism_facts(enum mechanism mechanism)
{
	return &table[mechanism];
}

enum mechanism mechanism_named(const char *name, size_t len)
{
	size_t number = 0;
	for (; number < MECHANISMS; number++) {
		const char *known = table[number].name;
		char copy[32];
		if (len != strlen(known) || len >= sizeof copy)
			continue;
		memcpy(copy, name, len);
		copy[len] = '\0';
		if (text_same(copy, known))
			break;
	}
	return (enum mechanism)number;
}

bool mechanism_is_bound(enum mechanism mechanism)
{
	return mechanism < MECHANISMS && table[mechanism].plain != mechanism;
}

enum mechanism mechanism_bound(enum mechanism mechanism)
{
	size_t number = 0;
	while (number < MECHANISMS && (number == mechanism || table[number].plain != mechanism))
		number++;
	return (enum mechanism)number;
}

bool mechanism_in(mechanism_set set, enum mechanism mechanism)
{
	return mechanism < MECHANISMS && (set >> mechanism & 1) != 0;
}

bool mechanism_installed(enum mechanism mechanism)
{
	TEXT(path, 4096);
	const char *plugin = table[mechanism].plugin;
	/* Without it SASL would draw its nonces from the clock and the process's number. */
	if (table[mechanism].proof && access("/dev/urandom", R_OK) != 0)
		return false;
	if (plugin == NULL)
		return true;
	text_add(&path, SASL_PLUGINS "/");
	text_add(&path, plugin);
	return !path.cut && access(text_string(&path), R_OK) == 0;
}

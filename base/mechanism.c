/* The SASL mechanisms that this program knows by name, in one table.
 * Runs in: every process. Trusts: nothing; no SASL is called here. */
#include "base/mechanism.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const struct mechanism_facts table[MECHANISMS] = {
	[MECHANISM_SCRAM_SHA_512] = {"SCRAM-SHA-512", "libscram.so", false, false},
	[MECHANISM_SCRAM_SHA_384] = {"SCRAM-SHA-384", "libscram.so", false, false},
	[MECHANISM_SCRAM_SHA_256] = {"SCRAM-SHA-256", "libscram.so", false, false},
	[MECHANISM_SCRAM_SHA_224] = {"SCRAM-SHA-224", "libscram.so", false, false},
	[MECHANISM_SCRAM_SHA_1] = {"SCRAM-SHA-1", "libscram.so", false, false},
	[MECHANISM_PLAIN] = {"PLAIN", "libplain.so", true, true},
	[MECHANISM_LOGIN] = {"LOGIN", "liblogin.so", true, true},
	[MECHANISM_CRAM_MD5] = {"CRAM-MD5", "libcrammd5.so", false, false},
	[MECHANISM_DIGEST_MD5] = {"DIGEST-MD5", "libdigestmd5.so", false, false},
	[MECHANISM_EXTERNAL] = {"EXTERNAL", NULL, false, false},
	[MECHANISM_GSSAPI] = {"GSSAPI", "libgssapiv2.so", false, false},
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

bool mechanism_in(mechanism_set set, enum mechanism mechanism)
{
	return mechanism < MECHANISMS && (set >> mechanism & 1) != 0;
}

bool mechanism_installed(enum mechanism mechanism)
{
	TEXT(path, 4096);
	const char *plugin = table[mechanism].plugin;
	if (plugin == NULL)
		return true;
	text_add(&path, SASL_PLUGINS "/");
	text_add(&path, plugin);
	return !path.cut && access(text_string(&path), R_OK) == 0;
}

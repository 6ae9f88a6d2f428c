/* The table of password stores, the one canonical form of a login, and what a new password may
 * be.
 * Runs in: monitor, postern-auth, postern. Trusts: nothing; pure. */
#include "store/passwords.h"

#include <string.h>

#include "base/wire.h"
#include "store/verifier.h"

#define BIT(name)   ((mechanism_set)1 << MECHANISM_##name)
#define SCRAM(bits) (BIT(SCRAM_SHA_##bits) | BIT(SCRAM_SHA_##bits##_PLUS))

#define SCRAMS (SCRAM(512) | SCRAM(384) | SCRAM(256) | SCRAM(224) | SCRAM(1))
/* Who it is comes from elsewhere: a certificate, a ticket. */
#define NO_PASSWORD (BIT(EXTERNAL) | BIT(GSSAPI))

/* What each store can serve. */
static const mechanism_set serves[] = {
	/* The accounts keep verifiers, and none of a password itself. */
	[PASSWORDS_ACCOUNTS] =
		SCRAMS | BIT(PLAIN) | BIT(LOGIN) | BIT(CRAM_MD5) | BIT(DIGEST_MD5) | NO_PASSWORD,
	/* A password that crosses is all that these can check. */
	[PASSWORDS_SHADOW] = BIT(PLAIN) | BIT(LOGIN) | NO_PASSWORD,
	[PASSWORDS_SASLAUTHD] = BIT(PLAIN) | BIT(LOGIN) | NO_PASSWORD,
	/* SASL's own stores give it the password in clear. */
	[PASSWORDS_SASLDB] =
		SCRAMS | BIT(PLAIN) | BIT(LOGIN) | BIT(CRAM_MD5) | BIT(DIGEST_MD5) | NO_PASSWORD,
	[PASSWORDS_AUXPROP] =
		SCRAMS | BIT(PLAIN) | BIT(LOGIN) | BIT(CRAM_MD5) | BIT(DIGEST_MD5) | NO_PASSWORD,
};

enum { NAME_MAX_OCTETS = 64 };

mechanism_set passwords_serve(enum passwords passwords)
{
	return (size_t)passwords < sizeof serves / sizeof *serves ? serves[passwords] : 0;
}

/* Appends octets of the allowed kind in lower case; returns how many there were. */
static size_t add_lower(struct text *text, const char *from, const char *also, size_t most)
{
	size_t len = 0;
	for (; len < most && from[len] != '\0'; len++) {
		char octet = from[len];
		if (!text_letter_or_digit(octet) && strchr(also, octet) == NULL)
			break;
		text_octet(text, octet >= 'A' && octet <= 'Z' ? (char)(octet - 'A' + 'a') : octet);
	}
	return len;
}

const char *passwords_login(const char *name, const char *realm, struct text *canonical)
{
	text_clear(canonical);
	size_t len = add_lower(canonical, name, "._+=-'&", NAME_MAX_OCTETS);
	const char *rest = name + len;
	if (len == 0 && (*rest == '\0' || *rest == '@'))
		return "a login name cannot be empty";
	if (*name == '-')
		return "a login name cannot begin with -";
	if (len == NAME_MAX_OCTETS && *rest != '\0' && *rest != '@')
		return "a login name has at most 64 octets before its @";
	if (*rest != '\0' && *rest != '@')
		return "a login name has only letters, digits and . _ + = - ' & before its @";
	if (*rest == '@')
		realm = rest + 1;
	if (*rest == '@' || *realm != '\0') {
		text_octet(canonical, '@');
		len = add_lower(canonical, realm, ".-", WIRE_LOGIN_MAX);
		if (len == 0 || realm[len] != '\0')
			return "a realm has only letters, digits, . and -, and at least one";
	}
	text_string(canonical);
	return canonical->cut || canonical->len > WIRE_LOGIN_MAX
		       ? "a login name has at most 255 octets with its realm"
		       : NULL;
}

bool passwords_canonical(const char *login, const char *realm)
{
	TEXT(canonical, WIRE_LOGIN_MAX + 1);
	return passwords_login(login, realm, &canonical) == NULL &&
	       strcmp(login, canonical.at) == 0;
}

/* Takes one character of UTF-8 (RFC 3629: shortest form, no surrogates). False: it is none. */
static bool take_character(const unsigned char **at, const unsigned char *end, unsigned *character)
{
	static const unsigned least[] = {0, 0x80, 0x800, 0x10000};
	unsigned first = *(*at)++;
	size_t more = first < 0x80   ? 0
		      : first < 0xC0 ? 4
		      : first < 0xE0 ? 1
		      : first < 0xF0 ? 2
		      : first < 0xF8 ? 3
				     : 4;
	if (more > 3 || (size_t)(end - *at) < more)
		return false;
	*character = more == 0 ? first : first & (0x3FU >> more);
	for (size_t i = 0; i < more; i++) {
		unsigned next = *(*at)++;
		if ((next & 0xC0) != 0x80)
			return false;
		*character = *character << 6 | (next & 0x3F);
	}
	return *character >= least[more] && *character <= 0x10FFFF &&
	       (*character < 0xD800 || *character > 0xDFFF);
}

const char *passwords_new(const char *password, size_t len)
{
	const unsigned char *at = (const unsigned char *)password, *end = at + len;
	unsigned character;
	if (len == 0)
		return "a password cannot be empty";
	if (len > PASSWORD_MAX)
		return "a password has at most 1024 octets";
	while (at < end) {
		if (!take_character(&at, end, &character))
			return "a password must be UTF-8";
		if (character < 0x20 || (character >= 0x7F && character <= 0x9F))
			return "a password cannot have control characters in it";
	}
	return NULL;
}

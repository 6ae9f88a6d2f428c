/* A password to SCRAM verifiers (RFC 5803), the check against one, and keyed hashes. The one room
 * that sees nettle.
 * Runs in: postern-auth (checks), postern (makes). Trusts: nothing; pure but for randomness. */
#ifndef STORE_VERIFIER_H
#define STORE_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mechanism.h"
#include "base/text.h"
#include "base/wire.h"

enum {
	VERIFIER_MAX = 320,               /* octets of one verifier as text, with its NUL */
	VERIFIERS_MAX = 1600,             /* of all of one account, a newline between two */
	VERIFIER_ITERATIONS_LEAST = 4096, /* RFC 7677 4 */
	VERIFIER_ITERATIONS_MOST = 65536, /* more, Cyrus's clients refuse */
	PASSWORD_MAX = 1024
};

/* Makes verifiers of the password, each with a fresh random salt of 16 octets, a newline between
 * two: that of SCRAM-SHA-256 first, which is always kept and which PLAIN and LOGIN are checked
 * against, then those of the other SCRAM mechanisms in `kept`. One is
 * SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey. False: no randomness, or the text has no room.
 */
bool verifier_make(const char *password, size_t len, unsigned iterations, mechanism_set kept,
	struct text *verifiers);

/* Makes a verifier for a SCRAM mechanism that no password fits, whose salt hangs on `seed` alone:
 * for names that are no account, and accounts that have none for this mechanism. */
void verifier_stand_in(const unsigned char seed[WIRE_KEY], enum mechanism scram,
	unsigned iterations, struct text *verifier);

/* Takes the verifier of this SCRAM mechanism out of those of an account. False: there is none, or
 * it is malformed; then *one is "". */
bool verifier_find(const char *verifiers, enum mechanism scram, char one[VERIFIER_MAX]);

/* Whether the password fits the verifier: YES, NO, or CANNOT_TELL when the verifier is malformed.
 * Does the work of `most` iterations whatever the answer, if that is more than its own. */
enum verdict verifier_check(const char *verifier, const char *password, size_t len, unsigned most);

enum { SECRET_MAX = 32 /* octets of a secret of CRAM-MD5 or DIGEST-MD5 */ };

/* Makes what CRAM-MD5 or DIGEST-MD5 keep of a password: not the password, but as good as it for
 * that mechanism. `realm` is the host's name, which DIGEST-MD5 tells its clients. Returns its
 * octets, 0 for any other mechanism. */
size_t verifier_secret(enum mechanism mechanism, const char *login, const char *realm,
	const char *password, size_t len, unsigned char secret[SECRET_MAX]);

/* The verifier's iterations; 0 if it is malformed. */
unsigned verifier_iterations(const char *verifier);

/* The iterations of the first good verifier of an account, whatever its mechanism; 0: there is
 * none.
 */
unsigned verifier_any_iterations(const char *verifiers);

/* HMAC-SHA-256 with the site secret over `label`, a NUL and the octets: 32 octets that nobody
 * without the secret can make. */
void verifier_keyed(const unsigned char secret[WIRE_KEY], const char *label, const void *octets,
	size_t len, unsigned char key[WIRE_KEY]);

/* Fills with random octets from the kernel. False: there are none. */
bool verifier_random(void *octets, size_t len);

#endif

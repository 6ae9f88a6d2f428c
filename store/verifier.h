/* A password to a SCRAM-SHA-256 verifier (RFC 5803), the check against it, and keyed hashes. The
 * one room that sees nettle.
 * Runs in: postern-auth (checks), postern (makes). Trusts: nothing; pure but for randomness. */
#ifndef STORE_VERIFIER_H
#define STORE_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "base/wire.h"

enum {
	VERIFIER_MAX = 192,               /* octets of one verifier as text, with its NUL */
	VERIFIER_ITERATIONS_LEAST = 4096, /* RFC 7677 4 */
	VERIFIER_ITERATIONS_MOST = 65536, /* more, Cyrus's clients refuse */
	PASSWORD_MAX = 1024
};

/* Makes a verifier of the password with a fresh random salt of 16 octets:
 * SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey. False: no randomness, or the text has no room.
 */
bool verifier_make(const char *password, size_t len, unsigned iterations, struct text *verifier);

/* Makes a verifier that no password fits, whose salt hangs on `seed` alone: for names that are no
 * account. */
void verifier_stand_in(
	const unsigned char seed[WIRE_KEY], unsigned iterations, struct text *verifier);

/* Whether the password fits the verifier: YES, NO, or CANNOT_TELL when the verifier is malformed.
 * Does the work of `most` iterations whatever the answer, if that is more than its own. */
enum verdict verifier_check(const char *verifier, const char *password, size_t len, unsigned most);

/* The verifier's iterations; 0 if it is malformed. */
unsigned verifier_iterations(const char *verifier);

/* HMAC-SHA-256 with the site secret over `label`, a NUL and the octets: 32 octets that nobody
 * without the secret can make. */
void verifier_keyed(const unsigned char secret[WIRE_KEY], const char *label, const void *octets,
	size_t len, unsigned char key[WIRE_KEY]);

/* Fills with random octets from the kernel. False: there are none. */
bool verifier_random(void *octets, size_t len);

#endif

/* The SASL mechanisms that this program knows by name, in one table.
 * Runs in: every process. Trusts: nothing; no SASL is called here. */
#ifndef BASE_MECHANISM_H
#define BASE_MECHANISM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The order is the table's in mechanism.c, and of no other meaning: clients are told the order of
 * the settings. A number of this list is what crosses a wire. */
enum mechanism {
	MECHANISM_SCRAM_SHA_512_PLUS,
	MECHANISM_SCRAM_SHA_512,
	MECHANISM_SCRAM_SHA_384_PLUS,
	MECHANISM_SCRAM_SHA_384,
	MECHANISM_SCRAM_SHA_256_PLUS,
	MECHANISM_SCRAM_SHA_256,
	MECHANISM_SCRAM_SHA_224_PLUS,
	MECHANISM_SCRAM_SHA_224,
	MECHANISM_SCRAM_SHA_1_PLUS,
	MECHANISM_SCRAM_SHA_1,
	MECHANISM_PLAIN,
	MECHANISM_LOGIN,
	MECHANISM_CRAM_MD5,
	MECHANISM_DIGEST_MD5,
	MECHANISM_EXTERNAL,
	MECHANISM_GSSAPI,
	MECHANISMS
};

/* A set of mechanisms: bit n is mechanism n. */
typedef uint32_t mechanism_set;

/* What is known of one mechanism. */
struct mechanism_facts {
	const char *name;   /* as clients and settings write it */
	const char *plugin; /* its file in SASL's folder of plugins; NULL: SASL has it built in, or
			       we have */
	bool clear;  /* the password itself crosses: only over TLS or from cleartext_networks */
	bool served; /* built; one that is not is never offered */
	bool scram;  /* of the SCRAM family (RFC 5802) */
	bool proof;  /* the client proves that it knows the password, and SASL checks that: with
			random  octets of /dev/urandom */
	enum mechanism plain; /* of a -PLUS: the same without channel binding, and its name for
				 SASL; else itself */
};

/* The facts of a mechanism; the number must be below MECHANISMS. */
const struct mechanism_facts *mechanism_facts(enum mechanism mechanism);

/* The number of the mechanism with this name, in any case of letters; MECHANISMS if there is none.
 */
enum mechanism mechanism_named(const char *name, size_t len);

/* The mechanism with channel binding of a SCRAM mechanism; MECHANISMS where there is none. */
enum mechanism mechanism_bound(enum mechanism mechanism);

/* Whether the mechanism is one with channel binding. */
bool mechanism_is_bound(enum mechanism mechanism);

/* Whether the set has the mechanism in it. */
bool mechanism_in(mechanism_set set, enum mechanism mechanism);

/* Whether its plugin lies in SASL's folder of plugins, which is fixed at build time, and what it
 * needs of the host is there. */
bool mechanism_installed(enum mechanism mechanism);

#endif

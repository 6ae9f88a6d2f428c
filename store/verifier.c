/* A password to a SCRAM-SHA-256 verifier (RFC 5802, 5803, 7677), the check against it, and keyed
 * hashes.
 * Runs in: postern-auth (checks), postern (makes). Trusts: nothing; pure but for randomness.
 *
 * The iterations are written out here and not left to the library's PBKDF2: so every check is one
 * loop over the same number of rounds, whatever the verifier asks for, and its time tells
 * nothing. */
#include "store/verifier.h"

#include <errno.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

static const char scheme[] = "SCRAM-SHA-256";

enum { HASH = SHA256_DIGEST_SIZE, SALT_MADE = 16, SALT_MAX = 64 };

/* A verifier taken apart. */
struct parts {
	unsigned iterations;
	size_t salt_len;
	uint8_t salt[SALT_MAX], stored[HASH], server[HASH];
};

bool verifier_random(void *octets, size_t len)
{
	uint8_t *at = octets;
	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
	return true;
}

void verifier_keyed(const unsigned char secret[WIRE_KEY], const char *label, const void *octets,
	size_t len, unsigned char key[WIRE_KEY])
{
	struct hmac_sha256_ctx hmac;
	hmac_sha256_set_key(&hmac, WIRE_KEY, secret);
	hmac_sha256_update(&hmac, strlen(label) + 1, (const uint8_t *)label);
	hmac_sha256_update(&hmac, len, octets);
	hmac_sha256_digest(&hmac, WIRE_KEY, key);
	text_wipe(&hmac, sizeof hmac);
}

/* RFC 5802's Hi(), the rounds of its PBKDF2; then goes on in vain until `work` rounds are done. */
static void derive(const char *password, size_t len, const struct parts *parts, unsigned work,
	uint8_t salted[HASH])
{
	static const uint8_t block[4] = {0, 0, 0, 1};
	struct hmac_sha256_ctx hmac;
	uint8_t round[HASH];
	hmac_sha256_set_key(&hmac, len, (const uint8_t *)password);
	hmac_sha256_update(&hmac, parts->salt_len, parts->salt);
	hmac_sha256_update(&hmac, sizeof block, block);
	hmac_sha256_digest(&hmac, HASH, round);
	memcpy(salted, round, HASH);
	for (unsigned done = 1; done < work || done < parts->iterations; done++) {
		uint8_t counts = done < parts->iterations ? 0xFF : 0;
		hmac_sha256_update(&hmac, HASH, round);
		hmac_sha256_digest(&hmac, HASH, round);
		for (size_t i = 0; i < HASH; i++)
			salted[i] ^= round[i] & counts;
	}
	text_wipe(&hmac, sizeof hmac);
	text_wipe(round, sizeof round);
}

static void keyed_word(const uint8_t salted[HASH], const char *word, uint8_t key[HASH])
{
	struct hmac_sha256_ctx hmac;
	hmac_sha256_set_key(&hmac, HASH, salted);
	hmac_sha256_update(&hmac, strlen(word), (const uint8_t *)word);
	hmac_sha256_digest(&hmac, HASH, key);
	text_wipe(&hmac, sizeof hmac);
}

static void stored_key(const uint8_t salted[HASH], uint8_t stored[HASH])
{
	struct sha256_ctx sha;
	uint8_t client[HASH];
	keyed_word(salted, "Client Key", client);
	sha256_init(&sha);
	sha256_update(&sha, HASH, client);
	sha256_digest(&sha, HASH, stored);
	text_wipe(client, sizeof client);
	text_wipe(&sha, sizeof sha);
}

static void add_base64(struct text *text, const uint8_t *octets, size_t len)
{
	char room[BASE64_ENCODE_RAW_LENGTH(SALT_MAX)];
	base64_encode_raw(room, len, octets);
	text_octets(text, room, BASE64_ENCODE_RAW_LENGTH(len));
}

static void add_parts(struct text *text, const struct parts *parts)
{
	text_add(text, scheme);
	text_octet(text, '$');
	text_number(text, parts->iterations);
	text_octet(text, ':');
	add_base64(text, parts->salt, parts->salt_len);
	text_octet(text, '$');
	add_base64(text, parts->stored, HASH);
	text_octet(text, ':');
	add_base64(text, parts->server, HASH);
	text_string(text);
}

bool verifier_make(const char *password, size_t len, unsigned iterations, struct text *verifier)
{
	struct parts parts = {.iterations = iterations, .salt_len = SALT_MADE};
	uint8_t salted[HASH];
	if (iterations == 0 || iterations > VERIFIER_ITERATIONS_MOST ||
		!verifier_random(parts.salt, SALT_MADE))
		return false;
	derive(password, len, &parts, 0, salted);
	stored_key(salted, parts.stored);
	keyed_word(salted, "Server Key", parts.server);
	text_wipe(salted, sizeof salted);
	add_parts(verifier, &parts);
	return !verifier->cut;
}

void verifier_stand_in(
	const unsigned char seed[WIRE_KEY], unsigned iterations, struct text *verifier)
{
	/* Keys that are no hash of anything: nobody has the octets that StoredKey would be made of.
	 */
	struct parts parts = {.iterations = iterations, .salt_len = SALT_MADE};
	uint8_t salt[HASH];
	verifier_keyed(seed, "salt", "", 0, salt);
	memcpy(parts.salt, salt, SALT_MADE);
	verifier_keyed(seed, "StoredKey", "", 0, parts.stored);
	verifier_keyed(seed, "ServerKey", "", 0, parts.server);
	add_parts(verifier, &parts);
}

/* Copies what stands at *rest before `end` ('\0': all of it) and moves behind it. False when there
 * is no such end, or no room. */
static bool take(const char **rest, char end, char *piece, size_t size)
{
	const char *at = strchr(*rest, end);
	if (at == NULL || (size_t)(at - *rest) >= size)
		return false;
	memcpy(piece, *rest, (size_t)(at - *rest));
	piece[at - *rest] = '\0';
	*rest = end == '\0' ? at : at + 1;
	return true;
}

/* Standard base64 with its padding to 1 to `most` octets; 0 if it is anything else. The library
 * skips blanks, so they are looked for first. */
static size_t take_base64(const char *piece, uint8_t *octets, size_t most)
{
	uint8_t room[BASE64_DECODE_LENGTH(VERIFIER_MAX)];
	struct base64_decode_ctx base64;
	size_t got = sizeof room, len = strlen(piece);
	base64_decode_init(&base64);
	if (len % 4 != 0 || len >= VERIFIER_MAX || strpbrk(piece, " \t\r\n\v\f") != NULL ||
		!base64_decode_update(&base64, &got, room, len, piece) ||
		!base64_decode_final(&base64) || got > most)
		return 0;
	memcpy(octets, room, got);
	return got;
}

/* Takes a verifier apart; false if it is malformed. */
static bool parse(const char *verifier, struct parts *parts)
{
	char piece[VERIFIER_MAX];
	unsigned long long iterations;
	if (!take(&verifier, '$', piece, sizeof piece) || strcmp(piece, scheme) != 0 ||
		!take(&verifier, ':', piece, sizeof piece) ||
		!text_to_number(piece, VERIFIER_ITERATIONS_MOST, &iterations) || iterations == 0)
		return false;
	parts->iterations = (unsigned)iterations;
	if (!take(&verifier, '$', piece, sizeof piece) ||
		(parts->salt_len = take_base64(piece, parts->salt, SALT_MAX)) == 0)
		return false;
	return take(&verifier, ':', piece, sizeof piece) &&
	       take_base64(piece, parts->stored, HASH) == HASH &&
	       take(&verifier, '\0', piece, sizeof piece) &&
	       take_base64(piece, parts->server, HASH) == HASH;
}

enum verdict verifier_check(const char *verifier, const char *password, size_t len, unsigned most)
{
	struct parts parts;
	uint8_t salted[HASH], stored[HASH];
	bool whole = parse(verifier, &parts);
	if (!whole) /* the work is done all the same */
		parts = (struct parts){.iterations = 1};
	derive(password, len, &parts, most, salted);
	stored_key(salted, stored);
	bool fits = memeql_sec(stored, parts.stored, HASH);
	text_wipe(salted, sizeof salted);
	text_wipe(stored, sizeof stored);
	return !whole ? CANNOT_TELL : fits ? YES : NO;
}

unsigned verifier_iterations(const char *verifier)
{
	struct parts parts;
	return parse(verifier, &parts) ? parts.iterations : 0;
}

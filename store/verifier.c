/* A password to SCRAM verifiers (RFC 5802, 5803, 7677), the check against one, and keyed hashes.
 * Runs in: postern-auth (checks), postern (makes). Trusts: nothing; pure but for randomness.
 *
 * The iterations are written out here and not left to the library's PBKDF2: so every check is one
 * loop over the same number of rounds, whatever the verifier asks for, and its time tells
 * nothing. */
#include "store/verifier.h"

#include <errno.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

enum { HASH_MAX = SHA512_DIGEST_SIZE, SALT_MADE = 16, SALT_MAX = 64 };

/* The hash of each SCRAM mechanism; its name is the mechanism's. */
static const struct nettle_hash *const hashes[MECHANISMS] = {
	[MECHANISM_SCRAM_SHA_1] = &nettle_sha1,
	[MECHANISM_SCRAM_SHA_224] = &nettle_sha224,
	[MECHANISM_SCRAM_SHA_256] = &nettle_sha256,
	[MECHANISM_SCRAM_SHA_384] = &nettle_sha384,
	[MECHANISM_SCRAM_SHA_512] = &nettle_sha512,
};

/* The state of any of them. */
union hash_context {
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
};

/* HMAC by any of them. */
struct hmac {
	const struct nettle_hash *hash;
	union hash_context outer, inner, state;
};

/* A verifier taken apart. */
struct parts {
	enum mechanism scram;
	unsigned iterations;
	size_t salt_len;
	uint8_t salt[SALT_MAX], stored[HASH_MAX], server[HASH_MAX];
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

static void hmac_begin(struct hmac *hmac, enum mechanism scram, const void *key, size_t len)
{
	hmac->hash = hashes[scram];
	hmac_set_key(&hmac->outer, &hmac->inner, &hmac->state, hmac->hash, len, key);
}

static void hmac_add(struct hmac *hmac, const void *octets, size_t len)
{
	hmac_update(&hmac->state, hmac->hash, len, octets);
}

/* Ends one message; the next may begin with the same key. */
static void hmac_end(struct hmac *hmac, uint8_t *digest)
{
	hmac_digest(&hmac->outer, &hmac->inner, &hmac->state, hmac->hash, hmac->hash->digest_size,
		digest);
}

/* RFC 5802's Hi(), the rounds of its PBKDF2; then goes on in vain until `work` rounds are done. */
static void derive(const char *password, size_t len, const struct parts *parts, unsigned work,
	uint8_t salted[HASH_MAX])
{
	static const uint8_t block[4] = {0, 0, 0, 1};
	size_t size = hashes[parts->scram]->digest_size;
	struct hmac hmac;
	uint8_t round[HASH_MAX];
	hmac_begin(&hmac, parts->scram, password, len);
	hmac_add(&hmac, parts->salt, parts->salt_len);
	hmac_add(&hmac, block, sizeof block);
	hmac_end(&hmac, round);
	memcpy(salted, round, size);
	for (unsigned done = 1; done < work || done < parts->iterations; done++) {
		uint8_t counts = done < parts->iterations ? 0xFF : 0;
		hmac_add(&hmac, round, size);
		hmac_end(&hmac, round);
		for (size_t i = 0; i < size; i++)
			salted[i] ^= round[i] & counts;
	}
	text_wipe(&hmac, sizeof hmac);
	text_wipe(round, sizeof round);
}

static void keyed_word(
	enum mechanism scram, const uint8_t *salted, const char *word, uint8_t key[HASH_MAX])
{
	struct hmac hmac;
	hmac_begin(&hmac, scram, salted, hashes[scram]->digest_size);
	hmac_add(&hmac, word, strlen(word));
	hmac_end(&hmac, key);
	text_wipe(&hmac, sizeof hmac);
}

static void stored_key(enum mechanism scram, const uint8_t *salted, uint8_t stored[HASH_MAX])
{
	const struct nettle_hash *hash = hashes[scram];
	union hash_context context;
	uint8_t client[HASH_MAX];
	keyed_word(scram, salted, "Client Key", client);
	hash->init(&context);
	hash->update(&context, hash->digest_size, client);
	hash->digest(&context, hash->digest_size, stored);
	text_wipe(client, sizeof client);
	text_wipe(&context, sizeof context);
}

static void add_base64(struct text *text, const uint8_t *octets, size_t len)
{
	char room[BASE64_ENCODE_RAW_LENGTH(SALT_MAX)];
	base64_encode_raw(room, len, octets);
	text_octets(text, room, BASE64_ENCODE_RAW_LENGTH(len));
}

static void add_parts(struct text *text, const struct parts *parts)
{
	size_t size = hashes[parts->scram]->digest_size;
	text_add(text, mechanism_facts(parts->scram)->name);
	text_octet(text, '$');
	text_number(text, parts->iterations);
	text_octet(text, ':');
	add_base64(text, parts->salt, parts->salt_len);
	text_octet(text, '$');
	add_base64(text, parts->stored, size);
	text_octet(text, ':');
	add_base64(text, parts->server, size);
	text_string(text);
}

/* Makes the verifier of one mechanism. */
static bool make(const char *password, size_t len, unsigned iterations, enum mechanism scram,
	struct text *verifiers)
{
	struct parts parts = {.scram = scram, .iterations = iterations, .salt_len = SALT_MADE};
	uint8_t salted[HASH_MAX];
	if (!verifier_random(parts.salt, SALT_MADE))
		return false;
	derive(password, len, &parts, 0, salted);
	stored_key(scram, salted, parts.stored);
	keyed_word(scram, salted, "Server Key", parts.server);
	text_wipe(salted, sizeof salted);
	if (verifiers->len > 0)
		text_octet(verifiers, '\n');
	add_parts(verifiers, &parts);
	return !verifiers->cut;
}

bool verifier_make(const char *password, size_t len, unsigned iterations, mechanism_set kept,
	struct text *verifiers)
{
	if (iterations == 0 || iterations > VERIFIER_ITERATIONS_MOST ||
		!make(password, len, iterations, MECHANISM_SCRAM_SHA_256, verifiers))
		return false;
	for (size_t i = 0; i < MECHANISMS; i++)
		if (hashes[i] != NULL && i != MECHANISM_SCRAM_SHA_256 &&
			mechanism_in(kept, (enum mechanism)i) &&
			!make(password, len, iterations, (enum mechanism)i, verifiers))
			return false;
	return true;
}

/* Fills with octets that hang on the seed and the label alone. */
static void draw(const unsigned char *seed, const char *label, enum mechanism scram,
	uint8_t *octets, size_t len)
{
	const char *name = mechanism_facts(scram)->name;
	for (size_t at = 0; at < len; at += WIRE_KEY) {
		unsigned char key[WIRE_KEY];
		char what[32];
		struct text text = TEXT_OVER(what);
		text_add(&text, name);
		text_number(&text, at);
		verifier_keyed(seed, label, text.at, text.len, key);
		memcpy(octets + at, key, len - at < sizeof key ? len - at : sizeof key);
	}
}

void verifier_stand_in(const unsigned char seed[WIRE_KEY], enum mechanism scram,
	unsigned iterations, struct text *verifier)
{
	/* Keys that are no hash of anything: nobody has the octets that StoredKey would be made of.
	 */
	struct parts parts = {.scram = scram, .iterations = iterations, .salt_len = SALT_MADE};
	draw(seed, "salt", scram, parts.salt, SALT_MADE);
	draw(seed, "StoredKey", scram, parts.stored, sizeof parts.stored);
	draw(seed, "ServerKey", scram, parts.server, sizeof parts.server);
	text_clear(verifier);
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
	if (!take(&verifier, '$', piece, sizeof piece))
		return false;
	parts->scram = mechanism_named(piece, strlen(piece));
	if (parts->scram == MECHANISMS || hashes[parts->scram] == NULL ||
		strcmp(piece, mechanism_facts(parts->scram)->name) != 0 ||
		!take(&verifier, ':', piece, sizeof piece) ||
		!text_to_number(piece, VERIFIER_ITERATIONS_MOST, &iterations) || iterations == 0)
		return false;
	size_t size = hashes[parts->scram]->digest_size;
	parts->iterations = (unsigned)iterations;
	if (!take(&verifier, '$', piece, sizeof piece) ||
		(parts->salt_len = take_base64(piece, parts->salt, SALT_MAX)) == 0)
		return false;
	return take(&verifier, ':', piece, sizeof piece) &&
	       take_base64(piece, parts->stored, size) == size &&
	       take(&verifier, '\0', piece, sizeof piece) &&
	       take_base64(piece, parts->server, size) == size;
}

bool verifier_find(const char *verifiers, enum mechanism scram, char one[VERIFIER_MAX])
{
	const char *name = mechanism_facts(scram)->name, *behind;
	struct parts parts;
	for (;; verifiers++) {
		size_t len = strcspn(verifiers, "\n");
		if ((behind = text_behind(verifiers, name)) != NULL && *behind == '$' &&
			len < VERIFIER_MAX) {
			memcpy(one, verifiers, len);
			one[len] = '\0';
			if (parse(one, &parts))
				return true;
		}
		verifiers += len;
		if (*verifiers == '\0')
			break;
	}
	one[0] = '\0';
	return false;
}

enum verdict verifier_check(const char *verifier, const char *password, size_t len, unsigned most)
{
	struct parts parts;
	uint8_t salted[HASH_MAX], stored[HASH_MAX];
	bool whole = parse(verifier, &parts);
	if (!whole) /* the work is done all the same */
		parts = (struct parts){.scram = MECHANISM_SCRAM_SHA_256, .iterations = 1};
	derive(password, len, &parts, most, salted);
	stored_key(parts.scram, salted, stored);
	bool fits = memeql_sec(stored, parts.stored, hashes[parts.scram]->digest_size);
	text_wipe(salted, sizeof salted);
	text_wipe(stored, sizeof stored);
	return !whole ? CANNOT_TELL : fits ? YES : NO;
}

unsigned verifier_iterations(const char *verifier)
{
	struct parts parts;
	return parse(verifier, &parts) ? parts.iterations : 0;
}

unsigned verifier_any_iterations(const char *verifiers)
{
	char one[VERIFIER_MAX];
	unsigned count = 0;
	for (size_t i = 0; i < MECHANISMS && count == 0; i++)
		if (verifier_find(verifiers, (enum mechanism)i, one))
			count = verifier_iterations(one);
	text_wipe(one, sizeof one);
	return count;
}

/* Appends the state of MD5 behind one block: the key with each octet changed. RFC 2195, RFC 2104.
 */
static unsigned char *put_state(
	unsigned char *at, const uint8_t key[MD5_BLOCK_SIZE], uint8_t change)
{
	struct md5_ctx md5;
	uint8_t block[MD5_BLOCK_SIZE];
	for (size_t i = 0; i < sizeof block; i++)
		block[i] = key[i] ^ change;
	md5_init(&md5);
	md5_update(&md5, sizeof block, block);
	for (size_t i = 0; i < MD5_DIGEST_SIZE / 4; i++)
		for (int shift = 24; shift >= 0; shift -= 8)
			*at++ = (unsigned char)(md5.state[i] >> shift & 0xFF);
	text_wipe(&md5, sizeof md5);
	text_wipe(block, sizeof block);
	return at;
}

size_t verifier_secret(enum mechanism mechanism, const char *login, const char *realm,
	const char *password, size_t len, unsigned char secret[SECRET_MAX])
{
	struct md5_ctx md5;
	uint8_t key[MD5_BLOCK_SIZE] = {0};
	md5_init(&md5);
	if (mechanism == MECHANISM_DIGEST_MD5) {
		md5_update(&md5, strlen(login), (const uint8_t *)login);
		md5_update(&md5, 1, (const uint8_t *)":");
		md5_update(&md5, strlen(realm), (const uint8_t *)realm);
		md5_update(&md5, 1, (const uint8_t *)":");
		md5_update(&md5, len, (const uint8_t *)password);
		md5_digest(&md5, MD5_DIGEST_SIZE, secret);
		text_wipe(&md5, sizeof md5);
		return MD5_DIGEST_SIZE;
	}
	if (mechanism != MECHANISM_CRAM_MD5)
		return 0;
	md5_update(&md5, len, (const uint8_t *)password);
	if (len > sizeof key)
		md5_digest(&md5, MD5_DIGEST_SIZE, key);
	else
		memcpy(key, password, len);
	put_state(put_state(secret, key, 0x36), key, 0x5C);
	text_wipe(&md5, sizeof md5);
	text_wipe(key, sizeof key);
	return SECRET_MAX;
}

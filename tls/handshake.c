/* One TLS connection as the server.
 * Runs in: postern-tls. Trusts: nothing of the client. */
#include "tls/handshake.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* Forward secrecy and AEAD, ECDHE alone: whoever knows TLS 1.2 has it, and DHE costs the server
 * more than the client. Of TLS 1.3 OpenSSL's three are all good. */
#define CIPHERS                                                                                    \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
/* What old printers speak, behind all these. Level 0: their versions sign with SHA-1. */
#define OLD_CIPHERS                                                                                \
	CIPHERS ":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"             \
		"ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:"          \
		"AES256-SHA256:AES128-SHA:AES256-SHA:@SECLEVEL=0"

enum {
	UNIQUE_LEAST = 12, /* octets of a Finished message */
	CLIENT_LEVEL = 2,  /* OpenSSL's security level for client certificates: 112 bits */
	RECORD_MAX = 16384 /* octets of one record of TLS */
};

/* --- the pump's buffers as OpenSSL's stream --- */

static int stream_write(BIO *bio, const char *octets, int len)
{
	struct pump *pump = BIO_get_data(bio);
	size_t done = pump_put(&pump->to_far, octets, (size_t)len);
	BIO_clear_retry_flags(bio);
	if (done == 0)
		BIO_set_retry_write(bio);
	return done > 0 ? (int)done : -1;
}

static int stream_read(BIO *bio, char *octets, int len)
{
	struct pump *pump = BIO_get_data(bio);
	size_t got = pump_take(&pump->from_far, octets, (size_t)len);
	BIO_clear_retry_flags(bio);
	if (got > 0)
		return (int)got;
	if (pump->far_ended)
		return 0;
	BIO_set_retry_read(bio);
	return -1;
}

static long stream_control(BIO *bio, int command, long number, void *pointer)
{
	const struct pump *pump = BIO_get_data(bio);
	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_EOF)
		return pump->far_ended && pump->from_far.begin == pump->from_far.end;
	return command == BIO_CTRL_FLUSH; /* it goes when the pump turns */
}

static BIO *stream_new(struct pump *pump)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pump");
	BIO *bio = NULL;
	if (method != NULL && BIO_meth_set_write(method, stream_write) == 1 &&
		BIO_meth_set_read(method, stream_read) == 1 &&
		BIO_meth_set_ctrl(method, stream_control) == 1)
		bio = BIO_new(method);
	if (bio != NULL) {
		BIO_set_data(bio, pump);
		BIO_set_init(bio, 1);
	}
	return bio;
}

/* OpenSSL's words for what went wrong first. */
static void put_reason(struct text *words)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);
	text_add(words, reason != NULL ? reason : "no reason is known");
}

/* --- the context --- */

/* A certificate that nobody vouches for is no reason to refuse: it counts as none, and is told of.
 */
static int note_stranger(int good, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct handshake *handshake = SSL_get_app_data(ssl);
	if (good == 0)
		handshake->stranger = true;
	return 1;
}

static int version_of(unsigned number)
{
	static const int versions[] = {
		TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
	return versions[number - 10];
}

/* Tickets would need a key that outlives this process, and there is no memory of sessions either:
 * every handshake is a whole one. An end of the connection without TLS's own good-bye is an end
 * like any other: SMTP has marks of its own for what is whole, and many a client leaves so. */
static bool configure(SSL_CTX *context, unsigned minimum)
{
	int groups[] = {NID_X25519, NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
					     SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_CIPHER_SERVER_PREFERENCE |
					     SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION |
					     SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return SSL_CTX_set_num_tickets(context, 0) == 1 &&
	       SSL_CTX_set_min_proto_version(context, version_of(minimum)) == 1 &&
	       SSL_CTX_set_cipher_list(context, minimum < 12 ? OLD_CIPHERS : CIPHERS) == 1 &&
	       SSL_CTX_set1_groups(context, groups, sizeof groups / sizeof *groups) == 1;
}

const char *handshake_prepare(struct handshake *handshake, const struct certificate_files *files,
	unsigned minimum, struct text *fault)
{
	/* The dates of a client's certificate are looked at within the jail: there glibc could not
	 * open the host's time zone any more. */
	tzset();
	/* Nothing of the host's openssl.cnf: what is offered stands here. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
		(handshake->context = SSL_CTX_new(TLS_server_method())) == NULL ||
		!configure(handshake->context, minimum)) {
		text_add(fault, "OpenSSL cannot be set up: ");
		put_reason(fault);
		return text_string(fault);
	}
	if (certificate_load(handshake->context, files, fault) != NULL)
		return text_string(fault);
	if (files->authorities >= 0) {
		if (certificate_load_authorities(handshake->context, files, fault) != NULL)
			return text_string(fault);
		/* Whatever tls_minimum lets in as a connection: who is vouched for by MD5 or SHA-1
		 * is not. */
		X509_VERIFY_PARAM_set_auth_level(
			SSL_CTX_get0_param(handshake->context), CLIENT_LEVEL);
		SSL_CTX_set_verify(handshake->context, SSL_VERIFY_PEER, note_stranger);
	}
	handshake->ssl = SSL_new(handshake->context);
	if (handshake->ssl != NULL && SSL_set_app_data(handshake->ssl, handshake) == 1)
		return NULL;
	text_add(fault, "OpenSSL has no memory");
	return text_string(fault);
}

void handshake_start(struct handshake *handshake, struct pump *pump)
{
	BIO *stream = stream_new(pump);
	if (stream != NULL)
		SSL_set_bio(handshake->ssl, stream, stream);
	SSL_set_accept_state(handshake->ssl);
}

/* --- the octets --- */

/* What an operation that did not move anything means. */
static enum pump_step judge(struct handshake *handshake, int code)
{
	struct text words = TEXT_OVER(handshake->words);
	switch (SSL_get_error(handshake->ssl, code)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE: return PUMP_GOING;
	case SSL_ERROR_ZERO_RETURN: return PUMP_CLOSED;
	default:
		put_reason(&words);
		text_string(&words);
		return PUMP_BROKEN;
	}
}

static enum pump_step decode(struct handshake *handshake, struct pump *pump)
{
	size_t room;
	while ((room = pump_room(&pump->to_near)) > 0) {
		int got =
			SSL_read(handshake->ssl, pump->to_near.room + pump->to_near.end, (int)room);
		if (got <= 0)
			return judge(handshake, got);
		pump->to_near.end += (size_t)got;
	}
	return PUMP_GOING;
}

static enum pump_step encode(struct handshake *handshake, struct pump *pump)
{
	struct pump_buffer *from = &pump->from_near;
	/* A record is begun only where all of it fits: one that waits would be in the way of what
	 * OpenSSL itself has to answer. */
	while (from->begin < from->end && pump_room(&pump->to_far) >= PUMP_ROOM / 2) {
		size_t len = from->end - from->begin;
		int done = SSL_write(handshake->ssl, from->room + from->begin,
			(int)(len < RECORD_MAX ? len : RECORD_MAX));
		if (done <= 0)
			return judge(handshake, done);
		from->begin += (size_t)done;
	}
	return PUMP_GOING;
}

enum pump_step handshake_turn(void *context, struct pump *pump)
{
	struct handshake *handshake = context;
	ERR_clear_error();
	if (!handshake->done) {
		int code = SSL_do_handshake(handshake->ssl);
		if (code != 1)
			return judge(handshake, code);
		handshake->done = true;
		return PUMP_STOP;
	}
	/* What a broken decoder leaves behind in OpenSSL must not be taken for the encoder's. */
	enum pump_step step = decode(handshake, pump);
	if (step == PUMP_BROKEN)
		return step;
	ERR_clear_error();
	enum pump_step other = encode(handshake, pump);
	return other == PUMP_GOING ? step : other;
}

void handshake_finish(void *context, struct pump *pump)
{
	const struct handshake *handshake = context;
	(void)pump;
	ERR_clear_error();
	/* Where it is broken OpenSSL has said so in an alert, and says no more. */
	if (handshake->done)
		SSL_shutdown(handshake->ssl);
	ERR_clear_error();
}

/* --- the facts --- */

/* What may stand in a log and in a name: octets that are none of these become `?`. */
static void put_printable(struct text *text, const unsigned char *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool fine = octets[i] > ' ' && octets[i] <= '~';
		text_octet(text, fine ? (char)octets[i] : '?');
	}
}

/* One alternative name, whole or not at all. */
static void put_name(struct text *names, const char *kind, const ASN1_STRING *value)
{
	size_t before = names->len;
	text_add(names, before > 0 ? " " : "");
	text_add(names, kind);
	put_printable(names, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	if (names->cut) {
		names->len = before;
		names->cut = false;
	}
}

static void put_names(const X509 *certificate, struct text *text)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int common = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_EMAIL)
			put_name(text, "email:", name->d.rfc822Name);
		else if (name->type == GEN_DNS)
			put_name(text, "dns:", name->d.dNSName);
		else if (name->type == GEN_URI)
			put_name(text, "uri:", name->d.uniformResourceIdentifier);
	}
	GENERAL_NAMES_free(names);
	/* Which of several would be meant nobody can say. */
	if (common >= 0 && X509_NAME_get_index_by_NID(subject, NID_commonName, common) < 0)
		put_name(text,
			"cn:", X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, common)));
}

static void put_subject(const X509 *certificate, struct text *text)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *octets = NULL;
	if (memory != NULL && X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0,
				      XN_FLAG_RFC2253) >= 0) {
		long len = BIO_get_mem_data(memory, &octets);
		for (long i = 0; i < len; i++) /* a blank within a name is one */
			text_octet(text, octets[i] >= ' ' && octets[i] <= '~' ? octets[i] : '?');
	}
	BIO_free(memory);
}

/* RFC 9266: with TLS 1.2 only where the client did the extended master secret, without which two
 * connections may share it; RFC 5929's tls-unique does not exist for TLS 1.3. No connection is
 * resumed, so the client's Finished is the first. */
static void put_bindings(const struct handshake *handshake, struct wire_bindings *bindings)
{
	SSL *ssl = handshake->ssl;
	bool new = SSL_version(ssl) == TLS1_3_VERSION;
	static const char label[] = "EXPORTER-Channel-Binding";
	if (!new &&SSL_get_extms_support(ssl) != 1)
		return;
	if (SSL_export_keying_material(ssl, bindings->exporter, sizeof bindings->exporter, label,
		    sizeof label - 1, (const unsigned char *)"", 0, 1) == 1)
		bindings->exporter_len = sizeof bindings->exporter;
	if (new)
		return;
	size_t len = SSL_get_peer_finished(ssl, bindings->unique, sizeof bindings->unique);
	if (len >= UNIQUE_LEAST && len <= sizeof bindings->unique)
		bindings->unique_len = (uint8_t)len;
}

void handshake_facts(const struct handshake *handshake, struct wire_facts *facts)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(handshake->ssl);
	X509 *certificate = SSL_get1_peer_certificate(handshake->ssl);
	struct text name = TEXT_OVER(facts->cipher), subject = TEXT_OVER(facts->subject);
	struct text names = TEXT_OVER(facts->names);
	int bits = SSL_CIPHER_get_bits(cipher, NULL);
	facts->type = WIRE_FACTS;
	for (unsigned version = 10; version <= 13; version++)
		if (version_of(version) == SSL_version(handshake->ssl))
			facts->version = (uint8_t)version;
	facts->bits = (uint16_t)(bits > 0 ? bits : 0);
	text_add(&name, SSL_CIPHER_standard_name(cipher));
	put_bindings(handshake, &facts->bindings);
	facts->stranger =
		certificate != NULL &&
		(handshake->stranger || SSL_get_verify_result(handshake->ssl) != X509_V_OK);
	if (certificate != NULL && facts->stranger == 0) {
		put_subject(certificate, &subject);
		put_names(certificate, &names);
	}
	text_string(&name);
	text_string(&subject);
	text_string(&names);
	X509_free(certificate);
}

/* One TLS connection as the server: its context, the handshake, the octets behind it, and what is
 * known of it. OpenSSL sees no socket: it reads and writes the pump's buffers.
 * Runs in: postern-tls. Trusts: nothing of the client. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include "base/pump.h"
#include "base/text.h"
#include "base/wire.h"
#include "tls/certificate.h"

struct handshake {
	SSL_CTX *context;
	SSL *ssl;
	bool done;       /* from then on octets pass */
	bool stranger;   /* the client's certificate is none that tls_client_ca vouches for */
	char words[100]; /* why the handshake failed, where OpenSSL knows */
};

/* Sets OpenSSL up, before the jail: nothing is loaded or opened afterwards. `minimum` is the oldest
 * version, 10 to 13. NULL, or what is wrong in words. */
const char *handshake_prepare(struct handshake *handshake, const struct certificate_files *files,
	unsigned minimum, struct text *fault);

/* Ties the connection to the pump's buffers. */
void handshake_start(struct handshake *handshake, struct pump *pump);

/* The codec's two functions; `context` is the struct handshake. The turn says stop once, when the
 * handshake is done. */
enum pump_step handshake_turn(void *context, struct pump *pump);
void handshake_finish(void *context, struct pump *pump);

/* What is known of the connection, once the handshake is done. */
void handshake_facts(const struct handshake *handshake, struct wire_facts *facts);

#endif

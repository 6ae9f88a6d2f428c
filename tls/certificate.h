/* The certificate and its key: taken into a context, and looked at in words.
 * Runs in: postern-tls, before its jail. Trusts: the administrator's files to be his; what stands
 * in them is quoted in printable ASCII only. */
#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include <openssl/ssl.h>

#include "base/text.h"
#include "base/wire.h"

/* The files, PEM, open for reading, each at any offset: they are read from their beginning. Two may
 * be the same file, and the same descriptor. */
struct certificate_files {
	int certificate, key;
	int authorities; /* of client certificates; -1: none */
};

/* Takes certificate, chain and key into the context, and proves that they belong together. The
 * clients will be sent what stands in the file and nothing else. An expired certificate is taken:
 * whether it will do is for the client to say. Set the context's security level before, for keys
 * and signatures that are too weak for it are refused here. NULL, or what is wrong in words that
 * begin with the setting at fault and end with the remedy (and are cut where `fault` is full). */
const char *certificate_load(
	SSL_CTX *context, const struct certificate_files *files, struct text *fault);

/* Takes the authorities of client certificates, where there is a file of them: into the context's
 * store, each to be trusted as it stands, whoever issued it; and into the list of names that
 * clients are told. That they are asked for a certificate at all is the caller's
 * SSL_CTX_set_verify(). NULL, or what is wrong in words, as above. */
const char *certificate_load_authorities(
	SSL_CTX *context, const struct certificate_files *files, struct text *fault);

/* Is told one finding, ready for the wire. */
typedef void certificate_tell(void *context, const struct wire_finding *finding);

/* Looks at the files as the two functions above would, with OpenSSL's own security level, and at
 * dates, names and chain too; tells each thing found, good or bad, a bad one with its remedy. What
 * clients would refuse is wrong; what some of them might, or soon will, is a warning. `hostname` is
 * the name that clients will want to see. */
void certificate_check(const struct certificate_files *files, const char *hostname,
	certificate_tell *tell, void *context);

#endif

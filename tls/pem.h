/* Certificates and keys: read from PEM, and quoted in words.
 * Runs in: postern-tls, before its jail. Trusts: the administrator's files to be his; what stands
 * in them is quoted in printable ASCII only. */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include <openssl/x509v3.h>
#include <stdbool.h>

#include "base/text.h"

enum {
	PEM_QUOTED = 96,       /* octets that a quoted name takes at most, with its NUL */
	PEM_HOSTS_QUOTED = 192 /* the same of pem_quote_hosts() */
};

/* Certificates in the order of their file. */
typedef STACK_OF(X509) pem_list;

/* Reads all certificates of a file from its beginning, whatever else it holds; at least one. *all
 * is the caller's to free, NULL after a fault. NULL, or what is wrong in words, without a remedy.
 */
const char *pem_certificates(int file, pem_list **all, struct text *fault);

/* Reads the first private key of a file from its beginning, whatever else it holds. Nobody is asked
 * for a passphrase. *key is the caller's to free, NULL after a fault. NULL, or what is wrong in
 * words that end with the remedy. */
const char *pem_key(int file, EVP_PKEY **key, struct text *fault);

/* Appends a name, which may hold anything: what is no printable ASCII as '?', and of a long one its
 * beginning. */
void pem_quote(struct text *text, const char *name, size_t len);

/* Appends a subject's or issuer's name by RFC 2253. */
void pem_quote_name(struct text *text, const X509_NAME *name);

/* Appends the names of hosts that a certificate is for: its alternative names, the first of many,
 * or its subject where there are none. */
void pem_quote_hosts(struct text *text, X509 *certificate);

/* Appends a date, as 2026-11-25. */
void pem_quote_date(struct text *text, const ASN1_TIME *time);

/* Appends a key's kind and size; NULL is a key of a kind that OpenSSL does not know. */
void pem_quote_key(struct text *text, const EVP_PKEY *key);

#endif

/* The certificate and its key: read from PEM, taken into a context, and looked at in words.
 * Runs in: postern-tls, before its jail. Trusts: the administrator's files to be his; what stands
 * in them is quoted in printable ASCII only. */
#include "tls/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tls/pem.h"

enum { DAYS_WARNED = 14 };

typedef STACK_OF(X509_NAME) name_list;

/* The certificates of a file, the server's own first, and the key. NULL: not read. */
struct pair {
	pem_list *certificates;
	EVP_PKEY *key;
};

/* Who is told the findings, and whether one about the certificate was bad. */
struct report {
	certificate_tell *tell;
	void *context;
	bool bad;
};

static const char *const settings[FINDING_SUBJECTS] = {
	[FINDING_CERTIFICATE] = "tls_certificate",
	[FINDING_KEY] = "tls_key",
	[FINDING_CLIENT_CA] = "tls_client_ca",
};

/* All that OpenSSL can have against authorities that it has read. */
static const char no_room[] = "OpenSSL does not take the authorities: there is too little memory";

/* --- words --- */

/* A list of strings, to be put together. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Makes a finding of strings up to a NULL. */
static void compose(struct wire_finding *finding, enum finding_level level,
	enum finding_subject subject, const char *const *strings)
{
	struct text words = TEXT_OVER(finding->words);
	memset(finding, 0, sizeof *finding);
	finding->type = WIRE_FINDING;
	finding->level = (uint8_t)level;
	finding->subject = (uint8_t)subject;
	for (; *strings != NULL; strings++)
		text_add(&words, *strings);
	text_string(&words);
}

/* Makes a finding of what is wrong. Always false. */
static bool wrong(
	struct wire_finding *finding, enum finding_subject subject, const char *const *strings)
{
	compose(finding, FINDING_WRONG, subject, strings);
	return false;
}

/* Tells a finding. */
static void found(struct report *report, enum finding_level level, enum finding_subject subject,
	const char *const *strings)
{
	struct wire_finding finding;
	compose(&finding, level, subject, strings);
	report->bad |= subject == FINDING_CERTIFICATE && level != FINDING_FINE;
	report->tell(report->context, &finding);
}

/* What certificate_load() returns of a finding: as much of it as there is room for. */
static const char *say_fault(const struct wire_finding *finding, struct text *fault)
{
	text_clear(fault);
	text_add(fault, settings[finding->subject]);
	text_add(fault, ": ");
	for (const char *at = finding->words; *at != '\0'; at++)
		text_octet(fault, *at);
	ERR_clear_error();
	return text_string(fault);
}

/* Reads the certificates of one setting's file. */
static bool read_certificates(
	int file, enum finding_subject subject, pem_list **all, struct wire_finding *finding)
{
	TEXT(fault, 160);
	return pem_certificates(file, all, &fault) == NULL ||
	       wrong(finding, subject,
		       WORDS(fault.at, ": ",
			       subject == FINDING_CERTIFICATE
				       ? "name the file with certificate and chain, often "
					 "fullchain.pem"
				       : "name a file with the authorities' certificates"));
}

/* Proves that the key is the first certificate's. */
static bool belong(const struct pair *pair, struct wire_finding *finding)
{
	for (int i = 0; i < sk_X509_num(pair->certificates); i++) {
		TEXT(number, 24);
		if (X509_check_private_key(sk_X509_value(pair->certificates, i), pair->key) != 1)
			continue;
		if (i == 0)
			return true;
		text_number(&number, (unsigned)i + 1);
		return wrong(finding, FINDING_CERTIFICATE,
			WORDS("the key belongs to certificate ", text_string(&number),
				" of the file: the server's own certificate must stand first"));
	}
	return wrong(finding, FINDING_KEY,
		WORDS("the key does not belong to the certificate: name the key that it was made "
		      "for"));
}

/* Reads certificates and key; what was read stays in the pair, for free_pair(), after a fault too.
 */
static bool read_pair(
	const struct certificate_files *files, struct pair *pair, struct wire_finding *finding)
{
	TEXT(fault, 160);
	*pair = (struct pair){NULL, NULL};
	return read_certificates(
		       files->certificate, FINDING_CERTIFICATE, &pair->certificates, finding) &&
	       (pem_key(files->key, &pair->key, &fault) == NULL ||
		       wrong(finding, FINDING_KEY, WORDS(fault.at))) &&
	       belong(pair, finding);
}

static void free_pair(struct pair *pair)
{
	sk_X509_pop_free(pair->certificates, X509_free);
	EVP_PKEY_free(pair->key);
	ERR_clear_error();
}

/* --- taking --- */

/* Says why OpenSSL did not take a certificate of the file. Always false. */
static bool refused(struct wire_finding *finding, X509 *certificate, int at)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);
	TEXT(which, 64);
	TEXT(key, 64);
	text_add(&which, "certificate ");
	text_number(&which, (unsigned)at + 1);
	text_add(&which, " of the file ");
	text_string(&which);
	pem_quote_key(&key, X509_get0_pubkey(certificate));
	switch (ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0) {
	case SSL_R_EE_KEY_TOO_SMALL:
	case SSL_R_CA_KEY_TOO_SMALL:
		return wrong(finding, FINDING_CERTIFICATE,
			WORDS(which.at, "has too short a key (", text_string(&key),
				"): have one made with RSA of 2048 bits, or ECDSA"));
	case SSL_R_CA_MD_TOO_WEAK:
		return wrong(finding, FINDING_CERTIFICATE,
			WORDS(which.at, "is signed by too weak a digest: have one made that is "
					"signed by SHA-256"));
	default:
		return wrong(finding, FINDING_CERTIFICATE,
			WORDS(which.at, "is refused by OpenSSL, ",
				reason != NULL ? reason : "for want of memory",
				": have one made with RSA of 2048 bits, or ECDSA"));
	}
}

/* Whether keys of this kind are for TLS. OpenSSL takes DSA too, which no client of today knows. */
static bool is_for_tls(const EVP_PKEY *key)
{
	static const char *const kinds[] = {"RSA", "RSA-PSS", "ED25519", "ED448"};
	/* OpenSSL's names of P-256, P-384 and P-521: of others no client knows. */
	static const char *const curves[] = {"prime256v1", "secp384r1", "secp521r1"};
	char curve[64] = "";
	size_t len;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (EVP_PKEY_is_a(key, kinds[i]))
			return true;
	if (!EVP_PKEY_is_a(key, "EC") ||
		EVP_PKEY_get_group_name(key, curve, sizeof curve, &len) != 1)
		return false;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (strcmp(curve, curves[i]) == 0)
			return true;
	return false;
}

static bool take_pair(SSL_CTX *context, const struct pair *pair, struct wire_finding *finding)
{
	TEXT(kind, 64);
	pem_quote_key(&kind, pair->key);
	if (!is_for_tls(pair->key))
		return wrong(finding, FINDING_KEY,
			WORDS("no client takes a key of this kind (", text_string(&kind),
				"): have a pair made with RSA of 2048 bits, or ECDSA"));
	ERR_clear_error();
	for (int i = 0; i < sk_X509_num(pair->certificates); i++) {
		X509 *one = sk_X509_value(pair->certificates, i);
		if ((i == 0 ? SSL_CTX_use_certificate(context, one)
			    : SSL_CTX_add1_chain_cert(context, one)) != 1)
			return refused(finding, one, i);
	}
	/* Without this, a chain would be looked for among the authorities of the clients. */
	SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
	if (SSL_CTX_use_PrivateKey(context, pair->key) == 1 &&
		SSL_CTX_check_private_key(context) == 1)
		return true;
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	return wrong(finding, FINDING_KEY,
		WORDS("the key is refused by OpenSSL, ",
			reason != NULL ? reason : "for want of memory",
			": have a pair made with RSA of 2048 bits, or ECDSA"));
}

const char *certificate_load(
	SSL_CTX *context, const struct certificate_files *files, struct text *fault)
{
	struct pair pair;
	struct wire_finding finding;
	bool taken = read_pair(files, &pair, &finding) && take_pair(context, &pair, &finding);
	free_pair(&pair);
	return taken ? NULL : say_fault(&finding, fault);
}

static bool has_name(const name_list *names, const X509_NAME *name)
{
	for (int i = 0; i < sk_X509_NAME_num(names); i++)
		if (X509_NAME_cmp(sk_X509_NAME_value(names, i), name) == 0)
			return true;
	return false;
}

/* Takes the authorities of a file into the context. Whoever is named in the file is trusted: that
 * an authority has one above it, which the file does not name, is no reason to refuse its clients.
 */
static bool take_authorities(SSL_CTX *context, const pem_list *all)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	name_list *names = sk_X509_NAME_new_null();
	bool fine = names != NULL && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
	for (int i = 0; fine && i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);
		fine = X509_STORE_add_cert(store, one) == 1;
		if (!fine || has_name(names, X509_get_subject_name(one)))
			continue;
		X509_NAME *name = X509_NAME_dup(X509_get_subject_name(one));
		fine = name != NULL && sk_X509_NAME_push(names, name) > 0;
		if (!fine)
			X509_NAME_free(name);
	}
	if (fine)
		SSL_CTX_set_client_CA_list(context, names);
	else
		sk_X509_NAME_pop_free(names, X509_NAME_free);
	return fine;
}

const char *certificate_load_authorities(
	SSL_CTX *context, const struct certificate_files *files, struct text *fault)
{
	struct wire_finding finding;
	pem_list *all = NULL;
	if (files->authorities == -1)
		return NULL;
	bool taken = read_certificates(files->authorities, FINDING_CLIENT_CA, &all, &finding);
	if (taken && !take_authorities(context, all))
		taken = wrong(&finding, FINDING_CLIENT_CA, WORDS(no_room));
	sk_X509_pop_free(all, X509_free);
	ERR_clear_error();
	return taken ? NULL : say_fault(&finding, fault);
}

/* --- looking --- */

/* Whether a time is to come, and in how many whole days. A malformed one is not. */
static bool ahead(const ASN1_TIME *time, int *days)
{
	int seconds;
	return ASN1_TIME_diff(days, &seconds, NULL, time) == 1 && (*days > 0 || seconds > 0);
}

/* Tells that a certificate of the file is out of its time, or soon will be. `who` are the words
 * that name it, `level` is how bad it is out of its time. */
static void look_at_dates(struct report *report, X509 *certificate, enum finding_subject subject,
	enum finding_level level, const char *who)
{
	const ASN1_TIME *end = X509_get0_notAfter(certificate);
	int days;
	TEXT(date, 32);
	TEXT(left, 24);
	if (ahead(X509_get0_notBefore(certificate), &days)) {
		pem_quote_date(&date, X509_get0_notBefore(certificate));
		found(report, level, subject,
			WORDS(who, " is valid only from ", text_string(&date),
				": set this host's clock, or replace it"));
		return;
	}
	pem_quote_date(&date, end);
	if (!ahead(end, &days)) {
		found(report, level, subject,
			WORDS(who, " expired on ", text_string(&date), ": renew it"));
	} else if (days < DAYS_WARNED) {
		text_number(&left, (unsigned)days);
		text_add(&left, days == 1 ? " day" : " days");
		found(report, FINDING_WARNING, subject,
			WORDS(who, " expires on ", text_string(&date), ", in ",
				days == 0 ? "less than a day" : text_string(&left), ": renew it"));
	}
}

/* Looks whether the name that clients want to see is in the certificate: where they all look, that
 * is, not in the subject; and a star for a whole label only, as most want it. */
static void look_at_name(struct report *report, X509 *leaf, const char *hostname)
{
	TEXT(host, PEM_QUOTED);
	TEXT(names, PEM_HOSTS_QUOTED);
	pem_quote(&host, hostname, strlen(hostname));
	text_string(&host);
	if (X509_check_host(leaf, hostname, 0,
		    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		    NULL) == 1)
		return;
	if (X509_check_host(leaf, hostname, 0, 0, NULL) == 1) {
		found(report, FINDING_WARNING, FINDING_CERTIFICATE,
			WORDS("it is for ", host.at,
				" in an old way: have one made with subjectAltName DNS:", host.at));
		return;
	}
	pem_quote_hosts(&names, leaf);
	found(report, FINDING_WRONG, FINDING_CERTIFICATE,
		WORDS("it is for ", text_string(&names), " and not for ", host.at,
			": have one made for that name, or set hostname"));
}

/* Who of the file issued the certificate, by name and by signature; NULL: nobody. */
static X509 *issuer_in(const pem_list *all, X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);
		if (X509_check_issued(one, certificate) == X509_V_OK &&
			X509_verify(certificate, X509_get0_pubkey(one)) == 1)
			return one;
	}
	return NULL;
}

/* Whether the system's trust store has the certificate's issuer, as most clients' will then. */
static bool system_knows_issuer(X509 *certificate)
{
	X509 *issuer = NULL;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *search = X509_STORE_CTX_new();
	bool known = store != NULL && search != NULL && X509_STORE_set_default_paths(store) == 1 &&
		     X509_STORE_CTX_init(search, store, certificate, NULL) == 1 &&
		     X509_STORE_CTX_get1_issuer(&issuer, search, certificate) == 1;
	X509_free(issuer);
	X509_STORE_CTX_free(search);
	X509_STORE_free(store);
	return known;
}

/* Looks whether a client that has the known roots can follow the chain to one of them. */
static void look_at_chain(struct report *report, const pem_list *all)
{
	X509 *top = sk_X509_value(all, 0);
	TEXT(subject, PEM_QUOTED);
	TEXT(issuer, PEM_QUOTED);
	/* Two that issued each other would be followed for ever. */
	for (int steps = sk_X509_num(all); steps > 0 && X509_self_signed(top, 0) != 1; steps--) {
		X509 *next = issuer_in(all, top);
		if (next == NULL)
			break;
		top = next;
	}
	if (X509_self_signed(top, 0) == 1 || system_knows_issuer(top))
		return;
	pem_quote_name(&subject, X509_get_subject_name(top));
	pem_quote_name(&issuer, X509_get_issuer_name(top));
	found(report, FINDING_WARNING, FINDING_CERTIFICATE,
		WORDS("its chain ends at ", text_string(&subject), ", issued by ",
			text_string(&issuer),
			", which is missing: append it, or name the file fullchain.pem"));
}

/* Looks at a pair that belongs together, or whose key alone is bad. */
static void look_at_certificate(struct report *report, const pem_list *all, const char *hostname)
{
	X509 *leaf = sk_X509_value(all, 0);
	TEXT(names, PEM_HOSTS_QUOTED);
	TEXT(date, 32);
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);
		TEXT(who, PEM_QUOTED);
		pem_quote_name(&who, X509_get_subject_name(one));
		look_at_dates(report, one, FINDING_CERTIFICATE,
			i == 0 ? FINDING_WRONG : FINDING_WARNING,
			i == 0 ? "it" : text_string(&who));
	}
	look_at_name(report, leaf, hostname);
	if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1)
		found(report, FINDING_WRONG, FINDING_CERTIFICATE,
			WORDS("by its key usage it is for no server: have one made with "
			      "extendedKeyUsage serverAuth"));
	look_at_chain(report, all);
	if (report->bad)
		return;
	pem_quote_hosts(&names, leaf);
	pem_quote_date(&date, X509_get0_notAfter(leaf));
	found(report, FINDING_FINE, FINDING_CERTIFICATE,
		WORDS(text_string(&names), "; until ", text_string(&date),
			X509_self_signed(leaf, 0) == 1
				? "; self-signed: clients must be told to trust it"
				: ""));
}

static void look_at_authorities(
	struct report *report, const struct certificate_files *files, SSL_CTX *context)
{
	struct wire_finding finding;
	pem_list *all = NULL;
	TEXT(count, 24);
	if (!read_certificates(files->authorities, FINDING_CLIENT_CA, &all, &finding)) {
		report->tell(report->context, &finding);
		return;
	}
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);
		TEXT(who, PEM_QUOTED);
		pem_quote_name(&who, X509_get_subject_name(one));
		look_at_dates(report, one, FINDING_CLIENT_CA, FINDING_WARNING, text_string(&who));
		if (X509_check_ca(one) == 0)
			found(report, FINDING_WARNING, FINDING_CLIENT_CA,
				WORDS(who.at,
					" is no authority and can vouch for itself alone: name its "
					"issuer's certificate"));
	}
	text_number(&count, (unsigned)sk_X509_num(all));
	text_add(&count, sk_X509_num(all) == 1 ? " authority" : " authorities");
	if (take_authorities(context, all))
		found(report, FINDING_FINE, FINDING_CLIENT_CA, WORDS(text_string(&count)));
	else
		found(report, FINDING_WRONG, FINDING_CLIENT_CA, WORDS(no_room));
	sk_X509_pop_free(all, X509_free);
}

void certificate_check(const struct certificate_files *files, const char *hostname,
	certificate_tell *tell, void *context)
{
	struct report report = {tell, context, false};
	struct wire_finding finding;
	struct pair pair;
	SSL_CTX *scratch = NULL;
	TEXT(kind, 64);
	/* As for a connection, nothing of the host's openssl.cnf. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
		(scratch = SSL_CTX_new(TLS_server_method())) == NULL) {
		found(&report, FINDING_WRONG, FINDING_CERTIFICATE,
			WORDS("OpenSSL cannot be set up: there is too little memory"));
		return;
	}
	bool taken = read_pair(files, &pair, &finding) && take_pair(scratch, &pair, &finding);
	if (!taken)
		tell(context, &finding);
	/* Where the first certificate is not the server's own, its dates and names say nothing. */
	if (taken || (finding.subject == FINDING_KEY && pair.certificates != NULL))
		look_at_certificate(&report, pair.certificates, hostname);
	if (taken) {
		pem_quote_key(&kind, pair.key);
		found(&report, FINDING_FINE, FINDING_KEY,
			WORDS(text_string(&kind), "; belongs to the certificate"));
	}
	free_pair(&pair);
	if (files->authorities != -1)
		look_at_authorities(&report, files, scratch);
	SSL_CTX_free(scratch);
	ERR_clear_error();
}

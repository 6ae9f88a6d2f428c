/* Certificates, keys and files of them, made for a test; and what a check finds in them. */
#ifndef TESTS_UNIT_CERTIFICATES_H
#define TESTS_UNIT_CERTIFICATES_H

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "folder.h"
#include "tls/certificate.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Made once, for an RSA key takes its time. */
static EVP_PKEY *rsa, *short_rsa, *ecdsa, *other, *root_key, *middle_key;
static struct certificate_files files;

/* What a certificate is made of; what is left out is good. */
struct plan {
	const char *subject, *hosts, *usage, *serves;
	EVP_PKEY *key;
	X509 *issuer;
	EVP_PKEY *issuer_key; /* NULL: self-signed */
	long from, until;     /* seconds from now; until 0: 90 days */
};

static inline void add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static inline X509 *make(struct plan plan)
{
	static long serial = 1;
	X509 *made = X509_new();
	X509_NAME *name = X509_get_subject_name(made);
	bool own = plan.issuer_key == NULL;
	assert_int_equal(X509_set_version(made, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), serial++), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
				 (const unsigned char *)plan.subject, -1, -1, 0),
		1);
	X509_set_issuer_name(made, own ? name : X509_get_subject_name(plan.issuer));
	X509_gmtime_adj(X509_getm_notBefore(made), plan.from != 0 ? plan.from : -HOUR);
	X509_gmtime_adj(X509_getm_notAfter(made), plan.until != 0 ? plan.until : 90 * DAY);
	X509_set_pubkey(made, plan.key);
	if (plan.usage != NULL)
		add_extension(made, NID_basic_constraints, plan.usage);
	if (plan.serves != NULL)
		add_extension(made, NID_ext_key_usage, plan.serves);
	if (plan.hosts != NULL)
		add_extension(made, NID_subject_alt_name, plan.hosts);
	EVP_PKEY *signer = own ? plan.key : plan.issuer_key;
	assert_true(X509_sign(made, signer,
			    EVP_PKEY_is_a(signer, "ED25519") ? NULL : EVP_sha256()) > 0);
	return made;
}

static inline X509 *make_root(void)
{
	return make(
		(struct plan){.subject = "A Root", .usage = "critical,CA:TRUE", .key = root_key});
}

static inline X509 *make_middle(X509 *root)
{
	return make((struct plan){.subject = "A Middle",
		.usage = "critical,CA:TRUE",
		.key = middle_key,
		.issuer = root,
		.issuer_key = root_key});
}

static inline X509 *make_leaf(X509 *middle)
{
	return make((struct plan){.subject = "mail.example",
		.hosts = "DNS:mail.example,DNS:smtp.example",
		.key = ecdsa,
		.issuer = middle,
		.issuer_key = middle_key});
}

/* A self-signed one, and good but for what the plan says. */
static inline X509 *make_own(struct plan plan)
{
	plan.subject = plan.subject != NULL ? plan.subject : "mail.example";
	plan.hosts = plan.hosts != NULL ? plan.hosts : "DNS:mail.example";
	plan.key = plan.key != NULL ? plan.key : ecdsa;
	return make(plan);
}

static inline FILE *begin_file(const char *name)
{
	char whole[128];
	snprintf(whole, sizeof whole, "%s/%s", folder, name);
	unlink(whole); /* another descriptor may still be at the one before */
	FILE *file = fopen(whole, "w+");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	return file;
}

/* Ends the file; what is handed on is a descriptor somewhere within it. */
static inline void end_file(FILE *file, int *descriptor)
{
	assert_int_equal(fflush(file), 0);
	if (*descriptor != -1)
		close(*descriptor);
	*descriptor = dup(fileno(file));
	fclose(file);
	assert_true(*descriptor != -1 && lseek(*descriptor, 7, SEEK_SET) == 7);
}

static inline void put_text(const char *text, int *descriptor)
{
	FILE *file = begin_file("text.pem");
	fputs(text, file);
	end_file(file, descriptor);
}

/* Puts certificates, up to a NULL, into a file, and frees them. */
static inline void put_certificates(int *descriptor, ...)
{
	FILE *file = begin_file("certificates.pem");
	va_list list;
	va_start(list, descriptor);
	for (X509 *one; (one = va_arg(list, X509 *)) != NULL;) {
		assert_int_equal(PEM_write_X509(file, one), 1);
		X509_free(one);
	}
	va_end(list);
	end_file(file, descriptor);
}

static inline void put_key(EVP_PKEY *key)
{
	FILE *file = begin_file("key.pem");
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	end_file(file, &files.key);
}

/* Puts a certificate of this key, and the key. */
static inline void put_pair(struct plan plan)
{
	X509 *own = make_own(plan);
	put_certificates(&files.certificate, own, NULL);
	put_key(plan.key != NULL ? plan.key : ecdsa);
}

struct findings {
	struct wire_finding all[12];
	size_t count;
};

static inline void note(void *context, const struct wire_finding *finding)
{
	struct findings *findings = context;
	assert_true(findings->count < 12);
	assert_int_equal(finding->type, WIRE_FINDING);
	assert_true(wire_string(finding->words, sizeof finding->words) && finding->words[0]);
	for (const char *at = finding->words; *at != '\0'; at++)
		assert_true(isascii(*at) && isprint(*at));
	findings->all[findings->count++] = *finding;
}

static inline struct findings check(const char *hostname)
{
	struct findings findings = {.count = 0};
	certificate_check(&files, hostname, note, &findings);
	assert_int_equal(ERR_peek_error(), 0);
	return findings;
}

/* How many findings are of this level and subject and hold this piece. */
static inline unsigned told(const struct findings *findings, enum finding_level level,
	enum finding_subject subject, const char *piece)
{
	unsigned count = 0;
	for (size_t i = 0; i < findings->count; i++)
		count += findings->all[i].level == level && findings->all[i].subject == subject &&
			 strstr(findings->all[i].words, piece) != NULL;
	return count;
}

static inline void print(const struct findings *findings)
{
	static const char *const levels[] = {"fine", "warning", "wrong"};
	for (size_t i = 0; i < findings->count; i++)
		print_error("%s %u: %s\n", levels[findings->all[i].level], findings->all[i].subject,
			findings->all[i].words);
}

/* Proves that all that was found bad about the certificate is this one thing. */
static inline void assert_alone(
	const struct findings *findings, enum finding_level level, const char *piece)
{
	unsigned bad = told(findings, FINDING_WRONG, FINDING_CERTIFICATE, "") +
		       told(findings, FINDING_WARNING, FINDING_CERTIFICATE, "");
	if (bad != 1 || told(findings, level, FINDING_CERTIFICATE, piece) != 1 ||
		told(findings, FINDING_FINE, FINDING_CERTIFICATE, "") != 0) {
		print(findings);
		fail_msg("not '%s' alone", piece);
	}
}

static inline void assert_all_fine(const struct findings *findings, size_t count)
{
	size_t fine = told(findings, FINDING_FINE, FINDING_CERTIFICATE, "") +
		      told(findings, FINDING_FINE, FINDING_KEY, "") +
		      told(findings, FINDING_FINE, FINDING_CLIENT_CA, "");
	if (fine != count || findings->count != count) {
		print(findings);
		fail_msg("not %zu fine findings alone", count);
	}
}

static inline void assert_said(const char *said, const char *setting, const char *piece)
{
	if (text_behind(said, setting) == NULL || strstr(said, piece) == NULL)
		fail_msg("'%s' begins not with '%s' or has no '%s'", said, setting, piece);
}

static inline int keys_begin(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	short_rsa = EVP_RSA_gen(1024);
	EVP_PKEY **curves[] = {&ecdsa, &other, &root_key, &middle_key};
	for (size_t i = 0; i < 4; i++)
		if ((*curves[i] = EVP_EC_gen("P-256")) == NULL)
			return -1;
	return rsa != NULL && short_rsa != NULL ? 0 : -1;
}

static inline int keys_end(void **state)
{
	EVP_PKEY *all[] = {rsa, short_rsa, ecdsa, other, root_key, middle_key};
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		EVP_PKEY_free(all[i]);
	return 0;
}

static inline int begin(void **state)
{
	files = (struct certificate_files){-1, -1, -1};
	return folder_begin(state);
}

static inline int end(void **state)
{
	int all[] = {files.certificate, files.key, files.authorities};
	for (size_t i = 0; i < 3; i++)
		if (all[i] != -1)
			close(all[i]);
	return folder_end(state);
}

#endif

/* Certificates and keys: read from PEM, and quoted in words.
 * Runs in: postern-tls, before its jail. Trusts: the administrator's files to be his; what stands
 * in them is quoted in printable ASCII only. */
#include "tls/pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	FILE_OCTETS_MAX = 1024 * 1024,       /* a whole system's authorities are a quarter of it */
	NAME_OCTETS = PEM_QUOTED - 4,        /* of a name; behind it "..." */
	HOSTS_OCTETS = PEM_HOSTS_QUOTED - 32 /* of the names of hosts; behind them " and 9 more" */
};

/* A whole file in memory, which is wiped when it is freed. It is read at once, for OpenSSL would
 * read a descriptor octet by octet. NULL: errno tells why. */
static BIO *read_file(int file)
{
	char room[8192];
	off_t at = 0;
	ssize_t got = 0;
	BIO *memory = BIO_new(BIO_s_mem());
	if (memory == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	BIO_set_mem_eof_return(memory, 0);
	while (at <= FILE_OCTETS_MAX && (got = pread(file, room, sizeof room, at)) > 0) {
		if (BIO_write(memory, room, (int)got) != got) {
			errno = ENOMEM;
			got = -1;
			break;
		}
		at += got;
	}
	text_wipe(room, sizeof room);
	if (at > FILE_OCTETS_MAX)
		errno = EFBIG;
	if (got == 0)
		return memory;
	BIO_free(memory);
	return NULL;
}

const char *pem_certificates(int file, pem_list **all, struct text *fault)
{
	BIO *memory = read_file(file);
	text_clear(fault);
	*all = NULL;
	if (memory == NULL) {
		text_add(fault, "the file cannot be read, ");
		text_add(fault, strerror(errno));
		return text_string(fault);
	}
	pem_list *list = sk_X509_new_null();
	ERR_clear_error();
	for (X509 *one; (one = PEM_read_bio_X509(memory, NULL, NULL, NULL)) != NULL;)
		if (sk_X509_push(list, one) <= 0)
			X509_free(one);
	bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	int count = sk_X509_num(list);
	ERR_clear_error();
	BIO_free(memory);
	if (ended && count > 0) {
		*all = list;
		return NULL;
	}
	sk_X509_pop_free(list, X509_free);
	if (ended) {
		text_add(fault, "no PEM certificate in the file");
		return text_string(fault);
	}
	text_add(fault, "certificate ");
	text_number(fault, (unsigned long long)count + 1);
	text_add(fault, " of the file is damaged");
	return text_string(fault);
}

/* Stands where OpenSSL would ask for a passphrase: notes that it did, and has none. */
static int refuse_passphrase(char *room, int size, int writing, void *asked)
{
	(void)room, (void)size, (void)writing;
	*(bool *)asked = true;
	return -1;
}

const char *pem_key(int file, EVP_PKEY **key, struct text *fault)
{
	bool asked = false;
	BIO *memory = read_file(file);
	text_clear(fault);
	*key = NULL;
	if (memory == NULL) {
		text_add(fault, "the file cannot be read, ");
		text_add(fault, strerror(errno));
		text_add(fault, ": name the file with the certificate's key");
		return text_string(fault);
	}
	*key = PEM_read_bio_PrivateKey(memory, NULL, refuse_passphrase, &asked);
	BIO_free(memory);
	ERR_clear_error();
	if (*key != NULL)
		return NULL;
	text_add(fault, asked ? "the key is encrypted: remove its passphrase, "
				"`openssl pkey -in KEY -out NEW-KEY`"
			      : "no usable PEM private key in the file: name the file with the "
				"certificate's key, often privkey.pem");
	return text_string(fault);
}

void pem_quote(struct text *text, const char *name, size_t len)
{
	for (size_t i = 0; i < len && i < NAME_OCTETS; i++)
		text_octet(text, name[i] >= ' ' && name[i] <= '~' ? name[i] : '?');
	if (len > NAME_OCTETS)
		text_add(text, "...");
}

void pem_quote_name(struct text *text, const X509_NAME *name)
{
	char *line = NULL;
	BIO *memory = BIO_new(BIO_s_mem());
	long len = 0;
	if (memory != NULL && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) > 0)
		len = BIO_get_mem_data(memory, &line);
	if (len > 0)
		pem_quote(text, line, (size_t)len);
	else
		text_add(text, "(no name)");
	BIO_free(memory);
}

void pem_quote_hosts(struct text *text, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	unsigned told = 0, left = 0;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		TEXT(one, PEM_QUOTED + 2);
		if (name->type != GEN_DNS)
			continue;
		text_add(&one, told > 0 ? ", " : "");
		pem_quote(&one, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
			(size_t)ASN1_STRING_length(name->d.dNSName));
		if (left == 0 && text->len + one.len <= HOSTS_OCTETS) {
			text_octets(text, one.at, one.len);
			told++;
		} else {
			left++;
		}
	}
	GENERAL_NAMES_free(names);
	if (left > 0) {
		text_add(text, " and ");
		text_number(text, left);
		text_add(text, " more");
	}
	if (told + left == 0)
		pem_quote_name(text, X509_get_subject_name(certificate));
}

void pem_quote_date(struct text *text, const ASN1_TIME *time)
{
	struct tm parts;
	char date[32];
	if (ASN1_TIME_to_tm(time, &parts) == 1 &&
		strftime(date, sizeof date, "%Y-%m-%d", &parts) > 0)
		text_add(text, date);
	else
		text_add(text, "a malformed date");
}

void pem_quote_key(struct text *text, const EVP_PKEY *key)
{
	const char *kind = key != NULL ? EVP_PKEY_get0_type_name(key) : NULL;
	if (kind == NULL) {
		text_add(text, "of an unknown kind");
		return;
	}
	text_add(text, strcmp(kind, "EC") == 0 ? "ECDSA" : kind);
	text_add(text, ", ");
	text_number(text, (unsigned long long)EVP_PKEY_get_bits(key));
	text_add(text, " bits");
}

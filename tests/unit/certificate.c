/* The certificate and its key: what is taken, and what is refused in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "certificates.h"

/* Loads into a context of its own; gives the fault's words, or "". */
static const char *load(void)
{
	static char words[512];
	struct text fault = TEXT_OVER(words);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	const char *said = certificate_load(context, &files, &fault);
	if (said != NULL)
		assert_ptr_equal(said, words);
	else
		assert_int_equal(SSL_CTX_check_private_key(context), 1);
	SSL_CTX_free(context);
	assert_int_equal(ERR_peek_error(), 0);
	return said != NULL ? said : "";
}

/* --- what is taken --- */

static void a_pair_is_taken_whatever_its_kind(void **state)
{
	EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *keys[] = {rsa, ecdsa, edwards};
	static const char *const kinds[] = {"RSA, 2048 bits", "ECDSA, 256 bits", "ED25519, "};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		put_pair((struct plan){.key = keys[i]});
		assert_string_equal(load(), "");
		struct findings findings = check("mail.example");
		assert_all_fine(&findings, 2);
		assert_int_equal(told(&findings, FINDING_FINE, FINDING_KEY, kinds[i]), 1);
	}
	EVP_PKEY_free(edwards);
}

static void the_chain_is_taken_in_the_order_of_the_file(void **state)
{
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	STACK_OF(X509) *chain = NULL;
	TEXT(fault, 256);
	(void)state;
	X509_up_ref(root), X509_up_ref(middle), X509_up_ref(leaf);
	put_certificates(&files.certificate, leaf, middle, root, NULL);
	put_key(ecdsa);
	assert_null(certificate_load(context, &files, &fault));
	assert_int_equal(X509_cmp(SSL_CTX_get0_certificate(context), leaf), 0);
	SSL_CTX_get0_chain_certs(context, &chain);
	assert_int_equal(sk_X509_num(chain), 2);
	assert_int_equal(X509_cmp(sk_X509_value(chain, 0), middle), 0);
	assert_int_equal(X509_cmp(sk_X509_value(chain, 1), root), 0);
	/* The clients' authorities are no place to look for more of it. */
	assert_true(SSL_CTX_get_mode(context) & SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_free(context);
	X509_free(root), X509_free(middle), X509_free(leaf);
}

static void certificate_and_key_may_share_a_file_and_a_descriptor(void **state)
{
	(void)state;
	for (int key_first = 0; key_first < 2; key_first++) {
		X509 *own = make_own((struct plan){0});
		FILE *file = begin_file("both.pem");
		if (!key_first)
			PEM_write_X509(file, own);
		PEM_write_PrivateKey(file, ecdsa, NULL, NULL, 0, NULL, NULL);
		if (key_first)
			PEM_write_X509(file, own);
		X509_free(own);
		end_file(file, &files.certificate);
		close(files.key);
		files.key = dup(files.certificate);
		assert_string_equal(load(), "");
		assert_string_equal(load(), ""); /* from the beginning again */
		int apart = files.key;
		files.key = files.certificate;
		assert_string_equal(load(), "");
		files.key = apart;
		struct findings findings = check("mail.example");
		assert_all_fine(&findings, 2);
	}
}

static void a_key_may_stand_behind_its_curve(void **state)
{
	/* As `openssl ecparam -genkey` writes it: EC PARAMETERS, then EC PRIVATE KEY. */
	FILE *file = begin_file("curve.pem");
	(void)state;
	put_pair((struct plan){0});
	fputs("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
		file);
	BIO *out = BIO_new_fp(file, BIO_NOCLOSE);
	assert_int_equal(
		PEM_write_bio_PrivateKey_traditional(out, ecdsa, NULL, NULL, 0, NULL, NULL), 1);
	BIO_free(out);
	end_file(file, &files.key);
	assert_string_equal(load(), "");
}

static void an_expired_certificate_is_taken(void **state)
{
	/* A service that goes on beats none: some devices never look at the date. */
	(void)state;
	put_pair((struct plan){.from = -9 * DAY, .until = -DAY});
	assert_string_equal(load(), "");
}

/* --- what is refused --- */

static void what_is_no_certificate_is_refused(void **state)
{
	static const char *const none[] = {"", "garbage\n", "-----BEGIN CERTIFICATE REQUEST\n"};
	static const char *const damaged[] = {"-----BEGIN CERTIFICATE-----\nMIIB\n",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"};
	(void)state;
	put_key(ecdsa);
	for (size_t i = 0; i < 3; i++) {
		put_text(none[i], &files.certificate);
		assert_said(load(), "tls_certificate: no PEM certificate", "fullchain.pem");
		put_text(damaged[i], &files.certificate);
		assert_said(load(), "tls_certificate: certificate 1 of the file is damaged",
			"fullchain.pem");
		struct findings findings = check("mail.example");
		assert_int_equal(findings.count, 1);
		assert_alone(&findings, FINDING_WRONG, "damaged");
	}
	close(files.certificate);
	files.certificate = open(folder, O_RDONLY);
	assert_said(load(), "tls_certificate: the file cannot be read, Is a directory", "name");
	/* A chain of which a part is damaged is not sent in part. */
	FILE *file = begin_file("part.pem");
	X509 *own = make_own((struct plan){0});
	PEM_write_X509(file, own);
	X509_free(own);
	fputs(damaged[1], file);
	end_file(file, &files.certificate);
	assert_said(load(), "tls_certificate: certificate 2 of the file is damaged", "name");
	/* Whoever names the wrong file may name a large one. */
	file = begin_file("large.pem");
	assert_int_equal(ftruncate(fileno(file), 1 << 30), 0);
	end_file(file, &files.certificate);
	assert_said(load(), "tls_certificate: the file cannot be read, File too large", "name");
}

static void what_is_no_key_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "garbage\n", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"};
	(void)state;
	put_pair((struct plan){0});
	for (size_t i = 0; i < 3; i++) {
		put_text(texts[i], &files.key);
		assert_said(load(), "tls_key: no usable PEM private key", "privkey.pem");
		/* The certificate is looked at all the same. */
		struct findings findings = check("mail.example");
		assert_int_equal(findings.count, 2);
		assert_int_equal(told(&findings, FINDING_WRONG, FINDING_KEY, "private key"), 1);
		assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE, "until"), 1);
	}
	put_certificates(&files.key, make_own((struct plan){0}), NULL);
	assert_said(load(), "tls_key: no usable PEM private key", "privkey.pem");
	FILE *file = begin_file("public.pem");
	PEM_write_PUBKEY(file, ecdsa);
	end_file(file, &files.key);
	assert_said(load(), "tls_key: no usable PEM private key", "privkey.pem");
	close(files.key);
	files.key = -1;
	assert_said(load(), "tls_key: the file cannot be read, Bad file descriptor", "name");
}

static void nobody_is_asked_for_a_passphrase(void **state)
{
	(void)state;
	for (int old = 0; old < 2; old++) {
		put_pair((struct plan){0});
		FILE *file = begin_file("encrypted.pem");
		BIO *out = BIO_new_fp(file, BIO_NOCLOSE);
		assert_int_equal((old ? PEM_write_bio_PrivateKey_traditional
				      : PEM_write_bio_PrivateKey)(out, ecdsa, EVP_aes_128_cbc(),
					 (const unsigned char *)"word", 4, NULL, NULL),
			1);
		BIO_free(out);
		end_file(file, &files.key);
		assert_said(load(), "tls_key: the key is encrypted", "`openssl pkey -in ");
		struct findings findings = check("mail.example");
		assert_int_equal(told(&findings, FINDING_WRONG, FINDING_KEY, "openssl pkey"), 1);
		assert_int_equal(told(&findings, FINDING_FINE, FINDING_KEY, ""), 0);
	}
}

static void a_key_of_another_certificate_is_refused(void **state)
{
	EVP_PKEY *keys[] = {other, rsa};
	(void)state;
	put_pair((struct plan){0});
	for (size_t i = 0; i < 2; i++) {
		put_key(keys[i]);
		assert_said(load(), "tls_key: the key does not belong to the certificate", "name");
		struct findings findings = check("mail.example");
		assert_int_equal(told(&findings, FINDING_WRONG, FINDING_KEY, "belong"), 1);
	}
}

static void the_servers_own_certificate_stands_first(void **state)
{
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	(void)state;
	put_certificates(&files.certificate, middle, root, leaf, NULL);
	put_key(ecdsa);
	assert_said(load(), "tls_certificate: the key belongs to certificate 3", "stand first");
	/* Dates and names of the wrong one are not looked at. */
	struct findings findings = check("mail.example");
	assert_int_equal(findings.count, 1);
	assert_alone(&findings, FINDING_WRONG, "stand first");
}

static void a_short_key_is_refused_in_words(void **state)
{
	(void)state;
	put_pair((struct plan){.key = short_rsa});
	assert_said(load(), "tls_certificate: certificate 1", "RSA, 1024 bits");
	assert_said(load(), "tls_certificate: certificate 1", "2048 bits");
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WRONG, "too short a key");
}

static void a_key_that_no_client_takes_is_refused(void **state)
{
	EVP_PKEY *exchange = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	X509 *root = make_root();
	(void)state;
	X509 *leaf = make((struct plan){.subject = "mail.example",
		.hosts = "DNS:mail.example",
		.key = exchange,
		.issuer = root,
		.issuer_key = root_key});
	put_certificates(&files.certificate, leaf, root, NULL);
	put_key(exchange);
	assert_said(load(), "tls_key: no client takes", "(X25519, ");
	struct findings findings = check("mail.example");
	assert_int_equal(told(&findings, FINDING_WRONG, FINDING_KEY, "RSA of 2048 bits"), 1);
	EVP_PKEY_free(exchange);
}

static void a_key_on_a_curve_that_no_client_takes_is_refused(void **state)
{
	/* OpenSSL serves with all of these; the first three are what TLS clients know (RFC 8422
	 * 5.1.1). */
	static const char *const curves[] = {"P-256", "P-384", "P-521", "brainpoolP256r1",
		"brainpoolP384r1", "secp256k1", "P-224"};
	(void)state;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
		EVP_PKEY *key = EVP_EC_gen(curves[i]);
		assert_non_null(key);
		put_pair((struct plan){.key = key});
		struct findings findings = check("mail.example");
		if (i < 3) {
			assert_string_equal(load(), "");
			assert_all_fine(&findings, 2);
		} else {
			assert_said(
				load(), "tls_key: no client takes a key of this kind", "(ECDSA, ");
			assert_said(load(), "tls_key: ", "RSA of 2048 bits, or ECDSA");
			assert_int_equal(
				told(&findings, FINDING_WRONG, FINDING_KEY, "no client takes"), 1);
			assert_int_equal(told(&findings, FINDING_FINE, FINDING_KEY, ""), 0);
		}
		EVP_PKEY_free(key);
	}
}

static void a_fault_fills_what_room_there_is(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	TEXT(fault, 40);
	(void)state;
	put_text("", &files.certificate);
	text_add(&fault, "what stood there before");
	assert_string_equal(certificate_load(context, &files, &fault),
		"tls_certificate: no PEM certificate in ");
	SSL_CTX_free(context);
}

/* --- the authorities of clients --- */

static void authorities_are_taken_and_named_once(void **state)
{
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	X509_STORE_CTX *proof = X509_STORE_CTX_new();
	TEXT(fault, 256);
	(void)state;
	assert_null(certificate_load_authorities(context, &files, &fault)); /* there is no file */
	assert_true(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(context)) <= 0);
	X509_up_ref(middle);
	put_certificates(&files.authorities, middle, make_root(), make_root(), NULL);
	assert_null(certificate_load_authorities(context, &files, &fault));
	assert_int_equal(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(context)), 2);
	X509_STORE_CTX_init(proof, SSL_CTX_get_cert_store(context), leaf, NULL);
	assert_int_equal(X509_verify_cert(proof), 1);
	X509_STORE_CTX_cleanup(proof);
	SSL_CTX_free(context);

	/* Whoever names an authority need not name the one above it. */
	context = SSL_CTX_new(TLS_server_method());
	put_certificates(&files.authorities, middle, NULL);
	assert_null(certificate_load_authorities(context, &files, &fault));
	X509_STORE_CTX_init(proof, SSL_CTX_get_cert_store(context), leaf, NULL);
	assert_int_equal(X509_verify_cert(proof), 1);
	X509_STORE_CTX_cleanup(proof);
	/* And it vouches for nobody whom it did not issue. */
	X509 *stranger = make_own((struct plan){0});
	X509_STORE_CTX_init(proof, SSL_CTX_get_cert_store(context), stranger, NULL);
	assert_int_equal(X509_verify_cert(proof), 0);
	X509_STORE_CTX_free(proof);
	SSL_CTX_free(context);
	X509_free(root), X509_free(leaf), X509_free(stranger);
	ERR_clear_error();
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		ROW(a_pair_is_taken_whatever_its_kind),
		ROW(the_chain_is_taken_in_the_order_of_the_file),
		ROW(certificate_and_key_may_share_a_file_and_a_descriptor),
		ROW(a_key_may_stand_behind_its_curve),
		ROW(an_expired_certificate_is_taken),
		ROW(what_is_no_certificate_is_refused),
		ROW(what_is_no_key_is_refused),
		ROW(nobody_is_asked_for_a_passphrase),
		ROW(a_key_of_another_certificate_is_refused),
		ROW(the_servers_own_certificate_stands_first),
		ROW(a_short_key_is_refused_in_words),
		ROW(a_key_that_no_client_takes_is_refused),
		ROW(a_key_on_a_curve_that_no_client_takes_is_refused),
		ROW(a_fault_fills_what_room_there_is),
		ROW(authorities_are_taken_and_named_once),
	};
	return cmocka_run_group_tests(tests, keys_begin, keys_end);
}

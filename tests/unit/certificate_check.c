/* A check of certificate, key and authorities: what it finds, and how bad that is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificates.h"

static const char *date_in(long seconds)
{
	static char date[32];
	time_t then = time(NULL) + seconds;
	struct tm parts;
	strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&then, &parts));
	return date;
}

/* --- what a check finds --- */

static void dates_are_told_with_the_days_left(void **state)
{
	static const struct {
		long from, until;
		enum finding_level level;
		const char *piece;
	} cases[] = {
		{-DAY, -HOUR, FINDING_WRONG, "it expired on "},
		{HOUR, DAY, FINDING_WRONG, "it is valid only from "},
		{-DAY, HOUR, FINDING_WARNING, ", in less than a day: renew"},
		{-DAY, DAY + HOUR, FINDING_WARNING, ", in 1 day: renew"},
		{-DAY, 13 * DAY + HOUR, FINDING_WARNING, ", in 13 days: renew"},
		{-DAY, 15 * DAY, FINDING_FINE, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_pair((struct plan){.from = cases[i].from, .until = cases[i].until});
		struct findings findings = check("mail.example");
		if (cases[i].level == FINDING_FINE)
			assert_all_fine(&findings, 2);
		else
			assert_alone(&findings, cases[i].level, cases[i].piece);
		assert_int_equal(told(&findings, FINDING_FINE, FINDING_KEY, ""), 1);
	}
	put_pair((struct plan){.until = 13 * DAY});
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WARNING, date_in(13 * DAY));
	put_pair((struct plan){.until = 40 * DAY});
	findings = check("mail.example");
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE, date_in(40 * DAY)), 1);
}

static void names_are_those_that_clients_take(void **state)
{
	static const struct {
		const char *hosts, *hostname;
		enum finding_level level;
	} cases[] = {
		{"DNS:mail.example", "mail.example", FINDING_FINE},
		{"DNS:mail.example", "MAIL.example", FINDING_FINE},
		{"DNS:other.example,DNS:mail.example", "mail.example", FINDING_FINE},
		{"DNS:other.example", "mail.example", FINDING_WRONG},
		{"DNS:*.office.example", "mail.office.example", FINDING_FINE},
		{"DNS:*.office.example", "a.mail.office.example", FINDING_WRONG},
		{"DNS:*.office.example", "office.example", FINDING_WRONG},
		{"DNS:ma*.office.example", "mail.office.example", FINDING_WARNING},
		{"IP:192.0.2.1", "mail.example", FINDING_WARNING}, /* in the subject alone */
		{"email:a@mail.example", "other.example", FINDING_WRONG},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_pair((struct plan){.hosts = cases[i].hosts});
		struct findings findings = check(cases[i].hostname);
		if (cases[i].level == FINDING_FINE)
			assert_all_fine(&findings, 2);
		else
			assert_alone(&findings, cases[i].level, cases[i].hostname);
	}
	put_pair((struct plan){.hosts = "DNS:one.example,DNS:two.example"});
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WRONG,
		"it is for one.example, two.example and not for mail.example: ");
}

static void a_certificate_that_is_for_no_server_is_wrong(void **state)
{
	(void)state;
	put_pair((struct plan){.serves = "clientAuth"});
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WRONG, "serverAuth");
	put_pair((struct plan){.serves = "clientAuth,serverAuth"});
	findings = check("mail.example");
	assert_all_fine(&findings, 2);
}

static void names_of_any_octets_and_length_are_quoted_safely(void **state)
{
	char hosts[4096] = "DNS:mail.example";
	char longest[255];
	(void)state;
	for (size_t i = 0; i < 60; i++)
		snprintf(hosts + strlen(hosts), sizeof hosts - strlen(hosts), ",DNS:n%zu.%s", i,
			"a-long-name-of-a-department.example");
	put_pair((struct plan){.hosts = hosts});
	struct findings findings = check("mail.example");
	assert_all_fine(&findings, 2);
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE, " more; until "), 1);
	memset(longest, 'h', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	findings = check(longest);
	assert_alone(&findings, FINDING_WRONG, "or set hostname"); /* the remedy fits */

	/* Made to look like a second line, and to clear the screen. */
	X509 *own = make_own((struct plan){.subject = "evil\nok\x1b[2J\xc3\xa9"});
	X509_EXTENSION_free(
		X509_delete_ext(own, X509_get_ext_by_NID(own, NID_subject_alt_name, -1)));
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *octets = ASN1_IA5STRING_new();
	ASN1_STRING_set(octets, "evil\0x\r\n\x1b[2J\xff.example", 21);
	GENERAL_NAME_set0_value(name, GEN_DNS, octets);
	sk_GENERAL_NAME_push(names, name);
	X509_add1_ext_i2d(own, NID_subject_alt_name, names, 0, 0);
	GENERAL_NAMES_free(names);
	X509_sign(own, ecdsa, EVP_sha256());
	put_certificates(&files.certificate, own, NULL);
	findings = check("mail.example");
	assert_alone(&findings, FINDING_WRONG, "it is for evil?x???[2J?.example and");
	X509 *expired = make(
		(struct plan){.subject = "evil\nok\x1b[2J\xc3\xa9", .key = ecdsa, .until = -60});
	put_certificates(&files.authorities, expired, NULL);
	findings = check("mail.example");
	assert_true(told(&findings, FINDING_WARNING, FINDING_CLIENT_CA, "evil") > 0);
}

/* --- the chain --- */

/* Makes of one certificate, or of none, what the system trusts. */
static void trust(X509 *root)
{
	char whole[128];
	int descriptor = -1;
	FILE *file = begin_file("trusted.pem");
	if (root != NULL)
		PEM_write_X509(file, root);
	end_file(file, &descriptor);
	close(descriptor);
	snprintf(whole, sizeof whole, "%s/trusted.pem", folder);
	assert_int_equal(setenv("SSL_CERT_FILE", whole, 1), 0);
	assert_int_equal(setenv("SSL_CERT_DIR", folder, 1), 0);
}

static void a_chain_ends_at_a_root_that_is_known(void **state)
{
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	struct findings findings;
	(void)state;
	put_key(ecdsa);
	X509_up_ref(leaf), X509_up_ref(leaf), X509_up_ref(middle);

	trust(root);
	put_certificates(&files.certificate, leaf, middle, NULL);
	findings = check("mail.example");
	assert_all_fine(&findings, 2);
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE, "self-signed"), 0);
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE,
				 "mail.example, smtp.example; until "),
		1);
	put_certificates(&files.certificate, leaf, NULL);
	findings = check("mail.example");
	assert_alone(&findings, FINDING_WARNING, "issued by CN=A Middle");
	assert_alone(&findings, FINDING_WARNING, "fullchain.pem");

	trust(NULL);
	X509_up_ref(leaf), X509_up_ref(middle);
	put_certificates(&files.certificate, leaf, middle, NULL);
	findings = check("mail.example");
	assert_alone(&findings, FINDING_WARNING, "ends at CN=A Middle, issued by CN=A Root");
	put_certificates(&files.certificate, leaf, root, middle, NULL); /* in any order */
	findings = check("mail.example");
	assert_all_fine(&findings, 2);
}

static void an_issuer_by_name_alone_is_none(void **state)
{
	/* The authority has a new key, and the file the new certificate: no client can use it. */
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	X509 *renewed = make((struct plan){.subject = "A Middle",
		.usage = "critical,CA:TRUE",
		.key = other,
		.issuer = root,
		.issuer_key = root_key});
	(void)state;
	trust(root);
	put_key(ecdsa);
	put_certificates(&files.certificate, leaf, renewed, NULL);
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WARNING, "ends at CN=mail.example, issued by CN=A Middle");
	X509_free(root), X509_free(middle);
}

static void two_that_issued_each_other_come_to_an_end(void **state)
{
	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	X509 *crossed = make((struct plan){.subject = "A Root",
		.usage = "critical,CA:TRUE",
		.key = root_key,
		.issuer = middle,
		.issuer_key = middle_key});
	(void)state;
	trust(NULL);
	put_key(ecdsa);
	put_certificates(&files.certificate, leaf, middle, crossed, NULL);
	struct findings findings = check("mail.example");
	assert_int_equal(told(&findings, FINDING_WARNING, FINDING_CERTIFICATE, "chain"), 1);
	X509_free(root);
}

static void a_link_that_expired_is_a_warning(void **state)
{
	/* Some clients find another way round it. */
	X509 *root = make_root();
	X509 *middle = make((struct plan){.subject = "A Middle",
		.usage = "critical,CA:TRUE",
		.key = middle_key,
		.issuer = root,
		.issuer_key = root_key,
		.from = -9 * DAY,
		.until = -DAY});
	X509 *leaf = make_leaf(middle);
	(void)state;
	trust(root);
	put_key(ecdsa);
	put_certificates(&files.certificate, leaf, middle, NULL);
	struct findings findings = check("mail.example");
	assert_alone(&findings, FINDING_WARNING, "CN=A Middle expired on ");
	X509_free(root);
}

static void a_self_signed_one_is_fine_with_a_word(void **state)
{
	(void)state;
	put_pair((struct plan){0});
	struct findings findings = check("mail.example");
	assert_all_fine(&findings, 2);
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CERTIFICATE,
				 "self-signed: clients must be told to trust it"),
		1);
}

static void authorities_are_refused_and_checked_in_words(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	TEXT(fault, 256);
	struct findings findings;
	(void)state;
	put_pair((struct plan){0});
	put_text("", &files.authorities);
	assert_said(certificate_load_authorities(context, &files, &fault),
		"tls_client_ca: no PEM certificate", "name a file");
	findings = check("mail.example");
	assert_int_equal(told(&findings, FINDING_WRONG, FINDING_CLIENT_CA, "no PEM"), 1);
	assert_int_equal(findings.count, 3);
	put_certificates(&files.authorities, make_root(), NULL);
	findings = check("mail.example");
	assert_all_fine(&findings, 3);
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CLIENT_CA, "1 authority"), 1);

	X509 *root = make_root(), *middle = make_middle(root), *leaf = make_leaf(middle);
	X509 *old = make((struct plan){.subject = "An Old Root",
		.usage = "critical,CA:TRUE",
		.key = root_key,
		.from = -9 * DAY,
		.until = -DAY});
	X509_free(middle);
	put_certificates(&files.authorities, root, old, leaf, NULL);
	findings = check("mail.example");
	assert_int_equal(told(&findings, FINDING_FINE, FINDING_CLIENT_CA, "3 authorities"), 1);
	assert_int_equal(
		told(&findings, FINDING_WARNING, FINDING_CLIENT_CA, "CN=An Old Root exp"), 1);
	assert_int_equal(told(&findings, FINDING_WARNING, FINDING_CLIENT_CA,
				 "CN=mail.example is no authority"),
		1);
	SSL_CTX_free(context);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		ROW(dates_are_told_with_the_days_left),
		ROW(names_are_those_that_clients_take),
		ROW(a_certificate_that_is_for_no_server_is_wrong),
		ROW(names_of_any_octets_and_length_are_quoted_safely),
		ROW(a_chain_ends_at_a_root_that_is_known),
		ROW(an_issuer_by_name_alone_is_none),
		ROW(two_that_issued_each_other_come_to_an_end),
		ROW(a_link_that_expired_is_a_warning),
		ROW(a_self_signed_one_is_fine_with_a_word),
		ROW(authorities_are_refused_and_checked_in_words),
	};
	return cmocka_run_group_tests(tests, keys_begin, keys_end);
}

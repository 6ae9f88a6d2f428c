/* The settings file: each rule and each kind from both sides, the defaults, and junk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"

static struct settings settings;
static char words[600];

/* What is wrong with these lines, or NULL. The host's own name is left out of it. */
static const char *parse(const char *lines)
{
	struct text fault = TEXT_OVER(words);
	char all[8192];

	snprintf(all, sizeof all, "%s\nhostname = mail.office.example\n", lines);
	return settings_parse("F", all, strlen(all), &settings, &fault);
}

static void good_at(const char *lines, int line)
{
	const char *wrong = parse(lines);

	if (wrong) {
		print_error("good at %d: `%s`: %s\n", line, lines, wrong);
		fail();
	}
}

static void bad_at(const char *lines, const char *expected, int line)
{
	static const struct settings nothing;
	const char *wrong = parse(lines);

	if (!wrong || !strstr(wrong, expected)) {
		print_error("bad at %d: `%s`: %s\n", line, lines, wrong ? wrong : "was taken");
		fail();
	}
	settings.log = nothing.log; /* the one field that may be used after a fault */
	assert_memory_equal(&settings, &nothing, sizeof nothing);
}

#define good(lines)          good_at(lines, __LINE__)
#define bad(lines, expected) bad_at(lines, expected, __LINE__)

static void the_defaults(void **state)
{
	static const char loopback[16] = {127}, six[16] = {[15] = 1};

	(void)state;
	good("");
	assert_string_equal(settings.hostname, "mail.office.example");
	assert_string_equal(settings.sendmail, "/usr/sbin/sendmail");
	assert_int_equal(settings.recipients, RECIPIENTS_AUTO);
	assert_int_equal(settings.message_size_limit, 26214400);
	assert_int_equal(settings.recipient_limit, 100);
	assert_true(settings.long_lines);
	assert_false(settings.bare_newline);
	assert_int_equal(settings.mechanisms.count, 4);
	assert_int_equal(settings.mechanisms.list[0], MECHANISM_SCRAM_SHA_256_PLUS);
	assert_int_equal(settings.mechanisms.list[1], MECHANISM_SCRAM_SHA_256);
	assert_int_equal(settings.mechanisms.list[2], MECHANISM_PLAIN);
	assert_int_equal(settings.mechanisms.list[3], MECHANISM_LOGIN);
	assert_int_equal(settings.trusted_mechanisms.count, 0);
	assert_int_equal(settings.networks.count, 0);
	assert_int_equal(settings.cleartext_networks.count, 2);
	assert_true(settings.cleartext_networks.list[0].ip.v4);
	assert_int_equal(settings.cleartext_networks.list[0].bits, 8);
	assert_memory_equal(settings.cleartext_networks.list[0].ip.octets, loopback, 4);
	assert_int_equal(settings.cleartext_networks.list[1].bits, 128);
	assert_memory_equal(settings.cleartext_networks.list[1].ip.octets, six, 16);
	assert_string_equal(settings.tls_key, "");
	assert_int_equal(settings.tls_minimum, 12);
	assert_int_equal(settings.lockout, 900);
	assert_int_equal(settings.command_timeout, 300);
	assert_int_equal(settings.login_timeout, 120);
	assert_int_equal(settings.failure_limit, 10);
	assert_int_equal(settings.jail_layers, LAYERS_ALL);
	assert_int_equal(settings.log, LOG_WHERE_SYSLOG);
	assert_false(settings.log_unknown_users);
	assert_string_equal(settings.user.name, "postern");
	assert_string_equal(settings.jail_user.name, "postern-jail");
}

/* Every key, written out with its default, is taken, and means what leaving it out means. */
static void every_key_with_its_default(void **state)
{
	static const char *const rows[][2] = {
#define SETTING(kind, key, standard, meaning) {#key, standard},
#include "base/settings.def"
#undef SETTING
	};
	static struct settings standard;
	char line[300];

	(void)state;
	good("");
	memcpy(&standard, &settings, sizeof standard);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i][0], "hostname") == 0)
			continue; /* parse() sets it */
		snprintf(line, sizeof line, "%s = %s", rows[i][0], rows[i][1]);
		good(line);
		assert_memory_equal(&settings, &standard, sizeof settings);
		if (rows[i][1][0]) {
			snprintf(line, sizeof line, "%s =", rows[i][0]);
			bad(line, "F:1: ");
			assert_non_null(strstr(words, "has no value"));
		}
	}
}

static void lines(void **state)
{
	char line[400];

	(void)state;
	good("# a comment; with anything\n\n \t\n\t# indented comment\nlog = stderr");
	good("log=stderr");
	good("log \t=\t stderr \t");
	assert_int_equal(settings.log, LOG_WHERE_STDERR);
	bad("log", "F:1: no setting; write key = value");
	bad("log: stderr", "F:1: no setting");
	bad("log: = stderr", "F:1: no setting");
	bad("[smtpd]", "F:1: there are no sections");
	bad("; note", "F:1: a comment begins with #");
	bad("networks = 10.0.0.0/8\n 192.168.0.0/16", "F:2: the line begins with a blank");
	bad("networks = 10.0.0.0/8\n\tlog = stderr", "F:2: the line begins with a blank");
	bad("log = stderr ; here", "F:1: a ; within a value");
	bad("sendmail = /usr/bin/a;b", "F:1: a ; within a value");
	bad("log = stderr # here", "F:1: a comment stands on a line of its own");
	bad("log =# here", "F:1: a comment stands on a line of its own");
	good("sendmail = /usr/bin/a#b");
	bad("log = stderr\r", "F:1: a control character");
	bad("\n\nlog = \x7F", "F:3: a control character");
	bad("= stderr", "F:1: `` is no setting");
	memset(line, 'x', sizeof line);
	memcpy(line, "sendmail = /", 12);
	line[198] = '\0';
	good(line);
	assert_int_equal(strlen(settings.sendmail), 198 - 11);
	line[198] = 'x';
	line[199] = '\0';
	bad(line, "F:1: the line is over 198 octets");
	memset(line, '#', 199);
	bad(line, "F:1: the line is over 198 octets");
}

static void a_last_line_without_a_newline(void **state)
{
	static const char nul[] = "hostname = a.example\nlog = stderr\n#\0\nlog = syslog\n";
	struct text fault = TEXT_OVER(words);
	const char *line = "hostname = a.example\nlog = stderr";

	(void)state;
	assert_null(settings_parse("F", line, strlen(line), &settings, &fault));
	assert_int_equal(settings.log, LOG_WHERE_STDERR);
	assert_non_null(settings_parse("F", nul, sizeof nul - 1, &settings, &fault));
	assert_string_equal(words, "F:4: a NUL; a settings file holds text");
}

static void keys(void **state)
{
	(void)state;
	bad("networks_ = ::1", "F:1: `networks_` is no setting; perhaps you mean networks");
	bad("message-size-limit = 5", "perhaps you mean message_size_limit");
	bad("Log = stderr", "perhaps you mean log");
	bad("relay_from = ::1", "is no setting; postern.conf(5) names them all");
	bad("a_key_that_is_longer_than_any_other_key_here = 1", "postern.conf(5) names them all");
	bad("log = stderr\n\nlog = stderr", "F:3: log: stands here a second time");
	bad("log = maybe\nlogg = 1", "F:1: log: `maybe` is no place");
	assert_int_equal(settings.log, LOG_WHERE_SYSLOG);
	bad("log = stderr\nuser = -", "F:2: user: ");
}

static void numbers(void **state)
{
	(void)state;
	good("message_size_limit = 1");
	good("message_size_limit = 2147483647");
	assert_int_equal(settings.message_size_limit, 2147483647);
	bad("message_size_limit = 2147483648", "F:1: message_size_limit: `2147483648` is no size");
	bad("message_size_limit = 0", "is no size");
	bad("message_size_limit = 10M", "is no size");
	bad("message_size_limit = -1", "is no size");
	bad("message_size_limit = 99999999999999999999999", "is no size");
	good("recipient_limit = 1000");
	assert_int_equal(settings.recipient_limit, 1000);
	bad("recipient_limit = 1001", "F:1: recipient_limit: `1001` is too many");
	bad("recipient_limit = 0", "is no such number");
	good("failure_limit = 1000000");
	bad("failure_limit = 1000001", "is no such number");
	good("scram_iterations = 4096");
	good("scram_iterations = 65536");
	assert_int_equal(settings.scram_iterations, 65536);
	bad("scram_iterations = 4095", "write 4096 to 65536");
	bad("scram_iterations = 65537", "write 4096 to 65536");
	good("message_rate = 0");
	bad("message_rate = x", "is no such number");
}

static void times(void **state)
{
	static const struct {
		const char *value;
		unsigned seconds;
	} cases[] = {{"1", 1}, {"90s", 90}, {"2m", 120}, {"3h", 10800}, {"1d", 86400},
		{"365d", 31536000}, {"31536000", 31536000}};
	static const char *const wrong[] = {"0", "0s", "366d", "31536001", "m", "1 m", "1M", "1w",
		"1.5h", "-1", "1mm", "18446744073709551617s"};
	char line[100];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(line, sizeof line, "command_timeout = %s", cases[i].value);
		good(line);
		assert_int_equal(settings.command_timeout, cases[i].seconds);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(line, sizeof line, "command_timeout = %s", wrong[i]);
		bad(line, "is no time; write a number above 0");
	}
}

static void words_of_a_choice(void **state)
{
	(void)state;
	good("hide_client = yes");
	assert_true(settings.hide_client);
	bad("hide_client = on", "is neither yes nor no");
	bad("hide_client = YES", "is neither yes nor no");
	good("long_lines = reject\nbare_newline = accept");
	assert_false(settings.long_lines);
	assert_true(settings.bare_newline);
	bad("long_lines = no", "is neither accept nor reject");
	good("recipients = arguments");
	assert_int_equal(settings.recipients, RECIPIENTS_ARGUMENTS);
	bad("recipients = both", "write auto, headers or arguments");
	bad("passwords = alwaystrue", "is no store of passwords");
	bad("passwords = auxprop:", "names no plugin of SASL");
	bad("tls_minimum = 1.4", "is no version of TLS");
	bad("log = file", "is no place for log lines");
}

static void names(void **state)
{
	(void)state;
	bad("sendmail = sendmail", "is no absolute path");
	bad("spool = ./spool", "is no absolute path");
	good("realm = Office.Example");
	assert_string_equal(settings.realm, "office.example");
	bad("realm = a@b", "is no realm");
	bad("realm = a b", "is no realm");
	bad("realm = caf\xC3\xA9", "is no realm");
}

static void hostnames(void **state)
{
	struct text fault = TEXT_OVER(words);
	const char *wrong = "hostname = localhost\n", *fine = "hostname = Mail.Office.Example\n";

	(void)state;
	assert_non_null(settings_parse("F", wrong, strlen(wrong), &settings, &fault));
	assert_string_equal(words, "F:1: hostname: `localhost` is no full host name; "
				   "write one like mail.your.domain");
	assert_null(settings_parse("F", fine, strlen(fine), &settings, &fault));
	assert_string_equal(settings.hostname, "Mail.Office.Example");
}

/* Without the key: this host's own name or /etc/mailname, else an error that names the key. */
static void the_hosts_own_name(void **state)
{
	struct text fault = TEXT_OVER(words);
	const char *wrong = settings_parse("F", "", 0, &settings, &fault);
	char own[256] = "";

	(void)state;
	gethostname(own, sizeof own - 1);
	if (!wrong)
		assert_true(strchr(settings.hostname, '.') != NULL);
	else
		assert_true(strstr(wrong, "F: hostname: ") && strstr(wrong, "hostname = "));
	if (strchr(own, '.') && !wrong)
		assert_string_equal(settings.hostname, own);
}

static void lists(void **state)
{
	char many[8000] = "";

	(void)state;
	good("networks = 10.0.0.0/8 192.168.1.1\nlog = stderr\nnetworks = 2001:db8::/32\nnetworks "
	     "=");
	assert_int_equal(settings.networks.count, 3);
	assert_int_equal(settings.networks.list[2].bits, 32);
	bad("networks = 10.0.0.0/8\nnetworks = 10.0.0.300", "F:2: networks: `10.0.0.300` ");
	bad("networks = 10.0.0.0/8, ::1", "has a comma; a list is separated by blanks");
	bad("networks = 10.1.2.3/8", "F:1: networks: `10.1.2.3/8` ");
	bad("networks = none", "F:1: networks: `none` ");
	good("cleartext_networks = none");
	assert_int_equal(settings.cleartext_networks.count, 0);
	bad("cleartext_networks = none ::1", "`none` ");
	bad("cleartext_networks = none\ncleartext_networks = ::1",
		"F:2: cleartext_networks: `none` and");
	bad("cleartext_networks = ::1\ncleartext_networks = none",
		"F:2: cleartext_networks: `none` and");
	for (int i = 0; i < NETWORKS_MAX; i++)
		snprintf(many + strlen(many), 24, "networks = 10.0.0.%d\n", i);
	good(many);
	assert_int_equal(settings.networks.count, NETWORKS_MAX);
	snprintf(many + strlen(many), 24, "networks = ::1\n");
	bad(many, "F:101: networks: `::1` is one too many");
}

static void mechanisms(void **state)
{
	(void)state;
	good("mechanisms = plain SCRAM-SHA-1\nmechanisms = GSSAPI\ntrusted_mechanisms = "
	     "SCRAM-SHA-1");
	assert_int_equal(settings.mechanisms.count, 4);
	assert_int_equal(settings.mechanisms.list[0], MECHANISM_PLAIN);
	assert_int_equal(settings.mechanisms.list[1], MECHANISM_SCRAM_SHA_1_PLUS);
	assert_int_equal(settings.mechanisms.list[2], MECHANISM_SCRAM_SHA_1);
	assert_int_equal(settings.mechanisms.list[3], MECHANISM_GSSAPI);
	/* Who trusts a mechanism trusts the stronger one too. */
	assert_int_equal(settings.trusted_mechanisms.count, 2);
	assert_int_equal(settings.trusted_mechanisms.list[0], MECHANISM_SCRAM_SHA_1_PLUS);
	assert_int_equal(settings.trusted_mechanisms.list[1], MECHANISM_SCRAM_SHA_1);
	/* All that there are have room. */
	good("mechanisms = SCRAM-SHA-512 SCRAM-SHA-384 SCRAM-SHA-256 SCRAM-SHA-224 SCRAM-SHA-1\n"
	     "mechanisms = PLAIN LOGIN CRAM-MD5 DIGEST-MD5 EXTERNAL GSSAPI");
	assert_int_equal(settings.mechanisms.count, MECHANISMS);
	for (size_t i = 0; i < MECHANISMS; i++)
		assert_int_equal(settings.mechanisms.list[i], i);
	good("mechanisms = none");
	assert_int_equal(settings.mechanisms.count, 0);
	bad("trusted_mechanisms = none", "`none` is no mechanism");
	bad("mechanisms = PLAIN LOGIN plain", "F:1: mechanisms: `plain` stands twice");
	bad("mechanisms = PLAIN\nmechanisms = PLAIN", "F:2: mechanisms: `PLAIN` stands twice");
	bad("mechanisms = SCRAM-SHA-256 scram-sha-256",
		"F:1: mechanisms: `scram-sha-256` stands twice");
	bad("mechanisms = SCRAM-SHA-256-PLUS", "is covered by the mechanism's plain name");
	bad("trusted_mechanisms = scram-sha-1-plus", "is covered by the mechanism's plain name");
	bad("mechanisms = PLAIN-PLUS", "is no mechanism of this program");
	bad("mechanisms = ANONYMOUS", "is no mechanism of this program");
}

static void layers(void **state)
{
	(void)state;
	good("jail_layers = limits seccomp");
	assert_int_equal(settings.jail_layers, LAYER_LIMITS | LAYER_SECCOMP);
	good("jail_layers = landlock\njail_layers = chroot");
	assert_int_equal(settings.jail_layers, LAYER_LANDLOCK | LAYER_CHROOT);
	good("jail_layers = none");
	assert_int_equal(settings.jail_layers, 0);
	bad("jail_layers =", "jail_layers: has no value");
	bad("jail_layers = seccomp seccomp", "stands twice");
	bad("jail_layers = pledge", "is no layer");
	bad("jail_layers = none seccomp", "`none` is no layer");
}

static void identities(void **state)
{
	struct text fault = TEXT_OVER(words);

	(void)state;
	good("user = 1000:1001,8,9\njail_user = 4294967294:0");
	assert_true(settings.user.found && settings.jail_user.found);
	assert_int_equal(settings.user.uid, 1000);
	assert_int_equal(settings.user.gid, 1001);
	assert_int_equal(settings.user.group_count, 2);
	assert_int_equal(settings.user.groups[1], 9);
	assert_null(settings_identities(&settings, &fault));
	good("user = daemon\njail_user = no-such-account");
	assert_true(settings.user.found && settings.user.uid != 0);
	assert_false(settings.jail_user.found);
	assert_non_null(settings_identities(&settings, &fault));
	assert_string_equal(words, "jail_user: `no-such-account` is not in /etc/passwd; make that "
				   "account, or name another");
	good("user = root\njail_user = nobody");
	assert_non_null(settings_identities(&settings, &fault));
	assert_string_equal(words, "user: `root` is root; name an account of its own");
	good("user = 5:5\njail_user = 5:6");
	assert_non_null(settings_identities(&settings, &fault));
	assert_string_equal(
		words, "jail_user: `5:6` has the uid of `user`; each needs an account of its own");
	bad("user = 1000", "is nobody; write a name");
	bad("user = 1000:", "is nobody");
	bad("user = 1000:x", "is nobody");
	bad("user = 1000:1,", "is nobody");
	bad("user = 1000:1,,2", "is nobody");
	bad("user = 1000:1 2", "is nobody");
	bad("user = :1", "is nobody");
	bad("user = 4294967295:1", "is nobody");
	bad("user = a b", "is nobody");
	bad("user = a/b", "is nobody");
	bad("user = 1:1,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
	    "29,30,31,32,33",
		"has over 32 further groups");
}

/* A line of a test's own tells what this program cannot do yet; a bad value is told first. */
static void not_built_yet(void **state)
{
	static const char *const asked[] = {"recipients = headers", "security_layers = yes",
		"state_limit = 5", "domains = office.example", "smtputf8 = yes", "dsn = yes",
		"sender_match = yes", "proxy_networks = ::1", "message_rate = 1",
		"recipient_rate = 1", "alert_address = a@office.example", "lockout = 1h"};

	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		bad(asked[i], "is not built into this program yet; leave it out");
	bad("domains = office", "is no domain");
	bad("alert_address = office", "is no mail address");
}

/* What one setting of TLS wants of another. */
static void tls(void **state)
{
	(void)state;
	bad("tls_certificate = /a", "tls_key: is missing");
	bad("tls_key = /a", "tls_certificate: is missing");
	bad("tls_required = yes", "wants TLS; set tls_certificate and tls_key too");
	bad("tls_client_ca = /a", "wants TLS; set tls_certificate and tls_key too");
	good("tls_certificate = /a\ntls_key = /b\ntls_client_ca = /c\ntls_required = yes\n"
	     "tls_minimum = 1.0");
	assert_string_equal(settings.tls_key, "/b");
	assert_int_equal(settings.tls_minimum, 10);
	assert_true(settings.tls_required);
}

static void files(void **state)
{
	struct text fault = TEXT_OVER(words);
	char path[] = "/tmp/settings-XXXXXX", room[SETTINGS_FILE_MAX + 2];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	memset(room, '\n', sizeof room);
	memcpy(room, "hostname = a.example", 20);
	assert_int_equal(write(fd, room, SETTINGS_FILE_MAX), SETTINGS_FILE_MAX);
	assert_null(settings_read(path, &settings, &fault));
	assert_string_equal(settings.hostname, "a.example");
	assert_int_equal(write(fd, room + 100, 1), 1);
	assert_non_null(settings_read(path, &settings, &fault));
	assert_non_null(strstr(words, "over 65536 octets"));
	close(fd);
	unlink(path);
	assert_non_null(settings_read(path, &settings, &fault));
	assert_non_null(strstr(words, path));
	assert_non_null(strstr(words, "No such file or directory"));
	assert_non_null(settings_read("/tmp", &settings, &fault));
	assert_non_null(strstr(words, "Is a directory"));
}

/* Lines by chance, of pieces that mean something here and of any octet: never a crash, and either
 * a whole struct or nothing of it. */
static void junk(void **state)
{
	static const char *const pieces[] = {"networks", "log", "user", "jail_layers", "mechanisms",
		"lockout", "=", " = ", "=", "\n", "\n", "\n", "[", ";", "#", ":", " ", "\t", "none",
		"stderr", "10.0.0.0/8", "::1", "1000:1", ",", "PLAIN", "seccomp", "5m", "\r",
		"\xC3\xA9"};
	static const struct settings nothing;
	struct text fault = TEXT_OVER(words);
	unsigned taken = 0;

	(void)state;
	srandom(4711);
	for (int round = 0; round < 20000; round++) {
		char string[1200] = "hostname = a.example\n";
		size_t len = strlen(string);
		long count = random() % 24;

		while (count-- > 0 && len < 1000) {
			const char *piece =
				pieces[(size_t)random() % (sizeof pieces / sizeof pieces[0])];

			if (random() % 40 == 0) {
				string[len++] = (char)random();
				continue;
			}
			memcpy(string + len, piece, strlen(piece));
			len += strlen(piece);
		}
		string[len] = '\0';
		if (!settings_parse("F", string, len, &settings, &fault)) {
			taken++;
			assert_string_equal(settings.hostname, "a.example");
			assert_int_equal(settings.data_timeout, 600);
			assert_true(settings.jail_layers <= LAYERS_ALL);
			continue;
		}
		assert_non_null(strstr(words, "F:"));
		settings.log = nothing.log;
		assert_memory_equal(&settings, &nothing, sizeof nothing);
	}
	assert_true(taken > 100 && taken < 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults),
		cmocka_unit_test(every_key_with_its_default),
		cmocka_unit_test(lines),
		cmocka_unit_test(a_last_line_without_a_newline),
		cmocka_unit_test(keys),
		cmocka_unit_test(numbers),
		cmocka_unit_test(times),
		cmocka_unit_test(words_of_a_choice),
		cmocka_unit_test(names),
		cmocka_unit_test(hostnames),
		cmocka_unit_test(the_hosts_own_name),
		cmocka_unit_test(lists),
		cmocka_unit_test(mechanisms),
		cmocka_unit_test(layers),
		cmocka_unit_test(identities),
		cmocka_unit_test(not_built_yet),
		cmocka_unit_test(tls),
		cmocka_unit_test(files),
		cmocka_unit_test(junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

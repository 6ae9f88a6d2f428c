/* The monitor's side of postern-tls: what it says is taken only whole, in form and in time.
 *
 * The program that is started is this one again, as `postern-tls`: the host's name in the first
 * record tells it what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/channel.h"

/* --- postern-tls --- */

static void say(const void *record, size_t len)
{
	if (send(HELPER_WIRE, record, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(99);
}

static void say_type(uint8_t type)
{
	say(&type, sizeof type);
}

static struct wire_facts good_facts(void)
{
	struct wire_facts facts = {.type = WIRE_FACTS, .version = 12, .bits = 128};
	strcpy(facts.cipher, "TLS_AES_128_GCM_SHA256");
	strcpy(facts.subject, "CN=alice (sales)");
	strcpy(facts.names, "email:alice@office.example");
	return facts;
}

/* Facts with one thing wrong, by number. */
static void say_facts(int wrong)
{
	struct wire_facts facts = good_facts();
	switch (wrong) {
	case 1: facts.version = 9; break;
	case 2: facts.version = 14; break;
	case 3: facts.bindings.exporter_len = sizeof facts.bindings.exporter + 1; break;
	case 4: facts.bindings.unique_len = sizeof facts.bindings.unique + 1; break;
	case 5: strcpy(facts.cipher, "A B"); break;
	case 6: facts.cipher[0] = '\0'; break;
	case 7: memset(facts.cipher, 'A', sizeof facts.cipher); break;
	case 8: strcpy(facts.subject, "CN=a\nb"); break;
	case 9: memset(facts.names, 'A', sizeof facts.names); break;
	case 10: strcpy(facts.names, "dns:\xC3\xA4"); break;
	case 11: facts.stranger = 2; break;
	case 12: strcpy(facts.cipher, "A)\n\tB"); break;
	default: break;
	}
	say(&facts, wrong == 13 ? sizeof facts - 1 : sizeof facts);
}

enum { WRONGS = 13 };

static void say_failed(const char *words)
{
	struct wire_failed failed = {.type = WIRE_FAILED, .late = 1};
	strcpy(failed.words, words);
	say(&failed, sizeof failed);
}

static void hang(void)
{
	for (;;)
		pause();
}

static int be_postern_tls(void)
{
	struct wire_tls first;
	struct wire_plain go;
	int wrong;
	if (recv(HELPER_WIRE, &first, sizeof first, 0) != sizeof first || first.type != WIRE_TLS)
		return 98;
	const char *what = first.hostname;
	if (strcmp(what, "dies") == 0 && write(2, "tls_key: bad\n", 13) == 13)
		return 3;
	if (strcmp(what, "hangs") == 0)
		hang();
	if (strcmp(what, "odd") == 0)
		say_type(WIRE_GO);
	say_type(WIRE_READY);
	if (recv(HELPER_WIRE, &go, sizeof go, 0) != sizeof go || go.type != WIRE_GO)
		return 97;
	if (strcmp(what, "leaves") == 0)
		return 0;
	if (strcmp(what, "is killed") == 0)
		raise(SIGKILL);
	if (strcmp(what, "failed") == 0)
		say_failed("http request");
	if (strcmp(what, "failed oddly") == 0)
		say_failed("a\nb");
	if (sscanf(what, "facts%d", &wrong) == 1)
		say_facts(wrong);
	hang();
	return 0;
}

/* --- the monitor --- */

static struct settings settings;
static const int nobody[CHANNEL_WATCH] = {-1, -1};

static struct channel started(const char *what)
{
	struct channel channel = {.program = "/proc/self/exe", .helper = helper_none()};
	memset(&settings, 0, sizeof settings);
	settings.login_timeout = 5;
	settings.tls_minimum = 12;
	strcpy(settings.tls_certificate, "/dev/null");
	strcpy(settings.tls_key, "/dev/null");
	strcpy(settings.hostname, what);
	channel.in = channel.out = open("/dev/null", O_RDWR | O_CLOEXEC);
	channel.stream = open("/dev/null", O_RDWR | O_CLOEXEC);
	channel_open(&channel, &settings);
	assert_string_equal(channel.fault, "");
	assert_true(channel_start(&channel, &settings, false, false));
	assert_int_equal(channel.stream, -1);
	assert_int_equal(channel.key, -1);
	assert_int_equal(channel.certificate, -1);
	return channel;
}

static void end(struct channel *channel)
{
	TEXT(words, 300);
	channel_close(channel);
	channel_end(channel, deadline_in(0), &words);
	assert_int_equal(channel->helper.pid, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static unsigned descriptors(void)
{
	unsigned count = 0;
	DIR *folder = opendir("/proc/self/fd");
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

/* What came of the handshake. */
static uint8_t result(const char *what, struct wire_facts *facts, struct wire_failed *failed)
{
	struct channel channel = started(what);
	uint8_t type = 0;
	assert_int_equal(channel_ready(&channel, deadline_in(10), nobody), YES);
	channel_go(&channel);
	assert_int_equal(channel.in, -1);
	assert_int_equal(channel.out, -1);
	struct deadline until = deadline_in(10);
	while (type == 0 && !deadline_passed(until)) {
		struct pollfd wire = {channel.helper.wire, POLLIN, 0};
		deadline_poll(&wire, 1, until);
		type = channel_result(&channel, facts, failed);
	}
	end(&channel);
	return type;
}

static void good_facts_are_taken_whole(void **state)
{
	struct wire_facts facts, expected = good_facts();
	struct wire_failed failed;
	(void)state;
	assert_int_equal(result("facts0", &facts, &failed), WIRE_FACTS);
	assert_memory_equal(&facts, &expected, sizeof facts);
}

/* It stands in the log, in Received, and later in a login. */
static void facts_out_of_form_are_none(void **state)
{
	(void)state;
	for (int wrong = 1; wrong <= WRONGS; wrong++) {
		struct wire_facts facts = {.version = 99};
		struct wire_failed failed;
		char what[16];
		snprintf(what, sizeof what, "facts%d", wrong);
		assert_int_equal(result(what, &facts, &failed), WIRE_FAILED);
		assert_string_equal(failed.words, "postern-tls answered badly");
		assert_int_equal(facts.version, 99);
	}
}

static void a_failed_handshake_is_told_in_its_words(void **state)
{
	struct wire_facts facts;
	struct wire_failed failed;
	(void)state;
	assert_int_equal(result("failed", &facts, &failed), WIRE_FAILED);
	assert_string_equal(failed.words, "http request");
	assert_int_equal(failed.late, 1);
	assert_int_equal(result("failed oddly", &facts, &failed), WIRE_FAILED);
	assert_string_equal(failed.words, "postern-tls answered badly");
	assert_int_equal(failed.late, 0);
	assert_int_equal(result("leaves", &facts, &failed), WIRE_FAILED);
	assert_string_equal(failed.words, "postern-tls died");
	assert_int_equal(result("is killed", &facts, &failed), WIRE_FAILED);
	assert_string_equal(failed.words, "postern-tls died");
}

static void one_that_is_not_ready_is_gone_and_its_last_words_are_the_fault(void **state)
{
	static const struct {
		const char *what, *fault;
	} table[] = {
		{"dies", "tls_key: bad"},
		{"hangs", "postern-tls was not ready in time"},
		{"odd", "postern-tls did not say that it is ready"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct channel channel = started(table[i].what);
		unsigned patience = strcmp(table[i].what, "hangs") == 0 ? 300 : 10000;
		assert_int_equal(channel_ready(&channel, deadline_in_ms(patience), nobody), NO);
		assert_string_equal(channel.fault, table[i].fault);
		/* In this connection it stays so. */
		assert_false(channel_start(&channel, &settings, false, false));
		end(&channel);
	}
}

static void whoever_is_watched_comes_first(void **state)
{
	int ends[2];
	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct channel channel = started("hangs");
	assert_int_equal(write(ends[1], "x", 1), 1);
	for (int which = 0; which < CHANNEL_WATCH; which++) {
		int watch[CHANNEL_WATCH] = {-1, -1};
		watch[which] = ends[0];
		assert_int_equal(channel_ready(&channel, deadline_in(10), watch), CANNOT_TELL);
	}
	end(&channel);
	close(ends[0]);
	close(ends[1]);
}

static void a_file_that_cannot_be_opened_is_the_fault(void **state)
{
	struct channel channel = {.program = "/proc/self/exe",
		.in = -1,
		.out = -1,
		.stream = -1,
		.helper = helper_none()};
	(void)state;
	strcpy(settings.tls_certificate, "/dev/null");
	strcpy(settings.tls_key, "/nowhere/key");
	strcpy(settings.tls_client_ca, "/nowhere/ca");
	channel_open(&channel, &settings);
	assert_string_equal(channel.fault, "tls_key: /nowhere/key: No such file or directory");
	assert_false(channel_start(&channel, &settings, false, false));
	assert_int_equal(channel.certificate, -1);
	end(&channel);
}

static void no_descriptor_is_left(void **state)
{
	const unsigned *before = *state;
	assert_int_equal(descriptors(), *before);
}

int main(int argc, char **argv)
{
	static unsigned before;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_facts_are_taken_whole),
		cmocka_unit_test(facts_out_of_form_are_none),
		cmocka_unit_test(a_failed_handshake_is_told_in_its_words),
		cmocka_unit_test(one_that_is_not_ready_is_gone_and_its_last_words_are_the_fault),
		cmocka_unit_test(whoever_is_watched_comes_first),
		cmocka_unit_test(a_file_that_cannot_be_opened_is_the_fault),
		cmocka_unit_test_prestate(no_descriptor_is_left, &before),
	};
	if (argc > 0 && strcmp(argv[0], "postern-tls") == 0)
		return be_postern_tls();
	before = descriptors();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

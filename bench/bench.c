/* What a spawned session costs: smtpd against a static program that only answers, in turn, over
 * real TCP, from a superserver's accept to the end of the last process.
 * Runs in: make bench. Trusts: both programs.
 *
 * Only ratios of one run say something: the floor itself differs from machine to machine. A line
 * and its CRLF go out in one write: two would be two reads and two wake-ups, and the floor would
 * answer twice now and then. The goals are information; missing one is no failure. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/measure.h"

enum { STEPS_MAX = 10, SMALL = 2 * 1024, LARGE = 20 * 1000 * 1000, PIECE = 64 * 1024 };

/* What is measured of one session, all from the client's connect(). */
enum measure { GREETING, LAST_REPLY, CHILD_ENDED, ALL_GONE, PROCESSOR, FAULTS, MEASURES };

struct sample {
	double of[MEASURES]; /* microseconds; FAULTS a count */
};

/* Octets to send, `times` over; no reply is awaited if there is `more` to come. */
struct octets {
	const char *at;
	size_t len, times;
	bool more;
};

/* A dialogue: what the client sends, waiting for a reply before each. */
struct dialogue {
	const char *name;
	double goal; /* smtpd's time over the floor's, until the superserver's child has ended */
	struct octets steps[STEPS_MAX];
	size_t count;
};

struct bench {
	struct superserver superserver;
	struct sample *samples[2]; /* the floor's, smtpd's */
	size_t pairs;
};

static double microseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static void say(const struct client *client, struct octets step)
{
	for (; step.times > 0; step.times--)
		measure_say(client, step.at, step.len);
}

/* Serves and plays one session, and waits until all that it started are gone. */
static void play(const struct bench *bench, const struct program *program,
	const struct dialogue *dialogue, struct sample *sample)
{
	struct rusage before, after;
	struct client client = {.server = program->name};
	getrusage(RUSAGE_CHILDREN, &before);
	double start = measure_now();
	client.socket = measure_call(&bench->superserver);
	pid_t pid = measure_spawn(&bench->superserver, program);
	measure_hear(&client, "connect");
	sample->of[GREETING] = measure_now() - start;
	for (size_t i = 0; i < dialogue->count; i++) {
		say(&client, dialogue->steps[i]);
		if (!dialogue->steps[i].more)
			measure_hear(&client, dialogue->steps[i].at);
	}
	sample->of[LAST_REPLY] = measure_now() - start;
	close(client.socket);
	measure_wait(pid, program);
	sample->of[CHILD_ENDED] = measure_now() - start;
	measure_wait_for_all();
	sample->of[ALL_GONE] = measure_now() - start;
	getrusage(RUSAGE_CHILDREN, &after);
	sample->of[PROCESSOR] = microseconds(after.ru_utime) + microseconds(after.ru_stime) -
				microseconds(before.ru_utime) - microseconds(before.ru_stime);
	sample->of[FAULTS] =
		(double)(after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt);
}

/* --- what is played */

static struct octets line(const char *text)
{
	return (struct octets){text, strlen(text), 1, false};
}

static const char header[] = "From: <a@bench.postern.example>\r\n"
			     "To: <b@bench.postern.example>\r\n"
			     "Subject: bench\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
			     "Message-ID: <1@bench.postern.example>\r\n\r\n";
static const char text[] =
	"The quick brown fox jumps over the lazy dog, and the dog does not mind it.\r\n";
static const char end[] = ".\r\n";

/* A whole message of some 2 KB, in one write. */
static struct octets small_message(void)
{
	static char room[SMALL + sizeof text + sizeof end];
	char *put = stpcpy(room, header);
	while (put < room + SMALL - sizeof end)
		put = stpcpy(put, text);
	stpcpy(put, end);
	return line(room);
}

/* A piece of a large one. It is sent many times over: a superserver that forks has no 20 MB of its
 * own, whose pages would have to be looked at for every connection. */
static struct octets large_piece(void)
{
	static char room[PIECE];
	char *put = room;
	while (put + sizeof text < room + PIECE)
		put = stpcpy(put, text);
	size_t len = (size_t)(put - room);
	return (struct octets){room, len, LARGE / len, true};
}

/* AUTH PLAIN with its initial response, NUL name NUL password. */
static struct octets login(const char *name, const char *password)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static char room[512];
	char plain[256] = "";
	int len = snprintf(plain + 1, sizeof plain - 1, "%s%c%s", name, '\0', password) + 1;
	char *put = room + sprintf(room, "AUTH PLAIN ");
	if (len >= (int)sizeof plain - 3)
		measure_die("name and password are too long");
	for (int i = 0; i < len; i += 3) {
		unsigned three = (unsigned)(unsigned char)plain[i] << 16 |
				 (unsigned)(unsigned char)plain[i + 1] << 8 |
				 (unsigned char)plain[i + 2];
		for (int j = 0; j < 4; j++)
			*put++ = i + j > len ? '=' : digits[three >> (18 - 6 * j) & 63];
	}
	memcpy(put, "\r\n", 3);
	return line(room);
}

static void add(struct dialogue *dialogue, struct octets step)
{
	if (dialogue->count == STEPS_MAX)
		measure_die("too many steps");
	dialogue->steps[dialogue->count++] = step;
}

/* EHLO, perhaps a login, perhaps a message, QUIT. */
static struct dialogue dialogue(
	const char *name, double goal, const struct octets *auth, const struct octets *message)
{
	struct dialogue made = {.name = name, .goal = goal};
	add(&made, line("EHLO client.postern.example\r\n"));
	if (auth != NULL)
		add(&made, *auth);
	if (message != NULL) {
		add(&made, line("MAIL FROM:<a@bench.postern.example>\r\n"));
		add(&made, line("RCPT TO:<b@bench.postern.example>\r\n"));
		add(&made, line("DATA\r\n"));
		if (message->more)
			add(&made, (struct octets){header, sizeof header - 1, 1, true});
		add(&made, *message);
		if (message->more)
			add(&made, line(end));
	}
	add(&made, line("QUIT\r\n"));
	return made;
}

/* --- what is told */

static struct quartiles quartiles(const struct sample *samples, size_t count, enum measure measure)
{
	double *values = measure_room(count, sizeof *values);
	for (size_t i = 0; i < count; i++)
		values[i] = samples[i].of[measure];
	struct quartiles result = measure_quartiles(values, count);
	free(values);
	return result;
}

static void tell_row(const struct bench *bench, const char *name, enum measure measure, double goal)
{
	struct quartiles floor = quartiles(bench->samples[0], bench->pairs, measure);
	struct quartiles smtpd = quartiles(bench->samples[1], bench->pairs, measure);
	printf("%-22s %7.0f (%6.0f-%6.0f) %7.0f (%6.0f-%6.0f) %7.2f %6.1f\n", name, floor.median,
		floor.first, floor.third, smtpd.median, smtpd.first, smtpd.third,
		smtpd.median / floor.median, goal);
}

/* The ratios of one dialogue by all other measures, kept until the first table is out. */
static void keep_ratios(const struct bench *bench, const char *name, char *row, size_t size)
{
	struct quartiles of[2][MEASURES];
	for (int i = 0; i < 2; i++)
		for (enum measure measure = 0; measure < MEASURES; measure++)
			of[i][measure] = quartiles(bench->samples[i], bench->pairs, measure);
	snprintf(row, size, "%-22s %10.2f %11.2f %9.2f %10.2f %8.0f %6.0f", name,
		of[1][LAST_REPLY].median / of[0][LAST_REPLY].median,
		of[1][CHILD_ENDED].median / of[0][CHILD_ENDED].median,
		of[1][ALL_GONE].median / of[0][ALL_GONE].median,
		of[1][PROCESSOR].median / of[0][PROCESSOR].median, of[0][FAULTS].median,
		of[1][FAULTS].median);
}

/* Plays the dialogue in pairs: the floor, then smtpd; the first pairs only warm the caches. */
static void measure_pairs(
	const struct bench *bench, const struct program *programs, const struct dialogue *dialogue)
{
	enum { WARM = 5 };
	for (size_t i = 0; i < WARM + bench->pairs; i++)
		for (int j = 0; j < 2; j++)
			play(bench, &programs[j], dialogue,
				&bench->samples[j][i < WARM ? 0 : i - WARM]);
}

int main(int argc, char **argv)
{
	struct bench bench = {.pairs = argc == 7 ? strtoul(argv[6], NULL, 10) : 0};
	char rows[4][128];
	if (bench.pairs == 0 || bench.pairs > 100000)
		measure_die("usage: bench FLOOR SMTPD SETTINGS NAME PASSWORD PAIRS");
	static char dash_f[] = "-f";
	const struct program programs[2] = {
		{"floor", {argv[1], NULL}}, {"smtpd", {argv[2], dash_f, argv[3], NULL}}};
	for (int i = 0; i < 2; i++)
		bench.samples[i] = measure_room(bench.pairs, sizeof *bench.samples[i]);
	measure_alone();
	measure_listen(&bench.superserver);
	const struct octets auth = login(argv[4], argv[5]), small = small_message(),
			    large = large_piece();
	const struct dialogue dialogues[] = {
		dialogue("EHLO, QUIT", 2.0, NULL, NULL),
		dialogue("2 KB message", 3.3, NULL, &small),
		dialogue("AUTH PLAIN, message", 5.2, &auth, &small),
		dialogue("20 MB message", 2.1, NULL, &large),
	};
	printf("%zu pairs of each, floor and smtpd in turn, %s. Microseconds from connect() until "
	       "the\n"
	       "superserver's child has ended (greeting: until the 220): median (quartiles).\n\n"
	       "%-22s %-23s %-23s   ratio   goal\n",
		bench.pairs, getuid() == 0 ? "as root" : "not as root", "", "  floor", "  smtpd");
	for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
		measure_pairs(&bench, programs, &dialogues[i]);
		if (i == 0)
			tell_row(&bench, "greeting", GREETING, 1.9);
		tell_row(&bench, dialogues[i].name, CHILD_ENDED, dialogues[i].goal);
		fflush(stdout);
		keep_ratios(&bench, dialogues[i].name, rows[i], sizeof rows[i]);
	}
	printf("\nRatios until ...        last reply  child ended  all gone  processor   faults: "
	       "floor, smtpd\n");
	for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++)
		printf("%s\n", rows[i]);
	return 0;
}

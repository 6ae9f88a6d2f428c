/* What TLS costs: a whole session of smtpd beside `openssl s_server`, which is started for one
 * connection and does nothing but TLS; a large message beside as many octets to s_server; and what
 * a client that stays in clear pays where a certificate is set.
 * Runs in: make bench. Trusts: both programs, and so verifies no certificate.
 *
 * Both have the same client, certificate, version and cipher. The clock of s_server begins with its
 * start, that of smtpd with the connection that a superserver starts it for. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure.h"

enum {
	PIECE = 64 * 1024,
	LARGE = 100 * 1000 * 1000,
	RARER = 25, /* so many times fewer large messages than others */
	WARM = 3,
	CONNECT_TRIES = 100000,
	CONNECT_PAUSE_NS = 50 * 1000
};

/* How the client of a session goes about it. */
enum way { IN_CLEAR, BY_STARTTLS, AT_ONCE };

/* One side of a pair: smtpd with these settings, or s_server with this certificate. */
struct side {
	const char *name;
	enum way way;
	bool large;
	char *settings;    /* NULL: this is s_server */
	char *certificate; /* and its key, in one file */
};

struct bench {
	struct superserver superserver;
	SSL_CTX *context;
	char *smtpd, *openssl;
	int silence; /* what s_server reads of: nothing, and no end */
	size_t pairs;
	char cipher[64]; /* of the first connection, and so of all */
};

/* --- TLS as the client --- */

static ssize_t take(void *ssl, char *octets, size_t len)
{
	return SSL_read(ssl, octets, (int)len);
}

static ssize_t put(void *ssl, const char *octets, size_t len)
{
	return SSL_write(ssl, octets, (int)len);
}

/* Shakes hands. Another cipher than before would make a comparison of nothing. */
static void shake(struct bench *bench, struct client *client)
{
	char cipher[sizeof bench->cipher];
	SSL *ssl = SSL_new(bench->context);
	if (ssl == NULL || SSL_set_fd(ssl, client->socket) != 1 || SSL_connect(ssl) != 1)
		measure_die("%s: no handshake", client->server);
	client->between = ssl;
	client->take = take;
	client->put = put;
	snprintf(cipher, sizeof cipher, "%s, %s", SSL_get_version(ssl), SSL_get_cipher(ssl));
	if (bench->cipher[0] == '\0')
		memcpy(bench->cipher, cipher, sizeof cipher);
	if (strcmp(bench->cipher, cipher) != 0)
		measure_die("%s: %s instead of %s", client->server, cipher, bench->cipher);
}

/* Says that nothing more will come, and waits for the server's end. */
static void leave(struct client *client)
{
	char rest[4096];
	if (client->between != NULL)
		SSL_shutdown(client->between);
	else
		shutdown(client->socket, SHUT_WR);
	while (read(client->socket, rest, sizeof rest) > 0)
		;
	close(client->socket);
	SSL_free(client->between);
}

/* --- smtpd --- */

static void ask(const struct client *client, const char *line)
{
	measure_say(client, line, strlen(line));
	measure_hear(client, line);
}

/* So many octets of text, in lines. */
static void send_large(const struct client *client)
{
	static const char line[] =
		"The quick brown fox jumps over the lazy dog, and the dog does not mind it.\r\n";
	static char room[PIECE];
	char *put = room;
	while (put + sizeof line < room + sizeof room)
		put = stpcpy(put, line);
	for (size_t sent = 0; sent < LARGE; sent += (size_t)(put - room))
		measure_say(client, room, (size_t)(put - room));
}

/* EHLO, perhaps STARTTLS and EHLO, perhaps a message, QUIT. */
static void converse(struct bench *bench, struct client *client, const struct side *side)
{
	static const char ehlo[] = "EHLO client.postern.example\r\n";
	static const char header[] = "From: <a@bench.postern.example>\r\nSubject: bench\r\n\r\n";
	if (side->way == AT_ONCE)
		shake(bench, client);
	measure_hear(client, "connect");
	ask(client, ehlo);
	if (side->way == BY_STARTTLS) {
		ask(client, "STARTTLS\r\n");
		shake(bench, client);
		ask(client, ehlo);
	}
	if (side->large) {
		ask(client, "MAIL FROM:<a@bench.postern.example>\r\n");
		ask(client, "RCPT TO:<b@bench.postern.example>\r\n");
		ask(client, "DATA\r\n");
		measure_say(client, header, sizeof header - 1);
		send_large(client);
		ask(client, ".\r\n");
	}
	ask(client, "QUIT\r\n");
}

static double play_smtpd(struct bench *bench, const struct side *side)
{
	static char dash_f[] = "-f", dash_s[] = "-s";
	struct client client = {.server = side->name};
	const struct program program = {side->name,
		{bench->smtpd, dash_f, side->settings, side->way == AT_ONCE ? dash_s : NULL, NULL}};
	double start = measure_now();
	client.socket = measure_call(&bench->superserver);
	pid_t pid = measure_spawn(&bench->superserver, &program);
	converse(bench, &client, side);
	leave(&client);
	measure_wait(pid, &program);
	double time = measure_now() - start;
	measure_wait_for_all();
	return time;
}

/* --- openssl --- */

/* A port that was free a moment ago. */
static in_port_t free_port(void)
{
	struct superserver probe = {0};
	measure_listen(&probe);
	close(probe.listener);
	close(probe.null);
	return probe.address.sin_port;
}

/* It dies with us: where nobody connects it would wait for ever. */
static pid_t start_s_server(const struct bench *bench, const struct program *program)
{
	pid_t pid = vfork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(bench->silence, 0);
		dup2(bench->superserver.null, 1);
		dup2(bench->superserver.null, 2);
		execv(program->argv[0], program->argv);
		_exit(127);
	}
	if (pid < 0)
		measure_die("vfork: %s", strerror(errno));
	return pid;
}

/* Connects as soon as somebody listens there. From another address than the server's: at its own
 * the kernel could choose the very port that is asked for, and the socket would meet itself. */
static int call_until(in_port_t port)
{
	const struct sockaddr_in to = {AF_INET, port, {htonl(INADDR_LOOPBACK)}, {0}};
	const struct sockaddr_in from = {AF_INET, 0, {htonl(INADDR_LOOPBACK + 1)}, {0}};
	const struct timespec pause = {0, CONNECT_PAUSE_NS};
	for (int i = 0; i < CONNECT_TRIES; i++) {
		int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (server < 0 || bind(server, (const struct sockaddr *)&from, sizeof from) != 0)
			break;
		measure_patience(server);
		if (connect(server, (const struct sockaddr *)&to, sizeof to) == 0)
			return server;
		close(server);
		nanosleep(&pause, NULL);
	}
	measure_die("s_server does not listen: %s", strerror(errno));
}

/* A handshake, perhaps the large message's octets, and the end. */
static double play_s_server(struct bench *bench, const struct side *side)
{
	static char command[] = "s_server", accept[] = "-accept", naccept[] = "-naccept",
		    one[] = "1", quiet[] = "-quiet", cert[] = "-cert", key[] = "-key";
	char where[32];
	in_port_t port = free_port();
	struct client client = {.server = side->name};
	const struct program program = {
		side->name, {bench->openssl, command, accept, where, naccept, one, quiet, cert,
				    side->certificate, key, side->certificate, NULL}};
	snprintf(where, sizeof where, "127.0.0.1:%u", (unsigned)ntohs(port));
	double start = measure_now();
	pid_t pid = start_s_server(bench, &program);
	client.socket = call_until(port);
	shake(bench, &client);
	if (side->large)
		send_large(&client);
	leave(&client);
	measure_wait(pid, &program);
	return measure_now() - start;
}

/* --- what is told --- */

/* A row: what one side takes, and the other, each in turn, the first pairs only to warm the caches.
 * Of the large message it is megaoctets in a second. */
static void tell_row(
	struct bench *bench, const char *name, const struct side sides[static 2], const char *goal)
{
	bool large = sides[0].large;
	size_t warm = large ? 1 : WARM, pairs = large ? 1 + bench->pairs / RARER : bench->pairs;
	struct quartiles of[2];
	double *values[2];
	for (int i = 0; i < 2; i++)
		values[i] = measure_room(pairs, sizeof *values[i]);
	for (size_t i = 0; i < warm + pairs; i++) {
		for (int j = 0; j < 2; j++) {
			double time = sides[j].settings != NULL ? play_smtpd(bench, &sides[j])
								: play_s_server(bench, &sides[j]);
			values[j][i < warm ? 0 : i - warm] = large ? LARGE / time : time;
		}
	}
	for (int i = 0; i < 2; i++) {
		of[i] = measure_quartiles(values[i], pairs);
		free(values[i]);
	}
	printf("%-22s %7.0f (%6.0f-%6.0f) %7.0f (%6.0f-%6.0f) %7.2f %6s\n", name, of[0].median,
		of[0].first, of[0].third, of[1].median, of[1].first, of[1].third,
		of[1].median / of[0].median, goal);
	fflush(stdout);
}

/* A row of smtpd beside s_server. */
static void tell_pair(struct bench *bench, const char *name, char *files[static 2], enum way way,
	bool large, const char *goal)
{
	const struct side sides[2] = {
		{.name = "s_server", .way = AT_ONCE, .large = large, .certificate = files[1]},
		{.name = "smtpd", .way = way, .large = large, .settings = files[0]}};
	tell_row(bench, name, sides, goal);
}

static void prepare(struct bench *bench)
{
	int nothing[2];
	bench->context = SSL_CTX_new(TLS_client_method());
	if (bench->context == NULL || pipe2(nothing, O_CLOEXEC) != 0)
		measure_die("no OpenSSL, or no pipe");
	SSL_CTX_set_verify(bench->context, SSL_VERIFY_NONE, NULL);
	bench->silence = nothing[0];
	measure_alone();
	measure_listen(&bench->superserver);
}

int main(int argc, char **argv)
{
	if (argc != 9)
		measure_die("usage: tls SMTPD OPENSSL SETTINGS SETTINGS-EC CERTIFICATE-EC "
			    "SETTINGS-RSA CERTIFICATE-RSA PAIRS");
	struct bench bench = {
		.smtpd = argv[1], .openssl = argv[2], .pairs = strtoul(argv[8], NULL, 10)};
	if (bench.pairs == 0 || bench.pairs > 100000)
		measure_die("PAIRS is a number from 1 to 100000");
	prepare(&bench);
	printf("\nTLS. Sessions: EHLO, STARTTLS, handshake, EHLO, QUIT of smtpd (-s: handshake, "
	       "EHLO, "
	       "QUIT)\nbeside openssl s_server, started for one handshake; microseconds until the "
	       "program has ended.\n100 MB: a message to smtpd, kept and given to a sendmail; to "
	       "s_server so many octets, thrown away.\n\n%-22s %-23s %-23s   ratio   goal\n",
		"", "  s_server", "  smtpd");
	tell_pair(&bench, "STARTTLS, ECDSA P-256", argv + 4, BY_STARTTLS, false, "-");
	tell_pair(&bench, "STARTTLS, RSA 2048", argv + 6, BY_STARTTLS, false, "-");
	tell_pair(&bench, "smtpd -s, ECDSA P-256", argv + 4, AT_ONCE, false, "-");
	tell_pair(&bench, "smtpd -s, RSA 2048", argv + 6, AT_ONCE, false, "-");
	tell_pair(&bench, "100 MB, in MB/s", argv + 4, BY_STARTTLS, true, ">=0.5");
	printf("\n%-22s %-23s %-23s   ratio\n", "smtpd, in clear", "  no certificate set",
		"  certificate set");
	const struct side sides[2] = {
		{.name = "smtpd", .settings = argv[3]}, {.name = "smtpd", .settings = argv[4]}};
	tell_row(&bench, "EHLO, QUIT", sides, "-");
	printf("\nEach connection: %s\n", bench.cipher);
	return 0;
}

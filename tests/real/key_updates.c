/* A client in TLS 1.3 that asks for much, reads nothing, and meanwhile asks for new keys many times
 * over (KeyUpdate, RFC 8446 4.6.3); then it reads.
 *
 * key_updates PORT COMMANDS UPDATES: says HELP so many times, waits until the server has stopped,
 * asks so many times for new keys, says QUIT, and reads to the end. Prints how many replies to HELP
 * came whole and whether close_notify came behind them: COUNT closed, or COUNT and OpenSSL's words.
 * Status 2: it did not come so far.
 * Runs in: tests. Trusts: its arguments, and any certificate. */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WINDOW = 4096, STALLED_MS = 500, LINE = 512 };

static void give_up(const char *what)
{
	fprintf(stderr, "key_updates: %s: ", what);
	ERR_print_errors_fp(stderr);
	exit(2);
}

static SSL *connect_to(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int window = WINDOW, fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* Set before the connection, or the kernel promises more. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		give_up("connect");
	SSL_set_min_proto_version(ssl, TLS1_3_VERSION);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1)
		give_up("handshake");
	return ssl;
}

static void say(SSL *ssl, const char *words)
{
	if (SSL_write(ssl, words, (int)strlen(words)) <= 0)
		give_up(words);
}

/* Waits until nothing more comes: all buffers between the server and us are full. */
static void wait_for_stall(SSL *ssl)
{
	int before = -1, now = 0;
	while (ioctl(SSL_get_fd(ssl), FIONREAD, &now) == 0 && now != before) {
		before = now;
		usleep(STALLED_MS * 1000);
	}
}

static void ask_for_new_keys(SSL *ssl)
{
	if (SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(ssl) != 1)
		give_up("new keys");
}

/* Reads to the end, and counts the last lines of replies to HELP. */
static unsigned count_replies(SSL *ssl, int *end)
{
	char room[16384], line[LINE] = "";
	size_t len = 0;
	unsigned count = 0;
	int got;
	while ((got = SSL_read(ssl, room, sizeof room)) > 0)
		for (int i = 0; i < got; i++) {
			if (room[i] != '\n' && len < LINE - 1) {
				line[len++] = room[i];
				continue;
			}
			count += len > 4 && memcmp(line, "214 ", 4) == 0;
			len = 0;
		}
	*end = SSL_get_error(ssl, got);
	return count;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	SSL *ssl = connect_to(argv[1]);
	int end;
	say(ssl, "EHLO client.example\r\n");
	for (int i = 0; i < atoi(argv[2]); i++)
		say(ssl, "HELP\r\n");
	wait_for_stall(ssl);
	for (int i = 0; i < atoi(argv[3]); i++)
		ask_for_new_keys(ssl);
	say(ssl, "QUIT\r\n");
	unsigned count = count_replies(ssl, &end);
	printf("%u %s\n", count,
		end == SSL_ERROR_ZERO_RETURN ? "closed"
					     : ERR_reason_error_string(ERR_peek_error()));
	return 0;
}

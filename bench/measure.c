/* What the bench's programs share.
 * Runs in: make bench. Trusts: the programs that are measured. */
#include "bench/measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 60 };

void measure_die(const char *form, ...)
{
	va_list list;
	va_start(list, form);
	fputs("bench: ", stderr);
	vfprintf(stderr, form, list);
	fputc('\n', stderr);
	va_end(list);
	exit(1);
}

/* --- figures --- */

double measure_now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

struct quartiles measure_quartiles(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_size);
	return (struct quartiles){values[count / 4], values[count / 2], values[count * 3 / 4]};
}

void *measure_room(size_t count, size_t size)
{
	void *room = calloc(count, size);
	if (room == NULL)
		measure_die("no memory");
	return room;
}

/* --- the superserver's part --- */

void measure_alone(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		measure_die("subreaper: %s", strerror(errno));
	clearenv();
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("TCPREMOTEIP", "127.0.0.1", 1);
}

void measure_listen(struct superserver *superserver)
{
	socklen_t len = sizeof superserver->address;
	struct sockaddr *address = (struct sockaddr *)&superserver->address;
	superserver->address.sin_family = AF_INET;
	superserver->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	superserver->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	superserver->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (superserver->listener < 0 || superserver->null < 0 ||
		bind(superserver->listener, address, len) != 0 ||
		listen(superserver->listener, 16) != 0 ||
		getsockname(superserver->listener, address, &len) != 0)
		measure_die("cannot listen: %s", strerror(errno));
}

pid_t measure_spawn(const struct superserver *superserver, const struct program *program)
{
	int client = accept4(superserver->listener, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		measure_die("accept: %s", strerror(errno));
	/* fork, as xinetd and tcpserver do. */
	pid_t pid = fork();
	if (pid == 0) {
		dup2(client, 0);
		dup2(client, 1);
		dup2(superserver->null, 2);
		execv(program->argv[0], program->argv);
		_exit(127);
	}
	if (pid < 0)
		measure_die("fork: %s", strerror(errno));
	close(client);
	return pid;
}

void measure_wait(pid_t pid, const struct program *program)
{
	int status;
	if (waitpid(pid, &status, 0) != pid || status != 0)
		measure_die("%s ended with wait status %d", program->name, status);
}

void measure_wait_for_all(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* --- the client's part --- */

void measure_patience(int socket)
{
	const struct timeval patience = {PATIENCE, 0};
	setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

int measure_call(const struct superserver *superserver)
{
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || connect(server, (const struct sockaddr *)&superserver->address,
				  sizeof superserver->address) != 0)
		measure_die("connect: %s", strerror(errno));
	measure_patience(server);
	return server;
}

/* The last line of a reply has a blank behind its code. */
void measure_hear(const struct client *client, const char *after)
{
	char reply[8192];
	size_t have = 0;
	for (;;) {
		char *put = reply + have;
		size_t room = sizeof reply - 1 - have;
		ssize_t got = client->take != NULL ? client->take(client->between, put, room)
						   : read(client->socket, put, room);
		if (got <= 0)
			measure_die("%s gave no reply to %.4s", client->server, after);
		have += (size_t)got;
		reply[have] = '\0';
		if (reply[have - 1] != '\n')
			continue;
		const char *line = reply + have - 1;
		while (line > reply && line[-1] != '\n')
			line--;
		if (strlen(line) > 4 && line[3] == ' ')
			break;
	}
	if (*reply != '2' && *reply != '3')
		measure_die("%s answered %.4s with: %s", client->server, after, reply);
}

void measure_say(const struct client *client, const char *octets, size_t len)
{
	for (size_t put = 0; put < len;) {
		ssize_t done = client->put != NULL
				       ? client->put(client->between, octets + put, len - put)
				       : write(client->socket, octets + put, len - put);
		if (done <= 0)
			measure_die("%s does not take %.4s", client->server, octets);
		put += (size_t)done;
	}
}

/* What the bench's programs share: a clock, quartiles, a superserver's part, and a client that
 * waits for each reply. Runs in: make bench. Trusts: the programs that are measured. Whatever fails
 * ends the bench. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/types.h>

/* A program that is measured, as execv() takes it. */
struct program {
	const char *name;
	char *argv[16];
};

/* What a superserver has, and the client connects to. */
struct superserver {
	int listener, null;
	struct sockaddr_in address;
};

/* The client's end of a connection. `take` and `put` are for what stands between it and the socket,
 * and do as read() and write(); NULL: nothing does. */
struct client {
	const char *server;
	int socket;
	void *between;
	ssize_t (*take)(void *between, char *octets, size_t len);
	ssize_t (*put)(void *between, const char *octets, size_t len);
};

struct quartiles {
	double first, median, third;
};

/* Says why on standard error, and ends the bench with status 1. */
_Noreturn void measure_die(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* The time in microseconds, from a beginning of its own. */
double measure_now(void);

/* The quartiles of `count` values, one at least; sorts them. */
struct quartiles measure_quartiles(double *values, size_t count);

/* Memory for `count` values of `size` octets, zeros. */
void *measure_room(size_t count, size_t size);

/* Makes orphans this program's own, to be waited for and counted, and leaves an environment in
 * which every program meets the same. */
void measure_alone(void);

/* Opens a port on the loopback. */
void measure_listen(struct superserver *superserver);

/* Accepts a connection and starts the program with it on 0 and 1, as tcpserver does. */
pid_t measure_spawn(const struct superserver *superserver, const struct program *program);

/* Waits for the end of a program, whose status must be 0. */
void measure_wait(pid_t pid, const struct program *program);

/* Waits for all that the program has left behind. */
void measure_wait_for_all(void);

/* Sets how long a read or a write of the socket may take. */
void measure_patience(int socket);

/* Connects to the superserver. */
int measure_call(const struct superserver *superserver);

/* Reads one reply, which must begin with 2 or 3, to the end of its last line. `after` is what it
 * answers, for the complaint. */
void measure_hear(const struct client *client, const char *after);

/* Sends octets, all of them. */
void measure_say(const struct client *client, const char *octets, size_t len);

#endif

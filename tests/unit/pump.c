/* The pump: octets go through in order and whole, no side waits for the other, each end is passed
 * on. Its codec here turns every octet over, so that nothing passes by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/pump.h"

enum { MUCH = 20 * 1024 * 1024, PATIENCE_S = 20 };

/* A pump between two socketpairs, or on the far side two pipes; ours are the outer ends. */
struct setup {
	struct pump pump;
	struct pump_codec codec;
	int client_in, client_out, session;
	enum pump_step step; /* what the codec answers when there is nothing to move */
	unsigned turns;
	pthread_t thread;
	enum pump_end end;
	struct deadline deadline;
};

static void move(struct pump_buffer *from, struct pump_buffer *to)
{
	char piece[1000];
	size_t room;
	while ((room = pump_room(to)) > 0 && from->begin < from->end) {
		size_t len = pump_take(from, piece, room < sizeof piece ? room : sizeof piece);
		for (size_t i = 0; i < len; i++)
			piece[i] = (char)~piece[i];
		assert_int_equal(pump_put(to, piece, len), len);
	}
}

static enum pump_step turn(void *context, struct pump *pump)
{
	struct setup *setup = context;
	setup->turns++;
	if (!pump->opened)
		return setup->step;
	move(&pump->from_far, &pump->to_near);
	move(&pump->from_near, &pump->to_far);
	return setup->step;
}

static void finish(void *context, struct pump *pump)
{
	(void)context;
	pump_put(&pump->to_far, "bye", 3);
}

static void pair(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static void start(struct setup *setup, bool pipes)
{
	int far[2], near[2], back[2];
	memset(setup, 0, sizeof *setup);
	pair(near);
	if (pipes) {
		assert_int_equal(pipe(far), 0);
		assert_int_equal(pipe(back), 0);
		setup->client_in = back[0];
		setup->client_out = far[1];
		setup->pump.far_in = far[0];
		setup->pump.far_out = back[1];
	} else {
		pair(far);
		setup->client_in = setup->client_out = far[1];
		setup->pump.far_in = setup->pump.far_out = far[0];
	}
	setup->session = near[1];
	setup->pump.near = near[0];
	setup->codec = (struct pump_codec){setup, turn, finish};
	setup->pump.codec = &setup->codec;
	setup->deadline = deadline_in(PATIENCE_S);
}

/* As postern-tls does: a first run to the codec's stop. */
static void open_near(struct setup *setup)
{
	setup->step = PUMP_STOP;
	assert_int_equal(pump_run(&setup->pump, setup->deadline), PUMP_STOPPED);
	setup->step = PUMP_GOING;
}

static void *run(void *context)
{
	struct setup *setup = context;
	setup->end = pump_run(&setup->pump, setup->deadline);
	/* Its process ends. */
	close(setup->pump.near);
	close(setup->pump.far_in);
	if (setup->pump.far_out != setup->pump.far_in)
		close(setup->pump.far_out);
	return NULL;
}

static void go(struct setup *setup)
{
	open_near(setup);
	assert_int_equal(pthread_create(&setup->thread, NULL, run, setup), 0);
}

static enum pump_end wait_for(struct setup *setup)
{
	assert_int_equal(pthread_join(setup->thread, NULL), 0);
	return setup->end;
}

static char octet(size_t at)
{
	return (char)(at * 2654435761u >> 13);
}

/* Writes MUCH octets, then ends the writing side. */
static void *write_much(void *context)
{
	const int fd = *(const int *)context;
	static char all[MUCH];
	for (size_t i = 0; i < MUCH; i++)
		all[i] = octet(i);
	for (size_t at = 0; at < MUCH;) {
		ssize_t done = send(fd, all + at, MUCH - at, MSG_NOSIGNAL);
		if (done <= 0)
			return NULL;
		at += (size_t)done;
	}
	return context;
}

/* Reads them, turned over. */
static bool read_much(int fd)
{
	char room[4000];
	for (size_t at = 0; at < MUCH;) {
		ssize_t got = read(fd, room, sizeof room);
		if (got <= 0)
			return false;
		for (ssize_t i = 0; i < got; i++)
			if (room[i] != (char)~octet(at++))
				return false;
	}
	return true;
}

static void *read_much_of(void *context)
{
	return read_much(*(const int *)context) ? context : NULL;
}

/* --- */

static void both_sides_may_write_at_once_and_read_later(void **state)
{
	struct setup setup;
	pthread_t writers[2], readers[2];
	void *done;
	(void)state;
	start(&setup, false);
	go(&setup);
	pthread_create(&writers[0], NULL, write_much, &setup.client_out);
	pthread_create(&writers[1], NULL, write_much, &setup.session);
	usleep(100000); /* all buffers are full now, and nobody reads */
	pthread_create(&readers[0], NULL, read_much_of, &setup.client_in);
	pthread_create(&readers[1], NULL, read_much_of, &setup.session);
	for (int i = 0; i < 2; i++) {
		pthread_join(writers[i], &done);
		assert_non_null(done);
		pthread_join(readers[i], &done);
		assert_non_null(done);
	}
	close(setup.session);
	close(setup.client_in);
	assert_int_equal(wait_for(&setup), PUMP_ENDED);
}

static void pipes_do_as_well(void **state)
{
	struct setup setup;
	char room[16];
	(void)state;
	start(&setup, true);
	go(&setup);
	assert_int_equal(write(setup.client_out, "\xBE\xBD", 2), 2);
	assert_int_equal(read(setup.session, room, sizeof room), 2);
	assert_memory_equal(room, "AB", 2);
	assert_int_equal(write(setup.session, "\xBC", 1), 1);
	assert_int_equal(read(setup.client_in, room, sizeof room), 1);
	assert_memory_equal(room, "C", 1);
	close(setup.client_out);
	assert_int_equal(read(setup.session, room, sizeof room), 0);
	close(setup.session);
	assert_int_equal(read(setup.client_in, room, sizeof room), 3);
	assert_int_equal(read(setup.client_in, room, sizeof room), 0);
	assert_int_equal(wait_for(&setup), PUMP_ENDED);
	close(setup.client_in);
}

/* A client that says QUIT and ends its side still has a reply to get. */
static void the_end_of_the_far_side_stops_one_direction_only(void **state)
{
	struct setup setup;
	char room[16];
	(void)state;
	start(&setup, false);
	go(&setup);
	shutdown(setup.client_out, SHUT_WR);
	assert_int_equal(read(setup.session, room, sizeof room), 0);
	assert_int_equal(write(setup.session, "\xBE", 1), 1);
	close(setup.session);
	assert_int_equal(recv(setup.client_in, room, 4, MSG_WAITALL), 4);
	assert_memory_equal(room, "Abye", 4);
	assert_int_equal(read(setup.client_in, room, sizeof room), 0);
	close(setup.client_in);
	assert_int_equal(wait_for(&setup), PUMP_ENDED);
}

/* What the client sends behind the end is read away, or a reset would eat the last reply. */
static void behind_the_end_of_the_near_side_the_far_one_is_read_away(void **state)
{
	struct setup setup;
	static char junk[300000];
	char room[16];
	(void)state;
	start(&setup, false);
	go(&setup);
	assert_int_equal(write(setup.session, "\xBE", 1), 1);
	close(setup.session);
	assert_int_equal(send(setup.client_out, junk, sizeof junk, MSG_NOSIGNAL), sizeof junk);
	assert_int_equal(recv(setup.client_in, room, 4, MSG_WAITALL), 4);
	assert_int_equal(read(setup.client_in, room, sizeof room), 0);
	close(setup.client_in);
	assert_int_equal(wait_for(&setup), PUMP_ENDED);
}

static void a_far_side_that_never_ends_is_left_after_2_seconds(void **state)
{
	struct setup setup;
	(void)state;
	start(&setup, false);
	go(&setup);
	close(setup.session);
	struct deadline begun = deadline_in(0);
	assert_int_equal(wait_for(&setup), PUMP_ENDED);
	assert_in_range(deadline_now() - begun.at, 1500, 15000);
	close(setup.client_in);
}

/* The near side is not served before the codec has stopped once. */
static void nothing_passes_before_the_codec_says_so(void **state)
{
	struct setup setup;
	char room[16];
	(void)state;
	start(&setup, false);
	assert_int_equal(write(setup.client_out, "x", 1), 1);
	assert_int_equal(write(setup.session, "y", 1), 1);
	assert_int_equal(pump_run(&setup.pump, deadline_in_ms(200)), PUMP_LATE);
	assert_int_equal(recv(setup.session, room, sizeof room, MSG_DONTWAIT), -1);
	assert_int_equal(recv(setup.client_in, room, sizeof room, MSG_DONTWAIT), -1);
	assert_int_equal(setup.pump.from_near.end, 0);
	/* And it waited, it did not spin. */
	assert_in_range(setup.turns, 1, 4);
	close(setup.client_in);
	assert_int_equal(pump_run(&setup.pump, setup.deadline), PUMP_FAILED);
	close(setup.session);
	close(setup.pump.near);
	close(setup.pump.far_in);
}

static void what_is_broken_ends_at_once(void **state)
{
	struct setup setup;
	char room[16];
	(void)state;
	start(&setup, false);
	go(&setup);
	setup.step = PUMP_BROKEN;
	assert_int_equal(write(setup.client_out, "x", 1), 1);
	assert_int_equal(recv(setup.client_in, room, 3, MSG_WAITALL), 3);
	assert_int_equal(read(setup.client_in, room, sizeof room), 0);
	close(setup.client_in);
	assert_int_equal(wait_for(&setup), PUMP_FAILED);
	assert_int_equal(read(setup.session, room, sizeof room), 0);
	close(setup.session);
}

/* Each side gone in turn, with all buffers full: nobody is left to wait for, and nobody spins. */
static void a_side_that_is_gone_is_noticed_with_full_buffers(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		struct setup setup;
		pthread_t writer;
		struct timespec used;
		start(&setup, false);
		go(&setup);
		pthread_create(
			&writer, NULL, write_much, who == 0 ? &setup.session : &setup.client_out);
		usleep(200000);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
		long before = used.tv_sec * 1000 + used.tv_nsec / 1000000;
		usleep(300000);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
		assert_in_range(used.tv_sec * 1000 + used.tv_nsec / 1000000 - before, 0, 100);
		shutdown(who == 0 ? setup.client_in : setup.session, SHUT_RDWR);
		close(who == 0 ? setup.client_in : setup.session);
		if (who == 1) {
			shutdown(setup.client_in, SHUT_RDWR);
			close(setup.client_in);
		}
		assert_int_equal(wait_for(&setup), PUMP_ENDED);
		pthread_join(writer, NULL);
		if (who == 0)
			close(setup.session);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_may_write_at_once_and_read_later),
		cmocka_unit_test(pipes_do_as_well),
		cmocka_unit_test(the_end_of_the_far_side_stops_one_direction_only),
		cmocka_unit_test(behind_the_end_of_the_near_side_the_far_one_is_read_away),
		cmocka_unit_test(a_far_side_that_never_ends_is_left_after_2_seconds),
		cmocka_unit_test(nothing_passes_before_the_codec_says_so),
		cmocka_unit_test(what_is_broken_ends_at_once),
		cmocka_unit_test(a_side_that_is_gone_is_noticed_with_full_buffers),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

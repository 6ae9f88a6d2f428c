/* A session that an attacker has taken over entirely. It stands in session/'s place: the real
 * smtpd.c forks it, the real jail holds it, and it does to the real monitor what the first line
 * from the client orders. What it was told goes back to the client, line by line, for
 * tests/real/test_hostile.py to judge.
 * Runs in: tests, within the session's jail, whose filter ends it for any other call. Trusts: its
 * driver. */
#include "tests/hostile.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

/* The driver has prepared the monitor for what comes now. */
static void wait_for_driver(const struct hostile *hostile)
{
	char octet;
	report(hostile, "waits", "");
	if (read(hostile->start->in, &octet, 1) != 1)
		report(hostile, "odd", "driver");
}

void wait_for_ever(void)
{
	for (;;)
		poll(NULL, 0, -1);
}

/* one STATE REQUEST SHAPE [VALUE]: goes there, sends this, and waits for its end. */
static void do_one(struct hostile *hostile, char **words)
{
	unsigned long long value = 0;
	size_t type = named(words[1]);
	if (!go(hostile, words[0]))
		return;
	text_to_number(words[3], 255, &value);
	hostile->seed = (value + 1) * 2654435761u + type * 977;
	shape_record(hostile, type, shape_named(words[2]), (uint8_t)value);
	const char *what = expected(hostile);
	report(hostile, "expect", what);
	if (strcmp(what, "answer") == 0 || strcmp(what, "nothing") == 0) {
		if (ask(hostile))
			report_number(hostile, "answered", hostile->reply);
		if (!hostile->over)
			ask_plainly(hostile, REQUEST_bye);
		return;
	}
	tell(hostile);
	if (strcmp(what, "leaves") == 0)
		_exit(0); /* the client's socket is not for reports any more */
	if (strcmp(what, "bye") != 0)
		wait_for_ever();
}

/* --- floods --- */

/* texts LEN COUNT: a message of so many records, then its end. */
static void do_texts(struct hostile *hostile, char **words)
{
	unsigned long long len = 0, count = 0;
	text_to_number(words[0], WIRE_TEXT_MAX + 1, &len);
	text_to_number(words[1], 1000000000, &count);
	go(hostile, "data");
	for (; count > 0 && !hostile->over; count--) {
		make(hostile, REQUEST_text);
		memset(hostile->made.room + 1, '\n', len);
		hostile->len = 1 + len;
		ask(hostile);
	}
	ask_plainly(hostile, REQUEST_commit);
}

/* line LEN COUNT END: one line of so many records, and with an END of 1 its end; then the
 * message's. */
static void do_line(struct hostile *hostile, char **words)
{
	unsigned long long len = 0, count = 0;
	text_to_number(words[0], WIRE_TEXT_MAX, &len);
	text_to_number(words[1], 1000000, &count);
	go(hostile, "data");
	ask_plainly(hostile, REQUEST_text);
	for (; count > 0 && !hostile->over; count--) {
		make(hostile, REQUEST_text);
		memset(hostile->made.room + 1, 'a', len);
		hostile->len = 1 + len;
		if (count == 1 && strcmp(words[2], "1") == 0)
			add_octets(hostile, "\nmore\n");
		ask(hostile);
	}
	ask_plainly(hostile, REQUEST_commit);
}

/* logs COUNT [starttls]: so many log records, then a question, or the next session. */
static void do_logs(struct hostile *hostile, char **words)
{
	unsigned long long count = 0;
	text_to_number(words[0], 1000000, &count);
	go(hostile, "idle");
	for (; count > 0 && !hostile->over; count--)
		ask_plainly(hostile, REQUEST_log);
	if (strcmp(words[1], "starttls") == 0)
		leave(hostile);
	if (ask_plainly(hostile, REQUEST_reset))
		report_number(hostile, "answered", hostile->reply);
}

/* unread STATE REQUEST: asks for ever and reads no answer. */
static void do_unread(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	wait_for_driver(hostile);
	report(hostile, "flood", "");
	shape_record(hostile, named(words[1]), EXACT, 0);
	for (;;)
		tell(hostile);
}

/* busy: names itself for ever and reads the answers, so that the wire is never empty and the
 * monitor never waits. */
static void do_busy(struct hostile *hostile, char **words)
{
	int wire = hostile->start->wire;
	(void)words;
	make(hostile, REQUEST_hello);
	for (;;) {
		send(wire, &hostile->made, hostile->len, MSG_DONTWAIT | MSG_NOSIGNAL);
		send(wire, &hostile->made, hostile->len, MSG_DONTWAIT | MSG_NOSIGNAL);
		while (recv(wire, &hostile->got, sizeof hostile->got, MSG_DONTWAIT) > 0)
			;
	}
}

/* --- sessions that stay --- */

/* silent STATE: says nothing, reads nothing, and never leaves. */
static void do_silent(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	wait_for_ever();
}

/* spin STATE: the same without ever entering the kernel. */
static void do_spin(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	for (volatile unsigned turns = 0;;)
		turns = turns + 1;
}

/* write STATE: blocks in writing to a client that does not read. */
static void do_write(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	for (;;)
		if (write(hostile->start->out, hostile->got.room, sizeof hostile->got) < 0)
			wait_for_ever();
}

/* chatter STATE: does not hear its end, and goes on talking. */
static void do_chatter(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	while (recv(hostile->start->wire, &hostile->got, sizeof hostile->got, 0) > 0)
		;
	report(hostile, "chatter", "");
	for (;;) {
		make(hostile, REQUEST_bye);
		hostile->made.bye.reason = (uint8_t)random_below(&hostile->seed, 256);
		tell(hostile);
		shape_record(hostile, random_below(&hostile->seed, 256), ANYTHING, 0);
		tell(hostile);
	}
}

/* shut STATE: ends its side of the wire, and stays. */
static void do_shut(struct hostile *hostile, char **words)
{
	go(hostile, words[0]);
	shutdown(hostile->start->wire, SHUT_RDWR);
	wait_for_ever();
}

/* close STATE FIRST LAST: closes these descriptors, and stays. */
static void do_close(struct hostile *hostile, char **words)
{
	unsigned long long first = 0, last = 0;
	text_to_number(words[1], ~0ULL, &first);
	text_to_number(words[2], ~0ULL, &last);
	go(hostile, words[0]);
	report(hostile, "closing", words[1]);
	for (; first <= last; first++)
		syscall(SYS_close, first); /* all of the number, not what an int has of it */
	wait_for_ever();
}

/* --- what must not be had --- */

/* rights STATE REQUEST: a good question that comes with descriptors. */
static void do_rights(struct hostile *hostile, char **words)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} rights = {{CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	const int descriptors[] = {hostile->start->in, hostile->start->wire};
	go(hostile, words[0]);
	shape_record(hostile, named(words[1]), EXACT, 0);
	memcpy(CMSG_DATA(&rights.head), descriptors, sizeof descriptors);
	struct iovec part = {&hostile->made, hostile->len};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = rights.head.cmsg_len};
	report(hostile, "expect", "no whole record, or one with descriptors");
	if (sendmsg(hostile->start->wire, &message, MSG_NOSIGNAL) < 0)
		report(hostile, "odd", "sendmsg");
	wait_for_ever();
}

/* connect PORT: a write with an address would be one more way to open a connection. It is death. */
static void do_connect(struct hostile *hostile, char **words)
{
	unsigned long long port = 0;
	text_to_number(words[0], 65535, &port);
	struct sockaddr_in there = {.sin_family = AF_INET,
		.sin_port = (in_port_t)(port >> 8 | port << 8),
		.sin_addr = {0x0100007f}};
	ssize_t sent = sendto(hostile->start->out, "x\n", 2, MSG_FASTOPEN | MSG_NOSIGNAL,
		(struct sockaddr *)&there, sizeof there);
	report(hostile, "tried", sent < 0 ? "in vain" : "");
}

/* early REQUEST [FIRST]: a login, or another question that takes its time, and a record before its
 * answer. */
static void do_early(struct hostile *hostile, char **words)
{
	go(hostile, "idle");
	make(hostile, *words[1] != '\0' ? (enum request)named(words[1]) : REQUEST_login);
	tell(hostile);
	shape_record(hostile, named(words[0]), EXACT, 0);
	tell(hostile);
	wait_for_ever();
}

/* login MECHANISM TOKEN: a login, and whatever comes of it, a message. */
static void do_login(struct hostile *hostile, char **words)
{
	go(hostile, "idle");
	make(hostile, REQUEST_login);
	hostile->made.login.mechanism = (uint8_t)mechanism_named(words[0], strlen(words[0]));
	hostile->made.login.present = 1;
	add_octets(hostile, words[1]);
	ask(hostile);
	if (hostile->state == LOGIN)
		ask_plainly(hostile, REQUEST_token);
	ask_plainly(hostile, REQUEST_mail);
	if (hostile->state == IDLE && !hostile->over)
		report(hostile, "expect", "out of turn");
	ask_plainly(hostile, REQUEST_rcpt);
	ask_plainly(hostile, REQUEST_data);
	ask_plainly(hostile, REQUEST_text);
	ask_plainly(hostile, REQUEST_commit);
}

/* --- its entrance --- */

static const struct {
	const char *name;
	void (*run)(struct hostile *hostile, char **words);
} orders[] = {{"one", do_one}, {"fuzz", do_fuzz}, {"texts", do_texts}, {"line", do_line},
	{"logs", do_logs}, {"unread", do_unread}, {"busy", do_busy}, {"silent", do_silent},
	{"spin", do_spin}, {"write", do_write}, {"chatter", do_chatter}, {"shut", do_shut},
	{"close", do_close}, {"rights", do_rights}, {"connect", do_connect}, {"early", do_early},
	{"login", do_login}, {"leave", do_leave}, {"promoted", do_promoted}};

enum { WORDS = 6 };

/* Reads the first line from the client, and takes it apart at its blanks. */
static void read_order(const struct hostile *hostile, char *line, size_t size, char **words)
{
	size_t len = 0, count = 0;
	while (len + 1 < size && read(hostile->start->in, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
	while (count < WORDS) {
		words[count++] = line;
		line += strcspn(line, " ");
		if (*line == ' ')
			*line++ = '\0';
	}
}

void session_run(const struct session_start *start)
{
	/* In .bss: two records of 128 KiB. */
	static struct hostile hostile;
	char line[1024], *words[WORDS];
	struct pollfd wire = {start->wire, POLLIN, 0};
	enum wire_end end = WIRE_GONE;
	hostile.start = start;
	hostile.state = START;
	hostile.seed = 1;
	if (do_too_early(&hostile))
		return;
	if (deadline_poll(&wire, 1, deadline_in(ANSWER_S)) > 0)
		wire_receive(start->wire, &hostile.got, sizeof hostile.got, &end);
	/* One that goes on behind STARTTLS has nothing to greet with. */
	report(&hostile, end == WIRE_FINE && hostile.got.type == WIRE_GREETING ? "ready" : "odd",
		hostile.got.answer.reply == GO_ON ? "goes on" : "greets");
	read_order(&hostile, line, sizeof line, words);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(orders[i].name, words[0]) == 0)
			orders[i].run(&hostile, words + 1);
	report_number(&hostile, "sent", hostile.sent);
}

/* The static floor of the bench: a program that does nothing but answer. What a spawned session
 * costs at least: a start, a greeting, one write for each read, the text of DATA into one buffer.
 * Runs in: the bench. Trusts: the bench, which sends each command and its CRLF in one write. */
#include <string.h>
#include <unistd.h>

enum { ROOM = 256 * 1024 };

static char room[ROOM];

static void say(const char *reply)
{
	if (write(1, reply, strlen(reply)) < 0)
		_exit(1);
}

/* Takes the text up to its final dot. Only what is new is searched, with the octets before it that
 * may begin the end. */
static void take_text(void)
{
	static const char end[] = "\r\n.\r\n";
	enum { BEFORE = sizeof end - 2 };
	size_t kept = 0;
	for (;;) {
		ssize_t got = read(0, room + kept, sizeof room - kept);
		if (got <= 0)
			_exit(1);
		size_t have = kept + (size_t)got;
		if (memmem(room, have, end, sizeof end - 1) != NULL)
			return;
		kept = have < BEFORE ? have : BEFORE;
		memmove(room, room + have - kept, kept);
	}
}

int main(void)
{
	say("220 floor ESMTP\r\n");
	for (;;) {
		ssize_t got = read(0, room, sizeof room);
		if (got <= 0)
			return 1;
		if (memcmp(room, "QUIT", 4) == 0) {
			say("221 2.0.0 Bye\r\n");
			return 0;
		}
		if (memcmp(room, "DATA", 4) == 0) {
			say("354 Go on\r\n");
			take_text();
		} else if (memcmp(room, "AUTH", 4) == 0) {
			say("235 2.7.0 OK\r\n");
			continue;
		}
		say("250 2.0.0 OK\r\n");
	}
}

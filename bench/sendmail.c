/* The sendmail program of the bench: only reads the message, and says that it is sent.
 * Runs in: the bench, started by the monitor. Trusts: nothing. */
#include <unistd.h>

int main(void)
{
	static char room[64 * 1024];
	ssize_t got;
	while ((got = read(0, room, sizeof room)) > 0)
		;
	return got == 0 ? 0 : 75;
}

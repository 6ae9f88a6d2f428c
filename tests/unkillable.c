/* A sendmail of another user, as a setuid program is one: whoever started it may not signal it.
 * Set it setuid root. It reads nothing, says on which process id it runs, and sleeps for 30 s.
 * Runs in: tests. Trusts: nobody. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	if (setresuid(0, 0, 0) != 0)
		return 99;
	printf("%d\n", (int)getpid());
	fflush(stdout);
	sleep(30);
	return 0;
}

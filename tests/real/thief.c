/* Another program of `user`, taken over: takes descriptors of every postern-tls that it can see, as
 * long as its folder stands. Prints the number of each that it had.
 * Runs in: tests. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	while (access(argv[1], F_OK) == 0) {
		DIR *folder = opendir("/proc");
		for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
			char path[300], name[32] = "";
			snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
			int comm = open(path, O_RDONLY);
			if (comm < 0 || read(comm, name, sizeof name - 1) <= 0 ||
				strcmp(name, "postern-tls\n") != 0) {
				close(comm);
				continue;
			}
			close(comm);
			int process = (int)syscall(SYS_pidfd_open, atoi(entry->d_name), 0);
			int key = (int)syscall(SYS_pidfd_getfd, process, 7, 0);
			printf(key < 0 ? "seen\n" : "taken\n");
			fflush(stdout);
			close(key);
			close(process);
		}
		closedir(folder);
	}
	return 0;
}

/* A program started by an argument vector, watched by a deadline, its group killed at the end.
 * Runs in: monitor, smtpd before the fork, postern. Trusts: nothing of the child; its end is its
 * exit, never an end of file. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"

enum { CHILD_FDS_MAX = 9 };

/* What is started. The child gets descriptors 0 to fd_count - 1 from `fds` and no others, default
 * signals, an empty mask, umask 022, the working directory /, a session of its own, and exactly
 * this argument vector and environment. Nothing that survives exec restricts it. */
struct child {
	const char *program;
	char *const *argv, *const *envp;
	int fds[CHILD_FDS_MAX];
	size_t fd_count;
};

/* Starts it, by vfork and exec. Returns its process id, or -1 with errno when it could not be
 * started, exec's own failure included. */
pid_t child_start(const struct child *child);

enum child_end { CHILD_EXITED, CHILD_KILLED, CHILD_ABANDONED };

/* How it ended. */
struct child_status {
	enum child_end end;
	int code;       /* CHILD_EXITED: its status; CHILD_KILLED: the signal's number */
	bool timed_out; /* the deadline passed and its group was killed */
};

/* Waits for its exit. At the deadline its whole process group is killed; what is still there 2 s
 * later (a setuid program may not be killed by us) is left alone: CHILD_ABANDONED. */
struct child_status child_wait(pid_t pid, struct deadline deadline);

/* Waits for its exit until the deadline, and no more. True: it has ended, is reaped, and *status
 * says how. */
bool child_ended(pid_t pid, struct deadline deadline, struct child_status *status);

/* Kills its process group, also where the program itself has ended already, and reaps it, for at
 * most 2 s. The status says .timed_out. */
struct child_status child_kill(pid_t pid);

/* An unlinked file in memory for a child's words. -1 with errno. */
int child_words_open(void);

/* The first octets that a child left in the file, as one line: controls become blanks, blanks at
 * the ends are cut. `room` is always a string afterwards. */
void child_words(int fd, char *room, size_t size);

/* The path of a program that lies beside the one that runs: the folder of AT_EXECFN, made absolute,
 * and `name`. Must be called before any chdir. False when that cannot be told or does not fit. */
bool child_beside(char *path, size_t size, const char *name);

#endif

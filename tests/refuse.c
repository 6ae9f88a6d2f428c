/* Runs a program to which the kernel refuses one call: how the tests come by a kernel, a file
 * system or a container that lacks something.
 *
 * refuse CALL ARGUMENT MASK VALUE ERROR PROGRAM...
 *
 * CALL fails with the number ERROR where its argument number ARGUMENT, and-ed with MASK, is
 * VALUE. What is not root has no_new_privs from then on.
 * Runs in: tests. Trusts: its arguments. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{"chroot", SYS_chroot},
	{"clone", SYS_clone},
	{"fcntl", SYS_fcntl},
	{"landlock_create_ruleset", SYS_landlock_create_ruleset},
	{"landlock_restrict_self", SYS_landlock_restrict_self},
	{"openat", SYS_openat},
	{"pidfd_open", SYS_pidfd_open},
	{"pipe2", SYS_pipe2},
	{"prctl", SYS_prctl},
	{"prlimit64", SYS_prlimit64},
	{"setgroups", SYS_setgroups},
	{"setresgid", SYS_setresgid},
	{"setresuid", SYS_setresuid},
	{"signalfd4", SYS_signalfd4},
	{"socketpair", SYS_socketpair},
	{"memfd_create", SYS_memfd_create},
};

static int failed(const char *what)
{
	perror(what);
	return 99;
}

int main(int argc, char **argv)
{
	size_t i = 0, count = sizeof calls / sizeof *calls;
	while (i < count && argc > 6 && strcmp(calls[i].name, argv[1]) != 0)
		i++;
	if (argc < 7 || i == count) {
		fprintf(stderr, "refuse: no such call, or too few arguments\n");
		return 99;
	}
	unsigned argument = (unsigned)atoi(argv[2]);
	unsigned mask = (unsigned)strtoul(argv[3], NULL, 0);
	unsigned value = (unsigned)strtoul(argv[4], NULL, 0);
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			(unsigned)offsetof(struct seccomp_data, args) + 8 * argument),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)atoi(argv[5])),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof rows / sizeof *rows, rows};
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("no_new_privs");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		return failed("seccomp");
	execv(argv[6], argv + 6);
	return failed(argv[6]);
}

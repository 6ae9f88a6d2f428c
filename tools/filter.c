/* Makes a seccomp filter for one profile of the jail, as C, for the machine that is built for.
 * Runs in: the build, never on a user's host. Trusts: libseccomp. Use: filter session >
 * build/filter-session.h
 *
 * Each filter is an allow list: whatever it does not name kills the process. It looks at the
 * architecture first (int 0x80 has other numbers) and refuses x32: libseccomp does both. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/jail.h"

enum { CALLS_MAX = 160 };

/* What postern-auth does with a password, whatever the mechanism. */
#define PASSWORD_CALLS                                                                             \
	"read", "write", "writev", "recvfrom", "sendto", "recvmsg", "lseek", "newfstatat", "poll", \
		"ppoll", "close", "clock_gettime", "time", "gettimeofday", "brk", "mmap",          \
		"munmap", "mremap", "exit_group", "restart_syscall", "rt_sigreturn", "recv",       \
		"send", "_llseek", "fstat64", "fstatat64", "fstat", "clock_gettime64",             \
		"ppoll_time64", "mmap2", "sigreturn"

/* The names at the end of each are what libc makes of the same calls on other machines; time and
 * gettimeofday are no calls where the clock can be read without one. A `*` behind a name: with
 * whatever arguments. A `!`: with arguments that are not allowed it fails, and does not
 * kill. */
static const struct profile {
	const char *name;
	const char *calls[CALLS_MAX];
} profiles[] = {
	{"session", {"read", "write", "writev", "recvfrom", "sendto", "recvmsg", "poll", "ppoll",
			    "clock_gettime", "exit_group", "restart_syscall", "rt_sigreturn",
			    "shutdown", "recv", "send", "clock_gettime64", "ppoll_time64",
			    "sigreturn"}},
	{"password", {PASSWORD_CALLS}},
	{"saslauthd", {PASSWORD_CALLS, "connect"}},
	/* SASL's own stores and Kerberos: files, sockets and names; never exec, never fork.
	   Without a plugin that could only be loaded in the jail they go on: Kerberos looks for
	   some at each ticket. */
	{"wide", {PASSWORD_CALLS, "openat*", "open", "access", "faccessat", "faccessat2", "stat",
			 "lstat", "statx", "statfs", "fstatfs", "getdents64", "readlink",
			 "readlinkat", "fcntl", "flock", "pread64", "pwrite64", "preadv", "pwritev",
			 "ftruncate", "fsync", "fdatasync", "unlink", "unlinkat", "mkdir", "rename",
			 "fchmod", "fchown", "umask", "getcwd", "getpid", "gettid", "getppid",
			 "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid",
			 "getgroups", "getrandom", "futex", "socket", "connect*", "bind",
			 "getsockname", "getpeername", "getsockopt", "setsockopt*", "sendto*",
			 "sendmsg", "sendmmsg", "recvmmsg", "shutdown", "ioctl", "uname", "sysinfo",
			 "madvise", "mprotect", "pipe2", "eventfd2", "nanosleep", "clock_nanosleep",
			 "clock_getres", "select", "pselect6", "sched_yield", "sched_getaffinity",
			 "rt_sigaction", "rt_sigprocmask", "sigaltstack", "dup", "epoll_create1",
			 "epoll_ctl", "epoll_wait", "futex_time64", "mmap!", "mmap2!"}},
	/* libscram's hashes are OpenSSL's. */
	{"scram", {PASSWORD_CALLS, "openat", "getpid", "getrandom", "futex", "futex_time64"}},
	/* OpenSSL asks for its process id, to see a fork, and for random octets; of setsockopt
	   there is TCP_QUICKACK alone. */
	{"tls", {"read", "write", "writev", "recvfrom", "sendto", "recvmsg", "poll", "ppoll",
			"close", "shutdown", "clock_gettime", "time", "gettimeofday", "brk", "mmap",
			"munmap", "mremap", "getpid", "getrandom", "futex", "setsockopt",
			"exit_group", "restart_syscall", "rt_sigreturn", "recv", "send",
			"clock_gettime64", "ppoll_time64", "mmap2", "futex_time64", "sigreturn"}},
};

/* Every descriptor below 64 may be closed but the lifeline: with it would go the signal by which
 * the process dies with its monitor. Each of them agrees with the lifeline's number above some bit,
 * and differs at it. The kernel looks at 32 bits of the argument, so no more is compared. */
static int add_close(scmp_filter_ctx filter, int number)
{
	int failed = 0;
	for (unsigned bit = 0; bit < 6 && failed == 0; bit++) {
		uint32_t mask = UINT32_MAX << bit;
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, mask, (JAIL_LIFELINE ^ 1U << bit) & mask));
	}
	return failed;
}

/* The call with one of these values as its argument `which`. */
static int add_one_of(
	scmp_filter_ctx filter, int number, unsigned which, const unsigned *values, size_t count)
{
	int failed = 0;
	for (size_t i = 0; i < count && failed == 0; i++)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
			SCMP_CMP64(which, SCMP_CMP_EQ, values[i], 0));
	return failed;
}

static int add(scmp_filter_ctx filter, const char *call)
{
	char name[32] = "";
	size_t len = strcspn(call, "*!");
	memcpy(name, call, len < sizeof name ? len : 0);
	int number = seccomp_syscall_resolve_name(name);
	if (number < 0)
		return 0; /* not a call of this machine */
	if (call[len] == '*')
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	if (call[len] == '!')
		return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), number, 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	/* No signal by way of a descriptor (F_SETOWN, FIOASYNC), and no family of sockets that
	 * neither names nor databases need. */
	if (strcmp(name, "fcntl") == 0)
		return add_one_of(filter, number, 1,
			(const unsigned[]){F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK,
				F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
				F_DUPFD_CLOEXEC},
			12);
	if (strcmp(name, "ioctl") == 0)
		return add_one_of(filter, number, 1,
			(const unsigned[]){
				FIONREAD, FIONBIO, TCGETS, SIOCGIFCONF, SIOCGIFNAME, SIOCGIFINDEX},
			6);
	if (strcmp(name, "socket") == 0)
		return add_one_of(filter, number, 0,
			(const unsigned[]){AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}, 4);
	if (strcmp(name, "close") == 0)
		return add_close(filter, number);
	/* To whom it is connected, and nobody else. */
	if (strcmp(name, "sendto") == 0)
		return seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, number, 1, SCMP_A4(SCMP_CMP_EQ, 0, 0));
	if (strcmp(name, "connect") == 0)
		return seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, number, 1, SCMP_A0(SCMP_CMP_EQ, JAIL_SOCKET, 0));
	/* To read, and nothing else; which file is Landlock's to say. */
	if (strcmp(name, "openat") == 0)
		return seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, number, 1, SCMP_A2(SCMP_CMP_EQ, O_RDONLY, 0));
	if (strcmp(name, "setsockopt") == 0)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 2,
			SCMP_A1(SCMP_CMP_EQ, IPPROTO_TCP, 0),
			SCMP_A2(SCMP_CMP_EQ, TCP_QUICKACK, 0));
	/* No memory may become code. */
	if (strcmp(name, "mmap") == 0 || strcmp(name, "mmap2") == 0 ||
		strcmp(name, "mprotect") == 0)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

static int print(scmp_filter_ctx filter, const char *name)
{
	FILE *whole = tmpfile();
	struct sock_filter one;
	if (whole == NULL || seccomp_export_bpf(filter, fileno(whole)) != 0)
		return -1;
	rewind(whole);
	printf("/* Made by tools/filter.c; not written by hand. */\n");
	printf("static const struct sock_filter filter_%s[] = {\n", name);
	while (fread(&one, sizeof one, 1, whole) == 1)
		printf("\t{0x%04x, %u, %u, 0x%08x},\n", one.code, one.jt, one.jf, one.k);
	printf("};\n");
	fclose(whole);
	return fflush(stdout);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof profiles / sizeof *profiles; i++) {
		if (strcmp(argv[1], profiles[i].name) != 0)
			continue;
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
		if (filter == NULL ||
			seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) !=
				0 ||
			/* 2: a binary tree. The kernel plays the filter through for every number at
			   load. */
			seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
			break;
		for (size_t call = 0; profiles[i].calls[call] != NULL; call++)
			if (add(filter, profiles[i].calls[call]) != 0) {
				fprintf(stderr, "filter: cannot add %s\n", profiles[i].calls[call]);
				return 1;
			}
		int failed = print(filter, profiles[i].name);
		seccomp_release(filter);
		return failed != 0;
	}
	fprintf(stderr, "filter: usage: filter session|password|scram|saslauthd|wide|tls\n");
	return 2;
}

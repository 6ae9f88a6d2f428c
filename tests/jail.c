/* Enters the jail of one profile through jail_enter() and does one deed there; the test that
 * started it sees whether that was its death. tests/real/test_jail.py drives it.
 *
 * jail PROFILE LAYERS ABI FOLDER DEED [ARGUMENT] PROFILE is one of `profiles` below, LAYERS a sum
 * of enum layer, ABI the newest of Landlock to use, FOLDER the empty folder. As root it becomes
 * 61002. It says `jailed`, or why not; then what the deed returned: 0, or the number of its
 * error. jail PROFILE 15 ABI FOLDER sweep plain|x32|int80 makes every call of this machine by
 * number, each in a jail of its own, and names those that live and should not, or die and should
 * not.
 *
 * Runs in: tests. Trusts: its arguments. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/jail.h"

/* A deed takes of its argument what it needs. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

enum { PAIR = 10, OTHER, TCP, ABSTRACT, GROWS, HIGHEST = GROWS, JAILED = 61002, CALLS = 1024 };

static const long allowed_session[] = {SYS_read, SYS_write, SYS_writev, SYS_recvfrom, SYS_sendto,
	SYS_recvmsg, SYS_ppoll, SYS_clock_gettime, SYS_exit_group, SYS_restart_syscall,
	SYS_rt_sigreturn, SYS_shutdown,
#ifdef SYS_poll
	SYS_poll,
#endif
	-2};
static const long allowed_password[] = {SYS_read, SYS_write, SYS_writev, SYS_recvfrom, SYS_sendto,
	SYS_recvmsg, SYS_ppoll, SYS_close, SYS_clock_gettime, SYS_brk, SYS_mmap, SYS_munmap,
	SYS_mremap, SYS_exit_group, SYS_restart_syscall, SYS_rt_sigreturn, SYS_lseek, SYS_fstat,
	SYS_gettimeofday,
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
	-2};
/* What that of scram has besides. */
static const long allowed_scram[] = {SYS_openat, SYS_getpid, SYS_getrandom, SYS_futex, -2};
/* Of setsockopt there is but one form, which the sweep does not make. */
static const long allowed_tls[] = {SYS_read, SYS_write, SYS_writev, SYS_recvfrom, SYS_sendto,
	SYS_recvmsg, SYS_ppoll, SYS_close, SYS_shutdown, SYS_clock_gettime, SYS_gettimeofday,
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_getpid, SYS_getrandom, SYS_futex,
	SYS_exit_group, SYS_restart_syscall, SYS_rt_sigreturn,
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
	-2};

/* What differs between the profiles, by the words of the command line. */
static const struct {
	const char *name;
	const long *allowed, *more; /* NULL: none */
} profiles[] = {
	[JAIL_SESSION] = {"session", allowed_session, NULL},
	[JAIL_PASSWORD] = {"password", allowed_password, NULL},
	[JAIL_SCRAM] = {"scram", allowed_password, allowed_scram},
	/* Not swept: what they have besides depends on its arguments. */
	[JAIL_SASLAUTHD] = {"saslauthd", allowed_password, NULL},
	[JAIL_WIDE] = {"wide", allowed_password, NULL},
	[JAIL_TLS] = {"tls", allowed_tls, NULL},
};

enum { PROFILES = sizeof profiles / sizeof *profiles };

static void say(const char *words)
{
	if (write(1, words, strlen(words)) < 0)
		_exit(98);
}

static void die(const char *what)
{
	perror(what);
	exit(99);
}

/* What a deed returned: 0 for anything that is no error. */
static int tell(long result)
{
	char line[24];
	snprintf(line, sizeof line, "%d\n", result == -1 ? errno : 0);
	say(line);
	return 0;
}

static long int80(long number)
{
#ifdef __x86_64__
	long result;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(-1L), "c"(-1L), "d"(0L), "S"(-1L), "D"(-1L)
			 : "memory");
	return result;
#else
	(void)number;
	raise(SIGSYS);
	return -1;
#endif
}

/* --- deeds: each the true one, so that without seccomp it works, or another layer is seen --- */

static long do_int80(const char *number)
{
	return int80(atol(number));
}

static long do_x32(const char *number)
{
	return syscall(0x40000000 | atol(number), -1, -1, 0, -1, -1, -1);
}

static long do_kill(const char *pid)
{
	return syscall(SYS_kill, atoi(pid), 0);
}

static long do_prlimit(const char *pid)
{
	struct rlimit limit;
	return syscall(SYS_prlimit64, atoi(pid), RLIMIT_CPU, NULL, &limit);
}

static long do_ptrace(const char *pid)
{
	return syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, atoi(pid), NULL, NULL);
}

static long do_read_memory(const char *pid)
{
	char octet;
	struct iovec here = {&octet, 1}, there = {&octet, 1};
	return syscall(SYS_process_vm_readv, atoi(pid), &here, 1L, &there, 1L, 0L);
}

static long do_socket(const char *unused)
{
	return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static struct sockaddr_in local(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static long do_connect(const char *port)
{
	struct sockaddr_in address = local(port);
	return syscall(SYS_connect, TCP, &address, sizeof address);
}

static long do_bind(const char *unused)
{
	struct sockaddr_in address = local("0");
	return syscall(SYS_bind, TCP, &address, sizeof address);
}

static long do_abstract(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path + 1, name, strlen(name));
	return syscall(SYS_connect, ABSTRACT, &address,
		offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static long do_sendmsg(const char *unused)
{
	char octet = 'x';
	struct iovec part = {&octet, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	return syscall(SYS_sendmsg, PAIR, &message, 0);
}

/* An address is one more way to connect. */
static long do_sendto(const char *unused)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	return syscall(SYS_sendto, PAIR, "x", 1L, MSG_FASTOPEN, &address, sizeof address);
}

static long do_setsockopt(const char *unused)
{
	int on = 1;
	return syscall(SYS_setsockopt, PAIR, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* LEVEL, a blank, NAME: an option of a TCP socket that is set. */
static long do_option(const char *words)
{
	int on = 1;
	char *rest;
	unsigned long level = strtoul(words, &rest, 0);
	return syscall(SYS_setsockopt, TCP, level, strtoul(rest, NULL, 0), &on, sizeof on);
}

static long do_fcntl(const char *unused)
{
	return syscall(SYS_fcntl, PAIR, F_GETFL);
}

static long do_ioctl(const char *unused)
{
	int count;
	return syscall(SYS_ioctl, PAIR, FIONREAD, &count);
}

static long do_dup(const char *unused)
{
	/* The limit leaves one more than the highest. */
	while (syscall(SYS_dup, PAIR) >= 0)
		;
	return -1;
}

static long do_exec(const char *program)
{
	char *argv[] = {(char *)(uintptr_t)program, NULL}, *none[] = {NULL};
	return syscall(SYS_execve, program, argv, none);
}

static long do_open(const char *path)
{
#ifdef SYS_open
	return syscall(SYS_open, path, O_RDONLY);
#else
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
#endif
}

static long do_openat(const char *path)
{
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
}

/* With other flags than those to read. */
static long do_random(const char *flags)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/urandom", (int)strtol(flags, NULL, 0), 0600);
}

static long do_create(const char *path)
{
	return syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 0600);
}

static long do_truncate(const char *path)
{
	return syscall(SYS_truncate, path, 0L);
}

static long do_chroot(const char *path)
{
	return syscall(SYS_chroot, path);
}

static long do_clone(const char *unused)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit(0);
	return pid;
}

static long do_fork(const char *unused)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid;
}

static long do_setuid(const char *unused)
{
	return syscall(SYS_setuid, 0);
}

static long do_setresuid(const char *unused)
{
	return syscall(SYS_setresuid, 0, 0, 0);
}

static long do_setresgid(const char *unused)
{
	return syscall(SYS_setresgid, 0, 0, 0);
}

static long do_setgroups(const char *unused)
{
	gid_t root = 0;
	return syscall(SYS_setgroups, 1, &root);
}

static long do_prctl(const char *unused)
{
	return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long do_rlimit(const char *unused)
{
	struct rlimit more = {1, 1};
	return syscall(SYS_prlimit64, 0, RLIMIT_NPROC, &more, NULL);
}

static long do_map_code(const char *unused)
{
	return (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long do_map_all(const char *unused)
{
	return (long)mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long do_protect(const char *unused)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

/* Writes an octet behind so many. */
static long do_grow(const char *octets)
{
	return pwrite(GROWS, "x", 1, atol(octets));
}

static long do_map_much(const char *octets)
{
	return (long)mmap(
		NULL, (size_t)atol(octets), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* As the kernel takes it: of the register, 32 bits count. */
static long do_close(const char *descriptor)
{
	return syscall(SYS_close, strtoul(descriptor, NULL, 0));
}

static long do_getpid(const char *unused)
{
	return syscall(SYS_getpid);
}

/* The clock by calls: libc makes them where it cannot read it without one. */
static long do_gettimeofday(const char *unused)
{
	struct timeval now = {0, 0};
	return syscall(SYS_gettimeofday, &now, NULL);
}

static long do_time(const char *unused)
{
#ifdef SYS_time
	return syscall(SYS_time, NULL);
#else
	return do_gettimeofday(unused);
#endif
}

/* Waits to be looked at. */
static long do_wait(const char *unused)
{
	char octet;
	while (read(0, &octet, 1) > 0)
		;
	return 0;
}

/* What all profiles live by, each of it working. */
static long do_talk(const char *unused)
{
	char octets[8] = "";
	struct iovec parts[2] = {{"ab", 2}, {"cd", 2}}, room = {octets, sizeof octets};
	struct msghdr message = {.msg_iov = &room, .msg_iovlen = 1};
	struct pollfd polled = {OTHER, POLLIN, 0};
	struct timespec now;
	errno = EPROTO;
	if (write(PAIR, "w", 1) != 1 || read(OTHER, octets, 1) != 1 || *octets != 'w')
		return -1;
	if (writev(PAIR, parts, 2) != 4 || poll(&polled, 1, 1000) != 1 || polled.revents != POLLIN)
		return -1;
	if (recvmsg(OTHER, &message, MSG_DONTWAIT) != 4 || memcmp(octets, "abcd", 4) != 0)
		return -1;
	if (send(PAIR, "s", 1, MSG_NOSIGNAL) != 1 || recv(OTHER, octets, 1, MSG_DONTWAIT) != 1)
		return -1;
	return clock_gettime(CLOCK_MONOTONIC, &now) != 0
		       ? -1
		       : syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
}

static long do_shutdown(const char *unused)
{
	return shutdown(PAIR, SHUT_WR);
}

/* What a library needs: a heap that grows. */
static long do_allocate(const char *unused)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -1;
	*page = 'x';
	errno = EPROTO;
	page = mremap(page, 4096, 8192, MREMAP_MAYMOVE);
	if (page == MAP_FAILED || *page != 'x' || munmap(page, 8192) != 0)
		return -1;
	/* More than one growth of the heap, and one block that is mapped. */
	for (size_t size = 1024; size <= 1 << 20; size *= 4) {
		char *volatile block = malloc(size);
		if (block == NULL)
			return -1;
		memset(block, 1, size);
		free(block);
	}
	return 0;
}

static const struct deed {
	const char *name;
	long (*act)(const char *argument);
} deeds[] = {{"int80", do_int80}, {"x32", do_x32}, {"kill", do_kill}, {"prlimit", do_prlimit},
	{"ptrace", do_ptrace}, {"read-memory", do_read_memory}, {"socket", do_socket},
	{"connect", do_connect}, {"bind", do_bind}, {"abstract", do_abstract},
	{"sendmsg", do_sendmsg}, {"sendto", do_sendto}, {"setsockopt", do_setsockopt},
	{"fcntl", do_fcntl}, {"ioctl", do_ioctl}, {"dup", do_dup}, {"exec", do_exec},
	{"open", do_open}, {"openat", do_openat}, {"create", do_create}, {"truncate", do_truncate},
	{"chroot", do_chroot}, {"clone", do_clone}, {"fork", do_fork}, {"setuid", do_setuid},
	{"setresuid", do_setresuid}, {"setresgid", do_setresgid}, {"setgroups", do_setgroups},
	{"prctl", do_prctl}, {"rlimit", do_rlimit}, {"map-code", do_map_code},
	{"map-all", do_map_all}, {"protect", do_protect}, {"grow", do_grow}, {"getpid", do_getpid},
	{"wait", do_wait}, {"talk", do_talk}, {"shutdown", do_shutdown}, {"allocate", do_allocate},
	{"close", do_close}, {"random", do_random}, {"map-much", do_map_much},
	{"option", do_option}, {"time", do_time}, {"gettimeofday", do_gettimeofday}};

/* --- every call there is --- */

static bool is_in(const long *list, long number)
{
	while (*list != -2 && *list != number)
		list++;
	return *list == number;
}

static bool is_allowed(enum jail_profile profile, long number)
{
	return is_in(profiles[profile].allowed, number) ||
	       (profiles[profile].more != NULL && is_in(profiles[profile].more, number));
}

/* The two calls of the kernel's own tracer: newer ones let them through every filter, and
 * fails them anywhere but in a probe of its own. */
static bool is_probe(long number)
{
#ifdef __x86_64__
	return number == 335 || number == 336;
#else
	(void)number;
	return false;
#endif
}

static void sweep(const struct jail *jail, const char *how)
{
	bool plain = strcmp(how, "plain") == 0;
	for (long number = -1; number < CALLS; number++) {
		char line[64], room[256];
		struct text fault = {room, 0, sizeof room, false};
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			if (jail_enter(jail, &fault) != NULL) {
				say(fault.at);
				_exit(97);
			}
			/* Nothing that these arguments name is there. Of mmap the third says what
			 * the memory may do, only low descriptors may be closed, and sendto may
			 * name nobody. */
			long first = number == SYS_close ? 63 : -1;
			if (strcmp(how, "int80") == 0)
				int80(number);
			else
				syscall(plain ? number : number | 0x40000000, first, -1L, 0L, -1L,
					0L, -1L);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
		bool lives = !WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS;
		if (plain && is_probe(number))
			continue;
		if (lives == (plain && is_allowed(jail->profile, number)))
			continue;
		snprintf(line, sizeof line, "%ld %s\n", number, lives ? "lives" : "dies");
		say(line);
	}
}

/* Descriptors of which the deeds make use, in their places. */
static void open_all(void)
{
	int pair[2];
	close_range(3, ~0U, 0);
	signal(SIGXFSZ, SIG_IGN);
	/* glibc's first malloc() asks for random octets: whoever allocates in a jail has done it
	 * before. */
	void *volatile block = malloc(1);
	free(block);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0 || dup2(pair[0], PAIR) < 0 ||
		dup2(pair[1], OTHER) < 0 || dup2(socket(AF_INET, SOCK_STREAM, 0), TCP) < 0 ||
		dup2(socket(AF_UNIX, SOCK_STREAM, 0), ABSTRACT) < 0 ||
		dup2(memfd_create("grows", 0), GROWS) < 0 || close_range(3, PAIR - 1, 0) != 0)
		die("descriptors");
}

int main(int argc, char **argv)
{
	TEXT(fault, 256);
	static struct identity user = {.uid = JAILED, .gid = JAILED, .found = true};
	unsigned profile = 0;
	while (argc >= 6 && profile < PROFILES && strcmp(argv[1], profiles[profile].name) != 0)
		profile++;
	if (argc < 6 || profile == PROFILES)
		return 2;
	const struct jail jail = {
		.profile = (enum jail_profile)profile,
		.layers = (unsigned)atoi(argv[2]),
		.root = geteuid() == 0,
		.user = &user,
		.folder = argv[4],
		.highest_fd = HIGHEST,
		.landlock_most = atoi(argv[3]),
	};
	const char *deed = argv[5], *argument = argc > 6 ? argv[6] : "0";
	open_all();
	if (strcmp(deed, "sweep") == 0) {
		if ((jail.layers & LAYER_SECCOMP) == 0)
			return 2;
		sweep(&jail, argument);
		return 0;
	}
	if (jail_enter(&jail, &fault) != NULL) {
		say(text_string(&fault));
		return 1;
	}
	say("jailed\n");
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (strcmp(deeds[i].name, deed) == 0)
			_exit(tell(deeds[i].act(argument)));
	return 2;
}

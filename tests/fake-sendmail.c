/* The sendmail of the tests: writes down how it was called and what it was given, then ends as
 * told.
 *
 * It lies in the scratch folder of one test, and takes everything from there: what to do stands
 * in sendmail.mode, what it saw goes to sent/N.argv, .env, .message and .facts, N counting from
 * 1. Nothing of it comes through arguments or environment, which are what is tested.
 *
 * Words of sendmail.mode, one a line: exit N ends with this status signal N ends by this signal
 * sleep N waits before it ends unread leaves its input unread say TEXT on standard output
 * complain TEXT on standard error background N ends at once, and a child reads the input N
 * seconds later, to sent/N.late stay a child of a session of its own stays behind, holding its
 * output, for 1 s
 * Runs in: tests. Trusts: its folder. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

struct orders {
	int status, signal;
	unsigned sleep, background;
	int unread, stay;
};

static void die(const char *what)
{
	fprintf(stderr, "fake-sendmail: %s: %s\n", what, strerror(errno));
	exit(99);
}

/* Opens sent/N.KIND. */
static FILE *record(unsigned n, const char *kind)
{
	char name[64];
	snprintf(name, sizeof name, "sent/%u.%s", n, kind);
	FILE *file = fopen(name, "we");
	if (!file)
		die(name);
	return file;
}

static void finish(FILE *file)
{
	if (fclose(file))
		die("fclose");
}

/* The number of this call. */
static unsigned number(void)
{
	for (unsigned n = 1;; n++) {
		char name[64];
		snprintf(name, sizeof name, "sent/%u.argv", n);
		int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd >= 0) {
			close(fd);
			return n;
		}
		if (errno != EEXIST)
			die(name);
	}
}

/* One string a record, each ended by a NUL: the only octet that none of them has. */
static void strings(unsigned n, const char *kind, char *const *list)
{
	FILE *file = record(n, kind);
	for (; *list; list++)
		fwrite(*list, 1, strlen(*list) + 1, file);
	finish(file);
}

/* Copies standard input to a file. */
static void input(unsigned n, const char *kind)
{
	FILE *file = record(n, kind);
	char octets[65536];
	ssize_t got;
	while ((got = read(0, octets, sizeof octets)) > 0)
		fwrite(octets, 1, (size_t)got, file);
	if (got < 0)
		die("standard input");
	finish(file);
}

static void descriptors(FILE *file)
{
	DIR *dir = opendir("/proc/self/fd");
	if (!dir)
		die("/proc/self/fd");
	for (struct dirent *entry; (entry = readdir(dir));) {
		int fd = atoi(entry->d_name);
		char path[64], target[PATH_MAX];
		if (!isdigit((unsigned char)entry->d_name[0]) || fd == dirfd(dir) ||
			fd == fileno(file))
			continue;
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ssize_t len = readlink(path, target, sizeof target - 1);
		target[len < 0 ? 0 : len] = 0;
		fprintf(file, "fd%d %s\n", fd, target);
	}
	closedir(dir);
}

/* What the kernel says of this process: signals, privileges, ids. */
static void status(FILE *file)
{
	char line[4096];
	FILE *proc = fopen("/proc/self/status", "re");
	if (!proc)
		die("/proc/self/status");
	while (fgets(line, sizeof line, proc))
		if (!strncmp(line, "Sig", 3) || !strncmp(line, "NoNewPrivs", 10) ||
			!strncmp(line, "Seccomp:", 8) || !strncmp(line, "Uid", 3) ||
			!strncmp(line, "Gid", 3) || !strncmp(line, "Groups", 6))
			fputs(line, file);
	fclose(proc);
}

static void facts(unsigned n, const char *cwd)
{
	struct stat st;
	mode_t mask = umask(022);
	FILE *file = record(n, "facts");
	if (fstat(0, &st))
		die("fstat");
	fprintf(file, "cwd %s\numask %03o\nleader %d\n", cwd, (unsigned)mask,
		getsid(0) == getpid());
	fprintf(file, "regular %d\nlinks %lu\noffset %lld\n", S_ISREG(st.st_mode),
		(unsigned long)st.st_nlink, (long long)lseek(0, 0, SEEK_CUR));
	descriptors(file);
	status(file);
	finish(file);
}

static struct orders orders(void)
{
	struct orders orders = {0};
	char line[4096];
	FILE *file = fopen("sendmail.mode", "re");
	while (file && fgets(line, sizeof line, file)) {
		char *rest = strchr(line, ' ');
		unsigned value = rest ? (unsigned)strtoul(rest, NULL, 10) : 0;
		if (!strncmp(line, "exit ", 5))
			orders.status = (int)value;
		else if (!strncmp(line, "signal ", 7))
			orders.signal = (int)value;
		else if (!strncmp(line, "sleep ", 6))
			orders.sleep = value;
		else if (!strncmp(line, "background ", 11))
			orders.background = value;
		else if (!strncmp(line, "unread", 6))
			orders.unread = 1;
		else if (!strncmp(line, "stay", 4))
			orders.stay = 1;
		else if (!strncmp(line, "say ", 4))
			fputs(rest + 1, stdout);
		else if (!strncmp(line, "complain ", 9))
			fputs(rest + 1, stderr);
		else
			die(line);
	}
	if (file)
		fclose(file);
	fflush(stdout);
	return orders;
}

int main(int argc, char **argv)
{
	char self[PATH_MAX], cwd[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (argc < 1 || len < 1 || !getcwd(cwd, sizeof cwd))
		die("start");
	self[len] = 0;
	*strrchr(self, '/') = 0;
	if (chdir(self))
		die(self);

	unsigned n = number();
	strings(n, "argv", argv);
	strings(n, "env", environ);
	facts(n, cwd);
	struct orders todo = orders();
	if (todo.background) {
		if (fork())
			_exit(todo.status);
		setsid();
		sleep(todo.background);
		input(n, "late");
		return 0;
	}
	if (todo.stay && !fork()) {
		setsid();
		sleep(1);
		fputs("too late for anybody\n", stdout);
		fflush(stdout);
		return 0;
	}
	if (!todo.unread)
		input(n, "message");
	if (todo.sleep)
		sleep(todo.sleep);
	if (todo.signal)
		raise(todo.signal);
	return todo.status;
}

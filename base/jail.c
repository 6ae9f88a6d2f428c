/* The jail, layer by layer.
 * Runs in: the session's process, postern-auth, and postern when it checks. Trusts: ids and paths
 * of the settings.
 *
 * Seccomp is what the rule rests on: a chrooted nobody can still connect to a mail server on
 * 127.0.0.1, and Landlock does not stop prlimit64() on a sibling of the same uid. The other
 * layers are there for the day on which the kernel's filter has a hole. */
#include "base/jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter-password.h"
#include "filter-saslauthd.h"
#include "filter-scram.h"
#include "filter-session.h"
#include "filter-tls.h"
#include "filter-wide.h"

enum { JAIL_MEMORY = 256 * 1024 * 1024 /* of address space, libraries with it */ };

/* What one profile has of its own. */
static const struct {
	const struct sock_filter *filter;
	unsigned short len;
	rlim_t seconds; /* of the processor: far above what a long connection takes */
	rlim_t file;    /* octets of a file that it may write: a helper's last words, no more */
} profiles[] = {
	[JAIL_SESSION] = {filter_session, sizeof filter_session / sizeof *filter_session, 600, 0},
	[JAIL_PASSWORD] = {filter_password, sizeof filter_password / sizeof *filter_password, 60,
		4096},
	[JAIL_SCRAM] = {filter_scram, sizeof filter_scram / sizeof *filter_scram, 60, 4096},
	[JAIL_SASLAUTHD] = {filter_saslauthd, sizeof filter_saslauthd / sizeof *filter_saslauthd,
		60, 4096},
	[JAIL_WIDE] = {filter_wide, sizeof filter_wide / sizeof *filter_wide, 60, 16 * 1024 * 1024},
	[JAIL_TLS] = {filter_tls, sizeof filter_tls / sizeof *filter_tls, 600, 4096},
};

static const char *failed(struct text *fault, const char *what)
{
	int error = errno;
	text_clear(fault);
	text_add(fault, what);
	text_add(fault, ": ");
	text_add(fault, strerror(error));
	return text_string(fault);
}

const char *jail_become(const struct identity *user, struct text *fault)
{
	uid_t real, effective, saved;
	if (setgroups(user->group_count, user->groups) != 0)
		return failed(fault, "cannot become another user, CAP_SETUID or CAP_SETGID is "
				     "missing: setgroups");
	if (setresgid(user->gid, user->gid, user->gid) != 0)
		return failed(fault, "cannot become another user, CAP_SETUID or CAP_SETGID is "
				     "missing: setresgid");
	if (setresuid(user->uid, user->uid, user->uid) != 0)
		return failed(fault, "cannot become another user, CAP_SETUID or CAP_SETGID is "
				     "missing: setresuid");
	/* Proof that the way back is shut. */
	if (getresuid(&real, &effective, &saved) != 0 || real != user->uid ||
		effective != user->uid || saved != user->uid || user->uid == 0 ||
		setresuid(0, 0, 0) == 0 || setuid(0) == 0 || seteuid(0) == 0) {
		errno = EPERM;
		return failed(fault, "root could be had back");
	}
	return NULL;
}

/* Whether the folder holds nothing but itself and the one above. Reads without stdio or opendir():
 * they allocate, and this runs in each session's process. */
static bool is_empty(const char *folder)
{
	_Alignas(struct dirent64) char room[1024];
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool empty = fd >= 0;
	ssize_t len = 1;
	while (empty && len > 0) {
		len = getdents64(fd, room, sizeof room);
		empty = len >= 0;
		for (ssize_t at = 0; empty && at < len;) {
			const struct dirent64 *entry =
				(const struct dirent64 *)(const void *)(room + at);
			empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
			at += entry->d_reclen;
		}
	}
	if (fd >= 0)
		close(fd);
	return empty;
}

const char *jail_folder(const char *folder, struct text *fault)
{
	struct stat status;
	const char *wrong = NULL;
	if (lstat(folder, &status) != 0)
		return failed(fault, folder);
	if (!S_ISDIR(status.st_mode))
		wrong = " is no folder";
	else if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		wrong = " must be root's and nobody else's to write: chown root, chmod 0555";
	else if (!is_empty(folder))
		wrong = " must be empty, the jail holds nothing";
	if (wrong == NULL)
		return NULL;
	text_clear(fault);
	text_add(fault, folder);
	text_add(fault, wrong);
	return text_string(fault);
}

int jail_landlock(void)
{
#ifdef SYS_landlock_create_ruleset
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1U);
	return abi < 0 ? 0 : (int)abi;
#else
	return 0;
#endif
}

#ifdef SYS_landlock_create_ruleset
/* Lets one file be read: /dev/urandom, which SASL opens anew for every nonce. */
static bool allow_random(int ruleset)
{
	struct __attribute__((packed)) {
		uint64_t access;
		int32_t parent;
	} rule = {1U << 2 /* read a file */, open("/dev/urandom", O_PATH | O_CLOEXEC)};
	bool allowed = rule.parent >= 0 && syscall(SYS_landlock_add_rule, ruleset,
						   1 /* path beneath */, &rule, 0U) == 0;
	if (rule.parent >= 0)
		close(rule.parent);
	return allowed;
}
#endif

/* Takes away every file by name, TCP, and signals and abstract sockets to the outside, as far as
 * the kernel's ABI goes. The header of the system may be older than the kernel, so the numbers
 * stand here. */
static bool landlock(int abi, enum jail_profile profile)
{
#ifdef SYS_landlock_create_ruleset
	struct {
		uint64_t files, network, scope;
	} rules = {(1U << 13) - 1, 0, 0};
	size_t size = sizeof(uint64_t);
	if (abi >= 2)
		rules.files |= 1U << 13; /* refer */
	if (abi >= 3)
		rules.files |= 1U << 14; /* truncate */
	if (abi >= 4) {
		rules.network = 3; /* bind and connect, TCP */
		size = 2 * sizeof(uint64_t);
	}
	if (abi >= 5)
		rules.files |= 1U << 15; /* ioctl on devices */
	if (abi >= 6) {
		rules.scope = 3; /* abstract sockets, signals */
		size = 3 * sizeof(uint64_t);
	}
	/* Which files a wide one opens nobody can tell beforehand. But whoever is in a Landlock
	 * domain cannot look into a process that is not, or signal it. */
	if (profile == JAIL_WIDE) {
		rules.files = 1; /* execute */
		rules.network = 0;
	}
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
	if (ruleset < 0)
		return false;
	bool held = (profile != JAIL_SCRAM || allow_random(ruleset)) &&
		    syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
	close(ruleset);
	return held;
#else
	(void)abi;
	(void)profile;
	return false;
#endif
}

static bool limits(const struct jail *jail)
{
	const struct {
		__rlimit_resource_t resource;
		rlim_t most;
	} list[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, profiles[jail->profile].file},
		{RLIMIT_NPROC, 0},
		{RLIMIT_AS, JAIL_MEMORY},
		{RLIMIT_CPU, profiles[jail->profile].seconds},
		/* poll() refuses more entries than this, and it must reach the highest descriptor.
		 */
		{RLIMIT_NOFILE, (rlim_t)jail->highest_fd + 2},
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct rlimit limit = {list[i].most, list[i].most}, now;
		if (setrlimit(list[i].resource, &limit) == 0)
			continue;
		/* A lower limit that is there already is as good, and cannot be raised. */
		if (getrlimit(list[i].resource, &now) != 0 || now.rlim_max > list[i].most)
			return false;
	}
	return true;
}

/* Chroot and ids: what only root can do. */
static const char *enter_as_root(const struct jail *jail, struct text *fault)
{
	if ((jail->layers & LAYER_CHROOT) != 0) {
		if (jail_folder(jail->folder, fault) != NULL)
			return text_string(fault);
		if (chroot(jail->folder) != 0)
			return failed(fault, "chroot");
	}
	if (chdir("/") != 0)
		return failed(fault, "chdir");
	return jail_become(jail->user, fault);
}

const char *jail_enter(const struct jail *jail, struct text *fault)
{
	if (jail->root && enter_as_root(jail, fault) != NULL)
		return text_string(fault);
	/* After the change of ids, which sets it to what /proc/sys/fs/suid_dumpable says. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return failed(fault, "PR_SET_DUMPABLE");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed(fault, "no_new_privs");
	if ((jail->layers & LAYER_LANDLOCK) != 0) {
		int abi = jail_landlock();
		if (abi > jail->landlock_most)
			abi = jail->landlock_most;
		if (abi > 0 && !landlock(abi, jail->profile))
			return failed(fault, "Landlock");
	}
	if ((jail->layers & LAYER_LIMITS) != 0 && !limits(jail))
		return failed(fault, "limits");
	if ((jail->layers & LAYER_SECCOMP) != 0) {
		struct sock_fprog filter = {profiles[jail->profile].len,
			(struct sock_filter *)(uintptr_t)profiles[jail->profile].filter};
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
			return failed(fault, "seccomp");
	}
	return NULL;
}

bool jail_lifeline(int lifeline)
{
	/* PDEATHSIG does not cross a change of uid, and a monitor of another uid may not signal us.
	 * But the kernel itself may: the last close of the write end raises the descriptor's
	 * signal. */
	if (fcntl(lifeline, F_SETOWN, getpid()) != 0 || fcntl(lifeline, F_SETSIG, SIGKILL) != 0 ||
		fcntl(lifeline, F_SETFL, O_ASYNC) != 0)
		return false;
	/* A holder that left before this raised no signal; its end shows all the same. */
	struct pollfd gone = {lifeline, POLLIN, 0};
	return poll(&gone, 1, 0) == 0;
}

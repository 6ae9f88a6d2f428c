/* A GDBM file is changed whole or not at all, whenever its writer dies or the disk is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "folder.h"
#include "random.h"
#include "store/store.h"

static const struct store_owner nobody = {false, 0, 0, 0600};

/* The calls by which a change reaches the disk, ours and the library's, pass through here: the n-th
 * kills the process, or fails. */
static int countdown;
static bool only_fails;

static bool fails(void)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	if (!only_fails)
		kill(getpid(), SIGKILL);
	errno = ENOSPC;
	return true;
}

ssize_t write(int fd, const void *octets, size_t len)
{
	return fails() ? -1 : syscall(SYS_write, fd, octets, len);
}

int fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
	return fails() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* Somebody plants a link to this file as soon as a stale copy is taken away. */
static const char *planted;

int unlink(const char *name)
{
	int got = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
	return planted != NULL && strcmp(name, copy) == 0 ? symlink(planted, name) : got;
}

/* Time runs a hundred times as fast where a test says so. */
static int haste = 1;

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int got = (int)syscall(SYS_clock_gettime, clock, now);
	if (haste > 1) {
		long long all = (now->tv_sec * 1000000000LL + now->tv_nsec) * haste;
		*now = (struct timespec){all / 1000000000, all % 1000000000};
	}
	return got;
}

/* One change that sets `count` keys to the same number, so that half of it shows. */
enum { KEYS = 20 };

static bool set_all(int number)
{
	struct store_change change;
	TEXT(fault, 512);
	char key[16], value[600];
	if (store_change(&change, path, true, &nobody, &fault) != NULL)
		return false;
	memset(value, 'x', sizeof value);
	snprintf(value, sizeof value, "%d", number);
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "key%d", i);
		/* A failed write is remembered, so it need not be looked at. */
		store_put(&change, key, strlen(key), value, sizeof value);
	}
	return store_commit(&change, &fault) == NULL;
}

/* The number that all keys have; -1 if there is no whole file. */
static int get_all(void)
{
	struct store store;
	TEXT(fault, 512);
	char key[16], value[600];
	size_t len;
	int number = -1;
	if (store_open(&store, path, &fault) != NULL)
		return -1;
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "key%d", i);
		if (store_fetch(&store, key, strlen(key), value, sizeof value, &len) != YES ||
			len != sizeof value || value[sizeof value - 1] != 'x')
			return -1;
		if (i > 0 && atoi(value) != number)
			return -1;
		number = atoi(value);
	}
	store_close(&store);
	return number;
}

static bool exists(const char *name)
{
	struct stat status;
	return lstat(name, &status) == 0;
}

static void what_was_put_is_there(void **state)
{
	struct store_change change;
	struct store store;
	TEXT(fault, 512);
	char value[8];
	size_t len;
	(void)state;
	assert_null(store_change(&change, path, true, &nobody, &fault));
	assert_true(change.is_new);
	assert_true(store_put(&change, "a\0b", 3, "one\0two", 7));
	assert_true(store_put(&change, "empty", 5, "", 0));
	assert_true(store_put(&change, "gone", 4, "x", 1));
	assert_true(store_delete(&change, "gone", 4));
	assert_true(store_delete(&change, "never", 5));
	assert_false(exists(path));
	assert_null(store_commit(&change, &fault));
	assert_false(exists(copy));
	assert_null(store_open(&store, path, &fault));
	assert_int_equal(store_fetch(&store, "a\0b", 3, value, sizeof value, &len), YES);
	assert_int_equal(len, 7);
	assert_memory_equal(value, "one\0two", 7);
	assert_int_equal(store_fetch(&store, "empty", 5, value, sizeof value, &len), YES);
	assert_int_equal(len, 0);
	assert_int_equal(store_fetch(&store, "gone", 4, value, sizeof value, &len), NO);
	assert_int_equal(store_fetch(&store, "a", 1, value, sizeof value, &len), NO);
	/* A value over its room is none. */
	assert_int_equal(store_fetch(&store, "a\0b", 3, value, 6, &len), CANNOT_TELL);
	assert_int_equal(len, 0);
	store_close(&store);
	store_close(&store);
}

static bool count_keys(void *context, const char *key, size_t key_len)
{
	int *left = context;
	(void)key;
	assert_true(key_len > 3);
	return --*left != 0;
}

static void each_key_is_seen_once_until_it_is_enough(void **state)
{
	struct store store;
	TEXT(fault, 512);
	int left = -1;
	(void)state;
	assert_true(set_all(1));
	assert_null(store_open(&store, path, &fault));
	assert_int_equal(store_each(&store, count_keys, &left), YES);
	assert_int_equal(left, -1 - KEYS);
	left = 5;
	assert_int_equal(store_each(&store, count_keys, &left), NO);
	assert_int_equal(left, 0);
	store_close(&store);
}

static void an_abandoned_change_changes_nothing(void **state)
{
	struct store_change change;
	TEXT(fault, 512);
	(void)state;
	assert_true(set_all(1));
	assert_null(store_change(&change, path, false, &nobody, &fault));
	assert_false(change.is_new);
	assert_true(store_delete(&change, "key3", 4));
	assert_true(exists(copy));
	store_abandon(&change);
	assert_false(exists(copy));
	assert_int_equal(get_all(), 1);
	assert_true(set_all(2)); /* and the lock is free */
}

static void a_write_that_failed_is_no_change(void **state)
{
	static char big[STORE_VALUE_MAX + 1];
	struct store_change change;
	TEXT(fault, 512);
	(void)state;
	assert_true(set_all(1));
	assert_null(store_change(&change, path, false, &nobody, &fault));
	assert_true(store_delete(&change, "key3", 4));
	assert_false(store_put(&change, "big", 3, big, sizeof big));
	assert_non_null(store_commit(&change, &fault));
	assert_int_equal(get_all(), 1);
	assert_false(exists(copy));
	assert_true(set_all(2));
}

static void what_cannot_be_opened_is_said_in_words(void **state)
{
	struct store store;
	struct store_change change;
	TEXT(fault, 512);
	char octets[5000] = "garbage";
	(void)state;
	assert_non_null(store_open(&store, path, &fault));
	assert_non_null(strstr(fault.at, path));
	assert_non_null(store_change(&change, path, false, &nobody, &fault));
	assert_false(exists(copy));
	assert_non_null(store_open(&store, folder, &fault));
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_non_null(store_open(&store, path, &fault)); /* empty */
	assert_int_equal(write(fd, octets, sizeof octets), sizeof octets);
	close(fd);
	assert_non_null(store_open(&store, path, &fault));
	assert_non_null(strstr(fault.at, "GDBM"));
	assert_non_null(store_change(&change, path, true, &nobody, &fault));
	assert_false(exists(copy));
	assert_non_null(store_change(&change, "/nonexistent/file", true, &nobody, &fault));
	memset(octets, 'a', sizeof octets - 1);
	octets[sizeof octets - 1] = '\0';
	assert_non_null(store_change(&change, octets, true, &nobody, &fault));
}

static void owner_and_mode_are_those_asked_for(void **state)
{
	struct store_owner owner = {geteuid() == 0, 0, 12345, 0640};
	struct store_change change;
	struct stat status;
	TEXT(fault, 512);
	mode_t mask = umask(0);
	(void)state;
	for (int i = 0; i < 2; i++) {
		umask(i == 0 ? 0 : 077);
		assert_null(store_change(&change, path, true, &owner, &fault));
		assert_true(store_put(&change, "a", 1, "b", 1));
		assert_null(store_commit(&change, &fault));
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0640);
		assert_int_equal(status.st_gid, owner.set ? 12345 : getegid());
		assert_int_equal(stat(lock_path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
	umask(mask);
}

static void a_planted_link_is_not_followed(void **state)
{
	char victim[96];
	struct stat status;
	(void)state;
	snprintf(victim, sizeof victim, "%s/victim", folder);
	int fd = open(victim, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
	assert_int_equal(symlink(victim, copy), 0);
	assert_true(set_all(1));
	assert_int_equal(get_all(), 1);
	assert_false(exists(copy));
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(stat(victim, &status), 0);
	assert_int_equal(status.st_size, 8);
	assert_int_equal(status.st_mode & 07777, 0644);
	/* Nor one that comes in the last moment. */
	planted = victim;
	assert_false(set_all(2));
	planted = NULL;
	assert_int_equal(stat(victim, &status), 0);
	assert_int_equal(status.st_size, 8);
	/* Nor one in place of the lock, or of the file itself. */
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(symlink(victim, lock_path), 0);
	assert_false(set_all(2));
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(victim, path), 0);
	assert_false(set_all(2));
	assert_int_equal(stat(victim, &status), 0);
	assert_int_equal(status.st_size, 8);
}

static int child_status(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_writer_killed_at_any_moment_breaks_nothing(void **state)
{
	uint64_t seed = 20240229;
	int least = 1, kills = 0, runs = 0;
	(void)state;
	assert_true(set_all(1));
	/* 150, and on a busy machine until some change came to its end in its few milliseconds. */
	for (; runs < 150 || (least == 1 && runs < 3000); runs++) {
		pid_t pid = fork();
		if (pid == 0) {
			for (int number = least;; number++)
				if (!set_all(number))
					_exit(1);
		}
		usleep((useconds_t)(500 + random_below(&seed, 6000)));
		kill(pid, SIGKILL);
		kills += WIFSIGNALED(child_status(pid));
		int number = get_all();
		assert_true(number >= least);
		least = number;
	}
	assert_int_equal(kills, runs);
	assert_true(least > 1);
	assert_true(set_all(0));
	assert_false(exists(copy));
}

static void a_writer_killed_at_each_of_its_calls_breaks_nothing(void **state)
{
	int calls = 1;
	(void)state;
	assert_true(set_all(1));
	for (;; calls++) {
		pid_t pid = fork();
		if (pid == 0) {
			countdown = calls;
			_exit(set_all(2) ? 0 : 1);
		}
		int status = child_status(pid), number = get_all();
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			assert_int_equal(number, 2);
			break;
		}
		/* The last call, the folder's fsync, comes when the change is there. */
		assert_true(number == 1 || number == 2);
		if (number == 2)
			assert_true(set_all(1));
	}
	assert_true(calls > 5);
	assert_false(exists(copy));
}

static void a_full_disk_breaks_nothing(void **state)
{
	int calls = 1;
	bool changed = false;
	(void)state;
	assert_true(set_all(1));
	only_fails = true;
	for (; !changed; calls++) {
		countdown = calls;
		changed = set_all(2);
		countdown = 0;
		assert_int_equal(get_all(), changed ? 2 : 1);
		assert_false(exists(copy));
	}
	only_fails = false;
	assert_true(calls > 5);
}

static bool add_one(void)
{
	struct store_change change;
	TEXT(fault, 512);
	char value[16] = "";
	size_t len;
	if (store_change(&change, path, true, &nobody, &fault) != NULL)
		return false;
	store_fetch(&change.store, "n", 1, value, sizeof value - 1, &len);
	snprintf(value, sizeof value, "%d", atoi(value) + 1);
	store_put(&change, "n", 1, value, strlen(value));
	return store_commit(&change, &fault) == NULL;
}

static void writers_at_once_all_land(void **state)
{
	enum { WRITERS = 4, EACH = 25 };
	pid_t pids[WRITERS];
	struct store store;
	TEXT(fault, 512);
	char value[16] = "";
	size_t len;
	(void)state;
	for (int i = 0; i < WRITERS; i++)
		if ((pids[i] = fork()) == 0) {
			for (int n = 0; n < EACH; n++)
				if (!add_one())
					_exit(1);
			_exit(0);
		}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_status(pids[i]), 0);
	assert_null(store_open(&store, path, &fault));
	assert_int_equal(store_fetch(&store, "n", 1, value, sizeof value - 1, &len), YES);
	assert_int_equal(atoi(value), WRITERS * EACH);
	store_close(&store);
}

static void a_reader_sees_its_file_to_the_end(void **state)
{
	struct store store;
	TEXT(fault, 512);
	char value[600];
	size_t len;
	(void)state;
	assert_true(set_all(1));
	assert_null(store_open(&store, path, &fault));
	assert_true(set_all(2));
	assert_int_equal(store_fetch(&store, "key7", 4, value, sizeof value, &len), YES);
	assert_int_equal(atoi(value), 1);
	store_close(&store);
	assert_int_equal(get_all(), 2);
}

static void the_wait_for_the_lock_ends(void **state)
{
	struct store_change change;
	TEXT(fault, 512);
	(void)state;
	int lock = open(lock_path, O_RDWR | O_CREAT, 0600);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	haste = 100;
	assert_non_null(store_change(&change, path, true, &nobody, &fault));
	haste = 1;
	assert_non_null(strstr(fault.at, "another change"));
	assert_int_equal(change.lock, -1);
	/* What is another's copy is left alone. */
	assert_int_equal(close(open(copy, O_WRONLY | O_CREAT, 0600)), 0);
	pid_t pid = fork();
	if (pid == 0) {
		set_all(1);
		_exit(0);
	}
	usleep(100000);
	kill(pid, SIGTERM); /* a Ctrl-C ends the wait */
	assert_int_equal(WTERMSIG(child_status(pid)), SIGTERM);
	assert_true(exists(copy));
	pid = fork();
	if (pid == 0) {
		close(lock); /* or it would hold the lock itself */
		_exit(set_all(3) ? 0 : 1);
	}
	usleep(100000);
	close(lock);
	assert_int_equal(child_status(pid), 0);
	assert_int_equal(get_all(), 3);
}

static void a_signal_waits_for_the_end_of_the_change(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	(void)state;
	assert_true(set_all(1));
	for (size_t i = 0; i < 2 * sizeof signals / sizeof *signals; i++) {
		bool commits = i % 2 == 0;
		pid_t pid = fork();
		if (pid == 0) {
			struct store_change change;
			TEXT(fault, 512);
			/* A shell's background child has it ignored. */
			signal(signals[i / 2], SIG_DFL);
			if (store_change(&change, path, false, &nobody, &fault) != NULL)
				_exit(1);
			raise(signals[i / 2]);
			if (!store_put(&change, "n", 1, commits ? "yes" : "no", 3))
				_exit(2);
			if (commits)
				store_commit(&change, &fault);
			else
				store_abandon(&change);
			_exit(3); /* it must have come by now */
		}
		int status = child_status(pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i / 2]);
		assert_false(exists(copy));
		struct store store;
		TEXT(fault, 512);
		char value[8];
		size_t len;
		assert_null(store_open(&store, path, &fault));
		assert_int_equal(store_fetch(&store, "n", 1, value, sizeof value, &len), YES);
		assert_memory_equal(value, "yes", 3);
		store_close(&store);
	}
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)
	const struct CMUnitTest tests[] = {
		ROW(what_was_put_is_there),
		ROW(each_key_is_seen_once_until_it_is_enough),
		ROW(an_abandoned_change_changes_nothing),
		ROW(a_write_that_failed_is_no_change),
		ROW(what_cannot_be_opened_is_said_in_words),
		ROW(owner_and_mode_are_those_asked_for),
		ROW(a_planted_link_is_not_followed),
		ROW(a_writer_killed_at_any_moment_breaks_nothing),
		ROW(a_writer_killed_at_each_of_its_calls_breaks_nothing),
		ROW(a_full_disk_breaks_nothing),
		ROW(writers_at_once_all_land),
		ROW(a_reader_sees_its_file_to_the_end),
		ROW(the_wait_for_the_lock_ends),
		ROW(a_signal_waits_for_the_end_of_the_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A GDBM file: opened to read, or changed whole by copy and rename.
 * Runs in: postern-auth (reads), postern (reads and changes). Trusts: the file's owner, not its
 * content.
 *
 * A GDBM file that is written in place is damaged by a writer that dies, and mostly nobody
 * notices (silent bad values in 16 of 500 kills); a copy that is renamed when it is whole never
 * is. The lock is a file of its own, for the file itself is another one after each change; and so
 * GDBM's own locks, which never wait and whose order is wrong, are not wanted. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"

enum { LOCK_WAIT_S = 10, LOCK_LOOK_MS = 20, COPY_BLOCK = 65536 };

/* NOMMAP: a page less to fault in, and the jail of postern-auth needs no mmap of files. */
enum { HOW = GDBM_NOMMAP | GDBM_NOLOCK | GDBM_CLOERROR };

static const char *wrong(struct text *fault, const char *path, const char *what, const char *cause)
{
	text_clear(fault);
	text_add(fault, path);
	text_add(fault, what);
	text_add(fault, cause);
	return text_string(fault);
}

static datum datum_of(const void *octets, size_t len)
{
	/* A datum has no const; GDBM only reads keys and what is stored. */
	return (datum){(char *)(uintptr_t)octets, (int)len};
}

/* Opens GDBM over a descriptor, which is closed if that fails. */
static const char *open_over(
	struct store *store, int fd, const char *path, int mode, struct text *fault)
{
	store->file = gdbm_fd_open(fd, path, 0, mode | HOW, NULL);
	if (store->file != NULL)
		return NULL;
	text_clear(fault);
	text_add(fault, path);
	text_add(fault, " is no GDBM file, or damaged (");
	text_add(fault, gdbm_strerror(gdbm_errno));
	text_add(fault, "): put a good copy of it back");
	return text_string(fault);
}

const char *store_open(struct store *store, const char *path, struct text *fault)
{
	struct stat status;
	store->file = NULL;
	/* O_NONBLOCK: a FIFO must not hold us. It changes nothing for a regular file. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &status) != 0)
		return wrong(fault, path, ": ", strerror(errno));
	if (!S_ISREG(status.st_mode)) {
		close(fd);
		errno = EINVAL;
		return wrong(fault, path, " is no file: name the file itself", "");
	}
	const char *fails = open_over(store, fd, path, GDBM_READER, fault);
	if (fails != NULL)
		errno = EINVAL; /* of no open(): whoever looks for a missing file sees that */
	return fails;
}

enum verdict store_fetch(
	struct store *store, const void *key, size_t key_len, void *room, size_t size, size_t *len)
{
	*len = 0;
	if (key_len > STORE_KEY_MAX)
		return NO;
	datum value = gdbm_fetch(store->file, datum_of(key, key_len));
	if (value.dptr == NULL)
		return gdbm_errno == GDBM_ITEM_NOT_FOUND ? NO : CANNOT_TELL;
	bool fits = value.dsize >= 0 && (size_t)value.dsize <= size;
	if (fits) {
		*len = (size_t)value.dsize;
		memcpy(room, value.dptr, *len);
	}
	if (value.dsize > 0)
		text_wipe(value.dptr, (size_t)value.dsize);
	free(value.dptr);
	return fits ? YES : CANNOT_TELL;
}

enum verdict store_each(struct store *store,
	bool (*each)(void *context, const char *key, size_t key_len), void *context)
{
	datum key = gdbm_firstkey(store->file);
	while (key.dptr != NULL) {
		bool on = each(context, key.dptr, key.dsize < 0 ? 0 : (size_t)key.dsize);
		datum next = {NULL, 0};
		if (on)
			next = gdbm_nextkey(store->file, key);
		free(key.dptr);
		if (!on)
			return NO;
		key = next;
	}
	return gdbm_errno == GDBM_ITEM_NOT_FOUND ? YES : CANNOT_TELL;
}

void store_close(struct store *store)
{
	if (store->file != NULL)
		gdbm_close(store->file);
	store->file = NULL;
}

/* Takes the lock, or says in errno why not. It is looked at now and then, so that a Ctrl-C ends the
 * wait and a lock that nobody gives up ends it too. */
static bool take_lock(struct store_change *change)
{
	TEXT(path, sizeof change->copy);
	struct deadline deadline = deadline_in(LOCK_WAIT_S);
	text_add(&path, change->path);
	text_add(&path, ".lock");
	change->lock = open(
		text_string(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (change->lock < 0)
		return false;
	while (flock(change->lock, LOCK_EX | LOCK_NB) != 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || deadline_passed(deadline))
			return false;
		poll(NULL, 0, LOCK_LOOK_MS);
	}
	return true;
}

static bool copy_octets(int from, int to)
{
	char block[COPY_BLOCK];
	for (;;) {
		ssize_t got = read(from, block, sizeof block), done = 0;
		if (got <= 0)
			return got == 0;
		while (done < got) {
			ssize_t put = write(to, block + done, (size_t)(got - done));
			if (put < 0)
				return false;
			done += put;
		}
	}
}

/* Makes the copy: its descriptor, or -1 with errno. Nobody but the owner can read it before it
 * belongs to whom it should. */
static int make_copy(struct store_change *change, bool create, const struct store_owner *owner)
{
	if (unlink(change->copy) != 0 && errno != ENOENT)
		return -1;
	int from = open(change->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	change->is_new = from < 0 && errno == ENOENT && create;
	if (from < 0 && !change->is_new)
		return -1;
	int to = open(change->copy, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool made = to >= 0 && (!owner->set || fchown(to, owner->uid, owner->gid) == 0) &&
		    fchmod(to, owner->mode) == 0 && (change->is_new || copy_octets(from, to)) &&
		    lseek(to, 0, SEEK_SET) == 0;
	int error = errno;
	if (from >= 0)
		close(from);
	if (made)
		return to;
	if (to >= 0)
		close(to);
	errno = error;
	return -1;
}

/* A Ctrl-C in the middle would leave the copy behind; what came meanwhile comes at the end. */
static void hold_signals(struct store_change *change)
{
	sigset_t held;
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	sigprocmask(SIG_BLOCK, &held, &change->mask);
	change->held = true;
}

/* The end of every change, good or bad; errno is kept. */
static void end_change(struct store_change *change)
{
	int error = errno;
	if (change->lock >= 0)
		close(change->lock);
	change->lock = -1;
	if (change->held)
		sigprocmask(SIG_SETMASK, &change->mask, NULL);
	change->held = false;
	errno = error;
}

const char *store_change(struct store_change *change, const char *path, bool create,
	const struct store_owner *owner, struct text *fault)
{
	struct text copy = TEXT_OVER(change->copy);
	*change = (struct store_change){.lock = -1};
	if (!text_copy(change->path, sizeof change->path, path))
		return wrong(fault, path, " is too long a name", "");
	text_add(&copy, path);
	text_add(&copy, ".new");
	text_string(&copy);
	if (!take_lock(change)) {
		const char *why = errno == EWOULDBLOCK ? "another change of it does not end"
						       : strerror(errno);
		end_change(change);
		return wrong(fault, path, ".lock: ", why);
	}
	hold_signals(change);
	int fd = make_copy(change, create, owner);
	if (fd < 0)
		wrong(fault, path, " cannot be changed: ", strerror(errno));
	if (fd < 0 || open_over(&change->store, fd, path, change->is_new ? GDBM_NEWDB : GDBM_WRITER,
			      fault) != NULL) {
		store_abandon(change);
		return text_string(fault);
	}
	return NULL;
}

bool store_put(
	struct store_change *change, const void *key, size_t key_len, const void *value, size_t len)
{
	bool put = key_len <= STORE_KEY_MAX && len <= STORE_VALUE_MAX &&
		   gdbm_store(change->store.file, datum_of(key, key_len), datum_of(value, len),
			   GDBM_REPLACE) == 0;
	change->failed |= !put;
	return put;
}

bool store_delete(struct store_change *change, const void *key, size_t key_len)
{
	/* GDBM leaves what it deletes in the file: zeros of the same length take its place first.
	 */
	datum value = {NULL, 0};
	bool gone = key_len <= STORE_KEY_MAX;
	if (gone)
		value = gdbm_fetch(change->store.file, datum_of(key, key_len));
	if (value.dptr != NULL) {
		text_wipe(value.dptr, (size_t)value.dsize);
		gone = gdbm_store(change->store.file, datum_of(key, key_len), value,
			       GDBM_REPLACE) == 0;
		free(value.dptr);
	}
	gone = gone && (gdbm_delete(change->store.file, datum_of(key, key_len)) == 0 ||
			       gdbm_errno == GDBM_ITEM_NOT_FOUND);
	change->failed |= !gone;
	return gone;
}

/* The folder's own fsync: with it the new name outlives a power failure. Not having it is no
 * failure of the change, which is there. */
static void sync_folder(const char *path)
{
	TEXT(folder, SETTINGS_LINE_MAX + 1);
	const char *end = strrchr(path, '/');
	text_octets(&folder, end == NULL ? "." : path, end == NULL ? 1 : (size_t)(end - path) + 1);
	int fd = open(text_string(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

const char *store_commit(struct store_change *change, struct text *fault)
{
	bool whole = !change->failed && gdbm_sync(change->store.file) == 0;
	whole = gdbm_close(change->store.file) == 0 && whole;
	change->store.file = NULL;
	if (!whole || rename(change->copy, change->path) != 0) {
		wrong(fault, change->path, " cannot be changed: ",
			whole ? strerror(errno) : gdbm_strerror(gdbm_errno));
		store_abandon(change);
		return text_string(fault);
	}
	sync_folder(change->path);
	end_change(change);
	return NULL;
}

void store_abandon(struct store_change *change)
{
	store_close(&change->store);
	if (change->held) /* the lock is ours, and so is the copy */
		unlink(change->copy);
	end_change(change);
}

/* A GDBM file: opened to read, or changed whole by copy and rename. The one room that sees
 * gdbm.h.
 * Runs in: postern-auth (reads), postern (reads and changes). Trusts: the file's owner, not its
 * content: every value that comes out has a length that is checked. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/settings.h"
#include "base/text.h"
#include "base/wire.h"

enum { STORE_KEY_MAX = 1024, STORE_VALUE_MAX = 8192 };

/* An open file. */
struct store {
	void *file; /* GDBM_FILE; NULL: not open */
};

/* Opens the file to read it. NULL, or what is wrong, in words with a remedy. An open store waits
 * for nobody and nobody waits for it: who changes the file replaces it by rename. */
const char *store_open(struct store *store, const char *path, struct text *fault);

/* Fetches the value of a key. YES: *len octets of it are in room; NO: there is none; CANNOT_TELL:
 * the file is damaged, or the value is over `size` octets. */
enum verdict store_fetch(
	struct store *store, const void *key, size_t key_len, void *room, size_t size, size_t *len);

/* Calls `each` for every key of the file, in no order, until it returns false. YES: all were seen;
 * NO: `each` ended it; CANNOT_TELL: the file is damaged. The store must not change meanwhile. */
enum verdict store_each(struct store *store,
	bool (*each)(void *context, const char *key, size_t key_len), void *context);

/* Closes it; one that is not open is fine. */
void store_close(struct store *store);

/* A change under way: the lock is held, and a copy of the file, beside it, takes the writes. */
struct store_change {
	struct store store; /* the copy, open to write; store_fetch() and store_each() work on it */
	int lock;
	bool is_new; /* there was no file: the copy began empty */
	bool failed; /* a write failed: there is nothing to commit any more */
	bool held;   /* TERM, INT, HUP and QUIT wait for its end; mask is what was before */
	sigset_t mask;
	char path[SETTINGS_LINE_MAX + 1], copy[SETTINGS_LINE_MAX + 8];
};

/* Who owns the file after a change, and its mode. */
struct store_owner {
	bool set; /* false: owner and group are left as the process makes them */
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* Takes the lock (path.lock, waiting at most 10 s for another change to end) and makes the copy
 * (path.new: O_EXCL, O_NOFOLLOW; one that a dead process left is taken away under the lock). With
 * `create` a file that is missing begins empty, else it is a fault. NULL, or what is wrong. */
const char *store_change(struct store_change *change, const char *path, bool create,
	const struct store_owner *owner, struct text *fault);

/* Writes a value in the copy, in place of the key's old one. False: it could not be written. */
bool store_put(struct store_change *change, const void *key, size_t key_len, const void *value,
	size_t len);

/* Takes a key away from the copy, if it is there. False: it could not be done. */
bool store_delete(struct store_change *change, const void *key, size_t key_len);

/* Makes the copy the file: fsync, rename, fsync of the folder, unlock. NULL, or what is wrong; then
 * the file is as it was. The change is over either way. */
const char *store_commit(struct store_change *change, struct text *fault);

/* Throws the copy away and unlocks; the file is as it was. */
void store_abandon(struct store_change *change);

#endif

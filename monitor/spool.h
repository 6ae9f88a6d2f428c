/* One unlinked file for each message: append, hand over, close.
 * Runs in: monitor; `postern check` opens one to try. Trusts: the disk to fill up. */
#ifndef MONITOR_SPOOL_H
#define MONITOR_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool {
	int file;   /* -1: none */
	int failed; /* errno of the first write that failed, 0: none; it sticks */
	uint64_t size;
};

/* Opens a file that has no name, in the folder. 0, or -1 with errno. */
int spool_open(struct spool *spool, const char *folder);

/* Appends octets. A failure sticks: nothing is written behind it. */
void spool_append(struct spool *spool, const void *octets, size_t len);

/* Brings the file to offset 0 for who reads it next; from now on it is never written again. 0, or
 * -1 with errno, also of a write that failed before. */
int spool_rewind(struct spool *spool);

/* Whether the folder's disk has room for `octets` more. True where that cannot be told. */
bool spool_room(const char *folder, uint64_t octets);

/* Closes it; the file is gone with its last descriptor. One that is not open is fine. */
void spool_close(struct spool *spool);

#endif

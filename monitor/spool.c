/* One unlinked file for each message.
 * Runs in: monitor; `postern check` opens one to try. Trusts: the disk to fill up.
 *
 * A file is never used for a second message: a sendmail that went to the background still reads
 * it, and would read the next message out of it. */
#include "monitor/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/settings.h"
#include "base/text.h"

int spool_open(struct spool *spool, const char *folder)
{
	spool->failed = 0;
	spool->size = 0;
	spool->file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return spool->file < 0 ? -1 : 0;
	/* A file system without O_TMPFILE: a name for the shortest time. */
	TEXT(name, SETTINGS_LINE_MAX + 32);
	text_add(&name, folder);
	text_add(&name, "/message.XXXXXX");
	text_string(&name);
	spool->file = mkostemp(name.at, O_CLOEXEC);
	if (spool->file < 0)
		return -1;
	if (unlink(name.at) == 0)
		return 0;
	/* What has a name is no spool file: another could read it, or find it later. */
	int error = errno;
	spool_close(spool);
	errno = error;
	return -1;
}

void spool_append(struct spool *spool, const void *octets, size_t len)
{
	const char *at = octets;
	while (len > 0 && spool->failed == 0) {
		ssize_t done = write(spool->file, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			spool->failed = done < 0 ? errno : ENOSPC;
			return;
		}
		at += done;
		len -= (size_t)done;
		spool->size += (uint64_t)done;
	}
}

int spool_rewind(struct spool *spool)
{
	errno = spool->failed;
	if (spool->failed != 0)
		return -1;
	return lseek(spool->file, 0, SEEK_SET) == 0 ? 0 : -1;
}

bool spool_room(const char *folder, uint64_t octets)
{
	struct statvfs disk;
	if (statvfs(folder, &disk) != 0 || disk.f_frsize == 0)
		return true;
	return octets / disk.f_frsize < disk.f_bavail;
}

void spool_close(struct spool *spool)
{
	if (spool->file >= 0)
		close(spool->file);
	spool->file = -1;
}

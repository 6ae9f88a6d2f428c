/* A folder of its own for each test, gone afterwards with all that is in it. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[32], path[64], copy[72], lock_path[72];

static inline int folder_begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/postern-test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/file.gdbm", folder);
	snprintf(copy, sizeof copy, "%s.new", path);
	snprintf(lock_path, sizeof lock_path, "%s.lock", path);
	return 0;
}

static inline int folder_end(void **state)
{
	DIR *all = opendir(folder);
	(void)state;
	if (all == NULL)
		return -1;
	for (struct dirent *entry; (entry = readdir(all)) != NULL;)
		unlinkat(dirfd(all), entry->d_name, 0);
	closedir(all);
	return rmdir(folder);
}

#endif

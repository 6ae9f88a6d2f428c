/* The host's own users.
 * Runs in: postern-auth; the file is opened before the jail and read within it, when the name is
 * known. Trusts: the file, which is root's. */
#include "auth/shadow.h"

#include <crypt.h>
#include <errno.h>
#include <shadow.h>
#include <stdbool.h>
#include <string.h>

enum { DAY_S = 24 * 3600 };

/* A hash that a password can be compared with, behind the marks of a locked account; NULL: none. */
static const char *hash_of(const struct spwd *user)
{
	const char *hash = user->sp_pwdp;
	while (*hash == '!')
		hash++;
	return *hash != '\0' && *hash != '*' ? hash : NULL;
}

/* Finds a user; the first with a hash, where `name` is NULL. */
static const struct spwd *find(struct shadow *shadow, const char *name)
{
	const struct spwd *user;
	rewind(shadow->file);
	while ((user = fgetspent(shadow->file)) != NULL)
		if (name != NULL ? strcmp(user->sp_namp, name) == 0 : hash_of(user) != NULL)
			break;
	return user;
}

const char *shadow_open(struct shadow *shadow, struct text *fault)
{
	shadow->file = fopen("/etc/shadow", "re");
	if (shadow->file == NULL) {
		text_clear(fault);
		text_add(fault, "/etc/shadow: ");
		text_add(fault, strerror(errno));
		text_add(fault, ": put `user` into the group shadow, or better use saslauthd");
		return text_string(fault);
	}
	/* Where nobody has a password nobody is let in, and there is nothing to be told apart. */
	const struct spwd *user = find(shadow, NULL);
	if (user == NULL || !text_copy(shadow->stand_in, sizeof shadow->stand_in, hash_of(user)))
		text_copy(shadow->stand_in, sizeof shadow->stand_in, "$6$none$");
	return NULL;
}

void shadow_close(struct shadow *shadow)
{
	if (shadow->file != NULL)
		fclose(shadow->file);
	text_wipe(shadow, sizeof *shadow);
}

/* Why a user may not be let in whatever the password; REASON_NONE: he may. shadow(5): days since
 * 1970, -1 where there is no such limit. */
static enum reason objection(const struct spwd *user, time_t now)
{
	long today = (long)(now / DAY_S);
	if (*user->sp_pwdp == '!' || hash_of(user) == NULL)
		return REASON_DISABLED;
	if (user->sp_expire >= 0 && today >= user->sp_expire)
		return REASON_EXPIRED;
	if (user->sp_lstchg == 0) /* to be changed at the next log-in, which cannot be done here */
		return REASON_EXPIRED;
	/* A password that is overdue is asked for anew at a terminal; here it lets nobody in. */
	if (user->sp_max >= 0 && user->sp_lstchg > 0 && today > user->sp_lstchg + user->sp_max)
		return REASON_EXPIRED;
	return REASON_NONE;
}

/* Whether the hash is the password's, in a time that hangs on the kind of the hash alone. */
static bool fits(const char *hash, const char *password, size_t len)
{
	static struct crypt_data data; /* 32 KiB */
	char clear[CRYPT_MAX_PASSPHRASE_SIZE + 1];
	bool whole = len < sizeof clear && memchr(password, '\0', len) == NULL;
	size_t differ = 0;
	memcpy(clear, password, whole ? len : 0);
	clear[whole ? len : 0] = '\0';
	/* A failure is a string that begins with `*`, which no hash does. */
	const char *made = crypt_r(clear, hash, &data);
	bool same = made != NULL && *made != '*' && strlen(made) == strlen(hash);
	for (size_t i = 0; same && hash[i] != '\0'; i++)
		differ |= (size_t)(hash[i] ^ made[i]);
	text_wipe(clear, sizeof clear);
	text_wipe(&data, sizeof data);
	return same && whole && differ == 0;
}

enum verdict shadow_check(struct shadow *shadow, const char *name, const char *password, size_t len,
	time_t now, enum reason *reason)
{
	const struct spwd *user = find(shadow, name);
	if (ferror(shadow->file)) {
		*reason = REASON_STORE;
		return CANNOT_TELL;
	}
	const char *hash = user != NULL ? hash_of(user) : NULL;
	bool right = fits(hash != NULL ? hash : shadow->stand_in, password, len);
	*reason = user == NULL ? REASON_UNKNOWN : objection(user, now);
	if (*reason == REASON_NONE && !right)
		*reason = REASON_WRONG;
	return *reason == REASON_NONE ? YES : NO;
}

/* The administrator's commands, and what they share.
 * Runs in: postern. Trusts: the command line to be an administrator's, but not to be right. */
#ifndef ADMIN_COMMANDS_H
#define ADMIN_COMMANDS_H

#include <stdbool.h>

#include "base/settings.h"

/* The exit statuses. */
enum outcome {
	DONE = 0,
	FAILED = 1,   /* well formed, but refused, not found, exists already, or cannot be told */
	MALFORMED = 2 /* the command line or the input is malformed: nothing was tried */
};

/* A command line that was well formed. */
struct call {
	const char *file; /* of the settings */
	const struct settings *settings;
	const char *fault; /* what is wrong with the settings, NULL: nothing; only check_run() sees
			      any */
	const char *name;  /* as it was typed; NULL where the command takes none */
	bool from_stdin, generate;
};

/* Prints `postern: subject: words` on standard error, or without a NULL subject; controls become
 * `?`. */
void command_say(const char *subject, const char *words);

/* user.c: each changes or reads the accounts, and says what is wrong. */
enum outcome user_add(const struct call *call);
enum outcome user_passwd(const struct call *call);
enum outcome user_remove(const struct call *call);
enum outcome user_disable(const struct call *call);
enum outcome user_enable(const struct call *call);
enum outcome user_list(const struct call *call);

/* import.c: adds all accounts of standard input, or none. */
enum outcome import_run(const struct call *call);

/* verify.c: asks postern-auth whether a password is right. */
enum outcome verify_run(const struct call *call);

/* check.c: tries all that a session needs, and prints what it found. */
enum outcome check_run(const struct call *call);

#endif

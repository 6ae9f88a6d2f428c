/* What every helper does first and last: it proves that it was started by one of ours, makes
 * itself opaque, hangs on its lifeline, takes one record to begin with, and enters its jail.
 * Runs in: postern-auth, postern-tls. Trusts: who started it. The descriptors stand in helper.h. */
#ifndef BASE_DUTY_H
#define BASE_DUTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/jail.h"

/* Looks at the command line of a helper, which knows --help and --check and nothing else, and at
 * descriptor 3, which must be a wire. Returns whether it is a --check; ends the process where it
 * was not called as a helper is. `name` is the program's; `what` says who starts it, for --help. */
bool duty_called(int argc, char **argv, const char *name, const char *what);

/* Writes one line to descriptor 2: the file for last words, as long as that stands. */
void duty_words(const char *words);

/* Says why and ends the process: whatever it was to say does not count. */
_Noreturn void duty_fail(const char *words);

/* No core, no tracer; the lifeline; then the first record, exactly `len` octets into `first`. Ends
 * the process when anything is not as it must be. */
void duty_begin(void *first, size_t len);

/* Waits for one record of the one who started it, at most `size` octets into `room`; returns its
 * length. Ends the process when he has left or breaks the rules of the wire. */
size_t duty_receive(void *room, size_t size);

/* Sends one record. Ends the process when nobody takes it. */
void duty_send(const void *record, size_t len, const void *more, size_t more_len);

/* Enters the jail, in which descriptor 2 is /dev/null if `silent` (a library's words could tell a
 * secret). Ends the process, its last words said, if it cannot. .highest_fd is the highest
 * descriptor that is in use. */
void duty_jail(struct jail *jail, bool silent);

#endif

/* A new stream for the session: starts postern-tls between it and the client.
 * Runs in: monitor, also before root is dropped; postern, to check. Trusts: nothing of postern-tls
 * but what it says of its own client. */
#ifndef MONITOR_CHANNEL_H
#define MONITOR_CHANNEL_H

#include "base/helper.h"
#include "base/settings.h"
#include "base/wire.h"

/* What is kept for postern-tls until it is started, and postern-tls then. Descriptors are -1 where
 * there is none. */
struct channel {
	const char *program; /* absolute path; NULL: TLS can not come */
	int in, out;         /* the client: never read or written here, only passed on */
	int stream;          /* the other end is the session's */
	int certificate, key, client_ca; /* their octets are never read here */
	char fault[300];                 /* why a file could not be opened; empty: all could */
	struct helper helper;
};

/* How long a handshake may take, in seconds. */
unsigned channel_patience(const struct settings *settings);

/* Opens the files of the settings, of which the key may be root's alone. One that cannot be opened
 * is .fault. */
void channel_open(struct channel *channel, const struct settings *settings);

/* Starts postern-tls: as root with the session's jail and ids to enter, or with `check` for its
 * findings. Lets go of the stream's end and of the files. False: .fault says why. */
bool channel_start(struct channel *channel, const struct settings *settings, bool root, bool check);

/* There is no TLS in this connection, for the caller's reason. */
void channel_refuse(struct channel *channel, const char *why);

enum { CHANNEL_WATCH = 2 };

/* Waits until postern-tls has loaded its files and entered its jail. NO: it is gone, and .fault
 * says why; CANNOT_TELL: one of `watch` (-1: none) became ready first, and postern-tls still runs.
 */
enum verdict channel_ready(
	struct channel *channel, struct deadline deadline, const int watch[CHANNEL_WATCH]);

/* Tells postern-tls that nobody else reads the client from now on, and lets go of the client. */
void channel_go(struct channel *channel);

/* Takes what postern-tls says of the handshake: facts, or why there is no TLS. 0: it has not said
 * anything yet; else WIRE_FACTS or WIRE_FAILED, with every field checked. */
uint8_t channel_result(
	struct channel *channel, struct wire_facts *facts, struct wire_failed *failed);

/* Closes the client, the stream and the files, as far as they are still held. */
void channel_close(struct channel *channel);

/* Waits until the deadline for postern-tls to end by itself, then ends it. Appends how it ended
 * where that was not well. */
void channel_end(struct channel *channel, struct deadline deadline, struct text *words);

#endif

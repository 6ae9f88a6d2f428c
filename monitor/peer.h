/* Who is calling: the socket says it, or else the superserver's environment.
 * Runs in: smtpd before the fork. Trusts: the kernel, and the superserver. */
#ifndef MONITOR_PEER_H
#define MONITOR_PEER_H

#include <stdbool.h>

#include "base/network.h"

/* The two ends of the connection. */
struct peer {
	struct ip client, local;
	unsigned client_port, local_port;
	bool socket; /* descriptors 0 and 1 are one socket, and both directions go over 0 */
	char name[IP_TEXT_MAX]; /* the client's address as logged, or `unknown` */
};

/* The superserver's words, copied from the environment before that is wiped; "" where not set. */
struct peer_words {
	char remote_ip[64], remote_port[8], local_ip[64], local_port[8];
};

/* Copies TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP and TCPLOCALPORT. */
void peer_copy(struct peer_words *words);

/* Fills *peer: getpeername() of an AF_INET or AF_INET6 socket on 0 decides, else `words`, else the
 * client is unknown. */
void peer_find(struct peer *peer, const struct peer_words *words);

#endif

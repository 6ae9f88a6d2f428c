/* Addresses of the internet: read, normalised once, printed, and held against lists of networks.
 * Runs in: every process. Trusts: nothing; pure. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/text.h"

enum { NETWORKS_MAX = 100, IP_TEXT_MAX = 46 };

/* One address, normalised: ::ffff:a.b.c.d is the IPv4 address a.b.c.d, a scope id is cut off.
 * An unknown address (.known false) is in no list whatever. */
struct ip {
	unsigned char octets[16]; /* IPv4: the first four */
	bool known, v4;
};

/* One network in CIDR notation: the first `bits` of `ip` count, the others are zero. */
struct network {
	struct ip ip;
	unsigned char bits;
};

struct networks {
	struct network list[NETWORKS_MAX];
	size_t count;
};

/* Reads an address in its usual notation and normalises it. Returns false, *ip unknown, for
 * anything else: a name, a port, blanks. */
bool ip_parse(const char *string, struct ip *ip);

/* The address of an AF_INET or AF_INET6 socket address, normalised; any other family is unknown.
 * *port gets the port number, 0 where there is none. */
void ip_of(const struct sockaddr_storage *socket_address, struct ip *ip, unsigned *port);

/* Appends the address in its usual notation, or the word `unknown`. */
void ip_print(const struct ip *ip, struct text *text);

/* Whether two known addresses are the same. */
bool ip_same(const struct ip *a, const struct ip *b);

/* Reads ADDRESS or ADDRESS/BITS. NULL, or what is wrong, in words (bits set behind the prefix are
 * wrong too: 10.1.2.3/8 is more often a slip than meant). An IPv4-mapped network becomes IPv4. */
const char *network_parse(const char *string, struct network *network);

/* Whether the list has the address in it; an unknown one never. */
bool networks_have(const struct networks *networks, const struct ip *ip);

#endif

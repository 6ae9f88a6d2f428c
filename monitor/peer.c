/* Who is calling.
 * Runs in: smtpd before the fork. Trusts: the kernel, and the superserver's environment where
 * there is no socket to ask. */
#include "monitor/peer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/text.h"

/* A word that does not fit is none: half an address is another address. */
static void copy(char *room, size_t size, const char *name)
{
	const char *value = getenv(name);
	text_copy(room, size, value == NULL ? "" : value);
}

void peer_copy(struct peer_words *words)
{
	copy(words->remote_ip, sizeof words->remote_ip, "TCPREMOTEIP");
	copy(words->remote_port, sizeof words->remote_port, "TCPREMOTEPORT");
	copy(words->local_ip, sizeof words->local_ip, "TCPLOCALIP");
	copy(words->local_port, sizeof words->local_port, "TCPLOCALPORT");
}

static void from_words(const char *address, const char *port, struct ip *ip, unsigned *number)
{
	unsigned long long value = 0;
	text_to_number(port, 65535, &value);
	ip_parse(address, ip);
	*number = (unsigned)value;
}

void peer_find(struct peer *peer, const struct peer_words *words)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof address;
	struct stat in, out;
	memset(peer, 0, sizeof *peer);
	peer->socket = fstat(0, &in) == 0 && fstat(1, &out) == 0 && S_ISSOCK(in.st_mode) &&
		       in.st_dev == out.st_dev && in.st_ino == out.st_ino;
	if (getpeername(0, (struct sockaddr *)&address, &len) == 0 &&
		(address.ss_family == AF_INET || address.ss_family == AF_INET6)) {
		ip_of(&address, &peer->client, &peer->client_port);
		len = sizeof address;
		memset(&address, 0, sizeof address);
		if (getsockname(0, (struct sockaddr *)&address, &len) == 0)
			ip_of(&address, &peer->local, &peer->local_port);
	} else {
		from_words(words->remote_ip, words->remote_port, &peer->client, &peer->client_port);
		from_words(words->local_ip, words->local_port, &peer->local, &peer->local_port);
	}
	struct text name = TEXT_OVER(peer->name);
	ip_print(&peer->client, &name);
	text_string(&name);
}

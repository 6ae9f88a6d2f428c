/* Addresses of the internet and lists of networks: every address takes one form before it is
 * compared, so that no client has two.
 * Runs in: every process. Trusts: nothing; pure. */
#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_OCTETS = 4, V6_OCTETS = 16, MAPPED_BITS = 96 };

static const struct ip unknown;

/* On a dual-stack socket an IPv4 client comes as ::ffff:a.b.c.d: were that kept, all of IPv4 would
 * be one network of IPv6. */
static struct ip from_v6(const unsigned char octets[V6_OCTETS])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ip ip = {.known = true};
	ip.v4 = memcmp(octets, mapped, sizeof mapped) == 0;
	if (ip.v4)
		memcpy(ip.octets, octets + sizeof mapped, V4_OCTETS);
	else
		memcpy(ip.octets, octets, V6_OCTETS);
	return ip;
}

static struct ip from_v4(const void *octets)
{
	struct ip ip = {.known = true, .v4 = true};
	memcpy(ip.octets, octets, V4_OCTETS);
	return ip;
}

/* The length without a scope id: "%" and the name or number of an interface, IPv6 only. */
static size_t without_scope(const char *string)
{
	size_t len = strcspn(string, "%");
	const char *scope = string + len;
	if (*scope == '\0' || memchr(string, ':', len) == NULL)
		return strlen(string);
	scope++;
	size_t name = strspn(scope, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-");
	return name > 0 && scope[name] == '\0' ? len : strlen(string);
}

bool ip_parse(const char *string, struct ip *ip)
{
	char plain[INET6_ADDRSTRLEN];
	unsigned char octets[V6_OCTETS];
	size_t len = without_scope(string);
	*ip = unknown;
	if (len >= sizeof plain)
		return false;
	memcpy(plain, string, len);
	plain[len] = '\0';
	if (inet_pton(AF_INET, plain, octets) == 1)
		*ip = from_v4(octets);
	else if (inet_pton(AF_INET6, plain, octets) == 1)
		*ip = from_v6(octets);
	return ip->known;
}

void ip_of(const struct sockaddr_storage *socket_address, struct ip *ip, unsigned *port)
{
	*ip = unknown;
	*port = 0;
	/* Copied, not cast: the caller's storage need not be of the type that its family says. */
	if (socket_address->ss_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, socket_address, sizeof v4);
		*ip = from_v4(&v4.sin_addr);
		*port = ntohs(v4.sin_port);
	} else if (socket_address->ss_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, socket_address, sizeof v6);
		*ip = from_v6(v6.sin6_addr.s6_addr);
		*port = ntohs(v6.sin6_port);
	}
}

void ip_print(const struct ip *ip, struct text *text)
{
	char plain[IP_TEXT_MAX];
	if (ip->known &&
		inet_ntop(ip->v4 ? AF_INET : AF_INET6, ip->octets, plain, sizeof plain) != NULL)
		text_add(text, plain);
	else
		text_add(text, "unknown");
}

bool ip_same(const struct ip *a, const struct ip *b)
{
	return a->known && b->known && a->v4 == b->v4 &&
	       memcmp(a->octets, b->octets, a->v4 ? V4_OCTETS : V6_OCTETS) == 0;
}

/* The octet's bits that a prefix of `bits` covers, `at` being the octet's place. */
static unsigned char covered(unsigned bits, size_t at)
{
	if (bits >= (at + 1) * 8)
		return 0xff;
	return bits <= at * 8 ? 0 : (unsigned char)(0xff << ((at + 1) * 8 - bits));
}

const char *network_parse(const char *string, struct network *network)
{
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(string, "/");
	*network = (struct network){0};
	/* A scope id is refused, not cut: a network on one interface is not what would be obeyed.
	 */
	if (len >= sizeof plain || memchr(string, '%', len) != NULL)
		return "is not an IP address; write it like 192.0.2.0/24 or 2001:db8::/32";
	memcpy(plain, string, len);
	plain[len] = '\0';
	struct ip ip;
	if (!ip_parse(plain, &ip))
		return "is not an IP address; write it like 192.0.2.0/24 or 2001:db8::/32";
	bool dotted = strchr(plain, ':') == NULL;
	unsigned long long bits = dotted ? 32 : 128;
	if (string[len] == '/' && !text_to_number(string + len + 1, bits, &bits))
		return dotted ? "is no network: the prefix behind / must be a number from 0 to 32"
			      : "is no network: the prefix behind / must be a number from 0 to 128";
	/* A mapped network counts its bits as IPv6; one that is wider than all of IPv4 has the bits
	 * of ::ffff: behind its prefix. */
	bool too_wide = ip.v4 && !dotted && bits < MAPPED_BITS;
	if (ip.v4 && !dotted && !too_wide)
		bits -= MAPPED_BITS;
	bool behind = too_wide;
	for (size_t at = 0; at < V6_OCTETS; at++)
		behind |= (ip.octets[at] & ~covered((unsigned)bits, at)) != 0;
	if (behind)
		return "is no network: bits are set behind the prefix; write the first address of "
		       "the network";
	network->ip = ip;
	network->bits = (unsigned char)bits;
	return NULL;
}

static bool has(const struct network *network, const struct ip *ip)
{
	if (!network->ip.known || network->ip.v4 != ip->v4)
		return false;
	for (size_t at = 0; at < (ip->v4 ? V4_OCTETS : V6_OCTETS); at++)
		if (((network->ip.octets[at] ^ ip->octets[at]) & covered(network->bits, at)) != 0)
			return false;
	return true;
}

bool networks_have(const struct networks *networks, const struct ip *ip)
{
	for (size_t i = 0; ip->known && i < networks->count; i++)
		if (has(&networks->list[i], ip))
			return true;
	return false;
}

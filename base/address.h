/* Mail addresses in the envelope: a path taken apart, and what no sendmail program carries
 * safely.
 * Runs in: session (as the client wrote it), monitor (checked again). Trusts: nothing; pure. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ADDRESS_MAX = 254,       /* octets of local@domain: a path of 256 without its brackets */
	ADDRESS_LOCAL_MAX = 64,  /* RFC 5321 4.5.3.1.1 */
	ADDRESS_DOMAIN_MAX = 253 /* what DNS can hold of the 255 octets of RFC 5321 4.5.3.1.2 */
};

/* What is wrong with a path, in the order in which it is looked for. */
enum address_fault {
	ADDRESS_FINE,
	ADDRESS_MALFORMED,   /* no path by RFC 5321's grammar: 501 5.1.3 (5.1.7 for a sender) */
	ADDRESS_TOO_LONG,    /* over one of the limits above: 553 5.1.3 */
	ADDRESS_UNQUALIFIED, /* no domain, or a domain without a dot: 553 5.1.3 */
	ADDRESS_LITERAL,     /* user@[192.0.2.1]: 553 5.1.3 */
	ADDRESS_EIGHT_BIT,   /* octets over 0x7F, without SMTPUTF8: 553 5.6.7 */
	ADDRESS_UNSAFE       /* sendmail programs misread it: 553 5.1.3 */
};

/* How a path may look beyond <local@domain>. */
enum address_role {
	ADDRESS_SENDER,   /* <> is the null sender */
	ADDRESS_RECIPIENT /* <Postmaster> without a domain, in any case of letters, is fine */
};

/* Takes the path at *rest (RFC 5321 4.1.2: "<" [source route ":"] mailbox ">") and moves *rest
 * behind its ">". The address goes to `address`, which has room for ADDRESS_MAX + 1 octets, as
 * sendmail will get it: the source route dropped, quotes that are not needed taken off, a domain's
 * trailing dot refused; <> gives "", <Postmaster> gives "postmaster". Case is kept. On a fault
 * `address` is "" and *rest is where it was. */
enum address_fault address_path(const char **rest, enum address_role role, char *address);

/* The second look, by who does not trust the first: whether `address` is exactly what
 * address_path() could have made for this role. */
enum address_fault address_check(const char *address, enum address_role role);

/* Whether the name of `len` octets is a domain as DNS and every sendmail take it: labels of
 * letters, digits and inner hyphens, at most 63 octets each, at least one dot, none at an end. */
bool address_domain(const char *name, size_t len);

#endif

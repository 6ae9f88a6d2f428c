/* A path taken apart by RFC 5321 4.1.2, then judged: an address goes on only if every sendmail
 * program takes it as one address, and as the same one.
 * Runs in: session (as the client wrote it), monitor (checked again). Trusts: nothing; pure. */
#include "base/address.h"

#include <string.h>

#include "base/text.h"

enum { LABEL_MAX = 63 /* RFC 1035 2.3.4 */ };

/* A mailbox as it was found in a path. */
struct mailbox {
	char room[ADDRESS_LOCAL_MAX + 1];
	struct text local;  /* without its quotes */
	const char *domain; /* within the path; NULL: there was none */
	size_t domain_len;
	bool null;      /* the null sender: there is no mailbox */
	bool eight_bit; /* anywhere in the path, the source route included */
};

/* Octets over 0x7F take the place of letters while the grammar is looked at, so that they are
 * called what they are and not malformed. */
static bool let_dig(unsigned char octet)
{
	return text_letter_or_digit((char)octet) || octet > 0x7f;
}

static bool atext(unsigned char octet)
{
	return let_dig(octet) || (octet != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", octet) != NULL);
}

static bool dot_string(const char *at, size_t len)
{
	if (len == 0 || at[0] == '.' || at[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!atext((unsigned char)at[i]) && (at[i] != '.' || at[i - 1] == '.'))
			return false;
	return true;
}

/* What stands behind a Domain of the grammar, or NULL if there is none. */
static const char *skip_domain(const char *at)
{
	for (;; at++) {
		if (!let_dig((unsigned char)*at))
			return NULL;
		while (let_dig((unsigned char)*at) || *at == '-')
			at++;
		if (at[-1] == '-')
			return NULL;
		if (*at != '.')
			return at;
	}
}

/* What stands behind an address literal. It is refused whatever it says, so no more is looked at
 * than where it ends: printable octets between brackets. */
static const char *skip_literal(const char *at)
{
	size_t len = 1;
	while (at[len] > ' ' && at[len] <= '~' && strchr("[\\]", at[len]) == NULL)
		len++;
	return len > 1 && at[len] == ']' ? at + len + 1 : NULL;
}

/* What stands behind a source route, which RFC 5321 wants accepted and dropped; NULL if it is
 * malformed. Without one there is nothing to skip. */
static const char *skip_route(const char *at)
{
	if (*at != '@')
		return at;
	for (;;) {
		if (*at != '@' || (at = skip_domain(at + 1)) == NULL)
			return NULL;
		if (*at == ':')
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

/* Takes a local part, its quotes taken off, and returns what stands behind it, or NULL. */
static const char *take_local(const char *at, struct text *local)
{
	if (*at != '"') {
		size_t len = 0;
		while (atext((unsigned char)at[len]) || at[len] == '.')
			text_octet(local, at[len++]);
		return dot_string(at, len) ? at + len : NULL;
	}
	for (at++; *at != '"'; at++) {
		if (*at == '\\')
			at++;
		unsigned char octet = (unsigned char)*at;
		if (octet < ' ' || octet == 0x7f)
			return NULL;
		text_octet(local, *at);
	}
	return at + 1;
}

/* Takes the path and returns what stands behind it, or NULL if it is none by the grammar. */
static const char *take_path(const char *begin, enum address_role role, struct mailbox *mailbox)
{
	*mailbox = (struct mailbox){0};
	mailbox->local = TEXT_OVER(mailbox->room);
	if (*begin != '<')
		return NULL;
	if (begin[1] == '>') {
		mailbox->null = true;
		return role == ADDRESS_SENDER ? begin + 2 : NULL;
	}
	const char *local = skip_route(begin + 1);
	const char *at = local != NULL ? take_local(local, &mailbox->local) : NULL;
	if (at == NULL)
		return NULL;
	if (*at == '@') {
		mailbox->domain = ++at;
		at = *at == '[' ? skip_literal(at) : skip_domain(at);
		if (at == NULL)
			return NULL;
		mailbox->domain_len = (size_t)(at - mailbox->domain);
	} else if (local != begin + 1) {
		return NULL; /* a source route leads to a mailbox that has a domain */
	}
	for (const char *octet = begin; octet < at; octet++)
		mailbox->eight_bit |= (unsigned char)*octet > 0x7f;
	return *at == '>' ? at + 1 : NULL;
}

static bool labels_too_long(const char *name, size_t len)
{
	size_t label = 0;
	for (size_t i = 0; i < len; i++) {
		label = name[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return true;
	}
	return len > ADDRESS_DOMAIN_MAX;
}

/* Whether every sendmail program takes the local part for nothing but a part of an address. With
 * quotes it is read differently or not at all; a leading `-` is an option to courier; `|`, `/` and
 * `:` lead to programs, files and lists. `!` and `%` are carried: no program does harm with them
 * for a client that may relay anywhere. */
static bool safe(const char *local, size_t len)
{
	return dot_string(local, len) && strchr("-/", local[0]) == NULL &&
	       memchr(local, '|', len) == NULL;
}

static enum address_fault judge(const struct mailbox *mailbox, bool postmaster, bool cut)
{
	const char *domain = mailbox->domain;
	size_t len = mailbox->domain_len;
	if (mailbox->null)
		return ADDRESS_FINE;
	if (cut || mailbox->local.cut)
		return ADDRESS_TOO_LONG;
	if (domain == NULL)
		return postmaster ? ADDRESS_FINE : ADDRESS_UNQUALIFIED;
	if (*domain == '[')
		return ADDRESS_LITERAL;
	if (labels_too_long(domain, len))
		return ADDRESS_TOO_LONG;
	if (memchr(domain, '.', len) == NULL)
		return ADDRESS_UNQUALIFIED;
	if (mailbox->eight_bit)
		return ADDRESS_EIGHT_BIT;
	return safe(mailbox->local.at, mailbox->local.len) ? ADDRESS_FINE : ADDRESS_UNSAFE;
}

enum address_fault address_path(const char **rest, enum address_role role, char *address)
{
	struct mailbox mailbox;
	struct text text = {address, 0, ADDRESS_MAX + 1, false};
	const char *behind = take_path(*rest, role, &mailbox);
	address[0] = '\0';
	if (behind == NULL)
		return ADDRESS_MALFORMED;
	const char *local = text_string(&mailbox.local);
	bool postmaster = role == ADDRESS_RECIPIENT && text_same(local, "postmaster");
	if (mailbox.domain != NULL) {
		text_add(&text, local);
		text_octet(&text, '@');
		text_octets(&text, mailbox.domain, mailbox.domain_len);
	} else if (postmaster) {
		text_add(&text, "postmaster");
	}
	enum address_fault fault = judge(&mailbox, postmaster, text.cut);
	if (fault != ADDRESS_FINE)
		text_clear(&text);
	else
		*rest = behind;
	text_string(&text);
	return fault;
}

enum address_fault address_check(const char *address, enum address_role role)
{
	char again[ADDRESS_MAX + 1];
	TEXT(path, ADDRESS_MAX + 3);
	text_octet(&path, '<');
	text_add(&path, address);
	text_octet(&path, '>');
	if (path.cut)
		return ADDRESS_TOO_LONG;
	const char *rest = text_string(&path);
	enum address_fault fault = address_path(&rest, role, again);
	/* What comes out changed was not made by address_path(); a `>` within comes out cut. */
	if (fault == ADDRESS_FINE && strcmp(address, again) != 0)
		return ADDRESS_MALFORMED;
	return fault;
}

bool address_domain(const char *name, size_t len)
{
	size_t begin = 0, dots = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '.') {
			if (!text_letter_or_digit(name[i]) && name[i] != '-')
				return false;
			continue;
		}
		if (i == begin || name[begin] == '-' || name[i - 1] == '-')
			return false;
		dots += i < len;
		begin = i + 1;
	}
	return dots > 0 && !labels_too_long(name, len);
}

/* The message's header, line by line. Two questions are asked of it: what must not reach sendmail
 * (blind copies, loops, lines that break programs), and whether every sendmail would find the
 * same recipients in it. The second is answered by a grammar far smaller than RFC 5322's: what
 * does not fit costs nothing but -t.
 * Runs in: monitor. Trusts: nothing; pure. */
#include "monitor/header.h"

#include <string.h>

/* Of the header and our own fields, for -t: above it sendmail and courier lose mail. */
enum { HEADER_ALL_MAX = 32000 };

#define LETTERS_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ATOM           LETTERS_DIGITS "'-_&/+"

void header_start(struct header *header, size_t size_limit)
{
	*header = (struct header){.size_limit = size_limit};
}

/* Takes local@domain. address_check() knows the rest of the grammar: dots, hyphens, lengths. */
static const char *take_address(const char *at, char *address)
{
	size_t len = strspn(at, LETTERS_DIGITS "._+=-");
	if (at[len] != '@')
		return NULL;
	len += 1 + strspn(at + len + 1, LETTERS_DIGITS ".-");
	if (len > ADDRESS_MAX)
		return NULL;
	memcpy(address, at, len);
	address[len] = '\0';
	return address_check(address, ADDRESS_RECIPIENT) == ADDRESS_FINE ? at + len : NULL;
}

/* What stands behind a name for people and its blank, that is at the `<`; NULL if it is none. */
static const char *skip_phrase(const char *at)
{
	if (*at == '"') {
		size_t len = strspn(at + 1, ATOM ". ");
		at += 1 + len;
		return len > 0 && strncmp(at, "\" <", 3) == 0 ? at + 2 : NULL;
	}
	do {
		size_t len = strspn(at, ATOM);
		if (len == 0 || at[len] != ' ')
			return NULL;
		at += len + 1;
	} while (*at != '<');
	return at;
}

/* Takes one element of To or Cc and the `,` or `, ` behind it. False if there is anything else. */
static bool take_name(const char **rest, char *address)
{
	const char *at = take_address(*rest, address);
	if (at == NULL) {
		at = **rest == '<' ? *rest : skip_phrase(*rest);
		if (at == NULL)
			return false;
		at = take_address(at + 1, address);
		if (at == NULL || *at++ != '>')
			return false;
	}
	if (*at == ',') {
		at += at[1] == ' ' ? 2 : 1;
		if (*at == '\0')
			return false;
	} else if (*at != '\0') {
		return false;
	}
	*rest = at;
	return true;
}

static bool all_names(const char *body)
{
	char address[ADDRESS_MAX + 1];
	do
		if (!take_name(&body, address))
			return false;
	while (*body != '\0');
	return true;
}

/* A To or Cc, each once and Cc not before To: `body` is what stands behind the colon. */
static void note_names(
	struct header *header, bool *seen, char *names, const char *body, size_t body_len)
{
	/* esmtp finds nobody where the colon has no blank behind it; dma and others break on long
	 * lines. */
	if (*seen || header->has_cc || body_len < 2 || body[0] != ' ' ||
		header->line_len - 1 > HEADER_NAMES_MAX)
		header->unknown = true;
	*seen = true;
	if (header->unknown)
		return;
	memcpy(names, body + 1, body_len - 1);
	names[body_len - 1] = '\0';
	header->unknown = !all_names(names);
}

/* Looks at a whole field line: `name` is its name as a string, `body` what stands behind the colon.
 */
static void note_field(struct header *header, const char *name, const char *body, size_t body_len)
{
	header->dropping = text_same(name, "Bcc") || text_same(name, "Resent-Bcc");
	header->names = text_same(name, "To") || text_same(name, "Cc");
	if (header->dropping || text_same(name, "Apparently-To") ||
		text_behind(name, "Resent-") != NULL)
		header->unknown = true;
	else if (text_same(name, "From"))
		header->has_from = true;
	else if (text_same(name, "Date"))
		header->has_date = true;
	else if (text_same(name, "Message-ID"))
		header->has_message_id = true;
	else if (text_same(name, "Received") && ++header->received >= HEADER_LOOP)
		header->fault = REPLY_LOOP;
	else if (text_same(name, "Cc"))
		note_names(header, &header->has_cc, header->cc, body, body_len);
	else if (text_same(name, "To"))
		note_names(header, &header->has_to, header->to, body, body_len);
}

/* The length of a field's name if the line begins a field, else 0; *colon is where its colon is:
 * RFC 5322's old grammar has blanks before it. */
static size_t field_name(const char *line, size_t len, size_t *colon)
{
	size_t name = 0;
	while (name < len && line[name] > ' ' && line[name] <= '~' && line[name] != ':')
		name++;
	*colon = name;
	while (*colon < len && (line[*colon] == ' ' || line[*colon] == '\t'))
		++*colon;
	return *colon < len && line[*colon] == ':' ? name : 0;
}

static bool plain(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((line[i] < ' ' && line[i] != '\t') || line[i] > '~')
			return false;
	return true;
}

static void judge_field(struct header *header, size_t name_len, size_t colon, size_t len)
{
	char name[HEADER_NAME_MAX + 1] = "";
	const char *line = header->line;
	/* A longer name is none that we look for, and no longer like its string. */
	if (name_len <= HEADER_NAME_MAX)
		memcpy(name, line, name_len);
	header->unknown |= colon != name_len || strspn(name, LETTERS_DIGITS "-") != name_len;
	header->any = true;
	note_field(header, name, line + colon + 1, len - colon - 1);
}

static void judge_continuation(struct header *header, size_t len)
{
	size_t blanks = 0;
	while (blanks < len && (header->line[blanks] == ' ' || header->line[blanks] == '\t'))
		blanks++;
	header->unknown |= header->names || blanks == len;
}

/* The line in hand is whole, its LF the last octet; or it is not and over the limit already. */
static void judge_line(struct header *header, struct text *kept)
{
	const char *line = header->line;
	bool whole = line[header->line_len - 1] == '\n';
	size_t colon = 0, len = header->line_len - whole;
	if (len == 0) {
		header->ended = true;
		header->line_len = 0;
		return;
	}
	bool continues = header->any && (line[0] == ' ' || line[0] == '\t');
	size_t name = continues ? 0 : field_name(line, len, &colon);
	if (!continues && name == 0) {
		header->ended = true;
		header->unknown = true;
		return;
	}
	header->size += header->line_len;
	if (!whole)
		header->fault = REPLY_TEXT_LINE_LONG;
	else if (header->size > header->size_limit)
		header->fault = REPLY_HEADER_TOO_BIG;
	header->unknown |= !plain(line, len);
	if (continues)
		judge_continuation(header, len);
	else if (header->fault == GO_ON)
		judge_field(header, name, colon, len);
	if (header->fault == GO_ON && !header->dropping)
		text_octets(kept, line, header->line_len);
	header->line_len = 0;
}

size_t header_feed(struct header *header, const char *octets, size_t len, struct text *kept)
{
	size_t taken = 0;
	while (taken < len && !header->ended) {
		if (header->fault != GO_ON)
			return len;
		header->line[header->line_len++] = octets[taken];
		if (octets[taken++] == '\n' || header->line_len > HEADER_LINE_MAX)
			judge_line(header, kept);
	}
	return taken;
}

void header_end(struct header *header, struct text *kept)
{
	if (header->ended)
		return;
	if (header->line_len > 0) {
		header->line[header->line_len++] = '\n';
		judge_line(header, kept);
	}
	/* The grammar wants a blank line of the message's own. */
	header->unknown |= !header->ended;
	header->ended = true;
}

size_t header_rest(const struct header *header, const char **octets)
{
	*octets = header->line;
	return header->ended ? header->line_len : 0;
}

/* Ticks off the recipients that a To or Cc names. False if one is named that is none, or twice. */
static bool tick_off(const char *body, const char (*recipients)[ADDRESS_MAX + 1], size_t count,
	bool *ticked, size_t *found)
{
	char address[ADDRESS_MAX + 1];
	while (*body != '\0') {
		size_t i = 0;
		if (!take_name(&body, address))
			return false;
		while (i < count && strcmp(recipients[i], address) != 0)
			i++;
		if (i == count || ticked[i])
			return false;
		ticked[i] = true;
		++*found;
	}
	return true;
}

bool header_names(const struct header *header, const char (*recipients)[ADDRESS_MAX + 1],
	size_t count, size_t added)
{
	/* Two lines of at most 900 octets name fewer than this. */
	bool ticked[HEADER_NAMES_MAX] = {false};
	size_t found = 0;
	if (!header->ended || header->unknown || header->fault != GO_ON || count == 0 ||
		count > HEADER_NAMES_MAX || added > HEADER_ALL_MAX ||
		header->size > HEADER_ALL_MAX - added)
		return false;
	return tick_off(header->to, recipients, count, ticked, &found) &&
	       tick_off(header->cc, recipients, count, ticked, &found) && found == count;
}

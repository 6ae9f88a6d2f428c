/* The settings file to one struct, by the one list in settings.def. The only room that sees inih.
 * Runs in: smtpd before the fork, and postern. Trusts: the file for what it says, not for how.
 *
 * inih cuts a line at 200 octets, continues indented lines, and takes sections, `key: value` and
 * a comment behind a `;`, all without a word. So every line is judged here before inih sees one,
 * and what it then hands over is line by line what stands in the file. */
#include "base/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ini.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/kind.h"

/* --- the list of settings, and the one pass over the file --- */

struct row {
	const char *key, *standard;
	const char *(*take)(void *field, const char *value);
	size_t offset;
};

static const struct row rows[] = {
#define SETTING(kind, key, standard, meaning)                                                      \
	{#key, standard, kind_##kind, offsetof(struct settings, key)},
#include "base/settings.def"
#undef SETTING
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* Settings that this program reads but cannot obey yet: only the default is taken, or `also`. */
static const struct {
	const char *key, *also;
} unbuilt[] = {
	{"recipients", "arguments"},
	{"security_layers", NULL},
	{"state_limit", NULL},
	{"domains", NULL},
	{"smtputf8", NULL},
	{"dsn", NULL},
	{"sender_match", NULL},
	{"proxy_networks", NULL},
	{"message_rate", NULL},
	{"recipient_rate", NULL},
	{"alert_address", NULL},
	{"lockout", NULL},
};

struct parse {
	const char *name; /* the file's, for errors */
	const char *next; /* the line behind the last one that inih was given */
	unsigned line;
	struct settings *settings;
	struct text *fault;
	unsigned seen[ROWS]; /* the line of each key, 0: none */
	bool none[ROWS];     /* the list was set to `none` */
	bool wrong;
};

/* Writes FILE:LINE: KEY: `value` what. The first fault counts. */
static void blame(struct parse *parse, const char *key, const char *value, const char *what)
{
	struct text *fault = parse->fault;

	if (parse->wrong)
		return;
	parse->wrong = true;
	text_clear(fault);
	text_add(fault, parse->name);
	if (parse->line) {
		text_octet(fault, ':');
		text_number(fault, parse->line);
	}
	text_add(fault, ": ");
	if (key) {
		text_add(fault, key);
		text_add(fault, ": ");
	}
	if (value) {
		text_octet(fault, '`');
		text_add(fault, value);
		text_add(fault, "` ");
	}
	text_add(fault, what);
}

/* What inih would misread or what is no setting: in words, or NULL; *content tells whether the line
 * is a setting, and not a comment or blank. */
static const char *judge_line(const char *line, size_t len, bool *content)
{
	const char *equals = memchr(line, '=', len), *end = line + len, *at;
	size_t blanks;

	*content = false;
	if (len > SETTINGS_LINE_MAX)
		return "the line is over 198 octets; a list may stand on several lines";
	for (at = line; at < end; at++)
		if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7F)
			return "a control character; lines end with LF alone, and hold text";
	for (blanks = 0; blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'); blanks++)
		;
	if (blanks == len || line[blanks] == '#')
		return NULL;
	if (line[0] == ';')
		return "a comment begins with #";
	if (line[0] == '[')
		return "there are no sections here; take the line out";
	if (blanks > 0)
		return "the line begins with a blank; every line is a setting of its own";
	if (!equals || memchr(line, ':', (size_t)(equals - line)))
		return "no setting; write key = value";
	for (at = equals + 1; at < end; at++) {
		if (*at == ';')
			return "a ; within a value cannot be; take it out";
		if (*at == '#' && (at[-1] == ' ' || at[-1] == '\t' || at[-1] == '='))
			return "a comment stands on a line of its own";
	}
	*content = true;
	return NULL;
}

/* Moves to the next line that is a setting, and judges all on the way. False at the end. */
static bool next_line(struct parse *parse)
{
	bool content = false;

	while (!content && !parse->wrong && *parse->next) {
		const char *line = parse->next;
		size_t len = strcspn(line, "\n");
		const char *what = judge_line(line, len, &content);

		parse->line++;
		parse->next = line + len + (line[len] == '\n');
		if (what)
			blame(parse, NULL, NULL, what);
	}
	return content && !parse->wrong;
}

/* How many letters one must add, drop or change to make `b` of `a`; both under 32 octets. */
static unsigned distance(const char *a, const char *b)
{
	unsigned above[32], here[32], i, j, b_len = (unsigned)strlen(b);

	for (j = 0; j <= b_len; j++)
		above[j] = j;
	for (i = 0; a[i]; i++) {
		here[0] = i + 1;
		for (j = 0; j < b_len; j++) {
			unsigned change = above[j] + (a[i] != b[j]), drop = above[j + 1] + 1;
			unsigned add = here[j] + 1;

			here[j + 1] = change < drop ? change : drop;
			here[j + 1] = here[j + 1] < add ? here[j + 1] : add;
		}
		memcpy(above, here, sizeof above);
	}
	return above[b_len];
}

static void blame_key(struct parse *parse, const char *key)
{
	const char *near = NULL;
	unsigned nearest = 3;
	TEXT(what, 128);

	for (size_t i = 0; i < ROWS && strlen(key) < 32; i++) {
		unsigned now = distance(key, rows[i].key);

		if (now < nearest) {
			nearest = now;
			near = rows[i].key;
		}
	}
	text_add(&what, "is no setting; ");
	text_add(&what, near ? "perhaps you mean " : "postern.conf(5) names them all");
	text_add(&what, near ? near : "");
	blame(parse, NULL, key, text_string(&what));
}

static bool is_list(const struct row *row)
{
	return row->take == kind_NETWORKS || row->take == kind_DOMAINS ||
	       row->take == kind_MECHANISMS || row->take == kind_LAYERS;
}

/* Takes the value into the row's field: all of it, or of a list word by word. */
static void take(struct parse *parse, const struct row *row, const char *value)
{
	void *field = (char *)parse->settings + row->offset;
	char word[SETTINGS_LINE_MAX + 1];
	const char *what;

	if (!is_list(row)) {
		what = row->take(field, value);
		if (what)
			blame(parse, row->key, value, what);
		return;
	}
	for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
		size_t len = strcspn(value, " \t");

		memcpy(word, value, len); /* a value is shorter than a line */
		word[len] = '\0';
		value += len;
		what = strchr(word, ',') ? "has a comma; a list is separated by blanks"
					 : row->take(field, word);
		if (what) {
			blame(parse, row->key, word, what);
			return;
		}
	}
}

/* What this program was not built to do yet, and what is above a key's own limit. */
static void judge_value(struct parse *parse, const struct row *row, const char *value)
{
	for (size_t i = 0; i < sizeof unbuilt / sizeof unbuilt[0]; i++) {
		const char *also = unbuilt[i].also;

		if (strcmp(row->key, unbuilt[i].key) == 0 && strcmp(value, row->standard) != 0 &&
			!(also && strcmp(value, also) == 0))
			blame(parse, row->key, value,
				"is not built into this program yet; leave it out");
	}
	if (parse->settings->recipient_limit > RECIPIENTS_MAX)
		blame(parse, row->key, value, "is too many; write at most 1000");
}

/* One `key = value` of the file, the lines before it having been good. */
static int handle(void *context, const char *section, const char *key, const char *value)
{
	struct parse *parse = context;
	size_t i = 0;
	bool emptied;

	(void)section; /* there is none: judge_line() */
	if (parse->wrong || !next_line(parse))
		return 0;
	while (i < ROWS && strcmp(key, rows[i].key) != 0)
		i++;
	if (i == ROWS) {
		blame_key(parse, key);
		return 0;
	}
	emptied = is_list(&rows[i]) && rows[i].standard[0] && strcmp(value, "none") == 0;
	if (parse->seen[i] && (!is_list(&rows[i]) || emptied || parse->none[i]))
		blame(parse, key, NULL,
			is_list(&rows[i]) ? "`none` and more cannot be; write one of them"
					  : "stands here a second time; take one out");
	else if (!value[0] && rows[i].standard[0])
		blame(parse, key, NULL, "has no value; write one, or take the line out");
	else if (value[0] && !emptied)
		take(parse, &rows[i], value);
	if (!parse->wrong)
		judge_value(parse, &rows[i], value);
	parse->seen[i] = parse->line;
	parse->none[i] = emptied;
	return !parse->wrong;
}

/* --- what the file leaves to the host --- */

/* This host's own name, else the first line of /etc/mailname. */
static void find_hostname(struct parse *parse)
{
	char name[256] = "";
	ssize_t got;
	int fd;

	if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.') &&
		!kind_HOSTNAME(parse->settings->hostname, name))
		return;
	fd = open("/etc/mailname", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, name, sizeof name - 1);
		close(fd);
		name[got > 0 ? got : 0] = '\0';
		name[strcspn(name, " \t\r\n")] = '\0';
		if (name[0] && !kind_HOSTNAME(parse->settings->hostname, name))
			return;
	}
	parse->line = 0;
	blame(parse, "hostname", NULL,
		"neither this host's own name nor /etc/mailname is a full one; write "
		"hostname = mail.your.domain");
}

static bool in_group(const struct identity *who, const struct group *group)
{
	size_t i = 0;

	if (group->gr_gid == who->gid)
		return false; /* the primary one */
	while (i < who->group_count && who->groups[i] != group->gr_gid)
		i++;
	if (i < who->group_count)
		return false;
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, who->name) == 0)
			return true;
	return false;
}

/* Names to numbers by one plain read of each file: NSS costs half a connection, and may ask LDAP.
 */
static void find_identities(struct parse *parse)
{
	struct identity *both[] = {&parse->settings->user, &parse->settings->jail_user};
	bool by_name[] = {!both[0]->found, !both[1]->found};
	struct passwd *user;
	struct group *group;
	FILE *file;

	file = by_name[0] || by_name[1] ? fopen("/etc/passwd", "re") : NULL;
	while (file && !(both[0]->found && both[1]->found) && (user = fgetpwent(file)))
		for (size_t i = 0; i < 2; i++)
			if (!both[i]->found && strcmp(user->pw_name, both[i]->name) == 0) {
				both[i]->uid = user->pw_uid;
				both[i]->gid = user->pw_gid;
				both[i]->found = true;
			}
	if (file)
		fclose(file);
	by_name[0] = by_name[0] && both[0]->found;
	by_name[1] = by_name[1] && both[1]->found;
	file = by_name[0] || by_name[1] ? fopen("/etc/group", "re") : NULL;
	parse->line = 0;
	while (file && (group = fgetgrent(file)))
		for (size_t i = 0; i < 2; i++) {
			if (!by_name[i] || !in_group(both[i], group))
				continue;
			if (both[i]->group_count == GROUPS_MAX)
				blame(parse, i == 0 ? "user" : "jail_user", both[i]->name,
					"is in over 32 groups; take some away");
			else
				both[i]->groups[both[i]->group_count++] = group->gr_gid;
		}
	if (file)
		fclose(file);
}

/* --- the whole --- */

/* What one setting of TLS wants of another. */
static void compare_tls(struct parse *parse)
{
	const struct settings *settings = parse->settings;
	bool certificate = settings->tls_certificate[0], key = settings->tls_key[0];

	parse->line = 0;
	if (certificate != key)
		blame(parse, certificate ? "tls_key" : "tls_certificate", NULL,
			"is missing; a certificate and its key are set together");
	else if (!certificate && settings->tls_required)
		blame(parse, "tls_required", NULL,
			"wants TLS; set tls_certificate and tls_key too");
	else if (!certificate && settings->tls_client_ca[0])
		blame(parse, "tls_client_ca", NULL,
			"wants TLS; set tls_certificate and tls_key too");
}

/* What the file says, then the defaults, then what is the host's to say. */
static void parse_all(struct parse *parse, const char *string, size_t len)
{
	while (next_line(parse))
		;
	if (!parse->wrong && parse->next != string + len) {
		parse->line++;
		blame(parse, NULL, NULL, "a NUL; a settings file holds text");
	}
	if (parse->wrong)
		return;
	parse->next = string;
	parse->line = 0;
	if (ini_parse_string(string, handle, parse) != 0 || next_line(parse))
		blame(parse, NULL, NULL, "cannot be read by inih");
	for (size_t i = 0; i < ROWS && !parse->wrong; i++)
		if (!parse->seen[i] && rows[i].standard[0])
			take(parse, &rows[i], rows[i].standard);
	if (!parse->wrong)
		compare_tls(parse);
	if (!parse->wrong && !parse->settings->hostname[0])
		find_hostname(parse);
	if (!parse->wrong)
		find_identities(parse);
}

const char *settings_parse(const char *name, const char *string, size_t len,
	struct settings *settings, struct text *fault)
{
	struct parse parse = {.name = name, .next = string, .settings = settings, .fault = fault};
	enum log_where log;

	memset(settings, 0, sizeof *settings);
	parse_all(&parse, string, len);
	if (!parse.wrong)
		return NULL;
	log = settings->log;
	memset(settings, 0, sizeof *settings);
	settings->log = log;
	return text_string(fault);
}

const char *settings_read(const char *file, struct settings *settings, struct text *fault)
{
	char room[SETTINGS_FILE_MAX + 1];
	size_t len = 0;
	ssize_t got = -1;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY), error;

	while (fd >= 0 && len < sizeof room && (got = read(fd, room + len, sizeof room - len)) > 0)
		len += (size_t)got;
	error = errno;
	if (fd >= 0)
		close(fd);
	if (got == 0 && len < sizeof room) {
		room[len] = '\0';
		return settings_parse(file, room, len, settings, fault);
	}
	memset(settings, 0, sizeof *settings);
	text_clear(fault);
	text_add(fault, file);
	text_add(fault, ": the settings cannot be read: ");
	text_add(fault, len == sizeof room ? "over 65536 octets" : strerror(error));
	text_add(fault, "; write the file, or name another with -f");
	return text_string(fault);
}

static void blame_identity(
	struct text *fault, const char *key, const struct identity *who, const char *what)
{
	text_clear(fault);
	text_add(fault, key);
	text_add(fault, ": `");
	text_add(fault, who->name);
	text_add(fault, "` ");
	text_add(fault, what);
}

const char *settings_identities(const struct settings *settings, struct text *fault)
{
	const struct identity *both[] = {&settings->user, &settings->jail_user};
	static const char *const keys[] = {"user", "jail_user"};

	for (size_t i = 0; i < 2; i++) {
		if (both[i]->found && both[i]->uid != 0)
			continue;
		blame_identity(fault, keys[i], both[i],
			both[i]->found
				? "is root; name an account of its own"
				: "is not in /etc/passwd; make that account, or name another");
		return text_string(fault);
	}
	if (settings->user.uid != settings->jail_user.uid)
		return NULL;
	blame_identity(fault, "jail_user", &settings->jail_user,
		"has the uid of `user`; each needs an account of its own");
	return text_string(fault);
}

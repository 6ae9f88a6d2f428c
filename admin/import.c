/* Many accounts at once: name:password lines, all or none.
 * Runs in: postern. Trusts: nothing of its input, every fault of which is told by its line.
 *
 * All is read before the accounts are locked, so that nobody waits for who types; and all is
 * judged before a verifier is made. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/user.h"
#include "store/passwords.h"

enum { INPUT_MAX = 16 * 1024 * 1024 };

/* The input, and where in it the next line begins. */
struct input {
	char *octets;
	size_t len, size, at;
	unsigned long line;
};

/* One line, taken apart; the password lies in the input. */
struct entry {
	char login[WIRE_LOGIN_MAX + 1];
	const char *password;
	size_t len;
};

static void forget(struct input *input)
{
	if (input->octets)
		text_wipe(input->octets, input->size);
	free(input->octets);
	input->octets = NULL;
}

/* More room; the old is wiped, which realloc() would not do. */
static bool grow(struct input *input)
{
	size_t size = input->size ? input->size * 2 : 65536;
	char *more = size <= 2 * (size_t)INPUT_MAX ? malloc(size) : NULL;

	if (!more)
		return false;
	if (input->octets) {
		memcpy(more, input->octets, input->len);
		text_wipe(input->octets, input->size);
		free(input->octets);
	}
	input->octets = more;
	input->size = size;
	return true;
}

static enum outcome read_all(struct input *input)
{
	ssize_t got;

	do {
		if (input->len == input->size && !grow(input)) {
			command_say("standard input", "is too long; import it in parts");
			return MALFORMED;
		}
		got = read(0, input->octets + input->len, input->size - input->len);
		if (got > 0)
			input->len += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got == 0)
		return DONE;
	command_say("standard input", strerror(errno));
	return FAILED;
}

static void say_line(const struct input *input, const char *name, const char *words)
{
	TEXT(subject, 400);

	text_add(&subject, "line ");
	text_number(&subject, input->line);
	if (name) {
		text_add(&subject, ": ");
		text_add(&subject, name);
	}
	command_say(text_string(&subject), words);
}

/* Takes the next line apart: NULL, or what is wrong with it. */
static const char *take(struct input *input, const char *realm, struct entry *entry)
{
	char *line = input->octets + input->at, *end = input->octets + input->len, *colon;
	char *newline = memchr(line, '\n', (size_t)(end - line));
	char name[WIRE_LOGIN_MAX + 2];
	struct text login = TEXT_OVER(entry->login);
	size_t len;
	const char *wrong;

	if (newline)
		end = newline;
	input->at = (size_t)(end - input->octets) + (newline != NULL);
	input->line++;
	colon = memchr(line, ':', (size_t)(end - line));
	if (!colon)
		return "has no `:` between name and password";
	len = (size_t)(colon - line);
	if (len >= sizeof name)
		return "a login name has at most 255 octets with its realm";
	memcpy(name, line, len);
	name[len] = '\0';
	if (memchr(name, '\0', len))
		return "a login name cannot have a NUL in it";
	wrong = passwords_login(name, realm, &login);
	entry->password = colon + 1;
	entry->len = (size_t)(end - entry->password);
	return wrong ? wrong : passwords_new(entry->password, entry->len);
}

static enum outcome judge_all(struct input input, const char *realm)
{
	enum outcome outcome = DONE;
	struct entry entry;

	while (input.at < input.len) {
		const char *wrong = take(&input, realm, &entry);

		if (!wrong)
			continue;
		say_line(&input, NULL, wrong);
		outcome = MALFORMED;
	}
	return outcome;
}

static enum outcome add_all(
	struct input input, const struct settings *settings, struct store_change *change)
{
	enum outcome outcome = DONE;
	mechanism_set kept = user_kept(settings);
	struct entry entry;
	enum verdict added;
	TEXT(verifiers, VERIFIERS_MAX);

	while (input.at < input.len && !take(&input, settings->realm, &entry)) {
		text_clear(&verifiers);
		added = verifier_make(entry.password, entry.len, settings->scram_iterations, kept,
				&verifiers)
				? accounts_add(change, entry.login, text_string(&verifiers))
				: CANNOT_TELL;
		if (added == YES &&
			!user_keep(settings, change, entry.login, entry.password, entry.len))
			added = CANNOT_TELL;
		if (added == YES)
			continue;
		outcome = FAILED;
		say_line(&input, entry.login,
			added == NO ? "exists already, or stands twice" : "could not be added");
		if (added == CANNOT_TELL)
			break;
	}
	text_wipe(verifiers_room, sizeof verifiers_room);
	return outcome;
}

enum outcome import_run(const struct call *call)
{
	struct input input = {.octets = NULL};
	struct store_change change;
	enum outcome outcome = read_all(&input);

	if (outcome == DONE)
		outcome = judge_all(input, call->settings->realm);
	if (outcome == DONE) {
		outcome = user_change(call, true, &change);
		if (outcome == DONE)
			outcome = user_commit(&change, add_all(input, call->settings, &change));
	}
	if (outcome == DONE)
		user_warn(call->settings);
	else
		command_say(NULL, "nothing was imported");
	forget(&input);
	return outcome;
}

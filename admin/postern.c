/* The administrator's command: one table of commands, and the command line by that table.
 * Runs in: postern. Trusts: the command line to be an administrator's, but not to be right. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "admin/commands.h"

enum { STDIN = 1, GENERATE = 2, NAME = 4 };

static const struct command {
	const char *name, *form, *help; /* form: as --help and postern.8 print it behind the name */
	unsigned takes;
	enum outcome (*run)(const struct call *call);
} commands[] = {
	{"check", "", "tries all that a session needs; says what is wrong, and the remedy", 0,
		check_run},
	{"user add", "[--stdin | --generate] NAME", "adds an account", STDIN | GENERATE | NAME,
		user_add},
	{"user passwd", "[--stdin | --generate] NAME", "gives an account another password",
		STDIN | GENERATE | NAME, user_passwd},
	{"user remove", "NAME", "removes an account", NAME, user_remove},
	{"user list", "", "prints each account's name, state and iterations", 0, user_list},
	{"user disable", "NAME", "lets an account log in no more; its password is kept", NAME,
		user_disable},
	{"user enable", "NAME", "lets a disabled account log in again", NAME, user_enable},
	{"user verify", "[--stdin] NAME", "tells whether a password is right, as a login would",
		STDIN | NAME, verify_run},
	{"user import", "",
		"adds the accounts of name:password lines on standard input, all or none", 0,
		import_run},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

void command_say(const char *subject, const char *words)
{
	TEXT(line, 1024);

	if (subject) {
		text_add(&line, subject);
		text_add(&line, ": ");
	}
	text_add(&line, words);
	text_string(&line);
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.at[i] < 0x20 || line.at[i] == 0x7F)
			line.at[i] = '?';
	fprintf(stderr, "postern: %s\n", line.at);
}

static enum outcome malformed(const char *subject, const char *words)
{
	command_say(subject, words);
	return MALFORMED;
}

/* Prints the commands whose name begins with this one: all, a group, or one. */
static enum outcome help(const char *name)
{
	printf("usage: postern [-f FILE] COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		if (text_behind(commands[i].name, name))
			printf("  %s%s%s\n\t%s\n", commands[i].name, commands[i].form[0] ? " " : "",
				commands[i].form, commands[i].help);
	printf("\n  -f FILE\tthe settings, in place of " SETTINGS_FILE "\n"
	       "  --help\tthis; behind a command, that command alone\n"
	       "\nExit status: 0; 1: refused, not found, or cannot be told; 2: malformed.\n"
	       "postern(8) has the whole.\n");
	return DONE;
}

/* The command that the words name; *words moves behind them. NULL: none. */
static const struct command *find(char ***words)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *first = **words, *second = first ? (*words)[1] : NULL, *rest;
		size_t len = first ? strlen(first) : 0;

		if (len == 0 || strchr(first, ' ') || strncmp(commands[i].name, first, len) != 0)
			continue;
		rest = commands[i].name + len;
		if (*rest == '\0')
			*words += 1;
		else if (*rest == ' ' && second && strcmp(rest + 1, second) == 0)
			*words += 2;
		else
			continue;
		return &commands[i];
	}
	return NULL;
}

/* Reads what stands behind the command. DONE, or MALFORMED and it was said why. */
static enum outcome arguments(const struct command *command, char **words, struct call *call)
{
	for (; *words; words++) {
		const char *word = *words;

		if (strcmp(word, "--stdin") == 0 && (command->takes & STDIN))
			call->from_stdin = true;
		else if (strcmp(word, "--generate") == 0 && (command->takes & GENERATE))
			call->generate = true;
		else if (word[0] == '-')
			return malformed(
				word, "this command has no such option; --help tells more");
		else if (!(command->takes & NAME) || call->name)
			return malformed(word, "is one argument too many; --help tells more");
		else
			call->name = word;
	}
	if ((command->takes & NAME) && !call->name)
		return malformed(command->name, "the NAME is missing; --help tells more");
	if (call->from_stdin && call->generate)
		return malformed(command->name, "--stdin and --generate cannot both be");
	return DONE;
}

static bool wants_help(char **words)
{
	for (; *words; words++)
		if (strcmp(*words, "--help") == 0)
			return true;
	return false;
}

/* No word of this process in a core file or under a debugger, and descriptors 0 to 2 taken, so that
 * no file of ours is ever opened there. */
static bool shelter(void)
{
	const struct rlimit none = {0, 0};
	int fd;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	return fcntl(2, F_GETFD) >= 0;
}

static enum outcome run(const struct command *command, struct call call)
{
	struct settings settings;
	TEXT(fault, 640);

	call.fault = settings_read(call.file, &settings, &fault);
	call.settings = &settings;
	if (call.fault && command->run != check_run) {
		command_say(NULL, call.fault);
		return FAILED;
	}
	return command->run(&call);
}

static enum outcome obey(char **words, struct call *call)
{
	const struct command *command;
	enum outcome outcome;

	if (!*words)
		return malformed(NULL, "no command; --help names them");
	if (strcmp(*words, "--help") == 0)
		return help("");
	command = find(&words);
	if (!command && strcmp(*words, "user") == 0)
		return wants_help(words)
			       ? help("user ")
			       : malformed("user", "which of its commands? --help names them");
	if (!command)
		return malformed(*words, "is no command; --help names them");
	if (wants_help(words))
		return help(command->name);
	outcome = arguments(command, words, call);
	return outcome == DONE ? run(command, *call) : outcome;
}

int main(int argc, char **argv)
{
	struct call call = {.file = SETTINGS_FILE};
	char **words = argv + (argc > 0);
	enum outcome outcome;

	if (!shelter())
		return FAILED;
	if (*words && strcmp(*words, "-f") == 0) {
		if (!words[1])
			return malformed("-f", "the FILE is missing");
		call.file = words[1];
		words += 2;
	}
	outcome = obey(words, &call);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		command_say("standard output", "could not be written");
		return outcome == DONE ? FAILED : outcome;
	}
	return outcome;
}

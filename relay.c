/* Hands one whole message to the sendmail program.
 * Runs in: monitor. Trusts: the program's exit status, by the table below; nothing that it
 * prints.
 *
 * The file itself, at offset 0, is the program's standard input, and it is whole before the
 * program is started: from a pipe every sendmail delivers, with exit status 0, what a writer left
 * that died. What it prints goes to a file in memory: a background child would hold a pipe open
 * long after the exit, and die of SIGPIPE when we close it. */
#include "relay.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/settings.h"
#include "base/text.h"

/* Exit statuses that say more than "not now" (sysexits.h, and qmail's 100). Whatever is not in this
 * table, and every signal, is temporary: Postfix says 75 for everything, OpenSMTPD 70, Exim 1. */
static const struct {
	int status;
	enum reply reply;
} statuses[] = {
	{0, REPLY_SENT}, {65, REPLY_MESSAGE_BAD}, /* EX_DATAERR: dma, msmtp, esmtp */
	{67, REPLY_NO_SUCH_USER},                 /* EX_NOUSER: sendmail, courier */
	{68, REPLY_NO_SUCH_HOST},                 /* EX_NOHOST: sendmail */
	{100, REPLY_MESSAGE_REFUSED},             /* qmail: permanent */
};

/* The options that every sendmail program takes: -i, for dma does not know -oi; -oeq, or Exim mails
 * a bounce beside the exit status that the client is told; -f and the sender in two words, or the
 * null sender cannot be said. */
static void arguments(const struct relay *relay, char **argv)
{
	const char *const options[] = {
		"sendmail", "-i", "-oeq", "-f", relay->sender, relay->by_header ? "-t" : "--"};
	size_t count = 0;
	/* execve() takes pointers to non-const by an old habit, and does not write through them. */
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		argv[count++] = (char *)(uintptr_t)options[i];
	for (size_t i = 0; !relay->by_header && i < relay->count; i++)
		argv[count++] = (char *)(uintptr_t)relay->recipients[i];
	argv[count] = NULL;
}

static void judge(const struct child_status *status, struct relay_result *result)
{
	struct text word = TEXT_OVER(result->status);
	result->reply = REPLY_TRY_AGAIN;
	if (status->end == CHILD_ABANDONED)
		text_add(&word, "abandoned");
	else if (status->timed_out)
		text_add(&word, "timeout");
	else if (status->end == CHILD_KILLED)
		text_add(&word, "signal");
	if (!status->timed_out && status->end != CHILD_ABANDONED)
		text_number(&word, (unsigned)status->code);
	if (status->end == CHILD_EXITED && !status->timed_out)
		for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
			if (status->code == statuses[i].status)
				result->reply = statuses[i].reply;
	text_string(&word);
}

/* What could not even be started is temporary: the administrator mends it, and the client tries
 * again. */
static void unstarted(const char *what, struct relay_result *result)
{
	struct text words = TEXT_OVER(result->words);
	text_add(&words, what);
	text_add(&words, ": ");
	text_add(&words, strerror(errno));
	text_string(&words);
	text_copy(result->status, sizeof result->status, "unstarted");
	result->reply = REPLY_TRY_AGAIN;
}

void relay_message(const struct relay *relay, struct relay_result *result)
{
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *argv[RECIPIENTS_MAX + 8], *envp[] = {path, NULL};
	int words = child_words_open();
	if (words < 0) {
		unstarted("memfd_create", result);
		return;
	}
	arguments(relay, argv);
	struct child child = {relay->sendmail, argv, envp, {relay->message, words, words}, 3};
	pid_t pid = child_start(&child);
	if (pid < 0) {
		unstarted(relay->sendmail, result);
	} else {
		struct child_status status = child_wait(pid, deadline_in(relay->timeout));
		judge(&status, result);
		child_words(words, result->words, sizeof result->words);
	}
	close(words);
}

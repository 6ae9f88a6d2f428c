/* Asks postern-auth, as the monitor would.
 * Runs in: postern. Trusts: postern-auth's verdict, by the rules of base/verdict.h. */
#include "admin/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/user.h"
#include "base/child.h"
#include "base/jail.h"
#include "base/verdict.h"

enum {
	ANSWER_S = 30,
	MESSAGE_MAX = WIRE_LOGIN_MAX + PASSWORD_MAX + 2, /* of PLAIN */
	BASE64_MAX = (MESSAGE_MAX + 2) / 3 * 4
};

bool verify_program(char *path, size_t size, const char *name)
{
	struct text text = {path, 0, size, false};

	if (child_beside(path, size, name) && access(path, X_OK) == 0)
		return true;
	text_add(&text, LIBEXEC "/");
	text_add(&text, name);
	return access(text_string(&text), X_OK) == 0 && !text.cut;
}

/* Starts postern-auth, passes the one token on (NULL: a check) and takes the verdict. */
static void run(const char *program, const struct wire_auth *first, const char *octets, size_t len,
	struct verify_answer *answer)
{
	static const char *const reasons[REASONS] = {
		[REASON_WRONG] = "the password is wrong",
		[REASON_UNKNOWN] = "there is no such account",
		[REASON_DISABLED] = "the account is disabled",
		[REASON_EXPIRED] = "the account has expired",
		[REASON_MECHANISM] = "the mechanism failed",
		[REASON_WEAK] = "the mechanism is too weak for this account",
		[REASON_MALFORMED] = "the message was malformed",
		[REASON_CANCELLED] = "the login was cancelled",
		[REASON_STORE] = "the store cannot be asked",
		[REASON_PLUGIN] = "the mechanism's plugin cannot be loaded",
	};
	const struct wire_token token = {.type = REQUEST_token, .present = 1};
	struct verdict_result result;
	struct verdict_run login;
	enum verdict_step step;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct text words = TEXT_OVER(answer->words);

	answer->verdict = CANNOT_TELL;
	if (null < 0 || verdict_start(&login, program, first, null) != 0) {
		text_add(&words, null < 0 ? "/dev/null" : program);
		text_add(&words, ": ");
		text_add(&words, strerror(errno));
	} else {
		if (octets)
			verdict_token(&login, &token, octets, len);
		step = verdict_wait(&login, deadline_in(ANSWER_S), -1, &result);
		if (step == VERDICT_DONE) {
			answer->verdict = (enum verdict)result.verdict.verdict;
			text_add(&words,
				result.verdict.reason ? reasons[result.verdict.reason] : "");
			if (answer->verdict == CANNOT_TELL && result.words[0])
				text_add(&words, ": ");
		} else if (step == VERDICT_MORE) {
			verdict_end(&login);
			text_add(&words, "postern-auth asked for more than it was owed");
		}
		if (answer->verdict == CANNOT_TELL)
			text_add(&words, result.words);
		text_wipe(&result, sizeof result);
	}
	text_string(&words);
	if (null >= 0)
		close(null);
}

static void encode(const unsigned char *octets, size_t len, struct text *base64)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned group = (unsigned)octets[i] << 16;

		if (i + 1 < len)
			group |= (unsigned)octets[i + 1] << 8;
		if (i + 2 < len)
			group |= octets[i + 2];
		text_octet(base64, letters[group >> 18]);
		text_octet(base64, letters[group >> 12 & 63]);
		text_octet(base64, i + 1 < len ? letters[group >> 6 & 63] : '=');
		text_octet(base64, i + 2 < len ? letters[group & 63] : '=');
	}
}

void verify_login(const struct settings *settings, const char *program, const char *login,
	const struct password *password, struct verify_answer *answer)
{
	struct wire_auth first;
	TEXT(message, MESSAGE_MAX + 1);
	TEXT(base64, BASE64_MAX + 1);

	text_octet(&message, '\0');
	text_add(&message, login);
	text_octet(&message, '\0');
	text_octets(&message, password->octets, password->len);
	encode((const unsigned char *)message.at, message.len, &base64);
	verdict_first(&first, settings, MECHANISM_PLAIN);
	answer->verdict = CANNOT_TELL;
	text_copy(answer->words, sizeof answer->words, "the name is too long");
	if (!message.cut && !base64.cut)
		run(program, &first, base64.at, base64.len, answer);
	text_wipe(message_room, sizeof message_room);
	text_wipe(base64_room, sizeof base64_room);
}

void verify_mechanism(const struct settings *settings, const char *program,
	enum mechanism mechanism, struct verify_answer *answer)
{
	struct wire_auth first;

	verdict_first(&first, settings, mechanism);
	first.check = 1;
	run(program, &first, NULL, 0, answer);
}

/* As `user`, for postern-auth must be able to do it as that; for good, since nothing comes after.
 */
static enum outcome become(const struct settings *settings)
{
	const char *wrong = NULL;
	TEXT(fault, 640);

	if (geteuid() == 0) {
		wrong = settings_identities(settings, &fault);
		if (!wrong)
			wrong = jail_become(&settings->user, &fault);
	}
	if (!wrong)
		return DONE;
	command_say(NULL, wrong);
	return FAILED;
}

enum outcome verify_run(const struct call *call)
{
	struct verify_answer answer;
	struct password password;
	enum outcome outcome;
	char program[4096];
	TEXT(login, WIRE_LOGIN_MAX + 1);

	outcome = user_login(call, &login);
	if (outcome != DONE)
		return outcome;
	if (!verify_program(program, sizeof program, "postern-auth")) {
		command_say(program, "cannot be run; make install puts it there");
		return FAILED;
	}
	outcome = password_old(call, &password);
	if (outcome != DONE)
		return outcome;
	outcome = become(call->settings);
	if (outcome == DONE) {
		verify_login(call->settings, program, login.at, &password, &answer);
		if (answer.verdict == YES)
			printf("%s: the password is right\n", login.at);
		else
			command_say(login.at, answer.words);
		outcome = answer.verdict == YES ? DONE : FAILED;
	}
	text_wipe(&password, sizeof password);
	return outcome;
}

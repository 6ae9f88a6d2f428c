/* The accounts, one at a time: added, changed, removed, listed.
 * Runs in: postern. Trusts: nothing; the accounts file is changed whole or not at all. */
#include "admin/user.h"

#include <stdio.h>
#include <unistd.h>

#include "store/passwords.h"

static const char none[] = "there is no such account", damaged[] = "the accounts file is damaged";

enum outcome user_login(const struct call *call, struct text *login)
{
	const char *wrong = passwords_login(call->name, call->settings->realm, login);

	if (!wrong)
		return DONE;
	command_say(NULL, wrong);
	return MALFORMED;
}

mechanism_set user_kept(const struct settings *settings)
{
	mechanism_set kept = 0;

	for (size_t i = 0; i < settings->mechanisms.count; i++)
		kept |= (mechanism_set)1 << settings->mechanisms.list[i];
	return kept;
}

bool user_keep(const struct settings *settings, struct store_change *change, const char *login,
	const char *password, size_t len)
{
	static const enum mechanism mechanisms[] = {MECHANISM_CRAM_MD5, MECHANISM_DIGEST_MD5};
	mechanism_set kept = user_kept(settings);
	unsigned char secret[SECRET_MAX];
	bool done = true;

	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		size_t octets = 0;

		if (mechanism_in(kept, mechanisms[i]))
			octets = verifier_secret(
				mechanisms[i], login, settings->hostname, password, len, secret);
		done = accounts_keep(change, login, mechanisms[i], secret, octets) == YES && done;
	}
	text_wipe(secret, sizeof secret);
	return done;
}

void user_warn(const struct settings *settings)
{
	mechanism_set kept = user_kept(settings);

	if (mechanism_in(kept, MECHANISM_CRAM_MD5) || mechanism_in(kept, MECHANISM_DIGEST_MD5))
		command_say("mechanisms",
			"what is kept for CRAM-MD5 and DIGEST-MD5 is as good as the password: "
			"whoever reads the accounts file can log in with it");
}

enum outcome user_change(const struct call *call, bool create, struct store_change *change)
{
	const struct identity *user = &call->settings->user;
	const char *wrong;
	TEXT(fault, 640);

	if (geteuid() == 0 && !user->found) {
		command_say("user",
			"the account named so in the settings, who must read the accounts, "
			"is not in /etc/passwd; make it, or name another");
		return FAILED;
	}
	wrong = accounts_change(change, call->settings->accounts, create, user->gid, &fault);
	if (!wrong)
		return DONE;
	command_say(NULL, wrong);
	return FAILED;
}

enum outcome user_commit(struct store_change *change, enum outcome outcome)
{
	const char *wrong;
	TEXT(fault, 640);

	if (outcome != DONE) {
		store_abandon(change);
		return outcome;
	}
	wrong = accounts_commit(change, &fault);
	if (!wrong)
		return DONE;
	command_say(NULL, wrong);
	return FAILED;
}

/* Before anybody types a password for nothing: whether the account is there or not, as `there`
 * wants it. Who changes the accounts a moment later meets the same question again, under the lock.
 */
static enum outcome expect(const struct call *call, const char *login, bool there)
{
	struct accounts accounts;
	struct account account;
	enum verdict found;
	TEXT(fault, 640);

	if (access(call->settings->accounts, R_OK) != 0 ||
		accounts_open(&accounts, call->settings->accounts, &fault))
		return DONE; /* user_change() tells what is wrong */
	found = accounts_find(&accounts, login, MECHANISM_SCRAM_SHA_256, &account);
	text_wipe(&account, sizeof account);
	accounts_close(&accounts);
	if (found == (there ? YES : NO))
		return DONE;
	command_say(login, found == YES ? "exists already" : found == NO ? none : damaged);
	return FAILED;
}

static enum outcome add_or_renew(const struct call *call, bool add)
{
	struct password password;
	struct store_change change;
	enum outcome outcome;
	enum verdict done;
	TEXT(login, WIRE_LOGIN_MAX + 1);
	TEXT(verifiers, VERIFIERS_MAX);

	outcome = user_login(call, &login);
	if (outcome == DONE)
		outcome = expect(call, login.at, !add);
	if (outcome == DONE)
		outcome = password_new(call, &password);
	if (outcome != DONE)
		return outcome;
	if (!verifier_make(password.octets, password.len, call->settings->scram_iterations,
		    user_kept(call->settings), &verifiers)) {
		command_say(NULL, "no verifier could be made: the kernel has no random octets");
		outcome = FAILED;
	}
	if (outcome == DONE)
		outcome = user_change(call, add, &change);
	if (outcome == DONE) {
		done = add ? accounts_add(&change, login.at, text_string(&verifiers))
			   : accounts_renew(&change, login.at, text_string(&verifiers));
		if (done == YES && !user_keep(call->settings, &change, login.at, password.octets,
					   password.len))
			done = CANNOT_TELL;
		if (done != YES) {
			command_say(login.at, done == CANNOT_TELL ? damaged
					      : add               ? "exists already"
								  : none);
			outcome = FAILED;
		}
		outcome = user_commit(&change, outcome);
	}
	if (outcome == DONE)
		user_warn(call->settings);
	if (outcome == DONE && call->generate)
		outcome = password_show(&password);
	text_wipe(&password, sizeof password);
	text_wipe(verifiers_room, sizeof verifiers_room);
	return outcome;
}

enum outcome user_add(const struct call *call)
{
	return add_or_renew(call, true);
}

enum outcome user_passwd(const struct call *call)
{
	return add_or_renew(call, false);
}

enum change { REMOVE, DISABLE, ENABLE };

static enum outcome change_one(const struct call *call, enum change what)
{
	struct store_change change;
	enum outcome outcome;
	enum verdict done;
	TEXT(login, WIRE_LOGIN_MAX + 1);

	outcome = user_login(call, &login);
	if (outcome == DONE)
		outcome = user_change(call, false, &change);
	if (outcome != DONE)
		return outcome;
	done = what == REMOVE ? accounts_remove(&change, login.at)
			      : accounts_disable(&change, login.at, what == DISABLE);
	if (done != YES) {
		command_say(login.at, done == NO ? none : damaged);
		outcome = FAILED;
	}
	return user_commit(&change, outcome);
}

enum outcome user_remove(const struct call *call)
{
	return change_one(call, REMOVE);
}

enum outcome user_disable(const struct call *call)
{
	return change_one(call, DISABLE);
}

enum outcome user_enable(const struct call *call)
{
	return change_one(call, ENABLE);
}

/* Name, state and iterations: nothing of the verifier. */
static bool print(void *context, const struct account *account)
{
	const struct settings *settings = context;

	printf("%s %s %u%s\n", account->login, account->disabled ? "disabled" : "enabled",
		account->iterations,
		account->iterations < settings->scram_iterations ? " renew" : "");
	return true;
}

enum outcome user_list(const struct call *call)
{
	struct settings settings = *call->settings;
	struct accounts accounts;
	enum verdict all;
	const char *wrong;
	TEXT(fault, 640);

	wrong = accounts_open(&accounts, settings.accounts, &fault);
	if (wrong) {
		command_say(NULL, wrong);
		return FAILED;
	}
	all = accounts_each(&accounts, print, &settings);
	accounts_close(&accounts);
	if (all == YES)
		return DONE;
	command_say(settings.accounts, damaged);
	return FAILED;
}

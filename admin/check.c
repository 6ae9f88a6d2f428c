/* Tries all that a session needs, by the functions that a session uses, and says of each thing
 * wrong what its remedy is.
 * Runs in: postern. Trusts: nothing: it is here to find out.
 *
 * Run by root it first looks at what root does for a session, then becomes `user` for good and
 * looks at the rest with that account's eyes. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/commands.h"
#include "admin/verify.h"
#include "base/child.h"
#include "base/jail.h"
#include "base/kind.h"
#include "monitor/channel.h"
#include "monitor/spool.h"
#include "store/accounts.h"
#include "store/passwords.h"

enum level { OK, WARNING, WRONG };

enum { CHECK_S = 30 /* for a helper to answer */ };

struct check {
	const struct settings *settings;
	bool root, wrong;
	bool tls;       /* a certificate is set */
	size_t offered; /* mechanisms */
};

/* Prints `ok: subject: words`. */
__attribute__((format(printf, 4, 5))) static void found(
	struct check *check, enum level level, const char *subject, const char *form, ...)
{
	static const char *const names[] = {"ok", "warning", "wrong"};
	va_list rest;

	check->wrong |= level == WRONG;
	printf("%s: %s: ", names[level], subject);
	va_start(rest, form);
	vprintf(form, rest);
	va_end(rest);
	putchar('\n');
}

/* --- the settings, and what stands in them --- */

static void check_settings(struct check *check, const char *file)
{
	const struct settings *settings = check->settings;
	struct stat status;

	found(check, OK, "settings", "%s", file);
	if (stat(file, &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)))
		found(check, WARNING, "settings",
			"others than the owner may write to the file: chmod 0644 %s", file);
	found(check, OK, "hostname", "%s", settings->hostname);
	for (size_t i = 0; i < settings->networks.count; i++)
		if (settings->networks.list[i].bits == 0)
			found(check, WARNING, "networks",
				"a network of /0 lets the whole world relay: name your own");
	if (settings->recipient_limit > 100)
		found(check, WARNING, "recipient_limit",
			"some sendmail programs refuse more than 100 recipients: see that yours "
			"does not");
	found(check, OK, "state", "%s: not used by this version", settings->state);
}

/* --- the jail --- */

static void check_layers(struct check *check)
{
	for (unsigned i = 0; i < LAYERS; i++)
		if (!(check->settings->jail_layers & 1U << i))
			found(check, WARNING, "jail_layers",
				"%s is left out: add it unless this kernel cannot have it",
				kind_layer(i));
	if (!jail_landlock() && (check->settings->jail_layers & LAYER_LANDLOCK))
		found(check, check->root ? OK : WARNING, "landlock",
			"this kernel has none; the other layers stand");
}

/* In a child: enters the session's jail, writes what failed, and is gone. */
static _Noreturn void try_jail(const struct settings *settings, bool root, int pipe)
{
	const struct jail jail = {
		.profile = JAIL_SESSION,
		.layers = settings->jail_layers,
		.root = root,
		.user = &settings->jail_user,
		.folder = settings->jail,
		.highest_fd = pipe,
		.landlock_most = JAIL_ABI_NEWEST,
	};
	TEXT(fault, 512);

	setsid(); /* child_wait() kills a group */
	if (!jail_enter(&jail, &fault))
		_exit(0);
	if (write(pipe, fault.at, fault.len) < 0)
		_exit(2);
	_exit(1);
}

static void check_jail(struct check *check)
{
	struct child_status status;
	char words[512] = "the jailed process was killed";
	int ends[2];
	ssize_t got;
	pid_t pid;

	check_layers(check);
	fflush(stdout); /* or the child has it twice */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return found(check, WRONG, "jail", "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		try_jail(check->settings, check->root, ends[1]);
	close(ends[1]);
	if (pid < 0)
		found(check, WRONG, "jail", "fork: %s", strerror(errno));
	else {
		status = child_wait(pid, deadline_in(10));
		if (status.end == CHILD_EXITED && status.code == 0)
			found(check, OK, "jail", "a session's jail could be entered");
		else {
			got = read(ends[0], words, sizeof words - 1);
			if (got > 0)
				words[got] = '\0';
			found(check, WRONG, "jail", "%s", words);
		}
	}
	close(ends[0]);
}

/* --- TLS --- */

/* Whether the account could read a file of this owner, group and mode. */
static bool could_read(const struct identity *who, const struct stat *status)
{
	if (status->st_uid == who->uid)
		return status->st_mode & S_IRUSR;
	if (status->st_gid == who->gid)
		return status->st_mode & S_IRGRP;
	for (size_t i = 0; i < who->group_count; i++)
		if (status->st_gid == who->groups[i])
			return status->st_mode & S_IRGRP;
	return status->st_mode & S_IROTH;
}

static void check_key(struct check *check)
{
	const struct identity *jailed = &check->settings->jail_user;
	const char *path = check->settings->tls_key;
	struct stat status;

	if (stat(path, &status) != 0)
		return; /* channel_open() says why */
	if (status.st_mode & S_IROTH)
		found(check, WARNING, "tls_key", "%s: everybody may read it: chmod o= %s", path,
			path);
	else if (check->root && jailed->found && could_read(jailed, &status))
		found(check, WARNING, "tls_key",
			"%s: jail_user may read it, who speaks with strangers: chown root %s; "
			"chmod 600 %s",
			path, path, path);
}

/* A program that its caller may not read starts opaque: else other processes of `user` could take
 * what it holds before it has made itself so. */
static void check_mode(struct check *check, const char *program)
{
	struct stat status;

	if (check->root && stat(program, &status) == 0 &&
		could_read(&check->settings->user, &status))
		found(check, WARNING, "programs",
			"%s: other programs that run as `user` could look into it: chmod 711 %s",
			program, program);
}

/* Takes one of postern-tls's findings and prints it. False: there are no more. */
static bool take_finding(
	struct check *check, const struct channel *channel, enum finding_subject *subject)
{
	static const char *const subjects[FINDING_SUBJECTS] = {
		[FINDING_CERTIFICATE] = "tls_certificate",
		[FINDING_KEY] = "tls_key",
		[FINDING_CLIENT_CA] = "tls_client_ca",
		[FINDING_JAIL] = "postern-tls",
	};
	static const enum level levels[FINDING_LEVELS] = {
		[FINDING_FINE] = OK, [FINDING_WARNING] = WARNING, [FINDING_WRONG] = WRONG};
	const char *paths[FINDING_SUBJECTS] = {
		[FINDING_CERTIFICATE] = check->settings->tls_certificate,
		[FINDING_KEY] = check->settings->tls_key,
		[FINDING_CLIENT_CA] = check->settings->tls_client_ca,
		[FINDING_JAIL] = channel->program,
	};
	struct wire_finding finding = {0};
	struct pollfd wire = {channel->helper.wire, POLLIN, 0};
	enum wire_end end = WIRE_GONE;

	if (deadline_poll(&wire, 1, deadline_in(CHECK_S)) > 0)
		wire_receive(channel->helper.wire, &finding, sizeof finding, &end);
	if (end != WIRE_FINE || finding.type != WIRE_FINDING || finding.level >= FINDING_LEVELS ||
		finding.subject >= FINDING_SUBJECTS ||
		!wire_string(finding.words, sizeof finding.words))
		return false;
	*subject = finding.subject;
	found(check, levels[finding.level], subjects[finding.subject], "%s: %s",
		paths[finding.subject], finding.words);
	return true;
}

/* Opens certificate and key as a session would, before root is dropped, and has postern-tls look at
 * them. */
static void check_tls(struct check *check)
{
	char program[4096];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct channel channel = {.program = program, .in = null, .out = null};
	enum finding_subject last = FINDING_SUBJECTS;
	TEXT(words, 512);

	check->tls = check->settings->tls_certificate[0];
	if (!check->tls)
		found(check, OK, "tls", "no certificate is set: there is no TLS");
	else if (!verify_program(program, sizeof program, "postern-tls"))
		found(check, WRONG, "postern-tls", "%s cannot be run: make install puts it there",
			program);
	else {
		check_key(check);
		channel.stream = dup(null);
		channel_open(&channel, check->settings);
		if (!channel_start(&channel, check->settings, check->root, true))
			return found(check, WRONG, "tls", "%s; name a file that %s can read",
				channel.fault, check->root ? "root" : "this account");
		check_mode(check, program);
		while (take_finding(check, &channel, &last))
			;
		channel_end(&channel, deadline_in(CHECK_S), &words);
		if (last != FINDING_JAIL)
			found(check, WRONG, "postern-tls", "%s",
				words.len ? text_string(&words) : "it did not come to an end");
	}
	close(null);
}

/* --- who it runs as --- */

static void check_groups(struct check *check)
{
	const struct identity *user = &check->settings->user;
	TEXT(groups, 400);

	for (size_t i = 0; i < user->group_count; i++) {
		text_octet(&groups, ' ');
		text_number(&groups, user->groups[i]);
	}
	if (user->group_count)
		found(check, OK, "user", "%s: sendmail gets its further groups too:%s", user->name,
			text_string(&groups));
	else
		found(check, OK, "user", "%s", user->name);
}

/* Becomes `user`. False: it cannot, and what a session meets afterwards cannot be seen. */
static bool check_identities(struct check *check)
{
	const char *wrong;
	TEXT(fault, 640);

	if (!check->root) {
		found(check, OK, "user", "not root: user, jail_user and jail are not looked at");
		check_jail(check);
		check_tls(check);
		return true;
	}
	wrong = settings_identities(check->settings, &fault);
	if (wrong) {
		found(check, WRONG, "settings", "%s", wrong);
		return false;
	}
	check_groups(check);
	check_jail(check);
	check_tls(check);
	wrong = jail_become(&check->settings->user, &fault);
	if (wrong)
		found(check, WRONG, "user", "%s", wrong);
	return !wrong;
}

/* --- what it opens --- */

static void check_sendmail(struct check *check)
{
	const char *path = check->settings->sendmail;
	struct stat status;

	if (stat(path, &status) != 0)
		found(check, WRONG, "sendmail",
			"%s: %s; install a sendmail program, or name yours: sendmail = /path", path,
			strerror(errno));
	else if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0)
		found(check, WRONG, "sendmail", "%s is no program that this account may run", path);
	else
		found(check, OK, "sendmail", "%s", path);
}

static void check_spool(struct check *check)
{
	const char *folder = check->settings->spool;
	struct spool spool = {.file = -1};

	if (spool_open(&spool, folder) == 0)
		found(check, OK, "spool", "%s", folder);
	else
		found(check, WRONG, "spool",
			"%s: %s; make the folder, and %s must be able to write to it", folder,
			strerror(errno), check->root ? check->settings->user.name : "this account");
	spool_close(&spool);
}

static bool count(void *context, const struct account *account)
{
	unsigned *accounts = context;

	(void)account;
	*accounts += 1;
	return true;
}

/* False: no login can be served. */
static bool check_accounts(struct check *check)
{
	const char *path = check->settings->accounts, *wrong;
	struct accounts accounts;
	struct stat status;
	unsigned all = 0;
	TEXT(fault, 640);
	TEXT(number, 24);

	wrong = accounts_open(&accounts, path, &fault);
	if (wrong) {
		found(check, WRONG, "accounts", "%s", wrong);
		return false;
	}
	if (accounts_each(&accounts, count, &all) != YES)
		found(check, WRONG, "accounts", "%s is damaged: put a good copy of it back", path);
	text_number(&number, all);
	found(check, OK, "accounts", "%s, accounts in it: %s", path, text_string(&number));
	accounts_close(&accounts);
	if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXO | S_IWGRP)))
		found(check, WARNING, "accounts",
			"%s is open to more than it should be: chmod o=,g-w %s", path, path);
	return true;
}

/* --- the logins --- */

/* Why a mechanism of the settings is not offered, and what to do; NULL: it is. */
static const char *not_offered(const struct settings *settings, enum mechanism mechanism)
{
	const struct mechanism_facts *facts = mechanism_facts(mechanism);

	if (!facts->served)
		return "is not built into this version, and not offered";
	if (!mechanism_in(passwords_serve(settings->passwords.kind), mechanism))
		return "cannot be served from these passwords, and is not offered";
	if (facts->proof && access("/dev/urandom", R_OK) != 0)
		return "is not offered: there is no /dev/urandom";
	if (!mechanism_installed(mechanism))
		return mechanism == MECHANISM_GSSAPI
			       ? "is not offered: its plugin is missing: install "
				 "libsasl2-modules-gssapi-mit, or take it out"
			       : "is not offered: its plugin is missing: install libsasl2-modules, "
				 "or take it out";
	if (mechanism == MECHANISM_EXTERNAL && settings->tls_client_ca[0] == '\0')
		return "is not offered: it wants a client's certificate: set tls_client_ca";
	return NULL;
}

static void check_mechanism(struct check *check, enum mechanism mechanism, const char *program)
{
	const struct mechanism_facts *facts = mechanism_facts(mechanism);
	const char *why = not_offered(check->settings, mechanism);
	struct verify_answer answer;

	if (why)
		return found(check, WARNING, "mechanisms", "%s %s", facts->name, why);
	bool binds = mechanism_is_bound(mechanism);

	check->offered += !binds || check->tls;
	verify_mechanism(check->settings, program, mechanism, &answer);
	if (answer.verdict != YES)
		found(check, WRONG, "mechanisms", "%s: %s", facts->name, answer.words);
	else
		found(check, OK, "mechanisms", "%s%s", facts->name,
			binds && check->tls ? ": offered through TLS"
			: binds             ? ": not offered, since there is no TLS"
			: !facts->clear     ? ": offered"
			: check->tls        ? ": offered through TLS, and in cleartext_networks"
				     : ": offered in cleartext_networks, since there is no TLS");
}

/* What is the matter with a mechanism though it works. */
static void check_weakness(struct check *check, enum mechanism mechanism)
{
	bool digest = mechanism == MECHANISM_DIGEST_MD5;

	if ((mechanism == MECHANISM_CRAM_MD5 || digest) &&
		check->settings->passwords.kind == PASSWORDS_ACCOUNTS)
		found(check, WARNING, "mechanisms",
			"%s: what the accounts keep for it is as good as the password",
			mechanism_facts(mechanism)->name);
	if (digest)
		found(check, WARNING, "mechanisms",
			"DIGEST-MD5: see that libsasl2 is 2.1.28+dfsg-10+deb12u1 or newer: "
			"before, strangers could overrun its memory");
}

static void check_logins(struct check *check)
{
	const struct mechanism_list *all = &check->settings->mechanisms;
	const struct mechanism_list *trusted = &check->settings->trusted_mechanisms;
	mechanism_set named = 0;
	char program[4096];

	if (all->count > 0) {
		if (!check_accounts(check))
			return;
		if (!verify_program(program, sizeof program, "postern-auth")) {
			found(check, WRONG, "postern-auth",
				"%s cannot be run: make install puts it there", program);
			return;
		}
		found(check, OK, "postern-auth", "%s", program);
		check_mode(check, program);
	}
	for (size_t i = 0; i < all->count; i++) {
		named |= (mechanism_set)1 << all->list[i];
		check_mechanism(check, all->list[i], program);
		check_weakness(check, all->list[i]);
	}
	for (size_t i = 0; i < trusted->count; i++)
		if (!mechanism_in(named, trusted->list[i]))
			found(check, WARNING, "trusted_mechanisms", "%s is none of mechanisms",
				mechanism_facts(trusted->list[i])->name);
	if (check->offered == 0 && check->settings->networks.count == 0)
		found(check, WARNING, "networks",
			"nobody may relay: no login is offered, and no network is named");
}

enum outcome check_run(const struct call *call)
{
	struct check check = {.settings = call->settings, .root = geteuid() == 0};

	if (call->fault) {
		found(&check, WRONG, "settings", "%s", call->fault);
		return FAILED;
	}
	check_settings(&check, call->file);
	if (check_identities(&check)) {
		check_sendmail(&check);
		check_spool(&check);
		check_logins(&check);
	}
	return check.wrong ? FAILED : DONE;
}

/* smtpd: one connection on descriptors 0 and 1, started by a superserver. Here: options,
 * settings, who is calling, the fork, the jail; then session_run() in the child, which all that
 * the client sends goes to, or monitor_run() in the parent, which decides.
 * Runs in: both, until they part. Trusts: the superserver and the settings.
 *
 * Where STARTTLS may come a second child waits, which has not read an octet of anybody: it goes on
 * behind STARTTLS. The first could have been taken over in clear, and would see the password. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/jail.h"
#include "base/kind.h"
#include "base/log.h"
#include "base/reply.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/wire.h"
#include "monitor/monitor.h"
#include "monitor/peer.h"
#include "session/session.h"

enum {
	SESSION_WIRE = 3, /* the session's descriptors: the client, these two, and no other */
	SESSION_LIFELINE = JAIL_LIFELINE,
	ASIDE = 8,
	CLIENT_ASIDE = 16, /* where the monitor keeps the client's descriptors */
	FAREWELL_S = 2
};

/* The ends of what ties a session to the monitor; [0]: the session's, of the lifeline the end to
 * read. */
struct ties {
	int wire[2], lifeline[2];
};

/* What the start has found out. */
struct smtpd {
	struct settings settings;
	struct peer peer;
	struct peer_words words;
	struct sink sink;
	const char *file;
	bool tls, root, client_on_2;
	bool no_landlock; /* wanted, and the kernel has none */
	int null;
	char auth[256], tls_program[256], jail_words[64];
	struct ties session, spare;
	bool has_tls;  /* a certificate is set */
	int stream[2]; /* with TLS, [0]: in the client's place for the session; [1]: postern-tls's
			*/
};

/* Whether the descriptor is the client: what is written there would stand in the dialogue. */
static bool is_client(int fd)
{
	struct stat it, in, out;
	if (fstat(fd, &it) != 0)
		return true;
	if (!S_ISSOCK(it.st_mode) && !S_ISFIFO(it.st_mode))
		return false;
	return (fstat(0, &in) == 0 && in.st_dev == it.st_dev && in.st_ino == it.st_ino) ||
	       (fstat(1, &out) == 0 && out.st_dev == it.st_dev && out.st_ino == it.st_ino);
}

/* What a superserver hands over is its own: descriptors, dispositions, mask, environment. */
static bool clean(struct smtpd *smtpd)
{
	/* Those that a superserver or a shell may have left ignored and that anything here hangs
	 * on. */
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGTERM, SIGUSR1,
		SIGUSR2, SIGCHLD, SIGXCPU, SIGSYS};
	sigset_t set;
	struct rlimit none = {0, 0};
	close_range(3, ~0U, 0);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_DFL);
	/* Their errors are returned, too, and that is where they are looked at. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* The monitor reads these from a descriptor; the session, which they may reach too, is deaf
	 * to them, so that it can still say 421. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_SETMASK, &set, NULL);
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	peer_copy(&smtpd->words);
	for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
		text_wipe(*variable, strlen(*variable));
	if (environ != NULL)
		environ[0] = NULL;
	smtpd->root = geteuid() == 0;
	smtpd->client_on_2 = is_client(2);
	smtpd->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (smtpd->null < 0)
		return false;
	/* A text that glibc aborts with must reach neither client nor wire. */
	return !smtpd->client_on_2 || dup2(smtpd->null, 2) == 2;
}

static void say(int fd, const char *words)
{
	if (write(fd, words, strlen(words)) < 0)
		return; /* nobody is left to tell */
}

/* Tells the client that there is no service now: the table's own words. */
static void say_unavailable(const struct smtpd *smtpd, int fd)
{
	const struct reply_facts *facts = reply_facts(REPLY_UNAVAILABLE);
	TEXT(line, 512);
	const char *words = facts->words, *behind = text_behind(words, "{host}");
	if (smtpd->tls)
		return; /* a client that awaits TLS can read no words */
	text_number(&line, facts->code);
	text_octet(&line, ' ');
	text_add(&line, facts->enhanced);
	if (behind == NULL)
		text_octet(&line, ' ');
	text_add(&line, behind != NULL ? behind : words);
	text_add(&line, "\r\n");
	say(fd, text_string(&line));
	/* Read away what the client has sent: a reset would eat the reply. */
	struct pollfd client = {fd, POLLIN, 0};
	struct deadline until = deadline_in(FAREWELL_S);
	char octets[512];
	if (shutdown(fd, SHUT_WR) == 0)
		while (deadline_poll(&client, 1, until) > 0 && read(fd, octets, sizeof octets) > 0)
			if (deadline_passed(until))
				return;
}

/* No service: the client is told that much, the administrator why. Returns the exit status. */
static int unavailable(const struct smtpd *smtpd, const char *why)
{
	const struct sink sinks[] = {{LOG_WHERE_SYSLOG, 2}, {LOG_WHERE_STDERR, 2}};
	for (size_t i = 0; i < (smtpd->client_on_2 ? 1 : 2); i++) {
		struct log log = {&sinks[i], NULL, smtpd->peer.name[0] ? smtpd->peer.name : NULL};
		log_error(&log, why);
	}
	say_unavailable(smtpd, 1);
	return 1;
}

/* The same for a system call that failed. */
static int unavailable_for(const struct smtpd *smtpd, const char *what)
{
	TEXT(why, 256);
	text_add(&why, what);
	text_add(&why, ": ");
	text_add(&why, strerror(errno));
	return unavailable(smtpd, text_string(&why));
}

static const char usage[] =
	"usage: smtpd [-f FILE] [-s]\n"
	"Serves one SMTP connection on descriptors 0 and 1; a superserver starts it.\n"
	"  -f FILE  the settings, instead of " SETTINGS_FILE "\n"
	"  -s       begin with TLS at once (port 465)\n"
	"See smtpd(8).\n";

/* Reads the options. -1: go on; else the exit status. */
static int options(struct smtpd *smtpd, int argc, char **argv)
{
	smtpd->file = SETTINGS_FILE;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-f") == 0 && i + 1 < argc) {
			smtpd->file = argv[++i];
		} else if (strcmp(argv[i], "-s") == 0) {
			smtpd->tls = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			say(1, usage);
			return 0;
		} else {
			say(2, usage);
			unavailable(
				smtpd, "smtpd was started with an option that it does not know");
			return 2;
		}
	}
	return -1;
}

/* All that must be right before anybody is served. NULL, or what is wrong. */
static const char *prepare(struct smtpd *smtpd, struct text *fault)
{
	const struct settings *settings = &smtpd->settings;
	const char *wrong = settings_read(smtpd->file, &smtpd->settings, fault);
	smtpd->has_tls = settings->tls_certificate[0] != '\0';
	if (wrong == NULL && smtpd->tls && !smtpd->has_tls)
		wrong = "smtpd -s: there is no TLS without a certificate; set tls_certificate and "
			"tls_key";
	if (wrong == NULL && settings->log == LOG_WHERE_STDERR && smtpd->client_on_2)
		wrong = "log = stderr: descriptor 2 is the client here, set log = syslog";
	if (wrong == NULL && smtpd->root)
		wrong = settings_identities(settings, fault);
	if (wrong == NULL && smtpd->root && (settings->jail_layers & LAYER_CHROOT) != 0)
		wrong = jail_folder(settings->jail, fault);
	smtpd->sink = (struct sink){settings->log, 2};
	return wrong;
}

/* The words of the connect line: the layers that hold. */
static void describe_jail(struct smtpd *smtpd)
{
	struct text words = TEXT_OVER(smtpd->jail_words);
	unsigned holds = smtpd->settings.jail_layers;
	if (!smtpd->root)
		holds &= ~(unsigned)LAYER_CHROOT;
	smtpd->no_landlock = (holds & LAYER_LANDLOCK) != 0 && jail_landlock() == 0;
	if (smtpd->no_landlock)
		holds &= ~(unsigned)LAYER_LANDLOCK;
	for (unsigned i = 0; i < LAYERS; i++) {
		if ((holds & 1U << i) == 0)
			continue;
		text_add(&words, words.len > 0 ? "+" : "");
		text_add(&words, kind_layer(i));
	}
	text_add(&words, words.len > 0 ? "" : "none");
	text_string(&words);
}

/* The wire must hold a whole record of text; the kernel's standard size does, a smaller one is
 * raised. */
static bool wide_enough(int wire)
{
	int size = 0, need = WIRE_TEXT_MAX + 4096;
	socklen_t len = sizeof size;
	if (getsockopt(wire, SOL_SOCKET, SO_SNDBUF, &size, &len) == 0 && size >= need)
		return true;
	setsockopt(wire, SOL_SOCKET, SO_SNDBUF, &need, sizeof need);
	setsockopt(wire, SOL_SOCKET, SO_SNDBUFFORCE, &need, sizeof need);
	return getsockopt(wire, SOL_SOCKET, SO_SNDBUF, &size, &len) == 0 && size >= need;
}

static bool open_ties(struct ties *ties)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ties->wire) == 0 &&
	       wide_enough(ties->wire[0]) && wide_enough(ties->wire[1]) &&
	       pipe2(ties->lifeline, O_CLOEXEC) == 0;
}

/* All that ties the processes of this connection together. */
static bool open_all_ties(struct smtpd *smtpd)
{
	if (!open_ties(&smtpd->session))
		return false;
	if (smtpd->has_tls &&
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, smtpd->stream) != 0)
		return false;
	return !smtpd->has_tls || smtpd->tls || open_ties(&smtpd->spare);
}

/* A session's descriptors in their places, all others closed. `client` is what stands in the
 * client's place, -1: what the superserver gave. */
static bool place_descriptors(const struct ties *ties, int client, bool socket)
{
	int wire = fcntl(ties->wire[0], F_DUPFD, ASIDE);
	int lifeline = fcntl(ties->lifeline[0], F_DUPFD, ASIDE);
	if (wire < 0 || lifeline < 0)
		return false;
	if (client >= 0 && dup2(client, 0) < 0)
		return false;
	if (dup2(wire, SESSION_WIRE) < 0 || dup2(lifeline, SESSION_LIFELINE) < 0)
		return false;
	if (client >= 0 || socket)
		close(1);
	close(2);
	return close_range(SESSION_LIFELINE + 1, ~0U, 0) == 0;
}

/* The session could not be jailed: it tells the client that much, the monitor why, and leaves. */
static void say_no_jail(const struct smtpd *smtpd, int out, const char *why)
{
	struct wire_log log;
	struct wire_bye bye;
	memset(&log, 0, sizeof log);
	memset(&bye, 0, sizeof bye);
	log.type = REQUEST_log;
	log.event = EVENT_nojail;
	memcpy(log.value, why, strnlen(why, sizeof log.value - 1));
	bye.type = REQUEST_bye;
	bye.reason = BYE_NO_JAIL;
	say_unavailable(smtpd, out);
	(void)wire_send(SESSION_WIRE, &log, sizeof log, NULL, 0);
	(void)wire_send(SESSION_WIRE, &bye, sizeof bye, NULL, 0);
}

/* A child: the session, or the `spare` one, which waits until the monitor has a word for it. That
 * it waits before its jail costs a connection that stays in clear next to nothing, and it reads
 * from nobody till then. */
static _Noreturn void become_session(const struct smtpd *smtpd, bool spare)
{
	const struct settings *settings = &smtpd->settings;
	const struct ties *ties = spare ? &smtpd->spare : &smtpd->session;
	bool tls = spare || smtpd->tls;
	TEXT(fault, 256);
	const struct jail jail = {
		.profile = JAIL_SESSION,
		.layers = settings->jail_layers,
		.root = smtpd->root,
		.user = &settings->jail_user,
		.folder = settings->jail,
		.highest_fd = SESSION_LIFELINE,
		.landlock_most = JAIL_ABI_NEWEST,
	};
	const struct session_start start = {
		.settings = settings,
		.in = 0,
		.out = tls || smtpd->peer.socket ? 0 : 1,
		.wire = SESSION_WIRE,
		.tls = tls,
		.accept_bare_lf = settings->bare_newline &&
				  (settings->bare_newline_networks.count == 0 ||
					  networks_have(&settings->bare_newline_networks,
						  &smtpd->peer.client)),
	};
	if (!place_descriptors(ties, tls ? smtpd->stream[0] : -1, smtpd->peer.socket)) {
		/* Where the wire is now nobody knows: the monitor logs the exit status instead. */
		if (!tls)
			say_unavailable(smtpd, start.out);
		_exit(1);
	}
	const char *wrong = jail_lifeline(SESSION_LIFELINE) ? NULL : "the lifeline cannot be had";
	struct pollfd word = {SESSION_WIRE, POLLIN, 0};
	while (wrong == NULL && spare && poll(&word, 1, -1) < 0 && errno == EINTR)
		;
	if (wrong == NULL)
		wrong = jail_enter(&jail, &fault);
	if (wrong != NULL) {
		say_no_jail(smtpd, start.out, wrong);
		_exit(1);
	}
	session_run(&start);
	_exit(0);
}

static pid_t fork_session(const struct smtpd *smtpd, bool spare)
{
	pid_t pid = fork();
	if (pid == 0)
		become_session(smtpd, spare);
	return pid;
}

/* Our ends of a session's ties; its own ends are let go. */
static struct session_process keep(const struct ties *ties, pid_t pid)
{
	if (pid < 0)
		return (struct session_process){-1, -1, -1};
	close(ties->wire[0]);
	close(ties->lifeline[0]);
	return (struct session_process){pid, ties->wire[1], ties->lifeline[1]};
}

/* Lets go of the client. Where TLS may come it is kept, unread, for postern-tls. */
static bool put_client_aside(const struct smtpd *smtpd, struct channel *channel)
{
	if (smtpd->has_tls) {
		channel->program = smtpd->tls_program;
		channel->in = fcntl(0, F_DUPFD_CLOEXEC, CLIENT_ASIDE);
		channel->out =
			smtpd->peer.socket ? channel->in : fcntl(1, F_DUPFD_CLOEXEC, CLIENT_ASIDE);
		channel->stream = smtpd->stream[1];
		close(smtpd->stream[0]);
		if (channel->in < 0 || channel->out < 0)
			return false;
	}
	return dup2(smtpd->null, 0) == 0 && dup2(smtpd->null, 1) == 1;
}

/* The parent: root is dropped before it says a word to the session, which greets only then. */
static int become_monitor(const struct smtpd *smtpd, pid_t session, pid_t spare)
{
	const struct settings *settings = &smtpd->settings;
	sigset_t set;
	TEXT(fault, 256);
	const char *wrong = NULL;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	struct monitor_start start = {
		.settings = settings,
		.sink = &smtpd->sink,
		.peer = &smtpd->peer,
		.auth = smtpd->auth,
		.jail = smtpd->jail_words,
		.no_landlock = smtpd->no_landlock,
		.session = keep(&smtpd->session, session),
		.spare = keep(&smtpd->spare, spare),
		.channel = {.in = -1, .out = -1, .stream = -1, .helper = helper_none()},
		.tls = smtpd->tls,
		.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
	};
	if (!put_client_aside(smtpd, &start.channel))
		wrong = "cannot let go of the client's socket";
	else
		monitor_prepare(&start, smtpd->root);
	if (wrong == NULL && smtpd->root)
		wrong = jail_become(&settings->user, &fault);
	if (wrong == NULL && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		wrong = "PR_SET_DUMPABLE failed";
	if (wrong == NULL && start.signals < 0)
		wrong = "signalfd failed";
	if (wrong == NULL)
		return monitor_run(&start);
	struct log log = {&smtpd->sink, NULL, smtpd->peer.name};
	log_error(&log, wrong);
	/* The end of the wire is the session's word to say 421; then this process's end is its own,
	 * and of all others too. */
	close(start.session.wire);
	child_wait(session, deadline_in(FAREWELL_S));
	return 1;
}

int main(int argc, char **argv)
{
	/* In .bss: the settings alone are a hundred pages, of which few are touched. */
	static struct smtpd smtpd;
	TEXT(fault, 512);
	bool is_clean = clean(&smtpd);
	int status = options(&smtpd, argc, argv);
	if (status >= 0)
		return status;
	if (!is_clean)
		return unavailable(&smtpd, "cannot open /dev/null");
	peer_find(&smtpd.peer, &smtpd.words);
	const char *wrong =
		child_beside(smtpd.auth, sizeof smtpd.auth, "postern-auth") &&
				child_beside(
					smtpd.tls_program, sizeof smtpd.tls_program, "postern-tls")
			? prepare(&smtpd, &fault)
			: "cannot tell in which folder smtpd lies, start it by its path";
	if (wrong != NULL)
		return unavailable(&smtpd, wrong);
	describe_jail(&smtpd);
	if (!open_all_ties(&smtpd))
		return unavailable_for(&smtpd, "cannot open the wire to the session");
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	pid_t session = fork_session(&smtpd, false);
	if (session < 0)
		return unavailable_for(&smtpd, "cannot fork the session, too many processes");
	/* Without a spare one there is no STARTTLS in this connection. */
	pid_t spare = smtpd.has_tls && !smtpd.tls ? fork_session(&smtpd, true) : -1;
	_exit(become_monitor(&smtpd, session, spare));
}

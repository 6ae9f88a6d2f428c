/* The settings file to one struct, made by the list in settings.def: whole and good, or not at
 * all.
 * Runs in: smtpd before the fork, and postern. Trusts: the file, which is the administrator's;
 * but takes nothing of it that it does not fully understand. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/mechanism.h"
#include "base/network.h"
#include "base/text.h"

enum {
	SETTINGS_LINE_MAX = 198, /* octets of a line: inih cuts longer ones without a word */
	SETTINGS_FILE_MAX = 65536,
	SETTINGS_DOMAINS_MAX = 16,
	RECIPIENTS_MAX = 1000, /* the largest recipient_limit: more, courier and OpenSMTPD refuse */
	GROUPS_MAX = 32,
	PLUGIN_MAX = 31 /* octets of the name of one of SASL's plugins */
};

enum recipients { RECIPIENTS_AUTO, RECIPIENTS_HEADERS, RECIPIENTS_ARGUMENTS };
enum passwords {
	PASSWORDS_ACCOUNTS,
	PASSWORDS_SHADOW,
	PASSWORDS_SASLAUTHD,
	PASSWORDS_SASLDB,
	PASSWORDS_AUXPROP
};
/* A store, and of auxprop:NAME the name of SASL's plugin. */
struct password_store {
	enum passwords kind;
	char plugin[PLUGIN_MAX + 1];
};
enum log_where { LOG_WHERE_SYSLOG, LOG_WHERE_STDERR };
enum layer {
	LAYER_CHROOT = 1,
	LAYER_LANDLOCK = 2,
	LAYER_SECCOMP = 4,
	LAYER_LIMITS = 8,
	LAYERS_ALL = 15,
	LAYERS = 4 /* of them */
};

/* Mechanisms in the order in which clients are told of them. */
struct mechanism_list {
	enum mechanism list[MECHANISMS];
	size_t count;
};

struct domain_list {
	char list[SETTINGS_DOMAINS_MAX][SETTINGS_LINE_MAX + 1];
	size_t count;
};

/* Who a process becomes: numbers only. `name` is as it stands in the settings. */
struct identity {
	uid_t uid;
	gid_t gid, groups[GROUPS_MAX]; /* groups: the supplementary ones */
	size_t group_count;
	bool found; /* false: no such name in /etc/passwd; an error only for who is started as root
		     */
	char name[SETTINGS_LINE_MAX + 1];
};

/* The C type of each kind of setting.
 * SIZE octets, COUNT and ITERATIONS numbers above 0, RATE a number, TIME seconds, CHOICE true for
 * `accept`. */
typedef char setting_HOSTNAME[256];
typedef char setting_PATH[SETTINGS_LINE_MAX + 1];
typedef char setting_REALM[SETTINGS_LINE_MAX + 1];
typedef char setting_MAILBOX[SETTINGS_LINE_MAX + 1];
typedef unsigned long long setting_SIZE;
typedef unsigned setting_COUNT;
typedef unsigned setting_ITERATIONS;
typedef unsigned setting_RATE;
typedef unsigned setting_TIME;
typedef unsigned setting_TLSVERSION; /* 10 to 13 */
typedef unsigned setting_LAYERS;     /* enum layer, or-ed */
typedef bool setting_CHOICE;
typedef bool setting_YESNO;
typedef enum recipients setting_RECIPIENTS;
typedef struct password_store setting_PASSWORDS;
typedef enum log_where setting_LOG;
typedef struct mechanism_list setting_MECHANISMS;
typedef struct networks setting_NETWORKS;
typedef struct domain_list setting_DOMAINS;
typedef struct identity setting_IDENTITY;

struct settings {
#define SETTING(kind, key, standard, meaning) setting_##kind key;
#include "base/settings.def"
#undef SETTING
};

/* Where `postern` and `smtpd` look when -f does not say. */
#define SETTINGS_FILE "/etc/postern.conf"

/* Reads the file. Returns NULL and a whole struct, or what is wrong in words: FILE:LINE: KEY: what,
 * and what to write instead. Where the words are returned nothing in *settings may be used but
 * `log`. Ids are found by a plain read of /etc/passwd and /etc/group, never by NSS. A hostname that
 * is not set comes from gethostname() or /etc/mailname, never from a look-up. */
const char *settings_read(const char *file, struct settings *settings, struct text *fault);

/* The same from a string, for tests; `name` stands for the file's name in errors. A NUL stands
 * behind the `len` octets; one within them is a fault. */
const char *settings_parse(const char *name, const char *string, size_t len,
	struct settings *settings, struct text *fault);

/* Checks that the identities will do for a start as root: `user` and `jail_user` exist, neither is
 * uid 0, and they differ. NULL, or what is wrong in words that name key and remedy. */
const char *settings_identities(const struct settings *settings, struct text *fault);

#endif

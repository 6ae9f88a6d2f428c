/* The wire: one record out, one in, exact or dead. The layout of every record that crosses
 * between two of our processes stands here and nowhere else.
 * Runs in: every process. Trusts: nothing that was received but its length.
 *
 * A wire is a SOCK_SEQPACKET socketpair: one record, one question or answer. Each record is one
 * of the structs below, of fixed width, in the machine's own order of octets (both ends are one
 * machine), its first octet telling which; where a line says "and octets", a text follows it. A
 * string within a record ends with a NUL inside its field. An empty record reads like end of
 * file, so nobody sends one and both mean the end.
 *
 * Session and monitor. The monitor speaks first: a wire_greeting. Then the session asks, by one
 * record of requests.def, and the monitor answers each but text, alive, log and bye by exactly one
 * record: hello by a wire_offer, all others by a wire_answer, which for login and token may have
 * octets behind it, the challenge in base64. A wire_answer of type WIRE_FAREWELL comes unasked:
 * the connection ends, and the client is told the reply. At STARTTLS the session that was answered
 * REPLY_START_TLS says bye as soon as the client has it, and ends; another one, which has not read
 * an octet of the client so far, is greeted when the handshake is done, and goes on.
 *
 * Monitor and postern-tls. The monitor sends one wire_tls; postern-tls loads its files, enters its
 * jail and sends a wire_plain of type WIRE_READY. The monitor sends one of type WIRE_GO when nobody
 * else reads the client any more; postern-tls sends wire_facts before it passes on the first octet,
 * or wire_failed, and ends with the connection. To a check it sends any number of wire_finding and
 * ends.
 *
 * Monitor and postern-auth. The monitor sends one wire_auth, then for each of the client's tokens
 * a wire_token and octets; postern-auth answers each by a wire_more and octets (a challenge in
 * base64) or by its one wire_verdict, then leaves. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/deadline.h"
#include "base/settings.h"

enum {
	WIRE_TEXT_MAX = 124 * 1024, /* well under the socket's buffer of 208 KiB, and fast */
	WIRE_TOKEN_MAX = 12288,     /* RFC 4954 4: the longest line of base64 */
	WIRE_LOG_VALUE = 128,
	WIRE_LOGS_MAX = 50,   /* log records in one connection; one more ends it */
	WIRE_SILENCE = 180,   /* seconds without an octet that end a message, on both sides */
	WIRE_PACE = 8192,     /* octets of a message, for which data_timeout grows by a second */
	WIRE_ID = 12,         /* octets of a session id with its NUL */
	WIRE_LOGIN_MAX = 255, /* octets of a canonical login */
	WIRE_KEY = 32         /* octets of a keyed hash */
};

/* The questions of the session, made from requests.def. */
enum request {
	REQUEST_none,
#define REQUEST(name, when, record, more) REQUEST_##name,
#include "base/requests.def"
#undef REQUEST
	REQUESTS
};

/* Types of records that are no question. */
enum {
	WIRE_GREETING = 100,
	WIRE_OFFER,
	WIRE_ANSWER,
	WIRE_FAREWELL,
	WIRE_AUTH,
	WIRE_MORE,
	WIRE_VERDICT,
	WIRE_TLS,
	WIRE_READY,
	WIRE_GO,
	WIRE_FACTS,
	WIRE_FAILED,
	WIRE_FINDING
};

/* --- session to monitor --- */

struct wire_plain { /* data, text and octets (LF lines), commit, reset, alive, starttls; ready, go
		     */
	uint8_t type;
};

struct wire_hello {
	uint8_t type;
	uint8_t extended; /* 1: EHLO, 0: HELO */
	char name[256];
};

struct wire_login { /* and octets: the initial response, if present */
	uint8_t type;
	uint8_t mechanism;
	uint8_t present; /* 1: there was an initial response, "=" included */
};

struct wire_token { /* and octets: base64 as the client sent it, or "*" */
	uint8_t type;
	uint8_t present; /* to postern-auth, of the first token: as in wire_login; else 1 */
};

struct wire_mail {
	uint8_t type;
	uint8_t has_size;
	char sender[ADDRESS_MAX + 1];
	uint64_t size; /* of the SIZE parameter */
};

struct wire_rcpt {
	uint8_t type;
	char recipient[ADDRESS_MAX + 1];
};

struct wire_log {
	uint8_t type;
	uint8_t event;
	char value[WIRE_LOG_VALUE];
};

enum bye {
	BYE_QUIT,
	BYE_HANGUP,
	BYE_TIMEOUT,
	BYE_ERRORS,
	BYE_TOLD,
	BYE_NO_JAIL,
	BYE_INJECTION, /* octets behind STARTTLS */
	BYE_FOREIGN,   /* another protocol */
	BYE_STARTTLS,  /* the client has its whole 220: another session goes on */
	BYES
};

struct wire_bye {
	uint8_t type;
	uint8_t reason;   /* enum bye */
	uint64_t in, out; /* octets from and to the client */
};

/* --- monitor to session --- */

struct wire_greeting {
	uint8_t type;
	uint16_t reply; /* REPLY_GREETING, or what the client is told instead; GO_ON behind
			   STARTTLS: nothing */
	char id[WIRE_ID];
};

struct wire_offer {
	uint8_t type;
	uint8_t starttls; /* 1: STARTTLS is offered */
	uint16_t reply;
	mechanism_set mechanisms;
};

struct wire_answer { /* and octets, for login and token */
	uint8_t type;
	uint16_t reply;
};

/* Channel bindings (RFC 9266, RFC 5929); a length of 0: this connection has none. */
struct wire_bindings {
	uint8_t exporter_len, unique_len;
	uint8_t exporter[32], unique[64];
};

/* --- monitor to postern-auth, and back --- */

struct wire_auth {
	uint8_t type;
	uint8_t mechanism;
	uint8_t passwords; /* enum passwords */
	uint8_t jail_layers;
	uint8_t log_unknown_users;
	uint32_t iterations; /* that a verifier should have: scram_iterations */
	uint8_t check; /* `postern-auth --check`: up to the proof of the jail, then a verdict */
	char hostname[256];
	char realm[SETTINGS_LINE_MAX + 1];
	char accounts[SETTINGS_LINE_MAX + 1];
	char saslauthd_socket[SETTINGS_LINE_MAX + 1];
	char plugin[PLUGIN_MAX + 1]; /* of sasldb and auxprop: SASL's own */
	char sasl_configuration[SETTINGS_LINE_MAX + 1];
	char keytab[SETTINGS_LINE_MAX + 1];
	char local[64], remote[64]; /* address;port, or empty */
	uint16_t tls_bits;          /* of the cipher's key; 0: no TLS */
	struct wire_bindings bindings;
	char certificate[WIRE_LOGIN_MAX + 1]; /* of EXTERNAL: whose the client's certificate is */
};

struct wire_more { /* and octets: the challenge in base64 */
	uint8_t type;
};

/* Why a verdict is as it is; the monitor's table makes reply and log word of it. */
enum reason {
	REASON_NONE,    /* of a yes */
	REASON_WRONG,   /* the account exists, the password is another */
	REASON_UNKNOWN, /* no such account */
	REASON_DISABLED,
	REASON_EXPIRED,
	REASON_MECHANISM, /* the mechanism failed in a way of its own */
	REASON_WEAK,
	REASON_MALFORMED, /* no base64, or no message of this mechanism */
	REASON_CANCELLED,
	REASON_STORE,  /* the accounts cannot be read */
	REASON_PLUGIN, /* the mechanism's plugin cannot be loaded */
	REASONS
};

struct wire_verdict {
	uint8_t type;
	uint8_t verdict; /* enum verdict */
	uint8_t reason;
	uint8_t renew; /* 1: the account's verifier has fewer iterations than it should */
	char login[WIRE_LOGIN_MAX +
		   1]; /* canonical; empty where the name is no account and not logged */
	uint8_t name_key[WIRE_KEY], password_key[WIRE_KEY]; /* keyed with the site secret */
};

/* Three outcomes of every judgement: 235, 535, 454 to a client; 0, 1, 1 in the shell. */
enum verdict { YES, NO, CANNOT_TELL };

/* --- monitor to postern-tls, and back --- */

struct wire_tls {
	uint8_t type;
	uint8_t minimum; /* oldest version of TLS, 10 to 13 */
	uint8_t jail_layers;
	uint8_t root; /* 1: started as root, to be chrooted in `jail` and to become the ids below */
	uint8_t check;      /* `postern-tls --check`: findings instead of a connection */
	uint8_t client_ca;  /* 1: a file of authorities came along */
	uint32_t handshake; /* seconds that a handshake may take */
	uint32_t uid, gid, group_count, groups[GROUPS_MAX];
	char jail[SETTINGS_LINE_MAX + 1];
	char hostname[256]; /* of a check: the name that clients want to see */
};

struct wire_facts {
	uint8_t type;
	uint8_t version; /* 10 to 13 */
	uint16_t bits;   /* of the cipher's key */
	char cipher[64]; /* its registered name, as RFC 8446 and IANA write it */
	struct wire_bindings bindings;
	/* Of the client's certificate, empty where none was shown or none that tls_client_ca
	 * vouches for: its subject (RFC 2253), and its alternative names, `email:a@b dns:c` and so
	 * on, a blank between two. Printable ASCII. */
	char subject[256];
	char names[512];
	uint8_t stranger; /* 1: a certificate was shown that tls_client_ca does not vouch for */
};

struct wire_failed {
	uint8_t type;
	uint8_t late;    /* 1: the handshake took too long */
	char words[128]; /* why there is no TLS */
};

/* How bad a finding is, and what it is about. */
enum finding_level { FINDING_FINE, FINDING_WARNING, FINDING_WRONG, FINDING_LEVELS };
enum finding_subject {
	FINDING_CERTIFICATE,
	FINDING_KEY,
	FINDING_CLIENT_CA,
	FINDING_JAIL,
	FINDING_SUBJECTS
};

struct wire_finding {
	uint8_t type;
	uint8_t level;   /* enum finding_level */
	uint8_t subject; /* enum finding_subject */
	char words[400];
};

/* --- the wire itself --- */

/* Whether the lengths are within their fields. */
bool wire_bindings_fine(const struct wire_bindings *bindings);

enum wire_end { WIRE_FINE, WIRE_WOULD_BLOCK, WIRE_GONE, WIRE_BROKEN };

/* Sends one record: the struct, and `more_len` octets behind it where more_len is above 0. Waits
 * for the other side to read; the caller's life ends by the lifeline if nobody does. WIRE_GONE when
 * the other side has left. */
enum wire_end wire_send(
	int wire, const void *record, size_t len, const void *more, size_t more_len);

/* The same, but never waits: WIRE_WOULD_BLOCK when the other side does not read. */
enum wire_end wire_send_now(
	int wire, const void *record, size_t len, const void *more, size_t more_len);

/* Receives one record into `room` of `size` octets, without waiting. Returns its length; or 0, and
 * *end is WIRE_WOULD_BLOCK where there is none yet, WIRE_GONE where the other side has left or the
 * record was empty, WIRE_BROKEN where it was longer than the room or came with descriptors (which
 * are closed). */
size_t wire_receive(int wire, void *room, size_t size, enum wire_end *end);

/* Whether the field of `size` octets holds a NUL, and so a string. */
bool wire_string(const char *field, size_t size);

#endif

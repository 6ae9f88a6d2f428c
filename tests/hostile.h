/* What the files of the hostile session share.
 * Runs in: tests. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include "monitor/state.h"
#include "session/session.h"
#include "tests/unit/random.h"

enum { ANSWER_S = 60 /* sendmail and the pauses of logins are far below */ };

/* One row of requests.def. */
struct question {
	const char *name;
	unsigned when;
	size_t len, most;
};

/* A record to be sent, or one that came: larger than anything that the monitor would take. */
union record {
	uint8_t type;
	struct wire_hello hello;
	struct wire_login login;
	struct wire_token token;
	struct wire_mail mail;
	struct wire_rcpt rcpt;
	struct wire_log log;
	struct wire_bye bye;
	struct wire_offer offer;
	struct wire_answer answer;
	char room[sizeof((struct monitor *)NULL)->record + 1];
};

struct hostile {
	const struct session_start *start;
	enum state state;        /* where the monitor must be, by what it answered */
	mechanism_set offered;   /* by the last EHLO */
	uint64_t seed;           /* of random_below() */
	unsigned long long sent; /* records */
	bool over;               /* the monitor has ended the connection */
	union record made, got;
	size_t len;       /* of .made */
	enum reply reply; /* the last answer */
	/* What the generator counts, so that only what it wants ends the connection. */
	unsigned logins, logs, refused, recipients;
	unsigned long long text; /* octets of the message so far */
};

/* How a record differs from one that a session of ours would send. */
enum shape {
	EXACT,
	SHORT,    /* an octet less than the record has */
	LONG,     /* an octet more than may follow it */
	LONGEST,  /* all that may follow it */
	BARE,     /* its type alone */
	EMPTY,    /* no octet at all */
	ZEROS,    /* all its fields zero */
	ONES,     /* all their bits set: no string ends, no number is in range */
	ANYTHING, /* random octets behind the type */
	HUGE_ONE, /* larger than the monitor's room for a record */
	VALUE,    /* the second octet, which is a number of some list, has this value */
	CR,
	NUL,
	CRLF, /* of text: with that in it */
	SHAPES
};

/* The facts of a question. */
const struct question *question(size_t number);

/* Tells the driver one line. */
void report(const struct hostile *hostile, const char *word, const char *value);
void report_number(const struct hostile *hostile, const char *word, unsigned long long number);

/* Makes the record that a session of ours could send, in .made and .len. */
void make(struct hostile *hostile, enum request request);

/* Makes a record of any type in a shape. */
void shape_record(struct hostile *hostile, size_t type, enum shape shape, uint8_t value);

/* What must come of the record in .made: `answer`, `nothing` or `bye`, where it is fine; `leaves`
 * where it is the good-bye behind STARTTLS; `gone` where it is an end of file; else why the monitor
 * must end the connection. */
const char *expected(const struct hostile *hostile);

/* Whether the monitor must offer STARTTLS to this session. */
bool starttls_is_offered(const struct hostile *hostile);

/* Appends octets to the record. */
void add_octets(struct hostile *hostile, const char *octets);

/* A question by its name, or any type by its number. */
size_t named(const char *word);

/* A shape by its name. */
enum shape shape_named(const char *word);

/* Sends what is made, and waits for nothing. */
bool tell(struct hostile *hostile);

/* Makes, and asks. */
bool ask_plainly(struct hostile *hostile, enum request request);

/* Goes to a state by the shortest way, and reports whether it was `reached`. */
bool go(struct hostile *hostile, const char *state);

/* Sends what is made, and takes the answer if there must be one. False: the monitor has ended the
 * connection. */
bool ask(struct hostile *hostile);

/* Does nothing any more, and never leaves. */
void wait_for_ever(void);

/* The generator: fuzz SEED COUNT [starttls]. */
void do_fuzz(struct hostile *hostile, char **words);

/* Asks for STARTTLS, from any state, and ends as a session of ours does; another one goes on. */
void leave(struct hostile *hostile);

/* leave STATE [HOW [OCTETS]]: the same, or with something that no session of ours does. */
void do_leave(struct hostile *hostile, char **words);

/* promoted MECHANISM TOKEN MILLISECONDS: logs in, begins a transaction, and leaves after a while.
 */
void do_promoted(struct hostile *hostile, char **words);

/* early REQUEST SHAPE, by the realm of the settings: a record while postern-tls shakes hands.
 * False: the settings have no such order. */
bool do_too_early(struct hostile *hostile);

#endif

/* The hostile session's generator: records without end that are well formed and in turn, so that
 * the monitor lives, and hostile in all that they say; then one that may be anything.
 * Runs in: tests, within the session's jail. Trusts: its driver. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "tests/hostile.h"

enum {
	LOGINS_MAX = 2,   /* a second failed one costs a second */
	REFUSED_MAX = 95, /* of 200, in each of two sessions */
	TOKENS_MAX = 12,
	RECIPIENTS = 8 /* of which headers are made */
};

/* Recipients that were accepted, for headers that name them. */
struct accepted {
	char list[RECIPIENTS][ADDRESS_MAX + 1];
	size_t count;
};

static size_t below(struct hostile *hostile, size_t limit)
{
	return random_below(&hostile->seed, limit);
}

static void garbage(struct hostile *hostile, char *room, size_t len)
{
	for (size_t i = 0; i < len; i++)
		room[i] = (char)below(hostile, 256);
}

/* A string of random octets, and random octets behind its NUL. */
static void string(struct hostile *hostile, char *room, size_t size, size_t least)
{
	garbage(hostile, room, size);
	for (size_t i = 0; i < size; i++)
		if (room[i] == '\0')
			room[i] = '\r';
	room[least + below(hostile, size - least)] = '\0';
}

/* An address of any octets that one may have, in a field whose rest is garbage. */
static void address(struct hostile *hostile, char *room, enum address_role role)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789"
				     ".!#$%&'*+-/=?^_`{|}~\"<>,;:()\\ ";
	static const char *const domains[] = {"away.example", "a.b.c.d.e.f",
		"xn--bcher-kva.example", "-a.example", "1.2", "office.example", "a"};
	char made[ADDRESS_MAX + 1];
	do {
		TEXT(text, ADDRESS_MAX + 1);
		size_t len = 1 + below(hostile, below(hostile, 20) == 0 ? 64 : 8);
		/* A set that is soon left again for an address that is fine. */
		size_t set = below(hostile, 4) == 0 ? sizeof octets - 1 : 42;
		for (size_t i = 0; i < len; i++)
			text_octet(&text, octets[below(hostile, set)]);
		text_octet(&text, '@');
		text_add(&text, domains[below(hostile, sizeof domains / sizeof *domains)]);
		text_copy(made, sizeof made, text_string(&text));
	} while (address_check(made, role) != ADDRESS_FINE);
	if (below(hostile, 30) == 0)
		text_copy(made, sizeof made, role == ADDRESS_SENDER ? "" : "postmaster");
	garbage(hostile, room, ADDRESS_MAX + 1);
	memcpy(room, made, strlen(made) + 1);
}

/* Text of a message: a header that names the recipients, or nearly; or any octets but CR and NUL.
 */
static void vary_text(struct hostile *hostile, const struct accepted *accepted)
{
	static const char *const beginnings[] = {
		"To: ", "Cc: ", "Bcc: ", "To:", "to : ", "Resent-To: "};
	static const char *const endings[] = {
		"\n", "\n\n", ", evil@away.example\n\n", ",\n", "\n x\n", " (\n)\n\n", ">\n", ""};
	struct text text = {hostile->made.room + 1, 0, WIRE_TEXT_MAX, false};
	size_t kind = below(hostile, 4);
	if (kind < 2) {
		text_add(&text, beginnings[kind == 0 ? 0 : below(hostile, 6)]);
		for (size_t i = 0; i < accepted->count; i++) {
			text_add(&text, i > 0 ? ", " : "");
			text_add(&text, accepted->list[i]);
		}
		text_add(&text, endings[kind == 0 ? 1 : below(hostile, 8)]);
	}
	size_t len = below(hostile, 50) == 0 ? text.max - 1 : 1 + below(hostile, 200);
	while (text.len < len)
		text_octet(&text, (char)(below(hostile, 8) == 0 ? '\n' : below(hostile, 256)));
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '\r' || text.at[i] == '\0')
			text.at[i] = '\n';
	/* Only at the very end must a line have ended, and any record may be the last. */
	text.at[text.len - 1] = '\n';
	hostile->len = 1 + text.len;
}

static void vary_token(struct hostile *hostile, size_t head)
{
	size_t len = 1 + below(hostile, below(hostile, 20) == 0 ? WIRE_TOKEN_MAX : 60);
	static const char base64[] = "ABCDabcd0123+/==";
	/* \0known\0wrong, \0other\0right, \0known\0, known, wrong; what cancels, what is empty. */
	static const char *const words[] = {"AGtub3duAHdyb25n", "AG90aGVyAHJpZ2h0",
		"AGtub3duAA==", "a25vd24=", "d3Jvbmc=", "*", "="};
	bool any = below(hostile, 2) == 0;
	for (size_t i = 0; i < len; i++)
		hostile->made.room[head + i] =
			any ? (char)below(hostile, 256) : base64[below(hostile, 16)];
	hostile->len = head + len;
	size_t word = below(hostile, 2 * sizeof words / sizeof *words);
	if (word < sizeof words / sizeof *words) {
		hostile->len = head;
		add_octets(hostile, words[word]);
	}
}

/* Makes the well-formed record hostile in what it says. */
static void vary(struct hostile *hostile, const struct accepted *accepted)
{
	union record *made = &hostile->made;
	switch ((enum request)made->type) {
	case REQUEST_hello:
		made->hello.extended = (uint8_t)below(hostile, 256);
		string(hostile, made->hello.name, sizeof made->hello.name, 1);
		break;
	case REQUEST_login:
		made->login.mechanism = below(hostile, 2) ? MECHANISM_PLAIN : MECHANISM_LOGIN;
		made->login.present = (uint8_t)(below(hostile, 2) * (1 + below(hostile, 255)));
		if (made->login.present)
			vary_token(hostile, sizeof made->login);
		break;
	case REQUEST_token:
		made->token.present = (uint8_t)below(hostile, 256);
		vary_token(hostile, sizeof made->token);
		break;
	case REQUEST_mail:
		made->mail.has_size = (uint8_t)below(hostile, 256);
		made->mail.size = below(hostile, 300000);
		if (below(hostile, 10) == 0)
			garbage(hostile, (char *)&made->mail.size, sizeof made->mail.size);
		address(hostile, made->mail.sender, ADDRESS_SENDER);
		break;
	case REQUEST_rcpt: address(hostile, made->rcpt.recipient, ADDRESS_RECIPIENT); break;
	case REQUEST_text: vary_text(hostile, accepted); break;
	case REQUEST_log:
		do
			made->log.event = (uint8_t)below(hostile, EVENTS);
		while (!log_of_session((enum event)made->log.event));
		string(hostile, made->log.value, sizeof made->log.value, 0);
		break;
	case REQUEST_bye:
		made->bye.reason = (uint8_t)below(hostile, BYES);
		garbage(hostile, (char *)&made->bye.in, sizeof made->bye.in);
		garbage(hostile, (char *)&made->bye.out, sizeof made->bye.out);
		break;
	default: break;
	}
}

/* How often a question is asked where it is legal. What is not named here is asked as well. */
static size_t weight(const struct hostile *hostile, enum request request)
{
	switch (request) {
	case REQUEST_hello: return 4;
	case REQUEST_login:
		return hostile->offered != 0 && hostile->logins < LOGINS_MAX &&
				       below((struct hostile *)(uintptr_t)hostile, 40) == 0
			       ? 4
			       : 0;
	case REQUEST_token: return 8;
	case REQUEST_mail: return hostile->refused < REFUSED_MAX ? 12 : 0;
	case REQUEST_rcpt: return 24;
	case REQUEST_data: return 6;
	case REQUEST_text:
		return hostile->text + WIRE_TEXT_MAX <= hostile->start->settings->message_size_limit
			       ? 24
			       : 0;
	case REQUEST_commit: return hostile->refused < REFUSED_MAX ? 1 : 0;
	case REQUEST_log: return hostile->logs < WIRE_LOGS_MAX ? 1 : 0;
	case REQUEST_starttls: /* by order alone, at the end */
	case REQUEST_bye: return 0;
	default: return 2;
	}
}

/* A question that is legal now. */
static enum request choose(struct hostile *hostile)
{
	size_t weights[REQUESTS] = {0}, all = 0;
	for (size_t i = 1; i < REQUESTS; i++) {
		if ((question(i)->when & hostile->state) != 0)
			weights[i] = weight(hostile, (enum request)i);
		all += weights[i];
	}
	size_t at = below(hostile, all), chosen = 1;
	while (at >= weights[chosen])
		at -= weights[chosen++];
	return (enum request)chosen;
}

/* What is counted, so that nothing but the last record is a breach. */
static void count(struct hostile *hostile, enum request request, struct accepted *accepted)
{
	hostile->logins += request == REQUEST_login;
	hostile->logs += request == REQUEST_log;
	if (request == REQUEST_text)
		hostile->text += hostile->len - 1;
	if (hostile->state == IDLE || hostile->state == MAIL)
		accepted->count = 0;
	if (request == REQUEST_rcpt && hostile->reply == REPLY_RECIPIENT_OK &&
		accepted->count < RECIPIENTS)
		memcpy(accepted->list[accepted->count++], hostile->made.rcpt.recipient,
			sizeof *accepted->list);
}

/* Leaves for STARTTLS, from wherever it is; the next session is as hostile. */
static void leave_talking(struct hostile *hostile, const struct accepted *accepted)
{
	if (hostile->state == LOGIN) {
		make(hostile, REQUEST_token);
		add_octets(hostile, "*");
		ask(hostile);
	}
	if (hostile->state == DATA)
		ask_plainly(hostile, REQUEST_reset);
	ask_plainly(hostile, REQUEST_starttls);
	while (below(hostile, 3) > 0 && hostile->logs++ < WIRE_LOGS_MAX) {
		make(hostile, REQUEST_log);
		vary(hostile, accepted);
		ask(hostile);
	}
	leave(hostile);
}

/* fuzz SEED COUNT: so many records; then good-bye, STARTTLS, or a record that may be anything. */
void do_fuzz(struct hostile *hostile, char **words)
{
	static struct accepted accepted;
	unsigned long long seed = 0, most = 0;
	text_to_number(words[0], ~0ULL, &seed);
	text_to_number(words[1], ~0ULL, &most);
	hostile->seed = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	while (hostile->sent < most) {
		enum request request = choose(hostile);
		make(hostile, request);
		vary(hostile, &accepted);
		if (!ask(hostile))
			return;
		count(hostile, request, &accepted);
	}
	report_number(hostile, "sent", hostile->sent);
	if (strcmp(words[2], "starttls") == 0)
		leave_talking(hostile, &accepted);
	make(hostile, REQUEST_bye);
	if (below(hostile, 2) == 0)
		vary(hostile, &accepted);
	else
		shape_record(hostile, below(hostile, below(hostile, 2) ? 256 : REQUESTS),
			(enum shape)below(hostile, SHAPES), (uint8_t)below(hostile, 256));
	const char *what = expected(hostile);
	report(hostile, "expect", what);
	if (strcmp(what, "gone") == 0)
		tell(hostile);
	else
		ask(hostile);
}

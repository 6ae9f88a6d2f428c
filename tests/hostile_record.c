/* What the hostile session sends and hears: any record in any shape, what must come of it, and
 * where the connection stands by what the monitor answered.
 *
 * The questions, their states and their lengths are read from base/requests.def, so that a new
 * one is attacked as soon as it stands there.
 * Runs in: tests, within the session's jail. Trusts: its driver. */
#include "tests/hostile.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* --- talking to the driver --- */

void report(const struct hostile *hostile, const char *word, const char *value)
{
	TEXT(line, 1024);
	text_add(&line, word);
	text_octet(&line, ' ');
	text_add(&line, value);
	text_octet(&line, '\n');
	for (size_t done = 0; done < line.len;) {
		ssize_t wrote = write(hostile->start->out, line.at + done, line.len - done);
		if (wrote <= 0)
			return;
		done += (size_t)wrote;
	}
}

void report_number(const struct hostile *hostile, const char *word, unsigned long long number)
{
	TEXT(digits, 24);
	text_number(&digits, number);
	report(hostile, word, text_string(&digits));
}

/* --- records --- */

static const struct question questions[REQUESTS] = {
#define REQUEST(name, when, record, most) [REQUEST_##name] = {#name, when, sizeof(record), most},
#include "base/requests.def"
#undef REQUEST
};

const struct question *question(size_t number)
{
	return &questions[number];
}

static const struct {
	const char *name;
	enum state state;
} states[] = {{"start", START}, {"idle", IDLE}, {"mail", MAIL}, {"rcpt", RCPT}, {"data", DATA},
	{"login", LOGIN}, {"leaving", LEAVING}};

enum { STATES = sizeof states / sizeof *states };

void add_octets(struct hostile *hostile, const char *octets)
{
	memcpy(hostile->made.room + hostile->len, octets, strlen(octets));
	hostile->len += strlen(octets);
}

void make(struct hostile *hostile, enum request request)
{
	union record *made = &hostile->made;
	memset(made->room, 0, questions[request].len);
	hostile->len = questions[request].len;
	made->type = (uint8_t)request;
	switch (request) {
	case REQUEST_hello:
		made->hello.extended = 1;
		text_copy(made->hello.name, sizeof made->hello.name, "hostile.example");
		break;
	case REQUEST_login: made->login.mechanism = MECHANISM_PLAIN; break;
	case REQUEST_mail:
		text_copy(made->mail.sender, sizeof made->mail.sender, "sender@office.example");
		break;
	case REQUEST_rcpt:
		text_copy(made->rcpt.recipient, sizeof made->rcpt.recipient, "to@away.example");
		break;
	case REQUEST_text: add_octets(hostile, "Subject: text\n\ntext\n"); break;
	case REQUEST_log:
		made->log.event = EVENT_syntax;
		text_copy(made->log.value, sizeof made->log.value, "value");
		break;
	default: break;
	}
}

/* What an answer says of where the connection stands, and of what was accepted. */
static void note(struct hostile *hostile, enum request request, enum reply reply)
{
	enum state before = hostile->state;
	switch (request) {
	case REQUEST_mail:
		if (reply == REPLY_SENDER_OK) {
			report(hostile, "sender", hostile->made.mail.sender);
			hostile->state = MAIL;
		}
		break;
	case REQUEST_rcpt:
		if (reply == REPLY_RECIPIENT_OK) {
			report(hostile, "recipient", hostile->made.rcpt.recipient);
			hostile->state = RCPT;
		}
		break;
	case REQUEST_data:
		hostile->state = reply == REPLY_SEND_DATA ? DATA : IDLE;
		hostile->text = 0;
		break;
	case REQUEST_login:
	case REQUEST_token:
		if (reply != REPLY_CHALLENGE)
			report_number(hostile, "login", reply_facts(reply)->code);
		hostile->state = reply == REPLY_CHALLENGE ? LOGIN : IDLE;
		break;
	case REQUEST_commit: report_number(hostile, "committed", reply_facts(reply)->code); break;
	case REQUEST_starttls:
		if (reply == REPLY_START_TLS) {
			report(hostile, "dropped", "");
			hostile->state = LEAVING;
			hostile->offered = 0;
		}
		break;
	default: break;
	}
	if (request == REQUEST_hello || request == REQUEST_commit ||
		(request == REQUEST_reset && before != START)) {
		report(hostile, "dropped", "");
		hostile->state = IDLE;
	}
	hostile->refused += request == REQUEST_mail && reply != REPLY_SENDER_OK;
	hostile->refused += request == REQUEST_commit && reply != REPLY_SENT;
}

static bool over(struct hostile *hostile)
{
	hostile->over = true;
	return false;
}

/* Takes the answer to the question in hand. False: the monitor has ended the connection. */
static bool receive(struct hostile *hostile)
{
	enum request request = (enum request)hostile->made.type;
	struct pollfd wire = {hostile->start->wire, POLLIN, 0};
	enum wire_end end;
	if (deadline_poll(&wire, 1, deadline_in(ANSWER_S)) <= 0) {
		report(hostile, "odd", "no answer");
		return over(hostile);
	}
	size_t len = wire_receive(hostile->start->wire, &hostile->got, sizeof hostile->got, &end);
	if (end != WIRE_FINE)
		return over(hostile);
	const struct wire_answer *answer = &hostile->got.answer;
	bool hello = request == REQUEST_hello && hostile->got.type == WIRE_OFFER;
	bool good = hello ? len == sizeof(struct wire_offer)
			  : len >= sizeof *answer && (hostile->got.type == WIRE_ANSWER ||
							     hostile->got.type == WIRE_FAREWELL);
	hostile->reply = (enum reply)(hello ? hostile->got.offer.reply : answer->reply);
	if (hello)
		hostile->offered = hostile->got.offer.mechanisms;
	if (!good || hostile->reply == GO_ON || hostile->reply >= REPLIES) {
		report(hostile, "odd", "answer");
		return over(hostile);
	}
	if (hostile->got.type == WIRE_FAREWELL) {
		report_number(hostile, "farewell", reply_facts(hostile->reply)->code);
		return over(hostile);
	}
	note(hostile, request, hostile->reply);
	return true;
}

static bool answered(uint8_t type)
{
	return type != REQUEST_text && type != REQUEST_alive && type != REQUEST_log &&
	       type != REQUEST_bye;
}

bool tell(struct hostile *hostile)
{
	hostile->sent++;
	return wire_send(hostile->start->wire, &hostile->made, hostile->len, NULL, 0) == WIRE_FINE;
}

bool ask(struct hostile *hostile)
{
	if (hostile->over || !tell(hostile))
		return over(hostile);
	return !answered(hostile->made.type) || receive(hostile);
}

bool ask_plainly(struct hostile *hostile, enum request request)
{
	make(hostile, request);
	return ask(hostile);
}

/* --- where it goes --- */

/* A question by its name, or any type by its number. */
size_t named(const char *word)
{
	unsigned long long number = 0;
	if (text_to_number(word, 255, &number))
		return (size_t)number;
	for (size_t i = 1; i < REQUESTS; i++)
		if (strcmp(questions[i].name, word) == 0)
			return i;
	return REQUEST_none;
}

static enum state state_named(const char *name)
{
	for (size_t i = 0; i < STATES; i++)
		if (strcmp(states[i].name, name) == 0)
			return states[i].state;
	return ALWAYS;
}

bool go(struct hostile *hostile, const char *name)
{
	static const enum request way[] = {REQUEST_mail, REQUEST_rcpt, REQUEST_data};
	enum state goal = state_named(name);
	if (goal != START)
		ask_plainly(hostile, REQUEST_hello);
	if (goal == LOGIN)
		ask_plainly(hostile, REQUEST_login);
	if (goal == LEAVING)
		ask_plainly(hostile, REQUEST_starttls);
	for (size_t i = 0; goal < LOGIN && goal > IDLE && hostile->state != goal && i < 3; i++)
		ask_plainly(hostile, way[i]);
	report(hostile, hostile->state == goal ? "reached" : "odd", name);
	return hostile->state == goal;
}

/* --- one record --- */

static const char *const shapes[SHAPES] = {
	[EXACT] = "exact",
	[SHORT] = "short",
	[LONG] = "long",
	[LONGEST] = "longest",
	[BARE] = "bare",
	[EMPTY] = "empty",
	[ZEROS] = "zeros",
	[ONES] = "ones",
	[ANYTHING] = "anything",
	[HUGE_ONE] = "huge",
	[VALUE] = "value",
	[CR] = "cr",
	[NUL] = "nul",
	[CRLF] = "crlf",
};

static void fill(struct hostile *hostile, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		hostile->made.room[i] = (char)random_below(&hostile->seed, 256);
}

void shape_record(struct hostile *hostile, size_t type, enum shape shape, uint8_t value)
{
	char *room = hostile->made.room;
	enum request like = type > 0 && type < REQUESTS ? (enum request)type : REQUEST_hello;
	make(hostile, like);
	size_t good = hostile->len, len = questions[like].len;
	switch (shape) {
	case SHORT: hostile->len = len - 1; break;
	case LONG: hostile->len = len + questions[like].most + 1; break;
	case LONGEST: hostile->len = len + questions[like].most; break;
	case BARE: hostile->len = 1; break;
	case EMPTY: hostile->len = 0; break;
	case ZEROS: memset(room, 0, good); break;
	case ONES: memset(room, 0xff, good); break;
	case ANYTHING: fill(hostile, 0, good); break;
	case HUGE_ONE: hostile->len = sizeof hostile->made; break;
	case VALUE: room[1] = (char)value; break;
	case CR: add_octets(hostile, "\rmore\n"); break;
	case CRLF: add_octets(hostile, "line\r\n"); break;
	case NUL: room[hostile->len++] = '\0'; break;
	default: break;
	}
	if (hostile->len > good)
		memset(room + good, 'A', hostile->len - good);
	if (shape == CR || shape == CRLF)
		room[hostile->len - 2] = '\r';
	if (shape == NUL)
		room[hostile->len - 1] = '\0';
	if (type == REQUEST_login && shape == LONGEST)
		hostile->made.login.present = value != 1;
	room[0] = (char)type;
}

bool starttls_is_offered(const struct hostile *hostile)
{
	return !hostile->start->tls && hostile->start->settings->tls_certificate[0] != '\0';
}

static bool is_string(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

static const char *bad_sender(const struct hostile *hostile)
{
	const char *sender = hostile->made.mail.sender;
	if (!is_string(sender, ADDRESS_MAX + 1) || address_check(sender, ADDRESS_SENDER) != 0)
		return "bad sender";
	return hostile->start->settings->tls_required && !hostile->start->tls
		       ? "a sender before TLS"
		       : NULL;
}

/* One that leaves for STARTTLS is fine where STARTTLS was answered, and only there. */
static const char *bad_bye(const struct hostile *hostile)
{
	uint8_t reason = hostile->made.bye.reason;
	if (reason >= BYES)
		return "bad bye";
	return reason == BYE_STARTTLS && hostile->state != LEAVING ? "left for STARTTLS out of turn"
								   : NULL;
}

/* What is wrong with the record's content, if its length and its time are right. */
static const char *bad_content(const struct hostile *hostile)
{
	const union record *made = &hostile->made;
	size_t more = hostile->len - questions[made->type].len;
	const char *octets = made->room + questions[made->type].len;
	switch ((enum request)made->type) {
	case REQUEST_hello:
		return is_string(made->hello.name, 256) && *made->hello.name ? NULL : "bad hello";
	case REQUEST_login:
		return mechanism_in(hostile->offered, made->login.mechanism) &&
				       (made->login.present != 0) == (more > 0)
			       ? NULL
			       : "bad login";
	case REQUEST_mail: return bad_sender(hostile);
	case REQUEST_rcpt:
		return is_string(made->rcpt.recipient, ADDRESS_MAX + 1) &&
				       address_check(made->rcpt.recipient, ADDRESS_RECIPIENT) == 0
			       ? NULL
			       : "bad recipient";
	case REQUEST_text:
		return more > 0 && !memchr(octets, '\r', more) && !memchr(octets, '\0', more)
			       ? NULL
			       : "bad text";
	case REQUEST_log:
		return hostile->logs < WIRE_LOGS_MAX && log_of_session(made->log.event) &&
				       is_string(made->log.value, WIRE_LOG_VALUE)
			       ? NULL
			       : "bad log record";
	case REQUEST_bye: return bad_bye(hostile);
	case REQUEST_starttls:
		return starttls_is_offered(hostile) ? NULL : "STARTTLS where none was offered";
	default: return NULL;
	}
}

const char *expected(const struct hostile *hostile)
{
	size_t type = hostile->made.type, len = hostile->len;
	if (len == 0)
		return "gone";
	if (len > sizeof((struct monitor *)NULL)->record)
		return "no whole record, or one with descriptors";
	if (type == 0 || type >= REQUESTS)
		return "no such question";
	if (len < questions[type].len || len > questions[type].len + questions[type].most)
		return "wrong length";
	if ((questions[type].when & hostile->state) == 0)
		return "out of turn";
	const char *bad = bad_content(hostile);
	return bad                   ? bad
	       : type == REQUEST_bye ? hostile->made.bye.reason == BYE_STARTTLS ? "leaves" : "bye"
	       : answered((uint8_t)type) ? "answer"
					 : "nothing";
}

enum shape shape_named(const char *word)
{
	size_t shape = 0;
	while (shape + 1 < SHAPES && strcmp(shapes[shape], word) != 0)
		shape++;
	return (enum shape)shape;
}

/* The fields that we add to a message. What the client said of itself stands in one of them, made
 * harmless: it must neither end the line nor look like anything that we say.
 * Runs in: monitor. Trusts: the recipient and the sender, which address_check() has passed. */
#include "monitor/trace.h"

#include <string.h>

enum { HELLO_MAX = 100 /* keeps the line well under 200 octets */ };

static void two_digits(struct text *text, int number)
{
	text_octet(text, (char)('0' + number / 10 % 10));
	text_octet(text, (char)('0' + number % 10));
}

/* RFC 5322 3.3, in local time. strftime() would speak the locale's language. */
static void date(time_t now, struct text *text)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = {.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
	localtime_r(&now, &tm);
	long offset = tm.tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
	text_add(text, days[tm.tm_wday]);
	text_add(text, ", ");
	two_digits(text, tm.tm_mday);
	text_octet(text, ' ');
	text_add(text, months[tm.tm_mon]);
	text_octet(text, ' ');
	text_number(text, (unsigned)(tm.tm_year + 1900));
	text_octet(text, ' ');
	two_digits(text, tm.tm_hour);
	text_octet(text, ':');
	two_digits(text, tm.tm_min);
	text_octet(text, ':');
	two_digits(text, tm.tm_sec);
	text_add(text, offset < 0 ? " -" : " +");
	two_digits(text, (int)(size / 60));
	two_digits(text, (int)(size % 60));
}

static void harmless(struct text *text, const char *hello)
{
	for (size_t i = 0; i < HELLO_MAX && hello[i] != '\0'; i++) {
		bool fine = (hello[i] >= 'a' && hello[i] <= 'z') ||
			    (hello[i] >= 'A' && hello[i] <= 'Z') ||
			    (hello[i] >= '0' && hello[i] <= '9') ||
			    strchr(".-_:[]", hello[i]) != NULL;
		text_octets(text, fine ? &hello[i] : "?", 1);
	}
}

/* The client's name, and its address as RFC 5321 4.4 wants it; a comment where there is none. */
static void from(const struct trace *trace, struct text *text)
{
	if (trace->hidden) {
		text_add(text, "localhost");
		return;
	}
	if (trace->hello[0] == '\0')
		text_add(text, "unknown");
	harmless(text, trace->hello);
	text_add(text, " (");
	if (trace->client->known)
		text_add(text, trace->client->v4 ? "[" : "[IPv6:");
	ip_print(trace->client, text);
	text_add(text, trace->client->known ? "])" : ")");
}

/* RFC 8314 4.3: the cipher by its registered name; the version, which that does not tell, as a
 * comment. */
static void tls(const struct wire_facts *facts, struct text *text)
{
	text_add(text, "\n\ttls ");
	text_add(text, facts->cipher);
	text_add(text, " (TLS 1.");
	text_number(text, facts->version - 10U);
	text_octet(text, ')');
}

void trace_received(const struct trace *trace, struct text *text)
{
	/* RFC 3848; of HELO there are no such words. */
	static const char *const protocols[2][2] = {{"ESMTP", "ESMTPA"}, {"ESMTPS", "ESMTPSA"}};
	const char *protocol = protocols[trace->tls != NULL][trace->login];
	text_add(text, "Received: from ");
	from(trace, text);
	text_add(text, "\n\tby ");
	text_add(text, trace->hostname);
	text_add(text, " (Postern) with ");
	text_add(text, trace->extended ? protocol : "SMTP");
	text_add(text, " id ");
	text_add(text, trace->id);
	if (trace->recipient != NULL) {
		text_add(text, "\n\tfor <");
		text_add(text, trace->recipient);
		text_octet(text, '>');
	}
	if (trace->tls != NULL)
		tls(trace->tls, text);
	text_add(text, trace->recipient != NULL && trace->tls == NULL ? "; " : ";\n\t");
	date(trace->now, text);
	text_octet(text, '\n');
}

void trace_message_id(const struct trace *trace, struct text *text)
{
	text_add(text, "Message-ID: <");
	text_add(text, trace->id);
	text_octet(text, '.');
	text_number(text, trace->message);
	text_octet(text, '.');
	text_number(text, (unsigned long long)trace->now);
	text_octet(text, '@');
	text_add(text, trace->hostname);
	text_add(text, ">\n");
}

void trace_date(const struct trace *trace, struct text *text)
{
	text_add(text, "Date: ");
	date(trace->now, text);
	text_octet(text, '\n');
}

void trace_from(const struct trace *trace, const char *sender, struct text *text)
{
	text_add(text, "From: <");
	text_add(text, sender);
	if (sender[0] == '\0') {
		text_add(text, "MAILER-DAEMON@");
		text_add(text, trace->hostname);
	}
	text_add(text, ">\n");
}

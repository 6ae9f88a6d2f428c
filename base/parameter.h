/* The parameters behind a path: SIZE, BODY, AUTH and xtext.
 * Runs in: session. Trusts: nothing; pure. */
#ifndef BASE_PARAMETER_H
#define BASE_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

/* One parameter as it stood in the line. `value` is "" where there was no "=". */
struct parameter {
	char keyword[65];
	char value[513];
	bool has_value;
};

enum parameter_step { PARAMETER_NONE, PARAMETER_ONE, PARAMETER_MALFORMED };

/* Takes the next parameter at *rest (RFC 5321 4.1.2: SP esmtp-keyword ["=" esmtp-value]) and moves
 * *rest behind it. PARAMETER_NONE at the end of the line (trailing blanks do not count);
 * PARAMETER_MALFORMED for what the grammar does not know, and for a keyword over 64 or a value over
 * 512 octets. */
enum parameter_step parameter_next(const char **rest, struct parameter *parameter);

/* SIZE's value (RFC 1870: 1 to 20 digits) to a number of octets. A number that 64 bits do not hold
 * is ULLONG_MAX, which is over every limit. False: no number. */
bool parameter_size(const char *value, unsigned long long *octets);

/* BODY's value (RFC 6152): 7BIT or 8BITMIME in any case of letters. */
bool parameter_body(const char *value);

/* Whether the value is xtext (RFC 3461 4): printable octets but "+" and "=", and "+" with two
 * upper-case hexadecimal digits. */
bool parameter_xtext(const char *value);

#endif

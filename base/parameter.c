/* The parameters behind a path, by RFC 5321's grammar and each one's own.
 * Runs in: session. Trusts: nothing; pure. */
#include "base/parameter.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"

static size_t keyword_len(const char *at)
{
	size_t len = 0;
	while (text_letter_or_digit(at[len]) || (len > 0 && at[len] == '-'))
		len++;
	return len;
}

static size_t value_len(const char *at)
{
	size_t len = 0;
	while (at[len] >= '!' && at[len] <= '~' && at[len] != '=')
		len++;
	return len;
}

/* False if there is none or it does not fit. */
static bool copy(char *array, size_t size, const char *from, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(array, from, len);
	array[len] = '\0';
	return true;
}

enum parameter_step parameter_next(const char **rest, struct parameter *parameter)
{
	const char *at = *rest + strspn(*rest, " ");
	*parameter = (struct parameter){0};
	if (*at == '\0') {
		*rest = at;
		return PARAMETER_NONE;
	}
	size_t len = keyword_len(at);
	if (at == *rest || !copy(parameter->keyword, sizeof parameter->keyword, at, len))
		return PARAMETER_MALFORMED;
	at += len;
	if (*at == '=') {
		len = value_len(++at);
		if (!copy(parameter->value, sizeof parameter->value, at, len))
			return PARAMETER_MALFORMED;
		parameter->has_value = true;
		at += len;
	}
	if (*at != ' ' && *at != '\0')
		return PARAMETER_MALFORMED;
	*rest = at;
	return PARAMETER_ONE;
}

bool parameter_size(const char *value, unsigned long long *octets)
{
	size_t len = strspn(value, "0123456789");
	if (len == 0 || len > 20 || value[len] != '\0')
		return false;
	if (!text_to_number(value, ULLONG_MAX, octets))
		*octets = ULLONG_MAX;
	return true;
}

bool parameter_body(const char *value)
{
	return text_same(value, "7BIT") || text_same(value, "8BITMIME");
}

static bool upper_hex(char octet)
{
	return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'F');
}

bool parameter_xtext(const char *value)
{
	/* Hexadecimal digits are no less printable when their turn comes. */
	for (; *value != '\0'; value++) {
		if (*value < '!' || *value > '~' || *value == '=')
			return false;
		if (*value == '+' && (!upper_hex(value[1]) || !upper_hex(value[2])))
			return false;
	}
	return true;
}

/* The one bounded buffer, and the few string functions that everybody needs without a locale.
 * Runs in: every process. Trusts: nothing. */
#include "base/text.h"

#include <string.h>

void text_clear(struct text *text)
{
	text->len = 0;
	text->cut = false;
}

void text_octets(struct text *text, const void *octets, size_t len)
{
	/* max counts the NUL's octet: what is left for content is max - 1 - len. */
	if (text->max == 0 || len > text->max - 1 - text->len) {
		text->cut = true;
		return;
	}
	if (len > 0)
		memcpy(text->at + text->len, octets, len);
	text->len += len;
}

void text_add(struct text *text, const char *string)
{
	text_octets(text, string, strlen(string));
}

void text_octet(struct text *text, char octet)
{
	text_octets(text, &octet, 1);
}

void text_number(struct text *text, unsigned long long number)
{
	char digits[20];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	text_octets(text, digits + at, sizeof digits - at);
}

void text_hex(struct text *text, unsigned long long number, unsigned digits)
{
	char hex[16];
	size_t at = sizeof hex;
	do {
		hex[--at] = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (at > 0 && (number > 0 || sizeof hex - at < digits));
	text_octets(text, hex + at, sizeof hex - at);
}

const char *text_string(struct text *text)
{
	text->at[text->len] = '\0';
	return text->at;
}

bool text_copy(char *array, size_t size, const char *string)
{
	size_t len = strlen(string);
	memset(array, 0, size);
	if (len >= size)
		return false;
	memcpy(array, string, len + 1);
	return true;
}

static int lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

bool text_same(const char *a, const char *b)
{
	for (; *a != '\0' && lower(*a) == lower(*b); a++, b++)
		;
	return *a == '\0' && *b == '\0';
}

bool text_letter_or_digit(char octet)
{
	return (lower(octet) >= 'a' && lower(octet) <= 'z') || (octet >= '0' && octet <= '9');
}

const char *text_behind(const char *string, const char *prefix)
{
	for (; *prefix != '\0'; string++, prefix++)
		if (lower(*string) != lower(*prefix))
			return NULL;
	return string;
}

bool text_to_number(const char *string, unsigned long long most, unsigned long long *number)
{
	unsigned long long value = 0;
	if (*string == '\0')
		return false;
	for (; *string != '\0'; string++) {
		if (*string < '0' || *string > '9')
			return false;
		unsigned digit = (unsigned)(*string - '0');
		if (digit > most || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

void text_wipe(void *memory, size_t len)
{
	explicit_bzero(memory, len);
}

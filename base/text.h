/* The one bounded buffer: over the caller's array, with a flag that is asked once at the end.
 * Runs in: every process. Trusts: nothing; what does not fit sets .cut and is left out. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* `at` has room for max octets, of which one is kept for the NUL that text_string() needs. */
struct text {
	char *at;
	size_t len, max;
	bool cut;
};

/* Declares an empty text of `size` octets (the NUL's among them) in the caller's frame. */
#define TEXT(name, size)                                                                           \
	char name##_room[size];                                                                    \
	struct text name = {name##_room, 0, sizeof name##_room, false}

/* A text over an array that stands elsewhere, in a struct for instance. */
#define TEXT_OVER(array) ((struct text){(array), 0, sizeof(array), false})

/* Empties the text and forgets that it was cut. */
void text_clear(struct text *text);

/* Appends octets. If they do not all fit, nothing is appended and .cut is set. */
void text_octets(struct text *text, const void *octets, size_t len);

/* Appends a NUL-terminated string, by the rule of text_octets(). */
void text_add(struct text *text, const char *string);

/* Appends one octet, by the rule of text_octets(). */
void text_octet(struct text *text, char octet);

/* Appends a number in decimal digits, by the rule of text_octets(). */
void text_number(struct text *text, unsigned long long number);

/* Appends a number in lower-case hexadecimal, at least `digits` long, by the rule of text_octets().
 */
void text_hex(struct text *text, unsigned long long number, unsigned digits);

/* The text as a string: writes the NUL behind it (there is always room) and returns the array. */
const char *text_string(struct text *text);

/* Copies a string into an array of `size` octets and fills the rest with NULs, so that no octet of
 * an earlier content crosses a wire. Returns false, the array all NULs, if it does not fit. */
bool text_copy(char *array, size_t size, const char *string);

/* Whether two strings are the same but for the case of ASCII letters. No locale is asked. */
bool text_same(const char *a, const char *b);

/* Whether the octet is an ASCII letter or digit. */
bool text_letter_or_digit(char octet);

/* If `string` begins with `prefix` (ASCII case not counted), what stands behind it, else NULL. */
const char *text_behind(const char *string, const char *prefix);

/* Reads decimal digits, all of the string and at least one, into *number. Returns false for
 * anything else and for what is above `most`. */
bool text_to_number(const char *string, unsigned long long most, unsigned long long *number);

/* Overwrites memory in a way that the compiler may not leave out. */
void text_wipe(void *memory, size_t len);

#endif

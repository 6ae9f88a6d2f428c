/* Numbers that look random and are the same at every run: what fails once fails again. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A number from 0 to `below` - 1; *seed is any number but 0, and moves on. */
static inline size_t random_below(uint64_t *seed, size_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (size_t)(*seed >> 11) % below;
}

#endif

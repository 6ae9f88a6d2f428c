/* Feeds a message to monitor/header.c whole, octet by octet and in random pieces; it must come out
 * the same each time. Include after cmocka.h. */
#ifndef TESTS_UNIT_HEADER_FEED_H
#define TESTS_UNIT_HEADER_FEED_H

#include <string.h>

#include "monitor/header.h"
#include "tests/unit/random.h"

enum { ROOM = 200000 };

/* What became of a message. */
struct outcome {
	struct header header;
	struct text kept, body;
	char kept_room[ROOM], body_room[ROOM];
};

/* Feeds the message in pieces of 1 to `most` octets. */
static inline void feed_pieces(
	struct outcome *outcome, const char *message, size_t len, size_t limit, size_t most)
{
	static char piece_room[ROOM];
	uint64_t seed = 20261125;
	size_t at = 0;
	const char *rest;
	outcome->kept = TEXT_OVER(outcome->kept_room);
	outcome->body = TEXT_OVER(outcome->body_room);
	header_start(&outcome->header, limit);
	while (at < len && !outcome->header.ended) {
		size_t piece = 1 + random_below(&seed, most);
		if (piece > len - at || most > len)
			piece = len - at;
		/* A text of exactly the room that the header's contract asks for. */
		struct text kept = {piece_room, 0, piece + HEADER_LINE_MAX + 2, false};
		size_t taken = header_feed(&outcome->header, message + at, piece, &kept);
		assert_false(kept.cut);
		assert_true(taken == piece || outcome->header.ended);
		text_octets(&outcome->kept, kept.at, kept.len);
		at += taken;
	}
	struct text last = {piece_room, 0, HEADER_LINE_MAX + 2, false};
	header_end(&outcome->header, &last);
	assert_false(last.cut);
	assert_true(outcome->header.ended);
	assert_int_equal(header_feed(&outcome->header, "x", 1, &last), 0);
	text_octets(&outcome->kept, last.at, last.len);
	size_t held = header_rest(&outcome->header, &rest);
	text_octets(&outcome->body, rest, held);
	text_octets(&outcome->body, message + at, len - at);
	assert_false(outcome->kept.cut || outcome->body.cut);
	text_string(&outcome->kept);
	text_string(&outcome->body);
}

static inline void assert_same(const struct outcome *a, const struct outcome *b)
{
	const struct header *x = &a->header, *y = &b->header;
	assert_int_equal(a->kept.len, b->kept.len);
	assert_memory_equal(a->kept.at, b->kept.at, a->kept.len);
	assert_int_equal(x->fault, y->fault);
	if (x->fault != GO_ON)
		return;
	assert_int_equal(a->body.len, b->body.len);
	assert_memory_equal(a->body.at, b->body.at, a->body.len);
	assert_int_equal(x->unknown, y->unknown);
	assert_int_equal(x->size, y->size);
	assert_int_equal(x->received, y->received);
	assert_true(x->has_to == y->has_to && x->has_cc == y->has_cc &&
		    x->has_from == y->has_from && x->has_date == y->has_date &&
		    x->has_message_id == y->has_message_id);
	assert_string_equal(x->to, y->to);
	assert_string_equal(x->cc, y->cc);
}

static inline const struct outcome *feed_octets(const char *message, size_t len, size_t limit)
{
	static struct outcome whole, pieces;
	feed_pieces(&whole, message, len, limit, ROOM);
	feed_pieces(&pieces, message, len, limit, 1);
	assert_same(&whole, &pieces);
	feed_pieces(&pieces, message, len, limit, 7);
	assert_same(&whole, &pieces);
	feed_pieces(&pieces, message, len, limit, 300);
	assert_same(&whole, &pieces);
	return &whole;
}

static inline const struct outcome *feed(const char *message)
{
	return feed_octets(message, strlen(message), 32000);
}

/* A message in the making, for the limits. */
struct message {
	struct text text;
	char room[ROOM];
};

static inline struct message *message(void)
{
	static struct message one;
	one.text = TEXT_OVER(one.room);
	return &one;
}

static inline void repeat(struct message *message, const char *piece, size_t times)
{
	while (times-- > 0)
		text_add(&message->text, piece);
	assert_false(message->text.cut);
}

/* `begin`, then so many x that the line has `len` octets, then `end`. */
static inline void line_of(struct message *message, const char *begin, size_t len, const char *end)
{
	text_add(&message->text, begin);
	repeat(message, "x", len - strlen(begin));
	text_add(&message->text, end);
}

static inline const struct outcome *feed_made(struct message *message, size_t limit)
{
	return feed_octets(text_string(&message->text), message->text.len, limit);
}

#endif

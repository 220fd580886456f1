#include "ticket/graphql_verdict.h"

#define MOST_COST 1000000

enum key { NONE, DATA, ERRORS, RATE, COST, TYPE, MESSAGE };

static const struct {
	struct hg_str word;
	enum key key;
} keys[] = {
	{ { "data", 4 }, DATA },
	{ { "errors", 6 }, ERRORS },
	{ { "rateLimit", 9 }, RATE },
	{ { "cost", 4 }, COST },
	{ { "type", 4 }, TYPE },
	{ { "message", 7 }, MESSAGE },
};

static struct hg_str word_of(const struct hg_graphql_sight *v)
{
	return (struct hg_str){ v->word, v->n_word };
}

static enum key key_of(const struct hg_graphql_sight *v)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (hg_str_is(word_of(v), keys[i].word))
			return keys[i].key;
	/* GitHub writes no name with an escape; if one should, let it be the worst */
	return v->is_escaped_word && v->depth == 1 ? ERRORS : NONE;
}

static void decide(struct hg_graphql_sight *v, enum hg_graphql_look look)
{
	if (v->look == HG_GRAPHQL_HOLD)
		v->look = look;
}

static void take_message(struct hg_graphql_sight *v)
{
	static const char words[] = "secondary rate";

	if (!v->is_string || !memmem(v->word, v->n_word, words, sizeof(words) - 1))
		return;
	v->is_limit = v->is_secondary = true;
}

static void take_type(struct hg_graphql_sight *v)
{
	v->is_limit |= hg_str_is(word_of(v), HG_STR("RATE_LIMITED")) ||
	               hg_str_is(word_of(v), HG_STR("RATE_LIMIT"));
	v->is_partial |= hg_str_is(word_of(v), HG_STR("RESOURCE_LIMITS_EXCEEDED"));
}

static void take_cost(struct hg_graphql_sight *v)
{
	int64_t cost = 0;

	for (uint32_t i = 0; i < v->n_word; i++) {
		if (v->word[i] < '0' || v->word[i] > '9' || cost > MOST_COST)
			return;
		cost = cost * 10 + (v->word[i] - '0');
	}
	if (!v->is_string && v->n_word && cost <= MOST_COST)
		v->cost = cost;
}

static void begin_word(struct hg_graphql_sight *v, bool is_string)
{
	v->n_word = 0;
	v->is_string = v->in_string = is_string;
	v->is_escaped_word = false;
}

static void add_byte(struct hg_graphql_sight *v, char c)
{
	if (v->n_word < sizeof(v->word))
		v->word[v->n_word++] = c;
}

/* A string, a number or a word stands before what ends it. */
static void take_value(struct hg_graphql_sight *v)
{
	const uint8_t *key = v->keys;

	if (!v->n_word && !v->is_string)
		return; /* a bracket was closed here, or it is empty */
	if (v->depth == 1 && key[1] == DATA) {
		v->has_data |= !hg_str_is(word_of(v), HG_STR("null"));
	} else if (v->depth == 1 && key[1] == ERRORS) {
		v->has_errors |= !hg_str_is(word_of(v), HG_STR("null"));
	} else if (v->depth == 1 && key[1] == MESSAGE) {
		take_message(v);
	} else if (v->depth == 3 && key[1] == ERRORS && key[2] == NONE) {
		if (key[3] == TYPE)
			take_type(v);
		if (key[3] == MESSAGE)
			take_message(v);
	} else if (v->depth == 3 && key[1] == DATA && key[2] == RATE && key[3] == COST) {
		take_cost(v);
	}
	begin_word(v, false);
}

static void open_bracket(struct hg_graphql_sight *v, char c)
{
	if (v->depth == 0)
		v->is_odd |= v->is_over || c != '{';
	if (v->depth == 1) {
		v->has_data |= v->keys[1] == DATA;
		v->has_errors |= v->keys[1] == ERRORS;
	}
	if (++v->depth < sizeof(v->keys))
		v->keys[v->depth] = NONE;
	begin_word(v, false);
}

static void close_bracket(struct hg_graphql_sight *v)
{
	take_value(v);
	if (v->depth == 0) {
		v->is_odd = true;
		return;
	}
	v->is_over = --v->depth == 0;
}

static void take_key(struct hg_graphql_sight *v)
{
	if (v->depth < sizeof(v->keys))
		v->keys[v->depth] = (uint8_t)key_of(v);
	begin_word(v, false);
}

static void take_comma(struct hg_graphql_sight *v)
{
	take_value(v);
	if (v->depth < sizeof(v->keys))
		v->keys[v->depth] = NONE;
}

static void take_in_string(struct hg_graphql_sight *v, char c)
{
	if (!v->is_escaped && c == '"') {
		v->in_string = false;
		return;
	}
	v->is_escaped = !v->is_escaped && c == '\\';
	v->is_escaped_word |= v->is_escaped;
	add_byte(v, c);
}

static void take_byte(struct hg_graphql_sight *v, char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return;
	case '{':
	case '[':
		open_bracket(v, c);
		return;
	case '}':
	case ']':
		close_bracket(v);
		return;
	case ':':
		take_key(v);
		return;
	case ',':
		take_comma(v);
		return;
	case '"':
		begin_word(v, true);
		break;
	default:
		add_byte(v, c);
		break;
	}
	v->is_odd |= v->depth == 0; /* the answer is one object */
}

void hg_graphql_verdict_begin(struct hg_graphql_sight *v, bool nothing_left)
{
	*v = (struct hg_graphql_sight){ .cost = -1, .nothing_left = nothing_left };
}

enum hg_graphql_look hg_graphql_verdict_feed(struct hg_graphql_sight *v, struct hg_str piece)
{
	for (size_t i = 0; i < piece.n && !v->is_odd; i++) {
		if (v->in_string)
			take_in_string(v, piece.p[i]);
		else
			take_byte(v, piece.p[i]);
		if (v->has_data || v->is_odd || v->n_bytes + i >= HG_GRAPHQL_LOOK_BYTES)
			decide(v, HG_GRAPHQL_PASS);
		else if (v->is_over)
			decide(v, v->is_limit ? HG_GRAPHQL_REFUSED : HG_GRAPHQL_PASS);
	}
	v->n_bytes += piece.n;
	return v->look;
}

enum hg_graphql_verdict hg_graphql_verdict_end(const struct hg_graphql_sight *v)
{
	if (v->is_odd || !v->is_over)
		return HG_GRAPHQL_ODD;
	if (v->is_limit)
		return v->nothing_left && !v->is_secondary ? HG_GRAPHQL_PRIMARY
		                                           : HG_GRAPHQL_SECONDARY;
	if (v->is_partial)
		return HG_GRAPHQL_PARTIAL;
	if (v->has_errors)
		return HG_GRAPHQL_ERRORS;
	return v->has_data ? HG_GRAPHQL_FINE : HG_GRAPHQL_ODD;
}

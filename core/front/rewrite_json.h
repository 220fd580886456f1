/*
 * rewrite_json - the members `url` and `*_url` of JSON bodies lead back to the base a client used.
 *
 *     {"url":"https://api.github.com/repos/o/r","html_url":"https://github.com/o/r"}
 *     {"url":"http://localhost:3001/repos/o/r","html_url":"https://github.com/o/r"}
 *
 * A string is changed when it is the value of such a member and begins with a base of the upstream,
 * followed by '/', '{', '?', '#' or its end. Nothing else is: not a string in an array, not a key
 * or a URL written with escapes, not text within a string. All other bytes stay as they are, white
 * space and numbers too. From where a body stops being JSON (or nests over 512 levels) it passes
 * untouched; so valid JSON stays valid JSON.
 *
 * Pieces may be cut anywhere. What is held back between two pieces is at most a base's length, and
 * is no buffer: it is the beginning of the base.
 *
 * The length changes: who sends must count the new text, or send it chunked. The entity tag is
 * another one too (tag.h).
 *
 * Thread: the owner's.   Clock: none.   Cost: one look for the base; with a hit about a byte per
 * cycle over the rest.
 */
#pragma once
#include "front/rewrite.h"

enum { HG_REWRITE_JSON_DEPTH = 512 };

struct hg_rewrite_pair {
	struct hg_str from;
	struct hg_str to[2]; /* written one after the other */
};

struct hg_rewrite_json {
	struct hg_rewrite_pair pairs[2];
	uint32_t n_pairs;
	uint32_t alive; /* bits of pairs: begins like them so far */
	uint32_t like;  /* the pair whose `from` begins with what is held */
	int32_t hit;    /* the longest pair found; -1 none */
	size_t held;    /* bytes of a string compared so far */
	uint8_t state;
	uint8_t hex_left; /* of an escape with four digits */
	bool in_key;      /* the string is one */
	bool key_has_escape;
	bool is_wanted;    /* the next value belongs to such a member */
	const char *word;  /* what is left of true, false, null */
	uint32_t key_tail; /* last four bytes of a key */
	uint64_t key_n;
	uint64_t n_replaced;
	uint32_t depth;
	uint64_t objects[HG_REWRITE_JSON_DEPTH / 64]; /* a bit per level: an object, or an array */
};

/* May the body of such a reply be rewritten? JSON of its own or of another type (+json), not
 * encoded, and whole: no 206. {0} for a field that is absent. */
bool hg_rewrite_json_is_for(int status, struct hg_str content_type, struct hg_str content_encoding);

/* `w` is borrowed as long as `j` is used. */
void hg_rewrite_json_init(struct hg_rewrite_json *j, const struct hg_rewrite *w);
/* The next piece. False: it may leave as it is, `out` is untouched. True: what may leave now (also
 * nothing) was appended to `out`. */
bool hg_rewrite_json_next(struct hg_rewrite_json *j, struct hg_str piece, struct hg_text *out);
/* The body is complete: appends what is still held, if anything. */
void hg_rewrite_json_end(struct hg_rewrite_json *j, struct hg_text *out);

/* A complete body. False: nothing is to be changed, `out` is as it was. */
bool hg_rewrite_json_whole(const struct hg_rewrite *w, struct hg_str body, struct hg_text *out);

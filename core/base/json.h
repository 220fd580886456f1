/*
 * json - JSON read where it lies: no tree, nothing allocated but decoded strings.
 *
 * A text is checked once as a whole, against RFC 8259 to the letter (UTF-8 included). After that
 * every value in it is a slice of the same bytes, and walking costs no more than reading:
 *
 *     {"requests":[{"path":"/user"}]}
 *     hg_json_is_valid(text)
 *     hg_json_open(&at, text);  hg_json_next(&at, &name, &value)   name `"requests"`, value `[{…}]`
 *     hg_json_open(&in, value); hg_json_next(&in, &name, &value)   name {0}, value
 * `{"path":"/user"}`
 *
 * So what is passed on stays as it was written, a number of thirty digits too. Only slices of a
 * text that was found valid may be opened; that is what bounds them.
 *
 * Thread: any.
 */
#pragma once
#include "base/arena.h"
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

enum { HG_JSON_DEPTH = 256 }; /* arrays and objects in each other; deeper is not valid here */

/* One value, blanks around it, and nothing else. */
bool hg_json_is_valid(struct hg_str text);

enum hg_json_kind {
	HG_JSON_NULL,
	HG_JSON_BOOL,
	HG_JSON_NUMBER,
	HG_JSON_STRING,
	HG_JSON_ARRAY,
	HG_JSON_OBJECT,
};
enum hg_json_kind hg_json_kind(struct hg_str value); /* blanks before it are fine */

struct hg_json {
	const char *p, *end; /* what is left of the members */
	bool is_object;
};

/* False: it is no array and no object. */
bool hg_json_open(struct hg_json *at, struct hg_str value);
/* The next member; false: there is none. ret_name is a string with its quotes, {0} in an array. */
bool hg_json_next(struct hg_json *at, struct hg_str *ret_name, struct hg_str *ret_value);

/* How often an object has this name (spelled in any way); the last one's value is in *ret_value. */
uint32_t hg_json_find(struct hg_str object, struct hg_str name, struct hg_str *ret_value);
bool hg_json_name_is(struct hg_str name, struct hg_str word);

/* What a string means, in UTF-8; half of a surrogate pair is U+FFFD, and \u0000 is a byte as well.
 * `value` with its quotes. */
struct hg_str hg_json_text(struct hg_arena *arena, struct hg_str value);

/* UTF-8 as RFC 3629 has it: nothing over-long, no surrogates. */
bool hg_json_is_utf8(struct hg_str s);

/*
 * head - the head of an upstream reply: status and fields, counted and immutable.
 *
 * The dispatcher makes it from what curl read (validated: hg/str.h bytes without CR, LF or NUL),
 * every follower's front reads it. Hop-by-hop fields are gone already.
 *
 * Thread: any.
 */
#pragma once
#include <hg/request.h>
#include <stdatomic.h>

struct hg_head {
	_Atomic uint32_t refs;
	int status;
	int64_t length_bytes; /* of the body as announced; -1 unknown */
	uint32_t n_fields;
	const struct hg_field *fields; /* in the same allocation */
};

struct hg_head *hg_head_new(int status, const struct hg_field *fields, uint32_t n); /* copies all */
struct hg_head *hg_head_ref(struct hg_head *h);
void hg_head_unref(struct hg_head *h);                                 /* NULL is fine */
struct hg_str hg_head_find(const struct hg_head *h, const char *name); /* first of that name; {0} */

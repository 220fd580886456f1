/*
 * batch_ask - the body of a batch: which requests it asks for, and each of them as bytes.
 *
 *     {"requests":[{"id":"a","method":"GET","path":"/repos/o/r?x=1","headers":{"Accept":"…"},
 *                   "body":…,"priority":"low","deadline":"10s"}, …]}
 *
 * All of it is read before anything is asked for: one mistake anywhere and nothing is sent. What an
 * item becomes is rendered from checked parts, so that it is one request, whatever stands in it: a
 * target without blanks and control bytes, fields of the list that crosses to GitHub (fields.h),
 * each once, values without line ends. Whose request it is (Host, Authorization), its class and its
 * framing are not the item's to say.
 *
 * Pure: bytes in, bytes out.   Thread: any.
 */
#pragma once
#include "base/arena.h"
#include "base/text.h"
#include <hg/phases.h>
#include <hg/request.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_batch_ask {
	struct hg_str id; /* a JSON string as it came, quotes and all; {0}: none */
	struct hg_str method, target, deadline;
	bool has_class, has_body, has_type; /* … a Content-Type */
	enum hg_class klass;
	const struct hg_field *fields;
	uint32_t n_fields;
	struct hg_str body; /* JSON as it came, or what a string means */
};

struct hg_batch_no {
	int status;
	const char *code; /* bad_json no_requests too_many_in_batch bad_item */
	char detail[256]; /* which item, and why */
};

/* At most `max` items; their strings are the arena's or the body's. `base`
 * ("http://localhost:3001") is what an item's `url` must begin with. Returns 0, or HG_EINVAL and
 * *ret_no. */
int hg_batch_read(struct hg_arena *arena, struct hg_str body, int64_t max, struct hg_str base,
	const struct hg_batch_ask **ret_asks, uint32_t *ret_n, struct hg_batch_no *ret_no);

/* What all items of a batch share: its own request's. */
struct hg_batch_who {
	struct hg_str host, authorization, deadline, strategy, id; /* {0}: none */
	enum hg_class klass;
};

/* HTTP/1.0: the reply ends with the connection, and has no chunks. */
void hg_batch_render(struct hg_text *out, const struct hg_batch_ask *ask, uint32_t index,
	const struct hg_batch_who *who);

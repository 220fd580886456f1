/*
 * admin - commands of a plugin on the admin socket.
 *
 * The socket speaks HTTP/1.1: GET /show/NAME, POST /set/NAME?key=value, POST /NAME. A plugin's
 * command NAME of instance `cache` is /show/cache/NAME or /cache/NAME. The answer is JSON, which
 * `hubgate show …` prints as a table. A command "state" that only looks answers an object of few
 * members, and is what `hubgate show INSTANCE` and `hubgate status` say of the instance; members
 * that end in _bytes, _ms, _s or _share are printed with their unit.
 *
 * Thread: host loop.
 */
#pragma once
#include "str.h"
#include "err.h"

struct hg_admin_args;
struct hg_answer; /* where the JSON goes */

struct hg_command {
	const char *name; /* "entries" */
	uint32_t changes; /* 0: GET /show/…, 1: POST */
	uint32_t reserved;
	/* arg: the query's value, {0} when absent (hg_admin_arg). Returns 0 or an HG_E… with err.
	 */
	int (*run)(void *self, const struct hg_admin_args *args, struct hg_answer *out,
		struct hg_err *err);
	const char *about;
};

/* Decoded; lives until the command returns. */
HG_API struct hg_str hg_admin_arg(const struct hg_admin_args *args, const char *name);
HG_API void hg_answer_printf(struct hg_answer *out, const char *fmt, ...) HG_PRINTF(2, 3);
HG_API void hg_answer_add(struct hg_answer *out, struct hg_str piece);
/* A JSON string with its quotes, escaped. */
HG_API void hg_answer_add_string(struct hg_answer *out, struct hg_str text);

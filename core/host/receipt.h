/*
 * receipt - what a reload did, or why it did nothing.
 *
 *     {"ok":true,"at":"2026-11-29T16:11:18Z","cause":"SIGHUP","took_ms":4.2,"generation":3,
 *      "changed":[{"option":"http.max_batch","old":50,"new":60,"needs_restart":false}],
 *      "plugins":[{"name":"cache","how":"adopted","took_ms":0.3}],"gone":["metrics"],
 *      "draining":[{"generation":2,"uses":1}],
 *      "errors":[],"warnings":[],"not_shown":0}
 *
 * `how`: adopted (took over what was warm), renewed (nothing to take over), new.
 * `draining`: older configurations that requests under way still use.
 * A refused one has `ok` false, its errors, and the generation that stays.
 *
 * POST /reload answers it, `show reload` the last one, and the log has a line for each change.
 *
 * Thread: host.   Clock: the machine's, for how long things took.
 */
#pragma once
#include "host/setup.h"

struct hg_receipt {
	const char *cause;      /* static: "SIGHUP", "admin", "a secret file changed" */
	int64_t wall_us;        /* the loop's clock */
	int64_t began_us;       /* the machine's */
	struct hg_text changed; /* JSON array; empty: none was compared */
	struct hg_text plugins, gone;
};

void hg_receipt_init(struct hg_receipt *r, const char *cause, int64_t wall_us);
void hg_receipt_fini(struct hg_receipt *r);

/* `s` takes the place of `old`; both are whole. Logs the changes. */
void hg_receipt_compare(struct hg_receipt *r, const struct hg_setup *old, const struct hg_setup *s);

/* Appends all of it. `setups`: those that live, hg_setup.link; `now`: the one in force. */
void hg_receipt_print(const struct hg_receipt *r, const struct hg_faults *faults, bool ok,
	const struct hg_list *setups, const struct hg_setup *now, struct hg_text *out);

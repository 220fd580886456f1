/*
 * ways - what all loops remember of the requests with one id: the records of their trace rings
 * (base/trace.h) in one row, and what the dispatcher says of those that it has
 * (dispatch/show/explain.h).
 *
 *     a request's loop     hg_ways_ask ─► host ─► each front and the dispatcher
 *                          answer      ◄─ host ◄─ their copies; the last one answers
 *
 * Records of the same moment stand in the order of the events' table, which is that of causes:
 * began, queued, sent, streaming, head, ended.
 *
 * Thread: ask and answer on the request's loop.
 */
#pragma once
#include "base/text.h"
#include "base/trace.h"
#include "host/host_inside.h"

struct hg_way_record {
	const char *where; /* the loop's name */
	struct hg_trace_record record;
};

struct hg_ways {
	struct hg_str id;
	struct hg_str client; /* who asks: only its own; p NULL: of all */
	const struct hg_way_record *records;
	uint32_t n;
	struct hg_text explained; /* JSON objects with commas between; n 0: it has none of them */
	struct hg_now now;
};

struct hg_ways_question {
	struct hg_str id, client;
	bool explains; /* the dispatcher is asked to explain, too */
	/* Must answer, or refuse. `w` is gone afterwards. */
	enum hg_verdict (*answer)(struct hg_request *r, const struct hg_ways *w);
};

/* For a hook of a route: returns what the hook returns. */
enum hg_verdict hg_ways_ask(
	struct hg_host *h, struct hg_request *r, const struct hg_ways_question *q);
/* For `answer`: nobody remembers one of that id, 404. Returns what it returns. */
enum hg_verdict hg_ways_refuse(struct hg_request *r);

#include "host/explain.h"

#include "host/way.h"
#include <hg/reply.h>

static void add_past(const struct hg_ways *w, const struct hg_way *way, struct hg_text *out)
{
	bool is_there = w->explained.n > 0; /* what it waits for now, the dispatcher knows better */

	hg_text_add(out, HG_STR(",\"past\":"));
	hg_way_add(way, out);
	if (is_there)
		return;
	hg_text_add(out, HG_STR(",\"text\":["));
	hg_way_say(way, out);
	hg_text_add_char(out, ']');
}

static enum hg_verdict answer(struct hg_request *r, const struct hg_ways *w)
{
	struct hg_way way;
	struct hg_text out;
	bool has_past = hg_way_read(w, &way), has_now = w->explained.n > 0;

	if (!has_past && !has_now)
		return hg_ways_refuse(r);
	hg_text_init(&out);
	hg_text_add(&out, HG_STR("{\"id\":"));
	hg_text_add_json(&out, w->id);
	if (has_now) {
		hg_text_add(&out, HG_STR(",\"now\":["));
		hg_text_add(&out, hg_text_str(&w->explained));
		hg_text_add_char(&out, ']');
	}
	if (has_past)
		add_past(w, &way, &out);
	hg_text_add_char(&out, '}');
	hg_reply_text(r, 200, "application/json", hg_text_str(&out));
	hg_text_fini(&out);
	return HG_ANSWERED;
}

enum hg_verdict hg_admin_on_explain(void *self, struct hg_request *r)
{
	const struct hg_ways_question q = {
		.id = hg_request_param(r, "id"), .explains = true, .answer = answer
	};

	return hg_ways_ask(self, r, &q);
}

static enum hg_verdict on_get(void *self, struct hg_request *r)
{
	const struct hg_ways_question q = { .id = hg_request_param(r, "id"),
		.client = hg_request_client(r),
		.explains = true,
		.answer = answer };

	return hg_ways_ask(self, r, &q);
}

const struct hg_route hg_explain_routes[] = {
	{ .methods = "GET",
		.path = "/api/github/explain/{id}",
		.on_request = on_get,
		.about = "Why a request of yours waits, or waited." },
	{ 0 },
};

#include "host/admin/trace.h"

#include "host/ways.h"
#include <hg/reply.h>

static void add_event(struct hg_text *out, const struct hg_way_record *w, int64_t since_us)
{
	const struct hg_trace_record *r = &w->record;
	const char *number = hg_trace_number_name(r->event);
	struct hg_str word = { r->word, r->n_word };

	hg_text_printf(out, "{\"after_ms\":%lld.%03d,\"where\":\"%s\",\"event\":\"%s\"",
		(long long)(r->at_us - since_us) / 1000, (int)((r->at_us - since_us) % 1000),
		w->where, hg_trace_event_name(r->event));
	if (*number)
		hg_text_printf(out, ",\"%s\":%u", number, r->number);
	if (word.n) {
		hg_text_add_json_member(out, "word", word);
	}
	hg_text_add_char(out, '}');
}

static void add_events(struct hg_text *out, const struct hg_ways *w)
{
	int64_t since_us = w->n ? w->records[0].record.at_us : 0;

	hg_text_add_char(out, '[');
	for (uint32_t i = 0; i < w->n; i++) {
		if (w->records[i].record.event == HG_TRACE_BEGAN)
			since_us = w->records[i].record.at_us; /* the next of this id */
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		add_event(out, &w->records[i], since_us);
	}
	hg_text_add_char(out, ']');
}

static enum hg_verdict answer(struct hg_request *r, const struct hg_ways *w)
{
	struct hg_text out;

	if (!w->n)
		return hg_ways_refuse(r);
	hg_text_init(&out);
	hg_text_add(&out, HG_STR("{\"id\":"));
	hg_text_add_json(&out, w->id);
	hg_text_add(&out, HG_STR(",\"events\":"));
	add_events(&out, w);
	hg_text_add_char(&out, '}');
	hg_reply_text(r, 200, "application/json", hg_text_str(&out));
	hg_text_fini(&out);
	return HG_ANSWERED;
}

enum hg_verdict hg_admin_on_trace(void *self, struct hg_request *r)
{
	const struct hg_ways_question q = { .id = hg_request_param(r, "id"), .answer = answer };

	return hg_ways_ask(self, r, &q);
}

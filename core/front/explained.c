#include "front/explained.h"

#include "front/state.h"
#include "ticket/view.h"

#define SEC_US INT64_C(1000000)

/* "; core 3210 of 5000 left, resets 12:00:00Z" */
static void add_budget(struct hg_text *out, const char *resource, int64_t limit, int64_t remaining,
	int64_t reset_s)
{
	char at[21];

	if (limit < 0)
		return;
	hg_format_time(reset_s * SEC_US, at);
	hg_text_printf(out, "; %s %lld of %lld left, resets %s", resource, (long long)remaining,
		(long long)limit, at + sizeof("2026-11-30T") - 1);
}

/* Of an answer that GitHub did not give, the budget is what it is now. */
static void add_budget_now(struct hg_request *r, struct hg_text *out)
{
	const struct hg_view *view = r->front->view;
	struct hg_view_row row;

	if (view && r->github.resource &&
		hg_view_find(view, r->client.scope, hg_str(r->github.resource), &row))
		add_budget(out, r->github.resource, row.limit, row.remaining, row.reset_s);
}

static void add_wait(const struct hg_request *r, struct hg_text *out)
{
	const struct hg_waited *w = &r->ticket->waited;
	bool has_why = w->word && (w->us > 0 || !r->reply.head);

	hg_text_printf(out, "waited %lld.%03d s", (long long)(r->waited_us / SEC_US),
		(int)(r->waited_us % SEC_US / 1000));
	if (has_why)
		hg_text_printf(out, ": %s", w->about);
	if (has_why && w->strategy[0])
		hg_text_printf(out, " (%s)", w->strategy);
	if (w->tries > 1)
		hg_text_printf(out, "; %u tries", w->tries);
}

void hg_explained_add(struct hg_request *r, struct hg_text *out)
{
	const struct hg_head_note *note = &r->reply.note;

	if (!hg_str_is(hg_http1_value(&r->head, HG_HTTP1_X_HUBGATE_EXPLAIN), HG_STR("1")))
		return;
	hg_text_add(out, HG_STR("X-Hubgate-Explain: "));
	if (!r->ticket || (!r->reply.head && !r->ticket_ended)) {
		hg_text_add(out, HG_STR("from memory: "));
		hg_text_add(out, r->cache_status.n ? r->cache_status : HG_STR("no wait"));
	} else {
		add_wait(r, out);
		if (r->reply.head && note->shared)
			hg_text_add(out, HG_STR("; shared another's fetch"));
		if (r->reply.head && note->alias[0])
			hg_text_printf(out, "; paid by %s", note->alias);
		if (r->reply.head)
			add_budget(
				out, note->resource, note->limit, note->remaining, note->reset_s);
		else
			add_budget_now(r, out);
	}
	hg_text_add(out, HG_STR("\r\n"));
}

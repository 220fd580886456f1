#include "journal.h"

#include <hg/mem.h>

#include "text.h"

static void copy(char *out, size_t size, struct hg_str s)
{
	size_t n = s.n < size ? s.n : size - 1;

	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

struct sim_entry *sim_journal_put(
	struct sim_world *w, const struct sim_request *rq, struct hg_now now)
{
	if (!w->journal)
		w->journal = hg_alloc0(SIM_JOURNAL * sizeof(*w->journal));

	struct sim_entry *e = &w->journal[w->n_served % SIM_JOURNAL];
	*e = (struct sim_entry){ .seq = ++w->n_served, .at_us = now.wall_us };
	copy(e->method, sizeof(e->method), rq->method);
	copy(e->target, sizeof(e->target), rq->path);
	if (rq->query.n) {
		size_t n = strlen(e->target);
		copy(e->target + n, sizeof(e->target) - n, HG_STR("?"));
		n = strlen(e->target);
		copy(e->target + n, sizeof(e->target) - n, rq->query);
	}
	copy(e->user_agent, sizeof(e->user_agent), sim_request_header(rq, "User-Agent"));
	copy(e->if_none_match, sizeof(e->if_none_match), sim_request_header(rq, "If-None-Match"));
	return e;
}

void sim_journal_end(struct sim_world *w, const struct sim_entry *e)
{
	w->n_by_class[e->status >= 100 && e->status < 600 ? e->status / 100 : 0]++;
	w->n_by_resource[e->resource] += (uint64_t)e->points;
}

void sim_journal_clear(struct sim_world *w)
{
	hg_free(w->journal);
	w->journal = NULL;
}

static bool fits(const struct sim_entry *e, uint64_t since, const char *method, const char *target)
{
	return e->seq > since && (!method || sim_text_glob(method, hg_str(e->method))) &&
	       (!target || sim_text_glob(target, hg_str(e->target)));
}

/* Bytes of a request need not be UTF-8; JSON text must be. */
static json_t *text_of(const char *bytes)
{
	json_t *text = json_string(bytes);

	return text ? text : json_string("(not UTF-8)");
}

static json_t *show_entry(const struct sim_entry *e)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:i, s:s, s:b, s:I, s:b, s:o, s:s, s:o}", "seq",
		(json_int_t)e->seq, "at_us", (json_int_t)e->at_us, "method", text_of(e->method),
		"target", text_of(e->target), "status", e->status, "resource",
		sim_resource_name(e->resource), "counted", e->points > 0, "points",
		(json_int_t)e->points, "scripted", e->was_scripted, "user_agent",
		text_of(e->user_agent), "token_hash", e->token_hash, "if_none_match",
		text_of(e->if_none_match));
}

json_t *sim_journal_show(
	struct sim_world *w, uint64_t since, const char *method, const char *target, uint32_t max)
{
	uint64_t first = w->n_served > SIM_JOURNAL ? w->n_served - SIM_JOURNAL : 0;
	json_t *rows = json_array();
	uint64_t matched = 0, skip = 0;

	for (uint64_t i = first; i < w->n_served; i++)
		matched += fits(&w->journal[i % SIM_JOURNAL], since, method, target);
	skip = matched > max ? matched - max : 0;
	for (uint64_t i = first; i < w->n_served; i++) {
		const struct sim_entry *e = &w->journal[i % SIM_JOURNAL];
		if (fits(e, since, method, target) && (skip == 0 || skip-- == 0))
			json_array_append_new(rows, show_entry(e));
	}
	return json_pack("{s:I, s:I, s:o}", "total", (json_int_t)w->n_served, "matched",
		(json_int_t)matched, "requests", rows);
}

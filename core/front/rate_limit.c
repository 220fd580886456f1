#include "front/rate_limit.h"
#include "ticket/view.h"
#include <hg/reply.h>

#define SEC_US INT64_C(1000000)

/* GitHub document "REST API endpoints for rate limits"; core first, as its own answer has it. */
static const char *const resources[] = { "core", "search", "graphql", "integration_manifest",
	"source_import", "code_scanning_upload", "code_scanning_autofix",
	"actions_runner_registration", "scim", "dependency_snapshots", "dependency_sbom",
	"audit_log", "audit_log_streaming", "code_search" };

static bool find(const struct hg_request *r, const char *resource, int64_t now_s,
	struct hg_view_row *ret_row)
{
	struct hg_view_row row;

	if (!hg_view_find(r->front->view, r->client.scope, hg_str(resource), &row))
		return false;
	if (row.reset_s <= now_s) /* nothing was spent since */
		row = (struct hg_view_row){ row.limit, row.limit, 0,
			now_s + hg_github_window_us(hg_str(resource)) / SEC_US };
	*ret_row = row;
	return true;
}

static void add_row(struct hg_text *out, const char *name, const struct hg_view_row *row)
{
	hg_text_printf(out,
		"\"%s\":{\"limit\":%lld,\"used\":%lld,\"remaining\":%lld,\"reset\":%lld}", name,
		(long long)row->limit, (long long)row->used, (long long)row->remaining,
		(long long)row->reset_s);
}

/* False: not all that GitHub named is there. */
static bool write_body(struct hg_request *r, struct hg_text *out, int64_t now_s)
{
	struct hg_view_row overview, row, core;
	int64_t n = 0;

	if (!hg_view_find(r->front->view, r->client.scope, HG_VIEW_OVERVIEW, &overview) ||
		overview.reset_s <= now_s || !find(r, "core", now_s, &core))
		return false;
	hg_text_add(out, HG_STR("{\"resources\":{"));
	for (size_t i = 0; i < sizeof(resources) / sizeof(*resources); i++) {
		if (!find(r, resources[i], now_s, &row))
			continue;
		if (n++)
			hg_text_add_char(out, ',');
		add_row(out, resources[i], &row);
	}
	hg_text_add(out, HG_STR("},"));
	add_row(out, "rate", &core);
	hg_text_add_char(out, '}');
	return n == overview.limit;
}

bool hg_rate_limit_answer(struct hg_request *r)
{
	static const struct hg_field fields[] = {
		{ { "Content-Type", 12 }, { "application/json; charset=utf-8", 31 } },
		{ { "Cache-Control", 13 }, { "no-cache", 8 } },
	};
	int64_t now_s = hg_loop_now(r->front->loop).wall_us / SEC_US;
	struct hg_text *body = &r->front->scratch;

	if (!hg_request_is_safe(r) || !r->front->view || hg_request_has_body(r) ||
		!hg_str_is(r->path, HG_STR("/rate_limit")))
		return false;
	hg_text_clear(body);
	if (!write_body(r, body, now_s))
		return false;
	struct hg_stored *kept = hg_stored_make(200, fields, 2, hg_text_str(body));
	hg_request_answer_with(r, kept, "hit; detail=ledger", -1);
	hg_stored_unref(kept);
	return true;
}

#include "front/budget_lines.h"
#include "ticket/github_route.h"

#define SEC_US INT64_C(1000000)

static void add_number(struct hg_text *out, struct hg_str before, int64_t v)
{
	hg_text_add(out, before);
	hg_text_add_u64(out, (uint64_t)v);
}

static void add_field(struct hg_text *out, struct hg_str name, int64_t v)
{
	if (v < 0)
		return;
	hg_text_add(out, name);
	add_number(out, HG_STR(": "), v);
	hg_text_add(out, HG_STR("\r\n"));
}

/* Such a name needs no escapes within quotes. */
static bool is_plain(struct hg_str resource)
{
	for (size_t i = 0; i < resource.n; i++) {
		char c = resource.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || c == '-'))
			return false;
	}
	return resource.n > 0 && resource.n <= HG_BUDGET_RESOURCE_BYTES;
}

static void add_name(struct hg_text *out, struct hg_str field, struct hg_str resource)
{
	hg_text_add(out, field);
	hg_text_add(out, resource);
	hg_text_add_char(out, '"');
}

bool hg_budget_add_policy(
	struct hg_text *out, struct hg_str resource, const struct hg_view_row *row, int64_t now_s)
{
	if (row->limit < 0 || row->remaining < 0 || !is_plain(resource))
		return false;
	add_name(out, HG_STR("RateLimit-Policy: \""), resource);
	add_number(out, HG_STR(";q="), row->limit);
	add_number(out, HG_STR(";w="), hg_github_window_us(resource) / SEC_US);
	hg_text_add(out, HG_STR("\r\n"));
	add_name(out, HG_STR("RateLimit: \""), resource);
	add_number(out, HG_STR(";r="), row->remaining);
	if (row->reset_s >= 0)
		add_number(out, HG_STR(";t="), row->reset_s > now_s ? row->reset_s - now_s : 0);
	hg_text_add(out, HG_STR("\r\n"));
	return true;
}

static void render(struct hg_budget_memo *m)
{
	struct hg_str resource = hg_str(m->resource);

	hg_text_clear(&m->lines);
	if (m->row.limit < 0)
		return;
	add_field(&m->lines, HG_STR("X-RateLimit-Limit"), m->row.limit);
	add_field(&m->lines, HG_STR("X-RateLimit-Remaining"), m->row.remaining);
	add_field(&m->lines, HG_STR("X-RateLimit-Used"), m->row.used);
	add_field(&m->lines, HG_STR("X-RateLimit-Reset"), m->row.reset_s);
	hg_text_add(&m->lines, HG_STR("X-RateLimit-Resource: "));
	hg_text_add(&m->lines, resource);
	hg_text_add(&m->lines, HG_STR("\r\n"));
	(void)hg_budget_add_policy(&m->lines, resource, &m->row, m->now_s);
}

static struct hg_budget_memo *find(
	struct hg_budget_memos *all, struct hg_scope who, const char *resource)
{
	struct hg_budget_memo *m = &all->at[(who.bytes[0] + (uintptr_t)resource) % HG_BUDGET_MEMOS];

	if (m->resource == resource && memcmp(&m->scope, &who, sizeof(who)) == 0)
		return m;
	m->scope = who;
	m->resource = resource;
	m->place = hg_view_place(who, hg_str(resource));
	m->now_s = -1; /* nothing is rendered yet */
	return m;
}

void hg_budget_add_lines(struct hg_budget_memos *all, struct hg_text *out,
	const struct hg_view *view, struct hg_scope who, const char *resource, int64_t now_s)
{
	struct hg_budget_memo *m = find(all, who, resource);
	struct hg_view_row row;

	if (!hg_view_at(view, &m->place, &row))
		return;
	if (m->now_s != now_s || memcmp(&m->row, &row, sizeof(row)) != 0) {
		m->now_s = now_s;
		m->row = row;
		render(m);
	}
	hg_text_add(out, hg_text_str(&m->lines));
}

void hg_budget_memos_fini(struct hg_budget_memos *all)
{
	for (unsigned i = 0; i < HG_BUDGET_MEMOS; i++)
		hg_text_fini(&all->at[i].lines);
}

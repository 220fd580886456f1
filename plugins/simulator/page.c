#include "page.h"

#include <hg/mem.h>

#include "text.h"

#define MAX_PAGE 1000000

struct sim_page sim_page_of(struct sim_call *c)
{
	struct sim_page p = { .page = sim_query_number(c, "page", 1),
		.per_page = sim_query_number(c, "per_page", 30) };

	if (p.page < 1)
		p.page = 1;
	if (p.page > MAX_PAGE)
		p.page = MAX_PAGE;
	if (p.per_page < 1)
		p.per_page = 30;
	if (p.per_page > 100)
		p.per_page = 100;
	p.first = (p.page - 1) * p.per_page;
	return p;
}

bool sim_page_has(const struct sim_page *p, int64_t index)
{
	return index >= p->first && index < p->first + p->per_page;
}

/* The query without `page`, each piece followed by '&'. */
static void add_others(struct sim_text *t, struct hg_str query)
{
	size_t at = 0;

	while (at < query.n) {
		const char *p = query.p + at;
		const char *amp = memchr(p, '&', query.n - at);
		struct hg_str piece = { p, amp ? (size_t)(amp - p) : query.n - at };

		if (piece.n && !hg_str_starts(piece, HG_STR("page="))) {
			sim_text_add(t, piece.p, piece.n);
			sim_text_add(t, "&", 1);
		}
		at += piece.n + 1;
	}
}

void sim_page_link(
	struct sim_call *c, const struct sim_page *p, const char *canonical, int64_t total)
{
	int64_t last = (total + p->per_page - 1) / p->per_page;
	const struct {
		const char *rel;
		int64_t page;
		bool shown;
	} links[] = {
		{ "prev", p->page - 1 < last ? p->page - 1 : last, p->page > 1 },
		{ "next", p->page + 1, p->page < last },
		{ "last", last, p->page < last },
		{ "first", 1, p->page > 1 },
	};
	struct sim_text others = { 0 }, text = { 0 };

	if (last < 1 || (last == 1 && p->page == 1))
		return;
	add_others(&others, c->rq->query);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].shown)
			sim_text_printf(&text, "%s<%s%s?%spage=%lld>; rel=\"%s\"",
				text.n ? ", " : "", c->base, canonical, others.p ? others.p : "",
				(long long)links[i].page, links[i].rel);
	if (text.n)
		sim_answer_set(c->out, "Link", text.p);
	sim_text_fini(&others);
	sim_text_fini(&text);
}

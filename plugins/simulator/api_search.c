#include "api.h"

#include <stdio.h>

#include "page.h"
#include "shapes.h"
#include "text.h"

/* Search shows the first thousand. */
#define MAX_FOUND 1000

/* The qualifiers that the simulator knows: repo:, is:/state: open or closed, is:/type: pr; the rest
 * are words of the title. */
struct terms {
	char query[256];
	char repo[160];
	char words[256];
	bool wants_open, wants_closed;
	bool wants_pulls; /* there are none */
};

static struct terms terms_of(struct sim_call *c)
{
	struct terms t = { .wants_open = true, .wants_closed = true };
	const char *p = t.query;

	sim_query_text(c, "q", t.query, sizeof(t.query));
	while (*p) {
		struct hg_str word = { p, strcspn(p, " ") };
		if (hg_str_starts(word, HG_STR("repo:")))
			snprintf(t.repo, sizeof(t.repo), "%.*s", (int)word.n - 5, word.p + 5);
		else if (hg_str_is(word, HG_STR("is:open")) ||
			 hg_str_is(word, HG_STR("state:open")))
			t.wants_closed = false;
		else if (hg_str_is(word, HG_STR("is:closed")) ||
			 hg_str_is(word, HG_STR("state:closed")))
			t.wants_open = false;
		else if (hg_str_is(word, HG_STR("is:pr")) || hg_str_is(word, HG_STR("type:pr")))
			t.wants_pulls = true;
		else if (!memchr(word.p, ':', word.n) && !*t.words)
			snprintf(t.words, sizeof(t.words), "%.*s", (int)word.n, word.p);
		p += word.n;
		p += strspn(p, " ");
	}
	return t;
}

static bool repo_fits(struct sim_call *c, const struct terms *t, const struct sim_repo *r)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", sim_login(c, r->owner), r->name);
	return !r->deleted && sim_sees(c, r) &&
	       (!*t->repo || hg_str_is_nocase(hg_str(full), hg_str(t->repo)));
}

static bool issue_fits(const struct terms *t, const struct sim_issue *issue)
{
	return !issue->deleted && !t->wants_pulls &&
	       (issue->closed ? t->wants_closed : t->wants_open) &&
	       (!*t->words || strcasestr(issue->title, t->words));
}

static int say_found(
	struct sim_call *c, const struct sim_page *p, const char *path, int64_t n, json_t *rows)
{
	sim_page_link(c, p, path, n < MAX_FOUND ? n : MAX_FOUND);
	return sim_say(c, 200,
		json_pack("{s:I, s:b, s:o}", "total_count", (json_int_t)n, "incomplete_results", 0,
			"items", rows));
}

static void add_found(json_t *rows, json_t *o)
{
	json_object_set_new(o, "score", json_real(1.0));
	json_array_append_new(rows, o);
}

/* 0, or 422: there must be a query, and only the first thousand results can be seen. */
static int need_terms(struct sim_call *c, struct terms *ret_t, struct sim_page *ret_p)
{
	*ret_p = sim_page_of(c);
	*ret_t = terms_of(c);
	if (!*ret_t->query)
		return sim_say_invalid(c, "Search", "q", "missing", NULL);
	if (ret_p->first >= MAX_FOUND)
		return sim_say_error(c, 422, "Only the first 1000 search results are available");
	return 0;
}

int sim_search_issues(struct sim_call *c)
{
	struct sim_page p;
	struct terms t;
	int said = need_terms(c, &t, &p);
	int64_t n = 0;

	if (said)
		return said;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_repos; i++) {
		const struct sim_repo *r = &c->w->repos[i];
		for (uint32_t j = r->n_issues; repo_fits(c, &t, r) && j-- > 0;) {
			if (!issue_fits(&t, &r->issues[j]) || !sim_page_has(&p, n++))
				continue;
			add_found(rows, sim_shape_issue(c, r, &r->issues[j]));
		}
	}
	return say_found(c, &p, "/search/issues", n, rows);
}

int sim_search_repos(struct sim_call *c)
{
	struct sim_page p;
	struct terms t;
	int said = need_terms(c, &t, &p);
	int64_t n = 0;

	if (said)
		return said;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->w->n_repos; i++) {
		const struct sim_repo *r = &c->w->repos[i];
		if (repo_fits(c, &t, r) && (!*t.words || strcasestr(r->name, t.words)) &&
			sim_page_has(&p, n++))
			add_found(rows, sim_shape_repo(c, r, false));
	}
	return say_found(c, &p, "/search/repositories", n, rows);
}

int sim_search_code(struct sim_call *c)
{
	struct sim_page p;
	struct terms t;
	int said = sim_need_user(c);

	if (said || (said = need_terms(c, &t, &p)))
		return said;
	return say_found(c, &p, "/search/code", 0, json_array());
}

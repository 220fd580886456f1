#include "api.h"

#include <stdio.h>

#include <hg/mem.h>

#include "odd.h"
#include "page.h"
#include "shapes.h"
#include "text.h"

/* A text is cut off by GitHub at 65,536 characters; titles at 256. */
#define MAX_TITLE 256
#define MAX_BODY 65536

static int need_issues(struct sim_call *c)
{
	if (!c->repo->has_no_issues)
		return 0;
	return sim_say_error(c, 410, "Issues has been disabled in this repository.");
}

/* The issue that params[0] names; NULL: 404 or 410 was said. */
static struct sim_issue *need_issue(struct sim_call *c)
{
	int64_t number = sim_text_id(c->params[0]);
	struct sim_issue *issue = sim_issue_find(c->repo, number < 0 ? 0 : (uint64_t)number);

	if (need_issues(c))
		return NULL;
	if (issue && sim_odd_is_too_young(c, issue->created_s))
		issue = NULL;
	if (!issue)
		sim_say_error(c, 404, "Not Found");
	else if (issue->deleted)
		sim_say_error(c, 410, "This issue was deleted");
	return issue && !issue->deleted ? issue : NULL;
}

/* The same for who may write, with an object of JSON in c->input; NULL: why not was said. */
static struct sim_issue *need_issue_and_input(struct sim_call *c)
{
	return sim_need_write(c) || sim_need_input(c) ? NULL : need_issue(c);
}

/* Bits of the labels that `names` ("bug,question") asks for; false: one that nobody has. */
static bool label_bits(const char *names, uint32_t *ret_bits)
{
	uint32_t bits = 0;

	while (*names) {
		size_t n = strcspn(names, ",");
		int l = 0;
		while (l < SIM_LABELS &&
			!hg_str_is_nocase((struct hg_str){ names, n }, hg_str(sim_labels[l])))
			l++;
		if (l == SIM_LABELS)
			return false;
		bits |= 1u << l;
		names += n + (names[n] == ',');
	}
	*ret_bits = bits;
	return true;
}

struct filter {
	bool wants_open, wants_closed;
	bool is_impossible;
	uint32_t labels;
	char since[32];
};

static struct filter filter_of(struct sim_call *c)
{
	struct filter f = { 0 };
	char state[16], labels[128];

	sim_query_text(c, "state", state, sizeof(state));
	sim_query_text(c, "labels", labels, sizeof(labels));
	sim_query_text(c, "since", f.since, sizeof(f.since));
	f.wants_open = strcmp(state, "closed") != 0;
	f.wants_closed = strcmp(state, "closed") == 0 || strcmp(state, "all") == 0;
	f.is_impossible = !label_bits(labels, &f.labels);
	return f;
}

static bool fits(const struct filter *f, const struct sim_issue *issue)
{
	if (issue->deleted || f->is_impossible || (issue->labels & f->labels) != f->labels)
		return false;
	if (issue->closed ? !f->wants_closed : !f->wants_open)
		return false;
	/* both are ISO 8601 in UTC, so their order is the order of their bytes */
	return strcmp(sim_text_iso(issue->updated_s).text, f->since) >= 0;
}

int sim_list_issues(struct sim_call *c)
{
	int said = need_issues(c);
	struct sim_page p = sim_page_of(c);
	struct filter f = filter_of(c);
	char canonical[64], direction[8];
	int64_t n = 0;

	if (said)
		return said;
	sim_query_text(c, "direction", direction, sizeof(direction));
	bool is_ascending = strcmp(direction, "asc") == 0;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < c->repo->n_issues; i++) { /* newest first, by default */
		const struct sim_issue *issue =
			&c->repo->issues[is_ascending ? i : c->repo->n_issues - 1 - i];
		if (fits(&f, issue) && sim_page_has(&p, n++))
			json_array_append_new(rows, sim_shape_issue(c, c->repo, issue));
	}
	snprintf(canonical, sizeof(canonical), "/repositories/%llu/issues",
		(unsigned long long)c->repo->id);
	sim_page_link(c, &p, canonical, n);
	return sim_say(c, 200, rows);
}

/* Labels as GitHub takes them: names, or objects with a name. Unknown ones are left out. */
static uint32_t labels_of_input(json_t *labels)
{
	uint32_t bits = 0, one;
	size_t i;
	json_t *row;

	json_array_foreach(labels, i, row)
	{
		const char *name = json_string_value(row);
		if (!name)
			name = json_string_value(json_object_get(row, "name"));
		if (name && *name && !strchr(name, ',') && label_bits(name, &one))
			bits |= one;
	}
	return bits;
}

int sim_create_issue(struct sim_call *c)
{
	int said = sim_need_user(c);

	if (said || (said = sim_need_write(c)) || (said = need_issues(c)) ||
		(said = sim_need_input(c)))
		return said;
	const char *title = sim_input_text(c, "title");
	const char *body = sim_input_text(c, "body");
	if (!title || !*title)
		return sim_say_invalid(c, "Issue", "title", "missing_field", NULL);
	if (strlen(title) > MAX_TITLE)
		return sim_say_invalid(c, "Issue", "title", "custom",
			"title is too long (maximum is 256 characters)");
	if (body && strlen(body) > MAX_BODY)
		return sim_say_invalid(c, "Issue", "body", "custom",
			"body is too long (maximum is 65536 characters)");

	struct sim_issue *issue =
		sim_issue_put(c->w, c->repo, sim_call_user(c)->id, title, body, c->now_s);
	if (!issue)
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	issue->labels = labels_of_input(json_object_get(c->input, "labels"));
	json_t *o = sim_shape_issue(c, c->repo, issue);
	sim_answer_set(c->out, "Location", json_string_value(json_object_get(o, "url")));
	return sim_say(c, 201, o);
}

int sim_get_issue(struct sim_call *c)
{
	const struct sim_issue *issue = need_issue(c);

	return issue ? sim_say(c, 200, sim_shape_issue(c, c->repo, issue)) : c->out->status;
}

int sim_patch_issue(struct sim_call *c)
{
	struct sim_issue *issue = need_issue_and_input(c);

	if (!issue)
		return c->out->status;
	const char *title = sim_input_text(c, "title");
	const char *body = sim_input_text(c, "body");
	const char *state = sim_input_text(c, "state");
	json_t *labels = json_object_get(c->input, "labels");
	if (state && strcmp(state, "open") != 0 && strcmp(state, "closed") != 0)
		return sim_say_invalid(c, "Issue", "state", "invalid", NULL);
	if ((title && (!*title || strlen(title) > MAX_TITLE)) || (body && strlen(body) > MAX_BODY))
		return sim_say_invalid(c, "Issue", title ? "title" : "body", "invalid", NULL);
	if (title) {
		hg_free(issue->title);
		issue->title = hg_strndup(title, strlen(title));
	}
	if (body) {
		hg_free(issue->body);
		issue->body = hg_strndup(body, strlen(body));
	}
	if (state) {
		issue->closed = strcmp(state, "closed") == 0;
		issue->closed_s = issue->closed ? c->now_s : 0;
	}
	if (labels)
		issue->labels = labels_of_input(labels);
	issue->updated_s = c->now_s;
	return sim_say(c, 200, sim_shape_issue(c, c->repo, issue));
}

int sim_list_comments(struct sim_call *c)
{
	const struct sim_issue *issue = need_issue(c);
	struct sim_page p = sim_page_of(c);
	char canonical[96];

	if (!issue)
		return c->out->status;
	json_t *rows = json_array();
	for (uint32_t i = 0; i < issue->n_comments; i++)
		if (sim_page_has(&p, i))
			json_array_append_new(
				rows, sim_shape_comment(c, c->repo, issue, &issue->comments[i]));
	snprintf(canonical, sizeof(canonical), "/repositories/%llu/issues/%llu/comments",
		(unsigned long long)c->repo->id, (unsigned long long)issue->number);
	sim_page_link(c, &p, canonical, issue->n_comments);
	return sim_say(c, 200, rows);
}

int sim_create_comment(struct sim_call *c)
{
	struct sim_issue *issue = need_issue_and_input(c);

	if (!issue)
		return c->out->status;
	const char *body = sim_input_text(c, "body");
	if (!body || !*body)
		return sim_say_invalid(c, "IssueComment", "body", "missing_field", NULL);
	if (strlen(body) > MAX_BODY)
		return sim_say_invalid(c, "IssueComment", "body", "custom",
			"body is too long (maximum is 65536 characters)");

	struct sim_comment *comment =
		sim_comment_put(c->w, issue, sim_call_user(c)->id, body, c->now_s);
	if (!comment)
		return sim_say_error(c, 422, "The simulated GitHub is full.");
	json_t *o = sim_shape_comment(c, c->repo, issue, comment);
	sim_answer_set(c->out, "Location", json_string_value(json_object_get(o, "url")));
	return sim_say(c, 201, o);
}

#include "behind.h"
#include "key.h"
#include "pages.h"
#include <hg/fetch.h>
#include <hg/mem.h>
#include <stdio.h>

#define TARGET_BYTES 8192u

/* No tag of GitHub's: it has hexadecimal digits only. */
static const struct hg_str mark = { "\"hubgate:empty-list\"", 20 };

struct look {
	struct hg_waiter *waiter;
	behind_fn on_known;
	void *arg;
	enum behind_what what;
	struct hg_str query, own; /* of the page; behind the struct */
	char link[PAGE_LINK_BYTES];
	size_t n_link;
};

static struct hg_str field_of(const struct hg_fetched *got, const char *name)
{
	for (uint32_t i = 0; i < got->n_fields; i++)
		if (hg_str_is_nocase(got->fields[i].name, hg_str(name)))
			return got->fields[i].value;
	return (struct hg_str){ 0 };
}

static enum behind_what read_answer(struct look *l, const struct hg_fetched *got)
{
	if (got->status == 304)
		return BEHIND_NOTHING;
	if (got->err_code || got->status != 200)
		return BEHIND_UNKNOWN;
	if (hg_str_is(got->body, HG_STR("[]")))
		return BEHIND_UNTAGGED;
	return page_link(l->query, l->own, field_of(got, "link"), l->link, &l->n_link)
	               ? BEHIND_PAGE
	               : BEHIND_UNKNOWN;
}

static enum hg_verdict on_front(void *self, struct hg_request *r, void *arg)
{
	struct look *l = arg;
	enum hg_verdict v =
		l->on_known(self, r, l->arg, l->what, (struct hg_str){ l->link, l->n_link });

	hg_free(l);
	return v;
}

static void on_done(void *self, void *arg, const struct hg_fetched *got)
{
	struct look *l = arg;

	(void)self;
	l->what = read_answer(l, got);
	hg_waiter_resume(l->waiter, on_front, l);
}

static struct look *look_new(struct hg_str query, struct hg_str own)
{
	struct look *l = hg_alloc(sizeof(*l) + query.n + own.n);
	char *text = (char *)(l + 1);

	l->n_link = 0;
	if (query.n)
		memcpy(text, query.p, query.n);
	if (own.n)
		memcpy(text + query.n, own.p, own.n);
	l->query = (struct hg_str){ text, query.n };
	l->own = (struct hg_str){ text + query.n, own.n };
	return l;
}

/* The same representation as the page's. */
static void copy_fields(const struct hg_request *r, struct hg_fetch *f)
{
	uint32_t n;
	const struct hg_field *fields = hg_request_headers(r, &n);

	for (uint32_t i = 0; i < n; i++) {
		char name[64];
		if (!key_is_chosen_by(fields[i].name) || fields[i].name.n >= sizeof(name))
			continue;
		(void)snprintf(name, sizeof(name), "%.*s", (int)fields[i].name.n, fields[i].name.p);
		hg_fetch_set_header(f, name, fields[i].value);
	}
	hg_fetch_set_header(f, "If-None-Match", mark);
}

/* Half of the time that is left is for the page itself. */
static int64_t bounded(const struct hg_request *r, int64_t wait_us)
{
	int64_t half_us = (hg_request_deadline_us(r) - hg_now().mono_us) / 2;

	return wait_us < half_us ? wait_us : half_us > 1 ? half_us : 1;
}

bool behind_look(void *self, struct hg_request *r, struct hg_str own, int64_t wait_us,
	behind_fn on_known, void *arg)
{
	struct hg_str path = hg_request_path(r), query = hg_request_query(r);
	char target[TARGET_BYTES];
	size_t n = 0;

	if (path.n + 2 > sizeof(target))
		return false;
	memcpy(target, path.p, path.n);
	target[path.n] = '?';
	size_t room = sizeof(target) - path.n - 2; /* the sign, and a NUL */
	if (!page_behind(query, target + path.n + 1, room, &n))
		return false;
	target[path.n + 1 + n] = '\0';

	struct look *l = look_new(query, own);
	l->on_known = on_known;
	l->arg = arg;
	l->waiter = hg_request_wait(r);
	struct hg_fetch *f = hg_fetch_new(self, "GET", target);
	hg_fetch_set_upstream(f, hg_request_upstream(r));
	hg_fetch_set_class(f, hg_request_class(r));
	hg_fetch_set_deadline(f, bounded(r, wait_us));
	hg_fetch_set_redirects(f, 0);
	copy_fields(r, f);
	hg_fetch_send(f, on_done, l);
	return true;
}

bool behind_set_tag(struct hg_send *s)
{
	char tag[INDEX_TAG_HEX + 2];

	if (!hg_str_is(hg_send_header(s, "If-None-Match"), mark))
		return false;
	tag[0] = tag[INDEX_TAG_HEX] = '"';
	bool is_known = hg_send_token(s) &&
	                hg_send_model_tag(s, (struct hg_str){ 0 }, HG_STR("[]"), tag + 1);
	tag[INDEX_TAG_HEX] = '"';
	hg_send_set_header(s, "If-None-Match",
		is_known ? (struct hg_str){ tag, INDEX_TAG_HEX + 1 } : (struct hg_str){ 0 });
	return true;
}

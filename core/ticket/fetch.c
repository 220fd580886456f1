/*
 * A fetch is a ticket and, after a redirect, the next ticket. Its body is gathered here, or
 * handed on piece by piece.
 */
#include "ticket/fetch.h"
#include "base/bug.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "ticket/github_route.h"
#include "ticket/snapshot.h"
#include <hg/fetch.h>
#include <hg/mem.h>
#include <inttypes.h>
#include <stdio.h>

#define DEFAULT_MAX_BODY (8ull << 20)
#define DEFAULT_REDIRECTS 3
#define MAX_FIELDS 32

struct hg_fetch {
	struct hg_instance *in;
	struct hg_loop *loop;
	struct hg_arena arena;
	struct hg_str method, target, body;
	struct hg_str upstream; /* its name; empty: the first */
	struct hg_field fields[MAX_FIELDS];
	uint32_t n_fields, redirects, max_redirects;
	enum hg_class klass;
	int64_t deadline_in_us; /* 0 = the configured one */
	uint64_t max_body;
	void (*on_piece)(void *self, void *arg, struct hg_str piece);
	void (*on_done)(void *self, void *arg, const struct hg_fetched *got);
	void *arg;

	struct hg_ticket *ticket; /* owned; NULL before sending and between two */
	struct hg_head *head;
	struct hg_text got;
	struct hg_str at;    /* the URL that was asked last, or the upstream's base */
	bool told;           /* on_done runs, or ran */
	int64_t deadline_us; /* fixed by the first sending: redirects do not stretch it */
	int failed;          /* HG_E… found here; `why` says it */
	char why[200];
	struct hg_later later; /* the end, told after this turn */
};

static struct {
	struct hg_port *port;
	struct hg_snapshot *(*current)(void);
} bound;

void hg_fetch_bind(struct hg_port *port, struct hg_snapshot *(*current)(void))
{
	bound.port = port;
	bound.current = current;
}

static void fetch_free(struct hg_fetch *f)
{
	hg_ticket_unref(f->ticket);
	hg_head_unref(f->head);
	hg_text_fini(&f->got);
	hg_arena_fini(&f->arena);
	hg_free(f);
}

static void finish(struct hg_later *later)
{
	struct hg_fetch *f = HG_CONTAINER(later, struct hg_fetch, later);
	struct hg_instance *in = f->in;
	struct hg_fetched got = {
		.size = sizeof(got),
		.status = f->head && !f->failed ? f->head->status : 0,
		.body = hg_text_str(&f->got),
		.fields = f->head ? f->head->fields : NULL,
		.n_fields = f->head ? f->head->n_fields : 0,
		.redirects = f->redirects,
		.err_code = f->failed,
		.err_text = hg_str(f->why),
	};
	struct hg_stopwatch watch = hg_stopwatch_begin(in, "on_fetched");

	f->told = true;
	f->on_done(in->self, f->arg, &got);
	hg_stopwatch_end(&watch);
	fetch_free(f);
	atomic_fetch_sub(&in->n_fetches, 1); /* the last touch: from here on it may be freed */
}

static void end_with(struct hg_fetch *f, int code, const char *why)
{
	f->failed = code;
	(void)snprintf(f->why, sizeof(f->why), "%s", why);
	if (f->ticket)
		hg_ticket_cancel(f->ticket);
	hg_loop_later(f->loop, &f->later);
}

/* -- where the next ticket goes ---------------------------------------------------------------- */

static bool is_url(struct hg_str s)
{
	return (s.n >= 8 && strncasecmp(s.p, "https://", 8) == 0) ||
	       (s.n >= 7 && strncasecmp(s.p, "http://", 7) == 0);
}

/* "https://host:port" of a URL. */
static struct hg_str origin_of(struct hg_str url)
{
	const char *mark = memmem(url.p, url.n, "://", 3);
	size_t n = mark ? (size_t)(mark - url.p) + 3 : 0;

	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	return (struct hg_str){ url.p, n };
}

/* A Location, made absolute by where it came from: a host's own path never becomes one of the
 * upstream. {0}: no http or https URL. */
static struct hg_str resolve(struct hg_arena *arena, struct hg_str at, struct hg_str location)
{
	const char *fragment = memchr(location.p, '#', location.n);

	if (fragment)
		location.n = (size_t)(fragment - location.p);
	if (is_url(location))
		return hg_arena_copy(arena, location);
	if (!hg_str_starts(location, HG_STR("/")))
		return (struct hg_str){ 0 };

	struct hg_str origin = origin_of(at);
	if (hg_str_starts(location, HG_STR("//")))
		origin.n = (size_t)((const char *)memchr(origin.p, ':', origin.n) - origin.p) + 1;
	return hg_arena_printf(
		arena, "%.*s%.*s", (int)origin.n, origin.p, (int)location.n, location.p);
}

/* Behind the upstream's base URL; {0} when it is another host's. */
static struct hg_str path_on_upstream(const struct hg_upstream_conf *conf, struct hg_str url)
{
	struct hg_str base = hg_str(conf->base_url);

	while (base.n && base.p[base.n - 1] == '/')
		base.n--;
	if (!hg_str_starts(url, base) || (url.n > base.n && url.p[base.n] != '/'))
		return (struct hg_str){ 0 };
	return (struct hg_str){ url.p + base.n, url.n - base.n };
}

static void aim(struct hg_ask *ask, struct hg_arena *arena, const struct hg_upstream_conf *conf,
	struct hg_str target)
{
	struct hg_str local = is_url(target) ? path_on_upstream(conf, target) : target;

	if (!local.p) {
		ask->url = hg_arena_copy(arena, target);
		ask->entrance = HG_GITHUB_REST;
		ask->route = HG_STR("(elsewhere)");
		ask->resource = HG_STR("(none)");
		return;
	}
	const char *mark = local.n ? memchr(local.p, '?', local.n) : NULL;
	size_t path_n = mark ? (size_t)(mark - local.p) : local.n;

	ask->path = path_n ? hg_arena_copy(arena, (struct hg_str){ local.p, path_n }) : HG_STR("/");
	if (mark)
		ask->query =
			hg_arena_copy(arena, (struct hg_str){ mark + 1, local.n - path_n - 1 });

	if (hg_str_is(ask->path, HG_STR("/graphql")))
		ask->entrance = HG_GITHUB_GRAPHQL;
	struct hg_github_route route;
	hg_github_route_find(ask->method, ask->path, &route);
	ask->route = route.tmpl;
	ask->resource = hg_str(route.resource);
	ask->cost = route.cost;
	ask->is_content = route.is_content;
}

/* What a field says may be for the upstream's eyes only: another host gets these. */
static bool may_leave(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("accept")) ||
	       hg_str_is_nocase(name, HG_STR("accept-language")) ||
	       hg_str_is_nocase(name, HG_STR("range"));
}

static void copy_fields(const struct hg_fetch *f, struct hg_ask *ask, struct hg_arena *arena)
{
	struct hg_field *fields = hg_arena_alloc(arena, sizeof(*fields) * (f->n_fields + 1));

	ask->fields = fields;
	for (uint32_t i = 0; i < f->n_fields; i++)
		if (!ask->url.n || may_leave(f->fields[i].name))
			fields[ask->n_fields++] =
				(struct hg_field){ hg_arena_copy(arena, f->fields[i].name),
					hg_arena_copy(arena, f->fields[i].value) };
}

/* It is no client's request: no `when:` is for it. */
static uint64_t left_out(const struct hg_snapshot *s, int64_t now_us)
{
	uint64_t out = s->guarded;

	for (uint32_t i = 0; i < s->send.n; i++)
		if (!hg_instance_takes_part(s->send.in[i], now_us))
			out |= UINT64_C(1) << s->send.in[i]->index;
	return out;
}

static struct hg_str field_of(const struct hg_ask *ask, const char *name)
{
	for (uint32_t i = 0; i < ask->n_fields; i++)
		if (hg_str_is_nocase(ask->fields[i].name, hg_str(name)))
			return ask->fields[i].value;
	return (struct hg_str){ 0 };
}

static void read_graphql(const struct hg_fetch *f, struct hg_ask *ask)
{
	if (ask->entrance != HG_GITHUB_GRAPHQL || !hg_str_is(f->method, HG_STR("POST")))
		return;
	bool is_plain = !ask->query.n && hg_graphql_is_plain(field_of(ask, "content-type"),
						 field_of(ask, "content-encoding"));
	hg_graphql_post_read(&ask->graphql, is_plain, f->body);
	ask->cost = ask->graphql.points;
	ask->is_content = ask->graphql.is_content;
}

static void on_news(struct hg_ticket *t);

static void send_to(struct hg_fetch *f, struct hg_str target)
{
	struct hg_snapshot *s = bound.current();
	uint32_t upstream = f->upstream.n ? hg_snapshot_upstream(s, f->upstream) : 0;
	if (upstream == s->n_upstreams) {
		hg_snapshot_unref(s);
		end_with(f, HG_ENOTFOUND, "there is no such upstream in the configuration");
		return;
	}
	const struct hg_upstream_conf *conf = &s->upstreams[upstream];
	struct hg_ticket *t = hg_ticket_new(f->loop, s, on_news, f);
	struct hg_ask *ask = &t->ask;
	int64_t now_us = hg_loop_now(f->loop).mono_us;

	ask->id = hg_arena_printf(&t->arena, "%s-%" PRIxPTR, f->in->name, (uintptr_t)f);
	ask->client = hg_arena_copy(&t->arena, hg_str(f->in->name));
	ask->method = hg_arena_copy(&t->arena, f->method);
	ask->cost = 1;
	ask->upstream = upstream;
	aim(ask, &t->arena, conf, target);
	copy_fields(f, ask, &t->arena);
	f->at = hg_arena_copy(&f->arena, ask->url.n ? ask->url : hg_str(conf->base_url));
	if (f->body.n)
		hg_chunks_add(&ask->body, hg_chunk_new(f->body));
	ask->klass = f->klass;
	read_graphql(f, ask);
	ask->is_safe = hg_str_is(f->method, HG_STR("GET")) ||
	               hg_str_is(f->method, HG_STR("HEAD")) || ask->graphql.is_query;
	ask->arrived_us = now_us;
	if (!f->deadline_us)
		f->deadline_us =
			now_us + (f->deadline_in_us ? f->deadline_in_us : s->dispatch.deadline_us);
	ask->deadline_us = f->deadline_us;
	ask->left_out = left_out(s, now_us);
	hg_snapshot_unref(s);

	f->ticket = t;
	if (!hg_ticket_submit(t, bound.port)) {
		hg_ticket_unref(HG_TAKE(f->ticket));
		end_with(f, HG_EFULL, "the dispatcher's mailbox is full");
	}
}

/* -- what comes back --------------------------------------------------------------------------- */

static bool is_redirect(const struct hg_fetch *f)
{
	int status = f->head ? f->head->status : 0;

	return (status == 301 || status == 302 || status == 307 || status == 308) &&
	       f->max_redirects && hg_head_find(f->head, "location").n &&
	       (hg_str_is(f->method, HG_STR("GET")) || hg_str_is(f->method, HG_STR("HEAD")));
}

static void follow(struct hg_fetch *f)
{
	struct hg_str location = resolve(&f->arena, f->at, hg_head_find(f->head, "location"));

	hg_ticket_unref(HG_TAKE(f->ticket));
	if (f->redirects == f->max_redirects) {
		end_with(f, HG_ETOOBIG, "too many redirects");
		return;
	}
	if (!location.n) {
		end_with(f, HG_EINVAL, "a redirect that leads to no http or https URL");
		return;
	}
	f->redirects++;
	hg_head_unref(HG_TAKE(f->head));
	hg_text_clear(&f->got);
	send_to(f, location);
}

static void take_piece(struct hg_fetch *f, struct hg_str piece)
{
	if (f->failed || is_redirect(f))
		return;
	if (f->on_piece) {
		struct hg_stopwatch watch = hg_stopwatch_begin(f->in, "on_piece");
		f->on_piece(f->in->self, f->arg, piece);
		hg_stopwatch_end(&watch);
		return;
	}
	if (f->got.n + piece.n > f->max_body) {
		end_with(f, HG_ETOOBIG, "the reply is larger than the fetch allows");
		return;
	}
	hg_text_add(&f->got, piece);
}

static void on_news(struct hg_ticket *t)
{
	struct hg_fetch *f = t->arg;
	struct hg_head_note note;
	struct hg_head *head = hg_ticket_take_head(t, &note);
	struct hg_chunk *c;
	struct hg_ticket_end end;

	if (head)
		f->head = head;
	while (!f->failed && (c = hg_ticket_take_chunk(t)) != NULL) {
		take_piece(f, (struct hg_str){ c->bytes, c->n });
		hg_chunk_unref(c);
	}
	if (f->failed || !hg_ticket_take_end(t, &end))
		return;
	if (end.code)
		end_with(f, end.code, end.text);
	else if (is_redirect(f))
		follow(f);
	else
		hg_loop_later(f->loop, &f->later);
}

/* -- the public side --------------------------------------------------------------------------- */

struct hg_fetch *hg_fetch_new(void *self, const char *method, const char *target)
{
	struct hg_fetch *f = hg_alloc0(sizeof(*f));

	f->in = hg_instance_of(self);
	f->loop = hg_loop_self();
	HG_BUG_ON(!f->loop || !bound.port);
	hg_arena_init(&f->arena);
	hg_text_init(&f->got);
	f->method = hg_arena_copy(&f->arena, hg_str(method));
	f->target = hg_arena_copy(&f->arena, hg_str(target));
	f->klass = HG_CLASS_LOW;
	f->max_redirects = DEFAULT_REDIRECTS;
	f->max_body = DEFAULT_MAX_BODY;
	hg_list_init(&f->later.link);
	f->later.run = finish;
	return f;
}

void hg_fetch_set_upstream(struct hg_fetch *f, struct hg_str name)
{
	f->upstream = hg_arena_copy(&f->arena, name);
}

void hg_fetch_set_header(struct hg_fetch *f, const char *name, struct hg_str value)
{
	HG_BUG_ON(f->n_fields == MAX_FIELDS);
	f->fields[f->n_fields++] = (struct hg_field){ hg_arena_copy(&f->arena, hg_str(name)),
		hg_arena_copy(&f->arena, value) };
}

void hg_fetch_set_body(struct hg_fetch *f, struct hg_str body)
{
	f->body = hg_arena_copy(&f->arena, body);
}

void hg_fetch_set_class(struct hg_fetch *f, enum hg_class c)
{
	f->klass = c;
}

void hg_fetch_set_deadline(struct hg_fetch *f, int64_t in_us)
{
	f->deadline_in_us = in_us;
}

void hg_fetch_set_redirects(struct hg_fetch *f, uint32_t max)
{
	f->max_redirects = max;
}

void hg_fetch_set_max_body(struct hg_fetch *f, uint64_t bytes)
{
	f->max_body = bytes;
}

void hg_fetch_on_piece(
	struct hg_fetch *f, void (*on_piece)(void *self, void *arg, struct hg_str piece))
{
	f->on_piece = on_piece;
}

void hg_fetch_send(struct hg_fetch *f,
	void (*on_done)(void *self, void *arg, const struct hg_fetched *got), void *arg)
{
	/* Its tickets hold the newest snapshot, which need not be the one its instance is of. */
	atomic_fetch_add(&f->in->n_fetches, 1);
	f->on_done = on_done;
	f->arg = arg;
	send_to(f, f->target);
}

void hg_fetch_cancel(struct hg_fetch *f)
{
	if (!f->on_done) {
		fetch_free(f);
		return;
	}
	if (!f->failed && !f->told)
		end_with(f, HG_ECANCELLED, "cancelled");
}

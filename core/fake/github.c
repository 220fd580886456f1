/*
 * The dispatcher's transport, whose other end is a function of the test. Each flight is a call; its
 * alarm rings on the dispatcher's loop when the answer is due.
 */
#include "dispatch/flight.h"
#include "dispatch/wire/upstream_head.h"
#include "fake/fake_inside.h"
#include <stdio.h>

enum { PIECE_BYTES = 16 << 10 }; /* as libcurl hands them on */

struct call {
	struct hg_fake_call seen; /* first: what the test is shown; strings in the fake's arena */
	struct hg_fake *fake;
	struct hg_list link; /* of fake->under_way */
	struct hg_alarm alarm;
	struct hg_flight *flight; /* NULL: over */
	struct hg_text body;      /* of the request, while it comes */
	bool is_asked;            /* the test's function has answered */
	bool is_paused;
	struct hg_fake_answer answer; /* copied to the arena */
	bool has_head;
	size_t at; /* of the answer's body */
};

static struct hg_now now_of(const struct call *c)
{
	return hg_loop_now(c->fake->dispatcher);
}

static const char *keep(struct hg_fake *f, struct hg_str s)
{
	return hg_arena_copy(&f->arena, s).p;
}

static void end(struct call *c, int code, const char *why)
{
	struct hg_flight *flight = c->flight;
	struct hg_now now = now_of(c);

	c->flight = NULL;
	flight->transfer = NULL;
	hg_list_remove(&c->link);
	hg_dispatcher_on_end(c->fake->desk.dispatcher, flight, code, true, why, &now);
}

/* -- the answer -------------------------------------------------------------------------------- */

static struct hg_head *make_head(const struct hg_fake_answer *a)
{
	struct hg_upstream_head *head = hg_alloc(sizeof(*head));
	char status[16];
	int n = snprintf(status, sizeof(status), "HTTP/2 %03d", a->status);
	bool fine = true;

	hg_upstream_head_init(head);
	hg_upstream_head_begin(head, (struct hg_str){ status, (size_t)n });
	for (const char *p = a->headers; p && *p;) {
		size_t len = strcspn(p, "\r\n");
		if (len)
			fine &= hg_upstream_head_add(head, (struct hg_str){ p, len });
		p += len + (p[len] != 0);
	}
	struct hg_head *made = fine ? hg_upstream_head_make(head) : NULL;
	hg_upstream_head_fini(head);
	hg_free(head);
	return made;
}

static bool give_head(struct call *c)
{
	struct hg_now now = now_of(c);
	struct hg_head *head = make_head(&c->answer);

	c->has_head = true;
	if (!head) {
		end(c, HG_EIO, "malformed head");
		return false;
	}
	hg_dispatcher_on_head(c->fake->desk.dispatcher, c->flight, head, &now);
	hg_head_unref(head);
	return true;
}

static void give(struct call *c)
{
	struct hg_str body = c->answer.body;

	if (c->answer.broken) {
		end(c, HG_EIO, c->answer.broken);
		return;
	}
	if (!c->has_head && !give_head(c))
		return;
	while (c->flight && !c->is_paused && c->at < body.n) {
		struct hg_now now = now_of(c);
		size_t n = body.n - c->at < PIECE_BYTES ? body.n - c->at : PIECE_BYTES;
		struct hg_chunk *piece = hg_chunk_new((struct hg_str){ body.p + c->at, n });
		c->at += n;
		hg_dispatcher_on_chunk(c->fake->desk.dispatcher, c->flight, piece, &now);
		hg_chunk_unref(piece);
	}
	if (c->flight && c->at == body.n)
		end(c, 0, NULL);
}

static void ask(struct call *c)
{
	static const char not_found[] = "{\"message\":\"Not Found\"}";
	struct hg_fake *f = c->fake;
	struct hg_fake_answer *a = &c->answer;

	c->is_asked = true;
	*a = (struct hg_fake_answer){ 0 };
	if (f->wish.github)
		f->wish.github(f->wish.github_arg, &c->seen, a);
	else
		a->broken = "the test has no GitHub (hg_fake_wish.github)";
	if (!a->status) {
		a->status = 404;
		if (!a->body.n)
			a->body = hg_str(not_found);
	}
	if (strcmp(c->seen.method, "HEAD") == 0 || a->status == 204 || a->status == 304)
		a->body.n = 0;
	a->headers = a->headers ? keep(f, hg_str(a->headers)) : NULL;
	a->broken = a->broken ? keep(f, hg_str(a->broken)) : NULL;
	a->body = hg_arena_copy(&f->arena, a->body);
	if (a->after_us > 0)
		hg_alarm_set(&c->alarm, now_of(c).mono_us + a->after_us);
	else
		give(c);
}

/* -- the request ------------------------------------------------------------------------------- */

/* True: all of it is here. */
static bool take_upload(struct call *c)
{
	char piece[PIECE_BYTES];
	ssize_t n;

	do {
		struct hg_now now = now_of(c);
		bool has_room = false;
		n = hg_upload_take(c->flight->ask.upload, piece, sizeof(piece), &has_room);
		if (n > 0)
			hg_text_add(&c->body, (struct hg_str){ piece, (size_t)n });
		hg_dispatcher_on_upload(c->fake->desk.dispatcher, c->flight, n, has_room, &now);
	} while (n > 0);
	return n == 0;
}

static void take_body(struct call *c)
{
	const struct hg_chunks *body = &c->flight->ask.body;

	if (c->flight->ask.upload && !take_upload(c))
		return; /* feed comes when there is more */
	for (uint32_t i = 0; !c->flight->ask.upload && i < body->n; i++)
		hg_text_add(&c->body, (struct hg_str){ body->items[i]->bytes, body->items[i]->n });
	c->seen.body = hg_arena_copy(&c->fake->arena, hg_text_str(&c->body));
	hg_text_fini(&c->body);
	hg_text_init(&c->body);
	ask(c);
}

static void on_alarm(struct hg_alarm *a)
{
	struct call *c = HG_CONTAINER(a, struct call, alarm);

	if (!c->flight)
		return;
	if (!c->is_asked)
		take_body(c);
	else
		give(c);
	hg_desk_turn_later(&c->fake->desk);
}

static void look(struct call *c, const struct hg_flight *flight)
{
	struct hg_fake *f = c->fake;
	struct hg_fake_call *seen = &c->seen;
	struct hg_field *fields =
		hg_arena_alloc(&f->arena, (flight->n_fields + 1) * sizeof(*fields));

	for (uint32_t i = 0; i < flight->n_fields; i++) {
		fields[i].name = hg_arena_copy(&f->arena, flight->fields[i].name);
		fields[i].value = hg_arena_copy(&f->arena, flight->fields[i].value);
	}
	seen->method = keep(f, flight->ask.method);
	seen->path = keep(f, flight->ask.path);
	seen->query = keep(f, flight->ask.query);
	seen->fields = fields;
	seen->n_fields = flight->n_fields;
	seen->at = now_of(c);
}

/* -- the transport ----------------------------------------------------------------------------- */

static void send_flight(void *arg, struct hg_flight *flight)
{
	struct hg_fake *f = arg;
	struct call *c = hg_arena_alloc0(&f->arena, sizeof(*c));

	c->fake = f;
	c->flight = flight;
	flight->transfer = c;
	hg_list_init(&c->link);
	hg_list_add(&f->under_way, &c->link);
	hg_alarm_init(&c->alarm, f->dispatcher, on_alarm);
	hg_text_init(&c->body);
	look(c, flight);
	hg_fake_list_add(&f->calls, c);
	hg_alarm_set(&c->alarm, 0); /* never inside this call */
}

static void abort_flight(void *arg, struct hg_flight *flight)
{
	struct call *c = flight->transfer;

	(void)arg;
	if (!c)
		return;
	flight->transfer = NULL;
	c->flight = NULL;
	hg_alarm_clear(&c->alarm);
	hg_list_remove(&c->link);
	hg_text_fini(&c->body);
	hg_text_init(&c->body);
}

static void pause_flight(void *arg, struct hg_flight *flight, bool paused)
{
	struct call *c = flight->transfer;

	(void)arg;
	if (!c)
		return;
	c->is_paused = paused;
	if (!paused && c->has_head)
		hg_alarm_set(&c->alarm, 0);
}

static void feed_flight(void *arg, struct hg_flight *flight)
{
	struct call *c = flight->transfer;

	(void)arg;
	if (c && !c->is_asked)
		hg_alarm_set(&c->alarm, 0);
}

struct hg_transport hg_fake_github(struct hg_fake *f)
{
	return (struct hg_transport){ f, send_flight, abort_flight, pause_flight, feed_flight };
}

/* -- for the test ------------------------------------------------------------------------------ */

struct hg_str hg_fake_call_header(const struct hg_fake_call *call, const char *name)
{
	for (uint32_t i = 0; i < call->n_fields; i++)
		if (hg_str_is_nocase(call->fields[i].name, hg_str(name)))
			return call->fields[i].value;
	return (struct hg_str){ 0 };
}

uint32_t hg_fake_n_calls(const struct hg_fake *f)
{
	return f->calls.n;
}

const struct hg_fake_call *hg_fake_call(const struct hg_fake *f, uint32_t i)
{
	return i < f->calls.n ? f->calls.items[i] : NULL;
}

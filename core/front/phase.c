#include "front/phase.h"
#include "base/bug.h"
#include "base/stopwatch.h"
#include "front/when.h"
#include <hg/mem.h>

/* A plugin's word that it will come back. Lives until it was resumed: `request` is NULL when the
 * client left before, `front` when the front went. On the front's loop but for hg_waiter_resume,
 * which only fills and posts it. */
struct hg_waiter {
	struct hg_message message;
	struct hg_list link; /* front's waiters */
	struct hg_loop *loop;
	struct hg_front *front;
	struct hg_request *request;
	struct hg_edition *edition; /* counted: the plugin outlives its waiters */
	struct hg_instance *in;     /* NULL: a route of the core */
	void *self;
	hg_resume_fn resume;
	void *arg;
};

/* -- calling ----------------------------------------------------------------------------------- */

/* A hook says WAIT and takes no waiter, or the other way round: give this request up. */
static enum hg_verdict checked(struct hg_request *r, enum hg_verdict v)
{
	if (HG_ODD((unsigned)v > HG_REFUSED) || HG_ODD((v == HG_WAIT) != (r->waiter != NULL))) {
		hg_instance_fail(r->hook_in, "a hook gave no usable verdict");
		hg_waiter_forget(r);
		hg_request_refuse(r, 500, "plugin_failed", -1, "A plugin gave no usable verdict.");
		return HG_REFUSED;
	}
	return v;
}

static void enter(struct hg_request *r, struct hg_instance *in, void *self)
{
	r->hook_in = in;
	r->hook_self = self;
	r->reply.hook_in = in;
}

typedef enum hg_verdict (*verdict_hook)(void *self, struct hg_request *r);

static enum hg_verdict call(
	struct hg_request *r, struct hg_instance *in, const char *name, verdict_hook hook)
{
	enter(r, in, in->self);
	struct hg_stopwatch w = hg_stopwatch_begin(in, name);
	enum hg_verdict v = hook(in->self, r);
	hg_stopwatch_end(&w);
	return checked(r, v);
}

/* One after the other, from where the one before WAIT left off, until one does not say NEXT. `at`:
 * where the hook stands in a plugin's table. */
static enum hg_verdict ask_in_turn(
	struct hg_request *r, const struct hg_hooks *hooks, const char *name, size_t at)
{
	enum hg_verdict v = HG_NEXT;

	while (v == HG_NEXT && r->hook_at < hooks->n) {
		struct hg_instance *in = hooks->in[r->hook_at++];
		verdict_hook hook = *(const verdict_hook *)((const char *)in->table + at);
		if (hg_when_is_met(r, in))
			v = call(r, in, name, hook);
	}
	return v;
}

#define AT(hook) #hook, HG_FIELD(struct hg_plugin, hook, verdict_hook)

enum hg_verdict hg_phase_admit(struct hg_request *r)
{
	return ask_in_turn(r, &r->snapshot->admit, AT(on_admit));
}

enum hg_verdict hg_phase_weigh(struct hg_request *r)
{
	return ask_in_turn(r, &r->snapshot->weigh, AT(on_weigh));
}

enum hg_verdict hg_phase_lookup(struct hg_request *r)
{
	return ask_in_turn(r, &r->snapshot->lookup, AT(on_lookup));
}

enum hg_verdict hg_phase_head(struct hg_request *r)
{
	const struct hg_hooks *hooks = &r->snapshot->head;
	enum hg_verdict v = HG_NEXT;

	r->reply.in_head = true;
	for (uint32_t i = hooks->n; v == HG_NEXT && i-- > 0;) {
		struct hg_instance *in = hooks->in[i];
		if (!hg_when_is_met(r, in))
			continue;
		enter(r, in, in->self);
		struct hg_stopwatch w = hg_stopwatch_begin(in, "on_head");
		v = in->table->on_head(in->self, r, &r->reply);
		hg_stopwatch_end(&w);
		if (HG_ODD(v == HG_WAIT)) { /* the reply is here and can not wait */
			hg_instance_fail(in, "on_head said WAIT");
			hg_waiter_forget(r);
			v = HG_NEXT;
		}
	}
	r->reply.in_head = false;
	return checked(r, v);
}

void hg_phase_keep(struct hg_request *r)
{
	const struct hg_hooks *hooks = &r->snapshot->keep;

	for (uint32_t i = hooks->n; i-- > 0;) {
		struct hg_instance *in = hooks->in[i];
		const struct hg_keep_wish *wish = r->reply.wishes;
		while (wish && wish->in != in)
			wish = wish->next;
		if (!wish || r->reply.body.n > wish->max_bytes)
			continue;
		enter(r, in, in->self);
		struct hg_stopwatch w = hg_stopwatch_begin(in, "on_keep");
		in->table->on_keep(in->self, r, &r->reply);
		hg_stopwatch_end(&w);
	}
}

void hg_phase_done(struct hg_request *r)
{
	const struct hg_hooks *hooks = &r->snapshot->done;

	for (uint32_t i = 0; i < hooks->n; i++) {
		struct hg_instance *in = hooks->in[i];
		if (!hg_when_is_met(r, in))
			continue;
		enter(r, in, in->self);
		struct hg_stopwatch w = hg_stopwatch_begin(in, "on_done");
		in->table->on_done(in->self, r);
		hg_stopwatch_end(&w);
	}
}

/* -- routes: the core's own have no instance and no stopwatch ---------------------------------- */

static struct hg_stopwatch begin_route(struct hg_request *r, const char *name)
{
	enter(r, r->routed.in, r->routed.self);
	return r->routed.in ? hg_stopwatch_begin(r->routed.in, name)
	                    : (struct hg_stopwatch){ .hook = name };
}

static void end_route(struct hg_stopwatch *w)
{
	if (w->in)
		hg_stopwatch_end(w);
}

static enum hg_verdict refuse_out(struct hg_request *r, struct hg_instance *in)
{
	int64_t until_us = atomic_load_explicit(&in->quarantine.until_us, memory_order_relaxed);
	int64_t left_s = (until_us - hg_loop_now(r->front->loop).mono_us) / 1000000;

	enter(r, in, in->self);
	hg_request_refuse(r, 503, "plugin_taken_out", left_s > 0 ? (int)left_s + 1 : 1,
		"Plugin %s keeps failing and is left out for a while.", in->name);
	return HG_REFUSED;
}

enum hg_verdict hg_phase_on_request(struct hg_request *r)
{
	if (r->routed.in && !hg_instance_takes_part(r->routed.in, r->began_us))
		return refuse_out(r, r->routed.in);
	struct hg_stopwatch w = begin_route(r, "on_request");

	r->owes_gone = true;
	enum hg_verdict v = r->routed.route->on_request(r->routed.self, r);
	end_route(&w);
	return checked(r, v);
}

enum hg_verdict hg_phase_on_body(struct hg_request *r, struct hg_str piece, bool end)
{
	struct hg_stopwatch w = begin_route(r, "on_body");
	enum hg_verdict v = r->routed.route->on_body(r->routed.self, r, piece, end);

	end_route(&w);
	return checked(r, v);
}

void hg_phase_on_drain(struct hg_request *r)
{
	if (!r->routed.route->on_drain)
		return;
	struct hg_stopwatch w = begin_route(r, "on_drain");
	r->routed.route->on_drain(r->routed.self, r);
	end_route(&w);
}

void hg_phase_on_gone(struct hg_request *r)
{
	r->owes_gone = false;
	if (!r->routed.route->on_gone)
		return;
	struct hg_stopwatch w = begin_route(r, "on_gone");
	r->routed.route->on_gone(r->routed.self, r);
	end_route(&w);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static enum hg_verdict resume(struct hg_waiter *w, struct hg_request *r)
{
	if (!w->resume)
		return HG_NEXT;
	if (!w->in)
		return w->resume(w->self, r, w->arg);
	struct hg_stopwatch watch = hg_stopwatch_begin(w->in, "resume");
	enum hg_verdict v = w->resume(w->self, r, w->arg);
	hg_stopwatch_end(&watch);
	return v;
}

static void on_resume(struct hg_message *m)
{
	struct hg_waiter *w = HG_CONTAINER(m, struct hg_waiter, message);
	struct hg_request *r = w->request;

	hg_list_remove(&w->link);
	if (w->front)
		w->front->n_waiters--;
	if (r) {
		struct hg_conn *c = r->conn;
		c->wire.entered++;
		r->waiter = NULL;
		enter(r, w->in, w->self);
		w->front->on_resumed(r, checked(r, resume(w, r)));
		c->wire.entered--;
		hg_wire_settle_later(&c->wire);
	} else {
		(void)resume(w, NULL);
		if (w->front)
			hg_front_lost(w->front);
	}
	hg_edition_unref(w->edition);
	hg_free(w);
}

struct hg_waiter *hg_request_wait(struct hg_request *r)
{
	if (HG_ODD(r->waiter != NULL))
		return r->waiter;
	struct hg_waiter *w = hg_alloc0(sizeof(*w));
	w->message.run = on_resume;
	w->loop = r->front->loop;
	w->front = r->front;
	w->request = r;
	w->edition = r->edition;
	w->edition->refs++;
	w->in = r->hook_in;
	w->self = r->hook_self;
	hg_list_init(&w->link);
	hg_list_add(&r->front->waiters, &w->link);
	r->front->n_waiters++;
	r->waiter = w;
	return w;
}

void hg_waiter_resume(struct hg_waiter *w, hg_resume_fn on_front, void *arg)
{
	w->resume = on_front;
	w->arg = arg;
	hg_loop_post_reserved(w->loop, &w->message);
}

void hg_waiter_forget(struct hg_request *r)
{
	if (r->waiter)
		r->waiter->request = NULL;
	r->waiter = NULL;
}

void hg_waiters_cut(struct hg_front *f)
{
	struct hg_waiter *w;

	while ((w = HG_LIST_FIRST(&f->waiters, struct hg_waiter, link))) {
		hg_list_remove(&w->link);
		w->front = NULL;
		w->request = NULL;
	}
	f->n_waiters = 0;
}

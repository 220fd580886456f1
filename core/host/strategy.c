#include "host/host_inside.h"

#include "base/log.h"
#include "base/text.h"
#include "base/json.h"
#include "front/request.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <hg/route.h>
#include <string.h>

/*
 * The strategy in force, by hand: `hubgate set strategy NAME` and PUT /api/github/strategy. It
 * holds until the next start, or until a reload brings another `dispatch.strategy` or takes the
 * plugin out.
 *
 *     GET  /api/github/strategy   {"strategy":"adaptive","configured":"adaptive",
 *                                  "available":["conservative","adaptive","aggressive"]}
 *     PUT  /api/github/strategy   {"strategy":"aggressive"}   answers the same
 */

#define MAX_BODY_BYTES 1024u

/* -- on the host's loop ------------------------------------------------------------------------ */

struct call {
	struct hg_dispatch *dispatch;
	struct hg_str label;
	bool is_known;
};

static void set_on_dispatcher(void *arg)
{
	struct call *c = arg;

	c->is_known = hg_dispatch_set_strategy(c->dispatch, c->label);
}

static bool set(struct hg_host *h, struct hg_str label)
{
	struct call c = { h->dispatch, label, false };

	if (label.n >= sizeof(h->strategy))
		return false;
	hg_loop_call(h->dispatcher.loop, set_on_dispatcher, &c);
	if (!c.is_known)
		return false;
	memcpy(h->strategy, label.p, label.n);
	h->strategy[label.n] = '\0';
	return true;
}

const char *hg_host_strategy(const struct hg_host *h)
{
	const struct hg_snapshot *s = &h->setup->snapshot;

	if (h->strategy[0])
		return h->strategy;
	return s->strategy < s->n_strategies ? s->strategies[s->strategy].label : "none";
}

bool hg_host_set_strategy(struct hg_host *h, struct hg_str label, struct hg_str who)
{
	struct hg_text was;

	hg_text_init(&was);
	hg_text_add(&was, hg_str(hg_host_strategy(h)));
	bool is_set = set(h, label);
	if (is_set)
		HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO, "strategy set to=%s was=%s by=%.*s",
			h->strategy, was.p, (int)who.n, who.p);
	hg_text_fini(&was);
	return is_set;
}

static const char *configured(const struct hg_setup *s)
{
	const struct hg_snapshot *snap = &s->snapshot;

	return snap->strategy < snap->n_strategies ? snap->strategies[snap->strategy].label : "";
}

void hg_host_keep_strategy(struct hg_host *h, const struct hg_setup *old)
{
	char label[sizeof(h->strategy)];

	if (!h->strategy[0])
		return;
	memcpy(label, h->strategy, sizeof(label));
	h->strategy[0] = '\0';
	if (strcmp(configured(old), configured(h->setup)) == 0)
		(void)set(h, hg_str(label));
}

void hg_host_show_strategy(const struct hg_host *h, struct hg_text *out)
{
	const struct hg_snapshot *s = &h->setup->snapshot;

	hg_text_add(out, HG_STR("{\"strategy\":"));
	hg_text_add_json(out, hg_str(hg_host_strategy(h)));
	hg_text_add_json_member(out, "configured", hg_str(configured(h->setup)));
	hg_text_add(out, HG_STR(",\"available\":["));
	for (uint32_t i = 0; i < s->n_strategies; i++) {
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(out, hg_str(s->strategies[i].label));
	}
	hg_text_add(out, HG_STR("]}"));
}

/* -- on a request's front: the host is asked by message ---------------------------------------- */

struct asking {
	struct hg_message message;
	struct hg_host *host;
	struct hg_waiter *waiter;
	struct hg_text label, who; /* label n 0: only asks */
	struct hg_text answer;
	bool is_known;
};

static enum hg_verdict answer(void *self, struct hg_request *r, void *arg)
{
	struct asking *a = arg;
	enum hg_verdict v = HG_ANSWERED;

	(void)self;
	if (r && a->is_known) {
		hg_reply_text(r, 200, "application/json", hg_text_str(&a->answer));
	} else if (r) {
		hg_request_refuse(r, 400, "unknown_strategy", -1, "%s", a->answer.p);
		v = HG_REFUSED;
	}
	hg_text_fini(&a->label);
	hg_text_fini(&a->who);
	hg_text_fini(&a->answer);
	hg_free(a);
	return v;
}

static void ask_on_host(struct hg_message *m)
{
	struct asking *a = HG_CONTAINER(m, struct asking, message);
	struct hg_host *h = a->host;

	a->is_known = !a->label.n ||
	              hg_host_set_strategy(h, hg_text_str(&a->label), hg_text_str(&a->who));
	if (a->is_known) {
		hg_host_show_strategy(h, &a->answer);
	} else {
		hg_text_add(&a->answer, HG_STR("There is no such strategy; there is "));
		hg_snapshot_strategy_names(&h->setup->snapshot, &a->answer);
		hg_text_add_char(&a->answer, '.');
	}
	hg_waiter_resume(a->waiter, answer, a);
}

static enum hg_verdict ask(struct hg_host *h, struct hg_request *r, struct hg_str label)
{
	struct asking *a = hg_alloc0(sizeof(*a));

	a->message.run = ask_on_host;
	a->host = h;
	hg_text_init(&a->label);
	hg_text_init(&a->who);
	hg_text_init(&a->answer);
	hg_text_add(&a->label, label);
	hg_text_add(&a->who, hg_str(r->client.name));
	a->waiter = hg_request_wait(r);
	hg_loop_post_reserved(h->loop, &a->message);
	return HG_WAIT;
}

static enum hg_verdict refuse_body(struct hg_request *r)
{
	hg_request_refuse(r, 400, "bad_json", -1,
		"The body must be {\"strategy\": \"NAME\"}, as JSON of at most 1 KiB.");
	return HG_REFUSED;
}

static enum hg_verdict on_get(void *self, struct hg_request *r)
{
	return ask(self, r, (struct hg_str){ 0 });
}

static enum hg_verdict on_put(void *self, struct hg_request *r)
{
	struct hg_text *body = hg_arena_alloc0(&r->arena, sizeof(*body));

	hg_text_init(body);
	r->core_slot = body;
	(void)self;
	return HG_NEXT;
}

static enum hg_verdict on_put_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	struct hg_text *body = r->core_slot;
	struct hg_str value;

	hg_text_add(body, piece);
	if (!end)
		return HG_NEXT;
	if (!hg_json_is_valid(hg_text_str(body)) ||
		hg_json_kind(hg_text_str(body)) != HG_JSON_OBJECT ||
		hg_json_find(hg_text_str(body), HG_STR("strategy"), &value) != 1 ||
		hg_json_kind(value) != HG_JSON_STRING)
		return refuse_body(r);
	struct hg_str label = hg_json_text(&r->arena, value);
	return label.n ? ask(self, r, label) : refuse_body(r);
}

static void on_put_gone(void *self, struct hg_request *r)
{
	(void)self;
	hg_text_fini(r->core_slot);
}

const struct hg_route hg_strategy_routes[] = {
	{ .methods = "GET",
		.path = "/api/github/strategy",
		.on_request = on_get,
		.about = "The strategy in force." },
	{ .methods = "PUT",
		.path = "/api/github/strategy",
		.max_body_bytes = MAX_BODY_BYTES,
		.on_request = on_put,
		.on_body = on_put_body,
		.on_gone = on_put_gone,
		.about = "Another strategy, until the next start." },
	{ 0 },
};

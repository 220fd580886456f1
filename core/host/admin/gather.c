#include "host/admin/show.h"

#include "base/text.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <string.h>

#define REQUESTS_SHOWN 1000 /* of each front, the oldest */

struct part {
	struct hg_message message;
	struct gather *gather;
	struct hg_loop *loop;
	struct hg_front *front;
	const char *name;
	uint32_t n_shown;
	struct hg_text text;
};

struct gather {
	struct hg_host *host;
	struct hg_waiter *waiter;
	const struct hg_show_word *word;
	uint32_t n, n_left;
	struct part parts[HG_FRONTS_MAX + 1]; /* the dispatcher's, if it is asked, is the first */
};

static void free_gather(struct gather *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		hg_text_fini(&g->parts[i].text);
	hg_free(g);
}

/* The parts from `from` on as an array. */
static void add_array(struct hg_text *out, const struct gather *g, uint32_t from)
{
	bool first = true;

	hg_text_add_char(out, '[');
	for (uint32_t i = from; i < g->n; i++) {
		if (!g->parts[i].text.n)
			continue;
		hg_text_add(out, first ? HG_STR("") : HG_STR(","));
		hg_text_add(out, hg_text_str(&g->parts[i].text));
		first = false;
	}
	hg_text_add_char(out, ']');
}

static void add_all(struct hg_text *out, const struct gather *g)
{
	const struct hg_show_word *w = g->word;

	if (w->ask == HG_ASK_FRONTS) {
		add_array(out, g, 0);
	} else if (w->ask == HG_ASK_DISPATCHER) {
		hg_text_add(out, hg_text_str(&g->parts[0].text));
	} else {
		hg_text_add_char(out, '{');
		w->show(g->host, out);
		hg_text_add_char(out, ',');
		hg_text_add(out, hg_text_str(&g->parts[0].text));
		hg_text_add(out, HG_STR(",\"fronts\":"));
		add_array(out, g, 1);
		hg_text_add_char(out, '}');
	}
}

static enum hg_verdict answer_gathered(void *self, struct hg_request *r, void *arg)
{
	struct gather *g = arg;
	struct hg_text all;

	(void)self;
	hg_text_init(&all);
	if (r) {
		add_all(&all, g);
		hg_reply_text(r, 200, "application/json", hg_text_str(&all));
	}
	hg_text_fini(&all);
	free_gather(g);
	return HG_ANSWERED;
}

static void part_is_back(struct hg_message *m)
{
	struct gather *g = HG_CONTAINER(m, struct part, message)->gather;

	if (--g->n_left == 0)
		hg_waiter_resume(g->waiter, answer_gathered, g);
}

static void send_back(struct part *p)
{
	p->message.run = part_is_back;
	hg_loop_post_reserved(p->gather->host->loop, &p->message);
}

static void add_request(void *arg, const struct hg_request_look *look)
{
	struct part *p = arg;

	if (p->n_shown == REQUESTS_SHOWN)
		return;
	p->n_shown++;
	hg_text_add(&p->text, p->text.n ? HG_STR(",{\"id\":") : HG_STR("{\"id\":"));
	hg_text_add_json(&p->text, look->id);
	hg_text_printf(&p->text, ",\"front\":\"%s\",\"method\":", p->name);
	hg_text_add_json(&p->text, look->method);
	hg_text_add(&p->text, HG_STR(",\"path\":"));
	hg_text_add_json(&p->text, look->path);
	hg_text_add(&p->text, HG_STR(",\"client\":"));
	hg_text_add_json(&p->text, look->client);
	hg_text_add(&p->text, HG_STR(",\"phase\":"));
	hg_text_add_json(&p->text, look->phase);
	hg_text_printf(&p->text, ",\"age_ms\":%lld}", (long long)(look->age_us / 1000));
}

static void look_at_requests(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);

	hg_front_each_request(p->front, add_request, p);
	send_back(p);
}

static void look_at_conns(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);
	struct hg_front_state s;

	hg_front_look(p->front, &s);
	hg_text_printf(&p->text,
		"{\"front\":\"%s\",\"connections\":%llu,\"under_way\":%llu,\"requests\":%llu,"
		"\"accepted\":%llu,"
		"\"answered\":%llu,\"bad\":%llu,\"unsent_bytes\":%llu,\"batch_bytes\":%llu,"
		"\"cut_for_room\":%llu,\"per_second\":%.1f}",
		p->name, (unsigned long long)s.conns, (unsigned long long)s.under_way,
		(unsigned long long)s.requests, (unsigned long long)s.accepted,
		(unsigned long long)s.answered, (unsigned long long)s.bad,
		(unsigned long long)s.unsent_bytes, (unsigned long long)s.batch_bytes,
		(unsigned long long)s.pressed, s.per_second);
	send_back(p);
}

static void look_at_dispatch(struct hg_message *m)
{
	struct part *p = HG_CONTAINER(m, struct part, message);
	const struct hg_show_word *w = p->gather->word;

	if (w->ask == HG_ASK_DISPATCHER)
		hg_dispatch_show(p->gather->host->dispatch, w->word, &p->text);
	for (const char *const *of = w->of_dispatcher; of && *of; of++) {
		hg_text_printf(&p->text, "%s\"%s\":", p->text.n ? "," : "", *of);
		hg_dispatch_show(p->gather->host->dispatch, *of, &p->text);
	}
	send_back(p);
}

static void ask(struct gather *g, struct hg_loop *loop, struct hg_front *front,
	void (*look)(struct hg_message *m))
{
	struct part *p = &g->parts[g->n++];

	*p = (struct part){ .gather = g, .loop = loop, .front = front, .message.run = look };
	p->name = hg_loop_name(loop);
	hg_text_init(&p->text);
}

enum hg_verdict hg_show_gather(
	struct hg_host *h, struct hg_request *r, const struct hg_show_word *w)
{
	struct gather *g = hg_alloc0(sizeof(*g));
	bool requests = strcmp(w->word, "requests") == 0;

	g->host = h;
	g->waiter = hg_request_wait(r);
	g->word = w;
	if (w->ask & HG_ASK_DISPATCHER)
		ask(g, h->dispatcher.loop, NULL, look_at_dispatch);
	for (uint32_t i = 0; i < h->n_fronts && (w->ask & HG_ASK_FRONTS); i++)
		ask(g, h->fronts[i].loop, h->fronts[i].front,
			requests ? look_at_requests : look_at_conns);
	g->n_left = g->n;
	for (uint32_t i = 0; i < g->n; i++)
		hg_loop_post_reserved(g->parts[i].loop, &g->parts[i].message);
	return HG_WAIT;
}

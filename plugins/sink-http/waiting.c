#include "waiting.h"
#include <hg/mem.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct waiting_item {
	struct waiting_item *next;
	uint64_t seq;
	size_t n;
	uint32_t topic_n; /* of the topic in `json`, from topic_at on */
	uint32_t topic_at;
	char json[];
};

#define OVERHEAD sizeof(struct waiting_item)
#define FRAME 160 /* of what is written around the names and the event */

/* A topic is dotted words; what is not would have to be escaped. */
static void add_word(char *to, size_t *n, struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
		to[(*n)++] = is_plain ? c : '_';
	}
}

static struct waiting_item *item_new(const struct hg_event *ev)
{
	size_t room = ev->topic.n + ev->source.n + ev->json.n + FRAME;
	struct waiting_item *it = hg_alloc(sizeof(*it) + room);
	time_t at_s = (time_t)(ev->at.wall_us / 1000000);
	char at[32] = "";
	struct tm tm;

	if (gmtime_r(&at_s, &tm))
		(void)strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	it->next = NULL;
	it->seq = ev->seq;
	it->n = (size_t)snprintf(
		it->json, room, "{\"seq\":%" PRIu64 ",\"at\":\"%s\",\"topic\":\"", ev->seq, at);
	it->topic_at = (uint32_t)it->n;
	it->topic_n = (uint32_t)ev->topic.n;
	add_word(it->json, &it->n, ev->topic);
	it->n += (size_t)snprintf(it->json + it->n, room - it->n, "\",\"source\":\"");
	add_word(it->json, &it->n, ev->source);
	it->n += (size_t)snprintf(
		it->json + it->n, room - it->n, "\",\"event\":%.*s}", (int)ev->json.n, ev->json.p);
	return it;
}

static void drop_first(struct waiting *w)
{
	struct waiting_item *it = w->first;

	w->first = it->next;
	if (!w->first)
		w->last = NULL;
	w->n--;
	w->bytes -= it->n + OVERHEAD;
	hg_free(it);
}

/* The oldest that is not held. */
static bool drop_oldest(struct waiting *w)
{
	struct waiting_item *held = w->first;

	if (w->n == w->n_held)
		return false;
	if (!w->n_held) {
		drop_first(w);
		return true;
	}
	for (uint32_t i = 1; i < w->n_held; i++)
		held = held->next;
	struct waiting_item *it = held->next;
	held->next = it->next;
	if (w->last == it)
		w->last = held;
	w->n--;
	w->bytes -= it->n + OVERHEAD;
	hg_free(it);
	return true;
}

uint32_t waiting_add(struct waiting *w, const struct hg_event *ev, uint64_t max_bytes)
{
	struct waiting_item *it = item_new(ev);
	uint32_t n_dropped = 0;

	if (w->last)
		w->last->next = it;
	else
		w->first = it;
	w->last = it;
	w->n++;
	w->bytes += it->n + OVERHEAD;
	while (w->bytes > max_bytes && drop_oldest(w))
		n_dropped++;
	return n_dropped;
}

static void add(struct waiting_body *body, size_t *room, const char *p, size_t n)
{
	while (body->n + n > *room) {
		*room = *room ? *room * 2 : 1024;
		body->p = hg_realloc(body->p, *room);
	}
	memcpy(body->p + body->n, p, n);
	body->n += n;
}

void waiting_hold(struct waiting *w, uint32_t most, uint64_t max_bytes, bool is_array,
	struct waiting_body *ret_body)
{
	struct waiting_body body = { .first_seq = w->first->seq };
	const struct waiting_item *it = w->first;
	size_t room = 0;

	(void)snprintf(
		body.topic, sizeof(body.topic), "%.*s", (int)it->topic_n, it->json + it->topic_at);
	if (is_array)
		add(&body, &room, "[", 1);
	for (; it && body.n_events < most; it = it->next, body.n_events++) {
		if (body.n_events && body.n + it->n > max_bytes)
			break;
		if (body.n_events)
			add(&body, &room, ",", 1);
		add(&body, &room, it->json, it->n);
	}
	if (is_array)
		add(&body, &room, "]", 1);
	w->n_held = body.n_events;
	*ret_body = body;
}

void waiting_release(struct waiting *w)
{
	w->n_held = 0;
}

uint32_t waiting_drop(struct waiting *w)
{
	uint32_t n = w->n_held;

	for (; w->n_held; w->n_held--)
		drop_first(w);
	return n;
}

void waiting_clear(struct waiting *w)
{
	w->n_held = w->n;
	(void)waiting_drop(w);
}

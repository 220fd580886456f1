/*
 * day_clients - who asks what in test_day.c, and who loses patience.
 *
 *     come + submit    one request of a client's, which may leave before its end
 *     arrivals         one at random: quiet hours and busy ones
 *     storm            of one kind, more than a limit allows, within an instant
 *     keep_backlog     the last identity's two clients always have more to ask
 *
 * All together come to REQUESTS in a day.
 */
#pragma once
#include "day_wire.h"

#define DAY (24 * HOUR)
#define REQUESTS (24ll * IDENTITIES * 200)
#define STORM_US (10 * MINUTE) /* from one to the next */

static inline void on_news(struct hg_ticket *t)
{
	struct hg_head_note note;
	struct hg_chunk *c;
	struct hg_ticket_end end;
	struct hg_head *h = hg_ticket_take_head(t, &note);
	struct client *client = t->arg;

	hg_head_unref(h);
	while ((c = hg_ticket_take_chunk(t)))
		hg_chunk_unref(c);
	if (!hg_ticket_take_end(t, &end))
		return;
	day.n_ended++;
	day.n_whole += end.code == 0;
	client->n_ended++;
	assert_true(end.code == 0 || end.code == HG_EIO || end.code == HG_ETIMEOUT ||
		    end.status == 429 || end.status == 503);
	if (end.status == 429) {
		day.n_told_later++;
		assert_true(end.retry_after_s > 0);
	}
	hg_ticket_unref(t);
}

static inline enum hg_class draw_class(void)
{
	int64_t x = below(100);

	return x < 5    ? HG_CLASS_CRITICAL
	       : x < 25 ? HG_CLASS_HIGH
	       : x < 60 ? HG_CLASS_NORMAL
	                : HG_CLASS_LOW;
}

static inline unsigned draw_kind(void)
{
	int64_t x = below(1000);

	return x < 450   ? REPO
	       : x < 650 ? ISSUES
	       : x < 690 ? SEARCHES
	       : x < 780 ? QUERIES
	       : x < 800 ? SLOW_QUERIES
	       : x < 815 ? MUTATIONS
	       : x < 860 ? PATCHES
	       : x < 900 ? COMMENTS
	                 : USERS;
}

/* Where it goes: reads are often equal, writes never. */
static inline void aim(struct hg_ticket *t, unsigned kind, int64_t variants)
{
	static const char *const owners[] = { "acme", "umbrella", "initech" };
	const char *owner = owners[below(3)];
	const struct kind *k = &kinds[kind];
	unsigned n = (unsigned)below(variants);

	t->ask.id = hg_arena_printf(&t->arena, "%u", kind); /* so that it is known again */
	t->ask.method = hg_str(k->method);
	t->ask.route = hg_str(k->route);
	t->ask.resource = hg_str(bucket_names[k->bucket]);
	t->ask.is_safe = k->is_read;
	t->ask.is_content = k->is_content;
	t->ask.cost = (uint32_t)between(1, k->most_cost + 1);
	t->ask.retries_most = 3;
	if (!k->is_read)
		t->ask.query = hg_arena_printf(&t->arena, "%u", day.n_writes++);
	assert_true(day.n_writes < WRITES_MOST);
	if (k->bucket == GRAPHQL) {
		t->ask.path = HG_STR("/graphql");
		t->ask.entrance = HG_GITHUB_GRAPHQL;
		t->ask.graphql.is_read = true;
		t->ask.graphql.is_query = k->is_read;
		t->ask.graphql.shape = kind == SLOW_QUERIES; /* others are all new */
		memcpy(t->ask.graphql.body, &n, sizeof(n));
	} else {
		t->ask.path = hg_arena_printf(&t->arena, "%s/%s/r%u/%u",
			k->bucket == CORE ? "/repos" : "/search", owner, n, kind);
	}
}

static inline void pay(struct hg_ticket *t, unsigned identity, struct client *c)
{
	unsigned token = identity - POOLED + CREDENTIALS;

	t->ask.client = hg_str(c->name);
	t->ask.share = c->weight;
	t->ask.max_upstream = c->max_upstream;
	t->arg = c;
	if (identity < POOLED)
		return;
	t->ask.token = hg_secret_ref(day.tokens[token]);
	memcpy(t->ask.scope.bytes, &token, sizeof(token));
}

static inline struct hg_ticket *come(
	unsigned identity, unsigned client, unsigned kind, int64_t variants)
{
	struct hg_ticket *t = hg_ticket_new(day.rig.loop, &day.rig.snapshot, on_news, NULL);

	aim(t, kind, variants);
	pay(t, identity, &day.clients[client]);
	t->ask.klass = draw_class();
	t->ask.arrived_us = day.rig.now.mono_us;
	t->ask.deadline_us = day.rig.now.mono_us + (chance(100)         ? 10 * SECOND
							   : chance(50) ? 2 * HOUR
									: MINUTE);
	return t;
}

static inline void submit(struct hg_ticket *t)
{
	day.n_submitted++;
	day.n_by_class[t->ask.klass]++;
	((struct client *)t->arg)->n_asked++;
	if (chance(30)) { /* will leave */
		struct leaver *l = hg_alloc0(sizeof(*l));
		l->ticket = hg_ticket_ref(t);
		hg_heap_move(&day.leavers, &l->due, day.rig.now.mono_us + between(0, 20 * SECOND));
	}
	hg_dispatcher_submit(day.rig.d, hg_ticket_ref(t), &day.rig.now);
}

static inline void leave(struct leaver *l)
{
	struct hg_ticket *t = l->ticket;

	hg_heap_remove(&day.leavers, &l->due);
	if (t->state != HG_TICKET_ENDED) { /* then no news comes any more */
		day.n_left++;
		((struct client *)t->arg)->n_ended++;
		hg_dispatcher_cancel(day.rig.d, t, &day.rig.now);
		hg_ticket_unref(t);
	}
	hg_ticket_unref(t);
	hg_free(l);
}

static inline unsigned a_client_of(unsigned identity)
{
	return identity < POOLED ? 2 * IDENTITIES + (unsigned)below(TEAMS)
	                         : 2 * identity + (unsigned)below(2);
}

/* Storms and backlogs are part of the 200 an hour. */
static inline void arrivals(void)
{
	static const char *const labels[] = { "conservative", "adaptive", "aggressive" };
	unsigned identity = (unsigned)below(BACKLOGGED);
	int64_t hour = (day.rig.now.mono_us - day.began_us) / HOUR;
	int64_t mean_us = DAY / (REQUESTS * 153 / 200);
	struct hg_ticket *t = come(identity, a_client_of(identity), draw_kind(), 40);

	if (chance(100))
		t->ask.strategy = hg_str(labels[below(3)]);
	submit(t);
	mean_us = hour % 4 == 0 ? mean_us * 3 / 2 : hour % 4 == 3 ? mean_us * 3 / 4 : mean_us;
	day.next_arrival_us = day.rig.now.mono_us + below(2 * mean_us);
}

/* More of one kind than a limit allows, all at once. */
static const struct {
	unsigned kind, n, a_second;
} storms[] = { { REPO, 1100, 1100 }, { COMMENTS, 600, 600 }, { QUERIES, 2200, 2200 },
	{ USERS, 500, 500 }, { SLOW_QUERIES, 200, 200 }, { PATCHES, 300, 300 },
	{ SEARCHES, 100, 100 } };

static inline void begin_storm(void)
{
	unsigned i = day.n_storms++ % (sizeof(storms) / sizeof(storms[0]));

	day.storm.row = i;
	day.storm.left = storms[i].n;
	day.storm.identity = (unsigned)between(POOLED, BACKLOGGED - 1);
	if (is_poor(day.storm.identity))
		day.storm.identity++;
	day.began_storm_us = day.rig.now.mono_us;
}

/* A second of it. */
static inline void storm(void)
{
	if (!day.storm.left)
		begin_storm();
	unsigned row = day.storm.row, identity = day.storm.identity;
	for (unsigned n = storms[row].a_second; n && day.storm.left; n--, day.storm.left--) {
		unsigned client = 2 * identity + day.storm.left % 2;
		struct hg_ticket *t = come(identity, client, storms[row].kind, 1000000);
		t->ask.deadline_us = day.rig.now.mono_us + 20 * MINUTE;
		if (storms[row].kind == QUERIES) {
			t->ask.cost = 1;
			t->ask.graphql.shape = 2; /* that the slow ones do not make slow */
			t->ask.klass = HG_CLASS_HIGH;
		}
		submit(t);
	}
	day.next_storm_us =
		day.storm.left ? day.rig.now.mono_us + SECOND : day.began_storm_us + STORM_US;
}

/* Identity 199's clients never have less than this waiting. */
static inline void keep_backlog(void)
{
	for (unsigned i = 2 * BACKLOGGED; i < 2 * BACKLOGGED + 2; i++)
		while (day.clients[i].n_asked - day.clients[i].n_ended < 80) {
			struct hg_ticket *t = come(BACKLOGGED, i, ISSUES, 1000000);
			t->ask.klass = HG_CLASS_NORMAL;
			t->ask.deadline_us = day.rig.now.mono_us + 3 * HOUR;
			submit(t);
		}
}

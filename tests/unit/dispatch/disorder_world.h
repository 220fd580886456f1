/*
 * disorder_world - what test_disorder.c draws by lot: configurations, requests, GitHub's answers.
 *
 *     configure()          another pool: which tokens and whether the App, who is whose identity,
 * who sees which owners, all limits, breakers and strategies; in force at once submit() a request
 * of one of four clients, or with a client's own token answer(i)            the i-th of rig.sent
 * gets its head, or a piece and its end, or breaks
 *
 * Few of everything, so that they meet: four clients (one may have one request at GitHub, one may
 * have three), eight routes, five credentials, budgets of 100 points. Errors are as frequent as
 * successes, so that nothing is settled for long.
 *
 * All comes from one seed. A statement rolls once: C does not say which of two rolls in one
 * expression is first, and a seed has to mean the same with every compiler.
 */
#pragma once
#define RIG_SENT_MOST 8192 /* between two steps: two minutes may pass there */
#include "pool_rig.h"
#include "base/dice.h"

#define STEPS 1500
#define TOKENS 4          /* and the App */
#define BUDGET 100        /* points, */
#define WINDOW_S 600      /* in ten minutes */
#define UPLOAD_WINDOW 100 /* bytes */
#define JSON "application/json; charset=utf-8"

static struct {
	struct hg_dice dice;
	struct hg_snapshot *newest, *older; /* requests come with either; older may be NULL */
	uint64_t generation;
	struct hg_secret *tokens[TOKENS], *key;
	struct hg_ticket *tickets[STEPS]; /* all that were submitted, also those that ended */
	unsigned n_tickets;
	int64_t remaining, reset_s; /* what GitHub says of any budget */
} world;

static inline unsigned below(unsigned n)
{
	return (unsigned)hg_dice_below(&world.dice, n);
}

static inline bool one_in(unsigned n)
{
	return below(n) == 0;
}

/* A hundredth at least 0, below n/100. */
static inline double percent_below(unsigned n)
{
	return 0.01 * below(n);
}

/* -- strategies -------------------------------------------------------------------------------- */

static inline int64_t strategy_interval_us(void *self, const struct hg_strategy_view *v)
{
	(void)v;
	return *(const int64_t *)self;
}

/* Each waits this long for the one before it, wherever the curve is. */
static inline int64_t strategy_wait_us(void *self, const struct hg_strategy_view *v)
{
	int64_t wait_us;

	if (v->last_paced_at_us == INT64_MIN)
		return 0;
	wait_us = v->last_paced_at_us + strategy_interval_us(self, v) - v->now_us;
	return wait_us > 0 ? wait_us : 0;
}

static inline double strategy_allowance(void *self, const struct hg_strategy_view *v)
{
	(void)self, (void)v;
	return 0;
}

static inline void choose_strategies(struct hg_snapshot *s)
{
	static const struct hg_strategy strategy = { .size = sizeof(strategy),
		.wait_us = strategy_wait_us,
		.allowance = strategy_allowance,
		.interval_us = strategy_interval_us };
	static int64_t intervals_us[] = { 2 * SEC, SEC / 2 };
	static const char *const labels[] = { "slow", "fast" };

	for (unsigned i = 0; i < 2; i++)
		s->strategies[i] =
			(struct hg_strategy_row){ labels[i], { .size = sizeof(struct hg_provider),
								     .vtable = &strategy,
								     .self = &intervals_us[i] } };
	s->n_strategies = one_in(2) ? 2 : 0;
}

/* -- configurations ---------------------------------------------------------------------------- */

static inline void choose_credential(struct hg_credential_conf *c, unsigned k)
{
	static const char *const aliases[] = { "a", "b", "c", "d", "app" };
	static const char *const owners[] = { "o1", "o2" };

	*c = (struct hg_credential_conf){ .alias = aliases[k] };
	if (k < TOKENS)
		c->token = world.tokens[k];
	else
		c->app = (struct hg_app_conf){
			.id = "Iv23liAbC", .installation = 4711, .key = world.key
		};
	if (k < TOKENS && one_in(2)) /* else GitHub has to say it */
		c->identity = one_in(2) ? "joint" : aliases[k];
	if (one_in(4))
		c->owners = (struct hg_option_list){ .n = 1, .items = &owners[below(2)] };
}

static inline void choose_pool(struct hg_upstream_conf *u)
{
	unsigned first = below(TOKENS + 1);

	u->n_credentials = 0;
	for (unsigned i = 0; i <= TOKENS; i++)
		if (!one_in(3) || (i == TOKENS && u->n_credentials == 0))
			choose_credential(
				&u->credentials[u->n_credentials++], (first + i) % (TOKENS + 1));
	u->http2 = one_in(2);
	u->max_connections = one_in(3) ? 1 + below(6) : 0;
}

static inline void choose_dispatch(struct hg_dispatch_conf *c)
{
	c->max_concurrent = 1 + below(12);
	c->max_tickets = one_in(6) ? 20 + below(50) : 1000;
	c->max_requests_per_hour = one_in(4) ? 0 : 10 + below(200);
	c->low_at = 0.1;
	c->ask_at_start = one_in(2);
	c->overview_for_us = 30 * SEC;
	if (one_in(2)) {
		c->reserve_low = percent_below(60);
		c->reserve_normal = percent_below(40);
		c->reserve_high = percent_below(10);
	}
	if (one_in(2)) {
		c->breaker_failures = 2 + below(4);
		c->breaker_share = 0.5;
		c->breaker_least = 10;
		c->breaker_window_us = 30 * SEC;
		c->breaker_open_us = 10 * SEC;
		c->breaker_open_most_us = 300 * SEC;
	}
}

static inline void choose_secondary(struct hg_secondary_conf *c)
{
	if (one_in(2))
		return;
	*c = (struct hg_secondary_conf){ .keep = true,
		.graphql_points = 100,
		.cpu_us = 80 * SEC,
		.cpu_graphql_us = 50 * SEC,
		.content_a_minute = 5,
		.content_an_hour = 20,
		.write_gap_us = SEC };
	c->route_points = 20 + below(100);
	c->mints_an_hour = one_in(3) ? 2 : 1900;
}

static inline void free_snapshot(struct hg_snapshot *s)
{
	hg_free(s);
}

static inline void configure(void)
{
	struct hg_snapshot *s = hg_alloc0(sizeof(*s));

	rig_configure(&rig, s);
	s->on_unused = free_snapshot;
	s->generation = ++world.generation;
	choose_pool(&s->upstreams[0]);
	choose_dispatch(&s->dispatch);
	choose_secondary(&s->secondary);
	choose_strategies(s);
	hg_snapshot_set_origins(s);
	hg_snapshot_unref(world.older);
	world.older = world.newest;
	world.newest = s;
	hg_dispatcher_adopt(rig.d, s);
	rig_turn(&rig);
}

/* -- requests ---------------------------------------------------------------------------------- */

static inline void choose_query(struct hg_ask *a)
{
	a->entrance = HG_GITHUB_GRAPHQL;
	a->method = HG_STR("POST");
	a->id = a->path = a->route = HG_STR("/graphql");
	a->resource = HG_STR("graphql");
	a->graphql.is_read = true;
	a->graphql.is_query = a->is_safe = one_in(2);
	a->graphql.points = a->cost = one_in(3) ? 1 + below(300) : 1;
	a->graphql.shape = 1 + below(5);
	a->graphql.body[0] = (uint8_t)below(10); /* equal ones share */
}

static inline void choose_path(struct hg_ask *a, struct hg_arena *arena)
{
	static const char *const routes[] = { "/repos/o1/a", "/repos/o1/b", "/repos/o2/c", "/x",
		"/y", "/z", "/search/x", "/rate_limit" };
	unsigned k = below(8);
	char path[40];

	a->is_safe = !one_in(4);
	a->method = a->is_safe ? HG_STR("GET") : HG_STR("POST");
	a->is_content = !a->is_safe && one_in(2);
	a->cost = 1;
	a->route = hg_str(routes[k]);
	a->resource = k == 7 ? HG_STR("rate_limit") : k == 6 ? HG_STR("search") : HG_STR("core");
	(void)snprintf(path, sizeof(path), "%s", routes[k]);
	if (k < 7 && one_in(2))
		(void)snprintf(path, sizeof(path), "%s%u", routes[k], below(30));
	a->id = a->path = hg_arena_copy(arena, hg_str(path));
	if (!a->is_safe && one_in(2))
		a->upload = hg_upload_new(-1, UPLOAD_WINDOW);
}

static inline void choose_client(struct hg_ask *a)
{
	static const char *const clients[] = { "c0", "c1", "c2", "c3" };
	static const uint32_t most[] = { 1, 3, 0, 0 };
	unsigned k = below(4);
	char token[20];

	a->client = hg_str(clients[k]);
	a->max_upstream = most[k];
	a->share = 1 + below(3);
	if (!one_in(8))
		return;
	k = below(3);
	(void)snprintf(token, sizeof(token), "ghp_of_client_%u", k);
	a->token = hg_secret_new(hg_str(token));
	a->scope.bytes[0] = (uint8_t)(1 + k);
}

static inline void submit(void)
{
	static const char *const strategies[] = { "", "slow", "fast" };
	struct hg_snapshot *s = world.older && one_in(10) ? world.older : world.newest;
	struct hg_ticket *t = hg_ticket_new(rig.loop, s, rig_on_news, NULL);

	if (one_in(5))
		choose_query(&t->ask);
	else
		choose_path(&t->ask, &t->arena);
	choose_client(&t->ask);
	t->ask.klass = (enum hg_class)below(HG_CLASSES);
	t->ask.strategy = hg_str(strategies[below(3)]);
	t->ask.retries_most = one_in(3) ? 0 : 10;
	t->ask.arrived_us = rig.now.mono_us;
	t->ask.deadline_us = t->ask.arrived_us + (one_in(3) ? below(3600) : 1 + below(60)) * SEC;
	world.tickets[world.n_tickets++] = t;
	rig_submit(&rig, t);
}

/* -- answers ----------------------------------------------------------------------------------- */

/* With what is left of one budget that all credentials have, whatever they know of it. */
static inline struct hg_head *counted(int status, const char *resource)
{
	char limit[24], remaining[24], reset[24];

	if (world.reset_s <= rig.now.wall_us / SEC) {
		world.reset_s = rig.now.wall_us / SEC + WINDOW_S;
		world.remaining = BUDGET;
	}
	if (world.remaining > 0)
		world.remaining--;
	(void)snprintf(limit, sizeof(limit), "%d", BUDGET);
	(void)snprintf(remaining, sizeof(remaining), "%lld", (long long)world.remaining);
	(void)snprintf(reset, sizeof(reset), "%lld", (long long)world.reset_s);
	return rig_head(status, "X-RateLimit-Limit", limit, "X-RateLimit-Remaining", remaining,
		"X-RateLimit-Reset", reset, "X-RateLimit-Resource", resource, "Content-Type", JSON,
		NULL);
}

static inline struct hg_head *errand_answer(enum hg_errand_kind kind, const char **ret_body)
{
	static const int minted[] = { 201, 201, 201, 401, 404, 500 };
	static const char *const ids[] = { "{\"id\":1}", "{\"id\":2}" };
	int status;

	switch (kind) {
	case HG_ERRAND_MINT:
		status = minted[below(6)];
		if (status == 201)
			*ret_body = "{\"token\":\"ghs_x\",\"expires_at\":\"2027-01-15T09:00:00Z\"}";
		return rig_head(status, NULL);
	case HG_ERRAND_NAME:
		*ret_body = ids[below(2)];
		return counted(one_in(5) ? 500 : 200, "core");
	case HG_ERRAND_ASK:
	case HG_ERRANDS:
		break;
	}
	return counted(one_in(3) ? 401 : 200, "core");
}

static inline struct hg_head *success(bool is_graphql, const char *resource, const char **ret_body)
{
	if (is_graphql)
		*ret_body = one_in(3) ? "{\"errors\":[{\"type\":\"RATE_LIMITED\","
		                        "\"message\":\"API rate limit exceeded\"}]}"
		                      : "{\"data\":{\"rateLimit\":{\"cost\":3}}}";
	return counted(200, resource);
}

static inline struct hg_head *request_answer(const struct hg_ask *a, const char **ret_body)
{
	bool is_graphql = a->entrance == HG_GITHUB_GRAPHQL;
	const char *resource = is_graphql ? "graphql" : one_in(20) ? "odd" : "core";

	switch (below(14)) {
	case 0:
		return rig_head(403, "Retry-After", "5", NULL);
	case 1:
		return rig_head(429, NULL);
	case 2:
		return counted(401, resource);
	case 3:
		return counted(500, resource);
	case 4:
		return rig_head(502, NULL);
	case 5:
		return rig_head(503, "Retry-After", "3", NULL);
	case 6:
		*ret_body = one_in(2)
		                    ? "{\"message\":\"You have exceeded a secondary rate limit.\"}"
		                    : "{\"message\":\"Sorry. Your account was suspended.\"}";
		return counted(403, resource);
	case 7:
		return counted(304, resource);
	case 8:
		return rig_head(200, NULL);
	case 9:
		return rig_head(403, "X-Accepted-GitHub-Permissions", "actions=write",
			"Content-Type", JSON, NULL);
	default:
		return success(is_graphql, resource, ret_body);
	}
}

#include "secondary.h"

#include <stdio.h>

#include <hg/mem.h>

#include "call.h"
#include "odd.h"
#include "routes.h"
#include "text.h"

#define MINUTE_US 60000000ll
#define HOUR_US (60 * MINUTE_US)
#define CPU_MOST_US 10000000ll /* GitHub ends what takes longer */

#define DOCS                                                          \
	"https://docs.github.com/free-pro-team@latest/rest/overview/" \
	"rate-limits-for-the-rest-api#about-secondary-rate-limits"

static const int64_t windows[SIM_SECONDARIES] = {
	[SIM_ROUTE_POINTS] = MINUTE_US,
	[SIM_HIDDEN_POINTS] = MINUTE_US,
	[SIM_GRAPHQL_POINTS] = MINUTE_US,
	[SIM_CPU] = MINUTE_US,
	[SIM_GRAPHQL_CPU] = MINUTE_US,
	[SIM_CONTENT_MINUTE] = MINUTE_US,
	[SIM_CONTENT_HOUR] = HOUR_US,
	[SIM_MINTS] = HOUR_US,
};

/* -- hidden rules ------------------------------------------------------------------------------ */

bool sim_hidden_put(struct sim_hiddens *h, const char *row)
{
	const char *equals = strrchr(row, '=');
	const char *space = strchr(row, ' ');
	const char *path = space && equals && space < equals ? space + 1 : row;
	int64_t points = equals ? sim_text_id(hg_str(equals + 1)) : -1;

	if (points < 0 || equals == path || h->n == SIM_HIDDENS)
		return false;
	h->rows = sim_grow(h->rows, h->n, &h->cap, sizeof(*h->rows));
	h->rows[h->n++] = (struct sim_hidden){
		.method = path == row ? hg_strndup("*", 1) : hg_strndup(row, (size_t)(space - row)),
		.path = hg_strndup(path, (size_t)(equals - path)),
		.points = points,
	};
	return true;
}

void sim_hiddens_fini(struct sim_hiddens *h)
{
	for (uint32_t i = 0; i < h->n; i++) {
		hg_free(h->rows[i].method);
		hg_free(h->rows[i].path);
	}
	hg_free(h->rows);
	*h = (struct sim_hiddens){ 0 };
}

/* -- refusing ---------------------------------------------------------------------------------- */

static void say_retry_after(struct sim_call *c, int64_t wait_us)
{
	long long wait_s = (wait_us + 999999) / 1000000;

	switch (c->w->conf.secondary.refusal.retry_after) {
	case SIM_RETRY_SECONDS:
		sim_answer_setf(c->out, "Retry-After", "%lld", wait_s);
		break;
	case SIM_RETRY_DATE:
		sim_answer_set(c->out, "Retry-After", sim_text_http(c->now_s + wait_s).text);
		break;
	case SIM_RETRY_NONE:
		break;
	}
}

static int say_refused(
	struct sim_call *c, enum sim_secondary kind, bool is_graphql, int64_t wait_us)
{
	const struct sim_refusal *how = &c->w->conf.secondary.refusal;
	bool is_content = kind == SIM_CONTENT_MINUTE || kind == SIM_CONTENT_HOUR;
	char message[400];

	snprintf(message, sizeof(message),
		"You have exceeded a secondary rate limit%s If you reach out to GitHub Support for "
		"help, please include the request ID %s and timestamp %s UTC.",
		is_content ? " and have been temporarily blocked from content creation. Please "
			     "retry your request again later."
			   : ". Please wait a few minutes before you try again.",
		c->request_id, sim_text_iso(c->now_s).text);
	c->doc = DOCS;
	c->shows_none_left = how->says_none_left;
	say_retry_after(c, wait_us);
	if (how->says_limited_by)
		sim_answer_set(c->out, "gh-limited-by", "search-elapsed-time-shared-grouped");
	if (is_graphql && !how->is_graphql_403)
		return sim_say(c, 200,
			json_pack("{s:[{s:s, s:s}]}", "errors", "type", "RATE_LIMITED", "message",
				message));
	return sim_say_error(c, how->is_429 && !is_graphql ? 429 : 403, message);
}

/* -- counting ---------------------------------------------------------------------------------- */

struct sim_toll sim_toll_of_rest(const struct sim_call *c)
{
	/* of sim_route_name */
	static const char *const contents[] = { "POST */issues", "POST */comments",
		"POST */repos" };
	struct sim_route_name name = sim_route_name(c->route);
	struct hg_str route = hg_str(name.text);
	bool is_read = hg_str_is(c->rq->method, HG_STR("GET")) ||
	               hg_str_is(c->rq->method, HG_STR("HEAD")) ||
	               hg_str_is(c->rq->method, HG_STR("OPTIONS"));
	struct sim_toll toll = { .points = is_read ? 1 : 5, .is_write = !is_read };

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		toll.is_content |= sim_text_glob(contents[i], route);
	toll.is_mint = sim_text_glob("POST */access_tokens", route);
	return toll;
}

/* What the request would add to the count of that kind; 0: that limit is not about it. Processor
 * time is not known before: one microsecond must be left. */
static int64_t cost_of(enum sim_secondary kind, const struct sim_toll *toll)
{
	switch (kind) {
	case SIM_CONCURRENT:
	case SIM_CPU:
		return 1;
	case SIM_ROUTE_POINTS:
		return toll->is_graphql ? 0 : toll->points;
	case SIM_HIDDEN_POINTS:
		return toll->points;
	case SIM_GRAPHQL_POINTS:
		return toll->is_graphql ? toll->points : 0;
	case SIM_GRAPHQL_CPU:
		return toll->is_graphql;
	case SIM_CONTENT_MINUTE:
	case SIM_CONTENT_HOUR:
		return toll->is_content;
	case SIM_MINTS:
		return toll->is_mint;
	case SIM_SECONDARIES:
	case SIM_LIMIT_KINDS:
		break;
	}
	return 0;
}

/* µs to wait when the limit objects, else 0. */
static int64_t objects(struct sim_call *c, struct sim_party *p, enum sim_secondary kind,
	uint32_t key, int64_t limit, int64_t cost)
{
	struct sim_count *count = sim_party_count(p, kind, key);
	int64_t now_us = c->now.mono_us;
	int64_t sum = kind == SIM_CONCURRENT ? sim_party_flights(p, now_us)
	                                     : sim_tally_sum(&count->tally, windows[kind], now_us);

	if (cost == 0)
		return 0;
	bool is_blocked = count->blocked_until_us > now_us;
	if (is_blocked && !sim_is_odd(c->w, SIM_REFUSALS_PROLONG))
		return count->blocked_until_us - now_us;
	if (!is_blocked && sum + cost <= limit)
		return 0;
	count->blocked_until_us = now_us + c->w->conf.secondary.block_us;
	/* without a block one may come again at once, and is told the least that can be told */
	return c->w->conf.secondary.block_us > 0 ? c->w->conf.secondary.block_us : 1;
}

static bool fits(const struct sim_hidden *rule, const struct sim_call *c)
{
	return sim_text_glob(rule->method, c->rq->method) && sim_text_glob(rule->path, c->path);
}

/* The first limit that objects, or SIM_SECONDARIES. */
static enum sim_secondary first_objection(
	struct sim_call *c, struct sim_party *p, const struct sim_toll *toll, int64_t *ret_wait_us)
{
	const struct sim_secondary_conf *conf = &c->w->conf.secondary;
	const struct sim_hiddens *hidden = &c->w->hidden;

	for (int kind = 0; conf->is_on && kind < SIM_SECONDARIES; kind++) {
		uint32_t key = kind == SIM_ROUTE_POINTS ? c->route : 0;
		if (kind == SIM_HIDDEN_POINTS)
			continue;
		*ret_wait_us = objects(c, p, kind, key, conf->limits[kind], cost_of(kind, toll));
		if (*ret_wait_us)
			return (enum sim_secondary)kind;
	}
	for (uint32_t i = 0; i < hidden->n; i++) {
		if (!fits(&hidden->rows[i], c))
			continue;
		*ret_wait_us = objects(c, p, SIM_HIDDEN_POINTS, i, hidden->rows[i].points,
			cost_of(SIM_HIDDEN_POINTS, toll));
		if (*ret_wait_us)
			return SIM_HIDDEN_POINTS;
	}
	return SIM_SECONDARIES;
}

static void count(struct sim_call *c, struct sim_party *p, const struct sim_toll *toll)
{
	const struct sim_hiddens *hidden = &c->w->hidden;
	int64_t now_us = c->now.mono_us;

	for (int kind = 0; c->w->conf.secondary.is_on && kind < SIM_SECONDARIES; kind++) {
		uint32_t key = kind == SIM_ROUTE_POINTS ? c->route : 0;
		if (kind == SIM_CONCURRENT || kind == SIM_CPU || kind == SIM_GRAPHQL_CPU ||
			kind == SIM_HIDDEN_POINTS)
			continue;
		sim_tally_add(&sim_party_count(p, kind, key)->tally, cost_of(kind, toll), now_us);
	}
	for (uint32_t i = 0; i < hidden->n; i++)
		if (fits(&hidden->rows[i], c))
			sim_tally_add(&sim_party_count(p, SIM_HIDDEN_POINTS, i)->tally,
				toll->points, now_us);
	if (toll->is_write)
		sim_party_write(p, now_us);
}

int sim_secondary_admit(struct sim_call *c, struct sim_toll toll)
{
	struct sim_party *p = sim_party_find(&c->w->parties, &c->payer);
	int64_t wait_us = 0;

	c->is_graphql = toll.is_graphql;
	if (c->w->conf.is_enterprise)
		return 0;
	enum sim_secondary kind = first_objection(c, p, &toll, &wait_us);
	if (kind != SIM_SECONDARIES) {
		sim_party_provoke(p, (int)kind, c->route);
		c->is_refused = true;
		return say_refused(c, kind, toll.is_graphql, wait_us);
	}
	count(c, p, &toll);
	return 0;
}

void sim_secondary_settle(struct sim_call *c, int64_t response_us, int64_t cpu_us)
{
	struct sim_party *p = sim_party_find(&c->w->parties, &c->payer);
	int64_t now_us = c->now.mono_us;

	sim_party_fly(p, now_us + response_us, now_us);
	if (!c->w->conf.secondary.is_on || c->w->conf.is_enterprise)
		return;
	if (cpu_us > CPU_MOST_US)
		cpu_us = CPU_MOST_US;
	sim_tally_add(&sim_party_count(p, SIM_CPU, 0)->tally, cpu_us, now_us);
	if (c->is_graphql)
		sim_tally_add(&sim_party_count(p, SIM_GRAPHQL_CPU, 0)->tally, cpu_us, now_us);
}

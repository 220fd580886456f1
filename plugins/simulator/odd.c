#include "odd.h"

#include <stdio.h>

#include "call.h"
#include "text.h"

static const char *const names[SIM_ODDS] = {
	[SIM_LYING_REMAINING] = "lying_remaining",
	[SIM_LATE_HEADERS] = "late_headers",
	[SIM_TWO_WINDOWS] = "two_windows",
	[SIM_RESET_JITTER] = "reset_jitter",
	[SIM_RESET_IN_THE_PAST] = "reset_in_the_past",
	[SIM_MISSING_HEADERS] = "missing_headers",
	[SIM_NEGATIVE_REMAINING] = "negative_remaining",
	[SIM_HUGE_LIMIT] = "huge_limit",
	[SIM_FULL_RATE_LIMIT] = "full_rate_limit",
	[SIM_PRIMARY_429] = "primary_429",
	[SIM_REFUSALS_PROLONG] = "refusals_prolong",
	[SIM_304_COUNTS] = "304_counts",
	[SIM_BARE_304] = "bare_304",
	[SIM_WEAK_ETAGS] = "weak_etags",
	[SIM_FLAPPING_ETAGS] = "flapping_etags",
	[SIM_LAST_MODIFIED] = "last_modified",
	[SIM_NOTIFICATIONS_304] = "notifications_304",
	[SIM_LATE_OBJECTS] = "late_objects",
	[SIM_LATE_TOKENS] = "late_tokens",
	[SIM_LONG_TOKENS] = "long_tokens",
	[SIM_CLOCK_SKEW] = "clock_skew",
	[SIM_LOST_ANSWERS] = "lost_answers",
	[SIM_GRAPHQL_TIMEOUTS] = "graphql_timeouts",
};
_Static_assert(SIM_ODDS <= 32, "a bit for each");

enum sim_odd sim_odd_find(const char *name)
{
	int odd = 0;

	while (odd < SIM_ODDS && strcmp(names[odd], name) != 0)
		odd++;
	return (enum sim_odd)odd;
}

json_t *sim_odds_show(uint32_t odds)
{
	json_t *rows = json_array();

	for (int odd = 0; odd < SIM_ODDS; odd++)
		if (odds & (1u << odd))
			json_array_append_new(rows, json_string(names[odd]));
	return rows;
}

bool sim_is_odd(const struct sim_world *w, enum sim_odd odd)
{
	return w->conf.odds & (1u << odd);
}

bool sim_is_odd_now(const struct sim_call *c, enum sim_odd odd, uint64_t n)
{
	return sim_is_odd(c->w, odd) && c->w->n_served % n == 0;
}

void sim_odd_budget(struct sim_call *c)
{
	const struct sim_budget *b = c->budget;
	long long limit = b->limit, used = b->used, reset_s = b->reset_s;

	if (sim_is_odd_now(c, SIM_MISSING_HEADERS, 2))
		return;
	if (sim_is_odd_now(c, SIM_TWO_WINDOWS, 2)) { /* another machine's, that began later */
		used /= 2;
		reset_s += 900;
	}
	if (sim_is_odd_now(c, SIM_LATE_HEADERS, 2)) /* as it was some answers ago */
		used = used > 3 ? used - 3 : 0;
	if (sim_is_odd_now(c, SIM_LYING_REMAINING, 3))
		used = 0;
	if (sim_is_odd(c->w, SIM_RESET_JITTER))
		reset_s += (long long)(c->w->n_served % 3) - 1;
	if (sim_is_odd(c->w, SIM_RESET_IN_THE_PAST))
		reset_s = c->now_s - 3600;
	long long remaining = used < limit && !c->shows_none_left ? limit - used : 0;
	if (sim_is_odd_now(c, SIM_NEGATIVE_REMAINING, 3))
		remaining = -7;
	bool is_huge = sim_is_odd(c->w, SIM_HUGE_LIMIT);
	sim_answer_setf(
		c->out, "x-ratelimit-limit", "%lld%s", limit, is_huge ? "0000000000000000000" : "");
	sim_answer_setf(c->out, "x-ratelimit-remaining", "%lld%s", remaining,
		is_huge && remaining ? "0000000000000000000" : "");
	sim_answer_setf(c->out, "x-ratelimit-reset", "%lld", reset_s);
	sim_answer_setf(c->out, "x-ratelimit-used", "%lld", used);
	sim_answer_set(c->out, "x-ratelimit-resource", sim_resource_name(b->resource));
}

bool sim_odd_is_too_young(const struct sim_call *c, int64_t created_s)
{
	return sim_is_odd(c->w, SIM_LATE_OBJECTS) &&
	       c->now_s - created_s < c->w->conf.lag_us / 1000000;
}

bool sim_odd_last_modified(struct sim_call *c)
{
	struct sim_answer *out = c->out;
	bool is_asked = sim_request_header(c->rq, "If-Modified-Since").n > 0 &&
	                sim_request_header(c->rq, "If-None-Match").n == 0;

	if (!sim_is_odd(c->w, SIM_LAST_MODIFIED))
		return false;
	/* the moment the world began, whatever has changed since */
	if (out->status == 200)
		sim_answer_set(out, "Last-Modified", sim_text_http(c->w->born_s).text);
	return is_asked && (out->status == 200 || out->status == 404);
}

/* control_limit - the control routes of budgets, secondary limits and what they were seen to do. */
#include "control.h"

#include <stdlib.h>

#include "odd.h"
#include "text.h"

int sim_control_limit(struct sim_call *c)
{
	const char *name = sim_input_text(c, "resource");
	const char *token = sim_input_text(c, "token");
	enum sim_resource r = sim_resource_find(name ? name : "core");
	int64_t limit, remaining, reset_in_s;
	struct sim_budget *b = NULL;

	if (r == SIM_RESOURCES)
		return sim_control_refuse(c, "resource is none of GitHub's");
	if (!sim_control_number(c, "limit", &limit) ||
		!sim_control_number(c, "remaining", &remaining) ||
		!sim_control_number(c, "reset_in_s", &reset_in_s) || reset_in_s > INT32_MAX)
		return sim_control_refuse(c, "limit, remaining and reset_in_s are whole numbers");
	if (token) {
		struct sim_who who = sim_who_of_token(c->w, hg_str(token), c->now_s);
		if (who.kind != SIM_WHO_USER && who.kind != SIM_WHO_INSTALLATION)
			return sim_control_refuse(c, "token is nobody's");
		b = sim_budget_find(&c->w->limits, &who, r, c->now);
	}
	int64_t reset_s = reset_in_s >= 0 ? c->now_s + reset_in_s : -1;
	if (!b && remaining >= 0 && reset_s < 0)
		reset_s = c->now_s + c->w->limits.window_s;
	sim_limits_set(&c->w->limits, b, r, limit, remaining, reset_s);
	return sim_control_agree(c);
}

int sim_control_limits(struct sim_call *c)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < c->w->limits.n_budgets; i++) {
		const struct sim_budget *b = &c->w->limits.budgets[i];
		json_array_append_new(rows,
			json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:I}", "kind",
				sim_who_kind_name(b->kind), "id", (json_int_t)b->id, "address",
				b->address, "resource", sim_resource_name(b->resource), "limit",
				(json_int_t)b->limit, "used", (json_int_t)b->used, "reset",
				(json_int_t)b->reset_s));
	}
	return sim_say(c, 200, json_pack("{s:o}", "limits", rows));
}

/* -- secondary limits -------------------------------------------------------------------------- */

/* A word of `words`, into its index. False: it is another, or no word. */
static bool word_of(struct sim_call *c, const char *name, const char *const *words, int *ret)
{
	json_t *v = json_object_get(c->input, name);
	const char *text = json_string_value(v);

	if (!v)
		return true;
	for (int i = 0; text && words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool set_refusal(struct sim_call *c, struct sim_refusal *how)
{
	static const char *const retries[] = { "seconds", "date", "none", NULL };
	static const char *const remains[] = { "kept", "zero", NULL };
	int retry = (int)how->retry_after, none_left = how->says_none_left;
	json_t *limited_by = json_object_get(c->input, "limited_by");
	int64_t status, graphql_status;

	if (!word_of(c, "retry_after", retries, &retry) ||
		!word_of(c, "remaining", remains, &none_left) ||
		!sim_control_number(c, "status", &status) ||
		!sim_control_number(c, "graphql_status", &graphql_status) ||
		(status >= 0 && status != 403 && status != 429) ||
		(graphql_status >= 0 && graphql_status != 200 && graphql_status != 403) ||
		(limited_by && !json_is_boolean(limited_by)))
		return false;
	how->retry_after = retry;
	how->says_none_left = none_left;
	if (status >= 0)
		how->is_429 = status == 429;
	if (graphql_status >= 0)
		how->is_graphql_403 = graphql_status == 403;
	if (limited_by)
		how->says_limited_by = json_is_true(limited_by);
	return true;
}

/* Numbers by the names of the kinds; processor time in milliseconds. */
static bool set_numbers(struct sim_call *c, struct sim_secondary_conf *conf)
{
	int64_t n, block_ms;

	for (int kind = 0; kind < SIM_SECONDARIES; kind++) {
		if (kind == SIM_HIDDEN_POINTS)
			continue;
		if (!sim_control_number(c, sim_secondary_name(kind), &n) || n > 1000000000)
			return false;
		if (n >= 0)
			conf->limits[kind] =
				kind == SIM_CPU || kind == SIM_GRAPHQL_CPU ? n * 1000 : n;
	}
	if (!sim_control_number(c, "block_ms", &block_ms) || block_ms > 86400000)
		return false;
	if (block_ms >= 0)
		conf->block_us = block_ms * 1000;
	return true;
}

int sim_control_secondary(struct sim_call *c)
{
	struct sim_secondary_conf conf = c->w->conf.secondary;
	json_t *on = json_object_get(c->input, "on");

	if (on && !json_is_boolean(on))
		return sim_control_refuse(c, "on is true or false");
	if (on)
		conf.is_on = json_is_true(on);
	if (!set_numbers(c, &conf))
		return sim_control_refuse(c, "a limit is a whole number, up to a thousand million");
	if (!set_refusal(c, &conf.refusal))
		return sim_control_refuse(c,
			"status is 403 or 429, graphql_status 200 or 403, retry_after seconds, "
			"date or "
			"none, remaining kept or zero, limited_by true or false");
	c->w->conf.secondary = conf;
	return sim_control_agree(c);
}

/* Adds one rule, or with "clear" takes all of them away. */
int sim_control_hidden(struct sim_call *c)
{
	const char *route = sim_input_text(c, "route");
	const char *method = sim_input_text(c, "method");
	struct sim_text row = { 0 };
	int64_t points;

	if (json_is_true(json_object_get(c->input, "clear"))) {
		sim_hiddens_fini(&c->w->hidden);
		sim_parties_drop(&c->w->parties, SIM_HIDDEN_POINTS);
		return sim_control_agree(c);
	}
	if (!route || !*route || !sim_control_number(c, "points", &points) || points < 0)
		return sim_control_refuse(c, "route is a glob, points a whole number a minute");
	sim_text_printf(
		&row, "%s %s=%lld", method && *method ? method : "*", route, (long long)points);
	bool is_fine = sim_hidden_put(&c->w->hidden, row.p);
	sim_text_fini(&row);
	return is_fine ? sim_control_agree(c) : sim_control_refuse(c, "too many rules");
}

/* -- odd behaviour ----------------------------------------------------------------------------- */

/* Exactly those of "names" are on from now on. */
int sim_control_odd(struct sim_call *c)
{
	json_t *all = json_object_get(c->input, "names"), *name;
	json_t *skew = json_object_get(c->input, "skew_s");
	int64_t lag_ms, nodes;
	uint32_t odds = 0;
	size_t i;

	if (all && !json_is_array(all))
		return sim_control_refuse(c, "names is a list");
	json_array_foreach(all, i, name)
	{
		enum sim_odd odd =
			sim_odd_find(json_is_string(name) ? json_string_value(name) : "");
		if (odd == SIM_ODDS)
			return sim_control_refuse(c, "names has one that there is not");
		odds |= 1u << odd;
	}
	if (!sim_control_number(c, "lag_ms", &lag_ms) || lag_ms > 86400000 ||
		(skew && (!json_is_integer(skew) || llabs(json_integer_value(skew)) > 86400)))
		return sim_control_refuse(c,
			"lag_ms and skew_s are whole numbers, up to a day; skew_s may be below 0");
	if (!sim_control_number(c, "graphql_nodes", &nodes) || nodes > 100000)
		return sim_control_refuse(c, "graphql_nodes is a whole number up to 100000");
	if (all)
		c->w->conf.odds = odds;
	if (nodes >= 0)
		c->w->conf.graphql_nodes = nodes;
	if (skew)
		c->w->conf.skew_s = json_integer_value(skew);
	if (lag_ms >= 0)
		c->w->conf.lag_us = lag_ms * 1000;
	return sim_say(
		c, 200, json_pack("{s:b, s:o}", "ok", 1, "odd", sim_odds_show(c->w->conf.odds)));
}

/* -- stats ------------------------------------------------------------------------------------- */

int sim_control_stats(struct sim_call *c)
{
	return sim_say(c, 200, sim_stats_show(c->w));
}

int sim_control_clear_stats(struct sim_call *c)
{
	sim_stats_clear(c->w);
	return sim_control_agree(c);
}

#include "options.h"

#include <string.h>

#include "jwt.h"
#include "odd.h"
#include "seed.h"

const struct hg_option sim_options[] = {
	HG_INT(struct sim_options, seed, "1", "0", NULL, 0,
		"What the world grows from; the same seed and requests give the same bytes."),
	HG_INT(struct sim_options, limit, "5000", "1", "1000000", HG_OPT_LIVE,
		"Points of the core bucket per window and identity."),
	HG_USEC(struct sim_options, window_us, "1h", "1s", "1d", HG_OPT_LIVE,
		"What GitHub's hour lasts; buckets by the minute last no longer than it."),
	HG_USEC(struct sim_options, reset_phase_us, "0", "0", "1d", HG_OPT_LIVE,
		"When not 0: windows end this long after multiples of the window, for everybody."),
	HG_INT(struct sim_options, users, "6", "1", "1000", 0,
		"Users: octocat, monalisa, hubot, user-3 …; the last is outsider, a stranger."),
	HG_INT(struct sim_options, repos, "12", "1", "1000", 0,
		"Repositories; the first is octo-org/hello-world."),
	HG_INT(struct sim_options, issues, "95", "0", "10000", 0,
		"Issues of octo-org/hello-world, and of octocat/Hello-World."),
	HG_LIST(struct sim_options, tokens, NULL, 0,
		"Tokens that exist, TOKEN[=LOGIN[:read]]; none: all that look like GitHub's."),
	HG_USEC(struct sim_options, delay_us, "0", "0", "10min", HG_OPT_LIVE,
		"Added to every answer but those of /_sim/."),
	HG_USEC(struct sim_options, response_min_us, "0", "0", "10min", HG_OPT_LIVE,
		"What an answer takes at least, beside delay; refusals take none."),
	HG_USEC(struct sim_options, response_max_us, "0", "0", "10min", HG_OPT_LIVE,
		"What an answer takes at most; each one's time is drawn from the seed."),
	HG_INT(struct sim_options, app_id, "0", "0", NULL, 0,
		"Number of the one App there is; 0: drawn from the seed."),
	HG_STRING(struct sim_options, app_key, NULL, 0,
		"The App's RSA key, in PEM; unset: who signs its tokens is not looked at."),
	HG_STRING(struct sim_options, base_url, NULL, 0,
		"What URLs in answers begin with; unset: the Host that the client asked."),
	HG_ENUM(struct sim_options, etags, "github", "github|opaque", 0,
		"ETags by GitHub's algorithm, or by one that cannot be computed."),
	HG_BOOL(struct sim_options, enterprise, "false", HG_OPT_LIVE,
		"A GitHub Enterprise Server as installed: no limits, no headers of them."),
	HG_ENUM(struct sim_options, secondary, "on", "on|off", HG_OPT_LIVE,
		"GitHub's published secondary limits, per identity; hidden ones stay when off."),
	HG_INT(struct sim_options, concurrent, "100", "1", "1000000", HG_OPT_LIVE,
		"Requests under way at once, REST and GraphQL together."),
	HG_INT(struct sim_options, route_points, "900", "1", "1000000", HG_OPT_LIVE,
		"Points a minute on one REST route: reads cost 1, writes 5."),
	HG_INT(struct sim_options, graphql_points, "2000", "1", "1000000", HG_OPT_LIVE,
		"Points a minute on GraphQL: a query costs 1, a mutation 5."),
	HG_USEC(struct sim_options, cpu_us, "90s", "1ms", "1d", HG_OPT_LIVE,
		"Processor time within a minute: the sum of response times, 10 s each at most."),
	HG_USEC(struct sim_options, graphql_cpu_us, "60s", "1ms", "1d", HG_OPT_LIVE,
		"How much of the processor time may be GraphQL's."),
	HG_INT(struct sim_options, content_per_minute, "80", "1", "1000000", HG_OPT_LIVE,
		"Issues, comments and repositories made within a minute."),
	HG_INT(struct sim_options, content_per_hour, "500", "1", "1000000", HG_OPT_LIVE,
		"The same within an hour."),
	HG_INT(struct sim_options, mints_per_hour, "2000", "1", "1000000", HG_OPT_LIVE,
		"Installation tokens minted within an hour."),
	HG_LIST(struct sim_options, hidden, NULL, 0,
		"Limits that nobody is told of: [METHOD ]GLOB=POINTS, a minute and identity."),
	HG_USEC(struct sim_options, block_us, "1min", "0", "1d", HG_OPT_LIVE,
		"How long whatever counts against an exceeded limit is refused."),
	HG_ENUM(struct sim_options, refusal_status, "403", "403|429", HG_OPT_LIVE,
		"Status of a refusal by a secondary limit."),
	HG_ENUM(struct sim_options, refusal_graphql, "200", "200|403", HG_OPT_LIVE,
		"The same of GraphQL; 200 tells it in errors."),
	HG_ENUM(struct sim_options, refusal_retry, "seconds", "seconds|date|none", HG_OPT_LIVE,
		"Retry-After of a refusal."),
	HG_ENUM(struct sim_options, refusal_remaining, "kept", "kept|zero", HG_OPT_LIVE,
		"X-RateLimit-Remaining of a refusal: the budget's, or 0."),
	HG_INT(struct sim_options, graphql_nodes, "0", "0", "100000", HG_OPT_LIVE,
		"Members of an answer until RESOURCE_LIMITS_EXCEEDED and nulls; 0: no limit."),
	HG_LIST(struct sim_options, odd, NULL, HG_OPT_LIVE,
		"Behaviour that GitHub does not admit to, by name; the README has all names."),
	HG_INT(struct sim_options, skew_s, "-90", "-86400", "86400", HG_OPT_LIVE,
		"How many seconds GitHub's clock is ahead when clock_skew is on."),
	HG_USEC(struct sim_options, lag_us, "5s", "0", "1d", HG_OPT_LIVE,
		"How long late_objects and late_tokens are not known yet."),
	{ 0 },
};

static struct sim_secondary_conf secondary_conf(const struct sim_options *o)
{
	return (struct sim_secondary_conf){ .is_on = o->secondary == 0,
		.limits = { [SIM_CONCURRENT] = o->concurrent,
			[SIM_ROUTE_POINTS] = o->route_points,
			[SIM_GRAPHQL_POINTS] = o->graphql_points,
			[SIM_CPU] = o->cpu_us,
			[SIM_GRAPHQL_CPU] = o->graphql_cpu_us,
			[SIM_CONTENT_MINUTE] = o->content_per_minute,
			[SIM_CONTENT_HOUR] = o->content_per_hour,
			[SIM_MINTS] = o->mints_per_hour },
		.block_us = o->block_us,
		.refusal = { .is_429 = o->refusal_status == 1,
			.is_graphql_403 = o->refusal_graphql == 1,
			.says_none_left = o->refusal_remaining == 1,
			.retry_after = (int)o->refusal_retry } };
}

/* Names that are not there were refused before. */
static uint32_t odds_of(const struct hg_option_list *names)
{
	uint32_t odds = 0;

	for (uint32_t i = 0; i < names->n; i++) {
		enum sim_odd odd = sim_odd_find(names->items[i]);
		odds |= odd < SIM_ODDS ? 1u << odd : 0;
	}
	return odds;
}

struct sim_conf sim_options_conf(const struct sim_options *o)
{
	return (struct sim_conf){ .seed = o->seed,
		.limit = o->limit,
		.window_us = o->window_us,
		.phase_us = o->reset_phase_us,
		.users = o->users,
		.repos = o->repos,
		.issues = o->issues,
		.delay_us = o->delay_us,
		.response_min_us = o->response_min_us,
		.response_max_us = o->response_max_us,
		.app_id = o->app_id,
		.app_key = o->app_key,
		.base_url = o->base_url,
		.opaque_etags = o->etags == 1,
		.is_enterprise = o->enterprise,
		.secondary = secondary_conf(o),
		.graphql_nodes = o->graphql_nodes,
		.odds = odds_of(&o->odd),
		.skew_s = o->skew_s,
		.lag_us = o->lag_us,
		.hidden = o->hidden.items,
		.n_hidden = o->hidden.n,
		.tokens = o->tokens.items,
		.n_tokens = o->tokens.n };
}

/* A row is TOKEN[=LOGIN[:read]], and the users of `people` know LOGIN. */
static int check_token(struct sim_world *people, const char *row, uint32_t n, struct hg_err *err)
{
	const char *equals = strchr(row, '=');
	struct hg_str login = hg_str(equals ? equals + 1 : "octocat");
	const char *colon = memchr(login.p, ':', login.n);

	if (equals == row || login.n == 0 || (colon && strcmp(colon, ":read") != 0))
		return hg_err_set(err, HG_EINVAL, "tokens: row %u is not TOKEN[=LOGIN[:read]]", n);
	if (colon)
		login.n = (size_t)(colon - login.p);
	const struct sim_user *user = sim_user_find(people, login);
	if (!user || user->is_org)
		return hg_err_set(err, HG_EINVAL, "tokens: row %u: there is no user %.*s", n,
			(int)login.n, login.p);
	return 0;
}

static int check_hidden(const struct sim_options *o, struct hg_err *err)
{
	struct sim_hiddens rows = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < o->hidden.n && rc == 0; i++)
		if (!sim_hidden_put(&rows, o->hidden.items[i]))
			rc = hg_err_set(err, HG_EINVAL,
				"hidden: row %u is not [METHOD ]GLOB=POINTS, or one more than %d",
				i + 1, SIM_HIDDENS);
	sim_hiddens_fini(&rows);
	return rc;
}

int sim_options_check(const void *raw, struct hg_err *err)
{
	const struct sim_options *conf = raw;
	struct sim_conf empty = sim_options_conf(conf);
	int rc = 0;

	if (conf->response_max_us && conf->response_max_us < conf->response_min_us)
		return hg_err_set(err, HG_EINVAL, "response_max: is less than response_min");
	if ((rc = check_hidden(conf, err)))
		return rc;
	if (conf->app_key && !sim_is_app_key(conf->app_key))
		return hg_err_set(err, HG_EINVAL, "app_key: is not an RSA key in PEM");
	for (uint32_t i = 0; i < conf->odd.n; i++)
		if (sim_odd_find(conf->odd.items[i]) == SIM_ODDS)
			return hg_err_set(err, HG_EINVAL, "odd: row %u: there is no %s", i + 1,
				conf->odd.items[i]);
	empty.repos = empty.n_tokens = empty.n_hidden = 0;
	struct sim_world *people = sim_world_new(&empty, (struct hg_now){ 0, 0 });
	sim_world_seed(people);
	for (uint32_t i = 0; i < conf->tokens.n && rc == 0; i++)
		rc = check_token(people, conf->tokens.items[i], i + 1, err);
	sim_world_free(people);
	return rc;
}

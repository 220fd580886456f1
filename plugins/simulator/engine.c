/*
 * engine - the order in which GitHub looks at a request.
 *
 *     script? -> User-Agent -> API version -> who asks -> budget -> secondary limits -> route
 *             -> ETag -> count
 *
 * What is refused before the budget costs nothing; a 304 costs nothing when a token asked;
 * everything else costs one point of its bucket.
 */
#include <stdio.h>

#include <hg/mem.h>

#include "call.h"
#include "control.h"
#include "etag.h"
#include "journal.h"
#include "odd.h"
#include "routes.h"
#include "script.h"
#include "text.h"

static bool is_known_version(struct hg_str version)
{
	return version.n == 0 || hg_str_is(version, HG_STR("2022-11-28")) ||
	       hg_str_is(version, HG_STR("2026-03-10"));
}

static void add_common(struct sim_call *c)
{
	struct sim_answer *out = c->out;
	bool has_token = c->who.kind != SIM_WHO_ADDRESS;
	struct hg_str version = sim_request_header(c->rq, "X-GitHub-Api-Version");
	bool is_fine = version.n && is_known_version(version);

	sim_answer_set(out, "Server", "github.com");
	sim_answer_set(out, "Date", sim_text_http(c->now_s).text);
	if (c->body)
		sim_answer_set(out, "Content-Type", "application/json; charset=utf-8");
	if (out->status == 200 || out->status == 201 || out->status == 304)
		sim_answer_setf(out, "Cache-Control", "%s, max-age=60, s-maxage=60",
			has_token ? "private" : "public");
	/* An answer to nobody in particular does not vary on credentials. */
	sim_answer_set(out, "Vary",
		has_token ? "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, "
			    "X-Requested-With"
			  : "Accept, Accept-Encoding, Accept, X-Requested-With");
	sim_answer_set(out, "X-GitHub-Media-Type", "github.v3; format=json");
	sim_answer_setf(out, "x-github-api-version-selected", "%.*s", is_fine ? (int)version.n : 10,
		is_fine ? version.p : "2022-11-28");
	sim_answer_set(out, "Access-Control-Allow-Origin", "*");
	sim_answer_set(
		out, "Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload");
	sim_answer_set(out, "X-Content-Type-Options", "nosniff");
	sim_answer_set(out, "X-GitHub-Request-Id", c->request_id);
}

/* GitHub refuses by the front server, in HTML's neighbourhood, not in JSON. */
static int say_no_user_agent(struct sim_call *c)
{
	return sim_say_text(c, 403, "text/html; charset=utf-8",
		"\r\nRequest forbidden by administrative rules. Please make sure your request has "
		"a User-Agent header "
		"(https://docs.github.com/en/rest/overview/resources-in-the-rest-api"
		"#user-agent-required). Check https://developer.github.com for other possible "
		"causes.\r\n");
}

static int say_exceeded(struct sim_call *c)
{
	unsigned long long id = c->who.id;
	char message[400];

	c->doc = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";
	if (c->payer.kind == SIM_WHO_ADDRESS)
		snprintf(message, sizeof(message),
			"API rate limit exceeded for %s. (But here's the good news: Authenticated "
			"requests get a higher rate limit. Check out the documentation for more "
			"details.)",
			c->payer.address);
	else
		snprintf(message, sizeof(message),
			"API rate limit exceeded for %s ID %llu. If you reach out to GitHub "
			"Support "
			"for help, please include the request ID %s and timestamp %s UTC.",
			c->who.kind == SIM_WHO_USER ? "user" : "installation", id, c->request_id,
			sim_text_iso(c->now_s).text);
	if (c->budget->resource != SIM_GRAPHQL || c->who.kind == SIM_WHO_ADDRESS)
		return sim_say_error(c, sim_is_odd(c->w, SIM_PRIMARY_429) ? 429 : 403, message);
	snprintf(message, sizeof(message), "API rate limit already exceeded for %s ID %llu.",
		c->who.kind == SIM_WHO_USER ? "user" : "installation", id);
	return sim_say(c, 200,
		json_pack("{s:[{s:s, s:s, s:s}]}", "errors", "type", "RATE_LIMIT", "code",
			"graphql_rate_limit", "message", message));
}

/* The real answer. Returns whether it costs a point. */
static bool answer_as_github(struct sim_call *c)
{
	if (!is_known_version(sim_request_header(c->rq, "X-GitHub-Api-Version"))) {
		c->doc = "https://docs.github.com/rest/about-the-rest-api/api-versions";
		sim_say_error(c, 400,
			"The API version in the X-GitHub-Api-Version header is not supported.");
		return true;
	}
	bool is_free = hg_str_is(c->path, HG_STR("/rate_limit")) || c->w->conf.is_enterprise;
	sim_route_find(c);
	if (!is_free && sim_budget_remaining(c->budget) == 0 &&
		!(c->budget->resource == SIM_GRAPHQL && c->who.kind == SIM_WHO_ADDRESS)) {
		say_exceeded(c);
		sim_party_provoke(sim_party_find(&c->w->parties, &c->payer), SIM_PRIMARY, c->route);
		c->is_refused = true;
		return false;
	}
	if (c->who.kind == SIM_WHO_UNKNOWN) {
		sim_say_error(c, c->who.fault_status ? c->who.fault_status : 401,
			c->who.fault ? c->who.fault : "Bad credentials");
		return true;
	}
	/* GraphQL's own points depend on what is asked: its route says them */
	if (c->budget->resource == SIM_GRAPHQL || !sim_secondary_admit(c, sim_toll_of_rest(c)))
		sim_route(c);
	return !is_free && !c->is_free && !c->is_refused && c->who.kind != SIM_WHO_APP;
}

static void answer_by_script(struct sim_call *c, const struct sim_script *s)
{
	sim_say_empty(c, s->status);
	if (s->body)
		sim_answer_put_body(c->out, hg_strndup(s->body, s->body_bytes), s->body_bytes);
	sim_answer_set(c->out, "Content-Type", "application/json; charset=utf-8");
}

/* After the common ones: what a story wrote wins. */
static void add_script_headers(struct sim_call *c, const struct sim_script *s)
{
	const char *name;
	json_t *value;

	json_object_foreach(s->headers, name, value)
		sim_answer_set(c->out, name, json_string_value(value));
}

static int etag_mode(const struct sim_call *c)
{
	const struct sim_world *w = c->w;

	if (c->is_free)
		return SIM_ETAG_NONE;
	for (uint32_t i = w->n_etag_rules; i-- > 0;)
		if (sim_text_glob(w->etag_rules[i].glob, c->path))
			return w->etag_rules[i].mode;
	return w->conf.opaque_etags ? SIM_ETAG_OPAQUE : SIM_ETAG_GITHUB;
}

static void say_not_modified(struct sim_call *c)
{
	c->out->status = 304;
	sim_answer_put_body(c->out, NULL, 0);
	sim_answer_drop(c->out, "Content-Type");
	if (sim_is_odd(c->w, SIM_BARE_304))
		sim_answer_drop(c->out, "Link");
}

/* Sets ETag, and turns the answer into 304 when the client has it. */
static void answer_validators(struct sim_call *c)
{
	struct sim_answer *out = c->out;
	char *vary = NULL;
	struct sim_etag etag;
	int mode = etag_mode(c);

	if (sim_odd_last_modified(c)) {
		say_not_modified(c);
		return;
	}
	if (out->status != 200 || !out->body || mode == SIM_ETAG_NONE ||
		!(hg_str_is(c->rq->method, HG_STR("GET")) ||
			hg_str_is(c->rq->method, HG_STR("HEAD"))))
		return;
	struct hg_str value = sim_answer_header(out, "Vary");
	vary = hg_strndup(value.p, value.n);
	if (mode == SIM_ETAG_OPAQUE)
		etag = sim_etag_opaque(c->path, out->body, out->body_bytes);
	else
		etag = sim_etag_github(c->rq, vary, out->body, out->body_bytes);
	hg_free(vary);
	/* lists whose members are never twice the same */
	if (sim_is_odd(c->w, SIM_FLAPPING_ETAGS) && out->body[0] == '[')
		snprintf(etag.hex, 17, "%016llx", (unsigned long long)c->w->n_served);
	bool is_same = sim_etag_matches(sim_request_header(c->rq, "If-None-Match"), &etag);
	sim_answer_setf(out, "ETag", "%s\"%s\"",
		sim_is_odd(c->w, SIM_WEAK_ETAGS) && !is_same ? "W/" : "", etag.hex);
	if (is_same)
		say_not_modified(c);
}

/* Browsers and command-line clients get the body indented, after it was hashed. */
static bool is_read_by_people(const struct sim_request *rq)
{
	struct hg_str agent = sim_request_header(rq, "User-Agent");

	return sim_text_glob("*curl*", agent) || sim_text_glob("*Wget*", agent) ||
	       sim_text_glob("*Safari*", agent) || sim_text_glob("*Firefox*", agent);
}

static void write_body(struct sim_call *c, size_t flags)
{
	char *text = c->body ? json_dumps(c->body, flags | JSON_ENCODE_ANY) : NULL;

	if (!text)
		return;
	sim_answer_put_body(c->out, hg_strndup(text, strlen(text)), strlen(text));
	free(text);
}

static void finish(struct sim_call *c, const struct sim_script *s, bool costs)
{
	struct sim_answer *out = c->out;
	bool is_anonymous = c->who.kind == SIM_WHO_ADDRESS;

	add_common(c);
	if (s)
		add_script_headers(c, s);
	write_body(c, JSON_COMPACT);
	if (!s || !s->status)
		answer_validators(c);
	if (out->status == 304 && !is_anonymous && c->who.kind != SIM_WHO_UNKNOWN &&
		!sim_is_odd(c->w, SIM_304_COUNTS))
		costs = false;
	if (out->status == 200 && c->body && is_read_by_people(c->rq))
		write_body(c, JSON_INDENT(2));
	if (costs) {
		c->budget->used += c->cost;
		sim_party_find(&c->w->parties, &c->payer)->points[c->budget->resource] +=
			(uint64_t)c->cost;
	}
	if (c->who.kind != SIM_WHO_APP && !(s && s->is_free) && !c->w->conf.is_enterprise)
		sim_odd_budget(c);
	sim_permit_headers(c);
	if (s)
		add_script_headers(c, s);
	out->head_only = hg_str_is(c->rq->method, HG_STR("HEAD")) || out->status == 304 ||
	                 out->status == 204;
}

/* What GitHub needs for an answer, from the seed and the number of the request. */
static int64_t drawn_response_us(const struct sim_call *c)
{
	const struct sim_conf *conf = &c->w->conf;
	struct sim_world draw = { .random = (uint64_t)conf->seed ^ (c->w->n_served << 20) };
	int64_t span = conf->response_max_us - conf->response_min_us;

	if (span <= 0)
		return conf->response_min_us;
	return conf->response_min_us + (int64_t)(sim_random(&draw) % (uint64_t)(span + 1));
}

/* How long it is under way, and who paid for what. */
static void book(struct sim_call *c, const struct sim_script *s)
{
	struct sim_answer *out = c->out;
	struct hg_str body = { out->body, out->body_bytes };

	if (c->is_refused)
		return;
	int64_t cpu_us = s && s->cpu_us >= 0 ? s->cpu_us : out->delay_us;
	sim_secondary_settle(c, out->delay_us + out->stall_us, cpu_us);
	if (out->status == 200 && !out->close && out->body)
		sim_distinct_put(&c->w->distinct, c->path, c->rq->query, body);
}

static bool is_write(const struct sim_call *c)
{
	return !hg_str_is(c->rq->method, HG_STR("GET")) &&
	       !hg_str_is(c->rq->method, HG_STR("HEAD")) && !c->is_refused;
}

static void answer_request(struct sim_call *c, struct sim_entry *e)
{
	struct sim_script *s = sim_script_take(c->w, c->rq);
	bool costs = true;

	c->who = sim_who_of(c->w, c->rq, c->now_s);
	memcpy(e->token_hash, c->who.token_hash, sizeof(e->token_hash));
	c->payer = c->who;
	if (c->payer.kind == SIM_WHO_UNKNOWN) /* counted by address, as if without a token */
		c->payer = sim_who_of_address(c->rq->peer);
	e->resource = sim_resource_of(c->rq->method, c->path);
	c->budget = sim_budget_find(&c->w->limits, &c->payer, e->resource, c->now);
	c->out->resource = sim_resource_name(e->resource);
	c->out->delay_us = c->w->conf.delay_us;

	if (s && s->status) {
		answer_by_script(c, s);
		costs = !s->is_free;
	} else if (sim_request_header(c->rq, "User-Agent").n == 0) {
		say_no_user_agent(c);
		costs = false;
	} else {
		costs = answer_as_github(c);
	}
	int64_t used = c->budget->used;
	finish(c, s, costs);
	if (!c->is_refused)
		c->out->delay_us += drawn_response_us(c);
	if (s)
		sim_script_deliver(s, c->out);
	if (is_write(c) && sim_is_odd_now(c, SIM_LOST_ANSWERS, 2))
		c->out->close = true;
	book(c, s);
	e->was_scripted = s != NULL;
	e->points = c->budget->used - used;
	e->status = c->out->close ? 0 : c->out->status;
	sim_journal_end(c->w, e);
}

void sim_answer(struct sim_world *w, const struct sim_request *rq, struct hg_now now,
	struct sim_answer *out)
{
	struct sim_call c;
	struct hg_now github = now; /* its own clock */

	if (sim_is_odd(w, SIM_CLOCK_SKEW))
		github.wall_us += w->conf.skew_s * 1000000;
	sim_turn(w, github);
	sim_call_init(&c, w, rq, github, out);
	if (hg_str_starts(rq->path, HG_STR("/_sim/"))) {
		sim_control(&c);
		write_body(&c, JSON_COMPACT);
		sim_answer_set(out, "Content-Type", "application/json; charset=utf-8");
		sim_answer_set(out, "Date", sim_text_http(c.now_s).text);
	} else {
		answer_request(&c, sim_journal_put(w, rq, now));
	}
	sim_call_fini(&c);
}

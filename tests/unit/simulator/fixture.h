/*
 * fixture - a simulated GitHub in a test's hands: ask it something, look at what it said.
 *
 *     struct github g = github_new(NULL);
 *     ask(&g, "GET", "/user", OCTOCAT, NULL);
 *     assert_int_equal(g.out.status, 200);
 *     github_free(&g);
 *
 * Time stands at 2026-01-01T00:00:00Z and moves by pass().
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include <hg/mem.h>

#include "seed.h"
#include "world.h"

#define SEC 1000000
#define OCTOCAT "Bearer ghp_octocat"
#define REPO "/repos/octo-org/hello-world"

struct github {
	struct sim_world *w;
	struct hg_now now;
	struct sim_answer out;
	const char *if_none_match;     /* sent with each request until taken back */
	const char *if_modified_since; /* the same */
	const char *accept;
	const char *version;
	const char *user_agent; /* NULL sends none */
	json_t *json;           /* the latest body; NULL when it was none */
};

static const char *const fixture_tokens[] = { "ghp_octocat=octocat", "ghp_octocat2=octocat",
	"ghp_hubot=hubot", "ghp_reader=octocat:read", "ghp_stranger=outsider" };

static const struct sim_conf fixture_conf = { .seed = 7,
	.limit = 5000,
	.window_us = 3600ll * SEC,
	.users = 6,
	.repos = 8,
	.issues = 95,
	.tokens = fixture_tokens,
	.n_tokens = 5 };

static inline struct github github_new(const struct sim_conf *conf)
{
	struct github g = { .now = { .mono_us = 1000 * (int64_t)SEC,
				    .wall_us = 1767225600ll * SEC },
		.user_agent = "test" };

	g.w = sim_world_new(conf ? conf : &fixture_conf, g.now);
	sim_world_seed(g.w);
	sim_answer_init(&g.out);
	return g;
}

static inline void github_free(struct github *g)
{
	sim_answer_fini(&g->out);
	json_decref(g->json);
	sim_world_free(g->w);
}

static inline void pass(struct github *g, int64_t seconds)
{
	g->now.mono_us += seconds * SEC;
	g->now.wall_us += seconds * SEC;
}

static inline void put_field(
	struct sim_request *rq, struct hg_field *fields, const char *name, const char *value)
{
	if (value)
		fields[rq->n_fields++] = (struct hg_field){ hg_str(name), hg_str(value) };
	rq->fields = fields;
}

/* Asks; the answer stands in g->out and g->json until the next question. */
static inline int ask(struct github *g, const char *method, const char *target,
	const char *authorization, const char *body)
{
	const char *mark = strchr(target, '?');
	struct hg_field fields[8];
	struct sim_request rq = { .method = hg_str(method),
		.path = { target, mark ? (size_t)(mark - target) : strlen(target) },
		.query = hg_str(mark ? mark + 1 : ""),
		.body = hg_str(body ? body : ""),
		.peer = hg_str("127.0.0.1") };

	put_field(&rq, fields, "Host", "127.0.0.1:4000");
	put_field(&rq, fields, "User-Agent", g->user_agent);
	put_field(&rq, fields, "Accept", g->accept);
	put_field(&rq, fields, "Authorization", authorization);
	put_field(&rq, fields, "If-None-Match", g->if_none_match);
	put_field(&rq, fields, "If-Modified-Since", g->if_modified_since);
	put_field(&rq, fields, "X-GitHub-Api-Version", g->version);
	sim_answer_fini(&g->out);
	json_decref(g->json);
	sim_answer(g->w, &rq, g->now, &g->out);
	g->json = g->out.body ? json_loadb(g->out.body, g->out.body_bytes, JSON_DECODE_ANY, NULL)
	                      : NULL;
	return g->out.status;
}

/* A header of the latest answer as text; "" when absent. Good until the next call but three. */
static inline const char *header(struct github *g, const char *name)
{
	static char text[4][2048];
	static int next;
	struct hg_str value = sim_answer_header(&g->out, name);
	char *out = text[next++ % 4];

	snprintf(out, sizeof(text[0]), "%.*s", (int)value.n, value.p ? value.p : "");
	return out;
}

static inline const char *text_at(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static inline json_int_t number_at(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

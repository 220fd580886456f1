/*
 * call - one request on its way through the engine: who asks, what for, and the answer so far.
 *
 * A route's function looks at the call, changes the world, and says one of
 *
 *     return sim_say(c, 200, json);               (takes the JSON)
 *     return sim_say_error(c, 404, "Not Found");  GitHub's error body
 *     return sim_say_empty(c, 204);
 *
 * Thread: whoever holds the world's lock.   Clock: c->now.
 */
#pragma once
#include <jansson.h>

#include "world.h"

#define SIM_PARAMS 4

struct sim_call {
	struct sim_world *w;
	const struct sim_request *rq;
	struct sim_answer *out;
	struct hg_now now;
	int64_t now_s;      /* wall */
	struct hg_str path; /* without /api/v3 */
	char base[320];     /* "http://127.0.0.1:8080", "http://host/api/v3" */
	char request_id[48];
	struct sim_who who;
	struct sim_who payer;      /* who, or the address when the credentials are nobody's */
	struct sim_budget *budget; /* borrowed: look it up again after looking up another */

	/* what the route's scope and pattern named */
	struct sim_repo *repo;
	struct sim_user *owner; /* of the repository; or the user or organization itself */
	struct hg_str params[SIM_PARAMS];
	const char *doc; /* of the route: documentation_url */

	json_t *input; /* the body's object; owned by the call; NULL when there was none */
	json_t *body;  /* owned by the call */
	bool is_free;  /* does not count: /rate_limit */

	uint32_t route;       /* its number in the table; 0: none */
	int64_t cost;         /* points of the budget: 1, but for GraphQL */
	bool is_graphql;      /* counted as such by the secondary limits */
	bool is_refused;      /* by one of them: costs nothing */
	bool shows_none_left; /* x-ratelimit-remaining is 0 whatever the budget says */
};

void sim_call_init(struct sim_call *c, struct sim_world *w, const struct sim_request *rq,
	struct hg_now now, struct sim_answer *out);
void sim_call_fini(struct sim_call *c);

/* All return `status`, so that a route may return them. */
int sim_say(struct sim_call *c, int status, json_t *body);
int sim_say_empty(struct sim_call *c, int status);
int sim_say_text(struct sim_call *c, int status, const char *type, const char *text);
int sim_say_error(struct sim_call *c, int status, const char *message);
/* 422 with one row of GitHub's errors; message NULL: without. */
int sim_say_invalid(struct sim_call *c, const char *resource, const char *field, const char *code,
	const char *message);
/* 302 or 301 to `location`. */
int sim_say_moved(struct sim_call *c, int status, const char *location);

/* The moment a request needs rights: 0 when it has them, else what was said. */
int sim_need_user(struct sim_call *c);  /* 401 Requires authentication */
int sim_need_write(struct sim_call *c); /* 401, or 403 for tokens that only read */
int sim_need_admin(struct sim_call *c); /* of c->repo or c->owner: 403, and 404 for strangers */
bool sim_sees_private(struct sim_call *c);
/* The user who asks; the first bot-like user for an installation. NULL: nobody. */
struct sim_user *sim_call_user(struct sim_call *c);

/* Parses the body into c->input: 0, or what was said (400). No body is an empty object. */
int sim_need_input(struct sim_call *c);
/* A string member of the input; NULL when absent or no string. */
const char *sim_input_text(struct sim_call *c, const char *name);
/* A number from the query. */
int64_t sim_query_number(struct sim_call *c, const char *name, int64_t deflt);
/* A value of the query; "" when absent. */
void sim_query_text(struct sim_call *c, const char *name, char *out, size_t size);

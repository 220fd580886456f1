#include "call.h"

#include <stdio.h>

#include <hg/mem.h>

#include "text.h"

#define DOCS "https://docs.github.com/rest"

/* What a Host header may hold to stand in a URL; anything else is answered with a fixed name. */
static bool is_host(struct hg_str host)
{
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		            (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':' ||
		            c == '[' || c == ']' || c == '_';
		if (!fine)
			return false;
	}
	return host.n > 0 && host.n < 256;
}

/* GitHub Enterprise's prefixes: the same API below /api/v3, GraphQL at /api/graphql. */
static void set_base(struct sim_call *c)
{
	struct hg_str host = sim_request_header(c->rq, "Host");
	bool is_enterprise = hg_str_starts(c->rq->path, HG_STR("/api/v3/"));

	if (!is_host(host))
		host = HG_STR("localhost");
	if (c->w->conf.base_url)
		snprintf(c->base, sizeof(c->base), "%s", c->w->conf.base_url);
	else
		snprintf(c->base, sizeof(c->base), "http://%.*s%s", (int)host.n, host.p,
			is_enterprise ? "/api/v3" : "");
	c->path = c->rq->path;
	if (is_enterprise)
		c->path = (struct hg_str){ c->path.p + 7, c->path.n - 7 };
	else if (hg_str_is(c->path, HG_STR("/api/graphql")))
		c->path = HG_STR("/graphql");
}

void sim_call_init(struct sim_call *c, struct sim_world *w, const struct sim_request *rq,
	struct hg_now now, struct sim_answer *out)
{
	*c = (struct sim_call){ .w = w,
		.rq = rq,
		.out = out,
		.now = now,
		.now_s = now.wall_us / 1000000,
		.cost = 1,
		.doc = DOCS };
	set_base(c);

	char sha[41];
	sim_sha((uint64_t)w->conf.seed, w->n_served, sha);
	for (int i = 0; i < 24; i++)
		if (sha[i] >= 'a')
			sha[i] = (char)(sha[i] - 'a' + 'A');
	snprintf(c->request_id, sizeof(c->request_id), "%.4s:%.6s:%.6s:%.6s:%08llX", sha, sha + 4,
		sha + 10, sha + 16, (unsigned long long)c->now_s);
}

void sim_call_fini(struct sim_call *c)
{
	json_decref(c->input);
	json_decref(c->body);
	c->input = c->body = NULL;
}

int sim_say(struct sim_call *c, int status, json_t *body)
{
	json_decref(c->body);
	c->body = body;
	c->out->status = status;
	return status;
}

int sim_say_empty(struct sim_call *c, int status)
{
	return sim_say(c, status, NULL);
}

int sim_say_text(struct sim_call *c, int status, const char *type, const char *text)
{
	sim_say(c, status, NULL);
	sim_answer_set(c->out, "Content-Type", type);
	sim_answer_put_body(c->out, hg_strndup(text, strlen(text)), strlen(text));
	return status;
}

int sim_say_error(struct sim_call *c, int status, const char *message)
{
	return sim_say(c, status,
		json_pack("{s:s, s:s, s:o}", "message", message, "documentation_url", c->doc,
			"status", json_sprintf("%d", status)));
}

int sim_say_invalid(struct sim_call *c, const char *resource, const char *field, const char *code,
	const char *message)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:s*}", "resource", resource, "code", code,
		"field", field, "message", message);

	return sim_say(c, 422,
		json_pack("{s:s, s:[o], s:s, s:s}", "message", "Validation Failed", "errors", row,
			"documentation_url", c->doc, "status", "422"));
}

int sim_say_moved(struct sim_call *c, int status, const char *location)
{
	sim_answer_set(c->out, "Location", location);
	if (status == 302)
		return sim_say_text(c, 302, "text/html;charset=utf-8", "");
	return sim_say(c, status,
		json_pack("{s:s, s:s, s:s}", "message",
			status == 301 ? "Moved Permanently" : "Temporary Redirect", "url", location,
			"documentation_url",
			"https://docs.github.com/rest/guides/"
			"best-practices-for-using-the-rest-api#follow-redirects"));
}

struct sim_user *sim_call_user(struct sim_call *c)
{
	if (c->who.kind == SIM_WHO_USER)
		return sim_user_by_id(c->w, c->who.id);
	if (c->who.kind == SIM_WHO_INSTALLATION)
		for (uint32_t i = 0; i < c->w->n_users; i++)
			if (!c->w->users[i].is_org)
				return &c->w->users[i];
	return NULL;
}

int sim_need_user(struct sim_call *c)
{
	if (sim_call_user(c))
		return 0;
	return sim_say_error(c, 401, "Requires authentication");
}

int sim_need_write(struct sim_call *c)
{
	int said = sim_need_user(c);

	if (said)
		return said;
	if (c->who.read_only)
		return sim_say_error(c, 403, "Resource not accessible by personal access token");
	if (c->repo && c->repo->is_archived)
		return sim_say_error(c, 403, "Repository was archived so is read-only.");
	return 0;
}

int sim_need_admin(struct sim_call *c)
{
	const struct sim_user *user = sim_call_user(c);
	int said = sim_need_write(c);

	if (said)
		return said;
	if (c->who.kind == SIM_WHO_INSTALLATION || user->is_member ||
		(c->owner && c->owner->id == user->id))
		return 0;
	return sim_say_error(c, 403,
		c->repo ? "Must have admin rights to Repository."
			: "Must be an organization owner or have the required permission.");
}

bool sim_sees_private(struct sim_call *c)
{
	const struct sim_user *user = sim_call_user(c);

	return user && (c->who.kind == SIM_WHO_INSTALLATION || user->is_member ||
			       (c->repo && c->repo->owner == user->id));
}

int sim_need_input(struct sim_call *c)
{
	if (c->rq->body.n == 0) {
		c->input = json_object();
		return 0;
	}
	c->input = json_loadb(c->rq->body.p, c->rq->body.n, JSON_REJECT_DUPLICATES, NULL);
	if (!c->input)
		return sim_say_error(c, 400, "Problems parsing JSON");
	if (!json_is_object(c->input))
		return sim_say_error(c, 400, "Body should be a JSON object");
	return 0;
}

const char *sim_input_text(struct sim_call *c, const char *name)
{
	return json_string_value(json_object_get(c->input, name));
}

int64_t sim_query_number(struct sim_call *c, const char *name, int64_t deflt)
{
	char value[64];

	if (!sim_text_query(c->rq->query, name, value, sizeof(value)))
		return deflt;
	return sim_text_number(hg_str(value), deflt);
}

void sim_query_text(struct sim_call *c, const char *name, char *out, size_t size)
{
	if (!sim_text_query(c->rq->query, name, out, size))
		out[0] = '\0';
}

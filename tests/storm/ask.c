#include "ask.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "malformed.h"

#define REPO "/repos/octo-org/hello-world"
#define OWN_TOKENS 12u

struct row {
	const char *name;
	uint32_t weight;
	const char *statuses;
	bool is_json;
	bool is_rough; /* not in a calm world */
};

static const struct row rows[ASK_KINDS] = {
	[ASK_REPO] = { "repo", 18, "200", true },
	[ASK_ISSUE] = { "issue", 18, "200", true },
	[ASK_ISSUE_HEAD] = { "issue-head", 5, "200", true },
	[ASK_ISSUE_AGAIN] = { "issue-again", 8, "200 304", true },
	[ASK_ISSUES] = { "issues", 8, "200", true },
	[ASK_USER] = { "user", 6, "200", true },
	[ASK_RUNS] = { "runs", 4, "200", true },
	[ASK_RUNNERS] = { "runners", 3, "200", true },
	[ASK_COMMENT] = { "comment", 6, "201", true },
	[ASK_LONG_COMMENT] = { "long-comment", 2, "201", true },
	[ASK_TOO_LONG_COMMENT] = { "too-long-comment", 1, "422", true },
	[ASK_SEARCH] = { "search", 1, "200 403 429 504", true, true },
	[ASK_MOVED] = { "moved", 2, "301", true },
	[ASK_ARCHIVE] = { "archive", 2, "302", false },
	[ASK_UNKNOWN] = { "unknown", 3, "404 501", true },
	[ASK_STRANGER] = { "stranger", 2, "401 403 429 504", true, true },
	[ASK_FOREIGNER] = { "foreigner", 2, "400 403 421", true, true },
	[ASK_METRICS] = { "metrics", 1, "200", false },
	[ASK_HEALTH] = { "health", 2, "200", true },
	[ASK_GRAPHQL] = { "graphql", 3, "200", true },
	[ASK_UPLOAD] = { "upload", 2, "201", true },
	[ASK_CUT] = { "cut", 1, "200 502", true, true },
	[ASK_GONE] = { "gone", 1, "502", true, true },
	[ASK_DOWN] = { "down", 1, "503", true, true },
	[ASK_STALL] = { "stall", 1, "200", true },
	[ASK_MALFORMED] = { "malformed", 3, "400 405 408 413 414 417 431 501 505", true, true },
};

const char *ask_kind_name(enum ask_kind kind)
{
	return rows[kind].name;
}

bool ask_may_be_cut(const struct ask *q)
{
	return q->kind == ASK_CUT;
}

/* -- the world --------------------------------------------------------------------------------- */

static const char *const faults[] = {
	"{\"match\":{\"path\":\"" REPO "/commits\"},\"times\":1000000,"
	"\"answer\":{\"cut_after_bytes\":700}}",
	"{\"match\":{\"path\":\"" REPO "/commits/main\"},\"times\":1000000,"
	"\"answer\":{\"chunked\":true,\"cut_after_bytes\":1500}}",
	"{\"match\":{\"path\":\"" REPO "/actions/runs\"},\"times\":1000000,"
	"\"answer\":{\"chunked\":true}}",
	"{\"match\":{\"path\":\"" REPO "/branches\"},\"times\":1000000,"
	"\"answer\":{\"close\":true}}",
	"{\"match\":{\"path\":\"" REPO "/tags\"},\"times\":1000000,"
	"\"answer\":{\"status\":503,\"body\":\"{\\\"message\\\":\\\"Service unavailable\\\"}\"}}",
	"{\"match\":{\"path\":\"" REPO "/releases/1/assets\"},\"times\":1000000,"
	"\"answer\":{\"status\":201,\"body\":\"{\\\"state\\\":\\\"uploaded\\\"}\"}}",
	"{\"match\":{\"path\":\"" REPO "/labels\"},\"times\":1000000,"
	"\"answer\":{\"chunked\":true,\"delay_ms\":20,\"stall_after_bytes\":100,"
	"\"stall_ms\":40}}",
};

static bool command(uint16_t port, const char *path, const char *body)
{
	struct answer a;
	bool ok = control_ask(port, "POST", path, body, &a) && a.status == 200;

	if (!ok)
		fprintf(stderr, "storm: %s was refused: %s\n", path, a.body.p ? a.body.p : "");
	answer_fini(&a);
	return ok;
}

bool ask_world_learn(struct ask_world *w, uint16_t port)
{
	struct answer a;
	json_t *list, *repo;
	size_t i;

	if (!command(port, "/_sim/reset", "{}"))
		return false;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!command(port, "/_sim/script", faults[i]))
			return false;
	if (!control_ask(port, "GET", "/orgs/octo-org/repos?per_page=60", NULL, &a))
		return false;
	list = json_loads(a.body.p ? a.body.p : "", 0, NULL);
	answer_fini(&a);
	json_array_foreach(list, i, repo)
	{
		const char *name = json_string_value(json_object_get(repo, "full_name"));
		if (name && w->n_repos < ASK_REPOS)
			snprintf(w->repos[w->n_repos++], sizeof(w->repos[0]), "%s", name);
	}
	json_decref(list);
	if (w->n_repos < 3)
		fprintf(stderr, "storm: the simulated GitHub shows too few repositories\n");
	return w->n_repos >= 3;
}

/* -- making ------------------------------------------------------------------------------------ */

static void put(struct answer_text *out, const char *p, size_t n)
{
	if (out->n + n + 1 > out->room) {
		out->room = 2 * (out->n + n + 1);
		out->p = realloc(out->p, out->room);
		if (!out->p)
			abort();
	}
	memcpy(out->p + out->n, p, n);
	out->n += n;
	out->p[out->n] = '\0';
}

static void putf(struct answer_text *out, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(out, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static enum ask_kind choose_kind(const struct ask_world *w, struct dice *d, bool may_end)
{
	uint32_t sum = 0;

	for (int k = 0; k < ASK_KINDS; k++)
		sum += rows[k].weight;
	for (;;) {
		uint32_t at = dice_below(d, sum);
		int k = 0;
		while (at >= rows[k].weight)
			at -= rows[k++].weight;
		if ((may_end || (k != ASK_MALFORMED && k != ASK_CUT)) &&
			!(w->is_calm && rows[k].is_rough))
			return (enum ask_kind)k;
	}
}

static void make_malformed(struct dice *d, const char *host, struct answer_text *out)
{
	uint32_t which = dice_below(d, N_MALFORMED + 2);

	if (which < N_MALFORMED) {
		for (const char *p = malformed[which]; *p;) {
			const char *mark = strstr(p, "{H}");
			put(out, p, mark ? (size_t)(mark - p) : strlen(p));
			if (mark)
				put(out, host, strlen(host));
			p = mark ? mark + 3 : p + strlen(p);
		}
		return;
	}
	bool long_target = which == N_MALFORMED;
	putf(out, long_target ? "GET /" : "GET / HTTP/1.1\r\nHost: %s\r\nX-Long: ", host);
	for (int i = 0; i < (long_target ? 9000 : 70000); i++)
		put(out, "x", 1);
	putf(out, long_target ? " HTTP/1.1\r\nHost: %s\r\n\r\n" : "\r\n\r\n", host);
}

/* Method and path of what is asked, and what will prove the answer. */
static void make_target(
	struct ask *q, struct dice *d, const struct ask_world *w, char *path, size_t room)
{
	static const char *const users[] = { "octocat", "monalisa", "hubot" };
	const char *repo = w->repos[dice_below(d, w->n_repos)];
	const char *user = users[dice_below(d, 3)];

	q->issue = 1 + dice_below(d, ASK_ISSUES_THERE);
	q->per_page = dice_hits(d, 20) ? 100 : 5 + dice_below(d, 26);
	q->page = 1 + dice_below(d, (ASK_ISSUES_THERE + q->per_page - 1) / q->per_page);
	switch (q->kind) {
	case ASK_REPO:
		snprintf(path, room, "/repos/%s", repo);
		snprintf(q->wanted, sizeof(q->wanted), "%s", repo);
		break;
	case ASK_ISSUE:
	case ASK_ISSUE_HEAD:
	case ASK_ISSUE_AGAIN:
		snprintf(path, room, REPO "/issues/%u", q->issue);
		break;
	case ASK_ISSUES:
		snprintf(path, room, REPO "/issues?state=all&per_page=%u&page=%u", q->per_page,
			q->page);
		break;
	case ASK_USER:
		snprintf(path, room, "/users/%s", user);
		snprintf(q->wanted, sizeof(q->wanted), "%s", user);
		break;
	case ASK_RUNS:
		snprintf(path, room, REPO "/actions/runs?per_page=5&page=%u", 1 + q->issue % 8);
		break;
	case ASK_RUNNERS:
		snprintf(path, room, "/orgs/octo-org/actions/runners?per_page=%u", q->per_page);
		break;
	case ASK_COMMENT:
	case ASK_LONG_COMMENT:
	case ASK_TOO_LONG_COMMENT:
		snprintf(path, room, REPO "/issues/%u/comments", q->issue);
		break;
	case ASK_SEARCH:
		snprintf(path, room, "/search/issues?q=repo:octo-org/hello-world+%u", q->issue);
		break;
	case ASK_MOVED:
		snprintf(path, room, "/repos/octo-org/old-name?storm=%llu",
			(unsigned long long)q->number);
		snprintf(
			q->wanted, sizeof(q->wanted), "?storm=%llu", (unsigned long long)q->number);
		break;
	case ASK_ARCHIVE:
		snprintf(path, room, "/repos/%s/tarball", repo);
		snprintf(q->wanted, sizeof(q->wanted), "/%s/legacy.tar.gz", repo);
		break;
	case ASK_UNKNOWN:
		snprintf(path, room, "/repos/octo-org/hello-world/nothing/%u", q->issue);
		break;
	case ASK_STRANGER:
	case ASK_FOREIGNER:
		snprintf(path, room, "/users/%s", user);
		break;
	case ASK_METRICS:
		snprintf(path, room, "/metrics");
		break;
	case ASK_HEALTH:
		snprintf(path, room, dice_hits(d, 50) ? "/livez" : "/readyz");
		break;
	case ASK_GRAPHQL:
		snprintf(path, room, "/graphql");
		break;
	case ASK_UPLOAD:
		snprintf(path, room, REPO "/releases/1/assets?name=%u", q->issue);
		break;
	case ASK_CUT:
		snprintf(path, room, REPO "/commits%s", dice_hits(d, 50) ? "/main" : "");
		break;
	case ASK_GONE:
		snprintf(path, room, REPO "/branches");
		break;
	case ASK_DOWN:
		snprintf(path, room, REPO "/tags");
		break;
	case ASK_STALL:
		snprintf(path, room, REPO "/labels");
		break;
	case ASK_MALFORMED:
	case ASK_KINDS:
		break;
	}
}

static void add_credential(struct ask *q, struct dice *d, struct answer_text *out)
{
	uint32_t which = dice_below(d, OWN_TOKENS);

	if (q->kind == ASK_STRANGER) {
		putf(out, "Authorization: Bearer nobody-has-this-%u\r\n", which);
		return;
	}
	q->own_token = dice_hits(d, 15);
	if (q->own_token)
		putf(out, "Authorization: %s ghp_storm%02uOfAClientWithItsOwnToken00000\r\n",
			dice_hits(d, 50) ? "token" : "Bearer", which);
}

static void add_fields(struct ask *q, struct dice *d, const struct ask_world *w, const char *host,
	struct answer_text *out)
{
	bool other_host = q->kind == ASK_FOREIGNER && dice_hits(d, 50);

	q->is_let_in = q->kind == ASK_FOREIGNER && strcmp(host, "api.github.com") == 0;
	putf(out, "Host: %s\r\nX-Request-Id: %s\r\nUser-Agent: storm\r\n",
		other_host ? "evil.example" : host, q->id);
	if (q->kind == ASK_FOREIGNER && !other_host)
		putf(out, "X-Forwarded-For: 192.0.2.7\r\n");
	add_credential(q, d, out);
	if (dice_hits(d, 30))
		putf(out, "Accept: application/vnd.github+json\r\n");
	if (dice_hits(d, 3))
		putf(out, "Cache-Control: no-cache\r\n");
	if (q->kind == ASK_SEARCH || q->kind == ASK_STRANGER)
		putf(out, "X-Hubgate-Deadline: 1s\r\n");
	if (dice_hits(d, 10))
		putf(out, "X-Hubgate-Priority: %s\r\n", dice_hits(d, 50) ? "low" : "critical");
	if (q->kind == ASK_ISSUE_AGAIN)
		putf(out, "If-None-Match: %s\r\n",
			w->etags[q->issue][0] ? w->etags[q->issue] : "\"none\"");
}

/* With its length, or in chunks of odd sizes. */
static void add_body(struct dice *d, const char *body, size_t n, struct answer_text *out)
{
	putf(out, "Content-Type: application/json\r\n");
	if (dice_hits(d, 5))
		putf(out, "Expect: 100-continue\r\n");
	if (dice_hits(d, 60)) {
		putf(out, "Content-Length: %zu\r\n\r\n", n);
		put(out, body, n);
		return;
	}
	putf(out, "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0; at < n;) {
		size_t piece = 1 + dice_below(d, n > 2000 ? 9000 : 60);
		piece = piece < n - at ? piece : n - at;
		putf(out, "%zx\r\n", piece);
		put(out, body + at, piece);
		putf(out, "\r\n");
		at += piece;
	}
	putf(out, "0\r\n\r\n");
}

static void add_comment(struct ask *q, struct dice *d, struct answer_text *out)
{
	struct answer_text body = { 0 };
	uint32_t filling = q->kind == ASK_COMMENT        ? 0
	                   : q->kind == ASK_LONG_COMMENT ? 5000 + dice_below(d, 50000)
	                                                 : 100000 + dice_below(d, 300000);

	snprintf(q->wanted, sizeof(q->wanted), "storm %s ", q->id);
	putf(&body, "{\"body\":\"%s", q->wanted);
	for (uint32_t left = filling, n; left; left -= n) {
		n = left < 16 ? left : 16;
		put(&body, "0123456789abcdef", n);
	}
	putf(&body, "\"}");
	add_body(d, body.p, body.n, out);
	free(body.p);
}

/* Where the faces of GitHub begin: "" as api.github.com, /api/… as an Enterprise Server. */
static const char *choose_face(const struct ask *q, struct dice *d)
{
	bool enterprise = dice_hits(d, 15);

	switch (q->kind) {
	case ASK_METRICS:
	case ASK_HEALTH:
		return "";
	case ASK_GRAPHQL:
		return enterprise ? "/api" : "";
	case ASK_UPLOAD:
		return "/api/uploads";
	default:
		return enterprise ? "/api/v3" : "";
	}
}

/* What it sends, after its fields. */
static void add_content(struct ask *q, struct dice *d, struct answer_text *out)
{
	static const char query[] = "{\"query\":\"{viewer{login}}\"}";
	static const char asset[70000];

	if (q->kind == ASK_GRAPHQL)
		add_body(d, query, sizeof(query) - 1, out);
	else if (q->kind == ASK_UPLOAD)
		add_body(d, asset, 1 + dice_below(d, sizeof(asset)), out);
	else if (q->has_body)
		add_comment(q, d, out);
	else
		putf(out, "\r\n");
}

void ask_make(struct ask *q, const struct ask_world *w, const char *host, uint64_t number,
	bool may_end, struct answer_text *out)
{
	struct dice d = dice_of(w->seed, number);
	char path[256] = "/";

	*q = (struct ask){ .number = number, .kind = choose_kind(w, &d, may_end) };
	snprintf(q->id, sizeof(q->id), "s%llu-%llu", (unsigned long long)w->seed,
		(unsigned long long)number);
	if (q->kind == ASK_MALFORMED) {
		make_malformed(&d, host, out);
		return;
	}
	make_target(q, &d, w, path, sizeof(path));
	q->is_head = q->kind == ASK_ISSUE_HEAD;
	q->has_body = q->kind == ASK_COMMENT || q->kind == ASK_LONG_COMMENT ||
	              q->kind == ASK_TOO_LONG_COMMENT || q->kind == ASK_GRAPHQL ||
	              q->kind == ASK_UPLOAD;
	/* On a Unix socket nobody sees that a body which ends with the connection was cut. */
	q->is_old = may_end && !q->has_body && dice_hits(&d, 5) &&
	            !(q->kind == ASK_CUT && strcmp(host, "api.github.com") == 0);
	putf(out, "%s %s%s HTTP/1.%c\r\n",
		q->is_head    ? "HEAD"
		: q->has_body ? "POST"
			      : "GET",
		choose_face(q, &d), path, q->is_old ? '0' : '1');
	add_fields(q, &d, w, host, out);
	add_content(q, &d, out);
}

/* -- judging ----------------------------------------------------------------------------------- */

static const char *fault_of_issue(const struct ask *q, const json_t *o)
{
	char end[64];
	const char *url = json_string_value(json_object_get(o, "url"));

	snprintf(end, sizeof(end), "%s/issues/%u", REPO, q->issue);
	if (json_integer_value(json_object_get(o, "number")) != q->issue)
		return "another issue";
	if (!url || strlen(url) < strlen(end) || strcmp(url + strlen(url) - strlen(end), end) != 0)
		return "an issue of another repository";
	return NULL;
}

/* Newest first: page and size say which numbers stand in it. */
static const char *fault_of_issues(const struct ask *q, const json_t *list)
{
	uint32_t before = (q->page - 1) * q->per_page;
	uint32_t n = ASK_ISSUES_THERE - before;

	n = n < q->per_page ? n : q->per_page;
	if (!json_is_array(list) || json_array_size(list) != n)
		return "another number of issues";
	for (uint32_t i = 0; i < n; i++) {
		const json_t *number = json_object_get(json_array_get(list, i), "number");
		if (json_integer_value(number) != ASK_ISSUES_THERE - before - i)
			return "another page of issues";
	}
	return NULL;
}

static const char *fault_of_text(const json_t *o, const char *member, const char *wanted)
{
	const char *text = json_string_value(json_object_get(o, member));

	return text && strncasecmp(text, wanted, strlen(wanted)) == 0 ? NULL : "another resource";
}

static const char *fault_of_object(const struct ask *q, int status, const json_t *o)
{
	switch (q->kind) {
	case ASK_REPO:
		return fault_of_text(o, "full_name", q->wanted);
	case ASK_USER:
		return fault_of_text(o, "login", q->wanted);
	case ASK_COMMENT:
	case ASK_LONG_COMMENT:
		return fault_of_text(o, "body", q->wanted);
	case ASK_ISSUE:
	case ASK_ISSUE_AGAIN:
		return fault_of_issue(q, o);
	case ASK_ISSUES:
		return fault_of_issues(q, o);
	case ASK_RUNS:
		return json_array_size(json_object_get(o, "workflow_runs")) == 5
		               ? NULL
		               : "another page of runs";
	case ASK_RUNNERS:
		return json_integer_value(json_object_get(o, "total_count")) == 6
		               ? NULL
		               : "another number of runners";
	case ASK_SEARCH:
		return json_is_integer(json_object_get(o, "total_count")) ? NULL : "no search";
	case ASK_HEALTH:
		return json_is_string(json_object_get(o, "status")) ? NULL : "no health";
	case ASK_GRAPHQL:
		o = json_object_get(json_object_get(o, "data"), "viewer");
		return json_is_string(json_object_get(o, "login")) ? NULL : "no viewer";
	case ASK_UPLOAD:
		return fault_of_text(o, "state", "uploaded");
	case ASK_STALL:
		return json_is_array(o) ? NULL : "no list of labels";
	case ASK_STRANGER: /* its budget is small: it may be told to wait instead */
		return status == 401 ? fault_of_text(o, "message", "Bad credentials") : NULL;
	case ASK_UNKNOWN:
		return fault_of_text(
			o, "message", q->is_odd_method ? "This method is not known" : "Not Found");
	case ASK_TOO_LONG_COMMENT:
		return fault_of_text(o, "message", "Validation Failed");
	case ASK_DOWN:
		return fault_of_text(o, "message", "Service unavailable");
	case ASK_ISSUE_HEAD:
	case ASK_MOVED:
	case ASK_ARCHIVE:
	case ASK_FOREIGNER:
	case ASK_METRICS:
	case ASK_CUT:
	case ASK_GONE:
	case ASK_MALFORMED:
	case ASK_KINDS:
		return NULL;
	}
	return NULL;
}

static const char *fault_of_body(const struct ask *q, const struct answer *a)
{
	if (q->is_head || a->status == 304)
		return a->body.n ? "a body that must not be" : NULL;
	if (q->kind == ASK_METRICS)
		return a->body.n && strstr(a->body.p, "# TYPE ") ? NULL : "no metrics";
	if (!rows[q->kind].is_json)
		return NULL;

	json_t *o = json_loadb(a->body.p ? a->body.p : "", a->body.n, 0, NULL);
	if (!o)
		return "a body that is not JSON";
	const char *fault = NULL;
	if (a->status >= 400 && !json_is_string(json_object_get(o, "message")))
		fault = "an error without a message";
	else if (a->status < 400 || q->kind != ASK_SEARCH)
		fault = fault_of_object(q, a->status, o);
	json_decref(o);
	return fault;
}

static bool is_expected(const struct ask *q, int status)
{
	char word[8];

	snprintf(word, sizeof(word), "%d", status);
	return q->is_let_in ? status == 200 : strstr(rows[q->kind].statuses, word) != NULL;
}

const char *ask_judge(const struct ask *q, struct ask_world *w, const struct answer *a)
{
	char value[256];

	if (a->state == ANSWER_ODD)
		return a->odd;
	if (!is_expected(q, a->status))
		return "a status that was not expected";
	if (q->kind == ASK_MALFORMED)
		return a->is_last ? fault_of_body(q, a) : "a connection that goes on";
	if (q->is_old && (a->was_chunked || !a->is_last))
		return "chunks, or a connection that goes on, for HTTP/1.0";
	if (!answer_field(a, "x-request-id", value, sizeof(value)) || strcmp(value, q->id) != 0)
		return "the answer of another request";
	if (q->is_head && a->length == 0) /* of JSON it is not known before it is rewritten */
		return "a HEAD that says there is nothing";
	if ((q->kind == ASK_MOVED || q->kind == ASK_ARCHIVE) &&
		(!answer_field(a, "location", value, sizeof(value)) || !strstr(value, q->wanted)))
		return "a Location that leads elsewhere";
	if ((q->kind == ASK_ISSUE || q->kind == ASK_ISSUE_AGAIN) && !q->own_token &&
		answer_field(a, "etag", value, sizeof(value)))
		snprintf(w->etags[q->issue], sizeof(w->etags[0]), "%.95s", value);
	return fault_of_body(q, a);
}

#include "fixture.h"

/* The object at "data.a.b" of the answer to a mutation `field(input: $i){picks}`; NULL: null. */
static const json_t *change(
	struct github *g, const char *who, const char *field, const char *picks, json_t *input)
{
	json_t *body = json_pack("{s:o, s:{s:o}}", "query",
		json_sprintf("mutation($i: X!) {done: %s(input: $i) {%s}}", field, picks),
		"variables", "i", input);
	char *text = json_dumps(body, 0);

	assert_int_equal(ask(g, "POST", "/graphql", who, text), 200);
	free(text);
	json_decref(body);
	return json_object_get(json_object_get(g->json, "data"), "done");
}

static void assert_refused(struct github *g, const json_t *done, const char *type)
{
	assert_true(json_is_null(done));
	assert_string_equal(
		text_at(json_array_get(json_object_get(g->json, "errors"), 0), "type"), type);
}

/* The node id of what REST knows at `path`. Owned by the caller. */
static json_t *node_id(struct github *g, const char *path)
{
	assert_int_equal(ask(g, "GET", path, OCTOCAT, NULL), 200);
	return json_incref(json_object_get(g->json, "node_id"));
}

static void an_issue_that_was_created_is_there_for_rest_too(void **state)
{
	struct github g = github_new(NULL);
	json_t *repo = node_id(&g, REPO);
	char path[120];

	(void)state;
	assert_int_equal(ask(&g, "GET", REPO "/labels", OCTOCAT, NULL), 200);
	json_t *label = json_incref(json_object_get(json_array_get(g.json, 1), "node_id"));
	json_t *label_name = json_incref(json_object_get(json_array_get(g.json, 1), "name"));
	const json_t *done = change(&g, OCTOCAT, "createIssue", "clientMutationId issue{number}",
		json_pack("{s:o, s:s, s:s, s:[o], s:s}", "repositoryId", repo, "title", "A title",
			"body", "A body", "labelIds", label, "clientMutationId", "mine"));
	assert_string_equal(text_at(done, "clientMutationId"), "mine");
	snprintf(path, sizeof(path), REPO "/issues/%lld",
		(long long)number_at(json_object_get(done, "issue"), "number"));
	assert_int_equal(ask(&g, "GET", path, OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "title"), "A title");
	assert_string_equal(text_at(g.json, "body"), "A body");
	assert_int_equal(json_array_size(json_object_get(g.json, "labels")), 1);
	assert_true(json_equal(
		json_object_get(json_array_get(json_object_get(g.json, "labels"), 0), "name"),
		label_name));
	json_decref(label_name);
	github_free(&g);
}

static void an_issue_is_commented_on_closed_and_opened_again(void **state)
{
	struct github g = github_new(NULL);
	json_t *issue = node_id(&g, REPO "/issues/7");

	(void)state;
	const json_t *done = change(&g, OCTOCAT, "addComment",
		"commentEdge{node{body author{login}}} subject{number}",
		json_pack("{s:O, s:s}", "subjectId", issue, "body", "A comment"));
	const json_t *node = json_object_get(json_object_get(done, "commentEdge"), "node");
	assert_string_equal(text_at(node, "body"), "A comment");
	assert_string_equal(text_at(json_object_get(node, "author"), "login"), "octocat");
	assert_int_equal(number_at(json_object_get(done, "subject"), "number"), 7);

	pass(&g, 60);
	done = change(&g, OCTOCAT, "closeIssue", "issue{state closedAt}",
		json_pack("{s:O}", "issueId", issue));
	assert_string_equal(text_at(json_object_get(done, "issue"), "state"), "CLOSED");
	assert_string_equal(
		text_at(json_object_get(done, "issue"), "closedAt"), "2026-01-01T00:01:00Z");
	assert_int_equal(ask(&g, "GET", REPO "/issues/7", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "state"), "closed");
	assert_int_equal(number_at(g.json, "comments"), 1);
	done = change(
		&g, OCTOCAT, "reopenIssue", "issue{state}", json_pack("{s:O}", "issueId", issue));
	assert_string_equal(text_at(json_object_get(done, "issue"), "state"), "OPEN");
	json_decref(issue);
	github_free(&g);
}

static void what_may_not_be_changed_is_null_with_an_error(void **state)
{
	struct github g = github_new(NULL);
	json_t *issue = node_id(&g, REPO "/issues/7"), *repo = node_id(&g, REPO);
	json_t *secret = node_id(&g, "/repos/octo-org/secret-plans");

	(void)state;
	assert_refused(&g,
		change(&g, "Bearer ghp_reader", "closeIssue", "issue{id}",
			json_pack("{s:O}", "issueId", issue)),
		"FORBIDDEN");
	assert_refused(&g,
		change(&g, "Bearer ghp_stranger", "createIssue", "issue{id}",
			json_pack("{s:O, s:s}", "repositoryId", secret, "title", "x")),
		"NOT_FOUND");
	assert_refused(&g, /* a repository is no issue */
		change(&g, OCTOCAT, "closeIssue", "issue{id}", json_pack("{s:O}", "issueId", repo)),
		"NOT_FOUND");
	assert_refused(&g,
		change(&g, OCTOCAT, "createIssue", "issue{id}",
			json_pack("{s:O, s:s}", "repositoryId", repo, "title", "")),
		"UNPROCESSABLE");
	assert_refused(&g,
		change(&g, OCTOCAT, "addComment", "subject{id}",
			json_pack("{s:O}", "subjectId", issue)),
		"UNPROCESSABLE");
	assert_refused(
		&g, change(&g, OCTOCAT, "addComment", "subject{id}", json_integer(1)), "NOT_FOUND");
	assert_int_equal(ask(&g, "GET", REPO "/issues/7", OCTOCAT, NULL), 200);
	assert_string_equal(text_at(g.json, "state"), "open");
	json_decref(issue);
	json_decref(repo);
	json_decref(secret);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_issue_that_was_created_is_there_for_rest_too),
		cmocka_unit_test(an_issue_is_commented_on_closed_and_opened_again),
		cmocka_unit_test(what_may_not_be_changed_is_null_with_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

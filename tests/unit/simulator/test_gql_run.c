#include "fixture.h"

/* The answer to a query, compact, with sorted members. Good until the next question. */
static const char *answer(struct github *g, const char *query, const char *variables)
{
	static char text[8192];
	json_t *input = json_pack("{s:s}", "query", query);

	if (variables)
		json_object_set_new(input, "variables", json_loads(variables, 0, NULL));
	char *body = json_dumps(input, 0);
	assert_int_equal(ask(g, "POST", "/graphql", OCTOCAT, body), 200);
	free(body);
	json_decref(input);
	char *out = json_dumps(g->json, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(text, sizeof(text), "%s", out);
	free(out);
	return text;
}

static void exactly_what_was_picked_is_answered(void **state)
{
	static const struct {
		const char *query, *variables, *answer;
	} rows[] = {
		{ "{viewer{login __typename}}", NULL,
			"{\"data\":{\"viewer\":{\"__typename\":\"User\",\"login\":\"octocat\"}}}" },
		{ "query Q($o: String!, $n: String = \"hello-world\") "
		  "{ r: repository(owner: $o, name: $n) { nameWithOwner owner { login ...org } } } "
		  "fragment org on Organization { isVerified }",
			"{\"o\":\"octo-org\"}",
			"{\"data\":{\"r\":{\"nameWithOwner\":\"octo-org/hello-world\",\"owner\":{"
			"\"isVerified\":true,\"login\":\"octo-org\"}}}}" },
		{ "{repositoryOwner(login:\"octocat\"){... on Organization{isVerified} ... on User"
		  "{isViewer}}}",
			NULL, "{\"data\":{\"repositoryOwner\":{\"isViewer\":true}}}" },
		{ "query($no: Boolean!) {viewer{login @skip(if: $no) name @include(if: $no)}}",
			"{\"no\":true}", "{\"data\":{\"viewer\":{\"name\":\"octocat\"}}}" },
		{ "{repository(owner:\"octo-org\",name:\"hello-world\"){issues(states:OPEN)"
		  "{totalCount} issues(states:OPEN){__typename}}}",
			NULL,
			"{\"data\":{\"repository\":{\"issues\":{\"__typename\":"
			"\"IssueConnection\",\"totalCount\":95}}}}" },
		{ "{__type(name:\"Actor\"){kind fields{name} possibleTypes{name}}}", NULL,
			"{\"data\":{\"__type\":{\"fields\":[{\"name\":\"login\"},{\"name\":\"url\"}"
			","
			"{\"name\":\"resourcePath\"},{\"name\":\"avatarUrl\"}],\"kind\":"
			"\"INTERFACE\",\"possibleTypes\":[{\"name\":\"User\"},{\"name\":"
			"\"Organization\"}]}}}" },
		{ "{repository(owner:\"octo-org\",name:\"hello-world\"){issue:issueOrPullRequest("
		  "number:7){... on Issue{number} ... on PullRequest{isDraft}}}}",
			NULL, "{\"data\":{\"repository\":{\"issue\":{\"number\":7}}}}" },
		{ "{repository(owner:\"octo-org\",name:\"hello-world\"){pullRequests(first:3)"
		  "{nodes{number} pageInfo{endCursor hasNextPage}}}}",
			NULL,
			"{\"data\":{\"repository\":{\"pullRequests\":{\"nodes\":[],\"pageInfo\":{"
			"\"endCursor\":null,\"hasNextPage\":false}}}}}" },
	};
	struct github g = github_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(answer(&g, rows[i].query, rows[i].variables), rows[i].answer);
	github_free(&g);
}

static void what_does_not_exist_is_told_as_github_tells_it(void **state)
{
	static const struct {
		const char *query, *code, *message;
	} rows[] = {
		{ "{nothing}", "undefinedField", "Field 'nothing' doesn't exist on type 'Query'" },
		{ "{viewer{login nope}}", "undefinedField",
			"Field 'nope' doesn't exist on type 'User'" },
		{ "{viewer}", "selectionMismatch",
			"Field must have selections (field 'viewer' returns an object but has no "
			"selections. Did you mean 'viewer { ... }'?)" },
		{ "{viewer{login{x}}}", "selectionMismatch",
			"Selections can't be made on scalars (field 'login')" },
		{ "{repository(owner:\"a\"){id}}", "missingRequiredArguments",
			"Field 'repository' is missing required arguments: name" },
		{ "{viewer{login(x:1)}}", "argumentNotAccepted",
			"Field 'login' doesn't accept argument 'x'" },
		{ "{viewer{avatarUrl(size:$n)}}", "variableNotDefined",
			"Variable $n is used by anonymous query but not declared" },
		{ "{viewer{...f}}", "useAndDefineFragment",
			"Fragment f was used, but not defined" },
		{ "{viewer{login}} fragment f on User{login}", "useAndDefineFragment",
			"Fragment f was defined, but not used" },
		{ "{viewer{...f}} fragment f on User{...f}", "infiniteLoop",
			"Fragment f contains an infinite loop" },
		{ "{viewer{...on Issue{id}}}", "cannotSpreadFragment",
			"Fragment on Issue can't be spread inside User" },
		{ "{viewer{...on Nothing{id}}}", "undefinedType",
			"No such type Nothing, so it can't be a fragment condition" },
		{ "{viewer{login @nope}}", "undefinedDirective", "Directive @nope is not defined" },
	};
	struct github g = github_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)answer(&g, rows[i].query, NULL);
		const json_t *error = json_array_get(json_object_get(g.json, "errors"), 0);
		assert_string_equal(text_at(error, "message"), rows[i].message);
		assert_string_equal(
			text_at(json_object_get(error, "extensions"), "code"), rows[i].code);
		assert_non_null(json_object_get(error, "locations"));
		assert_null(json_object_get(g.json, "data"));
	}
	github_free(&g);
}

static void what_is_not_there_is_null_with_an_error_beside_the_rest(void **state)
{
	struct github g = github_new(NULL);

	(void)state;
	assert_string_equal(
		answer(&g, "{viewer{login} repository(owner:\"octo-org\",name:\"none\"){id}}",
			NULL),
		"{\"data\":{\"repository\":null,\"viewer\":{\"login\":\"octocat\"}},\"errors\":[{"
		"\"locations\":[{\"column\":16,\"line\":1}],\"message\":\"Could not resolve to a "
		"Repository with the name 'octo-org/none'.\",\"path\":[\"repository\"],\"type\":"
		"\"NOT_FOUND\"}]}");
	(void)answer(&g, "query($n: String!){user(login:$n){id}}", NULL);
	assert_string_equal(
		text_at(json_array_get(json_object_get(g.json, "errors"), 0), "message"),
		"Variable $n of type String! was provided invalid value");
	(void)answer(&g, "subscription{x}", NULL);
	assert_string_equal(
		text_at(json_array_get(json_object_get(g.json, "errors"), 0), "message"),
		"Schema is not configured for subscriptions");
	github_free(&g);
}

static void a_private_repository_is_not_there_for_strangers(void **state)
{
	struct github g = github_new(NULL);
	const char *body = "{\"query\":\"{repository(owner:\\\"octo-org\\\",name:"
			   "\\\"secret-plans\\\"){id}}\"}";

	(void)state;
	ask(&g, "POST", "/graphql", "Bearer ghp_stranger", body);
	assert_non_null(json_object_get(g.json, "errors"));
	ask(&g, "POST", "/graphql", OCTOCAT, body);
	assert_null(json_object_get(g.json, "errors"));
	github_free(&g);
}

static const json_t *issues_page(struct github *g, const char *args)
{
	char query[400];

	snprintf(query, sizeof(query),
		"{repository(owner:\"octo-org\",name:\"hello-world\"){issues(%s){nodes{number} "
		"pageInfo{hasNextPage hasPreviousPage endCursor startCursor}}}}",
		args);
	(void)answer(g, query, NULL);
	return json_object_get(
		json_object_get(json_object_get(g->json, "data"), "repository"), "issues");
}

static json_int_t number_of(const json_t *page, size_t index)
{
	return number_at(json_array_get(json_object_get(page, "nodes"), index), "number");
}

static void a_list_is_walked_by_its_cursors(void **state)
{
	struct github g = github_new(NULL);
	json_int_t last = 0, seen = 0;
	char args[200] = "first:40", cursor[64];
	const json_t *page, *info;

	(void)state;
	do {
		page = issues_page(&g, args);
		for (size_t i = 0; i < json_array_size(json_object_get(page, "nodes")); i++) {
			assert_int_equal(number_of(page, i), last + 1);
			last++;
			seen++;
		}
		info = json_object_get(page, "pageInfo");
		snprintf(cursor, sizeof(cursor), "%s", text_at(info, "endCursor"));
		snprintf(args, sizeof(args), "first:40, after:\"%s\"", cursor);
	} while (json_is_true(json_object_get(info, "hasNextPage")));
	assert_int_equal(seen, 95);

	page = issues_page(&g, "last:2");
	assert_int_equal(number_of(page, 0), 94);
	assert_true(json_is_true(
		json_object_get(json_object_get(page, "pageInfo"), "hasPreviousPage")));
	page = issues_page(&g, "first:1, orderBy:{field:CREATED_AT, direction:DESC}");
	assert_int_equal(number_of(page, 0), 95);
	page = issues_page(&g, "first:1, filterBy:{createdBy:\"nobody\"}");
	assert_int_equal(json_array_size(json_object_get(page, "nodes")), 0);
	github_free(&g);
}

static void a_list_without_a_bound_or_with_too_high_a_one_is_refused(void **state)
{
	struct github g = github_new(NULL);

	(void)state;
	issues_page(&g, "states:OPEN");
	assert_string_equal(text_at(json_array_get(json_object_get(g.json, "errors"), 0), "type"),
		"MISSING_PAGINATION_BOUNDARIES");
	issues_page(&g, "first:101");
	assert_string_equal(text_at(json_array_get(json_object_get(g.json, "errors"), 0), "type"),
		"EXCESSIVE_PAGINATION");
	github_free(&g);
}

/* a is b twice, b is c twice …: 2^20 fields of 200 characters of query. */
static void fragments_that_multiply_end_at_a_bound(void **state)
{
	struct github g = github_new(NULL);
	char query[2048];
	size_t n = (size_t)snprintf(query, sizeof(query), "{viewer{...f0}}");

	(void)state;
	for (int i = 0; i < 20; i++)
		n += (size_t)snprintf(query + n, sizeof(query) - n,
			"fragment f%d on User{...f%d ...f%d}", i, i + 1, i + 1);
	snprintf(query + n, sizeof(query) - n, "fragment f20 on User{login}");
	(void)answer(&g, query, NULL);
	assert_string_equal(text_at(json_array_get(json_object_get(g.json, "errors"), 0), "type"),
		"MAX_NODE_LIMIT_EXCEEDED");
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_what_was_picked_is_answered),
		cmocka_unit_test(what_does_not_exist_is_told_as_github_tells_it),
		cmocka_unit_test(what_is_not_there_is_null_with_an_error_beside_the_rest),
		cmocka_unit_test(a_private_repository_is_not_there_for_strangers),
		cmocka_unit_test(a_list_is_walked_by_its_cursors),
		cmocka_unit_test(a_list_without_a_bound_or_with_too_high_a_one_is_refused),
		cmocka_unit_test(fragments_that_multiply_end_at_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

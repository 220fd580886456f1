#include "fixture.h"

static const json_t *stats(struct github *g)
{
	ask(g, "GET", "/_sim/stats", NULL, NULL);
	return g->json;
}

static const json_t *party_of(const json_t *all, const char *name)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(all, "identities"), i,
		row) if (strcmp(text_at(row, "name"), name) == 0) return row;
	return NULL;
}

static void points_and_refusals_stand_by_identity(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "GET", "/search/issues?q=x", "token ghp_octocat2", NULL);
	ask(&g, "GET", REPO, "token ghp_hubot", NULL);
	ask(&g, "POST", "/_sim/limit", NULL, "{\"resource\":\"core\",\"remaining\":0}");
	ask(&g, "GET", REPO "/issues", "token ghp_hubot", NULL);
	const json_t *all = stats(&g), *octocat = party_of(all, "octocat");
	assert_int_equal(number_at(json_object_get(octocat, "points"), "core"), 1);
	assert_int_equal(number_at(json_object_get(octocat, "points"), "search"), 1);
	const json_t *hubot = party_of(all, "hubot");
	assert_string_equal(text_at(hubot, "kind"), "user");
	assert_int_equal(number_at(json_object_get(hubot, "points"), "core"), 1);
	assert_int_equal(number_at(json_object_get(hubot, "refused"), "primary"), 1);
	assert_int_equal(
		number_at(json_object_get(hubot, "refused_routes"), "GET /repos/{}/{}/issues"), 1);
	assert_int_equal(number_at(json_object_get(all, "points"), "core"), 2);
	assert_int_equal(number_at(all, "refused"), 1);
	github_free(&g);
}

static void an_answer_counts_once_however_often_it_is_given(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	assert_int_equal(number_at(stats(&g), "distinct_answers"), 1);
	ask(&g, "POST", "/_sim/touch", NULL, "{\"repo\":\"octo-org/hello-world\"}");
	ask(&g, "GET", REPO, OCTOCAT, NULL);
	ask(&g, "GET", REPO "/labels", OCTOCAT, NULL);
	ask(&g, "GET", REPO "/labels?per_page=1", OCTOCAT, NULL);
	ask(&g, "GET", "/nowhere", OCTOCAT, NULL);
	assert_int_equal(number_at(stats(&g), "distinct_answers"), 4);
	github_free(&g);
}

static void thousands_of_answers_are_told_apart(void **state)
{
	(void)state;
	struct sim_distinct d = { 0 };
	char target[32];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 20000; i++) {
			snprintf(target, sizeof(target), "/x/%d", i);
			sim_distinct_put(&d, hg_str(target), hg_str(""), hg_str("body"));
		}
	assert_int_equal(d.n, 20000);
	sim_distinct_fini(&d);
}

static void close_writes_are_counted_and_not_refused(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	for (int i = 0; i < 3; i++)
		assert_int_equal(
			ask(&g, "PATCH", REPO "/issues/1", OCTOCAT, "{\"title\":\"x\"}"), 200);
	pass(&g, 1);
	ask(&g, "PATCH", REPO "/issues/1", OCTOCAT, "{\"title\":\"x\"}");
	assert_int_equal(number_at(stats(&g), "writes"), 4);
	assert_int_equal(number_at(stats(&g), "close_writes"), 2);
	github_free(&g);
}

static void totals_can_begin_again(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	ask(&g, "PATCH", REPO "/issues/1", OCTOCAT, "{\"title\":\"x\"}");
	ask(&g, "POST", "/_sim/stats", NULL, "");
	const json_t *all = stats(&g);
	assert_int_equal(number_at(all, "writes"), 0);
	assert_int_equal(number_at(all, "distinct_answers"), 0);
	assert_int_equal(number_at(all, "max_concurrent"), 0);
	assert_int_equal(json_object_size(json_object_get(all, "points")), 0);
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_and_refusals_stand_by_identity),
		cmocka_unit_test(an_answer_counts_once_however_often_it_is_given),
		cmocka_unit_test(thousands_of_answers_are_told_apart),
		cmocka_unit_test(close_writes_are_counted_and_not_refused),
		cmocka_unit_test(totals_can_begin_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

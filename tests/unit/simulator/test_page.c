#include "fixture.h"

/* The number of the default repository stands in every link. */
static void links_are(struct github *g, const char *target, const char *expected)
{
	char link[1024] = "", part[256];
	unsigned long long id = g->w->repos[0].id;

	assert_int_equal(ask(g, "GET", target, OCTOCAT, NULL), 200);
	/* "prev 1 next 3 last 4 first 1", with the query's other members in front of the number */
	for (const char *p = expected; *p;) {
		char rel[16], query[64];
		int n = 0;
		assert_int_equal(sscanf(p, "%15s %63s %n", rel, query, &n), 2);
		snprintf(part, sizeof(part),
			"%s<http://127.0.0.1:4000/repositories/%llu/issues?%s>; rel=\"%s\"",
			*link ? ", " : "", id, query, rel);
		strncat(link, part, sizeof(link) - strlen(link) - 1);
		p += n;
	}
	assert_string_equal(header(g, "Link"), link);
}

static void pages_are_linked_by_the_repositorys_number(void **state)
{
	(void)state;
	static const struct {
		const char *target, *links;
		size_t n;
	} rows[] = {
		{ REPO "/issues", "next page=2 last page=4", 30 },
		{ REPO "/issues?page=2", "prev page=1 next page=3 last page=4 first page=1", 30 },
		{ REPO "/issues?page=4", "prev page=3 first page=1", 5 },
		{ REPO "/issues?per_page=50", "next per_page=50&page=2 last per_page=50&page=2",
			50 },
		{ REPO "/issues?page=2&per_page=50&state=all",
			"prev per_page=50&state=all&page=1 first per_page=50&state=all&page=1",
			45 },
		{ REPO "/issues?per_page=100", "", 95 },
		{ REPO "/issues?per_page=500", "", 95 },
		{ REPO "/issues?per_page=0", "next per_page=0&page=2 last per_page=0&page=4", 30 },
		{ REPO "/issues?page=9", "prev page=4 first page=1", 0 },
		{ REPO "/issues?per_page=20&page=5?per_page=20",
			"prev per_page=20&page=4 first per_page=20&page=1", 15 },
	};
	struct github g = github_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		links_are(&g, rows[i].target, rows[i].links);
		assert_int_equal(json_array_size(g.json), rows[i].n);
	}
	github_free(&g);
}

static void following_next_shows_each_of_95_issues_once(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	char target[512] = REPO "/issues";
	bool seen[96] = { false };
	int n_pages = 0, n_seen = 0;

	while (*target) {
		assert_int_equal(ask(&g, "GET", target, OCTOCAT, NULL), 200);
		n_pages++;
		for (size_t i = 0; i < json_array_size(g.json); i++) {
			json_int_t number = number_at(json_array_get(g.json, i), "number");
			assert_in_range(number, 1, 95);
			assert_false(seen[number]);
			seen[number] = true;
			n_seen++;
		}
		*target = '\0';
		char *link = strdup(header(&g, "Link"));
		char *end = strstr(link, ">; rel=\"next\"");
		if (end) {
			*end = '\0';
			char *start = strrchr(link, '<');
			snprintf(target, sizeof(target), "%s",
				start + strlen("<http://127.0.0.1:4000"));
		}
		free(link);
	}
	assert_int_equal(n_pages, 4);
	assert_int_equal(n_seen, 95);
	github_free(&g);
}

static void urls_begin_with_the_configured_base(void **state)
{
	(void)state;
	struct sim_conf conf = fixture_conf;
	conf.base_url = "https://api.github.com";
	struct github g = github_new(&conf);

	ask(&g, "GET", REPO "/issues?per_page=1", OCTOCAT, NULL);
	assert_non_null(strstr(header(&g, "Link"), "<https://api.github.com/repositories/"));
	assert_string_equal(text_at(json_array_get(g.json, 0), "url"),
		"https://api.github.com/repos/octo-org/hello-world/issues/95");
	github_free(&g);
}

static void an_enterprise_client_stays_below_its_prefix(void **state)
{
	(void)state;
	struct github g = github_new(NULL);

	assert_int_equal(ask(&g, "GET", "/api/v3" REPO "/issues", OCTOCAT, NULL), 200);
	assert_non_null(strstr(header(&g, "Link"), "<http://127.0.0.1:4000/api/v3/repositories/"));
	assert_int_equal(
		ask(&g, "POST", "/api/graphql", OCTOCAT, "{\"query\":\"{viewer{login}}\"}"), 200);
	assert_string_equal(header(&g, "x-ratelimit-resource"), "graphql");
	github_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_linked_by_the_repositorys_number),
		cmocka_unit_test(following_next_shows_each_of_95_issues_once),
		cmocka_unit_test(urls_begin_with_the_configured_base),
		cmocka_unit_test(an_enterprise_client_stays_below_its_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

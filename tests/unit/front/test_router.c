#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/router.h"

static struct hg_instance alpha = { .name = "alpha" }, beta = { .name = "beta" };

static int setup(void **state)
{
	*state = hg_router_new();
	return 0;
}

static int teardown(void **state)
{
	hg_router_free(*state);
	return 0;
}

#define ROUTE(m, p) (&(const struct hg_route){ .methods = m, .path = p })

static void add(struct hg_router *router, const struct hg_route *route)
{
	struct hg_err err = HG_ERR_INIT;

	if (hg_router_add(router, &alpha, &alpha, route, &err) < 0)
		fail_msg("%s", err.text);
}

/* The pattern that serves it, "405", or "404". */
static const char *served(const struct hg_router *router, const char *method, const char *path,
	struct hg_routed *routed)
{
	hg_router_find(router, hg_str(method), hg_str(path), routed);
	if (routed->route)
		return routed->route->path;
	return routed->path_known ? "405" : "404";
}

static void the_most_literal_pattern_wins(void **state)
{
	static const struct {
		const char *path, *pattern;
	} rows[] = {
		{ "/", "/" },
		{ "/metrics", "/metrics" },
		{ "/metrics/", "404" },
		{ "/metricsx", "404" },
		{ "/api/things", "/api/things" },
		{ "/api/things/7", "/api/things/{id}" },
		{ "/api/things/new", "/api/things/new" },
		{ "/api/things/7/parts", "/api/things/{id}/parts" },
		{ "/api/things/new/parts", "/api/things/{id}/parts" }, /* back out of "new" */
		{ "/api/things/7/else", "/api/{rest*}" },
		{ "/api/things/", "/api/{rest*}" }, /* an empty segment is no {id} */
		{ "/api/", "/api/{rest*}" },
		{ "/api", "404" },
		{ "/API/things", "404" },
		{ "", "404" },
		{ "metrics", "404" },
	};
	struct hg_routed routed;

	add(*state, ROUTE("GET", "/api/{rest*}"));
	add(*state, ROUTE("GET", "/api/things/{id}"));
	add(*state, ROUTE("GET", "/api/things/{id}/parts"));
	add(*state, ROUTE("GET", "/api/things/new"));
	add(*state, ROUTE("GET", "/api/things"));
	add(*state, ROUTE("GET", "/metrics"));
	add(*state, ROUTE("GET", "/"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(served(*state, "GET", rows[i].path, &routed), rows[i].pattern);
}

static void parameters_are_the_bytes_as_sent(void **state)
{
	struct hg_routed routed;

	add(*state, ROUTE("GET", "/r/{owner}/x/{repo}/{path*}"));
	served(*state, "GET", "/r/o%2Fo/x/r/a//b/c", &routed);
	assert_non_null(routed.route);
	assert_int_equal(routed.n_params, 3);
	assert_true(hg_str_is(routed.params[0].name, HG_STR("owner")));
	assert_true(hg_str_is(routed.params[0].value, HG_STR("o%2Fo")));
	assert_true(hg_str_is(routed.params[1].name, HG_STR("repo")));
	assert_true(hg_str_is(routed.params[1].value, HG_STR("r")));
	assert_true(hg_str_is(routed.params[2].name, HG_STR("path")));
	assert_true(hg_str_is(routed.params[2].value, HG_STR("a//b/c")));
	assert_ptr_equal(routed.in, &alpha);
	assert_ptr_equal(routed.self, &alpha);
	served(*state, "GET", "/r/o/x/r/", &routed);
	assert_int_equal(routed.params[2].value.n, 0);
}

static void head_follows_get_and_nothing_else(void **state)
{
	struct hg_routed routed;

	add(*state, ROUTE("GET POST", "/a"));
	add(*state, ROUTE("POST", "/b"));
	add(*state, ROUTE("*", "/c"));
	assert_string_equal(served(*state, "HEAD", "/a", &routed), "/a");
	assert_string_equal(served(*state, "POST", "/a", &routed), "/a");
	assert_string_equal(served(*state, "HEAD", "/b", &routed), "405");
	assert_string_equal(routed.allow, "POST");
	assert_string_equal(served(*state, "GE", "/a", &routed), "405");
	assert_string_equal(served(*state, "get", "/a", &routed), "405");
	assert_string_equal(served(*state, "BREW", "/c", &routed), "/c");
}

static void another_methods_more_literal_pattern_does_not_hide_mine(void **state)
{
	struct hg_routed routed;

	add(*state, ROUTE("POST", "/a/new"));
	add(*state, ROUTE("GET", "/a/{id}"));
	assert_string_equal(served(*state, "GET", "/a/new", &routed), "/a/{id}");
	assert_string_equal(served(*state, "POST", "/a/new", &routed), "/a/new");
	assert_string_equal(served(*state, "DELETE", "/a/new", &routed), "405");
}

static void a_second_owner_is_refused_and_both_are_named(void **state)
{
	static const char *const pairs[][2] = { { "GET", "GET" }, { "GET POST", "PUT POST" },
		{ "*", "GET" }, { "GET", "*" }, { "GET", "HEAD" }, { "HEAD", "GET" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct hg_err err = HG_ERR_INIT;
		struct hg_router *router = hg_router_new();
		struct hg_route first = { .methods = pairs[i][0], .path = "/a/{x}" };
		struct hg_route second = { .methods = pairs[i][1], .path = "/a/{y}" };
		assert_int_equal(hg_router_add(router, &alpha, NULL, &first, &err), 0);
		assert_int_equal(hg_router_add(router, &beta, NULL, &second, &err), HG_EEXIST);
		assert_non_null(strstr(err.text, "alpha"));
		assert_non_null(strstr(err.text, "beta"));
		hg_router_free(router);
	}
	struct hg_err err = HG_ERR_INIT;
	assert_int_equal(hg_router_add(*state, NULL, NULL, ROUTE("GET", "/a"), &err), 0);
	assert_int_equal(hg_router_add(*state, &beta, NULL, ROUTE("POST", "/a"), &err), 0);
	assert_int_equal(hg_router_add(*state, &beta, NULL, ROUTE("GET", "/a"), &err), HG_EEXIST);
	assert_non_null(strstr(err.text, "hubgate itself"));
}

static void a_bad_pattern_is_refused(void **state)
{
	static const char *const bad[] = { "", "a", "{x}", "/{}", "/{x", "/x}", "/a{x}", "/{x}b",
		"/{a}{b}", "/{*}", "/{rest*}/more", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
		"/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct hg_err err = HG_ERR_INIT;
		struct hg_route route = { .methods = "GET", .path = bad[i] };
		if (hg_router_add(*state, &alpha, NULL, &route, &err) != HG_EINVAL)
			fail_msg("\"%s\" was taken", bad[i]);
		assert_non_null(strstr(err.text, "alpha"));
	}
	struct hg_err err = HG_ERR_INIT;
	assert_int_equal(hg_router_add(*state, &alpha, NULL, ROUTE(NULL, "/a"), &err), HG_EINVAL);
	assert_int_equal(hg_router_add(*state, &alpha, NULL, ROUTE("GET", NULL), &err), HG_EINVAL);
}

/* A path is cut only as deep as there are patterns. */
static void a_long_path_ends_where_the_patterns_end(void **state)
{
	static char path[20001];
	struct hg_routed routed;

	for (size_t i = 0; i < sizeof(path) - 1; i++)
		path[i] = i % 2 ? 'a' : '/';
	add(*state, ROUTE("GET", "/a/a"));
	assert_string_equal(served(*state, "GET", path, &routed), "404");
	add(*state, ROUTE("GET", "/a/{rest*}"));
	assert_string_equal(served(*state, "GET", path, &routed), "/a/{rest*}");
	assert_int_equal(routed.params[0].value.n, sizeof(path) - 1 - 3);
}

int main(void)
{
#define ALONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		ALONE(the_most_literal_pattern_wins),
		ALONE(parameters_are_the_bytes_as_sent),
		ALONE(head_follows_get_and_nothing_else),
		ALONE(another_methods_more_literal_pattern_does_not_hide_mine),
		ALONE(a_second_owner_is_refused_and_both_are_named),
		ALONE(a_bad_pattern_is_refused),
		ALONE(a_long_path_ends_where_the_patterns_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

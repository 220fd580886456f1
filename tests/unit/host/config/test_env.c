#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/config/env.h"
#include <stdio.h>

static const char *const *world; /* name, value, name, value, NULL */

static const char *look(const char *name)
{
	for (const char *const *v = world; *v; v += 2) {
		if (strcmp(v[0], name) == 0)
			return v[1];
	}
	return NULL;
}

struct fixture {
	struct hg_arena arena;
	struct hg_faults faults;
	struct hg_node *root;
	struct hg_text unsupported, said;
};

static void apply(
	struct fixture *f, const char *file, bool demo, bool defaults, const char *const *variables)
{
	struct hg_env_wish wish = { look, demo, defaults };

	world = variables;
	hg_arena_init(&f->arena);
	hg_faults_init(&f->faults);
	hg_text_init(&f->unsupported);
	hg_text_init(&f->said);
	f->root = hg_yaml_parse(&f->arena, "t", hg_str(file), &f->faults);
	hg_env_apply(&f->arena, f->root, &wish, &f->faults, &f->unsupported);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void drop(struct fixture *f)
{
	hg_text_fini(&f->said);
	hg_text_fini(&f->unsupported);
	hg_faults_fini(&f->faults);
	hg_arena_fini(&f->arena);
}

/* "section.key"'s text, or "-". */
static const char *value(const struct fixture *f, const char *section, const char *key)
{
	const struct hg_node *map = hg_node_find(f->root, section);
	const struct hg_node *node = map ? hg_node_find(map, key) : NULL;

	return node ? node->text.p : "-";
}

#define VARIABLES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void each_variable_reaches_its_option(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *section, *key, *becomes;
	} rows[] = {
		{ "GITHUB_TOKEN", "ghp_x", "credential", "token", "ghp_x" },
		{ "GITHUB_APP_ID", "Iv23liX", "credential", "app_id", "Iv23liX" },
		{ "GITHUB_APP_INSTALLATION_ID", "4711", "credential", "app_installation", "4711" },
		{ "GITHUB_APP_PRIVATE_KEY", "/k/a.pem", "credential", "app_private_key",
			"${file:/k/a.pem}" },
		{ "GITHUB_APP_PRIVATE_KEY", "-----BEGIN X-----\\nAA\n", "credential",
			"app_private_key", "-----BEGIN X-----\nAA\n" },
		{ "GITHUB_BASE_URL", "https://g/api/v3", "upstream", "base_url",
			"https://g/api/v3" },
		{ "GITHUB_REQUEST_TIMEOUT", "30000", "upstream", "total_timeout", "30000ms" },
		{ "GITHUB_RETRY_COUNT", "0", "dispatch", "retries", "0" },
		{ "GITHUB_MAX_REQUESTS_PER_HOUR", "4500", "dispatch", "max_requests_per_hour",
			"4500" },
		{ "GITHUB_RATE_LIMIT_STRATEGY", "conservative", "dispatch", "strategy",
			"conservative" },
		{ "LOG_LEVEL", "DEBUG", "log", "level", "debug" },
		{ "LOG_LEVEL", "warning", "log", "level", "warn" },
		{ "DEBUG", "github-api:*", "log", "level", "debug" },
		{ "DEBUG", "express:*,hubgate", "log", "level", "debug" },
		{ "DEBUG", "express:*", "log", "level", "-" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		apply(&f, "", false, true, VARIABLES(rows[i].name, rows[i].text));
		assert_string_equal(value(&f, rows[i].section, rows[i].key), rows[i].becomes);
		assert_int_equal(f.faults.n, 0);
		drop(&f);
	}
}

static void the_file_beats_the_environment(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "upstream: {total_timeout: 5s}\n", false, true,
		VARIABLES("GITHUB_REQUEST_TIMEOUT", "30000", "GITHUB_BASE_URL", "https://g"));
	assert_string_equal(value(&f, "upstream", "total_timeout"), "5s");
	assert_string_equal(value(&f, "upstream", "base_url"), "https://g");
	drop(&f);
}

static void unset_and_empty_change_nothing(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "", false, true, VARIABLES("GITHUB_TOKEN", "", "DATABASE_URL", ""));
	assert_int_equal(f.root->n, 0);
	assert_int_equal(f.unsupported.n, 0);
	drop(&f);
}

static void debug_beats_log_level(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "", false, true, VARIABLES("DEBUG", "*", "LOG_LEVEL", "error"));
	assert_string_equal(value(&f, "log", "level"), "debug");
	drop(&f);
}

static void cache_lifetimes_reach_the_cache_plugin(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "plugins:\n- use: metrics\n- {use: cache, ttl_jobs: 1s}\n", false, false,
		VARIABLES("GITHUB_CACHE_TTL_REPOS", "300", "GITHUB_CACHE_TTL_JOBS", "30"));
	const struct hg_node *list = hg_node_find(f.root, "plugins");
	assert_null(hg_node_find(list->items[0], "ttl_repositories"));
	assert_string_equal(hg_node_find(list->items[1], "ttl_repositories")->text.p, "300s");
	assert_string_equal(hg_node_find(list->items[1], "ttl_jobs")->text.p, "1s");
	drop(&f);
}

static void a_feature_switched_off_leaves_the_default_plugins(void **state)
{
	(void)state;
	static const char file[] = "plugins: [{use: metrics}, {use: cache}]\n";
	struct fixture f;

	apply(&f, file, false, true, VARIABLES("GITHUB_ENABLE_CACHING", "false"));
	assert_int_equal(hg_node_find(f.root, "plugins")->n, 1);
	drop(&f);
	apply(&f, file, false, true,
		VARIABLES("GITHUB_ENABLE_CACHING", "0", "GITHUB_ENABLE_METRICS", "no"));
	assert_int_equal(hg_node_find(f.root, "plugins")->n, 0);
	drop(&f);
	apply(&f, file, false, true, VARIABLES("GITHUB_ENABLE_CACHING", "true"));
	assert_int_equal(hg_node_find(f.root, "plugins")->n, 2);
	drop(&f);
	apply(&f, file, false, false, VARIABLES("GITHUB_ENABLE_CACHING", "false"));
	assert_int_equal(hg_node_find(f.root, "plugins")->n, 2); /* the file spells them out */
	drop(&f);
}

static void a_wrong_variable_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *said;
	} rows[] = {
		{ "GITHUB_REQUEST_TIMEOUT", "30s",
			"GITHUB_REQUEST_TIMEOUT: expected a number of milliseconds, got \"30s\"" },
		{ "GITHUB_REQUEST_TIMEOUT", "-1",
			"GITHUB_REQUEST_TIMEOUT: expected a number of milliseconds, got \"-1\"" },
		{ "GITHUB_CACHE_TTL_JOBS", "x",
			"GITHUB_CACHE_TTL_JOBS: expected a number of seconds, got \"x\"" },
		{ "GITHUB_RETRY_COUNT", "three",
			"GITHUB_RETRY_COUNT: expected a whole number, got \"three\"" },
		{ "GITHUB_BASE_URL", "api.github.com",
			"GITHUB_BASE_URL: expected an http:// or https:// URL, got "
			"\"api.github.com\"" },
		{ "GITHUB_ENABLE_METRICS", "maybe",
			"GITHUB_ENABLE_METRICS: expected true or false, got \"maybe\"" },
		{ "LOG_LEVEL", "chatty",
			"LOG_LEVEL: expected one of error, warn, info, debug, got \"chatty\"" },
		{ "REDIS_PORT", "66000",
			"REDIS_PORT: expected a port (1 to 65535), got \"66000\"" },
		{ "GITHUB_APP_INSTALLATION_ID", "my-org",
			"GITHUB_APP_INSTALLATION_ID: expected a whole number, got \"my-org\"" },
		{ "GITHUB_APP_PRIVATE_KEY", "/keys/${x}",
			"GITHUB_APP_PRIVATE_KEY: expected a path without { } and $, or the key "
			"itself" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		apply(&f, "", false, true, VARIABLES(rows[i].name, rows[i].text));
		assert_string_equal(f.said.p, rows[i].said);
		drop(&f);
	}
}

static void what_waits_for_its_plugin_is_listed_without_its_value(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "", false, true,
		VARIABLES("DATABASE_URL", "postgresql://me:pw@db/x", "REDIS_PASSWORD", "pw",
			"GITHUB_WEBHOOK_SECRET", "pw"));
	assert_string_equal(f.unsupported.p,
		"GITHUB_WEBHOOK_SECRET (the webhook plugin), DATABASE_URL (the storage plugins), "
		"REDIS_PASSWORD (the redis plugin)");
	assert_int_equal(f.faults.n, 0);
	drop(&f);
}

static void a_value_of_the_environment_is_taken_as_it_is(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "", false, true, VARIABLES("GITHUB_TOKEN", "${file:/etc/passwd}"));
	const struct hg_node *token = hg_node_find(hg_node_find(f.root, "credential"), "token");
	assert_true(token->is_verbatim);
	drop(&f);
}

static void what_github_is_asked_with_is_said_in_one_place(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "credentials: [{alias: a, token: x}]\n", false, true,
		VARIABLES("GITHUB_TOKEN", "ghp_x", "GITHUB_APP_ID", "7"));
	assert_null(hg_node_find(f.root, "credential"));
	assert_int_equal(f.faults.n, 0);
	drop(&f);
	apply(&f, "credential: {app_id: 7}\n", false, true,
		VARIABLES("GITHUB_TOKEN", "ghp_x", "GITHUB_APP_INSTALLATION_ID", "8"));
	assert_string_equal(value(&f, "credential", "token"), "-");
	assert_string_equal(value(&f, "credential", "app_installation"), "8");
	assert_int_equal(f.faults.n, 0);
	drop(&f);
	apply(&f, "credential: {token: ghp_y}\n", false, true, VARIABLES("GITHUB_APP_ID", "7"));
	assert_string_equal(value(&f, "credential", "app_id"), "-");
	assert_int_equal(f.faults.n, 0);
	drop(&f);
	apply(&f, "", false, true,
		VARIABLES("GITHUB_APP_ID", "7", "GITHUB_APP_PRIVATE_KEY", "/k.pem", "GITHUB_TOKEN",
			"ghp_x"));
	assert_string_equal(value(&f, "credential", "app_id"), "-");
	assert_string_equal(value(&f, "credential", "app_private_key"), "-");
	assert_string_equal(f.said.p, "GITHUB_APP_ID: is not used, because GITHUB_TOKEN is set");
	assert_int_equal(f.faults.n_errors, 0);
	drop(&f);
}

static void the_file_of_a_key_is_read_and_the_key_itself_is_not_interpolated(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "", false, true, VARIABLES("GITHUB_APP_PRIVATE_KEY", "/k.pem"));
	const struct hg_node *key =
		hg_node_find(hg_node_find(f.root, "credential"), "app_private_key");
	assert_false(key->is_verbatim);
	drop(&f);
	apply(&f, "", false, true, VARIABLES("GITHUB_APP_PRIVATE_KEY", "${env:HOME}"));
	key = hg_node_find(hg_node_find(f.root, "credential"), "app_private_key");
	assert_true(key->is_verbatim);
	drop(&f);
}

static void an_aliased_section_of_the_file_is_not_changed_elsewhere(void **state)
{
	(void)state;
	struct fixture f;

	apply(&f, "upstream: &u {connect_timeout: 1s}\ndispatch: *u\n", false, true,
		VARIABLES("GITHUB_REQUEST_TIMEOUT", "1000"));
	assert_string_equal(value(&f, "upstream", "total_timeout"), "1000ms");
	assert_string_equal(value(&f, "dispatch", "total_timeout"), "-");
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_variable_reaches_its_option),
		cmocka_unit_test(the_file_beats_the_environment),
		cmocka_unit_test(unset_and_empty_change_nothing),
		cmocka_unit_test(debug_beats_log_level),
		cmocka_unit_test(cache_lifetimes_reach_the_cache_plugin),
		cmocka_unit_test(a_feature_switched_off_leaves_the_default_plugins),
		cmocka_unit_test(a_wrong_variable_is_named),
		cmocka_unit_test(what_waits_for_its_plugin_is_listed_without_its_value),
		cmocka_unit_test(a_value_of_the_environment_is_taken_as_it_is),
		cmocka_unit_test(what_github_is_asked_with_is_said_in_one_place),
		cmocka_unit_test(the_file_of_a_key_is_read_and_the_key_itself_is_not_interpolated),
		cmocka_unit_test(an_aliased_section_of_the_file_is_not_changed_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/config/clients.h"
#include <stdio.h>

#define A "sha256:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd"
#define B "sha256:c70ed4305e251d9132ed9a44ae3cb6a6106c15d5a0e8b99125107c4dea8a31e6"
#define C "sha256:88fa4689d620302af3606fe60e5e8f9d702f7433c8b089008a946101d7c427f6"
#define KEY_OF_A "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI"
#define NOW_US INT64_C(1800000000000000) /* 2027-01-15T08:00:00Z */

static const struct hg_upstream_conf upstreams[2] = { { .name = "main" }, { .name = "ghes" } };

struct fixture {
	struct hg_keep keep;
	struct hg_faults faults;
	struct hg_clients clients;
	struct hg_text said;
};

static void load(struct fixture *f, const char *text)
{
	hg_keep_init(&f->keep);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	struct hg_node *root = hg_yaml_parse(&f->keep.arena, "t.yaml", hg_str(text), &f->faults);
	assert_non_null(root);
	hg_clients_read(&f->clients, hg_node_find(root, "clients"), upstreams, 2, NOW_US, &f->keep,
		&f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void drop(struct fixture *f)
{
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
	hg_keep_fini(&f->keep);
}

static void what_is_written_is_granted(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "clients:\n"
		 "- name: ci\n  key_hash: \"" A "\"\n  methods: [GET, POST]\n"
		 "  paths: [/repos/Octo-Org/*, /rate_limit]\n  classes: high\n  share: 3\n"
		 "  upstreams: [main, ghes]\n"
		 "  max_in_flight: 7\n  graphql: true\n  expires: 2027-01-31\n"
		 "- {name: bot, key_hashes: [\"" B "\", {hash: \"" C "\", until: 2027-02-01}]}\n");
	assert_null(f.said.p);
	struct hg_keys *keys = hg_clients_make(&f.clients);
	const struct hg_grant *ci = hg_keys_grant(keys, 0), *bot = hg_keys_grant(keys, 1);
	assert_string_equal(ci->name, "ci");
	assert_int_equal(
		ci->methods, 1u << HG_HTTP1_GET | 1u << HG_HTTP1_HEAD | 1u << HG_HTTP1_POST);
	assert_int_equal(ci->classes, 1u << HG_CLASS_HIGH);
	assert_int_equal(ci->upstreams, 1u << 0 | 1u << 1);
	assert_int_equal(ci->n_paths, 2);
	assert_true(hg_str_is(ci->paths[0], HG_STR("/repos/octo-org/*")));
	assert_int_equal(ci->share, 3);
	assert_int_equal(ci->max_in_flight, 7);
	assert_true(ci->graphql);
	assert_true(ci->expires_us == INT64_C(1801353600000000));

	assert_int_equal(bot->methods, UINT32_MAX);
	assert_int_equal(bot->upstreams, 1u << 0);
	assert_int_equal(bot->classes, 1u << HG_CLASS_NORMAL | 1u << HG_CLASS_LOW);
	assert_int_equal(bot->n_paths, 0);
	assert_false(bot->graphql);
	assert_true(bot->expires_us == 0 && bot->max_in_flight == 0);
	assert_int_equal(f.clients.n_keys, 3);
	assert_true(f.clients.keys[2].until_us == INT64_C(1801440000000000));
	assert_int_equal(f.clients.keys[2].client, 1);
	assert_ptr_equal(hg_keys_find(keys, HG_STR(KEY_OF_A))->grant, ci);
	hg_keys_free(keys);
	drop(&f);
}

static void without_clients_there_are_no_keys(void **state)
{
	static const char *const texts[] = { "{}", "clients:\n", "clients: []\n" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fixture f;
		load(&f, texts[i]);
		assert_null(f.said.p);
		assert_null(hg_clients_make(&f.clients));
		drop(&f);
	}
}

static void graphql_without_post_is_warned_of(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "clients: [{name: a, key_hash: \"" A "\", methods: [GET], graphql: true}]\n");
	assert_int_equal(f.faults.n_errors, 0);
	assert_non_null(strstr(f.said.p, "clients[0].graphql: opens nothing: GraphQL is asked by "
					 "POST, which is not in `methods:`"));
	drop(&f);
}

static void a_rule_for_everything_needs_no_asking(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "clients: [{name: a, key_hash: \"" A "\", paths: [/user, /**]}]\n");
	assert_null(f.said.p);
	assert_int_equal(f.clients.items[0].n_rules, 0);
	drop(&f);
}

#define ONE "clients:\n- name: a\n  key_hash: \"" A "\"\n"

static void each_mistake_is_said_where_it_stands(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "clients: 7\n", "t.yaml:1:10: clients: expected a sequence" },
		{ "clients: [7]\n", "t.yaml:1:11: clients[0]: expected a mapping" },
		{ "clients:\n- {key_hash: \"" A "\"}\n",
			"t.yaml:2:3: clients[0].name: must be set" },
		{ "clients:\n- {name: a}\n", "t.yaml:2:3: clients[0]: has no key" },
		{ "clients:\n- {name: a b, key_hash: \"" A "\"}\n",
			"t.yaml:2:10: clients[0].name: is no name" },
		{ "clients:\n- {name: local, key_hash: \"" A "\"}\n",
			"t.yaml:2:10: clients[0].name: \"local\" is the name of" },
		{ "clients:\n- {name: a, key_hash: \"" A "\"}\n- {name: a, key_hash: \"" B "\"}\n",
			"t.yaml:3:10: clients[1].name: \"a\" is the name of clients[0] already" },
		{ "clients:\n- {name: a, key_hash: \"" A "\"}\n- {name: b, key_hash: \"" A "\"}\n",
			"t.yaml:3:23: clients[1].key_hash: clients[0] has this key already" },
		{ "clients:\n- {name: a, key_hash: sha256:12}\n",
			"t.yaml:2:23: clients[0].key_hash: expected sha256: and 64 hex digits" },
		{ "clients:\n- {name: a, key_hash: " KEY_OF_A "}\n",
			"t.yaml:2:23: clients[0].key_hash: is a key, and only its hash" },
		{ "clients:\n- {name: a, key_hashes: []}\n",
			"t.yaml:2:25: clients[0].key_hashes: expected a sequence of hashes" },
		{ "clients:\n- {name: a, key_hashes: [{hash: \"" A "\", untill: 1}]}\n",
			"clients[0].key_hashes[0].untill: unknown option (did you mean "
			"\"until\"?)" },
		{ ONE "  expires: soon\n", "t.yaml:4:12: clients[0].expires: expected a moment" },
		{ ONE "  expires: 2027-01-01\n",
			"t.yaml:4:12: clients[0].expires: has passed: the holder is refused" },
		{ ONE "  methods: [GET, POTS]\n",
			"t.yaml:4:18: clients[0].methods: there is no \"POTS\" (did you mean "
			"\"POST\"?)" },
		{ ONE "  methods: get\n", "clients[0].methods: there is no \"get\"" },
		{ ONE "  methods: []\n", "clients[0].methods: an empty list allows nothing" },
		{ ONE "  classes: [high, urgent]\n",
			"t.yaml:4:19: clients[0].classes: there is no \"urgent\", only: "
			"critical, high, normal, low" },
		{ ONE "  classes: []\n", "clients[0].classes: must name at least one" },
		{ ONE "  upstreams: [ghe]\n",
			"t.yaml:4:15: clients[0].upstreams: there is no \"ghe\" (did you mean "
			"\"ghes\"?)" },
		{ ONE "  upstreams: []\n", "clients[0].upstreams: must name at least one" },
		{ ONE "  paths: []\n", "clients[0].paths: an empty list allows nothing" },
		{ ONE "  paths:\n  - /user\n  - /repositories/7\n",
			"t.yaml:6:5: clients[0].paths: \"/repositories/7\": is decided by name" },
		{ ONE "  graphql: true\n  paths: [/user, /graphql]\n",
			"clients[0].paths: \"/graphql\": GraphQL is not decided by paths" },
		{ ONE "  path: /user\n",
			"clients[0].path: unknown option (did you mean \"paths\"?)" },
		{ ONE "  share: 0\n", "clients[0].share: 0 is below the smallest value, 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fixture f;
		load(&f, rows[i].text);
		if (!f.said.p || !strstr(f.said.p, rows[i].said))
			fail_msg("%s\nsaid: %s", rows[i].text, f.said.p ? f.said.p : "nothing");
		if (strstr(f.said.p, "1DVLU"))
			fail_msg("a key is repeated: %s", f.said.p);
		drop(&f);
	}
}

static void what_has_expired_is_a_warning_only(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "clients: [{name: a, key_hashes: [\"" A "\", {hash: \"" B "\", until: "
		 "2027-01-15}], expires: 2027-01-14}]\n");
	assert_int_equal(f.faults.n, 2);
	assert_int_equal(f.faults.n_errors, 0);
	drop(&f);
}

static void no_hash_is_printed(void **state)
{
	struct fixture f;
	struct hg_text out;

	(void)state;
	load(&f, ONE "  paths: [/user]\n");
	hg_text_init(&out);
	hg_clients_print(&f.clients, &out);
	assert_string_equal(out.p,
		"[{\"keys\":1,\"name\":\"a\",\"expires\":null,\"methods\":[],\"paths\":[\"/user\"],"
		"\"classes\":[\"normal\",\"low\"],\"upstreams\":[\"main\"],\"share\":1,\"max_in_"
		"flight\":0,\"max_upstream\":0,"
		"\"graphql\":false}]");
	hg_text_fini(&out);
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_granted),
		cmocka_unit_test(without_clients_there_are_no_keys),
		cmocka_unit_test(graphql_without_post_is_warned_of),
		cmocka_unit_test(a_rule_for_everything_needs_no_asking),
		cmocka_unit_test(each_mistake_is_said_where_it_stands),
		cmocka_unit_test(what_has_expired_is_a_warning_only),
		cmocka_unit_test(no_hash_is_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

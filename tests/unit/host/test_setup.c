#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "front/router.h"
#include "host/loader/plugin.h"
#include "host/setup.h"
#include <fcntl.h>
#include <hg/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Plugins without files: a table is accepted under the path of an empty file, where the loader then
 * finds it. What happens to instances is written down in `story`. */

static char home[64];
static struct hg_text story;
static const char *failing = ""; /* the instance whose start fails */

struct self {
	uint64_t warmth; /* taken over from an older instance */
};

static int on_start(void *self, const void *conf, struct hg_err *err)
{
	(void)conf;
	hg_text_printf(&story, "start %s, ", hg_instance_name(self));
	if (strcmp(hg_instance_name(self), failing) == 0)
		return hg_err_set(err, HG_EIO, "no luck today");
	((struct self *)self)->warmth++;
	return 0;
}

static int on_adopt(void *self, void *old, struct hg_err *err)
{
	(void)err;
	((struct self *)self)->warmth += ((struct self *)old)->warmth;
	hg_text_printf(&story, "adopt %s, ", hg_instance_name(self));
	return 0;
}

static void on_stop(void *self)
{
	hg_text_printf(&story, "stop %s, ", hg_instance_name(self));
}

static enum hg_verdict on_request(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	return HG_NEXT;
}

struct conf {
	const char *friend;
	bool bad;
};

static const struct hg_option options[] = {
	HG_REF(struct conf, friend, 0, "Another instance."),
	HG_BOOL(struct conf, bad, "false", 0, "Refused by check."),
	{ 0 },
};

static int on_check(const void *conf, struct hg_err *err)
{
	const struct conf *c = conf;

	return c->bad ? hg_err_set(err, HG_EINVAL, "bad is bad") : 0;
}

static const int vtable;
static const struct hg_service stores[] = { { "store/1", NULL, &vtable }, { 0 } };
static const struct hg_service paces[] = { { "strategy/1", "adaptive", &vtable },
	{ "strategy/1", "slow", &vtable }, { 0 } };
static const struct hg_need wants_store[] = { { "store/1", 0, 0 }, { 0 } };
static const struct hg_need may_store[] = { { "store/1", 1, 0 }, { "strategy/1", 1, 0 }, { 0 } };
static const struct hg_need wants_self[] = { { "b/1", 0, 0 }, { 0 } };
static const struct hg_need wants_other[] = { { "a/1", 0, 0 }, { 0 } };
static const struct hg_service gives_a[] = { { "a/1", NULL, &vtable }, { 0 } };
static const struct hg_service gives_b[] = { { "b/1", NULL, &vtable }, { 0 } };
static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_request },
	{ .methods = "GET",
		.path = "/hidden",
		.flags = HG_ROUTE_NAMED_ONLY,
		.on_request = on_request },
	{ 0 },
};

#define PLUGIN(word, ...)                                                                      \
	{                                                                                      \
		.size = sizeof(struct hg_plugin), .abi = HG_ABI, .name = word, HG_PLUGIN_ROWS, \
		.self_size = sizeof(struct self), .conf_size = sizeof(struct conf),            \
		.options = options, .check = on_check, .start = on_start, .adopt = on_adopt,   \
		.stop = on_stop, __VA_ARGS__                                                   \
	}

static const struct hg_plugin tables[] = {
	PLUGIN("plain", .routes = routes),
	PLUGIN("store", .provides = stores),
	PLUGIN("user", .needs = wants_store),
	PLUGIN("maybe", .needs = may_store),
	PLUGIN("paces", .provides = paces),
	PLUGIN("ring-a", .provides = gives_a, .needs = wants_self),
	PLUGIN("ring-b", .provides = gives_b, .needs = wants_other),
};

struct fixture {
	struct hg_faults faults;
	struct hg_text said;
	struct hg_setup *setup;
};

static const char *no_environment(const char *name)
{
	(void)name;
	return NULL;
}

static void make(struct fixture *f, const char *text)
{
	const struct hg_core_routes core = { NULL, NULL, NULL, NULL, NULL };
	struct hg_config_wish wish = { .file = "t.yaml", .plugin_path = home };
	int fd = open("t.yaml", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	wish.look = no_environment;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	f->setup = hg_setup_new(hg_config_load(&wish, &f->faults), &core, 1, &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void drop(struct fixture *f)
{
	hg_setup_free(f->setup);
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
}

static void each_mistake_between_plugins_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "plugins: [{use: plain, bad: true}]\n", "t.yaml:1:11: plugins[0]: bad is bad" },
		{ "plugins: [{use: plain, friend: nobody}]\n",
			"t.yaml:1:32: plugins[0].friend: there is no instance \"nobody\"" },
		{ "plugins: [{use: user}]\n", "t.yaml:1:11: plugins[0]: user needs store/1, which "
					      "no other plugin of this "
					      "configuration provides" },
		{ "plugins: [{use: store}, {use: store, name: second}]\n",
			"t.yaml:1:25: plugins[1]: store and second both provide store/1: take one "
			"out" },
		{ "plugins: [{use: paces}, {use: paces, name: second}]\n",
			"t.yaml:1:25: plugins[1]: paces and second both provide strategy/1 "
			"adaptive: take one out\n"
			"t.yaml:1:25: plugins[1]: paces and second both provide strategy/1 slow: "
			"take one out" },
		{ "plugins: [{use: ring-a}, {use: ring-b}]\n",
			"t.yaml:1:11: plugins[0]: ring-a needs a service of a plugin that waits "
			"for "
			"it in turn" },
		{ "dispatch: {strategy: fast}\nplugins: [{use: paces}]\n",
			"t.yaml:1:22: dispatch.strategy: no plugin of this configuration provides "
			"the strategy \"fast\" (there is adaptive, slow)" },
		{ "dispatch: {strategy: fast}\nplugins: []\n",
			"t.yaml:1:22: dispatch.strategy: no plugin of this configuration provides "
			"the strategy \"fast\" (there is none: plugin ratelimit is not in it)" },
		{ "plugins: [{use: plain}, {use: plain, name: twin}]\n",
			"built-in defaults:3:3: listeners[0]: plain and twin both serve GET "
			"/hello" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		make(&f, rows[i].text);
		assert_string_equal(f.said.p ? f.said.p : "", rows[i].said);
		assert_null(f.setup);
		drop(&f);
	}
}

static void providers_start_before_users_and_stop_after_them(void **state)
{
	(void)state;
	struct fixture f;

	make(&f, "plugins: [{use: user}, {use: plain}, {use: store}]\n");
	assert_string_equal(f.said.p ? f.said.p : "", "");
	hg_text_clear(&story);
	assert_int_equal(hg_setup_start(f.setup, NULL, NULL), 0);
	hg_setup_stop(f.setup);
	assert_string_equal(story.p, "start plain, start store, start user, stop user, stop store, "
				     "stop plain, ");
	drop(&f);
}

static void a_start_that_fails_stops_those_that_started(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	struct fixture f;

	make(&f, "plugins: [{use: plain}, {use: store}, {use: user}, {use: maybe}]\n");
	hg_text_clear(&story);
	failing = "user";
	assert_int_equal(hg_setup_start(f.setup, NULL, &err), HG_EIO);
	failing = "";
	assert_string_equal(err.text, "plugin user: no luck today");
	assert_string_equal(
		story.p, "start plain, start store, start user, stop store, stop plain, ");
	drop(&f);
}

static void what_is_warm_goes_to_the_same_name_and_plugin(void **state)
{
	(void)state;
	struct fixture old, new;

	make(&old, "plugins: [{use: plain}, {use: store}, {use: paces, name: x}]\n");
	make(&new, "plugins: [{use: store}, {use: maybe, name: x}, {use: plain}]\n");
	assert_int_equal(hg_setup_start(old.setup, NULL, NULL), 0);
	hg_text_clear(&story);
	assert_int_equal(hg_setup_start(new.setup, old.setup, NULL), 0);
	assert_string_equal(
		story.p, "start store, adopt store, start x, start plain, adopt plain, ");
	const struct hg_instance *in = hg_setup_find(new.setup, HG_STR("plain"));
	assert_int_equal(((struct self *)in->self)->warmth, 2);
	hg_setup_stop(new.setup);
	hg_setup_stop(old.setup);
	drop(&new);
	drop(&old);
}

static void a_service_is_found_by_who_said_to_need_it(void **state)
{
	(void)state;
	struct hg_provider p = { .size = sizeof(p) };
	struct hg_err err = HG_ERR_INIT;
	struct fixture f;

	make(&f, "plugins: [{use: maybe}, {use: paces}, {use: plain}]\n");
	void *maybe = hg_setup_find(f.setup, HG_STR("maybe"))->self;
	void *plain = hg_setup_find(f.setup, HG_STR("plain"))->self;
	assert_int_equal(hg_service_find(maybe, "strategy/1", "slow", &p, &err), 0);
	assert_ptr_equal(p.self, hg_setup_find(f.setup, HG_STR("paces"))->self);
	assert_ptr_equal(p.vtable, &vtable);
	assert_int_equal(hg_service_find(maybe, "strategy/1", "none", &p, &err), HG_ENOTFOUND);
	assert_string_equal(err.text, "nobody provides strategy/1 none");
	assert_int_equal(hg_service_find(maybe, "store/1", NULL, &p, &err), HG_ENOTFOUND);
	assert_int_equal(hg_service_find(plain, "strategy/1", NULL, &p, &err), HG_ENOTFOUND);
	assert_string_equal(err.text, "plain does not declare that it needs strategy/1");
	drop(&f);
}

static void the_adaptive_strategy_is_taken_when_there_is_one(void **state)
{
	(void)state;
	struct fixture f;

	make(&f, "plugins: [{use: paces}]\n");
	assert_ptr_equal(
		f.setup->snapshot.strategies[f.setup->snapshot.strategy].provider.vtable, &vtable);
	drop(&f);
	make(&f, "plugins: [{use: plain}]\n");
	assert_int_equal(f.setup->snapshot.strategy, f.setup->snapshot.n_strategies);
	drop(&f);
}

static bool serves(const struct fixture *f, uint32_t listener, const char *path)
{
	struct hg_routed routed = { 0 };

	hg_router_find(f->setup->snapshot.listeners[listener].router, HG_STR("GET"), hg_str(path),
		&routed);
	return routed.route != NULL;
}

static void a_listener_serves_what_it_names_or_all_that_needs_no_name(void **state)
{
	(void)state;
	struct fixture f;

	make(&f, "plugins: [{use: plain}]\nadmin: {bind: none}\nlisteners:\n"
		 "- {bind: '127.0.0.1:0'}\n"
		 "- {bind: '127.0.0.1:0', serve: plain}\n"
		 "- {bind: '127.0.0.1:0', serve: [github]}\n");
	const struct hg_snapshot *snap = &f.setup->snapshot;
	assert_int_equal(snap->n_listeners, 3);
	assert_int_equal(snap->listeners[0].faces, HG_FACE_GITHUB | HG_FACE_HEALTH);
	assert_int_equal(snap->listeners[1].faces, 0);
	assert_int_equal(snap->listeners[2].faces, HG_FACE_GITHUB);
	assert_true(serves(&f, 0, "/hello"));
	assert_false(serves(&f, 0, "/hidden"));
	assert_true(serves(&f, 1, "/hello"));
	assert_true(serves(&f, 1, "/hidden"));
	assert_false(serves(&f, 2, "/hello"));
	drop(&f);
}

static int enter_home(void **state)
{
	(void)state;
	snprintf(home, sizeof(home), "/tmp/hg-test-XXXXXX");
	if (!mkdtemp(home) || chdir(home) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char path[160];
		snprintf(path, sizeof(path), "%s/%s.so", home, tables[i].name);
		close(open(path, O_WRONLY | O_CREAT, 0600));
		if (!hg_plugin_accept(&tables[i], path, NULL))
			return -1;
	}
	hg_text_init(&story);
	return 0;
}

static int leave_home(void **state)
{
	char path[160];

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s.so", home, tables[i].name);
		(void)unlink(path);
	}
	(void)unlink("t.yaml");
	hg_text_fini(&story);
	return chdir("/") == 0 && rmdir(home) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_between_plugins_is_named),
		cmocka_unit_test(providers_start_before_users_and_stop_after_them),
		cmocka_unit_test(a_start_that_fails_stops_those_that_started),
		cmocka_unit_test(what_is_warm_goes_to_the_same_name_and_plugin),
		cmocka_unit_test(a_service_is_found_by_who_said_to_need_it),
		cmocka_unit_test(the_adaptive_strategy_is_taken_when_there_is_one),
		cmocka_unit_test(a_listener_serves_what_it_names_or_all_that_needs_no_name),
	};
	return cmocka_run_group_tests(tests, enter_home, leave_home);
}

#include "front_world.h"
#include "front/keys.h"
#include "front/resolve.h"
#include "front/when.h"
#include "ticket/fetch.h"

#define KEY "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI"
#define OTHER_KEY "hgk_l2pi4cLeTDqBihnWgklsb3QO1ahyLhjT2c9JuaG45s7"

/* An instance with a hook in each phase of a front; each leaves its letter. */
static char trail[64];
static struct world world;

static void step(char letter)
{
	size_t n = strlen(trail);

	assert_true(n + 1 < sizeof(trail));
	trail[n] = letter;
}

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	step('a');
	return HG_NEXT;
}

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	step('l');
	return HG_NEXT;
}

static enum hg_verdict on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	(void)self;
	(void)r;
	step('h');
	hg_reply_keep(reply, 1 << 20);
	return HG_NEXT;
}

static void on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	(void)self;
	(void)r;
	(void)reply;
	step('k');
}

static void on_done(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	step('d');
}

static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "guard",
	HG_PLUGIN_ROWS,
	.on_admit = on_admit,
	.on_lookup = on_lookup,
	.on_head = on_head,
	.on_keep = on_keep,
	.on_done = on_done };

static void put_key(struct hg_keys *keys, uint32_t i, const char *name, const char *key)
{
	uint8_t digest[HG_KEY_DIGEST_BYTES];
	struct hg_grant *g = hg_keys_grant(keys, i);

	g->name = name;
	g->methods = UINT32_MAX;
	g->classes = 1u << HG_CLASS_NORMAL;
	g->upstreams = 1u << 0;
	g->graphql = true;
	hg_key_digest(hg_str(key), digest);
	assert_true(hg_keys_put(keys, digest, 0, g));
}

static void begin(const struct hg_when *w)
{
	world_init(&world);
	memset(trail, 0, sizeof(trail));
	world_plug(&world, &table);
	struct hg_keys *keys = hg_keys_new(2);
	put_key(keys, 0, "ci", KEY);
	put_key(keys, 1, "bot", OTHER_KEY);
	world.snapshot.keys = keys;
	world.snapshot.resolver = hg_resolver_new();
	world.snapshot.when[0] = w;
	world.snapshot.guarded = w ? 1 : 0;
	world_start(&world);
}

static void end(void)
{
	world_stop(&world);
	hg_keys_free(world.snapshot.keys);
	hg_resolver_free(world.snapshot.resolver);
}

static void say(struct peer *p, const char *method, const char *path, const char *key)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		"%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
		"Content-Length: 0\r\n\r\n",
		method, path, key);
	peer_say(p, text);
}

static const struct hg_str rules[] = { { "/repos/o/r/**", 13 }, { "/user", 5 } };
static const struct hg_str templates[] = { { "/repos/{owner}/{repo}/labels", 28 },
	{ "/graphql", 8 } };
static const uint64_t second[] = { 1u << 1 };

static void each_list_that_is_written_must_fit(void **state)
{
	static const struct hg_when reads = { .methods = 1u << HG_HTTP1_GET },
				    paths = { .methods = UINT32_MAX, .rules = rules, .n_rules = 2 },
				    named = { .methods = UINT32_MAX,
					    .templates = templates,
					    .n_templates = 2 },
				    bots = { .methods = UINT32_MAX, .clients = second },
				    all = { .methods = 1u << HG_HTTP1_GET,
					    .rules = rules,
					    .n_rules = 2,
					    .clients = second };
	static const struct {
		const struct hg_when *when;
		const char *method, *path, *key;
		bool is_met;
	} rows[] = {
		{ NULL, "GET", "/user", KEY, true },
		{ &reads, "GET", "/user", KEY, true },
		{ &reads, "DELETE", "/user", KEY, false },
		{ &paths, "DELETE", "/user", KEY, true },
		{ &paths, "GET", "/repos/O/R", KEY, true },
		{ &paths, "GET", "/repos/%6f/r/labels", KEY, true },
		{ &paths, "GET", "/repos/o/x", KEY, false },
		{ &paths, "GET", "/repos/o/r%2Fx", KEY, true }, /* odd: it may be what is guarded */
		{ &paths, "GET", "/user/", KEY, true },
		{ &named, "GET", "/repos/o/x/labels", KEY, true },
		{ &named, "GET", "/repos/o/x/labels/", KEY, true },
		{ &named, "GET", "/repos/o%2Fx/labels", KEY, true },
		{ &named, "GET", "/repos/o/x%2Flabels", KEY, true },
		{ &named, "GET", "/repos/o/x/labels%2F", KEY, true },
		{ &named, "GET", "/repos/o/x/labels%252F", KEY, true },
		{ &named, "GET", "/repos/o/x/l%61bels", KEY, true },
		{ &named, "GET", "/repos/o/x/issues", KEY, false },
		{ &named, "POST", "/graphql", KEY, true },
		{ &named, "POST", "/api/graphql", KEY, true },
		{ &named, "POST", "/Gr%61phql", KEY, true },
		{ &bots, "GET", "/user", OTHER_KEY, true },
		{ &bots, "GET", "/user", KEY, false },
		{ &all, "GET", "/user", OTHER_KEY, true },
		{ &all, "GET", "/user", KEY, false },
		{ &all, "PUT", "/user", OTHER_KEY, false },
		{ &all, "GET", "/users/x", OTHER_KEY, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(rows[i].when);
		struct peer *p = world_connect(&world);
		say(p, rows[i].method, rows[i].path, rows[i].key);
		assert_int_equal(world.n_tickets, 1);
		assert_int_equal(world.tickets[0]->ask.left_out, rows[i].is_met ? 0 : 1);
		world_give_head(&world, 0, 200, NULL, 0);
		world_give(&world, 0, "{}");
		world_finish(&world, 0);
		/* "{}" is no whole answer of GraphQL: not kept */
		const char *met = strstr(rows[i].path, "/graphql") ? "alhd" : "alhkd";
		if (strcmp(trail, rows[i].is_met ? met : "") != 0)
			fail_msg("%s %s: %s", rows[i].method, rows[i].path, trail);
		end();
	}
}

static const struct hg_when guarded = {
	.methods = 1u << HG_HTTP1_GET, .rules = rules, .n_rules = 2
};

static struct hg_snapshot *current(void)
{
	return hg_snapshot_ref(&world.snapshot);
}

/* One that is asked by an ID, which GitHub says is `body`. */
static void ask_by_id(int status, const char *body, uint32_t n_tickets, const char *wanted)
{
	begin(&guarded);
	hg_fetch_bind(&world.port, current);
	struct peer *p = world_connect(&world);
	say(p, "GET", "/repositories/42/labels", KEY);
	assert_int_equal(world.n_tickets, 1);
	assert_true(hg_str_is(world.tickets[0]->ask.path, HG_STR("/repositories/42")));
	assert_string_equal(trail, ""); /* nobody was asked before it is known */
	world_give_head(&world, 0, status, NULL, 0);
	world_give(&world, 0, body);
	world_finish(&world, 0);
	assert_int_equal(world.n_tickets, n_tickets);
	for (uint32_t i = 1; i < n_tickets; i++) {
		world_give_head(&world, i, 200, NULL, 0);
		world_give(&world, i, "{}");
		world_finish(&world, i);
	}
	assert_string_equal(trail, wanted);
	end();
}

static void an_id_is_held_against_routes_by_its_name(void **state)
{
	(void)state;
	ask_by_id(200, "{\"full_name\":\"O/R\"}", 2, "alhkd");
	ask_by_id(200, "{\"full_name\":\"o/x\"}", 2, "");
	ask_by_id(404, "{}", 2, "alhkd"); /* of nothing for sure */
	ask_by_id(500, "{}", 1, "d");     /* 503: refused before ADMIT, so DONE is all there is */
}

static void an_id_is_not_asked_for_when_it_does_not_matter(void **state)
{
	(void)state;
	begin(&guarded);
	hg_fetch_bind(&world.port, current);
	struct peer *p = world_connect(&world);
	say(p, "DELETE", "/repositories/42/labels", KEY);
	assert_int_equal(world.n_tickets, 1);
	assert_true(hg_str_is(world.tickets[0]->ask.method, HG_STR("DELETE")));
	world_give_head(&world, 0, 204, NULL, 0);
	world_finish(&world, 0);
	assert_string_equal(trail, "");
	end();
}

static const struct hg_hook_limits once = {
	.failures = 1, .within_us = 60 * SEC, .out_for_us = 300 * SEC
};

static struct hg_instance *guard(void)
{
	struct hg_instance *in = world.instances[0];

	in->limits = &once;
	return in;
}

/* The turn in which it failed began before the request, and went on long enough to be a failure. */
static void who_saw_the_first_phase_sees_the_last_though_it_is_taken_out_meanwhile(void **state)
{
	(void)state;
	begin(NULL);
	struct peer *p = world_connect(&world);
	say(p, "GET", "/user", KEY);
	assert_string_equal(trail, "al");
	assert_true(hg_quarantine_fail(&guard()->quarantine, &once, "x", true, 999 * SEC));
	world_give_head(&world, 0, 200, NULL, 0);
	world_give(&world, 0, "{}");
	world_finish(&world, 0);
	assert_string_equal(trail, "alhkd");
	end();
}

/* It came back, and was taken out once more: what counts is when the request met it. */
static void who_did_not_see_the_first_phase_sees_none_though_it_is_back(void **state)
{
	(void)state;
	begin(NULL);
	assert_true(hg_quarantine_fail(&guard()->quarantine, &once, "x", true, 990 * SEC));
	struct peer *p = world_connect(&world);
	say(p, "GET", "/user", KEY);
	assert_int_equal(world.tickets[0]->ask.left_out, 1);
	assert_true(hg_quarantine_fail(&guard()->quarantine, &once, "x", true, 1400 * SEC));
	world_give_head(&world, 0, 200, NULL, 0);
	world_give(&world, 0, "{}");
	world_finish(&world, 0);
	assert_string_equal(trail, "");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_list_that_is_written_must_fit),
		cmocka_unit_test(an_id_is_held_against_routes_by_its_name),
		cmocka_unit_test(an_id_is_not_asked_for_when_it_does_not_matter),
		cmocka_unit_test(
			who_saw_the_first_phase_sees_the_last_though_it_is_taken_out_meanwhile),
		cmocka_unit_test(who_did_not_see_the_first_phase_sees_none_though_it_is_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

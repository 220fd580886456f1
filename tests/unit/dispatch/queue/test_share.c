#include "../pool_rig.h"

/* -- by itself --------------------------------------------------------------------------------- */

static void it_is_found_by_its_name_while_somebody_refers_to_it(void **state)
{
	(void)state;
	struct hg_shares all;

	hg_shares_init(&all);
	struct hg_share *a = hg_shares_find(&all, HG_STR("a"), 1, 0);
	assert_ptr_equal(hg_shares_find(&all, HG_STR("a"), 1, 0), a);
	struct hg_share *b = hg_shares_find(&all, HG_STR("b"), 1, 0);
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(hg_share_ref(a), a);
	hg_share_unref(a), hg_share_unref(a);
	assert_int_equal(hg_map_n(all.by_name), 2);
	hg_share_unref(a);
	assert_int_equal(hg_map_n(all.by_name), 1);
	hg_share_unref(b);
	hg_share_unref(NULL);
	hg_shares_fini(&all);
}

static void what_it_may_have_is_as_said_last(void **state)
{
	(void)state;
	struct hg_shares all;

	hg_shares_init(&all);
	struct hg_share *a = hg_shares_find(&all, HG_STR("a"), 3, 2);
	assert_int_equal(a->weight, 3);
	assert_int_equal(a->max_upstream, 2);
	hg_shares_find(&all, HG_STR("a"), 0, 5);
	assert_int_equal(a->weight, 1); /* nothing said */
	assert_int_equal(a->max_upstream, 5);
	hg_share_unref(a), hg_share_unref(a);
	hg_shares_fini(&all);
}

static void a_client_without_a_name_has_one_too(void **state)
{
	(void)state;
	struct hg_shares all;

	hg_shares_init(&all);
	struct hg_share *a = hg_shares_find(&all, (struct hg_str){ 0 }, 1, 0);
	assert_ptr_equal(hg_shares_find(&all, HG_STR(""), 1, 0), a);
	hg_share_unref(a), hg_share_unref(a);
	hg_shares_fini(&all);
}

static void it_is_full_when_as_many_are_under_way_as_may_be(void **state)
{
	static const struct {
		uint32_t max_upstream, in_flight;
		bool is_full;
	} rows[] = { { 0, 0, false }, { 0, 1000, false }, { 2, 1, false }, { 2, 2, true },
		{ 2, 3, true } }; /* the limit fell meanwhile */

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hg_share s = { .max_upstream = rows[i].max_upstream,
			.in_flight = rows[i].in_flight };
		assert_int_equal(hg_share_is_full(&s), rows[i].is_full);
	}
}

/* -- of a pool --------------------------------------------------------------------------------- */

static struct hg_ticket *ask_of(
	const char *client, uint32_t most, const char *path, const char *resource, bool has_token)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, HG_CLASS_HIGH);

	t->ask.client = hg_arena_copy(&t->arena, hg_str(client));
	t->ask.max_upstream = most;
	t->ask.resource = hg_arena_copy(&t->arena, hg_str(resource));
	if (has_token) {
		t->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
		t->ask.scope.bytes[0] = 1;
	}
	rig_submit(&rig, t);
	return t;
}

static void max_upstream_counts_over_all_lines_and_pools(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *core = ask_of("ci", 2, "/x", "core", false);
	struct hg_ticket *search = ask_of("ci", 2, "/search/code", "code_search", false);
	struct hg_ticket *own = ask_of("ci", 2, "/y", "core", true);
	struct hg_ticket *other = ask_of("web", 2, "/z", "core", false);

	assert_int_equal(rig.n_sent, 3);
	assert_int_equal(own->state, HG_TICKET_QUEUED);
	assert_int_equal(other->state, HG_TICKET_SENT);
	rig_reply(&rig, 1, rig_head(200, NULL)); /* another line, another pool */
	assert_int_equal(own->state, HG_TICKET_SENT);
	rig_expect_whole(search, 200);
	hg_ticket_unref(core);
	hg_ticket_unref(own);
	hg_ticket_unref(other);
}

static void one_that_leaves_lets_the_next_of_its_client_go(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_of("ci", 1, "/x", "core", false);
	struct hg_ticket *u = ask_of("ci", 1, "/search/code", "code_search", false);

	assert_int_equal(u->state, HG_TICKET_QUEUED);
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
	assert_int_equal(u->state, HG_TICKET_SENT);
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

static void one_that_rests_before_it_is_tried_again_is_not_under_way(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_of("ci", 1, "/x", "core", false);
	struct hg_ticket *u = ask_of("ci", 1, "/y", "core", false);

	rig_end(&rig, 0, HG_EIO, true);
	assert_int_equal(u->state, HG_TICKET_SENT);
	assert_int_equal(t->state, HG_TICKET_PARKED);
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

static void a_client_that_has_nothing_here_is_forgotten(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_ticket *t = ask_of("ci", 1, "/x", "core", false);

	assert_int_equal(hg_map_n(rig.d->shares.by_name), 1);
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(hg_map_n(rig.d->shares.by_name), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_by_its_name_while_somebody_refers_to_it),
		cmocka_unit_test(what_it_may_have_is_as_said_last),
		cmocka_unit_test(a_client_without_a_name_has_one_too),
		cmocka_unit_test(it_is_full_when_as_many_are_under_way_as_may_be),
		T(max_upstream_counts_over_all_lines_and_pools),
		T(one_that_leaves_lets_the_next_of_its_client_go),
		T(one_that_rests_before_it_is_tried_again_is_not_under_way),
		T(a_client_that_has_nothing_here_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

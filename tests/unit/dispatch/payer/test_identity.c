#include "../pool_rig.h"

/* -- GET /user says whose a token is ----------------------------------------------------------- */

/* Nobody configured whose they are. */
static void begin_with_two_of_somebody(void)
{
	add_token("a")->identity = NULL;
	add_token("b")->identity = NULL;
	begin();
}

static void name(const char *body)
{
	reply_with(errand(HG_ERRAND_NAME), rig_head(200, NULL), body);
}

static void tokens_of_one_user_become_one_identity(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	assert_true(hg_str_is(rig.sent[0]->ask.path, HG_STR("/user")));
	assert_int_equal(rig.n_sent, 2); /* each asks by itself */
	name("{\"login\":\"octocat\",\"id\":583231}");
	assert_ptr_not_equal(credential(0)->identity, credential(1)->identity);
	name("{\"login\":\"octocat\",\"id\":583231}");
	assert_ptr_equal(credential(0)->identity, credential(1)->identity);
	assert_ptr_equal(core_of(0), core_of(1));
	assert_string_equal(credential(1)->identity->name, "a");
	assert_int_equal(rig.d->pools.n_orphans, 0);            /* the other one is gone */
	assert_int_equal(hg_map_n(rig.d->pools.identities), 2); /* this and "elsewhere" */
}

static void tokens_of_two_users_stay_two(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	name("{\"id\":1}");
	name("{\"id\":2}");
	assert_ptr_not_equal(credential(0)->identity, credential(1)->identity);
}

static void who_can_not_be_named_stays_by_itself_and_is_not_asked_again(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
	} rows[] = { { 403, "{\"id\":1}" }, { 200, "{\"id\":-1}" }, { 200, "{\"id\":\"x\"}" },
		{ 200, "{\"id\":1" }, { 200, "[1]" }, { 200, "" } };

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		teardown(NULL), setup(NULL);
		begin_with_two_of_somebody();
		for (unsigned k = 0; k < 2; k++)
			reply_with(errand(HG_ERRAND_NAME), rig_head(rows[i].status, NULL),
				rows[i].body);
		assert_ptr_not_equal(credential(0)->identity, credential(1)->identity);
		rig_advance(&rig, 3600 * SEC);
		assert_int_equal(rig.n_sent, 2);
	}
}

static void nobody_is_asked_when_it_does_not_matter(void **state)
{
	(void)state;
	add_token("a")->identity = NULL; /* alone */
	begin();
	assert_int_equal(rig.n_sent, 0);
	teardown(NULL), setup(NULL);
	add_token("a"), add_token("b"), begin(); /* configured */
	assert_int_equal(rig.n_sent, 0);
}

static void what_is_under_way_settles_where_it_was_taken(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	name("{\"id\":1}");
	set_budget(0, 5000, 1, 3600);
	set_budget(1, 5000, 4000, 60);
	struct hg_ledger *old = core_of(1);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_paid(2, "b");
	assert_int_equal(old->in_flight, 2); /* it, and GET /user */
	name("{\"id\":1}");
	assert_ptr_not_equal(core_of(1), old);
	assert_ptr_equal(rig.sent[2]->ledger, old);
	assert_int_equal(rig.d->pools.n_orphans, 1);
	assert_int_equal(core_of(1)->in_flight, 0);
	rig_reply(&rig, 2, rig_limits(200, 5000, 3999, WALL / SEC + 60));
	rig_expect_whole(t, 200);
	assert_int_equal(rig.d->pools.n_orphans, 0);
	assert_int_equal(core_of(0)->theirs, 1);
}

static void the_dispatcher_may_end_before_the_other_identity_is_forgotten(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	name("{\"id\":1}");
	set_budget(1, 5000, 4000, 60);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	name("{\"id\":1}");

	assert_int_equal(rig.d->pools.n_orphans, 1);
	hg_dispatcher_free(HG_TAKE(rig.d));
	assert_int_equal(rig_end_of(t).code, HG_ECANCELLED);
	hg_ticket_unref(t);
}

static void both_tokens_wait_for_what_blocks_the_one_identity(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	name("{\"id\":1}");
	name("{\"id\":1}");
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	rig_reply(&rig, 2, rig_head(403, "Retry-After", "20", NULL));
	struct hg_ticket *u = rig_ask(&rig, "GET", "/y");

	rig_advance(&rig, 20 * SEC - 1);
	assert_int_equal(rig.n_sent, 3);
	rig_advance(&rig, SEC + 1);
	assert_int_equal(rig.n_sent, 5);
	hg_ticket_unref(t);
	hg_ticket_unref(u);
}

/* -- by itself --------------------------------------------------------------------------------- */

static void a_ledger_is_made_once_for_each_resource(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_identity *id = credential(0)->identity;
	struct hg_ledger *core = hg_identity_ledger(id, HG_STR("core"));

	assert_ptr_equal(core->identity, id);
	assert_ptr_not_equal(hg_identity_ledger(id, HG_STR("search")), core);
	assert_ptr_equal(hg_identity_ledger(id, HG_STR("core")), core);
	assert_int_equal(id->n_ledgers, 2);
}

static void as_many_are_under_way_as_its_site_allows(void **state)
{
	(void)state;
	upstream()->max_concurrent = 1;
	add_token("a"), begin();
	struct hg_identity *id = credential(0)->identity;

	assert_false(hg_identity_is_busy(id));
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_true(hg_identity_is_busy(id));
	rig_answer(&rig, 0, rig_head(200, NULL)); /* its body comes yet */
	assert_true(hg_identity_is_busy(id));
	rig_end(&rig, 0, 0, true);
	assert_false(hg_identity_is_busy(id));
	rig_expect_whole(t, 200);
}

static void a_shorter_block_does_not_end_a_longer_one(void **state)
{
	(void)state;
	add_token("a"), begin();
	struct hg_identity *id = credential(0)->identity;

	hg_identity_block(id, 100 * SEC, 0, &rig.d->dice);
	hg_identity_block(id, 10 * SEC, 5 * SEC, &rig.d->dice);
	assert_in_range(id->blocked_us, 100 * SEC, 101 * SEC);
	assert_int_equal(id->n_blocks, 1);
}

static void a_new_name_is_that_of_its_gauges_from_then_on(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 4000, 60);
	hg_dispatcher_publish(rig.d, core_of(0));
	assert_non_null(core_of(0)->gauges.limit);
	hg_identity_rename(credential(0)->identity, "new");
	assert_null(core_of(0)->gauges.limit);
	assert_string_equal(credential(0)->identity->label, "new");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(tokens_of_one_user_become_one_identity),
		T(tokens_of_two_users_stay_two),
		T(who_can_not_be_named_stays_by_itself_and_is_not_asked_again),
		T(nobody_is_asked_when_it_does_not_matter),
		T(what_is_under_way_settles_where_it_was_taken),
		T(the_dispatcher_may_end_before_the_other_identity_is_forgotten),
		T(both_tokens_wait_for_what_blocks_the_one_identity),
		T(a_ledger_is_made_once_for_each_resource),
		T(as_many_are_under_way_as_its_site_allows),
		T(a_shorter_block_does_not_end_a_longer_one),
		T(a_new_name_is_that_of_its_gauges_from_then_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "../pool_rig.h"
#include "dispatch/budget/secondary_state.h"

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

/* "a" is known to be of user 1, and "b" has what is left of this budget as GitHub told each. */
static void begin_with_two_to_join(int64_t a_left, int64_t b_left)
{
	static const char *aa[] = { "aa" }, *bb[] = { "bb" };

	add_token("a")->identity = NULL;
	add_token("b")->identity = NULL;
	upstream()->credentials[0].owners = (struct hg_option_list){ aa, 1 };
	upstream()->credentials[1].owners = (struct hg_option_list){ bb, 1 };
	begin();
	name("{\"id\":1}");
	set_budget(0, 100, a_left, 3600);
	set_budget(1, 100, b_left, 3600);
}

static struct hg_ticket *ask_of(const char *owner, unsigned i)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/repos/%s/%u", owner, i);
	return rig_ask(&rig, "GET", path);
}

static void what_is_under_way_counts_for_the_one_that_both_are(void **state)
{
	(void)state;
	struct hg_ticket *tickets[90];
	unsigned n = 0, first = 2; /* 0 and 1 asked for their names */

	begin_with_two_to_join(100, 60); /* "a" heard that long ago */
	while (n < 50)
		tickets[n] = ask_of("bb", n), n++;
	assert_int_equal(rig.n_sent, 52);
	assert_paid(51, "b");
	assert_int_equal(core_of(0)->in_flight, 0);
	struct hg_identity *was = credential(1)->identity;
	name("{\"id\":1}");

	struct hg_ledger *core = core_of(0);
	assert_ptr_equal(core_of(1), core);
	assert_int_equal(rig.d->pools.n_orphans, 0); /* nothing is left of the other */
	assert_ptr_not_equal(credential(1)->identity, was);
	assert_int_equal(core->in_flight, 50);
	assert_int_equal(core->identity->on_wire, 50);
	assert_int_equal(core->theirs, 60);
	struct hg_secondary *limits = core->identity->secondary;
	assert_int_equal(limits->under_way.n, 50); /* GitHub's time */
	hg_secondary_check(limits);

	while (n < 90)
		tickets[n] = ask_of(n % 2 ? "aa" : "bb", n), n++;
	const unsigned most = 59; /* GET /user may have cost a point: it did not say */
	assert_int_equal(core->in_flight, most);
	assert_int_equal(rig.n_sent - first, most);
	for (unsigned i = 0; i < most; i++)
		rig_reply(&rig, first + i,
			rig_limits(200, 100, 59 - (int64_t)i, rig.now.wall_us / SEC + 3600));
	assert_int_equal(rig.n_sent - first, most);
	assert_int_equal(core->in_flight, 0);
	assert_int_equal(core->identity->on_wire, 0);
	assert_int_equal(core->theirs, 60 - most);
	assert_int_equal(limits->under_way.n, 0);
	while (n > 0)
		hg_ticket_unref(tickets[--n]);
}

static void what_was_learned_of_both_holds_for_the_one(void **state)
{
	(void)state;
	begin_with_two_to_join(10, 60);
	struct hg_identity *id = credential(0)->identity, *other = credential(1)->identity;

	other->blocked_us = rig.now.mono_us + 20 * SEC;
	other->n_blocks = 3;
	int64_t sent = id->hour_sent + other->hour_sent;
	struct hg_ledger *search = hg_identity_ledger(other, HG_STR("search"));
	const struct hg_rate rate = {
		.is_known = true, .limit = 30, .remaining = 7, .reset_s = rig.now.wall_us / SEC + 30
	};
	hg_ledger_settle(search, 0, 3, &rate, rig.now.mono_us, &rig.now, &rig.d->dice);
	name("{\"id\":1}");
	assert_int_equal(core_of(1)->theirs, 10);
	search = hg_identity_ledger(id, HG_STR("search"));
	assert_int_equal(search->theirs, 7);
	assert_int_equal(search->limit, 30);
	assert_int_equal(id->blocked_us, rig.now.mono_us + 20 * SEC);
	assert_int_equal(id->n_blocks, 3);
	assert_int_equal(id->hour_sent, sent);
}

/* By a reload, in which the clock is not known: in the next turn. */
static void what_is_under_way_follows_a_reload_that_says_whose_it_is(void **state)
{
	(void)state;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 100, 1, 3600);
	set_budget(1, 100, 60, 60);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_paid(0, "b");
	upstream()->credentials[1].identity = "a";
	rig_reconfigure(&rig);
	assert_ptr_not_equal(rig.sent[0]->ledger, core_of(1));
	rig_turn(&rig);
	assert_ptr_equal(rig.sent[0]->ledger, core_of(0));
	assert_int_equal(core_of(0)->in_flight, 1);
	assert_int_equal(rig.d->pools.n_orphans, 0);
	rig_reply(&rig, 0, rig_limits(200, 100, 0, rig.now.wall_us / SEC + 60));
	rig_expect_whole(t, 200);
	assert_int_equal(core_of(0)->in_flight, 0);
}

static void two_reloads_in_one_turn_may_change_their_mind(void **state)
{
	(void)state;
	add_token("a"), add_token("b"), begin();
	set_budget(0, 100, 50, 3600);
	upstream()->credentials[1].identity = "a";
	rig_reconfigure(&rig);
	upstream()->credentials[0].identity = upstream()->credentials[1].identity = "b";
	rig_reconfigure(&rig);
	rig_turn(&rig);
	assert_ptr_equal(core_of(0), core_of(1));
	assert_string_equal(credential(0)->identity->name, "b");
	assert_int_equal(core_of(0)->theirs, 50);
	assert_int_equal(hg_map_n(rig.d->pools.identities), 2); /* and "elsewhere" */
}

/* What it takes can be told from what is used only when nothing else is under way. */
static void a_query_under_way_is_under_way_for_both(void **state)
{
	(void)state;
	begin_with_two_of_somebody();
	reply_with(1, rig_head(200, NULL), "{\"id\":1}"); /* "b" is the first to be known */
	struct hg_ticket *t = rig_ticket(&rig, "POST", "/graphql", HG_CLASS_HIGH);
	t->ask.resource = HG_STR("graphql");
	t->ask.graphql.is_read = t->ask.graphql.is_query = true;
	rig_submit(&rig, t);
	assert_paid(2, "a");
	name("{\"id\":1}");

	struct hg_ledger *l = hg_identity_ledger(credential(1)->identity, HG_STR("graphql"));
	assert_ptr_equal(rig.sent[2]->ledger, l);
	assert_int_equal(l->used.n_under_way, 1);
	rig_reply(&rig, 2, rig_head(200, NULL));
	rig_expect_whole(t, 200);
	assert_int_equal(l->used.n_under_way, 0);
	assert_int_equal(l->in_flight, 0);
}

static void a_flight_whose_body_comes_yet_goes_along(void **state)
{
	(void)state;
	begin_with_two_to_join(100, 60);
	struct hg_ticket *t = ask_of("bb", 1);

	rig_answer(&rig, 2, rig_limits(200, 100, 59, rig.now.wall_us / SEC + 3600));
	name("{\"id\":1}");
	assert_int_equal(core_of(0)->in_flight, 0);
	assert_int_equal(core_of(0)->identity->on_wire, 1);
	assert_int_equal(core_of(0)->theirs, 59);
	rig_end(&rig, 2, 0, true);
	assert_int_equal(core_of(0)->identity->on_wire, 0);
	rig_expect_whole(t, 200);
}

static void the_dispatcher_may_end_before_the_other_identity_is_forgotten(void **state)
{
	(void)state;
	begin_with_two_to_join(100, 60);
	struct hg_ticket *t = ask_of("bb", 1);
	unsigned i = errand(HG_ERRAND_NAME);
	struct hg_flight *f = rig.sent[i];

	rig_answer(&rig, i, rig_head(200, NULL));
	piece(i, "{\"id\":1}");
	rig_over(&rig, f);
	hg_dispatcher_on_end(rig.d, f, 0, true, "", &rig.now); /* and no turn after it */
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
	/* what is no name of a resource is core's, and a beginning of one is another */
	assert_ptr_equal(hg_identity_ledger(id, HG_STR("Co\\re")), core);
	assert_ptr_equal(hg_identity_ledger(id, (struct hg_str){ 0 }), core);
	assert_ptr_equal(
		hg_identity_ledger(id, HG_STR("a_name_longer_than_any_resource_of_githubs")), core);
	assert_int_equal(id->n_ledgers, 2);
	assert_ptr_not_equal(hg_identity_ledger(id, HG_STR("cor")), core);
	assert_int_equal(id->n_ledgers, 3);
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
		T(what_is_under_way_counts_for_the_one_that_both_are),
		T(what_was_learned_of_both_holds_for_the_one),
		T(what_is_under_way_follows_a_reload_that_says_whose_it_is),
		T(two_reloads_in_one_turn_may_change_their_mind),
		T(a_query_under_way_is_under_way_for_both),
		T(a_flight_whose_body_comes_yet_goes_along),
		T(the_dispatcher_may_end_before_the_other_identity_is_forgotten),
		T(both_tokens_wait_for_what_blocks_the_one_identity),
		T(a_ledger_is_made_once_for_each_resource),
		T(as_many_are_under_way_as_its_site_allows),
		T(a_shorter_block_does_not_end_a_longer_one),
		T(a_new_name_is_that_of_its_gauges_from_then_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

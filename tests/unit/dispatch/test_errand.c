#include "pool_rig.h"

static const struct hg_flight *asked(enum hg_errand_kind kind)
{
	return rig.sent[errand(kind)];
}

/* Of the i-th one GET /rate_limit is asked. */
static unsigned ask_about(unsigned i)
{
	hg_care_doubt(rig.d, credential(i), credential(i)->token, &rig.now);
	rig_turn(&rig);
	return errand(HG_ERRAND_ASK);
}

static const struct hg_field *field_of(const struct hg_flight *f, const char *name)
{
	for (uint32_t i = 0; i < f->n_fields; i++)
		if (hg_str_is_nocase(f->fields[i].name, hg_str(name)))
			return &f->fields[i];
	return NULL;
}

static void it_says_which_api_it_speaks(void **state)
{
	(void)state;
	static const char *const permissions[] = { "issues" }, *const levels[] = { "read" };

	add_app("app")->app.permissions = (struct hg_option_map){
		.keys = (const char **)permissions, .values = (const char **)levels, .n = 1
	};
	add_token("a"), begin();
	ask_about(1);
	const struct hg_flight *m = asked(HG_ERRAND_MINT), *ask = asked(HG_ERRAND_ASK);
	assert_true(hg_str_is(m->ask.method, HG_STR("POST")));
	assert_true(hg_str_is(field_of(m, "Accept")->value, HG_STR("application/vnd.github+json")));
	assert_non_null(field_of(m, "X-GitHub-Api-Version"));
	assert_true(hg_str_is(field_of(m, "Content-Type")->value, HG_STR("application/json")));
	assert_int_equal(m->ask.body.bytes, strlen("{\"permissions\":{\"issues\":\"read\"}}"));
	assert_true(hg_str_is(ask->ask.method, HG_STR("GET")));
	assert_null(field_of(ask, "Content-Type")); /* it has no body */
	assert_int_equal(ask->ask.body.n, 0);
}

static void it_costs_no_points_but_for_a_name(void **state)
{
	(void)state;
	add_token("a")->identity = NULL;
	add_token("b")->identity = NULL;
	begin();
	assert_int_equal(asked(HG_ERRAND_NAME)->cost, 1);
	assert_int_equal(core_of(0)->in_flight, 1);
	reply_with(0, rig_head(200, NULL), "{\"id\":1}");
	ask_about(0);
	assert_int_equal(asked(HG_ERRAND_ASK)->cost, 0);
	assert_int_equal(core_of(0)->in_flight, 0);
}

static void it_goes_past_a_budget_that_is_spent_and_past_the_queue(void **state)
{
	(void)state;
	add_token("a"), begin();
	set_budget(0, 5000, 0, 300);
	ask_about(0);
	assert_int_equal(rig.n_sent, 1);
}

static void it_counts_among_what_is_under_way(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	add_token("a"), begin();
	unsigned i = ask_about(0);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");

	assert_true(hg_identity_is_busy(credential(0)->identity));
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 1);
	rig_reply(&rig, i, rig_head(200, NULL));
	assert_int_equal(hg_dispatcher_in_flight(rig.d), 1); /* the request */
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(t, 200);
}

static enum hg_stop stop_of(const struct hg_ticket *t)
{
	return ((const struct hg_flight *)t->flight)->waits.why;
}

static void who_can_not_make_it_behind_its_last_place_hears_at_once(void **state)
{
	(void)state;
	rig.snapshot.dispatch.max_concurrent = 1;
	add_app("app"), begin();
	mint("ghs_a");
	credential(0)->identity->max_per_hour = 3;
	int64_t due_us = hg_app_token_due_us(credential(0)->app); /* the old one is good still */
	rig_advance(&rig, due_us - 10 * SEC - rig.now.mono_us);
	struct hg_ticket *first = rig_ask(&rig, "GET", "/x");
	struct hg_ticket *hurried = rig_ask(&rig, "GET", "/y");
	struct hg_ticket *patient = rig_ticket(&rig, "GET", "/z", HG_CLASS_HIGH);

	hg_dispatcher_on_connected(rig.d, rig.sent[1], &rig.now);
	patient->ask.deadline_us += 3600 * SEC;
	rig_submit(&rig, patient);
	assert_int_equal(stop_of(patient), HG_STOP_NONE); /* for its turn */
	rig_advance(&rig, 10 * SEC);
	assert_int_equal(asked(HG_ERRAND_MINT)->ledger->identity->hour_sent, 3);
	rig_expect_refused(hurried, 429, "no_budget");
	assert_int_equal(patient->state, HG_TICKET_PARKED);
	assert_int_equal(stop_of(patient), HG_STOP_CAP);
	hg_ticket_unref(patient);
	hg_ticket_unref(first);
}

static void who_waits_for_its_connection_goes_when_it_ends(void **state)
{
	(void)state;
	upstream()->max_connections = 1;
	upstream()->http2 = false;
	add_token("a"), begin();
	unsigned i = ask_about(0);
	struct hg_ticket *t = ask_as_client("/x"); /* of another pool */

	assert_int_equal(t->state, HG_TICKET_QUEUED);
	assert_int_equal(stop_of(t), HG_STOP_SLOT);
	rig_reply(&rig, i, rig_head(200, NULL));
	assert_int_equal(t->state, HG_TICKET_SENT);
	hg_ticket_unref(t);
}

static void a_mint_counts_as_one_and_opens_no_gap_between_writes(void **state)
{
	(void)state;
	rig.snapshot.secondary.write_gap_us = SEC;
	rig.snapshot.secondary.mints_an_hour = 1;
	add_app("app"), begin();
	const struct hg_spend mints = { .is_mint = true, .points = 5 };
	assert_true(asked(HG_ERRAND_MINT)->spend.is_mint);
	mint("ghs_a");
	assert_true(
		hg_secondary_opens_us(credential(0)->identity->secondary, &rig.snapshot.secondary,
			&mints, rig.now.mono_us, NULL) > rig.now.mono_us);
	struct hg_ticket *t = rig_ask(&rig, "POST", "/x");
	assert_int_equal(t->state, HG_TICKET_SENT); /* it waits for no gap */
	hg_ticket_unref(t);
}

static void it_is_not_tried_again_by_itself(void **state)
{
	(void)state;
	add_token("a"), begin();
	unsigned i = ask_about(0);

	rig_end(&rig, i, HG_EIO, false);
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, 4 * SEC);
	assert_int_equal(rig.n_sent, 1);
}

static void one_that_hangs_is_cut_and_was_not_answered(void **state)
{
	(void)state;
	add_token("a"), begin();
	unsigned i = ask_about(0);

	rig_answer(&rig, i, rig_head(401, NULL)); /* the head alone is not all of it */
	rig_advance(&rig, 15 * SEC);
	assert_int_equal(rig.n_aborted, 1);
	assert_int_equal(credential(0)->health, HG_HEALTH_GOOD);
	assert_int_equal(n_news, 0);
}

static void it_opens_no_breaker(void **state)
{
	(void)state;
	rig.snapshot.dispatch.breaker_failures = 1;
	rig.snapshot.dispatch.breaker_open_us = 10 * SEC;
	add_token("a"), begin();
	rig_end(&rig, ask_about(0), HG_EIO, true);
	assert_int_equal(told("upstream.down"), 0);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/x");
	assert_int_equal(t->state, HG_TICKET_SENT);
	hg_ticket_unref(t);
}

static void a_credential_has_one_at_a_time(void **state)
{
	(void)state;
	add_token("a"), begin();
	ask_about(0);
	hg_care_doubt(rig.d, credential(0), credential(0)->token, &rig.now);
	hg_care_run(rig.d, credential(0), &rig.now);
	rig_advance(&rig, SEC);
	assert_int_equal(rig.n_sent, 1);
}

static void it_goes_to_the_github_of_its_credential(void **state)
{
	(void)state;
	add_token("a");
	rig.snapshot.upstreams[1] = *upstream();
	rig.snapshot.upstreams[1].name = "other";
	rig.snapshot.upstreams[1].base_url = "https://other.example/api/v3";
	rig.snapshot.n_upstreams = 2;
	begin();
	struct hg_credential *there = rig_own_at(&rig, 1);

	assert_ptr_not_equal(there, credential(0)); /* one token, two places: two credentials */
	hg_care_doubt(rig.d, there, there->token, &rig.now);
	rig_turn(&rig);
	assert_int_equal(asked(HG_ERRAND_ASK)->ask.upstream, 1);
}

static void an_answer_as_long_as_may_be_is_kept_and_a_longer_one_is_not(void **state)
{
	(void)state;
	static char bytes[HG_ERRAND_BODY_MOST];
	struct hg_credential cred = { 0 };
	struct hg_errand *e = hg_alloc0(sizeof(*e));
	struct hg_chunk *all = hg_chunk_new((struct hg_str){ bytes, sizeof(bytes) });
	struct hg_chunk *one = hg_chunk_new(HG_STR("x"));

	e->credential = &cred;
	hg_text_init(&e->body);
	hg_errand_add(e, all);
	assert_false(e->is_too_long);
	hg_errand_add(e, one);
	assert_true(e->is_too_long);
	assert_int_equal(e->body.n, HG_ERRAND_BODY_MOST);
	hg_errand_free(e);
	hg_chunk_unref(all);
	hg_chunk_unref(one);
}

static void each_kind_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(hg_errand_name(HG_ERRAND_MINT), "mint");
	assert_string_equal(hg_errand_name(HG_ERRAND_ASK), "ask");
	assert_string_equal(hg_errand_name(HG_ERRAND_NAME), "name");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_says_which_api_it_speaks),
		T(it_costs_no_points_but_for_a_name),
		T(it_goes_past_a_budget_that_is_spent_and_past_the_queue),
		T(it_counts_among_what_is_under_way),
		T(who_can_not_make_it_behind_its_last_place_hears_at_once),
		T(who_waits_for_its_connection_goes_when_it_ends),
		T(a_mint_counts_as_one_and_opens_no_gap_between_writes),
		T(it_is_not_tried_again_by_itself),
		T(one_that_hangs_is_cut_and_was_not_answered),
		T(it_opens_no_breaker),
		T(a_credential_has_one_at_a_time),
		T(it_goes_to_the_github_of_its_credential),
		T(an_answer_as_long_as_may_be_is_kept_and_a_longer_one_is_not),
		cmocka_unit_test(each_kind_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

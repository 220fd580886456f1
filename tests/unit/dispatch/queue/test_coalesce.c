#include "../one_rig.h"

static void equal_reads_share_one_fetch_and_one_of_them_leads(void **state)
{
	(void)state;
	struct hg_ticket *t[5];
	struct hg_head_note note;
	unsigned leads = 0, shared = 0;

	for (unsigned i = 0; i < 5; i++)
		t[i] = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 1);
	rig_reply(&rig, 0, rig_head(200, NULL));
	for (unsigned i = 0; i < 5; i++) {
		struct hg_head *h = hg_ticket_take_head(t[i], &note);
		assert_int_equal(h->status, 200);
		shared += note.shared;
		hg_head_unref(h);
		assert_int_equal(rig_body(t[i]), 10);
		leads += rig_end_of(t[i]).lead;
		hg_ticket_unref(t[i]);
	}
	assert_int_equal(leads, 1);
	assert_int_equal(shared, 4);
}

static void a_late_follower_gets_the_head_and_all_pieces(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_piece(&rig, 0, 100);
	rig_piece(&rig, 0, 200);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 1);
	assert_int_equal(rig_body(b), 300);
	rig_piece(&rig, 0, 50);
	rig_end(&rig, 0, 0, true);
	assert_int_equal(rig_body(a), 350);
	assert_int_equal(rig_body(b), 50);
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
}

static void a_body_over_the_bound_is_not_shared_any_more(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");

	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_piece(&rig, 0, 1001);
	assert_int_equal(rig.sent[0]->kept.n, 0);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 2);
	rig_end(&rig, 0, 0, true);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
}

static void a_finished_fetch_is_not_joined(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");

	rig_reply(&rig, 0, rig_head(200, NULL));
	struct hg_ticket *b = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 2);
	rig_expect_whole(a, 200);
	hg_ticket_unref(b);
}

static void when_the_leader_leaves_the_next_one_leads(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/a"),
			 *c = rig_ask(&rig, "GET", "/a");

	hg_dispatcher_cancel(rig.d, a, &rig.now);
	rig_answer(&rig, 0, rig_head(200, NULL));
	rig_end(&rig, 0, 0, true);
	assert_true(rig_end_of(b).lead);
	assert_false(rig_end_of(c).lead);
	assert_int_equal(rig.n_aborted, 0);
	hg_ticket_unref(a);
	hg_ticket_unref(b);
	hg_ticket_unref(c);
}

static void a_better_class_takes_the_waiting_flight_with_it(void **state)
{
	(void)state;
	rig_learn(&rig, 5000, 4999, 3600);
	rig.snapshot.dispatch.max_concurrent = 0;
	rig_reconfigure(&rig);
	struct hg_ticket *low = rig_ticket(&rig, "GET", "/a", HG_CLASS_LOW);
	struct hg_ticket *normal = rig_ticket(&rig, "GET", "/b", HG_CLASS_NORMAL);
	rig_submit(&rig, low);
	rig_submit(&rig, normal);
	struct hg_ticket *high = rig_ask(&rig, "GET", "/a");
	rig.snapshot.dispatch.max_concurrent = 90;
	rig_reconfigure(&rig);
	hg_dispatcher_adopt(rig.d, &rig.snapshot);
	rig_turn(&rig);
	assert_int_equal(rig.n_sent, 3);
	assert_true(hg_str_is(rig.sent[1]->ask.path, HG_STR("/a")));
	hg_ticket_unref(low);
	hg_ticket_unref(normal);
	hg_ticket_unref(high);
}

static void followers_see_an_error_only_when_the_retries_are_used_up(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a"), *b = rig_ask(&rig, "GET", "/a");

	for (unsigned i = 0; i < 4; i++) {
		assert_false(rig_has_ended(a) || rig_has_ended(b));
		assert_int_equal(rig.n_sent, i + 1);
		rig_end(&rig, i, HG_EIO, true);
		rig_advance(&rig, 5 * SEC);
	}
	rig_expect_refused(a, 502, "upstream_unreachable");
	rig_expect_refused(b, 502, "upstream_unreachable");
}

static void a_follower_may_join_while_a_retry_rests(void **state)
{
	(void)state;
	struct hg_ticket *a = rig_ask(&rig, "GET", "/a");

	rig_end(&rig, 0, HG_EIO, true);
	struct hg_ticket *b = rig_ask(&rig, "GET", "/a");
	assert_int_equal(rig.n_sent, 1);
	rig_advance(&rig, SEC);
	rig_reply(&rig, 1, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
}

/* -- keys: what makes two requests differ ------------------------------------------------------ */

static struct hg_ask base_ask(void)
{
	static const struct hg_field fields[] = { { { "Accept", 6 }, { "text/x", 6 } } };

	return (struct hg_ask){ .method = HG_STR("GET"),
		.path = HG_STR("/a"),
		.query = HG_STR("b=c"),
		.fields = fields,
		.n_fields = 1,
		.is_safe = true };
}

static bool same_key(const struct hg_ask *x, const struct hg_ask *y, struct hg_scope cred_y,
	const struct hg_snapshot *snapshot_y)
{
	uint8_t kx[16], ky[16];

	assert_true(hg_coalesce_key(x, &rig.snapshot, (struct hg_scope){ { 0 } }, kx));
	assert_true(hg_coalesce_key(y, snapshot_y, cred_y, ky));
	return !memcmp(kx, ky, 16);
}

static void any_difference_in_what_is_asked_keeps_requests_apart(void **state)
{
	(void)state;
	static const struct hg_field raw[] = { { { "Accept", 6 }, { "raw", 3 } } };
	static const struct hg_field split[] = { { { "Accep", 5 }, { "ttext/x", 7 } } };
	const struct hg_ask a = base_ask();
	struct hg_scope none = { { 0 } };
	struct hg_ask b = a;

	assert_true(same_key(&a, &b, none, &rig.snapshot));
	b.method = HG_STR("HEAD");
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.path = HG_STR("/ab=c"), b.query = HG_STR("");
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.query = HG_STR("b=d");
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.fields = raw;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.fields = split;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.n_fields = 0;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.scope.bytes[3] = 1;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.url = HG_STR("https://x");
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.entrance = (enum hg_github_entrance)1;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.left_out = 1;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a, b.owns_validators = true;
	assert_false(same_key(&a, &b, none, &rig.snapshot));
	b = a;
	assert_false(same_key(&a, &b, (struct hg_scope){ { 1 } }, &rig.snapshot));
	struct hg_snapshot newer = { .generation = 2 };
	assert_false(same_key(&a, &b, none, &newer));
}

static void writes_and_bodies_are_never_shared(void **state)
{
	(void)state;
	struct hg_ask a = base_ask();
	uint8_t key[16];

	a.is_safe = false;
	assert_false(hg_coalesce_key(&a, &rig.snapshot, (struct hg_scope){ { 0 } }, key));
	a.is_safe = true;
	hg_chunks_add(&a.body, hg_chunk_new(HG_STR("x")));
	assert_false(hg_coalesce_key(&a, &rig.snapshot, (struct hg_scope){ { 0 } }, key));
	hg_chunks_clear(&a.body);
	struct hg_ticket *p = rig_ask(&rig, "POST", "/a"), *q = rig_ask(&rig, "POST", "/a");
	assert_int_equal(rig.n_sent, 2);
	hg_ticket_unref(p);
	hg_ticket_unref(q);
}

static struct hg_ticket *ask_graphql(bool is_query, const char *body)
{
	struct hg_ticket *t = rig_ticket(&rig, "POST", "/graphql", HG_CLASS_HIGH);

	hg_chunks_add(&t->ask.body, hg_chunk_new(hg_str(body)));
	t->ask.graphql.is_read = true;
	t->ask.graphql.is_query = t->ask.is_safe = is_query;
	t->ask.graphql.body[0] = (uint8_t)body[0];
	rig_submit(&rig, t);
	return t;
}

static void equal_graphql_queries_share_one_fetch(void **state)
{
	(void)state;
	struct hg_ticket *a = ask_graphql(true, "a"), *b = ask_graphql(true, "a");
	assert_int_equal(rig.n_sent, 1);
	struct hg_ticket *c = ask_graphql(true, "c"), *d = ask_graphql(false, "a");
	assert_int_equal(rig.n_sent, 3);
	rig_reply(&rig, 0, rig_head(200, NULL));
	rig_expect_whole(a, 200);
	rig_expect_whole(b, 200);
	hg_ticket_unref(c);
	hg_ticket_unref(d);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(equal_reads_share_one_fetch_and_one_of_them_leads),
		T(a_late_follower_gets_the_head_and_all_pieces),
		T(a_body_over_the_bound_is_not_shared_any_more),
		T(a_finished_fetch_is_not_joined),
		T(when_the_leader_leaves_the_next_one_leads),
		T(a_better_class_takes_the_waiting_flight_with_it),
		T(followers_see_an_error_only_when_the_retries_are_used_up),
		T(a_follower_may_join_while_a_retry_rests),
		T(any_difference_in_what_is_asked_keeps_requests_apart),
		T(writes_and_bodies_are_never_shared),
		T(equal_graphql_queries_share_one_fetch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

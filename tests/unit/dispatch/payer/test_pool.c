#include "../rig.h"

static struct hg_pools all;
static struct hg_snapshot conf; /* the one in force */
static struct hg_dice dice = { 5 };

/* One upstream, with this token. */
static struct hg_snapshot conf_of(const char *alias, struct hg_secret *token)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.dispatch.max_requests_per_hour = 3,
		.upstreams = { { .name = "main",
			.base_url = "https://api.github.com",
			.credentials = { { .alias = alias, .token = token } } } } };

	hg_snapshot_set_origins(&s);
	return s;
}

static struct hg_pool *own_pool(void)
{
	return hg_pools_find(&all, &(struct hg_ask){ 0 }, &conf);
}

static struct hg_credential *own(void)
{
	return own_pool()->payers[0].credential;
}

static int setup(void **state)
{
	(void)state;
	hg_pools_init(&all);
	conf = conf_of("main", NULL);
	hg_pools_adopt(&all, &conf);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_pools_fini(&all);
	return 0;
}

static void nothing_to_forget(void *arg, struct hg_pool *pool)
{
	(void)pool;
	if (arg)
		++*(unsigned *)arg;
}

static struct hg_pool *find(struct hg_secret *token, uint32_t who)
{
	struct hg_ask ask = { .token = token };

	memcpy(ask.scope.bytes, &who, sizeof(who));
	return hg_pools_find(&all, &ask, &conf);
}

static void the_own_credential_may_have_no_token(void **state)
{
	(void)state;
	assert_null(own()->token);
	assert_ptr_equal(find(NULL, 7), own_pool());
}

static void what_goes_to_another_host_is_nobodys(void **state)
{
	(void)state;
	struct hg_ask ask = { .url = HG_STR("https://objects.example/x") };
	const struct hg_pool *pool = hg_pools_find(&all, &ask, &conf);

	assert_ptr_not_equal(pool, own_pool());
	assert_null(pool->payers[0].credential->token);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_ptr_equal(hg_pools_find(&all, &ask, &conf), pool);
}

static void a_clients_token_is_the_same_credential_each_time(void **state)
{
	(void)state;
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	struct hg_pool *a = find(token, 1), *b = find(token, 2);

	assert_ptr_not_equal(a, b);
	assert_ptr_not_equal(a, own_pool());
	assert_ptr_equal(find(token, 1), a);
	assert_string_equal(a->payers[0].credential->label, "passthrough");
	assert_string_not_equal(a->payers[0].credential->alias, b->payers[0].credential->alias);
	hg_secret_unref(token);
}

static void the_longest_unused_token_is_forgotten_but_not_one_in_use(void **state)
{
	(void)state;
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	struct hg_pool *busy = find(token, 1), *again = find(token, 2);
	unsigned forgotten = 0;

	busy->n_flights = 1;
	for (uint32_t i = 3; i < HG_PASSTHROUGH_MOST + 3; i++)
		find(token, i);
	assert_ptr_equal(find(token, 2), again); /* used just now */
	hg_pools_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 2);
	assert_int_equal(all.n_passthrough, HG_PASSTHROUGH_MOST);
	assert_ptr_equal(find(token, 1), busy);
	assert_ptr_equal(find(token, 2), again);
	assert_int_equal(all.n_passthrough, HG_PASSTHROUGH_MOST);
	busy->n_flights = 0;
	hg_secret_unref(token);
}

static void a_replaced_own_token_lives_until_its_last_flight(void **state)
{
	(void)state;
	struct hg_pool *old = own_pool();
	struct hg_secret *token = hg_secret_new(HG_STR("x"));
	unsigned forgotten = 0;

	old->n_flights = 1;
	conf = conf_of("main", token);
	hg_pools_adopt(&all, &conf);
	assert_ptr_not_equal(own_pool(), old);
	hg_pools_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 0);
	old->n_flights = 0;
	hg_pools_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 1);
	hg_secret_unref(token);
}

static void a_token_of_before_a_reload_still_pays_for_what_began_with_it(void **state)
{
	(void)state;
	struct hg_secret *old = hg_secret_new(HG_STR("old")), *now = hg_secret_new(HG_STR("new"));
	struct hg_secret *same = hg_secret_new(HG_STR("new"));
	const struct hg_snapshot before = conf_of("before", old), again = conf_of("main", same);
	const struct hg_ask ask = { 0 };
	unsigned forgotten = 0;

	conf = conf_of("main", now);
	hg_pools_adopt(&all, &before);
	hg_pools_adopt(&all, &conf);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_replaced, 0);
	const struct hg_pool *was = hg_pools_find(&all, &ask, &before);
	assert_ptr_equal(was->payers[0].credential->token, old);
	assert_string_equal(was->payers[0].credential->alias, "before");
	assert_ptr_equal(hg_pools_find(&all, &ask, &before), was);
	assert_ptr_equal(hg_pools_find(&all, &ask, &conf), own_pool());
	assert_ptr_equal(hg_pools_find(&all, &ask, &again), own_pool());
	assert_ptr_equal(own()->token, now);
	assert_int_equal(all.n_replaced, 1);
	hg_pools_trim(&all, nothing_to_forget, &forgotten);
	assert_int_equal(forgotten, 1);
	assert_int_equal(all.n_replaced, 0);
	hg_secret_unref(old);
	hg_secret_unref(now);
	hg_secret_unref(same);
}

static void ledgers_are_bounded_and_odd_names_are_core(void **state)
{
	(void)state;
	struct hg_ledger *core = hg_identity_ledger(own()->identity, HG_STR("core"));
	char name[16];

	assert_ptr_equal(hg_identity_ledger(own()->identity, HG_STR("Core!")), core);
	assert_ptr_equal(hg_identity_ledger(own()->identity, (struct hg_str){ 0 }), core);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		assert_non_null(hg_identity_ledger(own()->identity, hg_str(name)));
	}
	assert_int_equal(own()->identity->n_ledgers, HG_LEDGERS_MOST);
}

static void blocks_without_a_time_double_up_to_a_quarter_of_an_hour(void **state)
{
	(void)state;
	static const int64_t wants_s[] = { 60, 120, 240, 480, 900, 900 };
	struct hg_identity *id = own()->identity;
	int64_t now_us = 0;

	for (unsigned i = 0; i < 6; i++) {
		hg_identity_block(id, -1, now_us, &dice);
		assert_in_range(id->blocked_us - now_us, wants_s[i] * SEC, (wants_s[i] + 1) * SEC);
		hg_identity_block(id, 5 * SEC, now_us, &dice); /* of the same storm */
		assert_in_range(id->blocked_us - now_us, wants_s[i] * SEC, (wants_s[i] + 1) * SEC);
		now_us = id->blocked_us;
	}
	hg_identity_forgive(id, now_us - 1); /* sent before it: says nothing */
	assert_int_equal(id->n_blocks, 6);
	hg_identity_forgive(id, now_us);
	hg_identity_block(id, -1, now_us, &dice);
	assert_in_range(id->blocked_us - now_us, 60 * SEC, 61 * SEC);
}

static void the_cap_counts_a_fixed_hour(void **state)
{
	(void)state;
	struct hg_identity *id = own()->identity;
	int64_t began_us = 500 * SEC;

	for (unsigned i = 0; i < 3; i++) {
		assert_true(hg_identity_cap_us(id, began_us + i) <= began_us + i);
		hg_identity_count(id, began_us + i);
	}
	assert_int_equal(hg_identity_cap_us(id, began_us + 9), began_us + 3600 * SEC);
	id->max_per_hour = 0; /* no cap */
	assert_int_equal(hg_identity_cap_us(id, began_us + 9), began_us + 9);
	id->max_per_hour = 3;
	assert_int_equal(hg_identity_cap_us(id, began_us + 3600 * SEC), began_us + 3600 * SEC);
	hg_identity_count(id, began_us + 3600 * SEC);
	assert_int_equal(id->hour_sent, 1);
}

/* -- several credentials ----------------------------------------------------------------------- */

static const char *acme[] = { "acme" }, *other[] = { "Other" };
static struct hg_secret *tokens[3];

/* "a" of acme, "b" of other, both of one user, and "c" that sees anybody's. */
static struct hg_snapshot conf_of_three(void)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams = { { .name = "main",
			.base_url = "https://api.github.com",
			.n_credentials = 3,
			.credentials = {
				{ .alias = "a", .identity = "user", .owners = { acme, 1 } },
				{ .alias = "b", .identity = "user", .owners = { other, 1 } },
				{ .alias = "c" } } } } };

	for (unsigned i = 0; i < 3; i++) {
		char text[] = { "ghp_0" };
		text[4] += (char)i;
		if (!tokens[i])
			tokens[i] = hg_secret_new(hg_str(text));
		s.upstreams[0].credentials[i].token = tokens[i];
	}
	hg_snapshot_set_origins(&s);
	return s;
}

static int teardown_three(void **state)
{
	teardown(state);
	for (unsigned i = 0; i < 3; i++) {
		hg_secret_unref(tokens[i]);
		tokens[i] = NULL;
	}
	return 0;
}

static uint64_t fit_of(const char *path)
{
	return hg_pool_fit(own_pool(), &(struct hg_ask){ .path = hg_str(path) }, 0);
}

static void tokens_of_one_identity_have_one_budget(void **state)
{
	(void)state;
	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	const struct hg_pool *pool = own_pool();

	assert_int_equal(pool->n_payers, 3);
	assert_ptr_equal(
		pool->payers[0].credential->identity, pool->payers[1].credential->identity);
	assert_ptr_not_equal(
		pool->payers[0].credential->identity, pool->payers[2].credential->identity);
	assert_string_equal(pool->payers[1].credential->identity->name, "user");
	assert_string_equal(pool->payers[2].credential->identity->name, "c");
}

/* Else each of the two would be believed to have a budget of its own. */
static void a_reload_may_say_that_two_tokens_are_one_users(void **state)
{
	(void)state;
	conf = conf_of_three();
	for (unsigned i = 0; i < 2; i++)
		conf.upstreams[0].credentials[i].identity = NULL;
	hg_pools_adopt(&all, &conf);
	const struct hg_payer *payers = own_pool()->payers;
	struct hg_identity *first = payers[0].credential->identity;
	assert_ptr_not_equal(first, payers[1].credential->identity);

	conf = conf_of_three(); /* the same tokens: the same pool */
	hg_pools_adopt(&all, &conf);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_ptr_equal(own_pool()->payers, payers);
	assert_ptr_equal(payers[0].credential->identity, first); /* with its ledgers */
	assert_ptr_equal(payers[1].credential->identity, first);
	assert_ptr_not_equal(payers[2].credential->identity, first);

	conf.upstreams[0].credentials[1].identity = "another";
	hg_pools_adopt(&all, &conf);
	assert_ptr_equal(payers[1].credential->identity, first); /* until a restart */
}

static void who_fits_is_said_by_the_owners(void **state)
{
	(void)state;
	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	assert_int_equal(fit_of("/repos/acme/x/issues"), 5);
	assert_int_equal(fit_of("/repos/ACME"), 5);
	assert_int_equal(fit_of("/orgs/other/repos"), 6);
	assert_int_equal(fit_of("/repos/acmes/x"), 4);
	assert_int_equal(fit_of("/users/nobody"), 4);
	assert_int_equal(fit_of("/search/issues"), 7);
	assert_int_equal(fit_of("/rate_limit"), 7);

	conf.upstreams[0].credentials[2].owners = (struct hg_option_list){ other, 1 };
	hg_pools_adopt(&all, &conf); /* owners are no secret: the same pool, seen anew */
	assert_int_equal(fit_of("/repos/acme/x"), 1);
	assert_int_equal(fit_of("/repos/nobody/x"), 7); /* nobody fits: GitHub may say so */
}

static void a_line_is_a_resource_and_who_may_pay(void **state)
{
	(void)state;
	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	struct hg_line *line = hg_pool_line(own_pool(), HG_STR("core"), 5);
	char buf[64];

	assert_ptr_equal(hg_pool_line(own_pool(), HG_STR("core"), 5), line);
	assert_ptr_not_equal(hg_pool_line(own_pool(), HG_STR("core"), 4), line);
	assert_ptr_not_equal(hg_pool_line(own_pool(), HG_STR("search"), 5), line);
	assert_string_equal(hg_line_payers(line, buf), "2 credentials");
	struct hg_payer *p = hg_line_payer(line, NULL);
	assert_string_equal(p->credential->alias, "a");
	p = hg_line_payer(line, p);
	assert_string_equal(p->credential->alias, "c");
	assert_null(hg_line_payer(line, p));
	for (uint64_t i = 0; i < 2 * HG_LINES_MOST; i++)
		assert_non_null(hg_pool_line(own_pool(), HG_STR("core"), i + 8));
	assert_int_equal(own_pool()->n_lines, HG_LINES_MOST);
}

static void a_line_in_which_nothing_is_gives_its_place_to_another(void **state)
{
	(void)state;
	struct hg_line *line;

	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	for (uint64_t i = 0; i < HG_LINES_MOST; i++) {
		line = hg_pool_line(own_pool(), HG_STR("core"), i + 1);
		line->n_flights = i != 99;
	}
	line = hg_pool_line(own_pool(), HG_STR("search"), 5);
	assert_string_equal(line->resource, "search");
	assert_int_equal(line->fit, 5);
	line->n_flights = 1;
	/* all are in use: of those who may pay for it */
	line = hg_pool_line(own_pool(), HG_STR("search"), 6);
	assert_true(line->fit && !(line->fit & ~UINT64_C(6)));
	assert_int_equal(own_pool()->n_lines, HG_LINES_MOST);
}

static void a_reload_that_adds_a_token_keeps_the_ledgers_of_the_others(void **state)
{
	(void)state;
	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	struct hg_pool *before = own_pool();
	struct hg_ledger *l =
		hg_identity_ledger(before->payers[0].credential->identity, HG_STR("core"));

	conf.upstreams[0].n_credentials = 2;
	hg_snapshot_set_origins(&conf);
	hg_pools_adopt(&all, &conf);
	assert_ptr_not_equal(own_pool(), before);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_ptr_equal(hg_identity_ledger(own()->identity, HG_STR("core")), l);
	assert_int_equal(hg_map_n(all.credentials), 3); /* a, b, elsewhere */
}

static void a_thousand_reloads_that_change_owners_keep_no_more_of_them_than_one(void **state)
{
	(void)state;
	conf = conf_of_three();
	hg_pools_adopt(&all, &conf);
	const size_t once = own_pool()->owners.used_bytes;
	assert_true(once > 0);

	for (unsigned i = 0; i < 1000; i++) {
		conf.upstreams[0].credentials[0].owners =
			(struct hg_option_list){ i % 2 ? acme : other, 1 };
		hg_pools_adopt(&all, &conf);
	}
	assert_true(own_pool()->owners.used_bytes <= once + 32);
	assert_int_equal(fit_of("/repos/acme/x"), 5);
	assert_int_equal(fit_of("/repos/other/x"), 6);
	conf.upstreams[0].credentials[1].owners.n = 0; /* of one, and the others keep theirs */
	hg_pools_adopt(&all, &conf);
	assert_int_equal(fit_of("/repos/acme/x"), 7);
	assert_int_equal(fit_of("/repos/nobody/x"), 6);
}

/* -- identities that nobody spends any more ---------------------------------------------------- */

/* Three of one GitHub, each of its own pool, the first two of "w"; `n` of them. */
static struct hg_snapshot conf_of_pools(uint32_t n)
{
	static const char *const names[] = { "x", "y", "z" };
	struct hg_snapshot s = conf_of_three();
	struct hg_upstream_conf first = s.upstreams[0];

	s.n_upstreams = n;
	for (uint32_t i = 0; i < n; i++) {
		struct hg_upstream_conf *u = &s.upstreams[i];
		*u = first;
		u->name = names[i];
		u->n_credentials = 1;
		u->credentials[0] = (struct hg_credential_conf){
			.alias = names[i], .identity = i < 2 ? "w" : "i", .token = tokens[i]
		};
	}
	hg_snapshot_set_origins(&s);
	return s;
}

/* "w", of which "x" went to "i" and "y" is gone, with one of "x" under way. */
static struct hg_identity *leave_an_orphan(void)
{
	conf = conf_of_pools(3);
	hg_pools_adopt(&all, &conf);
	struct hg_identity *w = own()->identity;

	w->n_flights = 1;
	conf.upstreams[0].credentials[0].identity = "i";
	conf.upstreams[1] = conf.upstreams[2];
	conf.n_upstreams = 2;
	hg_pools_adopt(&all, &conf);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_string_equal(own()->identity->name, "i");
	assert_int_equal(w->n_credentials, 0);
	return w;
}

static void an_identity_that_its_last_credential_left_goes_with_its_last_flight(void **state)
{
	(void)state;
	struct hg_identity *w = leave_an_orphan();

	assert_int_equal(all.n_orphans, 1);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_orphans, 1);
	w->n_flights = 0;
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_orphans, 0);
	assert_int_equal(hg_map_n(all.identities), 2); /* "i" and elsewhere */
}

static void one_that_gets_a_credential_again_is_no_orphan(void **state)
{
	(void)state;
	struct hg_identity *w = leave_an_orphan();

	conf = conf_of_pools(3);
	conf.upstreams[0].credentials[0].identity = "i";
	hg_pools_adopt(&all, &conf);
	assert_int_equal(w->n_credentials, 1);
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_orphans, 0);
	w->n_flights = 0;
	hg_pools_trim(&all, nothing_to_forget, NULL);
	assert_int_equal(all.n_orphans, 0); /* nor less than that */
	assert_int_equal(w->n_credentials, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define T3(f) cmocka_unit_test_setup_teardown(f, setup, teardown_three)

static int64_t expiry_said_by(const char *text)
{
	struct hg_field f = { HG_STR("GitHub-Authentication-Token-Expiration"), hg_str(text) };
	struct hg_secret *token = hg_secret_new(HG_STR("t"));
	struct hg_head *head = hg_head_new(200, &f, 1);
	struct hg_credential cred = { .token = token };

	hg_credential_note_expiry(&cred, head);
	int64_t us = cred.expires_us;
	cred = (struct hg_credential){ 0 };
	hg_credential_note_expiry(&cred, head);
	assert_int_equal(cred.expires_us, 0); /* without a token it is not about us */
	hg_head_unref(head);
	hg_secret_unref(token);
	return us;
}

static void a_tokens_end_is_what_github_says(void **state)
{
	(void)state;
	const int64_t day = INT64_C(1798675200) * 1000000; /* 2026-12-31 */

	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 UTC"), day);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 +0000"), day);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00 -0500"), 0);
	assert_int_equal(expiry_said_by("2026-12-31 00:00:00"), 0);
	assert_int_equal(expiry_said_by("2026-13-31 00:00:00 UTC"), 0);
	assert_int_equal(expiry_said_by("soon"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tokens_end_is_what_github_says),
		T(the_own_credential_may_have_no_token),
		T(what_goes_to_another_host_is_nobodys),
		T(a_clients_token_is_the_same_credential_each_time),
		T(the_longest_unused_token_is_forgotten_but_not_one_in_use),
		T(a_replaced_own_token_lives_until_its_last_flight),
		T(a_token_of_before_a_reload_still_pays_for_what_began_with_it),
		T(ledgers_are_bounded_and_odd_names_are_core),
		T(blocks_without_a_time_double_up_to_a_quarter_of_an_hour),
		T(the_cap_counts_a_fixed_hour),
		T3(tokens_of_one_identity_have_one_budget),
		T3(a_reload_may_say_that_two_tokens_are_one_users),
		T3(who_fits_is_said_by_the_owners),
		T3(a_line_is_a_resource_and_who_may_pay),
		T3(a_line_in_which_nothing_is_gives_its_place_to_another),
		T3(a_reload_that_adds_a_token_keeps_the_ledgers_of_the_others),
		T3(a_thousand_reloads_that_change_owners_keep_no_more_of_them_than_one),
		T3(an_identity_that_its_last_credential_left_goes_with_its_last_flight),
		T3(one_that_gets_a_credential_again_is_no_orphan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Disorder: whatever happens, in whatever order, nobody who could go is left waiting.
 *
 * The dispatcher looks at a pool only when something changed for it: a flight landed, a budget was
 * settled, a token came back, a moment was reached. An event that forgets to say so leaves requests
 * waiting beside a free place, until something else happens to look. Such a hole is in no single
 * function, so it is searched for: 1,500 steps drawn by lot (disorder_world.h), each of them one of
 *
 *     a request of any class, client and strategy     a reload: other tokens, other limits
 *     a head, a piece, an end, a broken connection    the wall clock jumps
 *     a client that leaves                            another strategy, by hand
 *     up to two minutes that pass                     somebody looks at `show`
 *     a piece of an upload, or its end
 *
 * After each, all pools are looked at by force: if that sends anything, a wake-up was missed, and
 * the test says what. Nor may it refuse anybody: what makes things worse, as an errand that takes
 * the last place under a cap, has told those who can not make it any more. Then all answers come,
 * and every request has to end.
 *
 * One test for each seed, and each seed must hold. All take about 4 s of work; with the address
 * sanitizer there are fewer, for the same.
 *
 *     unit-dispatch-disorder            seeds 1 … SEEDS, and those that found something
 *     unit-dispatch-disorder 4711       that one alone: to see a failure again, or to search on
 */
#include "disorder_world.h"
#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__) /* they take as long there */
#define SEEDS 20
#else
#define SEEDS 40
#endif

/* Each found a wake-up that was missed. */
static const uint64_t found[] = { 45, 1045, 1085, 2128, 3105 };
#define FOUND (sizeof(found) / sizeof(found[0]))

static struct {
	uint64_t seed;
	unsigned step;
	unsigned n_over, n_waited; /* flights that are over; steps with somebody in a queue */
} run;

/* -- nobody who could go waits ----------------------------------------------------------------- */

static void check_that_nothing_is_overlooked(void)
{
	unsigned n_sent = rig.n_sent, n_tickets = rig.d->n_tickets;
	int64_t next_us = rig.next_us - rig.now.mono_us;
	struct hg_pool *pool;

	HG_LIST_EACH(&rig.d->pools.all, pool, link)
	{
		hg_dispatcher_look_at(rig.d, pool);
	}
	rig_turn(&rig);
	for (unsigned i = n_sent; i < rig.n_sent; i++) {
		const struct hg_flight *f = rig.sent[i];
		if (f)
			print_error("it could go: %.*s of %.*s, class %d, cost %u, paid by %s\n",
				(int)f->ask.path.n, f->ask.path.p, (int)f->ask.client.n,
				f->ask.client.p, (int)f->klass, f->cost, f->credential->alias);
	}
	if (rig.n_sent > n_sent)
		fail_msg("seed %llu, step %u: nobody would have looked for %lld us",
			(unsigned long long)run.seed, run.step, (long long)next_us);
	if (rig.d->n_tickets < n_tickets)
		fail_msg("seed %llu, step %u: %u could not make it any more, and nobody had told "
			 "them",
			(unsigned long long)run.seed, run.step, n_tickets - rig.d->n_tickets);
}

/* -- steps ------------------------------------------------------------------------------------- */

/* Those that are over leave rig.sent, so that the i-th is one that is under way. */
static void tidy(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < rig.n_sent; i++)
		if (rig.sent[i])
			rig.sent[n++] = rig.sent[i];
	run.n_over += rig.n_sent - n;
	rig.n_sent = n;
}

/* A reply goes on, or ends, or breaks. */
static void go_on(unsigned i)
{
	if (one_in(2))
		piece(i, "abc");
	if (rig.sent[i])
		rig_end(&rig, i, one_in(8) ? HG_EIO : 0, true);
}

/* Its client sends a piece, or no more; upstream asks for what there is. */
static void go_up(unsigned i)
{
	struct hg_flight *f = rig.sent[i];
	struct hg_upload *u = f->ask.upload;
	char to[UPLOAD_WINDOW];
	bool has_room;

	hg_dispatcher_on_connected(rig.d, f, &rig.now);
	if (hg_upload_has_room(u))
		hg_upload_put(u, HG_STR("abc"));
	if (one_in(3))
		hg_upload_end(u);
	hg_dispatcher_feed(rig.d, hg_flight_lead(f));
	ssize_t taken = hg_upload_take(u, to, sizeof(to), &has_room);
	hg_dispatcher_on_upload(rig.d, f, taken, has_room, &rig.now);
	rig_turn(&rig);
}

static void answer(unsigned i)
{
	const struct hg_flight *f = rig.sent[i];
	const char *body = "{}";
	struct hg_head *head;

	if (f->is_uploading && hg_flight_lead(f) && !one_in(4)) {
		go_up(i);
		return;
	}
	if (f->head || f->transfer) {
		go_on(i);
		return;
	}
	if (one_in(6)) {
		rig_end(&rig, i, HG_EIO, one_in(2));
		return;
	}
	head = f->errand ? errand_answer(f->errand->kind, &body) : request_answer(&f->ask, &body);
	rig_answer(&rig, i, head);
	check_that_nothing_is_overlooked(); /* a head alone wakes others */
	if (rig.sent[i] != f || one_in(5))
		return; /* it goes on later, or times out */
	piece(i, body);
	if (rig.sent[i] == f && !one_in(4))
		rig_end(&rig, i, one_in(12) ? HG_EIO : 0, true);
}

static void leave(struct hg_ticket *t)
{
	hg_dispatcher_cancel(rig.d, t, &rig.now);
	rig_turn(&rig);
}

static void look(void)
{
	static const char *const words[] = { "tickets", "queues", "budgets", "credentials",
		"upstreams" };
	struct hg_text out;

	hg_text_init(&out);
	assert_true(hg_dispatcher_show(rig.d, words[below(5)], &rig.now, &out));
	hg_text_fini(&out);
	if (world.newest->n_strategies)
		assert_true(hg_dispatcher_set_strategy(
			rig.d, one_in(2) ? HG_STR("slow") : HG_STR("fast")));
	rig_turn(&rig);
}

static void change(void)
{
	if (one_in(6))
		configure();
	else if (one_in(3))
		rig.now.wall_us += ((int64_t)below(400) - 200) * SEC;
}

static void step(void)
{
	unsigned kind = below(12);

	tidy();
	if (kind < 4)
		submit();
	else if (kind < 8 && rig.n_sent)
		answer(below(rig.n_sent));
	else if (kind == 8 && world.n_tickets)
		leave(world.tickets[below(world.n_tickets)]); /* ended ones do not mind */
	else if (kind == 9)
		rig_advance(&rig, one_in(3) ? below(120) * SEC : below(3 * SEC));
	else if (kind == 10)
		change();
	else if (kind == 11)
		look();
	check_that_nothing_is_overlooked();
	run.n_waited += rig.d->n_in_state[HG_TICKET_QUEUED] || rig.d->n_in_state[HG_TICKET_PARKED];
}

/* -- a run ------------------------------------------------------------------------------------- */

/* GitHub is well from now on, and answers all. */
static void check_that_all_ends(void)
{
	for (unsigned round = 0; round < 400 && rig.d->n_tickets; round++) {
		tidy();
		for (unsigned i = 0; i < rig.n_sent; i++) {
			if (rig.sent[i] && !rig.sent[i]->head && !rig.sent[i]->errand)
				rig_answer(&rig, i, rig_head(200, NULL));
			if (rig.sent[i])
				rig_end(&rig, i, 0, true);
		}
		rig_advance(&rig, 20 * SEC);
	}
	if (rig.d->n_tickets)
		fail_msg("seed %llu: %u never ended", (unsigned long long)run.seed,
			rig.d->n_tickets);
}

static void nobody_who_could_go_waits(void **state)
{
	run.seed = *(const uint64_t *)*state;
	run.n_over = run.n_waited = 0;
	world.dice.state = run.seed;
	hg_dispatcher_seed(rig.d, run.seed);
	configure();
	for (run.step = 0; run.step < STEPS; run.step++)
		step();
	check_that_all_ends();
	assert_true(run.n_over > STEPS / 100); /* it was no idle one, and … */
	assert_true(run.n_waited > STEPS / 2); /* … nearly always somebody could be overlooked */
}

static void forget(void *arg, const char *topic, struct hg_str json)
{
	(void)arg, (void)topic, (void)json;
}

static int begin_disorder(void **state)
{
	const struct hg_news forgetting = { forget, NULL };
	char token[20];
	int rc = setup(state);

	hg_dispatcher_set_news(rig.d, &forgetting);
	memset(&world, 0, sizeof(world));
	for (unsigned i = 0; i < TOKENS; i++) {
		(void)snprintf(token, sizeof(token), "ghp_%u", i);
		world.tokens[i] = keep(hg_secret_new(hg_str(token)));
	}
	world.key = keep(hg_secret_new(HG_STR(RFC_KEY)));
	return rc;
}

static int end_disorder(void **state)
{
	for (unsigned i = 0; i < world.n_tickets; i++)
		hg_ticket_unref(world.tickets[i]);
	hg_snapshot_unref(world.older);
	hg_snapshot_unref(world.newest);
	return teardown(state);
}

static void drop_line(void *arg, const char *text, size_t n)
{
	(void)arg, (void)text, (void)n;
}

static struct CMUnitTest test_of(uint64_t *seed, char *ret_name, size_t size)
{
	(void)snprintf(
		ret_name, size, "nobody_who_could_go_waits, seed %llu", (unsigned long long)*seed);
	return (struct CMUnitTest){ ret_name, nobody_who_could_go_waits, begin_disorder,
		end_disorder, seed };
}

/* unit-dispatch-disorder [SEED]: that one alone. */
int main(int argc, char **argv)
{
	static uint64_t seeds[SEEDS + FOUND];
	static char names[SEEDS + FOUND][64];
	struct CMUnitTest all[SEEDS + FOUND], one[1];

	hg_log_set_sink(drop_line, NULL);
	if (argc > 1) {
		if (!hg_parse_u64(hg_str(argv[1]), &seeds[0]))
			return 2;
		one[0] = test_of(&seeds[0], names[0], sizeof(names[0]));
		return cmocka_run_group_tests(one, NULL, NULL);
	}
	for (unsigned i = 0; i < SEEDS + FOUND; i++) {
		seeds[i] = i < SEEDS ? i + 1 : found[i - SEEDS];
		all[i] = test_of(&seeds[i], names[i], sizeof(names[i]));
	}
	return cmocka_run_group_tests(all, NULL, NULL);
}

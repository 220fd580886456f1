#include "fixture.h"
#include <pthread.h>
#include "base/secret.h"

struct owner { /* what the owner's loop saw */
	struct fake fake;
	struct hg_ticket *ticket;
	unsigned n_news;
	bool lazy;                          /* takes nothing */
	void (*meanwhile)(struct owner *o); /* the dispatcher, in the middle of on_news */
	char seen[256];                     /* "200 ab cd end(0)" */
};

static void note(struct owner *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void note(struct owner *o, const char *fmt, ...)
{
	size_t n = strlen(o->seen);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(o->seen + n, sizeof(o->seen) - n, fmt, args);
	va_end(args);
}

static void take_all(struct owner *o)
{
	struct hg_head_note head_note;
	struct hg_head *head = hg_ticket_take_head(o->ticket, &head_note);
	struct hg_chunk *c;
	struct hg_ticket_end end;

	if (head)
		note(o, "%d ", head->status);
	hg_head_unref(head);
	while ((c = hg_ticket_take_chunk(o->ticket)) != NULL) {
		note(o, "%.*s ", (int)c->n, c->bytes);
		hg_chunk_unref(c);
	}
	if (hg_ticket_take_end(o->ticket, &end))
		note(o, "end(%d)", end.code);
}

static void on_news(struct hg_ticket *t)
{
	struct owner *o = t->arg;

	o->n_news++;
	if (o->meanwhile)
		o->meanwhile(o);
	if (!o->lazy)
		take_all(o);
}

static int setup(void **state)
{
	static struct owner o;

	o = (struct owner){ 0 };
	fake_init(&o.fake);
	o.ticket = hg_ticket_new(o.fake.owner, &o.fake.snapshot, on_news, &o);
	*state = &o;
	return 0;
}

static int teardown(void **state)
{
	struct owner *o = *state;

	hg_ticket_unref(o->ticket);
	fake_fini(&o->fake);
	return 0;
}

static void submit(struct owner *o)
{
	assert_true(hg_ticket_submit(o->ticket, &o->fake.port));
	fake_settle(&o->fake);
	assert_int_equal(o->fake.n_got, 1);
}

static void a_submitted_ticket_reaches_the_dispatcher(void **state)
{
	struct owner *o = *state;

	assert_true(hg_ticket_submit(o->ticket, &o->fake.port));
	assert_int_equal(o->fake.n_got, 0); /* a message, not a call */
	fake_settle(&o->fake);
	assert_ptr_equal(o->fake.got[0], o->ticket);
	assert_int_equal(o->ticket->refs, 2);
}

static void run_nothing(struct hg_message *m)
{
	(void)m;
}

static void a_full_mailbox_refuses_and_the_ticket_stays_its_owners(void **state)
{
	struct owner *o = *state;
	struct hg_message fill[FAKE_ROOM];

	for (int i = 0; i < FAKE_ROOM; i++) {
		fill[i] = (struct hg_message){ .run = run_nothing };
		assert_true(hg_loop_post(o->fake.port.loop, &fill[i]));
	}
	assert_false(hg_ticket_submit(o->ticket, &o->fake.port));
	assert_int_equal(o->ticket->refs, 1);
	hg_ticket_cancel(o->ticket); /* nobody to tell */
	fake_settle(&o->fake);
	assert_int_equal(o->fake.n_got + o->fake.n_wishes, 0);
}

static void a_refused_ticket_may_be_submitted_again(void **state)
{
	struct owner *o = *state;
	struct hg_message fill[FAKE_ROOM];

	for (int i = 0; i < FAKE_ROOM; i++) {
		fill[i] = (struct hg_message){ .run = run_nothing };
		assert_true(hg_loop_post(o->fake.port.loop, &fill[i]));
	}
	assert_false(hg_ticket_submit(o->ticket, &o->fake.port));
	fake_settle(&o->fake);
	submit(o);
}

static void head_pieces_and_end_come_in_their_order(void **state)
{
	struct owner *o = *state;

	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	fake_settle(&o->fake);
	assert_string_equal(o->seen, "200 ");
	assert_false(fake_give_piece(o->ticket, "ab", 100));
	assert_false(fake_give_piece(o->ticket, "cd", 100));
	fake_settle(&o->fake);
	fake_give_end(o->ticket, 0, "");
	fake_settle(&o->fake);
	assert_string_equal(o->seen, "200 ab cd end(0)");
}

static void what_is_given_between_two_turns_is_one_message(void **state)
{
	struct owner *o = *state;

	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	(void)fake_give_piece(o->ticket, "ab", 100);
	fake_give_end(o->ticket, HG_EIO, "cut");
	fake_settle(&o->fake);
	assert_int_equal(o->n_news, 1);
	assert_string_equal(o->seen, "200 ab end(-8)");
}

static void nothing_overtakes_the_head(void **state)
{
	struct owner *o = *state;
	struct hg_ticket_end end;

	o->lazy = true;
	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	(void)fake_give_piece(o->ticket, "ab", 100);
	fake_give_end(o->ticket, 0, "");
	assert_null(hg_ticket_take_chunk(o->ticket));
	assert_false(hg_ticket_take_end(o->ticket, &end));
	take_all(o);
	assert_string_equal(o->seen, "200 ab end(0)");
}

static void the_end_waits_for_the_last_piece(void **state)
{
	struct owner *o = *state;
	struct hg_head_note head_note;
	struct hg_ticket_end end;

	o->lazy = true;
	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	(void)fake_give_piece(o->ticket, "ab", 100);
	fake_give_end(o->ticket, 0, "");
	hg_head_unref(hg_ticket_take_head(o->ticket, &head_note));
	assert_string_equal(head_note.alias, "main");
	assert_false(hg_ticket_take_end(o->ticket, &end));
	hg_chunk_unref(hg_ticket_take_chunk(o->ticket));
	assert_true(hg_ticket_take_end(o->ticket, &end));
	assert_false(hg_ticket_take_end(o->ticket, &end)); /* once */
}

static void give_the_rest(struct owner *o)
{
	o->meanwhile = NULL;
	(void)fake_give_piece(o->ticket, "ab", 100);
	fake_give_end(o->ticket, 0, "");
}

/* The owner may free what `arg` points to as soon as it has the end: a message that was already
 * under way then must find nobody. */
static void news_under_way_is_not_heard_after_the_end(void **state)
{
	struct owner *o = *state;

	submit(o);
	o->meanwhile = give_the_rest;
	fake_give_head(o->ticket, 200, NULL, NULL);
	(void)hg_loop_turn(o->fake.owner);
	assert_string_equal(o->seen, "200 ab end(0)");
	assert_true(hg_loop_turn(o->fake.owner)); /* the second message */
	assert_int_equal(o->n_news, 1);
}

static void after_a_cancel_nothing_is_heard_or_kept(void **state)
{
	struct owner *o = *state;

	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL); /* under way */
	hg_ticket_cancel(o->ticket);
	fake_settle(&o->fake);
	assert_int_equal(o->n_news, 0);
	assert_true(o->fake.wish.cancel);
	assert_false(fake_give_piece(o->ticket, "much more than the window", 1));
	assert_int_equal(o->ticket->chunks.bytes, 0);
	fake_give_end(o->ticket, HG_ECANCELLED, "");
	fake_settle(&o->fake);
	assert_int_equal(o->n_news, 0);
}

static void a_wish_is_told_once(void **state)
{
	struct owner *o = *state;

	submit(o);
	hg_ticket_cancel(o->ticket);
	hg_ticket_cancel(o->ticket);
	hg_ticket_resume(o->ticket);
	fake_settle(&o->fake);
	assert_int_equal(o->fake.n_wishes, 1);
	assert_true(o->fake.wish.cancel && o->fake.wish.resume);
}

static void a_cancel_after_the_end_is_told_to_nobody(void **state)
{
	struct owner *o = *state;

	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	fake_give_end(o->ticket, 0, "");
	fake_settle(&o->fake);
	hg_ticket_cancel(o->ticket);
	fake_settle(&o->fake);
	assert_int_equal(o->fake.n_wishes, 0);
}

static void take_one(struct owner *o)
{
	struct hg_chunk *c = hg_ticket_take_chunk(o->ticket);

	assert_non_null(c);
	hg_chunk_unref(c);
	fake_settle(&o->fake);
}

static void over_the_window_it_is_full_and_half_empty_it_goes_on(void **state)
{
	struct owner *o = *state;
	struct hg_head_note head_note;

	o->lazy = true;
	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	hg_head_unref(hg_ticket_take_head(o->ticket, &head_note));
	assert_false(fake_give_piece(o->ticket, "1234", 8));
	assert_false(fake_give_piece(o->ticket, "5678", 8)); /* exactly the window */
	assert_true(fake_give_piece(o->ticket, "9", 8));
	take_one(o); /* 5 of 8 wait */
	assert_int_equal(o->fake.n_wishes, 0);
	take_one(o); /* 1 of 8 */
	assert_int_equal(o->fake.n_wishes, 1);
	assert_true(o->fake.wish.resume);
	assert_false(o->fake.wish.cancel);
	take_one(o);
	assert_int_equal(o->fake.n_wishes, 1);
}

static void a_piece_larger_than_the_window_still_passes(void **state)
{
	struct owner *o = *state;

	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	assert_true(fake_give_piece(o->ticket, "0123456789", 0));
	fake_settle(&o->fake);
	assert_string_equal(o->seen, "200 0123456789 ");
	assert_int_equal(o->fake.n_wishes, 1);
}

static void many_pieces_in_small_portions_keep_their_order(void **state)
{
	struct owner *o = *state;
	struct hg_head_note head_note;
	unsigned given = 0, taken = 0;

	o->lazy = true;
	submit(o);
	fake_give_head(o->ticket, 200, NULL, NULL);
	hg_head_unref(hg_ticket_take_head(o->ticket, &head_note));
	for (unsigned round = 0; round < 200; round++) {
		for (unsigned i = 0; i < 1 + round % 5; i++, given++) {
			char word[12];
			(void)snprintf(word, sizeof(word), "%u", given);
			(void)fake_give_piece(o->ticket, word, 1 << 20);
		}
		for (unsigned i = 0; i < 1 + round % 4 && taken < given; i++, taken++) {
			char word[12];
			(void)snprintf(word, sizeof(word), "%u", taken);
			struct hg_chunk *c = hg_ticket_take_chunk(o->ticket);
			assert_int_equal(c->n, strlen(word));
			assert_memory_equal(c->bytes, word, c->n);
			hg_chunk_unref(c);
		}
	}
	assert_in_range(given - taken, 1, 500); /* the rest is freed with the ticket */
}

static void the_last_reference_frees_all_it_held(void **state)
{
	struct owner *o = *state;
	struct hg_ticket *t = hg_ticket_new(o->fake.owner, &o->fake.snapshot, on_news, o);

	assert_int_equal(o->fake.snapshot.refs, 3);
	t->ask.token = hg_secret_new(HG_STR("ghp_x"));
	hg_chunks_add(&t->ask.body, hg_chunk_new(HG_STR("body")));
	t->ask.path = hg_arena_copy(&t->arena, HG_STR("/zen"));
	hg_ticket_unref(hg_ticket_ref(t));
	assert_int_equal(o->fake.snapshot.refs, 3);
	hg_ticket_unref(t);
	assert_int_equal(o->fake.snapshot.refs, 2);
}

static void classes_and_states_have_names(void **state)
{
	enum hg_class c = HG_CLASS_LOW;

	(void)state;
	for (int i = 0; i < HG_CLASSES; i++) {
		assert_true(hg_class_parse(hg_str(hg_class_name((enum hg_class)i)), &c));
		assert_int_equal(c, i);
	}
	assert_true(hg_class_parse(HG_STR("HIGH"), &c));
	assert_int_equal(c, HG_CLASS_HIGH);
	assert_false(hg_class_parse(HG_STR("highest"), &c));
	assert_false(hg_class_parse(HG_STR(""), &c));
	assert_int_equal(c, HG_CLASS_HIGH); /* written on success only */
	for (int i = 0; i < HG_TICKET_STATES; i++)
		assert_non_null(hg_ticket_state_name((enum hg_ticket_state)i));
}

/* -- two loops in threads: nothing is lost, doubled or reordered ------------------------------- */

#define TICKETS 400
#define PIECES 60
#define WINDOW 64

struct stream { /* one ticket, from both sides */
	struct crowd *crowd;
	struct hg_ticket *ticket;
	unsigned given;             /* dispatcher's */
	bool ended;                 /* dispatcher's */
	unsigned taken, leave_at;   /* owner's: leaves after so many pieces; PIECES + 1 = never */
	bool has_head, over, whole; /* owner's */
};

struct crowd {
	struct hg_port port;
	struct hg_loop *owner;
	struct hg_message begin;
	struct fake fake;
	struct stream streams[TICKETS];
	unsigned n_submitted, n_over;
};

static struct stream *stream_of(struct crowd *crowd, const struct hg_ticket *t)
{
	return &crowd->streams[(struct stream *)t->arg - crowd->streams];
}

static void end_stream(struct stream *s, struct hg_ticket *t, bool tell)
{
	s->ended = true;
	if (tell)
		fake_give_end(t, 0, "");
	hg_ticket_unref(t);
}

static void pump(struct stream *s, struct hg_ticket *t)
{
	while (s->given < PIECES) {
		uint32_t number = s->given++;
		struct hg_chunk *c =
			hg_chunk_new((struct hg_str){ (const char *)&number, sizeof(number) });
		bool is_full = hg_ticket_give_chunk(t, c, WINDOW);
		hg_chunk_unref(c);
		if (is_full)
			return;
	}
	end_stream(s, t, true);
}

static void crowd_on_submit(struct hg_port *port, struct hg_ticket *t)
{
	struct crowd *crowd = HG_CONTAINER(port, struct crowd, port);

	fake_give_head(t, 200, NULL, NULL);
	pump(stream_of(crowd, t), t);
}

static void crowd_on_wish(struct hg_port *port, struct hg_ticket *t)
{
	struct stream *s = stream_of(HG_CONTAINER(port, struct crowd, port), t);
	struct hg_wish wish = hg_ticket_take_wish(t);

	if (s->ended)
		return;
	if (wish.cancel)
		end_stream(s, t, false);
	else if (wish.resume)
		pump(s, t);
}

static void submit_next(struct crowd *crowd);

static void leave(struct stream *s)
{
	struct crowd *crowd = s->crowd;

	s->over = true;
	hg_ticket_unref(HG_TAKE(s->ticket));
	if (++crowd->n_over == TICKETS)
		hg_loop_stop(crowd->owner);
	else
		submit_next(crowd);
}

static void crowd_on_news(struct hg_ticket *t)
{
	struct stream *s = t->arg;
	struct hg_head_note head_note;
	struct hg_head *head = hg_ticket_take_head(t, &head_note);
	struct hg_chunk *c;
	struct hg_ticket_end end;

	assert_false(s->over);
	if (head) {
		assert_false(s->has_head);
		s->has_head = true;
	}
	hg_head_unref(head);
	while (s->taken < s->leave_at && (c = hg_ticket_take_chunk(t)) != NULL) {
		uint32_t number;
		assert_true(s->has_head);
		assert_int_equal(c->n, sizeof(number));
		memcpy(&number, c->bytes, sizeof(number));
		assert_int_equal(number, s->taken);
		s->taken++;
		hg_chunk_unref(c);
	}
	if (s->taken == s->leave_at) {
		hg_ticket_cancel(t);
		leave(s);
	} else if (hg_ticket_take_end(t, &end)) {
		assert_int_equal(s->taken, PIECES);
		s->whole = true;
		leave(s);
	}
}

static void submit_next(struct crowd *crowd)
{
	while (crowd->n_submitted < TICKETS) {
		struct stream *s = &crowd->streams[crowd->n_submitted];
		s->ticket = hg_ticket_new(crowd->owner, &crowd->fake.snapshot, crowd_on_news, s);
		if (!hg_ticket_submit(s->ticket, &crowd->port)) {
			hg_ticket_unref(HG_TAKE(s->ticket));
			assert_true(crowd->n_over < crowd->n_submitted); /* one will come back */
			return;
		}
		crowd->n_submitted++;
	}
}

static void begin(struct hg_message *m)
{
	submit_next(HG_CONTAINER(m, struct crowd, begin));
}

static void *run(void *loop)
{
	hg_loop_run(loop);
	return NULL;
}

static void between_threads_nothing_is_lost_doubled_or_reordered(void **state)
{
	static struct crowd crowd;
	pthread_t owner, dispatcher;
	unsigned n_whole = 0, n_left = 0;

	(void)state;
	crowd = (struct crowd){ 0 };
	fake_init(&crowd.fake);
	crowd.owner = crowd.fake.owner;
	crowd.port = (struct hg_port){ crowd.fake.port.loop, crowd_on_submit, crowd_on_wish };
	for (unsigned i = 0; i < TICKETS; i++) {
		crowd.streams[i].crowd = &crowd;
		crowd.streams[i].leave_at = i % 3 ? PIECES + 1 : i * 7 % PIECES;
	}
	crowd.begin.run = begin;
	assert_true(hg_loop_post(crowd.owner, &crowd.begin));
	assert_int_equal(pthread_create(&dispatcher, NULL, run, crowd.port.loop), 0);
	assert_int_equal(pthread_create(&owner, NULL, run, crowd.owner), 0);
	assert_int_equal(pthread_join(owner, NULL), 0);
	hg_loop_stop(crowd.port.loop);
	assert_int_equal(pthread_join(dispatcher, NULL), 0);
	fake_settle(&crowd.fake); /* news and wishes that were under way */

	for (unsigned i = 0; i < TICKETS; i++) {
		assert_true(crowd.streams[i].over);
		assert_true(crowd.streams[i].ended);
		n_whole += crowd.streams[i].whole;
		n_left += crowd.streams[i].taken == crowd.streams[i].leave_at;
	}
	assert_int_equal(n_whole + n_left, TICKETS);
	assert_int_equal(n_left, (TICKETS + 2) / 3);
	fake_fini(&crowd.fake);
}

int main(void)
{
#define ALONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		ALONE(a_submitted_ticket_reaches_the_dispatcher),
		ALONE(a_full_mailbox_refuses_and_the_ticket_stays_its_owners),
		ALONE(a_refused_ticket_may_be_submitted_again),
		ALONE(head_pieces_and_end_come_in_their_order),
		ALONE(what_is_given_between_two_turns_is_one_message),
		ALONE(nothing_overtakes_the_head),
		ALONE(the_end_waits_for_the_last_piece),
		ALONE(news_under_way_is_not_heard_after_the_end),
		ALONE(after_a_cancel_nothing_is_heard_or_kept),
		ALONE(a_wish_is_told_once),
		ALONE(a_cancel_after_the_end_is_told_to_nobody),
		ALONE(over_the_window_it_is_full_and_half_empty_it_goes_on),
		ALONE(a_piece_larger_than_the_window_still_passes),
		ALONE(many_pieces_in_small_portions_keep_their_order),
		ALONE(the_last_reference_frees_all_it_held),
		cmocka_unit_test(classes_and_states_have_names),
		cmocka_unit_test(between_threads_nothing_is_lost_doubled_or_reordered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

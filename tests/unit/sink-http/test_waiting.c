#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "waiting.h"
#include <hg/mem.h>
#include <stdio.h>

static struct hg_event event(uint64_t seq, const char *topic, const char *json)
{
	return (struct hg_event){ .size = sizeof(struct hg_event),
		.seq = seq,
		.at = { 5, 1700000000000000 },
		.topic = hg_str(topic),
		.source = HG_STR("dispatch"),
		.json = hg_str(json) };
}

static uint32_t add(struct waiting *w, uint64_t seq, uint64_t max_bytes)
{
	struct hg_event ev = event(seq, "a.b", "{}");

	return waiting_add(w, &ev, max_bytes);
}

#define NO_LIMIT UINT64_MAX

static void an_event_is_written_with_what_is_around_it(void **state)
{
	(void)state;
	struct waiting w = { 0 };
	struct waiting_body body;
	struct hg_event ev = event(7, "ratelimit.low", "{\"limit\":5000}");

	assert_int_equal(waiting_add(&w, &ev, NO_LIMIT), 0);
	waiting_hold(&w, 10, NO_LIMIT, false, &body);
	assert_int_equal(body.n_events, 1);
	assert_int_equal(body.first_seq, 7);
	assert_string_equal(body.topic, "ratelimit.low");
	const char *want = "{\"seq\":7,\"at\":\"2023-11-14T22:13:20Z\",\"topic\":\"ratelimit.low\","
			   "\"source\":\"dispatch\",\"event\":{\"limit\":5000}}";
	assert_int_equal(body.n, strlen(want));
	assert_memory_equal(body.p, want, body.n);
	hg_free(body.p);
	waiting_clear(&w);
}

static void a_topic_can_not_break_the_json(void **state)
{
	(void)state;
	struct waiting w = { 0 };
	struct waiting_body body;
	struct hg_event ev = event(1, "a\"b\\c\nd\r", "{}");

	waiting_add(&w, &ev, NO_LIMIT);
	waiting_hold(&w, 1, NO_LIMIT, false, &body);
	assert_string_equal(body.topic, "a_b_c_d_");
	hg_free(body.p);
	waiting_clear(&w);
}

static void several_are_an_array_in_their_order(void **state)
{
	(void)state;
	struct waiting w = { 0 };
	struct waiting_body body;
	unsigned a, b;

	for (unsigned i = 1; i <= 3; i++)
		add(&w, i, NO_LIMIT);
	waiting_hold(&w, 2, NO_LIMIT, true, &body);
	assert_int_equal(body.n_events, 2);
	char *text = hg_strndup(body.p, body.n);
	assert_int_equal(sscanf(text, "[{\"seq\":%u,", &a), 1);
	assert_int_equal(sscanf(strstr(text, "},{"), "},{\"seq\":%u,", &b), 1);
	assert_true(a == 1 && b == 2 && text[body.n - 1] == ']');
	hg_free(text);
	hg_free(body.p);
	assert_int_equal(waiting_drop(&w), 2);
	waiting_hold(&w, 2, NO_LIMIT, true, &body); /* one, and an array all the same */
	assert_int_equal(body.first_seq, 3);
	assert_true(body.p[0] == '[' && body.p[body.n - 1] == ']');
	hg_free(body.p);
	waiting_release(&w);
	waiting_clear(&w);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.bytes, 0);
}

static void a_batch_has_an_end_by_bytes_too(void **state)
{
	(void)state;
	struct waiting w = { 0 };
	struct waiting_body body;

	for (unsigned i = 1; i <= 100; i++)
		add(&w, i, NO_LIMIT);
	waiting_hold(&w, 100, 500, true, &body);
	assert_in_range(body.n_events, 2, 6);
	assert_true(body.n <= 600);
	hg_free(body.p);
	waiting_release(&w);
	waiting_hold(&w, 100, 1, true, &body); /* one always */
	assert_int_equal(body.n_events, 1);
	hg_free(body.p);
	waiting_clear(&w);
}

/* What one of them takes. */
static uint64_t size_of_one(void)
{
	struct waiting w = { 0 };

	add(&w, 1, NO_LIMIT);
	uint64_t size = w.bytes;
	waiting_clear(&w);
	return size;
}

static void the_oldest_are_dropped(void **state)
{
	(void)state;
	uint64_t one = size_of_one();
	struct waiting w = { 0 };
	struct waiting_body body;

	for (unsigned i = 1; i <= 5; i++)
		assert_int_equal(add(&w, i, 5 * one), 0);
	assert_int_equal(add(&w, 6, 5 * one), 1);
	assert_int_equal(add(&w, 7, 3 * one), 3); /* a smaller bound */
	waiting_hold(&w, 1, NO_LIMIT, false, &body);
	assert_int_equal(body.first_seq, 5);
	hg_free(body.p);
	waiting_clear(&w);
}

static void what_is_held_is_not_dropped(void **state)
{
	(void)state;
	uint64_t one = size_of_one();
	struct waiting w = { 0 };
	struct waiting_body body;

	for (unsigned i = 1; i <= 4; i++)
		add(&w, i, 4 * one);
	waiting_hold(&w, 2, NO_LIMIT, true, &body);
	hg_free(body.p);
	assert_int_equal(add(&w, 5, 4 * one), 1); /* 3 */
	assert_int_equal(waiting_drop(&w), 2);
	waiting_hold(&w, 9, NO_LIMIT, true, &body);
	assert_int_equal(body.first_seq, 4);
	assert_int_equal(body.n_events, 2);
	hg_free(body.p);
	waiting_drop(&w);
	assert_null(w.first);
	assert_null(w.last);

	add(&w, 6, 4 * one); /* all of it is held: the new one itself goes */
	waiting_hold(&w, 1, NO_LIMIT, false, &body);
	hg_free(body.p);
	assert_int_equal(add(&w, 7, one), 1);
	assert_int_equal(w.n, 1);
	assert_ptr_equal(w.first, w.last);
	waiting_clear(&w);
}

static void one_that_is_too_large_does_not_wait(void **state)
{
	(void)state;
	struct waiting w = { 0 };

	assert_int_equal(add(&w, 1, 10), 1);
	assert_int_equal(w.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_written_with_what_is_around_it),
		cmocka_unit_test(a_topic_can_not_break_the_json),
		cmocka_unit_test(several_are_an_array_in_their_order),
		cmocka_unit_test(a_batch_has_an_end_by_bytes_too),
		cmocka_unit_test(the_oldest_are_dropped),
		cmocka_unit_test(what_is_held_is_not_dropped),
		cmocka_unit_test(one_that_is_too_large_does_not_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

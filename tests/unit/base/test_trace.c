#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/trace.h"
#include <string.h>

static void a_request_is_found_among_others_in_its_order(void **state)
{
	(void)state;
	struct hg_trace_ring *ring = hg_trace_ring_new(8);
	struct hg_trace_record got[8];
	uint64_t a = hg_trace_key(HG_STR("a")), b = hg_trace_key(HG_STR("b"));

	hg_trace_bind(ring);
	hg_trace(a, HG_TRACE_BEGAN, 10, 0, HG_STR("GET /a"));
	hg_trace(b, HG_TRACE_BEGAN, 11, 0, HG_STR("GET /b"));
	hg_trace(a, HG_TRACE_ENDED, 12, 200, HG_STR(""));
	assert_int_equal(hg_trace_find(ring, a, got, 8), 2);
	assert_int_equal(got[0].event, HG_TRACE_BEGAN);
	assert_memory_equal(got[0].word, "GET /a", got[0].n_word);
	assert_int_equal(got[1].at_us, 12);
	assert_int_equal(got[1].number, 200);
	assert_int_equal(hg_trace_find(ring, hg_trace_key(HG_STR("c")), got, 8), 0);
	hg_trace_bind(NULL);
	hg_trace_ring_free(ring);
}

static void the_oldest_are_overwritten_and_the_latest_are_told(void **state)
{
	(void)state;
	struct hg_trace_ring *ring = hg_trace_ring_new(5); /* 8 */
	struct hg_trace_record got[8];
	char large[100];

	memset(large, 'x', sizeof(large));
	hg_trace_bind(ring);
	for (uint32_t i = 0; i < 20; i++)
		hg_trace(7, HG_TRACE_SENT, i, i, (struct hg_str){ large, sizeof(large) });
	assert_int_equal(hg_trace_find(ring, 7, got, 8), 8);
	assert_int_equal(got[0].number, 12);
	assert_int_equal(got[7].number, 19);
	assert_int_equal(got[7].n_word, sizeof(got[7].word));
	assert_int_equal(hg_trace_find(ring, 7, got, 3), 3);
	assert_int_equal(got[0].number, 17);
	assert_int_equal(got[2].number, 19);
	hg_trace_bind(NULL);
	hg_trace_ring_free(ring);
}

static void without_a_ring_nothing_happens(void **state)
{
	(void)state;
	struct hg_trace_record got[1];

	assert_null(hg_trace_ring_new(0));
	hg_trace_bind(NULL);
	hg_trace(7, HG_TRACE_SENT, 1, 1, HG_STR("x"));
	assert_int_equal(hg_trace_find(NULL, 7, got, 1), 0);
	hg_trace_ring_free(NULL);
	assert_string_equal(hg_trace_event_name(HG_TRACE_PARKED), "parked");
	assert_string_equal(hg_trace_number_name(HG_TRACE_PARKED), "for_ms");
	assert_string_equal(hg_trace_event_name(HG_TRACE_EVENT_N), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_found_among_others_in_its_order),
		cmocka_unit_test(the_oldest_are_overwritten_and_the_latest_are_told),
		cmocka_unit_test(without_a_ring_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "host/way.h"

/* -- rig --------------------------------------------------------------------------------------- */

struct row {
	int64_t at_ms;
	enum hg_trace_event event;
	uint32_t number;
	const char *word;
};

static struct hg_way_record records[64];

static struct hg_ways ways_of(const struct row *rows, const char *client)
{
	struct hg_ways w = { .records = records, .now.mono_us = 9000000 };

	if (client)
		w.client = hg_str(client);
	for (; rows[w.n].word; w.n++) {
		struct hg_trace_record *r = &records[w.n].record;
		*r = (struct hg_trace_record){ .at_us = rows[w.n].at_ms * 1000,
			.event = (uint16_t)rows[w.n].event,
			.number = rows[w.n].number,
			.n_word = (uint16_t)strlen(rows[w.n].word) };
		memcpy(r->word, rows[w.n].word, r->n_word);
		records[w.n].where = "dispatch";
	}
	return w;
}

static void expect_said(const struct hg_way *way, const char *want)
{
	struct hg_text t;

	hg_text_init(&t);
	hg_way_say(way, &t);
	assert_string_equal(t.p, want);
	hg_text_fini(&t);
}

/* -- tests ------------------------------------------------------------------------------------- */

static const struct row twice[] = {
	{ 0, HG_TRACE_BEGAN, 0, "GET /old" },
	{ 1, HG_TRACE_ENDED, 200, "web" },
	{ 1000, HG_TRACE_BEGAN, 0, "GET /x" },
	{ 1000, HG_TRACE_QUEUED, 0, "behind 3" },
	{ 2000, HG_TRACE_HELD, 0, "pace" },
	{ 2900, HG_TRACE_SENT, 1, "main" },
	{ 3000, HG_TRACE_QUEUED, 0, "after 502" },
	{ 3000, HG_TRACE_PARKED, 900, "retry" },
	{ 3900, HG_TRACE_QUEUED, 0, "" },
	{ 3900, HG_TRACE_SENT, 2, "ci" },
	{ 4000, HG_TRACE_STREAMING, 200, "" },
	{ 4000, HG_TRACE_OVER, 0, "whole" },
	{ 4001, HG_TRACE_CACHE, 0, "fwd=miss" },
	{ 4001, HG_TRACE_ENDED, 200, "ci" },
	{ 0, HG_TRACE_BEGAN, 0, NULL },
};

static void the_latest_request_is_told_wait_by_wait_and_try_by_try(void **state)
{
	struct hg_ways w = ways_of(twice, NULL);
	struct hg_way way;
	struct hg_text out;

	(void)state;
	assert_true(hg_way_read(&w, &way));
	expect_said(&way, "\"GET /x of ci: 200 after 3.001 s\","
			  "\"waited 2.800 s: turn 1.000 s, pace 0.900 s, retry 0.900 s; 3 were "
			  "ahead\","
			  "\"try 1, paid by main: 502 after 0.100 s\","
			  "\"try 2, paid by ci: 200 after 0.100 s\","
			  "\"cache: fwd=miss\"");
	hg_text_init(&out);
	hg_way_add(&way, &out);
	assert_string_equal(out.p,
		"{\"state\":\"done\",\"request\":\"GET /x\",\"client\":\"ci\",\"status\":200,"
		"\"whole\":true,\"took_ms\":3001.000,\"waited_ms\":2800.000,\"ahead\":3,\"waits\":["
		"{\"for\":\"turn\",\"ms\":1000.000},{\"for\":\"pace\",\"ms\":900.000},"
		"{\"for\":\"retry\",\"ms\":900.000}],\"tries\":["
		"{\"credential\":\"main\",\"answer\":\"502\",\"ms\":100.000},"
		"{\"credential\":\"ci\",\"answer\":\"200\",\"ms\":100.000}],"
		"\"cache\":\"fwd=miss\",\"end\":\"whole\"}");
	hg_text_fini(&out);
}

static void a_client_is_told_of_its_own_latest(void **state)
{
	struct hg_ways w = ways_of(twice, "web");
	struct hg_way way;

	(void)state;
	assert_true(hg_way_read(&w, &way));
	assert_true(hg_str_is(way.request, HG_STR("GET /old")));
	w = ways_of(twice, "nobody");
	assert_false(hg_way_read(&w, &way));
	w.n = 0;
	w.client = (struct hg_str){ 0 };
	assert_false(hg_way_read(&w, &way));
}

static void one_that_is_under_way_has_waited_up_to_now(void **state)
{
	static const struct row rows[] = {
		{ 8000, HG_TRACE_BEGAN, 0, "GET /x" },
		{ 8000, HG_TRACE_JOINED, 0, "other-id" },
		{ 8000, HG_TRACE_QUEUED, 0, "" },
		{ 8500, HG_TRACE_PARKED, 100, "empty" },
		{ 0, HG_TRACE_BEGAN, 0, NULL },
	};
	struct hg_ways w = ways_of(rows, NULL);
	struct hg_way way;

	(void)state;
	assert_true(hg_way_read(&w, &way));
	assert_false(way.has_ended);
	assert_int_equal(way.waited_us, 1000000);
	assert_int_equal(way.waits[1].us, 500000);
	expect_said(&way, "\"GET /x of unknown: under way after 1.000 s\","
			  "\"waited 1.000 s: turn 0.500 s, empty 0.500 s\","
			  "\"shares the fetch of other-id\"");
	/* what is not known to be the asker's is not told */
	w = ways_of(rows, "ci");
	assert_false(hg_way_read(&w, &way));
}

static void a_broken_try_and_a_cut_reply_are_told(void **state)
{
	static const struct row rows[] = {
		{ 10, HG_TRACE_QUEUED, 0, "behind" }, /* the beginning is forgotten already */
		{ 10, HG_TRACE_SENT, 1, "main" },
		{ 20, HG_TRACE_QUEUED, 0, "after no answer" },
		{ 20, HG_TRACE_SENT, 2, "main" },
		{ 30, HG_TRACE_OVER, 0, "upstream_timeout" },
		{ 30, HG_TRACE_CUT, 0, "" },
		{ 30, HG_TRACE_ENDED, 0, "ci" },
		{ 0, HG_TRACE_BEGAN, 0, NULL },
	};
	struct hg_ways w = ways_of(rows, "ci");
	struct hg_way way;

	(void)state;
	assert_true(hg_way_read(&w, &way));
	assert_true(way.is_cut);
	assert_string_equal(way.tries[0].answer, "no answer");
	assert_string_equal(way.tries[1].answer, "upstream_timeout");
	assert_int_equal(way.n_waits, 0);
}

static void one_that_hubgate_refused_is_told_by_its_code(void **state)
{
	static const struct row rows[] = {
		{ 10, HG_TRACE_BEGAN, 0, "GET /x" },
		{ 10, HG_TRACE_OVER, 0, "no_budget" },
		{ 10, HG_TRACE_ENDED, 429, "ci" },
		{ 0, HG_TRACE_BEGAN, 0, NULL },
	};
	struct hg_ways w = ways_of(rows, NULL);
	struct hg_way way;

	(void)state;
	assert_true(hg_way_read(&w, &way));
	expect_said(&way, "\"GET /x of ci: 429 after 0.000 s\",\"waited 0.000 s\","
			  "\"ended by: no_budget\"");
}

static void more_than_is_told_is_still_counted(void **state)
{
	struct row rows[60];
	struct hg_way way;
	int n = 0;

	(void)state;
	while (n < 58) {
		rows[n] = (struct row){ n, HG_TRACE_HELD, 0, n % 2 ? "pace" : "limit" };
		n++;
	}
	rows[n++] = (struct row){ n, HG_TRACE_ENDED, 200, "ci" };
	rows[n] = (struct row){ 0 };
	struct hg_ways w = ways_of(rows, NULL);
	assert_true(hg_way_read(&w, &way));
	assert_int_equal(way.n_waits, HG_WAY_WAITS_MOST);
	assert_true(way.waited_us >= 58000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_request_is_told_wait_by_wait_and_try_by_try),
		cmocka_unit_test(a_client_is_told_of_its_own_latest),
		cmocka_unit_test(one_that_is_under_way_has_waited_up_to_now),
		cmocka_unit_test(a_broken_try_and_a_cut_reply_are_told),
		cmocka_unit_test(one_that_hubgate_refused_is_told_by_its_code),
		cmocka_unit_test(more_than_is_told_is_still_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

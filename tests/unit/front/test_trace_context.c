#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "front/trace_context.h"
#include <string.h>

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
#define FINE "00-" TRACE "-" PARENT "-01"

static void a_traceparent_is_valid_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_valid;
	} rows[] = {
		{ FINE, true },
		{ "00-" TRACE "-" PARENT "-00", true },
		{ "00-" TRACE "-" PARENT "-ff", true }, /* flags that are not known yet */
		{ "01-" TRACE "-" PARENT "-01", true },
		{ "cc-" TRACE "-" PARENT "-01-what comes later", true },
		{ "cc-" TRACE "-" PARENT "-01.what", false },
		{ "00-" TRACE "-" PARENT "-01-what", false },
		{ "ff-" TRACE "-" PARENT "-01", false },
		{ "0x-" TRACE "-" PARENT "-01", false },
		{ "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false },
		{ "00-00000000000000000000000000000000-" PARENT "-01", false },
		{ "00-" TRACE "-0000000000000000-01", false },
		{ "00-" TRACE "-" PARENT "-0", false },
		{ "00-" TRACE "-" PARENT "-0g", false },
		{ "00_" TRACE "-" PARENT "-01", false },
		{ "00-" TRACE "_" PARENT "-01", false },
		{ "00-" TRACE "-" PARENT "_01", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e473-" PARENT "-01x", false },
		{ " " FINE, false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (hg_traceparent_is_valid(hg_str(rows[i].text)) != rows[i].is_valid)
			fail_msg("%s", rows[i].text);
	}
}

static void a_tracestate_is_valid_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_valid;
	} rows[] = {
		{ "rojo=00f067aa0ba902b7", true },
		{ "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true },
		{ "rojo=1 , congo=2,\t,", true },
		{ "fw529a3039@dt=FfAAAHNP*a/b", true },
		{ "1a-_*/@=x y", true },
		{ "", false },
		{ " , ", false },
		{ "rojo", false },
		{ "rojo=", false },
		{ "=1", false },
		{ "Rojo=1", false },
		{ "@a=1", false },
		{ "a=1=2", false },
		{ "a=\x01", false },
		{ "a=\xc3\xa4", false },
	};
	char many[33 * 4 + 1] = "", large[600];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (hg_tracestate_is_valid(hg_str(rows[i].text)) != rows[i].is_valid)
			fail_msg("%s", rows[i].text);
	}
	for (int i = 0; i < 32; i++)
		memcpy(many + i * 4, "a=1,", 5);
	assert_true(hg_tracestate_is_valid(hg_str(many)));
	memcpy(many + 128, "b=1", 4);
	assert_false(hg_tracestate_is_valid(hg_str(many)));
	memset(large, 'a', sizeof(large));
	large[256] = '=';
	assert_true(hg_tracestate_is_valid((struct hg_str){ large, 512 }));
	assert_false(hg_tracestate_is_valid((struct hg_str){ large, 513 }));
	large[256] = 'a';
	large[257] = '=';
	assert_false(hg_tracestate_is_valid((struct hg_str){ large, 300 }));
}

#define FIELD(name, value)                          \
	{                                           \
		HG_STR_ROW(name), HG_STR_ROW(value) \
	}
#define HG_STR_ROW(s)               \
	{                           \
		"" s, sizeof(s) - 1 \
	}

static void expect(
	const struct hg_field *fields, uint32_t n, const char *parent, const char *vendor)
{
	struct hg_trace_context c;
	struct hg_arena arena;

	hg_arena_init(&arena);
	hg_trace_context_read(fields, n, &arena, &c);
	if (parent)
		assert_true(hg_str_is(c.parent, hg_str(parent)));
	else
		assert_null(c.parent.p);
	if (vendor)
		assert_true(hg_str_is(c.state, hg_str(vendor)));
	else
		assert_null(c.state.p);
	if (parent)
		assert_true(hg_str_is(hg_trace_context_id(&c), HG_STR(TRACE)));
	else
		assert_int_equal(hg_trace_context_id(&c).n, 0);
	hg_arena_fini(&arena);
}

static void what_is_malformed_is_dropped_and_the_rest_stays(void **state)
{
	(void)state;
	const struct hg_field both[] = { FIELD("Accept", "*/*"), FIELD("TraceParent", FINE),
		FIELD("tracestate", "a=1"), FIELD("TraceState", "b=2") };
	const struct hg_field twice[] = { FIELD("traceparent", FINE), FIELD("traceparent", FINE),
		FIELD("tracestate", "a=1") };
	const struct hg_field bad[] = { FIELD("traceparent", "00-1-2-3"),
		FIELD("tracestate", "a=1") };
	const struct hg_field bad_state[] = { FIELD("traceparent", FINE),
		FIELD("tracestate", "A=1") };
	const struct hg_field alone[] = { FIELD("tracestate", "a=1") };

	expect(both, 4, FINE, "a=1,b=2");
	expect(twice, 3, NULL, NULL);
	expect(bad, 2, NULL, NULL);
	expect(bad_state, 2, FINE, NULL);
	expect(alone, 1, NULL, NULL);
	expect(alone, 0, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_traceparent_is_valid_or_not),
		cmocka_unit_test(a_tracestate_is_valid_or_not),
		cmocka_unit_test(what_is_malformed_is_dropped_and_the_rest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "dispatch/look.h"
#include <hg/mem.h>

#define LIMITED "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}"
#define SECONDARY                                                                        \
	"{\"documentation_url\":\"x\",\"message\":\"You have exceeded a secondary rate " \
	"limit. Please wait a few minutes before you try again.\"}"
#define JSON "application/json; charset=utf-8"

static struct hg_arena arena;
static struct hg_look *look; /* of this test */

static int setup(void **state)
{
	(void)state;
	hg_arena_init(&arena);
	look = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_look_drop(HG_TAKE(look));
	hg_arena_fini(&arena);
	return 0;
}

static bool begin_of(int status, const char *type, bool is_query, bool nothing_left)
{
	struct hg_field field = { HG_STR("Content-Type"), hg_str(type ? type : "") };
	const struct hg_ask ask = { .graphql.is_read = is_query };
	struct hg_head *head = hg_head_new(status, &field, type != NULL);
	look = hg_look_begin(&arena, &ask, head, nothing_left);

	hg_head_unref(head);
	assert_true((look != NULL) == hg_look_is_on(look));
	return look != NULL;
}

/* As reply.c does. */
static bool hold(const char *bytes, size_t n, enum hg_finding *ret_finding)
{
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ bytes, n });

	hg_look_read(look, c);
	bool is_known = hg_look_hold(look, c, ret_finding);
	hg_chunk_unref(c);
	return is_known;
}

/* It is over, and held so much. */
static void assert_held(uint64_t n_bytes)
{
	struct hg_chunks held = hg_look_take(look);

	assert_int_equal(held.bytes, n_bytes);
	hg_chunks_clear(&held);
	assert_false(hg_look_is_on(look));
}

static void only_json_of_a_403_and_a_200_of_a_query_are_looked_at(void **state)
{
	static const struct {
		int status;
		const char *type;
		bool is_query, is_on;
	} rows[] = { { 403, JSON, false, true }, { 403, "application/json", false, true },
		{ 403, "application/jso", false, false }, { 403, "text/html", false, false },
		{ 403, NULL, false, false }, { 429, JSON, false, false },
		{ 200, JSON, false, false }, { 200, JSON, true, true }, { 200, NULL, true, true },
		{ 403, JSON, true, true }, { 502, JSON, true, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)teardown(state), (void)setup(state);
		if (begin_of(rows[i].status, rows[i].type, rows[i].is_query, false) !=
			rows[i].is_on)
			fail_msg("row %zu", i);
	}
}

static void a_refusal_is_known_with_its_last_word_however_it_comes(void **state)
{
	static const struct {
		int status;
		bool nothing_left;
		const char *body;
		enum hg_finding finding;
	} rows[] = { { 200, false, LIMITED, HG_FINDING_SECONDARY },
		{ 200, true, LIMITED, HG_FINDING_PRIMARY },
		{ 403, false, SECONDARY, HG_FINDING_SECONDARY } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum hg_finding finding = HG_FINDING_NONE;
		size_t n = 0;
		(void)teardown(state), (void)setup(state);
		assert_true(begin_of(
			rows[i].status, JSON, rows[i].status == 200, rows[i].nothing_left));
		while (n < strlen(rows[i].body) && !hold(rows[i].body + n, 1, &finding))
			n++;
		assert_true(n < strlen(rows[i].body));
		assert_int_equal(finding, rows[i].finding);
		assert_held(n + 1);
	}
}

static void data_is_no_refusal_and_its_cost_is_read_to_the_end(void **state)
{
	static const char first[] = "{\"data\":{\"a\":1,", rest[] = "\"rateLimit\":{\"cost\":51}}}";
	enum hg_finding finding = HG_FINDING_PRIMARY;

	(void)state;
	assert_true(begin_of(200, JSON, true, false));
	assert_true(hold(first, sizeof(first) - 1, &finding));
	assert_int_equal(finding, HG_FINDING_NONE);
	assert_held(sizeof(first) - 1);
	assert_int_equal(hg_look_cost(look), -1);
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ rest, sizeof(rest) - 1 });
	hg_look_read(look, c);
	hg_chunk_unref(c);
	assert_int_equal(hg_look_cost(look), 51);
}

static void what_is_not_looked_at_has_no_cost_and_is_not_read(void **state)
{
	struct hg_chunk *c = hg_chunk_new(HG_STR("{}"));

	(void)state;
	hg_look_read(look, c);
	assert_false(hg_look_is_on(look));
	assert_int_equal(hg_look_cost(look), -1);
	assert_true(begin_of(403, JSON, false, false));
	hg_look_read(look, c);
	assert_int_equal(hg_look_cost(look), -1);
	hg_chunk_unref(c);
}

static void of_a_long_403_so_much_is_held_and_no_more(void **state)
{
	static const char bytes[512] = "{";
	enum hg_finding finding = HG_FINDING_PRIMARY;
	unsigned n = 1;

	(void)state;
	assert_true(begin_of(403, JSON, false, false));
	while (n < 100 && !hold(bytes, sizeof(bytes), &finding))
		n++;
	assert_int_equal(n * sizeof(bytes), HG_LOOK_REFUSAL_BYTES);
	assert_int_equal(finding, HG_FINDING_NONE);
}

static void what_says_nothing_is_no_refusal_when_it_ends(void **state)
{
	enum hg_finding finding = HG_FINDING_PRIMARY;

	(void)state;
	assert_true(begin_of(403, JSON, false, false));
	assert_false(hold("{\"message\":", 11, &finding));
	assert_int_equal(finding, HG_FINDING_PRIMARY); /* nothing was said */
	assert_int_equal(hg_look_end(look), HG_FINDING_NONE);
	(void)teardown(NULL), (void)setup(NULL);
	assert_true(begin_of(200, JSON, true, true));
	assert_false(hold("{\"data\":", 8, &finding));
	assert_int_equal(hg_look_end(look), HG_FINDING_NONE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(only_json_of_a_403_and_a_200_of_a_query_are_looked_at),
		T(a_refusal_is_known_with_its_last_word_however_it_comes),
		T(data_is_no_refusal_and_its_cost_is_read_to_the_end),
		T(what_is_not_looked_at_has_no_cost_and_is_not_read),
		T(of_a_long_403_so_much_is_held_and_no_more),
		T(what_says_nothing_is_no_refusal_when_it_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

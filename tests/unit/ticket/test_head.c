#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/head.h"

#define F(n, v)                      \
	{                            \
		HG_STR(n), HG_STR(v) \
	}

static void a_head_is_a_copy_in_order(void **state)
{
	char value[] = "one";
	struct hg_field fields[] = { { HG_STR("A"), { value, 3 } }, F("B", ""), F("a", "two") };
	struct hg_head *h = hg_head_new(201, fields, 3);

	(void)state;
	memset(value, 'x', 3);
	memset(fields, 0, sizeof(fields));
	assert_int_equal(h->status, 201);
	assert_int_equal(h->n_fields, 3);
	assert_true(hg_str_is(h->fields[0].value, HG_STR("one")));
	assert_true(hg_str_is(h->fields[1].name, HG_STR("B")));
	assert_int_equal(h->fields[1].value.n, 0);
	assert_true(hg_str_is(h->fields[2].value, HG_STR("two")));
	hg_head_unref(h);
}

static void a_field_is_found_in_any_case_and_the_first_wins(void **state)
{
	struct hg_field fields[] = { F("ETag", "\"1\""), F("etag", "\"2\"") };
	struct hg_head *h = hg_head_new(200, fields, 2);

	(void)state;
	assert_true(hg_str_is(hg_head_find(h, "etag"), HG_STR("\"1\"")));
	assert_null(hg_head_find(h, "eta").p);
	assert_null(hg_head_find(h, "").p);
	hg_head_unref(h);
}

static void the_length_is_read_or_unknown(void **state)
{
	static const struct {
		const char *value;
		int64_t length;
	} rows[] = {
		{ "0", 0 },
		{ "17", 17 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", -1 },
		{ "99999999999999999999999", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1,1", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_field field = { HG_STR("Content-Length"), hg_str(rows[i].value) };
		struct hg_head *h = hg_head_new(200, &field, 1);
		assert_int_equal(h->length_bytes, rows[i].length);
		hg_head_unref(h);
	}
	struct hg_head *none = hg_head_new(204, NULL, 0);
	assert_int_equal(none->length_bytes, -1);
	hg_head_unref(none);
}

static void the_last_reference_frees(void **state)
{
	struct hg_head *h = hg_head_new(200, NULL, 0);

	(void)state;
	hg_head_unref(hg_head_ref(h));
	assert_int_equal(h->status, 200);
	hg_head_unref(h);
	hg_head_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_a_copy_in_order),
		cmocka_unit_test(a_field_is_found_in_any_case_and_the_first_wins),
		cmocka_unit_test(the_length_is_read_or_unknown),
		cmocka_unit_test(the_last_reference_frees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

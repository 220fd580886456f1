#include "rig.h"

static struct hg_queue queue;
static struct hg_flight flights[8];

static struct hg_flight *put(unsigned i, enum hg_class klass, int64_t at_us)
{
	flights[i].klass = klass;
	hg_list_init(&flights[i].queued);
	hg_queue_put(&queue, &flights[i], at_us);
	hg_queue_check(&queue);
	return &flights[i];
}

static int setup(void **state)
{
	(void)state;
	hg_queue_init(&queue);
	return 0;
}

static const struct hg_flight *first(int64_t now_us)
{
	struct hg_flight *firsts[HG_CLASSES];

	return hg_queue_order(&queue, now_us, firsts) ? firsts[0] : NULL;
}

static void an_empty_queue_has_nobody_first(void **state)
{
	(void)state;
	assert_null(first(0));
}

static void the_better_class_is_first_however_late_it_came(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0), *high = put(1, HG_CLASS_HIGH, 10 * SEC);

	assert_ptr_equal(first(10 * SEC), high);
	hg_queue_take(&queue, high);
	hg_queue_check(&queue);
	assert_ptr_equal(first(10 * SEC), low);
}

static void within_a_class_the_earlier_one_is_first(void **state)
{
	(void)state;
	struct hg_flight *a = put(0, HG_CLASS_NORMAL, 1), *b = put(1, HG_CLASS_NORMAL, 2);

	assert_ptr_equal(first(3), a);
	hg_queue_take(&queue, a);
	assert_ptr_equal(first(3), b);
}

static void a_class_is_counted_one_better_for_each_time_of_ageing(void **state)
{
	(void)state;
	static const struct {
		enum hg_class is;
		int64_t waited_s;
		enum hg_class counts_as;
	} rows[] = {
		{ HG_CLASS_LOW, 0, HG_CLASS_LOW },
		{ HG_CLASS_LOW, 29, HG_CLASS_LOW },
		{ HG_CLASS_LOW, 30, HG_CLASS_NORMAL },
		{ HG_CLASS_LOW, 60, HG_CLASS_HIGH },
		{ HG_CLASS_LOW, 86400, HG_CLASS_HIGH },
		{ HG_CLASS_NORMAL, 30, HG_CLASS_HIGH },
		{ HG_CLASS_NORMAL, 900, HG_CLASS_HIGH },
		{ HG_CLASS_HIGH, 900, HG_CLASS_HIGH },
		{ HG_CLASS_CRITICAL, 900, HG_CLASS_CRITICAL },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_flight f = { .klass = rows[i].is };
		assert_int_equal(hg_queue_counts_as(&f, rows[i].waited_s * SEC), rows[i].counts_as);
	}
}

static void an_aged_low_passes_a_younger_normal_but_never_a_critical(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0);
	struct hg_flight *normal = put(1, HG_CLASS_NORMAL, 20 * SEC);

	assert_ptr_equal(first(29 * SEC), normal);
	assert_ptr_equal(first(30 * SEC), low);
	struct hg_flight *critical = put(2, HG_CLASS_CRITICAL, 500 * SEC);
	assert_ptr_equal(first(500 * SEC), critical);
}

static void low_does_not_starve_under_a_stream_of_high(void **state)
{
	(void)state;
	struct hg_flight *low = put(0, HG_CLASS_LOW, 0);
	int64_t now_us = 0;

	while (!hg_list_is_empty(&low->queued)) {
		struct hg_flight *firsts[HG_CLASSES];
		now_us += SEC;
		assert_true(now_us <= 61 * SEC);
		put(1, HG_CLASS_HIGH, now_us);
		hg_queue_order(&queue, now_us, firsts);
		hg_queue_take(&queue, firsts[0]);
		if (!hg_list_is_empty(&flights[1].queued))
			hg_queue_take(&queue, &flights[1]);
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_empty_queue_has_nobody_first),
		T(the_better_class_is_first_however_late_it_came),
		T(within_a_class_the_earlier_one_is_first),
		T(a_class_is_counted_one_better_for_each_time_of_ageing),
		T(an_aged_low_passes_a_younger_normal_but_never_a_critical),
		T(low_does_not_starve_under_a_stream_of_high),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

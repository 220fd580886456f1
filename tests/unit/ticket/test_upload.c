#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/upload.h"
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

static void nothing_is_wanted_before_the_transport_asks(void **state)
{
	struct hg_upload *u = hg_upload_new(10, 8);
	char to[16];
	bool room;

	(void)state;
	assert_int_equal(hg_upload_length(u), 10);
	assert_false(hg_upload_has_room(u));
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), -1);
	assert_true(room);
	assert_true(hg_upload_has_room(u));
	assert_false(hg_upload_is_touched(u));
	hg_upload_put(u, HG_STR("0123456789"));
	assert_false(hg_upload_is_whole(u));
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), 10);
	assert_true(hg_upload_is_whole(u)); /* by its length */
	hg_upload_unref(u);
}

static void bytes_come_out_as_they_went_in(void **state)
{
	struct hg_upload *u = hg_upload_new(-1, 1000);
	char to[64];
	bool room;

	(void)state;
	hg_upload_put(u, HG_STR("abc"));
	hg_upload_put(u, HG_STR("defgh"));
	assert_int_equal(hg_upload_take(u, to, 4, &room), 4);
	assert_memory_equal(to, "abcd", 4);
	assert_true(hg_upload_is_touched(u));
	hg_upload_put(u, HG_STR("ij"));
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), 6);
	assert_memory_equal(to, "efghij", 6);
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), -1);
	hg_upload_put(u, HG_STR("k"));
	hg_upload_end(u);
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), 1);
	assert_false(room); /* nobody has anything to send any more */
	assert_true(hg_upload_is_whole(u));
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), 0);
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), 0);
	hg_upload_unref(u);
}

static void a_full_window_says_once_that_it_has_room_again(void **state)
{
	struct hg_upload *u = hg_upload_new(-1, 8);
	char to[8];
	bool room;

	(void)state;
	assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), -1);
	hg_upload_put(u, HG_STR("0123456789"));
	assert_false(hg_upload_has_room(u));
	assert_int_equal(hg_upload_take(u, to, 2, &room), 2);
	assert_false(room); /* more than half of the window still waits */
	assert_int_equal(hg_upload_take(u, to, 4, &room), 4);
	assert_true(room);
	assert_int_equal(hg_upload_take(u, to, 1, &room), 1);
	assert_false(room);
	assert_true(hg_upload_has_room(u));
	hg_upload_unref(hg_upload_ref(u));
	hg_upload_unref(u); /* with bytes in it */
}

/* What malloc has given; with a sanitizer's own malloc always 0. */
static size_t held_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void a_window_of_single_bytes_takes_little_more_than_they(void **state)
{
	enum { WINDOW = 1 << 20 };
	struct hg_upload *u = hg_upload_new(-1, WINDOW);
	size_t before = held_bytes();

	(void)state;
	for (int i = 0; i < WINDOW; i++)
		hg_upload_put(u, HG_STR("x"));
	assert_true(held_bytes() - before < WINDOW + WINDOW / 4);
	hg_upload_unref(u);
}

/* Something always waits: what was taken leaves no trace all the same. */
static void a_long_upload_takes_no_more_than_a_short_one(void **state)
{
	struct hg_upload *u = hg_upload_new(-1, 1 << 20);
	static char block[5000], to[5000];
	size_t before;
	bool room;

	(void)state;
	for (int i = 0; i < 20; i++)
		hg_upload_put(u, (struct hg_str){ block, sizeof(block) });
	before = held_bytes();
	for (int i = 0; i < 100000; i++) {
		hg_upload_put(u, (struct hg_str){ block, sizeof(block) });
		assert_int_equal(hg_upload_take(u, to, sizeof(to), &room), sizeof(to));
	}
	assert_true(held_bytes() <= before + 16384);
	hg_upload_unref(u);
}

enum { MANY = 20000 };

static void *put_many(void *arg)
{
	struct hg_upload *u = arg;
	char piece[97];

	for (uint32_t i = 0; i < MANY;) {
		uint32_t n = 1 + i % sizeof(piece);
		if (!hg_upload_has_room(u)) {
			sched_yield();
			continue;
		}
		if (n > MANY - i)
			n = MANY - i;
		for (uint32_t k = 0; k < n; k++)
			piece[k] = (char)(i + k);
		hg_upload_put(u, (struct hg_str){ piece, n });
		i += n;
	}
	hg_upload_end(u);
	hg_upload_unref(u);
	return NULL;
}

static void two_threads_agree_on_each_byte(void **state)
{
	struct hg_upload *u = hg_upload_new(MANY, 300);
	pthread_t thread;
	char to[113];
	uint32_t got = 0;
	ssize_t n;
	bool room;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, put_many, hg_upload_ref(u)), 0);
	while ((n = hg_upload_take(u, to, 1 + got % sizeof(to), &room)) != 0) {
		if (n < 0) {
			sched_yield();
			continue;
		}
		for (ssize_t k = 0; k < n; k++)
			if (to[k] != (char)(got + k))
				fail_msg("byte %u is another", (unsigned)(got + k));
		got += (uint32_t)n;
	}
	assert_int_equal(got, MANY);
	pthread_join(thread, NULL);
	hg_upload_unref(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wanted_before_the_transport_asks),
		cmocka_unit_test(bytes_come_out_as_they_went_in),
		cmocka_unit_test(a_full_window_says_once_that_it_has_room_again),
		cmocka_unit_test(a_window_of_single_bytes_takes_little_more_than_they),
		cmocka_unit_test(a_long_upload_takes_no_more_than_a_short_one),
		cmocka_unit_test(two_threads_agree_on_each_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

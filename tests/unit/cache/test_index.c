#include "fixture.h"
#include <pthread.h>
#include "index.h"

#define MIB (1u << 20)
#define TERMS(at_us) (&(struct index_terms){ .validated_at_us = (at_us), .mark = 3 })

/* Keys of one shard, so that its bound and its order can be seen. */
static struct index_key key_of(unsigned number)
{
	struct index_key key = { { 0 } };

	memcpy(key.bytes, &number, sizeof(number));
	return key;
}

static void put(struct index *x, unsigned number, uint64_t bytes, int64_t at_us)
{
	struct index_key key = key_of(number);
	struct hg_stored *kept = stored_of((int)number, bytes);

	index_put(x, &key, kept, TERMS(at_us));
	hg_stored_unref(kept);
}

static bool has(struct index *x, unsigned number)
{
	struct index_key key = key_of(number);
	struct index_found found;

	if (!index_find(x, &key, &found))
		return false;
	assert_int_equal(found.kept->number, number);
	hg_stored_unref(found.kept);
	return true;
}

static struct index_state look(struct index *x)
{
	struct index_state state;

	index_look(x, &state);
	return state;
}

static int setup(void **state)
{
	*state = index_new(16 * MIB); /* one MiB a shard */
	return 0;
}

static int teardown(void **state)
{
	index_unref(*state);
	assert_int_equal(n_stored, 0);
	return 0;
}

static void what_was_put_is_found_with_its_moment(void **state)
{
	struct index_key key = key_of(7);
	struct index_found found;

	put(*state, 7, 100, 55);
	assert_true(index_find(*state, &key, &found));
	assert_int_equal(found.terms.validated_at_us, 55);
	assert_int_equal(found.terms.mark, 3);
	assert_int_equal(found.kept->number, 7);
	hg_stored_unref(found.kept);
	assert_false(has(*state, 8));
	assert_int_equal(look(*state).entries, 1);
}

static void a_newer_reply_replaces_the_older(void **state)
{
	struct index_key key = key_of(1);
	struct hg_stored *newer = stored_of(2, 300);
	struct index_found found;

	put(*state, 1, 100, 1);
	uint64_t bytes = look(*state).bytes;
	index_put(*state, &key, newer, TERMS(2));
	hg_stored_unref(newer);
	assert_true(index_find(*state, &key, &found));
	assert_int_equal(found.kept->number, 2);
	assert_int_equal(found.terms.validated_at_us, 2);
	hg_stored_unref(found.kept);
	assert_int_equal(look(*state).entries, 1);
	assert_int_equal(look(*state).bytes, bytes + 200);
	assert_int_equal(n_stored, 1);
}

static void the_same_reply_put_again_is_counted_once(void **state)
{
	struct index_key key = key_of(1);
	struct hg_stored *kept = stored_of(1, 100);

	index_put(*state, &key, kept, TERMS(1));
	uint64_t bytes = look(*state).bytes;
	index_put(*state, &key, kept, TERMS(2));
	assert_int_equal(look(*state).bytes, bytes);
	hg_stored_unref(kept);
}

static void the_least_recently_used_goes_first(void **state)
{
	for (unsigned i = 0; i < 4; i++)
		put(*state, i, 250000, 1);
	assert_true(has(*state, 0)); /* used now */
	put(*state, 4, 250000, 2);
	assert_true(has(*state, 0));
	assert_false(has(*state, 1));
	assert_true(has(*state, 2) && has(*state, 3) && has(*state, 4));
	assert_int_equal(look(*state).evicted, 1);
}

static void bytes_stay_within_the_bound(void **state)
{
	for (unsigned i = 0; i < 20000; i++) {
		put(*state, i, 1000 + i % 777, i);
		if (i % 1000 == 0)
			assert_in_range(look(*state).bytes, 0, MIB);
	}
	struct index_state now = look(*state);
	assert_in_range(now.bytes, MIB - 4000, MIB);
	assert_int_equal(now.entries + now.evicted, 20000);
	assert_int_equal((uint64_t)n_stored, now.entries);
	for (unsigned i = 20000 - 100; i < 20000; i++)
		assert_true(has(*state, i));
}

static void what_is_larger_than_the_bound_is_not_kept(void **state)
{
	put(*state, 1, 2 * MIB, 1);
	assert_false(has(*state, 1));
	assert_int_equal(look(*state).bytes, 0);
}

static void what_is_held_is_passed_over(void **state)
{
	struct index_key key = key_of(0);
	struct index_found found;

	put(*state, 0, 500000, 1);
	assert_true(index_hold(*state, &key, 100, &found));
	hg_stored_unref(found.kept);
	for (unsigned i = 1; i < 6; i++)
		put(*state, i, 400000, 50);
	assert_true(has(*state, 0));
	put(*state, 6, 400000, 100); /* 0 was used last, and its time has come */
	put(*state, 7, 400000, 100);
	assert_false(has(*state, 0));
}

/* A kept reply takes on forms for its clients' bases. */
static void a_reply_that_grew_is_counted_when_it_is_found(void **state)
{
	struct index_key key = key_of(2);
	struct hg_stored *kept = stored_of(2, MIB / 4);

	put(*state, 1, MIB / 2, 1);
	index_put(*state, &key, kept, TERMS(2));
	kept->bytes = MIB / 2 + 4096;
	assert_int_equal(look(*state).entries, 2);
	assert_true(has(*state, 2));
	assert_false(has(*state, 1)); /* there is no room for both any more */
	assert_in_range(look(*state).bytes, MIB / 2 + 4096, MIB / 2 + 4096 + 200);

	kept->bytes = 2 * MIB;
	assert_true(has(*state, 2)); /* the last time */
	assert_false(has(*state, 2));
	assert_int_equal(look(*state).bytes, 0);
	hg_stored_unref(kept);
}

static void growth_that_was_not_counted_is_not_taken_off(void **state)
{
	struct index_key key = key_of(1);
	struct hg_stored *kept = stored_of(1, 1000);

	put(*state, 2, 1000, 1);
	uint64_t bytes = look(*state).bytes;
	index_put(*state, &key, kept, TERMS(1));
	kept->bytes = 5000;
	index_drop(*state, &key);
	assert_int_equal(look(*state).bytes, bytes);
	hg_stored_unref(kept);
}

static void a_hold_is_not_shortened(void **state)
{
	struct index_key key = key_of(0);
	struct index_found found;

	put(*state, 0, 900000, 1);
	assert_true(index_hold(*state, &key, 100, &found));
	hg_stored_unref(found.kept);
	assert_true(index_hold(*state, &key, 10, &found));
	hg_stored_unref(found.kept);
	put(*state, 1, 900000, 50);
	assert_true(has(*state, 0));
}

static void a_hold_ends_when_its_answer_is_put(void **state)
{
	struct index_key key = key_of(0);
	struct index_found found;

	put(*state, 0, 500000, 1);
	assert_true(index_hold(*state, &key, INT64_MAX, &found));
	hg_stored_unref(found.kept);
	put(*state, 0, 500000, 2);
	put(*state, 1, 900000, 3);
	assert_false(has(*state, 0));
}

static void a_hold_of_nothing_says_so(void **state)
{
	struct index_key key = key_of(3);
	struct index_found found;

	assert_false(index_hold(*state, &key, 100, &found));
}

static void who_found_it_keeps_it_though_it_is_dropped(void **state)
{
	struct index_key key = key_of(1);
	struct index_found found;

	put(*state, 1, 10, 1);
	assert_true(index_find(*state, &key, &found));
	index_drop(*state, &key);
	index_drop(*state, &key); /* again is harmless */
	assert_false(has(*state, 1));
	assert_int_equal(found.kept->number, 1);
	assert_int_equal(look(*state).bytes, 0);
	hg_stored_unref(found.kept);
}

static void clearing_empties_and_a_smaller_bound_shrinks(void **state)
{
	for (unsigned i = 0; i < 100; i++)
		put(*state, i, 5000, 1);
	index_set_max_bytes(*state, 16 * 100000);
	assert_int_equal(index_max_bytes(*state), 16 * 100000);
	assert_in_range(look(*state).bytes, 90000, 100000);
	assert_true(has(*state, 99));
	index_clear(*state);
	assert_int_equal(look(*state).entries + look(*state).bytes, 0);
	assert_int_equal(n_stored, 0);
}

static void a_second_reference_keeps_all(void **state)
{
	put(*state, 1, 10, 1);
	index_unref(index_ref(*state));
	assert_true(has(*state, 1));
}

static void put_tagged(struct index *x, unsigned number, const char *tag)
{
	struct index_key key = key_of(1);
	struct hg_stored *kept = stored_of((int)number, 10);

	kept->etag = hg_str(tag);
	index_put(x, &key, kept, TERMS(1));
	hg_stored_unref(kept);
}

static bool is_confirmed(struct index *x, const char *tag)
{
	struct index_key key = key_of(1);
	struct index_found found;

	if (!index_confirm(x, &key, hg_str(tag), 0, &found))
		return false;
	hg_stored_unref(found.kept);
	return true;
}

static void hold(struct index *x)
{
	struct index_key key = key_of(1);
	struct index_found found;

	assert_true(index_hold(x, &key, 100, &found));
	hg_stored_unref(found.kept);
}

static void a_304_confirms_only_the_copy_that_was_asked_for(void **state)
{
	assert_false(is_confirmed(*state, "\"1\""));
	put_tagged(*state, 1, "\"1\"");
	hold(*state);
	assert_true(is_confirmed(*state, "\"1\"") && is_confirmed(*state, "W/\"1\""));
	assert_false(is_confirmed(*state, "")); /* it might be about any */
	put_tagged(*state, 2, "W/\"2\"");       /* another flight's answer */
	assert_false(is_confirmed(*state, "\"1\"") || is_confirmed(*state, ""));
	hold(*state); /* asked for as well, while "1" is still on its way */
	assert_false(is_confirmed(*state, "\"1\"") || is_confirmed(*state, ""));
	assert_true(is_confirmed(*state, "\"2\""));
}

static void a_renewed_copy_does_not_replace_a_newer(void **state)
{
	struct index_key key = key_of(1);
	struct hg_stored *renewed = stored_of(3, 10);
	struct index_found one;

	put_tagged(*state, 1, "\"1\"");
	hold(*state);
	assert_true(index_find(*state, &key, &one));
	put_tagged(*state, 2, "\"2\"");
	index_renew(*state, &key, one.kept, renewed, TERMS(9));
	assert_true(is_confirmed(*state, "\"2\""));
	index_drop(*state, &key);
	index_renew(*state, &key, one.kept, renewed, TERMS(9)); /* nor does it come back */
	assert_int_equal(look(*state).entries, 0);
	hg_stored_unref(one.kept);
	hg_stored_unref(renewed);
}

static void one_looks_behind_a_page_within_a_while(void **state)
{
	struct index_key key = key_of(1);

	assert_false(index_claim_look(*state, &key, 5, 10));
	put_tagged(*state, 1, "\"1\"");
	assert_true(index_claim_look(*state, &key, 5, 10));
	assert_false(index_claim_look(*state, &key, 14, 10));
	assert_true(index_claim_look(*state, &key, 15, 10));
	put_tagged(*state, 2, "\"2\""); /* another page */
	assert_true(index_claim_look(*state, &key, 16, 10));
}

static bool finds_tag(struct index *x, uint64_t version, uint64_t token, char letter)
{
	struct index_key key = key_of(1);
	char hex[INDEX_TAG_HEX];

	return index_find_tag(x, &key, version, token, hex) && hex[0] == letter;
}

static uint64_t version_of(struct index *x)
{
	struct index_key key = key_of(1);
	struct index_found found;

	assert_true(index_find(x, &key, &found));
	hg_stored_unref(found.kept);
	return found.version;
}

static void put_computed(struct index *x, uint64_t version, uint64_t token, char letter)
{
	struct index_key key = key_of(1);
	char hex[INDEX_TAG_HEX];

	memset(hex, letter, sizeof(hex) - 1);
	hex[INDEX_TAG_HEX - 1] = '\0';
	index_put_tag(x, &key, version, token, hex, 3);
}

static void computed_tags_are_few_and_the_oldest_makes_room(void **state)
{
	put_tagged(*state, 1, "\"1\"");
	uint64_t version = version_of(*state), bytes = look(*state).bytes;

	for (uint64_t token = 1; token <= 3; token++)
		put_computed(*state, version, token, (char)('a' + token));
	for (uint64_t token = 1; token <= 3; token++)
		assert_true(finds_tag(*state, version, token, (char)('a' + token)));
	uint64_t grown = look(*state).bytes;
	assert_in_range(grown - bytes, 3 * INDEX_TAG_HEX, 300);
	put_computed(*state, version, 3, 'x'); /* it is known already */
	assert_true(finds_tag(*state, version, 3, 'd'));
	put_computed(*state, version, 4, 'e');
	put_computed(*state, version, 5, 'f');
	assert_true(finds_tag(*state, version, 4, 'e') && finds_tag(*state, version, 5, 'f'));
	assert_int_equal(finds_tag(*state, version, 1, 'b') + finds_tag(*state, version, 2, 'c') +
				 finds_tag(*state, version, 3, 'd'),
		1);
	assert_int_equal(look(*state).bytes, grown);
}

static void computed_tags_are_of_one_body(void **state)
{
	struct index_key key = key_of(1);
	struct index_found found;

	put_tagged(*state, 1, "\"1\"");
	uint64_t bytes = look(*state).bytes, version = version_of(*state);
	put_computed(*state, version, 7, 'a');
	index_set_model(*state, &key, version, INDEX_OPAQUE);

	struct hg_stored *renewed = stored_of(1, 10);
	assert_true(index_find(*state, &key, &found));
	assert_int_equal(found.terms.model, INDEX_OPAQUE);
	index_renew(*state, &key, found.kept, renewed, TERMS(2));
	hg_stored_unref(found.kept);
	hg_stored_unref(renewed);
	assert_true(finds_tag(*state, version, 7, 'a')); /* the same body */

	put_tagged(*state, 2, "\"2\"");
	assert_int_equal(look(*state).bytes, bytes);
	assert_true(version_of(*state) != version);
	assert_false(finds_tag(*state, version, 7, 'a'));
	assert_false(finds_tag(*state, version_of(*state), 7, 'a'));
	put_computed(*state, version, 7, 'a'); /* was computed of the other */
	index_set_model(*state, &key, version, INDEX_OPAQUE);
	assert_false(finds_tag(*state, version_of(*state), 7, 'a'));
	assert_true(index_find(*state, &key, &found));
	assert_int_equal(found.terms.model, INDEX_UNKNOWN);
	hg_stored_unref(found.kept);
}

#define ROUNDS 20000

static void *use(void *arg)
{
	struct index *x = arg;
	static _Atomic uint32_t n_seeds;
	uint32_t seed = atomic_fetch_add(&n_seeds, 1);

	for (int i = 0; i < ROUNDS; i++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned number = seed >> 24;
		struct index_key key = key_of(number);
		struct index_found found;
		key.bytes[15] = (uint8_t)number;
		if (index_hold(x, &key, i, &found)) {
			if (found.kept->number != (int)number)
				return arg;
			hg_stored_unref(found.kept);
		} else {
			struct hg_stored *kept = stored_of((int)number, 30000);
			index_put(x, &key, kept, TERMS(i));
			hg_stored_unref(kept);
		}
		if (seed >> 8 & 1 && i % 64 == 0)
			index_drop(x, &key);
	}
	return NULL;
}

static void threads_share_it_and_find_only_what_they_asked_for(void **state)
{
	pthread_t threads[3];

	index_set_max_bytes(*state, 3 * MIB);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use, *state), 0);
	for (int i = 0; i < 3; i++) {
		void *failed;
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	struct index_state now = look(*state);
	assert_int_equal((uint64_t)n_stored, now.entries);
	assert_in_range(now.evicted, 1, UINT32_MAX);
}

int main(void)
{
#define ALONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		ALONE(what_was_put_is_found_with_its_moment),
		ALONE(a_newer_reply_replaces_the_older),
		ALONE(the_same_reply_put_again_is_counted_once),
		ALONE(the_least_recently_used_goes_first),
		ALONE(bytes_stay_within_the_bound),
		ALONE(what_is_larger_than_the_bound_is_not_kept),
		ALONE(what_is_held_is_passed_over),
		ALONE(a_reply_that_grew_is_counted_when_it_is_found),
		ALONE(growth_that_was_not_counted_is_not_taken_off),
		ALONE(a_hold_is_not_shortened),
		ALONE(a_hold_ends_when_its_answer_is_put),
		ALONE(a_hold_of_nothing_says_so),
		ALONE(who_found_it_keeps_it_though_it_is_dropped),
		ALONE(clearing_empties_and_a_smaller_bound_shrinks),
		ALONE(a_second_reference_keeps_all),
		ALONE(a_304_confirms_only_the_copy_that_was_asked_for),
		ALONE(a_renewed_copy_does_not_replace_a_newer),
		ALONE(computed_tags_are_few_and_the_oldest_makes_room),
		ALONE(one_looks_behind_a_page_within_a_while),
		ALONE(computed_tags_are_of_one_body),
		ALONE(threads_share_it_and_find_only_what_they_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

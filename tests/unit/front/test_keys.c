#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/keys.h"
#include <stdio.h>

#define KEY "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI"
#define KEY_HASH "sha256:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd"

static void a_key_is_found_by_its_sha256_and_by_nothing_else(void **state)
{
	struct hg_keys *k = hg_keys_new(1);
	uint8_t digest[HG_KEY_DIGEST_BYTES], wrong[HG_KEY_DIGEST_BYTES];

	(void)state;
	hg_keys_grant(k, 0)->name = "ci";
	assert_true(hg_key_parse_hash(HG_STR(KEY_HASH), digest));
	assert_true(hg_keys_put(k, digest, 0, hg_keys_grant(k, 0)));
	const struct hg_key *found = hg_keys_find(k, HG_STR(KEY));
	assert_non_null(found);
	assert_string_equal(found->grant->name, "ci");
	assert_null(hg_keys_find(k, HG_STR(KEY "0")));
	assert_null(hg_keys_find(k, HG_STR(KEY_HASH)));
	assert_null(hg_keys_find(k, (struct hg_str){ 0 }));
	assert_null(hg_keys_find(k, (struct hg_str){ (const char *)digest, sizeof(digest) }));
	for (size_t i = 0; i < sizeof(digest); i++) { /* no byte of the digest is ignored */
		char hash[HG_KEY_HASH_CHARS + 1];
		memcpy(wrong, digest, sizeof(wrong));
		wrong[i] ^= 1;
		hg_key_format_hash(wrong, hash);
		assert_string_not_equal(hash, KEY_HASH);
		assert_true(hg_keys_put(k, wrong, 0, hg_keys_grant(k, 0)));
	}
	assert_ptr_equal(hg_keys_find(k, HG_STR(KEY)), found);
	hg_keys_free(k);
}

static void a_front_finds_the_same_keys_again_and_no_others(void **state)
{
	struct hg_keys *k = hg_keys_new(1);
	struct hg_key_memos memos = { 0 };
	char key[HG_KEY_BYTES + 1];
	uint8_t digest[HG_KEY_DIGEST_BYTES], random[32] = { 0 };

	(void)state;
	for (unsigned again = 0; again < 3; again++)
		for (unsigned i = 0; i < 2 * HG_KEY_MEMOS; i++) { /* some share a place */
			random[0] = (uint8_t)i;
			hg_key_format(random, key);
			hg_key_digest(hg_str(key), digest);
			if (!again)
				assert_null(hg_keys_find_again(k, &memos, hg_str(key)));
			if (!again)
				assert_true(hg_keys_put(k, digest, 0, hg_keys_grant(k, 0)));
			const struct hg_key *found = hg_keys_find_again(k, &memos, hg_str(key));
			assert_non_null(found);
			assert_memory_equal(found->digest, digest, sizeof(digest));
			assert_ptr_equal(found, hg_keys_find_again(k, NULL, hg_str(key)));
			key[HG_KEY_BYTES - 1] ^= 1;
			assert_null(hg_keys_find_again(k, &memos, hg_str(key)));
		}
	hg_keys_free(k);
}

static void a_digest_belongs_to_one(void **state)
{
	struct hg_keys *k = hg_keys_new(2);
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	(void)state;
	hg_key_digest(HG_STR(KEY), digest);
	assert_true(hg_keys_put(k, digest, 0, hg_keys_grant(k, 0)));
	assert_false(hg_keys_put(k, digest, 0, hg_keys_grant(k, 1)));
	assert_ptr_equal(hg_keys_find(k, HG_STR(KEY))->grant, hg_keys_grant(k, 0));
	hg_keys_free(k);
	hg_keys_free(NULL);
}

static void ten_thousand_keys_are_told_apart(void **state)
{
	enum { N = 10000 };
	struct hg_keys *k = hg_keys_new(N);
	uint8_t random[32] = { 0 }, digest[HG_KEY_DIGEST_BYTES];
	char key[HG_KEY_BYTES + 1];

	(void)state;
	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < N; i++) {
			memcpy(random, &i, sizeof(i));
			hg_key_format(random, key);
			hg_key_digest(hg_str(key), digest);
			if (!pass)
				assert_true(hg_keys_put(k, digest, 0, hg_keys_grant(k, i)));
			else
				assert_ptr_equal(
					hg_keys_find(k, hg_str(key))->grant, hg_keys_grant(k, i));
		}
	hg_keys_free(k);
}

static void a_key_is_43_digits_of_the_number_that_its_bytes_are(void **state)
{
	uint8_t random[32] = { 0 };
	char key[HG_KEY_BYTES + 1];

	(void)state;
	hg_key_format(random, key);
	assert_string_equal(key, "hgk_0000000000000000000000000000000000000000000");
	random[31] = 61;
	hg_key_format(random, key);
	assert_string_equal(key, "hgk_000000000000000000000000000000000000000000z");
	random[31] = 63;
	hg_key_format(random, key);
	assert_string_equal(key, "hgk_0000000000000000000000000000000000000000011");
	memset(random, 0xff, sizeof(random)); /* 2^256 - 1 */
	hg_key_format(random, key);
	assert_string_equal(key, "hgk_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
}

static void a_hash_is_written_and_read(void **state)
{
	static const char *const bad[] = { "", "sha256:", KEY, KEY_HASH "0",
		"sha512:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd",
		"sha256:g781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd",
		"sha256: 781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd",
		"SHA256:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd" };
	uint8_t digest[HG_KEY_DIGEST_BYTES], again[HG_KEY_DIGEST_BYTES];
	char hash[HG_KEY_HASH_CHARS + 1];

	(void)state;
	hg_key_digest(HG_STR(KEY), digest);
	hg_key_format_hash(digest, hash);
	assert_string_equal(hash, KEY_HASH);
	assert_true(hg_key_parse_hash(hg_str(hash), again));
	assert_memory_equal(digest, again, sizeof(digest));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (hg_key_parse_hash(hg_str(bad[i]), again))
			fail_msg("\"%s\" was taken", bad[i]);
}

static void a_key_is_seen_wherever_it_stands(void **state)
{
	static const char *const yes[] = { KEY, "/repos/" KEY "/x", "a=1&t=" KEY "&b=2", KEY "more",
		"hgk_" KEY, "hgk_hgk_hgk_" KEY, "hgk_short&x=" KEY };
	static const char *const no[] = { "", "hgk_", "q=hgk_&x=1",
		"hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDe",
		"hgk_1DVLUPb8MWlSHaWTEBxMZctIho-VF6H0RvQbZ1WEDeI",
		"HGK_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!hg_key_is_within(hg_str(yes[i])))
			fail_msg("\"%s\" has a key", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (hg_key_is_within(hg_str(no[i])))
			fail_msg("\"%s\" has none", no[i]);
	assert_false(hg_key_is_within((struct hg_str){ 0 }));
}

static void a_key_ends_with_its_own_moment_or_its_clients(void **state)
{
	struct hg_grant forever = { .expires_us = 0 }, ends = { .expires_us = 100 };

	(void)state;
	assert_false(hg_key_is_expired(&(struct hg_key){ .grant = &forever }, INT64_MAX));
	assert_false(hg_key_is_expired(&(struct hg_key){ .grant = &ends }, 99));
	assert_true(hg_key_is_expired(&(struct hg_key){ .grant = &ends }, 100));
	assert_true(hg_key_is_expired(&(struct hg_key){ .grant = &forever, .until_us = 50 }, 50));
	assert_true(hg_key_is_expired(&(struct hg_key){ .grant = &ends, .until_us = 50 }, 50));
	assert_true(hg_key_is_expired(&(struct hg_key){ .grant = &ends, .until_us = 500 }, 100));
}

static void who_asks_for_too_much_gets_the_best_it_may_have(void **state)
{
	enum { C = HG_CLASS_CRITICAL, H = HG_CLASS_HIGH, N = HG_CLASS_NORMAL, L = HG_CLASS_LOW };
	static const struct {
		uint32_t classes;
		int wanted, got;
	} rows[] = {
		{ 1u << N | 1u << L, C, N },
		{ 1u << N | 1u << L, N, N },
		{ 1u << N | 1u << L, L, L },
		{ 1u << L, C, L },
		{ 1u << C | 1u << L, H, L }, /* never better than asked for */
		{ 1u << C, C, C },
		{ 1u << C, L, C }, /* it may have no other */
		{ 1u << C | 1u << H, L, H },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_grant g = { .classes = rows[i].classes };
		assert_int_equal(hg_grant_class(&g, (enum hg_class)rows[i].wanted), rows[i].got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_found_by_its_sha256_and_by_nothing_else),
		cmocka_unit_test(a_front_finds_the_same_keys_again_and_no_others),
		cmocka_unit_test(a_digest_belongs_to_one),
		cmocka_unit_test(ten_thousand_keys_are_told_apart),
		cmocka_unit_test(a_key_is_43_digits_of_the_number_that_its_bytes_are),
		cmocka_unit_test(a_hash_is_written_and_read),
		cmocka_unit_test(a_key_is_seen_wherever_it_stands),
		cmocka_unit_test(a_key_ends_with_its_own_moment_or_its_clients),
		cmocka_unit_test(who_asks_for_too_much_gets_the_best_it_may_have),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

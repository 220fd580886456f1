#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/text.h"

static const uint8_t zero_key[16];

static void it_is_siphash_1_3(void **state)
{
	(void)state;
	/* What another implementation says: CPython 3.11's hash() of bytes with PYTHONHASHSEED=0.
	 */
	static const struct {
		const char *text;
		uint64_t hash;
	} cases[] = {
		{ "a", 0x407448d2b89b1813 },
		{ "octocat", 0x12edd220f93b516a },
		{ "abcdefg", 0x6db12aae9070f506 },
		{ "abcdefgh", 0x3f7b849c0b8e35ea },
		{ "abcdefghi", 0xf89b34a3d11eb6e5 },
	};

	hg_hash_seed(zero_key);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(hg_hash(cases[i].text, strlen(cases[i].text)) == cases[i].hash);
}

static void the_wide_hash_is_siphash_128_1_3(void **state)
{
	(void)state;
	uint8_t key[16], hash[16];
	char hex[33];

	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	hg_hash_seed(key);
	hg_hash128(NULL, 0, hash);
	hg_format_hex(hash, 16, hex);
	assert_string_equal(hex, "e77ebcb22788a5befd62db6add303001");
	assert_true(hg_hash(NULL, 0) == 0xabac0158050fc4dc);
	hg_hash_seed(zero_key);
}

static void the_key_changes_every_hash(void **state)
{
	(void)state;
	static const uint8_t other_key[16] = { [15] = 1 };
	uint8_t before128[16], after128[16];
	uint64_t before;

	hg_hash_seed(zero_key);
	before = hg_hash("octocat", 7);
	hg_hash128("octocat", 7, before128);
	hg_hash_seed(other_key);
	hg_hash128("octocat", 7, after128);
	assert_true(hg_hash("octocat", 7) != before);
	assert_memory_not_equal(before128, after128, 16);
	hg_hash_seed(zero_key);
}

static void zeros_at_the_end_count(void **state)
{
	(void)state;
	static const char zeros[32];
	uint64_t seen[32];

	for (size_t n = 0; n < 32; n++) {
		seen[n] = hg_hash(zeros, n);
		for (size_t i = 0; i < n; i++)
			assert_true(seen[i] != seen[n]);
	}
}

static void a_mix_depends_on_the_order(void **state)
{
	(void)state;
	uint64_t a = hg_hash("a", 1), b = hg_hash("b", 1);

	assert_true(hg_hash_mix(a, b) != hg_hash_mix(b, a));
	assert_true(hg_hash_mix(a, b) != hg_hash_mix(a, b + 1));
	assert_true(hg_hash_mix(a, b) != hg_hash_mix(a ^ 1, b));
	assert_true(hg_hash_mix(a, a) != 0);
}

static void the_low_bits_of_hashes_are_spread(void **state)
{
	(void)state;
	unsigned slots[256] = { 0 }, mixed[256] = { 0 };

	for (uint32_t i = 0; i < 25600; i++) {
		uint64_t hash = hg_hash(&i, sizeof(i));

		slots[hash % 256]++;
		mixed[hg_hash_mix(hash, 1) % 256]++;
	}
	for (int i = 0; i < 256; i++) { /* 100 expected, deviation 10 */
		assert_in_range(slots[i], 50, 150);
		assert_in_range(mixed[i], 50, 150);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_siphash_1_3),
		cmocka_unit_test(the_wide_hash_is_siphash_128_1_3),
		cmocka_unit_test(the_key_changes_every_hash),
		cmocka_unit_test(zeros_at_the_end_count),
		cmocka_unit_test(a_mix_depends_on_the_order),
		cmocka_unit_test(the_low_bits_of_hashes_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

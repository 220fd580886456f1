#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/keys.h"
#include "host/command/key_command.h"
#include <hg/mem.h>
#include <stdlib.h>
#include <string.h>

struct said {
	char *out, *complaints;
	int status;
};

static struct said run_new(const char *name, const char *expires)
{
	struct said s = { 0 };
	size_t n_out, n_complaints;
	FILE *out = open_memstream(&s.out, &n_out);
	FILE *complaints = open_memstream(&s.complaints, &n_complaints);

	s.status = hg_key_command_new(name, expires, INT64_C(1790000000000000), out, complaints);
	fclose(out);
	fclose(complaints);
	return s;
}

static struct said run_hash(const char *input)
{
	struct said s = { 0 };
	size_t n_out, n_complaints;
	FILE *in = fmemopen((void *)(uintptr_t)input, strlen(input), "r");
	FILE *out = open_memstream(&s.out, &n_out);
	FILE *complaints = open_memstream(&s.complaints, &n_complaints);

	s.status = hg_key_command_hash(in, out, complaints);
	fclose(in);
	fclose(out);
	fclose(complaints);
	return s;
}

static void drop(struct said *s)
{
	free(s->out);
	free(s->complaints);
}

static void a_new_key_comes_with_the_lines_that_let_it_in(void **state)
{
	struct said s = run_new("ci-3", "2027-01-31"), other = run_new("ci-3", NULL);
	char hash[HG_KEY_HASH_CHARS + 1], line[200];
	uint8_t digest[HG_KEY_DIGEST_BYTES];

	(void)state;
	assert_int_equal(s.status, 0);
	assert_true(strlen(s.out) > HG_KEY_BYTES && s.out[HG_KEY_BYTES] == '\n');
	struct hg_str key = { s.out, HG_KEY_BYTES };
	assert_true(hg_key_is_within(key));
	hg_key_digest(key, digest);
	hg_key_format_hash(digest, hash);
	(void)snprintf(line, sizeof(line),
		"clients:\n  - name: ci-3\n    key_hash: \"%s\"\n    expires: 2027-01-31\n", hash);
	assert_non_null(strstr(s.out, line));
	assert_null(strstr(s.out + HG_KEY_BYTES, "hgk_")); /* once */
	assert_null(strstr(other.out, "expires"));
	assert_memory_not_equal(s.out, other.out, HG_KEY_BYTES);
	drop(&s);
	drop(&other);
}

static void what_could_not_be_in_a_configuration_makes_no_key(void **state)
{
	static const char *const names[] = { NULL, "", "a b", "local", "a:b", "ci\n", "x/y",
		"a2345678901234567890123456789012" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct said s = run_new(names[i], NULL);
		assert_int_equal(s.status, 1);
		assert_string_equal(s.out, "");
		assert_non_null(strstr(s.complaints, "needs the client's name"));
		drop(&s);
	}
	struct said s = run_new("ci", "next year");
	assert_int_equal(s.status, 1);
	assert_string_equal(s.out, "");
	assert_non_null(strstr(s.complaints, ", not next year\n"));
	drop(&s);
	s = run_new("ci", "2026-09-21T14:13:20Z"); /* that moment is now */
	assert_int_equal(s.status, 1);
	assert_string_equal(s.out, "");
	assert_non_null(strstr(s.complaints, "2026-09-21T14:13:20Z has passed"));
	drop(&s);
}

static void the_hash_of_a_key_is_said_and_of_nothing_else(void **state)
{
	static const char *const bad[] = { "\n", "hello\n",
		"hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDe\n",
		"hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeIx\n",
		" hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI\n" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct said s = run_hash(i ? "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI\r\n"
					   : "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI");
		assert_int_equal(s.status, 0);
		assert_string_equal(s.out,
			"sha256:"
			"c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd\n");
		drop(&s);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct said s = run_hash(bad[i]);
		assert_int_equal(s.status, 1);
		assert_string_equal(s.out, "");
		assert_null(strstr(s.complaints, "1DVLU"));
		drop(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_key_comes_with_the_lines_that_let_it_in),
		cmocka_unit_test(what_could_not_be_in_a_configuration_makes_no_key),
		cmocka_unit_test(the_hash_of_a_key_is_said_and_of_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

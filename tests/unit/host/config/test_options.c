#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/secret.h"
#include "base/text.h"
#include "host/config/options.h"
#include <hg/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct conf {
	bool on;
	int64_t count, wait_us, mode;
	uint64_t room_bytes;
	double share;
	const char *word, *other;
	struct hg_option_list list;
	struct hg_option_map map;
	struct hg_secret *secret;
};

static const struct hg_option rows[] = {
	HG_BOOL(struct conf, on, "true", 0, "."),
	HG_INT(struct conf, count, "7", "1", "100", HG_OPT_LIVE, "."),
	HG_USEC(struct conf, wait_us, "10s", "1ms", "1h", 0, "."),
	HG_ENUM(struct conf, mode, "fast", "slow|fast|furious", 0, "."),
	HG_BYTES(struct conf, room_bytes, "1MiB", "1KiB", "1GiB", 0, "."),
	HG_SHARE(struct conf, share, "30%", "0", "1", 0, "."),
	HG_STRING(struct conf, word, "hello", 0, "."),
	HG_REF(struct conf, other, 0, "."),
	HG_LIST(struct conf, list, "a, b", 0, "."),
	HG_MAP(struct conf, map, NULL, 0, "."),
	HG_SECRET(struct conf, secret, 0, "."),
	{ 0 },
};

struct fixture {
	struct hg_arena arena;
	struct hg_keep keep;
	struct hg_faults faults;
	struct hg_text said;
	struct conf conf;
	uint32_t n;
};

static void read_with(struct fixture *f, const struct hg_option *table, const char *text)
{
	*f = (struct fixture){ 0 };
	hg_arena_init(&f->arena);
	hg_keep_init(&f->keep);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	struct hg_node *map = hg_yaml_parse(&f->arena, "t", hg_str(text), &f->faults);
	f->n = hg_options_read(table, "x", map, NULL, &f->conf, &f->keep, &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void read_in(struct fixture *f, const char *text)
{
	read_with(f, rows, text);
}

static void drop(struct fixture *f)
{
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
	hg_keep_fini(&f->keep);
	hg_arena_fini(&f->arena);
}

static void what_the_file_does_not_say_is_the_default(void **state)
{
	(void)state;
	struct fixture f;

	read_in(&f, "");
	assert_int_equal(f.n, 0);
	assert_true(f.conf.on);
	assert_int_equal(f.conf.count, 7);
	assert_int_equal(f.conf.wait_us, 10000000);
	assert_int_equal(f.conf.mode, 1);
	assert_int_equal(f.conf.room_bytes, 1 << 20);
	assert_true(f.conf.share > 0.299 && f.conf.share < 0.301);
	assert_string_equal(f.conf.word, "hello");
	assert_null(f.conf.other);
	assert_int_equal(f.conf.list.n, 2);
	assert_string_equal(f.conf.list.items[1], "b");
	assert_int_equal(f.conf.map.n, 0);
	assert_null(f.conf.secret);
	drop(&f);
}

static void each_type_is_read_from_the_file(void **state)
{
	(void)state;
	struct fixture f;

	read_in(&f,
		"on: no\ncount: 3\nwait: 250ms\nmode: furious\nroom_bytes: 64KiB\nshare: 0.5\n"
		"word: 'no'\nother: cache\nlist: [x, y, z]\nmap: {a: 1, b: two}\nsecret: s3cret\n");
	assert_int_equal(f.n, 0);
	assert_false(f.conf.on);
	assert_int_equal(f.conf.count, 3);
	assert_int_equal(f.conf.wait_us, 250000);
	assert_int_equal(f.conf.mode, 2);
	assert_int_equal(f.conf.room_bytes, 65536);
	assert_true(f.conf.share == 0.5);
	assert_string_equal(f.conf.word, "no");
	assert_string_equal(f.conf.other, "cache");
	assert_int_equal(f.conf.list.n, 3);
	assert_string_equal(f.conf.list.items[2], "z");
	assert_string_equal(f.conf.map.keys[1], "b");
	assert_string_equal(f.conf.map.values[1], "two");
	assert_true(hg_secret_is(f.conf.secret, HG_STR("s3cret")));
	drop(&f);
}

static void an_empty_list_is_not_the_default_list(void **state)
{
	(void)state;
	struct fixture f;

	read_in(&f, "list: []\n");
	assert_int_equal(f.conf.list.n, 0);
	drop(&f);
	read_in(&f, "list: one\n");
	assert_int_equal(f.conf.list.n, 1);
	assert_string_equal(f.conf.list.items[0], "one");
	drop(&f);
}

static void a_key_without_a_value_is_the_default(void **state)
{
	(void)state;
	struct fixture f;

	read_in(&f, "count:\nword: ~\n");
	assert_int_equal(f.n, 0);
	assert_int_equal(f.conf.count, 7);
	assert_string_equal(f.conf.word, "hello");
	drop(&f);
}

static void what_is_wrong_is_said_where_it_stands(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "count: ten\n", "t:1:8: x.count: expected a whole number, got \"ten\"" },
		{ "count: 3.5\n", "t:1:8: x.count: expected a whole number, got \"3.5\"" },
		{ "count: 0x10\n", "t:1:8: x.count: expected a whole number, got \"0x10\"" },
		{ "count: 0\n", "t:1:8: x.count: 0 is below the smallest value, 1" },
		{ "count: 101\n", "t:1:8: x.count: 101 is above the largest value, 100" },
		{ "count: 99999999999999999999\n", "t:1:8: x.count: expected a whole number, got "
						   "\"99999999999999999999\"" },
		{ "wait: 10\n",
			"t:1:7: x.wait: expected a duration (250ms, 10min, 1d), got \"10\"" },
		{ "wait: 10 s\n",
			"t:1:7: x.wait: expected a duration (250ms, 10min, 1d), got \"10 s\"" },
		{ "wait: 2h\n", "t:1:7: x.wait: 2h is above the largest value, 1h" },
		{ "wait_us: 10s\n", "t:1:1: x.wait_us: unknown option (did you mean \"wait\"?)" },
		{ "room_bytes: 5\n",
			"t:1:13: x.room_bytes: expected a size (64KiB, 256MiB), got \"5\"" },
		{ "room_bytes: 5B\n",
			"t:1:13: x.room_bytes: 5B is below the smallest value, 1KiB" },
		{ "share: 130%\n", "t:1:8: x.share: expected a share (30% or 0.3), got \"130%\"" },
		{ "on: maybe\n", "t:1:5: x.on: expected true or false, got \"maybe\"" },
		{ "mode: fastt\n", "t:1:7: x.mode: expected one of slow, fast, furious, got "
				   "\"fastt\" (did you "
				   "mean \"fast\"?)" },
		{ "mode: quantum\n",
			"t:1:7: x.mode: expected one of slow, fast, furious, got \"quantum\"" },
		{ "word: [a]\n", "t:1:7: x.word: expected a single value, got a sequence" },
		{ "count: {a: 1}\n", "t:1:8: x.count: expected a whole number, got a mapping" },
		{ "list: {a: 1}\n", "t:1:7: x.list: expected a sequence of values, got a mapping" },
		{ "list: [[a]]\n", "t:1:8: x.list: expected a sequence of values, got a sequence" },
		{ "map: [a]\n",
			"t:1:6: x.map: expected a mapping of names to values, got a sequence" },
		{ "secret: [a]\n", "t:1:9: x.secret: expected a single value, got a sequence" },
		{ "secret: ''\n",
			"t:1:9: x.secret: is empty; leave it out, or write ${env:NAME:-}" },
		{ "cuont: 3\n", "t:1:1: x.cuont: unknown option (did you mean \"count\"?)" },
		{ "zzzzzz: 3\n", "t:1:1: x.zzzzzz: unknown option" },
		{ "word: ${env:HG_TEST_UNSET}\n",
			"t:1:7: x.word: the environment has no HG_TEST_UNSET "
			"(${env:HG_TEST_UNSET:-…} gives a default)" },
		{ "word: ${env:}\n", "t:1:7: x.word: ${env:…} needs the name of a variable" },
		{ "word: ${env:A B}\n", "t:1:7: x.word: ${env:…} needs the name of a variable" },
		{ "word: ${file:relative}\n", "t:1:7: x.word: ${file:…} needs an absolute path" },
		{ "word: ${file:/nonexistent/x}\n",
			"t:1:7: x.word: ${file:/nonexistent/x}: No such file or directory" },
		{ "word: ${file:/}\n", "t:1:7: x.word: ${file:/}: is not a file" },
		{ "word: ${vault:x}\n",
			"t:1:7: x.word: ${…} must be ${env:NAME}, ${env:NAME:-default} or "
			"${file:/path} ($${ is a literal ${)" },
		{ "word: ${env:X\n", "t:1:7: x.word: ${ without its }" },
		{ "count: ten\nwait: 3\ncuont: 1\n",
			"t:1:8: x.count: expected a whole number, got \"ten\"\n"
			"t:2:7: x.wait: expected a duration (250ms, 10min, 1d), got \"3\"\n"
			"t:3:1: x.cuont: unknown option (did you mean \"count\"?)" },
	};

	unsetenv("HG_TEST_UNSET");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		read_in(&f, cases[i].text);
		assert_string_equal(f.said.p ? f.said.p : "", cases[i].said);
		assert_true(f.n > 0);
		drop(&f);
	}
}

static void what_came_from_outside_is_not_shown(void **state)
{
	(void)state;
	struct fixture f;

	setenv("HG_TEST_TOKEN", "ghp_verysecret", 1);
	read_in(&f, "count: ${env:HG_TEST_TOKEN}\nmode: ${env:HG_TEST_TOKEN}\n"
		    "wait: ${env:HG_TEST_TOKEN}\n");
	assert_int_equal(f.n, 3);
	assert_null(strstr(f.said.p, "verysecret"));
	drop(&f);
	unsetenv("HG_TEST_TOKEN");
}

static void values_are_put_in_from_outside(void **state)
{
	(void)state;
	char path[] = "/tmp/hg-test-XXXXXX", text[256];
	struct fixture f;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "from a file\n", 12), 12);
	close(fd);
	setenv("HG_TEST_N", "42", 1);
	snprintf(text, sizeof(text),
		"count: ${env:HG_TEST_N}\nword: \"<${file:%s}>\"\nother: a${env:HG_NO:-b}c\n"
		"list: ['$${x}']\nsecret: ${env:HG_TEST_N}\n",
		path);
	read_in(&f, text);
	assert_int_equal(f.n, 0);
	assert_int_equal(f.conf.count, 42);
	assert_string_equal(f.conf.word, "<from a file>");
	assert_string_equal(f.conf.other, "abc");
	assert_string_equal(f.conf.list.items[0], "${x}");
	assert_true(hg_secret_is(f.conf.secret, HG_STR("42")));
	drop(&f);
	unsetenv("HG_TEST_N");
	unlink(path);
}

static void what_is_put_in_can_not_become_structure(void **state)
{
	(void)state;
	struct fixture f;

	setenv("HG_TEST_EVIL", "a\ncount: 99", 1);
	read_in(&f, "word: ${env:HG_TEST_EVIL}\n");
	assert_int_equal(f.n, 0);
	assert_string_equal(f.conf.word, "a\ncount: 99");
	assert_int_equal(f.conf.count, 7);
	drop(&f);
	setenv("HG_TEST_EVIL", "${env:HOME}", 1);
	read_in(&f, "word: ${env:HG_TEST_EVIL}\n");
	assert_string_equal(f.conf.word, "${env:HOME}");
	drop(&f);
	unsetenv("HG_TEST_EVIL");
}

static void a_required_option_must_be_there(void **state)
{
	(void)state;
	static const struct hg_option table[] = {
		HG_STRING(struct conf, word, NULL, HG_OPT_REQUIRED, "The word."),
		{ 0 },
	};
	struct fixture f;

	read_with(&f, table, "{}");
	assert_string_equal(f.said.p, "t:1:1: x.word: must be set: The word.");
	drop(&f);
}

static void a_deprecated_option_works_and_warns(void **state)
{
	(void)state;
	static const struct hg_option table[] = {
		{ "count", offsetof(struct conf, count), HG_OPT_INT, HG_OPT_DEPRECATED, "1", NULL,
			NULL, NULL, ".", "amount" },
		{ 0 },
	};
	struct fixture f;

	read_with(&f, table, "count: 5\n");
	assert_int_equal(f.n, 0);
	assert_int_equal(f.conf.count, 5);
	assert_string_equal(f.said.p, "t:1:8: x.count: is deprecated: write amount");
	drop(&f);
}

static void an_old_key_sets_the_new_option(void **state)
{
	(void)state;
	static const struct hg_option table[] = {
		HG_OLD_KEY(struct conf, wait_us, int64_t, HG_OPT_USEC, "patience", "wait"),
		HG_USEC(struct conf, wait_us, "10s", "1ms", "1h", HG_OPT_REQUIRED, "."),
		HG_OLD_KEY(struct conf, wait_us, int64_t, HG_OPT_USEC, "delay", "wait"),
		/* another type, a member of its own */
		{ "counts", offsetof(struct conf, count), HG_OPT_INT, HG_OPT_DEPRECATED, "1", NULL,
			NULL, NULL, ".", "word" },
		HG_STRING(struct conf, word, "hello", 0, "."),
		{ 0 },
	};
	static const struct {
		const char *text;
		int64_t wait_us;
		const char *said;
	} rows_of[] = {
		{ "wait: 2s\n", 2000000, "" },
		{ "patience: 3s\n", 3000000, "t:1:11: x.patience: is deprecated: write wait" },
		{ "delay: 3s\n", 3000000, "t:1:8: x.delay: is deprecated: write wait" },
		{ "delay: 3s\nwait: 4s\n", 4000000,
			"t:1:8: x.delay: is deprecated, and not used: wait is set" },
		{ "delay: 2h\n", 10000000,
			"t:1:8: x.delay: is deprecated: write wait\n"
			"t:1:8: x.delay: 2h is above the largest value, 1h" },
	};
	struct fixture f;

	for (size_t i = 0; i < sizeof(rows_of) / sizeof(*rows_of); i++) {
		read_with(&f, table, rows_of[i].text);
		assert_string_equal(f.said.p ? f.said.p : "", rows_of[i].said);
		assert_int_equal(f.conf.wait_us, rows_of[i].wait_us);
		drop(&f);
	}
	read_with(&f, table, "wait: 1s\ncounts: seven\n");
	assert_int_equal(f.n, 0);
	assert_string_equal(f.conf.word, "seven");
	drop(&f);
}

static void printing_shows_values_and_hides_secrets(void **state)
{
	(void)state;
	struct hg_text out;
	struct fixture f;

	read_in(&f, "secret: s3cret\nmap: {a: 1}\n");
	hg_text_init(&out);
	for (const struct hg_option *row = rows; row->key; row++) {
		hg_option_print(row, &f.conf, &out);
		hg_text_add_char(&out, ' ');
	}
	assert_string_equal(out.p, "true 7 \"10s\" \"fast\" \"1MiB\" 0.3 \"hello\" null "
				   "[\"a\",\"b\"] {\"a\":\"1\"} \"***\" ");
	hg_text_fini(&out);
	drop(&f);
}

static void confs_are_compared_by_row(void **state)
{
	(void)state;
	struct fixture a, b;

	read_in(&a, "secret: one\ncount: 3\n");
	read_in(&b, "secret: two\ncount: 3\nwait: 11s\n");
	for (const struct hg_option *row = rows; row->key; row++) {
		bool differs = strcmp(row->key, "secret") == 0 || strcmp(row->key, "wait_us") == 0;
		assert_int_equal(hg_option_is_same(row, &a.conf, &b.conf), !differs);
	}
	drop(&a);
	drop(&b);
}

static void a_table_that_would_write_elsewhere_is_refused(void **state)
{
	(void)state;
	static const struct {
		struct hg_option row;
		const char *said;
	} cases[] = {
		{ { "a", 4, HG_OPT_INT, 0, "1", NULL, NULL, NULL, ".", NULL },
			"option \"a\" (8 bytes at 4) lies outside its struct of 8 bytes" },
		{ { "a", UINT64_MAX - 2, HG_OPT_INT, 0, "1", NULL, NULL, NULL, ".", NULL },
			"option \"a\" (8 bytes at 18446744073709551613) lies outside its struct of "
			"8 bytes" },
		{ { "a", 0, 99, 0, "1", NULL, NULL, NULL, ".", NULL },
			"option \"a\" has the unknown type 99" },
		{ { "a", 0, HG_OPT_INT, 0, "x", NULL, NULL, NULL, ".", NULL },
			"option \"a\": its own default: expected a whole number, got \"x\"" },
		{ { "a", 0, HG_OPT_INT, 0, "5", "6", NULL, NULL, ".", NULL },
			"option \"a\": its own default: 5 is below the smallest value, 6" },
		{ { "a", 0, HG_OPT_ENUM, 0, "x", NULL, NULL, NULL, ".", NULL },
			"option \"a\" has no choices" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hg_option table[] = { cases[i].row, { 0 } };
		struct hg_err err = HG_ERR_INIT;
		assert_int_equal(hg_options_check(table, 8, &err), HG_EINVAL);
		assert_string_equal(err.text, cases[i].said);
	}
	assert_int_equal(hg_options_check(rows, sizeof(struct conf), NULL), 0);
}

static void faults_are_bounded_and_counted(void **state)
{
	(void)state;
	struct hg_faults faults;

	hg_faults_init(&faults);
	for (int i = 0; i < 150; i++)
		hg_faults_add(&faults, NULL, NULL, "number %d", i);
	assert_int_equal(faults.n, HG_FAULTS_MAX);
	assert_int_equal(faults.n_errors, 150);
	assert_int_equal(faults.n_lost, 50);
	hg_faults_fini(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_file_does_not_say_is_the_default),
		cmocka_unit_test(each_type_is_read_from_the_file),
		cmocka_unit_test(an_empty_list_is_not_the_default_list),
		cmocka_unit_test(a_key_without_a_value_is_the_default),
		cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
		cmocka_unit_test(what_came_from_outside_is_not_shown),
		cmocka_unit_test(values_are_put_in_from_outside),
		cmocka_unit_test(what_is_put_in_can_not_become_structure),
		cmocka_unit_test(a_required_option_must_be_there),
		cmocka_unit_test(a_deprecated_option_works_and_warns),
		cmocka_unit_test(an_old_key_sets_the_new_option),
		cmocka_unit_test(printing_shows_values_and_hides_secrets),
		cmocka_unit_test(confs_are_compared_by_row),
		cmocka_unit_test(a_table_that_would_write_elsewhere_is_refused),
		cmocka_unit_test(faults_are_bounded_and_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

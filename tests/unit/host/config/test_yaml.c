#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/config/yaml.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct hg_arena arena;
	struct hg_faults faults;
	struct hg_node *root;
	struct hg_text said; /* all faults, one a line */
};

static void parse(struct fixture *f, const char *text)
{
	hg_arena_init(&f->arena);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	f->root = hg_yaml_parse(&f->arena, "t", hg_str(text), &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void drop(struct fixture *f)
{
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
	hg_arena_fini(&f->arena);
}

static void nodes_know_where_they_stand(void **state)
{
	(void)state;
	struct fixture f;

	parse(&f, "a: 1\nb:\n  - x\n  - {c: \"no\"}\n");
	assert_non_null(f.root);
	const struct hg_node *b = hg_node_find(f.root, "b");
	assert_int_equal(b->kind, HG_NODE_SEQUENCE);
	assert_int_equal(b->items[0]->place.line, 3);
	assert_int_equal(b->items[0]->place.col, 5);
	const struct hg_node *c = hg_node_find(b->items[1], "c");
	assert_true(hg_str_is(c->text, HG_STR("no")));
	assert_true(c->is_quoted);
	assert_int_equal(hg_node_key(b->items[1], "c")->place.col, 6);
	assert_null(hg_node_find(f.root, "c"));
	drop(&f);
}

static void an_empty_text_is_an_empty_map(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "# nothing\n", "---\n", "~\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fixture f;
		parse(&f, texts[i]);
		assert_non_null(f.root);
		assert_int_equal(f.root->kind, HG_NODE_MAP);
		assert_int_equal(f.root->n, 0);
		drop(&f);
	}
}

static void an_alias_is_the_node_it_names(void **state)
{
	(void)state;
	struct fixture f;

	parse(&f, "a: &x {k: 1}\nb: *x\n");
	assert_ptr_equal(hg_node_find(f.root, "a"), hg_node_find(f.root, "b"));
	drop(&f);
}

static void what_can_not_be_meant_is_refused_where_it_stands(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "a: 1\na: 2\n", "t:2:1: \"a\" is written twice, first on line 1" },
		{ "a: 1\nb: {c: 1, c: 2}\n", "t:2:11: \"c\" is written twice, first on line 2" },
		{ "a: !!int 3\n",
			"t:1:4: tags (tag:yaml.org,2002:int) are not read: the option decides the "
			"type" },
		{ "a: !evil [1]\n",
			"t:1:4: tags (!evil) are not read: the option decides the type" },
		{ "x: &x {a: 1}\ny:\n  <<: *x\n",
			"t:3:3: merge keys (<<) are not read: write the values out" },
		{ "a: *nobody\n", "t:1:4: no anchor \"&nobody\" stands before this alias" },
		{ "a: &a [*a]\n", "t:1:8: no anchor \"&a\" stands before this alias" },
		{ "? [a, b]\n: c\n", "t:1:3: a key must be a word" },
		{ "a: 1\n---\nb: 2\n", "t:2:1: a second document: one file is one configuration" },
		{ "- a\n", "t:1:1: expected a mapping of options, got a sequence" },
		{ "hello\n", "t:1:1: expected a mapping of options, got a single value" },
		{ "a: [1, 2\n",
			"t:2:1: did not find expected ',' or ']' while parsing a flow sequence" },
		{ "a:\n\tb: 1\n", "t:2:1: found character that cannot start any token while "
				  "scanning for the next token" },
		{ "a: \"x\n",
			"t:2:1: found unexpected end of stream while scanning a quoted scalar" },
		{ "a: \"x\\0y\"\n", "t:1:4: a value with a zero byte" },
		{ "a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n",
			"t:1:19: nested deeper than 16 levels" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		parse(&f, rows[i].text);
		assert_string_equal(f.said.p ? f.said.p : "", rows[i].said);
		drop(&f);
	}
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	(void)state;
	struct fixture f;

	parse(&f, "a: \xff\xfe\xfd\n");
	assert_null(f.root);
	assert_int_equal(f.faults.n_errors, 1);
	drop(&f);
}

static void aliases_can_not_stand_for_more_than_the_limit(void **state)
{
	(void)state;
	struct hg_text bomb;
	struct fixture f;

	hg_text_init(&bomb);
	hg_text_add(&bomb, HG_STR("l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n"));
	for (int i = 1; i < 12; i++) {
		hg_text_printf(&bomb, "l%d: &l%d [", i, i);
		for (int k = 0; k < 10; k++)
			hg_text_printf(&bomb, "%s*l%d", k ? "," : "", i - 1);
		hg_text_add(&bomb, HG_STR("]\n"));
	}
	parse(&f, bomb.p);
	assert_null(f.root);
	assert_non_null(
		strstr(f.said.p, "more than 20000 values, aliases counted as what they stand for"));
	drop(&f);
	hg_text_fini(&bomb);
}

static void a_file_over_the_limit_is_refused_before_it_is_parsed(void **state)
{
	(void)state;
	struct hg_text large;
	struct fixture f;

	hg_text_init(&large);
	while (large.n <= HG_YAML_BYTES)
		hg_text_add(&large, HG_STR("# a comment of some length, again and again\n"));
	parse(&f, large.p);
	assert_null(f.root);
	assert_string_equal(f.said.p, "t: larger than 1024 KiB");
	drop(&f);
	hg_text_fini(&large);
}

static void a_file_that_is_not_there_is_one_fault(void **state)
{
	(void)state;
	struct hg_faults faults;
	struct hg_text text;

	hg_text_init(&text);
	hg_faults_init(&faults);
	assert_false(hg_yaml_read("/nonexistent/hub.yaml", &text, &faults));
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.items[0].message, "can not be read: No such file or directory");
	assert_false(hg_yaml_read("/", &text, &faults));
	assert_string_equal(faults.items[1].message, "is a directory");
	hg_faults_fini(&faults);
	hg_text_fini(&text);
}

static void changing_a_copy_leaves_the_original(void **state)
{
	(void)state;
	struct fixture f;

	parse(&f, "a: &x {k: 1}\nb: *x\n");
	struct hg_node *a = hg_node_find(f.root, "a");
	struct hg_node *copy = hg_node_copy(&f.arena, a);
	hg_node_put(&f.arena, copy, "k", hg_node_scalar(&f.arena, &a->place, HG_STR("2")));
	for (int i = 0; i < 20; i++) {
		char key[8];
		snprintf(key, sizeof(key), "n%d", i);
		hg_node_put(&f.arena, copy, key, a);
	}
	assert_int_equal(a->n, 1);
	assert_true(hg_str_is(hg_node_find(a, "k")->text, HG_STR("1")));
	assert_int_equal(copy->n, 21);
	assert_ptr_equal(hg_node_find(copy, "n19"), a);
	drop(&f);
}

static void an_empty_file_or_a_fifo_is_no_configuration(void **state)
{
	(void)state;
	char dir[] = "/tmp/hg-test-yaml-XXXXXX";
	char file[64];
	struct fixture f;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/t.yaml", dir);
	for (int is_fifo = 0; is_fifo <= 1; is_fifo++) {
		parse(&f, "");
		if (is_fifo)
			assert_int_equal(mkfifo(file, 0600), 0);
		else
			close(open(file, O_WRONLY | O_CREAT, 0600));
		struct hg_text text;
		hg_text_init(&text);
		assert_false(hg_yaml_read(file, &text, &f.faults));
		hg_text_fini(&text);
		assert_int_equal(f.faults.n, 1);
		assert_string_equal(
			f.faults.items[0].message, is_fifo ? "is no regular file" : "is empty");
		assert_int_equal(unlink(file), 0);
		drop(&f);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_where_they_stand),
		cmocka_unit_test(an_empty_text_is_an_empty_map),
		cmocka_unit_test(an_alias_is_the_node_it_names),
		cmocka_unit_test(what_can_not_be_meant_is_refused_where_it_stands),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(aliases_can_not_stand_for_more_than_the_limit),
		cmocka_unit_test(a_file_over_the_limit_is_refused_before_it_is_parsed),
		cmocka_unit_test(a_file_that_is_not_there_is_one_fault),
		cmocka_unit_test(changing_a_copy_leaves_the_original),
		cmocka_unit_test(an_empty_file_or_a_fifo_is_no_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/config/secret_files.h"

struct fixture {
	char dir[32], one[64], two[64];
	struct hg_arena arena;
	struct hg_faults faults;
	struct hg_secret_files *files;
};

static void put(const char *path, const char *text)
{
	const struct timespec times[] = { { 0, UTIME_OMIT }, { 1000 + (time_t)strlen(text), 0 } };
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void look_into(struct fixture *f, int64_t since_ns)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		"credential: {token: '${file:%s}'}\n"
		"again: ['${file:%s}', 'x${file:%s}', '$${file:/etc/passwd}', '${env:FILE}']\n",
		f->one, f->one, f->two);
	struct hg_node *root = hg_yaml_parse(&f->arena, "t.yaml", hg_str(text), &f->faults);
	assert_non_null(root);
	f->files = hg_secret_files_new(root, since_ns);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/hg-test-secrets-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->one, sizeof(f->one), "%s/one", f->dir);
	(void)snprintf(f->two, sizeof(f->two), "%s/two", f->dir);
	put(f->one, "1");
	put(f->two, "2");
	hg_arena_init(&f->arena);
	hg_faults_init(&f->faults);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hg_secret_files_free(f->files);
	hg_faults_fini(&f->faults);
	hg_arena_fini(&f->arena);
	(void)unlink(f->one);
	(void)unlink(f->two);
	int rc = rmdir(f->dir);
	free(f);
	return rc;
}

static void a_change_is_said_once(void **state)
{
	struct fixture *f = *state;

	look_into(f, INT64_MAX);
	assert_non_null(f->files);
	assert_null(hg_secret_files_changed(f->files));
	put(f->one, "another");
	assert_string_equal(hg_secret_files_changed(f->files), f->one);
	assert_null(hg_secret_files_changed(f->files));
	put(f->two, "another");
	assert_string_equal(hg_secret_files_changed(f->files), f->two);
	assert_int_equal(unlink(f->two), 0);
	assert_string_equal(hg_secret_files_changed(f->files), f->two);
	assert_null(hg_secret_files_changed(f->files));
}

static void a_file_that_changed_while_it_was_read_is_looked_at_again(void **state)
{
	struct fixture *f = *state;

	look_into(f, INT64_C(1000000000) * 1001); /* the moment at which they were written */
	assert_non_null(hg_secret_files_changed(f->files));
	assert_null(hg_secret_files_changed(f->files));
}

/* Its writer's clock is ahead of ours: else a reload would follow each reload. */
static void a_file_of_the_future_is_looked_at_once(void **state)
{
	struct fixture *f = *state;
	const struct timespec times[] = { { 0, UTIME_OMIT }, { INT64_C(4102444800), 0 } };

	assert_int_equal(utimensat(AT_FDCWD, f->one, times, 0), 0);
	look_into(f, hg_secret_files_now_ns());
	assert_null(hg_secret_files_changed(f->files));
}

static void a_tree_without_references_has_none(void **state)
{
	struct fixture *f = *state;
	const char *text = "a: '$${file:/etc/passwd}'\nb: '${file:'\nc: '${env:HOME}'\n";
	struct hg_node *root = hg_yaml_parse(&f->arena, "t.yaml", hg_str(text), &f->faults);

	assert_null(hg_secret_files_new(root, 0));
	assert_null(hg_secret_files_new(NULL, 0));
	assert_null(hg_secret_files_changed(NULL));
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(a_change_is_said_once),
		ONE(a_file_that_changed_while_it_was_read_is_looked_at_again),
		ONE(a_file_of_the_future_is_looked_at_once),
		ONE(a_tree_without_references_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "host/ask/explained.h"

static void expect_printed(const char *answer, const char *want)
{
	json_t *json = json_loads(answer, 0, NULL);
	char *said = NULL;
	size_t n;
	FILE *out = open_memstream(&said, &n);

	assert_non_null(json);
	hg_explained_print(json, out);
	fclose(out);
	assert_string_equal(said, want);
	free(said);
	json_decref(json);
}

static void each_that_is_there_has_its_lines(void **state)
{
	(void)state;
	expect_printed("{\"now\":[{\"text\":[\"a\",\"b\"]},{\"text\":[\"c\"]}],\"past\":{}}",
		"a\nb\n\nc\n");
	expect_printed("{\"past\":{},\"text\":[\"d\"]}", "d\n");
}

static void what_a_client_wrote_commands_no_terminal(void **state)
{
	(void)state;
	expect_printed("{\"text\":[\"GET /\\u001b[2J\\u007f\"]}", "GET /?[2J?\n");
}

static void an_answer_without_lines_is_nothing(void **state)
{
	(void)state;
	expect_printed("{\"text\":[1,null],\"now\":7}", "1\n-\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_that_is_there_has_its_lines),
		cmocka_unit_test(what_a_client_wrote_commands_no_terminal),
		cmocka_unit_test(an_answer_without_lines_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

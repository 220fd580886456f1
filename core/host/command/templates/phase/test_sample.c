/*
 * The unit test of sample, on the fake host (hg/fake.h says what there is).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>

const struct hg_plugin *hg_plugin_table(void);

/* GitHub, for this test. */
static void github(void *arg, const struct hg_fake_call *call, struct hg_fake_answer *a)
{
	(void)arg;
	a->status = strcmp(call->method, "GET") == 0 ? 200 : 201;
	a->headers = "Content-Type: application/json";
	a->body = HG_STR("{\"id\":1}");
}

static struct hg_fake *start(const char *options)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_fake *f = hg_fake_new(
		&(struct hg_fake_wish){
			.plugin = { .table = hg_plugin_table(), .options = options },
			.github = github },
		&err);

	if (!f)
		fail_msg("%s", err.text);
	return f;
}

static void stop(struct hg_fake *f)
{
	struct hg_err err = HG_ERR_INIT;

	if (hg_fake_free(f, &err) < 0)
		fail_msg("%s", err.text);
}

static void writes_below_a_frozen_path_are_refused(void **state)
{
	struct hg_fake *f = start("frozen: [/repos/octo]\n");
	struct hg_fake_reply *r = hg_fake_ask(f, "POST /repos/octo/r/issues", NULL, "{}");

	(void)state;
	assert_int_equal(r->status, 403);
	assert_non_null(strstr(r->body, "\"frozen\""));
	assert_int_equal(hg_fake_n_calls(f), 0); /* GitHub was not asked */
	assert_true(hg_fake_metric(f, "sample_refused_total", (const char *[]){ "POST" }) == 1);
	stop(f);
}

static void all_else_passes(void **state)
{
	struct hg_fake *f = start("frozen: [/repos/octo]\n");
	struct hg_fake_reply *r = hg_fake_ask(f, "GET /repos/octo/r", NULL, NULL);

	(void)state;
	assert_int_equal(r->status, 200);
	assert_true(hg_str_is(hg_fake_reply_header(r, "X-Sample"), HG_STR("open")));
	r = hg_fake_ask(f, "POST /repos/octopus/r/issues", NULL, "{}");
	assert_int_equal(r->status, 201);
	assert_int_equal(hg_fake_n_calls(f), 2);
	stop(f);
}

static void what_is_no_path_is_refused(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	assert_null(hg_fake_new(&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table(),
								.options = "frozen: [octo]\n" } },
		&err));
	assert_string_equal(err.text,
		"options:1:1: plugins[0]: frozen: \"octo\" is no path such as /repos/octo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_below_a_frozen_path_are_refused),
		cmocka_unit_test(all_else_passes),
		cmocka_unit_test(what_is_no_path_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

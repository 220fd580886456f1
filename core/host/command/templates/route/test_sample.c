/*
 * The unit test of sample, on the fake host (hg/fake.h says what there is).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>

const struct hg_plugin *hg_plugin_table(void);

static struct hg_fake *start(const char *options)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_fake *f = hg_fake_new(
		&(struct hg_fake_wish){
			.plugin = { .table = hg_plugin_table(), .options = options } },
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

static void it_greets_and_counts(void **state)
{
	struct hg_fake *f = start("greeting: Good day\n");
	struct hg_fake_reply *r = hg_fake_ask(f, "GET /sample/you", NULL, NULL);

	(void)state;
	assert_int_equal(r->status, 200);
	assert_string_equal(r->body, "Good day, you!\n");
	assert_true(hg_fake_metric(f, "sample_greetings_total", NULL) == 1);
	stop(f);
}

static void a_reload_changes_the_greeting(void **state)
{
	struct hg_fake *f = start(NULL);
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	assert_string_equal(hg_fake_ask(f, "GET /sample/a", NULL, NULL)->body, "Hello, a!\n");
	assert_int_equal(hg_fake_reload(f, "greeting: Bye\n", &err), 0);
	assert_string_equal(hg_fake_ask(f, "GET /sample/a", NULL, NULL)->body, "Bye, a!\n");
	stop(f);
}

static void an_empty_greeting_is_refused(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	assert_null(hg_fake_new(&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table(),
								.options = "greeting: \"\"\n" } },
		&err));
	assert_string_equal(err.text, "options:1:1: plugins[0]: greeting is empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_greets_and_counts),
		cmocka_unit_test(a_reload_changes_the_greeting),
		cmocka_unit_test(an_empty_greeting_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

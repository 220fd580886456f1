/*
 * What /metrics says, in both of its forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>

const struct hg_plugin *hg_plugin_table(void);

static struct hg_fake *fake;

static int start(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	fake = hg_fake_new(
		&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table() } }, &err);
	return fake ? 0 : -1;
}

static int stop(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	return hg_fake_free(fake, &err);
}

static void prometheus_gets_its_text_form(void **state)
{
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /metrics", NULL, NULL);

	(void)state;
	assert_int_equal(r->status, 200);
	assert_true(hg_str_is(hg_fake_reply_header(r, "Content-Type"),
		HG_STR("text/plain; version=0.0.4; charset=utf-8")));
	assert_true(hg_str_is(hg_fake_reply_header(r, "Cache-Control"), HG_STR("no-store")));
	assert_non_null(strstr(r->body, "# TYPE hubgate_connections gauge\n"));
	assert_null(strstr(r->body, "# EOF"));
}

static void openmetrics_comes_to_who_accepts_it(void **state)
{
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /metrics",
		"Accept: application/openmetrics-text; version=1.0.0,text/plain;q=0.5", NULL);

	(void)state;
	assert_true(hg_str_is(hg_fake_reply_header(r, "Content-Type"),
		HG_STR("application/openmetrics-text; version=1.0.0; charset=utf-8")));
	assert_true(r->body_n > 6 && strcmp(r->body + r->body_n - 6, "# EOF\n") == 0);
}

static void what_was_answered_is_counted_when_it_is_asked_again(void **state)
{
	static const char counted[] = "hubgate_requests_total{face=\"route\",method=\"GET\","
				      "status=\"200\"} 1\n";

	(void)state;
	assert_null(strstr(hg_fake_ask(fake, "GET /metrics", NULL, NULL)->body, counted));
	assert_non_null(strstr(hg_fake_ask(fake, "GET /metrics", NULL, NULL)->body, counted));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(prometheus_gets_its_text_form),
		T(openmetrics_comes_to_who_accepts_it),
		T(what_was_answered_is_counted_when_it_is_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

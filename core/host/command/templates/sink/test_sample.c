/*
 * The unit test of sample, on the fake host (hg/fake.h says what there is).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>
#include <stdio.h>

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

/* What is in the file now. */
static const char *lines(struct hg_fake *f)
{
	static char text[4096];
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/events.jsonl", hg_state_dir(hg_fake_self(f, NULL)));
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	return text;
}

static double counted(struct hg_fake *f, const char *end)
{
	return hg_fake_metric(f, "sample_lines_total", (const char *[]){ end });
}

static void events_are_written_a_while_later(void **state)
{
	struct hg_fake *f = start("flush_every: 2s\n");

	(void)state;
	hg_fake_publish(f, "webhook.push", "{\"ref\":\"main\"}");
	hg_fake_advance(f, 2 * HG_FAKE_SEC - 1);
	assert_string_equal(lines(f), "");
	hg_fake_advance(f, 1);
	assert_string_equal(lines(f),
		"{\"at_us\":1700000000000000,\"topic\":\"webhook.push\",\"source\":\"test\","
		"\"event\":{\"ref\":\"main\"}}\n");
	assert_true(counted(f, "written") == 1);
	stop(f);
}

static void what_comes_while_the_disk_is_slow_waits(void **state)
{
	struct hg_fake *f = start(NULL);

	(void)state;
	hg_fake_hold_offload(f, true, 1);
	hg_fake_publish(f, "a", "{}");
	hg_fake_advance(f, HG_FAKE_SEC); /* the write is under way … */
	hg_fake_publish(f, "b", "{}");
	hg_fake_advance(f, HG_FAKE_SEC);
	assert_int_equal(hg_fake_run_offload(f), 1); /* … and ends now */
	assert_true(counted(f, "written") == 1);
	hg_fake_advance(f, HG_FAKE_SEC);
	assert_int_equal(hg_fake_run_offload(f), 1);
	assert_true(counted(f, "written") == 2);
	stop(f);
}

static void a_busy_pool_is_asked_again(void **state)
{
	struct hg_fake *f = start(NULL);

	(void)state;
	hg_fake_hold_offload(f, true, 0);
	hg_fake_publish(f, "a", "{}");
	hg_fake_advance(f, HG_FAKE_SEC);
	hg_fake_hold_offload(f, false, 0);
	assert_true(counted(f, "written") == 0);
	hg_fake_advance(f, HG_FAKE_SEC);
	assert_true(counted(f, "written") == 1);
	stop(f);
}

static void what_does_not_fit_is_counted(void **state)
{
	struct hg_fake *f = start("max_waiting_bytes: 4KiB\n");

	(void)state;
	for (int i = 0; i < 100; i++)
		hg_fake_publish(f, "many", "{}");
	hg_fake_advance(f, HG_FAKE_SEC);
	assert_true(counted(f, "dropped") > 0);
	assert_true(counted(f, "dropped") + counted(f, "written") == 100);
	stop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_written_a_while_later),
		cmocka_unit_test(what_comes_while_the_disk_is_slow_waits),
		cmocka_unit_test(a_busy_pool_is_asked_again),
		cmocka_unit_test(what_does_not_fit_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

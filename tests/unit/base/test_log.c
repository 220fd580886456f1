#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/instance.h"
#include "base/log.h"
#include "base/loop.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "cache",
	.self_size = 8,
};

static char line[8192];
static int n_lines;
static struct hg_clock *held;
static struct hg_loop *loop;

static void keep_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	n_lines++;
	n = n < sizeof(line) ? n : sizeof(line) - 1;
	memcpy(line, text, n);
	line[n] = '\0';
}

static int setup(void **state)
{
	(void)state;
	n_lines = 0;
	line[0] = '\0';
	hg_log_set_sink(keep_line, NULL);
	held = hg_clock_new_held((struct hg_now){ 0, 1795488078123456 });
	loop = hg_loop_new(held, HG_THREAD_HOST, "host", 4);
	hg_loop_enter(loop);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_loop_free(loop);
	hg_clock_free(held);
	hg_log_set_json(false);
	hg_log_set_sink(NULL, NULL);
	(void)hg_log_set_level("*", "info");
	return 0;
}

static void a_line_says_moment_level_component_and_event(void **state)
{
	(void)state;
	HG_LOG(HG_LOG_DISPATCH, HG_LOG_INFO, "started tickets=%d", 7);
	assert_string_equal(line, "2026-11-24T02:41:18.123Z info dispatch: started tickets=7\n");
	HG_LOG(HG_LOG_HOST, HG_LOG_ERROR, "bad");
	assert_string_equal(line, "2026-11-24T02:41:18.123Z error host: bad\n");
}

static void json_lines_are_one_object_each(void **state)
{
	(void)state;
	hg_log_set_json(true);
	HG_LOG(HG_LOG_CONFIG, HG_LOG_WARN, "key \"%s\"\nline", "a\\b");
	assert_string_equal(line, "{\"time\":\"2026-11-24T02:41:18.123Z\",\"level\":\"warn\","
				  "\"component\":\"config\","
				  "\"event\":\"key \\\"a\\\\b\\\"\\nline\"}\n");
}

static void a_line_about_a_request_has_its_id(void **state)
{
	(void)state;
	HG_LOG_ABOUT(HG_LOG_AUDIT, HG_LOG_INFO, HG_STR("5f0c"), "n=%d", 1);
	assert_string_equal(line, "2026-11-24T02:41:18.123Z info audit: 5f0c n=1\n");
	HG_LOG_ABOUT(HG_LOG_AUDIT, HG_LOG_INFO, HG_STR(""), "n=%d", 1);
	assert_string_equal(line, "2026-11-24T02:41:18.123Z info audit: n=1\n");
	HG_LOG_ABOUT(HG_LOG_AUDIT, HG_LOG_DEBUG, HG_STR("5f0c"), "quiet");
	assert_int_equal(n_lines, 2);
	hg_log_set_json(true);
	HG_LOG_ABOUT(HG_LOG_AUDIT, HG_LOG_INFO, HG_STR("5f0c"), "n=%d", 1);
	assert_string_equal(line, "{\"time\":\"2026-11-24T02:41:18.123Z\",\"level\":\"info\","
				  "\"component\":\"audit\",\"request_id\":\"5f0c\","
				  "\"event\":\"n=1\"}\n");
}

static void a_level_is_set_for_one_component_or_for_all(void **state)
{
	(void)state;
	HG_LOG(HG_LOG_FRONT, HG_LOG_DEBUG, "quiet");
	assert_int_equal(n_lines, 0);
	assert_true(hg_log_set_level("front", "debug"));
	HG_LOG(HG_LOG_FRONT, HG_LOG_DEBUG, "loud");
	HG_LOG(HG_LOG_DISPATCH, HG_LOG_DEBUG, "quiet");
	assert_int_equal(n_lines, 1);
	assert_true(hg_log_set_level(NULL, "error"));
	for (int c = 0; c < HG_LOG_COMPONENTS; c++)
		HG_LOG((enum hg_component)c, HG_LOG_WARN, "quiet");
	assert_int_equal(n_lines, 1);
}

static void words_that_are_no_level_or_component_are_refused(void **state)
{
	(void)state;
	int level = 77;
	assert_false(hg_log_set_level("front", "loud"));
	assert_false(hg_log_set_level("frnt", "debug"));
	assert_false(hg_log_parse_level("Info", &level));
	assert_int_equal(level, 77);
	assert_true(hg_log_parse_level("warn", &level));
	assert_int_equal(level, HG_LOG_WARN);
	assert_int_equal(hg_log_level_of(HG_LOG_FRONT), HG_LOG_INFO);
}

static void a_plugin_logs_by_its_name_and_its_level(void **state)
{
	(void)state;
	struct hg_instance *in = hg_instance_new("memory", &plugin, 0);
	hg_log(in->self, HG_LOG_DEBUG, "quiet");
	assert_int_equal(n_lines, 0);
	assert_false(hg_log_is_on(in->self, HG_LOG_DEBUG));
	hg_log(in->self, HG_LOG_INFO, "loaded entries=%u", 12u);
	assert_string_equal(line, "2026-11-24T02:41:18.123Z info memory: loaded entries=12\n");
	assert_true(hg_log_set_level("*", "debug"));
	assert_true(hg_log_is_on(in->self, HG_LOG_DEBUG));
	struct hg_instance *later = hg_instance_new("later", &plugin, 1);
	assert_true(hg_log_is_on(later->self, HG_LOG_DEBUG));
	hg_instance_free(later);
	hg_instance_free(in);
}

static void what_a_client_sent_cannot_begin_a_line_of_its_own(void **state)
{
	(void)state;
	HG_LOG(HG_LOG_REQUEST, HG_LOG_INFO, "path=%s", "/a\r\n2026 error host: fire\x1b[2J");
	assert_non_null(strstr(line, "path=/a\\x0d\\x0a2026 error host: fire\\x1b[2J\n"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_long_event_is_cut_and_says_so(void **state)
{
	(void)state;
	char event[6000];
	memset(event, 'x', sizeof(event) - 1);
	event[sizeof(event) - 1] = '\0';
	HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "%s", event);
	assert_true(strlen(line) < 4200);
	assert_string_equal(line + strlen(line) - 6, "xx...\n");
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(a_line_says_moment_level_component_and_event),
		ONE(json_lines_are_one_object_each),
		ONE(a_line_about_a_request_has_its_id),
		ONE(a_level_is_set_for_one_component_or_for_all),
		ONE(words_that_are_no_level_or_component_are_refused),
		ONE(a_plugin_logs_by_its_name_and_its_level),
		ONE(what_a_client_sent_cannot_begin_a_line_of_its_own),
		ONE(a_long_event_is_cut_and_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

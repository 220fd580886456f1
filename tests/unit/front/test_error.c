#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include "front/error.h"

static json_t *body_of(const struct hg_error_in *in)
{
	struct hg_text text;

	hg_text_init(&text);
	hg_error_body(&text, in);
	json_t *body = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	hg_text_fini(&text);
	assert_true(json_is_object(body));
	return body;
}

static const char *text_of(const json_t *body, const char *name)
{
	return json_string_value(json_object_get(body, name));
}

static void it_has_githubs_members_and_the_rfcs(void **state)
{
	struct hg_error_in in = { .status = 429,
		.code = "no_budget",
		.detail = "Spent until 12:00.",
		.retry_after_s = 61,
		.request_id = HG_STR("abc"),
		.waits_for = "empty",
		.waited_us = 1500000 };
	json_t *body = body_of(&in);

	(void)state;
	assert_string_equal(text_of(body, "message"), "Spent until 12:00.");
	assert_true(strncmp(text_of(body, "documentation_url"), "https://", 8) == 0);
	assert_string_equal(text_of(body, "type"), "urn:hubgate:no_budget");
	assert_string_equal(text_of(body, "title"), "Too Many Requests");
	assert_string_equal(text_of(body, "detail"), "Spent until 12:00.");
	assert_string_equal(text_of(body, "code"), "no_budget");
	assert_string_equal(text_of(body, "request_id"), "abc");
	assert_int_equal(json_integer_value(json_object_get(body, "status")), 429);
	assert_int_equal(json_integer_value(json_object_get(body, "retry_after")), 61);
	assert_string_equal(text_of(body, "waits_for"), "empty");
	assert_int_equal(json_integer_value(json_object_get(body, "waited_ms")), 1500);
	json_decref(body);
}

static void what_is_unknown_is_left_out(void **state)
{
	struct hg_error_in in = { .status = 599, .code = "odd", .detail = "", .retry_after_s = -1 };
	json_t *body = body_of(&in);

	(void)state;
	assert_null(json_object_get(body, "retry_after"));
	assert_null(json_object_get(body, "request_id"));
	assert_null(json_object_get(body, "waits_for"));
	assert_int_equal(json_integer_value(json_object_get(body, "status")), 599);
	json_decref(body);
}

static void what_a_client_sent_cannot_break_the_json(void **state)
{
	struct hg_error_in in = { .status = 400,
		.code = "bad",
		.detail = "a \"quoted\"\n\\ \x01 \xff sentence",
		.request_id = HG_STR("\",\"status\":200,\"x\":\"") };
	json_t *body = body_of(&in);

	(void)state;
	assert_string_equal(text_of(body, "request_id"), "\",\"status\":200,\"x\":\"");
	assert_non_null(strstr(text_of(body, "detail"), "\"quoted\"\n\\ \x01 "));
	assert_int_equal(json_integer_value(json_object_get(body, "status")), 400);
	json_decref(body);
}

static void problem_json_is_for_those_who_ask(void **state)
{
	(void)state;
	assert_string_equal(hg_error_type((struct hg_str){ 0 }), "application/json; charset=utf-8");
	assert_string_equal(hg_error_type(HG_STR("application/vnd.github+json")),
		"application/json; charset=utf-8");
	assert_string_equal(hg_error_type(HG_STR("text/html, application/problem+json;q=0.9")),
		"application/problem+json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_githubs_members_and_the_rfcs),
		cmocka_unit_test(what_is_unknown_is_left_out),
		cmocka_unit_test(what_a_client_sent_cannot_break_the_json),
		cmocka_unit_test(problem_json_is_for_those_who_ask),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/batch_result.h"
#include "base/json.h"
#include <stdio.h>
#include <string.h>

static void assert_result(const struct hg_batch_result *in, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_batch_result_add(&out, in);
	assert_string_equal(out.p, wanted);
	assert_true(hg_json_is_valid(hg_text_str(&out)));
	hg_text_fini(&out);
}

#define RESULT(bytes)                                                               \
	&(struct hg_batch_result)                                                   \
	{                                                                           \
		.index = 4, .reply = { bytes, sizeof(bytes) - 1 }, .is_whole = true \
	}
#define GOOD(rest) "{\"index\":4,\"status\":\"fulfilled\",\"value\":{\"status\":" rest "}}"
#define BAD(rest) "{\"index\":4,\"status\":\"rejected\",\"reason\":{\"status\":" rest "}}"

static void a_body_is_passed_on_as_what_it_is(void **state)
{
	(void)state;
	assert_result(RESULT("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
			     "{\r\n \"a\": 10000000000000000000001\n}"),
		GOOD("200,\"headers\":{\"content-type\":\"application/json\"},"
		     "\"data\":{   \"a\": 10000000000000000000001 }"));
	assert_result(RESULT("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\""),
		GOOD("200,\"headers\":{\"content-type\":\"application/json\"},"
		     "\"data\":\"{\\\"a\\\"\""));
	assert_result(RESULT("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n\xc3\xa4\n\"x"),
		GOOD("200,\"headers\":{\"content-type\":\"text/plain\"},"
		     "\"data\":\"\xc3\xa4\\n\\\"x\""));
	assert_result(RESULT("HTTP/1.1 200 OK\r\nX: y\r\n\r\n\xff\x00"),
		GOOD("200,\"headers\":{\"x\":\"y\"},\"data\":\"/wA=\",\"encoding\":\"base64\""));
	assert_result(RESULT("HTTP/1.1 200 OK\r\nX: y\r\n\r\n\x01\x02\x03"),
		GOOD("200,\"headers\":{\"x\":\"y\"},\"data\":\"AQID\",\"encoding\":\"base64\""));
	assert_result(RESULT("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: "
			     "application/json\r\n\r\n{}"),
		GOOD("200,\"headers\":{\"content-encoding\":\"gzip\",\"content-type\":"
		     "\"application/json\"},\"data\":\"e30=\",\"encoding\":\"base64\""));
	assert_result(RESULT("HTTP/1.1 304 Not Modified\r\n\r\n"),
		GOOD("304,\"headers\":{},\"data\":null"));
}

static void headers_are_small_joined_and_without_framing(void **state)
{
	(void)state;
	assert_result(RESULT("HTTP/1.1 204 No Content\r\nVary: A\r\nConnection: close\r\n"
			     "X-Z: \"q\"\r\nCONTENT-LENGTH: 0\r\nvary: B\r\n\r\n"),
		GOOD("204,\"headers\":{\"vary\":\"A, B\",\"x-z\":\"\\\"q\\\"\"},\"data\":null"));
}

static void a_refusal_has_a_message_and_a_code(void **state)
{
	(void)state;
	assert_result(RESULT("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n"
			     "{\"message\":\"No \\u00e4\",\"code\":\"theirs\",\"retry_after\":9}"),
		BAD("404,\"message\":\"No \\u00e4\",\"code\":\"github\",\"headers\":{"
		    "\"content-type\":\"application/json\"},\"data\":{\"message\":\"No \\u00e4\","
		    "\"code\":\"theirs\",\"retry_after\":9}"));
	assert_result(RESULT("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Type: "
			     "application/json\r\n\r\n{\"message\":\"m\",\"type\":"
			     "\"urn:hubgate:no_budget\",\"code\":\"no_budget\"}"),
		BAD("429,\"message\":\"m\",\"code\":\"no_budget\",\"retry_after\":7,\"headers\":{"
		    "\"retry-after\":\"7\",\"content-type\":\"application/json\"},\"data\":{"
		    "\"message\":\"m\",\"type\":\"urn:hubgate:no_budget\",\"code\":\"no_"
		    "budget\"}"));
	assert_result(RESULT("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"),
		BAD("502,\"message\":\"Bad Gateway\",\"code\":\"github\",\"headers\":{},"
		    "\"data\":\"<html>\""));
	assert_result(RESULT("HTTP/1.1 500 x\r\nContent-Type: application/json\r\n\r\n"
			     "{\"message\":[1],\"message\":\"two\"}"),
		BAD("500,\"message\":\"Internal Server Error\",\"code\":\"github\",\"headers\":{"
		    "\"content-type\":\"application/json\"},\"data\":{\"message\":[1],"
		    "\"message\":\"two\"}"));
}

static void what_is_not_whole_is_rejected(void **state)
{
	(void)state;
	struct hg_batch_result in = {
		.index = 4, .id = HG_STR("\"i\""), .reply = HG_STR("HTTP/1.1 200 OK\r\n\r\nhalf")
	};
	const char *cut =
		"{\"index\":4,\"id\":\"i\",\"status\":\"rejected\",\"reason\":{\"status\":"
		"502,\"message\":\"The reply was cut before its end.\",\"code\":\"cut\"}}";

	assert_result(&in, cut);
	in.is_whole = true;
	in.reply = HG_STR("HTTP/1.1 200 OK\r\nX");
	assert_result(&in, cut);
	in.reply = (struct hg_str){ 0 };
	assert_result(&in, cut);
	in.is_too_large = true;
	assert_result(&in,
		"{\"index\":4,\"id\":\"i\",\"status\":\"rejected\",\"reason\":{\"status\":"
		"502,\"message\":\"The replies of this batch take more memory than they "
		"may.\",\"code\":\"too_large\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_passed_on_as_what_it_is),
		cmocka_unit_test(headers_are_small_joined_and_without_framing),
		cmocka_unit_test(a_refusal_has_a_message_and_a_code),
		cmocka_unit_test(what_is_not_whole_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

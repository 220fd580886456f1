#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/batch_ask.h"
#include "front/http1.h"
#include <stdio.h>
#include <string.h>

#define BASE "http://localhost:3001"

struct read {
	struct hg_arena arena;
	const struct hg_batch_ask *asks;
	uint32_t n;
	struct hg_batch_no no;
	int rc;
};

static void read_body(struct read *r, struct hg_str body)
{
	memset(r, 0, sizeof(*r));
	hg_arena_init(&r->arena);
	r->rc = hg_batch_read(&r->arena, body, 3, HG_STR(BASE), &r->asks, &r->n, &r->no);
}

static const struct hg_batch_who who = { .host = { "localhost:3001", 14 },
	.authorization = { "Bearer x", 8 },
	.deadline = { "20s", 3 },
	.id = { "outer", 5 },
	.klass = HG_CLASS_HIGH };

/* The one item of this list as bytes; and that the parser reads the same. */
static void assert_bytes(const char *item, const char *wanted)
{
	struct hg_text body, out;
	struct hg_http1_head h;
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;
	struct read r;
	size_t used;

	hg_text_init(&body);
	hg_text_init(&out);
	hg_text_printf(&body, "{\"requests\":[%s]}", item);
	read_body(&r, hg_text_str(&body));
	if (r.rc < 0)
		fail_msg("%s: %s", item, r.no.detail);
	hg_batch_render(&out, &r.asks[0], 7, &who);
	assert_string_equal(out.p, wanted);
	hg_http1_head_clear(&h);
	assert_int_equal(hg_http1_parse(&h, out.p, out.n, &limits, &used), HG_HTTP1_DONE);
	assert_int_equal(h.content_length, out.n - used);
	hg_arena_fini(&r.arena);
	hg_text_fini(&body);
	hg_text_fini(&out);
}

#define HEAD(line, klass, deadline)                                             \
	line " HTTP/1.0\r\nHost: localhost:3001\r\nAuthorization: Bearer x\r\n" \
	     "X-Request-Id: outer.7\r\nX-Hubgate-Priority: " klass              \
	     "\r\nX-Hubgate-Deadline: " deadline "\r\n"

static void an_item_becomes_one_request(void **state)
{
	(void)state;
	assert_bytes(
		"{\"path\":\"/user?a=%20&b\"}", HEAD("GET /user?a=%20&b", "high", "20s") "\r\n");
	assert_bytes("{\"url\":\"" BASE
		     "/api/v3/user\",\"priority\":\"low\",\"deadline\":\"5min\"}",
		HEAD("GET /api/v3/user", "low", "5min") "\r\n");
	assert_bytes("{\"url\":\"HTTP://LOCALHOST:3001/x\",\"method\":\"HEAD\"}",
		HEAD("HEAD /x", "high", "20s") "\r\n");
	assert_bytes(
		"{\"method\":\"POST\",\"path\":\"/x\",\"body\":{\"n\": 123456789012345678901}}",
		HEAD("POST /x", "high",
			"20s") "Content-Type: application/json\r\n"
			       "Content-Length: 28\r\n\r\n{\"n\": 123456789012345678901}");
	assert_bytes("{\"method\":\"POST\",\"path\":\"/x\",\"body\":\"a\\r\\n\\u00e4\","
		     "\"headers\":{\"content-TYPE\":\"text/plain\",\"Accept\":\"*/*\"}}",
		HEAD("POST /x", "high", "20s") "content-TYPE: text/plain\r\nAccept: */*\r\n"
					       "Content-Length: 5\r\n\r\na\r\n\xc3\xa4");
	assert_bytes("{\"method\":\"DELETE\",\"path\":\"/x\",\"body\":null}",
		HEAD("DELETE /x", "high", "20s") "\r\n");
}

static const struct {
	const char *body;
	int status;
	const char *code, *words;
} refused[] = {
	{ "", 400, "bad_json", "not JSON" },
	{ "{\"requests\":[}", 400, "bad_json", "not JSON" },
	{ "[]", 422, "no_requests", "object" },
	{ "{}", 422, "no_requests", "no list" },
	{ "{\"requests\":{}}", 422, "no_requests", "no list" },
	{ "{\"requests\":[]}", 422, "no_requests", "empty" },
	{ "{\"requests\":[{}],\"x\":1}", 422, "no_requests", "one member" },
	{ "{\"requests\":[],\"requests\":[]}", 422, "no_requests", "one member" },
	{ "{\"requests\":[1,2,3,4]}", 413, "too_many_in_batch", "at most 3" },
};

static const struct {
	const char *item, *words;
} refused_items[] = {
	{ "1", "no object" },
	{ "{}", "no path" },
	{ "{\"path\":1}", "path is no string" },
	{ "{\"path\":\"\"}", "one slash" },
	{ "{\"path\":\"x\"}", "one slash" },
	{ "{\"path\":\"//x\"}", "one slash" },
	{ "{\"path\":\"http://elsewhere/\"}", "one slash" },
	{ "{\"path\":\"/a b\"}", "percent-encoded" },
	{ "{\"path\":\"/a\\r\\nHost: x\"}", "percent-encoded" },
	{ "{\"path\":\"/a\\u0000\"}", "percent-encoded" },
	{ "{\"path\":\"/a\\u007f\"}", "percent-encoded" },
	{ "{\"path\":\"/\\u00e4\"}", "percent-encoded" },
	{ "{\"path\":\"/a#b\"}", "percent-encoded" },
	{ "{\"url\":\"https://api.github.com/user\"}", "not below the base" },
	{ "{\"url\":\"" BASE "\"}", "not below the base" },
	{ "{\"url\":\"" BASE "0/x\"}", "not below the base" },
	{ "{\"url\":\"" BASE ".evil/x\"}", "not below the base" },
	{ "{\"url\":\"" BASE "//x\"}", "one slash" },
	{ "{\"url\":\"" BASE "/x\",\"path\":\"/x\"}", "both path and url" },
	{ "{\"path\":\"/x\",\"p\\u0061th\":\"/y\"}", "path comes twice" },
	{ "{\"path\":\"/x\",\"metod\":\"GET\"}", "no member \"metod\"" },
	{ "{\"path\":\"/x\",\"method\":\"get\"}", "method is none of" },
	{ "{\"path\":\"/x\",\"method\":\"GET / HTTP/1.1\"}", "method is none of" },
	{ "{\"path\":\"/x\",\"method\":\"OPTIONS\"}", "method is none of" },
	{ "{\"path\":\"/x\",\"id\":1}", "id is no string" },
	{ "{\"path\":\"/x\",\"priority\":\"urgent\"}", "priority is none of" },
	{ "{\"path\":\"/x\",\"deadline\":\"soon\"}", "no time" },
	{ "{\"path\":\"/x\",\"deadline\":\"0\"}", "no time" },
	{ "{\"path\":\"/x\",\"deadline\":\"1s\\r\\nX: y\"}", "no time" },
	{ "{\"path\":\"/x\",\"headers\":[]}", "no object" },
	{ "{\"path\":\"/x\",\"headers\":{\"Accept\":1}}", "no string" },
	{ "{\"path\":\"/x\",\"headers\":{\"Accept\":\"a\\r\\nX: y\"}}", "can not be sent" },
	{ "{\"path\":\"/x\",\"headers\":{\"Accept\":\"a\\u0000\"}}", "can not be sent" },
	{ "{\"path\":\"/x\",\"headers\":{\"Accept\\r\\nX\":\"y\"}}", "may not be given" },
	{ "{\"path\":\"/x\",\"headers\":{\"X-GitHub-a\\r\\nHost: b\":\"y\"}}", "may not be given" },
	{ "{\"path\":\"/x\",\"headers\":{\"\":\"y\"}}", "may not be given" },
	{ "{\"path\":\"/x\",\"headers\":{\"Accept\":\"a\",\"accept\":\"b\"}}", "comes twice" },
};

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	struct read r;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		read_body(&r, hg_str(refused[i].body));
		assert_int_equal(r.rc, HG_EINVAL);
		assert_int_equal(r.no.status, refused[i].status);
		assert_string_equal(r.no.code, refused[i].code);
		if (!strstr(r.no.detail, refused[i].words))
			fail_msg("%s: %s", refused[i].body, r.no.detail);
		hg_arena_fini(&r.arena);
	}
}

static void which_item_is_wrong_is_said(void **state)
{
	(void)state;
	struct read r;
	struct hg_text body;

	hg_text_init(&body);
	for (size_t i = 0; i < sizeof(refused_items) / sizeof(*refused_items); i++) {
		hg_text_clear(&body);
		hg_text_printf(
			&body, "{\"requests\":[{\"path\":\"/x\"},%s]}", refused_items[i].item);
		read_body(&r, hg_text_str(&body));
		if (r.rc == 0)
			fail_msg("taken: %s", refused_items[i].item);
		assert_int_equal(r.no.status, 422);
		assert_string_equal(r.no.code, "bad_item");
		assert_true(hg_str_starts(hg_str(r.no.detail), HG_STR("requests[1]: ")));
		if (!strstr(r.no.detail, refused_items[i].words))
			fail_msg("%s: %s", refused_items[i].item, r.no.detail);
		hg_arena_fini(&r.arena);
	}
	hg_text_fini(&body);
}

static void only_what_crosses_to_github_may_be_given(void **state)
{
	(void)state;
	static const char *const no[] = { "Host", "authorization", "Connection", "Content-Length",
		"Transfer-Encoding", "X-Hubgate-Priority", "X-Request-Id", "Cookie", "Upgrade",
		"Expect", "Accept-Encoding", "X-HTTP-Method-Override", "X-Forwarded-For", "Origin",
		NULL };
	static const char *const yes[] = { "Accept", "if-none-match", "X-GitHub-Api-Version",
		"Content-Type", "Range", NULL };
	struct hg_text body;
	struct read r;

	hg_text_init(&body);
	for (int may = 0; may < 2; may++)
		for (const char *const *name = may ? yes : no; *name; name++) {
			hg_text_clear(&body);
			hg_text_printf(&body,
				"{\"requests\":[{\"path\":\"/x\",\"headers\":{\"%s\":\"1\"}}]}",
				*name);
			read_body(&r, hg_text_str(&body));
			if ((r.rc == 0) != may)
				fail_msg("%s", *name);
			hg_arena_fini(&r.arena);
		}
	hg_text_fini(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_becomes_one_request),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(which_item_is_wrong_is_said),
		cmocka_unit_test(only_what_crosses_to_github_may_be_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

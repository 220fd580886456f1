#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/rewrite_json.h"
#include <hg/mem.h>

#define A "https://api.github.com"
#define L "http://localhost:3001"

static const struct hg_snapshot snapshot = { .n_upstreams = 1, .upstreams[0].base_url = A };

static struct hg_rewrite rewrite_for(const char *prefix)
{
	struct hg_rewrite w;

	hg_rewrite_init(&w, &snapshot, 0, false, false, HG_STR("localhost:3001"), hg_str(prefix));
	return w;
}

/* In pieces of `each` bytes, with a copy of its own for each, so that reading past one is seen. */
static void add_streamed(
	const struct hg_rewrite *w, struct hg_text *out, struct hg_str body, size_t each)
{
	struct hg_rewrite_json j;

	hg_rewrite_json_init(&j, w);
	for (size_t at = 0; at < body.n; at += each) {
		size_t n = body.n - at < each ? body.n - at : each;
		char *piece = hg_alloc(n);
		memcpy(piece, body.p + at, n);
		if (!hg_rewrite_json_next(&j, (struct hg_str){ piece, n }, out))
			hg_text_add(out, (struct hg_str){ piece, n });
		hg_free(piece);
	}
	hg_rewrite_json_end(&j, out);
}

static void assert_text(const struct hg_text *got, const char *wanted)
{
	if (!hg_str_is(hg_text_str(got), hg_str(wanted)))
		fail_msg("got %.*s, wanted %s", (int)got->n, got->n ? got->p : "", wanted);
}

static void assert_becomes(const struct hg_rewrite *w, const char *body, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	bool changed = hg_rewrite_json_whole(w, hg_str(body), &out);
	assert_int_equal(changed, strcmp(body, wanted) != 0);
	if (changed)
		assert_text(&out, wanted);
	else
		assert_int_equal(out.n, 0);
	for (size_t each = 1; each <= strlen(body); each++) {
		hg_text_clear(&out);
		add_streamed(w, &out, hg_str(body), each);
		assert_text(&out, wanted);
	}
	hg_text_fini(&out);
}

static void members_that_are_urls_of_the_upstream_lead_back(void **state)
{
	static const struct {
		const char *body, *wanted;
	} rows[] = {
		{ "{\"url\":\"" A "/x\"}", "{\"url\":\"" L "/x\"}" },
		{ "{\"url\":\"" A "\"}", "{\"url\":\"" L "\"}" },
		{ "{\"url\":\"" A "?a=1\"}", "{\"url\":\"" L "?a=1\"}" },
		{ "{\"url\":\"" A "#a\"}", "{\"url\":\"" L "#a\"}" },
		{ "{\"_url\":\"" A "{/a}\"}", "{\"_url\":\"" L "{/a}\"}" },
		{ " {\n \"repos_url\" : \"" A "/x\\\"y\" ,\"n\":-1.5e+3} ",
			" {\n \"repos_url\" : \"" L "/x\\\"y\" ,\"n\":-1.5e+3} " },
		{ "[{\"url\":\"" A "/1\"},{\"a\":{\"b_url\":\"" A "/2\"},\"url\":\"" A "/3\"}]",
			"[{\"url\":\"" L "/1\"},{\"a\":{\"b_url\":\"" L "/2\"},\"url\":\"" L
			"/3\"}]" },
		{ "{\"url\":null,\"a_url\":\"" A "/\",\"b\":[true,false,0,1e9]}",
			"{\"url\":null,\"a_url\":\"" L "/\",\"b\":[true,false,0,1e9]}" },
		{ "{\"a\\\\\":1,\"url\":\"" A "/\"}", "{\"a\\\\\":1,\"url\":\"" L "/\"}" },
		{ "{\"\xc3\xa9_url\":\"" A "/\xc3\xa9\"}",
			"{\"\xc3\xa9_url\":\"" L "/\xc3\xa9\"}" },
		{ "{\"url\":\"" A "/1\",\"url\":\"" A "/2\"}",
			"{\"url\":\"" L "/1\",\"url\":\"" L "/2\"}" },
	};
	struct hg_rewrite w = rewrite_for("");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_becomes(&w, rows[i].body, rows[i].wanted);
}

static void all_else_stays_as_it_is(void **state)
{
	static const char *const bodies[] = {
		"",
		" ",
		"{}",
		"{\"html_url\":\"https://github.com/o/r\"}",
		"{\"avatar_url\":\"https://avatars.githubusercontent.com/u/1\"}",
		"\"" A "/x\"",
		"[\"" A "/x\",\"url\",\"" A "/x\"]",
		"{\"urls\":\"" A "/x\"}",
		"{\"URL\":\"" A "/x\"}",
		"{\"curl\":\"" A "/x\"}",
		"{\"href\":\"" A "/x\"}",
		"{\"" A "/x\":1}",
		"{\"url\":[\"" A "/x\"]}",
		"{\"url\":{\"a\":\"" A "/x\"}}",
		"{\"ur\\u006c\":\"" A "/x\"}",
		"{\"\\u0061_url\":\"" A "/x\"}",
		"{\"a\\\"_url\":\"" A "/x\"}",
		"{\"url\":\"" A ".evil.example/x\"}",
		"{\"url\":\"" A ":8443/x\"}",
		"{\"url\":\"" A "@evil.example/x\"}",
		"{\"url\":\"" A "munity\"}",
		"{\"url\":\"http://api.github.com/x\"}",
		"{\"url\":\"see " A "/x\"}",
		"{\"url\":\"https:\\/\\/api.github.com\\/x\"}",
		"{\"url\":\"" A "\\/x\"}",
		"{\"body\":\"\\\"url\\\":\\\"" A "/x\\\"\"}",
		"{\"body\":\"{\\\"url\\\": \",\"b\":\"" A "/x\"}",
		"{\"upload_url\":\"https://uploads.github.com/x{?name,label}\"}",
	};
	struct hg_rewrite w = rewrite_for("");

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_becomes(&w, bodies[i], bodies[i]);
}

/* What was said before the fault is rewritten: it may have left already. */
static void from_a_fault_on_nothing_is_touched(void **state)
{
#define U "\"url\":\"" A "/x\""
#define R "\"url\":\"" L "/x\""
	static const struct {
		const char *before, *fault;
	} rows[] = {
		{ "{" U "", "}," U "}" },
		{ "[{" U "", "],{" U "}]" },
		{ "", U },
		{ "{" U "", " " U "}" },
		{ "{" U ",", "}{" U "}" },
		{ "{", ",{" U "}" },
		{ "{\"a\":", ",{" U "}" },
		{ "{\"a\"", ",{" U "}" },
		{ "{\"a\":0", "1,{" U "}" },
		{ "{\"a\":-", "x," U "}" },
		{ "{\"a\":1.", "," U "}" },
		{ "{\"a\":1e", "," U "}" },
		{ "{\"a\":1e-", "," U "}" },
		{ "{\"a\":1.5e3", ".2," U "}" },
		{ "{\"a\":", "+1," U "}" },
		{ "{\"a\":", "tru," U "}" },
		{ "{\"a\":", "'b'," U "}" },
		{ "{\"a\":", "\"\\x\"," U "}" },
		{ "{\"a\":", "\"\\u12g4\"," U "}" },
		{ "{\"a\":", "\"\n\"," U "}" },
		{ "{" U ",\"a\":\"", "\x01\"," U "}" },
		{ "\xef\xbb\xbf", "{" U "}" },
		{ "{" U "}", "{" U "}" },
		{ "{" U "} ", "," U },
		{ "{\"url\":", "url\":\"" A "/x\"}" },
	};
	struct hg_rewrite w = rewrite_for("");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char body[256], wanted[256];
		const char *u = strstr(rows[i].before, U);
		(void)snprintf(body, sizeof(body), "%s%s", rows[i].before, rows[i].fault);
		if (u)
			(void)snprintf(wanted, sizeof(wanted), "%.*s" R "%s%s",
				(int)(u - rows[i].before), rows[i].before, u + strlen(U),
				rows[i].fault);
		else
			(void)snprintf(wanted, sizeof(wanted), "%s", body);
		assert_becomes(&w, body, wanted);
	}
}

static void a_body_that_ends_early_loses_nothing(void **state)
{
	static const char body[] = "{\"url\":\"" A "/x\",\"b_url\":\"" A "\"}";
	struct hg_rewrite w = rewrite_for("");

	(void)state;
	for (size_t n = 0; n < sizeof(body); n++) {
		struct hg_text whole, streamed;
		hg_text_init(&whole);
		hg_text_init(&streamed);
		if (!hg_rewrite_json_whole(&w, (struct hg_str){ body, n }, &whole))
			hg_text_add(&whole, (struct hg_str){ body, n });
		add_streamed(&w, &streamed, (struct hg_str){ body, n }, 3);
		assert_true(hg_str_is(hg_text_str(&whole), hg_text_str(&streamed)));
		if (n < 8 + sizeof(A)) /* the base's end is not sure yet */
			assert_true(hg_str_is(hg_text_str(&whole), (struct hg_str){ body, n }));
		hg_text_fini(&whole);
		hg_text_fini(&streamed);
	}
}

static void uploads_lead_to_api_uploads_beside_api_v3(void **state)
{
	static const char *const prefixes[] = { "/api/v3", "/api/uploads", "/api" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct hg_rewrite w = rewrite_for(prefixes[i]);
		assert_becomes(&w,
			"{\"upload_url\":\"https://uploads.github.com/r/1/assets{?name,label}\","
			"\"url\":\"" A "/r/1\",\"assets_url\":\"" A "/r/1/assets\"}",
			"{\"upload_url\":\"" L "/api/uploads/r/1/assets{?name,label}\","
			"\"url\":\"" L "/api/v3/r/1\",\"assets_url\":\"" L "/api/v3/r/1/assets\"}");
		assert_becomes(&w, "{\"url\":\"https://up\"}", "{\"url\":\"https://up\"}");
		assert_becomes(&w, "{\"url\":\"https://uploads.github.community/\"}",
			"{\"url\":\"https://uploads.github.community/\"}");
	}
}

static void the_longer_of_two_bases_is_taken(void **state)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams[0] = { .base_url = "http://g", .uploads_url = "http://g/up" } };
	struct hg_rewrite w;

	(void)state;
	hg_rewrite_init(&w, &s, 0, false, false, HG_STR("localhost"), HG_STR("/api/v3"));
	assert_becomes(&w,
		"{\"url\":\"http://g/up/x\",\"b_url\":\"http://g/uq\",\"url\":\"http://g/u\"}",
		"{\"url\":\"http://localhost/api/uploads/x\",\"b_url\":\"http://localhost/api/v3/"
		"uq\","
		"\"url\":\"http://localhost/api/v3/u\"}");

	s.upstreams[0] =
		(struct hg_upstream_conf){ .base_url = "http://g/up", .uploads_url = "http://g" };
	hg_rewrite_init(&w, &s, 0, false, false, HG_STR("localhost"), HG_STR("/api/v3"));
	assert_becomes(&w, "{\"url\":\"http://g/up/x\",\"b_url\":\"http://g/uq\"}",
		"{\"url\":\"http://localhost/api/v3/x\",\"b_url\":\"http://localhost/api/uploads/"
		"uq\"}");
}

static void an_enterprise_server_keeps_its_uploads(void **state)
{
	struct hg_snapshot s = { .n_upstreams = 1,
		.upstreams[0].base_url = "https://ghe.example/api/v3/" };
	struct hg_rewrite w;

	(void)state;
	hg_rewrite_init(&w, &s, 0, false, false, HG_STR("localhost"), HG_STR("/api/v3"));
	assert_becomes(&w,
		"{\"url\":\"https://ghe.example/api/v3/x\",\"u_url\":\"https://ghe.example/api/"
		"uploads/"
		"x\",\"html_url\":\"https://ghe.example/o/r\"}",
		"{\"url\":\"http://localhost/api/v3/x\",\"u_url\":\"http://localhost/api/uploads/"
		"x\","
		"\"html_url\":\"https://ghe.example/o/r\"}");
	/* for gh over its socket they have GitHub's host */
	hg_rewrite_init(&w, &s, 0, false, true, HG_STR("api.github.com"), HG_STR(""));
	assert_becomes(&w,
		"{\"url\":\"https://ghe.example/api/v3/x\","
		"\"u_url\":\"https://ghe.example/api/uploads/x\"}",
		"{\"url\":\"" A "/x\",\"u_url\":\"https://uploads.github.com/x\"}");
}

static void without_a_base_of_the_client_nothing_is_looked_at(void **state)
{
	struct hg_rewrite w;

	(void)state;
	hg_rewrite_init(&w, &snapshot, 0, false, true, HG_STR("api.github.com"), HG_STR(""));
	assert_becomes(&w, "{\"url\":\"" A "/x\"}", "{\"url\":\"" A "/x\"}");
}

static void a_body_that_nests_too_deep_passes_from_there(void **state)
{
	struct hg_rewrite w = rewrite_for("");
	struct hg_text in, out;

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		hg_text_init(&in);
		hg_text_init(&out);
		for (unsigned i = 0; i < HG_REWRITE_JSON_DEPTH - 1 + extra; i++)
			hg_text_add_char(&in, '[');
		hg_text_add(&in, HG_STR("{" U "}"));
		assert_int_equal(hg_rewrite_json_whole(&w, hg_text_str(&in), &out), extra == 0);
		hg_text_fini(&in);
		hg_text_fini(&out);
	}
}

static void a_piece_without_a_hit_is_not_copied(void **state)
{
	struct hg_rewrite w = rewrite_for("");
	struct hg_rewrite_json j;
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	hg_rewrite_json_init(&j, &w);
	assert_false(hg_rewrite_json_next(&j, HG_STR("{\"a\":1,\"url\":\""), &out));
	assert_true(hg_rewrite_json_next(&j, HG_STR("https"), &out)); /* held: nothing may leave */
	assert_int_equal(out.n, 0);
	assert_true(hg_rewrite_json_next(&j, HG_STR("://other\","), &out));
	assert_text(&out, "https://other\",");
	assert_false(hg_rewrite_json_next(&j, HG_STR("\"b\":2}"), &out));
	hg_rewrite_json_end(&j, &out);
	assert_int_equal(j.n_replaced, 0);
	hg_text_fini(&out);
}

static void only_whole_plain_json_is_rewritten(void **state)
{
	static const struct {
		int status;
		const char *type, *encoding;
		bool is_for;
	} rows[] = {
		{ 200, "application/json; charset=utf-8", NULL, true },
		{ 404, "Application/JSON", NULL, true },
		{ 201, "application/json ;a=b", "identity", true },
		{ 200, "application/scim+json", NULL, true },
		{ 200, "application/vnd.github.v3+json; charset=utf-8", NULL, true },
		{ 206, "application/json", NULL, false },
		{ 204, "application/json", NULL, false },
		{ 304, "application/json", NULL, false },
		{ 200, "application/json", "gzip", false },
		{ 200, "application/x-ndjson", NULL, false },
		{ 200, "application/jsonp", NULL, false },
		{ 200, "application/vnd.github.raw", NULL, false },
		{ 200, "text/html; a=application/json", NULL, false },
		{ 200, "text/plain;+json", NULL, false },
		{ 200, "/+json", NULL, false },
		{ 200, "a/+json", NULL, false },
		{ 200, "+json", NULL, false },
		{ 200, "", NULL, false },
		{ 200, NULL, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (hg_rewrite_json_is_for(rows[i].status, hg_str(rows[i].type),
			    hg_str(rows[i].encoding)) != rows[i].is_for)
			fail_msg("%d %s", rows[i].status, rows[i].type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_that_are_urls_of_the_upstream_lead_back),
		cmocka_unit_test(all_else_stays_as_it_is),
		cmocka_unit_test(from_a_fault_on_nothing_is_touched),
		cmocka_unit_test(a_body_that_ends_early_loses_nothing),
		cmocka_unit_test(uploads_lead_to_api_uploads_beside_api_v3),
		cmocka_unit_test(the_longer_of_two_bases_is_taken),
		cmocka_unit_test(an_enterprise_server_keeps_its_uploads),
		cmocka_unit_test(without_a_base_of_the_client_nothing_is_looked_at),
		cmocka_unit_test(a_body_that_nests_too_deep_passes_from_there),
		cmocka_unit_test(a_piece_without_a_hit_is_not_copied),
		cmocka_unit_test(only_whole_plain_json_is_rewritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

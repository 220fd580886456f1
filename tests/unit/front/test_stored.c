#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/request.h"
#include "front/stored.h"

#define F(n, v)                      \
	{                            \
		HG_STR(n), HG_STR(v) \
	}

static struct hg_stored *make(const struct hg_field *fields, uint32_t n)
{
	return hg_stored_make(200, fields, n, HG_STR("{\"a\":1}"));
}

static void the_head_is_rendered_once_with_links_apart(void **state)
{
	struct hg_field fields[] = { F("Content-Type", "application/json"),
		F("Link", "<https://api.github.com/x>; rel=\"next\""), F("ETag", "\"1\""),
		F("location", "/y"), F("X-Empty", "") };
	struct hg_stored *kept = make(fields, 5);

	(void)state;
	assert_true(hg_str_is(kept->lines,
		HG_STR("Content-Type: application/json\r\nETag: \"1\"\r\nX-Empty: \r\n")));
	assert_true(hg_str_is(kept->link, HG_STR("<https://api.github.com/x>; rel=\"next\"")));
	assert_true(hg_str_is(kept->location, HG_STR("/y")));
	assert_true(hg_str_is(kept->etag, HG_STR("\"1\"")));
	assert_true(hg_str_is(hg_stored_header(kept, "etag"), HG_STR("\"1\"")));
	assert_true(hg_str_is(hg_stored_header(kept, "LINK"), kept->link));
	assert_null(hg_stored_header(kept, "nothing").p);
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("{\"a\":1}")));
	assert_int_equal(hg_stored_status(kept), 200);
	hg_stored_unref(kept);
}

static void what_belongs_to_one_exchange_or_connection_is_dropped(void **state)
{
	struct hg_field fields[] = { F("Date", "x"), F("Content-Length", "7"),
		F("X-RateLimit-Remaining", "1"), F("Set-Cookie", "a=b"), F("Connection", "close"),
		F("Transfer-Encoding", "chunked"), F("X-GitHub-Request-Id", "1"),
		F("Vary", "Accept") };
	struct hg_stored *kept = make(fields, 8);

	(void)state;
	assert_int_equal(kept->n_fields, 1);
	assert_true(hg_str_is(kept->lines, HG_STR("Vary: Accept\r\n")));
	hg_stored_unref(kept);
}

static void it_is_a_copy_and_knows_its_size(void **state)
{
	char body[] = "abc", value[] = "v";
	struct hg_field field = { HG_STR("A"), { value, 1 } };
	struct hg_stored *kept = hg_stored_make(404, &field, 1, (struct hg_str){ body, 3 });

	(void)state;
	memset(body, 'x', 3);
	value[0] = 'x';
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("abc")));
	assert_true(hg_str_is(hg_stored_header(kept, "a"), HG_STR("v")));
	assert_in_range(hg_stored_bytes(kept), 3 + 6, 400);
	hg_stored_unref(kept);
}

static void nothing_at_all_can_be_kept(void **state)
{
	struct hg_stored *kept = hg_stored_make(204, NULL, 0, (struct hg_str){ 0 });

	(void)state;
	assert_int_equal(kept->lines.n + kept->body.n + kept->n_fields, 0);
	hg_stored_unref(hg_stored_ref(kept));
	assert_int_equal(hg_stored_status(kept), 204);
	hg_stored_unref(kept);
	hg_stored_unref(NULL);
}

/* RFC 9111, 4.3.4: after a 304 the newer fields win, the others stay, and so does the body. */
static void a_304_renews_the_head_and_keeps_the_body(void **state)
{
	struct hg_field old_fields[] = { F("Content-Type", "application/json"), F("ETag", "\"1\""),
		F("Link", "<old>"), F("X-OAuth-Scopes", "repo") };
	struct hg_field new_fields[] = { F("etag", "W/\"1\""), F("Content-Type", "text/plain"),
		F("Link", "<new>"), F("Date", "x"), F("Cache-Control", "private") };
	struct hg_stored *old = make(old_fields, 4);
	struct hg_reply reply = { .fields = new_fields, .n_fields = 5 };
	struct hg_stored *kept = hg_stored_renew(old, &reply);

	(void)state;
	hg_stored_unref(old);
	assert_int_equal(hg_stored_status(kept), 200);
	assert_true(hg_str_is(kept->etag, HG_STR("W/\"1\"")));
	assert_true(hg_str_is(kept->link, HG_STR("<new>")));
	assert_true(hg_str_is(hg_stored_header(kept, "content-type"), HG_STR("application/json")));
	assert_true(hg_str_is(hg_stored_header(kept, "cache-control"), HG_STR("private")));
	assert_true(hg_str_is(hg_stored_header(kept, "x-oauth-scopes"), HG_STR("repo")));
	assert_null(hg_stored_header(kept, "date").p);
	assert_int_equal(kept->n_fields, 5);
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("{\"a\":1}")));
	hg_stored_unref(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_is_rendered_once_with_links_apart),
		cmocka_unit_test(what_belongs_to_one_exchange_or_connection_is_dropped),
		cmocka_unit_test(it_is_a_copy_and_knows_its_size),
		cmocka_unit_test(nothing_at_all_can_be_kept),
		cmocka_unit_test(a_304_renews_the_head_and_keeps_the_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

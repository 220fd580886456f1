#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "dispatch/wire/upstream_head.h"

/* Lines as libcurl hands them over, without their ends. */
static struct hg_head *head_of(const char *const *lines)
{
	static struct hg_upstream_head h;
	struct hg_head *head = NULL;
	bool is_whole = true;

	hg_upstream_head_init(&h);
	hg_upstream_head_begin(&h, hg_str(*lines++));
	while (*lines && is_whole)
		is_whole = hg_upstream_head_add(&h, hg_str(*lines++));
	if (is_whole)
		head = hg_upstream_head_make(&h);
	hg_upstream_head_fini(&h);
	return head;
}

#define HEAD(...) head_of((const char *const[]){ __VA_ARGS__, NULL })

static void assert_field(const struct hg_head *h, const char *name, const char *value)
{
	struct hg_str found = hg_head_find(h, name);

	assert_int_equal(found.n, strlen(value));
	assert_memory_equal(found.p, value, found.n);
}

static void a_head_has_its_status_and_fields(void **state)
{
	struct hg_head *h =
		HEAD("HTTP/1.1 404 Not Found", "ETag:\t \"1\" \t", "X-Empty:", "x_odd!name: a:b");

	(void)state;
	assert_non_null(h);
	assert_int_equal(h->status, 404);
	assert_int_equal(h->n_fields, 3);
	assert_field(h, "etag", "\"1\"");
	assert_field(h, "x-empty", "");
	assert_field(h, "x_odd!name", "a:b");
	hg_head_unref(h);

	h = HEAD("HTTP/2 200", "a: b");
	assert_int_equal(h->status, 200);
	hg_head_unref(h);
}

static void a_second_head_forgets_the_first(void **state)
{
	static struct hg_upstream_head h;

	(void)state;
	hg_upstream_head_init(&h);
	hg_upstream_head_begin(&h, HG_STR("HTTP/1.1 103 Early Hints"));
	assert_true(hg_upstream_head_add(&h, HG_STR("Link: <a>; rel=preload")));
	hg_upstream_head_begin(&h, HG_STR("HTTP/1.1 200 OK"));
	assert_true(hg_upstream_head_add(&h, HG_STR("A: b")));
	struct hg_head *head = hg_upstream_head_make(&h);
	assert_int_equal(head->status, 200);
	assert_int_equal(head->n_fields, 1);
	hg_head_unref(head);
	hg_upstream_head_fini(&h);
}

static void what_is_no_field_is_refused(void **state)
{
	static const char *const lines[] = { "no colon", ": no name", "a b: c", "a\t: b", "a(: b",
		"a: \001", "a: b\177", "\303\244: b", "a: b\r c", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (HEAD("HTTP/1.1 200 OK", lines[i]))
			fail_msg("\"%s\" was taken", lines[i]);
}

static void a_first_line_without_a_status_has_none(void **state)
{
	static const char *const lines[] = { "", "HTTP/1.1", "HTTP/1.1 2", "HTTP/1.1 20x OK",
		"HTTP/1.1 -20" };
	static struct hg_upstream_head h;

	(void)state;
	hg_upstream_head_init(&h);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		hg_upstream_head_begin(&h, hg_str(lines[i]));
		assert_int_equal(h.status, 0);
	}
	hg_upstream_head_fini(&h);
}

static void lengths_must_be_one_number(void **state)
{
	(void)state;
	assert_null(HEAD("HTTP/1.1 200 OK", "Content-Length: 5", "content-length: 6"));
	assert_null(HEAD("HTTP/1.1 200 OK", "Content-Length: +5"));
	assert_null(HEAD("HTTP/1.1 200 OK", "Content-Length:"));
	struct hg_head *h = HEAD("HTTP/1.1 200 OK", "Content-Length: 5", "content-length: 5");
	assert_non_null(h);
	assert_int_equal(h->length_bytes, 5);
	hg_head_unref(h);
}

static void what_belongs_to_the_connection_goes(void **state)
{
	struct hg_head *h = HEAD("HTTP/1.1 200 OK", "Connection: close,\t x-Hop ", "X-Hop: 1",
		"x-hop-2: 2", "Keep-Alive: 1", "TE: a", "Trailer: b", "Upgrade: c",
		"Proxy-Connection: d", "Transfer-Encoding: chunked", "Content-Length: 5", "A: b");

	(void)state;
	assert_non_null(h);
	assert_int_equal(h->n_fields, 2); /* the coding overrules the length */
	assert_field(h, "x-hop-2", "2");
	assert_field(h, "a", "b");
	hg_head_unref(h);
}

static void too_many_or_too_long_is_refused(void **state)
{
	static struct hg_upstream_head h;
	static char line[1 << 14];

	(void)state;
	hg_upstream_head_init(&h);
	hg_upstream_head_begin(&h, HG_STR("HTTP/1.1 200 OK"));
	for (uint32_t i = 0; i < HG_UPSTREAM_HEAD_FIELDS; i++)
		assert_true(hg_upstream_head_add(&h, HG_STR("a: b")));
	assert_false(hg_upstream_head_add(&h, HG_STR("a: b")));

	memset(line, 'a', sizeof(line));
	line[1] = ':';
	hg_upstream_head_begin(&h, HG_STR("HTTP/1.1 200 OK"));
	for (int i = 0; i < 8; i++)
		assert_true(hg_upstream_head_add(&h, (struct hg_str){ line, sizeof(line) }));
	assert_false(hg_upstream_head_add(&h, (struct hg_str){ line, sizeof(line) }));
	hg_upstream_head_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_has_its_status_and_fields),
		cmocka_unit_test(a_second_head_forgets_the_first),
		cmocka_unit_test(what_is_no_field_is_refused),
		cmocka_unit_test(a_first_line_without_a_status_has_none),
		cmocka_unit_test(lengths_must_be_one_number),
		cmocka_unit_test(what_belongs_to_the_connection_goes),
		cmocka_unit_test(too_many_or_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

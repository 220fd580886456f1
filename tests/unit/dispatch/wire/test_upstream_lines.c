#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/secret.h"
#include "dispatch/wire/upstream_lines.h"
#include "ticket/chunk.h"
#include <stdio.h>

/* All lines, each ended by a newline. */
static const char *text_of(const struct curl_slist *l)
{
	static char text[4096];
	size_t n = 0;

	for (; l; l = l->next)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\n", l->data);
	return text;
}

static void fields_and_credential_become_lines(void **state)
{
	struct hg_field fields[] = { { HG_STR("Accept"), HG_STR("text/html") },
		{ HG_STR("X-Empty"), { 0 } }, { HG_STR("Content-Type"), HG_STR("a/b") } };
	struct hg_flight f = { .fields = fields, .n_fields = 3 };
	struct hg_upstream_lines l = { 0 };

	(void)state;
	f.token = hg_secret_new(HG_STR("ghp_x"));
	assert_string_equal(text_of(hg_upstream_lines_make(&l, &f)),
		"Accept: text/html\nX-Empty;\nContent-Type: a/b\n"
		"Authorization: Bearer ghp_x\nExpect:\n");
	f.token_is_basic = true;
	assert_non_null(
		strstr(text_of(hg_upstream_lines_make(&l, &f)), "\nAuthorization: Basic ghp_x\n"));
	hg_upstream_lines_fini(&l);
	hg_secret_unref(f.token);
}

static void what_curl_would_add_is_taken_away(void **state)
{
	struct hg_flight f = { 0 };
	struct hg_upstream_lines l = { 0 };
	struct hg_chunk *c = hg_chunk_new(HG_STR("body"));

	(void)state;
	assert_string_equal(
		text_of(hg_upstream_lines_make(&l, &f)), "Expect:\nAccept:\nContent-Type:\n");
	hg_chunks_add(&f.ask.body, c);
	assert_string_equal(text_of(hg_upstream_lines_make(&l, &f)),
		"Expect:\nTransfer-Encoding:\nAccept:\nContent-Type:\n");
	hg_chunks_clear(&f.ask.body);
	hg_upstream_lines_fini(&l);
}

static void another_host_gets_no_credential(void **state)
{
	struct hg_flight f = { .ask.url = HG_STR("https://example.com/") };
	struct hg_upstream_lines l = { 0 };

	(void)state;
	f.token = hg_secret_new(HG_STR("ghp_x"));
	assert_null(strstr(text_of(hg_upstream_lines_make(&l, &f)), "ghp_x"));
	hg_upstream_lines_fini(&l);
	hg_secret_unref(f.token);
}

static void what_was_sent_is_wiped(void **state)
{
	struct hg_field fields[] = { { HG_STR("Accept"), HG_STR("text/html") } };
	struct hg_flight f = { .fields = fields, .n_fields = 1 };
	struct hg_upstream_lines l = { 0 };

	(void)state;
	f.token = hg_secret_new(HG_STR("ghp_x"));
	(void)hg_upstream_lines_make(&l, &f);
	size_t n = l.n;
	assert_true(n > 0);
	hg_upstream_lines_clear(&l);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l.bytes[i], 0);
	hg_upstream_lines_fini(&l);
	hg_secret_unref(f.token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_credential_become_lines),
		cmocka_unit_test(what_curl_would_add_is_taken_away),
		cmocka_unit_test(another_host_gets_no_credential),
		cmocka_unit_test(what_was_sent_is_wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

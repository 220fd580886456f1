#include "front_world.h"

/* A route that hands the request to the test that is running. */
static void (*look)(struct hg_request *r);
static uint32_t n_looks;

static enum hg_verdict on_request(void *self, struct hg_request *r)
{
	(void)self;
	n_looks++;
	look(r);
	hg_reply_text(r, 200, "text/plain", HG_STR("ok"));
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "*", .path = "/things/{id}", .on_request = on_request, .max_body_bytes = 16 },
	{ 0 },
};

static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "table",
	HG_PLUGIN_ROWS,
	.routes = routes };

static void ask(const char *request, void (*with)(struct hg_request *r))
{
	struct world w;
	world_init(&w);
	world_plug(&w, &table);
	world_start(&w);
	struct peer *p = world_connect(&w);

	look = with;
	n_looks = 0;
	peer_say(p, request);
	(void)peer_hear(p);
	assert_int_equal(n_looks, 1);
	world_stop(&w);
}

static bool is(struct hg_str s, const char *text)
{
	return hg_str_is(s, hg_str(text));
}

static void see_what_was_asked(struct hg_request *r)
{
	assert_true(is(hg_request_method(r), "GET"));
	assert_true(is(hg_request_path(r), "/things/a%2Fb"));
	assert_true(is(hg_request_query(r), "x=%20&y"));
	assert_true(is(hg_request_route(r), "/things/{id}"));
	assert_true(is(hg_request_param(r, "id"), "a%2Fb"));
	assert_null(hg_request_param(r, "other").p);
	assert_true(is(hg_request_header(r, "x-own"), "1"));
	assert_true(is(hg_request_header(r, "ACCEPT"), "text/html"));
	assert_null(hg_request_header(r, "x-none").p);
	assert_true(is(hg_request_client(r), "local"));
	assert_true(hg_str_starts(hg_request_peer(r), HG_STR("127.0.0.1:")));
	assert_true(hg_request_is_safe(r));
	assert_false(hg_request_is_head(r));
	assert_int_equal(hg_request_class(r), HG_CLASS_NORMAL);
}

static void a_plugin_sees_what_was_asked(void **state)
{
	(void)state;
	ask("GET /things/a%2Fb?x=%20&y HTTP/1.1\r\nHost: localhost\r\nX-Own: 1\r\n"
	    "Accept: text/html\r\nX-Own: 2\r\n\r\n",
		see_what_was_asked);
}

static void see_a_body(struct hg_request *r)
{
	assert_true(hg_request_has_body(r));
}

static void see_no_body(struct hg_request *r)
{
	assert_false(hg_request_has_body(r));
}

static void a_plugin_sees_whether_a_body_comes(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", see_no_body);
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", see_no_body);
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", see_a_body);
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "1\r\nx\r\n0\r\n\r\n",
		see_a_body);
}

static void see_no_credential(struct hg_request *r)
{
	uint32_t n;
	const struct hg_field *fields = hg_request_headers(r, &n);

	assert_int_equal(n, 2);
	assert_true(is(fields[0].name, "Host"));
	assert_true(is(fields[1].name, "X-Own"));
	assert_ptr_equal(hg_request_headers(r, &n), fields);
	assert_null(hg_request_header(r, "authorization").p);
	assert_null(hg_request_header(r, "Cookie").p);
	assert_true(hg_str_starts(hg_request_client(r), HG_STR("passthrough:")));
	assert_null(strstr(hg_request_client(r).p, "ghp_secret"));
}

static void a_plugin_never_sees_a_credential(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ghp_secret\r\n"
	    "Cookie: a=b\r\nX-Own: 1\r\n\r\n",
		see_no_credential);
}

static void see_priority(struct hg_request *r)
{
	assert_int_equal(hg_request_class(r), HG_CLASS_CRITICAL);
	assert_int_equal(hg_request_deadline_us(r), hg_now().mono_us + 1500000);
}

static void a_client_may_say_priority_and_deadline(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nX-Hubgate-Priority: critical\r\n"
	    "X-Hubgate-Deadline: 1500ms\r\n\r\n",
		see_priority);
}

static void see_defaults(struct hg_request *r)
{
	assert_int_equal(hg_request_class(r), HG_CLASS_NORMAL);
	assert_int_equal(hg_request_deadline_us(r), hg_now().mono_us + 60 * SEC);
}

static void nonsense_of_a_client_changes_nothing(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nX-Hubgate-Priority: first\r\n"
	    "X-Hubgate-Deadline: -5\r\n\r\n",
		see_defaults);
}

static void see_the_bound(struct hg_request *r)
{
	assert_int_equal(hg_request_deadline_us(r), hg_now().mono_us + 3600 * SEC);
}

static void patience_is_bounded(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\n"
	    "X-Hubgate-Deadline: 18446744073709551615\r\n\r\n",
		see_the_bound);
}

static void use_memory(struct hg_request *r)
{
	for (size_t i = 1; i < 20000; i *= 3)
		memset(hg_request_alloc(r, i), 0xff, i);
}

static void memory_of_a_request_ends_with_it(void **state)
{
	(void)state;
	ask("GET /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", use_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plugin_sees_what_was_asked),
		cmocka_unit_test(a_plugin_sees_whether_a_body_comes),
		cmocka_unit_test(a_plugin_never_sees_a_credential),
		cmocka_unit_test(a_client_may_say_priority_and_deadline),
		cmocka_unit_test(nonsense_of_a_client_changes_nothing),
		cmocka_unit_test(patience_is_bounded),
		cmocka_unit_test(memory_of_a_request_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "front_world.h"

static struct {
	struct hg_request *r;
	uint32_t n_drained, n_gone;
	int64_t length; /* of the reply that /stream begins */
	bool endless;   /* on_drain fills up again */
	uint32_t n_sent;
} site;

static char big[16 << 10];

static enum hg_verdict on_stream(void *self, struct hg_request *r)
{
	(void)self;
	site.r = r;
	hg_reply_set(r, "Content-Type", HG_STR("text/event-stream"));
	hg_reply_begin(r, 200, site.length);
	return HG_ANSWERED;
}

/* Sends until it is told to stop. */
static void fill(struct hg_request *r)
{
	while (site.n_sent < 150) {
		int rc = hg_reply_send(r, (struct hg_str){ big, sizeof(big) });
		if (rc == HG_ECANCELLED)
			return;
		site.n_sent++;
		if (rc == HG_EAGAIN)
			return;
		assert_int_equal(rc, 0);
	}
}

static void on_drain(void *self, struct hg_request *r)
{
	(void)self;
	site.n_drained++;
	if (site.endless)
		fill(r);
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	assert_true(site.r == NULL || site.r == r);
	site.r = NULL;
	site.n_gone++;
}

static enum hg_verdict on_text(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_set(r, "X-One", HG_STR("1"));
	hg_reply_set(r, "X-Bad", HG_STR("1\r\nX-Injected: 1"));
	hg_reply_set(r, "Content-Length", HG_STR("7"));
	hg_reply_text(r, 201, "text/plain", HG_STR("hello"));
	hg_reply_text(r, 200, "text/plain", HG_STR("twice"));
	return HG_ANSWERED;
}

static enum hg_verdict on_later(void *self, struct hg_request *r)
{
	(void)self;
	site.r = r;
	return HG_ANSWERED; /* and the reply comes when it comes */
}

static enum hg_verdict on_nothing(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	return HG_NEXT; /* without an on_body */
}

static const struct hg_route routes[] = {
	{ .methods = "GET",
		.path = "/stream",
		.on_request = on_stream,
		.on_drain = on_drain,
		.on_gone = on_gone },
	{ .methods = "GET", .path = "/text", .on_request = on_text },
	{ .methods = "GET", .path = "/raw", .flags = HG_ROUTE_RAW, .on_request = on_text },
	{ .methods = "GET", .path = "/later", .on_request = on_later, .on_gone = on_gone },
	{ .methods = "GET", .path = "/nothing", .on_request = on_nothing },
	{ 0 },
};

static const struct hg_plugin site_plugin = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

static struct peer *start(struct world *w)
{
	memset(&site, 0, sizeof(site));
	memset(big, 'x', sizeof(big));
	site.length = -1;
	world_init(w);
	world_plug(w, &site_plugin);
	world_start(w);
	return world_connect(w);
}

static void a_text_is_one_reply_with_what_was_set(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/text"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 201 Created\r\n"));
	assert_non_null(strstr(heard, "X-One: 1\r\n"));
	assert_non_null(strstr(heard, "Content-Type: text/plain\r\n"));
	assert_int_equal(count_of(heard, "Content-Length: 5\r\n"), 1);
	assert_int_equal(count_of(heard, "Content-Length"), 1);
	assert_null(strstr(heard, "X-Injected"));
	assert_null(strstr(heard, "twice"));
	assert_non_null(strstr(heard, "Date: "));
	assert_non_null(strstr(heard, "X-Request-Id: "));
	world_stop(&w);
}

static void a_raw_route_speaks_for_itself(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/raw"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "X-One: 1\r\n"));
	assert_null(strstr(heard, "Date: "));
	assert_null(strstr(heard, "X-Request-Id: "));
	world_stop(&w);
}

static void head_is_answered_by_the_get_without_its_body(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "HEAD /text HTTP/1.1\r\nHost: localhost\r\n\r\n");
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "Content-Length: 5\r\n"));
	assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n");
	assert_false(p->closed);
	peer_forget(p);
	peer_say(p, "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(hg_reply_send(site.r, HG_STR("not sent")), 0);
	hg_reply_end(site.r);
	assert_string_equal(strstr(peer_hear(p), "\r\n\r\n"), "\r\n\r\n");
	assert_int_equal(site.n_gone, 1);
	world_stop(&w);
}

static void a_stream_goes_out_event_by_event(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/stream"));
	assert_non_null(strstr(peer_hear(p), "Content-Type: text/event-stream\r\n"));
	assert_int_equal(hg_reply_send(site.r, HG_STR("data: 1\n\n")), 0);
	assert_non_null(strstr(peer_hear(p), "\r\n\r\n9\r\ndata: 1\n\n\r\n"));
	world_wait(&w, 3600 * SEC); /* no timeout of a conn holds for a silent stream */
	assert_int_equal(hg_reply_send(site.r, HG_STR("data: 2\n\n")), 0);
	hg_reply_end(site.r);
	assert_non_null(strstr(peer_hear(p), "9\r\ndata: 2\n\n\r\n0\r\n\r\n"));
	assert_int_equal(site.n_gone, 1);
	peer_say(p, GET("/text"));
	assert_non_null(strstr(peer_hear(p), "hello"));
	world_stop(&w);
}

static void a_stream_to_http_1_0_ends_with_the_conn(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /stream HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
	assert_int_equal(hg_reply_send(site.r, HG_STR("all of it")), 0);
	hg_reply_end(site.r);
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nall of it"));
	assert_non_null(strstr(peer_hear(p), "Connection: close\r\n"));
	assert_true(p->closed);
	world_stop(&w);
}

static void a_promised_length_is_kept_or_the_reply_is_cut(void **state)
{
	(void)state;
	static const struct {
		const char *piece;
		int rc;
		bool whole;
	} cases[] = {
		{ "12345", 0, true },
		{ "1234", 0, false },
		{ "123456", HG_ECANCELLED, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		struct peer *p = start(&w);
		site.length = 5;
		peer_say(p, GET("/stream"));
		assert_int_equal(hg_reply_send(site.r, hg_str(cases[i].piece)), cases[i].rc);
		hg_reply_end(site.r);
		const char *heard = peer_hear(p);
		assert_int_equal(strstr(heard, "Content-Length: 5\r\n") && strstr(heard, "12345"),
			cases[i].whole);
		assert_int_equal(!p->closed && !p->reset, cases[i].whole);
		assert_int_equal(site.n_gone, 1);
		world_stop(&w);
	}
}

static void a_full_conn_says_so_and_later_that_it_drained(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/stream"));
	fill(site.r);
	assert_true(site.n_sent > 10 && site.n_sent < 150); /* the window, and the sockets */
	assert_int_equal(site.n_drained, 0);
	(void)peer_hear(p);
	assert_int_equal(site.n_drained, 1);
	site.endless = true;
	fill(site.r);
	(void)peer_hear(p); /* reads as fast as on_drain fills */
	assert_int_equal(site.n_sent, 150);
	hg_reply_end(site.r);
	(void)peer_hear(p);
	assert_int_equal(count_of(p->heard.p, "4000\r\nxxxx"), 150);
	assert_non_null(strstr(p->heard.p + p->heard.n - 5, "0\r\n\r\n"));
	assert_int_equal(site.n_gone, 1);
	world_stop(&w);
}

static void a_plugin_that_does_not_listen_is_cut(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	uint32_t n = 0;

	peer_say(p, GET("/stream"));
	while (n < 10000 &&
		hg_reply_send(site.r, (struct hg_str){ big, sizeof(big) }) != HG_ECANCELLED)
		n++;
	assert_true(n < 1000); /* 16 windows of 256 KiB and a little */
	(void)peer_hear(p);
	assert_int_equal(site.n_gone, 1);
	assert_null(strstr(p->heard.p, "\r\n0\r\n"));
	world_stop(&w);
}

static void a_client_that_leaves_a_stream_is_gone_once(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/stream"));
	fill(site.r);
	peer_leave(p);
	assert_int_equal(site.n_gone, 1);
	assert_null(site.r);
	world_stop(&w);
	assert_int_equal(site.n_gone, 1);
}

static void an_aborted_reply_never_ends_cleanly(void **state)
{
	(void)state;
	static const char *const versions[] = { "1.1", "1.0" };

	for (int i = 0; i < 2; i++) {
		struct world w;
		struct peer *p = start(&w);
		char get[128];
		(void)snprintf(get, sizeof(get), "GET /stream HTTP/%s\r\nHost: localhost\r\n\r\n",
			versions[i]);
		peer_say(p, get);
		(void)hg_reply_send(site.r, HG_STR("half"));
		(void)peer_hear(p);
		(void)hg_reply_send(site.r, HG_STR("more"));
		hg_reply_abort(site.r);
		assert_int_equal(site.n_gone, 0); /* not inside the call */
		if (i == 0)
			assert_non_null(strstr(peer_hear(p), "half\r\n4\r\nmore\r\n"));
		assert_null(strstr(peer_hear(p), "\r\n0\r\n"));
		assert_true(i == 0 ? p->closed || p->reset : p->reset);
		assert_int_equal(site.n_gone, 1);
		world_stop(&w);
	}
}

static void a_route_may_answer_long_after_its_hook(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/later") GET("/text"));
	assert_string_equal(peer_hear(p), "");
	hg_reply_text(site.r, 200, "text/plain", HG_STR("at last"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "at last"));
	assert_true(strstr(heard, "at last") < strstr(heard, "hello"));
	world_stop(&w);
}

static void a_route_that_wants_a_body_and_can_not_take_it_is_500(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/nothing"));
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 500 "));
	world_stop(&w);
}

static void an_error_has_github_s_members_and_rfc_9457_s(void **state)
{
	(void)state;
	struct world w;
	w.listener.faces = 0;
	struct peer *p = start(&w);

	w.listener.faces = 0;
	peer_say(p, GET("/nowhere"));
	const char *heard = peer_hear(p);
	static const char *const words[] = { "HTTP/1.1 404 ", "Content-Type: application/json",
		"\"message\"", "\"documentation_url\"", "\"type\"", "\"title\"", "\"status\"",
		"\"detail\"", "\"code\"", "no_route" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_non_null(strstr(heard, words[i]));
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_one_reply_with_what_was_set),
		cmocka_unit_test(a_raw_route_speaks_for_itself),
		cmocka_unit_test(head_is_answered_by_the_get_without_its_body),
		cmocka_unit_test(a_stream_goes_out_event_by_event),
		cmocka_unit_test(a_stream_to_http_1_0_ends_with_the_conn),
		cmocka_unit_test(a_promised_length_is_kept_or_the_reply_is_cut),
		cmocka_unit_test(a_full_conn_says_so_and_later_that_it_drained),
		cmocka_unit_test(a_plugin_that_does_not_listen_is_cut),
		cmocka_unit_test(a_client_that_leaves_a_stream_is_gone_once),
		cmocka_unit_test(an_aborted_reply_never_ends_cleanly),
		cmocka_unit_test(a_route_may_answer_long_after_its_hook),
		cmocka_unit_test(a_route_that_wants_a_body_and_can_not_take_it_is_500),
		cmocka_unit_test(an_error_has_github_s_members_and_rfc_9457_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

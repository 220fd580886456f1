#include "front_world.h"
#include "front/client.h"
#include "front/stored.h"

static struct hg_stored *kept;

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	(void)self;
	hg_request_answer_with(r, kept, "hit; ttl=240", 60);
	return HG_ANSWERED;
}

static char cache_word[16];

static void on_done(void *self, struct hg_request *r)
{
	struct hg_done done = { .size = sizeof(done) };

	(void)self;
	hg_request_done(r, &done);
	(void)snprintf(cache_word, sizeof(cache_word), "%.*s", (int)done.cache.n, done.cache.p);
}

static const struct hg_plugin memory = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "memory",
	HG_PLUGIN_ROWS,
	.on_lookup = on_lookup,
	.on_done = on_done };

static const struct hg_field fields[] = {
	FIELD("Content-Type", "text/plain"),
	FIELD("ETag", "W/\"a,b\""),
	FIELD("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
	FIELD("Link", "<https://api.github.com/user/repos?page=2>; rel=\"next\""),
	FIELD("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
	FIELD("X-RateLimit-Remaining", "1"),
};

static struct peer *start(struct world *w, struct hg_str body)
{
	kept = hg_stored_make(200, fields, 6, body);
	world_init(w);
	world_plug(w, &memory);
	world_start(w);
	return world_connect(w);
}

static void stop(struct world *w)
{
	world_stop(w);
	assert_int_equal(atomic_load(&kept->refs), 1);
	hg_stored_unref(kept);
}

static void a_kept_reply_comes_with_the_budget_of_now(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w, HG_STR("{}"));
	struct hg_view_row row = {
		.limit = 5000, .remaining = 4321, .used = 679, .reset_s = 1700003600
	};

	hg_view_put(w.view, w.snapshot.upstreams[0].pool, HG_STR("core"), &row);
	peer_say(p, GET("/user/repos"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(heard, "X-RateLimit-Limit: 5000\r\n"));
	assert_non_null(strstr(heard, "X-RateLimit-Remaining: 4321\r\n"));
	assert_non_null(strstr(heard, "X-RateLimit-Used: 679\r\n"));
	assert_non_null(strstr(heard, "X-RateLimit-Reset: 1700003600\r\n"));
	assert_non_null(strstr(heard, "X-RateLimit-Resource: core\r\n"));
	assert_non_null(strstr(heard, "RateLimit-Policy: \"core\";q=5000;w=3600\r\n"));
	assert_non_null(strstr(heard, "RateLimit: \"core\";r=4321;t=3600\r\n"));
	assert_non_null(strstr(heard, "Cache-Status: hubgate; hit; ttl=240\r\n"));
	assert_non_null(strstr(heard, "Age: 60\r\n"));
	assert_non_null(strstr(heard, "Link: <http://localhost/user/repos?page=2>"));
	assert_non_null(strstr(heard, "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
	assert_int_equal(count_of(heard, "Date: "), 1);
	assert_non_null(strstr(heard, "Content-Length: 2\r\n\r\n{}"));
	assert_string_equal(cache_word, "hit");
	assert_int_equal(w.n_tickets, 0);
	stop(&w);
}

static void a_client_s_validators_make_it_a_304(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool unchanged;
	} cases[] = {
		{ "If-None-Match: \"a,b\"", true },
		{ "If-None-Match: W/\"a,b\"", true },
		{ "If-None-Match: \"x\" , W/\"a,b\"", true },
		{ "If-None-Match: *", true },
		{ "If-None-Match: \"a\", \"b\"", false },
		{ "If-None-Match: a,b", false },
		{ "If-None-Match: \"a,b", false },
		{ "If-None-Match:", false },
		{ "If-None-Match: W/", false },
		{ "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", false },
		{ "If-None-Match: \"x\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
			false },
	};
	struct world w;
	struct peer *p = start(&w, HG_STR("{}"));

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char get[256];
		(void)snprintf(get, sizeof(get),
			"GET /user HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", cases[i].line);
		peer_forget(p);
		peer_say(p, get);
		const char *heard = peer_hear(p);
		const char *end = strstr(heard, "\r\n\r\n");
		assert_non_null(end);
		assert_int_equal(strstr(heard, "HTTP/1.1 304 ") != NULL, cases[i].unchanged);
		assert_string_equal(end, cases[i].unchanged ? "\r\n\r\n" : "\r\n\r\n{}");
		assert_non_null(strstr(heard, "ETag: W/\"a,b\"\r\n"));
		assert_int_equal(strstr(heard, "Content-Type") == NULL, cases[i].unchanged);
	}
	stop(&w);
}

/* Of what has a tag only the tag counts: GitHub's Last-Modified does not move with every change. */
static void a_date_counts_where_there_is_no_tag(void **state)
{
	(void)state;
	static const struct hg_field untagged[] = { FIELD("Content-Type", "text/plain"),
		FIELD("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT") };
	static const struct {
		const char *line;
		bool unchanged;
	} cases[] = {
		{ "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", true },
		{ "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT", false },
		{ "If-Modified-Since: yesterday", false },
	};
	struct world w;
	struct peer *p = start(&w, HG_STR("{}"));

	hg_stored_unref(kept);
	kept = hg_stored_make(200, untagged, 2, HG_STR("{}"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char get[256];
		(void)snprintf(get, sizeof(get),
			"GET /user HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", cases[i].line);
		peer_forget(p);
		peer_say(p, get);
		assert_int_equal(strstr(peer_hear(p), "HTTP/1.1 304 ") != NULL, cases[i].unchanged);
	}
	stop(&w);
}

/* Each base has a representation of its own; GitHub's is none of them. */
static void kept_json_is_sent_in_the_form_of_the_clients_base(void **state)
{
	(void)state;
	static const struct hg_field json[] = { FIELD("Content-Type", "application/json"),
		FIELD("ETag", "W/\"5d\""),
		FIELD("Link", "<https://api.github.com/x>; rel=\"next\"") };
	struct world w;
	kept = hg_stored_make(200, json, 3, HG_STR("{\"url\":\"https://api.github.com/user\"}"));
	world_init(&w);
	world_plug(&w, &memory);
	world_start(&w);
	struct peer *p = world_connect(&w);
	char get[160], tag[64];

	peer_say(p, GET("/user"));
	const char *heard = peer_hear(p);
	assert_non_null(
		strstr(heard, "Content-Length: 31\r\n\r\n{\"url\":\"http://localhost/user\"}"));
	assert_int_equal(count_of(heard, "Link: <http://localhost/x>; rel=\"next\"\r\n"), 1);
	const char *etag = strstr(heard, "ETag: ");
	assert_non_null(etag);
	(void)snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(etag + 6, "\r"), etag + 6);
	assert_int_equal(strncmp(tag, "W/\"5d-hg1-", 10), 0);

	static const char *const hosts[] = { "localhost", "localhost:1" };
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(get, sizeof(get),
			"GET /user HTTP/1.1\r\nHost: %s\r\nIf-None-Match: %s\r\n\r\n", hosts[i],
			tag);
		peer_forget(p);
		peer_say(p, get);
		heard = peer_hear(p);
		assert_int_equal(strstr(heard, "HTTP/1.1 304 ") != NULL, i == 0);
		assert_int_equal(count_of(heard, "Link: <http://localhost"), 1);
	}
	peer_forget(p);
	peer_say(p, "GET /user HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: W/\"5d\"\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 200 "));
	stop(&w);
}

static void head_is_answered_from_the_kept_get(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w, HG_STR("{}"));

	peer_say(p, "HEAD /user HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_string_equal(strstr(peer_hear(p), "Content-Length"), "Content-Length: 2\r\n\r\n");
	peer_say(p, GET("/user"));
	assert_int_equal(count_of(peer_hear(p), "200 OK"), 2);
	stop(&w);
}

static void a_large_body_is_sent_from_where_it_lies(void **state)
{
	(void)state;
	static char big[4 << 20];
	struct world w;
	memset(big, 'x', sizeof(big));
	struct peer *p = start(&w, (struct hg_str){ big, sizeof(big) });
	struct peer *q = world_connect(&w);

	peer_say(p, GET("/user"));
	assert_int_equal(atomic_load(&kept->refs), 3); /* ours, the request's, the queue's */
	peer_say(q, GET("/user"));
	peer_leave(q);
	assert_int_equal(atomic_load(&kept->refs), 3);
	const char *heard = peer_hear(p);
	assert_int_equal(strlen(strstr(heard, "\r\n\r\n") + 4), sizeof(big));
	assert_int_equal(atomic_load(&kept->refs), 1);
	stop(&w);
}

static void what_is_kept_can_not_begin_a_field_of_its_own(void **state)
{
	(void)state;
	static const struct hg_field bad[] = { FIELD("X-A", "1\r\nX-Injected: 1"),
		FIELD("X-B: 1\r\nX-Injected", "1"), FIELD("X-C", "2") };
	struct hg_stored *made = hg_stored_make(200, bad, 3, HG_STR(""));

	assert_true(hg_str_is(made->lines, HG_STR("X-C: 2\r\n")));
	assert_int_equal(made->n_fields, 1);
	hg_stored_unref(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_reply_comes_with_the_budget_of_now),
		cmocka_unit_test(a_client_s_validators_make_it_a_304),
		cmocka_unit_test(a_date_counts_where_there_is_no_tag),
		cmocka_unit_test(kept_json_is_sent_in_the_form_of_the_clients_base),
		cmocka_unit_test(head_is_answered_from_the_kept_get),
		cmocka_unit_test(a_large_body_is_sent_from_where_it_lies),
		cmocka_unit_test(what_is_kept_can_not_begin_a_field_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

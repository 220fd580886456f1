#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "../dispatch/wire/server.h"
#include "post.h"
#include <hg/mem.h>

#define OK "HTTP/1.1 204 No Content\r\n\r\n"

struct receiver {
	struct server server;
	struct post *post;
	char url[64];
};

static void begin(struct receiver *r, const struct server_step *steps, struct post_wish wish)
{
	struct hg_err err = HG_ERR_INIT;

	server_start(&r->server, steps);
	(void)snprintf(r->url, sizeof(r->url), "http://127.0.0.1:%u/hook", r->server.port);
	if (!wish.url)
		wish.url = r->url;
	if (!wish.timeout_us)
		wish.timeout_us = 30000000;
	r->post = post_new(&wish, &err);
	assert_non_null(r->post);
}

static void end(struct receiver *r)
{
	post_free(r->post);
	server_stop(&r->server);
}

static void send_text(struct receiver *r, const char *text, const char *topic)
{
	struct post_ask ask = { .body = hg_strndup(text, strlen(text)), .n = strlen(text) };

	(void)snprintf(ask.id, sizeof(ask.id), "id-1");
	(void)snprintf(ask.topic, sizeof(ask.topic), "%s", topic);
	post_send(r->post, &ask);
}

static struct post_end wait_end(struct receiver *r)
{
	struct pollfd fd = { post_fd(r->post), POLLIN, 0 };
	struct post_end end;

	assert_int_equal(poll(&fd, 1, 30000), 1);
	assert_true(post_take(r->post, &end));
	assert_false(post_take(r->post, &end));
	assert_int_equal(poll(&fd, 1, 0), 0);
	return end;
}

static void expect_seen(struct receiver *r, const char *text)
{
	if (!strstr(r->server.seen[0], text))
		fail_msg("%s is not in %s", text, r->server.seen[0]);
}

/* The signature is that of GitHub's own documentation. */
static void a_post_is_signed_as_github_does(void **state)
{
	(void)state;
	static const struct server_step steps[] = { { OK, 0, SERVER_KEEP }, { 0 } };
	struct receiver r;
	struct post_wish wish = { .token = "tokenX", .token_n = 5 };

	wish.secret = "It's a Secret to Everybody";
	wish.secret_n = strlen(wish.secret);
	begin(&r, steps, wish);
	send_text(&r, "Hello, World!", "ratelimit.low");
	struct post_end got = wait_end(&r);
	assert_int_equal(got.status, 204);
	assert_int_equal(got.retry_after_us, 0);
	end(&r);
	expect_seen(&r, "POST /hook HTTP/1.1\r\n");
	expect_seen(&r, "\r\nContent-Type: application/json\r\n");
	expect_seen(&r, "\r\nAuthorization: Bearer token\r\n");
	expect_seen(&r, "\r\nX-Hubgate-Delivery: id-1\r\n");
	expect_seen(&r, "\r\nX-Hubgate-Event: ratelimit.low\r\n");
	expect_seen(&r, "\r\nX-Hub-Signature-256: sha256="
			"757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\r\n");
	expect_seen(&r, "\r\n\r\nHello, World!");
}

static void without_a_secret_nothing_is_signed(void **state)
{
	(void)state;
	static const struct server_step steps[] = { { OK, 0, SERVER_KEEP }, { OK, 0, SERVER_KEEP },
		{ 0 } };
	struct receiver r;

	begin(&r, steps, (struct post_wish){ 0 });
	send_text(&r, "{}", "");
	assert_int_equal(wait_end(&r).status, 204);
	send_text(&r, "{}", ""); /* over the same connection */
	assert_int_equal(wait_end(&r).status, 204);
	end(&r);
	assert_int_equal(r.server.n_accepted, 1);
	assert_null(strstr(r.server.seen[0], "Signature"));
	assert_null(strstr(r.server.seen[0], "Authorization"));
	assert_null(strstr(r.server.seen[0], "X-Hubgate-Event"));
	assert_null(strstr(r.server.seen[0], "Expect"));
}

static void a_redirect_is_an_answer(void **state)
{
	(void)state;
	static const struct server_step steps[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 0,
			SERVER_KEEP },
		{ 0 }
	};
	struct receiver r;

	begin(&r, steps, (struct post_wish){ .token = "t", .token_n = 1 });
	send_text(&r, "{}", "");
	assert_int_equal(wait_end(&r).status, 302);
	end(&r);
	assert_int_equal(r.server.n_seen, 1);
}

static void what_it_asks_to_wait_is_told(void **state)
{
	(void)state;
	static const struct server_step steps[] = {
		{ "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 0,
			SERVER_KEEP },
		{ "HTTP/1.1 503 No\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n", 0,
			SERVER_KEEP },
		{ 0 }
	};
	struct receiver r;

	begin(&r, steps, (struct post_wish){ 0 });
	send_text(&r, "{}", "");
	struct post_end got = wait_end(&r);
	assert_int_equal(got.status, 429);
	assert_int_equal(got.retry_after_us, 7000000);
	send_text(&r, "{}", "");
	assert_int_equal(wait_end(&r).retry_after_us, 86400000000);
	end(&r);
}

static void no_answer_has_a_reason(void **state)
{
	(void)state;
	static const struct server_step cut[] = { { "HTTP/1.1 2", 0, SERVER_CLOSE }, { 0 } };
	static const struct server_step none[] = { { 0 } };
	struct receiver r;

	begin(&r, cut, (struct post_wish){ 0 });
	send_text(&r, "{}", "");
	struct post_end got = wait_end(&r);
	assert_int_equal(got.status, 0);
	assert_true(strlen(got.why) > 5);
	server_stop(&r.server); /* and with nobody there */
	send_text(&r, "{}", "");
	got = wait_end(&r);
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.why, "onnect"));
	end(&r);

	begin(&r, none, (struct post_wish){ .timeout_us = 20000 });
	send_text(&r, "{}", "");
	got = wait_end(&r);
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.why, "timed out"));
	end(&r);
}

static void the_end_does_not_wait_for_the_receiver(void **state)
{
	(void)state;
	static const struct server_step none[] = { { 0 } };
	struct receiver r;

	begin(&r, none, (struct post_wish){ .timeout_us = 3600000000 });
	send_text(&r, "{}", "");
	pthread_mutex_lock(&r.server.lock);
	while (!r.server.n_seen)
		pthread_cond_wait(&r.server.moved, &r.server.lock);
	pthread_mutex_unlock(&r.server.lock);
	end(&r); /* it has the request and never answers */

	begin(&r, none, (struct post_wish){ 0 });
	end(&r); /* it was never asked */
	post_free(NULL);
}

static void urls_are_looked_at(void **state)
{
	(void)state;
	static const struct {
		const char *url, *why; /* NULL: fine */
	} rows[] = {
		{ "https://hooks.example.com/x?y=1", NULL },
		{ "http://127.0.0.1:9000/", NULL },
		{ "http://127.8.9.1/", NULL },
		{ "http://localhost:1/", NULL },
		{ "http://[::1]:1/", NULL },
		{ "http://127.example.com/", "use https://" },
		{ "http://hooks.example.com/", "use https://" },
		{ "http://0.0.0.0/", "use https://" },
		{ "ftp://example.com/", "no http://" },
		{ "file:///etc/passwd", "no http://" },
		{ "hooks.example.com", "no http://" },
		{ "https://", "no http://" },
		{ "", "no http://" },
		{ "https://me:pw@hooks.example.com/", "use `token`" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_err err = HG_ERR_INIT;
		int rc = post_check_url(rows[i].url, &err);
		if (rc != (rows[i].why ? HG_EINVAL : HG_OK) ||
			(rows[i].why && !strstr(err.text, rows[i].why)))
			fail_msg("%s: %d %s", rows[i].url, rc, err.text);
		assert_null(strstr(err.text, "pw"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_is_signed_as_github_does),
		cmocka_unit_test(without_a_secret_nothing_is_signed),
		cmocka_unit_test(a_redirect_is_an_answer),
		cmocka_unit_test(what_it_asks_to_wait_is_told),
		cmocka_unit_test(no_answer_has_a_reason),
		cmocka_unit_test(the_end_does_not_wait_for_the_receiver),
		cmocka_unit_test(urls_are_looked_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The plugin on the fake host, in front of a real receiver on the loopback. Its POSTs run on a
 * thread in real time, so a test waits for them (until_counted); its rests follow the clock of the
 * test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "../dispatch/wire/server.h"
#include <hg/fake.h>
#include <math.h>
#include <sched.h>
#include <time.h>

const struct hg_plugin *hg_plugin_table(void);

#define FAILED "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
#define OK "HTTP/1.1 204 No Content\r\n\r\n"
#define REFUSED "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
#define STEP(reply)                   \
	{                             \
		reply, 0, SERVER_KEEP \
	}

struct world {
	struct server server;
	struct hg_fake *f;
	char options[512];
};

static const char *options(struct world *w, const char *more)
{
	(void)snprintf(w->options, sizeof(w->options),
		"url: http://127.0.0.1:%u/hook\npatterns: [test.*, only.this]\n%s", w->server.port,
		more);
	return w->options;
}

static void begin(struct world *w, const struct server_step *steps, const char *more)
{
	struct hg_err err = HG_ERR_INIT;

	server_start(&w->server, steps);
	w->f = hg_fake_new(&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table(),
							   .options = options(w, more) } },
		&err);
	if (!w->f)
		fail_msg("%s", err.text);
}

static void end(struct world *w)
{
	struct hg_err err = HG_ERR_INIT;

	if (hg_fake_free(w->f, &err) < 0)
		fail_msg("%s", err.text);
	server_stop(&w->server);
}

static double counted(struct world *w, const char *metric, const char *value)
{
	double n = hg_fake_metric(w->f, metric, (const char *[]){ "sink-http", value });

	return isnan(n) ? 0 : n;
}

/* Lets the thread come so far; what never comes fails after 30 s. */
static void until_counted(struct world *w, const char *metric, const char *value, double n)
{
	time_t began = time(NULL);

	while (counted(w, metric, value) < n) {
		if (time(NULL) - began > 30)
			fail_msg("%s{%s} is %g", metric, value, counted(w, metric, value));
		(void)sched_yield();
		hg_fake_settle(w->f);
	}
	assert_true(counted(w, metric, value) == n);
}

#define EVENTS "sink_http_events_total"
#define POSTS "sink_http_posts_total"

static void expect_seen(const struct world *w, unsigned i, const char *text)
{
	assert_true(i < w->server.n_seen);
	if (!strstr(w->server.seen[i], text))
		fail_msg("%s is not in %s", text, w->server.seen[i]);
}

static void what_fits_is_posted_in_its_order(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(OK), STEP(OK), STEP(OK), { 0 } };
	struct world w;

	begin(&w, steps, "token: t0ps3cr3t\nsecret: k3y\n");
	hg_fake_publish(w.f, "test.a", "{\"n\":1}");
	hg_fake_publish(w.f, "other", "{\"n\":2}");
	hg_fake_publish(w.f, "only.this", "{\"n\":3}");
	hg_fake_publish(w.f, "only.thisnot", "{\"n\":4}");
	hg_fake_publish(w.f, "test.b.c", "{\"n\":5}");
	until_counted(&w, EVENTS, "sent", 3);
	assert_false(hg_fake_logged(w.f, "t0ps3cr3t"));
	end(&w);
	assert_int_equal(w.server.n_seen, 3);
	expect_seen(&w, 0, "X-Hubgate-Event: test.a\r\n");
	expect_seen(&w, 0, "\"source\":\"test\",\"event\":{\"n\":1}}");
	expect_seen(&w, 0, "Authorization: Bearer t0ps3cr3t\r\n");
	expect_seen(&w, 0, "X-Hub-Signature-256: sha256=");
	expect_seen(&w, 1, "\"event\":{\"n\":3}}");
	expect_seen(&w, 2, "\"event\":{\"n\":5}}");
}

static void while_the_receiver_is_down_they_wait(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(FAILED), STEP(FAILED), STEP(OK), STEP(OK),
		{ 0 } };
	struct world w;
	struct hg_err err = HG_ERR_INIT;

	begin(&w, steps, "retry_first: 1s\nretry_most: 1min\nbatch: 10\n");
	hg_fake_publish(w.f, "test.a", "{\"n\":1}");
	until_counted(&w, POSTS, "5xx", 1);
	hg_fake_publish(w.f, "test.b", "{\"n\":2}");
	hg_fake_advance(w.f, HG_FAKE_SEC / 2 - 1); /* the rest is half a second at least … */
	assert_true(counted(&w, POSTS, "5xx") == 1);
	assert_non_null(strstr(
		hg_fake_command(w.f, "state", NULL, &err), ",\"waiting\":2,\"waiting_bytes\":"));
	assert_null(strstr(hg_fake_command(w.f, "state", NULL, &err), "hook"));
	hg_fake_advance(w.f, HG_FAKE_SEC); /* … and one at most; then two of each */
	until_counted(&w, POSTS, "5xx", 2);
	assert_non_null(strstr(hg_fake_command(w.f, "state", NULL, &err),
		"\"tries\":2,\"down_s\":1,\"why\":\"answered 503\"}"));
	hg_fake_advance(w.f, 2 * HG_FAKE_SEC);
	until_counted(&w, EVENTS, "sent", 2);
	assert_true(hg_fake_logged(w.f, "receiver failed: answered 503"));
	assert_true(hg_fake_logged(w.f, "receiver answers again down_s="));
	end(&w);
	assert_int_equal(w.server.n_seen, 3);
	expect_seen(&w, 2, "[{\"seq\":1,"); /* with what came meanwhile */
	expect_seen(&w, 2, "\"event\":{\"n\":2}}]");
}

/* The id of the i-th POST. */
static void copy_id(const struct world *w, unsigned i, char *to, size_t room)
{
	const char *at = strstr(w->server.seen[i], "X-Hubgate-Delivery: ");

	assert_non_null(at);
	(void)snprintf(to, room, "%.*s", (int)strcspn(at, "\r"), at);
}

static void the_same_events_have_the_same_id(void **state)
{
	(void)state;
	static const struct server_step steps[] = { { "HTTP/1.1 20", 0, SERVER_CLOSE }, STEP(OK),
		STEP(OK), { 0 } };
	char ids[3][128];
	struct world w;

	begin(&w, steps, "");
	hg_fake_publish(w.f, "test.a", "{}");
	until_counted(&w, POSTS, "none", 1);
	hg_fake_advance(w.f, HG_FAKE_SEC);
	until_counted(&w, EVENTS, "sent", 1);
	hg_fake_publish(w.f, "test.a", "{}");
	until_counted(&w, EVENTS, "sent", 2);
	end(&w);
	for (unsigned i = 0; i < 3; i++)
		copy_id(&w, i, ids[i], sizeof(ids[i]));
	assert_string_equal(ids[0], ids[1]);
	assert_string_not_equal(ids[1], ids[2]);
}

static void what_is_refused_is_not_repeated(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(REFUSED), STEP(OK), { 0 } };
	struct world w;

	begin(&w, steps, "");
	hg_fake_publish(w.f, "test.a", "{}");
	hg_fake_publish(w.f, "test.b", "{}");
	until_counted(&w, EVENTS, "sent", 1);
	assert_true(counted(&w, EVENTS, "refused") == 1);
	assert_true(hg_fake_logged(w.f, "receiver refused status=404 events=1"));
	end(&w);
	assert_int_equal(w.server.n_seen, 2);
}

static void tried_too_often_it_is_dropped(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(FAILED), STEP(FAILED), STEP(OK), { 0 } };
	struct world w;

	begin(&w, steps, "retries: 1\n");
	hg_fake_publish(w.f, "test.a", "{\"n\":1}");
	until_counted(&w, POSTS, "5xx", 1);
	hg_fake_publish(w.f, "test.b", "{\"n\":2}");
	hg_fake_advance(w.f, HG_FAKE_SEC);
	until_counted(&w, EVENTS, "dropped", 1);
	hg_fake_advance(w.f, HG_FAKE_SEC);
	until_counted(&w, EVENTS, "sent", 1);
	end(&w);
	expect_seen(&w, 2, "\"event\":{\"n\":2}}");
}

static void a_retry_after_is_kept(void **state)
{
	(void)state;
	static const struct server_step steps[] = {
		STEP("HTTP/1.1 429 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"), STEP(OK),
		{ 0 }
	};
	struct world w;

	begin(&w, steps, "");
	hg_fake_publish(w.f, "test.a", "{}");
	until_counted(&w, POSTS, "4xx", 1);
	hg_fake_advance(w.f, 30 * HG_FAKE_SEC - 1);
	assert_int_equal(w.server.n_seen, 1);
	hg_fake_advance(w.f, 1);
	until_counted(&w, EVENTS, "sent", 1);
	end(&w);
}

static void without_room_the_oldest_go(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(FAILED), STEP(OK), { 0 } };
	struct world w;

	begin(&w, steps, "max_waiting_bytes: 4KiB\nbatch: 1000\n");
	hg_fake_publish(w.f, "test.first", "{}");
	until_counted(&w, POSTS, "5xx", 1);
	for (int i = 0; i < 200; i++)
		hg_fake_publish(w.f, "test.many", "{}");
	hg_fake_publish(w.f, "test.last", "{}");
	double n_dropped = counted(&w, EVENTS, "dropped");
	assert_true(n_dropped > 100 && n_dropped < 200);
	hg_fake_advance(w.f, HG_FAKE_SEC);
	until_counted(&w, EVENTS, "sent", 202 - n_dropped);
	end(&w);
	assert_null(strstr(w.server.seen[1], "test.first"));
	expect_seen(&w, 1, "test.last");
}

static void a_reload_takes_the_queue_along(void **state)
{
	(void)state;
	static const struct server_step steps[] = { STEP(FAILED), STEP(OK), STEP(OK), { 0 } };
	struct hg_err err = HG_ERR_INIT;
	struct world w;

	begin(&w, steps, "");
	hg_fake_publish(w.f, "test.a", "{\"n\":1}");
	until_counted(&w, POSTS, "5xx", 1);
	assert_int_equal(hg_fake_reload(w.f, options(&w, "retry_first: 10s\n"), &err), 0);
	until_counted(&w, EVENTS, "sent", 1); /* the old one's rest went with it */
	hg_fake_publish(w.f, "test.b", "{\"n\":2}");
	until_counted(&w, EVENTS, "sent", 2);
	end(&w);
}

static void what_waits_at_the_end_is_lost_and_said(void **state)
{
	(void)state;
	static const struct server_step steps[] = { { 0 } }; /* reads, and never answers */
	struct world w;

	begin(&w, steps, "");
	hg_fake_publish(w.f, "test.a", "{}");
	hg_fake_publish(w.f, "test.b", "{}");
	end(&w); /* at once */
}

static void mistakes_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *options, *why;
	} rows[] = {
		{ "batch: 2\n", "url" },
		{ "url: http://example.com/\n", "use https://" },
		{ "url: https://h/\ntoken: \"a b\"\n", "token: has a blank" },
		{ "url: https://h/\ntoken: \"a\\nX: y\"\n", "token: has a blank" },
		{ "url: https://h/\nca_file: /nowhere/ca.pem\n", "ca_file: cannot read" },
		{ "url: https://h/\nretry_first: 1h\n", "retry_first: may not be longer" },
		{ "url: https://h/\nbatch: 0\n", "batch" },
		{ "url: https://h/\npatterns: []\n", "patterns: an empty list" },
		{ "url: https://h/\npatterns: [\"\"]\n", "fits no topic" },
		{ "url: https://h/\npatterns: [upstream.up, \"*.down\"]\n", "\"*.down\" fits no" },
		{ "url: https://h/\npatterns: [\"upstream*\"]\n", "\"upstream*\" fits no" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_err err = HG_ERR_INIT;
		struct hg_fake *f =
			hg_fake_new(&(struct hg_fake_wish){ .plugin = { .table = hg_plugin_table(),
								    .options = rows[i].options } },
				&err);
		assert_null(f);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: %s", rows[i].options, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_posted_in_its_order),
		cmocka_unit_test(while_the_receiver_is_down_they_wait),
		cmocka_unit_test(the_same_events_have_the_same_id),
		cmocka_unit_test(what_is_refused_is_not_repeated),
		cmocka_unit_test(tried_too_often_it_is_dropped),
		cmocka_unit_test(a_retry_after_is_kept),
		cmocka_unit_test(without_room_the_oldest_go),
		cmocka_unit_test(a_reload_takes_the_queue_along),
		cmocka_unit_test(what_waits_at_the_end_is_lost_and_said),
		cmocka_unit_test(mistakes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

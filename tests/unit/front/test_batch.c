#include "front_world.h"
#include "front/batch.h"
#include "front/state.h"

static void start(struct world *w)
{
	world_init(w);
	w->snapshot.http.max_batch = 100;
	w->snapshot.http.max_batch_bytes = 64 << 20;
	w->listener.router = hg_router_new();
	assert_int_equal(hg_router_add(w->listener.router, NULL, NULL, hg_batch_routes, NULL), 0);
	world_start(w);
}

static void say_batch(struct peer *p, const char *requests, const char *more)
{
	struct hg_text t;

	hg_text_init(&t);
	hg_text_printf(&t,
		"POST /api/github/batch HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: "
		"%zu\r\n\r\n"
		"{\"requests\":[%s]}",
		more, strlen(requests) + 15, requests);
	peer_say(p, t.p);
	hg_text_fini(&t);
}

#define LINES "Accept: application/x-ndjson\r\n"
#define THREE "{\"path\":\"/a\"},{\"path\":\"/b\",\"priority\":\"critical\"},{\"path\":\"/c\"}"

static const struct hg_field json[] = { FIELD("Content-Type", "application/json") };

static void answer(struct world *w, uint32_t i, const char *body)
{
	world_give_head(w, i, 200, json, 1);
	(void)world_give(w, i, body);
	world_finish(w, i);
}

static void all_are_asked_for_at_once_and_take_no_place(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	w.snapshot.http.max_connections = 1;
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, "X-Hubgate-Priority: low\r\nAuthorization: Bearer ghp_mine\r\n");
	assert_int_equal(w.n_tickets, 3);
	assert_int_equal(w.front->n_conns, 1);
	assert_int_equal(w.front->n_requests, 4);
	assert_int_equal(w.tickets[0]->ask.klass, HG_CLASS_LOW);
	assert_int_equal(w.tickets[1]->ask.klass, HG_CLASS_CRITICAL);
	assert_true(hg_str_starts(w.tickets[2]->ask.client, HG_STR("passthrough:")));
	for (uint32_t i = 0; i < 3; i++)
		answer(&w, i, "1");
	assert_int_equal(count_of(peer_hear(p), "\"fulfilled\""), 3);
	assert_false(p->closed);
	assert_int_equal(w.front->n_answered, 4);
	world_stop(&w);
}

static void a_line_leaves_when_all_before_it_are_done(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, LINES);
	answer(&w, 2, "\"third\"");
	answer(&w, 1, "\"second\"");
	assert_null(strstr(peer_hear(p), "index"));
	answer(&w, 0, "\"first\"");
	const char *heard = peer_hear(p);
	const char *first = strstr(heard, "{\"index\":0,"),
		   *second = strstr(heard, "{\"index\":1,"),
		   *third = strstr(heard, "{\"index\":2,");
	assert_true(first && second && third && first < second && second < third);
	assert_non_null(strstr(heard, "application/x-ndjson"));
	assert_int_equal(count_of(heard, "}}\n"), 3);
	world_stop(&w);
}

static void who_leaves_cancels_all_of_it(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, LINES);
	answer(&w, 1, "1");
	peer_leave(p);
	assert_int_equal(w.n_cancelled, 2);
	assert_int_equal(w.front->n_conns, 0);
	world_stop(&w);
}

static void a_front_that_goes_takes_all_of_it_along(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, "");
	world_give_head(&w, 0, 200, json, 1);
	world_turn(&w);
	world_stop(&w);
}

static void a_cut_reply_is_no_whole_one(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, "");
	world_give_head(&w, 0, 200, json, 1);
	(void)world_give(&w, 0, "\"ha");
	world_turn(&w);
	world_end(&w, 0, &(struct hg_ticket_end){ .code = HG_EIO, .word = "upstream_failed" });
	world_turn(&w);
	answer(&w, 1, "1");
	world_end(&w, 2,
		&(struct hg_ticket_end){ .code = HG_EIO,
			.status = 504,
			.word = "upstream_timeout",
			.text = "Late.",
			.retry_after_s = -1 });
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "\"code\":\"cut\""));
	assert_non_null(strstr(heard, "\"status\":504,\"message\":\"Late.\",\"code\":"
				      "\"upstream_timeout\""));
	assert_non_null(strstr(heard, "{\"index\":1,\"status\":\"fulfilled\""));
	world_stop(&w);
}

static void replies_over_the_limit_are_rejected_and_the_others_are_not(void **state)
{
	(void)state;
	static char body[60 << 10];
	struct world w;

	memset(body, '1', sizeof(body) - 1);
	start(&w);
	w.snapshot.http.max_batch_bytes = 64 << 10;
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, "");
	answer(&w, 1, body);
	answer(&w, 2, body); /* the first is awaited, so both are held */
	assert_int_equal(w.n_cancelled, 0);
	answer(&w, 0, "1");
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "{\"index\":1,\"status\":\"fulfilled\""));
	assert_non_null(strstr(heard, "{\"index\":2,\"status\":\"rejected\""));
	assert_int_equal(count_of(heard, "\"code\":\"too_large\""), 1);
	world_stop(&w);
}

static void what_all_batches_hold_is_bounded_in_sum(void **state)
{
	(void)state;
	static char body[60 << 10];
	struct world w;

	memset(body, '1', sizeof(body) - 1);
	start(&w);
	w.snapshot.http.max_unsent_bytes = 64 << 10;
	struct peer *waits = world_connect(&w), *p = world_connect(&w);
	say_batch(waits, THREE, "");
	answer(&w, 1, body);
	assert_true(w.front->batch_bytes > sizeof(body));
	say_batch(p, THREE, "");
	answer(&w, 4, body); /* the first is awaited here too, and there is no room for both */
	answer(&w, 3, "1");
	answer(&w, 5, "1");
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "\"fulfilled\""), 2);
	assert_int_equal(count_of(heard, "\"code\":\"too_large\""), 1);
	peer_leave(waits);
	assert_int_equal(w.front->batch_bytes, 0);
	world_stop(&w);
}

static void a_slow_reader_gets_all_and_holds_a_window(void **state)
{
	(void)state;
	static char body[600 << 10];
	struct world w;

	memset(body, '1', sizeof(body) - 1);
	start(&w);
	w.snapshot.http.write_window_bytes = 4 << 10;
	struct peer *p = world_connect(&w);
	say_batch(p, THREE, LINES);
	for (uint32_t i = 0; i < 3; i++)
		answer(&w, i, body);
	assert_true(w.front->unsent_bytes <= (4 << 10) + (64 << 10) + 1024);
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "\"fulfilled\""), 3);
	assert_true(p->heard.n > 3 * (sizeof(body) - 1));
	assert_non_null(strstr(heard, "\r\n0\r\n\r\n"));
	world_stop(&w);
}

static void on_drained(void *arg)
{
	*(bool *)arg = true;
}

static void a_batch_under_way_is_served_while_the_front_drains(void **state)
{
	(void)state;
	bool drained = false;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, "POST /api/github/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 28\r\n"
		    "\r\n{\"requests\":[{\"path\"");
	hg_front_drain(w.front, on_drained, &drained);
	world_turn(&w);
	peer_say(p, ":\"/a\"}]}");
	assert_int_equal(w.n_tickets, 1);
	assert_false(drained);
	answer(&w, 0, "1");
	assert_non_null(strstr(peer_hear(p), "\"fulfilled\""));
	assert_true(p->closed);
	world_turn(&w);
	assert_true(drained);
	world_stop(&w);
}

static void its_own_paths_are_refused_in_a_batch(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	say_batch(p,
		"{\"path\":\"/api/github/batch\",\"method\":\"POST\",\"body\":{}},"
		"{\"path\":\"/api/github/batch\"},{\"path\":\"/a/../b\"}",
		"");
	const char *heard = peer_hear(p);
	assert_int_equal(count_of(heard, "\"reason\":{\"status\":400"), 3);
	assert_int_equal(count_of(heard, "\"code\":\"not_in_batch\",\"headers\""), 2);
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

static void a_body_over_the_limits_is_refused(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	w.snapshot.http.max_body_bytes = 20;
	struct peer *p = world_connect(&w);
	say_batch(p, "{\"path\":\"/a\"}", "");
	assert_non_null(strstr(peer_hear(p), " 413 "));
	w.snapshot.http.max_body_bytes = 1 << 20;
	w.snapshot.http.max_buffered_bytes = 20;
	p = world_connect(&w);
	say_batch(p, "{\"path\":\"/a\"}", "");
	assert_non_null(strstr(peer_hear(p), "\"code\":\"overloaded\""));
	w.snapshot.http.max_buffered_bytes = 1 << 20;
	p = world_connect(&w);
	say_batch(p, "{\"path\":\"/a\"}", "Content-Encoding: gzip\r\n");
	assert_non_null(strstr(peer_hear(p), " 415 "));
	assert_int_equal(w.front->body_bytes, 0);
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_asked_for_at_once_and_take_no_place),
		cmocka_unit_test(a_line_leaves_when_all_before_it_are_done),
		cmocka_unit_test(who_leaves_cancels_all_of_it),
		cmocka_unit_test(a_front_that_goes_takes_all_of_it_along),
		cmocka_unit_test(a_cut_reply_is_no_whole_one),
		cmocka_unit_test(replies_over_the_limit_are_rejected_and_the_others_are_not),
		cmocka_unit_test(what_all_batches_hold_is_bounded_in_sum),
		cmocka_unit_test(a_slow_reader_gets_all_and_holds_a_window),
		cmocka_unit_test(a_batch_under_way_is_served_while_the_front_drains),
		cmocka_unit_test(its_own_paths_are_refused_in_a_batch),
		cmocka_unit_test(a_body_over_the_limits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

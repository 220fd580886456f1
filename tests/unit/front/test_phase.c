#include "front_world.h"
#include <pthread.h>

/* Two instances of one table; each does what `script` says for its name, and all leave their name
 * and hook in `order`. */
static struct {
	enum hg_verdict admit[2], weigh[2], lookup[2];
	struct hg_waiter *waiter;
	struct hg_request *request;
	enum hg_verdict after; /* what the resume function says */
	bool wait_again;
	uint32_t n_resumed, n_gone_waits, n_done;
	void *resume_self;
	char order[256];
	void *slot_seen;
	const char *text; /* LOOKUP answers with it */
} script;

static struct hg_instance *one, *two;

static uint32_t note(void *self, const char *hook)
{
	size_t n = strlen(script.order);

	(void)snprintf(
		script.order + n, sizeof(script.order) - n, "%s.%s ", hg_instance_name(self), hook);
	return self == two->self;
}

static enum hg_verdict say(struct hg_request *r, enum hg_verdict v)
{
	script.request = r;
	if (v == HG_WAIT)
		script.waiter = hg_request_wait(r);
	if (v == HG_REFUSED)
		hg_request_refuse(r, 403, "not_you", 9, "Not %s.", "you");
	if (v == HG_ANSWERED && script.text)
		hg_reply_text(r, 200, "text/plain", hg_str(script.text));
	return v;
}

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	uint32_t i = note(self, "admit");

	*hg_request_slot(r, self) = self;
	return say(r, script.admit[i]);
}

static enum hg_verdict on_weigh(void *self, struct hg_request *r)
{
	uint32_t i = note(self, "weigh");

	assert_ptr_equal(*hg_request_slot(r, self), self);
	hg_request_set_class(r, HG_CLASS_HIGH);
	hg_request_set_cost(r, 3);
	hg_request_set_deadline(r, hg_now().mono_us + 5 * SEC);
	return say(r, script.weigh[i]);
}

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	return say(r, script.lookup[note(self, "lookup")]);
}

static void on_done(void *self, struct hg_request *r)
{
	(void)note(self, "done");
	script.n_done++;
	script.slot_seen = *hg_request_slot(r, self);
}

static enum hg_verdict on_route(void *self, struct hg_request *r)
{
	(void)note(self, "route");
	return say(r, HG_WAIT);
}

static enum hg_verdict on_route_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	(void)piece;
	(void)note(self, end ? "end" : "piece");
	return say(r, HG_WAIT);
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)note(self, "gone");
	(void)r;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/wait", .on_request = on_route, .on_gone = on_gone },
	{ .methods = "POST",
		.path = "/wait-body",
		.max_body_bytes = 1000,
		.on_request = on_route,
		.on_body = on_route_body,
		.on_gone = on_gone },
	{ 0 },
};

#define HOOKS                                                                            \
	.size = sizeof(struct hg_plugin), .abi = HG_ABI, HG_PLUGIN_ROWS, .self_size = 8, \
	.on_admit = on_admit, .on_weigh = on_weigh, .on_lookup = on_lookup, .on_done = on_done

static const struct hg_plugin table_one = { HOOKS, .name = "one", .routes = routes };
static const struct hg_plugin table_two = { HOOKS, .name = "two" };

static struct peer *start(struct world *w)
{
	memset(&script, 0, sizeof(script));
	world_init(w);
	one = world_plug(w, &table_one);
	two = world_plug(w, &table_two);
	world_start(w);
	return world_connect(w);
}

static enum hg_verdict resumed(void *self, struct hg_request *r, void *arg)
{
	script.n_resumed++;
	script.resume_self = self;
	assert_ptr_equal(arg, &script);
	if (!r) {
		script.n_gone_waits++;
		return HG_NEXT;
	}
	if (script.wait_again) {
		script.wait_again = false;
		script.waiter = hg_request_wait(r);
		return HG_WAIT;
	}
	return say(r, script.after);
}

static void *resume_from_another_thread(void *arg)
{
	(void)arg;
	hg_waiter_resume(script.waiter, resumed, &script);
	return NULL;
}

static void resume(struct world *w)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, resume_from_another_thread, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	world_turn(w);
}

static void hooks_run_in_the_order_of_the_configuration(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	assert_string_equal(script.order, "one.admit two.admit one.weigh two.weigh one.lookup "
					  "two.lookup ");
	assert_int_equal(w.tickets[0]->ask.klass, HG_CLASS_HIGH);
	assert_int_equal(w.tickets[0]->ask.cost, 3);
	assert_int_equal(w.tickets[0]->ask.deadline_us, w.tickets[0]->ask.arrived_us + 5 * SEC);
	script.order[0] = '\0';
	world_give_head(&w, 0, 200, NULL, 0);
	world_finish(&w, 0);
	assert_string_equal(script.order, "one.done two.done ");
	assert_ptr_equal(script.slot_seen, two->self);
	world_stop(&w);
}

static void an_answer_ends_the_phases_and_done_still_runs(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.lookup[0] = HG_ANSWERED;
	script.text = "found";
	peer_say(p, GET("/user"));
	assert_string_equal(script.order,
		"one.admit two.admit one.weigh two.weigh one.lookup one.done two.done ");
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nfound"));
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

static void a_refusal_says_why(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.admit[1] = HG_REFUSED;
	peer_say(p, GET("/user"));
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 403 "));
	assert_non_null(strstr(heard, "Not you."));
	assert_non_null(strstr(heard, "not_you"));
	assert_non_null(strstr(heard, "Retry-After: 9\r\n"));
	assert_false(p->closed);
	assert_int_equal(w.n_tickets, 0);
	assert_int_equal(script.n_done, 2);
	world_stop(&w);
}

static void a_lie_is_500(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.lookup[1] = HG_ANSWERED; /* and nothing was answered */
	peer_say(p, GET("/user"));
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 500 "));
	peer_forget(p);
	script.lookup[1] = (enum hg_verdict)77;
	peer_say(p, GET("/user"));
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 500 "));
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

static void a_wait_goes_on_with_the_next_hook_when_another_thread_resumes_it(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.weigh[0] = HG_WAIT;
	peer_say(p, GET("/user"));
	assert_string_equal(script.order, "one.admit two.admit one.weigh ");
	resume(&w);
	assert_string_equal(
		script.order, "one.admit two.admit one.weigh two.weigh one.lookup two.lookup ");
	assert_ptr_equal(script.resume_self, one->self);
	assert_int_equal(w.n_tickets, 1);
	world_stop(&w);
}

static void a_wait_may_wait_again_and_then_refuse(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.admit[0] = HG_WAIT;
	script.wait_again = true;
	script.after = HG_REFUSED;
	peer_say(p, GET("/user"));
	resume(&w);
	assert_string_equal(peer_hear(p), "");
	resume(&w);
	assert_int_equal(script.n_resumed, 2);
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 403 "));
	world_stop(&w);
}

static void a_client_that_leaves_in_a_wait_is_done_once_and_the_waiter_told_later(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.lookup[0] = HG_WAIT;
	peer_say(p, GET("/user"));
	peer_leave(p);
	assert_int_equal(script.n_done, 2);
	assert_int_equal(script.n_resumed, 0);
	resume(&w);
	assert_int_equal(script.n_resumed, 1);
	assert_int_equal(script.n_gone_waits, 1);
	assert_int_equal(script.n_done, 2);
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

static void a_waiter_outlives_its_front(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.lookup[0] = HG_WAIT;
	peer_say(p, GET("/user"));
	hg_front_free(w.front);
	w.front = NULL;
	assert_int_equal(script.n_done, 2);
	resume(&w);
	assert_int_equal(script.n_gone_waits, 1);
	world_stop(&w);
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

static void a_drain_waits_for_waiters(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	bool done = false;

	script.lookup[0] = HG_WAIT;
	peer_say(p, GET("/user"));
	peer_leave(p);
	hg_front_drain(w.front, set_true, &done);
	world_turn(&w);
	assert_false(done);
	resume(&w);
	assert_true(done);
	world_stop(&w);
}

static void a_route_that_waits_is_resumed_with_its_answer(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	script.after = HG_ANSWERED;
	script.text = "late";
	peer_say(p, GET("/wait"));
	assert_string_equal(peer_hear(p), "");
	resume(&w);
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nlate"));
	assert_string_equal(
		script.order, "one.admit two.admit one.route one.done two.done one.gone ");
	world_stop(&w);
}

static void a_wait_in_the_body_stops_the_reading(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "POST /wait-body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
		    "chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
	script.order[0] = '\0';
	resume(&w); /* NEXT: take the body */
	assert_string_equal(script.order, "one.piece ");
	resume(&w);
	assert_string_equal(script.order, "one.piece one.piece ");
	resume(&w);
	assert_string_equal(script.order, "one.piece one.piece one.end ");
	script.after = HG_ANSWERED;
	script.text = "all";
	resume(&w);
	assert_non_null(strstr(peer_hear(p), "\r\n\r\nall"));
	assert_false(p->closed);
	world_stop(&w);
}

static void a_client_that_leaves_in_a_route_s_wait_is_gone_once(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/wait"));
	peer_leave(p);
	assert_int_equal(count_of(script.order, "one.gone"), 1);
	resume(&w);
	assert_int_equal(script.n_gone_waits, 1);
	assert_int_equal(count_of(script.order, "one.gone"), 1);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hooks_run_in_the_order_of_the_configuration),
		cmocka_unit_test(an_answer_ends_the_phases_and_done_still_runs),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_lie_is_500),
		cmocka_unit_test(a_wait_goes_on_with_the_next_hook_when_another_thread_resumes_it),
		cmocka_unit_test(a_wait_may_wait_again_and_then_refuse),
		cmocka_unit_test(
			a_client_that_leaves_in_a_wait_is_done_once_and_the_waiter_told_later),
		cmocka_unit_test(a_waiter_outlives_its_front),
		cmocka_unit_test(a_drain_waits_for_waiters),
		cmocka_unit_test(a_route_that_waits_is_resumed_with_its_answer),
		cmocka_unit_test(a_wait_in_the_body_stops_the_reading),
		cmocka_unit_test(a_client_that_leaves_in_a_route_s_wait_is_gone_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

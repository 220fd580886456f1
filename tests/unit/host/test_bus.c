#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/bus.h"
#include <pthread.h>
#include <stdio.h>

struct listener { /* a plugin's self: writes down what it hears */
	struct hg_text heard;
	uint64_t last_seq;
};

static void on_event(void *self, const struct hg_event *ev)
{
	struct listener *l = self;

	assert_true(ev->seq > l->last_seq);
	l->last_seq = ev->seq;
	hg_text_printf(&l->heard, "%.*s/%.*s/%.*s ", (int)ev->topic.n, ev->topic.p,
		(int)ev->source.n, ev->source.p, (int)ev->json.n, ev->json.p);
}

static const char *const some_topics[] = { "webhook.*", "ratelimit.low", NULL };
static const char *const all_topics[] = { "*", NULL };

static const struct hg_plugin some = { .size = sizeof(struct hg_plugin),
	.name = "some",
	.self_size = sizeof(struct listener),
	.events = some_topics,
	.on_event = on_event };
static const struct hg_plugin all = { .size = sizeof(struct hg_plugin),
	.name = "all",
	.self_size = sizeof(struct listener),
	.events = all_topics,
	.on_event = on_event };
static const struct hg_plugin deaf = { .size = sizeof(struct hg_plugin),
	.name = "deaf",
	.self_size = sizeof(struct listener),
	.on_event = on_event };

struct fixture {
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_bus *bus;
	struct hg_instance *in[3];
};

static void begin(struct fixture *f, uint32_t room)
{
	f->clock = hg_clock_new_held((struct hg_now){ 1000, 2000 });
	f->loop = hg_loop_new(f->clock, HG_THREAD_HOST, "host", 1000);
	hg_loop_enter(f->loop);
	f->bus = hg_bus_new(f->loop, f->clock, room);
	f->in[0] = hg_instance_new("some", &some, 0);
	f->in[1] = hg_instance_new("all", &all, 1);
	f->in[2] = hg_instance_new("deaf", &deaf, 2);
	hg_bus_aim(f->bus, f->in, 3);
}

static void turn(struct fixture *f)
{
	while (hg_loop_turn(f->loop))
		;
}

static const char *heard(struct fixture *f, int i)
{
	const struct listener *l = f->in[i]->self;

	return l->heard.n ? l->heard.p : "";
}

static void end(struct fixture *f)
{
	turn(f);
	for (int i = 0; i < 3; i++) {
		hg_text_fini(&((struct listener *)f->in[i]->self)->heard);
		hg_instance_free(f->in[i]);
	}
	hg_bus_free(f->bus);
	hg_loop_free(f->loop);
	hg_clock_free(f->clock);
}

static void patterns_match_whole_words(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *topic;
		bool matches;
	} rows[] = {
		{ "*", "anything.at.all", true },
		{ "webhook.*", "webhook.push", true },
		{ "webhook.*", "webhook.workflow.job", true },
		{ "webhook.*", "webhook.", false },
		{ "webhook.*", "webhook", false },
		{ "webhook.*", "webhooks.push", false },
		{ "webhook.push", "webhook.push", true },
		{ "webhook.push", "webhook.pushed", false },
		{ "webhook.push", "webhook.pus", false },
		{ "", "x", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			hg_topic_matches(rows[i].pattern, hg_str(rows[i].topic)), rows[i].matches);
}

static void events_go_in_order_to_those_who_asked(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, 10);
	assert_int_equal(hg_event_publish(f.in[1]->self, "webhook.push", HG_STR("{\"n\":1}")), 0);
	assert_int_equal(hg_event_publish(f.in[2]->self, "other", HG_STR("{}")), 0);
	assert_int_equal(hg_event_publish(NULL, "ratelimit.low", HG_STR("{}")), 0);
	assert_string_equal(heard(&f, 1), ""); /* not inside the call that publishes */
	turn(&f);
	assert_string_equal(heard(&f, 0), "webhook.push/all/{\"n\":1} ratelimit.low/hubgate/{} ");
	assert_string_equal(
		heard(&f, 1), "webhook.push/all/{\"n\":1} other/deaf/{} ratelimit.low/hubgate/{} ");
	assert_string_equal(heard(&f, 2), "");
	end(&f);
}

static void what_the_dispatcher_tells_is_from_dispatch(void **state)
{
	(void)state;
	struct hg_bus_state s;
	struct fixture f;

	begin(&f, 1);
	hg_bus_tell(f.bus, "ratelimit.low", HG_STR("{\"n\":1}"));
	hg_bus_tell(f.bus, "ratelimit.low", HG_STR("{\"n\":2}")); /* no room: lost, and counted */
	assert_string_equal(heard(&f, 0), "");
	turn(&f);
	assert_string_equal(heard(&f, 0), "ratelimit.low/dispatch/{\"n\":1} ");
	hg_bus_look(f.bus, &s);
	assert_int_equal(s.dropped, 1);
	end(&f);
}

static void what_does_not_fit_is_refused_and_counted(void **state)
{
	(void)state;
	struct hg_bus_state s;
	struct fixture f;

	begin(&f, 2);
	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("1")), 0);
	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("2")), 0);
	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("3")), HG_EFULL);
	hg_bus_look(f.bus, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.dropped, 1);
	turn(&f);
	assert_string_equal(heard(&f, 1), "a/hubgate/1 a/hubgate/2 ");
	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("4")), 0); /* there is room again */
	turn(&f);
	hg_bus_look(f.bus, &s);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.delivered, 3);
	end(&f);
}

static void an_event_that_is_too_large_takes_no_room(void **state)
{
	(void)state;
	char topic[200];
	struct fixture f;

	memset(topic, 'x', sizeof(topic));
	topic[sizeof(topic) - 1] = 0;
	begin(&f, 1);
	for (int i = 0; i < 5; i++)
		assert_int_equal(hg_event_publish(NULL, topic, HG_STR("{}")), HG_EFULL);
	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("{}")), 0);
	end(&f);
}

static void *publish_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(hg_event_publish(NULL, "n", HG_STR("x")), 0);
	return NULL;
}

static void other_threads_may_publish(void **state)
{
	(void)state;
	struct hg_bus_state s;
	pthread_t threads[2];
	struct fixture f;

	begin(&f, 5000);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, publish_many, NULL), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	turn(&f);
	hg_bus_look(f.bus, &s);
	assert_int_equal(s.delivered, 2000);
	end(&f);
}

static void without_a_bus_nothing_is_published(void **state)
{
	(void)state;

	assert_int_equal(hg_event_publish(NULL, "a", HG_STR("{}")), HG_EFULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_whole_words),
		cmocka_unit_test(events_go_in_order_to_those_who_asked),
		cmocka_unit_test(what_the_dispatcher_tells_is_from_dispatch),
		cmocka_unit_test(what_does_not_fit_is_refused_and_counted),
		cmocka_unit_test(an_event_that_is_too_large_takes_no_room),
		cmocka_unit_test(other_threads_may_publish),
		cmocka_unit_test(without_a_bus_nothing_is_published),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

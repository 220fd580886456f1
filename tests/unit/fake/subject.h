/*
 * subject - a plugin that uses one ability of hg/ in each of its hooks, for the tests of the fake.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hg/fake.h>
#include <stdio.h>
#include <unistd.h>

struct subject_conf {
	int64_t every_us;
	const char *word;
};

static const struct hg_option subject_options[] = {
	HG_USEC(struct subject_conf, every_us, "10s", "1ms", "1h", HG_OPT_LIVE, "Between ticks."),
	HG_STRING(struct subject_conf, word, "plain", HG_OPT_LIVE, "What /word answers."),
	{ 0 },
};

struct subject {
	const struct subject_conf *conf;
	struct hg_timer *timer;
	struct hg_series *ticks;
	struct hg_waiter *waiter;
	uint32_t n_adopted, n_done, n_threads, n_drained;
	int64_t fetched_status, ticked_at_us;
	int32_t fetched_err;
	char heard[64], offloaded[64];
	struct hg_done done;
};

/* What the tests change: the world outside of its options. */
static struct {
	bool keeps_timer;
	uint32_t n_stopped, n_threads_stopped;
} around;

static void on_tick(void *self, void *arg)
{
	struct subject *s = self;

	(void)arg;
	s->ticked_at_us = hg_now().mono_us;
	hg_series_add(s->ticks, 1);
	hg_log(self, HG_LOG_DEBUG, "tick word=%s", s->conf->word);
	(void)hg_event_publish(self, "subject.tick", HG_STR("{\"n\":1}"));
	hg_timer_set(s->timer, s->conf->every_us);
}

static int subject_start(void *self, const void *conf, struct hg_err *err)
{
	struct subject *s = self;

	s->conf = conf;
	if (!s->conf->word[0])
		return hg_err_set(err, HG_EINVAL, "word is empty");
	s->ticks = hg_series_find(self, "subject_ticks_total", NULL);
	s->timer = hg_timer_new(self, on_tick, NULL);
	hg_timer_set(s->timer, s->conf->every_us);
	return 0;
}

static int subject_adopt(void *self, void *old, struct hg_err *err)
{
	(void)err;
	((struct subject *)self)->n_adopted = 1 + ((struct subject *)old)->n_adopted;
	return 0;
}

static void subject_stop(void *self)
{
	struct subject *s = self;

	around.n_stopped++;
	if (!around.keeps_timer)
		hg_timer_free(s->timer);
}

static int subject_thread_start(void *self, struct hg_thread *t, struct hg_err *err)
{
	struct subject *s = self;

	if (hg_thread_kind(t) == HG_THREAD_FRONT && strcmp(s->conf->word, "unthreaded") == 0)
		return hg_err_set(err, HG_EFAIL, "no thread for it");
	s->n_threads += 1u << (4 * (hg_thread_kind(t) - 1));
	return 0;
}

static void subject_thread_stop(void *self, struct hg_thread *t)
{
	(void)self;
	around.n_threads_stopped += 1u << (4 * (hg_thread_kind(t) - 1));
}

static void subject_on_event(void *self, const struct hg_event *ev)
{
	struct subject *s = self;

	(void)snprintf(s->heard, sizeof(s->heard), "%.*s %.*s", (int)ev->source.n, ev->source.p,
		(int)ev->topic.n, ev->topic.p);
}

/* -- routes ------------------------------------------------------------------------------------ */

static enum hg_verdict on_word(void *self, struct hg_request *r)
{
	hg_reply_text(r, 200, "text/plain", hg_str(((struct subject *)self)->conf->word));
	return HG_ANSWERED;
}

static enum hg_verdict go_on(void *self, struct hg_request *r, void *arg)
{
	(void)self;
	(void)arg;
	if (r)
		hg_reply_text(r, 200, "text/plain", HG_STR("resumed"));
	return HG_ANSWERED;
}

static enum hg_verdict on_wait(void *self, struct hg_request *r)
{
	((struct subject *)self)->waiter = hg_request_wait(r);
	return HG_WAIT;
}

static void work(void *arg)
{
	(void)snprintf(arg, 64, "%s", hg_thread_self() ? "on a loop" : "off the loops");
}

static void worked(void *self, void *arg)
{
	struct subject *s = self;

	(void)arg;
	hg_waiter_resume(s->waiter, go_on, NULL);
}

static enum hg_verdict on_work(void *self, struct hg_request *r)
{
	struct subject *s = self;

	s->waiter = hg_request_wait(r);
	if (hg_offload(self, work, worked, s->offloaded) == HG_EFULL)
		hg_waiter_resume(s->waiter, NULL, NULL);
	return HG_WAIT;
}

static void on_fetched(void *self, void *arg, const struct hg_fetched *got)
{
	struct subject *s = self;

	(void)arg;
	s->fetched_status = got->status;
	s->fetched_err = got->err_code;
}

static enum hg_verdict on_fetch(void *self, struct hg_request *r)
{
	struct hg_fetch *f = hg_fetch_new(self, "GET", "/repos/o/r");

	hg_fetch_send(f, on_fetched, NULL);
	hg_reply_text(r, 202, "text/plain", HG_STR("sent"));
	return HG_ANSWERED;
}

static enum hg_verdict on_echo(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_begin(r, 200, -1);
	return HG_NEXT;
}

static enum hg_verdict on_echo_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	(void)self;
	(void)hg_reply_send(r, piece);
	if (end)
		hg_reply_end(r);
	return end ? HG_ANSWERED : HG_NEXT;
}

/* Sends until it is told to stop, once its body of one byte is there. */
static enum hg_verdict on_flood(void *self, struct hg_request *r, struct hg_str body, int end)
{
	static const char piece[4096];

	(void)self;
	(void)body;
	if (!end)
		return HG_NEXT;
	hg_reply_begin(r, 200, -1);
	while (hg_reply_send(r, (struct hg_str){ piece, sizeof(piece) }) == 0)
		;
	return HG_ANSWERED;
}

static enum hg_verdict take_body(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	return HG_NEXT;
}

static void on_flood_drain(void *self, struct hg_request *r)
{
	((struct subject *)self)->n_drained++;
	hg_reply_end(r);
}

static const struct hg_route subject_routes[] = {
	{ .methods = "GET", .path = "/word", .on_request = on_word },
	{ .methods = "GET", .path = "/wait", .on_request = on_wait },
	{ .methods = "GET", .path = "/work", .on_request = on_work },
	{ .methods = "GET", .path = "/fetch", .on_request = on_fetch },
	{ .methods = "POST",
		.path = "/flood",
		.max_body_bytes = 1,
		.on_request = take_body,
		.on_body = on_flood,
		.on_drain = on_flood_drain },
	{ .methods = "POST",
		.path = "/echo",
		.max_body_bytes = 1 << 20,
		.on_request = on_echo,
		.on_body = on_echo_body },
	{ 0 },
};

/* -- phases ------------------------------------------------------------------------------------ */

static enum hg_verdict subject_on_admit(void *self, struct hg_request *r)
{
	(void)self;
	if (!hg_request_header(r, "X-Refuse").p)
		return HG_NEXT;
	hg_request_refuse(r, 403, "not_you", -1, "Not %s.", "you");
	return HG_REFUSED;
}

static void subject_on_send(void *self, struct hg_send *s)
{
	(void)self;
	hg_send_set_header(s, "X-Sent-By", HG_STR("subject"));
}

static enum hg_verdict subject_on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	(void)self;
	(void)r;
	hg_reply_set_header(reply, "X-Seen", HG_STR("yes"));
	return HG_NEXT;
}

static void subject_on_done(void *self, struct hg_request *r)
{
	struct subject *s = self;

	s->n_done++;
	s->done.size = sizeof(s->done);
	hg_request_done(r, &s->done);
}

/* -- the table --------------------------------------------------------------------------------- */

static int on_look(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct hg_str of = hg_admin_arg(args, "of");

	(void)self;
	if (!of.n)
		return hg_err_set(err, HG_EINVAL, "of= is missing");
	hg_answer_add(out, HG_STR("{\"of\":"));
	hg_answer_add_string(out, of);
	hg_answer_add(out, HG_STR("}"));
	return 0;
}

static const struct hg_command subject_commands[] = {
	{ .name = "look", .run = on_look, .about = "Says it back." },
	{ 0 },
};

static const struct hg_metric subject_metrics[] = {
	{ .name = "subject_ticks_total", .type = HG_COUNTER, .help = "Ticks." },
	{ 0 },
};

static const char *const subject_events[] = { "other.*", NULL };

static const struct hg_plugin subject_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "subject",
	.about = "Does a bit of everything.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct subject),
	.conf_size = sizeof(struct subject_conf),
	.options = subject_options,
	.routes = subject_routes,
	.metrics = subject_metrics,
	.commands = subject_commands,
	.events = subject_events,
	.wants_state = 1,
	.start = subject_start,
	.adopt = subject_adopt,
	.stop = subject_stop,
	.thread_start = subject_thread_start,
	.thread_stop = subject_thread_stop,
	.on_event = subject_on_event,
	.on_admit = subject_on_admit,
	.on_send = subject_on_send,
	.on_head = subject_on_head,
	.on_done = subject_on_done,
};

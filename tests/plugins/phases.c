/*
 * phases - a hook in each phase of a request to GitHub, steered by fields of the request:
 *
 *     ADMIT    X-Test-Refuse: 1        403 test_refused
 *              X-Test-Hold-Ms: 5       holds its loop for so long
 *     WEIGH    X-Test-Class: low       the class; X-Test-Deadline-Ms: 500 the deadline
 *     LOOKUP   X-Test-Stored: 1        answered by a kept reply, Cache-Status "hit; detail=test"
 *     SEND     always                  GitHub sees X-GitHub-Test: <instance name>
 *     HEAD     always                  the client sees X-Test-Head: <instance>, no
 * X-GitHub-Media-Type KEEP     always                  bytes of whole replies, counted once per
 * fetch DONE     always                  exactly once, and its numbers add up
 *
 *     show phases/state  {"admit":…,"weigh":…,"lookup":…,"send":…,"head":…,"keep":…,
 *                         "keep_bytes":…,"done":…,"aborted":…,"others":…,"open":…}
 *                        done: of those that ADMIT saw; others: DONE alone
 *
 * Two instances of it show the order: the last one listed is the first in HEAD and KEEP.
 *
 * Thread: the request's front, SEND on the dispatcher.
 */
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <time.h>

struct phases {
	struct hg_stored *kept;
	_Atomic uint64_t admit, weigh, lookup, send, head, keep, keep_bytes, done, aborted, others;
	_Atomic int64_t open; /* ADMIT ran, DONE did not */
};

static int start(void *self, const void *conf, struct hg_err *err)
{
	struct phases *p = self;
	struct hg_field fields[] = { { HG_STR("Content-Type"), HG_STR("text/plain") },
		{ HG_STR("ETag"), HG_STR("\"kept\"") } };

	(void)conf;
	(void)err;
	p->kept = hg_stored_make(200, fields, 2, HG_STR("a kept reply"));
	return 0;
}

static void stop(void *self)
{
	struct phases *p = self;

	hg_stored_unref(p->kept);
}

static int64_t number_of(struct hg_str s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.n && i < 9 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		n = n * 10 + (s.p[i] - '0');
	return n;
}

static int64_t machine_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void hold(struct hg_str ms)
{
	int64_t until_ms = machine_ms() + number_of(ms);

	while (ms.n && machine_ms() <= until_ms)
		;
}

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	struct phases *p = self;

	atomic_fetch_add(&p->admit, 1);
	atomic_fetch_add(&p->open, 1);
	*hg_request_slot(r, self) = hg_alloc0(1); /* freed in DONE, else a leak is reported */
	hold(hg_request_header(r, "x-test-hold-ms"));
	if (!hg_request_header(r, "x-test-refuse").n)
		return HG_NEXT;
	hg_request_refuse(
		r, 403, "test_refused", 7, "%s does not like it.", hg_instance_name(self));
	return HG_REFUSED;
}

static enum hg_verdict on_weigh(void *self, struct hg_request *r)
{
	static const char *const names[HG_CLASSES] = { "critical", "high", "normal", "low" };
	struct phases *p = self;
	struct hg_str klass = hg_request_header(r, "x-test-class");
	struct hg_str deadline = hg_request_header(r, "x-test-deadline-ms");

	atomic_fetch_add(&p->weigh, 1);
	for (int c = 0; c < HG_CLASSES; c++)
		if (hg_str_is(klass, hg_str(names[c])))
			hg_request_set_class(r, (enum hg_class)c);
	if (deadline.n)
		hg_request_set_deadline(r, hg_now().mono_us + number_of(deadline) * 1000);
	return HG_NEXT;
}

static enum hg_verdict on_lookup(void *self, struct hg_request *r)
{
	struct phases *p = self;

	atomic_fetch_add(&p->lookup, 1);
	if (!hg_request_header(r, "x-test-stored").n)
		return HG_NEXT;
	hg_request_answer_with(r, p->kept, "hit; detail=test", 5);
	return HG_ANSWERED;
}

static void on_send(void *self, struct hg_send *s)
{
	struct phases *p = self;

	atomic_fetch_add(&p->send, 1);
	hg_send_set_header(s, "X-GitHub-Test", hg_str(hg_instance_name(self)));
}

static enum hg_verdict on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	struct phases *p = self;

	(void)r;
	atomic_fetch_add(&p->head, 1);
	if (!hg_reply_header(reply, "x-test-head").n) /* the first that comes writes it */
		hg_reply_set_header(reply, "X-Test-Head", hg_str(hg_instance_name(self)));
	hg_reply_set_header(reply, "X-GitHub-Media-Type", (struct hg_str){ 0 });
	hg_reply_keep(reply, 1 << 20);
	return HG_NEXT;
}

static void on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	struct phases *p = self;

	(void)r;
	atomic_fetch_add(&p->keep, 1);
	atomic_fetch_add(&p->keep_bytes, hg_reply_body(reply).n);
}

static void on_done(void *self, struct hg_request *r)
{
	struct phases *p = self;
	struct hg_done done = { .size = sizeof(done) };
	void **slot = hg_request_slot(r, self);

	hg_request_done(r, &done);
	if (!*slot) {
		/* it ended before ADMIT came to us, or is none for ADMIT (an open route) */
		atomic_fetch_add(&p->others, 1);
		return;
	}
	atomic_fetch_add(&p->done, 1);
	atomic_fetch_add(&p->aborted, done.aborted);
	atomic_fetch_sub(&p->open, 1);
	hg_free(*slot);
	*slot = NULL;
}

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct phases *p = self;

	(void)args;
	(void)err;
	hg_answer_printf(out,
		"{\"admit\":%" PRIu64 ",\"weigh\":%" PRIu64 ",\"lookup\":%" PRIu64
		",\"send\":%" PRIu64 ",\"head\":%" PRIu64 ",\"keep\":%" PRIu64
		",\"keep_bytes\":%" PRIu64 ",\"done\":%" PRIu64 ",\"aborted\":%" PRIu64
		",\"others\":%" PRIu64 ",\"open\":%" PRId64 "}",
		atomic_load(&p->admit), atomic_load(&p->weigh), atomic_load(&p->lookup),
		atomic_load(&p->send), atomic_load(&p->head), atomic_load(&p->keep),
		atomic_load(&p->keep_bytes), atomic_load(&p->done), atomic_load(&p->aborted),
		atomic_load(&p->others), atomic_load(&p->open));
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "How often each phase ran." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "phases",
	.about = "A hook in each phase.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct phases),
	.commands = commands,
	.start = start,
	.stop = stop,
	.on_admit = on_admit,
	.on_weigh = on_weigh,
	.on_lookup = on_lookup,
	.on_send = on_send,
	.on_head = on_head,
	.on_keep = on_keep,
	.on_done = on_done,
};
HG_PLUGIN_EXPORT(table)

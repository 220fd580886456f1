/*
 * stream - replies that go on after the hook returned: back-pressure, a timer's ticks, a cut.
 *
 *     GET /stream/{n}   n pieces of 16 KiB as fast as the client takes them
 *     GET /ticks/{n}    n events of text/event-stream, one a second
 *     GET /cut          begins ten bytes, sends three, aborts: no client takes it for whole
 *     show stream/state {"open":…,"held":…,"drains":…,"gone":…,"ticks":…}
 *
 * Thread: the request's front; the counters are atomic, because `show` runs on the host loop.
 */
#include <hg/plugin.h>
#include <stdatomic.h>
#include <stdio.h>

#define PIECE 16384
#define MOST 65536u

struct stream {
	_Atomic uint32_t open, held, drains, gone, ticks;
};

struct flow { /* one reply under way */
	struct stream *owner;
	struct hg_request *r;
	struct hg_timer *timer; /* NULL: not one of ticks */
	uint32_t left, sent;
};

/* {n} of the path; 0 when it is no number. */
static uint32_t number_of(const struct hg_request *r)
{
	struct hg_str s = hg_request_param(r, "n");
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || n > MOST)
			return 0;
		n = n * 10 + (uint32_t)(s.p[i] - '0');
	}
	return n;
}

static struct flow *begin(void *self, struct hg_request *r, const char *type, int64_t length_bytes)
{
	struct flow *f = hg_alloc0(sizeof(*f));

	f->owner = self;
	f->r = r;
	f->left = number_of(r);
	*hg_request_slot(r, self) = f;
	atomic_fetch_add(&f->owner->open, 1);
	hg_reply_set(r, "Content-Type", hg_str(type));
	hg_reply_begin(r, 200, length_bytes);
	return f;
}

static void pour(struct flow *f)
{
	static char piece[PIECE];

	while (f->left) {
		f->left--;
		if (hg_reply_send(f->r, (struct hg_str){ piece, sizeof(piece) }) != 0) {
			atomic_fetch_add(&f->owner->held, 1);
			return; /* on_drain comes, or on_gone */
		}
	}
	hg_reply_end(f->r);
}

static enum hg_verdict on_stream(void *self, struct hg_request *r)
{
	pour(begin(self, r, "application/octet-stream", -1));
	return HG_ANSWERED;
}

static void on_drain(void *self, struct hg_request *r)
{
	struct flow *f = *hg_request_slot(r, self);

	atomic_fetch_add(&f->owner->drains, 1);
	pour(f);
}

static void on_tick(void *self, void *arg)
{
	struct flow *f = arg;
	char text[40];

	(void)self;
	if (f->left == 0) {
		hg_reply_end(f->r);
		return;
	}
	f->left--;
	atomic_fetch_add(&f->owner->ticks, 1);
	int n = snprintf(text, sizeof(text), "id: %u\ndata: tick\n\n", ++f->sent);
	hg_timer_set(f->timer, 1000000);
	(void)hg_reply_send(f->r, (struct hg_str){ text, (size_t)n }); /* a few bytes a second */
}

static enum hg_verdict on_ticks(void *self, struct hg_request *r)
{
	struct flow *f = begin(self, r, "text/event-stream", -1);

	f->timer = hg_timer_new(self, on_tick, f);
	hg_timer_set(f->timer, 1000000);
	return HG_ANSWERED;
}

static void on_cut_now(void *self, void *arg)
{
	struct flow *f = arg;

	(void)self;
	hg_reply_abort(f->r);
}

/* Some turns later, so that head and bytes have left before the cut. */
static enum hg_verdict on_cut(void *self, struct hg_request *r)
{
	struct flow *f = begin(self, r, "text/plain", 10);

	(void)hg_reply_send(r, HG_STR("abc"));
	f->timer = hg_timer_new(self, on_cut_now, f);
	hg_timer_set(f->timer, 1000);
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	struct flow *f = *hg_request_slot(r, self);

	atomic_fetch_sub(&f->owner->open, 1);
	atomic_fetch_add(&f->owner->gone, 1);
	hg_timer_free(f->timer);
	hg_free(f);
}

static const struct hg_route routes[] = {
	{ .methods = "GET",
		.path = "/stream/{n}",
		.on_request = on_stream,
		.on_drain = on_drain,
		.on_gone = on_gone,
		.about = "Pieces of 16 KiB." },
	{ .methods = "GET",
		.path = "/ticks/{n}",
		.on_request = on_ticks,
		.on_gone = on_gone,
		.about = "An event a second." },
	{ .methods = "GET",
		.path = "/cut",
		.on_request = on_cut,
		.on_gone = on_gone,
		.about = "Ends in its middle." },
	{ 0 },
};

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct stream *s = self;

	(void)args;
	(void)err;
	hg_answer_printf(out, "{\"open\":%u,\"held\":%u,\"drains\":%u,\"gone\":%u,\"ticks\":%u}",
		atomic_load(&s->open), atomic_load(&s->held), atomic_load(&s->drains),
		atomic_load(&s->gone), atomic_load(&s->ticks));
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "What streams." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "stream",
	.about = "Replies piece by piece.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct stream),
	.routes = routes,
	.commands = commands,
};
HG_PLUGIN_EXPORT(table)

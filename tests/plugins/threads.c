/*
 * threads - state of its own on each loop, and a word from one loop to all others.
 *
 *     GET /threads        counts in the slot of the front that answers: no lock, no sharing
 *     GET /threads/call   posts to every loop; each counts that it was called
 *     show threads/state  {"count":…,"host":…,"fronts":…,"dispatchers":…,"called":…,"hits":…}
 *
 * Thread: all loops.
 */
#include <hg/plugin.h>
#include <stdatomic.h>
#include <stdio.h>

struct threads {
	_Atomic uint32_t started[HG_THREAD_DISPATCHER + 1]; /* by kind */
	_Atomic uint32_t called, hits;
};

struct slot {
	uint32_t index; /* of the loop that made it */
	uint32_t hits;
};

static int thread_start(void *self, struct hg_thread *t, struct hg_err *err)
{
	struct threads *threads = self;
	struct slot *slot = hg_alloc0(sizeof(*slot));

	(void)err;
	slot->index = hg_thread_index(t);
	*hg_thread_slot(self) = slot;
	atomic_fetch_add(&threads->started[hg_thread_kind(t)], 1);
	return 0;
}

static void thread_stop(void *self, struct hg_thread *t)
{
	struct threads *threads = self;
	void **slot = hg_thread_slot(self);

	hg_free(*slot);
	*slot = NULL;
	atomic_fetch_sub(&threads->started[hg_thread_kind(t)], 1);
}

static enum hg_verdict on_hit(void *self, struct hg_request *r)
{
	struct threads *threads = self;
	struct slot *slot = *hg_thread_slot(self);
	bool is_own = slot->index == hg_thread_index(hg_thread_self());
	char text[40];

	slot->hits++;
	atomic_fetch_add(&threads->hits, 1);
	int n = snprintf(text, sizeof(text), "%s %u", is_own ? "own" : "another's", slot->hits);
	hg_reply_text(r, 200, "text/plain", (struct hg_str){ text, (size_t)n });
	return HG_ANSWERED;
}

/* On each loop, in its own turn. */
static void on_call(void *self, void *arg)
{
	struct threads *threads = self;
	struct slot *slot = *hg_thread_slot(self);

	(void)arg;
	if (slot && slot->index == hg_thread_index(hg_thread_self()))
		atomic_fetch_add(&threads->called, 1);
}

static enum hg_verdict call_all(void *self, struct hg_request *r)
{
	uint32_t refused = 0;

	for (uint32_t i = 0; i < hg_thread_count(); i++) {
		struct hg_thread *t = hg_thread_at(i);
		refused += t && hg_thread_post(t, self, on_call, NULL) < 0;
	}
	hg_reply_text(r, refused ? 503 : 200, "text/plain", HG_STR("called"));
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/threads", .on_request = on_hit, .about = "Counts here." },
	{ .methods = "GET",
		.path = "/threads/call",
		.on_request = call_all,
		.about = "Calls all." },
	{ 0 },
};

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct threads *t = self;

	(void)args;
	(void)err;
	hg_answer_printf(out,
		"{\"count\":%u,\"host\":%u,\"fronts\":%u,\"dispatchers\":%u,\"called\":%u,"
		"\"hits\":%u}",
		hg_thread_count(), atomic_load(&t->started[HG_THREAD_HOST]),
		atomic_load(&t->started[HG_THREAD_FRONT]),
		atomic_load(&t->started[HG_THREAD_DISPATCHER]), atomic_load(&t->called),
		atomic_load(&t->hits));
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "Loops on which it runs." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "threads",
	.about = "Runs on every loop.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct threads),
	.routes = routes,
	.commands = commands,
	.thread_start = thread_start,
	.thread_stop = thread_stop,
};
HG_PLUGIN_EXPORT(table)

/*
 * sample - keeps what happened: each event of the bus becomes a line of JSON in a file of the
 * plugin's state directory, events.jsonl.
 *
 *     event ─► line ─► waiting (bounded) ─► every `flush_every` ─► disk, on an offload thread
 *
 * Thread: host loop; the file is written on an offload thread, one write at a time.
 * How it fails: when the disk is slow or full, lines over `max_waiting` are dropped and counted,
 * and what could not be written is said in the log. Nothing else waits for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* -- options ----------------------------------------------------------------------------------- */

struct sample_conf {
	uint64_t max_waiting_bytes;
	int64_t flush_every_us;
};

static const struct hg_option sample_options[] = {
	HG_BYTES(struct sample_conf, max_waiting_bytes, "1MiB", "4KiB", "1GiB", HG_OPT_LIVE,
		"Bytes of lines that may wait for the disk; what comes then is dropped."),
	HG_USEC(struct sample_conf, flush_every_us, "1s", "10ms", "1min", HG_OPT_LIVE,
		"How long a line may wait before it is written."),
	{ 0 },
};

static const struct hg_metric sample_metrics[] = {
	{ .name = "sample_lines_total",
		.type = HG_COUNTER,
		.labels = "end",
		.help = "Events by what became of their line: written, dropped, failed." },
	{ 0 },
};

/* -- state ------------------------------------------------------------------------------------- */

struct batch { /* of lines: the offload thread's while it is written */
	char *p;
	size_t n;
	uint32_t n_lines;
	int fd;
	int failed; /* errno of the write; 0: all of it is on disk */
};

struct sample {
	const struct sample_conf *conf; /* lives as long as the instance */
	int fd;
	struct batch waiting;
	bool is_writing;
	struct hg_timer *timer;
	struct hg_series *written, *dropped, *failed;
};

static struct hg_series *series(void *self, const char *end)
{
	return hg_series_find(self, "sample_lines_total", (const char *[]){ end });
}

/* -- writing ----------------------------------------------------------------------------------- */

/* Blocks: on an offload thread, or in stop. */
static void write_batch(void *arg)
{
	struct batch *b = arg;

	for (size_t at = 0; at < b->n;) {
		ssize_t n = write(b->fd, b->p + at, b->n - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			b->failed = errno;
			return;
		}
		at += (size_t)n;
	}
}

static void settle(void *self, struct batch *b)
{
	struct sample *s = self;

	if (b->failed)
		hg_log(self, HG_LOG_ERROR, "write file=events.jsonl lines=%" PRIu32 ": %s",
			b->n_lines, strerrordesc_np(b->failed));
	hg_series_add(b->failed ? s->failed : s->written, b->n_lines);
	hg_free(b->p);
}

static void on_written(void *self, void *arg)
{
	struct sample *s = self;

	settle(self, arg);
	hg_free(arg);
	s->is_writing = false;
	if (s->waiting.n)
		hg_timer_set(s->timer, s->conf->flush_every_us);
}

static void flush(void *self, void *arg)
{
	struct sample *s = self;

	(void)arg;
	if (s->is_writing || !s->waiting.n)
		return;
	struct batch *b = hg_alloc0(sizeof(*b));
	*b = s->waiting;
	b->fd = s->fd;
	if (hg_offload(self, write_batch, on_written, b) == HG_EFULL) {
		hg_free(b);
		hg_timer_set(s->timer, s->conf->flush_every_us); /* the pool is busy: later */
		return;
	}
	s->waiting = (struct batch){ 0 };
	s->is_writing = true;
}

/* -- events ------------------------------------------------------------------------------------ */

static const char *const sample_events[] = { "*", NULL };

static void sample_on_event(void *self, const struct hg_event *ev)
{
	struct sample *s = self;
	size_t room = ev->topic.n + ev->source.n + ev->json.n + 96;

	if (s->waiting.n + room > s->conf->max_waiting_bytes) {
		hg_series_add(s->dropped, 1);
		return;
	}
	s->waiting.p = hg_realloc(s->waiting.p, s->waiting.n + room);
	int n = snprintf(s->waiting.p + s->waiting.n, room,
		"{\"at_us\":%" PRId64 ",\"topic\":\"%.*s\",\"source\":\"%.*s\",\"event\":%.*s}\n",
		ev->at.wall_us, (int)ev->topic.n, ev->topic.p, (int)ev->source.n, ev->source.p,
		(int)ev->json.n, ev->json.p);
	if (s->waiting.n == 0 && !s->is_writing)
		hg_timer_set(s->timer, s->conf->flush_every_us);
	s->waiting.n += (size_t)n;
	s->waiting.n_lines++;
}

/* -- start, stop ------------------------------------------------------------------------------- */

static int sample_start(void *self, const void *conf, struct hg_err *err)
{
	struct sample *s = self;
	char path[4096];

	s->conf = conf;
	(void)snprintf(path, sizeof(path), "%s/events.jsonl", hg_state_dir(self));
	s->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return hg_err_set(err, HG_EIO, "%s: %s", path, strerrordesc_np(errno));
	s->written = series(self, "written");
	s->dropped = series(self, "dropped");
	s->failed = series(self, "failed");
	s->timer = hg_timer_new(self, flush, NULL);
	return 0;
}

/* The host has waited for the write that was under way; the last lines go now. */
static void sample_stop(void *self)
{
	struct sample *s = self;

	hg_timer_free(s->timer);
	s->waiting.fd = s->fd;
	write_batch(&s->waiting);
	settle(self, &s->waiting);
	(void)close(s->fd);
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_plugin sample_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "sample",
	.about = "Keeps all events in a file.",
	.version = "0.1",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct sample),
	.conf_size = sizeof(struct sample_conf),
	.options = sample_options,
	.metrics = sample_metrics,
	.events = sample_events,
	.wants_state = 1,
	.start = sample_start,
	.stop = sample_stop,
	.on_event = sample_on_event,
};
HG_PLUGIN_EXPORT(sample_plugin)

/*
 * watch - a descriptor of the plugin's own: both ends of a pipe, watched on the host loop.
 *
 *     POST /watch/poke?word=abc   writes the word into the pipe, when it can be written
 *     show watch/state            {"woken":…,"word":"…"}: what came out of it
 *
 * Thread: host loop.
 */
#include <hg/plugin.h>
#include <fcntl.h>
#include <unistd.h>

struct pipe {
	int ends[2];
	struct hg_watch *reader, *writer;
	char word[32], read[32];
	size_t word_n, read_n;
	unsigned woken;
};

static void on_readable(void *self, void *arg, int fd, uint32_t what)
{
	struct pipe *p = self;
	ssize_t n = what & HG_WATCH_READ ? read(fd, p->read, sizeof(p->read)) : -1;

	(void)arg;
	p->woken++;
	if (n > 0)
		p->read_n = (size_t)n;
}

static void on_writable(void *self, void *arg, int fd, uint32_t what)
{
	struct pipe *p = self;

	(void)arg;
	hg_watch_set(p->writer, 0); /* a pipe can nearly always be written: once is enough */
	if (what & HG_WATCH_WRITE)
		(void)!write(fd, p->word, p->word_n);
}

static int start(void *self, const void *conf, struct hg_err *err)
{
	struct pipe *p = self;

	(void)conf;
	if (pipe2(p->ends, O_NONBLOCK | O_CLOEXEC) < 0)
		return hg_err_set(err, HG_EIO, "pipe: no descriptor is left");
	p->reader = hg_watch_new(self, p->ends[0], on_readable, NULL);
	p->writer = hg_watch_new(self, p->ends[1], on_writable, NULL);
	hg_watch_set(p->reader, HG_WATCH_READ);
	return 0;
}

static void stop(void *self)
{
	struct pipe *p = self;

	hg_watch_free(p->reader);
	hg_watch_free(p->writer);
	close(p->ends[0]);
	close(p->ends[1]);
}

static int poke(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct pipe *p = self;
	struct hg_str word = hg_admin_arg(args, "word");

	if (!word.n || word.n > sizeof(p->word))
		return hg_err_set(err, HG_EINVAL, "word: 1 to %zu bytes", sizeof(p->word));
	memcpy(p->word, word.p, word.n);
	p->word_n = word.n;
	hg_watch_set(p->writer, HG_WATCH_WRITE);
	hg_answer_add(out, HG_STR("{\"ok\":true}"));
	return 0;
}

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	struct pipe *p = self;

	(void)args;
	(void)err;
	hg_answer_printf(out, "{\"woken\":%u,\"word\":", p->woken);
	hg_answer_add_string(out, (struct hg_str){ p->read, p->read_n });
	hg_answer_add(out, HG_STR("}"));
	return 0;
}

static const struct hg_command commands[] = {
	{ .name = "state", .run = show_state, .about = "What came out of the pipe." },
	{ .name = "poke", .changes = 1, .run = poke, .about = "Writes into the pipe." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "watch",
	.about = "Watches a pipe.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct pipe),
	.start = start,
	.stop = stop,
	.commands = commands,
};
HG_PLUGIN_EXPORT(table)

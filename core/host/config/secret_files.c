#include "host/config/secret_files.h"

#include "base/stamp.h"
#include <hg/mem.h>
#include <string.h>
#include <time.h>

struct hg_secret_files {
	uint32_t n, room;
	struct {
		char *path;
		struct hg_stamp stamp;
	} * items;
};

static bool has(const struct hg_secret_files *f, struct hg_str path)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (hg_str_is(path, hg_str(f->items[i].path)))
			return true;
	return false;
}

static void add(struct hg_secret_files *f, struct hg_str path, int64_t since_ns)
{
	if (has(f, path))
		return;
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : 8;
		f->items = hg_realloc(f->items, f->room * sizeof(*f->items));
	}
	f->items[f->n].path = hg_strndup(path.p, path.n);
	f->items[f->n].stamp = hg_stamp_of(f->items[f->n].path);
	int64_t at_ns = f->items[f->n].stamp.modified_ns;
	if (at_ns >= since_ns && at_ns <= hg_secret_files_now_ns())
		f->items[f->n].stamp.modified_ns = 0; /* nobody knows which one was read */
	f->n++;
}

static void add_those_in_text(struct hg_secret_files *f, struct hg_str text, int64_t since_ns)
{
	static const struct hg_str mark = { "${file:", 7 };

	for (size_t i = 0; i + mark.n < text.n; i++) {
		struct hg_str rest = { text.p + i, text.n - i };
		if (hg_str_starts(rest, HG_STR("$${"))) {
			i += 2;
			continue;
		}
		const char *end = memchr(rest.p, '}', rest.n);
		if (hg_str_starts(rest, mark) && end)
			add(f, (struct hg_str){ rest.p + mark.n, (size_t)(end - rest.p) - mark.n },
				since_ns);
	}
}

/* Nodes nest HG_YAML_DEPTH deep at most. */
static void add_those_in(struct hg_secret_files *f, const struct hg_node *node, int64_t since_ns)
{
	if (node->kind == HG_NODE_SCALAR) {
		if (!node->is_verbatim)
			add_those_in_text(f, node->text, since_ns);
		return;
	}
	for (uint32_t i = 0; i < node->n; i++)
		add_those_in(f, node->items[i], since_ns);
}

struct hg_secret_files *hg_secret_files_new(const struct hg_node *root, int64_t since_ns)
{
	struct hg_secret_files *f = hg_alloc0(sizeof(*f));

	if (root)
		add_those_in(f, root, since_ns);
	if (f->n)
		return f;
	hg_free(f);
	return NULL;
}

void hg_secret_files_free(struct hg_secret_files *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		hg_free(f->items[i].path);
	hg_free(f->items);
	hg_free(f);
}

const char *hg_secret_files_changed(struct hg_secret_files *f)
{
	const char *changed = NULL;

	for (uint32_t i = 0; f && i < f->n; i++) {
		struct hg_stamp now = hg_stamp_of(f->items[i].path);
		if (hg_stamp_is_same(&now, &f->items[i].stamp))
			continue;
		f->items[i].stamp = now;
		changed = f->items[i].path;
	}
	return changed;
}

int64_t hg_secret_files_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

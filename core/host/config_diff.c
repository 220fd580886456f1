#include "host/config_diff.h"

#include "base/map.h"
#include <hg/mem.h>
#include <string.h>

static struct hg_map *index_of(const struct hg_config_lines *l)
{
	struct hg_map *m = hg_map_new();

	for (uint32_t i = 0; i < l->n; i++)
		hg_map_put(m, hg_str(l->items[i].path), &l->items[i]);
	return m;
}

/* NULL: it is not there. */
static void add(struct hg_config_diff *d, const struct hg_config_line *now,
	const struct hg_config_line *wanted)
{
	const struct hg_config_line *line = wanted ? wanted : now;
	struct hg_difference *item = &d->items[d->n++];

	item->path = line->path;
	item->now = now ? now->value : NULL;
	item->wanted = wanted ? wanted->value : NULL;
	item->is_masked = now && wanted && strcmp(now->value, wanted->value) == 0;
	/* an entry that comes or goes is no option that changes */
	item->needs_restart = now && wanted && line->needs_restart;
	d->n_restarts += item->needs_restart;
}

void hg_config_diff_init(struct hg_config_diff *d, const struct hg_config_lines *now,
	const struct hg_config_lines *wanted)
{
	struct hg_map *old = index_of(now), *new = index_of(wanted);

	*d = (struct hg_config_diff){ 0 };
	d->items = hg_alloc0((now->n + wanted->n + 1) * sizeof(*d->items));
	for (uint32_t i = 0; i < wanted->n; i++) {
		const struct hg_config_line *line = &wanted->items[i];
		const struct hg_config_line *before = hg_map_find(old, hg_str(line->path));
		if (before ? !hg_config_line_is_same(before, line)
			   : hg_config_line_is_written(line))
			add(d, before, line);
	}
	for (uint32_t i = 0; i < now->n; i++) {
		const struct hg_config_line *line = &now->items[i];
		if (!hg_map_find(new, hg_str(line->path)) && hg_config_line_is_written(line))
			add(d, line, NULL);
	}
	hg_map_free(old);
	hg_map_free(new);
}

void hg_config_diff_fini(struct hg_config_diff *d)
{
	hg_free(d->items);
}

void hg_difference_print(const struct hg_difference *d, struct hg_text *out)
{
	hg_text_printf(out, "%s: %s -> %s%s%s", d->path, d->now ? d->now : "(none)",
		d->wanted ? d->wanted : "(none)", d->is_masked ? " (another one)" : "",
		d->needs_restart ? " (needs a restart)" : "");
}

void hg_config_diff_print(const struct hg_config_diff *d, struct hg_text *out)
{
	hg_text_add_char(out, '[');
	for (uint32_t i = 0; i < d->n; i++) {
		const struct hg_difference *item = &d->items[i];
		hg_text_add(out, i ? HG_STR(",{\"option\":") : HG_STR("{\"option\":"));
		hg_text_add_json(out, hg_str(item->path));
		hg_text_printf(out, ",\"old\":%s,\"new\":%s,\"needs_restart\":%s}",
			item->now ? item->now : "null", item->wanted ? item->wanted : "null",
			item->needs_restart ? "true" : "false");
	}
	hg_text_add_char(out, ']');
}

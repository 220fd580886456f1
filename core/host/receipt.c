#include "host/receipt.h"

#include "base/log.h"
#include "base/stopwatch.h"
#include "host/config_diff.h"

enum { LINES_MAX = 50 }; /* of changes, in the log */

void hg_receipt_init(struct hg_receipt *r, const char *cause, int64_t wall_us)
{
	*r = (struct hg_receipt){ .cause = cause, .wall_us = wall_us };
	r->began_us = hg_stopwatch_now_us();
	hg_text_init(&r->changed);
	hg_text_init(&r->plugins);
	hg_text_init(&r->gone);
}

void hg_receipt_fini(struct hg_receipt *r)
{
	hg_text_fini(&r->changed);
	hg_text_fini(&r->plugins);
	hg_text_fini(&r->gone);
}

/* -- what changed ------------------------------------------------------------------------------ */

static void log_changes(const struct hg_config_diff *d)
{
	for (uint32_t i = 0; i < d->n && i < LINES_MAX; i++) {
		struct hg_text line;
		hg_text_init(&line);
		hg_difference_print(&d->items[i], &line);
		HG_LOG(HG_LOG_CONFIG, HG_LOG_INFO, "changed %s", line.p);
		hg_text_fini(&line);
	}
	if (d->n > LINES_MAX)
		HG_LOG(HG_LOG_CONFIG, HG_LOG_INFO, "changed %u options more",
			d->n - (uint32_t)LINES_MAX);
}

static void compare_options(
	struct hg_receipt *r, const struct hg_setup *old, const struct hg_setup *s)
{
	struct hg_config_lines now, wanted;
	struct hg_config_diff d;

	hg_config_lines_init(&now, old);
	hg_config_lines_init(&wanted, s);
	hg_config_diff_init(&d, &now, &wanted);
	hg_config_diff_print(&d, &r->changed);
	log_changes(&d);
	hg_config_diff_fini(&d);
	hg_config_lines_fini(&wanted);
	hg_config_lines_fini(&now);
}

/* -- plugins ----------------------------------------------------------------------------------- */

static const char *how(const struct hg_setup *old, const struct hg_instance *in)
{
	const struct hg_instance *before = hg_setup_find(old, hg_str(in->name));

	if (!before || before->table != in->table)
		return "new";
	return in->table->adopt ? "adopted" : "renewed";
}

void hg_receipt_compare(struct hg_receipt *r, const struct hg_setup *old, const struct hg_setup *s)
{
	compare_options(r, old, s);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct hg_instance *in = s->instances[i];
		hg_text_add(&r->plugins, i ? HG_STR(",{\"name\":") : HG_STR("{\"name\":"));
		hg_text_add_json(&r->plugins, hg_str(in->name));
		hg_text_printf(&r->plugins, ",\"how\":\"%s\",\"took_ms\":%.3f}", how(old, in),
			(double)s->took_us[i] / 1e3);
	}
	for (uint32_t i = 0; i < old->n; i++) {
		const char *name = old->instances[i]->name;
		if (hg_setup_find(s, hg_str(name)))
			continue;
		hg_text_add(&r->gone, r->gone.n ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(&r->gone, hg_str(name));
	}
}

/* -- all of it --------------------------------------------------------------------------------- */

static void add_draining(
	const struct hg_list *setups, const struct hg_setup *now, struct hg_text *out)
{
	const struct hg_setup *s;
	bool any = false;

	HG_LIST_EACH(setups, s, link)
	{
		if (s == now || !atomic_load(&s->snapshot.refs))
			continue;
		hg_text_printf(out, "%s{\"generation\":%llu,\"uses\":%llu}", any ? "," : "",
			(unsigned long long)s->snapshot.generation,
			(unsigned long long)atomic_load(&s->snapshot.refs));
		any = true;
	}
}

static struct hg_str part(const struct hg_text *t, const char *none)
{
	return t->n ? hg_text_str(t) : hg_str(none);
}

void hg_receipt_print(const struct hg_receipt *r, const struct hg_faults *faults, bool ok,
	const struct hg_list *setups, const struct hg_setup *now, struct hg_text *out)
{
	char at[21];

	hg_format_time(r->wall_us, at);
	hg_text_printf(out,
		"{\"ok\":%s,\"at\":\"%s\",\"cause\":\"%s\",\"took_ms\":%.3f,\"generation\":%llu,"
		"\"changed\":",
		ok ? "true" : "false", at, r->cause,
		(double)(hg_stopwatch_now_us() - r->began_us) / 1e3,
		(unsigned long long)now->snapshot.generation);
	hg_text_add(out, part(&r->changed, "[]"));
	hg_text_add(out, HG_STR(",\"plugins\":["));
	hg_text_add(out, part(&r->plugins, ""));
	hg_text_add(out, HG_STR("],\"gone\":["));
	hg_text_add(out, part(&r->gone, ""));
	hg_text_add(out, HG_STR("],\"draining\":["));
	add_draining(setups, now, out);
	hg_text_add(out, HG_STR("],"));
	hg_faults_print_members(faults, out);
	hg_text_add_char(out, '}');
}

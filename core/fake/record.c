#include "fake/fake_inside.h"

#include "base/log.h"
#include "base/metric.h"
#include <stdio.h>
#include <stdlib.h>

/* -- events: an instance of our own that listens to all ---------------------------------------- */

static struct hg_str keep(struct hg_fake *f, struct hg_str s)
{
	return hg_arena_copy(&f->arena, s);
}

static void on_event(void *self, const struct hg_event *ev)
{
	struct hg_fake *f = hg_fake_current;
	struct hg_event *mine = hg_arena_alloc(&f->arena, sizeof(*mine));

	(void)self;
	*mine = *ev;
	mine->topic = keep(f, ev->topic);
	mine->source = keep(f, ev->source);
	mine->json = keep(f, ev->json);
	hg_fake_list_add(&f->events, mine);
}

static const char *const everything[] = { "*", NULL };

static const struct hg_plugin ear_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "test",
	HG_PLUGIN_ROWS,
	.events = everything,
	.on_event = on_event,
};

void hg_fake_record_aim(struct hg_fake *f)
{
	uint32_t n = f->setup ? f->setup->n : 0;

	for (uint32_t i = 0; i < n; i++)
		f->audience[i + 1] = f->setup->instances[i];
	f->audience[0] = f->ear;
	hg_bus_aim(f->bus, f->audience, n + 1);
}

uint32_t hg_fake_n_events(const struct hg_fake *f)
{
	return f->events.n;
}

const struct hg_event *hg_fake_event(const struct hg_fake *f, uint32_t i)
{
	return i < f->events.n ? f->events.items[i] : NULL;
}

void hg_fake_publish(struct hg_fake *f, const char *topic, const char *json)
{
	(void)hg_event_publish(f->ear->self, topic, hg_str(json));
	hg_fake_settle(f);
}

/* -- log --------------------------------------------------------------------------------------- */

static void on_line(void *arg, const char *line, size_t n)
{
	struct hg_fake *f = arg;

	hg_text_add(&f->log, (struct hg_str){ line, n });
	if (f->prints_log)
		(void)fwrite(line, 1, n, stderr);
}

const char *hg_fake_log(const struct hg_fake *f)
{
	return f->log.p ? f->log.p : "";
}

bool hg_fake_logged(const struct hg_fake *f, const char *part)
{
	return strstr(hg_fake_log(f), part) != NULL;
}

/* -- metrics ----------------------------------------------------------------------------------- */

double hg_fake_metric(const struct hg_fake *f, const char *name, const char *const *values)
{
	static const char *const none[4];

	(void)f;
	return hg_metric_read(name, values ? values : none);
}

void hg_fake_record_begin(struct hg_fake *f)
{
	hg_metrics_zero();
	hg_text_init(&f->log);
	f->prints_log = secure_getenv("HUBGATE_FAKE_LOG") != NULL;
	hg_log_set_json(false);
	(void)hg_log_set_level(NULL, "debug");
	hg_log_set_sink(on_line, f);
	f->ear = hg_instance_new("test", &ear_plugin, HG_INSTANCES_MAX - 1);
}

void hg_fake_record_end(struct hg_fake *f)
{
	hg_log_set_sink(NULL, NULL);
	(void)hg_log_set_level(NULL, "info");
	hg_instance_free(f->ear);
	hg_text_fini(&f->log);
	hg_fake_list_fini(&f->events);
}

/*
 * Which setup is in force: what fetches, events and log levels go by.
 */
#include "host/host_inside.h"

#include "base/bug.h"
#include "base/log.h"
#include "base/text.h"
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static struct hg_snapshot *current;                              /* of fetches, on any loop */

struct hg_snapshot *hg_host_current(void)
{
	pthread_mutex_lock(&current_lock);
	struct hg_snapshot *s = current ? hg_snapshot_ref(current) : NULL;
	pthread_mutex_unlock(&current_lock);
	return s;
}

static void apply_log(const struct hg_log_conf *log)
{
	static const char *const words[] = { "error", "warn", "info", "debug" };

	(void)hg_log_set_level(NULL, words[log->level]);
	hg_log_set_json(log->format == HG_LOG_JSON);
}

void hg_host_enter_setup(struct hg_host *h, struct hg_setup *s)
{
	pthread_mutex_lock(&current_lock);
	current = s ? &s->snapshot : NULL;
	pthread_mutex_unlock(&current_lock);
	/* A level that was set by hand stays, unless the file says something new. */
	if (s && (!h->setup || h->setup->config->log.level != s->config->log.level ||
			 h->setup->config->log.format != s->config->log.format))
		apply_log(&s->config->log);
	h->setup = s;
	h->loaded_wall_us = hg_clock_read(h->clock).wall_us;
	hg_certs_watch(&h->certs, h->loop, s ? &s->snapshot : NULL);
	hg_bus_aim(h->bus, s ? s->instances : NULL, s ? s->n : 0);
}

void hg_host_note_reload(struct hg_host *h, int rc, const struct hg_faults *faults)
{
	struct hg_reload_note *note = &h->reload_note;
	struct hg_text line;

	hg_text_init(&line);
	for (uint32_t i = 0; rc < 0 && i < faults->n && !line.n; i++) {
		if (!faults->items[i].is_warning)
			hg_fault_print(&faults->items[i], &line);
	}
	*note = (struct hg_reload_note){ .wall_us = hg_clock_read(h->clock).wall_us,
		.is_ok = rc >= 0 };
	(void)snprintf(note->why, sizeof(note->why), "%s", line.n ? line.p : "");
	hg_text_fini(&line);
}

void hg_host_point_at_simulator(struct hg_host *h, struct hg_setup *s)
{
	char url[160];

	if (s->config->simulator_listener < 0)
		return;
	const char *name = s->config->listeners[s->config->simulator_listener].name;
	const struct hg_bound *b = hg_host_bound(h, name);
	HG_BUG_ON(!b);
	hg_address_print(&b->address, url, sizeof(url));
	struct hg_upstream_conf *main = &s->config->upstreams[0];
	main->base_url = hg_arena_copy(&s->config->keep.arena, hg_str(url)).p;
	main->graphql_url = main->uploads_url = NULL;
	main->proxy = NULL;
	s->snapshot.upstreams[0] = *main;
	hg_snapshot_set_origins(&s->snapshot);
}

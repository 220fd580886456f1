#include "base/instance.h"

#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include "base/bug.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"

/* self begins at a multiple of 16 behind the struct, as malloc would align it. */
#define SELF_OFFSET ((sizeof(struct hg_instance) + 15) & ~(size_t)15)

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static struct hg_list all = { &all, &all };

/* A level set by name survives a reload: the new instance takes it from the old one. */
static int first_log_level(const char *name)
{
	struct hg_instance *in;
	int level = hg_log_default_level();
	HG_LIST_EACH(&all, in, link)
	if (strcmp(in->name, name) == 0)
		level = atomic_load_explicit(&in->log_level, memory_order_relaxed);
	return level;
}

struct hg_instance *hg_instance_new(const char *name, const struct hg_plugin *table, uint32_t index)
{
	HG_BUG_ON(index >= HG_INSTANCES_MAX);
	struct hg_instance *in = hg_alloc0(SELF_OFFSET + table->self_size);
	in->magic = HG_INSTANCE_MAGIC;
	in->name = hg_strndup(name, strlen(name));
	in->table = table;
	in->self = (char *)in + SELF_OFFSET;
	in->index = index;
	in->thread_slots = hg_alloc0(HG_LOOPS_MAX * sizeof(*in->thread_slots));
	in->hook_seconds = hg_core_series(HG_METRIC_HOOK_SECONDS, in->name, NULL, NULL);
	in->limits = &hg_hook_limits_default;
	in->is_optional = table->optional;
	hg_quarantine_init(&in->quarantine);
	in->failures_total = hg_core_series(HG_METRIC_HOOK_FAILURES, in->name, NULL, NULL);
	in->hook_slow_total = hg_core_series(HG_METRIC_HOOK_SLOW, in->name, NULL, NULL);

	pthread_mutex_lock(&all_lock);
	atomic_init(&in->log_level, first_log_level(name));
	hg_list_add(&all, &in->link);
	pthread_mutex_unlock(&all_lock);
	return in;
}

void hg_instance_free(struct hg_instance *in)
{
	if (!in)
		return;
	HG_BUG_ON(in->magic != HG_INSTANCE_MAGIC);
	pthread_mutex_lock(&all_lock);
	hg_list_remove(&in->link);
	pthread_mutex_unlock(&all_lock);
	in->magic = 0;
	hg_quarantine_fini(&in->quarantine);
	hg_free((char *)in->name);
	hg_free(in->thread_slots);
	hg_free(in);
}

struct hg_instance *hg_instance_of(void *self)
{
	HG_BUG_ON(!self);
	struct hg_instance *in = (struct hg_instance *)((char *)self - SELF_OFFSET);
	HG_BUG_ON(in->magic != HG_INSTANCE_MAGIC);
	return in;
}

/* name NULL = all. False: there is none of that name. */
static bool set_log_level(const char *name, int level)
{
	bool is_known = false;
	struct hg_instance *in;
	pthread_mutex_lock(&all_lock);
	HG_LIST_EACH(&all, in, link)
	{
		if (name && strcmp(in->name, name) != 0)
			continue;
		atomic_store_explicit(&in->log_level, level, memory_order_relaxed);
		is_known = true;
	}
	pthread_mutex_unlock(&all_lock);
	return is_known;
}

bool hg_log_set_level(const char *component, const char *level)
{
	int n;
	if (!hg_log_parse_level(level, &n))
		return false;
	if (component && strcmp(component, "*") == 0)
		component = NULL;
	bool is_core = hg_log_set_core_level(component, n);
	return set_log_level(component, n) || is_core;
}

const char *hg_instance_name(void *self)
{
	return hg_instance_of(self)->name;
}

const char *hg_state_dir(void *self)
{
	return hg_instance_of(self)->state_dir;
}

void hg_log(void *self, int level, const char *fmt, ...)
{
	if (!hg_log_is_on(self, level))
		return;
	va_list args;
	va_start(args, fmt);
	hg_log_event(hg_instance_of(self)->name, level, fmt, args);
	va_end(args);
}

int hg_log_is_on(void *self, int level)
{
	return atomic_load_explicit(&hg_instance_of(self)->log_level, memory_order_relaxed) >=
	       level;
}

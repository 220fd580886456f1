/*
 * instance - what the host keeps in front of each plugin instance's `self`.
 *
 * Every public function takes the plugin's own `self`; the instance is found before it in memory.
 *
 * Thread: immutable after start, but what says atomic.
 */
#pragma once
#include <hg/plugin.h>
#include <stdatomic.h>
#include "base/list.h"
#include "base/quarantine.h"

#define HG_INSTANCES_MAX 64

struct hg_instance {
	uint64_t magic; /* HG_INSTANCE_MAGIC: a stray pointer is caught */
	const char *name;
	const struct hg_plugin *table;
	void *conf;
	const char *state_dir; /* NULL when not wanted */
	void *self;            /* points right behind this struct, aligned */
	uint32_t index; /* in its snapshot: 0…HG_INSTANCES_MAX-1; slots of requests and loops */
	_Atomic int log_level;
	void **thread_slots;                 /* [HG_LOOPS_MAX] */
	struct hg_provider *found;           /* services found, by position in table->needs */
	const struct hg_hook_limits *limits; /* of its setup; the default until it has one */
	bool is_optional;                    /* it may be left out when it keeps failing */
	struct hg_quarantine quarantine;
	_Atomic uint64_t hook_us, hook_calls, hook_slow; /* stopwatch.h */
	_Atomic uint32_t n_pending; /* offloads and posts under way: stop waits for 0 */
	_Atomic uint32_t n_fetches; /* sent, on_done has not returned: freeing waits for 0 */
	struct hg_series *hook_seconds, *hook_slow_total, *failures_total;
	struct hg_list link; /* of all instances that live, for log levels */
	void *owner;         /* the host's record */
};

#define HG_INSTANCE_MAGIC 0x68674f6e65496e73ull

/* self_size bytes of zeroed self behind it. */
struct hg_instance *hg_instance_new(
	const char *name, const struct hg_plugin *table, uint32_t index);
void hg_instance_free(struct hg_instance *in);
struct hg_instance *hg_instance_of(void *self); /* HG_BUG_ON a pointer that is no self */

/* Does a request that began then meet its hooks? (quarantine.h) */
static inline bool hg_instance_takes_part(const struct hg_instance *in, int64_t began_us)
{
	return !hg_quarantine_held(&in->quarantine, in->limits, began_us);
}

/* Sets the log level of a component of the core or of the instances of that name; NULL or "*" =
 * all. False: no such component or level word. Thread: any. */
bool hg_log_set_level(const char *component, const char *level);

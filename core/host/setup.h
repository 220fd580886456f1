/*
 * setup - one configuration brought to life: its plugin instances, routers and snapshot.
 *
 *     config ─► load tables ─► options ─► check ─► services ─► routers ─► snapshot   (hg_setup_new)
 *     instances start in the order of their needs, and take over from the old setup (…_start)
 *     thread_start on each loop                                                      (host)
 *     … fronts and dispatcher use the snapshot …
 *     its last reference goes: thread_stop on each loop                              (host)
 *     instances stop in reverse order                                                (…_stop)
 *
 * All instances of a setup are its own: a reload makes new ones, and `adopt` hands over what is
 * warm. So options of plugins may change on a reload whatever their flags say.
 *
 * Thread: host.
 */
#pragma once
#include "base/list.h"
#include "base/loop.h"
#include "host/config/config.h"
#include "ticket/snapshot.h"

struct hg_setup {
	struct hg_config *config;
	struct hg_snapshot snapshot;
	uint32_t n;
	struct hg_instance *instances[HG_INSTANCES_MAX]; /* in the order of `plugins:` */
	uint32_t order[HG_INSTANCES_MAX];                /* in which they start */
	uint32_t n_started;                              /* of `order` */
	int64_t took_us[HG_INSTANCES_MAX];               /* start, adopt and thread_start */
	int admin_listener;                              /* in snapshot.listeners; -1 = none */
	/* the host's */
	struct hg_list link; /* of all that live, the oldest first */
	struct hg_message message;
	void *host;
};

/* The core's own routes, by listener. `self` is what their hooks get. */
struct hg_core_routes {
	const struct hg_route *github, *explain, *health, *admin; /* NULL: none */
	void *self;
};

/* Takes the config. Does all that can be done without starting anything; NULL when `faults` got
 * an error. */
struct hg_setup *hg_setup_new(struct hg_config *config, const struct hg_core_routes *core,
	uint64_t generation, struct hg_faults *faults);

/* Takes the config. Only the options of its instances: for looking at. NULL when `faults` got an
 * error. */
struct hg_setup *hg_setup_read(struct hg_config *config, struct hg_faults *faults);

/* Starts all instances; those of `old` (may be NULL) with the same name and plugin are adopted.
 * A failure stops those that started already. Returns 0 or HG_E… . */
int hg_setup_start(struct hg_setup *s, struct hg_setup *old, struct hg_err *err);
void hg_setup_stop(struct hg_setup *s);
void hg_setup_free(struct hg_setup *s); /* stopped or never started; NULL is fine */

struct hg_instance *hg_setup_find(const struct hg_setup *s, struct hg_str name); /* or NULL */

/* -- services (service.c) ---------------------------------------------------------------------- */

/* Matches needs with providers and fills `order`. */
void hg_setup_match(struct hg_setup *s, struct hg_faults *faults);
/* label NULL: the only one. False: there is none. */
bool hg_setup_provider(const struct hg_setup *s, const char *name, const char *label,
	struct hg_provider *ret_provider);

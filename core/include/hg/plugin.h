/*
 * plugin - the one table that a plugin exports.
 *
 * A plugin is one folder, one .so, one symbol. It declares: options, phases, routes, services,
 * metrics, commands and events stand in the table, nothing registers by a call, so a start that
 * fails half-way leaves nothing behind. An instance is one entry of `plugins:`; the host
 * allocates `self` (zeroed, self_size bytes) and `conf` (conf_size, filled from the options; it
 * lives as long as the instance).
 *
 *     static const struct hg_plugin hello_plugin = {
 *             .size = sizeof(struct hg_plugin), .abi = HG_ABI,
 *             .name = "hello", .about = "Says hello.", .version = "1.0",
 *             HG_PLUGIN_ROWS,
 *             .self_size = sizeof(struct hello), .start = hello_start, .routes = hello_routes,
 *     };
 *     HG_PLUGIN_EXPORT(hello_plugin)
 *
 * Life of an instance, all on the host loop but thread_*:
 *
 *     check(conf)                     only looks: `hubgate check`, and before every start
 *     start(self, conf)               may fail; nothing is served yet
 *     adopt(self, old)                on reload, after start: take what is warm from the old one
 *     thread_start / thread_stop      on each loop
 *     … phases, routes, events …
 *     stop(self)                      after its last request ended and its loops stopped
 *
 * Files are loaded RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE and never unloaded: a new file at a
 * loaded path needs a restart.
 *
 * What may change under a plugin that is built already, and what came when: abi.h.
 */
#pragma once
#include "admin.h"
#include "abi.h"
#include "clock.h"
#include "err.h"
#include "event.h"
#include "fetch.h"
#include "hash.h"
#include "log.h"
#include "mem.h"
#include "metric.h"
#include "offload.h"
#include "option.h"
#include "phases.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "service.h"
#include "state.h"
#include "str.h"
#include "strategy.h"
#include "thread.h"
#include "timer.h"
#include "watch.h"

struct hg_plugin {
	uint32_t size; /* sizeof(struct hg_plugin) */
	uint32_t abi;  /* HG_ABI */
	const char *name;
	const char *about;   /* one sentence */
	const char *version; /* the plugin's own */

	/* sizes of a row of the arrays below, as compiled (HG_PLUGIN_ROWS) */
	uint32_t option_row, route_row, metric_row, command_row, service_row, need_row;

	uint64_t self_size;
	uint64_t conf_size;
	const struct hg_option *options;
	const struct hg_route *routes;
	const struct hg_metric *metrics;
	const struct hg_command *commands;
	const struct hg_service *provides;
	const struct hg_need *needs;
	const char *const *events; /* topic patterns for on_event: "webhook.*", NULL */
	uint32_t wants_state; /* 1: hg_state_dir; 2: starts without it when it can not be made */
	uint32_t optional;    /* 1: may be taken out when it keeps failing */

	int (*check)(const void *conf, struct hg_err *err);
	int (*start)(void *self, const void *conf, struct hg_err *err);
	int (*adopt)(void *self, void *old_self, struct hg_err *err);
	void (*stop)(void *self);
	int (*thread_start)(void *self, struct hg_thread *t, struct hg_err *err);
	void (*thread_stop)(void *self, struct hg_thread *t);
	void (*on_event)(void *self, const struct hg_event *ev);

	enum hg_verdict (*on_admit)(void *self, struct hg_request *r);
	enum hg_verdict (*on_weigh)(void *self, struct hg_request *r);
	enum hg_verdict (*on_lookup)(void *self, struct hg_request *r);
	void (*on_send)(void *self, struct hg_send *s);
	enum hg_verdict (*on_head)(void *self, struct hg_request *r,
		struct hg_reply *reply); /* NEXT, or ANSWERED by a kept reply */
	void (*on_keep)(void *self, struct hg_request *r, const struct hg_reply *reply);
	void (*on_done)(void *self, struct hg_request *r);
};

#define HG_PLUGIN_ROWS                                                                    \
	.option_row = sizeof(struct hg_option), .route_row = sizeof(struct hg_route),     \
	.metric_row = sizeof(struct hg_metric), .command_row = sizeof(struct hg_command), \
	.service_row = sizeof(struct hg_service), .need_row = sizeof(struct hg_need)

/* Exports the table as the file's only symbol. */
#define HG_PLUGIN_EXPORT(table)                               \
	HG_API const struct hg_plugin *hg_plugin_table(void); \
	const struct hg_plugin *hg_plugin_table(void)         \
	{                                                     \
		return &(table);                              \
	}

/* The instance's name in the configuration. Thread: any. */
HG_API const char *hg_instance_name(void *self);

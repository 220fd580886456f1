/*
 * config - one configuration as read: file, environment and defaults put together and checked.
 *
 *     built-in text  <  environment  <  file          (--demo adds the simulator to what comes out)
 *
 * A file may leave out `listeners:` and `plugins:`; then the built-in ones stand. Plugins are only
 * named here; their options are read when their tables are known (setup.h).
 *
 * Thread: host.   Ownership: everything dies with the config.
 */
#pragma once
#include "base/text.h"
#include "front/net.h"
#include "host/config/certs.h"
#include "host/config/clients.h"
#include "host/config/core_options.h"
#include "host/config/listen.h"
#include "host/config/options.h"
#include "host/config/secret_files.h"
#include "host/config/when_plan.h"

#define HG_LISTENERS_MAX 32
#define HG_BUILT_IN "built-in defaults" /* the file of a place that stands in none */

enum hg_config_mode {
	HG_CONFIG_RUN,
	HG_CONFIG_DEMO,      /* GitHub is the simulator plugin, on a listener of its own */
	HG_CONFIG_SIMULATOR, /* the simulator and nothing else */
};

struct hg_config_wish {
	const char *file;             /* NULL = built-in defaults */
	const struct hg_text *source; /* what stood in it; NULL: read it */
	enum hg_config_mode mode;
	const char *simulator_bind;            /* HG_CONFIG_SIMULATOR; NULL = 127.0.0.1:3002 */
	const char *plugin_path;               /* folders parted by ':'; NULL = the file's */
	const char *(*look)(const char *name); /* the environment */
	int64_t wall_us; /* now, for what has expired; 0 = nothing is said about it */
	/* Makes the sequence that stands for `plugins:`, which no file says then (the fake host's);
	 * NULL = the file's, or the built-in one. */
	struct hg_node *(*plugins)(void *arg, struct hg_arena *arena, struct hg_faults *faults);
	void *plugins_arg;
};

struct hg_listener_plan {
	struct hg_listener_entry entry;
	const char *name; /* the bind text; a second one of port 0 gets "#2" */
	const char *path; /* "listeners[0]" */
	struct hg_place place;
	struct hg_address address;
	struct hg_cert_plan tls;
	struct hg_net *trusted; /* as many as entry.trusted */
	bool serves_all;        /* no `serve:` */
};

struct hg_plugin_plan {
	struct hg_plugin_entry entry;
	struct hg_when_entry when;
	const struct hg_when *guard; /* NULL: no `when:` */
	const char *path;            /* "plugins[2]" */
	const struct hg_node *node;
};

struct hg_config {
	struct hg_keep keep; /* of everything below */
	struct hg_main_conf main;
	struct hg_log_conf log;
	struct hg_access_log_conf access_log;
	struct hg_admin_conf admin;
	struct hg_hook_limits hooks;
	struct hg_http_conf http;
	struct hg_dispatch_conf dispatch;
	struct hg_secondary_conf secondary;
	struct hg_upstream_conf upstreams[HG_UPSTREAMS_MAX]; /* the first: `upstream:` */
	uint32_t n_upstreams;
	struct hg_clients clients;

	const char *file;           /* NULL = none */
	struct hg_text source;      /* what stood in it; may hold secrets */
	const struct hg_node *root; /* what was read, for places; NULL = it could not be */
	struct hg_secret_files *secret_files; /* that it names */
	uint32_t workers;
	bool plugin_path_is_given; /* on the command line */
	uint32_t n_listeners, n_plugins;
	struct hg_listener_plan listeners[HG_LISTENERS_MAX];
	struct hg_plugin_plan plugins[HG_INSTANCES_MAX];
	bool has_admin; /* true also of a file with mistakes, when its socket is not one of them */
	struct hg_address admin_address;
	int simulator_listener; /* in `listeners`; -1 = none. The upstream of a demonstration */
	struct hg_place dispatch_place;   /* of dispatch.strategy */
	struct hg_place access_log_place; /* of access_log.path */
	struct hg_text unsupported;       /* variables that are set but wait for their plugin */
};

struct hg_config_section { /* a mapping at the top of the file */
	const char *key;
	const struct hg_option *rows;
	size_t offset; /* of their struct in hg_config */
};

extern const struct hg_config_section hg_config_sections[]; /* the last one is empty */

/* Always returns one; it is usable when `faults` has no errors. */
struct hg_config *hg_config_load(const struct hg_config_wish *wish, struct hg_faults *faults);
void hg_config_free(struct hg_config *c); /* NULL is fine */

/* {"http":{"max_head_bytes":"64KiB",…},…}, secrets masked. */
void hg_config_print(const struct hg_config *c, struct hg_text *out);

/* Adds a fault for each option without HG_OPT_LIVE that differs: it needs a restart. */
void hg_config_compare(
	const struct hg_config *now, const struct hg_config *wanted, struct hg_faults *faults);

/* Does its `serve:` say the word? */
bool hg_listener_names(const struct hg_listener_plan *plan, const char *word);

/* Names an instance may not have, because they mean something else. */
bool hg_config_name_is_taken(struct hg_str name);

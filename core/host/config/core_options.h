/*
 * core_options - the options of hubgate itself, as rows, and the structs they fill.
 *
 * http, upstream, dispatch, secondary and credential are the structs of ticket/snapshot.h, which
 * fronts and dispatcher read; the rest is the host's own. A plugin's options stand in its own
 * table.
 *
 * Thread: the tables are constant.
 */
#pragma once
#include "ticket/snapshot.h"

struct hg_main_conf { /* top level */
	int64_t version;
	const char *workers; /* "auto" or a number */
	const char *state_dir;
	struct hg_option_list plugin_path;
	int64_t offload_threads;
	int64_t max_series;
	int64_t trace_records;
	int64_t drain_timeout_us;
};

struct hg_log_conf {
	int64_t level; /* HG_LOG_… */
	int64_t format;
};

enum { HG_LOG_TEXT = 0, HG_LOG_JSON = 1 }; /* hg_log_conf.format */

struct hg_access_log_conf {
	const char *path;   /* NULL: none is written; "stderr" */
	const char *format; /* "combined", "json", or a template (front/access_log.h) */
	uint64_t max_waiting_bytes;
};

struct hg_admin_conf {
	const char *bind; /* "unix:/path", "none", NULL = the user's own directory */
};

struct hg_listener_entry { /* one of `listeners:` */
	const char *bind;
	struct hg_option_list serve; /* n 0: all that may be served without being named */
	int64_t passthrough;         /* enum below */
	bool proxy_protocol;
	struct hg_option_list trusted;
};

enum { HG_PASSTHROUGH_AUTO = 0, HG_PASSTHROUGH_YES = 1, HG_PASSTHROUGH_NO = 2 };

struct hg_tls_entry { /* `tls:` of a listener */
	const char *cert, *key;
	const char *client_ca; /* NULL: clients are not asked for a certificate */
	int64_t client, min;   /* enums below */
};

enum { HG_CLIENT_CERT_REQUIRED = 0, HG_CLIENT_CERT_OPTIONAL = 1 };
enum { HG_TLS_1_2 = 0, HG_TLS_1_3 = 1 };

struct hg_upstream_entry { /* one of `upstreams:`, but the options of `upstream:` */
	const char *name;
	const char *prefix;
	struct hg_option_list hosts;
};

struct hg_plugin_entry { /* one of `plugins:`, but `when:` and the plugin's own options */
	const char *use;
	const char *name;
	int64_t optional; /* enum below */
};

enum { HG_OPTIONAL_AUTO = 0, HG_OPTIONAL_YES = 1, HG_OPTIONAL_NO = 2 };

extern const struct hg_option hg_main_options[];
extern const struct hg_option hg_log_options[];
extern const struct hg_option hg_access_log_options[];
extern const struct hg_option hg_admin_options[];
extern const struct hg_option hg_hook_options[]; /* struct hg_hook_limits */
extern const struct hg_option hg_http_options[];
extern const struct hg_option hg_upstream_options[];
extern const struct hg_option hg_dispatch_options[];
extern const struct hg_option hg_secondary_options[];
extern const struct hg_option hg_credential_options[];
extern const struct hg_option hg_upstream_entry_options[];
extern const struct hg_option hg_listener_options[];
extern const struct hg_option hg_tls_options[];
extern const struct hg_option hg_plugin_entry_options[];

/* Keys of an entry of `plugins:` that are hubgate's, NULL-ended: no option may be called so. */
extern const char *const hg_plugin_entry_words[];

/*
 * metric - where the numbers live: per series, one word per loop, summed when shown.
 *
 * The core's own metrics are the X-table below (name, kind, labels, help); plugins declare theirs
 * in their tables. Series per metric are bounded (hg_metrics_set_limit); beyond it everything is
 * counted in one series whose labels are all "other".
 *
 * Thread: any. Adding from a loop touches that loop's word only; other threads share one.
 */
#pragma once
#include <hg/metric.h>

#define HG_METRICS(X)                                                                             \
	X(REQUESTS, "requests_total", HG_COUNTER, "face,method,status",                           \
		"Client requests answered.")                                                      \
	X(REQUEST_SECONDS, "request_seconds", HG_HISTOGRAM, "face",                               \
		"From the head to the last byte sent.")                                           \
	X(CONNS, "connections", HG_GAUGE, "listener", "Open client connections.")                 \
	X(CONNS_TOTAL, "connections_accepted_total", HG_COUNTER, "listener",                      \
		"Client connections accepted.")                                                   \
	X(BAD_REQUESTS, "bad_requests_total", HG_COUNTER, "status,reason",                        \
		"Requests refused by the parser.")                                                \
	X(TICKETS, "tickets", HG_GAUGE, "state", "Tickets by state.")                             \
	X(TICKETS_TOTAL, "tickets_ended_total", HG_COUNTER, "class,end",                          \
		"Tickets ended, by class and end.")                                               \
	X(WAITING, "waiting", HG_GAUGE, "reason",                                                 \
		"Requests to GitHub that wait, by what for (the words of `hubgate explain`).")    \
	X(QUEUE_SECONDS, "queue_wait_seconds", HG_HISTOGRAM, "class", "From arrival to sending.") \
	X(COALESCED, "coalesced_total", HG_COUNTER, NULL, "Tickets that shared another's fetch.") \
	X(UPSTREAM, "upstream_requests_total", HG_COUNTER, "credential,resource,status",          \
		"Requests sent to GitHub.")                                                       \
	X(UPSTREAM_SECONDS, "upstream_seconds", HG_HISTOGRAM, "resource",                         \
		"From sending to the last byte.")                                                 \
	X(UPSTREAM_ERRORS, "upstream_errors_total", HG_COUNTER, "reason",                         \
		"Transfers that failed.")                                                         \
	X(BUDGET_LIMIT, "budget_limit", HG_GAUGE, "credential,resource",                          \
		"GitHub's limit per window.")                                                     \
	X(BUDGET_REMAINING, "budget_remaining", HG_GAUGE, "credential,resource",                  \
		"What GitHub says is left.")                                                      \
	X(BUDGET_RESET, "budget_reset_seconds", HG_GAUGE, "credential,resource",                  \
		"Unix time of the reset.")                                                        \
	X(BUDGET_IDEAL, "budget_ideal_remaining", HG_GAUGE, "credential,resource",                \
		"What would be left now, were the budget spent evenly up to its reset.")          \
	X(BUDGET_EXHAUSTION, "budget_predicted_exhaustion_seconds", HG_GAUGE,                     \
		"credential,resource",                                                            \
		"Until the budget is spent, as demand is expected; +Inf: not in this window.")    \
	X(SECONDARY_USED, "secondary_used_ratio", HG_GAUGE, "identity,dimension",                 \
		"Used of GitHub's secondary limits, as hubgate keeps them.")                      \
	X(CREDENTIAL_STATE, "credential_state", HG_GAUGE, "credential,state",                     \
		"1: the credential is so (good, doubted, minting, out).")                         \
	X(CREDENTIAL_EXPIRES, "credential_expires_seconds", HG_GAUGE, "credential",               \
		"Unix time at which GitHub ends the token; not of Apps, which get new ones.")     \
	X(LIMIT_HITS, "limit_hits_total", HG_COUNTER, "credential,resource,kind",                 \
		"Times GitHub said no.")                                                          \
	X(HOOK_SECONDS, "plugin_hook_seconds_total", HG_COUNTER, "plugin",                        \
		"Time spent in a plugin's hooks.")                                                \
	X(HOOK_SLOW, "plugin_hook_slow_total", HG_COUNTER, "plugin",                              \
		"Hooks that took longer than hooks.slow.")                                        \
	X(HOOK_FAILURES, "plugin_failures_total", HG_COUNTER, "plugin",                           \
		"Hooks that held their loop for hooks.stuck, or gave no usable verdict.")         \
	X(PLUGIN_OUT, "plugin_taken_out_total", HG_COUNTER, "plugin",                             \
		"Times an optional plugin was left out because it kept failing.")                 \
	X(RELOADS, "config_reloads_total", HG_COUNTER, "result", "Reloads of the configuration.") \
	X(EVENTS_DROPPED, "events_dropped_total", HG_COUNTER, "topic",                            \
		"Events that found a queue full.")                                                \
	X(MAILBOX_REFUSED, "mailbox_refused_total", HG_COUNTER, "loop",                           \
		"Messages refused by a full mailbox.")                                            \
	X(ACCESS_LOG_DROPPED, "access_log_dropped_total", HG_COUNTER, NULL,                       \
		"Lines of the access log that found the buffer full or the disk failing.")        \
	X(BUILD, "build_info", HG_GAUGE, "version", "Always 1; the label says what runs.")

enum hg_metric_id {
#define X(id, name, kind, labels, help) HG_METRIC_##id,
	HG_METRICS(X)
#undef X
		HG_METRIC_IDS
};

/* The core's. Values in the order of the row's labels, NULL-padded. The result stays valid. */
struct hg_series *hg_core_series(
	enum hg_metric_id id, const char *v0, const char *v1, const char *v2);

void hg_metrics_set_limit(uint32_t max_series_per_metric); /* before the first plugin starts */
/* Called by the host when a plugin's table is accepted; false and err: a bad or taken name. */
struct hg_err;
bool hg_metrics_declare(
	const char *plugin, const struct hg_metric *rows, uint32_t row_size, struct hg_err *err);
/* Sum over all loops: for tests and `show`. NaN when the series does not exist. */
double hg_metric_read(const char *name, const char *const *values);
/* All that was counted and set is 0 again; what is declared stays. For tests that begin anew in one
 * process: nobody else may count meanwhile. */
void hg_metrics_zero(void);
/* A function called before rendering, to set gauges that are only known on demand. */
void hg_metrics_on_render(void (*refresh)(void));

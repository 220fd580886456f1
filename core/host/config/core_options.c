#include "host/config/core_options.h"

#define LIVE HG_OPT_LIVE

const struct hg_option hg_main_options[] = {
	HG_INT(struct hg_main_conf, version, "1", "1", "1", LIVE, "Version of this file's format."),
	HG_STRING(struct hg_main_conf, workers, "auto", 0,
		"Threads that serve clients: auto (one a core) or 1 to 64."),
	HG_STRING(struct hg_main_conf, state_dir, NULL, 0,
		"Where plugins keep what survives a restart; default $XDG_STATE_HOME/hubgate or "
		"/var/lib/hubgate."),
	HG_LIST(struct hg_main_conf, plugin_path, NULL, LIVE,
		"Folders that plugin files are looked for in; default: plugins/ beside the "
		"program, "
		"then its library folder."),
	HG_INT(struct hg_main_conf, offload_threads, "4", "1", "64", 0, "Threads for what blocks."),
	HG_INT(struct hg_main_conf, max_series, "2000", "10", "1000000", 0,
		"Series of one metric; beyond it all is counted as \"other\"."),
	HG_INT(struct hg_main_conf, trace_records, "4096", "0", "262144", 0,
		"Records of 64 bytes that each front and the dispatcher keep for `hubgate trace`; "
		"about ten a request."),
	HG_USEC(struct hg_main_conf, drain_timeout_us, "10s", "0", "1h", LIVE,
		"How long requests under way may take after SIGTERM."),
	{ 0 },
};

const struct hg_option hg_log_options[] = {
	HG_ENUM(struct hg_log_conf, level, "info", "error|warn|info|debug", LIVE,
		"What is logged, of all components."),
	HG_ENUM(struct hg_log_conf, format, "text", "text|json", LIVE, "Form of a line."),
	{ 0 },
};

const struct hg_option hg_access_log_options[] = {
	HG_STRING(struct hg_access_log_conf, path, NULL, LIVE,
		"File that gets a line per request, or stderr; default: none is written."),
	HG_STRING(struct hg_access_log_conf, format, "combined", LIVE,
		"combined, json, or a line with names of fields in braces: \"{client} {status}\"."),
	HG_BYTES(struct hg_access_log_conf, max_waiting_bytes, "1MiB", "64KiB", "1GiB", LIVE,
		"Lines that may wait for the disk; over it they are dropped and counted."),
	{ 0 },
};

const struct hg_option hg_admin_options[] = {
	HG_STRING(struct hg_admin_conf, bind, NULL, 0,
		"unix:/path of the admin socket, or none; default: the user's own run-time "
		"folder."),
	{ 0 },
};

const struct hg_option hg_hook_options[] = {
	HG_USEC(struct hg_hook_limits, slow_us, "20ms", "1ms", "1min", LIVE,
		"A plugin's hook over it is logged with the plugin's name."),
	HG_USEC(struct hg_hook_limits, stuck_us, "1s", "1ms", "10min", LIVE,
		"A hook over it is a failure of its plugin."),
	HG_INT(struct hg_hook_limits, failures, "5", "0", "64", LIVE,
		"So many failures take a plugin out that is optional; 0: never."),
	HG_USEC(struct hg_hook_limits, within_us, "1min", "1s", "1d", LIVE,
		"The time in which they are counted."),
	HG_USEC(struct hg_hook_limits, out_for_us, "5min", "1s", "1d", LIVE,
		"How long it is out; its routes answer 503 meanwhile."),
	{ 0 },
};
_Static_assert(HG_FAILURES_MAX == 64, "the largest value of hooks.failures");

const struct hg_option hg_http_options[] = {
	HG_BYTES(struct hg_http_conf, max_head_bytes, "64KiB", "1KiB", "1MiB", LIVE,
		"Head of a request; over it 431."),
	HG_INT(struct hg_http_conf, max_fields, "100", "1", "100", LIVE,
		"Header fields of a request; over it 431."),
	HG_BYTES(struct hg_http_conf, max_target_bytes, "8KiB", "256B", "64KiB", LIVE,
		"Path and query of a request; over it 414."),
	HG_BYTES(struct hg_http_conf, max_body_bytes, "32MiB", "0", "1GiB", LIVE,
		"Body of a request that is kept whole; one that says a larger Content-Length is "
		"sent on as it comes, and never twice (in chunks, GraphQL and routes of plugins: "
		"413)."),
	HG_BYTES(struct hg_http_conf, max_upload_bytes, "2GiB", "0", "64GiB", LIVE,
		"Body of a request that is sent on as it comes; over it 413; 0: none is."),
	HG_BYTES(struct hg_http_conf, max_buffered_bytes, "256MiB", "64KiB", "64GiB", LIVE,
		"Bodies of requests held in memory, per front; over it 503."),
	HG_USEC(struct hg_http_conf, head_timeout_us, "10s", "10ms", "10min", LIVE,
		"From the first byte of a head to its last; over it 408."),
	HG_USEC(struct hg_http_conf, body_timeout_us, "30s", "10ms", "1h", LIVE,
		"Between two pieces of a body; over it 408."),
	HG_USEC(struct hg_http_conf, body_total_timeout_us, "10min", "10ms", "1d", LIVE,
		"From the start of a body to its end; over it 408."),
	HG_USEC(struct hg_http_conf, upload_total_timeout_us, "1h", "10ms", "1d", LIVE,
		"The same for one that is sent on as it comes."),
	HG_USEC(struct hg_http_conf, idle_timeout_us, "60s", "10ms", "1d", LIVE,
		"How long an idle connection is kept."),
	HG_USEC(struct hg_http_conf, write_timeout_us, "30s", "10ms", "1h", LIVE,
		"How long a client may take nothing of its reply. What it takes in small sips "
		"counts; who stops is cut after twice this time at the latest."),
	HG_USEC(struct hg_http_conf, linger_timeout_us, "30s", "0", "10min", LIVE,
		"How long a connection that ends with unread bytes is listened to, so that a slow "
		"client gets all of its last reply."),
	HG_INT(struct hg_http_conf, max_connections, "10000", "1", "1000000", LIVE,
		"Client connections, per front. When all are taken, who says nothing for a second, "
		"or takes nothing of its reply for five, gives its place."),
	HG_BYTES(struct hg_http_conf, write_window_bytes, "256KiB", "4KiB", "64MiB", LIVE,
		"How much of a reply may wait in a connection."),
	HG_BYTES(struct hg_http_conf, max_unsent_bytes, "256MiB", "64KiB", "64GiB", LIVE,
		"How much of replies may wait in all connections, per front; over it the client "
		"is cut that has taken nothing for longest. As much again may wait in batches; "
		"over it a batch's reply is rejected."),
	HG_LIST(struct hg_http_conf, public_urls, NULL, LIVE,
		"Bases, besides loopback names, that links in replies may be rewritten to."),
	HG_INT(struct hg_http_conf, max_batch, "100", "1", "1000", LIVE,
		"Requests in one POST /api/github/batch; over it 413."),
	HG_BYTES(struct hg_http_conf, max_batch_bytes, "64MiB", "64KiB", "4GiB", LIVE,
		"Replies held in memory for one batch; one that would be over it is rejected."),
	HG_BOOL(struct hg_http_conf, read_only, "false", LIVE,
		"Refuse clients' requests that would change something at GitHub; of GraphQL only "
		"queries pass. What plugins write is not meant."),
	HG_BOOL(struct hg_http_conf, passthrough, "true", LIVE,
		"Forward a client's own GitHub token as itself."),
	{ 0 },
};

const struct hg_option hg_upstream_options[] = {
	HG_STRING(struct hg_upstream_conf, base_url, "https://api.github.com", LIVE,
		"GitHub's REST API; an Enterprise Server's ends in /api/v3."),
	HG_STRING(struct hg_upstream_conf, graphql_url, NULL, LIVE,
		"GraphQL; default: derived from base_url."),
	HG_STRING(struct hg_upstream_conf, uploads_url, NULL, LIVE,
		"Uploads; default: derived from base_url."),
	HG_STRING(struct hg_upstream_conf, ca_file, NULL, LIVE,
		"Certificates to trust instead of the system's."),
	HG_STRING(struct hg_upstream_conf, proxy, NULL, LIVE,
		"Proxy to GitHub; default: HTTPS_PROXY of the environment."),
	HG_STRING(struct hg_upstream_conf, user_agent, "hubgate/" HG_VERSION, LIVE,
		"What hubgate calls itself; GitHub refuses requests without."),
	HG_USEC(struct hg_upstream_conf, connect_timeout_us, "5s", "1ms", "10min", LIVE,
		"Until a connection stands."),
	HG_USEC(struct hg_upstream_conf, first_byte_timeout_us, "12s", "1ms", "10min", LIVE,
		"From sending to the first byte of the reply."),
	HG_USEC(struct hg_upstream_conf, total_timeout_us, "30s", "1ms", "1h", LIVE,
		"From sending to the last byte of the reply."),
	HG_USEC(struct hg_upstream_conf, stall_timeout_us, "15s", "1ms", "1h", LIVE,
		"Between two pieces of a reply."),
	HG_USEC(struct hg_upstream_conf, idle_timeout_us, "45s", "1s", "10min", LIVE,
		"How long an idle connection is kept; GitHub closes at 60 s."),
	HG_INT(struct hg_upstream_conf, max_connections, "16", "1", "256", LIVE,
		"Connections per host."),
	HG_INT(struct hg_upstream_conf, max_concurrent, "0", "0", "100", LIVE,
		"Requests under way per credential; 0 = dispatch.max_concurrent."),
	HG_INT(struct hg_upstream_conf, max_requests_per_hour, "0", "0", "1000000", LIVE,
		"Own cap below GitHub's; 0 = dispatch.max_requests_per_hour."),
	HG_BOOL(struct hg_upstream_conf, http2, "true", LIVE, "Speak HTTP/2 where it is offered."),
	{ 0 },
};

const struct hg_option hg_dispatch_options[] = {
	HG_USEC(struct hg_dispatch_conf, deadline_us, "60s", "10ms", "1h", LIVE,
		"How long a request may wait and run, from its arrival."),
	HG_INT(struct hg_dispatch_conf, max_tickets, "10000", "1", "1000000", LIVE,
		"Requests waiting or under way in all; over it 503."),
	HG_INT(struct hg_dispatch_conf, max_concurrent, "80", "1", "100", LIVE,
		"Requests under way per credential; GitHub allows 100."),
	HG_BYTES(struct hg_dispatch_conf, share_bytes, "8MiB", "0", "256MiB", LIVE,
		"Replies up to this are read at full speed and may be shared."),
	HG_BYTES(struct hg_dispatch_conf, window_bytes, "1MiB", "16KiB", "64MiB", LIVE,
		"How much of a larger reply may wait for its client, or of an upload for GitHub."),
	HG_INT(struct hg_dispatch_conf, max_requests_per_hour, "0", "0", "1000000", LIVE,
		"Own cap below GitHub's; 0 = none."),
	HG_SHARE(struct hg_dispatch_conf, reserve_low, "30%", "0%", "100%", LIVE,
		"Share of a limit that class low leaves to the others: it stops there until the "
		"reset."),
	HG_SHARE(struct hg_dispatch_conf, reserve_normal, "10%", "0%", "100%", LIVE,
		"The same for class normal."),
	HG_SHARE(struct hg_dispatch_conf, reserve_high, "5%", "0%", "100%", LIVE,
		"The same for class high; critical stops at 0."),
	HG_SHARE(struct hg_dispatch_conf, low_at, "10%", "0%", "100%", LIVE,
		"When less of a budget remains, the event ratelimit.low is told."),
	HG_INT(struct hg_dispatch_conf, retries, "3", "0", "10", LIVE,
		"How often a safe request is repeated."),
	HG_INT(struct hg_dispatch_conf, breaker_failures, "5", "0", "1000", LIVE,
		"Failures in a row that open the circuit breaker of a host or an identity: then "
		"503 at once instead of another try; 0: it never opens."),
	HG_SHARE(struct hg_dispatch_conf, breaker_share, "50%", "0%", "100%", LIVE,
		"So does this share of failures within breaker_window; 0%: only those in a row."),
	HG_INT(struct hg_dispatch_conf, breaker_least, "20", "1", "100000", LIVE,
		"How many must have ended within breaker_window before breaker_share counts."),
	HG_USEC(struct hg_dispatch_conf, breaker_window_us, "30s", "1s", "1h", LIVE,
		"What breaker_share is about."),
	HG_USEC(struct hg_dispatch_conf, breaker_open_us, "10s", "100ms", "1h", LIVE,
		"How long a breaker stays open before one request is tried; twice as long each "
		"time that fails."),
	HG_USEC(struct hg_dispatch_conf, breaker_open_most_us, "5min", "100ms", "1d", LIVE,
		"The longest of these."),
	HG_BOOL(struct hg_dispatch_conf, ask_at_start, "true", LIVE,
		"Each of the gateway's own tokens is tried at the start and when it is new (GET "
		"/rate_limit, which is free): is it good, what may it do, what is left."),
	HG_USEC(struct hg_dispatch_conf, overview_for_us, "60s", "0", "1h", LIVE,
		"How long GET /rate_limit is answered from hubgate's own books before GitHub is "
		"asked again, for what others spend; 0: always asked."),
	HG_STRING(struct hg_dispatch_conf, strategy, NULL, LIVE,
		"How fast a budget is spent, by name; default: adaptive, when a plugin provides "
		"it."),
	{ 0 },
};

/* What an identity may do, a little below what GitHub publishes. The most of points is what a
 * second of dispatch/window.h can hold. */
const struct hg_option hg_secondary_options[] = {
	HG_BOOL(struct hg_secondary_conf, keep, "true", LIVE,
		"What GitHub allows besides its hourly budgets is kept, so that it never has to "
		"say no; false: none of the limits below holds, and none is learned."),
	HG_INT(struct hg_secondary_conf, route_points, "850", "0", "60000", LIVE,
		"Points a minute at one route template (a read is 1, a write 5); GitHub allows "
		"900; 0: not limited."),
	HG_INT(struct hg_secondary_conf, graphql_points, "1900", "0", "60000", LIVE,
		"Points a minute at GraphQL (a query is 1, a mutation 5); GitHub allows 2,000; 0: "
		"not limited."),
	HG_USEC(struct hg_secondary_conf, cpu_us, "80s", "0", "10min", LIVE,
		"GitHub's working time a minute, which is about the time of its answers; GitHub "
		"allows 90 s; 0: not limited."),
	HG_USEC(struct hg_secondary_conf, cpu_graphql_us, "50s", "0", "10min", LIVE,
		"How much of it may be GraphQL; GitHub allows 60 s; 0: not limited."),
	HG_INT(struct hg_secondary_conf, content_a_minute, "70", "0", "60000", LIVE,
		"Requests a minute that create content (issues, comments, …); GitHub allows 80; "
		"0: not limited."),
	HG_INT(struct hg_secondary_conf, content_an_hour, "450", "0", "60000", LIVE,
		"The same in an hour; GitHub allows 500; 0: not limited."),
	HG_USEC(struct hg_secondary_conf, write_gap_us, "1s", "0", "1min", LIVE,
		"Between two writes; GitHub asks for a second; 0: none."),
	HG_INT(struct hg_secondary_conf, mints_an_hour, "1900", "0", "60000", LIVE,
		"Tokens asked for in an hour; GitHub allows 2,000; 0: not limited."),
	{ 0 },
};

/* A row of the App, whose members have a struct of their own. */
#define APP(key, f, T, type, min, help)                                                          \
	{                                                                                        \
		key, HG_FIELD(struct hg_credential_conf, app.f, T), type, LIVE, NULL, min, NULL, \
			NULL, help, NULL                                                         \
	}

const struct hg_option hg_credential_options[] = {
	HG_STRING(struct hg_credential_conf, alias, NULL, LIVE,
		"Its name in headers, logs and metrics; default: the upstream's name, main. One of "
		"several needs its own."),
	HG_SECRET(struct hg_credential_conf, token, LIVE,
		"A personal, fine-grained or OAuth token of the gateway's; without one, and "
		"without "
		"an App, GitHub is asked unauthenticated."),
	APP("app_id", id, const char *, HG_OPT_STRING, NULL,
		"A GitHub App in place of a token: its number, or its client ID (Iv…)."),
	APP("app_installation", installation, int64_t, HG_OPT_INT, "1",
		"Whose resources: the number of the App's installation."),
	APP("app_private_key", key, struct hg_secret *, HG_OPT_SECRET, NULL,
		"The App's private key, RSA and PEM: ${file:/path}. Tokens of an hour are made "
		"with it."),
	APP("app_repositories", repositories, struct hg_option_list, HG_OPT_LIST, NULL,
		"Names of the repositories that its tokens are for, 500 at most; default: all of "
		"the installation."),
	APP("app_permissions", permissions, struct hg_option_map, HG_OPT_MAP, NULL,
		"What its tokens may do, {issues: read}; default: all that the installation may."),
	HG_STRING(struct hg_credential_conf, identity, NULL, LIVE,
		"Whose budget it spends, by any name: credentials with the same one count "
		"together, "
		"as GitHub counts the tokens of one user; default: found out by asking GitHub, or "
		"its own."),
	HG_LIST(struct hg_credential_conf, owners, NULL, LIVE,
		"Accounts (users, organizations) whose resources it may be used for; default: "
		"any."),
	{ 0 },
};
#undef APP

const struct hg_option hg_upstream_entry_options[] = {
	HG_STRING(struct hg_upstream_entry, name, NULL, LIVE | HG_OPT_REQUIRED,
		"Its name in logs, metrics, `show` and `clients:`; \"main\" is that of "
		"`upstream:`."),
	HG_STRING(struct hg_upstream_entry, prefix, NULL, LIVE,
		"/ghes: paths below it are for this upstream (/ghes/api/v3/…, /ghes/repos/…)."),
	HG_LIST(struct hg_upstream_entry, hosts, NULL, LIVE,
		"Names in Host that mean this upstream, without a port; also allowed where Host "
		"must else be a loopback name."),
	{ 0 },
};

const struct hg_option hg_listener_options[] = {
	HG_STRING(struct hg_listener_entry, bind, NULL, LIVE | HG_OPT_REQUIRED,
		"127.0.0.1:3001, [::1]:3001 or unix:/path; port 0 = any free one."),
	HG_LIST(struct hg_listener_entry, serve, NULL, LIVE,
		"github, health, and names of plugin instances; default: all of them but routes "
		"that "
		"want to be named."),
	HG_ENUM(struct hg_listener_entry, passthrough, "auto", "auto|yes|no", LIVE,
		"Are clients' own GitHub tokens taken here, when http.passthrough is on? auto: on "
		"loopback and Unix sockets; elsewhere a key is needed."),
	HG_BOOL(struct hg_listener_entry, proxy_protocol, "false", LIVE,
		"Every connection begins with PROXY protocol version 2, which names the client."),
	HG_LIST(struct hg_listener_entry, trusted, NULL, LIVE,
		"Addresses and ranges (10.0.0.0/8) of the proxies that may name a client; "
		"connections of others are closed."),
	{ 0 },
};

const struct hg_option hg_tls_options[] = {
	HG_STRING(struct hg_tls_entry, cert, NULL, LIVE | HG_OPT_REQUIRED,
		"PEM file: the certificate, then those that lead to its root."),
	HG_STRING(struct hg_tls_entry, key, NULL, LIVE | HG_OPT_REQUIRED,
		"PEM file: its key, without a passphrase."),
	HG_STRING(struct hg_tls_entry, client_ca, NULL, LIVE,
		"PEM file: who may sign clients' certificates; default: clients are not asked for "
		"one."),
	HG_ENUM(struct hg_tls_entry, client, "required", "required|optional", LIVE,
		"Must a client show a certificate, when client_ca is set?"),
	HG_ENUM(struct hg_tls_entry, min, "1.2", "1.2|1.3", LIVE, "The oldest TLS spoken."),
	{ 0 },
};

const struct hg_option hg_plugin_entry_options[] = {
	HG_STRING(struct hg_plugin_entry, use, NULL, LIVE | HG_OPT_REQUIRED,
		"The plugin's file, without .so."),
	HG_STRING(struct hg_plugin_entry, name, NULL, LIVE,
		"The instance's name; default: the plugin's."),
	HG_ENUM(struct hg_plugin_entry, optional, "auto", "auto|yes|no", LIVE,
		"May it be left out when it keeps failing? auto: what the plugin says of itself."),
	{ 0 },
};

const char *const hg_plugin_entry_words[] = { "use", "name", "optional", "when", NULL };

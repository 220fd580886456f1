/*
 * fake - a hubgate inside a unit test: one plugin, no daemon, no network, no waiting.
 *
 *     struct hg_err err = HG_ERR_INIT;
 *     struct hg_fake *f = hg_fake_new(&(struct hg_fake_wish){
 *             .plugin = { .table = hg_plugin_table(), .options = "greeting: Good day\n" } }, &err);
 *     struct hg_fake_reply *got = hg_fake_ask(f, "GET /hello/you", NULL, NULL);
 *     assert_int_equal(got->status, 200);
 *     assert_string_equal(got->body, "Good day, you!\n");
 *     assert_true(hg_fake_metric(f, "hello_greetings_total", NULL) == 1);
 *     assert_int_equal(hg_fake_free(f, &err), 0);
 *
 * What runs is the daemon's own code: the option parser, the front with its HTTP, routes, phases
 * and replies, the dispatcher with budgets, retries and coalescing, the event bus, timers,
 * descriptors. So a hook sees here what it sees there. Four things stand in for the world:
 *
 *     the clock       stands still until the test advances it
 *     GitHub          is a function of the test
 *     clients         are calls of the test
 *     offload         runs in the test's own thread, at once or when told
 *
 * All loops (host, dispatcher, one front) run on the calling thread, inside the functions below,
 * until none has anything left to do. The calling thread counts as the host loop in between.
 *
 * Not there yet: an in-memory store comes with the service store/1.
 *
 * One fake at a time in a process, any number one after the other: metrics begin at 0 each time.
 * Lines of the log are kept, and also printed when HUBGATE_FAKE_LOG is in the environment.
 *
 * Link with `pkg-config --libs hubgate-fake`. It is no part of the plugin ABI: it is a static
 * library and is used with the header of its own version.
 *
 * Thread: one.   Clock: held; it begins at 2023-11-14T22:13:20Z.
 * Ownership: what is returned lives until hg_fake_free, unless it is said otherwise.
 */
#pragma once
#include <hg/plugin.h>

struct hg_fake;

#define HG_FAKE_MS INT64_C(1000)
#define HG_FAKE_SEC INT64_C(1000000)

/* -- GitHub ------------------------------------------------------------------------------------ */

/* What GitHub was asked, after the SEND hooks. */
struct hg_fake_call {
	const char *method, *path, *query; /* query: without '?'; "" when none */
	const struct hg_field *fields;     /* without Authorization */
	uint32_t n_fields;
	struct hg_str body;
	struct hg_now at;
};

/* What it says: fill what differs. Nothing filled: 404, `{"message":"Not Found"}`. */
struct hg_fake_answer {
	int status;
	const char *headers; /* "ETag: \"1\"\nX-RateLimit-Remaining: 7", copied; NULL: none */
	struct hg_str body;  /* copied */
	int64_t after_us;    /* when the clock has been advanced by that much; 0: at once */
	const char *broken;  /* not NULL: no reply, the connection breaks, and this is why */
};

/* The value of the first field of that name; {0} when there is none. */
struct hg_str hg_fake_call_header(const struct hg_fake_call *call, const char *name);

/* -- life -------------------------------------------------------------------------------------- */

struct hg_fake_plugin {
	const struct hg_plugin *table; /* of a plugin that is linked into the test, or */
	const char *file;              /* a built one: "hello.so" */
	const char *name;              /* of the instance; NULL: the plugin's own */
	const char *options;           /* YAML, as it would stand below `use:`; NULL: none */
};

struct hg_fake_wish {
	struct hg_fake_plugin plugin;        /* the one that is tested */
	const struct hg_fake_plugin *beside; /* behind it in the order of phases: providers of what
	                                        it needs; ended by an empty one. NULL: none */
	const char *config;    /* YAML: what else a configuration says (dispatch:, upstream:, http:,
	                          clients:); without `plugins:`. NULL: the defaults */
	const char *state_dir; /* where instances have theirs: for what survives a restart. NULL: a
	                          new one, removed at the end */
	/* Called on the dispatcher's loop. NULL: GitHub can not be reached. */
	void (*github)(void *arg, const struct hg_fake_call *call, struct hg_fake_answer *answer);
	void *github_arg;
};

/* Reads the options, checks, starts: NULL and err when the daemon would have refused to. Mistakes
 * in `options` and `config` have their place: "options:2:1: plugins[0].greting: unknown option". */
struct hg_fake *hg_fake_new(const struct hg_fake_wish *wish, struct hg_err *err);

/* Clients leave, offloaded work is done, the instances stop. HG_EFAIL and err when the plugin left
 * something behind: a waiter that nobody resumed, an armed timer, a fetch without an end. NULL is
 * fine. */
int hg_fake_free(struct hg_fake *f, struct hg_err *err);

/* A reload with other options for the plugin that is tested: a new instance starts, adopts, takes
 * over; the old one stops when its last request has ended. An HG_E… and err: the old one stays. */
int hg_fake_reload(struct hg_fake *f, const char *options, struct hg_err *err);

/* An instance's own struct, for tests that look inside. name NULL: the plugin's that is tested.
 * After a reload the new one's. NULL: no such instance. */
void *hg_fake_self(struct hg_fake *f, const char *name);

/* -- time -------------------------------------------------------------------------------------- */

struct hg_now hg_fake_now(const struct hg_fake *f);
/* Moves the clock; what becomes due meanwhile happens at its own moment and in its order. */
void hg_fake_advance(struct hg_fake *f, int64_t by_us);
/* Lets the loops run until they rest, without moving the clock: after a thread of the plugin, or a
 * descriptor of the test, has done something. All functions here do so themselves. */
void hg_fake_settle(struct hg_fake *f);

/* -- clients ----------------------------------------------------------------------------------- */

/* A reply as far as it has come: it grows while the test goes on. */
struct hg_fake_reply {
	int status;       /* 0: nothing came yet */
	bool is_whole;    /* all of it is here */
	bool is_cut;      /* the connection ended in its middle, or before it */
	const char *body; /* decoded, ended by NUL; "" at first */
	size_t body_n;
};

/* A new client on 127.0.0.1 asks. line: "GET /repos/o/r?page=2". headers: "Name: value\n…" or NULL;
 * Host and, with a body, Content-Length are added. body: NULL: none. */
struct hg_fake_reply *hg_fake_ask(
	struct hg_fake *f, const char *line, const char *headers, const char *body);
/* The reply's field; {0} when there is none. Lives until the next call. */
struct hg_str hg_fake_reply_header(const struct hg_fake_reply *reply, const char *name);
/* More bytes from its client: a body that was announced in the headers. */
void hg_fake_say(struct hg_fake *f, struct hg_fake_reply *reply, struct hg_str bytes);
/* Its client closes the connection. */
void hg_fake_leave(struct hg_fake *f, struct hg_fake_reply *reply);
/* Its client reads nothing until it is told to: hg_reply_send comes to say HG_EAGAIN. */
void hg_fake_read(struct hg_fake *f, struct hg_fake_reply *reply, bool reads);

/* -- what was asked of GitHub ------------------------------------------------------------------ */

uint32_t hg_fake_n_calls(const struct hg_fake *f);
const struct hg_fake_call *hg_fake_call(const struct hg_fake *f, uint32_t i); /* NULL: no such */

/* -- offload ----------------------------------------------------------------------------------- */

/* From now on what is offloaded waits for hg_fake_run_offload (or does not). At most `room` may
 * wait; what comes then is refused with HG_EFULL. */
void hg_fake_hold_offload(struct hg_fake *f, bool held, uint32_t room);
uint32_t hg_fake_run_offload(struct hg_fake *f); /* how many were run */

/* -- what it counted, said and published ------------------------------------------------------- */

/* A counter or gauge by its name in the table, the core's too; a histogram: how many observations.
 * Values in the order of the labels, NULL: none. NaN: there is no such series. */
double hg_fake_metric(const struct hg_fake *f, const char *name, const char *const *values);

/* All lines of the log of all levels since hg_fake_new ("… info hello: loaded entries=3\n"). */
const char *hg_fake_log(const struct hg_fake *f);
/* Does a line say this? */
bool hg_fake_logged(const struct hg_fake *f, const char *part);

/* Events, the plugin's and the core's, in their order. NULL: no such. */
uint32_t hg_fake_n_events(const struct hg_fake *f);
const struct hg_event *hg_fake_event(const struct hg_fake *f, uint32_t i);
/* Somebody else publishes one. */
void hg_fake_publish(struct hg_fake *f, const char *topic, const char *json);

/* -- its table --------------------------------------------------------------------------------- */

/* Runs a command of the plugin; args: "key=value&other=…" or NULL. Its JSON, which lives until the
 * next one; NULL and err. */
const char *hg_fake_command(
	struct hg_fake *f, const char *name, const char *args, struct hg_err *err);
/* A service that one of the instances provides. label NULL: the only one. */
bool hg_fake_service(
	struct hg_fake *f, const char *name, const char *label, struct hg_provider *ret_provider);

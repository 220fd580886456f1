/*
 * simulator - a simulated GitHub on a listener of its own.
 *
 * The engine (world.h) is a function from a request and a moment to an answer; this file gives
 * it requests from a route that takes everything, the loop's clock, and carries its answers out:
 * at once, late (a timer of the loop, so a held clock decides when), stalled, cut, or not at all.
 *
 *     on_request -> on_body … end -> sim_answer ─┬─ at once ──────────────► head, body
 *                                                ├─ delay: HG_WAIT, timer ► head, body
 *                                                └─ close ────────────────► nothing
 *     body: up to the stall, a timer, then up to the cut or the end
 *
 * Threads: any front; one lock around the engine, held for one call of it and never while the
 * core is called. An exchange belongs to its request's front.
 * Fails: a request over the body limit is refused by the core; everything else is GitHub's to say.
 */
#include <hg/plugin.h>

#include <pthread.h>
#include <stdatomic.h>

#include "options.h"
#include "seed.h"
#include "text.h"
#include "world.h"

/* -- state ----------------------------------------------------------------------------------- */

/* Outlives the instance that made it when a reload hands it on. */
struct room {
	pthread_mutex_t lock; /* leaf: nothing is called while it is held but the engine */
	_Atomic uint32_t refs;
	struct sim_world *world;
};

struct simulator {
	struct room *room;
};

static struct room *room_new(const struct sim_conf *conf)
{
	struct room *room = hg_alloc0(sizeof(*room));

	pthread_mutex_init(&room->lock, NULL);
	atomic_init(&room->refs, 1);
	room->world = sim_world_new(conf, hg_now());
	sim_world_seed(room->world);
	return room;
}

static void room_unref(struct room *room)
{
	if (!room || atomic_fetch_sub(&room->refs, 1) != 1)
		return;
	sim_world_free(room->world);
	pthread_mutex_destroy(&room->lock);
	hg_free(room);
}

/* One request on its way. */
struct exchange {
	struct simulator *sim;
	struct hg_request *r; /* NULL when gone */
	struct sim_text body; /* of the request */
	struct sim_answer answer;
	struct hg_timer *timer;   /* NULL: nothing to wait for */
	struct hg_waiter *waiter; /* not yet resumed */
	bool is_resuming;         /* on_resumed will come */
	bool is_held;             /* counted as such */
	size_t sent;              /* of the answer's body */
};

static void count_held(struct exchange *x, bool is_held)
{
	struct room *room = x->sim->room;

	if (x->is_held == is_held)
		return;
	x->is_held = is_held;
	pthread_mutex_lock(&room->lock);
	room->world->held += is_held ? 1 : -1;
	pthread_mutex_unlock(&room->lock);
	hg_series_add(hg_series_find(x->sim, "simulator_held", NULL), is_held ? 1 : -1);
}

static void exchange_free(struct exchange *x)
{
	hg_timer_free(x->timer);
	sim_text_fini(&x->body);
	sim_answer_fini(&x->answer);
	hg_free(x);
}

/* -- carrying an answer out -------------------------------------------------------------------- */

static void send_up_to(struct exchange *x, size_t end)
{
	const struct sim_answer *a = &x->answer;

	if (end > a->body_bytes)
		end = a->body_bytes;
	while (x->sent < end) {
		size_t n = end - x->sent;
		if (a->chunked && n > SIM_CHUNK_BYTES)
			n = SIM_CHUNK_BYTES;
		(void)hg_reply_send(x->r, (struct hg_str){ a->body + x->sent, n });
		x->sent += n;
	}
}

static void wait_for(struct exchange *x, int64_t in_us, void (*on_timer)(void *self, void *arg))
{
	hg_timer_free(x->timer);
	x->timer = hg_timer_new(x->sim, on_timer, x);
	hg_timer_set(x->timer, in_us);
}

static void on_cut(void *self, void *arg)
{
	struct exchange *x = arg;

	(void)self;
	hg_reply_abort(x->r);
}

/* After the last stall. */
static void send_rest(struct exchange *x)
{
	const struct sim_answer *a = &x->answer;

	if (a->cut_after_bytes >= 0) {
		send_up_to(x, (size_t)a->cut_after_bytes);
		wait_for(x, 0, on_cut); /* a turn later: what was sent must have left */
		return;
	}
	if (!a->head_only)
		send_up_to(x, a->body_bytes);
	hg_reply_end(x->r);
}

static void on_stall_over(void *self, void *arg)
{
	struct exchange *x = arg;

	(void)self;
	count_held(x, false);
	send_rest(x);
}

static void send_answer(struct exchange *x)
{
	const struct sim_answer *a = &x->answer;

	if (a->close) {
		hg_reply_abort(x->r);
		return;
	}
	for (uint32_t i = 0; i < a->n_fields; i++)
		hg_reply_set(x->r, a->fields[i].name.p, a->fields[i].value);
	/* a 304 has no length: it would have to be the 200's */
	bool has_length = a->status != 304 && !a->chunked;
	hg_reply_begin(x->r, a->status, has_length ? (int64_t)a->body_bytes : -1);
	if (a->head_only || a->stall_after_bytes < 0 || a->stall_us == 0) {
		send_rest(x);
		return;
	}
	bool is_cut_first = a->cut_after_bytes >= 0 && a->cut_after_bytes < a->stall_after_bytes;
	send_up_to(x, (size_t)(is_cut_first ? a->cut_after_bytes : a->stall_after_bytes));
	count_held(x, true);
	wait_for(x, a->stall_us, on_stall_over);
}

static enum hg_verdict on_resumed(void *self, struct hg_request *r, void *arg)
{
	struct exchange *x = arg;

	(void)self;
	x->is_resuming = false;
	if (!r) {
		if (!x->r)
			exchange_free(x);
		return HG_NEXT;
	}
	send_answer(x);
	return HG_ANSWERED;
}

static void resume(struct exchange *x)
{
	struct hg_waiter *waiter = x->waiter;

	x->waiter = NULL;
	x->is_resuming = true;
	hg_waiter_resume(waiter, on_resumed, x);
}

static void on_delay_over(void *self, void *arg)
{
	struct exchange *x = arg;

	(void)self;
	count_held(x, false);
	resume(x);
}

/* -- taking a request in ----------------------------------------------------------------------- */

#define MAX_FIELDS 128

/* "127.0.0.1:50112" -> "127.0.0.1". GitHub counts by address. */
static struct hg_str address_of(struct hg_str peer)
{
	for (size_t i = peer.n; i-- > 0;)
		if (peer.p[i] == ':')
			return (struct hg_str){ peer.p, i };
	return peer;
}

/* The list that plugins see leaves credentials out; here they are what it is about. */
static uint32_t collect_fields(struct hg_request *r, struct hg_field fields[MAX_FIELDS])
{
	static const char *const credentials[] = { "Authorization", "Cookie" };
	uint32_t n = 0, n_seen = 0;
	const struct hg_field *seen = hg_request_headers(r, &n_seen);

	for (int i = 0; i < 2; i++) {
		struct hg_str value = hg_request_header(r, credentials[i]);
		if (value.n)
			fields[n++] = (struct hg_field){ hg_str(credentials[i]), value };
	}
	for (uint32_t i = 0; i < n_seen && n < MAX_FIELDS; i++)
		if (!hg_str_is_nocase(seen[i].name, HG_STR("Authorization")) &&
			!hg_str_is_nocase(seen[i].name, HG_STR("Cookie")))
			fields[n++] = seen[i];
	return n;
}

static void count_request(struct simulator *sim, const struct sim_answer *a)
{
	char status[16] = "closed";

	if (!a->resource)
		return;
	if (!a->close) {
		status[0] = (char)('0' + a->status / 100);
		memcpy(status + 1, "xx", 3);
	}
	hg_series_add(hg_series_find(sim, "simulator_requests_total",
			      (const char *[]){ a->resource, status }),
		1);
}

static enum hg_verdict simulator_on_request(void *self, struct hg_request *r)
{
	struct simulator *sim = self;
	struct exchange *x = hg_alloc0(sizeof(*x));
	struct room *room = sim->room;

	x->sim = sim;
	x->r = r;
	sim_answer_init(&x->answer);
	*hg_request_slot(r, self) = x;
	pthread_mutex_lock(&room->lock);
	struct sim_world *w = room->world;
	if (++w->in_flight > w->max_in_flight)
		w->max_in_flight = w->in_flight;
	pthread_mutex_unlock(&room->lock);
	return HG_NEXT; /* the body first */
}

static enum hg_verdict simulator_on_body(
	void *self, struct hg_request *r, struct hg_str piece, int end)
{
	struct simulator *sim = self;
	struct exchange *x = *hg_request_slot(r, self);
	struct hg_field fields[MAX_FIELDS];

	sim_text_add(&x->body, piece.p, piece.n);
	if (!end)
		return HG_NEXT;

	struct sim_request rq = { .method = hg_request_method(r),
		.path = hg_request_path(r),
		.query = hg_request_query(r),
		.body = { x->body.p, x->body.n },
		.peer = address_of(hg_request_peer(r)),
		.fields = fields };
	rq.n_fields = collect_fields(r, fields);
	pthread_mutex_lock(&sim->room->lock);
	sim_answer(sim->room->world, &rq, hg_now(), &x->answer);
	pthread_mutex_unlock(&sim->room->lock);
	count_request(sim, &x->answer);

	if (x->answer.delay_us <= 0) {
		send_answer(x);
		return HG_ANSWERED;
	}
	count_held(x, true);
	x->waiter = hg_request_wait(r);
	wait_for(x, x->answer.delay_us, on_delay_over);
	return HG_WAIT;
}

static void simulator_on_gone(void *self, struct hg_request *r)
{
	struct exchange *x = *hg_request_slot(r, self);
	struct room *room = ((struct simulator *)self)->room;

	if (!x)
		return;
	*hg_request_slot(r, self) = NULL;
	count_held(x, false);
	pthread_mutex_lock(&room->lock);
	room->world->in_flight--;
	pthread_mutex_unlock(&room->lock);
	x->r = NULL;
	hg_timer_free(x->timer);
	x->timer = NULL;
	if (x->waiter)
		resume(x); /* the last to be told frees it */
	else if (!x->is_resuming)
		exchange_free(x);
}

/* -- life -------------------------------------------------------------------------------------- */

static int simulator_start(void *self, const void *raw, struct hg_err *err)
{
	struct simulator *sim = self;
	const struct sim_options *conf = raw;
	struct sim_conf wanted = sim_options_conf(conf);

	(void)err;
	sim->room = room_new(&wanted);
	hg_log(self, HG_LOG_INFO, "began seed=%lld users=%lld repos=%lld", (long long)conf->seed,
		(long long)conf->users, (long long)conf->repos);
	return 0;
}

/* A reload keeps the world; what may change without a restart changes in it. */
static int simulator_adopt(void *self, void *old_self, struct hg_err *err)
{
	struct simulator *sim = self, *old = old_self;
	struct room *room = old->room;
	struct sim_conf conf = sim->room->world->conf;

	(void)err;
	atomic_fetch_add(&room->refs, 1);
	pthread_mutex_lock(&room->lock);
	sim_world_set(room->world, &conf);
	pthread_mutex_unlock(&room->lock);
	room_unref(sim->room);
	sim->room = room;
	hg_log(self, HG_LOG_INFO, "goes on with the world that it had");
	return 0;
}

static void simulator_stop(void *self)
{
	struct simulator *sim = self;

	room_unref(sim->room);
	sim->room = NULL;
}

/* -- admin: what the control API shows, on the admin socket ------------------------------------ */

static int show(struct simulator *sim, const char *method, const char *path, struct hg_answer *out)
{
	struct sim_request rq = { .method = hg_str(method), .path = hg_str(path) };
	struct sim_answer answer;

	sim_answer_init(&answer);
	pthread_mutex_lock(&sim->room->lock);
	sim_answer(sim->room->world, &rq, hg_now(), &answer);
	pthread_mutex_unlock(&sim->room->lock);
	hg_answer_add(out, (struct hg_str){ answer.body, answer.body_bytes });
	sim_answer_fini(&answer);
	return 0;
}

static int show_requests(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "GET", "/_sim/requests", out);
}

static int show_limits(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "GET", "/_sim/limits", out);
}

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "GET", "/_sim/state", out);
}

static int show_scripts(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "GET", "/_sim/scripts", out);
}

static int show_stats(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "GET", "/_sim/stats", out);
}

static int reset(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)args;
	(void)err;
	return show(self, "POST", "/_sim/reset", out);
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_route simulator_routes[] = {
	{ .methods = "*",
		.path = "/{path*}",
		.flags = HG_ROUTE_NAMED_ONLY | HG_ROUTE_OPEN | HG_ROUTE_RAW,
		.max_body_bytes = 1 << 20,
		.on_request = simulator_on_request,
		.on_body = simulator_on_body,
		.on_gone = simulator_on_gone,
		.about = "The simulated GitHub; /_sim/… controls it." },
	{ 0 },
};

static const struct hg_metric simulator_metrics[] = {
	{ .name = "simulator_requests_total",
		.type = HG_COUNTER,
		.labels = "resource,status",
		.help = "Requests to the simulated GitHub, by bucket and class of status." },
	{ .name = "simulator_held",
		.type = HG_GAUGE,
		.help = "Requests whose answer waits on a timer." },
	{ 0 },
};

static const struct hg_command simulator_commands[] = {
	{ .name = "requests", .run = show_requests, .about = "The latest requests, oldest first." },
	{ .name = "limits", .run = show_limits, .about = "Every identity's budgets." },
	{ .name = "state", .run = show_state, .about = "Requests served and held, by status." },
	{ .name = "scripts", .run = show_scripts, .about = "Scripted answers, used and waiting." },
	{ .name = "stats",
		.run = show_stats,
		.about = "Points spent and limits provoked, by identity." },
	{ .name = "reset",
		.changes = 1,
		.run = reset,
		.about = "Begins again from the seed: objects, limits, scripts, journal." },
	{ 0 },
};

static const struct hg_plugin simulator_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "simulator",
	.about = "A simulated GitHub for demonstrations, tests and policy authors.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct simulator),
	.conf_size = sizeof(struct sim_options),
	.options = sim_options,
	.routes = simulator_routes,
	.metrics = simulator_metrics,
	.commands = simulator_commands,
	.check = sim_options_check,
	.start = simulator_start,
	.adopt = simulator_adopt,
	.stop = simulator_stop,
};
HG_PLUGIN_EXPORT(simulator_plugin)

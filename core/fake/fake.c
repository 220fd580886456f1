#include "fake/fake_inside.h"

#include "base/bug.h"
#include "base/hash.h"
#include "front/state.h"
#include "ticket/fetch.h"
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BEGIN_MONO_US INT64_C(1000000000)
#define BEGIN_WALL_US INT64_C(1700000000000000)

enum {
	MAILBOX_ROOM = 20000, /* as the daemon's */
	EVENTS_ROOM = 10000,
	TURNS_MAX = 1000000, /* until loops must have come to rest */
	FILES_OPEN = 16,
};

struct hg_fake *hg_fake_current;

void hg_fake_list_add(struct hg_fake_list *l, void *item)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 16;
		l->items = hg_realloc(l->items, l->room * sizeof(*l->items));
	}
	l->items[l->n++] = item;
}

void hg_fake_list_fini(struct hg_fake_list *l)
{
	hg_free(l->items);
	*l = (struct hg_fake_list){ 0 };
}

static struct hg_loop *loop_at(const struct hg_fake *f, int i)
{
	struct hg_loop *const loops[HG_FAKE_LOOPS] = { f->host, f->dispatcher, f->front_loop };

	return loops[i];
}

/* -- setups: the way of host/reload.c, on one thread ------------------------------------------- */

static struct hg_snapshot *current_snapshot(void)
{
	struct hg_fake *f = hg_fake_current;

	return f && f->setup ? hg_snapshot_ref(&f->setup->snapshot) : NULL;
}

static void stop_on_loop(struct hg_fake *f, struct hg_setup *s, int loop, uint32_t n)
{
	hg_loop_enter(loop_at(f, loop));
	while (n > 0) {
		struct hg_instance *in = s->instances[s->order[--n]];
		if (in->table->thread_stop)
			in->table->thread_stop(in->self, hg_thread_self());
	}
	hg_loop_enter(f->host);
}

static int start_on_loop(struct hg_fake *f, struct hg_setup *s, int loop, struct hg_err *err)
{
	hg_loop_enter(loop_at(f, loop));
	for (uint32_t n = 0; n < s->n; n++) {
		struct hg_instance *in = s->instances[s->order[n]];
		int rc = in->table->thread_start
		                 ? in->table->thread_start(in->self, hg_thread_self(), err)
		                 : 0;
		if (rc >= 0)
			continue;
		hg_err_wrap(err, "plugin %s: thread_start on %s", in->name,
			hg_loop_name(loop_at(f, loop)));
		stop_on_loop(f, s, loop, n);
		return rc;
	}
	hg_loop_enter(f->host);
	return 0;
}

static uint32_t n_pending(const struct hg_setup *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += atomic_load(&s->instances[i]->n_pending);
	return n;
}

static uint32_t n_fetches(const struct hg_setup *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += atomic_load(&s->instances[i]->n_fetches);
	return n;
}

static void on_unused(struct hg_snapshot *snap)
{
	struct hg_setup *s = snap->owner;

	hg_fake_list_add(&((struct hg_fake *)s->host)->retired, s);
}

static struct hg_setup *take_at(struct hg_fake_list *l, uint32_t i)
{
	struct hg_setup *s = l->items[i];

	l->items[i] = l->items[--l->n];
	return s;
}

/* A setup that nothing uses any more goes a step on: its instances stop when their offloaded work
 * is home, and it is freed when what `stop` sent has ended. False: none can. */
static bool end_setups(struct hg_fake *f)
{
	for (uint32_t i = 0; i < f->retired.n; i++) {
		if (n_pending(f->retired.items[i]))
			continue;
		struct hg_setup *s = take_at(&f->retired, i);
		for (int loop = HG_FAKE_LOOPS; loop-- > 0;)
			stop_on_loop(f, s, loop, s->n);
		hg_setup_stop(s);
		hg_fake_list_add(&f->stopped, s);
		return true;
	}
	for (uint32_t i = 0; i < f->stopped.n; i++) {
		if (n_pending(f->stopped.items[i]) || n_fetches(f->stopped.items[i]))
			continue;
		hg_setup_free(take_at(&f->stopped, i));
		f->n_setups--;
		return true;
	}
	return false;
}

static bool turn_all(struct hg_fake *f)
{
	bool ran = hg_fake_offload_turn();

	for (int i = 0; i < HG_FAKE_LOOPS; i++)
		ran |= hg_loop_turn(loop_at(f, i));
	return hg_fake_clients_read(f) || ran;
}

void hg_fake_settle(struct hg_fake *f)
{
	int n = 0;

	while (turn_all(f) || end_setups(f))
		HG_BUG_ON(++n > TURNS_MAX); /* something starts itself again and again */
}

/* -- time -------------------------------------------------------------------------------------- */

static int64_t next_alarm_us(const struct hg_fake *f)
{
	int64_t next_us = INT64_MAX;

	for (int i = 0; i < HG_FAKE_LOOPS; i++) {
		int64_t at_us = hg_loop_next_alarm_us(loop_at(f, i));
		next_us = at_us < next_us ? at_us : next_us;
	}
	return next_us;
}

void hg_fake_advance(struct hg_fake *f, int64_t by_us)
{
	HG_BUG_ON(by_us < 0 || by_us > HG_ADVANCE_MAX_US);
	hg_fake_settle(f);
	int64_t until_us = hg_clock_read(f->clock).mono_us + by_us;
	for (;;) {
		struct hg_now now = hg_clock_read(f->clock);
		int64_t next_us = next_alarm_us(f);
		int64_t to_us = next_us < until_us ? next_us : until_us;
		if (to_us > now.mono_us)
			hg_clock_set(f->clock,
				(struct hg_now){ to_us, now.wall_us + to_us - now.mono_us });
		hg_fake_settle(f);
		if (to_us == until_us && next_alarm_us(f) > until_us)
			return;
	}
}

struct hg_now hg_fake_now(const struct hg_fake *f)
{
	return hg_clock_read(f->clock);
}

/* -- life -------------------------------------------------------------------------------------- */

/* start and thread_start; 0, or all of it undone. */
static int wake(struct hg_fake *f, struct hg_setup *s, struct hg_setup *old, struct hg_err *err)
{
	int rc = hg_setup_start(s, old, err);

	for (int i = 0; rc == 0 && i < HG_FAKE_LOOPS; i++) {
		rc = start_on_loop(f, s, i, err);
		if (rc == 0)
			continue;
		while (i-- > 0)
			stop_on_loop(f, s, i, s->n);
		hg_setup_stop(s);
		break;
	}
	return rc;
}

/* It was refused by its plugins: it goes when what they sent meanwhile has ended. */
static void drop(struct hg_fake *f, struct hg_setup *s)
{
	hg_fake_list_add(&f->stopped, s);
	hg_fake_settle(f);
}

static struct hg_setup *make_setup(struct hg_fake *f, const char *options, struct hg_err *err)
{
	struct hg_setup *s = hg_fake_plan_make(f, options, err);

	if (!s)
		return NULL;
	s->host = f;
	s->snapshot.on_unused = on_unused;
	f->n_setups++;
	return s;
}

static void enter_setup(struct hg_fake *f, struct hg_setup *s)
{
	f->setup = s;
	hg_fake_record_aim(f);
}

static int make_state_dir(struct hg_fake *f, struct hg_err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];

	if (f->wish.state_dir) {
		f->state_dir = hg_strndup(f->wish.state_dir, strlen(f->wish.state_dir));
		return 0;
	}
	(void)snprintf(path, sizeof(path), "%s/hubgate-fake-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(path))
		return hg_err_set(
			err, HG_EIO, "state directory %s: %s", path, strerrordesc_np(errno));
	f->state_dir = hg_strndup(path, strlen(path));
	f->owns_state_dir = true;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void make_loops(struct hg_fake *f)
{
	static const uint8_t key[16] = { 1 };

	hg_hash_seed(key); /* the same in each run */
	f->clock = hg_clock_new_held((struct hg_now){ BEGIN_MONO_US, BEGIN_WALL_US });
	f->host = hg_loop_new(f->clock, HG_THREAD_HOST, "host", MAILBOX_ROOM);
	f->dispatcher = hg_loop_new(f->clock, HG_THREAD_DISPATCHER, "dispatch", MAILBOX_ROOM);
	f->front_loop = hg_loop_new(f->clock, HG_THREAD_FRONT, "front-0", MAILBOX_ROOM);
	f->bus = hg_bus_new(f->host, f->clock, EVENTS_ROOM);
	f->view = hg_view_new();
	hg_loop_enter(f->host);
}

/* In the order of the daemon: dispatcher, plugins, front. */
static int begin(struct hg_fake *f, struct hg_err *err)
{
	const struct hg_transport github = hg_fake_github(f);
	struct hg_setup *s = make_setup(f, NULL, err);

	if (!s)
		return HG_EINVAL;
	enter_setup(f, s);
	hg_desk_init(&f->desk, f->dispatcher, &s->snapshot, &github, f->view, NULL);
	hg_fetch_bind(&f->desk.port, current_snapshot);
	int rc = wake(f, s, NULL, err);
	if (rc < 0) {
		enter_setup(f, NULL);
		hg_desk_fini(&f->desk);
		drop(f, s);
		return rc;
	}
	f->front = hg_front_new(f->front_loop, &s->snapshot, &f->desk.port, f->view);
	hg_front_listen(
		f->front, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 0); /* nobody comes by it */
	f->gate = HG_LIST_FIRST(&f->front->gates, struct hg_gate, link);
	hg_fake_settle(f);
	return 0;
}

static void fini(struct hg_fake *f)
{
	hg_fake_record_end(f);
	hg_fetch_bind(NULL, NULL);
	hg_bus_free(f->bus);
	hg_view_free(f->view);
	hg_loop_free(f->front_loop);
	hg_loop_free(f->dispatcher);
	hg_loop_free(f->host);
	hg_clock_free(f->clock);
	if (f->owns_state_dir)
		(void)nftw(f->state_dir, remove_one, FILES_OPEN, FTW_DEPTH | FTW_PHYS);
	hg_free(f->state_dir);
	hg_fake_plan_free(f->plan);
	hg_fake_clients_fini(f);
	hg_fake_list_fini(&f->calls);
	hg_fake_list_fini(&f->retired);
	hg_fake_list_fini(&f->stopped);
	hg_text_fini(&f->answer.text);
	hg_arena_fini(&f->arena);
	hg_fake_current = NULL;
	hg_free(f);
}

struct hg_fake *hg_fake_new(const struct hg_fake_wish *wish, struct hg_err *err)
{
	if (hg_fake_current) {
		hg_err_set(err, HG_EEXIST, "there is a fake already: hg_fake_free ends it");
		return NULL;
	}
	struct hg_fake *f = hg_alloc0(sizeof(*f));
	f->n_functions = hg_fake_api_count(); /* with it comes all that a plugin may call */
	hg_fake_current = f;
	f->wish = *wish;
	hg_arena_init(&f->arena);
	hg_list_init(&f->under_way);
	hg_text_init(&f->answer.text);
	make_loops(f);
	hg_fake_record_begin(f);
	hg_fake_offload_hold(false, 0);
	int rc = make_state_dir(f, err);
	if (rc == 0) {
		f->plan = hg_fake_plan_new(f, err);
		rc = f->plan ? begin(f, err) : HG_EINVAL;
	}
	if (rc == 0)
		return f;
	fini(f);
	return NULL;
}

/* What the instances of a setup that could not end still hold. */
static int explain(const struct hg_fake *f, struct hg_err *err)
{
	const struct hg_setup *s = f->stopped.n ? f->stopped.items[0] : NULL;

	if (s && n_fetches(s))
		return hg_err_set(err, HG_EFAIL, "a fetch has no end");
	if (s)
		return hg_err_set(err, HG_EFAIL, "offloaded work or a post has no end");
	return hg_err_set(
		err, HG_EFAIL, "a request has no end: a waiter was not resumed (hg_waiter_resume)");
}

int hg_fake_free(struct hg_fake *f, struct hg_err *err)
{
	int rc = 0;

	if (!f)
		return 0;
	hg_fake_offload_hold(false, 0);
	hg_fake_clients_leave(f);
	hg_fake_settle(f);
	hg_loop_enter(f->front_loop);
	hg_front_free(f->front);
	hg_loop_enter(f->host);
	hg_fake_settle(f);
	hg_desk_fini(&f->desk);
	hg_fake_settle(f);
	struct hg_setup *s = f->setup;
	enter_setup(f, NULL);
	hg_snapshot_unref(&s->snapshot);
	hg_fake_settle(f);
	if (f->n_setups)
		rc = explain(f, err);
	else if (next_alarm_us(f) != INT64_MAX)
		rc = hg_err_set(err, HG_EFAIL, "a timer is armed after stop");
	fini(f);
	return rc;
}

int hg_fake_reload(struct hg_fake *f, const char *options, struct hg_err *err)
{
	struct hg_setup *old = f->setup, *s = make_setup(f, options, err);
	int none[HG_LISTENERS_MAX];

	if (!s)
		return HG_EINVAL;
	int rc = wake(f, s, old, err);
	if (rc < 0) {
		drop(f, s);
		return rc;
	}
	memset(none, -1, sizeof(none)); /* it listens already */
	enter_setup(f, s);
	hg_loop_enter(f->dispatcher);
	hg_dispatcher_adopt(f->desk.dispatcher, &s->snapshot);
	hg_desk_turn_later(&f->desk);
	hg_loop_enter(f->front_loop);
	hg_front_adopt(f->front, &s->snapshot, none);
	hg_loop_enter(f->host);
	hg_snapshot_unref(&old->snapshot);
	hg_fake_settle(f);
	return 0;
}

/* -- its table --------------------------------------------------------------------------------- */

void *hg_fake_self(struct hg_fake *f, const char *name)
{
	const struct hg_instance *in =
		name ? hg_setup_find(f->setup, hg_str(name)) : f->setup->instances[0];

	return in ? in->self : NULL;
}

const char *hg_fake_command(
	struct hg_fake *f, const char *name, const char *args, struct hg_err *err)
{
	const struct hg_instance *in = f->setup->instances[0];
	const struct hg_command *c = in->table->commands;
	struct hg_admin_args words;

	while (c && c->name && strcmp(c->name, name) != 0)
		c++;
	if (!c || !c->name) {
		hg_err_set(err, HG_ENOTFOUND, "%s has no command \"%s\"", in->name, name);
		return NULL;
	}
	hg_text_clear(&f->answer.text);
	hg_text_add(&f->answer.text, (struct hg_str){ 0 });
	hg_admin_args_init(&words, hg_str(args));
	int rc = c->run(in->self, &words, &f->answer, err);
	hg_admin_args_fini(&words);
	hg_fake_settle(f);
	if (rc < 0)
		return NULL;
	return f->answer.text.n ? f->answer.text.p : "";
}

bool hg_fake_service(
	struct hg_fake *f, const char *name, const char *label, struct hg_provider *ret_provider)
{
	ret_provider->size = sizeof(*ret_provider);
	return hg_setup_provider(f->setup, name, label, ret_provider);
}

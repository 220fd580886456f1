#include "fake/fake_inside.h"

#include "base/bug.h"
#include "base/hash.h"
#include "dispatch/news/news.h"
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

struct hg_loop *hg_fake_loop(const struct hg_fake *f, int i)
{
	struct hg_loop *const loops[HG_FAKE_LOOPS] = { f->host, f->dispatcher, f->front_loop };

	return loops[i];
}

/* -- time -------------------------------------------------------------------------------------- */

static bool turn_all(struct hg_fake *f)
{
	bool ran = hg_fake_offload_turn();

	for (int i = 0; i < HG_FAKE_LOOPS; i++)
		ran |= hg_loop_turn(hg_fake_loop(f, i));
	return hg_fake_clients_read(f) || ran;
}

void hg_fake_settle(struct hg_fake *f)
{
	int n = 0;

	while (turn_all(f) || hg_fake_setups_end(f))
		HG_BUG_ON(++n > TURNS_MAX); /* something starts itself again and again */
}

static int64_t next_alarm_us(const struct hg_fake *f)
{
	int64_t next_us = INT64_MAX;

	for (int i = 0; i < HG_FAKE_LOOPS; i++) {
		int64_t at_us = hg_loop_next_alarm_us(hg_fake_loop(f, i));
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

static int make_state_dir(struct hg_fake *f, struct hg_err *err)
{
	const char *tmp = secure_getenv("TMPDIR");
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

static struct hg_snapshot *current_snapshot(void)
{
	struct hg_fake *f = hg_fake_current;

	return f && f->setup ? hg_snapshot_ref(&f->setup->snapshot) : NULL;
}

/* In the order of the daemon: dispatcher, plugins, front. */
static int begin(struct hg_fake *f, struct hg_err *err)
{
	const struct hg_transport github = hg_fake_github(f);
	struct hg_setup *s = hg_fake_setup_make(f, NULL, err);

	if (!s)
		return HG_EINVAL;
	hg_fake_setup_enter(f, s);
	hg_desk_init(&f->desk, f->dispatcher, &s->snapshot, &github, f->view, NULL);
	hg_desk_set_news(&f->desk, &(struct hg_news){ hg_bus_tell, f->bus });
	hg_fetch_bind(&f->desk.port, current_snapshot);
	int rc = hg_fake_setup_wake(f, s, NULL, err);
	if (rc < 0) {
		hg_fake_setup_enter(f, NULL);
		hg_desk_fini(&f->desk);
		hg_fake_setup_drop(f, s);
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
	hg_fake_setup_enter(f, NULL);
	hg_snapshot_unref(&s->snapshot);
	hg_fake_settle(f);
	if (f->n_setups)
		rc = hg_fake_setups_explain(f, err);
	else if (next_alarm_us(f) != INT64_MAX)
		rc = hg_err_set(err, HG_EFAIL, "a timer is armed after stop");
	fini(f);
	return rc;
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

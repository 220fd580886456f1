/*
 * Setups: how one is made, how the next takes over, how the old one ends. The way of host/reload.c,
 * on one thread.
 */
#include "fake/fake_inside.h"

static void stop_on_loop(struct hg_fake *f, struct hg_setup *s, int loop, uint32_t n)
{
	hg_loop_enter(hg_fake_loop(f, loop));
	while (n > 0) {
		struct hg_instance *in = s->instances[s->order[--n]];
		if (in->table->thread_stop)
			in->table->thread_stop(in->self, hg_thread_self());
	}
	hg_loop_enter(f->host);
}

static int start_on_loop(struct hg_fake *f, struct hg_setup *s, int loop, struct hg_err *err)
{
	hg_loop_enter(hg_fake_loop(f, loop));
	for (uint32_t n = 0; n < s->n; n++) {
		struct hg_instance *in = s->instances[s->order[n]];
		int rc = in->table->thread_start
		                 ? in->table->thread_start(in->self, hg_thread_self(), err)
		                 : 0;
		if (rc >= 0)
			continue;
		hg_err_wrap(err, "plugin %s: thread_start on %s", in->name,
			hg_loop_name(hg_fake_loop(f, loop)));
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
bool hg_fake_setups_end(struct hg_fake *f)
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

/* start and thread_start; 0, or all of it undone. */
int hg_fake_setup_wake(
	struct hg_fake *f, struct hg_setup *s, struct hg_setup *old, struct hg_err *err)
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
void hg_fake_setup_drop(struct hg_fake *f, struct hg_setup *s)
{
	hg_fake_list_add(&f->stopped, s);
	hg_fake_settle(f);
}

struct hg_setup *hg_fake_setup_make(struct hg_fake *f, const char *options, struct hg_err *err)
{
	struct hg_setup *s = hg_fake_plan_make(f, options, err);

	if (!s)
		return NULL;
	s->host = f;
	s->snapshot.on_unused = on_unused;
	f->n_setups++;
	return s;
}

void hg_fake_setup_enter(struct hg_fake *f, struct hg_setup *s)
{
	f->setup = s;
	hg_fake_record_aim(f);
}

/* What the instances of a setup that could not end still hold. */
int hg_fake_setups_explain(const struct hg_fake *f, struct hg_err *err)
{
	const struct hg_setup *s = f->stopped.n ? f->stopped.items[0] : NULL;

	if (s && n_fetches(s))
		return hg_err_set(err, HG_EFAIL, "a fetch has no end");
	if (s)
		return hg_err_set(err, HG_EFAIL, "offloaded work or a post has no end");
	return hg_err_set(
		err, HG_EFAIL, "a request has no end: a waiter was not resumed (hg_waiter_resume)");
}

int hg_fake_reload(struct hg_fake *f, const char *options, struct hg_err *err)
{
	struct hg_setup *old = f->setup, *s = hg_fake_setup_make(f, options, err);
	int none[HG_LISTENERS_MAX];

	if (!s)
		return HG_EINVAL;
	int rc = hg_fake_setup_wake(f, s, old, err);
	if (rc < 0) {
		hg_fake_setup_drop(f, s);
		return rc;
	}
	memset(none, -1, sizeof(none)); /* it listens already */
	hg_fake_setup_enter(f, s);
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

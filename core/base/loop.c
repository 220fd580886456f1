#include "base/loop.h"
#include "base/loop_inside.h"

#include <pthread.h>
#include <string.h>
#include <hg/mem.h>
#include "base/bug.h"
#include "base/log.h"

/* All loops by index. Written under the lock, read without. */
static pthread_mutex_t loops_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct hg_loop *) loops[HG_LOOPS_MAX];
static _Atomic uint32_t n_loops;

static _Thread_local struct hg_loop *self_loop;

static void on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		HG_LOG(HG_LOG_LOOP, HG_LOG_WARN, "libevent: %s", text);
}

/* For lines of the log: the moment of this thread's turn. */
static bool find_moment(int64_t *ret_wall_us)
{
	if (!self_loop)
		return false;
	*ret_wall_us = hg_loop_now(self_loop).wall_us;
	return true;
}

static void take_index(struct hg_loop *l)
{
	pthread_mutex_lock(&loops_lock);
	uint32_t i = 0;
	while (i < HG_LOOPS_MAX && atomic_load_explicit(&loops[i], memory_order_relaxed))
		i++;
	HG_BUG_ON(i == HG_LOOPS_MAX);
	l->index = i;
	atomic_store_explicit(&loops[i], l, memory_order_release);
	if (i >= atomic_load_explicit(&n_loops, memory_order_relaxed))
		atomic_store_explicit(&n_loops, i + 1, memory_order_release);
	pthread_mutex_unlock(&loops_lock);
}

static void give_index_back(struct hg_loop *l)
{
	pthread_mutex_lock(&loops_lock);
	atomic_store_explicit(&loops[l->index], NULL, memory_order_release);
	pthread_mutex_unlock(&loops_lock);
}

static void on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct hg_loop *l = arg;

	(void)fd;
	(void)what;
	hg_mailbox_wakes(l->mailbox); /* the turn runs it after the descriptors */
}

static void on_stop(struct hg_message *m)
{
	struct hg_loop *l = HG_CONTAINER(m, struct hg_loop, stop_message);
	atomic_store(&l->stop_asked, false);
	l->stopped = true;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct hg_loop *l = arg;
	l->timer_at_us = INT64_MAX; /* rings, or is armed again, after the wait */
}

static void run_later(struct hg_loop *l)
{
	/* Those that come while these run wait for the next turn's end. */
	struct hg_list now;
	hg_list_init(&now);
	while (!hg_list_is_empty(&l->later))
		hg_list_move(l->later.next, &now);
	while (!hg_list_is_empty(&now)) {
		struct hg_later *later = HG_CONTAINER(now.next, struct hg_later, link);
		hg_list_remove(&later->link);
		l->n_busy++;
		later->run(later);
	}
}

/* Is an alarm due at once, so that the loop must not wait? */
static bool has_due_alarm(const struct hg_loop *l)
{
	/* The moment of the last turn will do for a real clock: its timer covers the rest. */
	int64_t at_us = hg_alarms_next_us(&l->alarms);
	return at_us <= l->now.mono_us ||
	       (hg_clock_is_held(l->clock) && at_us <= hg_clock_read(l->clock).mono_us);
}

/* How long the machine's clock runs until the loop's one shows at_us, rounded up. */
static int64_t machine_wait_us(const struct hg_loop *l, int64_t at_us)
{
	int64_t in_us = at_us - hg_loop_now(l).mono_us;
	if (in_us <= 0)
		return 0;
	return (int64_t)((double)in_us / hg_clock_speed(l->clock)) + 1;
}

/* Lets the next wait end at the earliest alarm. */
static void await_alarms(struct hg_loop *l)
{
	if (hg_clock_is_held(l->clock))
		return; /* whoever moves it wakes the loops */
	int64_t at_us = hg_alarms_next_us(&l->alarms);
	if (at_us == l->timer_at_us)
		return;
	l->timer_at_us = at_us;
	if (at_us == INT64_MAX) {
		event_del(&l->timer_event);
		return;
	}
	int64_t us = machine_wait_us(l, at_us);
	struct timeval in = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
	event_add(&l->timer_event, &in);
}

static void ring_alarms(struct hg_loop *l)
{
	if (hg_alarms_next_us(&l->alarms) == INT64_MAX)
		return;
	int64_t now_us = hg_loop_now(l).mono_us;
	struct hg_alarm *a;
	while ((a = hg_alarms_take_due(&l->alarms, now_us))) {
		l->n_busy++;
		a->ring(a);
	}
}

static void turn(struct hg_loop *l, bool may_wait)
{
	if (!hg_list_is_empty(&l->later) || has_due_alarm(l))
		may_wait = false;
	if (may_wait)
		await_alarms(l);

	l->in_turn = true;
	l->fresh = false; /* the first that asks after the wait reads the clock for all */
	HG_BUG_ON(event_base_loop(l->base, EVLOOP_ONCE | (may_wait ? 0 : EVLOOP_NONBLOCK)) < 0);
	(void)hg_mailbox_run(l->mailbox);
	ring_alarms(l);
	run_later(l);
	hg_alarms_end_turn(&l->alarms);
	l->in_turn = false;
}

struct hg_loop *hg_loop_new(struct hg_clock *clock, int kind, const char *name, size_t mailbox_room)
{
	struct hg_loop *l = hg_alloc0(sizeof(*l));
	l->clock = clock;
	l->kind = kind;
	l->name = hg_strndup(name, strlen(name));
	l->mailbox = hg_mailbox_new(mailbox_room);
	l->timer_at_us = INT64_MAX;
	l->stop_message.run = on_stop;
	hg_alarms_init(&l->alarms);
	hg_list_init(&l->later);

	event_set_log_callback(on_libevent_log);
	hg_log_set_moment(find_moment);
	struct event_config *config = event_config_new();
	HG_BUG_ON(!config);
	/* No epoll changelist: it would take a descriptor out of the set after it was closed, when
	 * its number may be another thread's already. */
	HG_BUG_ON(event_config_set_flag(
			  config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) != 0);
	l->base = event_base_new_with_config(config);
	event_config_free(config);
	HG_BUG_ON(!l->base);

	HG_BUG_ON(event_assign(&l->mail_event, l->base, hg_mailbox_fd(l->mailbox),
			  EV_READ | EV_PERSIST, on_mail, l) != 0);
	HG_BUG_ON(event_add(&l->mail_event, NULL) != 0);
	HG_BUG_ON(event_assign(&l->timer_event, l->base, -1, 0, on_timer, l) != 0);
	take_index(l);
	return l;
}

void hg_loop_free(struct hg_loop *l)
{
	if (!l)
		return;
	while (!hg_list_is_empty(&l->later))
		run_later(l);
	give_index_back(l);
	event_del(&l->mail_event);
	event_del(&l->timer_event);
	event_base_free(l->base);
	hg_mailbox_free(l->mailbox);
	hg_alarms_fini(&l->alarms);
	if (self_loop == l)
		self_loop = NULL;
	hg_free(l->name);
	hg_free(l);
}

void hg_loop_enter(struct hg_loop *l)
{
	self_loop = l;
}

struct hg_loop *hg_loop_self(void)
{
	return self_loop;
}

struct event_base *hg_loop_base(struct hg_loop *l)
{
	return l->base;
}

const char *hg_loop_name(const struct hg_loop *l)
{
	return l->name;
}

uint32_t hg_loop_index(const struct hg_loop *l)
{
	return l->index;
}

int hg_loop_kind(const struct hg_loop *l)
{
	return l->kind;
}

struct hg_loop *hg_loop_at(uint32_t index)
{
	if (index >= HG_LOOPS_MAX)
		return NULL;
	return atomic_load_explicit(&loops[index], memory_order_acquire);
}

uint32_t hg_loop_count(void)
{
	return atomic_load_explicit(&n_loops, memory_order_acquire);
}

void hg_loop_run(struct hg_loop *l)
{
	hg_loop_enter(l);
	atomic_store(&l->life, HG_LOOP_RUNS);
	while (!l->stopped)
		turn(l, true);
	l->stopped = false;
	atomic_store(&l->life, HG_LOOP_ENDED);
}

void hg_loop_stop(struct hg_loop *l)
{
	if (!atomic_exchange(&l->stop_asked, true))
		hg_mailbox_post_reserved(l->mailbox, &l->stop_message);
}

bool hg_loop_turn(struct hg_loop *l)
{
	struct hg_loop *before = self_loop;
	hg_loop_enter(l);
	if (atomic_load(&l->life) == HG_LOOP_NEW)
		atomic_store(&l->life, HG_LOOP_TURNED);
	uint64_t activity = hg_loop_activity(l) + l->n_pings;
	turn(l, false);
	self_loop = before;
	return hg_loop_activity(l) + l->n_pings != activity;
}

bool hg_loop_is_in_turn(const struct hg_loop *l)
{
	return l->in_turn;
}

struct hg_now hg_loop_now(const struct hg_loop *l)
{
	if (!l->in_turn)
		return hg_clock_read(l->clock);
	if (!l->fresh) {
		struct hg_loop *mine = (struct hg_loop *)l; /* a note for the rest of the turn */
		mine->now = hg_clock_read(l->clock);
		mine->fresh = true;
	}
	return l->now;
}

struct hg_now hg_now(void)
{
	HG_BUG_ON(!self_loop);
	return hg_loop_now(self_loop);
}

void hg_alarm_init(struct hg_alarm *a, struct hg_loop *l, void (*ring)(struct hg_alarm *a))
{
	*a = (struct hg_alarm){ .loop = l, .ring = ring };
}

void hg_alarm_set(struct hg_alarm *a, int64_t at_mono_us)
{
	struct hg_loop *l = a->loop;
	hg_alarm_clear(a);
	hg_alarms_put(
		&l->alarms, a, at_mono_us, l->in_turn && at_mono_us <= hg_loop_now(l).mono_us);
}

void hg_alarm_clear(struct hg_alarm *a)
{
	hg_loop_check_thread(a->loop);
	hg_alarms_remove(&a->loop->alarms, a);
}

int64_t hg_loop_next_alarm_us(const struct hg_loop *l)
{
	return hg_alarms_next_us(&l->alarms);
}

bool hg_loop_post(struct hg_loop *l, struct hg_message *m)
{
	return hg_mailbox_post(l->mailbox, m);
}

void hg_loop_post_reserved(struct hg_loop *l, struct hg_message *m)
{
	hg_mailbox_post_reserved(l->mailbox, m);
}

struct hg_mailbox *hg_loop_mailbox(struct hg_loop *l)
{
	return l->mailbox;
}

void hg_loop_later(struct hg_loop *l, struct hg_later *later)
{
	hg_loop_check_thread(l);
	if (hg_list_is_empty(&later->link))
		hg_list_add(&l->later, &later->link);
}

void hg_loop_busy(struct hg_loop *l)
{
	l->n_busy++;
}

uint64_t hg_loop_activity(const struct hg_loop *l)
{
	return l->n_busy + hg_mailbox_ran(l->mailbox) - l->n_pings;
}

void hg_loop_check_thread(const struct hg_loop *l)
{
	HG_BUG_ON(self_loop != l &&
		  atomic_load_explicit(&l->life, memory_order_relaxed) == HG_LOOP_RUNS);
}

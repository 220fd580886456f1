#include "base/loop.h"
#include "base/loop_inside.h"

#include <sys/time.h>

/*
 * A round asks every loop, by a message, what it has done so far and when its next alarm is.
 * Three rounds in which nothing changed mean rest: then the clock steps to the earliest alarm
 * of all, or to the target, and the rounds begin anew. A ping comes after all that was posted to
 * the loop before it, so `is_quiet` is asked before the round: what a pool thread has handed
 * back by then is seen by the ping.
 */
enum { ROUNDS_OF_REST = 3, RETRY_US = 1000 };

struct ping {
	struct hg_message message; /* to the loop, and back to `on` */
	struct hg_loop *loop;
	uint64_t activity; /* as answered last */
	bool is_same;      /* as the answer before */
	int64_t next_us;
};

/* One advance at a time. Written by `on`'s thread; a ping by its loop while it is away. */
static struct {
	_Atomic bool is_under_way;
	struct hg_loop *on;
	int64_t target_us;
	bool (*is_quiet)(void);
	void (*done)(void *arg);
	void *arg;
	unsigned n_rest; /* rounds without change in a row */
	unsigned n_away; /* pings not back yet */
	struct ping pings[HG_LOOPS_MAX];
} advance;

static void start_round(void);

static void move_clock(int64_t to_us)
{
	struct hg_now now = hg_clock_read(advance.on->clock);
	int64_t by_us = to_us - now.mono_us;
	if (by_us > 0)
		hg_clock_set(advance.on->clock, (struct hg_now){ to_us, now.wall_us + by_us });
	advance.n_rest = 0;
}

static int64_t earliest_us(void)
{
	int64_t at_us = INT64_MAX;
	for (uint32_t i = 0; i < HG_LOOPS_MAX; i++) {
		const struct ping *p = &advance.pings[i];
		if (p->loop && p->next_us < at_us)
			at_us = p->next_us;
	}
	return at_us;
}

static void end_round(void)
{
	bool is_same = true;
	for (uint32_t i = 0; i < HG_LOOPS_MAX; i++)
		if (advance.pings[i].loop && !advance.pings[i].is_same)
			is_same = false;
	advance.n_rest = is_same ? advance.n_rest + 1 : 0;
	if (advance.n_rest < ROUNDS_OF_REST) {
		start_round();
		return;
	}

	int64_t next_us = earliest_us();
	if (next_us <= advance.target_us) {
		move_clock(next_us);
		start_round();
	} else if (hg_clock_read(advance.on->clock).mono_us < advance.target_us) {
		move_clock(advance.target_us);
		start_round();
	} else {
		void (*done)(void *) = advance.done;
		void *arg = advance.arg;
		atomic_store(&advance.is_under_way, false);
		done(arg);
	}
}

static void on_pong(struct hg_message *m)
{
	(void)m;
	advance.on->n_pings++;
	if (--advance.n_away == 0)
		end_round();
}

static void on_ping(struct hg_message *m)
{
	struct ping *p = HG_CONTAINER(m, struct ping, message);
	p->loop->n_pings++;
	uint64_t activity = hg_loop_activity(p->loop);
	p->is_same = activity == p->activity;
	p->activity = activity;
	p->next_us = hg_loop_next_alarm_us(p->loop);
	p->message.run = on_pong;
	hg_loop_post_reserved(advance.on, &p->message);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	start_round();
}

/* A loop that nobody turns would never answer; one on another clock is not ours to move. */
static bool takes_part(const struct hg_loop *l)
{
	int life = l ? atomic_load(&l->life) : HG_LOOP_NEW;
	return (life == HG_LOOP_TURNED || life == HG_LOOP_RUNS) && l->clock == advance.on->clock;
}

static void start_round(void)
{
	if (advance.is_quiet && !advance.is_quiet()) {
		advance.n_rest = 0;
		struct timeval in = { .tv_usec = RETRY_US };
		event_base_once(advance.on->base, -1, EV_TIMEOUT, on_retry, NULL, &in);
		return;
	}
	uint32_t n = hg_loop_count();
	for (uint32_t i = 0; i < n; i++) {
		struct hg_loop *l = hg_loop_at(i);
		advance.pings[i].loop = takes_part(l) ? l : NULL;
		advance.n_away += advance.pings[i].loop != NULL;
	}
	/* Counted before the first is sent: none can be the last one back too early. */
	for (uint32_t i = 0; i < n; i++) {
		struct ping *p = &advance.pings[i];
		if (!p->loop)
			continue;
		p->message.run = on_ping;
		hg_loop_post_reserved(p->loop, &p->message);
	}
}

bool hg_loops_advance(struct hg_loop *on, int64_t by_us, bool (*is_quiet)(void),
	void (*done)(void *arg), void *arg)
{
	if (!hg_clock_is_held(on->clock) || by_us < 0 || by_us > HG_ADVANCE_MAX_US)
		return false;
	if (atomic_exchange(&advance.is_under_way, true))
		return false;
	if (atomic_load(&on->life) == HG_LOOP_NEW)
		atomic_store(&on->life, HG_LOOP_TURNED); /* it will answer its own ping */
	advance.on = on;
	advance.target_us = hg_clock_read(on->clock).mono_us + by_us;
	advance.is_quiet = is_quiet;
	advance.done = done;
	advance.arg = arg;
	advance.n_rest = 0;
	advance.n_away = 0;
	for (uint32_t i = 0; i < HG_LOOPS_MAX; i++)
		advance.pings[i].activity = UINT64_MAX;
	start_round();
	return true;
}

/*
 * loop - one thread's event base, clock reading, alarms, mailbox and end-of-turn list.
 *
 * A turn: wait for descriptors, the mailbox or the next alarm; read the clock once; run what is
 * due; run the end-of-turn list. Nobody else reads the clock. Fronts, the dispatcher and the host
 * are each one loop. libevent's base is reached by core code only, never by a plugin.
 *
 * Alarms follow the loop's clock: real (a libevent timer for the earliest), scaled, or held (they
 * fire when hg_loops_advance moves the clock past them, earliest first over all loops).
 *
 * Thread: the loop's own, but where "any" is said.
 */
#pragma once
#include "base/alarm.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/mailbox.h"
#include <hg/thread.h>

struct event_base;
struct hg_loop;

#define HG_LOOPS_MAX 72 /* 64 fronts, dispatcher, host, and a few for tests */

/* kind: HG_THREAD_…. The loop gets the next free index; mailbox_room bounds refusable messages. */
struct hg_loop *hg_loop_new(
	struct hg_clock *clock, int kind, const char *name, size_t mailbox_room);
void hg_loop_free(struct hg_loop *l);

/* Makes the calling thread the loop's, for what is set up before its first turn (thread_start,
 * start). hg_loop_run does it too. */
void hg_loop_enter(struct hg_loop *l);
struct hg_loop *hg_loop_self(void); /* of the calling thread; NULL on other threads */
struct event_base *hg_loop_base(struct hg_loop *l);
const char *hg_loop_name(const struct hg_loop *l);
uint32_t hg_loop_index(const struct hg_loop *l);
int hg_loop_kind(const struct hg_loop *l);

/* Runs turns on the calling thread until hg_loop_stop. */
void hg_loop_run(struct hg_loop *l);
void hg_loop_stop(struct hg_loop *l); /* any */
/* One turn without waiting; for tests that drive a loop by hand. Returns true when it ran anything.
 */
bool hg_loop_turn(struct hg_loop *l);

/* The moment of this turn; outside of turns, what the clock shows. */
struct hg_now hg_loop_now(const struct hg_loop *l);
bool hg_loop_is_in_turn(const struct hg_loop *l);

/* Any thread. See mailbox.h. */
bool hg_loop_post(struct hg_loop *l, struct hg_message *m);
void hg_loop_post_reserved(struct hg_loop *l, struct hg_message *m);
struct hg_mailbox *hg_loop_mailbox(struct hg_loop *l);

/* -- alarms: struct hg_alarm and hg_alarm_is_set are in alarm.h --------------------------- */

void hg_alarm_init(struct hg_alarm *a, struct hg_loop *l, void (*ring)(struct hg_alarm *a));
void hg_alarm_set(struct hg_alarm *a, int64_t at_mono_us); /* re-arms; the past = next turn */
void hg_alarm_clear(struct hg_alarm *a);
int64_t hg_loop_next_alarm_us(const struct hg_loop *l); /* INT64_MAX when none */

/* -- end of turn: nothing is freed inside its own callback ------------------------------------ */

struct hg_later {
	struct hg_list link; /* hg_list_init'ed before first use */
	void (*run)(struct hg_later *later);
};
void hg_loop_later(
	struct hg_loop *l, struct hg_later *later); /* once per turn; again is harmless */

/* -- held clocks: moving time for all loops ---------------------------------------------------- */

/* Descriptor callbacks (connections, curl's sockets) say that something happened. Messages and
 * alarms are counted by the loop itself. */
void hg_loop_busy(struct hg_loop *l);

#define HG_ADVANCE_MAX_US INT64_C(320000000000000) /* ten years: more is refused */
/* Moves a held clock by `by_us` in steps: to each alarm in turn, letting all loops come to rest in
 * between; at rest = no loop did anything for three rounds of pings and `is_quiet` (offload
 * threads; NULL = yes) agrees. `done` runs on `on` when all is quiet at the new moment. One at a
 * time: false when another is under way or the clock is not held. A loop takes part from its first
 * turn until its hg_loop_run returns; it may not end while an advance is under way. Thread: `on`'s.
 */
bool hg_loops_advance(struct hg_loop *on, int64_t by_us, bool (*is_quiet)(void),
	void (*done)(void *arg), void *arg);

/*
 * loop_inside - what loop.c, thread.c and advance.c share, and nobody else includes.
 *
 * Thread: the loop's own, but what is atomic.
 */
#pragma once
#include <stdatomic.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "base/loop.h"

enum hg_loop_life {
	HG_LOOP_NEW,    /* no turn yet: nobody would answer a ping */
	HG_LOOP_TURNED, /* driven by hand */
	HG_LOOP_RUNS,   /* a thread is inside hg_loop_run */
	HG_LOOP_ENDED,  /* hg_loop_run returned */
};

struct hg_loop {
	struct hg_clock *clock; /* borrowed */
	int kind;
	char *name;
	uint32_t index;
	_Atomic int life; /* enum hg_loop_life */

	struct event_base *base;
	struct event mail_event;
	struct hg_mailbox *mailbox;

	bool in_turn;
	bool fresh; /* now was read in this turn */
	struct hg_now now;

	struct hg_alarms alarms;
	struct event timer_event;
	int64_t timer_at_us; /* what timer_event stands for; INT64_MAX when not pending */

	struct hg_list later;

	_Atomic bool stop_asked;
	bool stopped;
	struct hg_message stop_message;

	uint64_t n_busy;  /* everything that happened but messages */
	uint64_t n_pings; /* messages that are only advance.c's questions */
};

/* All that this loop ever did, without pings: unchanged = it was at rest. */
uint64_t hg_loop_activity(const struct hg_loop *l);

/* Aborts when a loop that runs is touched by another thread than its own. */
void hg_loop_check_thread(const struct hg_loop *l);

/* The loop with that index; NULL when there is none. Thread: any. */
struct hg_loop *hg_loop_at(uint32_t index);
uint32_t hg_loop_count(void); /* highest index in use so far, and 1 */

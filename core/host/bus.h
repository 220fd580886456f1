/*
 * bus - events from any thread to the instances that declared their topics, on the host loop.
 *
 *     "webhook.*" hears webhook.push and webhook.workflow.job; "*" hears everything
 *
 * One bus per process, because hg_event_publish has no other way to it; the core has hg_bus_tell.
 * At most `room` events wait; what comes then is counted (hubgate_events_dropped_total) and lost.
 *
 * Thread: host, but hg_event_publish: any.   Clock: the publishing loop's turn.
 */
#pragma once
#include "base/instance.h"
#include "base/loop.h"

struct hg_bus;

struct hg_bus *hg_bus_new(struct hg_loop *host, const struct hg_clock *clock, uint32_t room);
void hg_bus_free(struct hg_bus *b); /* nobody publishes any more; NULL is fine */

/* Whom events go to from now on. The array is borrowed until the next call. */
void hg_bus_aim(struct hg_bus *b, struct hg_instance *const *instances, uint32_t n);

/* What the dispatcher tells, as source "dispatch" (hg_news.tell; `bus` is a struct hg_bus). What
 * does not fit is counted and lost like any other. Thread: any. */
void hg_bus_tell(void *bus, const char *topic, struct hg_str json);

struct hg_bus_state {
	uint32_t n, room;
	uint64_t delivered, dropped;
};
void hg_bus_look(const struct hg_bus *b, struct hg_bus_state *ret_state);

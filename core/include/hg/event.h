/*
 * event - what happened, for whoever listens.
 *
 * Topics are dotted words: "ratelimit.low", "credential.invalid", "webhook.workflow_job". A
 * plugin publishes with hg_event_publish and listens by declaring patterns in its table
 * (`.events`, "webhook.*"). Delivery is in order, at most once, on the host loop; the bus's
 * queue is bounded and what does not fit is counted (hubgate_events_dropped_total) and lost, so
 * what must not be lost belongs in the store.
 */
#pragma once
#include "str.h"
#include "clock.h"

struct hg_event {
	uint32_t size;
	uint32_t reserved;
	uint64_t seq; /* rises by one for each event of this process */
	struct hg_now at;
	struct hg_str topic;
	struct hg_str source; /* instance that published; "dispatch", "hubgate": the core */
	struct hg_str json;   /* one JSON object; never a secret */
};

/* Thread: any loop or offload thread. Copies. Returns 0 or HG_EFULL. */
HG_API int hg_event_publish(void *self, const char *topic, struct hg_str json);

/* 1: the pattern of `.events`' form fits the topic: "webhook.*" all that begins with "webhook.",
 * "*" everything, else the topic itself. For plugins whose patterns are options. Thread: any. */
HG_API int hg_topic_matches(const char *pattern, struct hg_str topic);

#include "host/bus.h"

#include "base/metric.h"
#include "base/stopwatch.h"
#include <hg/event.h>
#include <hg/mem.h>

#define TOPIC_MAX 128u
#define JSON_MAX (1u << 20)

struct hg_bus {
	struct hg_loop *host;
	const struct hg_clock *clock;
	struct hg_instance *const *instances;
	uint32_t n_instances, room;
	uint64_t seq;
	_Atomic uint32_t n;
	_Atomic uint64_t dropped;
};

struct letter { /* an event under way */
	struct hg_message message;
	struct hg_bus *bus;
	struct hg_event event; /* its strings lie behind the struct */
	char bytes[];
};

static _Atomic(struct hg_bus *) the_bus;

int hg_topic_matches(const char *pattern, struct hg_str topic)
{
	struct hg_str p = hg_str(pattern);

	if (hg_str_is(p, HG_STR("*")))
		return 1;
	if (p.n >= 2 && memcmp(p.p + p.n - 2, ".*", 2) == 0) {
		p.n--;
		return topic.n > p.n && hg_str_starts(topic, p);
	}
	return hg_str_is(p, topic);
}

static bool hears(const struct hg_instance *in, struct hg_str topic)
{
	const char *const *patterns = in->table->events;

	for (; in->table->on_event && patterns && *patterns; patterns++) {
		if (hg_topic_matches(*patterns, topic))
			return true;
	}
	return false;
}

static void deliver(struct hg_message *m)
{
	struct letter *l = HG_CONTAINER(m, struct letter, message);
	struct hg_bus *b = l->bus;

	l->event.seq = ++b->seq;
	for (uint32_t i = 0; i < b->n_instances; i++) {
		struct hg_instance *in = b->instances[i];
		if (!hears(in, l->event.topic))
			continue;
		struct hg_stopwatch w = hg_stopwatch_begin(in, "event");
		in->table->on_event(in->self, &l->event);
		hg_stopwatch_end(&w);
	}
	atomic_fetch_sub(&b->n, 1);
	hg_free(l);
}

static struct hg_str keep(char **at, struct hg_str s)
{
	struct hg_str kept = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	(*at)[s.n] = 0;
	*at += s.n + 1;
	return kept;
}

static int publish(struct hg_bus *b, struct hg_str source, const char *topic, struct hg_str json)
{
	struct hg_str subject = hg_str(topic);

	if (subject.n > TOPIC_MAX || json.n > JSON_MAX || atomic_fetch_add(&b->n, 1) >= b->room) {
		if (subject.n <= TOPIC_MAX && json.n <= JSON_MAX)
			atomic_fetch_sub(&b->n, 1);
		atomic_fetch_add(&b->dropped, 1);
		hg_series_add(hg_core_series(HG_METRIC_EVENTS_DROPPED,
				      subject.n > TOPIC_MAX ? "other" : topic, NULL, NULL),
			1);
		return HG_EFULL;
	}
	struct letter *l = hg_alloc(sizeof(*l) + subject.n + source.n + json.n + 3);
	char *at = l->bytes;
	*l = (struct letter){ .bus = b, .message.run = deliver };
	l->event.size = sizeof(l->event);
	l->event.at = hg_loop_self() ? hg_now() : hg_clock_read(b->clock);
	l->event.topic = keep(&at, subject);
	l->event.source = keep(&at, source);
	l->event.json = keep(&at, json);
	hg_loop_post_reserved(b->host, &l->message);
	return 0;
}

int hg_event_publish(void *self, const char *topic, struct hg_str json)
{
	struct hg_bus *b = atomic_load(&the_bus);

	return b ? publish(b, hg_str(self ? hg_instance_name(self) : "hubgate"), topic, json)
	         : HG_EFULL;
}

void hg_bus_tell(void *bus, const char *topic, struct hg_str json)
{
	(void)publish(bus, HG_STR("dispatch"), topic, json); /* what is lost is counted */
}

struct hg_bus *hg_bus_new(struct hg_loop *host, const struct hg_clock *clock, uint32_t room)
{
	struct hg_bus *b = hg_alloc0(sizeof(*b));

	b->host = host;
	b->clock = clock;
	b->room = room;
	atomic_store(&the_bus, b);
	return b;
}

void hg_bus_free(struct hg_bus *b)
{
	if (!b)
		return;
	atomic_store(&the_bus, NULL);
	hg_free(b);
}

void hg_bus_aim(struct hg_bus *b, struct hg_instance *const *instances, uint32_t n)
{
	b->instances = instances;
	b->n_instances = n;
}

void hg_bus_look(const struct hg_bus *b, struct hg_bus_state *ret_state)
{
	*ret_state = (struct hg_bus_state){ atomic_load(&b->n), b->room, b->seq,
		atomic_load(&b->dropped) };
}

/*
 * decision - what it costs to choose who goes next, with a short queue and with a long one.
 *
 *     decision [QUEUED]...      default: 10 1000000
 *
 * Prints a line each: tickets queued, then median and p99 of a decision in ns, and the median over
 * the first line's, with warm caches and again with cold ones.
 *
 * A decision is one turn of the dispatcher in which a slot has become free: from the queue to the
 * transport's send, tickets' and budget's books included. The queue is as long in each turn, in
 * all four classes and of up to a thousand clients, each ticket for another path: who goes is
 * followed by one of the same class, or only low would be left of a short queue, and its decision
 * were about fewer classes. One request is under way at a time.
 *
 * Warm is one decision after the other, where a short queue lives in the processor's nearest cache
 * and a long one does not. Cold is as at GitHub's pace of a few a second, after other memory was
 * walked through: what is then left between the two lengths is the work.
 *
 * The dispatcher is the tests' rig: no socket, no thread. Its clock is held and goes on by 100 us
 * a turn; what is measured is measured by the machine's.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/text.h"

#define WARM 1000u
#define TURNS 20000u
#define COLD_TURNS 1000u
#define WALK_BYTES (48u << 20) /* more than a core's caches, and its share of the last one */
#define CLIENTS 1000u
#define LIMIT (100ll * 1000 * 1000)
#define STEP_US 100

static int64_t machine_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The dispatcher has the only reference. */
static void queue_one(struct rig *r, uint64_t number, enum hg_class klass)
{
	char path[48], client[16];

	snprintf(path, sizeof(path), "/repos/o/r%llu", (unsigned long long)number);
	snprintf(client, sizeof(client), "client-%u", (unsigned)(number % CLIENTS));
	struct hg_ticket *t = rig_ticket(r, "GET", path, klass);
	t->ask.client = hg_arena_copy(&t->arena, hg_str(client));
	t->ask.deadline_us = r->now.mono_us + 3600 * SEC;
	hg_dispatcher_submit(r->d, t, &r->now);
}

static void answer_the_one(struct rig *r)
{
	struct hg_head *head = rig_limits(200, LIMIT, LIMIT, WALL / SEC + 3600);
	struct hg_flight *f = r->sent[0];

	r->n_sent = 0;
	hg_dispatcher_on_connected(r->d, f, &r->now);
	hg_dispatcher_on_head(r->d, f, head, &r->now);
	hg_dispatcher_on_end(r->d, f, 0, true, "", &r->now);
	hg_head_unref(head);
	rig_settle(r);
}

static int64_t decide(struct rig *r)
{
	int64_t began_ns = machine_ns();
	hg_dispatcher_turn(r->d, &r->now);
	int64_t took_ns = machine_ns() - began_ns;

	if (r->n_sent != 1) {
		fprintf(stderr, "decision: a turn sent %u requests instead of one\n", r->n_sent);
		exit(1);
	}
	return took_ns;
}

/* Whatever was cached is not any more. */
static void walk(void)
{
	static volatile char other[WALK_BYTES];

	for (size_t i = 0; i < WALK_BYTES; i += 64)
		other[i]++;
}

struct figures {
	int64_t median_ns, p99_ns;
};

static struct figures decide_often(struct rig *r, uint64_t *number, unsigned n, bool cold)
{
	static int64_t took_ns[TURNS];

	for (unsigned turn = 0; turn < n; turn++) {
		enum hg_class klass = r->sent[0]->klass;
		answer_the_one(r);
		r->now.mono_us += STEP_US;
		r->now.wall_us += STEP_US;
		queue_one(r, (*number)++, klass);
		if (cold)
			walk();
		took_ns[turn] = decide(r);
	}
	qsort(took_ns, n, sizeof(took_ns[0]), by_size);
	return (struct figures){ took_ns[n / 2], took_ns[n * 99 / 100] };
}

static void print(struct figures f, int64_t first_ns)
{
	printf("\t%lld\t%lld\t%.3f", (long long)f.median_ns, (long long)f.p99_ns,
		(double)f.median_ns / (double)(first_ns ? first_ns : f.median_ns));
}

static void measure(uint64_t queued, struct figures first[2])
{
	struct rig r;
	uint64_t number = 0;

	rig_init(&r);
	r.snapshot.dispatch.max_tickets = (uint32_t)queued + 16;
	r.snapshot.dispatch.max_concurrent = 1;
	rig_reconfigure(&r);
	for (; number <= queued; number++)
		queue_one(&r, number, (enum hg_class)(number % HG_CLASSES));
	decide(&r);
	printf("%llu", (unsigned long long)queued);
	decide_often(&r, &number, WARM, false);
	for (unsigned cold = 0; cold < 2; cold++) {
		struct figures f = decide_often(&r, &number, cold ? COLD_TURNS : TURNS, cold);
		print(f, first[cold].median_ns);
		if (!first[cold].median_ns)
			first[cold] = f;
	}
	printf("\n");
	fflush(stdout);
	rig_fini(&r);
}

int main(int argc, char **argv)
{
	static const char *const usual[] = { "10", "1000000" };
	struct figures first[2] = { 0 };

	for (int i = 0; i < (argc > 1 ? argc - 1 : 2); i++) {
		uint64_t queued;
		const char *word = argc > 1 ? argv[i + 1] : usual[i];
		if (!hg_parse_u64(hg_str(word), &queued) || queued < 1 || queued > 10000000) {
			fprintf(stderr, "usage: decision [QUEUED]...\n");
			return 2;
		}
		measure(queued, first);
	}
	return 0;
}

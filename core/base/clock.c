#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>
#include <hg/mem.h>
#include "base/bug.h"

enum kind { REAL, SCALED, HELD };

struct hg_clock {
	enum kind kind;
	double speed;
	struct hg_now began; /* scaled: the machine's time when it was made */
	/* Held: an odd version means that a pair is being written. Readers of the new half of a
	 * pair see the version change, because both halves are stored with release. */
	_Atomic uint64_t version;
	_Atomic int64_t mono_us, wall_us;
};

static int64_t machine_us(clockid_t id)
{
	struct timespec ts;
	HG_BUG_ON(clock_gettime(id, &ts) != 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static struct hg_now machine_now(void)
{
	return (struct hg_now){ machine_us(CLOCK_MONOTONIC), machine_us(CLOCK_REALTIME) };
}

static struct hg_clock *clock_new(enum kind kind)
{
	struct hg_clock *c = hg_alloc0(sizeof(*c));
	c->kind = kind;
	c->speed = 1.0;
	return c;
}

static struct hg_now read_held(const struct hg_clock *c)
{
	for (;;) {
		uint64_t before = atomic_load_explicit(&c->version, memory_order_acquire);
		struct hg_now now = {
			atomic_load_explicit(&c->mono_us, memory_order_acquire),
			atomic_load_explicit(&c->wall_us, memory_order_acquire),
		};
		uint64_t after = atomic_load_explicit(&c->version, memory_order_relaxed);
		if (before == after && before % 2 == 0)
			return now;
	}
}

struct hg_clock *hg_clock_new_real(void)
{
	return clock_new(REAL);
}

struct hg_clock *hg_clock_new_scaled(double speed)
{
	HG_BUG_ON(!(speed > 0));
	struct hg_clock *c = clock_new(SCALED);
	c->speed = speed;
	c->began = machine_now();
	return c;
}

struct hg_clock *hg_clock_new_held(struct hg_now at)
{
	struct hg_clock *c = clock_new(HELD);
	atomic_init(&c->mono_us, at.mono_us);
	atomic_init(&c->wall_us, at.wall_us);
	return c;
}

void hg_clock_free(struct hg_clock *c)
{
	hg_free(c);
}

struct hg_now hg_clock_read(const struct hg_clock *c)
{
	if (c->kind == HELD)
		return read_held(c);
	struct hg_now now = machine_now();
	if (c->kind == REAL)
		return now;
	/* Both follow the monotonic clock, so that a step of the machine's date is not scaled. */
	int64_t passed_us = (int64_t)((double)(now.mono_us - c->began.mono_us) * c->speed);
	return (struct hg_now){ c->began.mono_us + passed_us, c->began.wall_us + passed_us };
}

bool hg_clock_is_held(const struct hg_clock *c)
{
	return c->kind == HELD;
}

double hg_clock_speed(const struct hg_clock *c)
{
	return c->speed;
}

void hg_clock_set(struct hg_clock *c, struct hg_now to)
{
	HG_BUG_ON(c->kind != HELD);
	HG_BUG_ON(to.mono_us < atomic_load_explicit(&c->mono_us, memory_order_relaxed));
	atomic_fetch_add_explicit(&c->version, 1, memory_order_relaxed);
	atomic_store_explicit(&c->mono_us, to.mono_us, memory_order_release);
	atomic_store_explicit(&c->wall_us, to.wall_us, memory_order_release);
	atomic_fetch_add_explicit(&c->version, 1, memory_order_release);
}

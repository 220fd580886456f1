/*
 * secondary_rig - a struct hg_secondary under the limits of the house; each step is checked.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "dispatch/budget/secondary.h"

#define SEC 1000000ll
#define MINUTE (60 * SEC)
#define HOUR (3600 * SEC)

static const struct hg_secondary_conf house = { .keep = true,
	.route_points = 850,
	.graphql_points = 1900,
	.cpu_us = 80 * SEC,
	.cpu_graphql_us = 50 * SEC,
	.content_a_minute = 70,
	.content_an_hour = 450,
	.write_gap_us = SEC,
	.mints_an_hour = 1900 };

struct secondary_rig {
	struct hg_secondary *s;
	struct hg_secondary_conf conf;
	enum hg_secondary_why why; /* of the last answer */
};

static inline void secondary_rig_begin(struct secondary_rig *r)
{
	*r = (struct secondary_rig){ .s = hg_secondary_new(), .conf = house };
}

static inline void secondary_rig_end(struct secondary_rig *r)
{
	hg_secondary_check(r->s);
	hg_secondary_free(r->s);
}

static inline struct hg_spend read_of(const char *route)
{
	return (struct hg_spend){ .route = hg_str(route), .points = 1 };
}

static inline struct hg_spend write_of(const char *route)
{
	return (struct hg_spend){ .route = hg_str(route), .points = 5, .is_write = true };
}

static inline struct hg_spend graphql_of(uint32_t points)
{
	return (struct hg_spend){ .points = points, .is_graphql = true, .is_write = points > 1 };
}

/* µs from now on. */
static inline int64_t opens_in(struct secondary_rig *r, struct hg_spend spend, int64_t now_us)
{
	r->why = HG_SECONDARY_WHYS;
	int64_t at_us = hg_secondary_opens_us(r->s, &r->conf, &spend, now_us, &r->why);
	assert_true(at_us != INT64_MAX && r->why < HG_SECONDARY_WHYS);
	assert_int_equal(at_us > now_us, r->why != HG_SECONDARY_NONE);
	hg_secondary_check(r->s);
	return at_us > now_us ? at_us - now_us : 0;
}

/* Sends it and has the answer at once. */
static inline void spend_one(struct secondary_rig *r, struct hg_spend spend, int64_t now_us)
{
	hg_secondary_take(r->s, &spend, now_us);
	hg_secondary_settle(r->s, &spend, now_us, 0, now_us);
	hg_secondary_check(r->s);
}

/* One that takes GitHub so long. */
static inline void work(
	struct secondary_rig *r, struct hg_spend spend, int64_t for_us, int64_t now_us)
{
	hg_secondary_take(r->s, &spend, now_us - for_us);
	hg_secondary_settle(r->s, &spend, now_us - for_us, for_us, now_us);
	hg_secondary_check(r->s);
}

/* Sends it, and GitHub refuses: what is blamed. */
static inline enum hg_secondary_why refuse(
	struct secondary_rig *r, struct hg_spend spend, int64_t sent_us, int64_t now_us)
{
	hg_secondary_take(r->s, &spend, sent_us);
	enum hg_secondary_why why =
		hg_secondary_object(r->s, &r->conf, &spend, sent_us, now_us, NULL);
	hg_secondary_untake(r->s, &spend, sent_us);
	hg_secondary_check(r->s);
	return why;
}

/* How many of it may go at that moment. */
static inline uint32_t room_for(struct secondary_rig *r, struct hg_spend spend, int64_t now_us)
{
	uint32_t n = 0;

	for (; n < 5000 && opens_in(r, spend, now_us) == 0; n++)
		hg_secondary_take(r->s, &spend, now_us);
	for (uint32_t i = 0; i < n; i++)
		hg_secondary_untake(r->s, &spend, now_us);
	return n;
}

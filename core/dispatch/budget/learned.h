/*
 * learned - a limit that GitHub has, does not publish, and showed us by a refusal.
 *
 *     refused with 400 points in the window  ->  300 for an hour, then 330, 363, … until what is
 *                                                configured is reached again
 *
 * Three quarters of what went well, so that it holds although GitHub's window and ours differ; a
 * step up only once an hour, so that whatever the limit really is, it is met once an hour at most.
 * A few requests in a window exceed no limit that anybody would set: then others use the token too,
 * or GitHub was angry before. It is believed when it says so again within the hour.
 *
 * When the learned limit itself is refused (GitHub lowered its own, or objects to something else),
 * it is halved at most, however little was used: refusals while GitHub still is angry say nothing
 * about a limit.
 *
 * Thread: the owner's.   Clock: given.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct hg_learned {
	uint32_t limit; /* 0: nothing learned */
	uint32_t least; /* not below this by what more is said of the same objection */
	int64_t objected_us;
	int64_t doubted_us; /* when it objected to so few that it was not believed; 0: never */
	int64_t stepped_us; /* of the objection, then of the last step up */
};

/* What is in force. `most` is what is configured, 0 = not limited; so is the answer. */
uint32_t hg_learned_limit(struct hg_learned *l, uint32_t most, int64_t now_us);
/* The same, and nothing changes. */
uint32_t hg_learned_show(const struct hg_learned *l, uint32_t most, int64_t now_us);
/* GitHub refused with `had` in the window; one request costs `cost`. */
void hg_learned_object(struct hg_learned *l, uint32_t had, uint32_t cost, int64_t now_us);
/* Another refusal of the same objection: `had` is a better word for it when it is less. */
void hg_learned_refine(struct hg_learned *l, uint32_t had, uint32_t cost);
/* GitHub objected within the last hour. */
bool hg_learned_is_fresh(const struct hg_learned *l, int64_t now_us);

/*
 * model - what is known besides the copies, so that a tag can be computed where none was given.
 *
 * Two small tables. The first leads from what was asked, whoever asked, to the copy that GitHub
 * gave last for it: who has none (another token, or the pool's after its token was changed) asks
 * about that body, with the tag that it would have for him. Only a 304 to his own token makes it
 * his.
 *
 *     GET /repos/o/r  of the pool     200   kept
 *     GET /repos/o/r  of token X      near -> the pool's copy, tag for X  ->  304, for nothing
 *
 * The second is a canary by route: three computed tags in a row that GitHub did not know, though
 * the body that came is the one they were computed of, and no tag is computed there for a while.
 *
 *     stored 304, computed 200 with equal body, x 3  ->  rests
 *
 * Both are fixed in size; what collides costs a question.
 *
 * Thread: any; a leaf lock. Counted: a reload hands it over.   Clock: given.
 */
#pragma once
#include "index.h"

struct model;

struct model *model_new(void);
struct model *model_ref(struct model *m);
void model_unref(struct model *m); /* NULL is fine */

/* `near`: what was asked without who asked (key.h). */
void model_put_near(struct model *m, const struct index_key *near, const struct index_key *copy);
bool model_find_near(struct model *m, const struct index_key *near, struct index_key *ret_copy);

/* Is no tag to be computed for the route now? */
bool model_rests(struct model *m, struct hg_str route, int64_t now_us);
/* A computed tag did (304), or did not hold. True: the route rests from now on, for `rest_us`. */
bool model_note(struct model *m, struct hg_str route, bool held, int64_t now_us, int64_t rest_us);

/*
 * forecast - the demands of all ledgers: a bounded set, and its bytes in a file.
 *
 * Who spent last is kept; over `max` the one that has been quiet for longest goes. A ledger takes
 * about 900 bytes here and 684 in the file:
 *
 *     "hubgate forecast" | version | n | n x { ledger, minutes, week[168] } | FNV-1a of all that
 *
 * all little-endian. What is torn, of another version or nonsense is refused whole.
 *
 * Old and new instance of a reload have one together: on the dispatcher, which calls them in turn,
 * it goes on as if there had been none.
 *
 * Thread: dispatcher; the host before it is used there first and after its last use. join, leave
 * and is_alone: host. ref and unref: any. encode: any.   Clock: none.
 */
#pragma once
#include "demand.h"
#include <hg/err.h>

#define FORECAST_LEDGERS_MAX 4096
#define FORECAST_BYTES_MAX (FORECAST_LEDGERS_MAX * 684 + 64) /* of a file */

struct forecast;
struct forecast_copy;

struct forecast *forecast_new(uint32_t max);
struct forecast *forecast_ref(struct forecast *f);
void forecast_unref(struct forecast *f); /* NULL is fine */

/* Instances that use it: who made it is the first. */
struct forecast *forecast_join(struct forecast *f); /* and refs */
void forecast_leave(struct forecast *f);            /* and unrefs */
bool forecast_is_alone(const struct forecast *f);   /* one uses it */

void forecast_set_max(struct forecast *f, uint32_t max); /* at least 1 */
uint32_t forecast_count(const struct forecast *f);

struct demand *forecast_find(struct forecast *f, uint64_t ledger);  /* NULL: not there */
struct demand *forecast_spend(struct forecast *f, uint64_t ledger); /* made; spent last of all */

/* What is to be written: NULL when nothing was learned since the last one, or while that is not
 * done with. The caller's: hg_free, and then forecast_saved on the same thread. */
struct forecast_copy *forecast_save(struct forecast *f);
void forecast_saved(struct forecast *f);

/* The file's bytes; the caller's (hg_free). */
uint8_t *forecast_encode(const struct forecast_copy *copy, size_t *ret_n);
/* Into an empty one. HG_EINVAL and err: it stays empty. */
int forecast_decode(struct forecast *f, const uint8_t *p, size_t n, struct hg_err *err);

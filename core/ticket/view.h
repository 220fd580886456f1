/*
 * view - the budgets as fronts see them: published by the dispatcher, read without a lock.
 *
 * A fixed table of slots, each behind a sequence counter: (credential scope, resource) -> limit,
 * remaining, reset. Eight pairs share a bucket; when it is full the one that was written longest
 * ago is forgotten and answers "unknown", which costs a header, no more.
 *
 * Thread: one writer (dispatcher), any readers.
 */
#pragma once
#include <hg/request.h>

struct hg_view;

struct hg_view_row {
	int64_t limit, remaining, used, reset_s; /* Unix seconds */
};

/* Beside the resources: a row of this name says that all of them were read at once, `limit` in
 * number, and that they may be told until `reset_s`. */
#define HG_VIEW_OVERVIEW HG_STR("(overview)")

struct hg_view *hg_view_new(void);
void hg_view_free(struct hg_view *v);
void hg_view_put(struct hg_view *v, struct hg_scope who, struct hg_str resource,
	const struct hg_view_row *row);
bool hg_view_find(const struct hg_view *v, struct hg_scope who, struct hg_str resource,
	struct hg_view_row *ret_row);

/* Where a pair stands, for whoever asks for the same one again and again. */
struct hg_view_place {
	uint64_t who, resource; /* hashes */
};

struct hg_view_place hg_view_place(struct hg_scope who, struct hg_str resource);
bool hg_view_at(
	const struct hg_view *v, const struct hg_view_place *p, struct hg_view_row *ret_row);

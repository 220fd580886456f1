/*
 * writes - what a write through hubgate ends the freshness of: its path and parents (marks.h), and
 * all queries of its scope, because nobody knows which of them it concerns.
 *
 * It marks when it begins, so that nothing is answered from before it, and when it ends: a question
 * that went out meanwhile may have been answered from before it. The slot of the request remembers
 * that the end is still to be marked.
 *
 *     begin  mark 7     GET sees mark 6 at its copy: asks     end  mark 8
 *
 * Thread: the request's front.
 */
#pragma once
#include "marks.h"
#include <hg/request.h>

void writes_begin(struct marks *m, const struct hg_request *r, void **slot);
void writes_end(struct marks *m, const struct hg_request *r, void **slot); /* once; else nothing */
/* Is what was asked for at `mark` from before a write that may have changed it? */
bool writes_came_since(
	const struct marks *m, const struct hg_request *r, bool is_query, uint64_t mark);

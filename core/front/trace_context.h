/*
 * trace_context - W3C Trace Context, level 1: whose trace a request belongs to.
 *
 *     traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *                  version-trace id-parent id-flags, lower-case hex
 *     tracestate:  rojo=00f067aa0ba902b7,congo=t61rcWkgMzE
 *
 * hubgate makes no spans: what is valid goes on to GitHub as it came, and the trace id stands in
 * the logs beside the request's own id. A traceparent that is malformed, or comes twice, is dropped
 * and takes the tracestate with it; a malformed tracestate is dropped alone. It never changes how
 * a request is answered.
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "base/arena.h"
#include <hg/request.h>
#include <stdbool.h>

struct hg_trace_context {
	struct hg_str parent; /* p NULL: none that is valid */
	struct hg_str state;  /* several fields are joined by commas; p NULL: none */
};

/* Borrows from the fields, but for a joined state, which lies in `arena`. */
void hg_trace_context_read(const struct hg_field *fields, uint32_t n, struct hg_arena *arena,
	struct hg_trace_context *ret_context);
/* 32 hex digits; empty: none. */
struct hg_str hg_trace_context_id(const struct hg_trace_context *c);
/* traceparent or tracestate */
bool hg_trace_context_is_field(struct hg_str name);

bool hg_traceparent_is_valid(struct hg_str s);
bool hg_tracestate_is_valid(struct hg_str s);

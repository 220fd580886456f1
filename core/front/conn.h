/*
 * conn - one client's connection: bytes become requests, requests are answered in their order.
 *
 * One at a time: the next request is begun when the last byte of the reply before it has left.
 *
 *     bytes ─► feed ─► request ─► flow … reply ─► wire ─► hg_conn_settle ─┐
 *               ▲──────────── next request of the same bytes ─────────────┘
 *
 * hg_conn_settle is always the last thing that a callback does, or comes at the end of the turn:
 * it flushes, ends what is over, begins what waits, and takes a broken conn apart. Plugins that
 * reply outside of a callback of ours (a timer of theirs) are settled at the end of the turn.
 *
 * Thread: the front's loop.   Clock: the loop's.
 */
#pragma once
#include "front/state.h"

/* `fd` becomes the conn's. */
struct hg_conn *hg_conn_new(struct hg_gate *gate, int fd, const union hg_peer *peer);
/* An inner one of `outer`, with one whole HTTP/1.0 request that is fed by hg_conn_settle. `bytes`
 * become the conn's, what is answered goes to `sink`. */
struct hg_conn *hg_conn_new_inner(
	struct hg_request *outer, struct hg_wire_sink *sink, char *bytes, uint32_t n);
/* Ends it now, whatever is under way: DONE and on_gone run, the memory goes with the turn. */
void hg_conn_end(struct hg_conn *c);
/* `c` may be gone. */
void hg_conn_settle(struct hg_conn *c);
/* Its timeout runs out: what that means for what it waits for. */
void hg_conn_expire(struct hg_conn *c);
/* In HG_WAIT_WRITE: has its client taken nothing since it was last looked at? If it has, it waits
 * from now on. */
bool hg_conn_is_stuck(struct hg_conn *c);
/* Its client shall not have the rest of the reply. */
void hg_conn_cut(struct hg_conn *c);

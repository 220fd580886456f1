/*
 * front - one loop's share of the clients: accepts, parses, runs phases and routes, replies.
 *
 * N fronts are alike and share nothing but the port to the dispatcher, the published view of the
 * budgets and counted immutable objects. The admin socket is a front as well, on the host's loop.
 *
 * Thread: the loop's own, but what says any.
 */
#pragma once
#include "base/loop.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include "ticket/view.h"

struct hg_front;

/* Snapshot is referenced; port and view outlive the front. port NULL: no proxying (admin). */
struct hg_front *hg_front_new(
	struct hg_loop *loop, struct hg_snapshot *s, struct hg_port *port, struct hg_view *view);
void hg_front_free(struct hg_front *f); /* after hg_front_drain said done, or to cut everything */

/* From now on accepts on `fd` (listening, non-blocking; the front closes it) as snapshot's
 * listener number `listener`. */
void hg_front_listen(struct hg_front *f, int fd, uint32_t listener);
/* New requests use this snapshot. `fds[i]` for listener i: -1 = this front already listens on the
 * socket of its old listener of the same name, or does not. Sockets of vanished names are closed.
 */
void hg_front_adopt(struct hg_front *f, struct hg_snapshot *s, const int *fds);
/* Accepts no more, closes idle connections, answers what is under way with Connection: close;
 * `done` runs when the last connection is gone. */
void hg_front_drain(struct hg_front *f, void (*done)(void *arg), void *arg);

struct hg_front_state {
	uint64_t under_way; /* requests */
	uint64_t conns, requests, accepted, answered, bad, unsent_bytes, batch_bytes, pressed;
	double per_second; /* answered, over the latest 10 s */
};
void hg_front_look(struct hg_front *f, struct hg_front_state *ret_state);
/* For `show requests`: one call per request under way. */
struct hg_request_look {
	struct hg_str id, method, path, client, phase;
	int64_t age_us;
};
void hg_front_each_request(struct hg_front *f,
	void (*visit)(void *arg, const struct hg_request_look *look), void *arg);

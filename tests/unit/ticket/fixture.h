/*
 * fixture - a dispatcher that does only what the test says, and the loop of an owner.
 *
 * Both loops are turned by hand on the test's thread, so a test decides what is seen when.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <hg/mem.h>
#include "ticket/snapshot.h"
#include "ticket/ticket.h"

#define FAKE_TICKETS 16
#define FAKE_ROOM 4

struct fake {
	struct hg_port port; /* first: the port's functions find the rest from it */
	struct hg_clock *clock;
	struct hg_loop *owner;
	struct hg_snapshot snapshot;
	struct hg_ticket
		*got[FAKE_TICKETS]; /* submitted ones, each with the dispatcher's reference */
	unsigned n_got, n_wishes, n_unused;
	struct hg_wish wish; /* the last one */
};

static inline void fake_on_submit(struct hg_port *port, struct hg_ticket *t)
{
	struct fake *f = HG_CONTAINER(port, struct fake, port);

	assert_in_range(f->n_got, 0, FAKE_TICKETS - 1);
	f->got[f->n_got++] = t;
}

static inline void fake_on_wish(struct hg_port *port, struct hg_ticket *t)
{
	struct fake *f = HG_CONTAINER(port, struct fake, port);

	f->n_wishes++;
	f->wish = hg_ticket_take_wish(t);
}

static inline void fake_on_unused(struct hg_snapshot *s)
{
	struct fake *f = HG_CONTAINER(s, struct fake, snapshot);

	f->n_unused++;
}

static inline void fake_init(struct fake *f)
{
	*f = (struct fake){ 0 };
	f->clock = hg_clock_new_held((struct hg_now){ 5000000, 1700000000000000 });
	f->owner = hg_loop_new(f->clock, HG_THREAD_FRONT, "owner", FAKE_ROOM);
	f->port.loop = hg_loop_new(f->clock, HG_THREAD_DISPATCHER, "dispatcher", FAKE_ROOM);
	f->port.on_submit = fake_on_submit;
	f->port.on_wish = fake_on_wish;
	atomic_init(&f->snapshot.refs, 1);
	f->snapshot.on_unused = fake_on_unused;
	f->snapshot.n_upstreams = 1;
	f->snapshot.upstreams[0].name = "main";
	f->snapshot.upstreams[0].base_url = "https://api.github.com";
	f->snapshot.dispatch.deadline_us = 60000000;
}

/* Until neither loop has anything left. */
static inline void fake_settle(struct fake *f)
{
	bool owner, dispatcher;

	do {
		owner = hg_loop_turn(f->owner);
		dispatcher = hg_loop_turn(f->port.loop);
	} while (owner || dispatcher);
}

/* Drops the dispatcher's references; all tickets must be gone after it. */
static inline void fake_fini(struct fake *f)
{
	for (unsigned i = 0; i < f->n_got; i++)
		hg_ticket_unref(f->got[i]);
	fake_settle(f);
	hg_snapshot_unref(&f->snapshot);
	assert_int_equal(f->n_unused, 1);
	hg_loop_free(f->port.loop);
	hg_loop_free(f->owner);
	hg_clock_free(f->clock);
}

static inline void fake_give_head(
	struct hg_ticket *t, int status, const char *name, const char *value)
{
	struct hg_field field = { hg_str(name), hg_str(value) };
	struct hg_head *head = hg_head_new(status, &field, name != NULL);
	struct hg_head_note note = { .alias = "main", .limit = 5000 };

	hg_ticket_give_head(t, head, &note);
	hg_head_unref(head);
}

static inline bool fake_give_piece(struct hg_ticket *t, const char *text, uint64_t window_bytes)
{
	struct hg_chunk *c = hg_chunk_new(hg_str(text));
	bool is_full = hg_ticket_give_chunk(t, c, window_bytes);

	hg_chunk_unref(c);
	return is_full;
}

static inline void fake_give_end(struct hg_ticket *t, int code, const char *text)
{
	struct hg_ticket_end end = { .code = code, .word = "word", .retry_after_s = -1 };

	assert_in_range(strlen(text), 0, sizeof(end.text) - 1);
	memcpy(end.text, text, strlen(text) + 1);
	hg_ticket_give_end(t, &end);
}

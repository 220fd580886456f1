/*
 * fake_inside - the struct behind hg/fake.h, for the files of the fake host itself.
 *
 *     plan     from the test's words to a setup            client   connections and replies
 *     github   the transport that the test answers         record   log, events, metrics
 *     offload  hg_offload without threads                  setups   start, reload, end
 *     fake     life, time, the table
 *
 * Thread: the test's.
 */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"
#include "base/text.h"
#include "dispatch/desk.h"
#include "front/front.h"
#include "host/admin_words.h"
#include "host/bus.h"
#include "host/setup.h"
#include "ticket/view.h"
#include <hg/fake.h>

enum { HG_FAKE_LOOPS = 3 }; /* host, dispatcher, front */

struct hg_fake_list { /* of pointers */
	void **items;
	uint32_t n, room;
};

struct hg_fake {
	struct hg_fake_wish wish; /* its strings are the test's until hg_fake_new returns */
	struct hg_arena arena;    /* what the test is given */
	struct hg_clock *clock;
	struct hg_loop *host, *dispatcher, *front_loop;
	struct hg_view *view;
	struct hg_bus *bus;
	struct hg_desk desk;
	struct hg_front *front;
	struct hg_gate *gate; /* of the first listener */

	struct hg_setup *setup; /* in force */
	struct hg_fake_plan *plan;
	uint64_t generation;
	uint32_t n_setups;           /* that are not freed */
	struct hg_fake_list retired; /* setups that nothing uses; not stopped yet */
	struct hg_fake_list stopped; /* … and not freed yet */
	char *state_dir;
	bool owns_state_dir;

	struct hg_instance *ear; /* hears all events */
	struct hg_instance *audience[HG_INSTANCES_MAX + 1];
	struct hg_fake_list events; /* struct hg_event, in the arena */
	struct hg_text log;
	bool prints_log;

	struct hg_fake_list clients; /* struct client */
	struct hg_fake_list calls;   /* struct hg_fake_call, in the arena */
	struct hg_list under_way;    /* calls that are not answered */
	struct hg_answer answer;     /* of the last command */
	uint32_t n_functions;        /* of hg/ that are linked */
};

extern struct hg_fake *hg_fake_current; /* NULL: there is none */

void hg_fake_list_add(struct hg_fake_list *l, void *item);
void hg_fake_list_fini(struct hg_fake_list *l);

/* -- plan -------------------------------------------------------------------------------------- */

/* What the wish says, copied: for reloads too. */
struct hg_fake_plan *hg_fake_plan_new(struct hg_fake *f, struct hg_err *err);
void hg_fake_plan_free(struct hg_fake_plan *p);
/* A setup with the plan's plugins; `options` instead of those of the first, NULL: its own. */
struct hg_setup *hg_fake_plan_make(struct hg_fake *f, const char *options, struct hg_err *err);

/* -- setups ------------------------------------------------------------------------------------ */

struct hg_loop *hg_fake_loop(const struct hg_fake *f, int i); /* host, dispatcher, front */

/* Counted in f->n_setups from here on. NULL and err. */
struct hg_setup *hg_fake_setup_make(struct hg_fake *f, const char *options, struct hg_err *err);
/* start, adopt and thread_start; 0, or all of it undone. */
int hg_fake_setup_wake(
	struct hg_fake *f, struct hg_setup *s, struct hg_setup *old, struct hg_err *err);
/* It was not taken: it goes when what its plugins sent meanwhile has ended. */
void hg_fake_setup_drop(struct hg_fake *f, struct hg_setup *s);
void hg_fake_setup_enter(struct hg_fake *f, struct hg_setup *s); /* in force; NULL: none is */
/* One that nothing uses any more goes a step on. False: none can. */
bool hg_fake_setups_end(struct hg_fake *f);
/* What holds the one that could not end. */
int hg_fake_setups_explain(const struct hg_fake *f, struct hg_err *err);

/* -- client ------------------------------------------------------------------------------------ */

bool hg_fake_clients_read(struct hg_fake *f); /* true: something came */
void hg_fake_clients_leave(struct hg_fake *f);
void hg_fake_clients_fini(struct hg_fake *f);

/* -- github ------------------------------------------------------------------------------------ */

struct hg_transport hg_fake_github(struct hg_fake *f);

/* -- offload ----------------------------------------------------------------------------------- */

bool hg_fake_offload_turn(void); /* runs what need not wait; true: something was */
uint32_t hg_fake_offload_run_all(void);
void hg_fake_offload_hold(bool held, uint32_t room);

/* -- api: made when building from core/include/hg (api.c.in) ------------------------------------
 */

/* How many functions a plugin may call; each is linked because of this. */
uint32_t hg_fake_api_count(void);

/* -- record ------------------------------------------------------------------------------------ */

void hg_fake_record_begin(struct hg_fake *f);
void hg_fake_record_aim(struct hg_fake *f); /* the bus, at the setup's instances and the ear */
void hg_fake_record_end(struct hg_fake *f);

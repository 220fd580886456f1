/*
 * dispatcher_state - what the files of the dispatcher share, and nobody else sees.
 *
 *     dispatcher.c   tickets come and go; moments that are due         (calls all below)
 *     reply.c        what upstream says: heads, pieces, ends, refusals, retries  (look.h)
 *     again.c        what is tried once more, and by whom
 *     care.c         credentials: minted, asked about, named  (errand.h)
 *     choose.c       who goes next, and who pays: stops, paces, sends
 *     park.c         who can not go before a known moment
 *     pace.c         how fast: what strategies are asked, and told
 *     moves.c        what all of them do to tickets and flights         (calls none of them)
 *     measure.c      gauges that change with time alone
 *     show.c, show_budget.c, show_credential.c  for people; why one waits: explain.c, over
 *     ahead.c (who goes before it) and payer_look.c (who could pay)
 *
 * Everything is decided in hg_dispatcher_turn or in what the transport and the fronts report;
 * sending happens in the turn only, so no transport is entered from its own callback.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/metric.h"
#include "dispatch/queue/coalesce.h"
#include "dispatch/dispatcher.h"
#include "dispatch/news/news.h"
#include "dispatch/outcome.h"
#include "dispatch/payer/pool.h"
#include "dispatch/retry.h"
#include "dispatch/queue/share.h"
#include "dispatch/stop.h"

struct hg_dispatcher {
	struct hg_snapshot *snapshot; /* referenced: the newest */
	uint32_t strategy;            /* of it; as configured, or as it was set by hand */
	struct hg_transport transport;
	struct hg_news news; /* whom to tell of budgets, credentials, upstreams */
	struct hg_view *view;
	struct hg_pools pools;
	struct hg_shares shares;
	struct hg_coalesce coalesce;
	struct hg_list tickets;   /* hg_ticket.all */
	struct hg_list flights;   /* hg_flight.link */
	struct hg_list dirty;     /* hg_pool.dirty: look who may go */
	struct hg_list slotless;  /* hg_pool.slotless, who waits longest first */
	struct hg_heap deadlines; /* hg_ticket.due */
	struct hg_heap dues;      /* hg_flight.due */
	struct hg_heap wakes;     /* hg_pool.wake */
	struct hg_heap chores;    /* hg_credential.chore */
	struct hg_heap ends;      /* hg_credential.end */
	bool wants_care; /* the configuration is new, or one is used that is not: look at all
	                    credentials */
	struct hg_shape_costs *shapes;
	struct hg_dice dice;
	struct hg_retry_purse purse;
	uint32_t n_tickets;
	uint32_t n_in_state[HG_TICKET_STATES];
	uint32_t n_waiting[HG_CLASSES]; /* QUEUED or PARKED */
	int64_t measured_us;            /* mono */
	uint32_t n_endless;       /* a choice went round in a circle, and was left: a bug of ours */
	_Atomic uint32_t on_wire; /* read from any thread */

	struct hg_series *in_state[HG_TICKET_STATES];
	struct hg_series *queue_seconds[HG_CLASSES];
	struct hg_series *standing[HG_STOPS]; /* flights, by what they wait for */
	struct hg_series *coalesced;
};

/* moves.c */
/* It waits for `why` from now on (HG_STOPS: not any more): written down when that is news. */
void hg_flight_stand(
	struct hg_dispatcher *d, struct hg_flight *f, enum hg_stop why, int64_t now_us);
/* Of the class that a queued one waits in. */
struct hg_park *hg_flight_park(const struct hg_flight *f);
void hg_ticket_enter(
	struct hg_dispatcher *d, struct hg_ticket *t, enum hg_ticket_state to, int64_t now_us);
/* Tells its owner (but not one that left) and forgets it. The flight may be empty then. */
void hg_dispatcher_end_ticket(
	struct hg_dispatcher *d, struct hg_ticket *t, struct hg_ticket_end *end, int64_t now_us);
/* With an answer made by hubgate: code, status, word and one sentence. */
void hg_dispatcher_refuse(struct hg_dispatcher *d, struct hg_ticket *t,
	const struct hg_ticket_end *how, int64_t now_us, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* All tickets have left: takes it off the wire or out of the queue, and frees it. */
void hg_dispatcher_drop_flight(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now);
void hg_dispatcher_look_at(struct hg_dispatcher *d, struct hg_pool *pool); /* in the turn */
/* At all pools in which it pays. */
void hg_dispatcher_look_at_all_of(struct hg_dispatcher *d, struct hg_identity *id);
/* At all pools whose requests go to it. */
void hg_dispatcher_look_at_site(struct hg_dispatcher *d, const struct hg_site *site);
void hg_dispatcher_set_due(struct hg_dispatcher *d, struct hg_flight *f);
void hg_dispatcher_queue(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now);

/* Off the wire: gives the slot back, and books what is still reserved. */
void hg_dispatcher_land(
	struct hg_dispatcher *d, struct hg_flight *f, bool sent, const struct hg_now *now);
/* What it took of the secondary limits is booked: it was answered, or may have been; or it did not
 * count. */
void hg_dispatcher_end_spending(
	struct hg_dispatcher *d, struct hg_flight *f, bool counts, int64_t now_us);
/* After credentials were found to be of another identity: what is known and under way of them goes
 * there, so that both together never spend more than the one may. */
void hg_dispatcher_regroup(struct hg_dispatcher *d, const struct hg_now *now);
/* The budget as fronts and metrics see it. */
void hg_dispatcher_publish(struct hg_dispatcher *d, struct hg_ledger *l);
/* All of an identity's are known, `n` of them, and may be told until then (Unix). */
void hg_dispatcher_publish_overview(
	struct hg_dispatcher *d, const struct hg_identity *id, uint32_t n, int64_t until_s);

/* choose.c */
/* Sends one of this pool's. False: none may go now. */
bool hg_dispatcher_send_next(
	struct hg_dispatcher *d, struct hg_pool *pool, const struct hg_now *now);
/* It is on the wire from now on, and booked everywhere: not sent yet. */
void hg_dispatcher_take_off(struct hg_dispatcher *d, struct hg_flight *f, struct hg_payer *payer,
	const struct hg_now *now);

/* why_not.c: it asks, and changes nothing */
/* Does something stop all that this ledger would pay, and until when (mono)? INT64_MAX: until
 * something settles. */
enum hg_stop hg_ledger_stop(
	struct hg_ledger *l, uint32_t cost, const struct hg_now *now, int64_t *ret_until_us);
/* What keeps this one from being paid for by that payer now, and until when (mono); INT64_MAX:
 * until something settles. */
enum hg_stop hg_payer_why_not(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_payer *p, const struct hg_now *now, int64_t *ret_until_us);
/* Why none of a line's payers may pay for anything of it: what the first of them that will waits
 * for, and until when. may_settle: one of them may at any time. */
enum hg_stop hg_line_stop(const struct hg_line *line, uint32_t cost, const struct hg_now *now,
	int64_t *ret_until_us, bool *ret_may_settle);

/* pace.c */
struct hg_outlook; /* hg/strategy.h */
/* The label of what paces this one: as it asked, else the one in force; "" = nothing does. */
const char *hg_pace_name(const struct hg_dispatcher *d, const struct hg_flight *f);
/* Points that this class leaves to better ones. */
int64_t hg_pace_kept(const struct hg_dispatcher *d, const struct hg_ledger *l, enum hg_class klass);
/* Until it may go, as its strategy has it; 0: now. */
int64_t hg_pace_us(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_now *now);
/* Between two of those that are above the curve; 0: nobody waits. */
int64_t hg_pace_interval_us(const struct hg_dispatcher *d, const struct hg_flight *f,
	const struct hg_ledger *l, const struct hg_now *now);
/* From now until it goes, with so many ahead, as its payers are paced together; -1: nothing paces
 * it now. */
int64_t hg_pace_turn_in_us(const struct hg_dispatcher *d, const struct hg_flight *f, uint32_t ahead,
	const struct hg_now *now);
/* It goes now: before it is taken from the ledger … */
void hg_pace_note(const struct hg_dispatcher *d, const struct hg_flight *f, struct hg_ledger *l,
	const struct hg_now *now);
/* … and after that. */
void hg_pace_spent(
	const struct hg_dispatcher *d, const struct hg_flight *f, const struct hg_now *now);
/* How one more of that class would be paced, as it asks for no strategy. False: nothing paces. */
struct hg_pace_look {
	const char *strategy; /* label; "" */
	double allowance;     /* share of the limit that may be used by now */
	int64_t wait_us, interval_us;
};
bool hg_pace_look(const struct hg_dispatcher *d, const struct hg_ledger *l, enum hg_class klass,
	const struct hg_now *now, struct hg_pace_look *ret);
/* False: nobody looks ahead. */
bool hg_pace_outlook(const struct hg_dispatcher *d, const struct hg_ledger *l,
	const struct hg_now *now, struct hg_outlook *ret);

/* show_budget.c, show_credential.c: whole objects of JSON */
struct hg_text;
void hg_show_budget(const struct hg_dispatcher *d, struct hg_ledger *l, const struct hg_now *now,
	struct hg_text *out);
void hg_show_identity(const struct hg_dispatcher *d, const struct hg_identity *id,
	const struct hg_now *now, struct hg_text *out);
void hg_show_credential(
	const struct hg_credential *cred, const struct hg_now *now, struct hg_text *out);

/* measure.c: gauges that change with time alone. Returns when to call again, INT64_MAX: when
 * something happens. */
int64_t hg_dispatcher_measure(struct hg_dispatcher *d, const struct hg_now *now);

/* park.c */
/* Parks the tickets of a queued flight whose class stands, and refuses those that could not make
 * it; or lets them go on waiting for their turn, when it does not. False: the flight is gone. */
bool hg_dispatcher_park(struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now);
/* The class stands for that reason from now on; HG_STOP_NONE: it does not. Flights may be gone. */
void hg_dispatcher_park_class(struct hg_dispatcher *d, struct hg_line *line, unsigned c,
	enum hg_stop why, int64_t until_us, const struct hg_now *now);
void hg_dispatcher_park_line(struct hg_dispatcher *d, struct hg_line *line, enum hg_stop why,
	int64_t until_us, const struct hg_now *now);
/* What stopped all of them does not any more; who stands for a reserve stands on. */
void hg_dispatcher_unpark_line(
	struct hg_dispatcher *d, struct hg_line *line, const struct hg_now *now);
/* One that has come: told now, when what is ahead of it, at the pace that its class has, will not
 * be through before its deadline. True: the flight is gone. */
bool hg_dispatcher_refuse_hopeless(
	struct hg_dispatcher *d, struct hg_flight *f, const struct hg_now *now);
/* Tickets that will not live to see their turn, in wait_us at the earliest, are told now. True: the
 * flight is gone. */
bool hg_dispatcher_refuse_late(struct hg_dispatcher *d, struct hg_flight *f, enum hg_stop why,
	int64_t wait_us, const struct hg_now *now);

/* again.c */
/* What becomes of a reply whose head has come and was given to nobody: tickets that can wait for
 * something better have gone when it returns. asked_us: Retry-After, -1: none. */
void hg_dispatcher_judge(struct hg_dispatcher *d, struct hg_flight *f, enum hg_finding finding,
	int64_t asked_us, const struct hg_rate *rate, const struct hg_now *now);
/* No head came, or its reply broke: when it may go again (mono), -1: not. It is off the wire. */
int64_t hg_dispatcher_judge_failure(struct hg_dispatcher *d, struct hg_flight *f,
	enum hg_retry_phase phase, const struct hg_now *now);
void hg_dispatcher_rest(
	struct hg_dispatcher *d, struct hg_flight *f, int64_t until_us, int64_t now_us);
/* It ended without a word for the breakers: a client left. */
void hg_dispatcher_leave_breakers(struct hg_dispatcher *d, struct hg_flight *f);

/* care.c */
struct hg_errand;
/* When it needs something next is set anew. */
void hg_care_for(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now);
void hg_care_for_all(struct hg_dispatcher *d, const struct hg_now *now);
/* Its chore is due. */
void hg_care_run(struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now);
/* Tells that its token ends, if it is time to, and when to look again: once a day at most. */
void hg_care_watch_end(
	struct hg_dispatcher *d, struct hg_credential *cred, const struct hg_now *now);
/* GitHub answered 401 to `refused`. */
void hg_care_doubt(struct hg_dispatcher *d, struct hg_credential *cred,
	const struct hg_secret *refused, const struct hg_now *now);
/* Each head says something of the token that it was asked with. */
void hg_care_note_head(struct hg_dispatcher *d, struct hg_credential *cred,
	const struct hg_head *head, const struct hg_now *now);
/* An errand's answer; head NULL: there was none. Frees the errand. */
void hg_care_take(struct hg_dispatcher *d, struct hg_errand *e, const struct hg_head *head,
	const struct hg_now *now);

/* reply.c */
void hg_dispatcher_time_out(
	struct hg_dispatcher *d, struct hg_flight *f, const char *what, const struct hg_now *now);
void hg_dispatcher_give_late(struct hg_flight *f, struct hg_ticket *t); /* head and kept pieces */

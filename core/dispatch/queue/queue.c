#include "dispatch/queue/queue.h"
#include "base/bug.h"
#include "base/map.h"
#include "dispatch/flight.h"
#include "dispatch/queue/share.h"
#include <hg/mem.h>
#include <string.h>

#define TURN_OF_A_POINT (1ll << 20) /* at weight 1; a weight divides it: 1,000 at most */

struct hg_band {
	struct hg_list link; /* hg_queue.bands */
	enum hg_class klass;
	char strategy[HG_STRATEGY_BYTES];
	struct hg_heap lanes; /* hg_lane.turn: those with a track that may go */
	struct hg_heap owing; /* hg_lane.turn: empty ones that have had more than others */
	int64_t turn;         /* of the one that went last */
	uint32_t n;           /* flights */
	uint32_t n_lanes;     /* that have some */
};

struct hg_lane {
	struct hg_band *band;
	struct hg_share *share;
	struct hg_list of_share;   /* hg_share.lanes */
	struct hg_list stands;     /* hg_share.full */
	struct hg_heap_node turn;  /* key: when it begins, in points over weight */
	struct hg_heap tracks;     /* hg_track.order: those that may go */
	struct hg_list all_tracks; /* hg_track.link */
	uint32_t n;                /* flights */
};

struct hg_track {
	struct hg_lane *lane;
	uint64_t gate;
	struct hg_list link;
	struct hg_list flights;    /* hg_flight.in_track, as they came */
	struct hg_heap_node order; /* key: queued_us of the first */
	struct hg_heap_node held;  /* key: until then */
};

void hg_queue_init(struct hg_queue *q)
{
	*q = (struct hg_queue){ 0 };
	for (unsigned c = 0; c < HG_CLASSES; c++)
		hg_list_init(&q->classes[c]);
	hg_list_init(&q->bands);
	hg_heap_init(&q->held);
}

void hg_queue_fini(struct hg_queue *q)
{
	HG_BUG_ON(q->n_all || !hg_list_is_empty(&q->bands));
	HG_BUG_ON(q->tracks && hg_map_n(q->tracks));
	hg_heap_fini(&q->held);
	hg_map_free(q->tracks);
}

/* -- lanes take their turns -------------------------------------------------------------------- */

static struct hg_band *band_of(struct hg_queue *q, const struct hg_flight *f)
{
	struct hg_band *b;

	HG_LIST_EACH(&q->bands, b, link)
	{
		if (b->klass == f->klass && strcmp(b->strategy, f->strategy) == 0)
			return b;
	}
	b = hg_alloc0(sizeof(*b));
	b->klass = f->klass;
	memcpy(b->strategy, f->strategy, sizeof(b->strategy));
	hg_heap_init(&b->lanes);
	hg_heap_init(&b->owing);
	hg_list_init(&b->link);
	hg_list_add(&q->bands, &b->link);
	return b;
}

static struct hg_lane *lane_of(struct hg_band *b, struct hg_share *share)
{
	struct hg_lane *lane;

	HG_LIST_EACH(&share->lanes, lane, of_share)
	{
		if (lane->band == b)
			return lane;
	}
	lane = hg_alloc0(sizeof(*lane));
	lane->band = b;
	lane->share = hg_share_ref(share);
	lane->turn.key = b->turn;
	hg_list_init(&lane->of_share);
	hg_list_init(&lane->stands);
	hg_list_init(&lane->all_tracks);
	hg_heap_init(&lane->tracks);
	hg_list_add(&share->lanes, &lane->of_share);
	return lane;
}

static bool stands(const struct hg_lane *lane)
{
	return !hg_list_is_empty(&lane->stands);
}

/* It has something that may go. What it did not use while it had nothing is not saved up. */
static void take_turns(struct hg_lane *lane)
{
	struct hg_band *b = lane->band;

	if (stands(lane) || hg_heap_has(&lane->turn))
		return;
	if (lane->turn.key < b->turn)
		lane->turn.key = b->turn;
	hg_heap_put(&b->lanes, &lane->turn);
}

static void lane_free(struct hg_lane *lane)
{
	HG_BUG_ON(hg_heap_has(&lane->turn) || stands(lane));
	HG_BUG_ON(!hg_list_is_empty(&lane->all_tracks));
	hg_list_remove(&lane->of_share);
	hg_share_unref(lane->share);
	hg_heap_fini(&lane->tracks);
	hg_free(lane);
}

static struct hg_lane *lane_at(const struct hg_heap_node *n)
{
	return n ? HG_CONTAINER(n, struct hg_lane, turn) : NULL;
}

/* Those that owe nothing any more, or all of them. */
static void forget_owing(struct hg_band *b, int64_t up_to)
{
	struct hg_lane *lane;

	while ((lane = lane_at(hg_heap_first(&b->owing))) && lane->turn.key <= up_to) {
		hg_heap_remove(&b->owing, &lane->turn);
		lane_free(lane);
	}
}

/* Nothing of it waits any more. */
static void leave(struct hg_lane *lane)
{
	struct hg_band *b = lane->band;

	hg_heap_remove(&b->lanes, &lane->turn);
	hg_list_remove(&lane->stands);
	if (b->n && lane->turn.key > b->turn)
		hg_heap_put(&b->owing, &lane->turn);
	else
		lane_free(lane);
	if (b->n)
		return;
	forget_owing(b, INT64_MAX);
	hg_heap_fini(&b->lanes);
	hg_heap_fini(&b->owing);
	hg_list_remove(&b->link);
	hg_free(b);
}

/* -- tracks ------------------------------------------------------------------------------------ */

static struct hg_flight *first_of(const struct hg_track *track)
{
	return HG_LIST_FIRST(&track->flights, struct hg_flight, in_track);
}

/* What tells it from all others of its queue. */
struct place {
	const struct hg_lane *lane;
	uint64_t gate;
};

static struct hg_str place_str(const struct place *p)
{
	return (struct hg_str){ (const char *)p, sizeof(*p) };
}

static struct hg_track *track_of(struct hg_queue *q, struct hg_lane *lane, uint64_t gate)
{
	const struct place at = { lane, gate };
	struct hg_track *track;

	if (!q->tracks)
		q->tracks = hg_map_new();
	track = hg_map_find(q->tracks, place_str(&at));
	if (track)
		return track;
	track = hg_alloc0(sizeof(*track));
	hg_map_put(q->tracks, place_str(&at), track);
	track->lane = lane;
	track->gate = gate;
	hg_list_init(&track->link);
	hg_list_init(&track->flights);
	hg_list_add(&lane->all_tracks, &track->link);
	return track;
}

/* It may go, as soon as it is its client's turn. */
static void let_go(struct hg_track *track)
{
	hg_heap_move(&track->lane->tracks, &track->order, first_of(track)->queued_us);
	take_turns(track->lane);
}

static void track_free(struct hg_queue *q, struct hg_track *track)
{
	hg_heap_remove(&track->lane->tracks, &track->order);
	hg_heap_remove(&q->held, &track->held);
	hg_list_remove(&track->link);
	hg_map_take(q->tracks, place_str(&(struct place){ track->lane, track->gate }));
	hg_free(track);
}

/* -- putting and taking ------------------------------------------------------------------------ */

void hg_queue_put(struct hg_queue *q, struct hg_flight *f, int64_t now_us)
{
	HG_BUG_ON(!hg_list_is_empty(&f->queued));
	f->queued_us = now_us;
	hg_list_add(&q->classes[f->klass], &f->queued);
	q->n[f->klass]++;
	q->n_all++;

	struct hg_band *b = band_of(q, f);
	struct hg_lane *lane = lane_of(b, f->share);
	if (hg_list_is_empty(&lane->all_tracks))
		hg_heap_remove(&b->owing, &lane->turn);
	struct hg_track *track = track_of(q, lane, f->gate);
	b->n++;
	b->n_lanes += lane->n++ == 0;
	f->track = track;
	hg_list_add(&track->flights, &f->in_track);
	if (first_of(track) == f)
		let_go(track);
}

void hg_queue_take(struct hg_queue *q, struct hg_flight *f)
{
	struct hg_track *track = f->track;
	struct hg_lane *lane = track->lane;

	HG_BUG_ON(hg_list_is_empty(&f->queued) || q->n[f->klass] == 0);
	hg_list_remove(&f->queued);
	q->n[f->klass]--;
	q->n_all--;
	lane->band->n--;
	lane->band->n_lanes -= --lane->n == 0;

	bool was_first = first_of(track) == f;
	hg_list_remove(&f->in_track);
	f->track = NULL;
	if (hg_list_is_empty(&track->flights))
		track_free(q, track);
	else if (was_first && hg_heap_has(&track->order))
		hg_heap_move(&lane->tracks, &track->order, first_of(track)->queued_us);
	if (hg_list_is_empty(&lane->all_tracks))
		leave(lane);
	else if (!hg_heap_first(&lane->tracks))
		hg_heap_remove(&lane->band->lanes, &lane->turn);
}

void hg_queue_serve(struct hg_queue *q, struct hg_flight *f)
{
	struct hg_lane *lane = ((struct hg_track *)f->track)->lane;
	struct hg_band *b = lane->band;
	int64_t key = lane->turn.key + (int64_t)f->cost * (TURN_OF_A_POINT / lane->share->weight);

	if (lane->turn.key > b->turn)
		b->turn = lane->turn.key;
	if (hg_heap_has(&lane->turn))
		hg_heap_move(&b->lanes, &lane->turn, key);
	else
		lane->turn.key = key;
	forget_owing(b, b->turn);
	hg_queue_take(q, f);
}

void hg_queue_hold(struct hg_queue *q, struct hg_flight *f, int64_t until_us)
{
	struct hg_track *track = f->track;
	struct hg_lane *lane = track->lane;

	hg_heap_remove(&lane->tracks, &track->order);
	if (!hg_heap_first(&lane->tracks))
		hg_heap_remove(&lane->band->lanes, &lane->turn);
	hg_heap_move(&q->held, &track->held, until_us);
}

int64_t hg_queue_release(struct hg_queue *q, int64_t now_us)
{
	struct hg_heap_node *n;

	while ((n = hg_heap_first(&q->held)) && n->key <= now_us) {
		hg_heap_remove(&q->held, n);
		let_go(HG_CONTAINER(n, struct hg_track, held));
	}
	return n ? n->key : INT64_MAX;
}

void hg_queue_let_pass(struct hg_share *share)
{
	struct hg_lane *lane;

	HG_LIST_EACH(&share->full, lane, stands)
	{
		hg_list_remove(&lane->stands);
		if (hg_heap_first(&lane->tracks))
			take_turns(lane);
	}
}

/* -- whose turn it is -------------------------------------------------------------------------- */

struct hg_flight *hg_queue_oldest(const struct hg_queue *q, enum hg_class klass)
{
	return HG_LIST_FIRST(&q->classes[klass], struct hg_flight, queued);
}

enum hg_class hg_queue_counts_as(const struct hg_flight *f, int64_t now_us)
{
	if (f->klass <= HG_CLASS_HIGH)
		return f->klass;

	int64_t steps = (now_us - f->queued_us) / HG_AGEING_US;
	int64_t most = f->klass - HG_CLASS_HIGH;

	return (enum hg_class)(f->klass - (steps < most ? steps : most));
}

bool hg_queue_is_before(const struct hg_flight *a, const struct hg_flight *b, int64_t now_us)
{
	enum hg_class ca = hg_queue_counts_as(a, now_us), cb = hg_queue_counts_as(b, now_us);

	if (ca != cb)
		return ca < cb;
	if (a->queued_us != b->queued_us)
		return a->queued_us < b->queued_us;
	return a->klass < b->klass;
}

/* Its lane and the others of its band take turns, by weight; each lane has one of its own ahead. */
uint32_t hg_queue_ahead(const struct hg_queue *q, const struct hg_flight *f)
{
	const struct hg_lane *lane = ((const struct hg_track *)f->track)->lane;
	const struct hg_band *b = lane->band;
	uint64_t rounds = (lane->n + lane->share->weight - 1) / lane->share->weight;
	uint64_t ahead = lane->n - 1 + rounds * (b->n_lanes - 1);

	if (ahead > b->n - 1)
		ahead = b->n - 1;
	for (unsigned c = 0; c < f->klass; c++)
		ahead += q->n[c];
	return ahead < UINT32_MAX ? (uint32_t)ahead : UINT32_MAX;
}

bool hg_queue_is_held(const struct hg_flight *f, int64_t *ret_until_us)
{
	const struct hg_track *track = f->track;

	if (!track || !hg_heap_has(&track->held))
		return false;
	*ret_until_us = track->held.key;
	return true;
}

static struct hg_flight *band_first(struct hg_band *b)
{
	struct hg_lane *lane;

	while ((lane = lane_at(hg_heap_first(&b->lanes))) && hg_share_is_full(lane->share)) {
		hg_heap_remove(&b->lanes, &lane->turn);
		hg_list_add(&lane->share->full, &lane->stands);
	}
	if (!lane)
		return NULL;
	return first_of(HG_CONTAINER(hg_heap_first(&lane->tracks), struct hg_track, order));
}

unsigned hg_queue_order(
	struct hg_queue *q, int64_t now_us, struct hg_flight *ret_firsts[HG_BANDS_MOST])
{
	struct hg_band *b;
	unsigned n = 0;

	HG_LIST_EACH(&q->bands, b, link)
	{
		struct hg_flight *f = n < HG_BANDS_MOST ? band_first(b) : NULL;
		if (!f)
			continue;
		unsigned at = n++;
		for (; at > 0 && hg_queue_is_before(f, ret_firsts[at - 1], now_us); at--)
			ret_firsts[at] = ret_firsts[at - 1];
		ret_firsts[at] = f;
	}
	return n;
}

/* -- check ------------------------------------------------------------------------------------- */

static uint32_t check_track(const struct hg_queue *q, const struct hg_track *track)
{
	const struct hg_lane *lane = track->lane;
	int64_t since_us = INT64_MIN;
	const struct hg_flight *f;
	uint32_t n = 0;

	(void)q;
	HG_LIST_EACH(&track->flights, f, in_track)
	{
		HG_BUG_ON(f->track != track || f->gate != track->gate);
		HG_BUG_ON(f->share != lane->share || f->klass != lane->band->klass);
		HG_BUG_ON(f->queued_us < since_us);
		since_us = f->queued_us;
		n++;
	}
	HG_BUG_ON(n == 0);
	HG_BUG_ON(hg_heap_has(&track->order) == hg_heap_has(&track->held));
	HG_BUG_ON(hg_heap_has(&track->order) && track->order.key != first_of(track)->queued_us);
	return n;
}

/* Each flight leads to its lane: visited once for each of them, which is enough for a test. */
static void check_lane(const struct hg_queue *q, const struct hg_lane *lane)
{
	const struct hg_track *track;
	bool may_go = hg_heap_first(&lane->tracks) != NULL;

	HG_LIST_EACH(&lane->all_tracks, track, link)
	{
		check_track(q, track);
	}
	HG_BUG_ON(stands(lane) && hg_heap_has(&lane->turn));
	HG_BUG_ON(!stands(lane) && may_go != hg_heap_has(&lane->turn));
}

void hg_queue_check(const struct hg_queue *q)
{
	uint32_t all = 0, in_bands = 0;
	const struct hg_band *b;

	for (unsigned c = 0; c < HG_CLASSES; c++) {
		int64_t since_us = INT64_MIN;
		const struct hg_lane *seen = NULL;
		const struct hg_flight *f;
		uint32_t n = 0;
		HG_LIST_EACH(&q->classes[c], f, queued)
		{
			const struct hg_track *track = f->track;
			HG_BUG_ON(f->klass != (enum hg_class)c || !track);
			HG_BUG_ON(f->state != HG_FLIGHT_QUEUED);
			HG_BUG_ON(f->queued_us < since_us);
			since_us = f->queued_us;
			if (track->lane != seen)
				check_lane(q, track->lane);
			seen = track->lane;
			n++;
		}
		HG_BUG_ON(n != q->n[c]);
		all += n;
	}
	HG_LIST_EACH(&q->bands, b, link)
	{
		HG_BUG_ON(b->n == 0);
		in_bands += b->n;
	}
	HG_BUG_ON(all != q->n_all || all != in_bands);
}

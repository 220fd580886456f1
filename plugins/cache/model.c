#include "model.h"
#include <hg/hash.h>
#include <hg/mem.h>
#include <pthread.h>
#include <stdatomic.h>

#define NEAR_SLOTS 16384u /* half a MiB */
#define ROUTE_SLOTS 256u
#define IN_A_ROW 3u

struct near {
	struct index_key asked, copy; /* asked all zero: empty */
};

struct route {
	uint64_t hash;
	uint32_t n_failed; /* in a row */
	int64_t rests_until_us;
};

struct model {
	_Atomic uint32_t refs;
	pthread_mutex_t lock; /* of all below */
	struct near near[NEAR_SLOTS];
	struct route routes[ROUTE_SLOTS];
};

struct model *model_new(void)
{
	struct model *m = hg_alloc0(sizeof(*m));

	atomic_init(&m->refs, 1);
	pthread_mutex_init(&m->lock, NULL);
	return m;
}

struct model *model_ref(struct model *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void model_unref(struct model *m)
{
	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	pthread_mutex_destroy(&m->lock);
	hg_free(m);
}

static struct near *near_of(struct model *m, const struct index_key *asked)
{
	uint64_t word;

	memcpy(&word, asked->bytes, sizeof(word));
	return &m->near[word % NEAR_SLOTS];
}

void model_put_near(struct model *m, const struct index_key *near, const struct index_key *copy)
{
	pthread_mutex_lock(&m->lock);
	*near_of(m, near) = (struct near){ *near, *copy };
	pthread_mutex_unlock(&m->lock);
}

bool model_find_near(struct model *m, const struct index_key *near, struct index_key *ret_copy)
{
	pthread_mutex_lock(&m->lock);
	const struct near *slot = near_of(m, near);
	bool is_there = memcmp(&slot->asked, near, sizeof(*near)) == 0;
	if (is_there)
		*ret_copy = slot->copy;
	pthread_mutex_unlock(&m->lock);
	return is_there;
}

static uint64_t hash_of(struct hg_str route)
{
	uint8_t hash[16];
	uint64_t word;

	hg_hash128(route.p, route.n, hash);
	memcpy(&word, hash, sizeof(word));
	return word;
}

bool model_rests(struct model *m, struct hg_str route, int64_t now_us)
{
	uint64_t hash = hash_of(route);

	pthread_mutex_lock(&m->lock);
	bool rests = m->routes[hash % ROUTE_SLOTS].rests_until_us > now_us;
	pthread_mutex_unlock(&m->lock);
	return rests;
}

bool model_note(struct model *m, struct hg_str route, bool held, int64_t now_us, int64_t rest_us)
{
	uint64_t hash = hash_of(route);

	pthread_mutex_lock(&m->lock);
	struct route *r = &m->routes[hash % ROUTE_SLOTS];
	bool rested = r->rests_until_us > now_us;
	if (r->hash != hash && !rested)
		*r = (struct route){ .hash = hash };
	r->n_failed = held ? 0 : r->n_failed + 1;
	bool begins = !rested && r->n_failed >= IN_A_ROW;
	if (begins) {
		r->rests_until_us = now_us + rest_us;
		r->n_failed = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return begins;
}

/*
 * A shard: a chained hash table, a list from most to least recently used, and its share of the
 * byte bound. Keys are hashes under a secret already, so their first bytes pick shard and bucket.
 */
#include "index.h"
#include <hg/mem.h>
#include <pthread.h>
#include <stdatomic.h>

#define SHARDS 16u
#define FIRST_BUCKETS 256u
#define ENTRY_BYTES (sizeof(struct entry) + 16) /* with its share of the buckets */

struct tag {
	uint64_t asker;
	char hex[INDEX_TAG_HEX];
};

struct entry {
	struct entry *chain;         /* of its bucket */
	struct entry *newer, *older; /* by use */
	struct index_key key;
	struct hg_stored *kept;
	uint64_t bytes; /* counted in the shard: what `kept` holds grows while it is used */
	int64_t held_until_us;
	struct index_terms terms;
	uint64_t version;
	int64_t looked_us; /* mono: when somebody looked behind the page; 0: nobody yet */
	struct tag *tags;  /* owned; NULL: none yet */
	uint32_t n_tags, room_tags, next_tag;
};

struct shard {
	pthread_mutex_t lock;
	struct entry **buckets;
	uint64_t n_buckets, n, bytes, max_bytes, evicted, n_versions;
	struct entry *newest, *oldest;
};

struct index {
	_Atomic uint32_t refs;
	struct shard shards[SHARDS];
};

static uint64_t word_of(const struct index_key *key)
{
	uint64_t word;

	memcpy(&word, key->bytes, sizeof(word));
	return word;
}

static struct shard *shard_of(struct index *x, const struct index_key *key)
{
	return &x->shards[key->bytes[15] % SHARDS];
}

static struct entry **place_of(struct shard *s, const struct index_key *key)
{
	struct entry **at = &s->buckets[word_of(key) % s->n_buckets];

	while (*at && memcmp((*at)->key.bytes, key->bytes, sizeof(key->bytes)) != 0)
		at = &(*at)->chain;
	return at;
}

static void unlink_use(struct shard *s, struct entry *e)
{
	*(e->newer ? &e->newer->older : &s->newest) = e->older;
	*(e->older ? &e->older->newer : &s->oldest) = e->newer;
	e->newer = e->older = NULL;
}

static void link_newest(struct shard *s, struct entry *e)
{
	e->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = e;
	s->newest = e;
}

static void count_bytes(struct shard *s, struct entry *e)
{
	uint64_t bytes = ENTRY_BYTES + hg_stored_bytes(e->kept) + e->room_tags * sizeof(*e->tags);

	s->bytes += bytes - e->bytes;
	e->bytes = bytes;
}

static void forget_tags(struct entry *e)
{
	hg_free(e->tags);
	e->tags = NULL;
	e->n_tags = e->room_tags = e->next_tag = 0;
}

static void remove_at(struct shard *s, struct entry **at)
{
	struct entry *e = *at;

	*at = e->chain;
	unlink_use(s, e);
	s->bytes -= e->bytes;
	s->n--;
	forget_tags(e);
	hg_stored_unref(e->kept);
	hg_free(e);
}

/* Least recently used first; what is held is passed over. */
static void shrink(struct shard *s, int64_t now_us)
{
	struct entry *e = s->oldest;

	while (e && s->bytes > s->max_bytes) {
		struct entry *newer = e->newer;
		if (e->held_until_us <= now_us) {
			remove_at(s, place_of(s, &e->key));
			s->evicted++;
		}
		e = newer;
	}
}

static void grow(struct shard *s)
{
	struct entry **old = s->buckets;
	uint64_t n_old = s->n_buckets;

	s->n_buckets *= 2;
	s->buckets = hg_alloc0(s->n_buckets * sizeof(*s->buckets));
	for (uint64_t i = 0; i < n_old; i++)
		while (old[i]) {
			struct entry *e = old[i];
			struct entry **to = &s->buckets[word_of(&e->key) % s->n_buckets];
			old[i] = e->chain;
			e->chain = *to;
			*to = e;
		}
	hg_free(old);
}

struct index *index_new(uint64_t max_bytes)
{
	struct index *x = hg_alloc0(sizeof(*x));

	atomic_init(&x->refs, 1);
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&x->shards[i].lock, NULL);
		x->shards[i].n_buckets = FIRST_BUCKETS;
		x->shards[i].buckets = hg_alloc0(FIRST_BUCKETS * sizeof(struct entry *));
		x->shards[i].max_bytes = max_bytes / SHARDS;
	}
	return x;
}

struct index *index_ref(struct index *x)
{
	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
	return x;
}

void index_unref(struct index *x)
{
	if (!x || atomic_fetch_sub_explicit(&x->refs, 1, memory_order_acq_rel) != 1)
		return;
	index_clear(x);
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&x->shards[i].lock);
		hg_free(x->shards[i].buckets);
	}
	hg_free(x);
}

void index_set_max_bytes(struct index *x, uint64_t max_bytes)
{
	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *s = &x->shards[i];
		pthread_mutex_lock(&s->lock);
		s->max_bytes = max_bytes / SHARDS;
		shrink(s, INT64_MAX);
		pthread_mutex_unlock(&s->lock);
	}
}

uint64_t index_max_bytes(struct index *x)
{
	pthread_mutex_lock(&x->shards[0].lock);
	uint64_t max_bytes = x->shards[0].max_bytes * SHARDS;
	pthread_mutex_unlock(&x->shards[0].lock);
	return max_bytes;
}

static struct index_found found_of(const struct entry *e)
{
	return (struct index_found){ hg_stored_ref(e->kept), e->terms, e->version, false };
}

bool index_hold(struct index *x, const struct index_key *key, int64_t until_us,
	struct index_found *ret_found)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = *place_of(s, key);
	bool is_there = e != NULL;
	if (is_there) {
		unlink_use(s, e);
		link_newest(s, e);
		if (until_us > e->held_until_us)
			e->held_until_us = until_us;
		*ret_found = found_of(e);
		count_bytes(s, e);
		shrink(s,
			ret_found->terms.validated_at_us); /* e too, when it is all that is left */
	}
	pthread_mutex_unlock(&s->lock);
	return is_there;
}

bool index_find(struct index *x, const struct index_key *key, struct index_found *ret_found)
{
	return index_hold(x, key, 0, ret_found);
}

static struct hg_str without_weak(struct hg_str tag)
{
	if (hg_str_starts(tag, HG_STR("W/")))
		return (struct hg_str){ tag.p + 2, tag.n - 2 };
	return tag;
}

bool index_is_tag(struct hg_str a, struct hg_str b)
{
	a = without_weak(a);
	return a.n && hg_str_is(a, without_weak(b));
}

static struct tag *tag_for(const struct entry *e, uint64_t asker)
{
	for (uint32_t i = 0; asker && i < e->n_tags; i++)
		if (e->tags[i].asker == asker)
			return &e->tags[i];
	return NULL;
}

static bool is_computed(const struct entry *e, struct hg_str tag, uint64_t asker)
{
	const struct tag *known = tag_for(e, asker);

	tag = without_weak(tag);
	return known && tag.n == INDEX_TAG_HEX + 1 && tag.p[0] == '"' &&
	       memcmp(tag.p + 1, known->hex, INDEX_TAG_HEX - 1) == 0;
}

bool index_confirm(struct index *x, const struct index_key *key, struct hg_str tag, uint64_t asker,
	struct index_found *ret_found)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = *place_of(s, key);
	bool is_own = e && index_is_tag(hg_stored_header(e->kept, "etag"), tag);
	bool is_so = is_own || (e && is_computed(e, tag, asker));
	if (is_so) {
		*ret_found = found_of(e);
		ret_found->is_computed = !is_own;
	}
	pthread_mutex_unlock(&s->lock);
	return is_so;
}

bool index_claim_look(
	struct index *x, const struct index_key *key, int64_t now_us, int64_t every_us)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = *place_of(s, key);
	bool may = e && (!e->looked_us || now_us - e->looked_us >= every_us);
	if (may)
		e->looked_us = now_us;
	pthread_mutex_unlock(&s->lock);
	return may;
}

/* The entry whose body is still that one, or NULL. Under the shard's lock. */
static struct entry *entry_of(struct shard *s, const struct index_key *key, uint64_t version)
{
	struct entry *e = *place_of(s, key);

	return e && e->version == version ? e : NULL;
}

void index_set_model(
	struct index *x, const struct index_key *key, uint64_t version, enum index_model model)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = entry_of(s, key, version);
	if (e)
		e->terms.model = model;
	pthread_mutex_unlock(&s->lock);
}

/* A place for one more: in the room there is, in more of it, or the oldest tag's. */
static struct tag *place_for_tag(struct entry *e, uint32_t most)
{
	if (e->n_tags < e->room_tags && e->n_tags < most)
		return &e->tags[e->n_tags++];
	if (e->n_tags < most) {
		uint32_t room = e->room_tags ? 2 * e->room_tags : 1;
		e->room_tags = room < most ? room : most;
		e->tags = hg_realloc(e->tags, e->room_tags * sizeof(*e->tags));
		return &e->tags[e->n_tags++];
	}
	e->next_tag = (e->next_tag + 1) % e->n_tags;
	return &e->tags[e->next_tag];
}

void index_put_tag(struct index *x, const struct index_key *key, uint64_t version, uint64_t asker,
	const char hex[INDEX_TAG_HEX], uint32_t most)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = entry_of(s, key, version);
	if (e && !tag_for(e, asker)) {
		struct tag *tag = place_for_tag(e, most);
		tag->asker = asker;
		memcpy(tag->hex, hex, sizeof(tag->hex));
		count_bytes(s, e);
	}
	pthread_mutex_unlock(&s->lock);
}

bool index_find_tag(struct index *x, const struct index_key *key, uint64_t version, uint64_t asker,
	char ret_hex[INDEX_TAG_HEX])
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry *e = entry_of(s, key, version);
	const struct tag *tag = e ? tag_for(e, asker) : NULL;
	if (tag)
		memcpy(ret_hex, tag->hex, sizeof(tag->hex));
	pthread_mutex_unlock(&s->lock);
	return tag != NULL;
}

/* The entry of that key as the newest one; made when there is none. */
static struct entry *entry_for(struct shard *s, const struct index_key *key)
{
	struct entry *e = *place_of(s, key);

	if (e) {
		unlink_use(s, e);
	} else {
		if (s->n >= s->n_buckets)
			grow(s);
		e = hg_alloc0(sizeof(*e));
		e->key = *key;
		*place_of(s, key) = e;
		s->n++;
	}
	link_newest(s, e);
	return e;
}

static void note_valid(struct shard *s, struct entry *e, const struct index_terms *terms)
{
	e->terms = *terms;
	e->held_until_us = 0; /* what waited for it has its answer */
	count_bytes(s, e);
	shrink(s, terms->validated_at_us);
}

void index_put(struct index *x, const struct index_key *key, const struct hg_stored *kept,
	const struct index_terms *terms)
{
	struct shard *s = shard_of(x, key);
	struct hg_stored *own = hg_stored_ref(kept), *gone;

	pthread_mutex_lock(&s->lock);
	struct entry *e = entry_for(s, key);
	gone = e->kept; /* NULL in a new one */
	e->kept = own;
	e->version = ++s->n_versions;
	e->looked_us = 0;
	forget_tags(e);
	note_valid(s, e, terms);
	pthread_mutex_unlock(&s->lock);
	hg_stored_unref(gone);
}

void index_renew(struct index *x, const struct index_key *key, const struct hg_stored *old,
	const struct hg_stored *kept, const struct index_terms *terms)
{
	struct shard *s = shard_of(x, key);
	struct hg_stored *gone = NULL;

	pthread_mutex_lock(&s->lock);
	struct entry *e = *place_of(s, key);
	if (e && e->kept == old) {
		gone = e->kept;
		e->kept = hg_stored_ref(kept);
		note_valid(s, entry_for(s, key), terms);
	}
	pthread_mutex_unlock(&s->lock);
	hg_stored_unref(gone);
}

void index_drop(struct index *x, const struct index_key *key)
{
	struct shard *s = shard_of(x, key);

	pthread_mutex_lock(&s->lock);
	struct entry **at = place_of(s, key);
	if (*at)
		remove_at(s, at);
	pthread_mutex_unlock(&s->lock);
}

void index_clear(struct index *x)
{
	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *s = &x->shards[i];
		pthread_mutex_lock(&s->lock);
		while (s->oldest)
			remove_at(s, place_of(s, &s->oldest->key));
		pthread_mutex_unlock(&s->lock);
	}
}

void index_look(struct index *x, struct index_state *ret_state)
{
	struct index_state sum = { 0 };

	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *s = &x->shards[i];
		pthread_mutex_lock(&s->lock);
		sum.entries += s->n;
		sum.bytes += s->bytes;
		sum.evicted += s->evicted;
		pthread_mutex_unlock(&s->lock);
	}
	*ret_state = sum;
}

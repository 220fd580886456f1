#include "forecast.h"
#include <hg/mem.h>
#include <stdatomic.h>
#include <string.h>

#define SLOTS 1024 /* of the table, for at most 4096 */
#define MAGIC "hubgate forecast"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define VERSION 1
#define HEAD_BYTES (MAGIC_BYTES + 8)
#define ROW_BYTES (8 + 4 + 4 * (size_t)DEMAND_HOURS)
#define SUM_BYTES 8
#define RATE_MAX 1e9f /* points per minute; more is nonsense */

_Static_assert(ROW_BYTES == 684, "as the header says");
_Static_assert(sizeof(float) == 4, "IEEE 754");

struct entry {
	struct demand demand;
	struct entry *same_slot;
	struct entry *newer, *older;
};

struct forecast {
	_Atomic uint32_t n_refs;
	uint32_t n_users; /* of the refs: instances */
	uint32_t n, max;
	struct entry *slots[SLOTS];
	struct entry *newest, *oldest; /* n of them */
	bool has_news, is_saving;
};

struct forecast_copy {
	uint32_t n;
	struct row {
		uint64_t ledger;
		uint32_t minutes;
		float week[DEMAND_HOURS];
	} rows[]; /* newest first */
};

struct forecast *forecast_new(uint32_t max)
{
	struct forecast *f = hg_alloc0(sizeof(*f));

	f->n_refs = f->n_users = 1;
	f->max = max;
	return f;
}

struct forecast *forecast_ref(struct forecast *f)
{
	atomic_fetch_add(&f->n_refs, 1);
	return f;
}

/* -- the set ----------------------------------------------------------------------------------- */

static struct entry **slot_of(struct forecast *f, uint64_t ledger)
{
	return &f->slots[(ledger ^ ledger >> 32) % SLOTS];
}

static void unlink_age(struct forecast *f, struct entry *e)
{
	*(e->newer ? &e->newer->older : &f->newest) = e->older;
	*(e->older ? &e->older->newer : &f->oldest) = e->newer;
}

static void make_newest(struct forecast *f, struct entry *e)
{
	e->newer = NULL;
	e->older = f->newest;
	*(f->newest ? &f->newest->newer : &f->oldest) = e;
	f->newest = e;
}

static void make_oldest(struct forecast *f, struct entry *e)
{
	e->older = NULL;
	e->newer = f->oldest;
	*(f->oldest ? &f->oldest->older : &f->newest) = e;
	f->oldest = e;
}

static void drop_oldest(struct forecast *f)
{
	struct entry *e = f->oldest, **at = slot_of(f, e->demand.ledger);

	while (*at != e)
		at = &(*at)->same_slot;
	*at = e->same_slot;
	unlink_age(f, e);
	f->n--;
	hg_free(e);
}

static struct entry *find(struct forecast *f, uint64_t ledger)
{
	struct entry *e = *slot_of(f, ledger);

	while (e && e->demand.ledger != ledger)
		e = e->same_slot;
	return e;
}

/* Without an age yet. */
static struct entry *add(struct forecast *f, uint64_t ledger)
{
	struct entry *e = hg_alloc0(sizeof(*e)), **slot = slot_of(f, ledger);

	demand_init(&e->demand, ledger);
	e->same_slot = *slot;
	*slot = e;
	f->n++;
	return e;
}

void forecast_set_max(struct forecast *f, uint32_t max)
{
	f->max = max;
	while (f->n > max)
		drop_oldest(f);
}

uint32_t forecast_count(const struct forecast *f)
{
	return f->n;
}

static void drop_all(struct forecast *f)
{
	while (f->n)
		drop_oldest(f);
}

void forecast_unref(struct forecast *f)
{
	if (!f || atomic_fetch_sub(&f->n_refs, 1) != 1)
		return;
	drop_all(f);
	hg_free(f);
}

struct forecast *forecast_join(struct forecast *f)
{
	f->n_users++;
	return forecast_ref(f);
}

void forecast_leave(struct forecast *f)
{
	f->n_users--;
	forecast_unref(f);
}

bool forecast_is_alone(const struct forecast *f)
{
	return f->n_users == 1;
}

struct demand *forecast_find(struct forecast *f, uint64_t ledger)
{
	struct entry *e = find(f, ledger);

	return e ? &e->demand : NULL;
}

struct demand *forecast_spend(struct forecast *f, uint64_t ledger)
{
	struct entry *e = find(f, ledger);

	f->has_news = true;
	if (!e) {
		if (f->n == f->max)
			drop_oldest(f);
		e = add(f, ledger);
		make_newest(f, e);
	} else if (e != f->newest) {
		unlink_age(f, e);
		make_newest(f, e);
	}
	return &e->demand;
}

/* -- bytes ------------------------------------------------------------------------------------- */

static uint64_t fnv1a(const uint8_t *p, size_t n)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint8_t *put(uint8_t *p, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		*p++ = (uint8_t)(value >> 8 * i);
	return p;
}

static uint64_t get(const uint8_t **p, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value |= (uint64_t) * (*p)++ << 8 * i;
	return value;
}

struct forecast_copy *forecast_save(struct forecast *f)
{
	if (!f->has_news || f->is_saving)
		return NULL;
	struct forecast_copy *copy = hg_alloc(sizeof(*copy) + f->n * sizeof(copy->rows[0]));
	copy->n = 0;
	for (const struct entry *e = f->newest; e; e = e->older) {
		struct row *row = &copy->rows[copy->n++];
		row->ledger = e->demand.ledger;
		row->minutes = e->demand.minutes;
		memcpy(row->week, e->demand.week, sizeof(row->week));
	}
	f->has_news = false;
	f->is_saving = true;
	return copy;
}

void forecast_saved(struct forecast *f)
{
	f->is_saving = false;
}

uint8_t *forecast_encode(const struct forecast_copy *copy, size_t *ret_n)
{
	size_t n = HEAD_BYTES + copy->n * ROW_BYTES + SUM_BYTES;
	uint8_t *bytes = hg_alloc(n), *p = bytes;

	memcpy(p, MAGIC, MAGIC_BYTES);
	p = put(p + MAGIC_BYTES, VERSION, 4);
	p = put(p, copy->n, 4);
	for (const struct row *row = copy->rows; row < copy->rows + copy->n; row++) {
		p = put(p, row->ledger, 8);
		p = put(p, row->minutes, 4);
		for (int i = 0; i < DEMAND_HOURS; i++) {
			uint32_t word;
			memcpy(&word, &row->week[i], sizeof(word));
			p = put(p, word, 4);
		}
	}
	(void)put(p, fnv1a(bytes, n - SUM_BYTES), SUM_BYTES);
	*ret_n = n;
	return bytes;
}

/* False: nonsense. */
static bool get_row(struct demand *d, const uint8_t **p)
{
	demand_init(d, get(p, 8));
	d->minutes = (uint32_t)get(p, 4);
	for (int i = 0; i < DEMAND_HOURS; i++) {
		uint32_t word = (uint32_t)get(p, 4);
		memcpy(&d->week[i], &word, sizeof(word));
		if (d->week[i] != -1 && !(d->week[i] >= 0 && d->week[i] <= RATE_MAX))
			return false; /* not a number, too */
	}
	return d->ledger != 0 && d->minutes <= DEMAND_MINUTES_MAX;
}

static int get_rows(struct forecast *f, const uint8_t *p, uint32_t n, struct hg_err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		struct demand d;
		if (!get_row(&d, &p) || find(f, d.ledger))
			return hg_err_set(err, HG_EINVAL, "ledger %u of %u is nonsense", i + 1, n);
		if (f->n == f->max)
			continue; /* the newest came first */
		struct entry *e = add(f, d.ledger);
		e->demand = d;
		make_oldest(f, e);
	}
	return 0;
}

int forecast_decode(struct forecast *f, const uint8_t *p, size_t n, struct hg_err *err)
{
	if (n < HEAD_BYTES + SUM_BYTES || memcmp(p, MAGIC, MAGIC_BYTES) != 0)
		return hg_err_set(err, HG_EINVAL, "it is no forecast");
	const uint8_t *at = p + MAGIC_BYTES, *sum = p + n - SUM_BYTES;
	uint32_t version = (uint32_t)get(&at, 4), n_rows = (uint32_t)get(&at, 4);
	if (version != VERSION)
		return hg_err_set(err, HG_EINVAL, "it is of version %u, not %u", version, VERSION);
	if ((n - HEAD_BYTES - SUM_BYTES) % ROW_BYTES != 0 ||
		(n - HEAD_BYTES - SUM_BYTES) / ROW_BYTES != n_rows)
		return hg_err_set(
			err, HG_EINVAL, "it is torn: %zu bytes for %u ledgers", n, n_rows);
	if (fnv1a(p, n - SUM_BYTES) != get(&sum, SUM_BYTES))
		return hg_err_set(err, HG_EINVAL, "its sum is wrong");
	int rc = get_rows(f, at, n_rows, err);
	if (rc < 0)
		drop_all(f);
	return rc;
}

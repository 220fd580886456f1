#include "base/metric.h"
#include "base/series.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <hg/err.h>
#include <hg/mem.h>
#include "base/bug.h"
#include "base/loop.h"
#include "base/map.h"

enum {
	SLOTS = HG_LOOPS_MAX + 1, /* 0 = all threads without a loop */
	BLOCK_WORDS = 512,
	BLOCKS_MAX = 2048,
	REFRESHERS_MAX = 16,
	KEY_MAX = HG_METRIC_NAME_MAX + HG_LABELS_MAX * (HG_LABEL_VALUE_MAX + 1) + 1,
};

static const char default_buckets[] =
	"0.001,0.0025,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10,30,60";

static _Atomic(_Atomic double *) blocks[SLOTS][BLOCKS_MAX];

/* The lock is a leaf; it guards all below. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct hg_map *families;   /* by name */
static struct hg_map *series_map; /* by name and values, see make_key */
static uint32_t n_words;
static uint32_t max_series = 1000;
static void (*refreshers[REFRESHERS_MAX])(void);
static size_t n_refreshers;

static pthread_once_t core_once = PTHREAD_ONCE_INIT;

struct core_row {
	const char *name;
	uint32_t type;
	const char *labels, *help;
};

static const struct core_row core_rows[] = {
#define X(id, name, kind, labels, help) { name, kind, labels, help },
	HG_METRICS(X)
#undef X
};

/* -- words ---------------------------------------------------------------------------------- */

/* The slot's word, or NULL when that slot never counted anything near it. */
static _Atomic double *find_word(uint32_t slot, uint32_t word)
{
	_Atomic double *block =
		atomic_load_explicit(&blocks[slot][word / BLOCK_WORDS], memory_order_acquire);
	return block ? block + word % BLOCK_WORDS : NULL;
}

static _Atomic double *make_word(uint32_t slot, uint32_t word)
{
	void *fresh = NULL;
	HG_BUG_ON(posix_memalign(&fresh, 64, BLOCK_WORDS * sizeof(double)) != 0);
	memset(fresh, 0, BLOCK_WORDS * sizeof(double)); /* all bits zero is 0.0 */
	_Atomic double *block = NULL;
	if (!atomic_compare_exchange_strong(
		    &blocks[slot][word / BLOCK_WORDS], &block, (_Atomic double *)fresh))
		free(fresh); /* another thread of slot 0 was faster */
	return find_word(slot, word);
}

static void add_to(_Atomic double *word, double amount)
{
	double v = atomic_load_explicit(word, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
		word, &v, v + amount, memory_order_relaxed, memory_order_relaxed))
		;
}

static void add_word(uint32_t word, double amount)
{
	const struct hg_loop *l = hg_loop_self();
	uint32_t slot = l ? hg_loop_index(l) + 1 : 0;
	_Atomic double *w = find_word(slot, word);
	if (!w)
		w = make_word(slot, word);
	if (!l) {
		add_to(w, amount);
		return;
	}
	/* The only writer: a load and a store, no locked instruction. */
	double v = atomic_load_explicit(w, memory_order_relaxed);
	atomic_store_explicit(w, v + amount, memory_order_relaxed);
}

/* A run that lies within one block. False: all blocks are taken. Holds the lock. */
static bool take_words(uint32_t n, uint32_t *ret_word)
{
	uint32_t word = n_words;
	if (word % BLOCK_WORDS + n > BLOCK_WORDS)
		word += BLOCK_WORDS - word % BLOCK_WORDS;
	if (word + n > BLOCK_WORDS * BLOCKS_MAX)
		return false;
	n_words = word + n;
	*ret_word = word;
	return true;
}

static uint32_t words_of(const struct hg_metric_family *f)
{
	return f->type == HG_HISTOGRAM ? f->n_buckets + 2 : 1; /* sum, buckets, +Inf */
}

/* -- series --------------------------------------------------------------------------------- */

/* At most HG_LABEL_VALUE_MAX bytes, not within a UTF-8 sequence. */
static size_t value_length(const char *value)
{
	size_t n = strnlen(value, HG_LABEL_VALUE_MAX + 1);
	if (n <= HG_LABEL_VALUE_MAX)
		return n;
	n = HG_LABEL_VALUE_MAX;
	while (n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* "name\0value\0value": values cannot hold a NUL, so no two series share a key. */
static struct hg_str make_key(
	const struct hg_metric_family *f, const char *const *values, char ret_key[KEY_MAX])
{
	size_t n = strlen(f->name);
	memcpy(ret_key, f->name, n);
	for (uint32_t i = 0; i < f->n_labels; i++) {
		const char *value = values && values[i] ? values[i] : "";
		size_t value_n = value_length(value);
		ret_key[n++] = '\0';
		memcpy(ret_key + n, value, value_n);
		n += value_n;
		if (!values || !values[i])
			values = NULL; /* NULL-padded: what follows is empty too */
	}
	return (struct hg_str){ ret_key, n };
}

/* Not yet in the family. NULL: no words left. Holds the lock. */
static struct hg_series *make_series(struct hg_metric_family *f, const char *const *values)
{
	uint32_t word;
	if (!take_words(words_of(f), &word))
		return NULL;
	struct hg_series *s = hg_alloc0(sizeof(*s));
	s->family = f;
	s->word = word;
	for (uint32_t i = 0; i < f->n_labels; i++) {
		const char *value = values && values[i] ? values[i] : "";
		s->values[i] = hg_strndup(value, value_length(value));
		if (!values || !values[i])
			values = NULL;
	}
	return s;
}

static void publish(struct hg_metric_family *f, struct hg_series *s)
{
	s->next = atomic_load_explicit(&f->series, memory_order_relaxed);
	atomic_store_explicit(&f->series, s, memory_order_release);
}

/* Holds the lock. */
static struct hg_series *find_or_make(struct hg_metric_family *f, const char *const *values)
{
	char bytes[KEY_MAX];
	struct hg_str key = make_key(f, values, bytes);
	struct hg_series *s = hg_map_find(series_map, key);
	if (s)
		return s;
	if (f->n_series < max_series || f->n_labels == 0)
		s = make_series(f, values);
	if (!s)
		return f->other;
	f->n_series++;
	(void)hg_map_put(series_map, key, s);
	publish(f, s);
	return s;
}

/* -- declaring ------------------------------------------------------------------------------- */

static bool is_name(const char *p, size_t n)
{
	if (n == 0 || n > HG_METRIC_NAME_MAX || (p[0] >= '0' && p[0] <= '9'))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_letter = p[i] >= 'a' && p[i] <= 'z';
		bool is_digit = p[i] >= '0' && p[i] <= '9';
		if (!is_letter && !is_digit && p[i] != '_')
			return false;
	}
	return true;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), end_n = strlen(end);
	return n > end_n && strcmp(name + n - end_n, end) == 0;
}

/* Cuts "a,b,c" at its commas; returns how many, or -1 when there are more than max. */
static int cut_at_commas(const char *list, struct hg_str *ret_parts, int max)
{
	int n = 0;
	for (const char *p = list; p; n++) {
		if (n == max)
			return -1;
		size_t part_n = strcspn(p, ",");
		ret_parts[n] = (struct hg_str){ p, part_n };
		p = p[part_n] ? p + part_n + 1 : NULL;
	}
	return n;
}

static int read_labels(struct hg_metric_family *f, const char *list, struct hg_err *err)
{
	struct hg_str parts[HG_LABELS_MAX];
	int n = cut_at_commas(list, parts, HG_LABELS_MAX);
	if (n < 0)
		return hg_err_set(err, HG_ETOOBIG, "more than %d labels", HG_LABELS_MAX);
	for (int i = 0; i < n; i++) {
		struct hg_str p = parts[i];
		bool is_reserved = hg_str_is(p, HG_STR("le")) || hg_str_is(p, HG_STR("quantile")) ||
		                   hg_str_starts(p, HG_STR("__"));
		if (!is_name(p.p, p.n) || is_reserved)
			return hg_err_set(
				err, HG_EINVAL, "label \"%.*s\" is no name", (int)p.n, p.p);
		for (int j = 0; j < i; j++)
			if (hg_str_is(parts[j], p))
				return hg_err_set(
					err, HG_EINVAL, "label \"%.*s\" twice", (int)p.n, p.p);
	}
	for (int i = 0; i < n; i++)
		f->labels[i] = hg_strndup(parts[i].p, parts[i].n);
	f->n_labels = (uint32_t)n;
	return HG_OK;
}

static int read_buckets(struct hg_metric_family *f, const char *list, struct hg_err *err)
{
	struct hg_str parts[HG_BUCKETS_MAX];
	int n = cut_at_commas(list ? list : default_buckets, parts, HG_BUCKETS_MAX);
	if (n < 0)
		return hg_err_set(err, HG_ETOOBIG, "more than %d buckets", HG_BUCKETS_MAX);
	for (int i = 0; i < n; i++) {
		if (!hg_parse_double(parts[i], &f->buckets[i]) || !isfinite(f->buckets[i]) ||
			(i > 0 && f->buckets[i] <= f->buckets[i - 1]))
			return hg_err_set(err, HG_EINVAL,
				"buckets are not rising numbers at \"%.*s\"", (int)parts[i].n,
				parts[i].p);
	}
	f->n_buckets = (uint32_t)n;
	return HG_OK;
}

static int check_name(const char *name, uint32_t type, struct hg_err *err)
{
	static const char *const reserved[] = { "_total", "_count", "_sum", "_bucket", "_created" };
	if (!is_name(name, strlen(name)))
		return hg_err_set(err, HG_EINVAL, "not a name of [a-z0-9_], 64 at most");
	if (type != HG_COUNTER && type != HG_GAUGE && type != HG_HISTOGRAM)
		return hg_err_set(err, HG_EINVAL, "no such type");
	if (type == HG_COUNTER) {
		if (!ends_in(name, "_total"))
			return hg_err_set(err, HG_EINVAL, "a counter's name ends in _total");
		return HG_OK;
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (ends_in(name, reserved[i]))
			return hg_err_set(err, HG_EINVAL, "%s is for other types", reserved[i]);
	return HG_OK;
}

static void family_free(struct hg_metric_family *f)
{
	for (uint32_t i = 0; i < f->n_labels; i++)
		hg_free((char *)f->labels[i]);
	hg_free((char *)f->plugin);
	hg_free((char *)f->name);
	hg_free((char *)f->help);
	hg_free(f);
}

/* NULL and err when the row is wrong. Touches nothing shared. */
static struct hg_metric_family *read_row(
	const char *plugin, const struct hg_metric *row, struct hg_err *err)
{
	struct hg_metric_family *f = hg_alloc0(sizeof(*f));
	const char *help = row->help ? row->help : "";
	int rc = check_name(row->name, row->type, err);
	if (rc == HG_OK && !*help)
		rc = hg_err_set(err, HG_EINVAL, "no help");
	if (rc == HG_OK && row->labels && *row->labels)
		rc = read_labels(f, row->labels, err);
	if (rc == HG_OK && row->type == HG_HISTOGRAM)
		rc = read_buckets(f, row->buckets, err);
	f->type = row->type;
	f->name = hg_strndup(row->name, strlen(row->name));
	f->help = hg_strndup(help, strlen(help));
	f->plugin = plugin ? hg_strndup(plugin, strlen(plugin)) : NULL;
	if (rc == HG_OK)
		return f;
	(void)hg_err_wrap(err, "metric %s", row->name);
	family_free(f);
	return NULL;
}

static bool is_same_declaration(const struct hg_metric_family *a, const struct hg_metric_family *b)
{
	if (!a->plugin || !b->plugin || strcmp(a->plugin, b->plugin) != 0)
		return false;
	if (a->type != b->type || a->n_labels != b->n_labels || a->n_buckets != b->n_buckets)
		return false;
	for (uint32_t i = 0; i < a->n_labels; i++)
		if (strcmp(a->labels[i], b->labels[i]) != 0)
			return false;
	return memcmp(a->buckets, b->buckets, sizeof(a->buckets)) == 0;
}

struct clash {
	const struct hg_metric_family *wanted, *found;
};

/* In OpenMetrics a counter x_total and a gauge x are one name. */
static bool visit_clash(void *arg, struct hg_str key, void *value)
{
	(void)key;
	struct clash *c = arg;
	const struct hg_metric_family *f = value;
	size_t n = hg_metric_stem(f->name);
	if (n != hg_metric_stem(c->wanted->name) || memcmp(f->name, c->wanted->name, n) != 0)
		return true;
	c->found = f;
	return false;
}

/* Holds the lock. True: it is new, or (*ret_known) the same again. */
static bool may_join(const struct hg_metric_family *f, bool *ret_known, struct hg_err *err)
{
	struct clash clash = { f, NULL };
	hg_map_each(families, visit_clash, &clash);
	*ret_known = clash.found != NULL;
	if (!clash.found)
		return true;
	if (strcmp(clash.found->name, f->name) == 0 && is_same_declaration(clash.found, f))
		return true;
	const char *owner = clash.found->plugin ? clash.found->plugin : "the core";
	if (f->plugin && strcmp(owner, f->plugin) == 0)
		(void)hg_err_set(err, HG_EEXIST,
			"metric %s: declared otherwise before; a change needs a restart", f->name);
	else
		(void)hg_err_set(
			err, HG_EEXIST, "metric %s: the name is taken by %s", f->name, owner);
	return false;
}

/* Holds the lock. False: no words left. */
static bool join(struct hg_metric_family *f)
{
	static const char *const others[HG_LABELS_MAX] = { "other", "other", "other", "other" };
	if (f->n_labels > 0) {
		f->other = make_series(f, others);
		if (!f->other)
			return false;
	}
	(void)hg_map_put(families, hg_str(f->name), f);
	if (f->n_labels > 0) {
		/* Whoever says "other" means this one too. */
		char bytes[KEY_MAX];
		(void)hg_map_put(series_map, make_key(f, others, bytes), f->other);
		publish(f, f->other);
		return true;
	}
	if (find_or_make(f, NULL))
		return true;
	(void)hg_map_take(families, hg_str(f->name));
	return false;
}

static void declare_core(void)
{
	pthread_mutex_lock(&lock);
	families = hg_map_new();
	series_map = hg_map_new();
	for (int i = 0; i < HG_METRIC_IDS; i++) {
		const struct core_row *row = &core_rows[i];
		const struct hg_metric m = { .name = row->name,
			.type = row->type,
			.labels = row->labels,
			.help = row->help };
		bool is_known = true;
		struct hg_metric_family *f = read_row(NULL, &m, NULL);
		HG_BUG_ON(!f);
		HG_BUG_ON(!may_join(f, &is_known, NULL) || is_known || !join(f));
	}
	pthread_mutex_unlock(&lock);
}

static bool declare_row(
	const char *plugin, const struct hg_metric *row, bool only_look, struct hg_err *err)
{
	struct hg_metric_family *f = read_row(plugin, row, err);
	if (!f)
		return false;
	bool is_known = false;
	pthread_mutex_lock(&lock);
	bool is_ok = may_join(f, &is_known, err);
	bool is_joined = is_ok && !is_known && !only_look && join(f);
	pthread_mutex_unlock(&lock);
	if (is_ok && !is_known && !only_look && !is_joined) {
		(void)hg_err_set(err, HG_EFULL, "metric %s: too many series in all", row->name);
		is_ok = false;
	}
	if (!is_joined)
		family_free(f);
	return is_ok;
}

/* -- public ----------------------------------------------------------------------------------- */

bool hg_metrics_declare(
	const char *plugin, const struct hg_metric *rows, uint32_t row_size, struct hg_err *err)
{
	pthread_once(&core_once, declare_core);
	/* First all are looked at, then all are taken: a bad table leaves nothing behind. */
	for (int pass = 0; pass < 2; pass++) {
		for (const char *p = (const char *)rows; p; p += row_size) {
			struct hg_metric row = { 0 };
			memcpy(&row, p, row_size < sizeof(row) ? row_size : sizeof(row));
			if (!row.name)
				break;
			if (!declare_row(plugin, &row, pass == 0, err))
				return false;
		}
	}
	return true;
}

void hg_metrics_set_limit(uint32_t max_series_per_metric)
{
	pthread_mutex_lock(&lock);
	max_series = max_series_per_metric;
	pthread_mutex_unlock(&lock);
}

static struct hg_series *find_by_name(const char *name, const char *const *values, bool may_make)
{
	pthread_once(&core_once, declare_core);
	pthread_mutex_lock(&lock);
	struct hg_metric_family *f = hg_map_find(families, hg_str(name));
	struct hg_series *s = NULL;
	if (f && may_make)
		s = find_or_make(f, values);
	else if (f) {
		char bytes[KEY_MAX];
		s = hg_map_find(series_map, make_key(f, values, bytes));
	}
	pthread_mutex_unlock(&lock);
	return s;
}

struct hg_series *hg_core_series(
	enum hg_metric_id id, const char *v0, const char *v1, const char *v2)
{
	const char *const values[HG_LABELS_MAX] = { v0, v1, v2, NULL };
	return find_by_name(core_rows[id].name, values, true);
}

struct hg_series *hg_series_find(void *self, const char *metric, const char *const *values)
{
	(void)self; /* names do not collide, so the metric is found without its owner */
	return find_by_name(metric, values, true);
}

static void note_use(struct hg_series *s)
{
	if (s == s->family->other && !atomic_load_explicit(&s->is_used, memory_order_relaxed))
		atomic_store_explicit(&s->is_used, true, memory_order_relaxed);
}

void hg_series_add(struct hg_series *s, double amount)
{
	if (HG_ODD(!s || s->family->type == HG_HISTOGRAM))
		return;
	if (HG_ODD(s->family->type == HG_COUNTER && !(amount >= 0)))
		return; /* a counter never falls */
	note_use(s);
	if (s->family->type == HG_GAUGE && !atomic_load_explicit(&s->is_sum, memory_order_relaxed))
		atomic_store_explicit(&s->is_sum, true, memory_order_relaxed);
	add_word(s->word, amount);
}

void hg_series_set(struct hg_series *s, double value)
{
	if (HG_ODD(!s || s->family->type != HG_GAUGE))
		return;
	note_use(s);
	if (atomic_load_explicit(&s->is_sum, memory_order_relaxed))
		value -= hg_series_sum(s, 0);
	atomic_store_explicit(&s->set, value, memory_order_relaxed);
}

void hg_series_observe(struct hg_series *s, double value)
{
	if (HG_ODD(!s || s->family->type != HG_HISTOGRAM) || HG_ODD(isnan(value)))
		return;
	note_use(s);
	uint32_t i = 0;
	while (i < s->family->n_buckets && value > s->family->buckets[i])
		i++;
	add_word(s->word, value);
	add_word(s->word + 1 + i, 1);
}

double hg_series_sum(const struct hg_series *s, uint32_t i)
{
	double sum = 0;
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		const _Atomic double *w = find_word(slot, s->word + i);
		if (w)
			sum += atomic_load_explicit(w, memory_order_relaxed);
	}
	return sum;
}

double hg_series_value(const struct hg_series *s)
{
	if (s->family->type != HG_HISTOGRAM)
		return atomic_load_explicit(&s->set, memory_order_relaxed) + hg_series_sum(s, 0);
	double n = 0;
	for (uint32_t i = 0; i <= s->family->n_buckets; i++)
		n += hg_series_sum(s, 1 + i);
	return n;
}

double hg_series_read(const struct hg_series *s)
{
	return hg_series_value(s);
}

double hg_metric_read(const char *name, const char *const *values)
{
	const struct hg_series *s = find_by_name(name, values, false);
	return s ? hg_series_value(s) : NAN;
}

static void zero_words(_Atomic double *words, size_t n)
{
	for (size_t i = 0; words && i < n; i++)
		atomic_store_explicit(&words[i], 0, memory_order_relaxed);
}

static bool zero_gauges(void *arg, struct hg_str key, void *value)
{
	struct hg_series *s = value;

	(void)arg;
	(void)key;
	atomic_store_explicit(&s->set, 0, memory_order_relaxed);
	return true;
}

void hg_metrics_zero(void)
{
	pthread_once(&core_once, declare_core);
	pthread_mutex_lock(&lock);
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		for (uint32_t word = 0; word < n_words; word += BLOCK_WORDS)
			zero_words(find_word(slot, word), BLOCK_WORDS);
	hg_map_each(series_map, zero_gauges, NULL);
	pthread_mutex_unlock(&lock);
}

void hg_metrics_on_render(void (*refresh)(void))
{
	pthread_mutex_lock(&lock);
	HG_BUG_ON(n_refreshers == REFRESHERS_MAX);
	refreshers[n_refreshers++] = refresh;
	pthread_mutex_unlock(&lock);
}

void hg_metrics_refresh(void)
{
	void (*mine[REFRESHERS_MAX])(void);
	pthread_mutex_lock(&lock);
	size_t n = n_refreshers;
	memcpy(mine, refreshers, sizeof(mine));
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < n; i++)
		mine[i]();
}

size_t hg_metric_stem(const char *name)
{
	return strlen(name) - (ends_in(name, "_total") ? strlen("_total") : 0);
}

struct family_list {
	struct hg_metric_family **all;
	size_t n;
};

static bool visit_family(void *arg, struct hg_str key, void *value)
{
	(void)key;
	struct family_list *list = arg;
	list->all[list->n++] = value;
	return true;
}

size_t hg_metric_families(struct hg_metric_family ***ret_families)
{
	pthread_once(&core_once, declare_core);
	struct family_list list = { 0 };
	pthread_mutex_lock(&lock);
	list.all = hg_alloc((hg_map_n(families) + 1) * sizeof(struct hg_metric_family *));
	hg_map_each(families, visit_family, &list);
	pthread_mutex_unlock(&lock);
	*ret_families = list.all;
	return list.n;
}

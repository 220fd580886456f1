#include "host/config/options.h"

#include "base/secret.h"
#include "base/text.h"
#include "host/config/outside.h"
#include "host/config/secrets.h"
#include <hg/err.h>
#include <hg/mem.h>
#include <stdio.h>

#define LIST_MAX 1000u

struct reading { /* one row being read */
	const struct hg_option *row;
	const char *path;
	struct hg_place place;
	void *member;
	struct hg_keep *keep;
	struct hg_faults *faults;
	bool hide; /* the value came from outside: not for messages */
};

void hg_keep_init(struct hg_keep *k)
{
	hg_arena_init(&k->arena);
	k->secrets = NULL;
	k->n_secrets = 0;
}

void hg_keep_fini(struct hg_keep *k)
{
	for (uint32_t i = 0; i < k->n_secrets; i++)
		hg_secret_unref(k->secrets[i]);
	hg_free(k->secrets);
	hg_arena_fini(&k->arena);
}

static struct hg_secret *keep_secret(struct hg_keep *k, struct hg_str bytes)
{
	k->secrets = hg_realloc(k->secrets, (k->n_secrets + 1) * sizeof(struct hg_secret *));
	return k->secrets[k->n_secrets++] = hg_secret_new(bytes);
}

struct hg_str hg_option_key(const struct hg_option *row)
{
	struct hg_str key = hg_str(row->key);

	if (row->type == HG_OPT_USEC && key.n > 3 && memcmp(key.p + key.n - 3, "_us", 3) == 0)
		key.n -= 3;
	return key;
}

static const struct hg_node *node_of(const struct hg_option *row, const struct hg_node *map)
{
	for (uint32_t i = 0; map && map->kind == HG_NODE_MAP && i < map->n; i++)
		if (hg_str_is(map->keys[i]->text, hg_option_key(row)))
			return map->items[i];
	return NULL;
}

const struct hg_option *hg_option_heir(const struct hg_option *rows, const struct hg_option *row)
{
	if (!(row->flags & HG_OPT_DEPRECATED) || !row->replaced_by)
		return NULL;
	for (const struct hg_option *heir = rows; heir->key; heir++)
		if (heir != row && hg_str_is(hg_option_key(heir), hg_str(row->replaced_by)))
			return heir;
	return NULL;
}

const struct hg_node *hg_option_node(
	const struct hg_option *rows, const struct hg_option *row, const struct hg_node *map)
{
	const struct hg_node *node = node_of(row, map);

	for (const struct hg_option *old = rows; !node && old->key; old++)
		if (hg_option_heir(rows, old) == row)
			node = node_of(old, map);
	return node;
}

size_t hg_option_width(uint32_t type)
{
	switch (type) {
	case HG_OPT_BOOL:
		return sizeof(bool);
	case HG_OPT_INT:
	case HG_OPT_USEC:
	case HG_OPT_ENUM:
		return sizeof(int64_t);
	case HG_OPT_BYTES:
		return sizeof(uint64_t);
	case HG_OPT_STRING:
	case HG_OPT_REF:
	case HG_OPT_SECRET:
		return sizeof(void *);
	case HG_OPT_SHARE:
		return sizeof(double);
	case HG_OPT_LIST:
		return sizeof(struct hg_option_list);
	case HG_OPT_MAP:
		return sizeof(struct hg_option_map);
	}
	return 0;
}

/* -- texts into numbers ------------------------------------------------------------------- */

union number {
	int64_t i;
	uint64_t u;
	double d;
};

const char *hg_option_type_name(uint32_t type)
{
	switch (type) {
	case HG_OPT_BOOL:
		return "true or false";
	case HG_OPT_INT:
		return "a whole number";
	case HG_OPT_BYTES:
		return "a size (64KiB, 256MiB)";
	case HG_OPT_USEC:
		return "a duration (250ms, 10min, 1d)";
	case HG_OPT_SHARE:
		return "a share (30% or 0.3)";
	case HG_OPT_LIST:
		return "a sequence of values";
	case HG_OPT_MAP:
		return "a mapping of names to values";
	default:
		return "a single value";
	}
}

static bool parse_bool(struct hg_str s, bool *ret_v)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (uint32_t i = 0; i < 6; i++) {
		if (!hg_str_is(s, hg_str(words[i])))
			continue;
		*ret_v = i % 2;
		return true;
	}
	return false;
}

static bool parse_number(uint32_t type, struct hg_str s, union number *ret_v)
{
	switch (type) {
	case HG_OPT_INT:
		return hg_parse_i64(s, &ret_v->i);
	case HG_OPT_USEC:
		return hg_parse_usec(s, &ret_v->i);
	case HG_OPT_BYTES:
		return hg_parse_bytes(s, &ret_v->u);
	case HG_OPT_SHARE:
		return hg_parse_share(s, &ret_v->d);
	}
	return false;
}

static bool is_less(uint32_t type, union number a, union number b)
{
	if (type == HG_OPT_BYTES)
		return a.u < b.u;
	return type == HG_OPT_SHARE ? a.d < b.d : a.i < b.i;
}

/* -1 not one of them, else the index. */
static int64_t find_choice(const char *choices, struct hg_str word)
{
	int64_t index = 0;

	for (const char *p = choices; *p; index++) {
		size_t n = strcspn(p, "|");
		if (hg_str_is(word, (struct hg_str){ p, n }))
			return index;
		p += n + (p[n] == '|');
	}
	return -1;
}

static struct hg_str choice_at(const char *choices, int64_t index)
{
	const char *p = choices;

	for (; index > 0 && *p; index--) {
		size_t n = strcspn(p, "|");
		p += n + (p[n] == '|');
	}
	return (struct hg_str){ p, strcspn(p, "|") };
}

/* -- reading one value --------------------------------------------------------------------- */

static void expected(struct reading *rd, struct hg_str got)
{
	if (rd->hide || rd->row->type == HG_OPT_SECRET)
		hg_faults_add(rd->faults, &rd->place, rd->path, "expected %s, got another value",
			hg_option_type_name(rd->row->type));
	else
		hg_faults_add(rd->faults, &rd->place, rd->path, "expected %s, got \"%.*s\"",
			hg_option_type_name(rd->row->type), (int)(got.n > 60 ? 60 : got.n), got.p);
}

static void read_number(struct reading *rd, struct hg_str s)
{
	const struct hg_option *row = rd->row;
	union number v = { 0 }, bound;

	if (!parse_number(row->type, s, &v)) {
		expected(rd, s);
		return;
	}
	if (row->min && parse_number(row->type, hg_str(row->min), &bound) &&
		is_less(row->type, v, bound)) {
		hg_faults_add(rd->faults, &rd->place, rd->path,
			"%.*s is below the smallest value, %s", rd->hide ? 2 : (int)s.n,
			rd->hide ? "it" : s.p, row->min);
		return;
	}
	if (row->max && parse_number(row->type, hg_str(row->max), &bound) &&
		is_less(row->type, bound, v)) {
		hg_faults_add(rd->faults, &rd->place, rd->path,
			"%.*s is above the largest value, %s", rd->hide ? 2 : (int)s.n,
			rd->hide ? "it" : s.p, row->max);
		return;
	}
	memcpy(rd->member, &v, hg_option_width(row->type));
}

static void read_choice(struct reading *rd, struct hg_str s)
{
	const char *choices = rd->row->choices;
	int64_t index = find_choice(choices, s);
	const char *words[32];
	char copy[512], list[512] = "";
	uint32_t n = 0;

	if (index >= 0) {
		*(int64_t *)rd->member = index;
		return;
	}
	snprintf(copy, sizeof(copy), "%s", choices);
	for (char *p = copy; *p && n < 32;) {
		size_t len = strcspn(p, "|");
		bool last = p[len] == 0;
		p[len] = 0;
		size_t at = strlen(list);
		snprintf(list + at, sizeof(list) - at, "%s%s", n ? ", " : "", p);
		words[n++] = p;
		p += len + !last;
	}
	const char *meant = hg_meant(s, words, n);
	hg_faults_add(rd->faults, &rd->place, rd->path, "expected one of %s, got \"%.*s\"%s%s%s",
		list, rd->hide ? 3 : (int)(s.n > 60 ? 60 : s.n), rd->hide ? "***" : s.p,
		meant ? " (did you mean \"" : "", meant ? meant : "", meant ? "\"?)" : "");
}

static void read_text(struct reading *rd, struct hg_str s)
{
	switch (rd->row->type) {
	case HG_OPT_BOOL:
		if (!parse_bool(s, rd->member))
			expected(rd, s);
		return;
	case HG_OPT_ENUM:
		read_choice(rd, s);
		return;
	case HG_OPT_STRING:
	case HG_OPT_REF:
		*(const char **)rd->member = hg_arena_copy(&rd->keep->arena, s).p;
		return;
	case HG_OPT_SECRET:
		if (s.n)
			*(struct hg_secret **)rd->member = keep_secret(rd->keep, s);
		else if (!rd->hide) /* "${env:NAME:-}" may be empty: then there is none */
			hg_faults_add(rd->faults, &rd->place, rd->path,
				"is empty; leave it out, or write ${env:NAME:-}");
		return;
	default:
		read_number(rd, s);
	}
}

/* Interpolates a scalar into `out`. */
static bool expand(struct reading *rd, const struct hg_node *node, struct hg_text *out)
{
	struct hg_err err = HG_ERR_INIT;

	rd->place = node->place;
	rd->hide = false;
	if (node->kind != HG_NODE_SCALAR) {
		hg_faults_add(rd->faults, &node->place, rd->path, "expected %s, got %s",
			hg_option_type_name(rd->row->type), hg_node_kind_name(node));
		return false;
	}
	if (node->is_verbatim) {
		hg_text_add(out, node->text);
		return true;
	}
	if (hg_interpolate(node->text, out, &rd->hide, &err) == 0) {
		if (rd->hide)
			hg_faults_hide(rd->faults, hg_text_str(out));
		return true;
	}
	hg_faults_add(rd->faults, &node->place, rd->path, "%s", err.text);
	return false;
}

static const char *read_word(struct reading *rd, const struct hg_node *node)
{
	struct hg_text text;
	const char *word = NULL;

	hg_text_init(&text);
	if (expand(rd, node, &text))
		word = hg_arena_copy(&rd->keep->arena, hg_text_str(&text)).p;
	hg_text_wipe(&text);
	return word;
}

static void read_list(struct reading *rd, const struct hg_node *node)
{
	uint32_t n = node->kind == HG_NODE_SEQUENCE ? node->n : 1;
	struct hg_option_list list = { NULL, 0 };

	if (node->kind == HG_NODE_MAP || n > LIST_MAX) {
		hg_faults_add(rd->faults, &node->place, rd->path, "expected %s, got %s",
			hg_option_type_name(HG_OPT_LIST),
			n > LIST_MAX ? "too many" : hg_node_kind_name(node));
		return;
	}
	const char **items = hg_arena_alloc0(&rd->keep->arena, (n + 1) * sizeof(*items));
	for (uint32_t i = 0; i < n; i++) {
		const char *word =
			read_word(rd, node->kind == HG_NODE_SEQUENCE ? node->items[i] : node);
		if (word)
			items[list.n++] = word;
	}
	list.items = items;
	*(struct hg_option_list *)rd->member = list;
}

static void read_pairs(struct reading *rd, const struct hg_node *node)
{
	struct hg_option_map map = { NULL, NULL, 0 };

	if (node->kind != HG_NODE_MAP || node->n > LIST_MAX) {
		hg_faults_add(rd->faults, &node->place, rd->path, "expected %s, got %s",
			hg_option_type_name(HG_OPT_MAP),
			node->kind == HG_NODE_MAP ? "too many" : hg_node_kind_name(node));
		return;
	}
	const char **keys = hg_arena_alloc0(&rd->keep->arena, (node->n + 1) * sizeof(*keys));
	const char **values = hg_arena_alloc0(&rd->keep->arena, (node->n + 1) * sizeof(*values));
	for (uint32_t i = 0; i < node->n; i++) {
		const char *word = read_word(rd, node->items[i]);
		if (!word)
			continue;
		keys[map.n] = hg_arena_copy(&rd->keep->arena, node->keys[i]->text).p;
		values[map.n++] = word;
	}
	map.keys = keys;
	map.values = values;
	*(struct hg_option_map *)rd->member = map;
}

static void read_value(struct reading *rd, const struct hg_node *node)
{
	struct hg_text text;

	rd->place = node->place;
	if (hg_node_is_null(node)) /* "key:" alone leaves the default */
		return;
	if (rd->row->type == HG_OPT_LIST) {
		read_list(rd, node);
		return;
	}
	if (rd->row->type == HG_OPT_MAP) {
		read_pairs(rd, node);
		return;
	}
	hg_text_init(&text);
	if (expand(rd, node, &text))
		read_text(rd, (struct hg_str){ text.p ? text.p : "", text.n });
	hg_text_wipe(&text);
}

/* The default, in the notation of the file; a list's parts are parted by commas. */
static void read_default(struct reading *rd)
{
	const char *deflt = rd->row->deflt;

	if (!deflt || rd->row->type == HG_OPT_MAP)
		return;
	if (rd->row->type != HG_OPT_LIST) {
		read_text(rd, hg_str(deflt));
		return;
	}
	struct hg_node *list = hg_node_empty(&rd->keep->arena, &rd->place, HG_NODE_SEQUENCE);
	for (const char *p = deflt; *p;) {
		size_t n = strcspn(p, ",");
		struct hg_node *item =
			hg_node_scalar(&rd->keep->arena, &rd->place, (struct hg_str){ p, n });
		item->is_verbatim = true;
		hg_node_add(&rd->keep->arena, list, item);
		p += n;
		p += strspn(p, ", ");
	}
	read_list(rd, list);
}

/* -- tables ----------------------------------------------------------------------------------- */

int hg_options_check(const struct hg_option *rows, uint64_t conf_size, struct hg_err *err)
{
	_Alignas(16) char member[64];
	uint32_t n = 0;

	for (const struct hg_option *row = rows; row && row->key; row++) {
		struct hg_keep keep;
		struct hg_faults faults;
		size_t width = hg_option_width(row->type);

		if (++n > HG_OPTIONS_MAX)
			return hg_err_set(err, HG_EINVAL, "more than %u options", HG_OPTIONS_MAX);
		if (!width)
			return hg_err_set(err, HG_EINVAL, "option \"%s\" has the unknown type %u",
				row->key, row->type);
		if (row->offset > conf_size || width > conf_size - row->offset)
			return hg_err_set(err, HG_EINVAL,
				"option \"%s\" (%zu bytes at %llu) lies outside its struct of %llu "
				"bytes",
				row->key, width, (unsigned long long)row->offset,
				(unsigned long long)conf_size);
		if (row->type == HG_OPT_ENUM && (!row->choices || !row->choices[0]))
			return hg_err_set(err, HG_EINVAL, "option \"%s\" has no choices", row->key);
		for (const struct hg_option *twin = rows; twin < row; twin++) {
			if (hg_str_is(hg_option_key(twin), hg_option_key(row)))
				return hg_err_set(
					err, HG_EINVAL, "option \"%s\" has two rows", row->key);
		}

		hg_keep_init(&keep);
		hg_faults_init(&faults);
		memset(member, 0, sizeof(member));
		struct reading rd = {
			.row = row, .path = "", .member = member, .keep = &keep, .faults = &faults
		};
		read_default(&rd);
		bool bad = faults.n > 0;
		if (bad)
			hg_err_set(err, HG_EINVAL, "option \"%s\": its own default: %s", row->key,
				faults.items[0].message);
		hg_faults_fini(&faults);
		hg_keep_fini(&keep);
		if (bad)
			return HG_EINVAL;
	}
	return 0;
}

static void refuse_unknown(const struct hg_option *rows, const char *path,
	const struct hg_node *key, const char *const *others, struct hg_keep *keep,
	struct hg_faults *faults)
{
	const char *words[HG_OPTIONS_MAX + 16];
	uint32_t n = 0;

	for (const struct hg_option *row = rows; row && row->key && n < HG_OPTIONS_MAX; row++)
		words[n++] = hg_arena_copy(&keep->arena, hg_option_key(row)).p;
	for (; others && *others && n < HG_OPTIONS_MAX + 16; others++)
		words[n++] = *others;

	const char *meant = hg_meant(key->text, words, n);
	const char *full = hg_arena_printf(&keep->arena, "%s%s%.*s", path, path[0] ? "." : "",
		(int)(key->text.n > 60 ? 60 : key->text.n), key->text.p)
	                           .p;
	hg_faults_add(faults, &key->place, full, "unknown option%s%s%s",
		meant ? " (did you mean \"" : "", meant ? meant : "", meant ? "\"?)" : "");
}

static bool is_known(const struct hg_option *rows, struct hg_str key, const char *const *others)
{
	for (const struct hg_option *row = rows; row && row->key; row++) {
		if (hg_str_is(hg_option_key(row), key))
			return true;
	}
	for (; others && *others; others++) {
		if (hg_str_is(hg_str(*others), key))
			return true;
	}
	return false;
}

/* An old key: what stands there is read as if it stood under the new one. */
static void read_old(struct reading *rd, const struct hg_option *heir, const struct hg_node *map,
	const struct hg_node *node)
{
	void *member = (char *)rd->member - rd->row->offset + heir->offset;

	if (node_of(heir, map)) {
		hg_faults_warn(rd->faults, &node->place, rd->path,
			"is deprecated, and not used: %s is set", rd->row->replaced_by);
		return;
	}
	hg_faults_warn(rd->faults, &node->place, rd->path, "is deprecated: write %s",
		rd->row->replaced_by);
	struct reading as_heir = *rd;
	as_heir.row = heir;
	as_heir.member = member;
	read_value(&as_heir, node);
	if (rd->row->type == heir->type)
		memmove(rd->member, member, hg_option_width(heir->type));
}

/* `wrong`: where the map should be stands something else, which was said. */
static void read_row(
	struct reading *rd, const struct hg_option *rows, const struct hg_node *map, bool wrong)
{
	const struct hg_node *node = node_of(rd->row, map);
	const struct hg_node *any = hg_option_node(rows, rd->row, map);

	if (hg_option_heir(rows, rd->row))
		return; /* when the heirs have their defaults */
	read_default(rd);
	if ((!any || hg_node_is_null(any)) && (rd->row->flags & HG_OPT_REQUIRED) && !wrong)
		hg_faults_add(rd->faults,
			any   ? &any->place
			: map ? &map->place
			      : NULL,
			rd->path, "must be set: %s", rd->row->help ? rd->row->help : "");
	if (!node)
		return;
	if (rd->row->flags & HG_OPT_DEPRECATED)
		hg_faults_warn(rd->faults, &node->place, rd->path, "is deprecated: write %s",
			rd->row->replaced_by ? rd->row->replaced_by : "nothing instead");
	read_value(rd, node);
}

static struct reading reading_of(const struct hg_option *row, const char *path, void *conf,
	struct hg_keep *keep, struct hg_faults *faults)
{
	struct hg_str key = hg_option_key(row);
	struct hg_str full = hg_arena_printf(
		&keep->arena, "%s%s%.*s", path, path[0] ? "." : "", (int)key.n, key.p);

	return (struct reading){ .row = row,
		.path = full.p,
		.keep = keep,
		.faults = faults,
		.member = (char *)conf + row->offset };
}

uint32_t hg_options_read(const struct hg_option *rows, const char *path, const struct hg_node *map,
	const char *const *others, void *conf, struct hg_keep *keep, struct hg_faults *faults)
{
	uint32_t before = faults->n_errors;
	bool wrong = false;

	if (map && hg_node_is_null(map))
		map = NULL;
	if (map && map->kind != HG_NODE_MAP) {
		wrong = true;
		hg_faults_add(faults, &map->place, path, "expected a mapping of options, got %s",
			hg_node_kind_name(map));
		map = NULL;
	}
	for (uint32_t i = 0; map && i < map->n; i++) {
		if (!is_known(rows, map->keys[i]->text, others))
			refuse_unknown(rows, path, map->keys[i], others, keep, faults);
	}
	for (const struct hg_option *row = rows; row && row->key; row++) {
		struct reading rd = reading_of(row, path, conf, keep, faults);
		read_row(&rd, rows, map, wrong);
	}
	for (const struct hg_option *row = rows; row && row->key; row++) {
		const struct hg_option *heir = hg_option_heir(rows, row);
		const struct hg_node *node = heir ? node_of(row, map) : NULL;
		struct reading rd = reading_of(row, path, conf, keep, faults);
		if (node)
			read_old(&rd, heir, map, node);
	}
	return faults->n_errors - before;
}

const char *hg_node_word(const struct hg_node *node, const char *path, struct hg_keep *keep,
	struct hg_faults *faults)
{
	static const struct hg_option row = { .type = HG_OPT_STRING };
	struct reading rd = { .row = &row, .path = path, .keep = keep, .faults = faults };

	return read_word(&rd, node);
}

/* -- showing ----------------------------------------------------------------------------------- */

static void print_words(const char *const *words, uint32_t n, struct hg_text *out)
{
	hg_text_add_char(out, '[');
	for (uint32_t i = 0; i < n; i++) {
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(out, hg_str(words[i]));
	}
	hg_text_add_char(out, ']');
}

static void print_map(const struct hg_option_map *map, struct hg_text *out)
{
	hg_text_add_char(out, '{');
	for (uint32_t i = 0; i < map->n; i++) {
		hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
		hg_text_add_json(out, hg_str(map->keys[i]));
		hg_text_add_char(out, ':');
		hg_text_add_json(out, hg_str(map->values[i]));
	}
	hg_text_add_char(out, '}');
}

static void print_unit(const struct hg_option *row, const void *member, struct hg_text *out)
{
	hg_text_add_char(out, '"');
	if (row->type == HG_OPT_USEC)
		hg_text_add_usec(out, *(const int64_t *)member);
	else
		hg_text_add_bytes(out, *(const uint64_t *)member);
	hg_text_add_char(out, '"');
}

/* A URL of a proxy may have a name and a password in it: they are nobody's to read. */
static void print_word(const char *word, struct hg_text *out)
{
	struct hg_text shown;
	const char *host = strstr(word, "://");

	host = host ? host + 3 : word;
	/* The last @: a password may have any character in it. */
	const char *at = strrchr(host, '@');
	hg_text_init(&shown);
	if (at && host != word) {
		hg_text_add(&shown, (struct hg_str){ word, (size_t)(host - word) });
		host = at + 1;
	} else {
		host = word;
	}
	hg_text_add(&shown, hg_str(host));
	hg_text_add_json(out, hg_text_str(&shown));
	hg_text_fini(&shown);
}

void hg_option_print(const struct hg_option *row, const void *conf, struct hg_text *out)
{
	const void *member = (const char *)conf + row->offset;
	const void *pointer = NULL;

	switch (row->type) {
	case HG_OPT_BOOL:
		hg_text_add(out, *(const bool *)member ? HG_STR("true") : HG_STR("false"));
		return;
	case HG_OPT_INT:
		hg_text_printf(out, "%lld", (long long)*(const int64_t *)member);
		return;
	case HG_OPT_BYTES:
	case HG_OPT_USEC:
		print_unit(row, member, out);
		return;
	case HG_OPT_SHARE:
		hg_text_printf(out, "%g", *(const double *)member);
		return;
	case HG_OPT_ENUM:
		hg_text_add_json(out, choice_at(row->choices, *(const int64_t *)member));
		return;
	case HG_OPT_LIST:
		print_words(((const struct hg_option_list *)member)->items,
			((const struct hg_option_list *)member)->n, out);
		return;
	case HG_OPT_MAP:
		print_map(member, out);
		return;
	}
	memcpy(&pointer, member, sizeof(pointer));
	if (!pointer)
		hg_text_add(out, HG_STR("null"));
	else if (row->type == HG_OPT_SECRET)
		hg_text_add(out, HG_STR("\"***\""));
	else
		print_word(pointer, out);
}

void hg_options_print(const struct hg_option *rows, const void *conf, const struct hg_node *map,
	struct hg_text *out)
{
	for (const struct hg_option *row = rows; row->key; row++) {
		if (row > rows)
			hg_text_add_char(out, ',');
		hg_text_add_json(out, hg_option_key(row));
		hg_text_add_char(out, ':');
		if (hg_outside_is_hidden(row, hg_option_node(rows, row, map)))
			hg_text_add(out, HG_STR("\"***\""));
		else
			hg_option_print(row, conf, out);
	}
}

static bool is_same_secret(const struct hg_secret *a, const struct hg_secret *b)
{
	size_t n = 0;

	if (!a || !b)
		return a == b;
	const char *bytes = hg_secret_bytes(b, &n);
	return hg_secret_is(a, (struct hg_str){ bytes, n });
}

bool hg_option_is_same(const struct hg_option *row, const void *a, const void *b)
{
	struct hg_text one, two;

	if (row->type == HG_OPT_STRING) { /* printed, two passwords would look alike */
		const char *x = *(const char *const *)((const char *)a + row->offset);
		const char *y = *(const char *const *)((const char *)b + row->offset);
		return x && y ? strcmp(x, y) == 0 : x == y;
	}
	if (row->type == HG_OPT_SECRET) {
		struct hg_secret *const *x = (void *)((char *)(uintptr_t)a + row->offset);
		struct hg_secret *const *y = (void *)((char *)(uintptr_t)b + row->offset);
		return is_same_secret(*x, *y);
	}
	hg_text_init(&one);
	hg_text_init(&two);
	hg_option_print(row, a, &one);
	hg_option_print(row, b, &two);
	bool same = hg_str_is(hg_text_str(&one), hg_text_str(&two));
	hg_text_fini(&one);
	hg_text_fini(&two);
	return same;
}

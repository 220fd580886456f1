#include "wishes.h"

#define SECONDS_MOST INT64_C(2147483648) /* RFC 9111, 1.2.2: what is larger is taken for this */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct hg_str trimmed(struct hg_str s)
{
	while (s.n && is_space(s.p[0]))
		s = (struct hg_str){ s.p + 1, s.n - 1 };
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The next part of a list from *at on. A comma between quotes is none. */
static struct hg_str next_part(struct hg_str list, size_t *at)
{
	size_t from = *at, i = from;
	bool is_quoted = false;

	for (; i < list.n && (is_quoted || list.p[i] != ','); i++) {
		if (is_quoted && list.p[i] == '\\' && i + 1 < list.n)
			i++;
		else if (list.p[i] == '"')
			is_quoted = !is_quoted;
	}
	*at = i + 1;
	return trimmed((struct hg_str){ list.p + from, i - from });
}

/* Seconds as a token or quoted; `otherwise` when it says no number. */
static int64_t seconds_of(struct hg_str value, int64_t otherwise)
{
	int64_t s = 0;

	if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		value = (struct hg_str){ value.p + 1, value.n - 2 };
	if (!value.n)
		return otherwise;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return otherwise;
		s = s * 10 + (value.p[i] - '0');
		if (s > SECONDS_MOST)
			s = SECONDS_MOST;
	}
	return s;
}

static void take(struct wishes *w, struct hg_str part)
{
	const char *equals = part.n ? memchr(part.p, '=', part.n) : NULL;
	size_t n_name = equals ? (size_t)(equals - part.p) : part.n;
	struct hg_str name = trimmed((struct hg_str){ part.p, n_name });
	struct hg_str value = { 0 };

	if (equals)
		value = trimmed((struct hg_str){ equals + 1, part.n - n_name - 1 });
	if (hg_str_is_nocase(name, HG_STR("no-cache"))) {
		w->wants_fresh = true;
	} else if (hg_str_is_nocase(name, HG_STR("no-store"))) {
		w->no_store = true;
	} else if (hg_str_is_nocase(name, HG_STR("only-if-cached"))) {
		w->only_kept = true;
	} else if (hg_str_is_nocase(name, HG_STR("max-age"))) {
		int64_t s = seconds_of(value, 0);
		w->max_age_s = s < w->max_age_s ? s : w->max_age_s;
	} else if (hg_str_is_nocase(name, HG_STR("min-fresh"))) {
		int64_t s = seconds_of(value, SECONDS_MOST);
		w->min_fresh_s = s > w->min_fresh_s ? s : w->min_fresh_s;
	}
}

void wishes_read(const struct hg_field *fields, uint32_t n, struct wishes *ret_wishes)
{
	struct wishes w = { .max_age_s = INT64_MAX };

	for (uint32_t i = 0; i < n; i++) {
		struct hg_str list = fields[i].value;
		if (!hg_str_is_nocase(fields[i].name, HG_STR("cache-control")))
			continue;
		for (size_t at = 0; at < list.n;)
			take(&w, next_part(list, &at));
	}
	*ret_wishes = w;
}

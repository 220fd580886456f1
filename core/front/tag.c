#include "front/tag.h"

#define MARK HG_STR("-hg1-")

enum {
	HEX_BYTES = 16,
	END_BYTES = 5 + HEX_BYTES + 1, /* mark, number, quote */
};

static struct hg_str without_weak(struct hg_str tag)
{
	if (hg_str_starts(tag, HG_STR("W/"))) {
		tag.p += 2;
		tag.n -= 2;
	}
	return tag;
}

bool hg_tag_next(struct hg_str list, size_t *at, struct hg_str *ret_tag)
{
	size_t i = *at;

	while (i < list.n && (list.p[i] == ' ' || list.p[i] == '\t' || list.p[i] == ','))
		i++;
	if (i == list.n)
		return false;
	size_t from = i;
	if (list.p[i] == '*') {
		i++;
	} else {
		if (list.n - i >= 2 && list.p[i] == 'W' && list.p[i + 1] == '/')
			i += 2;
		if (i == list.n || list.p[i] != '"')
			return false;
		const char *end = memchr(list.p + i + 1, '"', list.n - i - 1);
		if (!end)
			return false;
		i = (size_t)(end - list.p) + 1;
	}
	*ret_tag = (struct hg_str){ list.p + from, i - from };
	*at = i;
	return true;
}

bool hg_tag_list_has(struct hg_str list, struct hg_str tag)
{
	struct hg_str each;
	size_t at = 0;

	tag = without_weak(tag);
	while (hg_tag_next(list, &at, &each))
		if (each.p[0] == '*' || hg_str_is(without_weak(each), tag))
			return true;
	return false;
}

static bool is_one_tag(struct hg_str text)
{
	struct hg_str tag;
	size_t at = 0;

	return hg_tag_next(text, &at, &tag) && tag.n == text.n && tag.p[0] != '*';
}

/* "-hg1-0123456789abcdef\"" */
static void write_end(const struct hg_rewrite *w, char ret_end[END_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	memcpy(ret_end, MARK.p, MARK.n);
	for (unsigned i = 0; i < HEX_BYTES; i++)
		ret_end[MARK.n + i] = digits[w->mark >> (60 - 4 * i) & 15];
	ret_end[END_BYTES - 1] = '"';
}

void hg_rewrite_add_tag(const struct hg_rewrite *w, struct hg_text *out, struct hg_str tag)
{
	char end[END_BYTES];

	if (!hg_rewrite_is_on(w) || !is_one_tag(tag)) {
		hg_text_add(out, tag);
		return;
	}
	write_end(w, end);
	hg_text_add(out, (struct hg_str){ tag.p, tag.n - 1 });
	hg_text_add(out, (struct hg_str){ end, END_BYTES });
}

static bool is_ours(struct hg_str tag, const char end[END_BYTES])
{
	struct hg_str strong = without_weak(tag);

	return strong.n > END_BYTES && memcmp(strong.p + strong.n - END_BYTES, end, END_BYTES) == 0;
}

bool hg_rewrite_tags_back(const struct hg_rewrite *w, struct hg_text *out, struct hg_str list)
{
	char end[END_BYTES];
	struct hg_str tag;
	size_t at = 0, copied = 0;

	if (!hg_rewrite_is_on(w))
		return false;
	write_end(w, end);
	while (hg_tag_next(list, &at, &tag)) {
		if (!is_ours(tag, end))
			continue;
		size_t cut = at - END_BYTES;
		hg_text_add(out, (struct hg_str){ list.p + copied, cut - copied });
		hg_text_add_char(out, '"');
		copied = at;
	}
	if (!copied)
		return false;
	hg_text_add(out, (struct hg_str){ list.p + copied, list.n - copied });
	return true;
}

void hg_rewrite_add_tag_held(
	const struct hg_rewrite *w, struct hg_text *out, struct hg_str list, struct hg_str tag)
{
	struct hg_str each, strong = without_weak(tag);
	char end[END_BYTES];
	size_t at = 0;

	write_end(w, end);
	while (hg_rewrite_is_on(w) && strong.n && hg_tag_next(list, &at, &each)) {
		struct hg_str own = without_weak(each);
		if (is_ours(each, end) && own.n == strong.n + END_BYTES - 1 &&
			memcmp(own.p, strong.p, strong.n - 1) == 0) {
			hg_rewrite_add_tag(w, out, tag);
			return;
		}
	}
	hg_text_add(out, tag);
}

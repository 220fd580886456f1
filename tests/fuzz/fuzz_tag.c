/*
 * Any bytes as If-None-Match or If-Match and, behind a newline, as an ETag of GitHub. The first
 * byte chooses the client's base.
 *
 * Must hold: tags come in their order, each of its form, with nothing but blanks and commas
 * between them; a list has each of its tags, weak or strong, and none whose bytes are not in it;
 * what we make of GitHub's tag is one tag of ours again and leads back to it, and only for this
 * base; a list without tags of ours stays, and what is written can be sent if what came could.
 */
#include <stdlib.h>

#include "front/http1.h"
#include "front/tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hg_rewrite bases[] = {
	{ .to = "http://localhost", .mark = 0x0123456789abcdefull },
	{ .to = "http://localhost:3001/api/v3", .mark = 0x0123456789abcdeeull },
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct hg_str strong(struct hg_str tag)
{
	return tag.n >= 2 && tag.p[0] == 'W' ? (struct hg_str){ tag.p + 2, tag.n - 2 } : tag;
}

static bool is_form_of_tag(struct hg_str tag)
{
	struct hg_str s = strong(tag);

	return s.n >= 2 && s.p[0] == '"' && memchr(s.p + 1, '"', s.n - 1) == s.p + s.n - 1 &&
	       (s.n == tag.n || tag.p[1] == '/');
}

/* Of its tags: how many; each is checked. */
static uint32_t check_list(struct hg_str list)
{
	struct hg_str tag;
	size_t at = 0, before = 0;
	uint32_t n = 0;

	for (; hg_tag_next(list, &at, &tag); before = at, n++) {
		check(tag.p >= list.p + before && tag.p + tag.n == list.p + at);
		for (const char *p = list.p + before; p < tag.p; p++)
			check(*p == ' ' || *p == '\t' || *p == ',');
		check(hg_str_is(tag, HG_STR("*")) || is_form_of_tag(tag));
		if (tag.p[0] == '*')
			continue;
		check(hg_tag_list_has(list, tag));
		check(hg_tag_list_has(list, strong(tag)));
		check(hg_tag_list_has(tag, strong(tag)) && hg_tag_list_has(strong(tag), tag));
	}
	check(at == before); /* it stays where no tag follows */
	return n;
}

static void check_comparison(struct hg_str list, struct hg_str tag)
{
	if (!is_form_of_tag(tag) || !hg_tag_list_has(list, tag))
		return;
	struct hg_str s = strong(tag);
	check(memchr(list.p, '*', list.n) || memmem(list.p, list.n, s.p, s.n));
}

/* GitHub's tag to the client and back. */
static void check_way(const struct hg_rewrite *w, const struct hg_rewrite *other, struct hg_str tag)
{
	struct hg_text ours, back;

	hg_text_init(&ours);
	hg_text_init(&back);
	hg_rewrite_add_tag(w, &ours, tag);
	struct hg_str own = hg_text_str(&ours);
	if (!is_form_of_tag(tag)) {
		check(hg_str_is(own, tag));
		check(!is_form_of_tag(own));
	} else {
		check(is_form_of_tag(own) && own.n > tag.n);
		check(!hg_tag_list_has(own, tag));
		check(!hg_rewrite_tags_back(other, &back, own) && !back.n);
		check(hg_rewrite_tags_back(w, &back, own));
		check(hg_str_is(hg_text_str(&back), tag));
		hg_text_clear(&back);
		hg_rewrite_add_tag_held(w, &back, own, tag);
		check(hg_str_is(hg_text_str(&back), own));
		hg_text_clear(&back);
		hg_rewrite_add_tag_held(other, &back, own, tag);
		check(hg_str_is(hg_text_str(&back), tag));
	}
	hg_text_fini(&ours);
	hg_text_fini(&back);
}

static void check_back(const struct hg_rewrite *w, struct hg_str list, uint32_t n_tags)
{
	struct hg_text back;

	hg_text_init(&back);
	if (!hg_rewrite_tags_back(w, &back, list)) {
		check(!back.n);
	} else {
		struct hg_str out = hg_text_str(&back);
		check(n_tags > 0 && memmem(list.p, list.n, "-hg1-", 5));
		check(out.n < list.n && (list.n - out.n) % 21 == 0); /* mark and number */
		check(check_list(out) == n_tags);
		if (hg_http1_is_field_value(list))
			check(hg_http1_is_field_value(out));
	}
	hg_text_fini(&back);
}

/* The tag of a 304: GitHub's, or ours of it if the client sent that. */
static void check_held(const struct hg_rewrite *w, struct hg_str list, struct hg_str tag)
{
	struct hg_text held, ours;

	hg_text_init(&held);
	hg_text_init(&ours);
	hg_rewrite_add_tag(w, &ours, tag);
	hg_rewrite_add_tag_held(w, &held, list, tag);
	struct hg_str out = hg_text_str(&held), own = hg_text_str(&ours);
	check(hg_str_is(out, tag) || hg_str_is(out, own));
	if (is_form_of_tag(tag) && !memchr(list.p ? list.p : "", '*', list.n))
		check(hg_str_is(out, own) == hg_tag_list_has(list, own));
	hg_text_fini(&held);
	hg_text_fini(&ours);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const struct hg_rewrite *w = &bases[data[0] & 1], *other = &bases[~data[0] & 1];
	struct hg_str list = { (const char *)data + 1, size - 1 };
	const char *newline = list.n ? memchr(list.p, '\n', list.n) : NULL;
	struct hg_str tag = { list.p + list.n, 0 };

	if (newline) {
		tag = (struct hg_str){ newline + 1, (size_t)(list.p + list.n - newline) - 1 };
		list.n = (size_t)(newline - list.p);
	}
	uint32_t n_tags = check_list(list);
	check_comparison(list, tag);
	check_way(w, other, tag);
	check_back(w, list, n_tags);
	check_held(w, list, tag);
	return 0;
}

#include "pages.h"
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define PER_PAGE 30u /* GitHub's, when a query does not say */
#define PER_PAGE_MOST 100u
#define PAGE_MOST 100000u

/* -- queries ----------------------------------------------------------------------------------- */

static bool next_piece(struct hg_str query, size_t *at, struct hg_str *ret_piece)
{
	if (*at >= query.n)
		return false;
	const char *from = query.p + *at, *amp = memchr(from, '&', query.n - *at);
	*ret_piece = (struct hg_str){ from, amp ? (size_t)(amp - from) : query.n - *at };
	*at += ret_piece->n + 1;
	return true;
}

/* "name=value": true, and what follows the sign. */
static bool is_named(struct hg_str piece, const char *name, struct hg_str *ret_value)
{
	size_t n = strlen(name);

	if (piece.n <= n || piece.p[n] != '=' || memcmp(piece.p, name, n) != 0)
		return false;
	*ret_value = (struct hg_str){ piece.p + n + 1, piece.n - n - 1 };
	return true;
}

/* False: it is there and no such number. Not there: `otherwise`. */
static bool number_of(struct hg_str query, const char *name, uint64_t otherwise, uint64_t most,
	uint64_t *ret_number)
{
	struct hg_str piece, value;
	uint64_t number = otherwise;

	for (size_t at = 0; next_piece(query, &at, &piece);) {
		if (!is_named(piece, name, &value))
			continue;
		number = 0;
		for (size_t i = 0; i < value.n; i++) {
			if (value.p[i] < '0' || value.p[i] > '9' || number > most)
				return false;
			number = number * 10 + (uint64_t)(value.p[i] - '0');
		}
		if (number < 1 || number > most)
			return false;
	}
	*ret_number = number;
	return true;
}

static bool has_cursor(struct hg_str query)
{
	static const char *const cursors[] = { "after", "before", "cursor" };
	struct hg_str piece, value;

	for (size_t at = 0; next_piece(query, &at, &piece);)
		for (size_t i = 0; i < sizeof(cursors) / sizeof(*cursors); i++)
			if (is_named(piece, cursors[i], &value))
				return true;
	return false;
}

/* -- items ------------------------------------------------------------------------------------- */

/* Where a string that begins at `i` has its closing quote. */
static size_t end_of_string(struct hg_str body, size_t i)
{
	for (i++; i < body.n && body.p[i] != '"'; i++)
		if (body.p[i] == '\\')
			i++;
	return i;
}

/* The commas between the items of the outermost array, and one; GitHub's JSON is well-formed. */
static uint64_t count_items(struct hg_str body)
{
	uint64_t depth = 0, n = 0;

	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];
		if (c == '"')
			i = end_of_string(body, i);
		else if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}')
			depth--;
		else if (c == ',' && depth == 1)
			n++;
	}
	return n + 1;
}

bool page_is_full(struct hg_str query, struct hg_str body)
{
	uint64_t page, per_page;

	return body.n > 2 && body.p[0] == '[' && !has_cursor(query) &&
	       number_of(query, "page", 1, PAGE_MOST, &page) &&
	       number_of(query, "per_page", PER_PAGE, PER_PAGE_MOST, &per_page) &&
	       count_items(body) == per_page;
}

/* -- links ------------------------------------------------------------------------------------- */

/* The URL of that relation, {0} for none. */
static struct hg_str url_of(struct hg_str link, const char *rel)
{
	char words[32];
	size_t n = (size_t)snprintf(words, sizeof(words), ">; rel=\"%s\"", rel);
	const char *mark = link.n ? memmem(link.p, link.n, words, n) : NULL;
	const char *from = mark;

	while (from && from > link.p && from[-1] != '<')
		from--;
	return from && from > link.p ? (struct hg_str){ from, (size_t)(mark - from) }
	                             : (struct hg_str){ 0 };
}

bool page_has_next(struct hg_str link)
{
	return url_of(link, "next").n > 0;
}

/* Text that is put together within a bound; nothing is added once it was reached. */
struct out {
	char *p;
	size_t n, size;
	bool is_over;
};

static void put(struct out *o, struct hg_str s)
{
	o->is_over = o->is_over || s.n > o->size - o->n;
	if (o->is_over || !s.n)
		return;
	memcpy(o->p + o->n, s.p, s.n);
	o->n += s.n;
}

/* The query with another page: in its place, or at the end. */
static void put_with_page(struct out *o, struct hg_str query, uint64_t page)
{
	struct hg_str piece, value;
	bool is_said = false;
	char text[32];
	size_t n = (size_t)snprintf(text, sizeof(text), "page=%" PRIu64, page);

	for (size_t at = 0; next_piece(query, &at, &piece);) {
		bool is_page = is_named(piece, "page", &value);
		if (at - piece.n - 1 > 0)
			put(o, HG_STR("&"));
		put(o, is_page ? (struct hg_str){ text, n } : piece);
		is_said |= is_page;
	}
	if (!is_said) {
		put(o, query.n ? HG_STR("&") : HG_STR(""));
		put(o, (struct hg_str){ text, n });
	}
}

bool page_behind(struct hg_str query, char *ret_query, size_t size, size_t *ret_n)
{
	struct out out = { .p = ret_query, .size = size };
	uint64_t page;

	if (!number_of(query, "page", 1, PAGE_MOST, &page))
		return false;
	put_with_page(&out, query, page + 1);
	if (!out.is_over)
		*ret_n = out.n;
	return !out.is_over;
}

static void put_link(struct out *o, struct hg_str url, const char *rel)
{
	put(o, HG_STR("<"));
	put(o, url);
	put(o, HG_STR(">; rel=\""));
	put(o, hg_str(rel));
	put(o, HG_STR("\""));
}

bool page_link(struct hg_str query, struct hg_str own, struct hg_str behind,
	char ret_link[PAGE_LINK_BYTES], size_t *ret_n)
{
	struct hg_str back = url_of(behind, "prev"), last = url_of(behind, "last");
	const char *mark = back.n ? memchr(back.p, '?', back.n) : NULL;
	struct out out = { .p = ret_link, .size = PAGE_LINK_BYTES };
	char text[PAGE_LINK_BYTES];
	struct out next = { .p = text, .size = sizeof(text) };
	uint64_t page, page_back;

	if (!mark || !number_of(query, "page", 1, PAGE_MOST, &page))
		return false;
	size_t n_path = (size_t)(mark - back.p) + 1;
	struct hg_str query_back = { mark + 1, back.n - n_path };
	if (!number_of(query_back, "page", 0, PAGE_MOST, &page_back) || page_back != page)
		return false;
	put(&next, (struct hg_str){ back.p, n_path });
	put_with_page(&next, query_back, page + 1);
	struct hg_str url = { next.p, next.n };
	put_link(&out, url, "next");
	put(&out, HG_STR(", "));
	put_link(&out, last.n ? last : url, "last");
	if (own.n) {
		put(&out, HG_STR(", "));
		put(&out, own);
	}
	if (next.is_over || out.is_over)
		return false;
	*ret_n = out.n;
	return true;
}

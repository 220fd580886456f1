/*
 * Any bytes as fields of a reply, of which one is kept, and as a client's validators: lines
 * "name: value", and a last one after an empty line, the list of tags.
 *
 * Must hold: what is rendered of a kept reply are whole lines, one for each field, without the
 * hop-by-hop, the framing and the fleeting ones, and nothing in it ends a head; a form for a base
 * has as many fields, and its tag is found in a list that has it; a list translated for GitHub has
 * GitHub's tag where it had ours, and translating twice changes nothing more; comparing is weak.
 */
#include <stdlib.h>

#include "front/fields.h"
#include "front/http1.h"
#include "front/stored.h"
#include "front/tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 24 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct hg_str cut_line(struct hg_str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct hg_str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	rest->p += line.n + (end != NULL);
	rest->n -= line.n + (end != NULL);
	return line;
}

static uint32_t split(struct hg_str *in, struct hg_field fields[FIELDS])
{
	uint32_t n = 0;

	while (n < FIELDS) {
		struct hg_str line = cut_line(in);
		const char *mark = line.n ? memmem(line.p, line.n, ": ", 2) : NULL;
		if (!line.n)
			break;
		size_t name = mark ? (size_t)(mark - line.p) : line.n, at = mark ? name + 2 : name;
		fields[n++] = (struct hg_field){ { line.p, name }, { line.p + at, line.n - at } };
	}
	return n;
}

/* Each line is a field that may be kept; `n` of them. */
static void check_lines(struct hg_str lines, uint32_t n)
{
	uint32_t n_seen = 0;

	for (; lines.n; n_seen++) {
		const char *end = memmem(lines.p, lines.n, "\r\n", 2);
		check(end && end > lines.p);
		struct hg_str line = { lines.p, (size_t)(end - lines.p) };
		const char *mark = memmem(line.p, line.n, ": ", 2);
		check(mark != NULL);
		struct hg_str name = { line.p, (size_t)(mark - line.p) };
		check(hg_http1_is_field_name(name));
		check(!hg_field_stays_here(name) && !hg_field_is_fleeting(name));
		check(!hg_str_is_nocase(name, HG_STR("transfer-encoding")) &&
			!hg_str_is_nocase(name, HG_STR("content-length")) &&
			!hg_str_is_nocase(name, HG_STR("set-cookie")));
		check(!memchr(line.p, '\n', line.n) && !memchr(line.p, '\r', line.n) &&
			!memchr(line.p, 0, line.n));
		lines.p += line.n + 2;
		lines.n -= line.n + 2;
	}
	check(n_seen == n);
}

static void check_tag(const struct hg_rewrite *w, struct hg_str tag, struct hg_str list)
{
	struct hg_text ours, back, held, longer;

	hg_text_init(&ours);
	hg_text_init(&back);
	hg_text_init(&held);
	hg_text_init(&longer);
	hg_rewrite_add_tag(w, &ours, tag);
	if (!hg_str_is(hg_text_str(&ours), tag)) { /* it is a tag */
		check(hg_tag_list_has(hg_text_str(&ours), hg_text_str(&ours)));
		check(!hg_tag_list_has(hg_text_str(&ours), tag));
		check(hg_rewrite_tags_back(w, &back, hg_text_str(&ours)));
		check(hg_str_is(hg_text_str(&back), tag));
		hg_rewrite_add_tag_held(w, &held, hg_text_str(&ours), tag);
		check(hg_str_is(hg_text_str(&held), hg_text_str(&ours)));
		hg_text_printf(&longer, "%.*s,", (int)ours.n, ours.p);
		hg_text_add(&longer, list);
		hg_text_clear(&back);
		check(hg_rewrite_tags_back(w, &back, hg_text_str(&longer)));
		check(hg_tag_list_has(hg_text_str(&back), tag));
	}
	hg_text_clear(&back);
	if (hg_rewrite_tags_back(w, &back, list)) {
		struct hg_str each, was;
		size_t at = 0, was_at = 0;
		check(back.n < list.n);
		while (hg_tag_next(list, &was_at, &was))
			check(hg_tag_next(hg_text_str(&back), &at, &each) && each.n <= was.n);
		check(hg_http1_is_field_value(hg_text_str(&back)) ||
			!hg_http1_is_field_value(list));
	} else {
		check(back.n == 0);
	}
	hg_text_fini(&ours);
	hg_text_fini(&back);
	hg_text_fini(&held);
	hg_text_fini(&longer);
}

static void check_list(struct hg_str list)
{
	struct hg_str tag;
	size_t at = 0, before;

	for (before = at; hg_tag_next(list, &at, &tag); before = at) {
		check(tag.p >= list.p + before && tag.p + tag.n == list.p + at && tag.n);
		check(tag.p[0] == '*' || (tag.n >= 2 && tag.p[tag.n - 1] == '"'));
		check(hg_tag_list_has(list, tag));
	}
	check(at == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hg_snapshot snapshot = { .n_upstreams = 1,
		.upstreams[0].base_url = "https://api.github.com" };
	struct hg_field fields[FIELDS];
	struct hg_rewrite w;

	if (size < 1)
		return 0;
	struct hg_str rest = { (const char *)data + 1, size - 1 };
	uint32_t n = split(&rest, fields);
	hg_rewrite_init(&w, &snapshot, 0, data[0] & 1, false, HG_STR("localhost:1"),
		data[0] & 2 ? HG_STR("/api/v3") : HG_STR(""));
	for (uint32_t i = 0; i < n; i++) {
		(void)hg_field_goes_up(fields[i].name);
		check(!hg_field_goes_up(fields[i].name) || !hg_field_stays_here(fields[i].name));
		check(!hg_field_is_validator(fields[i].name) || hg_field_goes_up(fields[i].name));
	}

	struct hg_stored *kept = hg_stored_make(200, fields, n, rest);
	uint32_t n_links = 0;
	for (uint32_t i = 0; i < kept->n_fields; i++)
		n_links += hg_field_has_links(kept->fields[i].name);
	check_lines(kept->lines, kept->n_fields - n_links);
	struct hg_stored *form = hg_stored_take_for(hg_stored_ref(kept), &w);
	check(form->n_fields == kept->n_fields && form->is_json == kept->is_json);
	if (form != kept)
		check_lines(form->lines, form->n_fields);
	check(form->is_json || hg_str_is(form->body, kept->body));
	check(form->is_json || hg_str_is(form->etag, kept->etag));

	check_list(rest);
	check_tag(&w, kept->etag, rest);
	hg_stored_unref(form);
	hg_stored_unref(kept);
	return 0;
}

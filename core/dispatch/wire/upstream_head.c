#include "dispatch/wire/upstream_head.h"

#define MAX_HEAD_BYTES (128u << 10)

static bool is_value(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 ? s.p[i] != '\t' : s.p[i] == 0x7f)
			return false;
	return true;
}

/* RFC 9110, 5.6.2: tchar */
static bool is_token_char(char c)
{
	char lower = (char)(c | 0x20);

	if ((lower >= 'a' && lower <= 'z') || c == '-' || (c >= '0' && c <= '9'))
		return true;
	return c && strchr("!#$%&'*+.^_`|~", c);
}

static bool is_name(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static struct hg_str without_blanks(struct hg_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct hg_str){ s.p + 1, s.n - 1 };
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

void hg_upstream_head_init(struct hg_upstream_head *h)
{
	hg_text_init(&h->text);
	h->n_parts = 0;
	h->status = 0;
}

void hg_upstream_head_fini(struct hg_upstream_head *h)
{
	hg_text_fini(&h->text);
}

void hg_upstream_head_begin(struct hg_upstream_head *h, struct hg_str line)
{
	const char *space = line.n ? memchr(line.p, ' ', line.n) : NULL;
	uint64_t status = 0;

	hg_text_clear(&h->text);
	h->n_parts = 0;
	if (!space || line.n - (size_t)(space - line.p) < 4 ||
		!hg_parse_u64((struct hg_str){ space + 1, 3 }, &status))
		status = 0;
	h->status = (int)status;
}

bool hg_upstream_head_add(struct hg_upstream_head *h, struct hg_str line)
{
	const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

	if (!colon || h->n_parts == HG_UPSTREAM_HEAD_FIELDS || h->text.n + line.n > MAX_HEAD_BYTES)
		return false;
	struct hg_str name = { line.p, (size_t)(colon - line.p) };
	struct hg_str value = without_blanks((struct hg_str){ colon + 1, line.n - name.n - 1 });
	if (!is_name(name) || !is_value(value))
		return false;

	uint32_t at = (uint32_t)h->text.n, i = h->n_parts++;
	hg_text_add(&h->text, name);
	hg_text_add(&h->text, value);
	h->parts[i].name_at = at;
	h->parts[i].name_n = (uint32_t)name.n;
	h->parts[i].value_at = at + (uint32_t)name.n;
	h->parts[i].value_n = (uint32_t)value.n;
	return true;
}

/* -- the whole --------------------------------------------------------------------------------- */

/* What a look at all fields tells that decides about each. */
struct look {
	struct hg_str length; /* p = NULL: none */
	bool is_malformed, is_coded, has_connection;
};

static void look_at(struct look *look, const struct hg_field *f)
{
	uint64_t length;

	switch (f->name.n) {
	case sizeof("connection") - 1:
		look->has_connection |= hg_str_is_nocase(f->name, HG_STR("connection"));
		return;
	case sizeof("content-length") - 1:
		if (!hg_str_is_nocase(f->name, HG_STR("content-length")))
			return;
		look->is_malformed |= !hg_parse_u64(f->value, &length) ||
		                      (look->length.p && !hg_str_is(look->length, f->value));
		look->length = f->value;
		return;
	case sizeof("transfer-encoding") - 1:
		look->is_coded |= hg_str_is_nocase(f->name, HG_STR("transfer-encoding"));
		return;
	default:
		return;
	}
}

/* The fields that a Connection field names are hop-by-hop as well. */
static bool is_named_by_connection(const struct hg_field *fields, uint32_t n, struct hg_str name)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!hg_str_is_nocase(fields[i].name, HG_STR("connection")))
			continue;
		struct hg_str list = fields[i].value;
		while (list.n) {
			const char *comma = memchr(list.p, ',', list.n);
			size_t word_n = comma ? (size_t)(comma - list.p) : list.n;
			if (hg_str_is_nocase(
				    without_blanks((struct hg_str){ list.p, word_n }), name))
				return true;
			size_t cut = word_n + (comma != NULL);
			list = (struct hg_str){ list.p + cut, list.n - cut };
		}
	}
	return false;
}

static bool is_hop_by_hop(struct hg_str name)
{
	switch (name.n) {
	case 2:
		return hg_str_is_nocase(name, HG_STR("te"));
	case 7:
		return hg_str_is_nocase(name, HG_STR("trailer")) ||
		       hg_str_is_nocase(name, HG_STR("upgrade"));
	case 10:
		return hg_str_is_nocase(name, HG_STR("connection")) ||
		       hg_str_is_nocase(name, HG_STR("keep-alive"));
	case 16:
		return hg_str_is_nocase(name, HG_STR("proxy-connection"));
	case 17:
		return hg_str_is_nocase(name, HG_STR("transfer-encoding"));
	default:
		return false;
	}
}

struct hg_head *hg_upstream_head_make(const struct hg_upstream_head *h)
{
	struct hg_field fields[HG_UPSTREAM_HEAD_FIELDS], kept[HG_UPSTREAM_HEAD_FIELDS];
	struct look look = { 0 };
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < h->n_parts; i++) {
		fields[i].name =
			(struct hg_str){ h->text.p + h->parts[i].name_at, h->parts[i].name_n };
		fields[i].value =
			(struct hg_str){ h->text.p + h->parts[i].value_at, h->parts[i].value_n };
		look_at(&look, &fields[i]);
	}
	if (look.is_malformed)
		return NULL;
	for (uint32_t i = 0; i < h->n_parts; i++) {
		struct hg_str name = fields[i].name;
		if (is_hop_by_hop(name) ||
			/* the coding says where the body ends, whatever the length says */
			(look.is_coded && hg_str_is_nocase(name, HG_STR("content-length"))) ||
			(look.has_connection && is_named_by_connection(fields, h->n_parts, name)))
			continue;
		kept[n_kept++] = fields[i];
	}
	return hg_head_new(h->status, kept, n_kept);
}

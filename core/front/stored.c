#include "front/stored.h"
#include "front/fields.h"
#include "front/http1.h"
#include "front/rewrite.h"
#include <hg/mem.h>

/* Parts may come from a second-level cache: what could begin a field of its own is left out. */
static bool is_kept(const struct hg_field *f)
{
	return !hg_field_stays_here(f->name) && !hg_field_is_fleeting(f->name) &&
	       hg_http1_is_field_name(f->name) && hg_http1_is_field_value(f->value);
}

static char *append(char *at, struct hg_str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

static void note_known(struct hg_stored *kept, const struct hg_field *f)
{
	if (hg_str_is_nocase(f->name, HG_STR("etag")))
		kept->etag = f->value;
	else if (hg_str_is_nocase(f->name, HG_STR("link")))
		kept->link = f->value;
	else if (hg_str_is_nocase(f->name, HG_STR("location")))
		kept->location = f->value;
}

/* Writes "Name: value\r\n" at *at and points `own` into it. Fields with links are written behind
 * the others, so that `lines` is one run without them. */
static void render(char **at, struct hg_field *own, const struct hg_field *f)
{
	own->name = (struct hg_str){ *at, f->name.n };
	*at = append(*at, f->name);
	*at = append(*at, HG_STR(": "));
	own->value = (struct hg_str){ *at, f->value.n };
	*at = append(*at, f->value);
	*at = append(*at, HG_STR("\r\n"));
}

struct hg_stored *hg_stored_make(
	int status, const struct hg_field *fields, uint32_t n, struct hg_str body)
{
	size_t text_bytes = 0;
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (is_kept(&fields[i])) {
			text_bytes += fields[i].name.n + fields[i].value.n + 4;
			n_kept++;
		}

	size_t size =
		sizeof(struct hg_stored) + n_kept * sizeof(struct hg_field) + text_bytes + body.n;
	struct hg_stored *kept = hg_alloc0(size);
	struct hg_field *own = (struct hg_field *)(kept + 1);
	char *at = (char *)(own + n_kept), *lines = at;

	atomic_init(&kept->refs, 1);
	kept->status = status;
	kept->bytes = size;
	kept->fields = own;
	kept->n_fields = n_kept;
	for (int with_links = 0; with_links < 2; with_links++) {
		for (uint32_t i = 0; i < n; i++) {
			if (!is_kept(&fields[i]) ||
				hg_field_has_links(fields[i].name) != with_links)
				continue;
			render(&at, own, &fields[i]);
			note_known(kept, own++);
		}
		if (!with_links)
			kept->lines = (struct hg_str){ lines, (size_t)(at - lines) };
	}
	kept->body = (struct hg_str){ at, body.n };
	(void)append(at, body);
	return kept;
}

struct hg_stored *hg_stored_new(const struct hg_reply *reply, struct hg_str body)
{
	uint32_t n;
	const struct hg_field *fields = hg_reply_headers(reply, &n);

	return hg_stored_make(hg_reply_status(reply), fields, n, body);
}

static bool has_field(const struct hg_field *fields, uint32_t n, struct hg_str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (hg_str_is_nocase(fields[i].name, name))
			return true;
	return false;
}

/* What a 304 says of the framing of a body that it does not carry. */
static bool describes_body(struct hg_str name)
{
	return hg_str_is_nocase(name, HG_STR("content-type")) ||
	       hg_str_is_nocase(name, HG_STR("content-encoding"));
}

struct hg_stored *hg_stored_renew(const struct hg_stored *old, const struct hg_reply *reply)
{
	uint32_t n_new, n = 0;
	const struct hg_field *newer = hg_reply_headers(reply, &n_new);
	struct hg_field *all = hg_alloc((n_new + old->n_fields + 1) * sizeof(*all));

	for (uint32_t i = 0; i < n_new; i++)
		if (!describes_body(newer[i].name))
			all[n++] = newer[i];
	uint32_t n_taken = n;
	for (uint32_t i = 0; i < old->n_fields; i++)
		if (!has_field(all, n_taken, old->fields[i].name))
			all[n++] = old->fields[i];

	struct hg_stored *kept = hg_stored_make(old->status, all, n, old->body);
	hg_free(all);
	return kept;
}

struct hg_stored *hg_stored_ref(const struct hg_stored *kept)
{
	struct hg_stored *own = (struct hg_stored *)kept;

	atomic_fetch_add_explicit(&own->refs, 1, memory_order_relaxed);
	return own;
}

void hg_stored_unref(struct hg_stored *kept)
{
	if (kept && atomic_fetch_sub_explicit(&kept->refs, 1, memory_order_acq_rel) == 1)
		hg_free(kept);
}

int hg_stored_status(const struct hg_stored *kept)
{
	return kept->status;
}

struct hg_str hg_stored_header(const struct hg_stored *kept, const char *name)
{
	for (uint32_t i = 0; i < kept->n_fields; i++)
		if (hg_str_is_nocase(kept->fields[i].name, hg_str(name)))
			return kept->fields[i].value;
	return (struct hg_str){ 0 };
}

struct hg_str hg_stored_body(const struct hg_stored *kept)
{
	return kept->body;
}

uint64_t hg_stored_bytes(const struct hg_stored *kept)
{
	return kept->bytes;
}

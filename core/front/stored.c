#include "front/stored.h"
#include "base/arena.h"
#include "front/fields.h"
#include "front/http1.h"
#include "front/rewrite_json.h"
#include "front/tag.h"
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

/* What is asked for: fields and body, copied unless said so. */
struct parts {
	int status;
	const struct hg_field *fields;
	uint32_t n;
	struct hg_str body, base;
	bool shares_body;
	bool is_form; /* `lines` has the fields with links, too */
};

static void render_all(struct hg_stored *kept, const struct parts *parts, char **at)
{
	struct hg_field *own = (struct hg_field *)kept->fields;
	char *lines = *at;

	for (int with_links = 0; with_links < 2; with_links++) {
		for (uint32_t i = 0; i < parts->n; i++) {
			const struct hg_field *f = &parts->fields[i];
			if (hg_field_has_links(f->name) != with_links || !is_kept(f))
				continue;
			render(at, own, f);
			note_known(kept, own++);
		}
		if (!with_links || parts->is_form)
			kept->lines = (struct hg_str){ lines, (size_t)(*at - lines) };
	}
	if (parts->is_form)
		kept->link = kept->location = (struct hg_str){ 0 };
}

static struct hg_stored *make(const struct parts *parts)
{
	size_t text_bytes = parts->base.n + (parts->shares_body ? 0 : parts->body.n);
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < parts->n; i++)
		if (is_kept(&parts->fields[i])) {
			text_bytes += parts->fields[i].name.n + parts->fields[i].value.n + 4;
			n_kept++;
		}

	size_t size = sizeof(struct hg_stored) + n_kept * sizeof(struct hg_field) + text_bytes;
	struct hg_stored *kept = hg_alloc(size); /* fields and text are all written below */
	*kept = (struct hg_stored){ 0 };
	struct hg_field *own = (struct hg_field *)(kept + 1);
	char *at = (char *)(own + n_kept);

	atomic_init(&kept->refs, 1);
	atomic_init(&kept->forms_bytes, 0);
	for (unsigned i = 0; i < HG_STORED_FORMS; i++)
		atomic_init(&kept->forms[i], NULL);
	kept->status = parts->status;
	kept->bytes = size;
	kept->fields = own;
	kept->n_fields = n_kept;
	render_all(kept, parts, &at);
	kept->base = (struct hg_str){ at, parts->base.n };
	at = append(at, parts->base);
	kept->body = parts->shares_body ? parts->body : (struct hg_str){ at, parts->body.n };
	if (!parts->shares_body)
		(void)append(at, parts->body);
	kept->is_json = hg_rewrite_json_is_for(parts->status,
		hg_stored_header(kept, "content-type"), hg_stored_header(kept, "content-encoding"));
	return kept;
}

struct hg_stored *hg_stored_make(
	int status, const struct hg_field *fields, uint32_t n, struct hg_str body)
{
	struct parts parts = { .status = status, .fields = fields, .n = n, .body = body };

	return make(&parts);
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
	struct hg_stored *counted = own->of ? own->of : own;

	atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
	return own;
}

void hg_stored_unref(struct hg_stored *kept)
{
	if (!kept)
		return;
	if (kept->of)
		kept = kept->of;
	if (atomic_fetch_sub_explicit(&kept->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < HG_STORED_FORMS; i++)
		hg_free(atomic_load_explicit(&kept->forms[i], memory_order_relaxed));
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
	return kept->bytes + atomic_load_explicit(&kept->forms_bytes, memory_order_relaxed);
}

/* -- forms ------------------------------------------------------------------------------------- */

static struct hg_str rewritten(const struct hg_rewrite *w, const struct hg_stored *kept,
	const struct hg_field *f, struct hg_arena *arena)
{
	struct hg_text text;

	hg_text_init(&text);
	if (hg_field_has_links(f->name))
		hg_rewrite_add(w, &text, f->value);
	else if (kept->is_json && hg_str_is_nocase(f->name, HG_STR("etag")))
		hg_rewrite_add_tag(w, &text, f->value);
	else
		return f->value;
	struct hg_str value = hg_arena_copy(arena, hg_text_str(&text));
	hg_text_fini(&text);
	return value;
}

static struct hg_stored *make_form(
	struct hg_stored *kept, const struct hg_rewrite *w, bool may_share)
{
	struct hg_field *fields = hg_alloc((kept->n_fields + 1) * sizeof(*fields));
	struct hg_arena arena;
	struct hg_text body;

	hg_arena_init(&arena);
	hg_text_init(&body);
	for (uint32_t i = 0; i < kept->n_fields; i++)
		fields[i] = (struct hg_field){ kept->fields[i].name,
			rewritten(w, kept, &kept->fields[i], &arena) };
	bool differs = kept->is_json && hg_rewrite_json_whole(w, kept->body, &body);
	struct parts parts = { .status = kept->status,
		.fields = fields,
		.n = kept->n_fields,
		.body = differs ? hg_text_str(&body) : kept->body,
		.base = hg_str(w->to),
		.shares_body = !differs && may_share,
		.is_form = true };
	struct hg_stored *form = make(&parts);
	form->mark = w->mark;
	hg_text_fini(&body);
	hg_arena_fini(&arena);
	hg_free(fields);
	return form;
}

static bool is_form_for(const struct hg_stored *form, const struct hg_rewrite *w)
{
	return form->mark == w->mark && hg_str_is(form->base, hg_str(w->to));
}

/* The form of that base in *slot on, or NULL; *slot is then the first empty one. */
static struct hg_stored *find_form(
	struct hg_stored *kept, const struct hg_rewrite *w, unsigned *slot)
{
	for (; *slot < HG_STORED_FORMS; ++*slot) {
		struct hg_stored *form =
			atomic_load_explicit(&kept->forms[*slot], memory_order_acquire);
		if (!form)
			return NULL;
		if (is_form_for(form, w))
			return form;
	}
	return NULL;
}

/* Another thread may have been faster: then its form is taken, or the next slot. */
static struct hg_stored *put_form(
	struct hg_stored *kept, const struct hg_rewrite *w, struct hg_stored *form, unsigned slot)
{
	form->of = kept;
	while (slot < HG_STORED_FORMS) {
		struct hg_stored *none = NULL;
		if (atomic_compare_exchange_strong_explicit(&kept->forms[slot], &none, form,
			    memory_order_release, memory_order_acquire)) {
			atomic_fetch_add_explicit(
				&kept->forms_bytes, form->bytes, memory_order_relaxed);
			return form;
		}
		struct hg_stored *other = find_form(kept, w, &slot);
		if (other) {
			hg_free(form);
			return other;
		}
	}
	hg_free(form);
	return NULL;
}

struct hg_stored *hg_stored_take_for(struct hg_stored *kept, const struct hg_rewrite *w)
{
	unsigned slot = 0;

	if (!hg_rewrite_is_on(w) || kept->base.n ||
		(!kept->is_json && !kept->link.p && !kept->location.p))
		return kept;
	struct hg_stored *form = find_form(kept, w, &slot);
	if (!form && slot < HG_STORED_FORMS)
		form = put_form(kept, w, make_form(kept, w, true), slot);
	if (form)
		return form; /* which counts where the reply does */
	form = make_form(kept, w, false);
	hg_stored_unref(kept);
	return form;
}

#include "ticket/head.h"
#include "base/text.h"
#include <hg/mem.h>

static struct hg_str copy_at(char **at, struct hg_str s)
{
	struct hg_str copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

struct hg_head *hg_head_new(int status, const struct hg_field *fields, uint32_t n)
{
	size_t text_bytes = 0;

	for (uint32_t i = 0; i < n; i++)
		text_bytes += fields[i].name.n + fields[i].value.n;

	struct hg_head *h = hg_alloc(sizeof(*h) + n * sizeof(struct hg_field) + text_bytes);
	struct hg_field *own = (struct hg_field *)(h + 1);
	char *at = (char *)(own + n);

	atomic_init(&h->refs, 1);
	h->status = status;
	h->length_bytes = -1;
	h->n_fields = n;
	h->fields = own;
	for (uint32_t i = 0; i < n; i++) {
		own[i].name = copy_at(&at, fields[i].name);
		own[i].value = copy_at(&at, fields[i].value);
	}

	uint64_t length;
	if (hg_parse_u64(hg_head_find(h, "content-length"), &length) && length <= INT64_MAX)
		h->length_bytes = (int64_t)length;
	return h;
}

struct hg_head *hg_head_ref(struct hg_head *h)
{
	atomic_fetch_add_explicit(&h->refs, 1, memory_order_relaxed);
	return h;
}

void hg_head_unref(struct hg_head *h)
{
	if (h && atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) == 1)
		hg_free(h);
}

struct hg_str hg_head_find(const struct hg_head *h, const char *name)
{
	struct hg_str wanted = hg_str(name);

	for (uint32_t i = 0; i < h->n_fields; i++)
		if (hg_str_is_nocase(h->fields[i].name, wanted))
			return h->fields[i].value;
	return (struct hg_str){ 0 };
}

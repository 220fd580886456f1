/*
 * Any bytes as the head of GitHub's reply: its lines are the input's.
 *
 * Must hold: a head that is made has only tokens as names, no control character but the tab in a
 * value, no field of the connection, and one length at most that is a number.
 */
#include <stdlib.h>

#include "dispatch/wire/upstream_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_field(const struct hg_field *f)
{
	static const char *const hops[] = { "connection", "keep-alive", "proxy-connection", "te",
		"trailer", "transfer-encoding", "upgrade" };
	uint64_t length;

	check(f->name.n > 0);
	for (size_t i = 0; i < f->name.n; i++) {
		unsigned char c = (unsigned char)f->name.p[i];
		check(c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c));
	}
	for (size_t i = 0; i < f->value.n; i++) {
		unsigned char c = (unsigned char)f->value.p[i];
		check((c >= 0x20 || c == '\t') && c != 0x7f);
	}
	for (size_t i = 0; i < sizeof(hops) / sizeof(*hops); i++)
		check(!hg_str_is_nocase(f->name, hg_str(hops[i])));
	if (hg_str_is_nocase(f->name, HG_STR("content-length")))
		check(hg_parse_u64(f->value, &length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hg_upstream_head h;
	struct hg_str in = { (const char *)data, size };
	bool is_first = true, is_whole = true;

	hg_upstream_head_init(&h);
	while (in.n && is_whole) {
		const char *end = memchr(in.p, '\n', in.n);
		size_t n = end ? (size_t)(end - in.p) : in.n;
		struct hg_str line = { in.p, n };
		if (is_first)
			hg_upstream_head_begin(&h, line);
		else
			is_whole = hg_upstream_head_add(&h, line);
		is_first = false;
		n += end != NULL;
		in = (struct hg_str){ in.p + n, in.n - n };
	}
	check(h.status >= 0 && h.status <= 999);
	struct hg_head *head = is_whole ? hg_upstream_head_make(&h) : NULL;
	for (uint32_t i = 0; head && i < head->n_fields; i++)
		check_field(&head->fields[i]);
	if (head)
		hg_head_unref(head);
	hg_upstream_head_fini(&h);
	return 0;
}

/*
 * Any bytes as traceparent, then tracestate behind a newline, and the same as a query for the
 * access log.
 *
 * Must hold: what is valid has no byte that could end a field, a trace id of 32 hex digits and a
 * length that was bounded; a masked query has no control byte, no quote, and the value of
 * access_token is not in it.
 */
#include <stdlib.h>

#include "front/http1.h"
#include "front/mask.h"
#include "front/trace_context.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_context(struct hg_str parent, struct hg_str vendor)
{
	const struct hg_field fields[] = { { HG_STR("traceparent"), parent },
		{ HG_STR("tracestate"), vendor } };
	struct hg_trace_context c;
	struct hg_arena arena;

	hg_arena_init(&arena);
	hg_trace_context_read(fields, 2, &arena, &c);
	check(!c.state.p || c.parent.p);
	check(!c.parent.p || hg_trace_context_id(&c).n == 32);
	check(!c.state.p || (c.state.n && c.state.n <= 512 && hg_http1_is_field_value(c.state)));
	hg_arena_fini(&arena);
}

static void check_mask(struct hg_str query)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_mask_query(&out, query);
	for (size_t i = 0; i < out.n; i++)
		check(out.p[i] >= 0x20 && out.p[i] < 0x7f && out.p[i] != '"');
	hg_text_clear(&out);
	hg_text_add(&out, HG_STR("&access_token=5ecre7&"));
	hg_text_add(&out, query);
	struct hg_text masked;
	hg_text_init(&masked);
	hg_mask_query(&masked, hg_text_str(&out));
	check(masked.n >= 18 && memcmp(masked.p, "&access_token=***&", 18) == 0);
	hg_text_fini(&masked);
	hg_text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *line = size ? memchr(p, '\n', size) : NULL;
	size_t n = line ? (size_t)(line - p) : size;
	struct hg_str parent = { p ? p : "", n }, vendor = { line ? line + 1 : "", 0 };

	if (line)
		vendor.n = size - n - 1;
	check_context(parent, vendor);
	check_mask((struct hg_str){ p ? p : "", size });
	return 0;
}

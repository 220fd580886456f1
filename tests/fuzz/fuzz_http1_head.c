/*
 * Any bytes as a request's head. The first byte chooses limits, the second where the input is cut.
 *
 * Must hold: what a head names lies within its bytes and is free of what could end a line; one
 * verdict, however the bytes are cut and wherever the buffer lies; a head that was taken is taken
 * again, alike, from its own bytes alone, and ends in the first empty line.
 */
#include <stdlib.h>

#include "front/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_within(struct hg_str s, const char *buf, size_t used)
{
	check(s.n == 0 || (s.p >= buf && s.p + s.n <= buf + used));
	for (size_t i = 0; i < s.n; i++)
		check(s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != 0);
}

static void check_head(const struct hg_http1_head *h, const char *buf, size_t used,
	const struct hg_http1_limits *limits)
{
	check(used <= limits->head_bytes && h->target.n <= limits->target_bytes);
	check(h->n_fields <= limits->fields && h->n_fields <= HG_HTTP1_MAX_FIELDS);
	check(memmem(buf, used, "\r\n\r\n", 4) == buf + used - 4);
	check_within(h->method, buf, used);
	check_within(h->target, buf, used);
	check_within(h->query, buf, used);
	check_within(h->host, buf, used);
	check_within(h->authority, buf, used);
	check_within(h->path, buf, used);
	check(h->path.n > 0 && h->path.p[0] == '/' && h->minor <= 1);
	check(!memmem(h->path.p, h->path.n, "//", 2) && !memmem(h->path.p, h->path.n, "/../", 4));
	check(h->host.n > 0 || h->minor == 0);
	check(!(h->framing == HG_HTTP1_CHUNKED && h->known[HG_HTTP1_CONTENT_LENGTH]));
	for (uint32_t i = 0; i < h->n_fields; i++) {
		check_within(h->fields[i].name, buf, used);
		check_within(h->fields[i].value, buf, used);
		check(hg_http1_is_field_name(h->fields[i].name));
		check(hg_http1_is_field_value(h->fields[i].value));
	}
	for (int k = 1; k < HG_HTTP1_N_KNOWN; k++)
		if (h->known[k])
			check(hg_http1_known_find(h->fields[h->known[k] - 1].name) == (unsigned)k);
}

/* Reads the first `n` bytes from a copy of exact size, so that one byte more is seen. */
static enum hg_http1_got parse_copy(struct hg_http1_head *h, const uint8_t *data, size_t n,
	const struct hg_http1_limits *limits, char **ret_buf, size_t *ret_used)
{
	free(*ret_buf);
	*ret_buf = malloc(n ? n : 1);
	check(*ret_buf != NULL);
	memcpy(*ret_buf, data, n);
	return hg_http1_parse(h, *ret_buf, n, limits, ret_used);
}

static void check_alike(const struct hg_http1_head *a, const struct hg_http1_head *b)
{
	check(hg_str_is(a->method, b->method) && hg_str_is(a->target, b->target));
	check(hg_str_is(a->path, b->path) && hg_str_is(a->query, b->query));
	check(hg_str_is(a->host, b->host) && a->n_fields == b->n_fields);
	check(a->framing == b->framing && a->content_length == b->content_length);
	check(a->keep_alive == b->keep_alive && a->expects_continue == b->expects_continue);
	for (uint32_t i = 0; i < a->n_fields; i++)
		check(hg_str_is(a->fields[i].name, b->fields[i].name) &&
			hg_str_is(a->fields[i].value, b->fields[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hg_http1_head whole, cut;
	char *buf = NULL, *cut_buf = NULL;
	size_t used = 0, cut_used = 0;

	if (size < 2)
		return 0;
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;
	if (data[0] & 1)
		limits = (struct hg_http1_limits){ data[0], data[0] >> 5, data[0] >> 2, 9, 9 };
	size_t n = size - 2, at = n ? data[1] % (n + 1) : 0;
	data += 2;

	hg_http1_head_clear(&whole);
	enum hg_http1_got got = parse_copy(&whole, data, n, &limits, &buf, &used);
	check(got != HG_HTTP1_PIECE);
	if (got == HG_HTTP1_DONE)
		check_head(&whole, buf, used, &limits);

	hg_http1_head_clear(&cut);
	enum hg_http1_got early = parse_copy(&cut, data, at, &limits, &cut_buf, &cut_used);
	check(early == HG_HTTP1_MORE || early == got);
	if (early == HG_HTTP1_MORE)
		check(parse_copy(&cut, data, n, &limits, &cut_buf, &cut_used) == got);
	check(used == cut_used);
	if (got == HG_HTTP1_BAD)
		check(whole.bad.status == cut.bad.status && whole.bad.reason == cut.bad.reason);
	if (got == HG_HTTP1_DONE) {
		check_alike(&whole, &cut);
		hg_http1_head_clear(&cut);
		check(parse_copy(&cut, data, used, &limits, &cut_buf, &cut_used) == got);
		check_alike(&whole, &cut);
		hg_http1_head_clear(&cut);
		check(parse_copy(&cut, data, used - 1, &limits, &cut_buf, &cut_used) ==
			HG_HTTP1_MORE);
	}
	free(buf);
	free(cut_buf);
	return 0;
}

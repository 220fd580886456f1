/*
 * Any bytes as a body. The first byte chooses framing and limits, the second how the input is cut.
 *
 * Must hold: pieces lie within what was fed, in order and without overlap; never more comes out
 * than went in; one verdict and one content, however the bytes are cut; what is left of a body that
 * ended is never touched; a chunked body written anew from its content decodes to the same.
 */
#include <stdlib.h>

#include "front/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct content {
	enum hg_http1_got got;
	struct hg_http1_bad bad;
	size_t used, n;
	char *bytes;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct content decode(const struct hg_http1_head *h, const struct hg_http1_limits *limits,
	uint64_t max_bytes, const char *data, size_t n, size_t each)
{
	struct content c = { .got = HG_HTTP1_MORE, .bytes = malloc(n ? n : 1) };
	struct hg_http1_body b;
	size_t end = 0;

	check(c.bytes != NULL);
	hg_http1_body_init(&b, h, limits, max_bytes);
	do {
		end = n - end < each ? n : end + each;
		size_t n_in = end - c.used, off = 0, used;
		char one[1]; /* byte by byte without the heap: its quarantine would fill up */
		char *in = n_in > 1 ? malloc(n_in) : one;
		check(in != NULL);
		memcpy(in, data + c.used, n_in);
		do {
			struct hg_str piece;
			c.got = hg_http1_body_next(&b, in + off, n_in - off, &used, &piece);
			check(used <= n_in - off);
			check((c.got == HG_HTTP1_PIECE) == (piece.n > 0));
			if (piece.n) {
				check(piece.p >= in + off && piece.p + piece.n == in + off + used);
				memcpy(c.bytes + c.n, piece.p, piece.n);
			}
			c.n += piece.n;
			off += used;
		} while (c.got == HG_HTTP1_PIECE);
		c.used += off;
		if (in != one)
			free(in);
		check(c.got != HG_HTTP1_MORE || c.used == end);
	} while (c.got == HG_HTTP1_MORE && end < n);

	check(c.n <= c.used && c.used <= n && c.n <= max_bytes && c.n <= b.total_bytes);
	check(c.got != HG_HTTP1_DONE || c.n == b.total_bytes);
	c.bad = b.bad;
	if (c.got != HG_HTTP1_MORE) { /* it stays so and takes nothing */
		struct hg_str piece;
		size_t used;
		check(hg_http1_body_next(&b, "0\r\n\r\n", 5, &used, &piece) == c.got);
		check(used == 0 && piece.n == 0);
	}
	return c;
}

static void check_alike(const struct content *a, const struct content *b)
{
	check(a->got == b->got && a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0);
	check(a->bad.status == b->bad.status && a->bad.reason == b->bad.reason);
}

static void check_written_anew(const struct hg_http1_head *h, const struct content *c)
{
	static const struct hg_http1_limits none = { 0 };
	struct hg_http1_limits limits = none;
	char head[HG_HTTP1_CHUNK_HEAD_BYTES];
	size_t n = c->n ? hg_http1_chunk_head(head, c->n) : 0, total = n + c->n + (n ? 2 : 0) + 5;
	char *out = malloc(total);

	check(out != NULL);
	limits.trailer_bytes = 2;
	memcpy(out, head, n);
	memcpy(out + n, c->bytes, c->n);
	if (n)
		memcpy(out + n + c->n, "\r\n", 2);
	memcpy(out + total - 5, "0\r\n\r\n", 5);
	struct content again = decode(h, &limits, c->n, out, total, total);
	check_alike(c, &again);
	check(again.used == total);
	free(again.bytes);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hg_http1_head h;
	struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;
	uint64_t max_bytes = UINT64_MAX;

	if (size < 2)
		return 0;
	if (data[0] & 1) {
		limits.chunk_ext_bytes = data[0] >> 3;
		limits.trailer_bytes = data[0] >> 2;
		limits.fields = data[0] >> 6;
	}
	if (data[0] & 2)
		max_bytes = data[0];
	hg_http1_head_clear(&h);
	h.framing = data[0] % 16 == 4   ? HG_HTTP1_LENGTH
	            : data[0] % 16 == 8 ? HG_HTTP1_NO_BODY
	                                : HG_HTTP1_CHUNKED;
	h.content_length = h.framing == HG_HTTP1_LENGTH ? data[0] : 0;

	const char *in = (const char *)data + 2;
	size_t n = size - 2;
	struct content whole = decode(&h, &limits, max_bytes, in, n, n);
	struct content cut = decode(&h, &limits, max_bytes, in, n, 1 + data[1]);
	struct content bytes = decode(&h, &limits, max_bytes, in, n, 1);
	check_alike(&whole, &cut);
	check_alike(&whole, &bytes);
	check(whole.used == cut.used && whole.used == bytes.used);
	if (whole.got == HG_HTTP1_DONE && h.framing == HG_HTTP1_CHUNKED)
		check_written_anew(&h, &whole);
	free(whole.bytes);
	free(cut.bytes);
	free(bytes.bytes);
	return 0;
}

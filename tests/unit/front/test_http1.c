/*
 * Each row of http1_rows.h is read whole, cut at every point, and byte by byte; the buffer is of
 * exact size and new at each step, so that a sanitizer sees a read behind its end or into an older
 * one.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "front/http1.h"
#include "http1_rows.h"

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* -- reading a message in steps --------------------------------------------------------------- */

/* What came of it as text: `brief` is what rows expect, `full` has every field besides. */
struct outcome {
	char brief[1024];
	char full[4096];
	struct hg_http1_bad bad;
	size_t used; /* bytes of the message; all of them unless it ended */
};

struct step {
	size_t first, each; /* the first step has `first` bytes, every other `each` */
};

static const struct hg_http1_limits defaults = HG_HTTP1_LIMITS_DEFAULT;

static char *copy_of(const char *p, size_t n)
{
	char *copy = malloc(n ? n : 1); /* n == 0: a pointer that may not be read */
	assert_non_null(copy);
	memcpy(copy, p, n);
	return copy;
}

static size_t next_end(size_t at, size_t len, struct step step)
{
	size_t end = at == 0 ? step.first : at + step.each;
	return end < len ? end : len;
}

static void note(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void note(char *to, size_t size, const char *fmt, ...)
{
	size_t n = strlen(to);
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(to + n, size - n, fmt, ap);
	va_end(ap);
}

static void note_str(char *to, size_t size, struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		note(to, size, "%c", s.p[i] < ' ' ? '.' : s.p[i]);
}

static void note_head(struct outcome *o, const struct hg_http1_head *h)
{
	note(o->brief, sizeof(o->brief), "ok ");
	note_str(o->brief, sizeof(o->brief), h->method);
	note(o->brief, sizeof(o->brief), " ");
	note_str(o->brief, sizeof(o->brief), h->path);
	if (h->has_query)
		note(o->brief, sizeof(o->brief), "?");
	note_str(o->brief, sizeof(o->brief), h->query);
	note(o->brief, sizeof(o->brief), " host=");
	note_str(o->brief, sizeof(o->brief), h->host);
	note(o->brief, sizeof(o->brief), "%s%s%s", h->keep_alive ? " keep" : " close",
		h->expects_continue ? " continue" : "",
		h->framing == HG_HTTP1_CHUNKED ? " chunked" : "");
	if (h->authority.n) {
		note(o->brief, sizeof(o->brief), " authority=");
		note_str(o->brief, sizeof(o->brief), h->authority);
	}
	note_str(o->full, sizeof(o->full), h->target);
	note(o->full, sizeof(o->full), " 1.%d %d %lu\n", h->minor, (int)h->method_id,
		(unsigned long)h->content_length);
	for (uint32_t i = 0; i < h->n_fields; i++) {
		note_str(o->full, sizeof(o->full), h->fields[i].name);
		note(o->full, sizeof(o->full), "=");
		note_str(o->full, sizeof(o->full), h->fields[i].value);
		note(o->full, sizeof(o->full), "\n");
	}
}

static void note_end(struct outcome *o, enum hg_http1_got got, size_t len)
{
	if (got == HG_HTTP1_DONE)
		note(o->brief, sizeof(o->brief), " rest=%zu", len - o->used);
	else if (got == HG_HTTP1_MORE)
		(void)snprintf(o->brief, sizeof(o->brief), "more");
	else
		(void)snprintf(o->brief, sizeof(o->brief), "%d %s", o->bad.status, o->bad.reason);
}

static enum hg_http1_got read_body(struct outcome *o, struct hg_http1_body *b, struct hg_str bytes,
	size_t at, size_t end, struct step step)
{
	enum hg_http1_got got;

	for (;;) {
		char *buf = copy_of(bytes.p + at, end - at);
		size_t off = 0, used = 0;
		struct hg_str piece;
		while ((got = hg_http1_body_next(b, buf + off, end - at - off, &used, &piece)) ==
			HG_HTTP1_PIECE) {
			assert_true(piece.n > 0 && used <= end - at - off);
			note_str(o->brief, sizeof(o->brief), piece);
			off += used;
		}
		assert_int_equal(piece.n, 0);
		o->used = at + off + used;
		free(buf);
		if (got == HG_HTTP1_MORE)
			assert_int_equal(o->used, end);
		if (got != HG_HTTP1_MORE || end == bytes.n)
			break;
		at = end;
		end = next_end(end, bytes.n, step);
	}
	o->bad = b->bad;
	return got;
}

static void read_message(struct outcome *o, struct hg_str bytes, struct step step,
	const struct hg_http1_limits *limits, uint64_t max_bytes)
{
	struct hg_http1_head h;
	struct hg_http1_body b;
	enum hg_http1_got got;
	size_t end = 0;
	char *buf;

	memset(o, 0, sizeof(*o));
	memset(&h, 0xa5, sizeof(h));
	hg_http1_head_clear(&h);
	for (;;) {
		end = next_end(end, bytes.n, step);
		buf = copy_of(bytes.p, end);
		got = hg_http1_parse(&h, buf, end, limits, &o->used);
		if (got != HG_HTTP1_MORE || end == bytes.n)
			break;
		free(buf);
	}
	if (got == HG_HTTP1_BAD) { /* and no byte more changes that */
		size_t untouched = 77;
		o->bad = h.bad;
		assert_int_equal(hg_http1_parse(&h, bytes.p, bytes.n, limits, &untouched), got);
		assert_int_equal(untouched, 77);
		assert_ptr_equal(o->bad.reason, h.bad.reason);
	} else if (got == HG_HTTP1_DONE) {
		note_head(o, &h);
		if (h.framing != HG_HTTP1_NO_BODY)
			note(o->brief, sizeof(o->brief), " body=");
		hg_http1_body_init(&b, &h, limits, max_bytes);
		got = read_body(o, &b, bytes, o->used, end, step);
	}
	free(buf);
	note_end(o, got, bytes.n);
}

static void same_however_cut(const char *name, struct hg_str bytes, const char *want,
	const struct hg_http1_limits *limits, uint64_t max_bytes)
{
	struct outcome whole, cut;

	read_message(&whole, bytes, (struct step){ bytes.n, bytes.n }, limits, max_bytes);
	if (strcmp(whole.brief, want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", name, whole.brief, want);
	for (size_t at = 0; at <= bytes.n; at++) {
		struct step step = { at ? at : 1, at ? bytes.n : 1 }; /* 0: byte by byte */
		read_message(&cut, bytes, step, limits, max_bytes);
		if (strcmp(whole.brief, cut.brief) != 0 || strcmp(whole.full, cut.full) != 0)
			fail_msg("%s, cut at %zu: \"%s\", not \"%s\"", name, at, cut.brief,
				whole.brief);
	}
}

static void every_row_is_read_as_it_says_however_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++)
		same_however_cut(rows[i].name, rows[i].bytes, rows[i].want, &defaults, UINT64_MAX);
}

/* -- limits ------------------------------------------------------------------------------------ */

/* `before`, then `n` times `fill`, then `after`. Freed by the caller. */
static struct hg_str stretched(const char *before, size_t n, const char *fill, const char *after)
{
	size_t unit = strlen(fill), head = strlen(before), tail = strlen(after);
	char *p = malloc(head + n * unit + tail);

	assert_non_null(p);
	memcpy(p, before, head);
	for (size_t i = 0; i < n; i++)
		memcpy(p + head + i * unit, fill, unit);
	memcpy(p + head + n * unit, after, tail);
	return (struct hg_str){ p, head + n * unit + tail };
}

static void expect_stretched(const char *before, size_t n, const char *fill, const char *after,
	const struct hg_http1_limits *limits, const char *want)
{
	struct hg_str bytes = stretched(before, n, fill, after);

	same_however_cut(before, bytes, want, limits, 1000);
	free((char *)bytes.p);
}

static const struct hg_http1_limits small = { .head_bytes = 200,
	.fields = 4,
	.target_bytes = 20,
	.chunk_ext_bytes = 10,
	.trailer_bytes = 30 };

static void a_target_may_be_as_long_as_its_limit_and_no_longer(void **state)
{
	(void)state;
	expect_stretched("GET /", 19, "a", " HTTP/1.1\r\nHost: h\r\n\r\n", &small,
		"ok GET /aaaaaaaaaaaaaaaaaaa host=h keep rest=0");
	expect_stretched(
		"GET /", 20, "a", " HTTP/1.1\r\nHost: h\r\n\r\n", &small, "414 target_too_long");
	expect_stretched("GET /", 19, "a", "\x01", &small, "414 target_too_long");
	expect_stretched("GET /", 18, "a", "\x01", &small, "400 bad_target");
	expect_stretched("GET /", 500, "a", "", &small, "414 target_too_long");
}

static void a_head_may_be_as_long_as_its_limit_and_no_longer(void **state)
{
	static const char before[] = GET "X: ";
	size_t room = small.head_bytes - (sizeof(before) - 1) - 4;

	(void)state;
	expect_stretched(before, room, "v", "\r\n\r\n", &small, "ok GET / host=h keep rest=0");
	expect_stretched(before, room, "v", "\r\n\r\nmore", &small, "ok GET / host=h keep rest=4");
	expect_stretched(before, room + 1, "v", "\r\n\r\n", &small, "431 head_too_long");
	expect_stretched(before, room + 4, "v", "", &small, "more");
	expect_stretched(before, room + 5, "v", "", &small, "431 head_too_long");
	expect_stretched(before, room + 4, "v", "\x01", &small, "431 head_too_long");
}

static void a_head_that_is_over_its_limit_within_the_target_is_a_long_target(void **state)
{
	static const struct hg_http1_limits tight = { .head_bytes = 20, .target_bytes = 100 };

	(void)state;
	expect_stretched("GET /", 15, "a", "", &tight, "more");
	expect_stretched("GET /", 16, "a", "", &tight, "414 head_too_long");
}

static void a_host_has_at_most_255_bytes(void **state)
{
	char want[400] = "ok GET / host=";

	(void)state;
	memset(want + strlen(want), 'a', 255);
	memcpy(want + 14 + 255, ":1 keep rest=0", sizeof(":1 keep rest=0"));
	expect_stretched("GET / HTTP/1.1\r\nHost: ", 255, "a", ":1\r\n\r\n", &defaults, want);
	expect_stretched(
		"GET / HTTP/1.1\r\nHost: ", 256, "a", ":1\r\n\r\n", &defaults, "400 bad_host");
}

static void a_head_may_have_as_many_fields_as_its_limit_and_no_more(void **state)
{
	static const struct hg_http1_limits many = { 64 << 10, 1000, 20, 10, 1000 };

	(void)state;
	expect_stretched(GET, 3, "A: b\r\n", "\r\n", &small, "ok GET / host=h keep rest=0");
	expect_stretched(GET, 4, "A: b\r\n", "\r\n", &small, "431 too_many_fields");
	expect_stretched(GET, 99, "A:\r\n", "\r\n", &many, "ok GET / host=h keep rest=0");
	expect_stretched(GET, 100, "A:\r\n", "\r\n", &many, "431 too_many_fields");
}

static void a_trickled_head_of_full_length_is_read_byte_by_byte(void **state)
{
	struct hg_str bytes = stretched(GET "X: ", 60000, "v", "\r\n\r\n");
	struct hg_http1_head h;
	size_t used = 0;

	(void)state;
	hg_http1_head_clear(&h);
	for (size_t n = 1; n < bytes.n; n++) {
		assert_int_equal(hg_http1_parse(&h, bytes.p, n, &defaults, &used), HG_HTTP1_MORE);
		assert_int_equal(h.pos, n); /* what was seen is not looked at again */
	}
	assert_int_equal(hg_http1_parse(&h, bytes.p, bytes.n, &defaults, &used), HG_HTTP1_DONE);
	assert_int_equal(h.fields[1].value.n, 60000);
	free((char *)bytes.p);
}

static void a_body_over_the_routes_limit_is_refused_before_it_is_read(void **state)
{
	(void)state;
	same_however_cut("at it", hg_str(POST "Content-Length: 4\r\n\r\nabcd"),
		"ok POST / host=h keep body=abcd rest=0", &small, 4);
	same_however_cut("over it", hg_str(POST "Content-Length: 5\r\n\r\n"), "413 body_too_large",
		&small, 4);
	same_however_cut("no body", hg_str(POST "Content-Length: 1\r\n\r\n"), "413 body_too_large",
		&small, 0);
	same_however_cut("chunks at it", hg_str(CHUNKED "1\r\na\r\n3\r\nbcd\r\n0\r\n\r\n"),
		"ok POST / host=h keep chunked body=abcd rest=0", &small, 4);
	same_however_cut("chunks over it", hg_str(CHUNKED "1\r\na\r\n4\r\n"), "413 body_too_large",
		&small, 4);
	same_however_cut("largest chunk", hg_str(CHUNKED "1\r\na\r\nffffffff\r\n"),
		"413 body_too_large", &small, 4);
}

static void extensions_of_all_chunks_together_have_a_limit(void **state)
{
	(void)state;
	expect_stretched(CHUNKED "1;", 10, "e", "\r\na\r\n0\r\n\r\n", &small,
		"ok POST / host=h keep chunked body=a rest=0");
	expect_stretched(
		CHUNKED "1;", 11, "e", "\r\na\r\n0\r\n\r\n", &small, "413 chunk_ext_too_long");
	expect_stretched(CHUNKED, 10, "1;e\r\na\r\n", "0\r\n\r\n", &small,
		"ok POST / host=h keep chunked body=aaaaaaaaaa rest=0");
	expect_stretched(
		CHUNKED, 11, "1;e\r\na\r\n", "0\r\n\r\n", &small, "413 chunk_ext_too_long");
}

static void trailers_have_a_limit_in_bytes_and_in_number(void **state)
{
	(void)state;
	expect_stretched(CHUNKED "0\r\nA:", 24, "t", "\r\n\r\n", &small,
		"ok POST / host=h keep chunked body= rest=0");
	expect_stretched(CHUNKED "0\r\nA:", 25, "t", "\r\n\r\n", &small, "431 trailers_too_long");
	expect_stretched(CHUNKED "0\r\n", 4, "A:\r\n", "\r\n", &small,
		"ok POST / host=h keep chunked body= rest=0");
	expect_stretched(CHUNKED "0\r\n", 5, "A:\r\n", "\r\n", &small, "431 too_many_trailers");
}

/* -- the rest ---------------------------------------------------------------------------------- */

static void strings_point_into_the_buffer(void **state)
{
	static const char bytes[] =
		"PATCH /a?b HTTP/1.1\r\nHost: h\r\nX-Request-ID: 7\r\nY:\r\n\r\n";
	struct hg_http1_head h;
	size_t used = 0;

	(void)state;
	hg_http1_head_clear(&h);
	assert_int_equal(
		hg_http1_parse(&h, bytes, sizeof(bytes) - 1, &defaults, &used), HG_HTTP1_DONE);
	assert_int_equal(used, sizeof(bytes) - 1);
	assert_int_equal(h.method_id, HG_HTTP1_PATCH);
	assert_ptr_equal(h.method.p, bytes);
	assert_ptr_equal(h.path.p, bytes + 6);
	assert_ptr_equal(h.query.p, bytes + 9);
	assert_ptr_equal(h.target.p, bytes + 6);
	assert_int_equal(h.target.n, 4);
	assert_int_equal(h.n_fields, 3);
	assert_int_equal(h.known[HG_HTTP1_X_REQUEST_ID], 2);
	assert_true(hg_str_is(hg_http1_value(&h, HG_HTTP1_X_REQUEST_ID), HG_STR("7")));
	assert_true(hg_str_is(h.fields[2].name, HG_STR("Y")));
	assert_int_equal(h.fields[2].value.n, 0);
	assert_null(hg_http1_value(&h, HG_HTTP1_AUTHORIZATION).p);
}

static void a_head_that_is_not_complete_shows_nothing(void **state)
{
	static const char bytes[] = "GET http://g/a?b HTTP/1.1\r\nHost: h\r\nAccept: a\r\n\r\n";
	struct hg_http1_head h;
	size_t used = 0;

	(void)state;
	for (size_t n = 0; n < sizeof(bytes); n++) {
		hg_http1_head_clear(&h);
		assert_int_equal(hg_http1_parse(&h, bytes, n, &defaults, &used),
			n < sizeof(bytes) - 1 ? HG_HTTP1_MORE : HG_HTTP1_BAD);
		assert_null(h.method.p);
		assert_null(h.path.p);
		assert_null(h.query.p);
		assert_null(h.target.p);
		assert_null(h.authority.p);
		assert_null(h.host.p);
		assert_int_equal(h.n_fields, 0);
		assert_null(hg_http1_value(&h, HG_HTTP1_ACCEPT).p);
	}
	assert_string_equal(h.bad.reason, "authority_not_host");
}

static void a_list_field_is_known_by_its_first_and_marked_as_repeated(void **state)
{
	static const char bytes[] = GET "Accept: a\r\nVia: x\r\nACCEPT: b\r\n\r\n";
	struct hg_http1_head h;
	size_t used = 0;

	(void)state;
	hg_http1_head_clear(&h);
	assert_int_equal(
		hg_http1_parse(&h, bytes, sizeof(bytes) - 1, &defaults, &used), HG_HTTP1_DONE);
	assert_true(hg_str_is(hg_http1_value(&h, HG_HTTP1_ACCEPT), HG_STR("a")));
	assert_true(h.repeated == UINT64_C(1) << HG_HTTP1_ACCEPT);
}

static void every_known_field_is_found_in_any_case_and_no_other(void **state)
{
	char name[64];

	(void)state;
	for (int k = HG_HTTP1_UNKNOWN + 1; k < HG_HTTP1_N_KNOWN; k++) {
		struct hg_str known = hg_http1_known_name((enum hg_http1_known)k);
		assert_true(hg_http1_is_field_name(known));
		assert_int_equal(hg_http1_known_find(known), k);
		for (size_t i = 0; i < known.n; i++) { /* upper case, then one byte wrong */
			memcpy(name, known.p, known.n);
			name[i] -= name[i] >= 'a' && name[i] <= 'z' ? 0x20 : 0;
			assert_int_equal(hg_http1_known_find((struct hg_str){ name, known.n }), k);
			name[i] = '_';
			assert_int_equal(hg_http1_known_find((struct hg_str){ name, known.n }),
				HG_HTTP1_UNKNOWN);
		}
		assert_int_equal(hg_http1_known_find((struct hg_str){ known.p, known.n - 1 }),
			HG_HTTP1_UNKNOWN);
	}
	assert_int_equal(hg_http1_known_find(HG_STR("")), HG_HTTP1_UNKNOWN);
	assert_int_equal(hg_http1_known_find(HG_STR("x")), HG_HTTP1_UNKNOWN);
}

static void every_field_that_must_be_unique_is_refused_when_it_comes_twice(void **state)
{
	(void)state;
	for (int k = HG_HTTP1_UNKNOWN + 1; k < HG_HTTP1_N_KNOWN; k++) {
		struct hg_str name = hg_http1_known_name((enum hg_http1_known)k);
		const char *value = k == HG_HTTP1_TRANSFER_ENCODING ? "chunked"
		                    : k == HG_HTTP1_EXPECT          ? "100-continue"
		                    : k == HG_HTTP1_UPGRADE         ? "h2c"
		                                                    : "1";
		char bytes[256];
		int n = snprintf(bytes, sizeof(bytes),
			"GET / HTTP/1.0\r\n%.*s: %s\r\nX: y\r\n%.*s: %s\r\n", (int)name.n, name.p,
			value, (int)name.n, name.p, value);
		same_however_cut(name.p, (struct hg_str){ bytes, (size_t)n },
			hg_http1_known_is_list((enum hg_http1_known)k) ? "more"
								       : "400 repeated_field",
			&defaults, 0);
	}
}

static void pipelined_requests_are_read_one_after_the_other(void **state)
{
	static const char bytes[] = POST "Content-Length: 2\r\n\r\nhi" CHUNKED
					 "2\r\nho\r\n0\r\nA: b\r\n\r\n" GET "\r\n";
	static const char *const bodies[] = { "hi", "ho", "" };
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct hg_http1_head h;
		struct hg_http1_body b;
		struct hg_str piece;
		char body[8] = "";
		size_t used = 0;
		hg_http1_head_clear(&h);
		assert_int_equal(
			hg_http1_parse(&h, bytes + at, sizeof(bytes) - 1 - at, &defaults, &used),
			HG_HTTP1_DONE);
		at += used;
		hg_http1_body_init(&b, &h, &defaults, 100);
		while (hg_http1_body_next(&b, bytes + at, sizeof(bytes) - 1 - at, &used, &piece) ==
			HG_HTTP1_PIECE) {
			memcpy(body, piece.p, piece.n);
			at += used;
		}
		at += used;
		assert_string_equal(body, bodies[i]);
		assert_int_equal(
			hg_http1_body_next(&b, bytes + at, sizeof(bytes) - 1 - at, &used, &piece),
			HG_HTTP1_DONE);
		assert_int_equal(used, 0); /* a body that ended takes nothing more */
	}
	assert_int_equal(at, sizeof(bytes) - 1);
}

/* Rows with some bytes changed: whatever becomes of them, it does not depend on the cut. */
static void a_damaged_message_gets_one_verdict_however_it_is_cut(void **state)
{
	static const char bad[] = "\r\n \t\0:;%./?#,0\x7f\x80"
				  "AxX";
	uint32_t seed = 1;
	struct outcome whole, cut;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		seed = seed * 1664525 + 1013904223;
		const struct row *row = &rows[(seed >> 8) % N_ROWS];
		char *bytes = copy_of(row->bytes.p, row->bytes.n);
		for (unsigned i = 0; i < 1 + round % 3 && row->bytes.n; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[(seed >> 8) % row->bytes.n] = bad[(seed >> 20) % (sizeof(bad) - 1)];
		}
		struct hg_str text = { bytes, row->bytes.n };
		size_t each = 1 + (seed >> 12) % 7;
		read_message(&whole, text, (struct step){ text.n, text.n }, &small, 20);
		read_message(&cut, text, (struct step){ each, each }, &small, 20);
		if (strcmp(whole.brief, cut.brief) != 0 || strcmp(whole.full, cut.full) != 0)
			fail_msg("%s, round %u: \"%s\" and \"%s\"", row->name, round, whole.brief,
				cut.brief);
		free(bytes);
	}
}

static void a_chunk_head_is_its_size_in_hex(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} sizes[] = {
		{ 1, "1\r\n" },
		{ 15, "f\r\n" },
		{ 16, "10\r\n" },
		{ 500, "1f4\r\n" },
		{ 0xffffffff, "ffffffff\r\n" },
		{ UINT64_MAX, "ffffffffffffffff\r\n" },
	};
	char buf[HG_HTTP1_CHUNK_HEAD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = hg_http1_chunk_head(buf, sizes[i].n);
		assert_true(hg_str_is((struct hg_str){ buf, n }, hg_str(sizes[i].want)));
	}
}

static void no_byte_passes_as_name_or_value_that_the_grammar_does_not_name(void **state)
{
	static const char tchars[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (int c = 0; c < 256; c++) {
		char text[20] = "0123456789012345678";
		text[11] = (char)c; /* within an eight-byte step, and behind the last one */
		text[17] = (char)c;
		struct hg_str s = { text, 19 };
		bool is_value = c == '\t' || (c >= 0x20 && c != 0x7f);
		assert_int_equal(hg_http1_is_field_value(s), is_value);
		assert_int_equal(
			hg_http1_is_field_value((struct hg_str){ text + 11, 1 }), is_value);
		assert_int_equal(hg_http1_is_field_name(s), c != 0 && strchr(tchars, c) != NULL);
	}
	assert_false(hg_http1_is_field_name((struct hg_str){ 0 }));
	assert_true(hg_http1_is_field_value((struct hg_str){ 0 }));
}

static void a_status_has_its_phrase(void **state)
{
	(void)state;
	assert_string_equal(hg_http1_reason(200), "OK");
	assert_string_equal(hg_http1_reason(431), "Request Header Fields Too Large");
	assert_string_equal(hg_http1_reason(299), "Unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_read_as_it_says_however_it_is_cut),
		cmocka_unit_test(a_target_may_be_as_long_as_its_limit_and_no_longer),
		cmocka_unit_test(a_head_may_be_as_long_as_its_limit_and_no_longer),
		cmocka_unit_test(a_head_that_is_over_its_limit_within_the_target_is_a_long_target),
		cmocka_unit_test(a_host_has_at_most_255_bytes),
		cmocka_unit_test(a_head_may_have_as_many_fields_as_its_limit_and_no_more),
		cmocka_unit_test(a_trickled_head_of_full_length_is_read_byte_by_byte),
		cmocka_unit_test(a_body_over_the_routes_limit_is_refused_before_it_is_read),
		cmocka_unit_test(extensions_of_all_chunks_together_have_a_limit),
		cmocka_unit_test(trailers_have_a_limit_in_bytes_and_in_number),
		cmocka_unit_test(strings_point_into_the_buffer),
		cmocka_unit_test(a_head_that_is_not_complete_shows_nothing),
		cmocka_unit_test(a_list_field_is_known_by_its_first_and_marked_as_repeated),
		cmocka_unit_test(every_known_field_is_found_in_any_case_and_no_other),
		cmocka_unit_test(every_field_that_must_be_unique_is_refused_when_it_comes_twice),
		cmocka_unit_test(pipelined_requests_are_read_one_after_the_other),
		cmocka_unit_test(a_damaged_message_gets_one_verdict_however_it_is_cut),
		cmocka_unit_test(a_chunk_head_is_its_size_in_hex),
		cmocka_unit_test(no_byte_passes_as_name_or_value_that_the_grammar_does_not_name),
		cmocka_unit_test(a_status_has_its_phrase),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

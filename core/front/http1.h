/*
 * http1 - HTTP/1.1 as bytes: a strict head parser, a body decoder, pieces of a reply's framing.
 *
 * Bytes in, structs out: no socket, no clock, no allocation. Strings point into the caller's
 * buffer. There is no recovery and no second reading: what RFC 9112 does not plainly allow ends
 * the connection (answer bad.status, close, never parse on), so nobody in front of us or behind us
 * can read another request out of the same bytes.
 *
 *     struct hg_http1_head h;
 *     hg_http1_head_clear(&h);
 *     switch (hg_http1_parse(&h, buf, len, &limits, &used)) {
 *     case HG_HTTP1_MORE:  read behind buf[len], call again with the same h and a larger len
 *     case HG_HTTP1_BAD:   h.bad.status, h.bad.reason
 *     case HG_HTTP1_DONE:  h is filled, the body or the next request begins at buf + used
 *     }
 *
 * A call looks only at bytes that no call before has seen, so a trickle costs as much as one read,
 * and the verdict does not depend on how the bytes were cut. Between calls `h` keeps offsets: the
 * buffer may move, as long as it still begins with the head's first byte.
 *
 * What is refused although RFC 9110/9112 leave a choice: empty lines before a request, bare CR or
 * LF, folded lines, any list or repetition in Content-Length, any Transfer-Encoding but "chunked",
 * whitespace in a chunk's line, an empty Host or port, "." and ".." segments also in their encoded
 * forms and behind %2F, "//", %00. `%2F` itself is legal and kept.
 *   CONNECT, TRACE, OPTIONS *   501: not served for any resource, so no Allow is owed. 405 is the
 *                               answer of a route, not of this file.
 *   Upgrade                     "h2c" is ignored (Java and curl offer it with every plain request,
 *                               RFC 9110 lets us go on in 1.1), everything else 501.
 *   a version but 1.0 and 1.1   505 if well formed ("PRI * HTTP/2.0" too), else 400.
 *
 * Thread: any.   Clock: none.   Ownership: everything is borrowed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <hg/request.h>
#include <hg/str.h>

enum {
	HG_HTTP1_MAX_FIELDS = 100,
	HG_HTTP1_MAX_METHOD = 32, /* bytes */
};

/* All of them bound what one client can make us hold or read; sizes count every byte. */
struct hg_http1_limits {
	uint32_t head_bytes;      /* request line to empty line; over it 431 */
	uint32_t fields;          /* at most HG_HTTP1_MAX_FIELDS; over it 431 */
	uint32_t target_bytes;    /* over it 414 */
	uint32_t chunk_ext_bytes; /* extensions of all chunks of one body; over it 413 */
	uint32_t trailer_bytes;   /* the trailer section with its empty line; over it 431 */
};

#define HG_HTTP1_LIMITS_DEFAULT \
	((struct hg_http1_limits){ 64u << 10, HG_HTTP1_MAX_FIELDS, 8u << 10, 4u << 10, 8u << 10 })

enum hg_http1_got {
	HG_HTTP1_MORE,  /* all bytes looked at, nothing complete yet */
	HG_HTTP1_PIECE, /* body only: a piece was found, call again with what is left */
	HG_HTTP1_DONE,  /* complete */
	HG_HTTP1_BAD,   /* and stays so */
};

struct hg_http1_bad {
	int32_t status;     /* 400 413 414 417 431 501 505; 0 while all is well */
	const char *reason; /* a stable word for logs, metrics and error bodies: "two_hosts" */
};

enum hg_http1_method {
	HG_HTTP1_OTHER, /* a valid token that we do not know ("get" too): 501 unless a route wants
	                   it */
	HG_HTTP1_GET,
	HG_HTTP1_HEAD,
	HG_HTTP1_POST,
	HG_HTTP1_PUT,
	HG_HTTP1_PATCH,
	HG_HTTP1_DELETE,
	HG_HTTP1_OPTIONS,
};

/* Fields that are recognised while they are read. The order is that of the table in http1.c. */
enum hg_http1_known {
	HG_HTTP1_UNKNOWN,
	HG_HTTP1_ACCEPT,
	HG_HTTP1_ACCEPT_ENCODING,
	HG_HTTP1_ACCEPT_LANGUAGE,
	HG_HTTP1_AUTHORIZATION,
	HG_HTTP1_CACHE_CONTROL,
	HG_HTTP1_CONNECTION,
	HG_HTTP1_CONTENT_ENCODING,
	HG_HTTP1_CONTENT_LENGTH,
	HG_HTTP1_CONTENT_TYPE,
	HG_HTTP1_COOKIE,
	HG_HTTP1_EXPECT,
	HG_HTTP1_FORWARDED,
	HG_HTTP1_HOST,
	HG_HTTP1_IF_MATCH,
	HG_HTTP1_IF_MODIFIED_SINCE,
	HG_HTTP1_IF_NONE_MATCH,
	HG_HTTP1_IF_RANGE,
	HG_HTTP1_IF_UNMODIFIED_SINCE,
	HG_HTTP1_LAST_EVENT_ID,
	HG_HTTP1_ORIGIN,
	HG_HTTP1_PROXY_AUTHORIZATION,
	HG_HTTP1_RANGE,
	HG_HTTP1_REFERER,
	HG_HTTP1_SEC_FETCH_SITE,
	HG_HTTP1_TRAILER,
	HG_HTTP1_TRANSFER_ENCODING,
	HG_HTTP1_UPGRADE,
	HG_HTTP1_USER_AGENT,
	HG_HTTP1_VIA,
	HG_HTTP1_X_FORWARDED_FOR,
	HG_HTTP1_X_FORWARDED_HOST,
	HG_HTTP1_X_FORWARDED_PROTO,
	HG_HTTP1_X_GITHUB_API_VERSION,
	HG_HTTP1_X_GITHUB_DELIVERY,
	HG_HTTP1_X_GITHUB_EVENT,
	HG_HTTP1_X_HUB_SIGNATURE,
	HG_HTTP1_X_HUB_SIGNATURE_256,
	HG_HTTP1_X_HUBGATE_DEADLINE,
	HG_HTTP1_X_HUBGATE_EXPLAIN,
	HG_HTTP1_X_HUBGATE_MAX_RETRIES,
	HG_HTTP1_X_HUBGATE_PRIORITY,
	HG_HTTP1_X_HUBGATE_STRATEGY,
	HG_HTTP1_X_REAL_IP,
	HG_HTTP1_X_REQUEST_ID,
	HG_HTTP1_N_KNOWN,
};

enum hg_http1_framing {
	HG_HTTP1_NO_BODY,
	HG_HTTP1_LENGTH, /* content_length bytes follow, maybe 0 */
	HG_HTTP1_CHUNKED,
};

/* About 3.5 kB. A front needs one; a conn needs its own only while it holds half a head (or it
 * clears and parses again from the first byte). Before HG_HTTP1_DONE and after HG_HTTP1_BAD it
 * shows nothing, strings are empty and n_fields is 0: it may be looked at at any time. */
struct hg_http1_head {
	struct hg_str method;
	enum hg_http1_method method_id;
	struct hg_str target; /* as sent */
	struct hg_str path;   /* begins with '/', bytes as sent, percent-encodings valid */
	struct hg_str query;  /* behind the first '?', verbatim */
	bool has_query;       /* "/x?" has an empty one */
	uint8_t minor;        /* of HTTP/1.x: 0 or 1 */
	bool keep_alive;
	bool expects_continue;   /* send "100 Continue" before waiting for the body */
	struct hg_str scheme;    /* absolute-form only ("http", "https"), else empty */
	struct hg_str authority; /* absolute-form only; equals Host but for case */
	struct hg_str host;      /* host[:port]; empty on HTTP/1.0 without one */
	enum hg_http1_framing framing;
	uint64_t content_length;
	struct hg_http1_bad bad;

	uint32_t n_fields;
	uint8_t known[HG_HTTP1_N_KNOWN]; /* 1 + index of the first of its kind in fields; 0: absent
	                                  */
	uint64_t repeated; /* bit 1 << known: came more than once (list fields only) */

	/* The parser's own, between calls. */
	uint8_t state;
	bool wants_keep_alive, wants_close;
	struct {
		struct hg_str method, target, path, query, scheme, authority; /* p: an offset */
		uint32_t n_fields;                                            /* likewise */
	} part;
	uint32_t pos;  /* bytes looked at */
	uint32_t mark; /* where the token at `pos` began */

	struct hg_field fields[HG_HTTP1_MAX_FIELDS]; /* not cleared; values without outer blanks */
};

/* Makes `h` ready for the first byte of a request. */
void hg_http1_head_clear(struct hg_http1_head *h);

/* `buf` begins with the first byte of the request, `len` counts all that is there, what earlier
 * calls saw included. *ret_used (the head's length) is written with HG_HTTP1_DONE only. */
enum hg_http1_got hg_http1_parse(struct hg_http1_head *h, const char *buf, size_t len,
	const struct hg_http1_limits *limits, size_t *ret_used);

/* Value of the first field of that kind; {0} when absent (an empty value has p set). */
static inline struct hg_str hg_http1_value(const struct hg_http1_head *h, enum hg_http1_known k)
{
	return h->known[k] && h->n_fields ? h->fields[h->known[k] - 1].value : (struct hg_str){ 0 };
}

/* Which known field has this name, in any case? HG_HTTP1_UNKNOWN when none. */
enum hg_http1_known hg_http1_known_find(struct hg_str name);
/* Its name in lower case; empty for HG_HTTP1_UNKNOWN. */
struct hg_str hg_http1_known_name(enum hg_http1_known k);
/* May it come more than once? A second one of the others is 400 (rule: unique where it matters). */
bool hg_http1_known_is_list(enum hg_http1_known k);

/* -- body -------------------------------------------------------------------------------------- */

/*
 * Decodes in place, piece by piece, and keeps no bytes:
 *
 *     for (;;) {
 *             got = hg_http1_body_next(&b, in, n, &used, &piece);
 *             in += used, n -= used;
 *             if (got != HG_HTTP1_PIECE)
 *                     break;               MORE: n is 0, read on. DONE: `in` is the next request
 *             take(piece);
 *     }
 *
 * Trailers are checked as strictly as fields, then dropped. One that names a field which we act
 * upon (hg_http1_known) is refused: it would have come too late to be judged.
 */
struct hg_http1_body {
	uint64_t left;        /* of the length, or of this chunk */
	uint64_t max_bytes;   /* decoded; over it 413 */
	uint64_t total_bytes; /* decoded so far; a chunk counts when it is announced */
	struct hg_http1_bad bad;
	uint32_t ext_left, trailer_left, trailers_left;
	uint8_t state;
	uint8_t n_digits;
	uint8_t n_name;
	char name[29]; /* a trailer's name as far as it may be a known one */
};

/* max_bytes: the route's limit (UINT64_MAX: none). A length over it is bad from the start. */
void hg_http1_body_init(struct hg_http1_body *b, const struct hg_http1_head *h,
	const struct hg_http1_limits *limits, uint64_t max_bytes);

/* *ret_used and *ret_piece are always written; the piece is empty unless HG_HTTP1_PIECE. After
 * HG_HTTP1_DONE nothing is consumed any more. */
enum hg_http1_got hg_http1_body_next(struct hg_http1_body *b, const char *in, size_t n,
	size_t *ret_used, struct hg_str *ret_piece);

/* -- replies ----------------------------------------------------------------------------------- */

enum {
	HG_HTTP1_CHUNK_HEAD_BYTES = 18, /* 16 hex digits, CR, LF */
};

/* Writes the line before a chunk of `n` > 0 bytes ("1f4\r\n"), not ended by NUL; returns its
 * length. CRLF goes behind the chunk, "0\r\n\r\n" behind the last one. */
size_t hg_http1_chunk_head(char buf[HG_HTTP1_CHUNK_HEAD_BYTES], uint64_t n);

/* May this be sent as a field's name, as a field's value? No CR, LF, NUL or other control byte
 * passes, so a value from upstream or a plugin can not begin a field or reply of its own. */
bool hg_http1_is_field_name(struct hg_str s);
bool hg_http1_is_field_value(struct hg_str s);

/* The phrase of RFC 9110 ("Not Found"); "Unknown" for a code without one. */
const char *hg_http1_reason(int status);

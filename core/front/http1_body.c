/*
 * The body decoder and what replies need of the framing. Like the head parser it decides at the
 * byte that makes a verdict certain; unlike it, it sees no byte twice and keeps none, but for the
 * first bytes of a trailer's name.
 */
#include "front/http1.h"

enum state {
	RAW,  /* `left` bytes of a body with a length */
	SIZE, /* hex digits of a chunk's size */
	EXT,  /* behind ';', dropped */
	SIZE_LF,
	DATA, /* `left` bytes of a chunk */
	DATA_CR,
	DATA_LF,
	TRAILER, /* first byte of a line: a trailer's name or the CR of the empty line */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	END_LF,
	COMPLETE,
	REFUSED,
};

static void refuse(struct hg_http1_body *b, int32_t status, const char *reason)
{
	b->bad = (struct hg_http1_bad){ status, reason };
	b->state = REFUSED;
}

void hg_http1_body_init(struct hg_http1_body *b, const struct hg_http1_head *h,
	const struct hg_http1_limits *limits, uint64_t max_bytes)
{
	*b = (struct hg_http1_body){
		.max_bytes = max_bytes,
		.ext_left = limits->chunk_ext_bytes,
		.trailer_left = limits->trailer_bytes,
		.trailers_left = limits->fields,
		.state = COMPLETE,
	};
	switch (h->framing) {
	case HG_HTTP1_NO_BODY:
		break;
	case HG_HTTP1_LENGTH:
		b->total_bytes = b->left = h->content_length;
		b->state = b->left > 0 ? RAW : COMPLETE;
		if (b->left > max_bytes)
			refuse(b, 413, "body_too_large");
		break;
	case HG_HTTP1_CHUNKED:
		b->state = SIZE;
		break;
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void read_size(struct hg_http1_body *b, char c)
{
	int digit = hex_value(c);

	if (digit >= 0 && b->n_digits < 8) {
		b->left = b->left << 4 | (unsigned)digit;
		b->n_digits++;
	} else if (b->n_digits > 0 && c == '\r') {
		b->state = SIZE_LF;
	} else if (b->n_digits > 0 && c == ';') {
		b->state = EXT;
	} else {
		refuse(b, 400, "bad_chunk_size");
	}
}

/* The ';' is not counted, the CR neither. */
static void read_ext(struct hg_http1_body *b, char c)
{
	if (c == '\r')
		b->state = SIZE_LF;
	else if (!hg_http1_is_field_value((struct hg_str){ &c, 1 }))
		refuse(b, 400, "bad_chunk_ext");
	else if (b->ext_left-- == 0)
		refuse(b, 413, "chunk_ext_too_long");
}

static void read_size_lf(struct hg_http1_body *b, char c)
{
	if (c != '\n')
		refuse(b, 400, "bad_chunk_line");
	else if (b->left > b->max_bytes - b->total_bytes)
		refuse(b, 413, "body_too_large");
	else
		b->state = b->left > 0 ? DATA : TRAILER;
	b->total_bytes += b->state == DATA ? b->left : 0;
	b->n_digits = 0;
}

static void begin_trailer(struct hg_http1_body *b, char c)
{
	if (c == '\r') {
		b->state = END_LF;
	} else if (!hg_http1_is_field_name((struct hg_str){ &c, 1 })) {
		refuse(b, 400, "bad_trailer"); /* folded lines too */
	} else if (b->trailers_left-- == 0) {
		refuse(b, 431, "too_many_trailers");
	} else {
		b->name[0] = c;
		b->n_name = 1;
		b->state = TRAILER_NAME;
	}
}

static void read_trailer_name(struct hg_http1_body *b, char c)
{
	if (c == ':') {
		b->state = TRAILER_VALUE;
		if (hg_http1_known_find((struct hg_str){ b->name, b->n_name }))
			refuse(b, 400, "trailer_forbidden");
	} else if (!hg_http1_is_field_name((struct hg_str){ &c, 1 })) {
		refuse(b, 400, "bad_trailer");
	} else if (b->n_name < sizeof(b->name)) {
		b->name[b->n_name++] = c; /* a full one is longer than any known name */
	}
}

/* One byte of the lines between the data. */
static void read_line_byte(struct hg_http1_body *b, char c)
{
	switch ((enum state)b->state) {
	case SIZE:
		read_size(b, c);
		break;
	case EXT:
		read_ext(b, c);
		break;
	case SIZE_LF:
		read_size_lf(b, c);
		break;
	case DATA_CR:
		b->state = DATA_LF;
		if (c != '\r')
			refuse(b, 400, "bad_chunk_end");
		break;
	case DATA_LF:
		b->state = SIZE;
		if (c != '\n')
			refuse(b, 400, "bad_chunk_end");
		break;
	case TRAILER:
		begin_trailer(b, c);
		break;
	case TRAILER_NAME:
		read_trailer_name(b, c);
		break;
	case TRAILER_VALUE:
		if (c == '\r')
			b->state = TRAILER_LF;
		else if (!hg_http1_is_field_value((struct hg_str){ &c, 1 }))
			refuse(b, 400, "bad_trailer");
		break;
	case TRAILER_LF:
		b->state = TRAILER;
		if (c != '\n')
			refuse(b, 400, "bad_trailer");
		break;
	case END_LF:
		b->state = COMPLETE;
		if (c != '\n')
			refuse(b, 400, "bad_trailer");
		break;
	case RAW:
	case DATA:
	case COMPLETE:
	case REFUSED:
		break;
	}
}

enum hg_http1_got hg_http1_body_next(struct hg_http1_body *b, const char *in, size_t n,
	size_t *ret_used, struct hg_str *ret_piece)
{
	size_t i = 0;

	*ret_piece = (struct hg_str){ 0 };
	while (i < n && b->state < COMPLETE) {
		if (b->state == RAW || b->state == DATA) {
			size_t piece = n - i < b->left ? n - i : (size_t)b->left;
			*ret_piece = (struct hg_str){ in + i, piece };
			*ret_used = i + piece;
			b->left -= piece;
			if (b->left == 0)
				b->state = b->state == RAW ? COMPLETE : DATA_CR;
			return HG_HTTP1_PIECE;
		}
		if (b->state >= TRAILER && b->trailer_left-- == 0)
			refuse(b, 431, "trailers_too_long");
		else
			read_line_byte(b, in[i++]);
	}
	*ret_used = i;
	if (b->state == REFUSED)
		return HG_HTTP1_BAD;
	return b->state == COMPLETE ? HG_HTTP1_DONE : HG_HTTP1_MORE;
}

size_t hg_http1_chunk_head(char buf[HG_HTTP1_CHUNK_HEAD_BYTES], uint64_t n)
{
	size_t length = 1;

	while (length < 16 && n >> (4 * length) != 0)
		length++;
	for (size_t i = 0; i < length; i++)
		buf[length - 1 - i] = "0123456789abcdef"[n >> (4 * i) & 15];
	buf[length++] = '\r';
	buf[length++] = '\n';
	return length;
}

const char *hg_http1_reason(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 100, "Continue" },
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 203, "Non-Authoritative Information" },
		{ 204, "No Content" },
		{ 205, "Reset Content" },
		{ 206, "Partial Content" },
		{ 300, "Multiple Choices" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 402, "Payment Required" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 423, "Locked" },
		{ 425, "Too Early" },
		{ 426, "Upgrade Required" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 451, "Unavailable For Legal Reasons" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
		{ 511, "Network Authentication Required" },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Unknown";
}

/*
 * One pass, one byte at a time in principle and a token at a time in practice: `state` says which
 * token byte `pos` belongs to, `mark` where it began. Every verdict is given at the byte that
 * makes it certain, which is why cutting the input differently can not change it.
 *
 * While reading, strings are kept in `part` and `fields` with offsets for pointers (the buffer may
 * move between calls); finish() makes the head of them. Limits are kept by shortening what a state
 * may look at, so that a byte over a limit is refused for the limit, whatever byte it is.
 */
#include "front/http1.h"

#include <arpa/inet.h>

enum state {
	METHOD,
	TARGET,
	VERSION,
	FIELD, /* first byte of a line: a field's name or the CR of the empty line */
	NAME,
	VALUE,
	VALUE_LF,
	END_LF,
	COMPLETE,
	REFUSED,
};

/* -- bytes ------------------------------------------------------------------------------------- */

enum {
	B_TOKEN = 1,  /* tchar */
	B_TARGET = 2, /* request-target: visible ASCII but '#' (browsers send "|[]^`{}" raw) */
	B_PATH = 4,   /* the same without ? and what WHATWG URLs encode in a path */
	B_VALUE = 8,  /* field value: HTAB, SP, visible, obs-text */
	B_HOST = 16,  /* name or IPv4 address */
	B_HEX = 32,
	B_PLAIN = 64, /* of a path, and neither '/' nor '.' nor '%' */
	V_ = B_VALUE,
	QV = B_VALUE | B_TARGET,
	SV = QV | B_PATH,  /* '/' */
	ST = SV | B_TOKEN, /* '%' */
	SH = ST | B_HOST,  /* '.' */
	PV = SV | B_PLAIN,
	TV = B_VALUE | B_TOKEN, /* '#' */
	TQ = QV | B_TOKEN,      /* '`' */
	TP = PV | B_TOKEN,
	TH = TP | B_HOST,
	TX = TH | B_HEX,
};

/* clang-format off */
#define ROW16(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
static const uint8_t bytes[256] = {
	/* 00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, V_, 0, 0, 0, 0, 0, 0,
	/* 10 */ ROW16(0),
	/* SP !"#$%&' ()*+,-./ */ V_, TP, QV, TV, TP, ST, TP, TP, PV, PV, TP, TP, PV, TH, SH, SV,
	/* 0123456789 :;<=>? */ TX, TX, TX, TX, TX, TX, TX, TX, TX, TX, PV, PV, QV, PV, QV, QV,
	/* @ABCDEFGHIJKLMNO */ PV, TX, TX, TX, TX, TX, TX, TH, TH, TH, TH, TH, TH, TH, TH, TH,
	/* PQRSTUVWXYZ[\]^_ */ TH, TH, TH, TH, TH, TH, TH, TH, TH, TH, TH, PV, QV, PV, TP, TH,
	/* `abcdefghijklmno */ TQ, TX, TX, TX, TX, TX, TX, TH, TH, TH, TH, TH, TH, TH, TH, TH,
	/* pqrstuvwxyz{|}~ */ TH, TH, TH, TH, TH, TH, TH, TH, TH, TH, TH, QV, TP, QV, TP, 0,
	ROW16(V_), ROW16(V_), ROW16(V_), ROW16(V_), ROW16(V_), ROW16(V_), ROW16(V_), ROW16(V_),
};
#undef ROW16
/* clang-format on */

static bool is_a(char c, unsigned class)
{
	return (bytes[(unsigned char)c] & class) != 0;
}

/* First byte from `p` on that is not of this class, or `end`. */
static const char *skip(const char *p, const char *end, unsigned class)
{
	while (p < end && is_a(*p, class))
		p++;
	return p;
}

/* skip() for B_VALUE, eight bytes at a step: most of a head is values. */
static const char *skip_value(const char *p, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	for (; end - p >= 8; p += 8) {
		uint64_t w;
		memcpy(&w, p, sizeof(w));
		uint64_t del = w ^ (ones * 0x7f);
		/* A byte under 0x20 or equal to 0x7f borrows into its top bit. A neighbour may be
		 * marked with it, never the first one alone: the loop below looks again. */
		if ((((w - ones * 0x20) & ~w) | ((del - ones) & ~del)) & tops) {
			const char *stop = skip(p, p + 8, B_VALUE);
			if (stop < p + 8)
				return stop;
		}
	}
	return skip(p, end, B_VALUE);
}

static unsigned hex_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : ((unsigned)c | 0x20) - 'a' + 10;
}

static struct hg_str trim(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct hg_str){ p, (size_t)(end - p) };
}

/* Takes the next element off a comma-separated list; false when the list is used up. */
static bool take_element(struct hg_str *list, struct hg_str *ret_element)
{
	if (!list->p)
		return false;
	const char *end = list->p + list->n;
	const char *comma = memchr(list->p, ',', list->n);
	*ret_element = trim(list->p, comma ? comma : end);
	*list = comma ? (struct hg_str){ comma + 1, (size_t)(end - comma - 1) }
	              : (struct hg_str){ 0 };
	return true;
}

/* -- replies ----------------------------------------------------------------------------------- */

bool hg_http1_is_field_name(struct hg_str s)
{
	return s.n > 0 && skip(s.p, s.p + s.n, B_TOKEN) == s.p + s.n;
}

bool hg_http1_is_field_value(struct hg_str s)
{
	return s.n == 0 || skip_value(s.p, s.p + s.n) == s.p + s.n;
}

/* -- target and host --------------------------------------------------------------------------- */

static bool host_is_valid(struct hg_str host)
{
	const char *p = host.p, *end = host.p + host.n, *stop;

	if (host.n > 0 && *p == '[') {
		char address[INET6_ADDRSTRLEN];
		struct in6_addr unused;
		const char *close = memchr(p, ']', host.n);
		if (!close || (size_t)(close - p) > sizeof(address))
			return false;
		size_t n = (size_t)(close - p - 1);
		memcpy(address, p + 1, n);
		address[n] = 0;
		if (memchr(address, 0, n) || inet_pton(AF_INET6, address, &unused) != 1)
			return false;
		stop = close + 1;
	} else {
		stop = skip(p, end, B_HOST);
		if (stop == p || stop - p > 255 || *p == '.' ||
			memmem(p, (size_t)(stop - p), "..", 2))
			return false;
	}
	if (stop == end)
		return true;
	unsigned port = 0, n_digits = 0;
	for (p = stop + 1; *stop == ':' && p < end && *p >= '0' && *p <= '9' && n_digits < 6; p++) {
		port = port * 10 + (unsigned)(*p - '0');
		n_digits++;
	}
	return p == end && n_digits > 0 && port <= 65535;
}

/* Length of the percent-encoded byte at `p`, 3, and the byte; 0 when it is none. */
static size_t decode(const char *p, const char *end, unsigned *ret_byte)
{
	if (end - p < 3 || !is_a(p[1], B_HEX) || !is_a(p[2], B_HEX))
		return 0;
	*ret_byte = hex_value(p[1]) << 4 | hex_value(p[2]);
	return 3;
}

/* NULL when `path` may be used, else the word that says why not. Dot segments are looked for
 * behind an encoded slash or backslash too: what comes after us may decode it, and take either. */
static const char *path_fault(struct hg_str path)
{
	const char *end = path.p + path.n;
	unsigned n_dots = 0; /* of this segment, as long as it has nothing else; 9: it has */

	for (const char *p = path.p; p < end; p++) {
		unsigned byte = (unsigned char)*p;
		if (is_a(*p, B_PLAIN)) {
			p = skip(p + 1, end, B_PLAIN) - 1;
		} else if (*p == '%') {
			size_t n = decode(p, end, &byte);
			if (n == 0)
				return "bad_percent";
			if (byte == 0)
				return "nul_in_target";
			p += n - 1;
		} else if (!is_a(*p, B_PATH)) {
			return "bad_path_byte";
		} else if (*p == '/' && p > path.p && p[-1] == '/') {
			return "empty_segment";
		}
		if (byte == '/' || byte == '\\') {
			if (n_dots == 1 || n_dots == 2)
				return "dot_segment";
			n_dots = 0;
		} else {
			n_dots = byte == '.' && n_dots < 3 ? n_dots + 1 : 9;
		}
	}
	return n_dots == 1 || n_dots == 2 ? "dot_segment" : NULL;
}

static const char *query_fault(struct hg_str query)
{
	const char *p = query.p, *end = query.p + query.n;
	unsigned byte;

	while (p < end && (p = memchr(p, '%', (size_t)(end - p))) != NULL) {
		size_t n = decode(p, end, &byte);
		if (n == 0)
			return "bad_percent";
		if (byte == 0)
			return "nul_in_target";
		p += n;
	}
	return NULL;
}

/* While the head is read, a string's p is an offset in the buffer (see finish). */
static struct hg_str at_offset(const char *buf, struct hg_str s)
{
	return (struct hg_str){ (const char *)(uintptr_t)(s.p - buf), s.n };
}

static struct hg_str in_buffer(const char *buf, struct hg_str s)
{
	return (struct hg_str){ buf + (uintptr_t)s.p, s.n };
}

static void refuse(struct hg_http1_head *h, int32_t status, const char *reason)
{
	h->bad = (struct hg_http1_bad){ status, reason };
	h->state = REFUSED;
}

static size_t scheme_length(struct hg_str target)
{
	if (target.n > 7 && strncasecmp(target.p, "http://", 7) == 0)
		return 4;
	if (target.n > 8 && strncasecmp(target.p, "https://", 8) == 0)
		return 5;
	return 0;
}

/* Splits the target, after the whole request line was read: a method or version that we do not
 * serve has a better answer than "bad target". */
static void take_target(struct hg_http1_head *h, const char *buf)
{
	struct hg_str target = in_buffer(buf, h->part.target);
	const char *p = target.p, *end = target.p + target.n;

	if (hg_str_is(target, HG_STR("*"))) {
		if (h->method_id == HG_HTTP1_OPTIONS)
			refuse(h, 501, "options_star");
		else
			refuse(h, 400, "bad_target");
		return;
	}
	size_t n = scheme_length(target);
	if (n > 0) {
		h->part.scheme = at_offset(buf, (struct hg_str){ p, n });
		p += n + 3;
		const char *stop = p;
		while (stop < end && *stop != '/' && *stop != '?')
			stop++;
		struct hg_str authority = { p, (size_t)(stop - p) };
		if (!host_is_valid(authority)) {
			refuse(h, 400, "bad_authority");
			return;
		}
		h->part.authority = at_offset(buf, authority);
		p = stop;
	}
	if (p == end || *p != '/') {
		refuse(h, 400, "bad_target");
		return;
	}
	const char *mark = memchr(p, '?', (size_t)(end - p));
	struct hg_str path = { p, (size_t)((mark ? mark : end) - p) };
	struct hg_str query = { end, 0 };
	if (mark)
		query = (struct hg_str){ mark + 1, (size_t)(end - mark - 1) };
	const char *fault = path_fault(path);
	if (!fault)
		fault = query_fault(query);
	if (fault) {
		refuse(h, 400, fault);
		return;
	}
	h->part.path = at_offset(buf, path);
	h->part.query = at_offset(buf, query);
	h->has_query = mark != NULL;
}

/* -- the fields that decide how the message is read -------------------------------------------- */

/* RFC 9112, 6.1: exactly "chunked". A list that is well formed but asks for another coding is 501,
 * everything else an attempt to be understood differently by different readers. */
static void take_transfer_encoding(struct hg_http1_head *h, struct hg_str value)
{
	struct hg_str list = value, coding;
	unsigned n_chunked = 0;

	if (hg_str_is_nocase(value, HG_STR("chunked"))) {
		h->framing = HG_HTTP1_CHUNKED;
		return;
	}
	while (take_element(&list, &coding)) {
		if (n_chunked > 0 || !hg_http1_is_field_name(coding)) {
			refuse(h, 400, "bad_transfer_encoding");
			return;
		}
		n_chunked += hg_str_is_nocase(coding, HG_STR("chunked"));
	}
	refuse(h, 501, "transfer_coding");
}

static void take_content_length(struct hg_http1_head *h, struct hg_str value)
{
	uint64_t n = 0;
	bool good = value.n >= 1 && value.n <= 18; /* 18 digits can not overflow */

	for (size_t i = 0; good && i < value.n; i++) {
		good = value.p[i] >= '0' && value.p[i] <= '9';
		n = n * 10 + (unsigned)(value.p[i] - '0');
	}
	if (!good) {
		refuse(h, 400, "bad_content_length");
		return;
	}
	h->content_length = n;
}

static void take_connection(struct hg_http1_head *h, struct hg_str list)
{
	struct hg_str option;

	while (take_element(&list, &option)) {
		if (option.n > 0 && !hg_http1_is_field_name(option)) {
			refuse(h, 400, "bad_connection");
			return;
		}
		h->wants_close |= hg_str_is_nocase(option, HG_STR("close"));
		h->wants_keep_alive |= hg_str_is_nocase(option, HG_STR("keep-alive"));
	}
}

static void take_known(struct hg_http1_head *h, enum hg_http1_known k, struct hg_str value)
{
	if (h->known[k]) {
		if (!hg_http1_known_is_list(k)) {
			refuse(h, 400, "repeated_field");
			return;
		}
		h->repeated |= UINT64_C(1) << k;
	} else {
		h->known[k] = (uint8_t)(h->part.n_fields + 1);
	}

	if (k == HG_HTTP1_HOST && !host_is_valid(value))
		refuse(h, 400, "bad_host");
	else if (k == HG_HTTP1_CONNECTION)
		take_connection(h, value);
	else if (k == HG_HTTP1_CONTENT_LENGTH)
		take_content_length(h, value);
	else if (k == HG_HTTP1_TRANSFER_ENCODING)
		take_transfer_encoding(h, value);
	else if (k == HG_HTTP1_EXPECT && !hg_str_is_nocase(value, HG_STR("100-continue")))
		refuse(h, 417, "expectation");
	else if (k == HG_HTTP1_UPGRADE && !hg_str_is_nocase(value, HG_STR("h2c")))
		refuse(h, 501, "upgrade");
}

/* -- states: each looks at buf[pos..end), end > pos, and moves pos ----------------------------- */

static uint32_t sooner(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static enum hg_http1_method method_of(struct hg_str m)
{
	static const struct hg_str names[] = {
		[HG_HTTP1_GET] = { "GET", 3 },
		[HG_HTTP1_HEAD] = { "HEAD", 4 },
		[HG_HTTP1_POST] = { "POST", 4 },
		[HG_HTTP1_PUT] = { "PUT", 3 },
		[HG_HTTP1_PATCH] = { "PATCH", 5 },
		[HG_HTTP1_DELETE] = { "DELETE", 6 },
		[HG_HTTP1_OPTIONS] = { "OPTIONS", 7 },
	};

	for (unsigned i = HG_HTTP1_GET; i <= HG_HTTP1_OPTIONS; i++)
		if (hg_str_is(m, names[i]))
			return (enum hg_http1_method)i;
	return HG_HTTP1_OTHER;
}

static void read_method(struct hg_http1_head *h, const char *buf, uint32_t end)
{
	uint32_t stop = sooner(end, HG_HTTP1_MAX_METHOD);

	h->pos = (uint32_t)(skip(buf + h->pos, buf + stop, B_TOKEN) - buf);
	if (h->pos == end)
		return;
	if (h->pos == 0 || buf[h->pos] != ' ') {
		refuse(h, 400, "bad_method");
		return;
	}
	h->part.method = (struct hg_str){ NULL, h->pos }; /* offset 0 */
	h->method_id = method_of((struct hg_str){ buf, h->pos });
	h->mark = ++h->pos;
	h->state = TARGET;
}

static void read_target(struct hg_http1_head *h, const char *buf, uint32_t end,
	const struct hg_http1_limits *limits)
{
	uint32_t stop = sooner(end, (uint64_t)h->mark + limits->target_bytes);

	h->pos = (uint32_t)(skip(buf + h->pos, buf + stop, B_TARGET) - buf);
	if (h->pos == end)
		return;
	if (h->pos - h->mark == limits->target_bytes && buf[h->pos] != ' ') {
		refuse(h, 414, "target_too_long");
		return;
	}
	if (h->pos == h->mark || buf[h->pos] != ' ') {
		refuse(h, 400, "bad_target");
		return;
	}
	h->part.target = at_offset(buf, (struct hg_str){ buf + h->mark, h->pos - h->mark });
	h->mark = ++h->pos;
	h->state = VERSION;
}

static void read_version(struct hg_http1_head *h, const char *buf, uint32_t end)
{
	static const char form[] = "HTTP/9.9\r\n"; /* 9: any digit */

	for (; h->pos < end && h->pos - h->mark < sizeof(form) - 1; h->pos++) {
		char c = buf[h->pos], want = form[h->pos - h->mark];
		if (want == '9' ? c < '0' || c > '9' : c != want) {
			refuse(h, 400, "bad_version");
			return;
		}
	}
	if (h->pos - h->mark < sizeof(form) - 1)
		return;

	const char *version = buf + h->mark;
	struct hg_str method = in_buffer(buf, h->part.method);
	h->minor = (uint8_t)(version[7] - '0');
	h->state = FIELD;
	if (version[5] != '1' || h->minor > 1)
		refuse(h, 505, "version");
	else if (hg_str_is(method, HG_STR("CONNECT")) || hg_str_is(method, HG_STR("TRACE")))
		refuse(h, 501, "method");
	else
		take_target(h, buf);
}

static void read_line_start(
	struct hg_http1_head *h, const char *buf, const struct hg_http1_limits *limits)
{
	if (buf[h->pos] == '\r') {
		h->pos++;
		h->state = END_LF;
	} else if (buf[h->pos] == ' ' || buf[h->pos] == '\t') {
		refuse(h, 400, "folded_line");
	} else if (h->part.n_fields == sooner(limits->fields, HG_HTTP1_MAX_FIELDS)) {
		refuse(h, 431, "too_many_fields");
	} else {
		h->mark = h->pos;
		h->state = NAME;
	}
}

static void read_name(struct hg_http1_head *h, const char *buf, uint32_t end)
{
	h->pos = (uint32_t)(skip(buf + h->pos, buf + end, B_TOKEN) - buf);
	if (h->pos == end)
		return;
	if (h->pos == h->mark || buf[h->pos] != ':') {
		refuse(h, 400, "bad_field_name");
		return;
	}
	h->fields[h->part.n_fields].name =
		at_offset(buf, (struct hg_str){ buf + h->mark, h->pos - h->mark });
	h->mark = ++h->pos;
	h->state = VALUE;
}

static void read_value(struct hg_http1_head *h, const char *buf, uint32_t end)
{
	h->pos = (uint32_t)(skip_value(buf + h->pos, buf + end) - buf);
	if (h->pos == end)
		return;
	if (buf[h->pos] != '\r') {
		refuse(h, 400, "bad_field_value");
		return;
	}
	h->pos++;
	h->state = VALUE_LF;
}

static void read_value_lf(struct hg_http1_head *h, const char *buf)
{
	if (buf[h->pos] != '\n') {
		refuse(h, 400, "bare_cr");
		return;
	}
	struct hg_field *f = &h->fields[h->part.n_fields];
	struct hg_str value = trim(buf + h->mark, buf + h->pos - 1);
	f->value = at_offset(buf, value);
	h->pos++;
	h->state = FIELD;
	enum hg_http1_known k = hg_http1_known_find(in_buffer(buf, f->name));
	if (k)
		take_known(h, k, value);
	h->part.n_fields++;
}

/* The empty line was read: what only the whole head can say, then `part` becomes the head. */
static void finish(struct hg_http1_head *h, const char *buf)
{
	bool has_length = h->known[HG_HTTP1_CONTENT_LENGTH];
	bool has_host = h->known[HG_HTTP1_HOST];

	struct hg_str authority = in_buffer(buf, h->part.authority), host = authority;

	if (has_host)
		host = in_buffer(buf, h->fields[h->known[HG_HTTP1_HOST] - 1].value);
	h->state = COMPLETE;
	if (!has_host && h->minor == 1)
		refuse(h, 400, "no_host");
	else if (authority.n > 0 && !hg_str_is_nocase(authority, host))
		refuse(h, 400, "authority_not_host");
	else if (h->framing == HG_HTTP1_CHUNKED && (has_length || h->minor == 0))
		refuse(h, 400, has_length ? "length_and_chunked" : "chunked_in_1_0");
	if (h->state == REFUSED)
		return;

	h->method = in_buffer(buf, h->part.method);
	h->target = in_buffer(buf, h->part.target);
	h->path = in_buffer(buf, h->part.path);
	h->query = in_buffer(buf, h->part.query);
	h->scheme = in_buffer(buf, h->part.scheme);
	h->authority = authority;
	h->host = host;
	h->n_fields = h->part.n_fields;
	for (uint32_t i = 0; i < h->n_fields; i++) {
		h->fields[i].name = in_buffer(buf, h->fields[i].name);
		h->fields[i].value = in_buffer(buf, h->fields[i].value);
	}
	if (has_length)
		h->framing = HG_HTTP1_LENGTH;
	h->keep_alive = !h->wants_close && (h->minor == 1 || h->wants_keep_alive);
	/* A 1.0 client can not know the interim reply; without content there is nothing to wait
	 * for. */
	h->expects_continue = h->known[HG_HTTP1_EXPECT] && h->minor == 1 &&
	                      (h->framing == HG_HTTP1_CHUNKED || h->content_length > 0);
}

static void read_end_lf(struct hg_http1_head *h, const char *buf)
{
	if (buf[h->pos] != '\n') {
		refuse(h, 400, "bare_cr");
		return;
	}
	h->pos++;
	finish(h, buf);
}

/* -- public ------------------------------------------------------------------------------------ */

void hg_http1_head_clear(struct hg_http1_head *h)
{
	memset(h, 0, offsetof(struct hg_http1_head, fields));
}

enum hg_http1_got hg_http1_parse(struct hg_http1_head *h, const char *buf, size_t len,
	const struct hg_http1_limits *limits, size_t *ret_used)
{
	uint32_t end = sooner(len, limits->head_bytes);

	while (h->pos < end && h->state < COMPLETE) {
		switch ((enum state)h->state) {
		case METHOD:
			read_method(h, buf, end);
			break;
		case TARGET:
			read_target(h, buf, end, limits);
			break;
		case VERSION:
			read_version(h, buf, end);
			break;
		case FIELD:
			read_line_start(h, buf, limits);
			break;
		case NAME:
			read_name(h, buf, end);
			break;
		case VALUE:
			read_value(h, buf, end);
			break;
		case VALUE_LF:
			read_value_lf(h, buf);
			break;
		case END_LF:
			read_end_lf(h, buf);
			break;
		case COMPLETE:
		case REFUSED:
			break;
		}
	}
	if (h->state < COMPLETE && len > limits->head_bytes)
		refuse(h, h->state <= TARGET ? 414 : 431, "head_too_long");
	if (h->state == REFUSED)
		return HG_HTTP1_BAD;
	if (h->state != COMPLETE)
		return HG_HTTP1_MORE;
	*ret_used = h->pos;
	return HG_HTTP1_DONE;
}

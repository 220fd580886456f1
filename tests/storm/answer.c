#include "answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_HEAD 65536u
#define MOST_BODY (64u << 20)

void answer_init(struct answer *a)
{
	*a = (struct answer){ .length = -1 };
}

void answer_fini(struct answer *a)
{
	free(a->head.p);
	free(a->body.p);
	free(a->line.p);
	answer_init(a);
}

static void add(struct answer_text *t, const char *p, size_t n)
{
	if (t->n + n + 1 > t->room) {
		t->room = 2 * (t->n + n + 1);
		t->p = realloc(t->p, t->room);
		if (!t->p)
			abort();
	}
	memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

static void enter_odd(struct answer *a, const char *why)
{
	a->state = ANSWER_ODD;
	a->odd = why;
}

/* -- head -------------------------------------------------------------------------------------- */

/* The next line of the head at *at, without its end; NULL: no more. */
static const char *next_line(const struct answer *a, size_t *at, size_t *ret_n)
{
	const char *from = a->head.p + *at;
	const char *end = memmem(from, a->head.n - *at, "\r\n", 2);

	if (!end)
		return NULL;
	*ret_n = (size_t)(end - from);
	*at += *ret_n + 2;
	return from;
}

bool answer_field(const struct answer *a, const char *name, char *out, size_t room)
{
	size_t at = 0, n, name_n = strlen(name);
	const char *line = next_line(a, &at, &n);

	while ((line = next_line(a, &at, &n)) && n) {
		if (n < name_n + 2 || strncasecmp(line, name, name_n) != 0 || line[name_n] != ':')
			continue;
		size_t value_n = n - name_n - 2;
		value_n = value_n < room ? value_n : room - 1;
		memcpy(out, line + name_n + 2, value_n);
		out[value_n] = '\0';
		return true;
	}
	return false;
}

static bool is_token(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && !strchr("!#$%&'*+-.^_`|~", p[i]))
			return false;
	return n > 0;
}

/* "Name: value", no control bytes, one blank. */
static const char *fault_of_field(const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);

	if (!colon || !is_token(line, (size_t)(colon - line)))
		return "a field without a name";
	if (colon + 1 < line + n && colon[1] != ' ')
		return "a field without a blank behind its colon";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 && line[i] != '\t')
			return "a control byte in a field";
	return NULL;
}

static unsigned count_fields(const struct answer *a, const char *name)
{
	size_t at = 0, n, name_n = strlen(name);
	const char *line = next_line(a, &at, &n);
	unsigned count = 0;

	while ((line = next_line(a, &at, &n)) && n)
		count += n > name_n && strncasecmp(line, name, name_n) == 0 && line[name_n] == ':';
	return count;
}

static const char *fault_of_head(const struct answer *a)
{
	size_t at = 0, n = 0;
	const char *line = next_line(a, &at, &n);

	if (n < 13 || strncmp(line, "HTTP/1.1 ", 9) != 0 || line[12] != ' ')
		return "no status line of HTTP/1.1";
	for (int i = 9; i < 12; i++)
		if (!isdigit((unsigned char)line[i]))
			return "a status that is no number";
	while ((line = next_line(a, &at, &n)) && n) {
		const char *fault = fault_of_field(line, n);
		if (fault)
			return fault;
	}
	if (memchr(a->head.p, '\0', a->head.n))
		return "a zero byte in the head";
	if (count_fields(a, "content-length") + count_fields(a, "transfer-encoding") > 1)
		return "framed twice";
	if (count_fields(a, "date") != 1 && a->head.p[9] != '1')
		return "not one Date";
	return NULL;
}

static bool read_length(const char *text, uint64_t *ret)
{
	*ret = 0;
	for (const char *p = text; *p; p++) {
		if (!isdigit((unsigned char)*p) || *ret > MOST_BODY)
			return false;
		*ret = *ret * 10 + (uint64_t)(*p - '0');
	}
	return *text != '\0';
}

static void begin_body(struct answer *a, bool to_head)
{
	char value[64];
	bool is_bare = a->status == 204 || a->status == 304 || a->status / 100 == 1;

	if (answer_field(a, "content-length", value, sizeof(value))) {
		if (!read_length(value, &a->left)) {
			enter_odd(a, "a Content-Length that is no number");
			return;
		}
		a->length = (int64_t)a->left;
	}
	a->was_chunked = answer_field(a, "transfer-encoding", value, sizeof(value));
	if (a->was_chunked && strcasecmp(value, "chunked") != 0)
		enter_odd(a, "a Transfer-Encoding that is not chunked");
	else if (is_bare && a->was_chunked)
		enter_odd(a, "chunks behind a status that has no body");
	else if (is_bare || to_head)
		a->state = ANSWER_WHOLE;
	else if (a->was_chunked)
		a->state = ANSWER_CHUNK_LINE;
	else if (a->length < 0)
		a->state = ANSWER_UNTIL_CLOSE;
	else
		a->state = a->left ? ANSWER_LENGTH : ANSWER_WHOLE;
}

/* Up to and with the empty line. */
static size_t feed_head(struct answer *a, const char *p, size_t n, bool to_head)
{
	size_t before = a->head.n;
	char value[64];

	add(&a->head, p, n < MOST_HEAD ? n : MOST_HEAD);
	const char *end = memmem(a->head.p, a->head.n, "\r\n\r\n", 4);
	if (!end) {
		if (a->head.n > MOST_HEAD)
			enter_odd(a, "a head without end");
		return a->head.n - before;
	}
	a->head.n = (size_t)(end - a->head.p) + 4;
	a->head.p[a->head.n] = '\0';
	const char *fault = fault_of_head(a);
	if (fault) {
		enter_odd(a, fault);
		return a->head.n - before;
	}
	a->status = (a->head.p[9] - '0') * 100 + (a->head.p[10] - '0') * 10 + a->head.p[11] - '0';
	a->is_last = answer_field(a, "connection", value, sizeof(value)) &&
	             strcasecmp(value, "close") == 0;
	begin_body(a, to_head);
	return a->head.n - before;
}

/* -- body -------------------------------------------------------------------------------------- */

static size_t feed_bytes(struct answer *a, const char *p, size_t n, enum answer_state after)
{
	size_t used = n < a->left ? n : (size_t)a->left;

	if (a->body.n + used > MOST_BODY) {
		enter_odd(a, "a body beyond all bounds");
		return used;
	}
	add(&a->body, p, used);
	a->left -= used;
	if (!a->left)
		a->state = after;
	return used;
}

/* A line of the chunked framing into a->line; true when it is complete and ends in CR LF. */
static bool feed_line(struct answer *a, const char *p, size_t n, size_t *ret_used)
{
	const char *lf = memchr(p, '\n', n);

	*ret_used = lf ? (size_t)(lf - p) + 1 : n;
	add(&a->line, p, *ret_used);
	if (a->line.n > 1024)
		enter_odd(a, "a chunk line without end");
	if (!lf || a->state == ANSWER_ODD)
		return false;
	if (a->line.n < 2 || a->line.p[a->line.n - 2] != '\r') {
		enter_odd(a, "a chunk line that ends in a bare line feed");
		return false;
	}
	a->line.n -= 2;
	a->line.p[a->line.n] = '\0';
	return true;
}

static void read_chunk_line(struct answer *a)
{
	uint64_t size = 0;

	if (!a->line.n || a->line.n > 8) {
		enter_odd(a, "a chunk without a sane size");
		return;
	}
	for (size_t i = 0; i < a->line.n; i++) {
		char c = (char)tolower((unsigned char)a->line.p[i]);
		if (!isxdigit((unsigned char)c)) {
			enter_odd(a, "a chunk size that is no number");
			return;
		}
		size = size * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	a->left = size;
	a->state = size ? ANSWER_CHUNK : ANSWER_TRAILER;
}

static size_t feed_chunked(struct answer *a, const char *p, size_t n)
{
	size_t used;

	if (!feed_line(a, p, n, &used))
		return used;
	if (a->state == ANSWER_CHUNK_LINE)
		read_chunk_line(a);
	else if (a->line.n)
		enter_odd(a, a->state == ANSWER_TRAILER ? "a trailer" : "bytes behind a chunk");
	else
		a->state = a->state == ANSWER_TRAILER ? ANSWER_WHOLE : ANSWER_CHUNK_LINE;
	a->line.n = 0;
	return used;
}

size_t answer_feed(struct answer *a, const char *p, size_t n, bool to_head)
{
	size_t at = 0;

	while (at < n && a->state != ANSWER_WHOLE && a->state != ANSWER_ODD) {
		switch (a->state) {
		case ANSWER_HEAD:
			at += feed_head(a, p + at, n - at, to_head);
			break;
		case ANSWER_LENGTH:
			at += feed_bytes(a, p + at, n - at, ANSWER_WHOLE);
			break;
		case ANSWER_CHUNK:
			at += feed_bytes(a, p + at, n - at, ANSWER_CHUNK_END);
			break;
		case ANSWER_CHUNK_LINE:
		case ANSWER_CHUNK_END:
		case ANSWER_TRAILER:
			at += feed_chunked(a, p + at, n - at);
			break;
		case ANSWER_UNTIL_CLOSE:
			a->left = n - at;
			at += feed_bytes(a, p + at, n - at, ANSWER_UNTIL_CLOSE);
			break;
		case ANSWER_WHOLE:
		case ANSWER_ODD:
			break;
		}
		if (a->state == ANSWER_WHOLE && a->status / 100 == 1) { /* 100 Continue */
			answer_fini(a);
		}
	}
	return at;
}

bool answer_ends_here(struct answer *a)
{
	if (a->state != ANSWER_UNTIL_CLOSE)
		return false;
	a->state = ANSWER_WHOLE;
	return true;
}

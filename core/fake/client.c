/*
 * Clients: one end of a socket pair each; the other is a conn of the front, as if it had been
 * accepted. A reply is decoded as it comes.
 */
#include "base/bug.h"
#include "fake/fake_inside.h"
#include "front/conn.h"
#include "front/http1.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_PORT = 40000, FIELDS_MAX = 128 };

struct client {
	struct hg_fake_reply reply; /* first: what the test holds */
	int fd;                     /* -1: closed */
	bool is_deaf;               /* does not read */
	bool is_head;               /* its reply has no body, whatever it says */
	bool has_head;
	bool ends_with_conn;   /* the reply's body does */
	struct hg_text unsaid; /* what the socket did not take yet */
	struct hg_text raw;    /* the head; then what was decoded of it is cut off */
	struct hg_text body;
	struct hg_field fields[FIELDS_MAX]; /* in raw's copy, in the arena */
	uint32_t n_fields;
	struct hg_http1_head framing; /* only its framing and length */
	struct hg_http1_body coding;
};

/* -- replies ----------------------------------------------------------------------------------- */

static struct hg_str field(const struct client *c, const char *name)
{
	for (uint32_t i = 0; i < c->n_fields; i++)
		if (hg_str_is_nocase(c->fields[i].name, hg_str(name)))
			return c->fields[i].value;
	return (struct hg_str){ 0 };
}

static void read_fields(struct client *c, const char *p)
{
	c->n_fields = 0;
	for (p = strstr(p, "\r\n"); p && p[2] && c->n_fields < FIELDS_MAX; p = strstr(p, "\r\n")) {
		p += 2;
		size_t n = strcspn(p, "\r"), name_n = strcspn(p, ":");
		if (!n || name_n >= n)
			return;
		size_t value_at = name_n + 1 + strspn(p + name_n + 1, " ");
		c->fields[c->n_fields++] =
			(struct hg_field){ { p, name_n }, { p + value_at, n - value_at } };
	}
}

static void choose_framing(struct client *c)
{
	const struct hg_http1_limits limits = HG_HTTP1_LIMITS_DEFAULT;
	struct hg_str length = field(c, "Content-Length");
	int status = c->reply.status;
	bool has_none = c->is_head || status == 204 || status == 304;

	c->framing.framing = HG_HTTP1_NO_BODY;
	c->framing.content_length = 0;
	if (!has_none && field(c, "Transfer-Encoding").p)
		c->framing.framing = HG_HTTP1_CHUNKED;
	else if (!has_none && length.p && hg_parse_u64(length, &c->framing.content_length))
		c->framing.framing = HG_HTTP1_LENGTH;
	else
		c->ends_with_conn = !has_none;
	hg_http1_body_init(&c->coding, &c->framing, &limits, UINT64_MAX);
}

/* False: its head is not complete. Interim heads (100) are passed over. */
static bool read_head(struct hg_fake *f, struct client *c)
{
	while (!c->has_head) {
		char *end = c->raw.p ? strstr(c->raw.p, "\r\n\r\n") : NULL;
		if (!end)
			return false;
		size_t n = (size_t)(end - c->raw.p) + 4;
		const char *head = hg_arena_copy(&f->arena, (struct hg_str){ c->raw.p, n }).p;
		uint64_t status = 0;
		HG_BUG_ON(n < 12 || !hg_parse_u64((struct hg_str){ head + 9, 3 }, &status));
		memmove(c->raw.p, end + 4, c->raw.n - n + 1);
		c->raw.n -= n;
		if (status < 200)
			continue;
		c->has_head = true;
		c->reply.status = (int)status;
		read_fields(c, head);
		choose_framing(c);
	}
	return true;
}

static void read_body(struct client *c)
{
	size_t at = 0, used;
	struct hg_str piece;

	if (c->ends_with_conn) {
		hg_text_add(&c->body, hg_text_str(&c->raw));
	} else {
		for (;;) {
			enum hg_http1_got got = hg_http1_body_next(
				&c->coding, c->raw.p + at, c->raw.n - at, &used, &piece);
			at += used;
			c->reply.is_whole |= got == HG_HTTP1_DONE;
			if (got != HG_HTTP1_PIECE)
				break;
			hg_text_add(&c->body, piece);
		}
	}
	hg_text_clear(&c->raw);
	c->reply.body = c->body.p ? c->body.p : "";
	c->reply.body_n = c->body.n;
}

static void close_client(struct client *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

static void on_closed(struct client *c)
{
	close_client(c);
	if (c->has_head && c->ends_with_conn)
		c->reply.is_whole = true;
	c->reply.is_cut = !c->reply.is_whole;
}

/* -- the socket -------------------------------------------------------------------------------- */

static bool hear(struct hg_fake *f, struct client *c)
{
	char bytes[16384];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n > 0) {
		hg_text_add(&c->raw, (struct hg_str){ bytes, (size_t)n });
		if (read_head(f, c))
			read_body(c);
	} else {
		on_closed(c);
	}
	return true;
}

static bool say(struct client *c)
{
	ssize_t n = send(c->fd, c->unsaid.p, c->unsaid.n, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0) {
		hg_text_clear(&c->unsaid); /* the front has closed it: hear says so */
		return true;
	}
	memmove(c->unsaid.p, c->unsaid.p + n, c->unsaid.n - (size_t)n);
	c->unsaid.n -= (size_t)n;
	return n > 0;
}

bool hg_fake_clients_read(struct hg_fake *f)
{
	bool came = false;

	for (uint32_t i = 0; i < f->clients.n; i++) {
		struct client *c = f->clients.items[i];
		while (c->fd >= 0 && c->unsaid.n && say(c))
			came = true;
		while (c->fd >= 0 && !c->is_deaf && hear(f, c))
			came = true;
	}
	return came;
}

void hg_fake_clients_leave(struct hg_fake *f)
{
	for (uint32_t i = 0; i < f->clients.n; i++)
		close_client(f->clients.items[i]);
}

void hg_fake_clients_fini(struct hg_fake *f)
{
	for (uint32_t i = 0; i < f->clients.n; i++) {
		struct client *c = f->clients.items[i];
		close_client(c);
		hg_text_fini(&c->unsaid);
		hg_text_fini(&c->raw);
		hg_text_fini(&c->body);
		hg_free(c);
	}
	hg_fake_list_fini(&f->clients);
}

static struct client *connect_client(struct hg_fake *f)
{
	struct client *c = hg_alloc0(sizeof(*c));
	union hg_peer peer;
	int fds[2];

	HG_BUG_ON(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0);
	HG_BUG_ON(fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0);
	c->fd = fds[0];
	c->reply.body = "";
	hg_text_init(&c->unsaid);
	hg_text_init(&c->raw);
	hg_text_init(&c->body);
	memset(&peer, 0, sizeof(peer));
	peer.in4.sin_family = AF_INET;
	peer.in4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer.in4.sin_port = htons((uint16_t)(FIRST_PORT + f->clients.n % 20000));
	hg_loop_enter(f->front_loop);
	(void)hg_conn_new(f->gate, fds[1], &peer);
	hg_loop_enter(f->host);
	hg_fake_list_add(&f->clients, c);
	return c;
}

/* -- for the test ------------------------------------------------------------------------------ */

/* Is this field among the lines? */
static bool has_line(const char *lines, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = lines; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (strncasecmp(p, name, n) == 0 && p[n] == ':')
			return true;
	return false;
}

static void add_lines(struct hg_text *out, const char *lines)
{
	for (const char *p = lines; p && *p;) {
		size_t n = strcspn(p, "\r\n");
		if (n) {
			hg_text_add(out, (struct hg_str){ p, n });
			hg_text_add(out, HG_STR("\r\n"));
		}
		p += n + (p[n] != 0);
	}
}

struct hg_fake_reply *hg_fake_ask(
	struct hg_fake *f, const char *line, const char *headers, const char *body)
{
	struct client *c = connect_client(f);
	struct hg_text *out = &c->unsaid;

	c->is_head = strncmp(line, "HEAD ", 5) == 0;
	hg_text_printf(out, "%s HTTP/1.1\r\n", line);
	if (!has_line(headers, "Host"))
		hg_text_add(out, HG_STR("Host: localhost\r\n"));
	add_lines(out, headers);
	if (body && !has_line(headers, "Content-Length") && !has_line(headers, "Transfer-Encoding"))
		hg_text_printf(out, "Content-Length: %zu\r\n", strlen(body));
	hg_text_add(out, HG_STR("\r\n"));
	if (body)
		hg_text_add(out, hg_str(body));
	hg_fake_settle(f);
	return &c->reply;
}

struct hg_str hg_fake_reply_header(const struct hg_fake_reply *reply, const char *name)
{
	return field((const struct client *)reply, name);
}

void hg_fake_say(struct hg_fake *f, struct hg_fake_reply *reply, struct hg_str bytes)
{
	hg_text_add(&((struct client *)reply)->unsaid, bytes);
	hg_fake_settle(f);
}

void hg_fake_leave(struct hg_fake *f, struct hg_fake_reply *reply)
{
	struct client *c = (struct client *)reply;

	if (c->fd >= 0)
		on_closed(c);
	hg_fake_settle(f);
}

void hg_fake_read(struct hg_fake *f, struct hg_fake_reply *reply, bool reads)
{
	((struct client *)reply)->is_deaf = !reads;
	hg_fake_settle(f);
}

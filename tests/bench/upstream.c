/*
 * upstream - the GitHub of the benches: static replies, as GitHub words and sizes them.
 *
 *     upstream --port 0 [--tls-port 0 --cert FILE --key FILE]
 *
 * 23 header fields in a block of 1,380 bytes, budgets so high that nobody is paced. If-None-Match
 * with the path's ETag gets 304. /count says how many repositories were asked for, so that a bench
 * can prove that a hit was one. Prints "port N" and "tls N" when it listens; ends on SIGTERM.
 *
 * On a CPU of its own it is also the floor of cache-hit: bare epoll, one recv, one send, no cache.
 *
 * Thread: one, blocking in epoll.   What it does not understand it closes.
 */
#include "answers.h"
#include "wire.h"
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES 1380
#define HEAD_ROOM 16384

struct answer {
	char *p; /* head and body */
	size_t n, body_at, etag_number_at;
};

struct client {
	struct wire wire;
	char in[HEAD_ROOM];
	size_t n_in;
	char *out; /* owned; what the socket did not take */
	size_t n_out, sent;
};

struct door { /* a listening socket */
	int fd;
	SSL_CTX *tls;
};

static struct answer large, small, unchanged;
static uint64_t n_asked;

static char *json_body(size_t n)
{
	static const char member[] = "\"archive_url\":\"https://api.github.com/repos/o/r/{archive_"
				     "format}{/ref}\",\"open_issues_count\":17,";
	static const char lead[] = "{\"id\":\"0000000000\",";
	static const char end[] = "\"topics\":[]}";
	char *body = malloc(n);
	size_t at = sizeof(lead) - 1;

	memset(body, ' ', n); /* JSON may be padded */
	memcpy(body, lead, at);
	for (; at + sizeof(member) + sizeof(end) < n; at += sizeof(member) - 1)
		memcpy(body + at, member, sizeof(member) - 1);
	memcpy(body + at, end, sizeof(end) - 1);
	return body;
}

/* The block of BLOCK_BYTES, its last field filled up to that size. */
static size_t render_head(char *block, int status, size_t body_bytes)
{
	char date[64], length[48] = "";
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (status == 200)
		(void)snprintf(length, sizeof(length), "Content-Length: %zu\r\n", body_bytes);
	int n = snprintf(block, BLOCK_BYTES + 1,
		"HTTP/1.1 %s\r\n"
		"Date: %s\r\n"
		"Content-Type: application/json; charset=utf-8\r\n"
		"%s"
		"Cache-Control: private, max-age=60, s-maxage=60\r\n"
		"Vary: Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, "
		"X-Requested-With\r\n"
		"ETag: " ETAG_LEAD "0000000000\"\r\n"
		"Last-Modified: Thu, 19 Nov 2026 08:14:07 GMT\r\n"
		"X-GitHub-Media-Type: github.v3; format=json\r\n"
		"x-github-api-version-selected: 2022-11-28\r\n"
		"X-RateLimit-Limit: 1000000000\r\n"
		"X-RateLimit-Remaining: 999999000\r\n"
		"X-RateLimit-Reset: %lld\r\n"
		"X-RateLimit-Used: 1000\r\n"
		"X-RateLimit-Resource: core\r\n"
		"Access-Control-Expose-Headers: ETag, Link, Location, Retry-After, X-GitHub-OTP, "
		"X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, "
		"X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, "
		"X-Accepted-OAuth-Scopes, Deprecation, Sunset, Warning\r\n"
		"Access-Control-Allow-Origin: *\r\n"
		"Strict-Transport-Security: max-age=31536000; includeSubdomains; preload\r\n"
		"X-Frame-Options: deny\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: origin-when-cross-origin, strict-origin-when-cross-origin\r\n"
		"Server: github.com\r\n"
		"X-GitHub-Request-Id: E1B0:3F2A1C:9D4C1E7:A1B2C3D:6742F0A1\r\n"
		"Content-Security-Policy: default-src 'none'",
		status == 200 ? "200 OK" : "304 Not Modified", date, length, (long long)now + 3600);

	if (n < 0 || n > BLOCK_BYTES - 4) {
		(void)fprintf(stderr, "upstream: the head has %d bytes\n", n);
		exit(1);
	}
	memset(block + n, ' ', BLOCK_BYTES - 4 - (size_t)n);
	for (int i = n; i + 1 < BLOCK_BYTES - 4; i++)
		block[i] = "; img-src 'self'"[(i - n) % 16];
	block[BLOCK_BYTES - 5] = ';';
	memcpy(block + BLOCK_BYTES - 4, "\r\n\r\n", 4);
	return BLOCK_BYTES;
}

static struct answer make_answer(int status, size_t body_bytes)
{
	struct answer a = { .p = malloc(BLOCK_BYTES + 1 + body_bytes) };

	a.body_at = render_head(a.p, status, body_bytes);
	a.n = a.body_at + body_bytes;
	const char *etag = memmem(a.p, a.body_at, ETAG_LEAD, sizeof(ETAG_LEAD) - 1);
	a.etag_number_at = (size_t)(etag - a.p) + sizeof(ETAG_LEAD) - 1;
	if (body_bytes) {
		char *body = json_body(body_bytes);
		memcpy(a.p + a.body_at, body, body_bytes);
		free(body);
	}
	return a;
}

/* The rest waits for EPOLLOUT. */
static bool send_all(struct client *c, const char *p, size_t n)
{
	ssize_t took = wire_write(&c->wire, p, n);

	if (took < 0 && errno != EAGAIN)
		return false;
	if (took < 0)
		took = 0;
	if ((size_t)took < n) {
		c->n_out = n - (size_t)took;
		c->out = malloc(c->n_out);
		memcpy(c->out, p + took, c->n_out);
		c->sent = 0;
	}
	return true;
}

static bool send_answer(struct client *c, struct answer *a, const char *number)
{
	memcpy(a->p + a->etag_number_at, number, NUMBER_DIGITS);
	if (a->n > a->body_at)
		memcpy(a->p + a->body_at + NUMBER_AT, number, NUMBER_DIGITS);
	return send_all(c, a->p, a->n);
}

/* Asks for exactly what the path has? */
static bool is_unchanged(const char *head, size_t n, const char *number)
{
	const char *asked = memmem(head, n, ETAG_LEAD, sizeof(ETAG_LEAD) - 1);

	return asked && asked + sizeof(ETAG_LEAD) + NUMBER_DIGITS < head + n &&
	       memcmp(asked + sizeof(ETAG_LEAD) - 1, number, NUMBER_DIGITS) == 0;
}

static bool answer(struct client *c, const char *head, size_t n)
{
	static const char count_head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
					 "Content-Length: 20\r\n\r\n";
	const char *space = memchr(head + 4, ' ', n - 4);

	if (memcmp(head, "GET /", 5) != 0 || !space)
		return false;
	size_t n_path = (size_t)(space - head) - 4;
	if (n_path == 6 && memcmp(head + 4, "/count", 6) == 0) {
		char text[128];
		int length = snprintf(
			text, sizeof(text), "%s%19llu\n", count_head, (unsigned long long)n_asked);
		return send_all(c, text, (size_t)length);
	}
	if (n_path < 10 + NUMBER_DIGITS || memcmp(head + 4, "/repos/", 7) != 0)
		return false;
	n_asked++;
	const char *number = space - NUMBER_DIGITS;
	if (is_unchanged(head, n, number))
		return send_answer(c, &unchanged, number);
	return send_answer(c, head[11] == 's' ? &small : &large, number);
}

static void client_free(struct client *c)
{
	wire_close(&c->wire);
	free(c->out);
	free(c);
}

/* All whole heads of what was read. False: close it. */
static bool answer_heads(struct client *c)
{
	while (!c->n_out) {
		const char *end = memmem(c->in, c->n_in, "\r\n\r\n", 4);
		if (!end)
			return c->n_in < sizeof(c->in);
		size_t n = (size_t)(end - c->in) + 4;
		if (!answer(c, c->in, n))
			return false;
		memmove(c->in, c->in + n, c->n_in - n);
		c->n_in -= n;
	}
	return true;
}

static bool flush(struct client *c)
{
	while (c->sent < c->n_out) {
		ssize_t took = wire_write(&c->wire, c->out + c->sent, c->n_out - c->sent);
		if (took < 0)
			return errno == EAGAIN;
		c->sent += (size_t)took;
	}
	free(c->out);
	c->out = NULL;
	c->n_out = 0;
	return true;
}

/* Edge-triggered: reads and writes until the socket says no. */
static void on_client(struct client *c)
{
	for (bool is_empty = false;;) {
		if (!flush(c))
			goto gone;
		if (c->n_out)
			return;
		if (!answer_heads(c))
			goto gone;
		if (c->n_out)
			continue;
		if (is_empty)
			return;
		size_t room = sizeof(c->in) - c->n_in;
		ssize_t got = wire_read(&c->wire, c->in + c->n_in, room);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			goto gone;
		c->n_in += (size_t)got;
		is_empty = !c->wire.tls && (size_t)got < room; /* what comes later is an edge */
	}
gone:
	client_free(c);
}

static void on_door(int ep, const struct door *door)
{
	int fd, one = 1;

	while ((fd = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct client *c = calloc(1, sizeof(*c));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		wire_accept(&c->wire, fd, door->tls);
		struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };
		(void)epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	}
}

static void open_door(int ep, struct door *door, uint16_t port, const char *name)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = door };

	door->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(door->fd, (struct sockaddr *)&at, n) < 0 || listen(door->fd, 4096) < 0 ||
		getsockname(door->fd, (struct sockaddr *)&at, &n) < 0 ||
		epoll_ctl(ep, EPOLL_CTL_ADD, door->fd, &ev) < 0) {
		perror("upstream");
		exit(1);
	}
	(void)printf("%s %u\n", name, ntohs(at.sin_port));
}

static SSL_CTX *serving_tls(const char *cert, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(tls, cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		ERR_print_errors_fp(stderr);
		exit(1);
	}
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return tls;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "port", 1, NULL, 'p' },
		{ "tls-port", 1, NULL, 't' }, { "cert", 1, NULL, 'c' }, { "key", 1, NULL, 'k' },
		{ 0 } };
	struct door plain = { 0 }, secure = { 0 };
	const char *port = "0", *tls_port = "0", *cert = NULL, *key = NULL;
	int what, ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev[64];

	while ((what = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (what == 'p')
			port = optarg;
		else if (what == 't')
			tls_port = optarg;
		else if (what == 'c')
			cert = optarg;
		else if (what == 'k')
			key = optarg;
		else
			return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN); /* a client of TLS that left */
	large = make_answer(200, LARGE_BYTES);
	small = make_answer(200, SMALL_BYTES);
	unchanged = make_answer(304, 0);
	open_door(ep, &plain, (uint16_t)strtoul(port, NULL, 10), "port");
	if (cert) {
		secure.tls = serving_tls(cert, key);
		open_door(ep, &secure, (uint16_t)strtoul(tls_port, NULL, 10), "tls");
	}
	(void)fflush(stdout);
	for (;;) {
		int n = epoll_wait(ep, ev, 64, -1);
		for (int i = 0; i < n; i++) {
			if (ev[i].data.ptr == &plain || ev[i].data.ptr == &secure)
				on_door(ep, ev[i].data.ptr);
			else
				on_client(ev[i].data.ptr);
		}
	}
}

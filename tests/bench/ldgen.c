/*
 * ldgen - load for one server, and what each request cost that server.
 *
 *     ldgen --port P --path /repos/o/r --urls 1000 --connections 64 --seconds 2 --pids 17,18
 *
 * Keep-alive connections with one request under way each; the number at the end of the path is
 * drawn from `urls` by the seed (--fresh: never the same one twice). First every number once
 * (so that a cache is full), then `warm` seconds, then the measured ones. wrk tops out below what
 * it should measure here, so this busy-polls; --wait blocks instead, for runs on one CPU.
 *
 * --etag asks with each path's entity tag; --etag-end has what the server puts before its last
 * quote. Every reply is checked: status, length, the number in it, and the hash of the rest, which
 * is learned from the upstream itself (--learn PORT). One wrong reply ends the run with status 1.
 *
 * The server's cost is the run time that the scheduler booked for all tasks of `pids` between
 * the first and the last measured reply (/proc/PID/task/N/schedstat), so others on the same CPU
 * disturb it little; what they held back is printed as `waited`, the share of time in which the
 * server could have run and did not.
 *
 * Prints one line: requests seconds req/s cpu_us p50 p90 p99 max (us) waited own_cpu(share)
 */
#include "answers.h"
#include "wire.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>

#define MAX_SAMPLES (16u << 20)
#define IN_ROOM (32 * 1024)
#define MAX_PLACES 4

struct conf {
	uint16_t port, learn_port;
	const char *path, *ca_file, *etag_end;
	uint64_t urls, seed;
	unsigned connections;
	double warm_s, seconds;
	int status;
	bool fresh, wait, ask_etag;
	const char *pids;
	char fields[2048]; /* more header fields, each with its CRLF */
	size_t n_fields;
};

struct conn {
	struct wire wire;
	char in[IN_ROOM];
	size_t n_in;
	size_t unsent; /* of the request, from its end */
	uint64_t number;
	int64_t sent_ns;
};

struct cost { /* of the server's tasks, so far */
	uint64_t ran_ns, waited_ns;
};

static struct conf conf = { .path = "/repos/o/r",
	.urls = 1000,
	.seed = 1,
	.connections = 64,
	.warm_s = 0.3,
	.seconds = 2,
	.status = 200,
	.etag_end = "",
	.pids = "" };

static char request[4096];
static size_t n_request, places[MAX_PLACES], n_places;
static size_t body_bytes;
static uint64_t learned;
static uint64_t dice, next_fresh, first_pass;
static uint32_t *samples;
static size_t n_samples;
static uint64_t n_replies;
static bool measuring;

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *fmt, ...)
{
	va_list args;

	(void)fprintf(stderr, "ldgen: ");
	va_start(args, fmt);
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fprintf(stderr, "\n");
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* -- what is asked
 * ------------------------------------------------------------------------------------------ */

static void add(const char *text)
{
	size_t n = strlen(text);

	if (n_request + n >= sizeof(request))
		die("the request is too long");
	memcpy(request + n_request, text, n);
	n_request += n;
}

static void add_number(void)
{
	places[n_places++] = n_request;
	add("0000000000");
}

/* About 240 bytes, as a GitHub client words it. */
static void render_request(void)
{
	n_request = n_places = 0;
	add("GET ");
	add(conf.path);
	add_number();
	add(" HTTP/1.1\r\nHost: localhost\r\nAccept: application/vnd.github+json\r\n"
	    "User-Agent: octokit-rest.js/21.0 Node.js/20\r\nX-GitHub-Api-Version: 2022-11-28\r\n");
	if (conf.ask_etag) {
		add("If-None-Match: " ETAG_LEAD);
		add_number();
		add(conf.etag_end);
		add("\"\r\n");
	}
	add(conf.fields);
	add("\r\n");
}

static uint64_t draw(void)
{
	if (first_pass < conf.urls)
		return first_pass++;
	if (conf.fresh)
		return next_fresh++;
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return dice % conf.urls;
}

/* -- replies
 * ------------------------------------------------------------------------------------------ */

/* The value of Content-Length in a head, -1 when it has none. */
static long content_length(const char *head, size_t n)
{
	const char *line = head, *end = head + n;

	while ((line = memchr(line, '\n', (size_t)(end - line))) != NULL && ++line + 15 < end)
		if (strncasecmp(line, "content-length:", 15) == 0)
			return (long)strtoul(line + 15, NULL, 10);
	return -1;
}

static bool is_chunked(const char *head, size_t n)
{
	static const char field[] = "\ntransfer-encoding: chunked\r";

	for (const char *p = head, *end = head + n - sizeof(field);
		(p = memchr(p, '\n', (size_t)(end - p))) != NULL && p < end; p++)
		if (strncasecmp(p, field, sizeof(field) - 1) == 0)
			return true;
	return false;
}

/* Puts the pieces of a chunked body together at `p` once all are there; *ret_n is the body's
 * length. Returns the bytes they took, 0 when some are still to come. */
static size_t take_chunks(char *p, size_t n, long *ret_n)
{
	for (bool copies = false;; copies = true) {
		size_t at = 0, total = 0;
		for (size_t size = 1; size;) {
			char *line_end = memchr(p + at, '\n', n - at);
			if (!line_end)
				return 0;
			size = strtoul(p + at, NULL, 16);
			size_t from = (size_t)(line_end - p) + 1;
			if (from + size + 2 > n)
				return 0;
			if (copies)
				memmove(p + total, p + from, size);
			total += size;
			at = from + size + 2;
		}
		*ret_n = (long)total;
		if (copies)
			return at;
	}
}

/* Bytes of the whole reply in `p`, 0 when some are still to come; ends the run if it is wrong. */
static size_t check_reply(char *p, size_t n, uint64_t number)
{
	char want[NUMBER_DIGITS];
	const char *end = memmem(p, n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	size_t head = (size_t)(end - p) + 4;
	if (strtoul(p + 9, NULL, 10) != (unsigned long)conf.status)
		die("status not %d: %.*s", conf.status, (int)(n < 700 ? n : 700), p);
	if (conf.status == 304)
		return head;
	long length = content_length(p, head);
	size_t took = length >= 0 ? (size_t)length : 0;
	if (length < 0 && is_chunked(p, head) && !(took = take_chunks(p + head, n - head, &length)))
		return 0;
	if (length < 0 || (body_bytes && (size_t)length != body_bytes))
		die("length %ld, not %zu: %.*s", length, body_bytes, (int)head, p);
	if (n < head + took)
		return 0;
	number_put(want, number);
	if ((size_t)length < NUMBER_AT + NUMBER_DIGITS ||
		memcmp(p + head + NUMBER_AT, want, NUMBER_DIGITS) != 0)
		die("the answer to another question than %.10s: %.40s", want, p + head);
	uint64_t hash = body_hash(p + head, (size_t)length);
	if (!body_bytes) {
		body_bytes = (size_t)length;
		learned = hash;
	} else if (hash != learned)
		die("other bytes than the upstream's");
	return head + took;
}

/* -- connections
 * ------------------------------------------------------------------------------------------ */

static void flush(struct conn *c)
{
	while (c->unsent) {
		ssize_t took = wire_write(&c->wire, request + n_request - c->unsent, c->unsent);
		if (took < 0 && errno == EAGAIN)
			return;
		if (took <= 0)
			die("the connection broke while sending");
		c->unsent -= (size_t)took;
	}
}

/* Requests are shorter than any socket's buffer, so the one rendered request serves all: only
 * a handshake delays it, and then it is rendered again. */
static void ask(struct conn *c)
{
	for (size_t i = 0; i < n_places; i++)
		number_put(request + places[i], c->number);
	flush(c);
}

static void ask_next(struct conn *c)
{
	c->number = draw();
	c->unsent = n_request;
	c->n_in = 0;
	c->sent_ns = now_ns();
	ask(c);
}

static void on_reply(struct conn *c)
{
	n_replies++;
	if (measuring && n_samples < MAX_SAMPLES)
		samples[n_samples++] = (uint32_t)(now_ns() - c->sent_ns);
	ask_next(c);
}

/* Edge-triggered: reads until the socket says no. */
static void on_ready(struct conn *c)
{
	if (c->unsent)
		ask(c);
	for (;;) {
		ssize_t got = wire_read(&c->wire, c->in + c->n_in, sizeof(c->in) - c->n_in);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			die("the server closed the connection");
		c->n_in += (size_t)got;
		size_t n = check_reply(c->in, c->n_in, c->number);
		if (n && n != c->n_in)
			die("bytes behind the reply");
		if (n) {
			bool was_short = !c->wire.tls && (size_t)got < sizeof(c->in);
			on_reply(c);
			if (was_short)
				return; /* nothing more was there */
		} else if (c->n_in == sizeof(c->in))
			die("the reply is too long");
	}
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		die("connect to port %u: %s", port, strerror(errno));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static SSL_CTX *trusting(const char *ca_file)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	if (SSL_CTX_load_verify_locations(tls, ca_file, NULL) != 1)
		die("can not read %s", ca_file);
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	return tls;
}

/* What the upstream itself answers to number 0, for the comparison. Blocking, plain. */
static void learn(void)
{
	struct conn *c = calloc(1, sizeof(*c));
	bool asks_etag = conf.ask_etag;
	int status = conf.status;

	conf.ask_etag = false;
	conf.status = 200;
	render_request();
	wire_connect(&c->wire, connect_to(conf.learn_port), NULL);
	c->unsent = n_request;
	ask(c);
	while (!check_reply(c->in, c->n_in, 0)) {
		ssize_t got = wire_read(&c->wire, c->in + c->n_in, sizeof(c->in) - c->n_in);
		if (got <= 0)
			die("the upstream teaches nothing");
		c->n_in += (size_t)got;
	}
	wire_close(&c->wire);
	free(c);
	conf.ask_etag = asks_etag;
	conf.status = status;
}

/* -- the server's cost
 * ------------------------------------------------------------------------------------------ */

static void add_task(struct cost *cost, const char *path)
{
	unsigned long long ran, waited;
	FILE *f = fopen(path, "re");

	if (!f)
		return; /* the task has ended */
	/* style: two numbers of the kernel's */
	if (fscanf(f, "%llu %llu", &ran, &waited) == 2) {
		cost->ran_ns += ran;
		cost->waited_ns += waited;
	}
	(void)fclose(f);
}

static struct cost server_cost(void)
{
	struct cost cost = { 0 };
	char path[512];
	char *next;

	for (const char *p = conf.pids; *p; p = *next ? next + 1 : next) {
		unsigned long pid = strtoul(p, &next, 10);
		(void)snprintf(path, sizeof(path), "/proc/%lu/task", pid);
		DIR *dir = opendir(path);
		if (!dir)
			die("the server %lu is gone", pid);
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			if (e->d_name[0] == '.')
				continue;
			(void)snprintf(
				path, sizeof(path), "/proc/%lu/task/%s/schedstat", pid, e->d_name);
			add_task(&cost, path);
		}
		(void)closedir(dir);
	}
	return cost;
}

static double own_cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* -- the run
 * ------------------------------------------------------------------------------------------ */

static void turn(int ep)
{
	struct epoll_event ev[256];
	int n = epoll_wait(ep, ev, 256, conf.wait ? -1 : 0);

	for (int i = 0; i < n; i++)
		on_ready(ev[i].data.ptr);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double quantile_us(double q)
{
	size_t at = (size_t)(q * (double)n_samples);

	return n_samples ? samples[at < n_samples ? at : n_samples - 1] / 1e3 : 0;
}

static void measure(int ep)
{
	int64_t until = now_ns() + (int64_t)(conf.warm_s * 1e9);

	while (first_pass < conf.urls || now_ns() < until)
		turn(ep);

	struct cost before = server_cost();
	uint64_t replies_before = n_replies;
	double own_before = own_cpu_s();
	int64_t began = now_ns();
	until = began + (int64_t)(conf.seconds * 1e9);
	measuring = true;
	while (now_ns() < until)
		turn(ep);
	int64_t ended = now_ns();
	double own = own_cpu_s() - own_before;
	struct cost after = server_cost();
	double n = (double)(n_replies - replies_before), s = (double)(ended - began) / 1e9;

	if (n < 100)
		die("only %.0f replies", n);
	qsort(samples, n_samples, sizeof(*samples), by_size);
	double ran = (double)(after.ran_ns - before.ran_ns);
	double waited = (double)(after.waited_ns - before.waited_ns);
	(void)printf("%.0f\t%.3f\t%.0f\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.3f\t%.3f\n", n, s, n / s,
		ran / n / 1e3, quantile_us(0.5), quantile_us(0.9), quantile_us(0.99),
		quantile_us(1), ran + waited > 0 ? waited / (ran + waited) : 0, own / s);
}

static void run(void)
{
	SSL_CTX *tls = conf.ca_file ? trusting(conf.ca_file) : NULL;
	int ep = epoll_create1(EPOLL_CLOEXEC);

	for (unsigned i = 0; i < conf.connections; i++) {
		struct conn *c = calloc(1, sizeof(*c));
		int fd = connect_to(conf.port);
		struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };

		if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			die("fcntl");
		wire_connect(&c->wire, fd, tls);
		if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) < 0)
			die("epoll_ctl");
		ask_next(c);
	}
	measure(ep);
}

static void add_field(const char *field)
{
	int n = snprintf(
		conf.fields + conf.n_fields, sizeof(conf.fields) - conf.n_fields, "%s\r\n", field);

	if (n < 0 || (size_t)n >= sizeof(conf.fields) - conf.n_fields)
		die("too many fields");
	conf.n_fields += (size_t)n;
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = { { "port", 1, NULL, 'p' },
		{ "learn", 1, NULL, 'l' }, { "path", 1, NULL, 'P' }, { "urls", 1, NULL, 'u' },
		{ "seed", 1, NULL, 'r' }, { "connections", 1, NULL, 'c' }, { "warm", 1, NULL, 'w' },
		{ "seconds", 1, NULL, 'd' }, { "status", 1, NULL, 's' }, { "fresh", 1, NULL, 'f' },
		{ "wait", 0, NULL, 'b' }, { "etag", 0, NULL, 'e' }, { "etag-end", 1, NULL, 'E' },
		{ "ca", 1, NULL, 't' }, { "pids", 1, NULL, 'i' }, { "field", 1, NULL, 'H' },
		{ 0 } };
	int what;

	while ((what = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (what) {
		case 'p':
			conf.port = (uint16_t)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			conf.learn_port = (uint16_t)strtoul(optarg, NULL, 10);
			break;
		case 'P':
			conf.path = optarg;
			break;
		case 'u':
			conf.urls = strtoull(optarg, NULL, 10);
			break;
		case 'r':
			conf.seed = strtoull(optarg, NULL, 10);
			break;
		case 'c':
			conf.connections = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			conf.warm_s = strtod(optarg, NULL);
			break;
		case 'd':
			conf.seconds = strtod(optarg, NULL);
			break;
		case 's':
			conf.status = (int)strtoul(optarg, NULL, 10);
			break;
		case 'f': /* from this number on */
			conf.fresh = true;
			next_fresh = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			conf.wait = true;
			break;
		case 'e':
			conf.ask_etag = true;
			break;
		case 'E':
			conf.etag_end = optarg;
			break;
		case 't':
			conf.ca_file = optarg;
			break;
		case 'i':
			conf.pids = optarg;
			break;
		case 'H':
			add_field(optarg);
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	samples = malloc(MAX_SAMPLES * sizeof(*samples));
	dice = conf.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	if (conf.fresh)
		first_pass = conf.urls;
	if (conf.learn_port)
		learn();
	else
		die("--learn: the upstream's plain port");
	render_request();
	run();
	return 0;
}

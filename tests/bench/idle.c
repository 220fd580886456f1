/*
 * idle - opens keep-alive connections that each made one request, and holds them.
 *
 *     idle --port P --connections 10000 --path /repos/o/r0000000000 [--ca FILE] [--field TEXT]
 *
 * One after the other: connect, ask, read the whole reply, keep. Prints "open N" when all are;
 * holds them until its standard input ends. A connection that the server closed meanwhile ends
 * it with status 1, so that nobody measures connections that are not there.
 */
#include "answers.h"
#include "wire.h"
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static char in[64 * 1024];

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "idle: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void open_one(
	struct wire *w, uint16_t port, const char *path, const char *field, SSL_CTX *tls)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger reset = { 1, 0 }; /* leaves no port behind in TIME_WAIT */
	char request[512];
	size_t n_in = 0, n_reply = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		die("connect");
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	wire_connect(w, fd, tls);
	int n = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: idle\r\n%s\r\n"
		"Accept: application/vnd.github+json\r\n\r\n",
		path, field);
	if (wire_write(w, request, (size_t)n) != n)
		die("send");
	while (n_reply == 0 || n_in < n_reply) {
		ssize_t got = wire_read(w, in + n_in, sizeof(in) - 1 - n_in);
		if (got <= 0)
			die("recv");
		n_in += (size_t)got;
		in[n_in] = 0;
		const char *end = strstr(in, "\r\n\r\n");
		const char *length = strcasestr(in, "\r\ncontent-length:");
		if (strncmp(in, "HTTP/1.1 200", n_in < 12 ? n_in : 12) != 0 ||
			(end && (!length || length > end)))
			die("not a 200 with a length");
		if (end)
			n_reply = (size_t)(end - in) + 4 + strtoul(length + 17, NULL, 10);
	}
}

/* Nothing may have come, not even an end. */
static void check_open(const struct wire *all, size_t n)
{
	char byte;

	for (size_t i = 0; i < n; i++) {
		ssize_t got = recv(all[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			die("a connection was closed");
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "port", 1, NULL, 'p' }, { "path", 1, NULL, 'P' },
		{ "connections", 1, NULL, 'c' }, { "ca", 1, NULL, 't' }, { "field", 1, NULL, 'H' },
		{ 0 } };
	const char *path = "/repos/o/r0000000000", *field = "Connection: keep-alive";
	SSL_CTX *tls = NULL;
	size_t n = 10000;
	uint16_t port = 0;
	char byte;
	int what;

	while ((what = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (what == 'p')
			port = (uint16_t)strtoul(optarg, NULL, 10);
		else if (what == 'P')
			path = optarg;
		else if (what == 'c')
			n = strtoul(optarg, NULL, 10);
		else if (what == 'H')
			field = optarg;
		else if (what == 't') {
			tls = SSL_CTX_new(TLS_client_method());
			SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
			SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
			if (SSL_CTX_load_verify_locations(tls, optarg, NULL) != 1)
				die(optarg);
		} else
			return 2;
	}
	struct wire *all = calloc(n, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		open_one(&all[i], port, path, field, tls);
	(void)printf("open %zu\n", n);
	(void)fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	check_open(all, n);
	return 0;
}

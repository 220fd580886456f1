/*
 * server - a scripted HTTP server on a thread and a loopback port of its own.
 *
 * Each request it reads takes the next step of the script: bytes written as they stand, then the
 * connection is kept, held without another byte, or closed. What it read is written down.
 */
#pragma once
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_CONNS 8
#define SERVER_STEPS 16
#define SERVER_SEEN 8192

enum server_then { SERVER_KEEP, SERVER_CLOSE };

struct server_step {
	const char *reply; /* NULL: none */
	size_t filler;     /* bytes 'x' behind it */
	enum server_then then;
};

struct server {
	int listener, stop[2];
	unsigned port;
	pthread_t thread;
	const struct server_step *steps; /* ended by reply NULL and then KEEP */
	int conns[SERVER_CONNS];

	pthread_mutex_t lock;
	pthread_cond_t moved;
	unsigned n_seen, n_accepted, n_closed; /* closed: by the client */
	char seen[SERVER_STEPS][SERVER_SEEN];
};

static inline size_t server_length(const char *text)
{
	const char *field = strcasestr(text, "\r\ncontent-length:");
	unsigned long long n = 0;

	if (field)
		(void)sscanf(field + 17, "%llu", &n);
	return (size_t)n;
}

/* One request, whole; false: the client closed. */
static inline bool server_read(int fd, char *to)
{
	size_t n = 0;

	to[0] = '\0';
	for (;;) {
		const char *end = strstr(to, "\r\n\r\n");
		if (end && n >= (size_t)(end - to) + 4 + server_length(to))
			return true;
		if (n == SERVER_SEEN - 1)
			return false;
		ssize_t got = recv(fd, to + n, SERVER_SEEN - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		to[n] = '\0';
	}
}

static inline bool server_write(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

/* False: the connection is over. */
static inline bool server_serve(struct server *s, int fd)
{
	char text[SERVER_SEEN], filler[4096];
	bool is_open = server_read(fd, text);

	memset(filler, 'x', sizeof(filler));
	pthread_mutex_lock(&s->lock);
	unsigned at = s->n_seen;
	if (is_open)
		memcpy(s->seen[s->n_seen++], text, sizeof(text));
	else
		s->n_closed++;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	if (!is_open)
		return false;

	const struct server_step *step = &s->steps[at];
	if (step->reply && !server_write(fd, step->reply, strlen(step->reply)))
		return false;
	for (size_t left = step->filler; left;) {
		size_t n = left < sizeof(filler) ? left : sizeof(filler);
		if (!server_write(fd, filler, n))
			return false;
		left -= n;
	}
	return step->then == SERVER_KEEP;
}

static inline void server_accept(struct server *s)
{
	int fd = accept(s->listener, NULL, NULL);

	for (int i = 0; i < SERVER_CONNS && fd >= 0; i++)
		if (s->conns[i] < 0) {
			s->conns[i] = fd;
			s->n_accepted++;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static inline void *server_run(void *arg)
{
	struct server *s = arg;

	for (;;) {
		struct pollfd fds[SERVER_CONNS + 2] = { { s->stop[0], POLLIN, 0 },
			{ s->listener, POLLIN, 0 } };
		for (int i = 0; i < SERVER_CONNS; i++)
			fds[i + 2] = (struct pollfd){ s->conns[i], POLLIN, 0 };
		(void)poll(fds, SERVER_CONNS + 2, -1);
		if (fds[0].revents)
			return NULL;
		for (int i = 0; i < SERVER_CONNS; i++)
			if (fds[i + 2].revents && !server_serve(s, s->conns[i])) {
				close(s->conns[i]);
				s->conns[i] = -1;
			}
		if (fds[1].revents)
			server_accept(s);
	}
}

static inline void server_start(struct server *s, const struct server_step *steps)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->steps = steps;
	for (int i = 0; i < SERVER_CONNS; i++)
		s->conns[i] = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->moved, NULL);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(s->listener, 16), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &n), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pipe(s->stop), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, server_run, s), 0);
}

/* Waits until the client has closed `n` connections. */
static inline void server_await_closed(struct server *s, unsigned n)
{
	pthread_mutex_lock(&s->lock);
	while (s->n_closed < n)
		pthread_cond_wait(&s->moved, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

/* After it nothing moves: `seen` may be read. Again is harmless. */
static inline void server_stop(struct server *s)
{
	if (s->listener < 0)
		return;
	assert_int_equal(write(s->stop[1], "", 1), 1);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	for (int i = 0; i < SERVER_CONNS; i++)
		if (s->conns[i] >= 0)
			close(s->conns[i]);
	close(s->listener);
	close(s->stop[0]);
	close(s->stop[1]);
	s->listener = -1;
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->moved);
}

/*
 * wire - a non-blocking socket, plain or TLS, for the programs of the benches.
 *
 * Reads and writes as read(2) and write(2) do: -1 with errno EAGAIN when the socket must be
 * waited for, in whichever direction (the callers watch both, edge-triggered).
 */
#pragma once
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire {
	int fd;
	SSL *tls; /* NULL: plain */
};

static inline void wire_accept(struct wire *w, int fd, SSL_CTX *tls)
{
	w->fd = fd;
	w->tls = tls ? SSL_new(tls) : NULL;
	if (w->tls) {
		(void)SSL_set_fd(w->tls, fd);
		SSL_set_accept_state(w->tls);
	}
}

static inline void wire_connect(struct wire *w, int fd, SSL_CTX *tls)
{
	w->fd = fd;
	w->tls = tls ? SSL_new(tls) : NULL;
	if (w->tls) {
		(void)SSL_set_fd(w->tls, fd);
		(void)SSL_set_tlsext_host_name(w->tls, "localhost");
		(void)SSL_set1_host(w->tls, "localhost");
		SSL_set_connect_state(w->tls);
	}
}

static inline ssize_t wire_said(struct wire *w, int got)
{
	int why = SSL_get_error(w->tls, got);

	if (why == SSL_ERROR_ZERO_RETURN)
		return 0;
	errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
	ERR_clear_error();
	return -1;
}

static inline ssize_t wire_read(struct wire *w, char *p, size_t n)
{
	if (!w->tls)
		return recv(w->fd, p, n, 0);
	int got = SSL_read(w->tls, p, (int)n);
	return got > 0 ? got : wire_said(w, got);
}

static inline ssize_t wire_write(struct wire *w, const char *p, size_t n)
{
	if (!w->tls)
		return send(w->fd, p, n, MSG_NOSIGNAL);
	int took = SSL_write(w->tls, p, (int)n);
	return took > 0 ? took : wire_said(w, took);
}

static inline void wire_close(struct wire *w)
{
	SSL_free(w->tls);
	(void)close(w->fd);
}

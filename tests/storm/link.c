#include "link.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

/* Hubgate's certificate is its own; whose it is, is not what a storm looks at. */
static SSL_CTX *context(void)
{
	static SSL_CTX *ctx;

	if (!ctx) {
		ctx = SSL_CTX_new(TLS_client_method());
		if (!ctx)
			abort();
		SSL_CTX_set_mode(
			ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	}
	return ctx;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

bool link_open(struct link *l, const struct link_places *to, enum link_over over, bool old_tls)
{
	int fd = over == LINK_UNIX ? connect_unix(to->path)
	                           : control_connect(to->ports[over], false);

	*l = (struct link){ .fd = fd, .over = over };
	if (fd < 0 || over != LINK_TLS)
		return fd >= 0;
	l->ssl = SSL_new(context());
	if (!l->ssl || SSL_set_fd(l->ssl, fd) != 1)
		abort();
	if (old_tls)
		SSL_set_max_proto_version(l->ssl, TLS1_2_VERSION);
	SSL_set_connect_state(l->ssl);
	l->wants = POLLOUT;
	return true;
}

void link_close(struct link *l, bool rudely)
{
	const struct linger now = { 1, 0 };

	if (l->ssl && l->is_shaken && !rudely)
		(void)SSL_shutdown(l->ssl);
	SSL_free(l->ssl);
	ERR_clear_error();
	if (rudely && l->over != LINK_UNIX)
		(void)setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(l->fd);
	*l = (struct link){ .fd = -1 };
}

void link_shut(struct link *l)
{
	if (l->ssl)
		(void)SSL_shutdown(l->ssl);
	ERR_clear_error();
	(void)shutdown(l->fd, SHUT_WR);
}

/* What a TLS call that returned `rc` comes to: 0 the end, -1 with errno. */
static ssize_t tell(struct link *l, int rc)
{
	int error = SSL_get_error(l->ssl, rc);

	ERR_clear_error();
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		l->wants = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		errno = EAGAIN;
	} else {
		errno = ECONNRESET;
	}
	return -1;
}

/* 1: the handshake is done. Else as tell(). */
static ssize_t shake(struct link *l)
{
	if (!l->is_shaken) {
		int rc = SSL_do_handshake(l->ssl);
		if (rc != 1)
			return tell(l, rc) < 0 ? -1 : 0;
		l->is_shaken = true;
	}
	return 1;
}

ssize_t link_send(struct link *l, const char *p, size_t n)
{
	if (!l->ssl)
		return send(l->fd, p, n, MSG_NOSIGNAL);
	if (shake(l) != 1) {
		if (errno != EAGAIN)
			errno = ECONNRESET;
		return -1;
	}
	int rc = SSL_write(l->ssl, p, (int)n);
	return rc > 0 ? rc : tell(l, rc);
}

ssize_t link_receive(struct link *l, char *to, size_t room)
{
	if (!l->ssl)
		return recv(l->fd, to, room, 0);
	ssize_t rc = shake(l);
	if (rc != 1)
		return rc;
	int n = SSL_read(l->ssl, to, (int)room);
	return n > 0 ? n : tell(l, n);
}

short link_events(const struct link *l, bool wants_in, bool wants_out)
{
	if (l->ssl && !l->is_shaken)
		return l->wants;
	return (short)((wants_in ? POLLIN : 0) | (wants_out ? POLLOUT : 0));
}

bool link_has_more(const struct link *l)
{
	return l->ssl && l->is_shaken && SSL_pending(l->ssl) > 0;
}

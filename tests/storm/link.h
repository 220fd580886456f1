/*
 * link - a storm's connection to hubgate: in the clear, over TLS, or over a Unix socket.
 *
 *     link_open ─► link_send, link_receive (-1 and EAGAIN: later) ─► link_close
 *
 * The handshake is made by the first calls; link_events says what to poll for meanwhile.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum link_over { LINK_PLAIN, LINK_TLS, LINK_UNIX, LINK_OVERS };

struct ssl_st;

struct link {
	int fd; /* -1: none */
	enum link_over over;
	struct ssl_st *ssl; /* NULL: in the clear */
	bool is_shaken;
	short wants; /* POLL… of the handshake */
};

/* Where hubgate listens; a 0 port, or no path: not there. */
struct link_places {
	uint16_t ports[2]; /* LINK_PLAIN, LINK_TLS */
	const char *path;  /* LINK_UNIX */
};

/* False, with errno: refused. Old TLS is version 1.2. */
bool link_open(struct link *l, const struct link_places *to, enum link_over over, bool old_tls);
void link_close(struct link *l, bool rudely);
/* Sends no more, and says so. */
void link_shut(struct link *l);

ssize_t link_send(struct link *l, const char *p, size_t n);
ssize_t link_receive(struct link *l, char *to, size_t room);

/* For poll. Bytes that wait in the TLS library are not seen by it: link_has_more. */
short link_events(const struct link *l, bool wants_in, bool wants_out);
bool link_has_more(const struct link *l);

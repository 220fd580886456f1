/*
 * seal - one connection's TLS: bytes in the clear on this side, records on the socket.
 *
 * OpenSSL reads and writes the socket directly and keeps its buffers only while something is in
 * them, so an idle connection costs about 14 kB. What is sent together leaves in one record, as
 * far as 16 KiB reach.
 *
 * Reading and sending are said as recv and sendmsg say them. The handshake is part of reading.
 *
 * Thread: the front's loop.   Clock: none.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct hg_tls;
struct ssl_st;

struct hg_seal {
	struct ssl_st *ssl;
	char *client;     /* owned: whom its certificate names; NULL: it has none */
	size_t committed; /* of the bytes that were not taken: a record holds them already */
	bool is_open;     /* the handshake is over */
	bool wants_write; /* reading needs a socket that can be written to */
	bool has_more;    /* bytes were read from the socket and not given out: none will wake us */
	bool failed;
};

struct hg_seal *hg_seal_new(struct hg_tls *tls, int fd); /* NULL: out of memory */
void hg_seal_free(struct hg_seal *s);                    /* NULL is fine; says nothing */

/* > 0; 0: the client sends no more; -1: errno EAGAIN, or it is over. */
ssize_t hg_seal_read(struct hg_seal *s, char *to, size_t room);
/* How much was taken; -1: errno EAGAIN, or it is over. Bytes that were not taken must be offered
 * again, the same ones first. */
ssize_t hg_seal_send(struct hg_seal *s, const struct iovec *iov, size_t n);
/* close_notify: nothing more will come from here. */
void hg_seal_shut(struct hg_seal *s);

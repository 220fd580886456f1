/*
 * preface - what a proxy says before the client's first byte: PROXY protocol, version 2.
 *
 *     16 bytes: signature, version and command, family, length        then `length` bytes
 *     PROXY:  the connection is another's: source and destination, then fields that we skip
 *     LOCAL:  the proxy's own (its health check): the peer is who it is
 *
 * Nothing is read behind it: what follows may be a TLS handshake. Version 1, the line of text, is
 * not spoken: its end is found by searching, and that has let clients in who wrote their own.
 *
 * Thread: any.
 */
#pragma once
#include "front/net.h"
#include <stddef.h>

enum {
	HG_PREFACE_HEAD_BYTES = 16,
	HG_PREFACE_MAX_BYTES = 2048, /* all of it */
};

enum hg_preface_got { HG_PREFACE_MORE, HG_PREFACE_DONE, HG_PREFACE_BAD };

/* Looks at the first `n` bytes. MORE: *ret_want further bytes are surely part of it. DONE:
 * *ret_peer is the client; AF_UNSPEC when the proxy did not know, and as it was for LOCAL. */
enum hg_preface_got hg_preface_read(
	const char *bytes, size_t n, size_t *ret_want, union hg_peer *ret_peer);

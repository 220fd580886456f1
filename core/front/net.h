/*
 * net - where a peer is: ranges of addresses, and the machine itself.
 *
 *     10.0.0.0/8   192.0.2.7   fd00::/8   ::1
 *
 * An IPv4 address that comes as IPv6 (::ffff:192.0.2.7) is that IPv4 address.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

union hg_peer {
	struct sockaddr any;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6; /* the largest; a unix peer has a family only */
};

struct hg_net {
	uint8_t address[16]; /* IPv4: as ::ffff:a.b.c.d */
	uint8_t bits;        /* of those 128 */
};

/* False: it is no address or range, or has bits behind its mask (10.0.0.1/8). */
bool hg_net_parse(struct hg_str text, struct hg_net *ret_net);
/* Is the peer in one of them? A Unix socket's is in none. */
bool hg_net_has(const struct hg_net *nets, uint32_t n, const union hg_peer *peer);
bool hg_peer_is_loopback(const union hg_peer *peer); /* a Unix socket's is */

#include "front/net.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <string.h>

enum { V4_BITS = 96 }; /* of ::ffff:0:0/96 */

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void map_v4(const struct in_addr *in4, uint8_t *to)
{
	memcpy(to, v4_prefix, sizeof(v4_prefix));
	memcpy(to + sizeof(v4_prefix), in4, 4);
}

static bool has_prefix(const uint8_t *address, const struct hg_net *net)
{
	uint32_t whole = net->bits / 8, rest = net->bits % 8;

	return memcmp(address, net->address, whole) == 0 &&
	       (!rest || (address[whole] ^ net->address[whole]) >> (8 - rest) == 0);
}

/* Nothing but zeros behind the mask. */
static bool is_whole(const struct hg_net *net)
{
	for (uint32_t i = net->bits; i < 128; i++)
		if (net->address[i / 8] >> (7 - i % 8) & 1)
			return false;
	return true;
}

bool hg_net_parse(struct hg_str text, struct hg_net *ret_net)
{
	const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
	struct hg_str host = { text.p, slash ? (size_t)(slash - text.p) : text.n };
	char word[INET6_ADDRSTRLEN];
	struct hg_net net = { .bits = 128 };
	struct in_addr in4;
	uint64_t bits = 128, base = 0;

	if (!host.n || host.n >= sizeof(word))
		return false;
	memcpy(word, host.p, host.n);
	word[host.n] = '\0';
	if (inet_pton(AF_INET, word, &in4) == 1) {
		map_v4(&in4, net.address);
		base = V4_BITS;
	} else if (inet_pton(AF_INET6, word, net.address) != 1) {
		return false;
	}
	if (slash) {
		struct hg_str digits = { slash + 1, text.n - host.n - 1 };
		if (!hg_parse_u64(digits, &bits) || bits > 128 - base)
			return false;
		net.bits = (uint8_t)(base + bits);
	}
	if (!is_whole(&net))
		return false;
	*ret_net = net;
	return true;
}

static bool address_of(const union hg_peer *peer, uint8_t *to)
{
	if (peer->any.sa_family == AF_INET)
		map_v4(&peer->in4.sin_addr, to);
	else if (peer->any.sa_family == AF_INET6)
		memcpy(to, &peer->in6.sin6_addr, 16);
	else
		return false;
	return true;
}

bool hg_net_has(const struct hg_net *nets, uint32_t n, const union hg_peer *peer)
{
	uint8_t address[16];

	if (!address_of(peer, address))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (has_prefix(address, &nets[i]))
			return true;
	return false;
}

bool hg_peer_is_loopback(const union hg_peer *peer)
{
	static const struct hg_net own[] = {
		{ .address = { [10] = 0xff, [11] = 0xff, [12] = 127 }, .bits = V4_BITS + 8 },
		{ .address = { [15] = 1 }, .bits = 128 },
	};

	return peer->any.sa_family == AF_UNIX || hg_net_has(own, 2, peer);
}

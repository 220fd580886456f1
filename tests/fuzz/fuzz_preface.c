/*
 * Any bytes as a proxy's preface, and as a range of addresses.
 *
 * Must hold: bytes that come piece by piece mean what they mean in one; what is wanted never
 * reaches behind its end; what is understood stays so whatever follows; a range has its own first
 * address.
 */
#include <stdlib.h>
#include <string.h>

#include "front/net.h"
#include "front/preface.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_preface(const char *bytes, size_t n)
{
	union hg_peer before, peer;
	size_t have = 0, want = HG_PREFACE_HEAD_BYTES;
	enum hg_preface_got got = HG_PREFACE_MORE;

	memset(&before, 0x5a, sizeof(before));
	while (got == HG_PREFACE_MORE && want <= n - have) { /* as a conn reads it */
		have += want;
		peer = before;
		got = hg_preface_read(bytes, have, &want, &peer);
		check(got != HG_PREFACE_MORE || (want > 0 && have + want <= HG_PREFACE_MAX_BYTES));
	}
	for (size_t i = 0; i <= have; i++) {
		union hg_peer again = before;
		enum hg_preface_got early = hg_preface_read(bytes, i, &want, &again);
		check(i == have || early != HG_PREFACE_DONE || got == HG_PREFACE_DONE);
		check(early != HG_PREFACE_MORE || i + want <= have || got != HG_PREFACE_DONE);
	}
	if (got != HG_PREFACE_DONE)
		check(have == 0 || memcmp(&peer, &before, sizeof(peer)) == 0);
	else if (memcmp(&peer, &before, sizeof(peer)) != 0)
		check(peer.any.sa_family == AF_INET || peer.any.sa_family == AF_INET6 ||
			peer.any.sa_family == AF_UNSPEC);
}

static void check_net(const char *bytes, size_t n)
{
	struct hg_net net;
	union hg_peer own;

	if (!hg_net_parse((struct hg_str){ bytes, n }, &net))
		return;
	check(net.bits <= 128);
	memset(&own, 0, sizeof(own));
	own.in6.sin6_family = AF_INET6;
	memcpy(&own.in6.sin6_addr, net.address, sizeof(net.address));
	check(hg_net_has(&net, 1, &own));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_preface((const char *)data, size);
	check_net((const char *)data, size);
	return 0;
}

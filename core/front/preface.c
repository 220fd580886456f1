#include "front/preface.h"
#include <string.h>

enum {
	AT_COMMAND = 12,
	AT_FAMILY = 13,
	AT_LENGTH = 14,
	LOCAL = 0x20, /* version 2 in the upper half */
	PROXY = 0x21,
	UNSPEC = 0x00,
	TCP4 = 0x11,
	TCP6 = 0x21,
	UNIX_STREAM = 0x31,
	TCP4_BYTES = 12, /* two addresses, two ports */
	TCP6_BYTES = 36,
	UNIX_BYTES = 216,
};

static const char signature[12] = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T',
	'\n' };

static enum hg_preface_got take_peer(
	const unsigned char *head, size_t length, union hg_peer *ret_peer)
{
	const unsigned char *p = head + HG_PREFACE_HEAD_BYTES;
	union hg_peer peer;

	memset(&peer, 0, sizeof(peer));
	switch (head[AT_FAMILY]) {
	case TCP4:
		if (length < TCP4_BYTES)
			return HG_PREFACE_BAD;
		peer.in4.sin_family = AF_INET;
		memcpy(&peer.in4.sin_addr, p, 4);
		memcpy(&peer.in4.sin_port, p + 8, 2);
		break;
	case TCP6:
		if (length < TCP6_BYTES)
			return HG_PREFACE_BAD;
		peer.in6.sin6_family = AF_INET6;
		memcpy(&peer.in6.sin6_addr, p, 16);
		memcpy(&peer.in6.sin6_port, p + 32, 2);
		break;
	case UNIX_STREAM:
		if (length < UNIX_BYTES)
			return HG_PREFACE_BAD;
		break; /* on the proxy's machine, wherever that is */
	case UNSPEC:
		break;
	default:
		return HG_PREFACE_BAD;
	}
	*ret_peer = peer;
	return HG_PREFACE_DONE;
}

enum hg_preface_got hg_preface_read(
	const char *bytes, size_t n, size_t *ret_want, union hg_peer *ret_peer)
{
	const unsigned char *head = (const unsigned char *)bytes;

	if (memcmp(bytes, signature, n < sizeof(signature) ? n : sizeof(signature)) != 0)
		return HG_PREFACE_BAD;
	if (n < HG_PREFACE_HEAD_BYTES) {
		*ret_want = HG_PREFACE_HEAD_BYTES - n;
		return HG_PREFACE_MORE;
	}
	size_t length = (size_t)head[AT_LENGTH] << 8 | head[AT_LENGTH + 1];
	if ((head[AT_COMMAND] != LOCAL && head[AT_COMMAND] != PROXY) ||
		HG_PREFACE_HEAD_BYTES + length > HG_PREFACE_MAX_BYTES)
		return HG_PREFACE_BAD;
	if (n < HG_PREFACE_HEAD_BYTES + length) {
		*ret_want = HG_PREFACE_HEAD_BYTES + length - n;
		return HG_PREFACE_MORE;
	}
	if (head[AT_COMMAND] == LOCAL)
		return HG_PREFACE_DONE;
	return take_peer(head, length, ret_peer);
}

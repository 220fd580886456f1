/*
 * tcp_end - what the kernel says of one end of a loopback connection, to tell whether something is
 * on its way: on a busy machine bytes, acknowledgements and ends arrive later than send returns.
 */
#pragma once
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* As Linux numbers them; from CLOSED on the other side's FIN or RST has come. */
enum tcp_end_state {
	TCP_END_OPEN = 1,
	TCP_END_FIN_SENT = 4,
	TCP_END_FIN_TAKEN = 5,
	TCP_END_CLOSED = 7,
};

struct tcp_end {
	uint8_t state;
	uint64_t sent, received;        /* bytes, each once; a FIN is one that was received */
	uint32_t not_sent;              /* waits for the other side's window */
	uint32_t may_send, may_receive; /* windows, as the one was told and as the other told it */
	uint32_t unacked;               /* segments; of a listening one: conns not accepted yet */
	bool has_windows;
	int readable;
};

/* False: it is no TCP socket. */
static inline bool tcp_end_look(int fd, struct tcp_end *ret_end)
{
	union {
		struct tcp_info info;
		char bytes[512]; /* the kernel may know more than the header */
	} got;
	socklen_t n = sizeof(got);
	const size_t at = offsetof(struct tcp_info, tcpi_snd_wnd);
	struct tcp_end e = { 0 };

	memset(&got, 0, sizeof(got));
	if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &got, &n) != 0)
		return false;
	e.state = got.info.tcpi_state;
	e.sent = got.info.tcpi_bytes_sent - got.info.tcpi_bytes_retrans;
	e.received = got.info.tcpi_bytes_received;
	e.not_sent = got.info.tcpi_notsent_bytes;
	e.unacked = got.info.tcpi_unacked;
	e.has_windows = n >= at + 8;
	memcpy(&e.may_send, got.bytes + at, 4);
	memcpy(&e.may_receive, got.bytes + at + 4, 4);
	(void)ioctl(fd, SIOCINQ, &e.readable);
	*ret_end = e;
	return true;
}

/* Nothing that `a` sent or told is still on its way to `b`. */
static inline bool tcp_end_reached(const struct tcp_end *a, const struct tcp_end *b)
{
	bool has_end = b->state >= TCP_END_CLOSED;
	uint64_t fin = has_end && b->received == a->sent + 1;

	return a->sent + fin == b->received &&
	       (has_end || a->state != TCP_END_FIN_SENT || a->not_sent) &&
	       (!a->has_windows || a->may_receive == b->may_send);
}

static inline uint16_t tcp_port(int fd, int (*name_of)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in at = { 0 };
	socklen_t n = sizeof(at);

	if (name_of(fd, (struct sockaddr *)&at, &n) != 0 || at.sin_family != AF_INET)
		return 0;
	return ntohs(at.sin_port);
}

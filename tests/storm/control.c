#include "control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int control_connect(uint16_t port, bool blocking)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

bool control_ask(
	uint16_t port, const char *method, const char *path, const char *body, struct answer *ret)
{
	char text[2048], piece[16384];
	size_t body_n = body ? strlen(body) : 0;
	int fd = control_connect(port, true);
	ssize_t n;

	answer_init(ret);
	if (fd < 0)
		return false;
	int text_n = snprintf(text, sizeof(text),
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: storm\r\nConnection: close\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		method, path, port, body_n, body ? body : "");
	if (send(fd, text, (size_t)text_n, MSG_NOSIGNAL) == text_n)
		while (ret->state != ANSWER_WHOLE && (n = recv(fd, piece, sizeof(piece), 0)) > 0)
			(void)answer_feed(ret, piece, (size_t)n, false);
	close(fd);
	return ret->state == ANSWER_WHOLE || answer_ends_here(ret);
}

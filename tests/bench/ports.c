/*
 * ports - prints N free loopback ports, one a line, for servers that can not choose themselves.
 *
 * All N are held until the last is known, so they differ. Between this and the server's bind
 * somebody else may take one; then the server says so and the bench ends.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;

	while (n--) {
		struct sockaddr_in at = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t size = sizeof(at);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 ||
			getsockname(fd, (struct sockaddr *)&at, &size) < 0) {
			perror("ports");
			return 1;
		}
		(void)printf("%u\n", ntohs(at.sin_port));
	}
	return 0;
}

#include "host/config/listen.h"

#include "base/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int parse_unix(struct hg_str path, struct hg_address *a, struct hg_err *err)
{
	if (path.n == 0 || path.p[0] != '/')
		return hg_err_set(err, HG_EINVAL, "unix: needs an absolute path");
	if (path.n >= sizeof(a->at.un.sun_path))
		return hg_err_set(err, HG_EINVAL, "the path of a Unix socket has at most %zu bytes",
			sizeof(a->at.un.sun_path) - 1);
	a->is_unix = a->is_loopback = true;
	a->at.un.sun_family = AF_UNIX;
	memcpy(a->at.un.sun_path, path.p, path.n);
	a->n = sizeof(a->at.un);
	return 0;
}

static bool parse_host(struct hg_str host, uint16_t port, struct hg_address *a)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&a->at.storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->at.storage;
	char word[64];

	if (host.n >= sizeof(word))
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)host.n, host.p);
	if (inet_pton(AF_INET, word, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		a->n = sizeof(*in4);
		a->is_loopback = ntohl(in4->sin_addr.s_addr) >> 24 == 127;
		return true;
	}
	if (host.n < 2 || word[0] != '[' || word[host.n - 1] != ']')
		return false;
	word[host.n - 1] = 0;
	if (inet_pton(AF_INET6, word + 1, &in6->sin6_addr) != 1)
		return false;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	a->n = sizeof(*in6);
	a->is_loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	return true;
}

int hg_address_parse(struct hg_str text, struct hg_address *ret_address, struct hg_err *err)
{
	struct hg_address a = { 0 };
	struct hg_str unix_word = HG_STR("unix:");
	const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
	uint64_t port;

	if (hg_str_starts(text, unix_word)) {
		struct hg_str path = { text.p + unix_word.n, text.n - unix_word.n };
		int rc = parse_unix(path, &a, err);
		if (rc < 0)
			return rc;
		*ret_address = a;
		return 0;
	}
	struct hg_str host = { text.p, colon ? (size_t)(colon - text.p) : 0 };
	struct hg_str digits = { colon ? colon + 1 : NULL,
		colon ? (size_t)(text.p + text.n - colon - 1) : 0 };
	if (!colon || !hg_parse_u64(digits, &port) || port > 65535 ||
		!parse_host(host, (uint16_t)port, &a))
		return hg_err_set(err, HG_EINVAL,
			"expected 127.0.0.1:3001, [::1]:3001 or unix:/path, got \"%.*s\"",
			(int)(text.n > 60 ? 60 : text.n), text.p ? text.p : "");
	*ret_address = a;
	return 0;
}

uint16_t hg_address_port(const struct hg_address *a)
{
	if (a->at.any.sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a->at.storage)->sin_port);
	if (a->at.any.sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->at.storage)->sin6_port);
	return 0;
}

void hg_address_print(const struct hg_address *a, char *ret_text, size_t size)
{
	const char *scheme = a->is_tls ? "https" : "http";
	char host[INET6_ADDRSTRLEN] = "";

	if (a->is_unix) {
		snprintf(ret_text, size, "unix:%s", a->at.un.sun_path);
	} else if (a->at.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&a->at.storage)->sin_addr, host,
			sizeof(host));
		snprintf(ret_text, size, "%s://%s:%u", scheme, host, hg_address_port(a));
	} else {
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&a->at.storage)->sin6_addr, host,
			sizeof(host));
		snprintf(ret_text, size, "%s://[%s]:%u", scheme, host, hg_address_port(a));
	}
}

/* Somebody listens there: false and err. A file that nobody listens on is removed. */
static bool make_room(const struct hg_address *a, struct hg_err *err)
{
	const char *path = a->at.un.sun_path;
	struct stat st;

	if (lstat(path, &st) < 0)
		return true;
	if (!S_ISSOCK(st.st_mode)) {
		hg_err_set(err, HG_EEXIST, "%s is there and is no socket", path);
		return false;
	}
	int fd = hg_listen_connect(a, NULL);
	if (fd >= 0) {
		close(fd);
		hg_err_set(err, HG_EEXIST, "%s is in use: another hubgate answers there", path);
		return false;
	}
	(void)unlink(path);
	return true;
}

static int refuse(int fd, const struct hg_address *a, const char *what, struct hg_err *err)
{
	char text[160];
	int number = errno;

	close(fd);
	hg_address_print(a, text, sizeof(text));
	const char *name = a->is_unix ? text : strstr(text, "://") + 3;
	if (number == EADDRINUSE)
		return hg_err_set(err, HG_EEXIST, "%s is in use by another program", name);
	return hg_err_set(err, HG_EIO, "%s: %s: %s", name, what, strerror(number));
}

/* SO_REUSEPORT would let two hubgates of one user share a port without a word; a socket without it
 * can be bound only where nobody is. */
static int probe(const struct hg_address *a, struct hg_err *err)
{
	int one = 1;
	int fd = socket(a->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return hg_err_set(err, HG_EIO, "socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a->at.any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, &a->at.any, a->n) < 0)
		return refuse(fd, a, "bind", err);
	close(fd);
	return 0;
}

/* Only who may use it by `mode` can; there is no moment at which others could. */
static int bind_unix(int fd, const struct hg_address *a, unsigned mode)
{
	mode_t old = umask(0777 & ~mode);
	int rc = bind(fd, &a->at.any, a->n);
	int number = errno;

	(void)umask(old);
	errno = number;
	return rc;
}

int hg_listen_folder_is_ours(const char *dir, struct hg_err *err)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return 0; /* opening the socket will say so */
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return hg_err_set(
			err, HG_EDENIED, "%s belongs to another user, who could replace it", dir);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
		return hg_err_set(err, HG_EDENIED,
			"%s may be written to by others, who could replace it: chmod go-w", dir);
	return 0;
}

int hg_listen_open(struct hg_address *a, unsigned mode, bool is_first, struct hg_err *err)
{
	int one = 1;

	if (a->is_unix && !make_room(a, err))
		return HG_EEXIST;
	if (!a->is_unix && is_first && hg_address_port(a) && probe(a, err) < 0)
		return err ? err->code : HG_EEXIST;

	int fd = socket(a->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return hg_err_set(err, HG_EIO, "socket: %s", strerror(errno));
	if (!a->is_unix) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	}
	if (a->at.any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if ((a->is_unix ? bind_unix(fd, a, mode) : bind(fd, &a->at.any, a->n)) < 0)
		return refuse(fd, a, "bind", err);
	if (listen(fd, 1024) < 0)
		return refuse(fd, a, "listen", err);
	if (!a->is_unix) {
		socklen_t n = sizeof(a->at.storage);
		(void)getsockname(fd, &a->at.any, &n);
	}
	return fd;
}

int hg_listen_connect(const struct hg_address *a, struct hg_err *err)
{
	int fd = socket(a->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return hg_err_set(err, HG_EIO, "socket: %s", strerror(errno));
	if (connect(fd, &a->at.any, a->n) < 0) {
		int number = errno;
		char text[160];
		close(fd);
		hg_address_print(a, text, sizeof(text));
		int code = number == ENOENT || number == ECONNREFUSED ? HG_ENOTFOUND
		           : number == EACCES || number == EPERM      ? HG_EDENIED
		                                                      : HG_EIO;
		return hg_err_set(err, code, "%s: %s", text, strerror(number));
	}
	return fd;
}

#include "host/inherited.h"

#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

static int look_at(int fd, struct hg_address *ret_address, struct hg_err *err)
{
	struct hg_address a = { .n = sizeof(a.at) };
	int type = 0, listens = 0;
	socklen_t n = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0)
		return hg_err_set(
			err, HG_EINVAL, "LISTEN_FDS: descriptor %d: %s", fd, strerror(errno));
	(void)getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n);
	if (type != SOCK_STREAM || !listens || getsockname(fd, &a.at.any, &a.n) < 0)
		return hg_err_set(err, HG_EINVAL,
			"LISTEN_FDS: descriptor %d is no listening stream socket", fd);
	a.is_unix = a.at.any.sa_family == AF_UNIX;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		return hg_err_set(
			err, HG_EIO, "LISTEN_FDS: descriptor %d: %s", fd, strerror(errno));
	*ret_address = a;
	return 0;
}

int hg_inherited_take(struct hg_inherited *list, int first, uint32_t n, struct hg_err *err)
{
	if (n > HG_INHERITED_MAX)
		return hg_err_set(
			err, HG_EINVAL, "LISTEN_FDS: %u sockets; %d at most", n, HG_INHERITED_MAX);
	for (uint32_t i = 0; i < n; i++) {
		list->items[i].fd = first + (int)i;
		list->items[i].is_wanted = false;
		int rc = look_at(list->items[i].fd, &list->items[i].address, err);
		if (rc < 0)
			return rc;
		list->n++;
	}
	return 0;
}

int hg_inherited_find(struct hg_inherited *list, struct hg_err *err)
{
	const char *whose = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t pid = 0, n = 0;
	bool ours = whose && count && hg_parse_u64(hg_str(whose), &pid) &&
	            hg_parse_u64(hg_str(count), &n) && pid == (uint64_t)getpid();

	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	if (!ours)
		return 0;
	return hg_inherited_take(list, FIRST_FD, n > UINT32_MAX ? UINT32_MAX : (uint32_t)n, err);
}

static bool is_same(const struct hg_address *a, const struct hg_address *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->at.storage;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)&b->at.storage;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)&a->at.storage;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)&b->at.storage;

	if (a->at.any.sa_family != b->at.any.sa_family)
		return false;
	if (a->is_unix)
		return strncmp(a->at.un.sun_path, b->at.un.sun_path, sizeof(a->at.un.sun_path)) ==
		       0;
	if (hg_address_port(a) != hg_address_port(b))
		return false;
	if (a->at.any.sa_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

int hg_inherited_open(struct hg_inherited *list, const struct hg_address *a)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->items[i].fd < 0 || !is_same(&list->items[i].address, a))
			continue;
		list->items[i].is_wanted = true;
		return fcntl(list->items[i].fd, F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

void hg_inherited_drop_rest(struct hg_inherited *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		char text[160];
		if (list->items[i].is_wanted || list->items[i].fd < 0)
			continue;
		hg_address_print(&list->items[i].address, text, sizeof(text));
		HG_LOG(HG_LOG_HOST, HG_LOG_WARN,
			"inherited socket closed, no listener binds it: %s", text);
		close(list->items[i].fd);
		list->items[i].fd = -1;
	}
}

void hg_inherited_close(struct hg_inherited *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->items[i].fd >= 0)
			close(list->items[i].fd);
	}
	list->n = 0;
}

#include "host/notify.h"

#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool hg_notify_aim(struct hg_notify *n, const char *address)
{
	size_t len = strlen(address);

	*n = (struct hg_notify){ .watchdog_us = n->watchdog_us };
	if ((address[0] != '/' && address[0] != '@') || len < 2 || len >= sizeof(n->at.sun_path))
		return false;
	n->at.sun_family = AF_UNIX;
	memcpy(n->at.sun_path, address, len);
	n->n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	if (address[0] == '@') { /* no file: a name that begins with NUL and ends without one */
		n->at.sun_path[0] = '\0';
		n->n--;
	}
	return true;
}

/* A watchdog that is set for another process is not ours. */
static int64_t watchdog_us(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t n_us, n_pid;

	if (!us || !hg_parse_u64(hg_str(us), &n_us) || n_us > INT64_MAX)
		return 0;
	if (pid && (!hg_parse_u64(hg_str(pid), &n_pid) || n_pid != (uint64_t)getpid()))
		return 0;
	return (int64_t)n_us;
}

void hg_notify_init(struct hg_notify *n)
{
	const char *address = getenv("NOTIFY_SOCKET");

	*n = (struct hg_notify){ .watchdog_us = watchdog_us() };
	if (address)
		(void)hg_notify_aim(n, address);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

bool hg_notify_send(const struct hg_notify *n, const char *lines)
{
	if (!n->n)
		return false;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	ssize_t sent = sendto(fd, lines, strlen(lines), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&n->at, n->n);
	int why = errno;
	close(fd);
	errno = why;
	return sent == (ssize_t)strlen(lines);
}

void hg_notify_ready(const struct hg_notify *n, uint64_t generation, bool reload_failed)
{
	char lines[160];

	(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=ready, configuration %llu%s\n",
		(unsigned long long)generation,
		reload_failed ? "; the latest reload was refused" : "");
	if (!hg_notify_send(n, lines) && n->n)
		HG_LOG(HG_LOG_HOST, HG_LOG_WARN,
			"the service manager did not take READY=1 at its socket, and may think "
			"that hubgate hangs: %s",
			strerror(errno));
}

void hg_notify_reloading(const struct hg_notify *n)
{
	struct timespec now;
	char lines[128];

	/* the machine's clock, whatever ours says: it is compared with the manager's */
	clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(lines, sizeof(lines),
		"RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reading the configuration anew\n",
		(long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	(void)hg_notify_send(n, lines);
}

void hg_notify_stopping(const struct hg_notify *n)
{
	(void)hg_notify_send(n, "STOPPING=1\nSTATUS=stopping: answering what is under way\n");
}

/*
 * notify - what a service manager is told: sd_notify's datagrams to $NOTIFY_SOCKET.
 *
 *     READY=1                            it serves
 *     RELOADING=1 MONOTONIC_USEC=…       SIGHUP, POST /reload; then READY=1 again
 *     STOPPING=1                         SIGTERM: it drains
 *     STATUS=…                           a line for `systemctl status`
 *     WATCHDOG=1                         every loop answered since the last one (watchdog.c)
 *
 * Without $NOTIFY_SOCKET all of this does nothing. A manager that does not take a datagram is not
 * waited for; that it did not take READY=1 is logged. The variables go from the environment: they
 * are not for children.
 *
 * Thread: host.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct hg_host;

struct hg_notify {
	struct sockaddr_un at;
	socklen_t n;         /* 0: nobody is to be told */
	int64_t watchdog_us; /* 0: not asked for */
};

void hg_notify_init(struct hg_notify *n);
/* "/run/x" or "@abstract". False: it is neither, or too long. */
bool hg_notify_aim(struct hg_notify *n, const char *address);
/* One datagram of lines; false: it was not taken, or there is nobody. */
bool hg_notify_send(const struct hg_notify *n, const char *lines);
void hg_notify_ready(const struct hg_notify *n, uint64_t generation, bool reload_failed);
void hg_notify_reloading(const struct hg_notify *n);
void hg_notify_stopping(const struct hg_notify *n);

/* watchdog.c: asks each loop for a sign of life, as often as twice per watchdog_us. */
struct hg_watchdog;
struct hg_watchdog *hg_watchdog_new(struct hg_host *h); /* NULL: none is asked for */
void hg_watchdog_stop(struct hg_watchdog *w);           /* no more pings; NULL is fine */
void hg_watchdog_free(struct hg_watchdog *w);           /* all loops have ended; NULL is fine */

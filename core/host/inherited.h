/*
 * inherited - listening sockets that the process was given (LISTEN_FDS, as systemd does).
 *
 *     LISTEN_PID=4711 LISTEN_FDS=2      descriptors 3 and 4, for the process 4711 alone
 *
 * A listener whose `bind` is the address of one takes it instead of opening its own: no client is
 * refused while one hubgate follows another, and a port under 1024 needs no root. They stay open
 * to the end, so that a reload may take a listener out and in again. What no listener names is
 * closed after the start, with a warning.
 *
 * Thread: host.
 */
#pragma once
#include "host/config/listen.h"
#include <stdint.h>

#define HG_INHERITED_MAX 32

struct hg_inherited {
	uint32_t n;
	struct {
		int fd;
		bool is_wanted; /* a listener took it */
		struct hg_address address;
	} items[HG_INHERITED_MAX];
};

/* Those of the environment, whose variables go: a child shall not believe that they are its own.
 * Returns 0, or HG_EINVAL when one is no listening stream socket. */
int hg_inherited_find(struct hg_inherited *list, struct hg_err *err);
/* The same of n descriptors from `first` on. */
int hg_inherited_take(struct hg_inherited *list, int first, uint32_t n, struct hg_err *err);

/* Another descriptor of the socket on this address; -1: there is none. */
int hg_inherited_open(struct hg_inherited *list, const struct hg_address *a);
/* Closes what nobody wanted, and names it in the log. */
void hg_inherited_drop_rest(struct hg_inherited *list);
void hg_inherited_close(struct hg_inherited *list);

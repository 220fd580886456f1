/*
 * listen - addresses that a configuration names, and the sockets that wait on them.
 *
 *     127.0.0.1:3001   [::1]:0   unix:/run/hubgate/admin.sock
 *
 * Names of hosts are not resolved: a listener that moves with DNS is a surprise. Port 0 is any
 * free one. A TCP address is opened once per front (SO_REUSEPORT: the kernel spreads clients); a
 * Unix socket once, and fronts share it. A Unix socket's file that nobody listens on is replaced.
 *
 * Thread: the caller's.
 */
#pragma once
#include <hg/err.h>
#include <hg/str.h>
#include <sys/socket.h>
#include <sys/un.h>

struct hg_address {
	bool is_unix, is_loopback;
	bool is_tls; /* the owner's word: how it is printed */
	socklen_t n;
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
		struct sockaddr_un un;
	} at;
};

int hg_address_parse(struct hg_str text, struct hg_address *ret_address, struct hg_err *err);
uint16_t hg_address_port(const struct hg_address *a); /* 0 for a Unix socket */
/* "http://127.0.0.1:3001", "https://…", "unix:/path" */
void hg_address_print(const struct hg_address *a, char *ret_text, size_t size);

/* HG_EDENIED when another user could replace a socket in `dir`: it is theirs, or all may write. */
int hg_listen_folder_is_ours(const char *dir, struct hg_err *err);
/* A listening, non-blocking socket, or a negative HG_E… . Port 0 becomes the real one in `a`. A
 * Unix socket gets `mode`. `is_first`: nobody, not even another hubgate, may be there yet. */
int hg_listen_open(struct hg_address *a, unsigned mode, bool is_first, struct hg_err *err);
/* Connected and blocking (for `hubgate show`). */
int hg_listen_connect(const struct hg_address *a, struct hg_err *err);

/*
 * upstream_multi - libcurl's multi handle on a loop: the sockets that it wants watched, and its one
 * timer.
 *
 *     curl: watch 7 for reading        ->  an event on the loop, until curl says "remove"
 *     curl: wake me in 0 ms            ->  the timer; hg_upstream_multi_start does not wait for it
 *     7 is readable, or the timer rings  ->  curl moves its transfers, then `after` runs
 *
 * What the transfers are is not known here (upstream.h).
 *
 * Thread: the loop's.
 */
#pragma once
#include "base/loop.h"
#include <curl/curl.h>
#include <event2/event_struct.h>

struct hg_upstream_multi {
	CURLM *handle; /* for adding, removing, limits and what has ended; another one after reopen
	                */
	struct hg_loop *loop;
	struct event timer;
	bool is_due; /* the timer is to ring at once */
	/* curl has moved what it could. read_fd: the socket that had something to read, else
	 * CURL_SOCKET_BAD. May add and remove transfers. */
	void (*after)(void *arg, curl_socket_t read_fd);
	/* curl wants to hear of this socket for that transfer. Inside a call of curl's. */
	void (*on_watch)(void *arg, CURL *easy, curl_socket_t fd);
	void *arg;
};

/* curl_global_init has run. */
void hg_upstream_multi_init(struct hg_upstream_multi *m, struct hg_loop *loop,
	void (*after)(void *arg, curl_socket_t read_fd),
	void (*on_watch)(void *arg, CURL *easy, curl_socket_t fd), void *arg);
/* No transfer is in it any more. Closes all connections. */
void hg_upstream_multi_fini(struct hg_upstream_multi *m);
/* The same, and it may be used on: with a new handle, whose limits are to be set anew. */
void hg_upstream_multi_reopen(struct hg_upstream_multi *m);
/* What curl wants to do at once is done now, not with the loop's next turn. Never inside a callback
 * of curl's or of `after`. */
void hg_upstream_multi_start(struct hg_upstream_multi *m);

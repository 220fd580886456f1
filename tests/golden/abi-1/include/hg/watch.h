/*
 * watch - tell me when a descriptor of mine can be read or written (libpq, hiredis).
 *
 * Thread: the loop that made it. The descriptor stays the plugin's.
 */
#pragma once
#include "abi.h"

enum { HG_WATCH_READ = 1u << 0, HG_WATCH_WRITE = 1u << 1 };

struct hg_watch;

HG_API struct hg_watch *hg_watch_new(void *self, int fd,
	void (*on_ready)(void *self, void *arg, int fd, uint32_t what), void *arg);
HG_API void hg_watch_set(struct hg_watch *w, uint32_t what); /* 0 = nothing for now */
HG_API void hg_watch_free(struct hg_watch *w); /* NULL is fine; also inside its own callback */

/*
 * upstream_lines - the fields of a request as libcurl wants them: a list of lines.
 *
 * One block for all lines and one for the list, used again for the next request. The credential is
 * among the lines, so what they held is overwritten whenever it is given up.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "dispatch/flight.h"
#include <curl/curl.h>

struct hg_upstream_lines {
	char *bytes;
	size_t n, room;
	struct curl_slist *items;
	uint32_t n_items, room_items;
};

/* All fields of `f`, its credential, and what keeps libcurl from adding its own. The list is the
 * lines' until they are cleared or made again. */
struct curl_slist *hg_upstream_lines_make(struct hg_upstream_lines *l, const struct hg_flight *f);
void hg_upstream_lines_clear(struct hg_upstream_lines *l);
void hg_upstream_lines_fini(struct hg_upstream_lines *l); /* zeroed is empty */

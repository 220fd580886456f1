/*
 * banner - what a person reads after start: the URLs, and lines that work as they stand.
 *
 * Thread: host.
 */
#pragma once
#include "host/host_inside.h"

struct hg_text;

void hg_banner_print(const struct hg_host *h, struct hg_text *out);

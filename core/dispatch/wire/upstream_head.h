/*
 * upstream_head - the head of GitHub's reply, line by line as the transport hears it.
 *
 * A line that is no field, a length that is no number, two lengths that differ: malformed, since
 * nobody could say where such a reply ends (RFC 9112, 6.3). Fields of the connection (RFC 9110,
 * 7.6.1) are left out of what it makes.
 *
 * Thread: dispatcher only.
 */
#pragma once
#include "base/text.h"
#include "ticket/head.h"

#define HG_UPSTREAM_HEAD_FIELDS 256u

struct hg_upstream_head {
	struct hg_text text; /* names and values, without what is between them */
	struct {
		uint32_t name_at, name_n, value_at, value_n;
	} parts[HG_UPSTREAM_HEAD_FIELDS];
	uint32_t n_parts;
	int status; /* 0: the first line had none */
};

void hg_upstream_head_init(struct hg_upstream_head *h);
void hg_upstream_head_fini(struct hg_upstream_head *h);
void hg_upstream_head_begin(
	struct hg_upstream_head *h, struct hg_str status_line); /* forgets the rest */
bool hg_upstream_head_add(
	struct hg_upstream_head *h, struct hg_str line);                 /* no field, or too much */
struct hg_head *hg_upstream_head_make(const struct hg_upstream_head *h); /* NULL: malformed */

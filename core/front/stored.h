/*
 * stored - a kept reply: counted, immutable, its head rendered once.
 *
 * `lines` is ready to be written as it is ("Name: value\r\n" each, no status line, no framing, no
 * fleeting fields); Link and Location stand apart, because each client sees them with its base.
 * One allocation. Thread: any.
 */
#pragma once
#include <hg/reply.h>
#include <stdatomic.h>

struct hg_stored {
	_Atomic uint32_t refs;
	int status;
	uint32_t n_fields;
	const struct hg_field *fields; /* all kept ones, for hg_stored_header */
	struct hg_str lines;
	struct hg_str etag, link, location; /* {0} when absent */
	struct hg_str body;
	uint64_t bytes; /* of this allocation */
};

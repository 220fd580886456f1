/*
 * keep - a small file that is there whole or not at all.
 *
 * Written beside itself, flushed, renamed: who reads meanwhile, or after the power went, finds the
 * old one or the new one.
 *
 * Thread: any that may block.   Ownership: what is read is the caller's (hg_free).
 */
#pragma once
#include <hg/err.h>
#include <stddef.h>

/* HG_ENOTFOUND: there is none. HG_ETOOBIG: more than max. HG_EIO. */
int keep_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_n, struct hg_err *err);
/* `beside` is the path it is written to first: two writers have two. */
int keep_write(
	const char *path, const char *beside, const uint8_t *bytes, size_t n, struct hg_err *err);

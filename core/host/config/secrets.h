/*
 * secrets - values that stand outside the file: ${env:NAME}, ${env:NAME:-default}, ${file:/path}.
 *
 * Replaced after parsing and inside single values only, so that what is inserted can not become
 * structure. `$${` is a literal `${`. A variable that is not set, and has no default, is an error;
 * a file is read whole (64 KiB at most) without its last newlines, and is an error when nothing is
 * in it: whoever writes it anew may have only begun. What came from outside is never shown in an
 * error or by `show config`.
 *
 * Thread: the caller's.
 */
#pragma once
#include "base/text.h"

#define HG_SECRET_FILE_BYTES (64u << 10)

/* Appends to `out`. ret_outside: something was inserted. Returns 0 or HG_EINVAL with err. */
int hg_interpolate(struct hg_str text, struct hg_text *out, bool *ret_outside, struct hg_err *err);

/* Overwrites what `t` holds, and frees it. */
void hg_text_wipe(struct hg_text *t);

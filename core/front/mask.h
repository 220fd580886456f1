/*
 * mask - what clients say, as it may stand in a log.
 *
 *     a"b<CR>          ->  a\x22b\x0d                    nobody forges a line or a field
 *     page=2&sig=Zm9v  ->  page=2&sig=***               nor reads a secret
 *
 * Secret are the values of parameters whose names say so (access_token, client_secret, sig,
 * X-Amz-Signature …), however the name is spelled (access%5Ftoken).
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "base/text.h"

/* Control bytes, quotes, backslashes and what is not ASCII as \xHH. */
void hg_mask_control(struct hg_text *out, struct hg_str s);
/* Without its question mark. */
void hg_mask_query(struct hg_text *out, struct hg_str query);
/* What stands behind its first ? or # is a query; a name and password before its host are "***". */
void hg_mask_url(struct hg_text *out, struct hg_str url);

/*
 * batch_result - one reply of a batch, as the member of a list that JavaScript's allSettled makes.
 *
 *     {"index":0,"id":"a","status":"fulfilled","value":{"status":200,"headers":{…},"data":…}}
 *     {"index":1,"status":"rejected","reason":{"status":404,"message":"Not Found","code":"github",
 *      "headers":{…},"data":…}}
 *
 * Fulfilled is a status below 400. `data` is a JSON body as it came but for line ends (so that a
 * result is one line), other text as a string, and anything else in base64, which "encoding" then
 * says; null without a body. `code` is the word of hubgate's own refusal, or "github".
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "base/text.h"
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_batch_result {
	uint32_t index;
	struct hg_str id;    /* a JSON string; {0}: none */
	struct hg_str reply; /* all bytes of it, as hubgate renders an unchunked reply */
	bool is_whole;       /* … to its end */
	bool is_too_large;   /* it was dropped */
};

void hg_batch_result_add(struct hg_text *out, const struct hg_batch_result *in);

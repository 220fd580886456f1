/*
 * error - a refusal that GitHub's clients and everybody else can read.
 *
 * One JSON object with GitHub's members (message, documentation_url) and RFC 9457's (type, title,
 * status, detail, code). octokit parses application/json only, so problem+json is sent only when
 * Accept asks for it.
 *
 * Thread: any.
 */
#pragma once
#include "base/text.h"

struct hg_error_in {
	int status;
	const char *code;      /* stable word: "no_budget" */
	const char *detail;    /* one sentence */
	int64_t retry_after_s; /* < 0: none */
	struct hg_str request_id;
	const char *waits_for; /* what it waited for (dispatch/stop.h); NULL: it did not wait */
	int64_t waited_us;
};

void hg_error_body(struct hg_text *out, const struct hg_error_in *in);
/* The Content-Type for this Accept field. */
const char *hg_error_type(struct hg_str accept);

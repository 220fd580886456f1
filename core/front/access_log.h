/*
 * access_log - one line per request, when its reply is sent; also of what the parser refused.
 *
 *     combined   127.0.0.1 - ci [29/Nov/2026:16:20:43 +0000] "GET /repos/o/r HTTP/1.1" 200 7159
 *                "-" "gh/2.45" id=5f0c… 12.345ms wait=0.000ms trace=- cache=hit github=200 AB12:…
 *     json       {"time":"2026-11-29T16:20:43.120Z","request_id":"5f0c…","status":200,…}
 *     template   "{client} {status} {duration_ms}": names in braces are those of the table of
 *                fields in access_log.c; {{ and }} are braces
 *
 * Values that clients choose are escaped, so nobody forges a line or a field (mask.h). Query
 * strings are logged, but the values of parameters that hold secrets (access_token, client_secret,
 * sig …) are "***", in the Referer as well. A value that is not there is "-".
 *
 * The line goes to a sink (base/sink.h): a front never waits for the disk.
 *
 * Thread: made by the host, immutable then; hg_access_log_add: the request's front.
 */
#pragma once
#include "base/sink.h"
#include "base/text.h"

struct hg_request;
struct hg_access_log;

/* NULL and err: the template names an unknown field, or a brace is not closed. The sink is
 * referenced. */
struct hg_access_log *hg_access_log_new(
	const char *format, struct hg_sink *sink, struct hg_err *err);
void hg_access_log_free(struct hg_access_log *log);                  /* NULL is fine */
struct hg_sink *hg_access_log_sink(const struct hg_access_log *log); /* borrowed */
/* Is the format one? */
bool hg_access_log_check(const char *format, struct hg_err *err);

void hg_access_log_add(const struct hg_access_log *log, const struct hg_request *r);
/* The line alone, for tests. */
void hg_access_log_print(
	const struct hg_access_log *log, const struct hg_request *r, struct hg_text *out);

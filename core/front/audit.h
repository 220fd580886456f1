/*
 * audit - one line for each write that went to GitHub: component `audit`, level info, at DONE.
 *
 *     2026-11-24T02:41:18.123Z info audit: 5f0c… client=ci credential=main method=POST
 *         route=/repos/{owner}/{repo}/issues path=/repos/octo-org/hello-world/issues status=201
 *         github_status=201 github_request_id=ABCD:1 cut=0
 *
 * (in one line), and trace=… when the client named a trace. Who asked, who paid, what, how it
 * ended, and GitHub's own id for it, which its audit log and support know. github_status=0: no
 * answer came, it may have been done all the same. A POST to GraphQL is a line whatever its query
 * says. No query string, no body, no secret.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* Before the ticket is given back. Does nothing for reads and for what was not sent. */
void hg_audit(const struct hg_request *r);

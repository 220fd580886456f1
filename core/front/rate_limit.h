/*
 * rate_limit - GET /rate_limit, answered from the ledgers.
 *
 * The first one that somebody asks goes to GitHub, and its answer is read into the ledgers
 * (dispatch/overview.h). For dispatch.overview_for after that the same credential's are answered
 * here, with what hubgate counted meanwhile; a window that is over by then is a new one, unspent.
 * Where something is not known (a server without limits, a resource of a new name) GitHub is asked.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* True: r->answer is made. */
bool hg_rate_limit_answer(struct hg_request *r);

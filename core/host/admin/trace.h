/*
 * trace - GET /trace/REQUEST-ID: the way of one request through hubgate, with times.
 *
 *     {"id":"5f0c…","events":[{"after_ms":0.000,"where":"front-0","event":"began","word":"GET
 * /x"},…
 *
 * What stands in the records: base/trace.h. Requests that ended are found as long as the rings
 * remember them. The admin socket's own requests are not traced.
 *
 * Thread: host.
 */
#pragma once
#include "host/host_inside.h"
#include <hg/route.h>

enum hg_verdict hg_admin_on_trace(void *self, struct hg_request *r);

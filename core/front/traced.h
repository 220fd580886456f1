/*
 * traced - what a front writes down of a request's way, for `hubgate trace` (base/trace.h).
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"
#include <hg/phases.h>

void hg_traced_began(struct hg_request *r); /* its id is known: sets the key, too */
void hg_traced_step(const struct hg_request *r, enum hg_request_step step);
void hg_traced_verdict(const struct hg_request *r, enum hg_verdict v); /* that ends its phases */
void hg_traced_head(const struct hg_request *r);                       /* GitHub's head is here */
void hg_traced_ended(const struct hg_request *r);

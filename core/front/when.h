/*
 * when - for which requests the hooks of a plugin instance run: `when:` of its entry, unless it was
 * left out for failing when the request began (quarantine.h).
 *
 *     plugins:
 *     - use: cache
 *       when: {methods: [GET], routes: ["/repos/{owner}/{repo}", /user], clients: [ci]}
 *
 * Of each list that is written one row must fit. A request is held against it once an instance, on
 * the path in one spelling (resolve.h), and all phases from ADMIT to DONE have the same answer: who
 * saw LOOKUP sees KEEP and DONE. A path that names nothing for sure (an odd encoding, %2F, a slash
 * at its end, an ID that GitHub does not know) fits every route: whoever guards something with a
 * plugin is not evaded by a spelling. Routes that the instance serves itself are not bound by it,
 * and what plugins ask by hg_fetch is no client's request: the SEND of an instance with a `when:`
 * does not run for it.
 *
 * Decided when an instance is asked for the first time, and never again: whatever becomes known
 * later, who saw the first phase sees the last. All that a hook costs is a test of a bit.
 *
 * Requests with different answers do not share a fetch (coalesce.h): a 304 to the validators of
 * one would be no answer for the other.
 *
 * Thread: constant; asked on the request's front.
 */
#pragma once
#include "front/request.h"

struct hg_when {
	uint32_t methods;               /* 1u << enum hg_http1_method; UINT32_MAX: all */
	const struct hg_str *rules;     /* of paths (resource.h) */
	const struct hg_str *templates; /* of GitHub's routes (github_route.h) */
	uint32_t n_rules, n_templates;  /* both 0: every path */
	const uint64_t *clients;        /* bits by index of a grant; NULL: whoever asks */
};

/* Before ADMIT: NEXT, or as hg_resolve, when an answer hangs on what an ID means. */
enum hg_verdict hg_when_prepare(struct hg_request *r);

/* The first time; sets the instance's bits in `r`. */
bool hg_when_decide(struct hg_request *r, const struct hg_instance *in);

/* Do the instance's hooks run for this request? */
static inline bool hg_when_is_met(struct hg_request *r, const struct hg_instance *in)
{
	uint64_t bit = UINT64_C(1) << in->index;

	return r->when_known & bit ? r->when_met & bit : hg_when_decide(r, in);
}

/* Bits of the instances whose SEND, HEAD and KEEP do not run: for its ticket. */
uint64_t hg_when_left_out(struct hg_request *r);

/*
 * resolve - what a request is about, in one spelling, whichever the client chose (resource.h).
 *
 *     /repos/Octo-Org/x     -> /repos/octo-org/x
 *     /repositories/42/pulls -> GitHub is asked who 42 is, once -> /repos/octo-org/x/pulls
 *
 * Rules about paths hold for that spelling: those of a key (admit.h) and those of a plugin
 * instance's `when:` (when.h). What was learned about an ID is shared by all fronts.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

struct hg_resources;
struct hg_resolver; /* one a snapshot that has such rules */

struct hg_resolver *hg_resolver_new(void);
void hg_resolver_free(struct hg_resolver *s); /* NULL is fine */
struct hg_resources *hg_resolver_resources(const struct hg_resolver *s);

/* NEXT: r->subject is set. REFUSED: 503 resource_unknown. WAIT: it is called again. The snapshot
 * has a resolver. */
enum hg_verdict hg_resolve(struct hg_request *r);
/* The same without asking anybody; false: GitHub would have to be asked. */
bool hg_resolve_now(struct hg_request *r);

/* By whatever spelling: the entrance knows two, GitHub's own decoder more. */
bool hg_is_graphql(struct hg_request *r);

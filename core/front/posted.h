/*
 * posted - a POST of GraphQL on its front: what its body asks for, read once.
 *
 * By its head it is one, or none (then nothing is looked at); by its body it gets request.graphql
 * and the cost that GitHub will take. WEIGH's hooks come after that and may set another cost.
 *
 * Thread: the request's front.
 */
#pragma once
#include "front/request.h"

/* POST to the one path that GitHub is known to answer. */
bool hg_posted_is_graphql(const struct hg_request *r);
/* … of JSON in UTF-8, with nothing in the URL: GitHub reads what is read here. */
bool hg_posted_is_plain(const struct hg_request *r);
/* When the body has come. */
void hg_posted_read(struct hg_request *r);
/* A reply's body, whole: may it be kept? What has errors in it, or only a part, is no answer. */
bool hg_posted_may_keep(const struct hg_request *r, struct hg_str body);

/*
 * key - what chooses a representation, as 128 bits: the same from a request and from what the
 * dispatcher is about to send.
 *
 * The origin (which GitHub, by which token of the gateway's), path and query byte for byte, the
 * fields GitHub's answers vary on, the scope, and of a GraphQL query its body. A request with a
 * field that is not understood here, a range or another body has no key and passes the cache by.
 *
 * A near key is the same without who asks, and by which token: it leads to copies that others have
 * (model.h). Paths about the one who asks (/user, /notifications, …) have none. Accept in one of
 * its spellings for plain JSON is one there, because they all have the same body.
 *
 * Thread: any.
 */
#pragma once
#include "index.h"

bool key_of_request(const struct hg_request *r, struct index_key *ret_key);
bool key_of_send(const struct hg_send *s, struct index_key *ret_key);
bool key_near_request(const struct hg_request *r, struct index_key *ret_key);
bool key_near_send(const struct hg_send *s, struct index_key *ret_key);
/* Is it one of the fields that choose? */
bool key_is_chosen_by(struct hg_str name);

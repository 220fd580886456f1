/*
 * key - what chooses a representation, as 128 bits: the same from a request and from what the
 * dispatcher is about to send.
 *
 * The origin (which GitHub, by which token of the gateway's), path and query byte for byte, the
 * fields GitHub's answers vary on, the scope, and of a GraphQL query its body. A request with a
 * field that is not understood here, a range or another body has no key and passes the cache by.
 *
 * Thread: any.
 */
#pragma once
#include "index.h"

bool key_of_request(const struct hg_request *r, struct index_key *ret_key);
bool key_of_send(const struct hg_send *s, struct index_key *ret_key);

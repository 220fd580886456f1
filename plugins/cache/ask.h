/*
 * ask - with which tag GitHub is asked about a copy, and which copy its 304 is about.
 *
 * GitHub's tags depend on the token (P1 of its pitfalls). Whoever was given the copy's own tag asks
 * with that. For others the tag is computed (hg_send_model_tag), once for each body, token and
 * Accept:
 *
 *     own copy,  tag given to the paying token      its own tag, and once: does the model hold?
 *     own copy,  another token of the pool pays     a computed tag; its own if the route rests
 *     own copy,  others have got a newer body       a computed tag, of the newer body
 *     no copy,   others have one (model.h)          a computed tag, or none
 *
 * A newer body of others is asked about only by who was given the same bytes as others before
 * (index_terms.is_common): there are resources in which GitHub writes what the asker may do, and
 * whose bodies are everybody's own. So what changes costs one point, however many watch it:
 *
 *     pool "a"   alice 304 of "a"      common
 *     pool "b"   alice asks about "b", not "a"   ->  304, for nothing
 *
 * What others have is the asker's only when GitHub confirmed the computed tag to his own token. Who
 * asks without a token gets no computed tag: GitHub counts such a 304 like any answer.
 *
 * Thread: ask_set_tag the dispatcher's, the rest any.   Clock: given.
 */
#pragma once
#include "index.h"
#include "model.h"

struct ask {
	struct index *index;
	struct model *model;
	bool is_on;
	uint64_t max_bytes; /* of a body that is hashed */
	uint32_t max_tags;  /* that are remembered with a copy */
	int64_t rest_us;
	struct hg_series *mismatches;
	void *self; /* the instance, for its log */
};

/* `key`: the asker's own copy, which is held until then. */
void ask_set_tag(const struct ask *a, struct hg_send *s, const struct index_key *key,
	int64_t now_us, int64_t hold_until_us);

struct ask_found {
	struct index_found found;
	bool is_near; /* it was somebody else's */
};

/* The copy that the 304 confirms to its asker. `near` NULL: none but his own. */
bool ask_confirm(const struct ask *a, struct hg_request *r, const struct hg_reply *reply,
	const struct index_key *key, const struct index_key *near, struct ask_found *ret_found);
/* A near copy as the asker's own; NULL: it says things that only a whole answer would. */
struct hg_stored *ask_adopt(const struct hg_stored *kept, struct hg_reply *reply);
/* A whole answer came: was that because a computed tag is not GitHub's? Returns whether its bytes
 * are likely others', too. */
bool ask_note_whole(const struct ask *a, const struct hg_request *r, const struct hg_reply *reply,
	const struct index_key *key, const struct index_key *near);
/* A computed tag did, or did not hold, for certain. */
void ask_note(const struct ask *a, struct hg_str route, bool held);

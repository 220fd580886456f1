/*
 * tag - entity tags: lists of them, and ours beside GitHub's.
 *
 * GitHub's tag names GitHub's bytes. A JSON body that is rewritten to a client's base is another
 * representation, so it has a tag of its own: GitHub's with the mark of both bases in its end.
 *
 *     "5d3f"   W/"5d3f"   <->   "5d3f-hg1-0123456789abcdef"   W/"5d3f-hg1-0123456789abcdef"
 *
 * The number after "hg" is the version of the rewriting: bytes that it writes differently need a
 * new one. docs/decisions/003-entity-tags.md says when which tag is sent and compared.
 *
 * Thread: any.
 */
#pragma once
#include "front/rewrite.h"

/* The next tag of a list (W/ and quotes included) from *at on; false: no more, or no list. A
 * lone '*' is returned as such. Commas may stand within a tag. */
bool hg_tag_next(struct hg_str list, size_t *at, struct hg_str *ret_tag);
/* If-None-Match (RFC 9110, 13.1.2): weak comparison with each tag; '*' is like any. What is no
 * list matches as far as it is one. */
bool hg_tag_list_has(struct hg_str list, struct hg_str tag);

/* Appends GitHub's tag as clients of this base see it; anything else than one tag as it is. */
void hg_rewrite_add_tag(const struct hg_rewrite *w, struct hg_text *out, struct hg_str tag);
/* A client's If-None-Match or If-Match for GitHub: our tags of this base become GitHub's again, all
 * others stay. False: nothing of ours in it, `out` is untouched. */
bool hg_rewrite_tags_back(const struct hg_rewrite *w, struct hg_text *out, struct hg_str list);
/* The tag of a 304 of GitHub, as the client has it in its If-None-Match. */
void hg_rewrite_add_tag_held(
	const struct hg_rewrite *w, struct hg_text *out, struct hg_str list, struct hg_str tag);

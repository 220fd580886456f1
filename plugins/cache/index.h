/*
 * index - the kept replies: found by key, bounded in bytes, least recently used goes first.
 *
 * A key is the 128-bit hash of everything that chooses a representation: path, query, the fields
 * GitHub varies on, and the visibility scope, so one scope never sees another's copy. Kept replies
 * are immutable and counted; finding one takes a reference and a leaf lock of one of 16 shards.
 *
 * An entry that is being revalidated is not evicted before `held_until_us`: GitHub's 304 needs it.
 * A 304 confirms the copy that was asked for, and another may have come in the meantime (the same
 * GET with its fields in another order is another flight): `index_confirm` goes by the tag that the
 * 304 tells, so that no copy gets another's tag. What was replaced is not kept for a late 304.
 *
 *     hold "1"   put "2"   304 of "1"  ->  not confirmed
 *
 * A body has another tag for each token that asks, and for each Accept (hg_send_model_tag): `asker`
 * is a hash of all that the tag depends on besides the body. Those that were computed are
 * remembered with the copy until another body is put in its place, the last few of them.
 *
 * Thread: any.   Clock: given.
 */
#pragma once
#include <hg/reply.h>

struct index;

struct index_key {
	uint8_t bytes[16];
};

#define INDEX_TAG_HEX 65 /* SHA-256 in hexadecimal, and a NUL */

/* Does the copy's own tag follow GitHub's algorithm? */
enum index_model { INDEX_UNKNOWN, INDEX_OK, INDEX_OPAQUE };

/* What is known of a copy besides what it says itself. */
struct index_terms {
	int64_t validated_at_us; /* mono: when GitHub last answered 200 or 304 for this scope */
	uint64_t mark;           /* the writes before it was asked for (marks.h) */
	int64_t fresh_us;        /* GitHub wants no question before; 0: it says nothing of that */
	uint64_t token;          /* to whom GitHub gave the copy's own tag (hg_reply_token) */
	enum index_model model;
	bool is_full;   /* a last page with as many items as fit (pages.h) */
	bool is_common; /* others were given the same bytes (ask.h) */
};

struct index_found {
	struct hg_stored *kept; /* a reference for the caller */
	struct index_terms terms;
	uint64_t version; /* of the body; a renewed copy has the same */
	bool is_computed; /* index_confirm: by a tag that was computed for that asker */
};

struct index_state {
	uint64_t entries, bytes, evicted;
};

struct index *index_new(uint64_t max_bytes);
struct index *index_ref(struct index *x); /* a reload hands it over */
void index_unref(struct index *x);        /* NULL is fine */
void index_set_max_bytes(struct index *x, uint64_t max_bytes);
uint64_t index_max_bytes(struct index *x);

bool index_find(struct index *x, const struct index_key *key, struct index_found *ret_found);
/* The same, and keeps it from being evicted until then. */
bool index_hold(struct index *x, const struct index_key *key, int64_t until_us,
	struct index_found *ret_found);
/* The copy that a 304 with this tag to this asker confirms; the dispatcher sees to it that each has
 * the tag that was asked with. False: the copy it speaks of is gone. */
bool index_confirm(struct index *x, const struct index_key *key, struct hg_str tag, uint64_t asker,
	struct index_found *ret_found);
/* Do both name the same? Weakly, as If-None-Match does: compression makes a strong tag weak. */
bool index_is_tag(struct hg_str a, struct hg_str b);

/* May the caller look behind the copy's page now? Once within `every_us`, whoever asks. */
bool index_claim_look(
	struct index *x, const struct index_key *key, int64_t now_us, int64_t every_us);

/* What was found out about the copy's body: nothing of it is noted when another body came. The tag
 * is what hg_send_model_tag gives; of `most` askers at most, the oldest makes room. */
void index_set_model(
	struct index *x, const struct index_key *key, uint64_t version, enum index_model model);
void index_put_tag(struct index *x, const struct index_key *key, uint64_t version, uint64_t asker,
	const char hex[INDEX_TAG_HEX], uint32_t most);
bool index_find_tag(struct index *x, const struct index_key *key, uint64_t version, uint64_t asker,
	char ret_hex[INDEX_TAG_HEX]);

/* Puts `kept` in the place of `old`, which it renews; nothing when another copy is there by now. */
void index_renew(struct index *x, const struct index_key *key, const struct hg_stored *old,
	const struct hg_stored *kept, const struct index_terms *terms);
/* Takes its own reference; replaces what was there. */
void index_put(struct index *x, const struct index_key *key, const struct hg_stored *kept,
	const struct index_terms *terms);
void index_drop(struct index *x, const struct index_key *key);
void index_clear(struct index *x);
void index_look(struct index *x, struct index_state *ret_state);

/*
 * permit - what a credential may do, and which of hubgate's features are off because of it.
 *
 * GitHub says it in three ways: a classic token's scopes with every answer, an App's permissions
 * when its token is minted, and what a request would have needed with the answer that refuses it.
 *
 *     X-OAuth-Scopes: repo, read:org                       a token's; repo includes repo:status …
 *     "permissions":{"actions":"read","metadata":"read"}   an App's
 *     X-Accepted-OAuth-Scopes: admin:org, repo             any one of them would do
 *     X-Accepted-GitHub-Permissions: actions=write; issues=read,contents=read
 *                                                          `;` parts ways, a way needs all its `,`
 *
 *     App with actions=read  ->  "starting, cancelling and re-running workflow runs (needs
 *                                 actions=write)" is off
 *
 * Of a fine-grained token GitHub tells nothing before it refuses: HG_PERMIT_UNKNOWN, and no feature
 * is called off.
 *
 * Thread: the owner's.   Clock: none.
 * Source: GitHub documents "Scopes for OAuth apps", "Permissions required for GitHub Apps".
 */
#pragma once
#include "ticket/head.h"
#include "ticket/token_kind.h"

struct hg_text;

#define HG_PERMIT_ROWS 64u
#define HG_PERMIT_NAME 48u /* with its NUL; longer ones are nothing that we know */

enum hg_permit_kind { HG_PERMIT_UNKNOWN, HG_PERMIT_SCOPES, HG_PERMIT_APP };
enum hg_permit_level { HG_LEVEL_NONE, HG_LEVEL_READ, HG_LEVEL_WRITE, HG_LEVEL_ADMIN };

struct hg_permit { /* zeroed: nothing is known */
	enum hg_permit_kind kind;
	uint32_t n;
	struct {
		char name[HG_PERMIT_NAME];
		enum hg_permit_level level; /* of an App's */
	} rows[HG_PERMIT_ROWS];
};

/* One of an App's permissions: "actions", "read". What is no name or level is left out. */
void hg_permit_put(struct hg_permit *p, struct hg_str name, struct hg_str level);
/* Has such a token scopes? Of others an X-OAuth-Scopes says nothing. */
bool hg_permit_is_scoped(enum hg_token_kind kind);
/* The scopes that an answer names; false: none, or the same as before. */
bool hg_permit_note(struct hg_permit *p, const struct hg_head *h);

bool hg_permit_has_scope(const struct hg_permit *p, struct hg_str scope);
enum hg_permit_level hg_permit_level(const struct hg_permit *p, struct hg_str name);

/* What hubgate's clients do at GitHub, and what it takes. */
struct hg_feature {
	const char *name;  /* "packages" */
	const char *scope; /* of a classic token */
	const char *permission;
	enum hg_permit_level level; /* of an App; NONE: there is no such thing for Apps */
};
extern const struct hg_feature hg_features[]; /* the last one has no name */

/* True also when nothing is known. */
bool hg_permit_may(const struct hg_permit *p, const struct hg_feature *feature);

/* "repo, read:org", "actions=read, metadata=read", "nothing", "not known" */
void hg_permit_print(const struct hg_permit *p, struct hg_text *out);
/* "packages (needs packages=read); …" of all features that are off. Returns how many. */
uint32_t hg_permit_print_off(const struct hg_permit *p, struct hg_text *out);
/* What the request lacked that was answered with `h` (403 or 404): "needs actions=write, and has
 * actions=read". False: the answer does not say, or it was not for lack of a permission. */
bool hg_permit_print_lack(const struct hg_permit *p, const struct hg_head *h, struct hg_text *out);

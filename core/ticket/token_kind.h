/*
 * token_kind - what a token is, by how it begins. Its length says nothing: 40 characters once, 93
 * and 255 later, 520 since installation tokens carry a JWT.
 *
 *     ghp_…  personal     github_pat_…  fine-grained     gho_…  OAuth     ghu_…  App, for a user
 *     ghs_…  App, for an installation                    ghr_…  to refresh a ghu_: opens nothing
 *
 * Before 2021 they were 40 hex digits: HG_TOKEN_OTHER, as is whatever a server of one's own makes.
 *
 * Thread: any.   Source: GitHub blog "Behind GitHub's new authentication token formats", 2021.
 */
#pragma once
#include <hg/str.h>

enum hg_token_kind {
	HG_TOKEN_OTHER,
	HG_TOKEN_PERSONAL,
	HG_TOKEN_FINE_GRAINED,
	HG_TOKEN_OAUTH,
	HG_TOKEN_USER,         /* of an App, for a user: 8 hours as a rule */
	HG_TOKEN_INSTALLATION, /* of an App: an hour */
	HG_TOKEN_REFRESH,      /* no request may carry it */
	HG_TOKEN_JWT,          /* an App's own: ten minutes */
};

enum hg_token_kind hg_token_kind(struct hg_str token);
const char *hg_token_kind_name(enum hg_token_kind kind); /* "fine-grained personal token" */

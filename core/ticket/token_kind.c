#include "ticket/token_kind.h"

static const struct {
	struct hg_str begin;
	enum hg_token_kind kind;
} kinds[] = {
	{ { "ghp_", 4 }, HG_TOKEN_PERSONAL }, { { "github_pat_", 11 }, HG_TOKEN_FINE_GRAINED },
	{ { "gho_", 4 }, HG_TOKEN_OAUTH }, { { "ghu_", 4 }, HG_TOKEN_USER },
	{ { "ghs_", 4 }, HG_TOKEN_INSTALLATION }, { { "ghr_", 4 }, HG_TOKEN_REFRESH },
	{ { "eyJ", 3 }, HG_TOKEN_JWT }, /* base64url of {" */
};

enum hg_token_kind hg_token_kind(struct hg_str token)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (hg_str_starts(token, kinds[i].begin))
			return kinds[i].kind;
	return HG_TOKEN_OTHER;
}

const char *hg_token_kind_name(enum hg_token_kind kind)
{
	switch (kind) {
	case HG_TOKEN_OTHER:
		return "token";
	case HG_TOKEN_PERSONAL:
		return "personal token";
	case HG_TOKEN_FINE_GRAINED:
		return "fine-grained personal token";
	case HG_TOKEN_OAUTH:
		return "OAuth token";
	case HG_TOKEN_USER:
		return "App's token for a user";
	case HG_TOKEN_INSTALLATION:
		return "App's installation token";
	case HG_TOKEN_REFRESH:
		return "refresh token";
	case HG_TOKEN_JWT:
		return "App's JWT";
	}
	return "token";
}

/*
 * scope - whose eyes a request has, or whose budget a credential: 128 bits that say nothing about
 * the token behind them (a keyed hash of this process).
 *
 *     pool      clients without a token of their own, at one GitHub
 *     own       the gateway's credential there
 *     identity  whom GitHub counts, by the name that the configuration gives
 *     bearer    a client's own token; as Basic the same bytes are another credential
 *
 * `place` says which GitHub (hg_upstream_conf.place), so the same token at two of them has two
 * scopes: what one of them showed is not for who asks the other.
 *
 * Thread: any.
 */
#pragma once
#include <hg/request.h>

enum hg_scope_kind {
	HG_SCOPE_POOL,
	HG_SCOPE_OWN,
	HG_SCOPE_BEARER,
	HG_SCOPE_BASIC,
	HG_SCOPE_IDENTITY
};

struct hg_scope hg_scope_of(enum hg_scope_kind kind, uint64_t place, struct hg_str token);

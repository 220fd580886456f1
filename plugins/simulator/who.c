#include "who.h"

#include <hg/mem.h>

#include "answer.h"
#include "jwt.h"
#include "odd.h"
#include "text.h"
#include "world.h"

/* Members only: a token out of nowhere should be able to do what the README shows. */
uint64_t sim_user_by_hash(const struct sim_world *w, const uint8_t hash[32])
{
	uint32_t n_members = 0;

	for (uint32_t i = 0; i < w->n_users; i++)
		n_members += !w->users[i].is_org && w->users[i].is_member;
	uint32_t pick = n_members ? (uint32_t)(hash[0] << 8 | hash[1]) % n_members : 0;
	for (uint32_t i = 0; i < w->n_users; i++)
		if (!w->users[i].is_org && w->users[i].is_member && pick-- == 0)
			return w->users[i].id;
	return 0;
}

static bool looks_real(struct hg_str token)
{
	return hg_str_starts(token, HG_STR("ghp_")) || hg_str_starts(token, HG_STR("ghs_")) ||
	       hg_str_starts(token, HG_STR("github_pat_")) ||
	       hg_str_starts(token, HG_STR("gho_")) || hg_str_starts(token, HG_STR("ghu_"));
}

static void set_fault(struct sim_who *who, int status, const char *message)
{
	who->kind = SIM_WHO_UNKNOWN;
	who->fault_status = status;
	who->fault = message;
}

static bool is_installed(struct sim_world *w, uint64_t installation)
{
	const struct sim_user *org = sim_user_by_id(w, installation - SIM_INSTALLATION);

	return org && !org->has_no_app && !org->is_app_suspended;
}

/* 50 an hour for each repository above 20, and for each user above 20. */
static int64_t extra_points(const struct sim_world *w, uint64_t installation)
{
	int64_t n_repos = 0, n_users = 0;

	for (uint32_t i = 0; i < w->n_repos; i++)
		n_repos += w->repos[i].owner + SIM_INSTALLATION == installation &&
		           !w->repos[i].deleted;
	for (uint32_t i = 0; i < w->n_users; i++)
		n_users += w->users[i].is_member;
	return 50 * ((n_repos > 20 ? n_repos - 20 : 0) + (n_users > 20 ? n_users - 20 : 0));
}

static void set_known(
	struct sim_world *w, struct sim_who *who, const struct sim_token *t, int64_t now_s)
{
	bool is_minted = t->kind == SIM_WHO_INSTALLATION;

	if (t->revoked || (t->expires_s && now_s >= t->expires_s))
		return;
	if (t->minted_s && sim_is_odd(w, SIM_LATE_TOKENS) &&
		now_s - t->minted_s < w->conf.lag_us / 1000000)
		return;
	who->kind = t->kind;
	who->id = t->id;
	who->read_only = t->read_only;
	who->token = (uint32_t)(t - w->tokens.rows) + 1;
	if (is_minted)
		who->extra_points = extra_points(w, t->id);
	if (t->suspended)
		set_fault(who, 403, "Sorry. Your account was suspended.");
	else if (is_minted && !is_installed(w, t->id))
		set_fault(who, 403, "This installation has been suspended");
}

struct sim_who sim_who_of_token(struct sim_world *w, struct hg_str token, int64_t now_s)
{
	struct sim_who who = { .kind = SIM_WHO_UNKNOWN };
	uint8_t hash[32];

	sim_token_hash(token, hash);
	char *text = sim_text_base64(hash, 32);
	memcpy(who.token_hash, text, sizeof(who.token_hash) - 1);
	hg_free(text);
	who.is_fine_grained = hg_str_starts(token, HG_STR("github_pat_"));
	who.is_classic =
		hg_str_starts(token, HG_STR("ghp_")) || hg_str_starts(token, HG_STR("gho_"));

	const struct sim_token *t = sim_token_find(w, hash);
	if (t) {
		set_known(w, &who, t, now_s);
	} else if (sim_is_jwt(token) && !looks_real(token)) {
		struct sim_jwt_fault fault = sim_jwt_check(&w->app, token, now_s);
		who.kind = SIM_WHO_APP;
		who.id = w->app.id;
		if (fault.status)
			set_fault(&who, fault.status, fault.message);
	} else if (!w->tokens.is_list && looks_real(token)) {
		who.kind = SIM_WHO_USER;
		who.id = sim_user_by_hash(w, hash);
	}
	return who;
}

/* "Bearer x", "token x", "Basic base64(any:x)" -> x. Owned by the caller; NULL: none of them. */
static char *token_of(struct hg_str authorization)
{
	const char *space = memchr(authorization.p, ' ', authorization.n);
	if (!space)
		return NULL;

	struct hg_str scheme = { authorization.p, (size_t)(space - authorization.p) };
	struct hg_str rest = { space + 1, authorization.n - scheme.n - 1 };
	if (hg_str_is_nocase(scheme, HG_STR("Bearer")) || hg_str_is_nocase(scheme, HG_STR("token")))
		return hg_strndup(rest.p, rest.n);
	if (!hg_str_is_nocase(scheme, HG_STR("Basic")))
		return NULL;

	size_t n = 0;
	char *pair = sim_text_unbase64(rest, &n);
	if (!pair)
		return NULL;
	char *colon = memchr(pair, ':', n);
	char *token = colon ? hg_strndup(colon + 1, n - (size_t)(colon + 1 - pair)) : NULL;
	hg_free(pair);
	return token;
}

struct sim_who sim_who_of_address(struct hg_str peer)
{
	struct sim_who who = { .kind = SIM_WHO_ADDRESS };

	if (peer.n)
		memcpy(who.address, peer.p,
			peer.n < sizeof(who.address) ? peer.n : sizeof(who.address) - 1);
	return who;
}

struct sim_who sim_who_of(struct sim_world *w, const struct sim_request *rq, int64_t now_s)
{
	struct hg_str authorization = sim_request_header(rq, "Authorization");
	struct sim_who who = { .kind = SIM_WHO_UNKNOWN };

	if (authorization.n == 0)
		return sim_who_of_address(rq->peer);
	char *token = token_of(authorization);
	if (token)
		who = sim_who_of_token(w, hg_str(token), now_s);
	hg_free(token);
	return who;
}

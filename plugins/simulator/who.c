#include "who.h"

#include <openssl/evp.h>

#include <hg/mem.h>

#include "answer.h"
#include "odd.h"
#include "text.h"
#include "world.h"

#define MAX_TOKENS 10000

const char *sim_who_kind_name(enum sim_who_kind kind)
{
	static const char *const names[] = { [SIM_WHO_ADDRESS] = "address",
		[SIM_WHO_USER] = "user",
		[SIM_WHO_INSTALLATION] = "installation",
		[SIM_WHO_APP] = "app",
		[SIM_WHO_UNKNOWN] = "unknown" };

	return names[kind];
}

static void hash_of(struct hg_str token, uint8_t hash[32])
{
	unsigned n = 0;

	EVP_Digest(token.p, token.n, hash, &n, EVP_sha256(), NULL);
}

static struct sim_token *find_token(struct sim_world *w, const uint8_t hash[32])
{
	for (uint32_t i = 0; i < w->n_tokens; i++)
		if (memcmp(w->tokens[i].hash, hash, 32) == 0)
			return &w->tokens[i];
	return NULL;
}

static struct sim_token *put_token(struct sim_world *w, const uint8_t hash[32])
{
	struct sim_token *t = find_token(w, hash);

	if (!t) {
		if (w->n_tokens == MAX_TOKENS)
			return NULL;
		w->tokens = sim_grow(w->tokens, w->n_tokens, &w->cap_tokens, sizeof(*t));
		t = &w->tokens[w->n_tokens++];
	}
	*t = (struct sim_token){ 0 };
	memcpy(t->hash, hash, 32);
	return t;
}

/* Members only: a token out of nowhere should be able to do what the README shows. */
static uint64_t user_by_hash(const struct sim_world *w, const uint8_t hash[32])
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

static bool is_jwt(struct hg_str token)
{
	uint32_t dots = 0;

	for (size_t i = 0; i < token.n; i++)
		dots += token.p[i] == '.';
	return dots == 2 && token.n > 4 && token.p[0] != '.' && token.p[token.n - 1] != '.' &&
	       !looks_real(token);
}

struct sim_who sim_who_of_token(struct sim_world *w, struct hg_str token, int64_t now_s)
{
	struct sim_who who = { .kind = SIM_WHO_UNKNOWN };
	uint8_t hash[32];

	hash_of(token, hash);
	char *text = sim_text_base64(hash, 32);
	memcpy(who.token_hash, text, sizeof(who.token_hash) - 1);
	hg_free(text);

	const struct sim_token *t = find_token(w, hash);
	if (t) {
		if (t->revoked || (t->expires_s && now_s >= t->expires_s))
			return who;
		if (t->minted_s && sim_is_odd(w, SIM_LATE_TOKENS) &&
			now_s - t->minted_s < w->conf.lag_us / 1000000)
			return who;
		who.kind = t->kind;
		who.id = t->id;
		who.read_only = t->read_only;
	} else if (is_jwt(token)) {
		who.kind = SIM_WHO_APP;
		who.id = w->app_id;
	} else if (!w->has_token_list && looks_real(token)) {
		who.kind = SIM_WHO_USER;
		who.id = user_by_hash(w, hash);
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

bool sim_token_put(struct sim_world *w, const char *row)
{
	const char *equals = strchr(row, '=');
	struct hg_str token = { row, equals ? (size_t)(equals - row) : strlen(row) };
	const struct sim_user *user = NULL;
	bool read_only = false;
	uint8_t hash[32];

	hash_of(token, hash);
	if (equals) {
		struct hg_str login = hg_str(equals + 1);
		const char *colon = memchr(login.p, ':', login.n);
		if (colon) {
			read_only = strcmp(colon, ":read") == 0;
			if (!read_only)
				return false;
			login.n = (size_t)(colon - login.p);
		}
		user = sim_user_find(w, login);
		if (!user || user->is_org)
			return false;
	}
	struct sim_token *t = put_token(w, hash);
	if (!t)
		return false;
	t->kind = SIM_WHO_USER;
	t->id = user ? user->id : user_by_hash(w, hash);
	t->read_only = read_only;
	w->has_token_list = true;
	return true;
}

bool sim_token_revoke(struct sim_world *w, struct hg_str token)
{
	uint8_t hash[32];

	hash_of(token, hash);
	struct sim_token *t = find_token(w, hash);
	if (!t)
		t = put_token(w, hash);
	if (t)
		t->revoked = true;
	return t != NULL;
}

bool sim_token_mint(struct sim_world *w, uint64_t installation, struct hg_str token, int64_t now_s)
{
	uint8_t hash[32];

	hash_of(token, hash);
	struct sim_token *t = put_token(w, hash);
	if (!t)
		return false;
	t->kind = SIM_WHO_INSTALLATION;
	t->id = installation;
	t->minted_s = now_s;
	t->expires_s = now_s + 3600;
	return true;
}

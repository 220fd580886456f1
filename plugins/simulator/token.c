#include "token.h"

#include <openssl/evp.h>

#include <hg/mem.h>

#include "text.h"
#include "world.h"

#define MAX_TOKENS 10000

const char *sim_who_kind_name(enum sim_who_kind kind)
{
	static const char *const names[] = {
		[SIM_WHO_ADDRESS] = "address",
		[SIM_WHO_USER] = "user",
		[SIM_WHO_INSTALLATION] = "installation",
		[SIM_WHO_APP] = "app",
		[SIM_WHO_UNKNOWN] = "unknown",
	};

	return names[kind];
}

static void free_token(struct sim_token *t)
{
	hg_free(t->scopes);
	hg_free(t->repos);
}

void sim_tokens_fini(struct sim_tokens *all)
{
	for (uint32_t i = 0; i < all->n; i++)
		free_token(&all->rows[i]);
	hg_free(all->rows);
	*all = (struct sim_tokens){ 0 };
}

void sim_token_hash(struct hg_str token, uint8_t hash[32])
{
	unsigned n = 0;

	EVP_Digest(token.p, token.n, hash, &n, EVP_sha256(), NULL);
}

struct sim_token *sim_token_find(struct sim_world *w, const uint8_t hash[32])
{
	for (uint32_t i = 0; i < w->tokens.n; i++)
		if (memcmp(w->tokens.rows[i].hash, hash, 32) == 0)
			return &w->tokens.rows[i];
	return NULL;
}

const struct sim_token *sim_token_at(const struct sim_world *w, uint32_t number)
{
	return number ? &w->tokens.rows[number - 1] : NULL;
}

/* As new, whatever it was before. */
static struct sim_token *put(struct sim_world *w, const uint8_t hash[32])
{
	struct sim_tokens *all = &w->tokens;
	struct sim_token *t = sim_token_find(w, hash);

	if (t) {
		free_token(t);
	} else {
		if (all->n == MAX_TOKENS)
			return NULL;
		all->rows = sim_grow(all->rows, all->n, &all->cap, sizeof(*t));
		t = &all->rows[all->n++];
	}
	*t = (struct sim_token){ 0 };
	memcpy(t->hash, hash, 32);
	return t;
}

struct sim_token *sim_token_put(struct sim_world *w, const char *row)
{
	const char *equals = strchr(row, '=');
	struct hg_str token = { row, equals ? (size_t)(equals - row) : strlen(row) };
	const struct sim_user *user = NULL;
	bool read_only = false;
	uint8_t hash[32];

	sim_token_hash(token, hash);
	if (equals) {
		struct hg_str login = hg_str(equals + 1);
		const char *colon = memchr(login.p, ':', login.n);
		if (colon) {
			read_only = strcmp(colon, ":read") == 0;
			if (!read_only)
				return NULL;
			login.n = (size_t)(colon - login.p);
		}
		user = sim_user_find(w, login);
		if (!user || user->is_org)
			return NULL;
	}
	struct sim_token *t = put(w, hash);
	if (!t)
		return NULL;
	t->kind = SIM_WHO_USER;
	t->id = user ? user->id : sim_user_by_hash(w, hash);
	t->read_only = read_only;
	w->tokens.is_list = true;
	return t;
}

struct sim_token *sim_token_revoke(struct sim_world *w, struct hg_str token)
{
	uint8_t hash[32];

	sim_token_hash(token, hash);
	struct sim_token *t = sim_token_find(w, hash);
	if (!t)
		t = put(w, hash);
	if (t)
		t->revoked = true;
	return t;
}

struct sim_token *sim_token_mint(
	struct sim_world *w, uint64_t installation, struct hg_str token, int64_t now_s)
{
	uint8_t hash[32];

	sim_token_hash(token, hash);
	struct sim_token *t = put(w, hash);
	if (!t)
		return NULL;
	t->kind = SIM_WHO_INSTALLATION;
	t->id = installation;
	t->has_grants = true;
	t->grants = sim_grants_all();
	t->minted_s = now_s;
	t->expires_s = now_s + 3600;
	return t;
}

void sim_token_narrow(struct sim_token *t, uint64_t *ids, uint32_t n)
{
	hg_free(t->repos);
	t->repos = ids;
	t->n_repos = n;
}

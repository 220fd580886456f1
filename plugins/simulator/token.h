/*
 * token - the tokens that the simulated GitHub knows, and what each may do.
 *
 * Kept and compared as SHA-256. A token of a user may be classic (ghp_, gho_: scopes) or
 * fine-grained (github_pat_: permissions, maybe for some repositories only); an installation's is
 * minted with permissions, maybe for some repositories, and dies after an hour.
 *
 * Thread: whoever holds the world's lock.   Ownership: the world's list owns all of it.
 */
#pragma once
#include <hg/abi.h>
#include <hg/str.h>

#include "permit.h"

enum sim_who_kind {
	SIM_WHO_ADDRESS = 0,
	SIM_WHO_USER = 1,
	SIM_WHO_INSTALLATION = 2,
	SIM_WHO_APP = 3,     /* a JSON Web Token: /app only */
	SIM_WHO_UNKNOWN = 4, /* credentials that nobody has: 401 */
};

const char *sim_who_kind_name(enum sim_who_kind kind);

struct sim_token {
	uint8_t hash[32];
	enum sim_who_kind kind;
	uint64_t id; /* of the user or installation */
	bool read_only;
	bool revoked;
	bool suspended;  /* its owner is: 403 */
	bool has_grants; /* else all that its owner may */
	struct sim_grants grants;
	char *scopes;    /* owned; NULL: as its kind has them */
	uint64_t *repos; /* owned; NULL: all */
	uint32_t n_repos;
	int64_t minted_s;  /* wall; 0: not by the simulator */
	int64_t expires_s; /* wall; 0 = never */
};

struct sim_tokens {
	struct sim_token *rows;
	uint32_t n, cap;
	bool is_list; /* no others are known */
};

struct sim_world;

void sim_tokens_fini(struct sim_tokens *all);

void sim_token_hash(struct hg_str token, uint8_t hash[32]);
/* NULL: not there. Both are borrowed until one is added. */
struct sim_token *sim_token_find(struct sim_world *w, const uint8_t hash[32]);
/* By number from 1; NULL for 0. */
const struct sim_token *sim_token_at(const struct sim_world *w, uint32_t number);

/* One row of who.h's list. NULL: it names a user that does not exist, or the list is full. */
struct sim_token *sim_token_put(struct sim_world *w, const char *row);
/* NULL when the list is full. */
struct sim_token *sim_token_revoke(struct sim_world *w, struct hg_str token);
/* A token of an installation that lives an hour and may everything. NULL when the list is full. */
struct sim_token *sim_token_mint(
	struct sim_world *w, uint64_t installation, struct hg_str token, int64_t now_s);
/* Only these repositories. Takes `ids`. */
void sim_token_narrow(struct sim_token *t, uint64_t *ids, uint32_t n);

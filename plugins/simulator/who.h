/*
 * who - whom a request's credentials name.
 *
 * GitHub counts identities, not tokens: a user with three tokens has one budget. The token list
 * of the configuration (or of the control API) names users:
 *
 *     ghp_one=octocat          a token of octocat
 *     ghp_two=octocat:read     another; it may read only
 *     ghp_three                a user chosen by the token's hash
 *
 * While the list is empty every token that looks like GitHub's (ghp_, github_pat_, gho_, ghu_,
 * ghs_) is somebody's, so that a demonstration needs no set-up. Installation tokens that the
 * simulator minted belong to their installation. Tokens are kept and compared as SHA-256.
 *
 * Thread: whoever holds the world's lock.
 */
#pragma once
#include <hg/abi.h>
#include <hg/str.h>

enum sim_who_kind {
	SIM_WHO_ADDRESS = 0,
	SIM_WHO_USER = 1,
	SIM_WHO_INSTALLATION = 2,
	SIM_WHO_APP = 3,     /* a JSON Web Token: /app only */
	SIM_WHO_UNKNOWN = 4, /* credentials that nobody has: 401 */
};

/* An installation's number is its organization's and this. */
#define SIM_INSTALLATION 40000000u

struct sim_who {
	enum sim_who_kind kind;
	bool read_only;
	uint64_t id;         /* of the user or installation */
	char address[48];    /* for SIM_WHO_ADDRESS; zero-filled */
	char token_hash[45]; /* base64 of SHA-256, "" without a token */
};

struct sim_token {
	uint8_t hash[32];
	enum sim_who_kind kind;
	uint64_t id;
	bool read_only;
	bool revoked;
	int64_t minted_s;  /* wall; 0: not by the simulator */
	int64_t expires_s; /* wall; 0 = never */
};

struct sim_world;
struct sim_request;

const char *sim_who_kind_name(enum sim_who_kind kind);

struct sim_who sim_who_of(struct sim_world *w, const struct sim_request *rq, int64_t now_s);
struct sim_who sim_who_of_address(struct hg_str peer);
/* The same for a bare token. */
struct sim_who sim_who_of_token(struct sim_world *w, struct hg_str token, int64_t now_s);

/* One row of the list above. False: it names a user that does not exist, or the list is full. */
bool sim_token_put(struct sim_world *w, const char *row);
bool sim_token_revoke(struct sim_world *w, struct hg_str token);
/* A token of an installation that lives an hour. False when the list is full. */
bool sim_token_mint(struct sim_world *w, uint64_t installation, struct hg_str token, int64_t now_s);

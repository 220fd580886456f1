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

#include "token.h"

/* An installation's number is its organization's and this. */
#define SIM_INSTALLATION 40000000u

struct sim_who {
	enum sim_who_kind kind;
	bool read_only;
	bool is_classic;      /* has scopes */
	bool is_fine_grained; /* has permissions, but is no installation's */
	int64_t extra_points; /* of an installation: what its size adds to the hour's budget */
	uint32_t token;       /* number in the world's list; 0: it is in none */
	uint64_t id;          /* of the user or installation */
	char address[48];     /* for SIM_WHO_ADDRESS; zero-filled */
	char token_hash[45];  /* base64 of SHA-256, "" without a token */
	int fault_status;     /* SIM_WHO_UNKNOWN: what to say; 0: 401 Bad credentials */
	const char *fault;    /* static */
};

struct sim_world;
struct sim_request;

struct sim_who sim_who_of(struct sim_world *w, const struct sim_request *rq, int64_t now_s);
struct sim_who sim_who_of_address(struct hg_str peer);
/* The same for a bare token. */
struct sim_who sim_who_of_token(struct sim_world *w, struct hg_str token, int64_t now_s);

/* The member that stands for a token which no list names. */
uint64_t sim_user_by_hash(const struct sim_world *w, const uint8_t hash[32]);

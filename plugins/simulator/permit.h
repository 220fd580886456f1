/*
 * permit - what a token may do: permissions of Apps and fine-grained tokens, scopes of classic
 * ones.
 *
 *     {"issues":"write","metadata":"read"}    a grant for each permission; what is not named is
 * none "repo, workflow"                        scopes: everything, or public repositories, or
 * nothing
 *
 * Each route needs one permission (table: permit.c). GitHub lets everybody read what is public;
 * for the rest it says 403 and, in X-Accepted-GitHub-Permissions, what would have been enough.
 *
 * Thread: whoever holds the world's lock.
 */
#pragma once
#include <jansson.h>

#include <hg/abi.h>
#include <hg/str.h>

enum sim_permission {
	SIM_METADATA,
	SIM_ACTIONS,
	SIM_ADMINISTRATION,
	SIM_CONTENTS,
	SIM_ISSUES,
	SIM_PULL_REQUESTS,
	SIM_REPOSITORY_HOOKS,
	SIM_MEMBERS,
	SIM_ORGANIZATION_RUNNERS,
	SIM_PERMISSIONS,
};

enum sim_level { SIM_NOTHING, SIM_READ, SIM_WRITE };

struct sim_grants {
	uint8_t level[SIM_PERMISSIONS];
};

struct sim_grants sim_grants_all(void);
/* False: a name or a level that there is not. Metadata may always be read. */
bool sim_grants_read(json_t *o, struct sim_grants *ret);
json_t *sim_grants_show(const struct sim_grants *g);
/* Has `outer` all that `inner` has? */
bool sim_grants_hold(const struct sim_grants *outer, const struct sim_grants *inner);

struct sim_call;
struct sim_repo;

/* Is the repository one of those that the credentials are for? */
bool sim_permit_reaches(const struct sim_call *c, const struct sim_repo *r);
/* Is it there for who asks? */
bool sim_sees(struct sim_call *c, const struct sim_repo *r);
/* The route's need, once what it is about is resolved: 0, or what was said. */
int sim_permit(struct sim_call *c);
/* GraphQL's mutations are about issues. */
bool sim_permit_writes_issues(const struct sim_call *c, const struct sim_repo *r);
/* "Resource not accessible by …", whatever the credentials are. */
const char *sim_permit_refusal(const struct sim_call *c);
/* X-OAuth-Scopes, X-Accepted-…, github-authentication-token-expiration. */
void sim_permit_headers(struct sim_call *c);

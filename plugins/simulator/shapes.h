/*
 * shapes - GitHub's JSON objects, made from the world's.
 *
 * URLs of the API begin with the base that the request used, so that a client's next step comes
 * back the same way; html_url points to github.com, where people would look. Each function
 * returns a new reference.
 */
#pragma once
#include "call.h"

json_t *sim_shape_date(int64_t wall_s); /* null for 0 */
json_t *sim_shape_node_id(const char *type, uint64_t id);
json_t *sim_shape_user(struct sim_call *c, const struct sim_user *user);
json_t *sim_shape_user_of(struct sim_call *c, uint64_t id); /* null: nobody */
json_t *sim_shape_profile(struct sim_call *c, const struct sim_user *user, bool is_me);
json_t *sim_shape_org(struct sim_call *c, const struct sim_user *org);
json_t *sim_shape_org_profile(struct sim_call *c, const struct sim_user *org);
json_t *sim_shape_repo(struct sim_call *c, const struct sim_repo *r, bool is_whole);
json_t *sim_shape_label(struct sim_call *c, const struct sim_repo *r, int label);
json_t *sim_shape_issue(
	struct sim_call *c, const struct sim_repo *r, const struct sim_issue *issue);
json_t *sim_shape_comment(struct sim_call *c, const struct sim_repo *r,
	const struct sim_issue *issue, const struct sim_comment *comment);
/* "OWNER", "MEMBER", "NONE": what a user is to a repository */
const char *sim_shape_association(struct sim_call *c, const struct sim_repo *r, uint64_t id);
json_t *sim_shape_commit(struct sim_call *c, const struct sim_repo *r, uint32_t index);

/* shapes_actions.c */
json_t *sim_shape_workflow(
	struct sim_call *c, const struct sim_repo *r, const struct sim_workflow *workflow);
json_t *sim_shape_run(struct sim_call *c, const struct sim_repo *r, const struct sim_run *run);
json_t *sim_shape_job(struct sim_call *c, const struct sim_repo *r, const struct sim_run *run,
	const struct sim_job *job);
json_t *sim_shape_runner(const struct sim_runner *runner);

/* "http://base/repos/octo-org/hello-world": to be formatted into URLs. */
struct sim_url {
	char text[512];
};
struct sim_url sim_repo_url(struct sim_call *c, const struct sim_repo *r);
struct sim_url sim_repo_html(struct sim_call *c, const struct sim_repo *r);
const char *sim_login(struct sim_call *c, uint64_t id); /* "ghost" for nobody */
/* Open issues, as repositories count them. */
uint32_t sim_count_open(const struct sim_repo *r);

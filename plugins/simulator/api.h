/*
 * api - the functions behind the routes (table: routes.c), one file per part of GitHub's API.
 *
 * Each is given a call whose repository, organization or user is resolved and whose parameters
 * are filled, and returns the status it said (call.h).
 */
#pragma once
#include "call.h"

/* api_meta.c */
int sim_get_root(struct sim_call *c);
int sim_get_zen(struct sim_call *c);
int sim_get_meta(struct sim_call *c);
int sim_get_versions(struct sim_call *c);
int sim_get_rate_limit(struct sim_call *c);

/* api_users.c */
int sim_get_me(struct sim_call *c);
int sim_list_my_repos(struct sim_call *c);
int sim_list_my_orgs(struct sim_call *c);
int sim_get_user(struct sim_call *c);
int sim_list_user_repos(struct sim_call *c);
int sim_get_org(struct sim_call *c);
int sim_list_org_repos(struct sim_call *c);
int sim_list_org_members(struct sim_call *c);

/* api_notifications.c */
int sim_list_notifications(struct sim_call *c);

/* api_repos.c */
int sim_get_repo(struct sim_call *c);
int sim_patch_repo(struct sim_call *c);
int sim_delete_repo(struct sim_call *c);
int sim_create_org_repo(struct sim_call *c);
int sim_list_labels(struct sim_call *c);
int sim_get_languages(struct sim_call *c);
int sim_list_nothing(struct sim_call *c); /* [] : pulls, releases, tags … */

/* api_git.c */
int sim_list_commits(struct sim_call *c);
int sim_get_commit(struct sim_call *c);
int sim_list_branches(struct sim_call *c);
int sim_get_branch(struct sim_call *c);
int sim_get_ref(struct sim_call *c);
int sim_get_contents(struct sim_call *c);
int sim_get_readme(struct sim_call *c);
int sim_get_archive(struct sim_call *c);

/* api_issues.c */
int sim_list_issues(struct sim_call *c);
int sim_create_issue(struct sim_call *c);
int sim_get_issue(struct sim_call *c);
int sim_patch_issue(struct sim_call *c);
int sim_list_comments(struct sim_call *c);
int sim_create_comment(struct sim_call *c);

/* api_actions.c */
int sim_list_workflows(struct sim_call *c);
int sim_get_workflow(struct sim_call *c);
int sim_dispatch_workflow(struct sim_call *c);
int sim_list_runs(struct sim_call *c);
int sim_get_run(struct sim_call *c);
int sim_delete_run(struct sim_call *c);
int sim_cancel_run(struct sim_call *c);
int sim_rerun(struct sim_call *c);
int sim_list_jobs(struct sim_call *c);
int sim_get_job(struct sim_call *c);
int sim_get_run_logs(struct sim_call *c);
int sim_get_job_logs(struct sim_call *c);
int sim_list_artifacts(struct sim_call *c);

/* api_runners.c */
int sim_list_runners(struct sim_call *c);
int sim_get_runner(struct sim_call *c);
int sim_delete_runner(struct sim_call *c);
int sim_create_runner_token(struct sim_call *c);
int sim_list_runner_downloads(struct sim_call *c);
int sim_list_runner_groups(struct sim_call *c);

/* api_search.c */
int sim_search_issues(struct sim_call *c);
int sim_search_repos(struct sim_call *c);
int sim_search_code(struct sim_call *c);

/* api_graphql.c */
int sim_post_graphql(struct sim_call *c);

/* api_app.c */
int sim_get_app(struct sim_call *c);
int sim_list_installations(struct sim_call *c);
int sim_get_installation(struct sim_call *c);
int sim_create_installation_token(struct sim_call *c);
int sim_revoke_installation_token(struct sim_call *c);
int sim_list_installation_repos(struct sim_call *c);

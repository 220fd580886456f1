/*
 * gql_schema - the types of the simulated GitHub's GraphQL, as much of them as `gh` and a gateway's
 * tests ask for. A field that is not in the tables does not exist, and the answer says so.
 *
 * gql_schema.c: the root of queries, people, the schema about itself; gql_repo.c: what is in a
 * repository; gql_change.c: the root of mutations.
 */
#pragma once
#include "gql_list.h"

extern const struct sim_gql_type sim_gql_query;
extern const struct sim_gql_type sim_gql_user, sim_gql_organization;
extern const struct sim_gql_type sim_gql_owner, sim_gql_actor; /* interfaces */
extern const struct sim_gql_type sim_gql_user_connection;
extern const struct sim_gql_type *const sim_gql_types[]; /* all; ended by NULL */

/* gql_repo.c */
extern const struct sim_gql_type sim_gql_issue_or_pull; /* a union */
extern const struct sim_gql_type sim_gql_reaction_group, sim_gql_project, sim_gql_project_column,
	sim_gql_card, sim_gql_card_connection, sim_gql_card_edge;
extern const struct sim_gql_type sim_gql_repo, sim_gql_issue, sim_gql_label, sim_gql_comment,
	sim_gql_pull, sim_gql_ref, sim_gql_git_object, sim_gql_language, sim_gql_milestone,
	sim_gql_code_of_conduct, sim_gql_license, sim_gql_release;
extern const struct sim_gql_type sim_gql_release_connection, sim_gql_release_edge;
extern const struct sim_gql_type sim_gql_repo_connection, sim_gql_issue_connection,
	sim_gql_label_connection, sim_gql_comment_connection, sim_gql_pull_connection,
	sim_gql_language_connection;
extern const struct sim_gql_type sim_gql_repo_edge, sim_gql_issue_edge, sim_gql_label_edge,
	sim_gql_comment_edge, sim_gql_pull_edge, sim_gql_language_edge, sim_gql_user_edge;

/* gql_change.c */
extern const struct sim_gql_type sim_gql_mutation;
extern const struct sim_gql_type sim_gql_create_issue, sim_gql_close_issue, sim_gql_reopen_issue,
	sim_gql_add_comment;

/* The "Repository" or "Issue" of that node id; `it` is NULL when the caller can not see one. */
struct sim_gql_object sim_gql_find(struct sim_gql *g, const char *id, const char *type);
/* Says that there is none; null. */
json_t *sim_gql_say_no_node(struct sim_gql *g, const struct sim_gql_ask *a, const char *id);
/* A user or an organization, whichever it is; null for nobody. */
json_t *sim_gql_select_user(
	struct sim_gql *g, const struct sim_user *user, const struct sim_gql_ask *a);
/* The repositories of an owner that the caller may see. */
json_t *sim_gql_repos_of(
	struct sim_gql *g, struct sim_gql_object owner, const struct sim_gql_ask *a);
/* What many fields answer. */
json_t *sim_gql_true(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_false(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_null(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);
json_t *sim_gql_none(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a);

/* The answer of a field, in one line: `o` is what is asked, X is its type. */
#define SIM_GQL_ANSWER(function, X, value)                                                    \
	static json_t *function(                                                              \
		struct sim_gql *g, struct sim_gql_object object, const struct sim_gql_ask *a) \
	{                                                                                     \
		const X *o = object.it;                                                       \
		(void)g, (void)o, (void)a;                                                    \
		return value;                                                                 \
	}
#define SIM_GQL_END                    \
	{                              \
		NULL, NULL, NULL, NULL \
	}

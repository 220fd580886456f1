/*
 * gql_change - GraphQL's mutations: an issue is created, commented on, closed and opened again.
 *
 * Each takes one `input`, whose texts are held to the bounds that REST has. What it names by an id
 * must be there for the caller, and the caller must be allowed to write: else the field is null
 * and an error beside it says why, in GitHub's words.
 */
#include "gql_schema.h"
#include "shapes.h"
#include "text.h"

#define MAX_TITLE 256
#define MAX_BODY 65536

#define ANSWER SIM_GQL_ANSWER

/* What the payloads answer from. */
struct done {
	const struct sim_issue *issue;
	const struct sim_comment *comment;
	const json_t *input;
};

static const char *input_text(const struct sim_gql_ask *a, const char *name)
{
	return json_string_value(json_object_get(json_object_get(a->args, "input"), name));
}

static json_t *refuse(struct sim_gql *g, const struct sim_gql_ask *a, const char *message)
{
	return sim_gql_error(g, a, "UNPROCESSABLE", message);
}

/* The object that the input names, for writing. False: *ret_no is the answer. */
static bool find(struct sim_gql *g, const struct sim_gql_ask *a, const char *name, const char *type,
	struct sim_gql_object *ret_o, json_t **ret_no)
{
	const char *id = input_text(a, name);
	*ret_o = sim_gql_find(g, id, type);

	if (!ret_o->it)
		*ret_no = sim_gql_say_no_node(g, a, id);
	else if (g->call->who.read_only || !sim_permit_writes_issues(g->call, ret_o->repo))
		*ret_no = sim_gql_error(g, a, "FORBIDDEN", sim_permit_refusal(g->call));
	else if (ret_o->repo->is_archived)
		*ret_no = sim_gql_error(
			g, a, "FORBIDDEN", "Repository was archived so is read-only.");
	else if (ret_o->repo->has_no_issues)
		*ret_no = refuse(g, a, "Issues has been disabled in this repository.");
	else
		return true;
	return false;
}

static json_t *tell(struct sim_gql *g, const struct sim_gql_ask *a, const struct sim_repo *repo,
	const struct sim_issue *issue, const struct sim_comment *comment)
{
	struct done done = { issue, comment, json_object_get(a->args, "input") };

	return sim_gql_select(g, a->type, (struct sim_gql_object){ repo, &done }, a);
}

static uint32_t labels_of(struct sim_gql *g, const struct sim_repo *repo, const json_t *ids)
{
	uint32_t bits = 0;
	size_t i;
	json_t *id;

	for (int l = 0; l < SIM_LABELS && json_is_array(ids); l++) {
		json_t *label = sim_shape_label(g->call, repo, l);
		json_array_foreach(ids, i, id)
		{
			if (json_equal(id, json_object_get(label, "node_id")))
				bits |= 1u << l;
		}
		json_decref(label);
	}
	return bits;
}

static json_t *create_issue(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct sim_call *c = g->call;
	const char *title = input_text(a, "title"), *body = input_text(a, "body");
	json_t *no;

	if (!find(g, a, "repositoryId", "Repository", &o, &no))
		return no;
	if (!title || !*title)
		return refuse(g, a, "Title can't be blank");
	if (strlen(title) > MAX_TITLE)
		return refuse(g, a, "Title is too long (maximum is 256 characters)");
	if (body && strlen(body) > MAX_BODY)
		return refuse(g, a, "Body is too long (maximum is 65536 characters)");
	struct sim_issue *issue = sim_issue_put(
		c->w, (struct sim_repo *)o.repo, sim_call_user(c)->id, title, body, c->now_s);
	if (!issue)
		return refuse(g, a, "The simulated GitHub is full.");
	issue->labels = labels_of(
		g, o.repo, json_object_get(json_object_get(a->args, "input"), "labelIds"));
	return tell(g, a, o.repo, issue, NULL);
}

static json_t *add_comment(struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a)
{
	struct sim_call *c = g->call;
	const char *body = input_text(a, "body");
	json_t *no;

	if (!find(g, a, "subjectId", "Issue", &o, &no))
		return no;
	if (!body || !*body)
		return refuse(g, a, "Body can't be blank");
	if (strlen(body) > MAX_BODY)
		return refuse(g, a, "Body is too long (maximum is 65536 characters)");
	struct sim_issue *issue = (struct sim_issue *)o.it;
	struct sim_comment *comment =
		sim_comment_put(c->w, issue, sim_call_user(c)->id, body, c->now_s);
	if (!comment)
		return refuse(g, a, "The simulated GitHub is full.");
	return tell(g, a, o.repo, issue, comment);
}

static json_t *set_closed(
	struct sim_gql *g, struct sim_gql_object o, const struct sim_gql_ask *a, bool is_closed)
{
	json_t *no;

	if (!find(g, a, "issueId", "Issue", &o, &no))
		return no;
	struct sim_issue *issue = (struct sim_issue *)o.it;
	if (issue->closed != is_closed) {
		issue->closed = is_closed;
		issue->updated_s = g->call->now_s;
		issue->closed_s = is_closed ? g->call->now_s : 0;
	}
	return tell(g, a, o.repo, issue, NULL);
}

ANSWER(close_issue, void, set_closed(g, object, a, true))
ANSWER(reopen_issue, void, set_closed(g, object, a, false))

/* -- payloads ---------------------------------------------------------------------------------- */

static json_t *client_id(const struct done *done)
{
	json_t *id = json_object_get(done->input, "clientMutationId");

	return id ? json_incref(id) : json_null();
}

ANSWER(done_client_id, struct done, client_id(o))
ANSWER(done_issue, struct done,
	sim_gql_select(g, a->type, (struct sim_gql_object){ object.repo, o->issue }, a))
ANSWER(done_comment, struct done,
	sim_gql_edge(g, a, &sim_gql_comment, (struct sim_gql_object){ object.repo, o->comment },
		(uint32_t)(o->comment - o->issue->comments)))

static const struct sim_gql_field issue_payload_fields[] = {
	{ "issue", &sim_gql_issue, done_issue, NULL },
	{ "clientMutationId", NULL, done_client_id, NULL },
	SIM_GQL_END,
};
static const struct sim_gql_field comment_payload_fields[] = {
	{ "commentEdge", &sim_gql_comment_edge, done_comment, NULL },
	{ "subject", &sim_gql_issue, done_issue, NULL },
	{ "clientMutationId", NULL, done_client_id, NULL },
	SIM_GQL_END,
};
const struct sim_gql_type sim_gql_create_issue = { "CreateIssuePayload", issue_payload_fields,
	NULL };
const struct sim_gql_type sim_gql_close_issue = { "CloseIssuePayload", issue_payload_fields, NULL };
const struct sim_gql_type sim_gql_reopen_issue = { "ReopenIssuePayload", issue_payload_fields,
	NULL };
const struct sim_gql_type sim_gql_add_comment = { "AddCommentPayload", comment_payload_fields,
	NULL };

static const struct sim_gql_field mutation_fields[] = {
	{ "createIssue", &sim_gql_create_issue, create_issue, "input!" },
	{ "closeIssue", &sim_gql_close_issue, close_issue, "input!" },
	{ "reopenIssue", &sim_gql_reopen_issue, reopen_issue, "input!" },
	{ "addComment", &sim_gql_add_comment, add_comment, "input!" },
	SIM_GQL_END,
};
const struct sim_gql_type sim_gql_mutation = { "Mutation", mutation_fields, NULL };

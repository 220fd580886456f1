/*
 * gql - reads a GraphQL document: operations, fields with aliases and arguments, fragments,
 * variables, directives.
 *
 *     query Q($n: Int = 3) { repository(owner: "o", name: "r") { top: issues(first: $n) { ...x } }
 * } fragment x on IssueConnection { totalCount }
 *
 * What is read is a tree of lists; whether the fields exist is gql_run.h's question. A document is
 * bounded by the body it came in, by SIM_GQL_DEPTH levels and by nothing else.
 *
 * Thread: any, pure.   Ownership: the document owns all of its tree; texts are borrowed from the
 * source, which must outlive it.
 */
#pragma once
#include <jansson.h>

#include <hg/abi.h>
#include <hg/str.h>

#define SIM_GQL_DEPTH 64

struct sim_gql_place {
	uint32_t line, column; /* from 1 */
};

enum sim_gql_kind {
	SIM_GQL_VARIABLE, /* text: its name */
	SIM_GQL_SCALAR,   /* json */
	SIM_GQL_LIST,     /* items */
	SIM_GQL_OBJECT,   /* items, with names */
};

struct sim_gql_value {
	enum sim_gql_kind kind;
	struct hg_str text;
	json_t *json; /* a string, a number, true, false, null; an enum's name as string */
	struct sim_gql_arg *items;
};

/* An argument, a member of an object, an element of a list (without a name). */
struct sim_gql_arg {
	struct hg_str name;
	struct sim_gql_value value;
	struct sim_gql_place place;
	struct sim_gql_arg *next;
};

struct sim_gql_directive {
	struct hg_str name;
	struct sim_gql_arg *args;
	struct sim_gql_place place;
	struct sim_gql_directive *next;
};

/* One item of a selection set. */
struct sim_gql_pick {
	enum { SIM_GQL_FIELD, SIM_GQL_SPREAD, SIM_GQL_INLINE } kind;
	struct hg_str key;  /* alias or name: the member of the answer */
	struct hg_str name; /* of the field, or of the fragment that is spread */
	struct hg_str type; /* "... on TYPE"; empty: none */
	struct sim_gql_arg *args;
	struct sim_gql_directive *directives;
	struct sim_gql_pick *picks; /* NULL: no selection set */
	struct sim_gql_place place;
	struct sim_gql_pick *next;
};

struct sim_gql_variable {
	struct hg_str name;
	struct hg_str type; /* as it was written: "[IssueState!]" */
	bool is_required;   /* ends in ! */
	bool has_default;
	struct sim_gql_value deflt;
	struct sim_gql_place place;
	struct sim_gql_variable *next;
};

struct sim_gql_fragment {
	struct hg_str name, type;
	struct sim_gql_pick *picks;
	struct sim_gql_place place;
	enum { SIM_GQL_UNSEEN, SIM_GQL_ENTERED, SIM_GQL_CHECKED } seen; /* gql_check.c */
	struct sim_gql_fragment *next;
};

struct sim_gql_operation {
	struct hg_str word; /* query, mutation, subscription */
	struct hg_str name; /* empty: anonymous */
	struct sim_gql_variable *variables;
	struct sim_gql_pick *picks;
	struct sim_gql_place place;
	struct sim_gql_operation *next;
};

struct sim_gql_document {
	struct sim_gql_operation *operations;
	struct sim_gql_fragment *fragments;
	struct sim_gql_block *blocks; /* the tree's memory */
	json_t *owned;                /* the tree's JSON */
};

struct sim_gql_mistake {
	char message[160];
	struct sim_gql_place place;
};

/* False: *ret_mistake says what and where, and the document is empty. In any case: fini. */
bool sim_gql_read(
	struct sim_gql_document *d, struct hg_str source, struct sim_gql_mistake *ret_mistake);
void sim_gql_fini(struct sim_gql_document *d);

/* The operation of that name; the only one when `name` is empty. NULL: there is none such. */
const struct sim_gql_operation *sim_gql_operation_find(
	const struct sim_gql_document *d, struct hg_str name);
struct sim_gql_fragment *sim_gql_fragment_find(
	const struct sim_gql_document *d, struct hg_str name);

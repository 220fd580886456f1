/*
 * resource - what a path of GitHub's API names, in one spelling, and rules about such paths.
 *
 * GitHub has many spellings for one thing, and a rule must hold for all of them:
 *
 *     /repos/Octo-Org/Hello-World/issues    owners and names: no difference between A and a
 *     /repos/octo%2Dorg/hello-world/issues  a byte, percent-encoded
 *     /repositories/1296269/issues          by ID: what pagination and redirects use
 *
 * The canonical path is decoded, and small where GitHub does not care: /repos/octo-org/hello-world/
 * issues. Three bytes stay encoded, because decoded they would mean something else: %2F, %5C, %25.
 * Behind the names (a file's path, a branch) that is fine; within them it is ODD, as is anything
 * else that no owner or repository can be called: no rule allows it.
 *
 * An ID must be asked for (admit.c). What GitHub says is remembered here, for LEARNED_FOR_US:
 * a repository that moved to another owner is known under its old name that long, as long as
 * replies about it may come from memory. That there is none is remembered for a shorter time. An
 * old name of a renamed repository is never taken for the new one: rules hold for the name that is
 * asked, GitHub answers with a redirect to the ID, and the ID has the new name.
 *
 * Rules: "/repos/octo-org/x" is that path and no other, a "*" any bytes of one segment, a last
 * segment "*" all that is below (at least one segment), a last "**" that and the path itself.
 *
 * Thread: any; the store has a leaf lock of its own.   Clock: callers pass mono µs.
 */
#pragma once
#include "base/arena.h"
#include <hg/err.h>
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>

enum hg_resource_kind {
	HG_RESOURCE_NAMED, /* `path` says all */
	HG_RESOURCE_BY_ID, /* `id` must be asked for; then its name and `rest` are the path */
	HG_RESOURCE_ODD,   /* can be read in two ways, or in none */
};

struct hg_resource {
	enum hg_resource_kind kind;
	struct hg_str path; /* canonical */
	struct hg_str id;   /* "/repositories/1296269", "/organizations/9", "/user/1" */
	struct hg_str rest; /* "/issues" */
};

/* Of a path that http1 has accepted: no dot segments, no "//". An empty one is ODD. Strings are the
 * arena's. */
void hg_resource_of(struct hg_arena *arena, struct hg_str path, struct hg_resource *ret_resource);
/* The same once its ID has a name ("/repos/octo-org/hello-world"). */
struct hg_str hg_resource_named(
	struct hg_arena *arena, const struct hg_resource *r, struct hg_str name);

/* -- rules ------------------------------------------------------------------------------------- */

/* The canonical form of a rule as people write it: the arena's. {0} and err when it is none. */
struct hg_str hg_rule_parse(struct hg_arena *arena, struct hg_str text, struct hg_err *err);
bool hg_rule_is_everything(struct hg_str rule); /* one "**" at the root */
bool hg_rule_allows(struct hg_str rule, struct hg_str canonical);

/* -- what IDs mean ----------------------------------------------------------------------------- */

struct hg_resources;

enum hg_learned {
	HG_LEARNED_NOT,  /* ask */
	HG_LEARNED_NAME, /* this is it */
	HG_LEARNED_NONE, /* GitHub knows none, or does not show it to the gateway */
};

struct hg_resources *hg_resources_new(uint32_t max); /* the least used make room */
void hg_resources_free(struct hg_resources *s);      /* NULL is fine */
/* Each upstream numbers its own. */
enum hg_learned hg_resources_find(struct hg_resources *s, uint32_t upstream, struct hg_str id,
	int64_t now_us, struct hg_arena *arena, struct hg_str *ret_name);
/* name {0}: there is none. */
void hg_resources_put(struct hg_resources *s, uint32_t upstream, struct hg_str id,
	struct hg_str name, int64_t now_us);
uint32_t hg_resources_n(struct hg_resources *s);

/* The canonical path that GitHub's answer to the ID names: a repository's "full_name", an
 * account's "login". {0}: it names none. */
struct hg_str hg_resource_name_in(struct hg_arena *arena, struct hg_str id, struct hg_str body);

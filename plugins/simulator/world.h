/*
 * world - all that the simulated GitHub knows: people, repositories, issues, runs, runners.
 *
 * A world is made from a seed: the same seed, the same requests and the same moments give the
 * same bytes. It has no I/O, no thread and no clock of its own; time passes when a request
 * brings a later moment (sim_turn), and then all that was due happens in the order of its due
 * time, however late the request came.
 *
 * A new world is empty; sim_world_seed (seed.h) fills it. Lists are bounded by SIM_MAX_ITEMS.
 *
 * Thread: none; the plugin holds one lock around each call.
 * Ownership: the world owns everything in it. Pointers into it live until the next call that
 * adds an object of that kind.
 */
#pragma once
#include <hg/abi.h>
#include <hg/clock.h>
#include <hg/str.h>

#include "answer.h"
#include "limit.h"
#include "secondary.h"
#include "stats.h"
#include "who.h"

#define SIM_MAX_ITEMS 100000u
#define SIM_NEVER INT64_MAX
#define SIM_LABELS 4

extern const char *const sim_labels[SIM_LABELS];

struct sim_conf {
	int64_t seed;
	int64_t limit;     /* core, per window and identity */
	int64_t window_us; /* what GitHub's hour lasts */
	int64_t phase_us;  /* see sim_limits.phase_s */
	int64_t users, repos, issues;
	int64_t delay_us;        /* added to every answer but control's */
	int64_t response_min_us; /* what an answer takes beside: drawn from the seed, up to … */
	int64_t response_max_us;
	bool is_enterprise; /* a GitHub Enterprise Server as installed: without limits */
	struct sim_secondary_conf secondary;
	int64_t graphql_nodes;     /* members until RESOURCE_LIMITS_EXCEEDED; 0: never */
	uint32_t odds;             /* bits of odd.h */
	int64_t skew_s;            /* of GitHub's clock, when clock_skew is on */
	int64_t lag_us;            /* of late_objects and late_tokens */
	const char *const *hidden; /* rows of sim_hidden_put */
	uint32_t n_hidden;
	int64_t app_id;            /* 0: from the seed */
	const char *app_key;       /* PEM; NULL: signatures are not checked */
	const char *base_url;      /* NULL: the request's own Host */
	bool opaque_etags;         /* ETags that do not follow the algorithm */
	const char *const *tokens; /* rows of who.h */
	uint32_t n_tokens;
};

struct sim_user {
	uint64_t id;
	char *login;
	char *name;
	bool is_org;
	bool is_member;        /* of every organization: sees private repositories, administers */
	bool has_no_app;       /* of an organization: the App is not installed */
	bool is_app_suspended; /* it is, but may do nothing */
	int64_t created_s;
};

#define SIM_CLIENT_ID "Iv1.0123456789abcdef"

/* The one App there is; each organization has it installed unless told otherwise. */
struct sim_app {
	uint64_t id;
	char *key; /* PEM; owned; NULL: JSON Web Tokens are not checked */
	struct sim_grants grants;
};

struct sim_comment {
	uint64_t id;
	uint64_t user;
	char *body;
	int64_t created_s;
};

struct sim_issue {
	uint64_t id;
	uint64_t number;
	char *title;
	char *body; /* NULL: null */
	uint64_t user;
	uint32_t labels; /* bits of sim_labels */
	bool closed;
	bool deleted; /* 410 */
	int64_t created_s, updated_s, closed_s;
	struct sim_comment *comments;
	uint32_t n_comments, cap_comments;
};

enum sim_status { SIM_QUEUED, SIM_IN_PROGRESS, SIM_COMPLETED };

struct sim_job {
	uint64_t id;
	const char *name; /* static */
	enum sim_status status;
	const char *conclusion; /* static; NULL until completed */
	uint64_t runner;        /* 0: none yet */
	int64_t created_s, started_s, completed_s;
};

#define SIM_RUN_JOBS 3

struct sim_run {
	uint64_t id;
	uint64_t number;
	uint32_t attempt;
	uint32_t workflow; /* index */
	uint64_t actor;
	const char *event; /* static */
	char branch[64];
	char sha[41];
	enum sim_status status;
	const char *conclusion;
	bool is_cancelling;
	bool deleted;
	int64_t created_s, started_s, updated_s;
	int64_t due_us; /* mono: the next change of state; SIM_NEVER when it rests */
	struct sim_job jobs[SIM_RUN_JOBS];
};

struct sim_workflow {
	uint64_t id;
	const char *name; /* static */
	const char *file; /* static: "ci.yml" */
};

struct sim_runner {
	uint64_t id;
	uint64_t owner; /* id of the repository or organization */
	char *name;
	const char *os;
	const char *arch;
	bool online;
	bool busy;
	bool deleted;
};

struct sim_repo {
	uint64_t id;
	uint64_t owner;
	char *name;
	char *description;
	char *former_name; /* answers 301; NULL: was never renamed */
	bool is_private;
	bool is_archived;
	bool has_no_issues; /* 410 */
	bool is_blocked;    /* 451 */
	bool deleted;
	uint32_t stars; /* a touch adds one */
	uint32_t n_commits;
	int64_t created_s, updated_s, pushed_s;
	struct sim_issue *issues;
	uint32_t n_issues, cap_issues;
	struct sim_workflow *workflows;
	uint32_t n_workflows, cap_workflows;
	struct sim_run *runs;
	uint32_t n_runs, cap_runs;
};

struct sim_script; /* script.h */
struct sim_entry;  /* journal.h */

/* A route glob and its ETag mode; later rows win. */
struct sim_etag_rule {
	char *glob;
	enum { SIM_ETAG_GITHUB, SIM_ETAG_OPAQUE, SIM_ETAG_NONE } mode;
};

struct sim_world {
	struct sim_conf conf; /* its strings are copies */
	uint64_t random;      /* state of the generator */
	uint64_t next_id;
	uint64_t n_minted;
	int64_t born_s; /* wall: runs are dated from it */
	int64_t due_us; /* mono: the earliest due_us of all runs */

	struct sim_user *users;
	uint32_t n_users, cap_users;
	struct sim_repo *repos;
	uint32_t n_repos, cap_repos;
	struct sim_runner *runners;
	uint32_t n_runners, cap_runners;
	struct sim_tokens tokens;
	struct sim_app app;

	struct sim_limits limits;
	struct sim_parties parties;
	struct sim_hiddens hidden;
	struct sim_distinct distinct;

	struct sim_script *scripts;
	uint32_t n_scripts, cap_scripts;
	struct sim_etag_rule *etag_rules;
	uint32_t n_etag_rules, cap_etag_rules;

	struct sim_entry *journal; /* a ring */
	uint64_t n_served;         /* GitHub's answers, control's not */
	uint64_t n_by_class[6];    /* by status / 100; [0]: closed without one */
	uint64_t n_by_resource[SIM_RESOURCES];

	/* Written by the plugin, shown by GET /_sim/state. */
	uint64_t held; /* requests that wait on a timer */
	uint64_t in_flight, max_in_flight;
};

/* With nobody and nothing in it. */
struct sim_world *sim_world_new(const struct sim_conf *conf, struct hg_now now);
void sim_world_free(struct sim_world *w);

/* Takes over what may change while it lives: all but what the world was grown from. */
void sim_world_set(struct sim_world *w, const struct sim_conf *conf);

/* Throws everything away: as new again, but for the requests that are under way. */
void sim_world_clear(struct sim_world *w, struct hg_now now);

/* Answers one request. `out` must be initialized; the caller finishes it. */
void sim_answer(struct sim_world *w, const struct sim_request *rq, struct hg_now now,
	struct sim_answer *out);

/* -- inside --------------------------------------------------------------------------------- */

uint64_t sim_random(struct sim_world *w);                   /* splitmix64 */
uint32_t sim_random_below(struct sim_world *w, uint32_t n); /* n > 0 */
uint64_t sim_next_id(struct sim_world *w);
/* 40 hex digits that follow from two numbers: names of commits. */
void sim_sha(uint64_t a, uint64_t b, char out[41]);

/* Names are compared without case, as GitHub does. NULL: not there. */
struct sim_user *sim_user_find(struct sim_world *w, struct hg_str login);
struct sim_user *sim_user_by_id(struct sim_world *w, uint64_t id);
struct sim_repo *sim_repo_find(struct sim_world *w, struct hg_str owner, struct hg_str name);
struct sim_repo *sim_repo_by_former_name(
	struct sim_world *w, struct hg_str owner, struct hg_str name);
struct sim_repo *sim_repo_by_id(struct sim_world *w, uint64_t id);
struct sim_issue *sim_issue_find(struct sim_repo *r, uint64_t number);
struct sim_run *sim_run_find(struct sim_repo *r, uint64_t id);
struct sim_runner *sim_runner_find(struct sim_world *w, uint64_t owner, uint64_t id);

/* Adding. Texts are copied; NULL when the list is full. */
struct sim_user *sim_user_put(struct sim_world *w, const char *login, bool is_org, int64_t at_s);
struct sim_repo *sim_repo_put(struct sim_world *w, uint64_t owner, const char *name, int64_t at_s);
struct sim_issue *sim_issue_put(struct sim_world *w, struct sim_repo *r, uint64_t user,
	const char *title, const char *body, int64_t at_s);
struct sim_comment *sim_comment_put(
	struct sim_world *w, struct sim_issue *i, uint64_t user, const char *body, int64_t at_s);
struct sim_run *sim_run_put(
	struct sim_world *w, struct sim_repo *r, uint32_t workflow, uint64_t actor, int64_t at_s);
struct sim_runner *sim_runner_put(struct sim_world *w, uint64_t owner, const char *name);

/* -- time (turn.c) -------------------------------------------------------------------------- */

void sim_turn(struct sim_world *w, struct hg_now now);
/* The run ends as cancelled two seconds from now. */
void sim_run_cancel(struct sim_world *w, struct sim_run *run, struct hg_now now);
/* From the beginning: queued, a second later in progress, then completed. */
void sim_run_begin(struct sim_world *w, struct sim_run *run, struct hg_now now);

/*
 * ask - one request of a storm, made of (seed, number), and what its answer must be.
 *
 * Every request carries its own X-Request-Id and most ask for a resource that names itself in its
 * answer, so an answer that belongs to another request is seen:
 *
 *     #31415  GET /repos/octo-org/hello-world/issues/17   X-Request-Id: s7-31415
 *             200, the same id, a JSON object with number 17
 *
 * The simulated GitHub begins with the same objects each time (its seed); ask_world_learn asks it
 * for the names and lets some of its routes fail on purpose.
 */
#pragma once
#include "answer.h"
#include "dice.h"

enum ask_kind {
	ASK_REPO,
	ASK_ISSUE,
	ASK_ISSUE_HEAD,
	ASK_ISSUE_AGAIN, /* with If-None-Match */
	ASK_ISSUES,
	ASK_USER,
	ASK_RUNS, /* GitHub answers in chunks */
	ASK_RUNNERS,
	ASK_COMMENT,
	ASK_LONG_COMMENT,
	ASK_TOO_LONG_COMMENT,
	ASK_SEARCH, /* a bucket of 30: waits, or is refused */
	ASK_MOVED,
	ASK_ARCHIVE,
	ASK_UNKNOWN,
	ASK_STRANGER,  /* a token that nobody has: 401, and a budget of 60 */
	ASK_FOREIGNER, /* came through a proxy, or asks another host */
	ASK_METRICS,
	ASK_HEALTH,
	ASK_GRAPHQL,
	ASK_UPLOAD,
	ASK_CUT,   /* GitHub breaks off in the body, by length or in chunks */
	ASK_GONE,  /* GitHub closes without a word */
	ASK_DOWN,  /* GitHub answers 503 */
	ASK_STALL, /* GitHub stops for a while in the body */
	ASK_MALFORMED,
	ASK_KINDS,
};

#define ASK_REPOS 64
#define ASK_ISSUES_THERE 95

struct ask_world {
	uint64_t seed;
	bool is_calm; /* only what must be answered whole and as wished */
	char repos[ASK_REPOS][96];
	uint32_t n_repos;
	char etags[ASK_ISSUES_THERE + 1][96]; /* "" = not seen yet */
};

struct ask {
	uint64_t number;
	enum ask_kind kind;
	char id[40];
	uint32_t issue, page, per_page;
	char wanted[160]; /* stands in its answer */
	bool is_head;
	bool has_body;
	bool own_token;
	bool is_odd_method;
	bool is_old;    /* HTTP/1.0 */
	bool is_let_in; /* a foreigner on a Unix socket: its folder said who may come */
};

const char *ask_kind_name(enum ask_kind kind);

/* False, and a line on stderr: the simulator does not answer as it should. */
bool ask_world_learn(struct ask_world *w, uint16_t simulator_port);

/* Appends the request's bytes to `out`. host: hubgate's, "127.0.0.1:40123"; on a Unix socket any
 * name will do, "api.github.com". may_end: it may be one
 * after which hubgate closes. */
void ask_make(struct ask *q, const struct ask_world *w, const char *host, uint64_t number,
	bool may_end, struct answer_text *out);

/* NULL: this is an answer to q. Else what is odd about it. Learns ETags. */
const char *ask_judge(const struct ask *q, struct ask_world *w, const struct answer *a);

/* May the connection end in the middle of, or before, its answer? */
bool ask_may_be_cut(const struct ask *q);

/*
 * script - answers that a story prepared.
 *
 * Scripts stand in a queue; the first one that fits a request is used, `times` times. One with a
 * status replaces GitHub's answer; one without changes only the delivery of the real answer:
 *
 *     {"match":{"path":"/repos/ *"},"times":2,"answer":{"status":502}}
 *     {"match":{"method":"GET","path":"*"},"answer":{"delay_ms":500,"cut_after_bytes":100}}
 *
 * A path glob that has a '?' is compared with path and query, others with the path alone.
 */
#pragma once
#include <jansson.h>

#include "world.h"

#define SIM_SCRIPTS 1024

struct sim_script {
	char *method; /* glob; owned */
	char *path;   /* glob; owned */
	uint64_t times;
	uint64_t used;
	int status; /* 0: the real answer */
	bool is_free;
	bool close;
	bool chunked;
	json_t *headers; /* object; owned; may be NULL */
	char *body;      /* owned; NULL: none */
	size_t body_bytes;
	int64_t delay_us, stall_after_bytes, stall_us, cut_after_bytes;
	int64_t cpu_us; /* what it costs GitHub's processors; -1: the time until it answers */
};

/* Adds one. False: `*ret_why` says what is wrong with it. */
bool sim_script_put(struct sim_world *w, json_t *row, const char **ret_why);
/* The script for this request, already counted as used; NULL: none. Borrowed. */
struct sim_script *sim_script_take(struct sim_world *w, const struct sim_request *rq);
/* What it says of delivery, into the answer. */
void sim_script_deliver(const struct sim_script *s, struct sim_answer *out);
void sim_scripts_clear(struct sim_world *w);
json_t *sim_scripts_show(const struct sim_world *w);

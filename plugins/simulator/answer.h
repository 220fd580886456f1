/*
 * answer - one request as the simulated GitHub sees it, and what it says back.
 *
 * The engine is a function: (world, request, moment) -> answer. An answer has a head, a body and
 * delivery instructions, because a story may want it late, stalled half-way, cut, or not at all:
 *
 *     delay 2 s, then head and the first 100 bytes, 5 s of silence, the rest
 *
 * Thread: whoever holds the world's lock.   Clock: none here.
 * Ownership: an answer owns its fields and its body until sim_answer_fini.
 */
#pragma once
#include <hg/request.h>

struct sim_request {
	struct hg_str method;
	struct hg_str path;  /* as sent, without the query */
	struct hg_str query; /* behind '?', verbatim */
	struct hg_str body;
	struct hg_str peer;            /* address without its port: what GitHub counts by */
	const struct hg_field *fields; /* all lines in their order, credentials included */
	uint32_t n_fields;
};

/* First line of that name; {0} when absent. */
struct hg_str sim_request_header(const struct sim_request *rq, const char *name);

#define SIM_ANSWER_FIELDS 48
#define SIM_CHUNK_BYTES 1000

struct sim_answer {
	int status;
	uint32_t n_fields;
	struct hg_field fields[SIM_ANSWER_FIELDS]; /* owned */
	char *body;                                /* owned; NULL when empty */
	size_t body_bytes;
	bool head_only; /* HEAD, 204, 304: the length is the body's, but nothing is sent */

	int64_t delay_us;          /* before the head */
	int64_t stall_after_bytes; /* of the body; -1: no stall */
	int64_t stall_us;
	int64_t cut_after_bytes; /* of the body; -1: whole */
	bool close;              /* close the connection instead of answering */
	bool chunked;            /* no length: chunks of SIM_CHUNK_BYTES */

	const char *resource; /* the bucket that was asked: "core"; static. NULL: control */
};

void sim_answer_init(struct sim_answer *a);
void sim_answer_fini(struct sim_answer *a);

/* Sets a field, replacing one of the same name. Copied. Over SIM_ANSWER_FIELDS it is dropped. */
void sim_answer_set(struct sim_answer *a, const char *name, const char *value);
void sim_answer_setf(struct sim_answer *a, const char *name, const char *fmt, ...) HG_PRINTF(3, 4);
void sim_answer_drop(struct sim_answer *a, const char *name);
struct hg_str sim_answer_header(const struct sim_answer *a, const char *name);

/* Takes `body` (from hg_alloc). */
void sim_answer_put_body(struct sim_answer *a, char *body, size_t n);

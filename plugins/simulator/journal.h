/*
 * journal - which requests arrived: the eyes of a story.
 *
 * A ring of the latest SIM_JOURNAL requests to the simulated GitHub (control's are left out),
 * with running totals that never forget. Tokens appear as base64 of their SHA-256.
 */
#pragma once
#include <jansson.h>

#include "world.h"

#define SIM_JOURNAL 4096

struct sim_entry {
	uint64_t seq;
	int64_t at_us; /* wall */
	int status;    /* 0: closed without an answer */
	bool was_scripted;
	int64_t points; /* of its budget */
	enum sim_resource resource;
	char method[16];
	char target[512];
	char user_agent[96];
	char token_hash[45];
	char if_none_match[80];
};

/* A new entry, filled from the request; borrowed until the next one. */
struct sim_entry *sim_journal_put(
	struct sim_world *w, const struct sim_request *rq, struct hg_now now);
/* Books its end in the totals. */
void sim_journal_end(struct sim_world *w, const struct sim_entry *e);
void sim_journal_clear(struct sim_world *w);

/* {"total":…,"requests":[…]}; only those after `since` whose method and target fit the globs
 * (NULL: all), the latest `max` of them. */
json_t *sim_journal_show(
	struct sim_world *w, uint64_t since, const char *method, const char *target, uint32_t max);

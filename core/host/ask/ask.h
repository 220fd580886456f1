/*
 * ask - `hubgate show …`, `status`, `send …`: one request to the admin socket of a running hubgate,
 * printed for people.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include "host/ask/listing.h"
#include "host/config/listen.h"

struct hg_question {
	const char *method, *target;
	bool raw;                         /* the JSON as it came */
	struct hg_table_wish rows;        /* which of an array */
	const struct hg_listing *listing; /* its columns; NULL: members of the answer */
	void (*print)(const json_t *answer, FILE *out); /* of an object; NULL: as lines */
};

#define HG_ASK_NOBODY 2 /* nobody answers at the socket */

/* Prints an array of objects as a table, an object as lines, or the JSON as it came. Returns 0, 1
 * when it was refused, or HG_ASK_NOBODY; what went wrong is on `complaints`. */
int hg_ask(
	const struct hg_address *admin, const struct hg_question *q, FILE *out, FILE *complaints);

/* What `q` makes of an answer. */
void hg_ask_print_answer(const struct hg_question *q, struct hg_str body, FILE *out);
/* An answer as it is, or as tables and lines for people. */
void hg_ask_print(struct hg_str body, bool raw, FILE *out);

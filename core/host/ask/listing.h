/*
 * listing - which columns people see of each `show WORD`.
 *
 * One table of columns a word; an answer without one (a plugin's command) is printed by its own
 * members. `--json` shows everything that the daemon says.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include "host/ask/table.h"

enum hg_listing_kind {
	HG_LISTING_ROWS,    /* the answer is an array of rows, or its member `rows` is */
	HG_LISTING_ONE,     /* the answer is one row */
	HG_LISTING_MEMBERS, /* … an object: each member is a row {"name":…,"value":…} */
};

struct hg_listing {
	const char *word;
	const struct hg_column *columns;
	enum hg_listing_kind kind;
	const char *rows; /* NULL: the answer itself */
};

const struct hg_listing *hg_listing_find(const char *word); /* or NULL */
/* The answer's rows: an array, the caller's reference; NULL when it is of another form. */
json_t *hg_listing_rows(const struct hg_listing *l, json_t *answer);

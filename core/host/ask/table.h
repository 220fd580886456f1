/*
 * table - rows of JSON as an aligned table for people.
 *
 *     ALIAS  STATE    RESET IN         columns: title, member, form, widest
 *     main   ready    12min 34s
 *     ci     blocked  -                a member that is not there, or null
 *
 * Figures stand to the right, text to the left, and the last column is not padded. What is wider
 * than its column's bound is cut and ends in "~". Control bytes, which a client may have put into
 * a path, are shown as "?": a terminal is not told anything by a row.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

enum hg_form {
	HG_FORM_TEXT,  /* as it is; objects and arrays as JSON */
	HG_FORM_COUNT, /* a number */
	HG_FORM_MS,    /* human.h */
	HG_FORM_S,
	HG_FORM_US,
	HG_FORM_MOMENT, /* µs since 1970, as a date and time in UTC */
	HG_FORM_BYTES,
	HG_FORM_SHARE,
};

struct hg_column {
	const char *title; /* NULL: the end of the columns */
	const char *key;   /* "alias"; "high.waiting" of an object in the row */
	enum hg_form form;
	uint32_t widest; /* characters; 0 = any */
};

struct hg_table_wish {
	uint32_t limit;     /* rows printed; 0 = all */
	const char *filter; /* only rows in which a cell has this text; NULL = all */
};

/* `columns` NULL: the members of the first row. Rows that were left out are counted below it. */
void hg_table_print(const struct hg_column *columns, const json_t *rows,
	const struct hg_table_wish *wish, int indent, FILE *out);

/* The same choice of rows, as an array; the caller's reference. */
json_t *hg_table_choose(const json_t *rows, const struct hg_table_wish *wish);

/* What a cell says; free(3). `key` NULL: the value itself. */
char *hg_table_cell(const json_t *row, const char *key, enum hg_form form);
/* By the end of its name: _bytes, _ms, _s, _us, _share. */
enum hg_form hg_form_of(const char *key, const json_t *value);

/*
 * faults - all that is wrong with a configuration, found in one go and in its order.
 *
 *     hub.yaml:7:12: http.max_fields: 200 is above the largest value, 100
 *
 * Bounded: after HG_FAULTS_MAX it only counts. Warnings do not make a configuration unusable.
 *
 * Thread: the owner's.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define HG_FAULTS_MAX 100

struct hg_text;

struct hg_place {
	const char *file;   /* path, "built-in defaults", or the name of an environment variable */
	uint32_t line, col; /* 1-based; 0: the file as a whole */
};

struct hg_fault {
	struct hg_place place; /* its file is owned */
	bool is_warning;
	char *path; /* "http.max_fields"; may be "" */
	char *message;
};

struct hg_faults {
	struct hg_fault *items;
	uint32_t n, n_errors, n_lost;
	struct hg_text *hidden; /* what came from outside by ${…}; wiped at the end */
	uint32_t n_hidden;
};

void hg_faults_init(struct hg_faults *f);
void hg_faults_fini(struct hg_faults *f);

/* From here on no message shows eight bytes of it in a row, but "***" for them: whatever is wrong
 * with a value, it may be a secret that stands in the wrong place. */
void hg_faults_hide(struct hg_faults *f, struct hg_str outside);

/* place NULL: nowhere in particular. path NULL: "". */
void hg_faults_add(struct hg_faults *f, const struct hg_place *place, const char *path,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void hg_faults_warn(struct hg_faults *f, const struct hg_place *place, const char *path,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Is one of the errors about `section` or something in it? What was lost is not known. */
bool hg_faults_has(const struct hg_faults *f, const char *section);

/* "file:line:col: path: message", without a newline. */
void hg_fault_print(const struct hg_fault *fault, struct hg_text *out);
/* Each on a line that begins with "hubgate: ". */
void hg_faults_print(const struct hg_faults *f, FILE *out);
/* "errors":[{file,line,column,path,message}],"warnings":[…],"not_shown":n */
void hg_faults_print_members(const struct hg_faults *f, struct hg_text *out);
/* {"ok":…, and those members } */
void hg_faults_print_json(const struct hg_faults *f, struct hg_text *out);

/* The word of `words` that was probably meant by `wrong`; NULL when none is near. */
const char *hg_meant(struct hg_str wrong, const char *const *words, uint32_t n);

/*
 * templates - the files that `hubgate plugin new` writes, compiled in.
 *
 * They lie in core/host/command/templates: a folder for each kind, and `common` for all. Each is
 * what it will be, a plugin called "sample" and its test, so they are compiled, run and formatted
 * here like any other code.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>

struct hg_template {
	const char *path; /* "route/sample.c" */
	struct hg_str text;
};

extern const struct hg_template hg_templates[]; /* by path; the last one is empty */

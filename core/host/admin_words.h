/*
 * admin_words - what a command of a plugin is given and says (hg/admin.h): the query's values,
 * decoded when they are asked for, and the answer as it grows.
 *
 * Thread: the owner's.
 */
#pragma once
#include "base/arena.h"
#include "base/text.h"
#include <hg/admin.h>

struct hg_admin_args {
	struct hg_str query;
	struct hg_arena values; /* those handed out live as long as the command runs */
};

struct hg_answer {
	struct hg_text text;
};

void hg_admin_args_init(struct hg_admin_args *args, struct hg_str query);
void hg_admin_args_fini(struct hg_admin_args *args);

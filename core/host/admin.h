/*
 * admin - the routes of the admin socket.
 *
 *     GET  /show/WHAT                    tickets, queues, budgets … (hg_show_words)
 *     GET  /show/INSTANCE/NAME           a plugin's command that only looks
 *     POST /INSTANCE/NAME?key=value      … that changes something
 *     POST /set/log?component=C&level=L
 *     POST /reload
 *     POST /clock/advance?by=30s         with --clock held: answers when all is quiet again
 *
 * What fronts and dispatcher own they are asked for by message: nothing is read across threads.
 *
 * Thread: host.
 */
#pragma once
#include "base/arena.h"
#include "host/host_inside.h"
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

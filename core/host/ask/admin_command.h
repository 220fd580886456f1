/*
 * admin_command - the commands that ask a running hubgate at its admin socket.
 *
 *     status                    one screen; exit status 0 also when something is wrong
 *     show WORD|INSTANCE[/NAME] a table
 *     set log COMPONENT LEVEL   until the next start
 *     trace REQUEST-ID          the way of one request, also of one that ended lately
 *     explain REQUEST-ID        why it waits, or waited
 *     reload                    the configuration anew, and what came of it
 *     send /PATH                POST
 *     key list                  who has keys: of the daemon that runs, or else of the file
 *     key revoke NAME           what to take out of the file; status 0 when NAME opens nothing more
 *
 * Where the socket is, the configuration says (also one with mistakes elsewhere), or --socket.
 *
 * Each returns the exit status: 0, or 1 with a sentence on standard error.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include "host/ask/ask.h"
#include "host/config/config.h"

struct hg_admin_wish {
	struct hg_config_wish config;
	const char *socket; /* NULL: the configuration's */
	bool json;
	const char *limit, *filter; /* of rows; NULL: none was given */
};

int hg_admin_command_status(const struct hg_admin_wish *w);
int hg_admin_command_show(const struct hg_admin_wish *w, const char *what);
int hg_admin_command_set(
	const struct hg_admin_wish *w, const char *what, const char *component, const char *level);
int hg_admin_command_trace(const struct hg_admin_wish *w, const char *id);
int hg_admin_command_explain(const struct hg_admin_wish *w, const char *id);
int hg_admin_command_reload(const struct hg_admin_wish *w);
int hg_admin_command_keys(const struct hg_admin_wish *w);
/* Why it changes nothing by itself: docs/decisions/006-revoking-a-key.md. */
int hg_admin_command_revoke(const struct hg_admin_wish *w, const char *name);
int hg_admin_command_send(const struct hg_admin_wish *w, const char *path);

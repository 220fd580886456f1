/*
 * show - what GET /show/WORD answers, as JSON.
 *
 * One row a word. What the host owns is printed at once (show.c); what fronts and dispatcher own
 * is gathered (gather.c): one message to each, one back, the last one answers. `hubgate show`
 * prints the same as tables (host/ask/listing.h).
 *
 * Thread: host.
 */
#pragma once
#include "host/host_inside.h"

struct hg_text;

enum hg_show_ask {
	HG_ASK_HOST = 0,       /* `show` says it */
	HG_ASK_FRONTS = 1,     /* an array of what each front says */
	HG_ASK_DISPATCHER = 2, /* what hg_dispatch_show says */
	HG_ASK_ALL = 3,        /* an object: members of `show`, of the dispatcher, and "fronts" */
};

struct hg_show_word {
	const char *word;
	enum hg_show_ask ask;
	bool is_list; /* `show` prints the members of an array */
	void (*show)(struct hg_host *h, struct hg_text *out);
	const char *const *of_dispatcher; /* HG_ASK_ALL: words of hg_dispatch_show */
};

extern const struct hg_show_word hg_show_words[]; /* the last one is empty */

const struct hg_show_word *hg_show_find(struct hg_str word); /* or NULL */
/* HG_ASK_HOST only. */
void hg_show_print(struct hg_host *h, const struct hg_show_word *w, struct hg_text *out);

/* status.c: an instance's command that only looks and is called "state"; NULL: it has none. It
 * answers an object of few members, which `hubgate show INSTANCE` and `status` print. */
#define HG_STATE_COMMAND "state"
struct hg_command;
const struct hg_command *hg_show_state_of(const struct hg_instance *in);
/* status.c: the members of the host in `show status`. */
void hg_show_status(struct hg_host *h, struct hg_text *out);
extern const char *const hg_status_of_dispatcher[];

/* Asks fronts or dispatcher and answers when all have: the hook returns what this returns. */
enum hg_verdict hg_show_gather(
	struct hg_host *h, struct hg_request *r, const struct hg_show_word *w);

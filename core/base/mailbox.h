/*
 * mailbox - messages into a loop, from any thread.
 *
 * A message is a struct embedded in what it is about (a ticket, a snapshot), so posting never
 * allocates. Two ways in: hg_mailbox_post for new work, which a full box refuses (the sender has
 * an answer ready); hg_mailbox_post_reserved for what the first one already promised room for
 * (settle, cancel, done), which never fails. After posting, the sender may not touch the message
 * until it has run. Order of posting is kept per sender.
 *
 * Thread: post from any; hg_mailbox_run on the owner only. A leaf lock inside.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hg_message {
	struct hg_message *next;
	void (*run)(struct hg_message *m); /* on the owner's loop; may free m */
};

struct hg_mailbox;

struct hg_mailbox *hg_mailbox_new(size_t room); /* of refusable messages */
void hg_mailbox_free(struct hg_mailbox *b);     /* runs nothing; the owner emptied it */
int hg_mailbox_fd(const struct hg_mailbox *b);  /* eventfd: readable when there is something */
bool hg_mailbox_post(struct hg_mailbox *b, struct hg_message *m);
void hg_mailbox_post_reserved(struct hg_mailbox *b, struct hg_message *m);
/* The owner saw that the descriptor is readable; before run, which makes it quiet again. */
void hg_mailbox_wakes(struct hg_mailbox *b);
size_t hg_mailbox_run(struct hg_mailbox *b); /* all that is in it now; returns how many */

uint64_t hg_mailbox_ran(const struct hg_mailbox *b); /* messages run so far; the owner's */

struct hg_mailbox_state {
	size_t n, room, most; /* now, refused beyond, highest so far */
	uint64_t posted, refused;
};
void hg_mailbox_look(struct hg_mailbox *b, struct hg_mailbox_state *ret_state);

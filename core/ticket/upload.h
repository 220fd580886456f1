/*
 * upload - the body of a request that is not kept whole: it goes up in pieces as they come.
 *
 *     front                                      transport
 *     hg_upload_put ── bytes ──────────────────► hg_upload_take
 *     hg_ticket_feed ── "there is more" ───────► hg_transport.feed
 *     on_news ◄──────── "there is room" ──────── hg_ticket_give_room
 *
 * Nothing is read from the client before the transport has asked for the first byte, so what waits
 * for its budget costs no memory; from then on at most `window_bytes` wait here, in blocks, however
 * small the pieces are. What has been taken is gone: such a request is never sent twice.
 *
 * Counted: one reference for the ticket, one for its flight.
 *
 * Thread: put, end and has_room the owner's, take the dispatcher's; its lock is a leaf.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct hg_upload;

/* length_bytes < 0: unknown. */
struct hg_upload *hg_upload_new(int64_t length_bytes, uint64_t window_bytes);
struct hg_upload *hg_upload_ref(struct hg_upload *u);
void hg_upload_unref(struct hg_upload *u); /* NULL is fine */
int64_t hg_upload_length(const struct hg_upload *u);

/* -- owner ------------------------------------------------------------------------------------- */

bool hg_upload_has_room(struct hg_upload *u); /* it was asked for, and the window is not full */
void hg_upload_put(struct hg_upload *u, struct hg_str piece); /* copied */
void hg_upload_end(struct hg_upload *u);                      /* that was all */

/* -- dispatcher -------------------------------------------------------------------------------- */

/* How many bytes were copied to `to`; 0: all was taken; -1: nothing is there now. *ret_room: the
 * owner, who had none, has room now: tell it. */
ssize_t hg_upload_take(struct hg_upload *u, char *to, size_t room, bool *ret_room);
bool hg_upload_is_touched(struct hg_upload *u); /* some of it was taken */
bool hg_upload_is_whole(struct hg_upload *u);   /* all of it was; nobody need ask for its end */

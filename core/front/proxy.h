/*
 * proxy - a request that goes to GitHub: its ticket, and what the ticket brings.
 *
 * Head, pieces and end are taken from the ticket as far as the client's connection has room. What
 * some plugin keeps is collected on the way, and given to it before the last piece leaves.
 *
 * Thread: the request's front; the dispatcher speaks through the ticket only.
 */
#pragma once
#include "front/request.h"

void hg_proxy_ask(struct hg_request *r);  /* makes and submits the ticket */
void hg_proxy_pull(struct hg_request *r); /* takes what is there, as far as the conn has room */
/* A piece of a body that goes up as it comes, and its end. */
void hg_proxy_feed(struct hg_request *r, struct hg_str piece);
void hg_proxy_feed_end(struct hg_request *r);
void hg_proxy_leave(struct hg_request *r);
/* Answered, but the rest of the fetch is still wanted: for KEEP, or because it ends anyway. */
bool hg_proxy_holds(const struct hg_request *r);

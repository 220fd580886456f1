/*
 * dispatch - the one thread that owns what is scarce: queue, single-flight table, budgets,
 * credentials, upstream connections, retries.
 *
 * This header is what the host sees. The logic is dispatcher.h, a pure state machine over a given
 * clock; upstream.h is its transport, libcurl's multi interface; this joins them on a loop.
 *
 * Thread: the loop's own, but what says any.
 */
#pragma once
#include "base/loop.h"
#include "ticket/snapshot.h"
#include "ticket/ticket.h"
#include "ticket/view.h"

struct hg_dispatch;

/* Runs on `loop` (of the kind HG_THREAD_DISPATCHER). NULL and err when the upstream's base URL or
 * CA file is unusable. */
struct hg_dispatch *hg_dispatch_new(
	struct hg_loop *loop, struct hg_snapshot *s, struct hg_view *view, struct hg_err *err);
/* Whom it tells what happened to budgets, credentials and upstreams (news.h), on its own loop. */
struct hg_news;
void hg_dispatch_set_news(struct hg_dispatch *d, const struct hg_news *news);
/* The plugins of its snapshot have been started: tokens are tried before the first client comes. */
void hg_dispatch_begin(struct hg_dispatch *d);
void hg_dispatch_free(struct hg_dispatch *d); /* ends what is under way with HG_ECANCELLED */
struct hg_port *hg_dispatch_port(struct hg_dispatch *d); /* any; outlives the dispatch's clients */
void hg_dispatch_adopt(struct hg_dispatch *d, struct hg_snapshot *s);
/* Until the next adopt. False: there is none of that label. */
bool hg_dispatch_set_strategy(struct hg_dispatch *d, struct hg_str label);

/* JSON for `show tickets|queues|budgets|credentials|upstreams`: appended to `out`. */
struct hg_text;
void hg_dispatch_show(struct hg_dispatch *d, const char *what, struct hg_text *out);
/* Appends what hg_dispatcher_explain says (explain.h). */
bool hg_dispatch_explain(
	struct hg_dispatch *d, struct hg_str id, struct hg_str client, struct hg_text *out);
/* Transfers on the wire now. Any thread. */
uint32_t hg_dispatch_in_flight(const struct hg_dispatch *d);

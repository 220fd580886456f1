/*
 * fetch - a request to GitHub without a client: sync, probes, minting, revalidation.
 *
 * It is a ticket like any other: queued by class, paid from the budget, retried, coalesced.
 * The callbacks run on the loop that sent it. Unlike a client's request it may follow
 * redirects; Authorization never goes to another host.
 *
 *     struct hg_fetch *f = hg_fetch_new(self, "GET", "/repos/o/r");
 *     hg_fetch_set_class(f, HG_CLASS_LOW);
 *     hg_fetch_send(f, on_done, arg);      // f belongs to the host until on_done returned
 *
 * It may outlive `stop`, which cancels what it does not want to wait for: on_done still comes, with
 * HG_ECANCELLED or with a reply that was faster, and `self` lives until the last one returned.
 *
 * Thread: a loop's; all of one fetch on the same loop.
 */
#pragma once
#include "phases.h"
#include "str.h"
#include "err.h"
#include "request.h"

struct hg_fetch;

struct hg_fetched {
	uint32_t size;
	int32_t status;     /* of the last reply; 0 when there was none: `err` says why */
	struct hg_str body; /* whole, up to max_body; empty when on_piece took it */
	const struct hg_field *fields;
	uint32_t n_fields;
	uint32_t redirects;
	int32_t err_code; /* HG_E… or 0 */
	uint32_t reserved;
	struct hg_str err_text;
};

HG_API struct hg_fetch *hg_fetch_new(void *self, const char *method,
	const char *target); /* path and query, or a URL of the upstream */
/* Which GitHub, by the name of an upstream of the configuration; not called, or "": the first. One
 * that the newest configuration does not have ends the fetch with HG_ENOTFOUND. */
HG_API void hg_fetch_set_upstream(struct hg_fetch *f, struct hg_str name); /* copied */
HG_API void hg_fetch_set_header(struct hg_fetch *f, const char *name, struct hg_str value);
HG_API void hg_fetch_set_body(struct hg_fetch *f, struct hg_str body); /* copied */
HG_API void hg_fetch_set_class(struct hg_fetch *f, enum hg_class c);   /* default HG_CLASS_LOW */
HG_API void hg_fetch_set_deadline(
	struct hg_fetch *f, int64_t in_us); /* from sending; default as a client's */
HG_API void hg_fetch_set_redirects(struct hg_fetch *f, uint32_t max); /* default 3 */
HG_API void hg_fetch_set_max_body(
	struct hg_fetch *f, uint64_t bytes); /* default 8 MiB; over it HG_ETOOBIG */
/* Pieces as they come instead of a whole body. */
HG_API void hg_fetch_on_piece(
	struct hg_fetch *f, void (*on_piece)(void *self, void *arg, struct hg_str piece));

/* Exactly one on_done follows, never inside this call. */
HG_API void hg_fetch_send(struct hg_fetch *f,
	void (*on_done)(void *self, void *arg, const struct hg_fetched *got), void *arg);
/* on_done comes with HG_ECANCELLED. Before hg_fetch_send: frees it. */
HG_API void hg_fetch_cancel(struct hg_fetch *f);

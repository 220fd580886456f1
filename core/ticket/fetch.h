/*
 * fetch - the core's side of hg/fetch.h: where fetches go.
 *
 * Thread: bind once, before the first plugin starts.
 */
#pragma once
#include "ticket/ticket.h"

/* `current` returns the newest snapshot with a reference for the caller. */
void hg_fetch_bind(struct hg_port *port, struct hg_snapshot *(*current)(void));

/*
 * fields - which header fields cross the gateway.
 *
 * Towards GitHub by allow-list: a new message is built from these, bytes are never forwarded.
 * Towards clients everything crosses but what belongs to one connection or to one exchange.
 *
 * Thread: any.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>

/* Of a client's request: sent upstream when present. Authorization and User-Agent are not among
 * them: the credential is chosen by the dispatcher, the agent is hubgate's own. */
bool hg_field_goes_up(struct hg_str name);
/* Of an upstream reply: never passed on (hop-by-hop, framing, cookies). */
bool hg_field_stays_here(struct hg_str name);
/* Of an upstream reply: belongs to that exchange and is not kept (rate limits, dates, ids). */
bool hg_field_is_fleeting(struct hg_str name);
/* A validator of a client: If-None-Match, If-Modified-Since. */
bool hg_field_is_validator(struct hg_str name);

/*
 * proxy_probe - a plugin in HEAD, KEEP and DONE that does what the test set, and remembers what it
 * saw; and a front with it.
 */
#pragma once
#include "front_world.h"
#include <hg/reply.h>

/* A plugin that does what the test set, and remembers what it saw. */
static struct {
	bool own_validators, set_header, answer_in_head, refuse_in_head;
	uint64_t keep_bytes;
	struct hg_stored *kept;
	uint32_t n_keep, n_done;
	char body[64];
	char order[64];
	struct hg_done done;
	struct peer *peer; /* KEEP looks whether it has the whole reply already */
	bool told_before_keep;
} probe;

static enum hg_verdict probe_on_weigh(void *self, struct hg_request *r)
{
	(void)self;
	if (probe.own_validators)
		hg_request_own_validators(r);
	hg_request_set_cache_status(r, "fwd=miss");
	return HG_NEXT;
}

static void note(void *self)
{
	size_t n = strlen(probe.order);

	(void)snprintf(probe.order + n, sizeof(probe.order) - n, "%s ", hg_instance_name(self));
}

static enum hg_verdict probe_on_head(void *self, struct hg_request *r, struct hg_reply *reply)
{
	note(self);
	if (probe.set_header) {
		hg_reply_set_header(reply, "X-Added", HG_STR("yes"));
		hg_reply_set_header(reply, "Content-Type", (struct hg_str){ 0 });
	}
	if (probe.keep_bytes)
		hg_reply_keep(reply, probe.keep_bytes);
	if (probe.answer_in_head) {
		hg_request_answer_with(r, probe.kept, "hit", 3);
		return HG_ANSWERED;
	}
	if (probe.refuse_in_head) {
		hg_request_refuse(r, 502, "not_this", -1, "Not %s.", "this");
		return HG_REFUSED;
	}
	return HG_NEXT;
}

static void probe_on_keep(void *self, struct hg_request *r, const struct hg_reply *reply)
{
	struct hg_str body = hg_reply_body(reply);

	(void)r;
	note(self);
	probe.n_keep++;
	(void)snprintf(probe.body, sizeof(probe.body), "%.*s", (int)body.n, body.p);
	if (probe.peer) {
		peer_read(probe.peer, SIZE_MAX);
		probe.told_before_keep = strstr(hg_text_str(&probe.peer->heard).p, "world") != NULL;
	}
}

static void probe_on_done(void *self, struct hg_request *r)
{
	(void)self;
	probe.n_done++;
	probe.done.size = sizeof(probe.done);
	hg_request_done(r, &probe.done);
}

static const struct hg_plugin probe_plugin = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "probe",
	HG_PLUGIN_ROWS,
	.on_weigh = probe_on_weigh,
	.on_head = probe_on_head,
	.on_keep = probe_on_keep,
	.on_done = probe_on_done };

__attribute__((unused)) static const struct hg_plugin second_plugin = { .size = sizeof(
										struct hg_plugin),
	.abi = HG_ABI,
	.name = "second",
	HG_PLUGIN_ROWS,
	.on_head = probe_on_head,
	.on_keep = probe_on_keep };

static inline struct peer *start(struct world *w)
{
	memset(&probe, 0, sizeof(probe));
	world_init(w);
	world_plug(w, &probe_plugin);
	world_start(w);
	return world_connect(w);
}

/*
 * conn_site - a world whose front has routes that answer at once, and one that takes a body.
 */
#pragma once
#include "front_world.h"

static struct {
	uint32_t n_requests, n_gone, n_pieces;
	char body[256];
	bool answer_at_once;
} site;

static enum hg_verdict on_hello(void *self, struct hg_request *r)
{
	(void)self;
	site.n_requests++;
	hg_reply_text(r, 200, "text/plain", hg_request_query(r));
	return HG_ANSWERED;
}

static enum hg_verdict on_big(void *self, struct hg_request *r)
{
	static char big[8 << 20];

	(void)self;
	site.n_requests++;
	memset(big, 'x', sizeof(big));
	hg_reply_text(r, 200, "text/plain", (struct hg_str){ big, sizeof(big) });
	return HG_ANSWERED;
}

static enum hg_verdict on_post(void *self, struct hg_request *r)
{
	(void)self;
	site.n_requests++;
	site.body[0] = '\0';
	if (!site.answer_at_once)
		return HG_NEXT;
	hg_reply_text(r, 200, NULL, HG_STR("early"));
	return HG_ANSWERED;
}

static enum hg_verdict on_post_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	size_t n = strlen(site.body);

	(void)self;
	site.n_pieces++;
	(void)snprintf(
		site.body + n, sizeof(site.body) - n, "%.*s", (int)piece.n, piece.p ? piece.p : "");
	if (!end)
		return HG_NEXT;
	hg_reply_text(r, 200, "text/plain", hg_str(site.body));
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	site.n_gone++;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_hello, .on_gone = on_gone },
	{ .methods = "GET", .path = "/big", .on_request = on_big, .on_gone = on_gone },
	{ .methods = "POST PUT",
		.path = "/post",
		.max_body_bytes = 100 << 10,
		.on_request = on_post,
		.on_body = on_post_body,
		.on_gone = on_gone },
	{ 0 },
};

static const struct hg_plugin site_plugin = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

static inline struct peer *start(struct world *w)
{
	memset(&site, 0, sizeof(site));
	world_init(w);
	world_plug(w, &site_plugin);
	world_start(w);
	return world_connect(w);
}

static inline void stop(struct world *w)
{
	world_stop(w);
	assert_int_equal(site.n_gone, site.n_requests);
}

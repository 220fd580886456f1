#include "host/host_inside.h"

#include "base/text.h"
#include "front/request.h"
#include <hg/reply.h>
#include <hg/route.h>

/* Health: asked by load balancers and service managers, so on the request's own front, and of what
 * lies in memory. */

#define JSON "application/json"

static enum hg_verdict on_livez(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_text(r, 200, JSON, HG_STR("{\"status\":\"ok\"}"));
	return HG_ANSWERED;
}

/* Plugins that are left out: hubgate serves without them. */
static void add_degraded(const struct hg_request *r, struct hg_text *out)
{
	const struct hg_snapshot *s = r->snapshot;
	int64_t now_us = hg_loop_now(hg_loop_self()).mono_us;
	bool any = false;
	char why[96];

	for (uint32_t i = 0; i < s->n_instances; i++) {
		struct hg_instance *in = s->instances[i];
		struct hg_text line;
		if (hg_instance_takes_part(in, now_us))
			continue;
		hg_text_init(&line);
		hg_quarantine_why(&in->quarantine, why);
		hg_text_printf(&line, "plugin %s is left out, it kept failing: %s", in->name, why);
		hg_text_add(out, any ? HG_STR(",") : HG_STR(",\"degraded\":["));
		hg_text_add_json(out, hg_text_str(&line));
		hg_text_fini(&line);
		any = true;
	}
	hg_text_add(out, any ? HG_STR("]") : HG_STR(""));
}

static enum hg_verdict on_readyz(void *self, struct hg_request *r)
{
	const struct hg_host *h = self;
	bool is_ready = atomic_load(&h->state) == HG_HOST_READY;
	struct hg_text text;

	hg_text_init(&text);
	hg_text_add(&text, is_ready ? HG_STR("{\"status\":\"ready\"")
				    : HG_STR("{\"status\":\"not ready\",\"reasons\":["
					     "\"starting or stopping\"]"));
	add_degraded(r, &text);
	hg_text_add_char(&text, '}');
	hg_reply_text(r, is_ready ? 200 : 503, JSON, hg_text_str(&text));
	hg_text_fini(&text);
	return HG_ANSWERED;
}

const struct hg_route hg_health_routes[] = {
	{ .methods = "GET",
		.path = "/livez",
		.flags = HG_ROUTE_OPEN,
		.on_request = on_livez,
		.about = "The process answers." },
	{ .methods = "GET",
		.path = "/readyz",
		.flags = HG_ROUTE_OPEN,
		.on_request = on_readyz,
		.about = "It serves; else why not." },
	{ 0 },
};

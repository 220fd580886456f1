/*
 * metrics - /metrics for Prometheus: everything the core and the plugins count.
 *
 * Text format 0.0.4, or OpenMetrics 1.0 when Accept asks for it. The numbers are gathered when
 * they are asked for; nothing runs in between.
 *
 * Thread: the request's front.   Without it nothing is exposed; counting goes on.
 */
#include <hg/plugin.h>

#define OPENMETRICS "application/openmetrics-text"

struct page {
	char *p;
	size_t n, room;
};

static void add(void *arg, struct hg_str text)
{
	struct page *page = arg;

	if (page->n + text.n > page->room) {
		page->room = (page->n + text.n) * 2;
		page->p = hg_realloc(page->p, page->room);
	}
	if (text.n)
		memcpy(page->p + page->n, text.p, text.n);
	page->n += text.n;
}

static enum hg_verdict metrics_on_request(void *self, struct hg_request *r)
{
	struct hg_str accept = hg_request_header(r, "accept");
	bool open = accept.n && memmem(accept.p, accept.n, OPENMETRICS, sizeof(OPENMETRICS) - 1);
	struct page page = { 0 };

	hg_metrics_render(self, open, add, &page);
	hg_reply_set(r, "Cache-Control", HG_STR("no-store"));
	hg_reply_text(r, 200,
		open ? OPENMETRICS "; version=1.0.0; charset=utf-8"
		     : "text/plain; version=0.0.4; charset=utf-8",
		(struct hg_str){ page.p, page.n });
	hg_free(page.p);
	return HG_ANSWERED;
}

static const struct hg_route metrics_routes[] = {
	{ .methods = "GET",
		.path = "/metrics",
		.on_request = metrics_on_request,
		.about = "Prometheus text format, or OpenMetrics." },
	{ 0 },
};

static const struct hg_plugin metrics_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "metrics",
	.about = "Shows all counted numbers to Prometheus.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.routes = metrics_routes,
};
HG_PLUGIN_EXPORT(metrics_plugin)

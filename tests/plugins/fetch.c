/*
 * fetch - asks GitHub without a client, and answers its own client with what came.
 *
 *     GET /fetch/{path*}    {"status":…,"redirects":…,"bytes":…,"error":…}: whole, redirects
 * followed GET /pieces/{path*}   the same bytes, piece by piece as they come GET /asis/{path*} a
 * redirect is not followed
 *
 * A client that leaves cancels its fetch.
 *
 * Thread: the request's front: a fetch ends on the loop that sent it.
 */
#include <hg/plugin.h>
#include <stdio.h>

struct asked {
	struct hg_request *r; /* NULL: the client left */
	struct hg_fetch *fetch;
	bool in_pieces;
};

static struct hg_fetch *fetch_for(void *self, struct hg_request *r)
{
	struct hg_str path = hg_request_param(r, "path"), query = hg_request_query(r);
	char target[1024];
	int n = snprintf(target, sizeof(target), "/%.*s%s%.*s", (int)path.n, path.p,
		query.n ? "?" : "", (int)query.n, query.n ? query.p : "");

	if (n < 0 || (size_t)n >= sizeof(target))
		return NULL;
	struct hg_fetch *f = hg_fetch_new(self, "GET", target);
	hg_fetch_set_class(f, HG_CLASS_HIGH);
	hg_fetch_set_max_body(f, 1 << 20);
	return f;
}

static void on_piece(void *self, void *arg, struct hg_str piece)
{
	struct asked *a = arg;

	(void)self;
	if (a->r)
		(void)hg_reply_send(a->r, piece);
}

static void tell(struct hg_request *r, const struct hg_fetched *got)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
		"{\"status\":%d,\"redirects\":%u,\"bytes\":%zu,\"error\":%d}", got->status,
		got->redirects, got->body.n, got->err_code);

	hg_reply_text(r, 200, "application/json", (struct hg_str){ text, (size_t)n });
}

static void on_done(void *self, void *arg, const struct hg_fetched *got)
{
	struct asked *a = arg;

	if (a->r) {
		*hg_request_slot(a->r, self) = NULL;
		if (!a->in_pieces)
			tell(a->r, got);
		else if (got->err_code)
			hg_reply_abort(a->r);
		else
			hg_reply_end(a->r);
	}
	hg_free(a);
}

static enum hg_verdict send(void *self, struct hg_request *r, struct hg_fetch *f, bool in_pieces)
{
	if (!f) {
		hg_request_refuse(r, 414, "long_path", -1, "The path is too long.");
		return HG_REFUSED;
	}
	struct asked *a = hg_alloc0(sizeof(*a));
	*a = (struct asked){ r, f, in_pieces };
	*hg_request_slot(r, self) = a;
	if (in_pieces) {
		hg_reply_begin(r, 200, -1);
		hg_fetch_on_piece(f, on_piece);
	}
	hg_fetch_send(f, on_done, a);
	return HG_ANSWERED;
}

static enum hg_verdict on_whole(void *self, struct hg_request *r)
{
	return send(self, r, fetch_for(self, r), false);
}

static enum hg_verdict on_pieces(void *self, struct hg_request *r)
{
	return send(self, r, fetch_for(self, r), true);
}

static enum hg_verdict on_asis(void *self, struct hg_request *r)
{
	struct hg_fetch *f = fetch_for(self, r);

	if (f)
		hg_fetch_set_redirects(f, 0);
	return send(self, r, f, false);
}

static void on_gone(void *self, struct hg_request *r)
{
	struct asked *a = *hg_request_slot(r, self);

	if (!a)
		return;
	a->r = NULL;
	hg_fetch_cancel(a->fetch); /* on_done comes, and frees it */
}

#define ROUTE(where, what)                                                               \
	{                                                                                \
		.methods = "GET", .path = where, .on_request = what, .on_gone = on_gone, \
		.about = "Asks GitHub."                                                  \
	}

static const struct hg_route routes[] = {
	ROUTE("/fetch/{path*}", on_whole),
	ROUTE("/pieces/{path*}", on_pieces),
	ROUTE("/asis/{path*}", on_asis),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "fetch",
	.about = "Asks GitHub by itself.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.routes = routes,
};
HG_PLUGIN_EXPORT(table)

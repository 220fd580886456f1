/*
 * echo - a route that takes its body in pieces: counts them, and tells when all is there.
 *
 *     POST /echo/{name}   {"name":"…","bytes":…,"pieces":…,"sum":…}      up to 1 MiB
 *     PUT  /echo          sends each piece back as it comes, and waits while the client is slow
 *
 * Thread: the request's front.
 */
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdio.h>

struct count {
	uint64_t bytes, pieces, sum; /* sum: of all bytes, so that a lost or doubled one shows */
};

static enum hg_verdict take_body_first(void *self, struct hg_request *r)
{
	struct count *c = hg_request_alloc(r, sizeof(*c));

	*c = (struct count){ 0 };
	*hg_request_slot(r, self) = c;
	return HG_NEXT;
}

static enum hg_verdict count_piece(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	struct count *c = *hg_request_slot(r, self);
	struct hg_str name = hg_request_param(r, "name");
	char text[256];

	c->bytes += piece.n;
	c->pieces += piece.n > 0;
	for (size_t i = 0; i < piece.n; i++)
		c->sum += (unsigned char)piece.p[i];
	if (!end)
		return HG_NEXT;
	int n = snprintf(text, sizeof(text),
		"{\"name\":\"%.*s\",\"bytes\":%" PRIu64 ",\"pieces\":%" PRIu64 ",\"sum\":%" PRIu64
		"}",
		(int)name.n, name.p, c->bytes, c->pieces, c->sum);
	if (n < 0 || (size_t)n >= sizeof(text)) {
		hg_request_refuse(r, 400, "long_name", -1, "The name is too long.");
		return HG_REFUSED;
	}
	hg_reply_text(r, 200, "application/json", (struct hg_str){ text, (size_t)n });
	return HG_ANSWERED;
}

static enum hg_verdict begin_back(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_set(r, "Content-Type", HG_STR("application/octet-stream"));
	hg_reply_begin(r, 200, -1);
	return HG_NEXT;
}

/* Over the high-water mark the piece is taken all the same; reading then rests until on_drain. */
static enum hg_verdict send_back(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	int rc = piece.n ? hg_reply_send(r, piece) : 0;

	if (end) {
		hg_reply_end(r);
		return HG_ANSWERED;
	}
	if (rc != HG_EAGAIN)
		return HG_NEXT;
	*hg_request_slot(r, self) = hg_request_wait(r);
	return HG_WAIT;
}

static void read_on(void *self, struct hg_request *r)
{
	void **waiter = hg_request_slot(r, self);

	if (*waiter)
		hg_waiter_resume(HG_TAKE(*waiter), NULL, NULL);
}

/* Each waiter is resumed once, also when the client has left. */
static void back_gone(void *self, struct hg_request *r)
{
	read_on(self, r);
}

static const struct hg_route routes[] = {
	{ .methods = "POST",
		.path = "/echo/{name}",
		.max_body_bytes = 1 << 20,
		.on_request = take_body_first,
		.on_body = count_piece,
		.about = "Counts its body." },
	{ .methods = "PUT",
		.path = "/echo",
		.max_body_bytes = 64 << 20,
		.on_request = begin_back,
		.on_body = send_back,
		.on_drain = read_on,
		.on_gone = back_gone,
		.about = "Sends its body back." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "echo",
	.about = "Takes bodies in pieces.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.routes = routes,
};
HG_PLUGIN_EXPORT(table)

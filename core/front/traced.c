#include "front/traced.h"

#include "base/trace.h"
#include <hg/reply.h>
#include <stdio.h>
#include <string.h>

static void put(
	const struct hg_request *r, enum hg_trace_event event, uint32_t number, struct hg_str word)
{
	hg_trace(r->trace_key, event, hg_front_now_us(r->front), number, word);
}

void hg_traced_began(struct hg_request *r)
{
	const struct hg_http1_head *h = &r->head;
	char word[sizeof(((struct hg_trace_record *)NULL)->word)];
	size_t n = h->method.n < 12 ? h->method.n : 12, room = sizeof(word) - n - 1;
	size_t n_path = h->path.n < room ? h->path.n : room;

	memcpy(word, h->method.p, n);
	word[n] = ' ';
	memcpy(word + n + 1, h->path.p, n_path);
	r->trace_key = hg_trace_key(r->id);
	put(r, HG_TRACE_BEGAN, 0, (struct hg_str){ word, n + 1 + n_path });
}

void hg_traced_step(const struct hg_request *r, enum hg_request_step step)
{
	if (step == HG_STEP_REPLY)
		put(r, HG_TRACE_REPLY, 0, (struct hg_str){ 0 });
	else
		put(r, HG_TRACE_PHASE, 0, hg_str(hg_request_step_name_of(step)));
}

void hg_traced_verdict(const struct hg_request *r, enum hg_verdict v)
{
	static const char *const words[] = { [HG_NEXT] = "next",
		[HG_ANSWERED] = "answered",
		[HG_WAIT] = "waits",
		[HG_REFUSED] = "refused" };
	char word[64];
	int n = snprintf(word, sizeof(word), "%s %.40s", words[v],
		r->hook_in ? r->hook_in->name : "hubgate");

	put(r, HG_TRACE_HOOK, 0, (struct hg_str){ word, n < 0 ? 0 : (size_t)n });
}

void hg_traced_head(const struct hg_request *r)
{
	const struct hg_reply *reply = &r->reply;
	struct hg_str theirs = hg_reply_header(reply, "x-github-request-id");

	put(r, HG_TRACE_HEAD, (uint32_t)r->upstream_status, hg_str(reply->note.alias));
	if (theirs.n)
		put(r, HG_TRACE_GITHUB, 0, theirs);
}

void hg_traced_ended(const struct hg_request *r)
{
	if (r->cache_status.n)
		put(r, HG_TRACE_CACHE, 0, r->cache_status);
	if (!r->replied)
		put(r, HG_TRACE_CUT, 0, (struct hg_str){ 0 });
	put(r, HG_TRACE_ENDED, r->reply_began ? (uint32_t)r->status : 0, hg_str(r->client.name));
}

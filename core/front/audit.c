#include "front/audit.h"
#include "base/log.h"
#include <hg/reply.h>

static int cut(struct hg_str s)
{
	return (int)(s.n < 512 ? s.n : 512);
}

void hg_audit(const struct hg_request *r)
{
	if (!r->ticket || hg_request_is_safe(r))
		return;
	struct hg_str theirs = hg_reply_header(&r->reply, "x-github-request-id");
	struct hg_str trace = hg_trace_context_id(&r->trace_context);
	const char *alias = r->reply.note.alias;
	HG_LOG_ABOUT(HG_LOG_AUDIT, HG_LOG_INFO, r->id,
		"client=%s credential=%s method=%.*s route=%.*s path=%.*s status=%d "
		"github_status=%d github_request_id=%.*s cut=%d%s%.*s",
		r->client.name, alias[0] ? alias : "-", cut(r->head.method), r->head.method.p,
		cut(r->route), r->route.p, cut(r->path), r->path.p, r->reply_began ? r->status : 0,
		r->upstream_status, theirs.n ? cut(theirs) : 1, theirs.n ? theirs.p : "-", r->cut,
		trace.n ? " trace=" : "", (int)trace.n, trace.n ? trace.p : "");
}

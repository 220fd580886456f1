#include "front/error.h"
#include "front/http1.h"
#include <inttypes.h>

#define DOCUMENTATION "https://docs.github.com/rest"

void hg_error_body(struct hg_text *out, const struct hg_error_in *in)
{
	hg_text_add(out, HG_STR("{\"message\":"));
	hg_text_add_json(out, hg_str(in->detail));
	hg_text_printf(out,
		",\"documentation_url\":\"" DOCUMENTATION
		"\",\"type\":\"urn:hubgate:%s\",\"title\":",
		in->code);
	hg_text_add_json(out, hg_str(hg_http1_reason(in->status)));
	hg_text_printf(out, ",\"status\":%d,\"detail\":", in->status);
	hg_text_add_json(out, hg_str(in->detail));
	hg_text_printf(out, ",\"code\":\"%s\"", in->code);
	if (in->retry_after_s >= 0)
		hg_text_printf(out, ",\"retry_after\":%" PRId64, in->retry_after_s);
	if (in->waits_for)
		hg_text_printf(out, ",\"waits_for\":\"%s\",\"waited_ms\":%" PRId64, in->waits_for,
			in->waited_us / 1000);
	if (in->request_id.n) {
		hg_text_add_json_member(out, "request_id", in->request_id);
	}
	hg_text_add_char(out, '}');
}

const char *hg_error_type(struct hg_str accept)
{
	static const char problem[] = "application/problem+json";

	if (accept.n && memmem(accept.p, accept.n, problem, sizeof(problem) - 1))
		return problem;
	return "application/json; charset=utf-8";
}

#include "api.h"
#include "odd.h"
#include "shapes.h"

#define MOST 50

/* Issues that were made or changed since the world began: the latest of each repository that the
 * caller sees. GitHub wants its interval obeyed. */
int sim_list_notifications(struct sim_call *c)
{
	int said = sim_need_user(c);
	json_t *rows = json_array();

	for (uint32_t i = 0; !said && i < c->w->n_repos; i++) {
		struct sim_repo *r = &c->w->repos[i];
		const struct sim_issue *last = r->n_issues ? &r->issues[r->n_issues - 1] : NULL;
		if (!last || last->updated_s < c->w->born_s || r->deleted || last->deleted ||
			!sim_sees(c, r) || json_array_size(rows) == MOST)
			continue;
		json_array_append_new(rows,
			json_pack("{s:o, s:b, s:s, s:o, s:{s:s, s:s}, s:o}", "id",
				json_sprintf("%llu", (unsigned long long)last->id), "unread", 1,
				"reason", "subscribed", "updated_at",
				sim_shape_date(last->updated_s), "subject", "title", last->title,
				"type", "Issue", "repository", sim_shape_repo(c, r, false)));
	}
	if (said) {
		json_decref(rows);
		return said;
	}
	sim_answer_set(c->out, "X-Poll-Interval", "60");
	bool has_validator = sim_request_header(c->rq, "If-None-Match").n ||
	                     sim_request_header(c->rq, "If-Modified-Since").n;
	if (sim_is_odd(c->w, SIM_NOTIFICATIONS_304) && has_validator) {
		json_decref(rows);
		return sim_say_empty(c, 304);
	}
	return sim_say(c, 200, rows);
}

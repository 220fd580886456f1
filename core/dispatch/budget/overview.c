#include "dispatch/budget/overview.h"
#include <jansson.h>
#include <string.h>

static int64_t number_of(const json_t *budget, const char *name)
{
	const json_t *v = json_object_get(budget, name);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : -1;
}

uint32_t hg_overview_read(struct hg_str body, const struct hg_now *now,
	void (*each)(void *arg, const struct hg_rate *rate), void *arg)
{
	json_t *root = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *resources = json_object_get(root, "resources"), *budget;
	const char *name;
	uint32_t n = 0;

	json_object_foreach(resources, name, budget)
	{
		struct hg_rate rate = { .limit = number_of(budget, "limit"),
			.remaining = number_of(budget, "remaining"),
			.reset_s = number_of(budget, "reset") };
		if (!hg_resource_is_sane(hg_str(name)))
			continue;
		memcpy(rate.resource, name, strlen(name));
		hg_rate_sift(&rate, number_of(budget, "used"), now);
		if (!rate.is_known)
			continue;
		each(arg, &rate);
		n++;
	}
	json_decref(root);
	return n;
}

#include "limit.h"

#include <hg/mem.h>

#include "text.h"

#define INSTALLATION_MOST 12500 /* points an hour, however large it is */

static const struct {
	const char *name;
	int64_t limit;
	int64_t anonymous_limit;
	bool by_minute;
} resources[SIM_RESOURCES] = {
	[SIM_CORE] = { "core", 5000, 60, false },
	[SIM_SEARCH] = { "search", 30, 10, true },
	[SIM_CODE_SEARCH] = { "code_search", 10, 10, true },
	[SIM_GRAPHQL] = { "graphql", 5000, 0, false },
	[SIM_INTEGRATION_MANIFEST] = { "integration_manifest", 5000, 5000, false },
	[SIM_SOURCE_IMPORT] = { "source_import", 100, 5, true },
	[SIM_CODE_SCANNING_UPLOAD] = { "code_scanning_upload", 1000, 60, false },
	[SIM_CODE_SCANNING_AUTOFIX] = { "code_scanning_autofix", 10, 10, true },
	[SIM_RUNNER_REGISTRATION] = { "actions_runner_registration", 10000, 60, false },
	[SIM_SCIM] = { "scim", 15000, 60, false },
	[SIM_DEPENDENCY_SNAPSHOTS] = { "dependency_snapshots", 100, 60, true },
	[SIM_DEPENDENCY_SBOM] = { "dependency_sbom", 100, 60, true },
	[SIM_AUDIT_LOG] = { "audit_log", 1750, 60, false },
	[SIM_AUDIT_LOG_STREAMING] = { "audit_log_streaming", 15, 15, false },
};

void sim_limits_init(struct sim_limits *l, int64_t core_limit, int64_t window_us, int64_t phase_us)
{
	*l = (struct sim_limits){ .core_limit = core_limit,
		.window_s = window_us / 1000000 > 0 ? window_us / 1000000 : 1,
		.phase_s = phase_us / 1000000 };
	for (int r = 0; r < SIM_RESOURCES; r++)
		l->overrides[r] = (struct sim_override){ -1, -1, -1 };
}

void sim_limits_fini(struct sim_limits *l)
{
	hg_free(l->budgets);
	l->budgets = NULL;
	l->n_budgets = l->cap_budgets = 0;
}

const char *sim_resource_name(enum sim_resource r)
{
	return resources[r].name;
}

enum sim_resource sim_resource_find(const char *name)
{
	int r = 0;

	while (r < SIM_RESOURCES && strcmp(resources[r].name, name) != 0)
		r++;
	return (enum sim_resource)r;
}

enum sim_resource sim_resource_of(struct hg_str method, struct hg_str path)
{
	/* In order: the first row that fits decides. */
	static const struct {
		const char *method; /* NULL: any */
		const char *glob;
		enum sim_resource resource;
	} rules[] = {
		{ "GET", "/search/code", SIM_CODE_SEARCH },
		{ NULL, "/search/*", SIM_SEARCH },
		{ NULL, "/graphql", SIM_GRAPHQL },
		{ "POST", "/app-manifests/*/conversions", SIM_INTEGRATION_MANIFEST },
		{ "POST", "*/code-scanning/sarifs", SIM_CODE_SCANNING_UPLOAD },
		{ "POST", "*/code-scanning/alerts/*/autofix", SIM_CODE_SCANNING_AUTOFIX },
		{ "POST", "*/actions/runners/registration-token", SIM_RUNNER_REGISTRATION },
		{ NULL, "/scim/v2/*", SIM_SCIM },
		{ "POST", "*/dependency-graph/snapshots", SIM_DEPENDENCY_SNAPSHOTS },
		{ "GET", "*/dependency-graph/sbom", SIM_DEPENDENCY_SBOM },
		{ NULL, "/orgs/*/audit-log/streams*", SIM_AUDIT_LOG_STREAMING },
		{ NULL, "/enterprises/*/audit-log/streams*", SIM_AUDIT_LOG_STREAMING },
		{ NULL, "/orgs/*/audit-log", SIM_AUDIT_LOG },
		{ NULL, "/organizations/*/audit-log", SIM_AUDIT_LOG },
		{ NULL, "/enterprises/*/audit-log", SIM_AUDIT_LOG },
	};

	if (hg_str_is(method, HG_STR("HEAD")))
		method = HG_STR("GET");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if ((!rules[i].method || hg_str_is(method, hg_str(rules[i].method))) &&
			sim_text_glob(rules[i].glob, path))
			return rules[i].resource;
	return SIM_CORE;
}

static int64_t usual_limit(
	const struct sim_limits *l, const struct sim_who *who, enum sim_resource r)
{
	if (l->overrides[r].limit >= 0)
		return l->overrides[r].limit;
	if (who->kind == SIM_WHO_ADDRESS)
		return resources[r].anonymous_limit;
	int64_t limit = r == SIM_CORE ? l->core_limit : resources[r].limit;
	if ((r != SIM_CORE && r != SIM_GRAPHQL) || limit >= INSTALLATION_MOST)
		return limit;
	limit += who->extra_points;
	return limit < INSTALLATION_MOST ? limit : INSTALLATION_MOST;
}

static void open_window(struct sim_limits *l, struct sim_budget *b, const struct sim_who *who,
	struct hg_now now, bool first)
{
	const struct sim_override *set = &l->overrides[b->resource];
	int64_t now_s = now.wall_us / 1000000;
	int64_t window_s = l->window_s;

	if (resources[b->resource].by_minute && window_s > 60)
		window_s = 60;
	b->limit = usual_limit(l, who, b->resource);
	b->used = 0;
	b->reset_s = now_s + window_s;
	if (l->phase_s > 0)
		b->reset_s = ((now_s - l->phase_s) / window_s + 1) * window_s + l->phase_s;
	/* What was set by hand for everybody holds until its reset, also for who comes later. */
	if (first && set->remaining >= 0 && now_s < set->reset_s) {
		b->used = set->remaining < b->limit ? b->limit - set->remaining : 0;
		b->reset_s = set->reset_s;
	}
}

struct sim_budget *sim_budget_find(
	struct sim_limits *l, const struct sim_who *who, enum sim_resource r, struct hg_now now)
{
	for (uint32_t i = 0; i < l->n_budgets; i++) {
		struct sim_budget *b = &l->budgets[i];
		if (b->kind != who->kind || b->resource != r || b->id != who->id ||
			(who->kind == SIM_WHO_ADDRESS && strcmp(b->address, who->address) != 0))
			continue;
		if (now.wall_us / 1000000 >= b->reset_s)
			open_window(l, b, who, now, false);
		return b;
	}

	struct sim_budget *b;
	if (l->n_budgets < SIM_BUDGETS) {
		l->budgets = sim_grow(l->budgets, l->n_budgets, &l->cap_budgets, sizeof(*b));
		b = &l->budgets[l->n_budgets++];
	} else {
		b = &l->budgets[l->next_reused++ % SIM_BUDGETS];
	}
	*b = (struct sim_budget){ .kind = who->kind, .resource = r, .id = who->id };
	memcpy(b->address, who->address, sizeof(b->address));
	open_window(l, b, who, now, true);
	return b;
}

int64_t sim_budget_remaining(const struct sim_budget *b)
{
	return b->used < b->limit ? b->limit - b->used : 0;
}

static void set_budget(struct sim_budget *b, int64_t limit, int64_t remaining, int64_t reset_s)
{
	int64_t left = remaining >= 0 ? remaining : sim_budget_remaining(b);

	if (limit >= 0)
		b->limit = limit;
	if (limit >= 0 || remaining >= 0)
		b->used = left < b->limit ? b->limit - left : 0;
	if (reset_s >= 0)
		b->reset_s = reset_s;
}

void sim_limits_set(struct sim_limits *l, struct sim_budget *b, enum sim_resource r, int64_t limit,
	int64_t remaining, int64_t reset_s)
{
	if (b) {
		set_budget(b, limit, remaining, reset_s);
		return;
	}
	if (limit >= 0)
		l->overrides[r].limit = limit;
	if (remaining >= 0) {
		l->overrides[r].remaining = remaining;
		l->overrides[r].reset_s = reset_s;
	}
	for (uint32_t i = 0; i < l->n_budgets; i++)
		if (l->budgets[i].resource == r)
			set_budget(&l->budgets[i], limit, remaining, reset_s);
}

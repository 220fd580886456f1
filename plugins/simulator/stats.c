#include "stats.h"

#include <hg/mem.h>

#include "routes.h"
#include "world.h"

/* -- distinct answers -------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (uint8_t)s.p[i]) * 0x100000001b3u; /* FNV-1a */
	return hash ^ (hash >> 32);
}

static bool put(uint64_t *hashes, uint32_t cap, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (cap - 1);

	while (hashes[i] && hashes[i] != hash)
		i = (i + 1) & (cap - 1);
	bool is_new = hashes[i] == 0;
	hashes[i] = hash;
	return is_new;
}

void sim_distinct_put(
	struct sim_distinct *d, struct hg_str path, struct hg_str query, struct hg_str body)
{
	uint64_t hash = mix(mix(mix(0xcbf29ce484222325u, path), query), body);

	if (d->n == SIM_DISTINCT)
		return;
	if (2 * (d->n + 1) > d->cap) {
		uint32_t cap = d->cap ? 2 * d->cap : 256;
		uint64_t *hashes = hg_alloc0(cap * sizeof(*hashes));
		for (uint32_t i = 0; i < d->cap; i++)
			if (d->hashes[i])
				put(hashes, cap, d->hashes[i]);
		hg_free(d->hashes);
		d->hashes = hashes;
		d->cap = cap;
	}
	d->n += put(d->hashes, d->cap, hash ? hash : 1);
}

void sim_distinct_fini(struct sim_distinct *d)
{
	hg_free(d->hashes);
	*d = (struct sim_distinct){ 0 };
}

/* -- showing ----------------------------------------------------------------------------------- */

static void add(json_t *o, const char *name, uint64_t n)
{
	json_int_t old = json_integer_value(json_object_get(o, name));

	if (n)
		json_object_set_new(o, name, json_integer(old + (json_int_t)n));
}

/* "octocat"; an installation's organization; the address of who has no name. */
static const char *name_of(struct sim_world *w, const struct sim_party *p)
{
	uint64_t id = p->kind == SIM_WHO_INSTALLATION ? p->id - SIM_INSTALLATION : p->id;
	const struct sim_user *user = sim_user_by_id(w, id);

	if (p->kind == SIM_WHO_ADDRESS)
		return p->address;
	return p->kind == SIM_WHO_APP ? "octo-app" : user ? user->login : "";
}

static json_t *show_party(
	struct sim_world *w, const struct sim_party *p, json_t *by_kind, json_t *points)
{
	json_t *own_points = json_object(), *refused = json_object(), *routes = json_object();

	for (int r = 0; r < SIM_RESOURCES; r++) {
		add(own_points, sim_resource_name((enum sim_resource)r), p->points[r]);
		add(points, sim_resource_name((enum sim_resource)r), p->points[r]);
	}
	for (uint32_t i = 0; i < p->n_provoked; i++) {
		const struct sim_provoked *row = &p->provoked[i];
		add(refused, sim_secondary_name(row->kind), row->n);
		add(by_kind, sim_secondary_name(row->kind), row->n);
		add(routes, sim_route_name(row->route).text, row->n);
	}
	return json_pack("{s:s, s:I, s:s, s:o, s:o, s:o, s:i, s:I, s:I}", "kind",
		sim_who_kind_name(p->kind), "id", (json_int_t)p->id, "name", name_of(w, p),
		"points", own_points, "refused", refused, "refused_routes", routes,
		"max_concurrent", (int)p->max_flights, "writes", (json_int_t)p->n_writes,
		"close_writes", (json_int_t)p->n_close_writes);
}

json_t *sim_stats_show(struct sim_world *w)
{
	json_t *rows = json_array(), *by_kind = json_object(), *points = json_object();
	uint64_t n_refused = 0, n_writes = 0, n_close = 0;
	uint32_t max_flights = 0;

	for (uint32_t i = 0; i < w->parties.n; i++) {
		const struct sim_party *p = &w->parties.rows[i];
		json_array_append_new(rows, show_party(w, p, by_kind, points));
		for (uint32_t k = 0; k < p->n_provoked; k++)
			n_refused += p->provoked[k].n;
		n_writes += p->n_writes;
		n_close += p->n_close_writes;
		if (p->max_flights > max_flights)
			max_flights = p->max_flights;
	}
	return json_pack("{s:I, s:o, s:o, s:i, s:i, s:I, s:I, s:o}", "refused",
		(json_int_t)n_refused, "refused_kinds", by_kind, "points", points,
		"distinct_answers", (int)w->distinct.n, "max_concurrent", (int)max_flights,
		"writes", (json_int_t)n_writes, "close_writes", (json_int_t)n_close, "identities",
		rows);
}

void sim_stats_clear(struct sim_world *w)
{
	sim_distinct_fini(&w->distinct);
	for (uint32_t i = 0; i < w->parties.n; i++)
		sim_party_clear_totals(&w->parties.rows[i]);
}

#include "party.h"

#include <hg/mem.h>

#include "text.h"

static const char *const names[SIM_LIMIT_KINDS] = {
	[SIM_CONCURRENT] = "concurrent",
	[SIM_ROUTE_POINTS] = "route_points",
	[SIM_HIDDEN_POINTS] = "hidden",
	[SIM_GRAPHQL_POINTS] = "graphql_points",
	[SIM_CPU] = "cpu",
	[SIM_GRAPHQL_CPU] = "graphql_cpu",
	[SIM_CONTENT_MINUTE] = "content_per_minute",
	[SIM_CONTENT_HOUR] = "content_per_hour",
	[SIM_MINTS] = "mints_per_hour",
	[SIM_PRIMARY] = "primary",
};

const char *sim_secondary_name(int kind)
{
	return names[kind];
}

int sim_secondary_find(const char *name)
{
	int kind = 0;

	while (kind < SIM_LIMIT_KINDS && strcmp(names[kind], name) != 0)
		kind++;
	return kind;
}

static void free_party(struct sim_party *p)
{
	for (uint32_t i = 0; i < p->n_counts; i++)
		sim_tally_fini(&p->counts[i].tally);
	hg_free(p->counts);
	hg_free(p->flights);
	hg_free(p->provoked);
}

void sim_parties_fini(struct sim_parties *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		free_party(&p->rows[i]);
	hg_free(p->rows);
	*p = (struct sim_parties){ 0 };
}

void sim_parties_drop(struct sim_parties *p, enum sim_secondary kind)
{
	for (uint32_t i = 0; i < p->n; i++) {
		struct sim_party *row = &p->rows[i];
		uint32_t n = 0;
		for (uint32_t k = 0; k < row->n_counts; k++) {
			if (row->counts[k].kind == kind)
				sim_tally_fini(&row->counts[k].tally);
			else
				row->counts[n++] = row->counts[k];
		}
		row->n_counts = n;
	}
}

struct sim_party *sim_party_find(struct sim_parties *p, const struct sim_who *who)
{
	struct sim_party *row;

	for (uint32_t i = 0; i < p->n; i++) {
		row = &p->rows[i];
		if (row->kind == who->kind && row->id == who->id &&
			(who->kind != SIM_WHO_ADDRESS || strcmp(row->address, who->address) == 0))
			return row;
	}
	if (p->n < SIM_PARTIES) {
		p->rows = sim_grow(p->rows, p->n, &p->cap, sizeof(*p->rows));
		row = &p->rows[p->n++];
	} else {
		row = &p->rows[p->next_reused++ % SIM_PARTIES];
		free_party(row);
	}
	*row = (struct sim_party){ .kind = who->kind, .id = who->id };
	memcpy(row->address, who->address, sizeof(row->address));
	return row;
}

uint32_t sim_party_flights(struct sim_party *p, int64_t now_us)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_flights; i++)
		if (p->flights[i] > now_us)
			p->flights[n++] = p->flights[i];
	p->n_flights = n;
	return n;
}

void sim_party_fly(struct sim_party *p, int64_t until_us, int64_t now_us)
{
	uint32_t n = sim_party_flights(p, now_us);

	/* an answer that takes no time is under way for a moment as well */
	if (n + 1 > p->max_flights)
		p->max_flights = n + 1;
	if (until_us <= now_us)
		return;
	p->flights = sim_grow(p->flights, n, &p->cap_flights, sizeof(*p->flights));
	p->flights[p->n_flights++] = until_us;
}

struct sim_count *sim_party_count(struct sim_party *p, enum sim_secondary kind, uint32_t key)
{
	for (uint32_t i = 0; i < p->n_counts; i++)
		if (p->counts[i].kind == kind && p->counts[i].key == key)
			return &p->counts[i];
	p->counts = sim_grow(p->counts, p->n_counts, &p->cap_counts, sizeof(*p->counts));
	p->counts[p->n_counts] = (struct sim_count){ .kind = kind, .key = key };
	return &p->counts[p->n_counts++];
}

void sim_party_write(struct sim_party *p, int64_t now_us)
{
	p->n_writes++;
	if (p->has_written && now_us - p->wrote_us < 1000000)
		p->n_close_writes++;
	p->has_written = true;
	p->wrote_us = now_us;
}

void sim_party_provoke(struct sim_party *p, int kind, uint32_t route)
{
	for (uint32_t i = 0; i < p->n_provoked; i++) {
		if (p->provoked[i].kind == kind && p->provoked[i].route == route) {
			p->provoked[i].n++;
			return;
		}
	}
	p->provoked = sim_grow(p->provoked, p->n_provoked, &p->cap_provoked, sizeof(*p->provoked));
	p->provoked[p->n_provoked++] = (struct sim_provoked){ kind, route, 1 };
}

void sim_party_clear_totals(struct sim_party *p)
{
	p->max_flights = 0;
	p->n_writes = p->n_close_writes = 0;
	p->n_provoked = 0;
	memset(p->points, 0, sizeof(p->points));
}

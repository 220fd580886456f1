#include "dispatch/flight.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/stopwatch.h"
#include "dispatch/look.h"
#include "dispatch/payer/pool.h"
#include "dispatch/queue/share.h"
#include <hg/mem.h>

/* Strings and body of an ask, so that it outlives the ticket it came from. */
static void copy_ask(struct hg_flight *f, const struct hg_ask *from)
{
	struct hg_ask *a = &f->ask;
	struct hg_field *fields = hg_arena_alloc(&f->arena, (from->n_fields + 1) * sizeof(*fields));

	*a = *from;
	a->id = hg_arena_copy(&f->arena, from->id);
	a->client = hg_arena_copy(&f->arena, from->client);
	a->method = hg_arena_copy(&f->arena, from->method);
	a->path = hg_arena_copy(&f->arena, from->path);
	a->query = hg_arena_copy(&f->arena, from->query);
	a->url = hg_arena_copy(&f->arena, from->url);
	a->route = hg_arena_copy(&f->arena, from->route);
	a->resource = hg_arena_copy(&f->arena, from->resource);
	a->traceparent = hg_arena_copy(&f->arena, from->traceparent);
	a->tracestate = hg_arena_copy(&f->arena, from->tracestate);
	for (uint32_t i = 0; i < from->n_fields; i++) {
		fields[i].name = hg_arena_copy(&f->arena, from->fields[i].name);
		fields[i].value = hg_arena_copy(&f->arena, from->fields[i].value);
	}
	a->fields = fields;
	a->body = (struct hg_chunks){ 0 };
	for (uint32_t i = 0; i < from->body.n; i++)
		hg_chunks_add(&a->body, hg_chunk_ref(from->body.items[i]));
	a->upload = from->upload ? hg_upload_ref(from->upload) : NULL;
	a->token = from->token ? hg_secret_ref(from->token) : NULL;
}

/* What it takes of the secondary limits (GitHub document "Rate limits for the REST API",
 * "Calculating points for the secondary rate limit"). */
static struct hg_spend spend_of(const struct hg_ask *a)
{
	bool is_graphql = a->entrance == HG_GITHUB_GRAPHQL;
	bool reads = a->is_safe || hg_str_is(a->method, HG_STR("OPTIONS"));

	return (struct hg_spend){ .route = a->route,
		.points = reads ? 1 : 5,
		.is_graphql = is_graphql,
		.is_write = !reads,
		.is_content = a->is_content,
		.is_upload = a->upload != NULL };
}

struct hg_flight *hg_flight_of(const struct hg_ask *ask, struct hg_snapshot *snapshot,
	struct hg_line *line, struct hg_share *share)
{
	struct hg_flight *f = hg_alloc0(sizeof(*f));

	hg_arena_init(&f->arena);
	hg_list_init(&f->tickets);
	hg_list_init(&f->link);
	hg_list_init(&f->queued);
	hg_list_init(&f->in_track);
	f->snapshot = hg_snapshot_ref(snapshot);
	copy_ask(f, ask);
	f->klass = ask->klass;
	f->cost = hg_str_is(ask->resource, HG_STR("rate_limit")) ? 0 : ask->cost ? ask->cost : 1;
	f->spend = spend_of(&f->ask);
	f->gate = hg_secondary_gate(&f->spend);
	hg_waits_init(&f->waits);
	f->line = line;
	line->n_flights++;
	f->share = share;
	line->pool->n_flights++;
	return f;
}

struct hg_flight *hg_flight_new(
	const struct hg_ticket *t, struct hg_line *line, struct hg_share *share)
{
	return hg_flight_of(&t->ask, t->snapshot, line, share);
}

struct hg_flight *hg_flight_heir(const struct hg_flight *f)
{
	struct hg_flight *heir =
		hg_flight_of(&f->ask, f->snapshot, f->line, hg_share_ref(f->share));

	heir->klass = f->klass;
	heir->tries = f->tries;
	heir->cost = f->cost;
	heir->was_told = f->head ? f->head->status : 0;
	heir->waits = f->waits;
	memcpy(heir->strategy, f->strategy, sizeof(heir->strategy));
	return heir;
}

static void refund(struct hg_flight *f)
{
	if (f->credential)
		f->credential->n_flights--;
	if (f->ledger)
		f->ledger->identity->n_flights--;
	f->credential = NULL;
	f->ledger = NULL;
}

void hg_flight_charge(
	struct hg_flight *f, struct hg_credential *credential, struct hg_ledger *ledger)
{
	refund(f);
	f->credential = credential;
	f->ledger = ledger;
	credential->n_flights++;
	ledger->identity->n_flights++;
}

void hg_flight_expect(struct hg_flight *f, struct hg_shape_costs *shapes)
{
	if (f->ask.graphql.is_read)
		f->spend.expected_us = hg_shape_costs_time_us(shapes, f->ask.graphql.shape);
}

void hg_flight_move(struct hg_flight *f, struct hg_line *line)
{
	HG_BUG_ON(!hg_list_is_empty(&f->queued) || line->pool != f->line->pool);
	f->line->n_flights--;
	f->line = line;
	line->n_flights++;
}

void hg_flight_free(struct hg_flight *f)
{
	HG_BUG_ON(!hg_list_is_empty(&f->tickets) || !hg_list_is_empty(&f->queued));
	HG_BUG_ON(hg_heap_has(&f->due) || f->taken);
	hg_list_remove(&f->link);
	refund(f);
	f->line->n_flights--;
	f->line->pool->n_flights--;
	hg_share_unref(f->share);
	hg_head_unref(f->head);
	hg_chunks_clear(&f->kept);
	hg_look_drop(f->look);
	hg_chunks_clear(&f->ask.body);
	hg_upload_unref(f->ask.upload);
	hg_secret_unref(f->ask.token);
	hg_secret_unref(f->token);
	hg_snapshot_unref(f->snapshot);
	hg_arena_fini(&f->arena);
	hg_free(f);
}

struct hg_str hg_flight_field(const struct hg_flight *f, const char *name)
{
	for (uint32_t i = 0; i < f->n_fields; i++)
		if (hg_str_is_nocase(f->fields[i].name, hg_str(name)))
			return f->fields[i].value;
	return (struct hg_str){ 0 };
}

void hg_flight_set_field(struct hg_flight *f, struct hg_str name, struct hg_str value)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < f->n_fields; i++)
		if (!hg_str_is_nocase(f->fields[i].name, name))
			f->fields[kept++] = f->fields[i];
	f->n_fields = kept;
	if (!value.p)
		return;
	if (f->n_fields == f->room_fields) {
		uint32_t room = f->room_fields + 8;
		struct hg_field *fields = hg_arena_alloc(&f->arena, room * sizeof(*fields));
		if (f->n_fields)
			memcpy(fields, f->fields, f->n_fields * sizeof(*fields));
		f->fields = fields;
		f->room_fields = room;
	}
	f->fields[f->n_fields++] = (struct hg_field){ hg_arena_copy(&f->arena, name),
		hg_arena_copy(&f->arena, value) };
}

void hg_flight_clothe(struct hg_flight *f, struct hg_secret *token)
{
	hg_secret_unref(f->token);
	f->token = token ? hg_secret_ref(token) : NULL;
	f->token_is_basic = f->ask.token && f->ask.token_is_basic;
	f->revalidates = false;
	f->room_fields = f->n_fields = f->ask.n_fields;
	f->fields = hg_arena_alloc(&f->arena, (f->n_fields + 1) * sizeof(*f->fields));
	if (f->n_fields)
		memcpy(f->fields, f->ask.fields, f->n_fields * sizeof(*f->fields));
}

void hg_flight_dress(struct hg_flight *f, struct hg_secret *token)
{
	hg_flight_clothe(f, f->ask.url.n ? NULL : f->ask.token ? f->ask.token : token);
	if (f->ask.url.n)
		return; /* no plugin's business: neither its path nor its credential is GitHub's */
	const struct hg_hooks *hooks = &f->snapshot->send;
	for (uint32_t i = 0; i < hooks->n; i++) {
		struct hg_instance *in = hooks->in[i];
		if (f->ask.left_out & UINT64_C(1) << in->index)
			continue;
		struct hg_stopwatch w = hg_stopwatch_begin(in, "send");
		in->table->on_send(in->self, (struct hg_send *)f); /* send.c */
		hg_stopwatch_end(&w);
	}
}

struct hg_str hg_flight_scheme(const struct hg_flight *f)
{
	return f->token_is_basic ? HG_STR("Basic") : HG_STR("Bearer");
}

uint64_t hg_flight_token_mark(const struct hg_flight *f)
{
	struct hg_str token = { 0 };

	if (!f->token)
		return 0;
	token.p = hg_secret_bytes(f->token, &token.n);
	uint64_t mark = hg_hash(token.p, token.n) + f->token_is_basic;
	return mark ? mark : 1;
}

const struct hg_upstream_conf *hg_flight_upstream(const struct hg_flight *f)
{
	return &f->snapshot->upstreams[f->ask.upstream];
}

struct hg_ticket *hg_flight_lead(const struct hg_flight *f)
{
	return HG_LIST_FIRST(&f->tickets, struct hg_ticket, link);
}

struct hg_queue *hg_flight_queue(const struct hg_flight *f)
{
	return hg_line_queue(f->line, f->ask.upload);
}

bool hg_flight_is_shared(const struct hg_flight *f)
{
	return f->tickets.next != f->tickets.prev;
}

static void earlier(
	int64_t *due_us, const char **what, int64_t from_us, int64_t timeout_us, const char *name)
{
	if (timeout_us <= 0 || from_us + timeout_us >= *due_us)
		return;
	*due_us = from_us + timeout_us;
	*what = name;
}

int64_t hg_flight_due_us(const struct hg_flight *f, const char **ret_what)
{
	const struct hg_upstream_conf *conf = hg_flight_upstream(f);
	int64_t due_us = INT64_MAX;
	const char *what = "";

	switch (f->state) {
	case HG_FLIGHT_QUEUED:
	case HG_FLIGHT_RESTING:
		break;
	case HG_FLIGHT_SENT:
		if (f->head) { /* looked at (hg_flight.look) */
			earlier(&due_us, &what, f->moved_us, conf->stall_timeout_us, "stall");
			earlier(&due_us, &what, f->asked_us, conf->total_timeout_us, "total");
			break;
		}
		if (!f->connected)
			earlier(&due_us, &what, f->sent_us, conf->connect_timeout_us, "connect");
		else if (f->is_uploading && !f->is_starved)
			earlier(&due_us, &what, f->moved_us, conf->stall_timeout_us, "stall");
		else if (!f->is_uploading)
			earlier(&due_us, &what, f->asked_us, conf->first_byte_timeout_us,
				"first_byte");
		if (!f->is_uploading)
			earlier(&due_us, &what, f->asked_us, conf->total_timeout_us, "total");
		break;
	case HG_FLIGHT_STREAMING:
	case HG_FLIGHT_DRAINING:
		if (f->paused) /* it is the client that is slow; the front knows how long it may */
			break;
		earlier(&due_us, &what, f->moved_us, conf->stall_timeout_us, "stall");
		/* A body that is larger than what may be shared is a stream: as long as it moves.
		 */
		if (!f->is_uploading && f->n_bytes <= f->snapshot->dispatch.share_bytes)
			earlier(&due_us, &what, f->asked_us, conf->total_timeout_us, "total");
		break;
	}
	*ret_what = what;
	return due_us;
}

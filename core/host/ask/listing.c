#include "host/ask/listing.h"

#include <string.h>

/* Wide cells stand last: a terminal that is too narrow cuts what matters least. */

static const struct hg_column requests[] = {
	{ "ID", "id", HG_FORM_TEXT, 32 },
	{ "AGE", "age_ms", HG_FORM_MS, 0 },
	{ "PHASE", "phase", HG_FORM_TEXT, 0 },
	{ "FRONT", "front", HG_FORM_TEXT, 0 },
	{ "CLIENT", "client", HG_FORM_TEXT, 24 },
	{ "METHOD", "method", HG_FORM_TEXT, 10 },
	{ "PATH", "path", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column conns[] = {
	{ "FRONT", "front", HG_FORM_TEXT, 0 },
	{ "OPEN", "connections", HG_FORM_COUNT, 0 },
	{ "UNDER WAY", "under_way", HG_FORM_COUNT, 0 },
	{ "PER S", "per_second", HG_FORM_COUNT, 0 },
	{ "ACCEPTED", "accepted", HG_FORM_COUNT, 0 },
	{ "ANSWERED", "answered", HG_FORM_COUNT, 0 },
	{ "BAD", "bad", HG_FORM_COUNT, 0 },
	{ "UNSENT", "unsent_bytes", HG_FORM_BYTES, 0 },
	{ "BATCHES", "batch_bytes", HG_FORM_BYTES, 0 },
	{ "CUT", "cut_for_room", HG_FORM_COUNT, 0 },
	{ 0 },
};

static const struct hg_column tickets[] = {
	{ "ID", "id", HG_FORM_TEXT, 32 },
	{ "AGE", "age_ms", HG_FORM_MS, 0 },
	{ "STATE", "state", HG_FORM_TEXT, 0 },
	{ "WAITS FOR", "waits_for", HG_FORM_TEXT, 0 },
	{ "OPENS IN", "opens_in_ms", HG_FORM_MS, 0 },
	{ "DEADLINE", "deadline_in_ms", HG_FORM_MS, 0 },
	{ "CLASS", "class", HG_FORM_TEXT, 0 },
	{ "TRIES", "tries", HG_FORM_COUNT, 0 },
	{ "CREDENTIAL", "credential", HG_FORM_TEXT, 20 },
	{ "RESOURCE", "resource", HG_FORM_TEXT, 20 },
	{ "CLIENT", "client", HG_FORM_TEXT, 24 },
	{ "METHOD", "method", HG_FORM_TEXT, 10 },
	{ "PATH", "path", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column queues[] = {
	{ "CREDENTIAL", "credential", HG_FORM_TEXT, 20 },
	{ "RESOURCE", "resource", HG_FORM_TEXT, 24 },
	{ "CRITICAL", "critical.waiting", HG_FORM_COUNT, 0 },
	{ "HIGH", "high.waiting", HG_FORM_COUNT, 0 },
	{ "NORMAL", "normal.waiting", HG_FORM_COUNT, 0 },
	{ "LOW", "low.waiting", HG_FORM_COUNT, 0 },
	{ "OLDEST", "oldest_ms", HG_FORM_MS, 0 },
	{ "STOPPED BY", "stop", HG_FORM_TEXT, 0 },
	{ "OPENS IN", "opens_in_ms", HG_FORM_MS, 0 },
	{ 0 },
};

static const struct hg_column budgets[] = {
	{ "CREDENTIAL", "credential", HG_FORM_TEXT, 20 },
	{ "RESOURCE", "resource", HG_FORM_TEXT, 24 },
	{ "USED", "used", HG_FORM_COUNT, 0 },
	{ "LIMIT", "limit", HG_FORM_COUNT, 0 },
	{ "LEFT", "remaining", HG_FORM_COUNT, 0 },
	{ "RESETS IN", "resets_in_s", HG_FORM_S, 0 },
	{ "STOPPED", "stopped_from", HG_FORM_TEXT, 0 },
	{ "PACED AT", "interval_ms", HG_FORM_MS, 0 },
	{ "IDEAL", "ideal_remaining", HG_FORM_COUNT, 0 },
	{ "SPENT IN", "exhausted_in_s", HG_FORM_S, 0 },
	{ "UNDER WAY", "in_flight", HG_FORM_COUNT, 0 },
	{ "LOST", "lost", HG_FORM_COUNT, 0 },
	{ "SENT", "sent", HG_FORM_COUNT, 0 },
	{ "REFUSED", "refused", HG_FORM_COUNT, 0 },
	{ 0 },
};

static const struct hg_column identities[] = {
	{ "IDENTITY", "identity", HG_FORM_TEXT, 28 },
	{ "UPSTREAM", "upstream", HG_FORM_TEXT, 20 },
	{ "ON WIRE", "on_wire", HG_FORM_COUNT, 0 },
	{ "AT MOST", "max_concurrent", HG_FORM_COUNT, 0 },
	{ "BLOCKED FOR", "blocked_ms", HG_FORM_MS, 0 },
	{ "THIS HOUR", "sent_this_hour", HG_FORM_COUNT, 0 },
	{ "CAP", "max_requests_per_hour", HG_FORM_COUNT, 0 },
	{ "CLOSEST LIMIT", "closest", HG_FORM_TEXT, 0 },
	{ "USED", "closest_share", HG_FORM_SHARE, 0 },
	{ "OBJECTED TO", "secondary.objected_to", HG_FORM_TEXT, 0 },
	{ "CREDENTIALS", "credentials", HG_FORM_TEXT, 40 },
	{ 0 },
};

static const struct hg_column credentials[] = {
	{ "ALIAS", "alias", HG_FORM_TEXT, 28 },
	{ "UPSTREAM", "upstream", HG_FORM_TEXT, 20 },
	{ "IDENTITY", "identity", HG_FORM_TEXT, 28 },
	{ "KIND", "kind", HG_FORM_TEXT, 0 },
	{ "TOKEN", "token", HG_FORM_TEXT, 0 },
	{ "STATE", "state", HG_FORM_TEXT, 0 },
	{ "ASKED IN", "asked_in_ms", HG_FORM_MS, 0 },
	{ "EXPIRES", "expires", HG_FORM_TEXT, 0 },
	{ "BLOCKED FOR", "blocked_ms", HG_FORM_MS, 0 },
	{ "ON WIRE", "on_wire", HG_FORM_COUNT, 0 },
	{ "THIS HOUR", "sent_this_hour", HG_FORM_COUNT, 0 },
	{ "SAID", "said", HG_FORM_TEXT, 80 },
	{ "MAY", "permissions", HG_FORM_TEXT, 48 },
	{ "OFF", "off", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column upstreams[] = {
	{ "NAME", "name", HG_FORM_TEXT, 24 },
	{ "STATE", "state", HG_FORM_TEXT, 0 },
	{ "FOR", "failing_ms", HG_FORM_MS, 0 },
	{ "ON WIRE", "on_wire", HG_FORM_COUNT, 0 },
	{ "HTTP/2", "http2", HG_FORM_TEXT, 0 },
	{ "CONNECTIONS", "max_connections", HG_FORM_COUNT, 0 },
	{ "CONCURRENT", "max_concurrent", HG_FORM_COUNT, 0 },
	{ "IDENTITIES", "identities", HG_FORM_COUNT, 0 },
	{ "WHY", "why", HG_FORM_TEXT, 80 },
	{ 0 },
};

static const struct hg_column plugins[] = {
	{ "NAME", "name", HG_FORM_TEXT, 24 },
	{ "PLUGIN", "plugin", HG_FORM_TEXT, 24 },
	{ "VERSION", "version", HG_FORM_TEXT, 12 },
	{ "STATE", "state", HG_FORM_TEXT, 0 },
	{ "FAILURES", "failures", HG_FORM_COUNT, 0 },
	{ "CALLS", "hook_calls", HG_FORM_COUNT, 0 },
	{ "TIME", "hook_us", HG_FORM_US, 0 },
	{ "SLOW", "hook_slow", HG_FORM_COUNT, 0 },
	{ "COMMANDS", "commands", HG_FORM_TEXT, 40 },
	{ 0 },
};

static const struct hg_column config[] = {
	{ "OPTION", "option", HG_FORM_TEXT, 48 },
	{ "VALUE", "value", HG_FORM_TEXT, 48 },
	{ "FROM", "origin", HG_FORM_TEXT, 0 },
	{ 0 },
};

static const struct hg_column keys[] = {
	{ "NAME", "name", HG_FORM_TEXT, 31 },
	{ "KEYS", "keys", HG_FORM_COUNT, 0 },
	{ "EXPIRES", "expires", HG_FORM_TEXT, 0 },
	{ "METHODS", "methods", HG_FORM_TEXT, 32 },
	{ "GRAPHQL", "graphql", HG_FORM_TEXT, 0 },
	{ "AT ONCE", "max_in_flight", HG_FORM_COUNT, 0 },
	{ "CLASSES", "classes", HG_FORM_TEXT, 32 },
	{ "UPSTREAMS", "upstreams", HG_FORM_TEXT, 24 },
	{ "PATHS", "paths", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column generations[] = {
	{ "GENERATION", "generation", HG_FORM_COUNT, 0 },
	{ "STATE", "state", HG_FORM_TEXT, 0 },
	{ "USES", "uses", HG_FORM_COUNT, 0 },
	{ 0 },
};

static const struct hg_column mailboxes[] = {
	{ "LOOP", "loop", HG_FORM_TEXT, 0 },
	{ "WAITING", "waiting", HG_FORM_COUNT, 0 },
	{ "MOST", "most", HG_FORM_COUNT, 0 },
	{ "ROOM", "room", HG_FORM_COUNT, 0 },
	{ "POSTED", "posted", HG_FORM_COUNT, 0 },
	{ "REFUSED", "refused", HG_FORM_COUNT, 0 },
	{ 0 },
};

static const struct hg_column metrics[] = {
	{ "NAME", "name", HG_FORM_TEXT, 100 },
	{ "VALUE", "value", HG_FORM_TEXT, 0 },
	{ 0 },
};

static const struct hg_column routes[] = {
	{ "LISTENER", "listener", HG_FORM_TEXT, 40 },
	{ "METHODS", "methods", HG_FORM_TEXT, 20 },
	{ "PATH", "path", HG_FORM_TEXT, 48 },
	{ "PLUGIN", "plugin", HG_FORM_TEXT, 24 },
	{ "ABOUT", "about", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column listeners[] = {
	{ "PORT", "port", HG_FORM_COUNT, 0 },
	{ "BIND", "bind", HG_FORM_TEXT, 0 },
	{ "URL", "url", HG_FORM_TEXT, 0 },
	{ 0 },
};

static const struct hg_column events[] = {
	{ "WAITING", "waiting", HG_FORM_COUNT, 0 },
	{ "ROOM", "room", HG_FORM_COUNT, 0 },
	{ "DELIVERED", "delivered", HG_FORM_COUNT, 0 },
	{ "DROPPED", "dropped", HG_FORM_COUNT, 0 },
	{ 0 },
};

static const struct hg_column levels[] = {
	{ "COMPONENT", "component", HG_FORM_TEXT, 32 },
	{ "LEVEL", "level", HG_FORM_TEXT, 0 },
	{ "ABOUT", "about", HG_FORM_TEXT, 60 },
	{ 0 },
};

static const struct hg_column trace[] = {
	{ "AFTER MS", "after_ms", HG_FORM_COUNT, 0 },
	{ "WHERE", "where", HG_FORM_TEXT, 0 },
	{ "EVENT", "event", HG_FORM_TEXT, 0 },
	{ "STATUS", "status", HG_FORM_COUNT, 0 },
	{ "ATTEMPT", "attempt", HG_FORM_COUNT, 0 },
	{ "FOR", "for_ms", HG_FORM_MS, 0 },
	{ "WHAT", "word", HG_FORM_TEXT, 0 },
	{ 0 },
};

static const struct hg_listing listings[] = {
	{ "requests", requests, HG_LISTING_ROWS, NULL },
	{ "conns", conns, HG_LISTING_ROWS, NULL },
	{ "tickets", tickets, HG_LISTING_ROWS, NULL },
	{ "queues", queues, HG_LISTING_ROWS, NULL },
	{ "budgets", budgets, HG_LISTING_ROWS, NULL },
	{ "identities", identities, HG_LISTING_ROWS, NULL },
	{ "credentials", credentials, HG_LISTING_ROWS, NULL },
	{ "upstreams", upstreams, HG_LISTING_ROWS, NULL },
	{ "plugins", plugins, HG_LISTING_ROWS, NULL },
	{ "config", config, HG_LISTING_ROWS, "options" },
	{ "keys", keys, HG_LISTING_ROWS, NULL },
	{ "generations", generations, HG_LISTING_ROWS, NULL },
	{ "mailboxes", mailboxes, HG_LISTING_ROWS, NULL },
	{ "metrics", metrics, HG_LISTING_MEMBERS, NULL },
	{ "routes", routes, HG_LISTING_ROWS, NULL },
	{ "listeners", listeners, HG_LISTING_ROWS, NULL },
	{ "log", levels, HG_LISTING_ROWS, NULL },
	{ "trace", trace, HG_LISTING_ROWS, "events" },
	{ "events", events, HG_LISTING_ONE, NULL },
};

const struct hg_listing *hg_listing_find(const char *word)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
		if (strcmp(listings[i].word, word) == 0)
			return &listings[i];
	}
	return NULL;
}

static json_t *members(json_t *object)
{
	json_t *rows = json_array(), *value;
	const char *name;

	json_object_foreach(object, name, value)
	{
		json_array_append_new(rows, json_pack("{s:s,s:O}", "name", name, "value", value));
	}
	return rows;
}

json_t *hg_listing_rows(const struct hg_listing *l, json_t *answer)
{
	json_t *within = l->rows ? json_object_get(answer, l->rows) : answer;

	switch (l->kind) {
	case HG_LISTING_ROWS:
		return json_is_array(within) ? json_incref(within) : NULL;
	case HG_LISTING_ONE:
		return json_is_object(within) ? json_pack("[O]", within) : NULL;
	case HG_LISTING_MEMBERS:
		return json_is_object(within) ? members(within) : NULL;
	}
	return NULL;
}

/*
 * send - what plugins see in SEND: a flight that is about to go out (hg/request.h, hg_send_*).
 *
 * struct hg_send is never defined: the pointer is the flight's.
 */
#include "base/secret.h"
#include "dispatch/payer/credential.h"
#include "dispatch/etag_model.h"
#include "dispatch/flight.h"
#include "ticket/upstreams.h"

static const struct hg_flight *flight_of(const struct hg_send *s)
{
	return (const struct hg_flight *)s;
}

struct hg_str hg_send_method(const struct hg_send *s)
{
	return flight_of(s)->ask.method;
}

struct hg_str hg_send_path(const struct hg_send *s)
{
	return flight_of(s)->ask.path;
}

struct hg_str hg_send_query(const struct hg_send *s)
{
	return flight_of(s)->ask.query;
}

struct hg_str hg_send_header(const struct hg_send *s, const char *name)
{
	return hg_flight_field(flight_of(s), name);
}

struct hg_scope hg_send_scope(const struct hg_send *s)
{
	return flight_of(s)->ask.scope;
}

uint64_t hg_send_origin(const struct hg_send *s)
{
	const struct hg_flight *f = flight_of(s);

	return hg_upstream_origin(hg_flight_upstream(f), f->ask.entrance);
}

struct hg_scope hg_send_credential(const struct hg_send *s)
{
	return flight_of(s)->credential->scope;
}

bool hg_send_owns_validators(const struct hg_send *s)
{
	return flight_of(s)->ask.owns_validators;
}

bool hg_send_is_graphql_query(const struct hg_send *s, uint8_t ret_body[16])
{
	const struct hg_graphql_post *post = &flight_of(s)->ask.graphql;

	memcpy(ret_body, post->body, sizeof(post->body));
	return post->is_query;
}

static bool is_clean(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return false;
	return true;
}

/* A line break would make one field two: such a field is not sent. Authorization is the
 * credential's, and a plugin has no say in it. */
void hg_send_set_header(struct hg_send *s, const char *name, struct hg_str value)
{
	struct hg_flight *f = (struct hg_flight *)s;

	if (!is_clean(hg_str(name)) || !is_clean(value) || !*name ||
		!strcasecmp(name, "Authorization"))
		return;
	hg_flight_set_field(f, hg_str(name), value);
	f->revalidates =
		f->ask.owns_validators && (hg_flight_field(f, "If-None-Match").p ||
						  hg_flight_field(f, "If-Modified-Since").p);
}

uint64_t hg_send_place(const struct hg_send *s)
{
	const struct hg_flight *f = flight_of(s);

	return hg_upstream_address(hg_flight_upstream(f), f->ask.entrance);
}

struct hg_str hg_send_route(const struct hg_send *s)
{
	return flight_of(s)->ask.route;
}

uint64_t hg_send_token(const struct hg_send *s)
{
	return hg_flight_token_mark(flight_of(s));
}

bool hg_send_model_tag(
	const struct hg_send *s, struct hg_str vary, struct hg_str body, char ret_hex[65])
{
	const struct hg_flight *f = flight_of(s);
	struct hg_etag_asker asker = { .fields = f->fields,
		.n_fields = f->n_fields,
		.scheme = hg_flight_scheme(f),
		.vary = vary };

	if (f->token)
		asker.token.p = hg_secret_bytes(f->token, &asker.token.n);
	return hg_etag_model(&asker, body, ret_hex);
}

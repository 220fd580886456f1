#include "front/fetched.h"
#include "base/bug.h"
#include "front/http1.h"
#include "ticket/head.h"

enum {
	MORE_FIELDS = 8, /* room for what HEAD adds */
};

void hg_reply_take_head(struct hg_reply *reply, struct hg_arena *arena, struct hg_head *head)
{
	reply->arena = arena;
	reply->head = head;
	reply->n_fields = head->n_fields;
	reply->room = head->n_fields + MORE_FIELDS;
	reply->fields = hg_arena_alloc(arena, reply->room * sizeof(struct hg_field));
	memcpy(reply->fields, head->fields, head->n_fields * sizeof(struct hg_field));
}

int hg_reply_status(const struct hg_reply *reply)
{
	return reply->head->status;
}

struct hg_str hg_reply_header(const struct hg_reply *reply, const char *name)
{
	struct hg_str wanted = hg_str(name);

	for (uint32_t i = 0; i < reply->n_fields; i++)
		if (hg_str_is_nocase(reply->fields[i].name, wanted))
			return reply->fields[i].value;
	return (struct hg_str){ 0 };
}

const struct hg_field *hg_reply_headers(const struct hg_reply *reply, uint32_t *ret_n)
{
	*ret_n = reply->n_fields;
	return reply->fields;
}

static void remove_all(struct hg_reply *reply, struct hg_str name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < reply->n_fields; i++)
		if (!hg_str_is_nocase(reply->fields[i].name, name))
			reply->fields[n++] = reply->fields[i];
	reply->n_fields = n;
}

void hg_reply_set_header(struct hg_reply *reply, const char *name, struct hg_str value)
{
	struct hg_arena *arena = reply->arena;
	struct hg_str n = hg_str(name);

	if (HG_ODD(!reply->in_head) || HG_ODD(!hg_http1_is_field_name(n)) ||
		HG_ODD(!hg_http1_is_field_value(value)))
		return;
	remove_all(reply, n);
	if (!value.p)
		return;
	if (reply->n_fields == reply->room) {
		struct hg_field *more =
			hg_arena_alloc(arena, 2 * reply->room * sizeof(struct hg_field));
		memcpy(more, reply->fields, reply->n_fields * sizeof(struct hg_field));
		reply->fields = more;
		reply->room *= 2;
	}
	reply->fields[reply->n_fields++] =
		(struct hg_field){ hg_arena_copy(arena, n), hg_arena_copy(arena, value) };
}

struct hg_scope hg_reply_credential(const struct hg_reply *reply)
{
	return reply->note.credential;
}

uint64_t hg_reply_token(const struct hg_reply *reply)
{
	return reply->note.token;
}

void hg_reply_keep(struct hg_reply *reply, uint64_t max_bytes)
{
	if (HG_ODD(!reply->in_head))
		return;
	struct hg_keep_wish *wish = hg_arena_alloc(reply->arena, sizeof(*wish));
	*wish = (struct hg_keep_wish){ reply->wishes, reply->hook_in, max_bytes };
	reply->wishes = wish;
	if (max_bytes > reply->keep_max_bytes)
		reply->keep_max_bytes = max_bytes;
}

struct hg_str hg_reply_body(const struct hg_reply *reply)
{
	return reply->body;
}

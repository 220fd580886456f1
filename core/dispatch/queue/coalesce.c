#include "dispatch/queue/coalesce.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/text.h"

static const uint8_t zero[16];

static struct hg_str key_str(const uint8_t key[16])
{
	return (struct hg_str){ (const char *)key, 16 };
}

void hg_coalesce_init(struct hg_coalesce *c)
{
	c->flights = hg_map_new();
}

void hg_coalesce_fini(struct hg_coalesce *c)
{
	hg_map_free(c->flights);
}

/* With its length before it, so that "ab","c" and "a","bc" differ. */
static void add_part(struct hg_text *t, struct hg_str s)
{
	uint64_t n = s.n;

	hg_text_add(t, (struct hg_str){ (const char *)&n, sizeof(n) });
	hg_text_add(t, s);
}

bool hg_coalesce_key(const struct hg_ask *ask, const struct hg_snapshot *snapshot,
	struct hg_scope credential, uint8_t ret_key[16])
{
	struct hg_text t;

	memset(ret_key, 0, 16);
	bool has_body = ask->body.n || ask->upload;
	if (!ask->is_safe || (has_body && !ask->graphql.is_query))
		return false;

	uint64_t numbers[] = { snapshot->generation, (uintptr_t)snapshot, ask->owns_validators,
		ask->token_is_basic, ask->upstream, ask->entrance, ask->left_out, ask->n_fields };

	hg_text_init(&t);
	hg_text_add(&t, (struct hg_str){ (const char *)credential.bytes, sizeof(credential) });
	hg_text_add(&t, (struct hg_str){ (const char *)ask->scope.bytes, sizeof(ask->scope) });
	hg_text_add(&t, (struct hg_str){ (const char *)numbers, sizeof(numbers) });
	add_part(&t, ask->method);
	add_part(&t, ask->path);
	add_part(&t, ask->query);
	add_part(&t, ask->url);
	hg_text_add(&t, (struct hg_str){ (const char *)ask->graphql.body, 16 });
	for (uint32_t i = 0; i < ask->n_fields; i++) {
		add_part(&t, ask->fields[i].name);
		add_part(&t, ask->fields[i].value);
	}
	hg_hash128(t.p, t.n, ret_key);
	ret_key[0] |= 1; /* never all zero */
	hg_text_fini(&t);
	return true;
}

struct hg_flight *hg_coalesce_find(const struct hg_coalesce *c, const uint8_t key[16])
{
	return hg_map_find(c->flights, key_str(key));
}

void hg_coalesce_put(struct hg_coalesce *c, struct hg_flight *f)
{
	if (!memcmp(f->key, zero, sizeof(zero)))
		return;
	HG_BUG_ON(hg_map_put(c->flights, key_str(f->key), f));
}

void hg_coalesce_take(struct hg_coalesce *c, struct hg_flight *f)
{
	if (!memcmp(f->key, zero, sizeof(zero)))
		return;
	HG_BUG_ON(hg_map_take(c->flights, key_str(f->key)) != f);
	memset(f->key, 0, sizeof(f->key));
}

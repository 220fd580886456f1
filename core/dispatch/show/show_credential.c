/*
 * A credential for people: whose it is, how it is, until when, and what it may not do. Never the
 * token itself.
 */
#include "base/secret.h"
#include "base/text.h"
#include "dispatch/dispatcher_state.h"

/* In whose name it pays: one pool, but for one that a reload is taking it out of. */
static void show_pools(const struct hg_credential *cred, struct hg_text *out)
{
	const struct hg_payer *payer;
	bool is_first = true;

	hg_text_add(out, HG_STR(",\"pools\":["));
	HG_LIST_EACH(&cred->identity->payers, payer, of_identity)
	{
		if (payer->credential != cred)
			continue;
		hg_text_add(out, is_first ? HG_STR("") : HG_STR(","));
		hg_text_add_json(out, hg_str(payer->pool->name));
		is_first = false;
	}
	hg_text_add_char(out, ']');
}

static const char *token_name(const struct hg_credential *cred)
{
	size_t n;

	if (cred->app)
		return "GitHub App";
	if (!cred->token)
		return "none";
	const char *token = hg_secret_bytes(cred->token, &n);
	return hg_token_kind_name(hg_token_kind((struct hg_str){ token, n }));
}

/* Of an App: of the token that it has now. */
static int64_t expires_us(const struct hg_credential *cred, const struct hg_now *now)
{
	if (!cred->app)
		return cred->expires_us;
	return hg_credential_is_bare(cred, now)
	               ? 0
	               : now->wall_us + hg_app_token_ends_us(cred->app) - now->mono_us;
}

static void show_moments(
	const struct hg_credential *cred, const struct hg_now *now, struct hg_text *out)
{
	int64_t blocked_us = cred->identity->blocked_us - now->mono_us;
	int64_t ends_us = expires_us(cred, now);

	if (ends_us) {
		char moment[21];
		hg_format_time(ends_us, moment);
		hg_text_add_json_member(out, "expires", hg_str(moment));
	}
	if (hg_heap_has(&cred->chore))
		hg_text_printf(out, ",\"asked_in_ms\":%lld",
			(long long)(cred->chore.key - now->mono_us) / 1000);
	hg_text_printf(out, ",\"blocked_ms\":%lld",
		cred->identity->blocked_us > now->mono_us ? (long long)blocked_us / 1000 : 0ll);
}

static void show_permit(const struct hg_credential *cred, struct hg_text *out)
{
	struct hg_text text;

	if (!cred->token && !cred->app)
		return;
	hg_text_init(&text);
	hg_permit_print(hg_credential_permit(cred), &text);
	hg_text_add_json_member(out, "permissions", hg_text_str(&text));
	hg_text_clear(&text);
	if (hg_permit_print_off(hg_credential_permit(cred), &text))
		hg_text_add_json_member(out, "off", hg_text_str(&text));
	hg_text_fini(&text);
}

void hg_show_credential(
	const struct hg_credential *cred, const struct hg_now *now, struct hg_text *out)
{
	static const char *const kinds[] = { "own", "passthrough", "elsewhere" };
	const struct hg_identity *id = cred->identity;
	enum hg_credential_state state = hg_credential_state(cred, now);
	const char *said = hg_credential_said(cred);

	hg_text_printf(out, "{\"alias\":");
	hg_text_add_json(out, hg_str(cred->alias));
	hg_text_add_json_member(out, "upstream", hg_str(id->site->name));
	show_pools(cred, out);
	hg_text_add_json_member(out, "identity", hg_str(id->name));
	hg_text_add_json_member(out, "kind", hg_str(kinds[cred->kind]));
	hg_text_add_json_member(out, "token", hg_str(token_name(cred)));
	hg_text_add_json_member(out, "state", hg_str(hg_credential_state_name(state)));
	show_moments(cred, now, out);
	show_permit(cred, out);
	if (*said)
		hg_text_add_json_member(out, "said", hg_str(said));
	hg_text_printf(out, ",\"in_use\":%s,\"on_wire\":%u,\"flights\":%u,\"sent_this_hour\":%lld}",
		state != HG_CREDENTIAL_REPLACED ? "true" : "false", id->on_wire, cred->n_flights,
		(long long)id->hour_sent);
}

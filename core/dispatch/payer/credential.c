#include "dispatch/payer/credential.h"
#include "base/bug.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"
#include <hg/mem.h>
#include <stdio.h>

#define LACKS_FOR_US INT64_C(3600000000)

struct hg_credential *hg_credential_new(enum hg_credential_kind kind, struct hg_identity *identity,
	struct hg_scope scope, struct hg_secret *token)
{
	struct hg_credential *cred = hg_alloc0(sizeof(*cred));

	cred->kind = kind;
	cred->scope = scope;
	cred->label = cred->alias;
	cred->identity = identity;
	identity->n_credentials++;
	cred->token = token ? hg_secret_ref(token) : NULL;
	cred->ask_us = INT64_MAX;
	hg_list_init(&cred->link);
	return cred;
}

void hg_credential_free(struct hg_credential *cred)
{
	HG_BUG_ON(cred->n_payers || cred->n_flights || cred->errand);
	HG_BUG_ON(hg_heap_has(&cred->chore) || hg_heap_has(&cred->end));
	hg_app_token_free(cred->app);
	hg_list_remove(&cred->link);
	cred->identity->n_credentials--;
	hg_secret_unref(cred->token);
	hg_free(cred);
}

struct hg_secret *hg_credential_token(const struct hg_credential *cred, const struct hg_now *now)
{
	return cred->app ? hg_app_token_get(cred->app, now) : cred->token;
}

bool hg_credential_is_bare(const struct hg_credential *cred, const struct hg_now *now)
{
	return cred->app && !hg_app_token_get(cred->app, now);
}

const char *hg_credential_said(const struct hg_credential *cred)
{
	if (cred->app)
		return hg_app_token_said(cred->app);
	if (cred->health != HG_HEALTH_OUT)
		return "";
	return cred->is_suspended ? "GitHub answers 403: its user is suspended"
	                          : "GitHub answers 401: it is expired, revoked or wrong";
}

const char *hg_credential_state_name(enum hg_credential_state state)
{
	static const char *const names[HG_CREDENTIAL_STATES] = {
		[HG_CREDENTIAL_GOOD] = "good",
		[HG_CREDENTIAL_DOUBTED] = "doubted",
		[HG_CREDENTIAL_BLOCKED] = "blocked",
		[HG_CREDENTIAL_MINTING] = "minting",
		[HG_CREDENTIAL_OUT] = "out",
		[HG_CREDENTIAL_REPLACED] = "replaced",
	};

	return names[state];
}

const struct hg_permit *hg_credential_permit(const struct hg_credential *cred)
{
	return cred->app ? hg_app_token_permit(cred->app) : &cred->permit;
}

void hg_credential_note_lack(struct hg_credential *cred, struct hg_str route, int64_t now_us)
{
	uint64_t h = hg_hash(route.p, route.n);
	uint32_t i = 0;

	while (i < HG_CREDENTIAL_LACKS && cred->lacks[i].route != h)
		i++;
	if (i == HG_CREDENTIAL_LACKS)
		i = cred->next_lack++ % HG_CREDENTIAL_LACKS;
	cred->lacks[i].route = h;
	cred->lacks[i].until_us = now_us + LACKS_FOR_US;
}

bool hg_credential_lacks(const struct hg_credential *cred, struct hg_str route, int64_t now_us)
{
	if (cred->next_lack == 0)
		return false;
	uint64_t h = hg_hash(route.p, route.n);

	for (uint32_t i = 0; i < HG_CREDENTIAL_LACKS; i++)
		if (cred->lacks[i].route == h && cred->lacks[i].until_us > now_us)
			return true;
	return false;
}

/* "2027-01-31 12:00:00 UTC" (also "+0000"): other zones are not understood, and said nowhere. */
void hg_credential_note_expiry(struct hg_credential *cred, const struct hg_head *head)
{
	struct hg_str said = hg_head_find(head, "github-authentication-token-expiration");
	char moment[21];
	int64_t us;

	if (said.n < 20 || !cred->token)
		return;
	struct hg_str zone = { said.p + 20, said.n - 20 };
	if (!hg_str_is(zone, HG_STR("UTC")) && !hg_str_is(zone, HG_STR("+0000")))
		return;
	(void)snprintf(moment, sizeof(moment), "%.10sT%.8sZ", said.p, said.p + 11);
	if (hg_parse_time(hg_str(moment), &us))
		cred->expires_us = us;
}

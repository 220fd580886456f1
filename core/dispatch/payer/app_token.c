#include "dispatch/payer/app_token.h"

#include "base/secret.h"
#include "base/text.h"
#include "dispatch/payer/app_jwt.h"
#include "dispatch/budget/rate.h"
#include <hg/mem.h>
#include <jansson.h>
#include <stdio.h>

#define SEC_US INT64_C(1000000)
#define FIRST_US SEC_US
#define MOST_US (300 * SEC_US)
#define REFUSED_US (300 * SEC_US)
#define REFUSED_JITTER_US (30 * SEC_US)
#define LIMIT_US (60 * SEC_US) /* a limit that says no time */
#define DROPPED_SOON_US (60 * SEC_US)
#define APART_US (10 * SEC_US)      /* what a 401 may come of */
#define LIFE_US (3600 * SEC_US)     /* when nothing sensible is said */
#define LIFE_MOST_US (24 * LIFE_US) /* more is not sensible */
#define TOKEN_BYTES_MOST 4096u

struct hg_app_token {
	char *id;
	int64_t installation;
	struct hg_app_key *key;
	struct hg_text path, body;

	struct hg_secret *token; /* NULL: none */
	int64_t minted_us, ends_us;
	struct hg_permit permit;

	struct hg_secret *jwt; /* not NULL: one is asked for */
	int64_t due_us;
	int64_t skew_us;  /* GitHub's clock less ours, as far as it is known */
	bool is_again;    /* the one asked for is the second with other clocks */
	uint32_t n_fails; /* in a row */
	char said[400];
};

/* -- making ------------------------------------------------------------------------------------ */

static void make_body(struct hg_text *out, const struct hg_app_conf *conf)
{
	if (conf->repositories.n) {
		hg_text_add(out, HG_STR("\"repositories\":["));
		for (uint32_t i = 0; i < conf->repositories.n; i++) {
			hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
			hg_text_add_json(out, hg_str(conf->repositories.items[i]));
		}
		hg_text_add(out, conf->permissions.n ? HG_STR("],") : HG_STR("]"));
	}
	if (conf->permissions.n) {
		hg_text_add(out, HG_STR("\"permissions\":{"));
		for (uint32_t i = 0; i < conf->permissions.n; i++) {
			hg_text_add(out, i ? HG_STR(",") : HG_STR(""));
			hg_text_add_json(out, hg_str(conf->permissions.keys[i]));
			hg_text_add_char(out, ':');
			hg_text_add_json(out, hg_str(conf->permissions.values[i]));
		}
		hg_text_add_char(out, '}');
	}
}

struct hg_app_token *hg_app_token_new(const struct hg_app_conf *conf, struct hg_err *err)
{
	struct hg_app_key *key = hg_app_key_new(conf->key, err);

	if (!key) {
		hg_err_wrap(err, "the key of App %s", conf->id);
		return NULL;
	}
	struct hg_app_token *t = hg_alloc0(sizeof(*t));
	t->key = key;
	t->id = hg_strndup(conf->id, strlen(conf->id));
	t->installation = conf->installation;
	hg_text_init(&t->path);
	hg_text_init(&t->body);
	hg_text_printf(
		&t->path, "/app/installations/%lld/access_tokens", (long long)conf->installation);
	if (conf->repositories.n || conf->permissions.n) {
		hg_text_add_char(&t->body, '{');
		make_body(&t->body, conf);
		hg_text_add_char(&t->body, '}');
	}
	t->due_us = INT64_MIN;
	return t;
}

void hg_app_token_free(struct hg_app_token *t)
{
	if (!t)
		return;
	hg_secret_unref(t->token);
	hg_secret_unref(t->jwt);
	hg_app_key_free(t->key);
	hg_text_fini(&t->path);
	hg_text_fini(&t->body);
	hg_free(t->id);
	hg_free(t);
}

/* -- asking ------------------------------------------------------------------------------------ */

struct hg_secret *hg_app_token_get(const struct hg_app_token *t, const struct hg_now *now)
{
	return t->token && now->mono_us < t->ends_us ? t->token : NULL;
}

int64_t hg_app_token_due_us(const struct hg_app_token *t)
{
	return t->jwt ? INT64_MAX : t->due_us;
}

bool hg_app_token_is_young(const struct hg_app_token *t, const struct hg_now *now)
{
	return t->token && now->mono_us - t->minted_us < HG_APP_TOKEN_YOUNG_US;
}

/* Full jitter: what failed together does not come back together. */
static int64_t backoff_us(struct hg_app_token *t, struct hg_dice *dice)
{
	int64_t most = FIRST_US;

	for (uint32_t n = t->n_fails; n > 0 && most < MOST_US; n--)
		most *= 2;
	t->n_fails++;
	return hg_dice_below(dice, most < MOST_US ? most : MOST_US);
}

static enum hg_app_outcome later(
	struct hg_app_token *t, int64_t wait_us, const struct hg_now *now, const char *said)
{
	snprintf(t->said, sizeof(t->said), "%s", said);
	t->due_us = now->mono_us + wait_us;
	return HG_APP_LATER;
}

bool hg_app_token_ask(struct hg_app_token *t, const struct hg_now *now, struct hg_dice *dice,
	struct hg_app_ask *ret_ask)
{
	if (t->jwt)
		return false;
	t->jwt = hg_app_jwt_new(t->key, t->id, now->wall_us, t->skew_us);
	if (!t->jwt) {
		later(t, backoff_us(t, dice), now, "OpenSSL could not sign with the App's key");
		return false;
	}
	*ret_ask = (struct hg_app_ask){ hg_text_str(&t->path), hg_text_str(&t->body), t->jwt };
	return true;
}

/* -- what is answered -------------------------------------------------------------------------- */

/* Learns how far the clocks are apart; true: farther from what was believed than a 401 needs. */
static bool learn_skew(struct hg_app_token *t, const struct hg_head *head, const struct hg_now *now)
{
	int64_t date_us, skew_us;

	if (!hg_parse_http_date(hg_head_find(head, "Date"), &date_us))
		return false;
	skew_us = date_us - now->wall_us;
	int64_t off_us = skew_us > t->skew_us ? skew_us - t->skew_us : t->skew_us - skew_us;
	if (off_us >= APART_US) /* less is the whole second of a Date and the way here */
		t->skew_us = skew_us;
	return off_us >= APART_US;
}

/* From now to its end; both moments are of GitHub's clock when the answer has a Date. */
static int64_t life_of(const struct hg_app_token *t, const json_t *root, const struct hg_head *head,
	const struct hg_now *now)
{
	const char *text = json_string_value(json_object_get(root, "expires_at"));
	int64_t date_us = now->wall_us + t->skew_us, ends_us;

	(void)hg_parse_http_date(hg_head_find(head, "Date"), &date_us);
	if (!text || !hg_parse_time(hg_str(text), &ends_us))
		return LIFE_US;
	int64_t life_us = ends_us - date_us;
	return life_us > 0 && life_us <= LIFE_MOST_US ? life_us : LIFE_US;
}

static bool is_token(struct hg_str token)
{
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] >= 0x7f)
			return false;
	return token.n > 0 && token.n <= TOKEN_BYTES_MOST;
}

static void read_permit(struct hg_app_token *t, const json_t *root)
{
	json_t *permissions = json_object_get(root, "permissions"), *level;
	const char *name;

	t->permit = (struct hg_permit){ .kind = json_is_object(permissions) ? HG_PERMIT_APP
		                                                            : HG_PERMIT_UNKNOWN };
	json_object_foreach(permissions, name, level)
	{
		if (json_is_string(level))
			hg_permit_put(&t->permit, hg_str(name), hg_str(json_string_value(level)));
	}
}

/* False: there is no token in it. */
static bool take_token(struct hg_app_token *t, const json_t *root, const struct hg_head *head,
	const struct hg_now *now)
{
	json_t *token = json_object_get(root, "token");
	struct hg_str bytes = { json_string_value(token), json_string_length(token) };

	if (!is_token(bytes))
		return false;
	hg_secret_unref(t->token);
	t->token = hg_secret_new(bytes);
	explicit_bzero((void *)(uintptr_t)bytes.p, bytes.n); /* jansson's copy */

	int64_t life_us = life_of(t, root, head, now);
	int64_t early_us =
		life_us / 2 < HG_APP_TOKEN_EARLY_US ? life_us / 2 : HG_APP_TOKEN_EARLY_US;
	t->minted_us = now->mono_us;
	t->ends_us = now->mono_us + life_us;
	t->due_us = t->ends_us - early_us;
	t->n_fails = 0;
	t->said[0] = 0;
	read_permit(t, root);
	return true;
}

/* GitHub's own words, as far as they can stand in a line. */
static void quote_message(const json_t *root, char *ret, size_t size)
{
	const char *message = json_string_value(json_object_get(root, "message"));
	size_t n = message ? strnlen(message, 120) : 0;

	ret[0] = 0;
	if (!n)
		return;
	snprintf(ret, size, ": \"%.*s\"", (int)n, message);
	for (char *p = ret + 3; p[0] && p[1]; p++)
		if (p[0] < ' ' || p[0] > '~' || p[0] == '"')
			p[0] = '?';
}

static enum hg_app_outcome refuse(struct hg_app_token *t, int status, const json_t *root,
	const struct hg_now *now, struct hg_dice *dice)
{
	char message[140];

	quote_message(root, message, sizeof(message));
	t->n_fails++;
	t->due_us = now->mono_us + REFUSED_US + hg_dice_below(dice, REFUSED_JITTER_US);
	switch (status) {
	case 401:
		snprintf(t->said, sizeof(t->said),
			"GitHub does not take the signature of App %s (401%s): app_id or "
			"app_private_key is wrong, or the key was deleted",
			t->id, message);
		break;
	case 404:
		snprintf(t->said, sizeof(t->said),
			"App %s has no installation %lld (404%s): it was removed, or "
			"app_installation is wrong",
			t->id, (long long)t->installation, message);
		break;
	case 422:
		snprintf(t->said, sizeof(t->said),
			"installation %lld does not have what app_repositories and "
			"app_permissions name (422%s)",
			(long long)t->installation, message);
		break;
	default:
		snprintf(t->said, sizeof(t->said),
			"installation %lld of App %s gets no token (%d%s): it is suspended",
			(long long)t->installation, t->id, status, message);
	}
	return HG_APP_REFUSED;
}

/* A limit of GitHub's: 2,000 tokens an hour, and the secondary ones. False: it was none. */
static bool is_limit(const struct hg_app_token *t, const struct hg_head *head,
	const struct hg_now *now, int64_t *ret_wait_us)
{
	const struct hg_now theirs = { now->mono_us, now->wall_us + t->skew_us };
	struct hg_rate rate;
	int64_t wait_us = -1;

	hg_rate_read(head, &theirs, &rate);
	enum hg_refusal refusal = hg_rate_refusal(head, &rate, &theirs, &wait_us);
	if (refusal == HG_REFUSAL_NONE)
		return false;
	if (refusal == HG_REFUSAL_PRIMARY && rate.reset_s)
		wait_us = rate.reset_s * SEC_US - theirs.wall_us + SEC_US;
	*ret_wait_us = wait_us > 0 ? wait_us : LIMIT_US;
	return true;
}

static enum hg_app_outcome judge(struct hg_app_token *t, const struct hg_head *head,
	const json_t *root, const struct hg_now *now, struct hg_dice *dice)
{
	bool is_apart = learn_skew(t, head, now);
	int64_t wait_us;
	char said[64];

	if ((head->status == 200 || head->status == 201) && take_token(t, root, head, now))
		return HG_APP_MINTED;
	if (head->status == 401 && is_apart && !t->is_again) {
		snprintf(t->said, sizeof(t->said), "the clocks are %lld s apart",
			(long long)(t->skew_us / SEC_US));
		t->due_us = now->mono_us;
		return HG_APP_AGAIN;
	}
	if (is_limit(t, head, now, &wait_us)) {
		t->n_fails++;
		return later(t, wait_us + hg_dice_below(dice, SEC_US), now,
			"GitHub's limit of requests holds up the next token");
	}
	if (head->status == 401 || head->status == 403 || head->status == 404 ||
		head->status == 422)
		return refuse(t, head->status, root, now, dice);
	snprintf(said, sizeof(said), "GitHub answered %d%s", head->status,
		head->status / 100 == 2 ? ", and no token" : "");
	return later(t, backoff_us(t, dice), now, said);
}

enum hg_app_outcome hg_app_token_take(struct hg_app_token *t, const struct hg_head *head,
	struct hg_str body, const struct hg_now *now, struct hg_dice *dice)
{
	json_t *root = NULL;

	hg_secret_unref(t->jwt);
	t->jwt = NULL;
	if (!head) {
		t->is_again = false;
		return later(t, backoff_us(t, dice), now, "GitHub did not answer");
	}
	if (body.n && body.n <= HG_APP_TOKEN_BODY_MOST)
		root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	enum hg_app_outcome outcome = judge(t, head, root, now, dice);
	t->is_again = outcome == HG_APP_AGAIN;
	json_decref(root);
	return outcome;
}

void hg_app_token_drop(struct hg_app_token *t, const struct hg_secret *refused,
	const struct hg_now *now, struct hg_dice *dice)
{
	if (!t->token || t->token != refused)
		return;
	bool is_soon = now->mono_us - t->minted_us < DROPPED_SOON_US;
	hg_secret_unref(t->token);
	t->token = NULL;
	(void)later(t, is_soon ? backoff_us(t, dice) : 0, now, "GitHub refused the last one (401)");
}

/* -- what is known ----------------------------------------------------------------------------- */

const char *hg_app_token_said(const struct hg_app_token *t)
{
	return t->said;
}

int64_t hg_app_token_ends_us(const struct hg_app_token *t)
{
	return t->token ? t->ends_us : 0;
}

const struct hg_permit *hg_app_token_permit(const struct hg_app_token *t)
{
	return &t->permit;
}

static void print_wait(int64_t us, struct hg_text *out)
{
	int64_t s = us > 0 ? us / SEC_US : 0;

	hg_text_add_usec(out, (s >= 120 ? s / 60 * 60 : s) * SEC_US);
}

void hg_app_token_print(const struct hg_app_token *t, const struct hg_now *now, struct hg_text *out)
{
	bool is_there = hg_app_token_get(t, now) != NULL;

	hg_text_add(out, is_there ? HG_STR("for ") : HG_STR("none"));
	if (is_there)
		print_wait(t->ends_us - now->mono_us, out);
	if (t->said[0])
		hg_text_printf(out, "%s%s", is_there ? "; the next one: " : ": ", t->said);
	if (t->jwt)
		hg_text_add(out, HG_STR("; asked for"));
	else if (t->said[0]) {
		hg_text_add(out, HG_STR("; asked again in "));
		print_wait(t->due_us - now->mono_us, out);
	}
}

/*
 * pool_rig - the rig with a pool of several credentials. Its news are heard, its errands answered:
 *
 *     add_token("a"), add_token("b"), add_app("app"), begin();
 *     unsigned ask = errand(HG_ERRAND_ASK);         its place among rig.sent; fails: none
 *     reply_with(ask, rig_head(401, NULL), "{}");
 *     assert_int_equal(told("credential.invalid"), 1);
 *
 * One for each test: cmocka_unit_test_setup_teardown(test, setup, teardown).
 */
#pragma once
#include "rig.h"
#include "../ticket/app_key_vector.h"
#include "dispatch/errand.h"

#define NEWS_MOST 64

static struct rig rig;
static struct {
	char topic[32], json[400];
} news[NEWS_MOST];
static unsigned n_news;

/* -- what is told ------------------------------------------------------------------------------ */

static void hear(void *arg, const char *topic, struct hg_str json)
{
	(void)arg;
	assert_true(n_news < NEWS_MOST);
	(void)snprintf(news[n_news].topic, sizeof(news[0].topic), "%s", topic);
	(void)snprintf(news[n_news++].json, sizeof(news[0].json), "%.*s", (int)json.n, json.p);
}

/* How often. */
static inline unsigned told(const char *topic)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_news; i++)
		n += !strcmp(news[i].topic, topic);
	return n;
}

/* The last of that topic has this in it. */
static inline void assert_told(const char *topic, const char *part)
{
	unsigned i = n_news;

	while (i > 0 && strcmp(news[i - 1].topic, topic) != 0)
		i--;
	if (i == 0)
		fail_msg("%s was not told", topic);
	else if (!strstr(news[i - 1].json, part))
		fail_msg("%s is not in %s", part, news[i - 1].json);
}

/* -- who pays ---------------------------------------------------------------------------------- */

static struct hg_secret *secrets[16]; /* of the configurations of one test */
static unsigned n_secrets;

static inline struct hg_secret *keep(struct hg_secret *secret)
{
	assert_true(n_secrets < sizeof(secrets) / sizeof(secrets[0]));
	return secrets[n_secrets++] = secret;
}

static inline struct hg_upstream_conf *upstream(void)
{
	return &rig.snapshot.upstreams[0];
}

static inline struct hg_credential_conf *add_credential(const char *alias)
{
	struct hg_credential_conf *c = &upstream()->credentials[upstream()->n_credentials++];

	*c = (struct hg_credential_conf){ .alias = alias };
	return c;
}

/* An identity of its own, by configuration: nobody asks whose it is. */
static inline struct hg_credential_conf *add_token(const char *alias)
{
	struct hg_credential_conf *c = add_credential(alias);
	char token[40];

	(void)snprintf(token, sizeof(token), "ghp_%s", alias);
	c->token = keep(hg_secret_new(hg_str(token)));
	c->identity = alias;
	return c;
}

static inline struct hg_credential_conf *add_app(const char *alias)
{
	struct hg_credential_conf *c = add_credential(alias);

	c->app = (struct hg_app_conf){
		.id = "Iv23liAbC", .installation = 4711, .key = keep(hg_secret_new(HG_STR(RFC_KEY)))
	};
	return c;
}

/* What was added and changed is in force. */
static inline void begin(void)
{
	hg_snapshot_set_origins(&rig.snapshot);
	rig_reconfigure(&rig);
	rig_turn(&rig);
}

static inline struct hg_credential *credential(unsigned i)
{
	return rig_pool_at(&rig, 0)->payers[i].credential;
}

static inline struct hg_ledger *core_of(unsigned i)
{
	return hg_identity_ledger(credential(i)->identity, HG_STR("core"));
}

/* GitHub says that this is left to the i-th one. */
static inline void set_budget(unsigned i, int64_t limit, int64_t remaining, int64_t reset_in_s)
{
	const struct hg_rate rate = { .limit = limit,
		.remaining = remaining,
		.reset_s = rig.now.wall_us / SEC + reset_in_s,
		.is_known = true };

	hg_ledger_settle(core_of(i), 0, 0, &rate, rig.now.mono_us, &rig.now, &rig.d->dice);
}

static inline void assert_paid(unsigned sent, const char *alias)
{
	assert_true(sent < rig.n_sent && rig.sent[sent]);
	assert_string_equal(rig.sent[sent]->credential->alias, alias);
}

/* -- what is asked and answered ---------------------------------------------------------------- */

static inline struct hg_ticket *ask_until(const char *path, int64_t deadline_in_us)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, HG_CLASS_HIGH);

	t->ask.deadline_us = rig.now.mono_us + deadline_in_us;
	rig_submit(&rig, t);
	return t;
}

/* With a token of the client's own. */
static inline struct hg_ticket *ask_as_client(const char *path)
{
	struct hg_ticket *t = rig_ticket(&rig, "GET", path, HG_CLASS_HIGH);

	t->ask.token = hg_secret_new(HG_STR("ghp_of_a_client"));
	t->ask.scope.bytes[0] = 1;
	rig_submit(&rig, t);
	return t;
}

static inline bool has_errand(enum hg_errand_kind kind)
{
	for (unsigned i = 0; i < rig.n_sent; i++)
		if (rig.sent[i] && rig.sent[i]->errand && rig.sent[i]->errand->kind == kind)
			return true;
	return false;
}

/* The oldest under way. */
static inline unsigned errand(enum hg_errand_kind kind)
{
	unsigned i = 0;

	while (i < rig.n_sent &&
		!(rig.sent[i] && rig.sent[i]->errand && rig.sent[i]->errand->kind == kind))
		i++;
	if (i == rig.n_sent)
		fail_msg("no errand to %s", hg_errand_name(kind));
	return i;
}

static inline void piece(unsigned i, const char *text)
{
	struct hg_chunk *c = hg_chunk_new(hg_str(text));

	hg_dispatcher_on_chunk(rig.d, rig.sent[i], c, &rig.now);
	hg_chunk_unref(c);
	rig_turn(&rig);
}

static inline void reply_with(unsigned i, struct hg_head *head, const char *body)
{
	rig_answer(&rig, i, head);
	piece(i, body);
	rig_end(&rig, i, 0, true);
}

/* The mint under way brings a token for an hour. */
static inline void mint(const char *token)
{
	char body[100];

	(void)snprintf(body, sizeof(body), "{\"token\":\"%s\"}", token);
	reply_with(errand(HG_ERRAND_MINT), rig_head(201, NULL), body);
}

/* -- life -------------------------------------------------------------------------------------- */

static int setup(void **state)
{
	const struct hg_news hearing = { hear, NULL };

	(void)state;
	n_news = 0;
	rig_init(&rig);
	hg_secret_unref(upstream()->credentials[0].token);
	upstream()->credentials[0].token = NULL;
	upstream()->n_credentials = 0;
	hg_dispatcher_set_news(rig.d, &hearing);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	upstream()->credentials[0].token = NULL; /* one of `secrets` */
	rig_fini(&rig);
	while (n_secrets)
		hg_secret_unref(secrets[--n_secrets]);
	return 0;
}

#include "host/config/credentials.h"

#include "base/secret.h"
#include "base/text.h"
#include "front/keys.h"
#include "host/config/core_options.h"
#include "host/config/outside.h"
#include "host/config/words.h"
#include "ticket/app_key.h"
#include "ticket/token_kind.h"
#include <ctype.h>
#include <hg/err.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	ALIAS_CHARS = 31,
	IDENTITY_CHARS = 63,
	NAME_CHARS = 100,       /* of a repository */
	REPOSITORIES_MOST = 500 /* GitHub's, of one token */
};

struct reading {
	struct hg_upstream_conf *conf;
	const struct hg_upstream_conf *first;
	struct hg_credential_conf *credential; /* at hand, of conf */
	bool is_listed;                        /* in `credentials:`, maybe among others */
	struct hg_entry at;
};

__attribute__((format(printf, 3, 4))) static void refuse(
	const struct reading *rd, const char *key, const char *fmt, ...)
{
	char said[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	hg_faults_add(rd->at.faults, hg_entry_place(&rd->at, key), hg_entry_path(&rd->at, key),
		"%s", said);
}

static bool has_only(const char *word, const char *others, size_t most)
{
	size_t n = 0;

	while (word[n] && (isalnum((unsigned char)word[n]) || strchr(others, word[n])))
		n++;
	return n > 0 && n <= most && !word[n];
}

/* -- alias ------------------------------------------------------------------------------------- */

/* Whose it is already. `before`: of the same upstream. */
static bool is_used(const struct reading *rd, const char *alias, bool *ret_is_before)
{
	for (const struct hg_upstream_conf *u = rd->first; u <= rd->conf; u++)
		for (uint32_t i = 0; i < u->n_credentials; i++) {
			const struct hg_credential_conf *c = &u->credentials[i];
			*ret_is_before = u == rd->conf;
			if (c != rd->credential && c->alias && strcmp(c->alias, alias) == 0)
				return true;
		}
	return false;
}

static void check_alias(const struct reading *rd)
{
	const char *alias = rd->credential->alias;
	bool is_before;

	if (!alias && rd->is_listed)
		refuse(rd, "alias", "must be set: its name in headers, logs and metrics");
	else if (alias && !has_only(alias, "._-", ALIAS_CHARS))
		refuse(rd, "alias", "is no name: letters, digits, . _ and -, %d at most",
			ALIAS_CHARS);
	else if (alias && (strcmp(alias, "none") == 0 || strcmp(alias, "passthrough") == 0))
		refuse(rd, "alias", "\"%s\" is a name of hubgate's own", alias);
	if (!alias && !rd->is_listed)
		rd->credential->alias = alias = rd->conf->name;
	if (alias && is_used(rd, alias, &is_before))
		refuse(rd, "alias", "\"%s\" is the alias of another %s", alias,
			is_before ? "one" : "upstream's credential");
}

/* `key:` alone leaves the default, as of any option; [] would fit nothing. */
static void refuse_empty(
	const struct reading *rd, const char *key, const struct hg_option_list *list)
{
	const struct hg_node *node = hg_node_find(rd->at.node, key);

	if (node && !hg_node_is_null(node))
		hg_entry_refuse_empty(&rd->at, key, list);
}

/* -- token ------------------------------------------------------------------------------------- */

/* Of a kind that no request of ours can carry, or not for long. */
static void check_kind(const struct reading *rd, struct hg_str token)
{
	const struct hg_node *node = hg_node_find(rd->at.node, "token");
	struct hg_str outside = node ? hg_outside_reference(node) : (struct hg_str){ 0 };
	enum hg_token_kind kind = hg_token_kind(token);

	if (hg_key_looks_like_one(token))
		refuse(rd, "token", "is a key of a client of hubgate's, and none of GitHub's");
	else if (kind == HG_TOKEN_REFRESH)
		refuse(rd, "token", "is a refresh token (ghr_…), which opens nothing");
	else if (kind == HG_TOKEN_JWT)
		refuse(rd, "token",
			"is the JWT of an App, which ends in minutes: write app_id, "
			"app_installation and app_private_key");
	else if (kind == HG_TOKEN_INSTALLATION && !hg_str_starts(outside, HG_STR("file:")))
		hg_faults_warn(rd->at.faults, hg_entry_place(&rd->at, "token"),
			hg_entry_path(&rd->at, "token"),
			"is an App's installation token (ghs_…), which ends in an hour: write "
			"app_id, app_installation and app_private_key");
}

/* It goes into a header line: a newline left at its end by an editor would end that line. */
static bool has_wrong_bytes(const struct reading *rd, struct hg_str token)
{
	static const struct hg_str pem = { "-----BEGIN", 10 };

	if (hg_str_starts(token, pem)) {
		refuse(rd, "token", "is a key: that of an App goes into app_private_key");
		return true;
	}
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] > ' ' && token.p[i] < 0x7f)
			continue;
		refuse(rd, "token", "has a blank, newline or other byte that no token has");
		return true;
	}
	return false;
}

static void check_token(const struct reading *rd)
{
	const struct hg_credential_conf *c = rd->credential;
	struct hg_str token;

	if (!c->token)
		return;
	token.p = hg_secret_bytes(c->token, &token.n);
	if (token.p[0] == '$') /* as a shell would have it */
		refuse(rd, "token", "begins with $, as no token does: a variable is ${env:NAME}");
	if (!has_wrong_bytes(rd, token))
		check_kind(rd, token);
	for (const struct hg_credential_conf *o = rd->conf->credentials; o < c; o++)
		if (o->token && hg_secret_is(o->token, token))
			refuse(rd, "token", "is the token of %s already",
				o->alias ? o->alias : "another one");
}

/* -- App --------------------------------------------------------------------------------------- */

/* A number, or Iv and then letters, digits and dots. */
static bool is_app_id(const char *id)
{
	if (strspn(id, "0123456789") == strlen(id))
		return strlen(id) <= 19;
	return strncmp(id, "Iv", 2) == 0 && has_only(id, ".", IDENTITY_CHARS);
}

/* What has no line came by a variable, and so may the rest. */
static const char *or_variable(const struct reading *rd, const char *name)
{
	return rd->at.node->place.line ? "" : name;
}

static void check_key(const struct reading *rd)
{
	const struct hg_secret *pem = rd->credential->app.key;
	struct hg_err err = HG_ERR_INIT;

	if (!pem && hg_node_find(rd->at.node, "app_private_key") == NULL)
		refuse(rd, "app_private_key",
			"must be set beside app_id%s: ${file:/path} of the .pem that GitHub gave",
			or_variable(rd, " (GITHUB_APP_PRIVATE_KEY)"));
	if (!pem)
		return; /* said: it could not be read, or is empty */
	HG_AUTO(app_key) key = hg_app_key_new(pem, &err);
	if (!key)
		refuse(rd, "app_private_key", "%s", err.text);
}

static void check_repositories(const struct reading *rd)
{
	const struct hg_option_list *names = &rd->credential->app.repositories;

	refuse_empty(rd, "app_repositories", names);
	if (names->n > REPOSITORIES_MOST)
		refuse(rd, "app_repositories", "a token is for %d at most", REPOSITORIES_MOST);
	for (uint32_t i = 0; i < names->n; i++)
		if (!has_only(names->items[i], "._-", NAME_CHARS))
			hg_faults_add(rd->at.faults,
				hg_entry_item_place(&rd->at, "app_repositories", i),
				hg_entry_path(&rd->at, "app_repositories"),
				"\"%.80s\" is no name of a repository (without its owner)",
				names->items[i]);
}

static void check_permissions(const struct reading *rd)
{
	static const char *const levels[] = { "read", "write", "admin" };
	const struct hg_option_map *map = &rd->credential->app.permissions;
	const struct hg_entry at = { hg_node_find(rd->at.node, "app_permissions"),
		hg_entry_path(&rd->at, "app_permissions"), rd->at.keep, rd->at.faults };

	for (uint32_t i = 0; i < map->n; i++) {
		size_t n = strspn(map->keys[i], "abcdefghijklmnopqrstuvwxyz_");
		if (!n || map->keys[i][n] || n > 63)
			refuse(rd, "app_permissions",
				"\"%.60s\" is no permission: issues, pull_requests, actions …",
				map->keys[i]);
		else
			(void)hg_word_find(&at, map->keys[i], 0, map->values[i], levels, 3);
	}
	if (at.node && at.node->kind == HG_NODE_MAP && !at.node->n)
		refuse(rd, "app_permissions",
			"an empty mapping allows nothing; leave it out to have all");
}

/* What is written of an App without saying which. */
static void refuse_orphans(const struct reading *rd)
{
	static const char *const keys[] = { "app_installation", "app_private_key",
		"app_repositories", "app_permissions" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct hg_node *node = hg_node_find(rd->at.node, keys[i]);
		if (!node || hg_node_is_null(node))
			continue;
		refuse(rd, keys[i], "needs app_id, which says whose it is");
		return;
	}
}

static void check_app(const struct reading *rd)
{
	const struct hg_credential_conf *c = rd->credential;
	const struct hg_node *installation = hg_node_find(rd->at.node, "app_installation");

	if (!c->app.id) {
		refuse_orphans(rd);
		return;
	}
	if (c->token)
		refuse(rd, "token", "stands beside app_id: a credential is a token or an App");
	if (!is_app_id(c->app.id))
		refuse(rd, "app_id",
			"expected the App's number, or its client ID (Iv…), as its settings say; "
			"its name is neither");
	if (!installation || hg_node_is_null(installation))
		refuse(rd, "app_installation",
			"must be set beside app_id%s: the number at the end of the installation's "
			"page, …/settings/installations/NUMBER",
			or_variable(rd, " (GITHUB_APP_INSTALLATION_ID)"));
	check_key(rd);
	check_repositories(rd);
	check_permissions(rd);
}

/* -- the rest ---------------------------------------------------------------------------------- */

/* A person's, or one made to look like it; what an App was given is no way around a limit. */
static bool is_personal(const struct hg_credential_conf *c)
{
	struct hg_str token;

	if (!c->token)
		return false;
	token.p = hg_secret_bytes(c->token, &token.n);
	return hg_token_kind(token) != HG_TOKEN_INSTALLATION;
}

/* Does GitHub count them apart, whatever they are called? Each installation by itself, and none of
 * them with a user. A ghs_… may be of the same one. */
static bool are_apart(const struct hg_credential_conf *a, const struct hg_credential_conf *b)
{
	if (a->app.id && b->app.id)
		return a->app.installation && b->app.installation &&
		       a->app.installation != b->app.installation;
	return (a->app.id && is_personal(b)) || (b->app.id && is_personal(a));
}

/* It would spend half of what there is, and a refusal of one would stop the other. */
static void check_shares(const struct reading *rd)
{
	const struct hg_credential_conf *c = rd->credential;

	for (const struct hg_upstream_conf *u = rd->first; u <= rd->conf; u++) {
		if (!hg_str_is(hg_str(u->base_url), hg_str(rd->conf->base_url)))
			continue; /* another GitHub: a name there is another's */
		for (uint32_t i = 0; i < u->n_credentials; i++) {
			const struct hg_credential_conf *o = &u->credentials[i];
			if (o == c || !o->identity || strcmp(o->identity, c->identity) != 0 ||
				!are_apart(o, c))
				continue;
			refuse(rd, "identity",
				"\"%s\" is that of %s already: GitHub counts each installation of "
				"an App by itself, and apart from all users",
				c->identity, o->alias ? o->alias : "another one");
			return;
		}
	}
}

static void check_identity(const struct reading *rd)
{
	const char *identity = rd->credential->identity;

	if (identity && !has_only(identity, "._-@:/", IDENTITY_CHARS))
		refuse(rd, "identity", "is no name: letters, digits and . _ - @ : /, %d at most",
			IDENTITY_CHARS);
	else if (identity)
		check_shares(rd);
}

static void check_owners(const struct reading *rd)
{
	const struct hg_option_list *owners = &rd->credential->owners;

	refuse_empty(rd, "owners", owners);
	for (uint32_t i = 0; i < owners->n; i++)
		if (!has_only(owners->items[i], "_-", IDENTITY_CHARS))
			hg_faults_add(rd->at.faults, hg_entry_item_place(&rd->at, "owners", i),
				hg_entry_path(&rd->at, "owners"),
				"\"%.80s\" is no account: the name of a user or an organization",
				owners->items[i]);
}

/* Unauthenticated is one thing, with 60 requests an hour, and nobody means it in a pool. */
static void check_is_something(const struct reading *rd, uint32_t n)
{
	const struct hg_credential_conf *c = rd->credential;
	const struct hg_node *token = hg_node_find(rd->at.node, "token");
	const struct hg_node *node = hg_node_find(rd->at.node, "app_id");

	if (n < 2 || c->token || (node && !hg_node_is_null(node)))
		return;
	if (!token || hg_node_is_null(token) || hg_outside_reference(token).n ||
		token->is_verbatim) /* a wrong one was said */
		hg_faults_add(rd->at.faults, &rd->at.node->place, rd->at.path,
			"has neither a token nor an App (app_id); unauthenticated stands alone");
}

/* -- GitHub's terms ---------------------------------------------------------------------------- */

/* Of another user, as far as the configuration says: then the pool adds up limits. */
static bool is_of_others(const struct hg_upstream_conf *conf, const struct hg_credential_conf *c)
{
	for (const struct hg_credential_conf *o = conf->credentials; o < c; o++)
		if (is_personal(o) &&
			!(c->identity && o->identity && strcmp(c->identity, o->identity) == 0))
			return true;
	return false;
}

static void warn_of_terms(const struct reading *rd, const struct hg_node *list, const char *path)
{
	const struct hg_upstream_conf *conf = rd->conf;
	const struct hg_credential_conf *c = conf->credentials;
	const struct hg_credential_conf *end = c + conf->n_credentials;

	while (c < end && !(is_personal(c) && is_of_others(conf, c)))
		c++;
	if (c < end)
		hg_faults_warn(rd->at.faults, &list->place, path,
			"has tokens of several users, as far as `identity:` says: GitHub's terms "
			"forbid sharing tokens to exceed its limits, so give those of one user one "
			"identity, and use an App (docs/CREDENTIALS.md)");
}

/* -- reading ----------------------------------------------------------------------------------- */

/* `n` of them are written. */
static void read_one(struct reading *rd, uint32_t n)
{
	bool is_null = hg_node_is_null(rd->at.node);

	rd->credential = &rd->conf->credentials[rd->conf->n_credentials++];
	if (rd->is_listed && is_null)
		hg_faults_add(rd->at.faults, &rd->at.node->place, rd->at.path,
			"expected a mapping of options, got nothing");
	hg_options_read(hg_credential_options, rd->at.path, rd->at.node, NULL, rd->credential,
		rd->at.keep, rd->at.faults);
	if (rd->at.node->kind != HG_NODE_MAP && (rd->is_listed || !is_null))
		return; /* said */
	check_alias(rd);
	check_token(rd);
	check_app(rd);
	check_identity(rd);
	check_owners(rd);
	check_is_something(rd, n);
}

static void read_list(struct reading *rd, const struct hg_node *list, const char *path)
{
	struct hg_faults *faults = rd->at.faults;
	uint32_t n_errors = faults->n_errors;

	rd->is_listed = true;
	if (list->kind != HG_NODE_SEQUENCE)
		hg_faults_add(faults, &list->place, path, "expected a sequence, got %s",
			hg_node_kind_name(list));
	else if (!list->n)
		hg_faults_add(faults, &list->place, path,
			"names none; leave it out to ask unauthenticated");
	else if (list->n > HG_CREDENTIALS_MAX)
		hg_faults_add(faults, &list->place, path, "more than %u", HG_CREDENTIALS_MAX);
	else
		for (uint32_t i = 0; i < list->n; i++) {
			rd->at.node = list->items[i];
			rd->at.path = hg_arena_printf(&rd->at.keep->arena, "%s[%u]", path, i).p;
			read_one(rd, list->n);
		}
	if (faults->n_errors == n_errors)
		warn_of_terms(rd, list, path);
	if (!rd->conf->n_credentials)
		rd->conf->n_credentials = 1;
}

/* -- all of them ------------------------------------------------------------------------------- */

/* What is written under the key; NULL: nothing. */
static const struct hg_node *written(const struct hg_node *map, const char *key)
{
	const struct hg_node *node = hg_node_member(map, key);

	return node && !hg_node_is_null(node) ? node : NULL;
}

void hg_credentials_read(struct hg_upstream_conf *conf, const struct hg_upstream_conf *first,
	const struct hg_node *map, const char *path, struct hg_keep *keep, struct hg_faults *faults)
{
	static const struct hg_place nowhere = { "built-in defaults", 0, 0 };
	const struct hg_node *one = written(map, HG_CREDENTIAL_KEY);
	const struct hg_node *many = written(map, HG_CREDENTIALS_KEY);
	const struct hg_entry outer = { map, path, keep, faults };
	struct reading rd = { .conf = conf, .first = first };
	const char *dot = path[0] ? "." : "";

	conf->n_credentials = 0;
	rd.at = outer;
	if (one && many)
		hg_faults_add(faults, &one->place,
			hg_arena_printf(&keep->arena, "%s%s" HG_CREDENTIAL_KEY, path, dot).p,
			"stands beside `" HG_CREDENTIALS_KEY "`, where it is one more entry");
	if (many) {
		read_list(&rd, many,
			hg_arena_printf(&keep->arena, "%s%s" HG_CREDENTIALS_KEY, path, dot).p);
		return;
	}
	rd.at.path = hg_arena_printf(&keep->arena, "%s%s" HG_CREDENTIAL_KEY, path, dot).p;
	rd.at.node =
		one ? one : hg_node_empty(&keep->arena, map ? &map->place : &nowhere, HG_NODE_MAP);
	read_one(&rd, 1);
}

const struct hg_node *hg_credentials_node(const struct hg_node *map, uint32_t i, bool *ret_is_list)
{
	const struct hg_node *many = written(map, HG_CREDENTIALS_KEY);

	*ret_is_list = many;
	return many ? hg_node_item(many, i) : hg_node_member(map, HG_CREDENTIAL_KEY);
}

void hg_credentials_print(
	const struct hg_upstream_conf *conf, const struct hg_node *map, struct hg_text *out)
{
	bool is_list;

	(void)hg_credentials_node(map, 0, &is_list);
	hg_text_add(out, is_list ? HG_STR("\"" HG_CREDENTIALS_KEY "\":[")
				 : HG_STR("\"" HG_CREDENTIAL_KEY "\":"));
	for (uint32_t i = 0; i < conf->n_credentials; i++) {
		const struct hg_node *node = hg_credentials_node(map, i, &is_list);
		hg_text_add(out, i ? HG_STR(",{") : HG_STR("{"));
		hg_options_print(hg_credential_options, &conf->credentials[i], node, out);
		hg_text_add_char(out, '}');
	}
	if (is_list)
		hg_text_add_char(out, ']');
}

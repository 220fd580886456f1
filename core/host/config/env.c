#include "host/config/env.h"

#include "base/text.h"
#include "host/config/credentials.h"
#include <ctype.h>
#include <stdio.h>

#define CACHE_FOR(variable, key)                                         \
	{                                                                \
		variable, HG_ENV_SECONDS, "cache", NULL, key, 0, 0, NULL \
	}
#define LATER(variable, kind, secret, when)                       \
	{                                                         \
		variable, kind, NULL, NULL, NULL, secret, 0, when \
	}

const struct hg_env_row hg_env_rows[] = {
	{ "GITHUB_TOKEN", HG_ENV_TEXT, NULL, HG_CREDENTIAL_KEY, "token", true, true, NULL },
	{ "GITHUB_APP_ID", HG_ENV_TEXT, NULL, HG_CREDENTIAL_KEY, "app_id", false, true, NULL },
	{ "GITHUB_APP_INSTALLATION_ID", HG_ENV_NUMBER, NULL, HG_CREDENTIAL_KEY, "app_installation",
		false, true, NULL },
	{ "GITHUB_APP_PRIVATE_KEY", HG_ENV_KEY, NULL, HG_CREDENTIAL_KEY, "app_private_key", true,
		true, NULL },
	{ "GITHUB_BASE_URL", HG_ENV_URL, NULL, "upstream", "base_url", false, true, NULL },
	{ "GITHUB_REQUEST_TIMEOUT", HG_ENV_MS, NULL, "upstream", "total_timeout", 0, 0, NULL },
	{ "GITHUB_RETRY_COUNT", HG_ENV_NUMBER, NULL, "dispatch", "retries", 0, 0, NULL },
	{ "GITHUB_MAX_REQUESTS_PER_HOUR", HG_ENV_NUMBER, NULL, "dispatch", "max_requests_per_hour",
		0, 0, NULL },
	{ "GITHUB_RATE_LIMIT_STRATEGY", HG_ENV_TEXT, NULL, "dispatch", "strategy", 0, 0, NULL },
	CACHE_FOR("GITHUB_CACHE_TTL_REPOS", "ttl_repositories"),
	CACHE_FOR("GITHUB_CACHE_TTL_WORKFLOWS", "ttl_workflows"),
	CACHE_FOR("GITHUB_CACHE_TTL_RUNNERS", "ttl_runners"),
	CACHE_FOR("GITHUB_CACHE_TTL_JOBS", "ttl_jobs"),
	{ "GITHUB_ENABLE_CACHING", HG_ENV_SWITCH, "cache", NULL, NULL, 0, 0, NULL },
	{ "GITHUB_ENABLE_METRICS", HG_ENV_SWITCH, "metrics", NULL, NULL, 0, 0, NULL },
	{ "LOG_LEVEL", HG_ENV_LEVEL, NULL, "log", "level", 0, 0, NULL },
	{ "DEBUG", HG_ENV_DEBUG, NULL, "log", "level", 0, 0, NULL },

	LATER("GITHUB_ORG", HG_ENV_TEXT, 0, "the mirror plugin"),
	LATER("GITHUB_ENABLE_AUTO_SYNC", HG_ENV_SWITCH, 0, "the mirror plugin"),
	LATER("GITHUB_WEBHOOK_SECRET", HG_ENV_TEXT, true, "the webhook plugin"),
	LATER("GITHUB_WEBHOOK_URL", HG_ENV_URL, 0, "the webhook plugin"),
	LATER("GITHUB_ENABLE_WEBHOOKS", HG_ENV_SWITCH, 0, "the webhook plugin"),
	LATER("DATABASE_URL", HG_ENV_TEXT, true, "the storage plugins"),
	LATER("REDIS_HOST", HG_ENV_TEXT, 0, "the redis plugin"),
	LATER("REDIS_PORT", HG_ENV_PORT, 0, "the redis plugin"),
	LATER("REDIS_PASSWORD", HG_ENV_TEXT, true, "the redis plugin"),
	{ 0 },
};

struct applying {
	struct hg_arena *arena;
	struct hg_node *root;
	const struct hg_env_wish *wish;
	struct hg_faults *faults;
	const struct hg_env_row *row;
	struct hg_str text; /* the variable's */
};

static void wrong(struct applying *a, const char *expected)
{
	struct hg_place place = { a->row->variable, 0, 0 };

	if (a->row->is_secret)
		hg_faults_add(a->faults, &place, NULL, "expected %s", expected);
	else
		hg_faults_add(a->faults, &place, NULL, "expected %s, got \"%.*s\"", expected,
			(int)(a->text.n > 60 ? 60 : a->text.n), a->text.p);
}

static bool parse_switch(struct hg_str s, bool *ret_on)
{
	static const char *const words[] = { "false", "true", "0", "1", "no", "yes", "off", "on" };

	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!hg_str_is_nocase(s, hg_str(words[i])))
			continue;
		*ret_on = i % 2;
		return true;
	}
	return false;
}

static bool debug_is_ours(struct hg_str patterns)
{
	for (size_t i = 0; i < patterns.n;) {
		const char *p = patterns.p + i;
		size_t n = strcspn(p, ", ");
		struct hg_str one = { p, n };
		if (hg_str_is(one, HG_STR("*")) || hg_str_starts(one, HG_STR("github-api")) ||
			hg_str_starts(one, HG_STR("hubgate")))
			return true;
		i += n + 1;
	}
	return false;
}

/* The level in lower case; what other loggers call trace or verbose is debug here. */
static const char *level_of(struct hg_str s)
{
	static const char *const words[][2] = { { "error", "error" }, { "warn", "warn" },
		{ "warning", "warn" }, { "info", "info" }, { "debug", "debug" },
		{ "verbose", "debug" }, { "trace", "debug" } };

	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (hg_str_is_nocase(s, hg_str(words[i][0])))
			return words[i][1];
	}
	return NULL;
}

/* ${file:PATH} of a path, so that the file is read anew when it changes; of a key itself the lines,
 * which a file of variables writes as \n. */
static struct hg_str translate_key(struct applying *a)
{
	struct hg_str key = a->text;

	if (key.p[0] != '/') {
		char *lines = hg_arena_alloc(a->arena, key.n + 1);
		size_t n = 0;
		for (size_t i = 0; i < key.n; i++) {
			bool is_end = key.p[i] == '\\' && i + 1 < key.n && key.p[i + 1] == 'n';
			lines[n++] = is_end ? '\n' : key.p[i];
			i += is_end;
		}
		lines[n] = 0;
		return (struct hg_str){ lines, n };
	}
	if (!strpbrk(key.p, "{}$\n"))
		return hg_arena_printf(a->arena, "${file:%s}", key.p);
	wrong(a, "a path without { } and $, or the key itself");
	return (struct hg_str){ 0 };
}

/* What stands in the tree for it; {0} when the variable is wrong (said) or means nothing. */
static struct hg_str translate(struct applying *a)
{
	bool is_url = hg_str_starts(a->text, HG_STR("http://")) ||
	              hg_str_starts(a->text, HG_STR("https://"));
	const char *level;
	uint64_t number = 0;
	bool on;

	switch (a->row->kind) {
	case HG_ENV_TEXT:
		return a->text;
	case HG_ENV_MS:
	case HG_ENV_SECONDS:
		if (hg_parse_u64(a->text, &number) && number < 1000000000)
			return hg_arena_printf(a->arena, "%llu%s", (unsigned long long)number,
				a->row->kind == HG_ENV_MS ? "ms" : "s");
		wrong(a, a->row->kind == HG_ENV_MS ? "a number of milliseconds"
						   : "a number of seconds");
		break;
	case HG_ENV_NUMBER:
		if (hg_parse_u64(a->text, &number))
			return a->text;
		wrong(a, "a whole number");
		break;
	case HG_ENV_PORT:
		if (hg_parse_u64(a->text, &number) && number > 0 && number < 65536)
			return a->text;
		wrong(a, "a port (1 to 65535)");
		break;
	case HG_ENV_SWITCH:
		if (parse_switch(a->text, &on))
			return on ? HG_STR("true") : HG_STR("false");
		wrong(a, "true or false");
		break;
	case HG_ENV_LEVEL:
		level = level_of(a->text);
		if (level)
			return hg_str(level);
		wrong(a, "one of error, warn, info, debug");
		break;
	case HG_ENV_DEBUG:
		return debug_is_ours(a->text) ? HG_STR("debug") : (struct hg_str){ 0 };
	case HG_ENV_KEY:
		return translate_key(a);
	case HG_ENV_URL:
		if (is_url)
			return a->text;
		wrong(a, "an http:// or https:// URL");
		break;
	}
	return (struct hg_str){ 0 };
}

/* Sets map.key unless the file did. An earlier variable does not count as the file. */
static void put(struct applying *a, struct hg_node *map, struct hg_str value)
{
	struct hg_place place = { a->row->variable, 0, 0 };
	const struct hg_node *there = hg_node_find(map, a->row->key);

	if (there && there->place.line && !hg_node_is_null(there))
		return;
	struct hg_node *node = hg_node_scalar(a->arena, &place, value);
	node->is_verbatim = a->row->kind != HG_ENV_KEY || !hg_str_starts(value, HG_STR("${file:"));
	hg_node_put(a->arena, map, a->row->key, node);
}

static bool is_set(const struct hg_node *map, const char *key)
{
	const struct hg_node *node = hg_node_member(map, key);

	return node && !hg_node_is_null(node);
}

/* Does something else say already what GitHub is asked with? `credentials:` of the file, an App
 * that it names where the variable has a token, a token where the variable has a part of an App. */
static bool is_said_otherwise(const struct applying *a, const struct hg_node *section)
{
	bool is_token = strcmp(a->row->key, "token") == 0;

	if (strcmp(a->row->section, HG_CREDENTIAL_KEY) != 0)
		return false;
	return is_set(a->root, HG_CREDENTIALS_KEY) ||
	       is_set(section, is_token ? "app_id" : "token");
}

static void warn_unused(const struct applying *a, const struct hg_node *section)
{
	const struct hg_node *token = hg_node_member(section, "token");
	struct hg_place place = { a->row->variable, 0, 0 };

	if (token && !token->place.line && strcmp(a->row->key, "app_id") == 0)
		hg_faults_warn(a->faults, &place, NULL, "is not used, because %s is set",
			token->place.file);
}

static void apply_core(struct applying *a, struct hg_str value)
{
	struct hg_place place = { a->row->variable, 0, 0 };
	struct hg_node *section = hg_node_find(a->root, a->row->section);

	if (!section || hg_node_is_null(section))
		section = hg_node_empty(a->arena, &place, HG_NODE_MAP);
	else if (section->kind == HG_NODE_MAP)
		section = hg_node_copy(a->arena, section);
	else
		return; /* the options will say what is wrong with it */
	if (is_said_otherwise(a, section)) {
		warn_unused(a, section);
		return;
	}
	put(a, section, value);
	hg_node_put(a->arena, a->root, a->row->section, section);
}

static bool uses(const struct hg_node *entry, const char *plugin)
{
	const struct hg_node *use = hg_node_find(entry, "use");

	return use && use->kind == HG_NODE_SCALAR && hg_str_is(use->text, hg_str(plugin));
}

static void apply_plugin(struct applying *a, struct hg_str value)
{
	const struct hg_node *old = hg_node_find(a->root, "plugins");
	bool out = a->row->kind == HG_ENV_SWITCH && hg_str_is(value, HG_STR("false"));

	if (!old || old->kind != HG_NODE_SEQUENCE)
		return;
	if (a->row->kind == HG_ENV_SWITCH && (!out || !a->wish->plugins_are_default))
		return;

	struct hg_node *list = hg_node_empty(a->arena, &old->place, HG_NODE_SEQUENCE);
	for (uint32_t i = 0; i < old->n; i++) {
		struct hg_node *entry = old->items[i];
		bool is_it = entry->kind == HG_NODE_MAP && uses(entry, a->row->plugin);
		if (is_it && out)
			continue;
		if (is_it) {
			entry = hg_node_copy(a->arena, entry);
			put(a, entry, value);
		}
		hg_node_add(a->arena, list, entry);
	}
	hg_node_put(a->arena, a->root, "plugins", list);
}

void hg_env_apply(struct hg_arena *arena, struct hg_node *root, const struct hg_env_wish *wish,
	struct hg_faults *faults, struct hg_text *ret_unsupported)
{
	for (const struct hg_env_row *row = hg_env_rows; row->variable; row++) {
		const char *text = wish->look(row->variable);
		struct applying a = { arena, root, wish, faults, row, hg_str(text) };

		if (!text || !text[0] || (wish->is_demo && row->not_in_demo))
			continue;
		struct hg_str value = translate(&a);
		if (row->when) {
			hg_text_printf(ret_unsupported, "%s%s (%s)", ret_unsupported->n ? ", " : "",
				row->variable, row->when);
			continue;
		}
		if (!value.n)
			continue;
		if (row->plugin)
			apply_plugin(&a, value);
		else
			apply_core(&a, value);
	}
}

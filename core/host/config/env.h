/*
 * env - the environment variables hubgate knows, one row each.
 *
 *     GITHUB_REQUEST_TIMEOUT=30000   ->   upstream.total_timeout: 30000ms
 *
 * A variable is put into the tree of the file where the file says nothing, before options are
 * read: the file beats the environment, the environment beats the default. A plugin's variable
 * goes to each instance of it; GITHUB_ENABLE_CACHING=false takes the plugin out of the default
 * `plugins:` (a list that the file spells out stays as it is). What is wrong is reported under
 * the variable's name. A variable whose plugin does not exist yet is still looked at, and named
 * in one line at start.
 *
 * What GitHub is asked with is one thing: a file that has `credentials:`, or an App, or a token,
 * says it, and then no variable does; of the variables GITHUB_TOKEN goes before those of an App.
 *
 * An empty variable counts as unset.   Thread: the caller's.
 */
#pragma once
#include "host/config/yaml.h"

struct hg_text;

enum hg_env_kind {
	HG_ENV_TEXT,    /* as it is */
	HG_ENV_MS,      /* a number of milliseconds */
	HG_ENV_SECONDS, /* a number of seconds */
	HG_ENV_NUMBER,
	HG_ENV_SWITCH, /* true or false; false takes the plugin out */
	HG_ENV_LEVEL,  /* error warn info debug, in any case */
	HG_ENV_DEBUG,  /* the npm convention: patterns; one of ours means level debug */
	HG_ENV_PORT,
	HG_ENV_URL,
	HG_ENV_KEY, /* a path, which stands for what is in the file, or the PEM itself */
};

struct hg_env_row {
	const char *variable;
	enum hg_env_kind kind;
	const char *plugin;  /* NULL = the core */
	const char *section; /* NULL with `plugin`: the instance itself; both NULL: not supported */
	const char *key;
	bool is_secret;   /* never shown in a message */
	bool not_in_demo; /* the simulator stands in for GitHub: the real one's is left alone */
	const char *when; /* not supported: what it waits for */
};

extern const struct hg_env_row hg_env_rows[];

struct hg_env_wish {
	const char *(*look)(const char *name); /* getenv, or a test's */
	bool is_demo;
	bool plugins_are_default;
};

/* Changes `root` (a map whose children it may share with others: they are copied first). Adds the
 * names of variables that are set but not supported to `ret_unsupported`, comma-separated. */
void hg_env_apply(struct hg_arena *arena, struct hg_node *root, const struct hg_env_wish *wish,
	struct hg_faults *faults, struct hg_text *ret_unsupported);

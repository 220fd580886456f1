#include "host/command/config_page.h"

#include "base/text.h"
#include "host/config/config.h"
#include "host/config/env.h"
#include "host/config/option_words.h"
#include "host/loader/plugin.h"
#include "host/loader/trial.h"
#include <hg/err.h>
#include <hg/mem.h>

static const char head[] =
	"<!-- Made by `hubgate config options`; scripts/dev/options writes it anew. -->\n"
	"# Options\n"
	"\n"
	"Every option of the file, of each plugin, and every variable of the environment. "
	"[hubgate.yaml](../etc/hubgate.yaml)\n"
	"is the same as a file; `hubgate config show` says what is in force and where it comes "
	"from.\n"
	"\n"
	"* A **duration** has a unit: `250ms`, `10s`, `10min`, `1h`, `1d`; only 0 needs none. A "
	"**size** too:\n"
	"  `512B`, `64KiB`, `256MiB`, `1GiB`, `kB`, `MB`, `GB`. A **share** is `30%` or `0.3`.\n"
	"* A **list** of one may be written without brackets.\n"
	"* `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` stand for what is outside; "
	"`$${` "
	"is a `${`.\n"
	"* **live**: a reload changes it. **restart**: a reload that changes it is refused, and "
	"says "
	"so by name;\n"
	"  of a plugin's option, the instance goes on with what it began with.\n";

/* -- tables ------------------------------------------------------------------------------------ */

/* A cell: no bar ends it. */
static void add_cell(struct hg_text *out, struct hg_str s, bool is_code)
{
	hg_text_add(out, HG_STR(" "));
	if (is_code && s.n)
		hg_text_add_char(out, '`');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			hg_text_add_char(out, '\\');
		hg_text_add_char(out, s.p[i]);
	}
	if (is_code && s.n)
		hg_text_add_char(out, '`');
	hg_text_add(out, HG_STR(" |"));
}

static void add_row(const struct hg_option *row, struct hg_text *out)
{
	struct hg_text cell;

	hg_text_init(&cell);
	hg_text_add_char(out, '|');
	add_cell(out, hg_option_key(row), true);
	hg_option_add_type(row, &cell);
	add_cell(out, hg_text_str(&cell), false);
	cell.n = 0;
	hg_option_add_default(row, &cell);
	if (row->flags & HG_OPT_REQUIRED)
		add_cell(out, HG_STR("required"), false);
	else
		add_cell(out, hg_text_str(&cell), true);
	cell.n = 0;
	hg_option_add_range(row, &cell);
	add_cell(out, hg_text_str(&cell), false);
	add_cell(out, row->flags & HG_OPT_LIVE ? HG_STR("live") : HG_STR("restart"), false);
	cell.n = 0;
	hg_text_add(&cell, hg_str(row->help ? row->help : ""));
	if (row->flags & HG_OPT_DEPRECATED)
		hg_text_printf(&cell, " Deprecated: write `%s`.",
			row->replaced_by ? row->replaced_by : "nothing instead");
	add_cell(out, hg_text_str(&cell), false);
	hg_text_add_char(out, '\n');
	hg_text_fini(&cell);
}

static void add_table(const struct hg_option *rows, struct hg_text *out)
{
	if (!rows || !rows->key) {
		hg_text_add(out, HG_STR("None.\n"));
		return;
	}
	hg_text_add(out, HG_STR("| Option | Type | Default | Range | Reload | |\n"
				"|---|---|---|---|---|---|\n"));
	for (const struct hg_option *row = rows; row->key; row++)
		add_row(row, out);
}

static const struct part { /* in the order of the file, behind the sections */
	const char *title, *about;
	const struct hg_option *rows;
} parts[] = {
	{ "credential",
		"What GitHub is asked with: a token, or an App ([CREDENTIALS.md](CREDENTIALS.md)).",
		hg_credential_options },
	{ "credentials[]",
		"Several of them, in place of `credential:`. An entry has its options; `alias` is "
		"required.",
		NULL },
	{ "listeners[]", "Where clients come in; default: 127.0.0.1:3001.", hg_listener_options },
	{ "listeners[].tls", "The listener speaks TLS.", hg_tls_options },
	{ "upstreams[]",
		"Further GitHubs. An entry has the options of `upstream:`, `credential:` or "
		"`credentials:`, "
		"and:",
		hg_upstream_entry_options },
	{ "clients[]",
		"Who may ask with which keys, and what. An entry also has `key_hash:`, the line "
		"that "
		"`hubgate key new`\nprints, or several of them in `key_hashes:`.",
		hg_client_options },
	{ "clients[].key_hashes[]", "A hash, or a mapping:", hg_key_options },
	{ "plugins[]",
		"Instances, in the order in which a request meets them; default: metrics, cache, "
		"ratelimit. An entry\nalso has the options of its plugin.",
		hg_plugin_entry_options },
	{ "plugins[].when",
		"The requests for which the hooks of the instance run: one word of each list that "
		"is "
		"written must fit.",
		hg_when_options },
};

/* -- the environment --------------------------------------------------------------------------- */

static const struct { /* those that stand for no option */
	const char *name, *about;
} surroundings[] = {
	{ "HTTPS_PROXY, NO_PROXY", "the proxy to GitHub, when `upstream.proxy` is not set" },
	{ "XDG_RUNTIME_DIR", "the folder of the admin socket, when `admin.bind` is not set" },
	{ "XDG_STATE_HOME, HOME", "where the default of `state_dir` is" },
	{ "LISTEN_FDS, LISTEN_PID", "sockets that systemd opened" },
};

static void add_variable(const struct hg_env_row *row, struct hg_text *out)
{
	static const char *const kinds[] = {
		[HG_ENV_TEXT] = "text",
		[HG_ENV_MS] = "milliseconds",
		[HG_ENV_SECONDS] = "seconds",
		[HG_ENV_NUMBER] = "whole number",
		[HG_ENV_SWITCH] = "true or false",
		[HG_ENV_LEVEL] = "error, warn, info or debug",
		[HG_ENV_DEBUG] = "patterns: `*`, `hubgate*` or `github-api*` among them is `debug`",
		[HG_ENV_PORT] = "port",
		[HG_ENV_URL] = "URL",
		[HG_ENV_KEY] = "path of a PEM file, or the PEM itself",
	};

	hg_text_printf(out, "| `%s` | %s | ", row->variable, kinds[row->kind]);
	if (row->when)
		hg_text_printf(out, "not used yet: waits for %s", row->when);
	else if (row->plugin && row->key)
		hg_text_printf(out, "`%s` of each instance of %s", row->key, row->plugin);
	else if (row->plugin)
		hg_text_printf(out, "false: %s is not among the default `plugins:`", row->plugin);
	else
		hg_text_printf(out, "`%s.%s`", row->section, row->key);
	hg_text_add(
		out, row->not_in_demo ? HG_STR("; not in a demonstration |\n") : HG_STR(" |\n"));
}

static void add_environment(struct hg_text *out)
{
	hg_text_add(
		out, HG_STR("\n## Environment\n\nWhat the file says beats its variable, and the "
			    "variable the default. An empty one counts as unset.\n\n"
			    "| Variable | Value | Sets |\n|---|---|---|\n"));
	for (const struct hg_env_row *row = hg_env_rows; row->variable; row++)
		add_variable(row, out);
	for (size_t i = 0; i < sizeof(surroundings) / sizeof(*surroundings); i++)
		hg_text_printf(
			out, "| `%s` | | %s |\n", surroundings[i].name, surroundings[i].about);
}

/* -- all of it --------------------------------------------------------------------------------- */

bool hg_config_page_plugin(const char *use, const struct hg_option_list *plugin_path,
	struct hg_faults *faults, struct hg_text *out)
{
	struct hg_err err = HG_ERR_INIT;
	const struct hg_plugin *table = hg_plugin_load_tried(use, plugin_path, hg_trial, &err);

	if (!table) {
		hg_faults_add(faults, NULL, NULL, "%s", err.text);
		return false;
	}
	add_table(table->options, out);
	return true;
}

static void add_plugins(
	const struct hg_option_list *path, struct hg_faults *faults, struct hg_text *out)
{
	const char *names[HG_PLUGIN_NAMES_MAX];
	uint32_t n = hg_plugin_list(path, names);

	for (uint32_t i = 0; i < n; i++) {
		struct hg_err err = HG_ERR_INIT;
		const struct hg_plugin *table =
			hg_plugin_load_tried(names[i], path, hg_trial, &err);
		if (table) {
			hg_text_printf(out, "\n## Plugin %s\n\n%s\n\n", names[i],
				table->about ? table->about : "");
			add_table(table->options, out);
		} else {
			hg_faults_warn(faults, NULL, "plugins", "%s", err.text);
		}
		hg_free((char *)names[i]);
	}
}

void hg_config_page(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out)
{
	hg_text_add(out, hg_str(head));
	hg_text_add(out, HG_STR("\n## Top level\n\n"));
	add_table(hg_main_options, out);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++) {
		hg_text_printf(out, "\n## %s\n\n", sc->key);
		add_table(sc->rows, out);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		hg_text_printf(out, "\n## %s\n\n%s\n", parts[i].title, parts[i].about);
		if (!parts[i].rows)
			continue;
		hg_text_add_char(out, '\n');
		add_table(parts[i].rows, out);
	}
	add_plugins(plugin_path, faults, out);
	add_environment(out);
}

#include "host/command/config_example.h"

#include "base/text.h"
#include "host/config/config.h"
#include "host/config/option_words.h"
#include "host/loader/plugin.h"
#include "host/loader/trial.h"
#include <hg/err.h>
#include <hg/mem.h>
#include <stdio.h>

enum { COLUMNS = 100 };

static const char head[] =
	"# Every option of hubgate and of its plugins. What has a # right before its name is the\n"
	"# default: take the # away to change it. Lines with \"# \" are help, and blocks that are "
	"not\n"
	"# there by default. As it stands, this file says what hubgate does without one.\n"
	"#\n"
	"# Made by `hubgate config example`. docs/OPTIONS.md is the same as tables; etc/examples "
	"has\n"
	"# whole configurations. ${env:NAME}, ${env:NAME:-default} and ${file:/path} stand for "
	"what\n"
	"# is outside.\n";

struct page {
	struct hg_text *out;
	const char *margin; /* before all else: "  # " in a block that is commented out */
	bool is_off;        /* … which it is: options have no # of their own */
};

/* A line of help, broken where it would be too long. */
static void add_help(const struct page *p, const char *indent, struct hg_str words)
{
	size_t room = COLUMNS - strlen(p->margin) - strlen(indent) - 2;

	while (words.n) {
		size_t n = words.n;
		if (n > room)
			for (n = room; n > 1 && words.p[n] != ' '; n--)
				continue;
		hg_text_printf(p->out, "%s%s# %.*s\n", p->margin, indent, (int)n, words.p);
		while (n < words.n && words.p[n] == ' ')
			n++;
		words = (struct hg_str){ words.p + n, words.n - n };
	}
}

/* "Help. (type, range; required; a change needs a restart)" */
static void add_notes(const struct hg_option *row, struct hg_text *out)
{
	hg_text_printf(out, "%s (", row->help ? row->help : "");
	hg_option_add_type(row, out);
	if (row->min || row->max)
		hg_text_add(out, HG_STR(", "));
	hg_option_add_range(row, out);
	if (row->flags & HG_OPT_REQUIRED)
		hg_text_add(out, HG_STR("; required"));
	if (!(row->flags & HG_OPT_LIVE))
		hg_text_add(out, HG_STR("; a change needs a restart"));
	hg_text_add_char(out, ')');
}

/* The rows but `skip` (NULL: none), which stands there already. */
static void add_rows(
	const struct page *p, const char *indent, const struct hg_option *rows, const char *skip)
{
	for (const struct hg_option *row = rows; row && row->key; row++) {
		struct hg_str key = hg_option_key(row);
		struct hg_text notes, value;
		if (row->flags & HG_OPT_DEPRECATED || (skip && hg_str_is(key, hg_str(skip))))
			continue;
		hg_text_init(&notes);
		hg_text_init(&value);
		add_notes(row, &notes);
		hg_option_add_default(row, &value);
		add_help(p, indent, hg_text_str(&notes));
		hg_text_printf(p->out, "%s%s%s%.*s:%s%s\n", p->margin, indent, p->is_off ? "" : "#",
			(int)key.n, key.p, value.n ? " " : "", value.n ? value.p : "");
		hg_text_fini(&notes);
		hg_text_fini(&value);
	}
}

static void add_line(const struct page *p, const char *line)
{
	hg_text_printf(p->out, "%s%s\n", p->margin, line);
}

/* -- lists ------------------------------------------------------------------------------------- */

static void add_listeners(struct hg_text *out)
{
	const struct page on = { out, "", false }, off = { out, "    # ", true };

	hg_text_add(out, HG_STR("\n# Where clients come in.\nlisteners:\n"));
	add_help(&on, "  ", hg_str(hg_listener_options[0].help));
	add_line(&on, "  - bind: 127.0.0.1:3001");
	add_rows(&on, "    ", hg_listener_options, "bind");
	add_line(&off, "tls:");
	add_rows(&off, "  ", hg_tls_options, NULL);
}

static void add_credentials(struct hg_text *out)
{
	const struct page on = { out, "", false }, off = { out, "  # ", true };

	hg_text_add(out, HG_STR("\ncredential:\n"));
	add_rows(&on, "  ", hg_credential_options, NULL);
	hg_text_add(
		out, HG_STR("\n# Several, in place of `credential:`; each entry may have all of "
			    "its options.\ncredentials:\n"));
	add_line(&off, "- alias: ci-1");
	add_line(&off, "  token: ${file:/etc/hubgate/ci-1.token}");
	add_line(&off, "- alias: ci-app");
	add_line(&off, "  app_id: Iv23li…");
	add_line(&off, "  app_installation: 4711");
	add_line(&off, "  app_private_key: ${file:/etc/hubgate/ci-app.pem}");
}

static void add_upstreams(struct hg_text *out)
{
	const struct page off = { out, "  # ", true };

	hg_text_add(out, HG_STR("\n# Further GitHubs, told apart by prefix or host; each has all "
				"options of `upstream:` too.\nupstreams:\n"));
	add_help(&off, "", hg_str(hg_upstream_entry_options[0].help));
	add_line(&off, "- name: ghes");
	add_rows(&off, "  ", hg_upstream_entry_options, "name");
	add_line(&off, "  base_url: https://ghe.example.com/api/v3");
	add_line(&off, "  credential:");
	add_rows(&off, "    ", hg_credential_options, NULL);
}

static void add_clients(struct hg_text *out)
{
	const struct page off = { out, "  # ", true };

	hg_text_add(out, HG_STR("\n# Who may ask with which keys, and what. `hubgate key new NAME` "
				"prints a key and its hash.\nclients:\n"));
	add_help(&off, "", hg_str(hg_client_options[0].help));
	add_line(&off, "- name: ci");
	add_line(&off, "  key_hash: sha256:…");
	add_line(&off, "  # or several, while one is exchanged for another");
	add_line(&off, "  key_hashes:");
	add_help(&off, "    ", hg_str(hg_key_options[0].help));
	add_line(&off, "    - hash: sha256:…");
	add_rows(&off, "      ", hg_key_options, "hash");
	add_rows(&off, "  ", hg_client_options, "name");
}

/* -- plugins ----------------------------------------------------------------------------------- */

static const char *const by_default[] = { "metrics", "cache", "ratelimit" };

static void add_plugin(struct hg_text *out, const char *name, bool is_on,
	const struct hg_option_list *path, struct hg_faults *faults)
{
	const struct page page = { out, is_on ? "  " : "  # ", !is_on };
	struct hg_err err = HG_ERR_INIT;
	const struct hg_plugin *table = hg_plugin_load_tried(name, path, hg_trial, &err);

	if (!table) {
		hg_faults_warn(faults, NULL, "plugins", "%s", err.text);
		return;
	}
	hg_text_add_char(out, '\n');
	add_help(&page, "", hg_str(table->about ? table->about : ""));
	hg_text_printf(out, "%s- use: %s\n", page.margin, name);
	add_rows(&page, "  ", table->options, NULL);
}

static void add_plugins(
	const struct hg_option_list *path, struct hg_faults *faults, struct hg_text *out)
{
	const struct page off = { out, "  # ", true };
	const char *names[HG_PLUGIN_NAMES_MAX];
	uint32_t n = hg_plugin_list(path, names);

	hg_text_add(out, HG_STR("\n# Instances, in the order in which a request meets them. Each "
				"entry may also have:\n"));
	add_rows(&off, "  ", hg_plugin_entry_options, "use");
	add_line(&off, "  when:");
	add_rows(&off, "    ", hg_when_options, NULL);
	hg_text_add(out, HG_STR("plugins:\n"));
	for (size_t i = 0; i < 3; i++)
		add_plugin(out, by_default[i], true, path, faults);
	for (uint32_t i = 0; i < n; i++) {
		bool is_said = false;
		for (size_t k = 0; k < 3; k++)
			is_said |= strcmp(names[i], by_default[k]) == 0;
		if (!is_said)
			add_plugin(out, names[i], false, path, faults);
		hg_free((char *)names[i]);
	}
}

/* -- all of it --------------------------------------------------------------------------------- */

void hg_config_example(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out)
{
	const struct page page = { out, "", false };

	hg_text_add(out, hg_str(head));
	hg_text_add_char(out, '\n');
	add_rows(&page, "", hg_main_options, NULL);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++) {
		hg_text_printf(out, "\n%s:\n", sc->key);
		add_rows(&page, "  ", sc->rows, NULL);
	}
	add_credentials(out);
	add_listeners(out);
	add_upstreams(out);
	add_clients(out);
	add_plugins(plugin_path, faults, out);
}

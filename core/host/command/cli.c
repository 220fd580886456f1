#include "host/command/cli.h"

#include "base/log.h"
#include "host/ask/admin_command.h"
#include "host/command/config_command.h"
#include "host/host.h"
#include "host/host_inside.h"
#include "host/command/key_command.h"
#include "host/command/new_command.h"
#include "host/explain.h"
#include "host/loader/plugin_command.h"
#include <curl/curl.h>
#include <event2/event.h>
#include <hg/mem.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

static const char usage[] =
	"usage: hubgate [run] [--config FILE] [--demo] [--clock real|held|xN] [--plugin-path "
	"DIRS]\n"
	"       hubgate check [FILE] [--json] [--demo] [--plugin-path DIRS]\n"
	"       hubgate simulator [--bind ADDRESS] [--clock …] [--plugin-path DIRS]\n"
	"       hubgate status [--json] [--config FILE] [--socket PATH]\n"
	"       hubgate show WHAT [--limit N] [--filter TEXT] [--json] [--config FILE] [--socket "
	"PATH]\n"
	"       hubgate trace REQUEST-ID [--json] [--config FILE] [--socket PATH]\n"
	"       hubgate explain REQUEST-ID [--json] [--config FILE] [--socket PATH]\n"
	"       hubgate set log COMPONENT LEVEL [--config FILE] [--socket PATH]\n"
	"       hubgate set strategy NAME [--config FILE] [--socket PATH]\n"
	"       hubgate reload [--json] [--config FILE] [--socket PATH]\n"
	"       hubgate send /PATH [--config FILE] [--socket PATH]\n"
	"       hubgate key new NAME [--expires DATE] | key hash\n"
	"       hubgate key list | key revoke NAME [--config FILE] [--socket PATH]\n"
	"       hubgate plugin info FILE.so | plugin check FILE.so\n"
	"       hubgate plugin list [--config FILE] [--plugin-path DIRS]\n"
	"       hubgate plugin new NAME --kind route|phase|sink [--dir DIR]\n"
	"       hubgate config show [FILE] [--json] [--demo] [--plugin-path DIRS]\n"
	"       hubgate config diff OLD NEW [--json] [--plugin-path DIRS]\n"
	"       hubgate config schema [--config FILE] [--plugin-path DIRS]\n"
	"       hubgate config example | config options [PLUGIN] [--plugin-path DIRS]\n"
	"       hubgate version\n"
	"\n"
	"run        the gateway; without a file: 127.0.0.1:3001, cache, ratelimit and metrics\n"
	"  --demo   in front of a simulated GitHub: no account, no network\n"
	"check      everything but bind and connect; all mistakes, exit status 0 or 1\n"
	"simulator  the simulated GitHub alone\n"
	"status     how a running hubgate is, on one screen\n"
	"show       what it holds: requests, tickets, budgets, plugins, config …\n"
	"trace      the way of a request through hubgate, by its X-Request-Id\n"
	"explain    why a request waits, or waited: who is ahead, which budget, until when\n"
	"set log    what a component logs from now on: error, warn, info or debug\n"
	"set strategy  how budgets are spent until the next start: conservative, adaptive …\n"
	"reload     reads the configuration anew; exit status 1: the old one stays\n"
	"send       POST to the admin socket: /cache/flush, '/clock/advance?by=30s'\n"
	"key new    a key for a client, shown once, and its lines for the configuration\n"
	"key list   who has keys, until when, for what\n"
	"key revoke what to take out of the configuration, and whether NAME is still let in\n"
	"key hash   the hash of a key that comes on the standard input\n"
	"plugin info   what a plugin's file is and has: hooks, services, routes, options …\n"
	"plugin check  would it be loaded? exit status 0 or 1, and the reason\n"
	"plugin list   the plugins on the plugin path: name, version, file\n"
	"plugin new    a folder NAME with a plugin of that kind, its unit test and its build\n"
	"config show    every option, its value and where that comes from; secrets masked\n"
	"config diff    what a reload with NEW would change, and what needs a restart; exit\n"
	"               status 0 nothing, 1 something, 2 one of them can not be read\n"
	"config schema  the configuration as a JSON Schema, for editors\n"
	"config example a file with every option, help and default\n"
	"config options the same as tables in Markdown\n";

struct words { /* of the command line */
	const char *command;
	const char *subject; /* first word behind the command */
	const char *object;  /* the second; of `key`, `plugin` and `config` */
	const char *other;   /* the third; of `config diff` and `set` */
	const char *config, *plugin_path, *bind, *clock, *socket, *format, *expires, *limit,
		*filter, *kind, *dir;
	bool demo, json, help;
};

static const struct flag {
	const char *name;
	size_t offset;
	bool is_switch;
} flags[] = {
	{ "--config", offsetof(struct words, config), false },
	{ "-c", offsetof(struct words, config), false },
	{ "--plugin-path", offsetof(struct words, plugin_path), false },
	{ "--bind", offsetof(struct words, bind), false },
	{ "--clock", offsetof(struct words, clock), false },
	{ "--socket", offsetof(struct words, socket), false },
	{ "--format", offsetof(struct words, format), false },
	{ "--expires", offsetof(struct words, expires), false },
	{ "--limit", offsetof(struct words, limit), false },
	{ "--filter", offsetof(struct words, filter), false },
	{ "--kind", offsetof(struct words, kind), false },
	{ "--dir", offsetof(struct words, dir), false },
	{ "--demo", offsetof(struct words, demo), true },
	{ "--json", offsetof(struct words, json), true },
	{ "--help", offsetof(struct words, help), true },
	{ "-h", offsetof(struct words, help), true },
};

static int complain(const char *what, const char *word)
{
	fprintf(stderr, "hubgate: %s %s (hubgate --help says what there is)\n", what, word);
	return 1;
}

static const struct flag *find_flag(const char *word)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		size_t n = strlen(flags[i].name);
		bool joined = !flags[i].is_switch && word[n] == '=';
		if (strncmp(word, flags[i].name, n) == 0 && (!word[n] || joined))
			return &flags[i];
	}
	return NULL;
}

/* False: this command takes no further one. */
static bool put_word(struct words *w, const char *word)
{
	const char **places[] = { &w->command, &w->subject, &w->object, &w->other };
	uint32_t room = 2, n = 0;

	if (w->command && (strcmp(w->command, "key") == 0 || strcmp(w->command, "plugin") == 0))
		room = 3;
	if (w->command && strcmp(w->command, "set") == 0)
		room = 4;
	if (w->command && strcmp(w->command, "config") == 0)
		room = w->subject && strcmp(w->subject, "diff") == 0 ? 4 : 3;
	while (n < room && *places[n])
		n++;
	if (n < room)
		*places[n] = word;
	return n < room;
}

static int read_words(int argc, char **argv, struct words *w)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (word[0] != '-' || strcmp(word, "-V") == 0) {
			if (!put_word(w, word))
				return complain("one word too many:", word);
			continue;
		}
		const struct flag *f = strcmp(word, "--version") == 0 ? NULL : find_flag(word);
		if (strcmp(word, "--version") == 0 && !w->command) {
			w->command = "version";
		} else if (!f) {
			return complain("unknown option", word);
		} else if (f->is_switch) {
			*(bool *)((char *)w + f->offset) = true;
		} else {
			const char *value = strchr(word, '=');
			value = value ? value + 1 : i + 1 < argc ? argv[++i] : NULL;
			if (!value)
				return complain("no value for", word);
			*(const char **)((char *)w + f->offset) = value;
		}
	}
	return 0;
}

static const char *look(const char *name)
{
	return getenv(name);
}

static int read_wish(const struct words *w, struct hg_host_wish *wish)
{
	struct timespec now;
	uint64_t speed;

	clock_gettime(CLOCK_REALTIME, &now);
	wish->config = (struct hg_config_wish){ .file = w->config,
		.look = look,
		.plugin_path = w->plugin_path,
		.simulator_bind = w->bind,
		.wall_us = now.tv_sec * INT64_C(1000000),
		.mode = w->demo ? HG_CONFIG_DEMO : HG_CONFIG_RUN };
	if (!w->clock || strcmp(w->clock, "real") == 0) {
		wish->clock = HG_CLOCK_REAL;
	} else if (strcmp(w->clock, "held") == 0) {
		wish->clock = HG_CLOCK_HELD;
	} else if (w->clock[0] == 'x' && hg_parse_u64(hg_str(w->clock + 1), &speed) && speed > 0 &&
		   speed <= 100000) {
		wish->clock = HG_CLOCK_SCALED;
		wish->speed = (double)speed;
	} else {
		return complain("--clock is real, held or x60, not", w->clock);
	}
	return 0;
}

/* -- commands ---------------------------------------------------------------------------------- */

static int command_run(const struct words *w)
{
	struct hg_host_wish wish = { 0 };

	if (read_wish(w, &wish) != 0)
		return 1;
	if (w->subject)
		return complain("unexpected", w->subject);
	return hg_host_run(&wish);
}

static int command_simulator(const struct words *w)
{
	struct hg_host_wish wish = { 0 };
	struct hg_err err = HG_ERR_INIT;
	struct hg_address address;

	if (read_wish(w, &wish) != 0)
		return 1;
	if (w->subject || w->config)
		return complain("unexpected", w->subject ? w->subject : "--config");
	if (w->bind && hg_address_parse(hg_str(w->bind), &address, &err) < 0)
		return complain("--bind:", err.text);
	wish.config.mode = HG_CONFIG_SIMULATOR;
	return hg_host_run(&wish);
}

static int command_check(const struct words *w)
{
	const struct hg_core_routes core = { hg_strategy_routes, hg_explain_routes,
		hg_health_routes, hg_admin_routes, NULL };
	struct hg_host_wish wish = { 0 };
	struct hg_faults faults;
	struct hg_text text;

	if (read_wish(w, &wish) != 0)
		return 1;
	if (w->format && strcmp(w->format, "json") != 0 && strcmp(w->format, "text") != 0)
		return complain("--format is text or json, not", w->format);
	wish.config.file = w->subject ? w->subject : w->config;
	hg_host_raise_descriptors(); /* as the one that will run */
	hg_faults_init(&faults);
	struct hg_setup *s = hg_setup_new(hg_config_load(&wish.config, &faults), &core, 1, &faults);
	int status = s ? 0 : 1;
	if (w->json || (w->format && strcmp(w->format, "json") == 0)) {
		hg_text_init(&text);
		hg_faults_print_json(&faults, &text);
		puts(text.p);
		hg_text_fini(&text);
	} else {
		hg_faults_print(&faults, stderr);
		if (s)
			printf("%s is fine: %u plugin%s, %u listener%s\n",
				wish.config.file ? wish.config.file : "the built-in configuration",
				s->n, s->n == 1 ? "" : "s", s->config->n_listeners,
				s->config->n_listeners == 1 ? "" : "s");
	}
	hg_setup_free(s);
	hg_faults_fini(&faults);
	return status;
}

static int read_admin_wish(const struct words *w, struct hg_admin_wish *wish)
{
	struct hg_host_wish host = { 0 };

	if (read_wish(w, &host) != 0)
		return 1;
	*wish = (struct hg_admin_wish){ .config = host.config,
		.socket = w->socket,
		.json = w->json,
		.limit = w->limit,
		.filter = w->filter };
	return 0;
}

static int command_status(const struct words *w)
{
	struct hg_admin_wish wish;

	if (w->subject)
		return complain("unexpected", w->subject);
	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_status(&wish);
}

static int command_show(const struct words *w)
{
	struct hg_admin_wish wish;

	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_show(&wish, w->subject);
}

static int command_set(const struct words *w)
{
	struct hg_admin_wish wish;

	return read_admin_wish(w, &wish)
	               ? 1
	               : hg_admin_command_set(&wish, w->subject, w->object, w->other);
}

static int command_trace(const struct words *w)
{
	struct hg_admin_wish wish;

	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_trace(&wish, w->subject);
}

static int command_explain(const struct words *w)
{
	struct hg_admin_wish wish;

	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_explain(&wish, w->subject);
}

static int command_reload(const struct words *w)
{
	struct hg_admin_wish wish;

	if (w->subject)
		return complain("unexpected", w->subject);
	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_reload(&wish);
}

static int command_send(const struct words *w)
{
	struct hg_admin_wish wish;

	return read_admin_wish(w, &wish) ? 1 : hg_admin_command_send(&wish, w->subject);
}

static int command_key(const struct words *w)
{
	struct hg_admin_wish wish;

	if (read_admin_wish(w, &wish) != 0)
		return 1;
	if (w->subject && strcmp(w->subject, "list") == 0)
		return w->object ? complain("key list takes no", w->object)
		                 : hg_admin_command_keys(&wish);
	if (w->subject && strcmp(w->subject, "revoke") == 0)
		return hg_admin_command_revoke(&wish, w->object);
	if (w->subject && strcmp(w->subject, "new") == 0)
		return hg_key_command_new(
			w->object, w->expires, wish.config.wall_us, stdout, stderr);
	if (w->subject && strcmp(w->subject, "hash") == 0 && w->object)
		return complain("key hash reads the standard input, not", w->object);
	if (w->subject && strcmp(w->subject, "hash") == 0)
		return hg_key_command_hash(stdin, stdout, stderr);
	return complain(
		"key new, list, revoke or hash, not", w->subject ? w->subject : "key alone");
}

static int list_plugins(const struct words *w)
{
	struct hg_host_wish wish = { 0 };
	struct hg_faults faults;

	if (read_wish(w, &wish) != 0)
		return 1;
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&wish.config, &faults);
	int status = 1;
	if (faults.n_errors)
		hg_faults_print(&faults, stderr);
	else
		status = hg_plugin_command_list(
			&c->main.plugin_path, HG_PLUGIN_PATIENCE_MS, stdout, stderr);
	hg_config_free(c);
	hg_faults_fini(&faults);
	return status;
}

static int command_plugin(const struct words *w)
{
	const char *what = w->subject ? w->subject : "plugin alone";

	if (strcmp(what, "info") == 0)
		return hg_plugin_command_describe(w->object, HG_PLUGIN_PATIENCE_MS, stdout, stderr);
	if (strcmp(what, "check") == 0)
		return hg_plugin_command_check(w->object, HG_PLUGIN_PATIENCE_MS, stdout, stderr);
	if (strcmp(what, "list") == 0)
		return w->object ? complain("plugin list has no file:", w->object)
		                 : list_plugins(w);
	if (strcmp(what, "new") == 0)
		return hg_plugin_command_new(w->object, w->kind, w->dir, stdout, stderr);
	return complain("plugin info, check, list or new, not", what);
}

static int command_config(const struct words *w)
{
	struct hg_host_wish wish = { 0 };
	const char *what = w->subject ? w->subject : "config alone";

	if (read_wish(w, &wish) != 0)
		return 1;
	wish.config.wall_us = 0; /* what has expired is no matter here */
	if (strcmp(what, "schema") == 0 && w->object)
		return complain("config schema takes its file by --config, not", w->object);
	if (strcmp(what, "schema") == 0)
		return hg_config_command_schema(&wish.config, stdout, stderr);
	if (strcmp(what, "example") == 0 && w->object)
		return complain("config example has no file:", w->object);
	if (strcmp(what, "example") == 0)
		return hg_config_command_example(&wish.config, stdout, stderr);
	if (strcmp(what, "options") == 0)
		return hg_config_command_options(&wish.config, w->object, stdout, stderr);
	if (strcmp(what, "show") == 0) {
		wish.config.file = w->object ? w->object : w->config;
		return hg_config_command_show(&wish.config, w->json, stdout, stderr);
	}
	if (strcmp(what, "diff") == 0 && w->other)
		return hg_config_command_diff(
			&wish.config, w->object, w->other, w->json, stdout, stderr);
	if (strcmp(what, "diff") == 0) {
		complain("config diff needs two files:", "OLD NEW");
		return 2;
	}
	return complain("config show, diff, schema, example or options, not", what);
}

static int command_version(const struct words *w)
{
	int major, minor, patch;

	(void)w;
	yaml_get_version(&major, &minor, &patch);
	printf("hubgate %s, plugin ABI %u, compiler %s\n", HG_VERSION, HG_ABI, __VERSION__);
	printf("  libevent  compiled %s, running %s\n", LIBEVENT_VERSION, event_get_version());
	printf("  libcurl   compiled %s, running %s\n", LIBCURL_VERSION,
		curl_version_info(CURLVERSION_NOW)->version);
	printf("  OpenSSL   compiled %s, running %s\n", OPENSSL_VERSION_TEXT,
		OpenSSL_version(OPENSSL_VERSION));
	printf("  jansson   compiled %s, running %s\n", JANSSON_VERSION, jansson_version_str());
	printf("  libyaml   running %d.%d.%d\n", major, minor, patch);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const struct words *w);
} commands[] = {
	{ "run", command_run },
	{ "check", command_check },
	{ "simulator", command_simulator },
	{ "status", command_status },
	{ "show", command_show },
	{ "set", command_set },
	{ "trace", command_trace },
	{ "explain", command_explain },
	{ "reload", command_reload },
	{ "send", command_send },
	{ "key", command_key },
	{ "plugin", command_plugin },
	{ "config", command_config },
	{ "version", command_version },
	{ "-V", command_version },
};

int hg_cli(int argc, char **argv)
{
	struct words w = { 0 };

	if (read_words(argc, argv, &w) != 0)
		return 1;
	if (w.help) {
		fputs(usage, stdout);
		return 0;
	}
	if (!w.command)
		return command_run(&w);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w.command) == 0)
			return commands[i].run(&w);
	}
	return complain("unknown command", w.command);
}

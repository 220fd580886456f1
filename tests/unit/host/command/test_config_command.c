#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/config/config.h"
#include "host/command/config_command.h"
#include "host/loader/plugin.h"
#include <fcntl.h>
#include <hg/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files in a folder of their own; one plugin, whose table is accepted under an empty file's path.
 */

struct sample_conf {
	int64_t most;
	struct hg_option_list words;
	struct hg_secret *password;
	const char *note;
};

static const struct hg_option rows[] = {
	HG_INT(struct sample_conf, most, "7", "0", "9", 0, "How many."),
	HG_LIST(struct sample_conf, words, NULL, 0, "Words."),
	HG_SECRET(struct sample_conf, password, 0, "What nobody sees."),
	HG_STRING(struct sample_conf, note, NULL, 0, "A note."),
	{ 0 },
};

static char folder[] = "/tmp/hg-config-XXXXXX";
static char one[64], two[64], plugin[64];

struct said {
	char *out, *complaints;
	int status;
};

static const char *look(const char *name)
{
	if (strcmp(name, "GITHUB_REQUEST_TIMEOUT") == 0)
		return "20000";
	if (strcmp(name, "HOME") == 0)
		return "/home/nobody";
	return NULL;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct said run(const char *first, const char *second, bool json)
{
	const struct hg_config_wish wish = { .look = look, .plugin_path = folder, .file = one };
	struct said s = { 0 };
	size_t n_out, n_complaints;
	FILE *out = open_memstream(&s.out, &n_out);
	FILE *complaints = open_memstream(&s.complaints, &n_complaints);

	write_file(one, first);
	if (second)
		write_file(two, second);
	s.status = second ? hg_config_command_diff(&wish, one, two, json, out, complaints)
	                  : hg_config_command_show(&wish, json, out, complaints);
	fclose(out);
	fclose(complaints);
	return s;
}

static void free_said(struct said *s)
{
	free(s->out);
	free(s->complaints);
}

/* The line of this option, with one blank between its columns. */
static void expect_line(const struct said *s, const char *option, const char *wanted)
{
	size_t n = strlen(option), k = 0;
	const char *p = s->out;
	char got[256] = "";

	while (p && (strncmp(p, option, n) != 0 || p[n] != ' '))
		p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL;
	if (!p)
		print_error("%s is not in %s", option, s->out);
	assert_non_null(p);
	for (; *p && *p != '\n' && k < sizeof(got) - 1; p++)
		if (*p != ' ' || p[1] != ' ')
			got[k++] = *p;
	got[k] = 0;
	assert_string_equal(got, wanted);
}

static const char whole[] =
	"version: 1\n"
	"workers: 2\n"
	"listeners:\n"
	"- bind: 127.0.0.1:0\n"
	"http:\n"
	"  max_batch: 50\n"
	"  max_fields:\n"
	"credential:\n"
	"  token: ghp_inTheFile\n"
	"upstream: {user_agent: \"${env:HG_TEST_AGENT:-me}\"}\n"
	"upstreams:\n"
	"- name: ghes\n"
	"  base_url: https://ghe.example.com/api/v3\n"
	"  prefix: /ghes\n"
	"  credential: {token: \"${env:HG_TEST_TOKEN}\"}\n"
	"clients:\n"
	"- name: ci\n"
	"  key_hash: \"sha256:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9"
	"ce6749aec7dd\"\n"
	"plugins:\n"
	"- use: sample\n"
	"  password: hunter2\n"
	"  words: [\"$${x}\", \"${env:HG_TEST_TOKEN}\"]\n";

static void test_show(void **state)
{
	char wanted[256];

	(void)state;
	setenv("HG_TEST_TOKEN", "ghp_outside", 1);
	unsetenv("HG_TEST_AGENT");
	struct said s = run(whole, NULL, false);
	assert_string_equal(s.complaints, "");
	assert_int_equal(s.status, 0);
#define AT(option, line, rest)                                                    \
	snprintf(wanted, sizeof(wanted), "%s %s:%s %s", option, one, line, rest); \
	expect_line(&s, option, wanted)
	AT("workers", "2", "2");
	AT("http.max_batch", "6", "50");
	AT("credential.token", "9", "***");
	AT("upstream.user_agent", "10 env:HG_TEST_AGENT", "***");
	AT("upstreams[ghes].prefix", "14", "/ghes");
	AT("upstreams[ghes].credential.token", "15 env:HG_TEST_TOKEN", "***");
	AT("clients[ci].keys", "18", "1");
	AT("plugins", "20", "[\"sample\"]");
	AT("plugins[sample].password", "21", "***");
	AT("plugins[sample].words", "22 env:HG_TEST_TOKEN", "***");
#undef AT
	snprintf(wanted, sizeof(wanted), "plugin_path --plugin-path [\"%s\"]", folder);
	expect_line(&s, "plugin_path", wanted);
	free_said(&s);
}

static void test_origins(void **state)
{
	(void)state;
	struct said s = run(whole, NULL, false);
	expect_line(&s, "http.max_fields", "http.max_fields default 100");
	expect_line(&s, "upstream.total_timeout",
		"upstream.total_timeout environment GITHUB_REQUEST_TIMEOUT 20s");
	expect_line(&s, "plugins[sample].most", "plugins[sample].most default 7");
	expect_line(&s, "plugins[sample].note", "plugins[sample].note default -");
	free_said(&s);
	s = run("version: 1\nplugins: []\n", NULL, false);
	expect_line(&s, "listeners[127.0.0.1:3001].bind",
		"listeners[127.0.0.1:3001].bind default 127.0.0.1:3001");
	free_said(&s);
}

static void test_no_secret(void **state)
{
	static const char *const secrets[] = { "ghp_", "hunter2", "c781c0b4" };

	(void)state;
	setenv("HG_TEST_TOKEN", "ghp_outside", 1);
	for (int json = 0; json < 2; json++) {
		struct said s = run(whole, NULL, json);
		struct said d = run(whole, "version: 1\nplugins: []\n", json);
		assert_int_equal(s.status, 0);
		assert_int_equal(d.status, 1);
		for (int i = 0; i < 3; i++) {
			assert_null(strstr(s.out, secrets[i]));
			assert_null(strstr(d.out, secrets[i]));
		}
		free_said(&s);
		free_said(&d);
	}
}

static void test_show_mistakes(void **state)
{
	(void)state;
	struct said s = run("http: {max_batsh: 1}\nplugins: []\n", NULL, false);
	assert_int_equal(s.status, 1);
	assert_string_equal(s.out, "");
	assert_non_null(strstr(s.complaints, "did you mean \"max_batch\""));
	free_said(&s);
}

static const struct {
	const char *now, *wanted, *says;
	int status;
} diffs[] = {
	{ "", "version: 1\nhttp: {max_batch: 100}\n", "", 0 },
	{ "http: {max_batch: 5, head_timeout: 60s}\n", "http: {head_timeout: 1min}\n",
		"http.max_batch: 5 -> 100\n", 1 },
	{ "workers: 1\n", "workers: 2\nhttp: {read_only: true}\n",
		"workers: \"1\" -> \"2\" (needs a restart)\nhttp.read_only: false -> true\n", 1 },
	{ "credential: {token: ghp_a}\n", "credential: {token: ghp_b}\n",
		"credential.token: \"***\" -> \"***\" (another one)\n", 1 },
	{ "credential: {token: ghp_a}\n", "", "credential.token: \"***\" -> null\n", 1 },
	{ "", "listeners: [{bind: '127.0.0.1:0'}]\n",
		"listeners[127.0.0.1:0].bind: (none) -> \"127.0.0.1:0\"\n"
		"listeners[127.0.0.1:3001].bind: \"127.0.0.1:3001\" -> (none)\n",
		1 },
	{ "listeners: [{bind: '127.0.0.1:0'}, {bind: '127.0.0.1:1', serve: github}]\n",
		"listeners: [{bind: '127.0.0.1:1', serve: [github]}, {bind: '127.0.0.1:0'}]\n", "",
		0 },
	{ "http: {max_batsh: 1}\n", "", "", 2 },
	{ "", "http: {max_batsh: 1}\n", "", 2 },
};

static void test_diff(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(diffs) / sizeof(diffs[0]); i++) {
		char now[512], wanted[512];
		snprintf(now, sizeof(now), "%splugins: []\n", diffs[i].now);
		snprintf(wanted, sizeof(wanted), "%splugins: []\n", diffs[i].wanted);
		struct said s = run(now, wanted, false);
		assert_string_equal(s.out, diffs[i].says);
		assert_int_equal(s.status, diffs[i].status);
		free_said(&s);
	}
}

static void test_diff_of_plugins(void **state)
{
	(void)state;
	struct said s = run("plugins: [{use: sample, most: 3}, {use: sample, name: b}]\n",
		"plugins: [{use: sample, name: b, note: x}, {use: sample}]\n", false);
	assert_string_equal(s.out, "plugins: [\"sample\",\"b\"] -> [\"b\",\"sample\"]\n"
				   "plugins[b].note: null -> \"x\"\n"
				   "plugins[sample].most: 3 -> 7\n");
	assert_string_equal(s.complaints, ""); /* instances are made anew: no restart */
	free_said(&s);
}

static void test_diff_of_keys(void **state)
{
#define CLIENT(digit)                                    \
	"clients: [{name: ci, key_hash: \"sha256:" digit \
	"781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd\"}]\nplugins: []\n"
	(void)state;
	struct said s = run(CLIENT("c"), CLIENT("d"), false);
	assert_string_equal(s.out, "clients[ci].keys: 1 -> 1 (another one)\n");
	free_said(&s);
	s = run(CLIENT("c"), CLIENT("c"), false);
	assert_int_equal(s.status, 0);
	free_said(&s);
}

/* Each is found by its alias, wherever it stands in the list. */
static void test_diff_of_credentials(void **state)
{
	(void)state;
	static const char now[] = "plugins: []\ncredentials:\n- {alias: a, token: ghp_a}\n"
				  "- {alias: b, token: ghp_b, owners: [octo-org]}\n";
	static const char wanted[] = "plugins: []\ncredentials:\n- {alias: b, token: ghp_c}\n"
				     "- {alias: a, token: ghp_a}\n- {alias: c, token: ghp_d}\n";

	struct said s = run(now, wanted, false);
	assert_string_equal(s.out, "credentials[b].token: \"***\" -> \"***\" (another one)\n"
				   "credentials[b].owners: [\"octo-org\"] -> []\n"
				   "credentials[c].alias: (none) -> \"c\"\n"
				   "credentials[c].token: (none) -> \"***\"\n");
	free_said(&s);
}

static void test_diff_for_programs(void **state)
{
	(void)state;
	struct said s = run("workers: 1\nplugins: []\n", "workers: 2\nplugins: []\n", true);
	assert_string_equal(s.out, "[{\"option\":\"workers\",\"old\":\"1\",\"new\":\"2\","
				   "\"needs_restart\":true}]\n");
	assert_string_equal(
		s.complaints, "hubgate: a reload would be refused: 1 option needs a restart\n");
	free_said(&s);
}

static int set_up(void **state)
{
	static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
		.abi = HG_ABI,
		HG_PLUGIN_ROWS,
		.name = "sample",
		.self_size = 8,
		.conf_size = sizeof(struct sample_conf),
		.options = rows };
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(one, sizeof(one), "%s/one.yaml", folder);
	snprintf(two, sizeof(two), "%s/two.yaml", folder);
	snprintf(plugin, sizeof(plugin), "%s/sample.so", folder);
	close(open(plugin, O_CREAT | O_WRONLY, 0600));
	assert_non_null(hg_plugin_accept(&table, plugin, &err));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(one);
	unlink(two);
	unlink(plugin);
	rmdir(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_no_secret),
		cmocka_unit_test(test_show_mistakes),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_of_plugins),
		cmocka_unit_test(test_diff_of_keys),
		cmocka_unit_test(test_diff_of_credentials),
		cmocka_unit_test(test_diff_for_programs),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

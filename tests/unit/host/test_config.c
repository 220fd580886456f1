#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/secret.h"
#include "base/text.h"
#include "host/config.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Files are called t.yaml in a directory of the test's own, so that messages are always the same.
 */
static char home[64];

#define FURTHER "upstreams:\n- name: ghes\n  base_url: https://g/api/v3\n"

struct fixture {
	struct hg_config *config;
	struct hg_faults faults;
	struct hg_text said; /* all faults, one a line */
};

static const char *no_environment(const char *name)
{
	(void)name;
	return NULL;
}

static void load_as(struct fixture *f, const char *text, struct hg_config_wish wish)
{
	if (text) {
		int fd = open("t.yaml", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, text, strlen(text)), strlen(text));
		close(fd);
		wish.file = "t.yaml";
	}
	if (!wish.look)
		wish.look = no_environment;
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	f->config = hg_config_load(&wish, &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
}

static void load(struct fixture *f, const char *text)
{
	load_as(f, text, (struct hg_config_wish){ 0 });
}

static void drop(struct fixture *f)
{
	hg_config_free(f->config);
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
}

static void without_a_file_the_defaults_stand(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, NULL);
	assert_int_equal(f.faults.n, 0);
	const struct hg_config *c = f.config;
	assert_int_equal(c->n_listeners, 1);
	assert_string_equal(c->listeners[0].name, "127.0.0.1:3001");
	assert_true(c->listeners[0].serves_all);
	assert_int_equal(c->n_plugins, 3);
	assert_string_equal(c->plugins[0].entry.name, "metrics");
	assert_string_equal(c->plugins[1].entry.name, "cache");
	assert_string_equal(c->plugins[2].entry.name, "ratelimit");
	assert_true(c->workers >= 1 && c->workers <= 64);
	assert_string_equal(c->upstreams[0].base_url, "https://api.github.com");
	assert_int_equal(c->dispatch.max_requests_per_hour, 0);
	assert_null(c->upstreams[0].credential.token);
	assert_int_equal(c->simulator_listener, -1);
	drop(&f);
}

static void a_file_may_leave_out_listeners_and_plugins(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "http: {max_fields: 50}\n");
	assert_int_equal(f.faults.n, 0);
	assert_int_equal(f.config->http.max_fields, 50);
	assert_int_equal(f.config->n_plugins, 3);
	assert_int_equal(f.config->n_listeners, 1);
	drop(&f);
	load(&f, "plugins: []\n");
	assert_int_equal(f.faults.n, 0);
	assert_int_equal(f.config->n_plugins, 0);
	drop(&f);
}

static void a_whole_file_is_read(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "version: 1\nworkers: 3\nstate_dir: /var/tmp/x\nplugin_path: [/a, /b]\n"
		 "listeners:\n- {bind: '127.0.0.1:8080', serve: [github, numbers]}\n"
		 "- {bind: '[::1]:0'}\n- {bind: 'unix:/tmp/x.sock', serve: health}\n"
		 "admin: {bind: none}\nlog: {level: debug, format: json}\n"
		 "upstream: {base_url: 'https://ghe.example.com/api/v3', connect_timeout: 2s}\n"
		 "dispatch: {deadline: 30s, strategy: aggressive}\n"
		 "credential: {alias: ci, token: ghp_x}\n"
		 "plugins:\n- {use: metrics, name: numbers, anything: 1}\n- use: /opt/my-own.so\n");
	assert_string_equal(f.said.p ? f.said.p : "", "");
	const struct hg_config *c = f.config;
	assert_int_equal(c->workers, 3);
	assert_string_equal(c->main.state_dir, "/var/tmp/x");
	assert_int_equal(c->main.plugin_path.n, 2);
	assert_false(c->listeners[0].serves_all);
	assert_true(hg_listener_names(&c->listeners[0], "numbers"));
	assert_true(c->listeners[1].address.is_loopback);
	assert_true(c->listeners[2].address.is_unix);
	assert_false(c->has_admin);
	assert_int_equal(c->log.format, HG_LOG_JSON);
	assert_string_equal(c->dispatch.strategy, "aggressive");
	assert_true(hg_secret_is(c->upstreams[0].credential.token, HG_STR("ghp_x")));
	assert_string_equal(c->plugins[1].entry.name, "my-own");
	drop(&f);
}

struct mistake {
	const char *text, *said;
};

static const struct mistake mistakes[] = {
	/* the file as a whole */
	{ "version: 2\n", "t.yaml:1:10: version: 2 is above the largest value, 1" },
	{ "version: one\n", "t.yaml:1:10: version: expected a whole number, got \"one\"" },
	{ "listners: []\n", "t.yaml:1:1: listners: unknown option (did you mean \"listeners\"?)" },
	{ "pluginpath: []\n",
		"t.yaml:1:1: pluginpath: unknown option (did you mean \"plugin_path\"?)" },
	{ "wildly_wrong_key: 1\n", "t.yaml:1:1: wildly_wrong_key: unknown option" },
	{ "workers: 2\nworkers: 3\n", "t.yaml:2:1: \"workers\" is written twice, first on line 1" },
	{ "http: [1]\n", "t.yaml:1:7: http: expected a mapping of options, got a sequence" },
	{ "http: 1\n", "t.yaml:1:7: http: expected a mapping of options, got a single value" },
	{ "- a\n", "t.yaml:1:1: expected a mapping of options, got a sequence" },
	{ "a: [\n", "t.yaml:2:1: did not find expected node content while parsing a flow node" },
	/* top level */
	{ "workers: 0\n", "t.yaml:1:10: workers: expected auto or 1 to 64, got \"0\"" },
	{ "workers: 65\n", "t.yaml:1:10: workers: expected auto or 1 to 64, got \"65\"" },
	{ "workers: many\n", "t.yaml:1:10: workers: expected auto or 1 to 64, got \"many\"" },
	{ "workers: [1]\n", "t.yaml:1:10: workers: expected a single value, got a sequence" },
	{ "state_dir: var\n", "t.yaml:1:12: state_dir: must be an absolute path" },
	{ "offload_threads: 0\n",
		"t.yaml:1:18: offload_threads: 0 is below the smallest value, 1" },
	{ "max_series: -1\n", "t.yaml:1:13: max_series: -1 is below the smallest value, 10" },
	{ "drain_timeout: 5\n", "t.yaml:1:16: drain_timeout: expected a duration (250ms, 10min, "
				"1d), got \"5\"" },
	/* sections */
	{ "log: {level: loud}\n",
		"t.yaml:1:14: log.level: expected one of error, warn, info, debug, got \"loud\"" },
	{ "log: {level: warning}\n",
		"t.yaml:1:14: log.level: expected one of error, warn, info, debug, got "
		"\"warning\" (did you mean \"warn\"?)" },
	{ "log: {format: xml}\n", "t.yaml:1:15: log.format: expected one of text, json, got "
				  "\"xml\"" },
	{ "http:\n  max_head_bytes: 1\n", "t.yaml:2:19: http.max_head_bytes: expected a size "
					  "(64KiB, 256MiB), got \"1\"" },
	{ "http:\n  max_head_bytes: 1B\n",
		"t.yaml:2:19: http.max_head_bytes: 1B is below the smallest value, 1KiB" },
	{ "http:\n  head_timeout: 1d\n",
		"t.yaml:2:17: http.head_timeout: 1d is above the largest value, 10min" },
	{ "http:\n  max_feilds: 10\n",
		"t.yaml:2:3: http.max_feilds: unknown option (did you mean \"max_fields\"?)" },
	{ "http:\n  passthrough: perhaps\n",
		"t.yaml:2:16: http.passthrough: expected true or false, got \"perhaps\"" },
	{ "http:\n  public_urls: {a: b}\n",
		"t.yaml:2:16: http.public_urls: expected a sequence of values, got a mapping" },
	{ "http:\n  public_urls: ['https://hub.example.com/', hub.example.com]\n",
		"t.yaml:2:45: http.public_urls: expected what clients write, "
		"https://hub.example.com:3443, got \"hub.example.com\"" },
	{ "http:\n  public_urls: http://\n",
		"t.yaml:2:16: http.public_urls: expected what clients write, "
		"https://hub.example.com:3443, got \"http://\"" },
	{ "dispatch:\n  deadline: 1m\n", "t.yaml:2:13: dispatch.deadline: expected a duration "
					 "(250ms, 10min, 1d), got \"1m\"" },
	{ "dispatch:\n  retries: 11\n",
		"t.yaml:2:12: dispatch.retries: 11 is above the largest value, 10" },
	{ "dispatch:\n  max_concurrent: 101\n",
		"t.yaml:2:19: dispatch.max_concurrent: 101 is above the largest value, 100" },
	{ "credential: {tokn: x}\n",
		"t.yaml:1:14: credential.tokn: unknown option (did you mean \"token\"?)" },
	{ "credential: {token: '${file:/nonexistent/t}'}\n",
		"t.yaml:1:21: credential.token: ${file:/nonexistent/t}: No such file or "
		"directory" },
	{ "credential:\n  token: \"ghp_x\\r\\nX-Evil: 1\"\n",
		"t.yaml:2:10: credential.token: has a blank, newline or other byte that no token "
		"has" },
	{ "credential: {token: 'two words'}\n",
		"t.yaml:1:21: credential.token: has a blank, newline or other byte that no token "
		"has" },
	/* upstream */
	{ "upstream:\n  base_url: api.github.com\n",
		"t.yaml:2:13: upstream.base_url: expected an https:// URL (http:// "
		"for a loopback address only)" },
	{ "upstream:\n  base_url: https://\n",
		"t.yaml:2:13: upstream.base_url: expected an https:// URL (http:// "
		"for a loopback address only)" },
	{ "upstream:\n  base_url: http://api.github.com\n",
		"t.yaml:2:13: upstream.base_url: http:// would send tokens in the clear: write "
		"https:// (http:// is for loopback)" },
	{ "upstream:\n  base_url: http://localhost.evil.com/\n",
		"t.yaml:2:13: upstream.base_url: http:// would send tokens in the clear: write "
		"https:// (http:// is for loopback)" },
	{ "upstream:\n  base_url: http://127.evil.com/\n",
		"t.yaml:2:13: upstream.base_url: http:// would send tokens in the clear: write "
		"https:// (http:// is for loopback)" },
	{ "upstream:\n  base_url: https://me:pw@ghe.example.com/api/v3\n",
		"t.yaml:2:13: upstream.base_url: a URL with a name or password: tokens go into "
		"credential.token" },
	{ "upstream:\n  graphql_url: https://ghe.example.com/?x=1\n",
		"t.yaml:2:16: upstream.graphql_url: a base has no query, fragment or blank" },
	/* upstreams */
	{ "upstreams: ghes\n", "t.yaml:1:12: upstreams: expected a sequence" },
	{ "upstreams: [x]\n", "t.yaml:1:13: upstreams[0]: expected a mapping, got a single value" },
	{ "upstreams:\n- base_url: https://g/api/v3\n  prefix: /g\n",
		"t.yaml:2:3: upstreams[0].name: must be set: Its name in logs, metrics, `show` and "
		"`clients:`; \"main\" is that of `upstream:`." },
	{ FURTHER "  prefix: /g\n  nme: x\n",
		"t.yaml:5:3: upstreams[0].nme: unknown option (did you mean \"name\"?)" },
	{ "upstreams:\n- name: main\n  base_url: https://g/api/v3\n  prefix: /g\n",
		"t.yaml:2:3: upstreams[0].credential.alias: \"main\" is the alias of another "
		"upstream's credential\n"
		"t.yaml:2:9: upstreams[0].name: \"main\" is the name of another upstream" },
	{ "upstreams:\n- name: Big One\n  base_url: https://g/api/v3\n  prefix: /g\n",
		"t.yaml:2:9: upstreams[0].name: is no name: lower-case letters, digits, - _ and ., "
		"31 at most" },
	{ "upstreams:\n- name: g\n  prefix: /g\n",
		"t.yaml:2:3: upstreams[0].base_url: is required: https://ghe.example.com/api/v3, "
		"https://api.TENANT.ghe.com" },
	{ FURTHER "  base_url: http://ghe.example.com\n  prefix: /g\n",
		"t.yaml:4:3: \"base_url\" is written twice, first on line 3" },
	{ FURTHER,
		"t.yaml:2:3: upstreams[0]: needs `prefix` or `hosts`: nothing says which requests "
		"are for it" },
	{ FURTHER "  prefix: g\n",
		"t.yaml:4:11: upstreams[0].prefix: expected /name, of letters, digits, - and _, "
		"without a slash at its end" },
	{ FURTHER "  prefix: /g/\n",
		"t.yaml:4:11: upstreams[0].prefix: expected /name, of letters, digits, - and _, "
		"without a slash at its end" },
	{ FURTHER "  prefix: /%67\n",
		"t.yaml:4:11: upstreams[0].prefix: expected /name, of letters, digits, - and _, "
		"without a slash at its end" },
	{ FURTHER "  prefix: /repos/x\n",
		"t.yaml:4:11: upstreams[0].prefix: /repos/x begins like paths of GitHub's or of "
		"hubgate's own: choose another word" },
	{ FURTHER "  prefix: /api\n",
		"t.yaml:4:11: upstreams[0].prefix: /api begins like paths of GitHub's or of "
		"hubgate's own: choose another word" },
	{ FURTHER "  hosts: [https://ghe.example.com]\n",
		"t.yaml:4:10: upstreams[0].hosts: \"https://ghe.example.com\" is no host name "
		"(without a scheme and a port)" },
	{ FURTHER "  hosts: a.example\n  credential: {token: 'two words'}\n",
		"t.yaml:5:23: upstreams[0].credential.token: has a blank, newline or other byte "
		"that no token has" },
	{ FURTHER "  prefix: /g\n- name: h\n  base_url: https://h\n  prefix: /g/h\n",
		"t.yaml:7:11: upstreams[1].prefix: /g/h and /g of the upstream ghes: one is within "
		"the other" },
	{ FURTHER "  hosts: x\n- name: h\n  base_url: https://h\n  hosts: [y, X]\n",
		"t.yaml:7:10: upstreams[1].hosts: X means the upstream ghes already" },
	/* admin */
	{ "admin: {bind: '127.0.0.1:1'}\n",
		"t.yaml:1:15: admin.bind: must be unix:/path (mode 0600 guards it) or none" },
	{ "admin: {bind: 'unix:x'}\n", "t.yaml:1:15: admin.bind: unix: needs an absolute path" },
	/* listeners */
	{ "listeners: 3001\n", "t.yaml:1:12: listeners: expected a sequence, got a single value" },
	{ "listeners: []\n", "t.yaml:1:12: listeners: must name at least one" },
	{ "listeners: [x]\n",
		"t.yaml:1:13: listeners[0]: expected a mapping of options, got a single value" },
	{ "listeners: [{serve: github}]\n",
		"t.yaml:1:13: listeners[0].bind: must be set: 127.0.0.1:3001, [::1]:3001 or "
		"unix:/path; port 0 = any free one." },
	{ "listeners:\n- bind: 3001\n",
		"t.yaml:2:9: listeners[0]: bind: expected 127.0.0.1:3001, [::1]:3001 or "
		"unix:/path, got \"3001\"" },
	{ "listeners:\n- bind: 127.0.0.1:99999\n",
		"t.yaml:2:9: listeners[0]: bind: expected 127.0.0.1:3001, [::1]:3001 or "
		"unix:/path, got \"127.0.0.1:99999\"" },
	{ "listeners:\n- bind: localhost:3001\n",
		"t.yaml:2:9: listeners[0]: bind: expected 127.0.0.1:3001, [::1]:3001 or "
		"unix:/path, got \"localhost:3001\"" },
	{ "listeners:\n- bind: 0.0.0.0:3001\n",
		"t.yaml:2:9: listeners[0]: bind: 0.0.0.0:3001 is not loopback: without TLS and "
		"keys, whoever reaches it could spend your token; bind 127.0.0.1, [::1] or "
		"unix:/path, or set `tls:` and `clients:` (or tls.client_ca)" },
	{ "listeners:\n- bind: 0.0.0.0:3001\n  tls: {cert: c, key: k}\n",
		"t.yaml:2:9: listeners[0]: bind: 0.0.0.0:3001 is not loopback: without TLS and "
		"keys, whoever reaches it could spend your token; bind 127.0.0.1, [::1] or "
		"unix:/path, or set `tls:` and `clients:` (or tls.client_ca)" },
	{ "listeners:\n- bind: 0.0.0.0:3001\n"
	  "  tls: {cert: c, key: k, client_ca: a, client: optional}\n",
		"t.yaml:2:9: listeners[0]: bind: 0.0.0.0:3001 is not loopback: without TLS and "
		"keys, whoever reaches it could spend your token; bind 127.0.0.1, [::1] or "
		"unix:/path, or set `tls:` and `clients:` (or tls.client_ca)" },
	{ "listeners:\n- bind: '[::]:3001'\n",
		"t.yaml:2:9: listeners[0]: bind: [::]:3001 is not loopback: without TLS and keys, "
		"whoever reaches it could spend your token; bind 127.0.0.1, [::1] or unix:/path, "
		"or set `tls:` and `clients:` (or tls.client_ca)" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  tls: yes\n",
		"t.yaml:3:8: listeners[0].tls: expected a mapping with `cert:` and `key:`, got a "
		"single value" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  tls: {cert: c}\n",
		"t.yaml:3:8: listeners[0].tls.key: must be set: PEM file: its key, without a "
		"passphrase." },
	{ "listeners:\n- bind: 127.0.0.1:1\n  tls: {cert: c, key: k, min: 1.1}\n",
		"t.yaml:3:31: listeners[0].tls.min: expected one of 1.2, 1.3, got \"1.1\" "
		"(did you mean \"1.2\"?)" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  tls: {cert: c, key: k, client: optional}\n",
		"t.yaml:3:34: listeners[0].tls: client: needs client_ca, the file that says who "
		"may sign their certificates" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  proxy_protocol: true\n",
		"t.yaml:3:19: listeners[0]: proxy_protocol: needs `trusted`, the addresses of the "
		"proxies that may name a client" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  trusted: [10.0.0.0/8]\n",
		"t.yaml:3:12: listeners[0]: trusted: needs proxy_protocol" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  proxy_protocol: true\n  trusted: [10.0.0.1/8]\n",
		"t.yaml:4:12: listeners[0]: trusted: expected an address or a range (10.0.0.0/8, "
		"fd00::/8), got \"10.0.0.1/8\"" },
	{ "listeners:\n- bind: unix:/x\n  tls: {cert: c, key: k}\n",
		"t.yaml:3:8: listeners[0].tls: a Unix socket is guarded by its mode and speaks no "
		"TLS" },
	{ "listeners:\n- bind: 127.0.0.1:1\n- bind: 127.0.0.1:1\n",
		"t.yaml:3:9: listeners[1]: bind: 127.0.0.1:1 is written twice" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  serve: [githup]\n",
		"t.yaml:3:10: listeners[0]: serve: \"githup\" is neither github, health nor an "
		"instance of `plugins:` (did you mean \"github\"?)" },
	{ "listeners:\n- bind: 127.0.0.1:1\n  sreve: [github]\n",
		"t.yaml:3:3: listeners[0].sreve: unknown option (did you mean \"serve\"?)" },
	/* plugins */
	{ "plugins: {use: cache}\n", "t.yaml:1:10: plugins: expected a sequence, got a mapping" },
	{ "plugins: [cache]\n",
		"t.yaml:1:11: plugins[0]: expected a mapping with `use:`, got a single value" },
	{ "plugins: [{name: x}]\n",
		"t.yaml:1:11: plugins[0].use: must be set: The plugin's file, without .so." },
	{ "plugins: [{use: cache, name: My Cache}]\n",
		"t.yaml:1:30: plugins[0]: \"My Cache\" is no name: lower-case letters, digits, - "
		"and _, 40 at most" },
	{ "plugins: [{use: cache, name: front}]\n",
		"t.yaml:1:30: plugins[0]: \"front\" is a name of hubgate's own: give the instance "
		"another `name:`" },
	{ "plugins: [{use: cache}, {use: cache}]\n",
		"t.yaml:1:31: plugins[1]: \"cache\" is the name of plugins[0] already: give one "
		"of them another `name:`" },
	{ "plugins: [{use: [a]}]\n",
		"t.yaml:1:17: plugins[0].use: expected a single value, got a sequence" },
	/* several at once */
	{ "workers: 0\nhttp: {max_fields: 0}\nplugins: [x]\n",
		"t.yaml:1:10: workers: expected auto or 1 to 64, got \"0\"\n"
		"t.yaml:2:20: http.max_fields: 0 is below the smallest value, 1\n"
		"t.yaml:3:11: plugins[0]: expected a mapping with `use:`, got a single value" },
};

static void each_mistake_is_said_where_it_stands(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct fixture f;
		load(&f, mistakes[i].text);
		assert_string_equal(f.said.p ? f.said.p : "", mistakes[i].said);
		assert_true(f.faults.n_errors > 0);
		drop(&f);
	}
}

static void elsewhere_is_listened_with_tls_and_keys_or_certificates(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"listeners:\n- bind: 0.0.0.0:1\n  tls: {cert: c, key: k, client_ca: a}\n",
		"listeners:\n- bind: 0.0.0.0:1\n  tls: {cert: c, key: k}\n"
		"clients:\n- name: ci\n  key_hash: \"sha256:"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n",
	};

	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		load(&f, texts[i]);
		assert_string_equal(f.said.p ? f.said.p : "", "");
		assert_true(f.config->listeners[0].address.is_tls);
		drop(&f);
	}
}

static void a_listener_may_have_any_free_port_twice(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "listeners:\n- bind: 127.0.0.1:0\n- bind: 127.0.0.1:0\n");
	assert_int_equal(f.faults.n, 0);
	assert_string_equal(f.config->listeners[0].name, "127.0.0.1:0");
	assert_string_equal(f.config->listeners[1].name, "127.0.0.1:0#2");
	drop(&f);
}

static void a_demonstration_adds_the_simulator(void **state)
{
	(void)state;
	struct fixture f;

	load_as(&f, NULL, (struct hg_config_wish){ .mode = HG_CONFIG_DEMO });
	assert_int_equal(f.faults.n, 0);
	const struct hg_config *c = f.config;
	assert_int_equal(c->n_plugins, 4);
	assert_string_equal(c->plugins[3].entry.name, "simulator");
	assert_true(c->listeners[1].address.is_unix); /* for gh */
	assert_int_equal(c->simulator_listener, 2);
	assert_true(hg_listener_names(&c->listeners[2], "simulator"));
	assert_non_null(c->upstreams[0].credential.token);
	drop(&f);
	/* who says where it listens has no other doors */
	load_as(&f, "listeners: [{bind: 127.0.0.1:0}]\n",
		(struct hg_config_wish){ .mode = HG_CONFIG_DEMO });
	assert_int_equal(f.config->n_listeners, 2);
	assert_int_equal(f.config->simulator_listener, 1);
	drop(&f);
}

static const char *real_token(const char *name)
{
	if (strcmp(name, "GITHUB_TOKEN") == 0)
		return "ghp_real";
	return strcmp(name, "GITHUB_BASE_URL") == 0 ? "https://ghe.example.com/api/v3" : NULL;
}

static void a_demonstration_leaves_the_real_token_alone(void **state)
{
	(void)state;
	struct fixture f;

	load_as(&f, NULL, (struct hg_config_wish){ .mode = HG_CONFIG_DEMO, .look = real_token });
	assert_int_equal(f.faults.n, 0);
	assert_false(hg_secret_is(f.config->upstreams[0].credential.token, HG_STR("ghp_real")));
	assert_string_equal(f.config->upstreams[0].base_url, "https://api.github.com");
	drop(&f);
	load_as(&f, NULL, (struct hg_config_wish){ .look = real_token });
	assert_true(hg_secret_is(f.config->upstreams[0].credential.token, HG_STR("ghp_real")));
	assert_string_equal(f.config->upstreams[0].base_url, "https://ghe.example.com/api/v3");
	drop(&f);
}

static void the_simulator_alone_is_one_plugin_on_one_listener(void **state)
{
	(void)state;
	struct fixture f;

	load_as(&f, NULL,
		(struct hg_config_wish){
			.mode = HG_CONFIG_SIMULATOR, .simulator_bind = "[::1]:0" });
	assert_int_equal(f.faults.n, 0);
	assert_int_equal(f.config->n_plugins, 1);
	assert_int_equal(f.config->n_listeners, 1);
	assert_string_equal(f.config->listeners[0].name, "[::1]:0");
	assert_false(f.config->has_admin);
	drop(&f);
}

static void the_plugin_path_of_the_command_line_wins(void **state)
{
	(void)state;
	struct fixture f;

	load_as(&f, "plugin_path: [/a]\n", (struct hg_config_wish){ .plugin_path = "/x:/y/z:" });
	assert_int_equal(f.config->main.plugin_path.n, 2);
	assert_string_equal(f.config->main.plugin_path.items[1], "/y/z");
	drop(&f);
}

static void a_change_that_needs_a_restart_is_named(void **state)
{
	(void)state;
	struct hg_faults faults;
	struct fixture a, b;

	load(&a, "workers: 1\nhttp: {max_fields: 20}\n");
	load(&b, "http: {max_fields: 30}\nworkers: 2\nadmin: {bind: none}\n");
	hg_faults_init(&faults);
	hg_config_compare(a.config, b.config, &faults);
	assert_int_equal(faults.n, 2);
	assert_int_equal(faults.items[0].place.line, 2);
	assert_int_equal(faults.items[0].place.col, 10);
	assert_string_equal(faults.items[0].path, "workers");
	assert_string_equal(faults.items[0].message, "has changed, and that needs a restart");
	assert_string_equal(faults.items[1].path, "admin.bind");
	hg_faults_fini(&faults);
	drop(&a);
	drop(&b);
}

static void showing_it_hides_the_token(void **state)
{
	(void)state;
	struct hg_text out;
	struct fixture f;

	load(&f, "credential: {token: ghp_verysecret}\n");
	hg_text_init(&out);
	hg_config_print(f.config, &out);
	assert_null(strstr(out.p, "verysecret"));
	assert_non_null(strstr(out.p, "\"credential\":{\"alias\":\"main\",\"token\":\"***\"}"));
	hg_text_fini(&out);
	drop(&f);
}

static void showing_it_hides_the_password_of_a_proxy(void **state)
{
	(void)state;
	struct hg_text out;
	struct fixture f;

	load(&f, "upstream: {proxy: \"http://me:p@ss/w@proxy.example:3128\"}\n");
	assert_non_null(f.config);
	hg_text_init(&out);
	hg_config_print(f.config, &out);
	assert_null(strstr(out.p, "p@ss"));
	assert_null(strstr(out.p, "me:"));
	hg_text_fini(&out);
	drop(&f);
	load(&f, "upstream: {proxy: \"http://me:pass@proxy.example:3128\"}\n");
	hg_text_init(&out);
	hg_config_print(f.config, &out);
	assert_non_null(strstr(out.p, "\"proxy\":\"http://proxy.example:3128\""));
	hg_text_fini(&out);
	drop(&f);
}

static int enter_home(void **state)
{
	(void)state;
	snprintf(home, sizeof(home), "/tmp/hg-test-XXXXXX");
	return mkdtemp(home) && chdir(home) == 0 ? 0 : -1;
}

static int leave_home(void **state)
{
	(void)state;
	(void)unlink("t.yaml");
	return chdir("/") == 0 && rmdir(home) == 0 ? 0 : -1;
}

static void a_tenants_uploads_have_a_host_of_their_own(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "upstream: {base_url: 'https://api.acme.ghe.com/'}\n"
		 "upstreams:\n- {name: a, prefix: /a, base_url: 'https://api.github.com'}\n"
		 "- {name: b, prefix: /b, base_url: 'https://api.b.ghe.com', uploads_url: "
		 "'https://u.example'}\n");
	assert_string_equal(f.said.n ? f.said.p : "", "");
	assert_int_equal(f.config->n_upstreams, 3);
	assert_string_equal(f.config->upstreams[0].uploads_url, "https://uploads.acme.ghe.com");
	assert_null(f.config->upstreams[1].uploads_url);
	assert_string_equal(f.config->upstreams[2].uploads_url, "https://u.example");
	assert_string_equal(f.config->upstreams[2].credential.alias, "b");
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_the_defaults_stand),
		cmocka_unit_test(a_file_may_leave_out_listeners_and_plugins),
		cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(a_tenants_uploads_have_a_host_of_their_own),
		cmocka_unit_test(each_mistake_is_said_where_it_stands),
		cmocka_unit_test(elsewhere_is_listened_with_tls_and_keys_or_certificates),
		cmocka_unit_test(a_listener_may_have_any_free_port_twice),
		cmocka_unit_test(a_demonstration_adds_the_simulator),
		cmocka_unit_test(a_demonstration_leaves_the_real_token_alone),
		cmocka_unit_test(the_simulator_alone_is_one_plugin_on_one_listener),
		cmocka_unit_test(the_plugin_path_of_the_command_line_wins),
		cmocka_unit_test(a_change_that_needs_a_restart_is_named),
		cmocka_unit_test(showing_it_hides_the_token),
		cmocka_unit_test(showing_it_hides_the_password_of_a_proxy),
	};
	return cmocka_run_group_tests(tests, enter_home, leave_home);
}

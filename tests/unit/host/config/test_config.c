#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/secret.h"
#include "base/text.h"
#include "host/config/config.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Files are called t.yaml in a directory of the test's own, so that messages are always the same.
 */
static char home[64];

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
	assert_null(c->upstreams[0].credentials[0].token);
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
		 "secondary: {cpu: 5s, content_a_minute: 0}\n"
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
	assert_int_equal(c->secondary.cpu_us, 5000000);
	assert_int_equal(c->secondary.content_a_minute, 0);
	assert_int_equal(c->secondary.route_points, 850);
	assert_true(hg_secret_is(c->upstreams[0].credentials[0].token, HG_STR("ghp_x")));
	assert_string_equal(c->plugins[1].entry.name, "my-own");
	drop(&f);
}

/* tests/mistakes/config: a configuration, and behind "=>" what is said of it. */
static bool next_mistake(FILE *file, struct hg_text *text, struct hg_text *said)
{
	char *line = NULL;
	size_t room = 0;

	text->n = said->n = 0;
	while (getline(&line, &room, file) > 0) {
		if (line[0] == '#')
			continue;
		if (line[0] == '\n' && text->n)
			break;
		if (strncmp(line, "  => ", 5) == 0)
			hg_text_add(said, hg_str(line + 5));
		else if (line[0] != '\n')
			hg_text_add(text, hg_str(line));
	}
	free(line);
	return text->n;
}

static void each_mistake_is_said_where_it_stands(void **state)
{
	(void)state;
	FILE *file = fopen(HG_TEST_MISTAKES "/config", "r");
	struct hg_text text, said;
	uint32_t n = 0;

	assert_non_null(file);
	hg_text_init(&text);
	hg_text_init(&said);
	while (next_mistake(file, &text, &said)) {
		struct fixture f;
		load(&f, text.p);
		hg_text_add_char(&f.said, '\n');
		assert_string_equal(f.said.p, said.p);
		assert_true(f.faults.n_errors > 0);
		drop(&f);
		n++;
	}
	assert_true(n >= 150);
	hg_text_fini(&text);
	hg_text_fini(&said);
	(void)fclose(file);
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
	assert_non_null(c->upstreams[0].credentials[0].token);
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
	assert_false(hg_secret_is(f.config->upstreams[0].credentials[0].token, HG_STR("ghp_real")));
	assert_string_equal(f.config->upstreams[0].base_url, "https://api.github.com");
	drop(&f);
	load_as(&f, NULL, (struct hg_config_wish){ .look = real_token });
	assert_true(hg_secret_is(f.config->upstreams[0].credentials[0].token, HG_STR("ghp_real")));
	assert_string_equal(f.config->upstreams[0].base_url, "https://ghe.example.com/api/v3");
	drop(&f);
}

static void a_demonstration_takes_the_credentials_of_its_file(void **state)
{
	static const char *const texts[] = { "credential: {token: ghp_x}\n",
		"credentials:\n- {alias: a, token: ghp_x, identity: i}\n"
		"- {alias: b, token: ghp_y, identity: i}\n" };

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct fixture f;
		load_as(&f, texts[i], (struct hg_config_wish){ .mode = HG_CONFIG_DEMO });
		assert_int_equal(f.faults.n, 0);
		const struct hg_upstream_conf *u = &f.config->upstreams[0];
		assert_int_equal(u->n_credentials, i + 1);
		assert_true(hg_secret_is(u->credentials[0].token, HG_STR("ghp_x")));
		drop(&f);
	}
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
	assert_non_null(strstr(out.p, "\"credential\":{\"alias\":\"main\",\"token\":\"***\","));
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
	assert_string_equal(f.config->upstreams[2].credentials[0].alias, "b");
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
		cmocka_unit_test(a_demonstration_takes_the_credentials_of_its_file),
		cmocka_unit_test(the_simulator_alone_is_one_plugin_on_one_listener),
		cmocka_unit_test(the_plugin_path_of_the_command_line_wins),
		cmocka_unit_test(a_change_that_needs_a_restart_is_named),
		cmocka_unit_test(showing_it_hides_the_token),
		cmocka_unit_test(showing_it_hides_the_password_of_a_proxy),
	};
	return cmocka_run_group_tests(tests, enter_home, leave_home);
}

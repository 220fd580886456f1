#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/secret.h"
#include "base/text.h"
#include "host/config/credentials.h"
#include "host/config/upstreams.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	struct hg_keep keep;
	struct hg_faults faults;
	struct hg_upstream_conf *upstreams;
	uint32_t n;
	struct hg_node *root;
	struct hg_text said;
};

static void load(struct fixture *f, const char *text)
{
	*f = (struct fixture){ .upstreams = calloc(HG_UPSTREAMS_MAX, sizeof(*f->upstreams)) };
	hg_keep_init(&f->keep);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	f->root = hg_yaml_parse(&f->keep.arena, "t.yaml", hg_str(text), &f->faults);
	assert_non_null(f->root);
	f->n = hg_upstreams_read(f->upstreams, f->root, &f->keep, &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
	hg_text_add(&f->said, HG_STR(""));
}

static void drop(struct fixture *f)
{
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
	hg_keep_fini(&f->keep);
	free(f->upstreams);
}

static const char *said(const struct fixture *f)
{
	return f->said.n ? f->said.p : "";
}

/* -- keys -------------------------------------------------------------------------------------- */

/* As the scalar of a YAML file in double quotes. */
static void add_pem(struct hg_text *out, EVP_PKEY *pkey, bool is_public, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;

	if (is_public)
		PEM_write_bio_PUBKEY(bio, pkey);
	else
		PEM_write_bio_PrivateKey(bio, pkey, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0,
			NULL, (void *)passphrase);
	long n = BIO_get_mem_data(bio, &pem);
	for (long i = 0; i < n; i++)
		hg_text_add(out, pem[i] == '\n' ? HG_STR("\\n") : (struct hg_str){ pem + i, 1 });
	BIO_free(bio);
}

/* The App's `credential:` with such a key. */
static void load_app(struct fixture *f, EVP_PKEY *pkey, bool is_public, const char *passphrase)
{
	struct hg_text text;

	hg_text_init(&text);
	hg_text_add(&text, HG_STR("credential:\n  app_id: Iv1.8a61f9b3a7aba766\n"
				  "  app_installation: 4711\n  app_repositories: [a, b.c]\n"
				  "  app_permissions: {issues: read, pull_requests: write}\n"
				  "  app_private_key: \""));
	add_pem(&text, pkey, is_public, passphrase);
	hg_text_add(&text, HG_STR("\"\n"));
	load(f, text.p);
	hg_text_fini(&text);
	EVP_PKEY_free(pkey);
}

static void an_app_is_read(void **state)
{
	struct fixture f;

	(void)state;
	load_app(&f, EVP_RSA_gen(2048), false, NULL);
	assert_string_equal(said(&f), "");
	const struct hg_app_conf *app = &f.upstreams[0].credentials[0].app;
	assert_string_equal(app->id, "Iv1.8a61f9b3a7aba766");
	assert_int_equal(app->installation, 4711);
	assert_non_null(app->key);
	assert_int_equal(app->repositories.n, 2);
	assert_string_equal(app->permissions.keys[1], "pull_requests");
	assert_string_equal(app->permissions.values[1], "write");
	assert_null(f.upstreams[0].credentials[0].token);
	drop(&f);
}

static void a_key_that_is_of_no_use_is_refused_at_once(void **state)
{
	struct fixture f;

	(void)state;
	load_app(&f, EVP_RSA_gen(1024), false, NULL);
	assert_string_equal(said(&f), "t.yaml:6:20: credential.app_private_key: has 1024 bits, and "
				      "not 2048 to 8192");
	drop(&f);
	load_app(&f, EVP_EC_gen("P-256"), false, NULL);
	assert_string_equal(said(&f), "t.yaml:6:20: credential.app_private_key: is no RSA key, "
				      "which GitHub Apps have");
	drop(&f);
	load_app(&f, EVP_RSA_gen(2048), true, NULL);
	assert_non_null(strstr(said(&f), "credential.app_private_key: is a public key"));
	drop(&f);
	load_app(&f, EVP_RSA_gen(2048), false, "secret");
	assert_non_null(strstr(said(&f), "credential.app_private_key: has a passphrase"));
	drop(&f);
}

/* -- tokens ------------------------------------------------------------------------------------ */

static void tokens_of_any_length_are_taken(void **state)
{
	static const int lengths[] = { 40, 93, 520, 4000 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[4200];
		struct fixture f;
		snprintf(text, sizeof(text), "credential: {token: ghp_%0*d}\n", lengths[i] - 4, 7);
		load(&f, text);
		size_t n = 0;
		assert_string_equal(said(&f), "");
		(void)hg_secret_bytes(f.upstreams[0].credentials[0].token, &n);
		assert_int_equal(n, lengths[i]);
		drop(&f);
	}
}

static void a_token_that_ends_in_an_hour_is_warned_of_unless_a_file_brings_the_next(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "credential: {token: ghs_x}\n");
	assert_int_equal(f.faults.n_errors, 0);
	assert_non_null(strstr(said(&f), "credential.token: is an App's installation token"));
	drop(&f);

	char path[] = "/tmp/hg-test-XXXXXX", text[100];
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "ghs_y\n", 6) == 6 && close(fd) == 0);
	snprintf(text, sizeof(text), "credential: {token: \"${file:%s}\"}\n", path);
	load(&f, text);
	assert_string_equal(said(&f), "");
	assert_true(hg_secret_is(f.upstreams[0].credentials[0].token, HG_STR("ghs_y")));
	drop(&f);
	assert_int_equal(unlink(path), 0);
}

/* -- identities -------------------------------------------------------------------------------- */

/* A pool of Apps with one good key; each row is what stands of one besides, a token or an App. */
static void load_pool(struct fixture *f, const char *const rows[], unsigned n)
{
	struct hg_text text, pem;

	hg_text_init(&text);
	hg_text_init(&pem);
	EVP_PKEY *pkey = EVP_RSA_gen(2048);
	hg_text_add_char(&pem, '"');
	add_pem(&pem, pkey, false, NULL);
	hg_text_add(&pem, HG_STR("\""));
	hg_text_add(&text, HG_STR("credentials:\n"));
	for (unsigned i = 0; i < n; i++)
		hg_text_printf(&text, "- {alias: a%u, identity: bot, %s%s%s}\n", i, rows[i],
			rows[i][0] == 'a' ? ", app_private_key: " : "",
			rows[i][0] == 'a' ? pem.p : "");
	EVP_PKEY_free(pkey);
	load(f, text.p);
	hg_text_fini(&text);
	hg_text_fini(&pem);
}

static void what_github_counts_apart_has_no_identity_in_common(void **state)
{
	static const struct {
		const char *rows[2];
		bool is_refused;
	} cases[] = {
		{ { "token: ghp_x", "app_id: 7, app_installation: 1" }, true },
		{ { "app_id: 7, app_installation: 1", "token: github_pat_x" }, true },
		{ { "app_id: 7, app_installation: 1", "token: x" }, true }, /* of an old form */
		{ { "app_id: 7, app_installation: 1", "app_id: 7, app_installation: 2" }, true },
		{ { "app_id: 7, app_installation: 1",
			  "app_id: Iv1, app_installation: 1, app_repositories: [a]" },
			false },
		{ { "app_id: 7, app_installation: 1", "token: ghs_x" }, false }, /* maybe its own */
		{ { "token: ghp_x", "token: gho_x" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		load_pool(&f, cases[i].rows, 2);
		assert_int_equal(f.faults.n_errors, cases[i].is_refused);
		if (cases[i].is_refused)
			assert_non_null(strstr(said(&f),
				"credentials[1].identity: \"bot\" is that of a0 already"));
		drop(&f);
	}
}

/* -- GitHub's terms ---------------------------------------------------------------------------- */

static void a_pool_of_several_peoples_tokens_is_warned_of_once(void **state)
{
	static const char *const head = "credentials: has tokens of several users";
	static const struct {
		const char *yaml;
		bool is_warned;
	} cases[] = {
		{ "[{alias: a, token: ghp_a}, {alias: b, token: ghp_b}]", true },
		{ "[{alias: a, token: ghp_a, identity: x}, {alias: b, token: ghp_b}]", true },
		{ "[{alias: a, token: ghp_a, identity: x}, {alias: b, token: gho_b, identity: y}]",
			true },
		{ "[{alias: a, token: ghp_a, identity: x}, {alias: b, token: ghp_b, identity: x},"
		  " {alias: c, token: github_pat_c}, {alias: d, token: ghp_d}]",
			true },
		{ "[{alias: a, token: ghp_a, identity: x}, {alias: b, token: ghp_b, identity: x}]",
			false },
		{ "[{alias: a, token: ghp_a}]", false },
		{ "[{alias: a, token: ghs_a}, {alias: b, token: ghp_b}]", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		char text[300];
		snprintf(text, sizeof(text), "credentials: %s\n", cases[i].yaml);
		load(&f, text);
		assert_int_equal(f.faults.n_errors, 0);
		const char *found = strstr(said(&f), head);
		if (cases[i].is_warned) {
			assert_non_null(found);
			assert_null(strstr(found + 1, head));
		} else {
			assert_null(found);
		}
		drop(&f);
	}
}

/* -- lists ------------------------------------------------------------------------------------- */

static void a_pool_is_read_in_its_order(void **state)
{
	struct fixture f;

	(void)state;
	load(&f, "credentials:\n"
		 "- {alias: one, token: ghp_1, identity: alice, owners: [octo-org, bob]}\n"
		 "- {alias: two, token: github_pat_2, identity: alice}\n"
		 "upstreams:\n- name: ghes\n  prefix: /g\n  base_url: https://g/api/v3\n"
		 "  credentials:\n  - {alias: three, token: ghp_1}\n"
		 "- {name: last, prefix: /l, base_url: 'https://l/api/v3'}\n");
	assert_string_equal(said(&f), "");
	assert_int_equal(f.n, 3);
	const struct hg_upstream_conf *u = f.upstreams;
	assert_int_equal(u[0].n_credentials, 2);
	assert_string_equal(u[0].credentials[0].alias, "one");
	assert_string_equal(u[0].credentials[0].identity, "alice");
	assert_int_equal(u[0].credentials[0].owners.n, 2);
	assert_string_equal(u[0].credentials[1].alias, "two");
	assert_int_equal(u[0].credentials[1].owners.n, 0);
	assert_int_equal(u[1].n_credentials, 1);
	assert_string_equal(u[1].credentials[0].alias, "three");
	assert_int_equal(u[2].n_credentials, 1);
	assert_string_equal(u[2].credentials[0].alias, "last");
	assert_null(u[2].credentials[0].token);
	drop(&f);
}

static void without_anything_there_is_one_unauthenticated(void **state)
{
	static const char *const texts[] = { "{}", "credential:\n", "credentials:\n",
		"credential: {token: '${env:HG_NOBODY_SETS_THIS:-}'}\n",
		"credentials: [{alias: main}]\n" };

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct fixture f;
		load(&f, texts[i]);
		assert_string_equal(said(&f), "");
		assert_int_equal(f.upstreams[0].n_credentials, 1);
		assert_string_equal(f.upstreams[0].credentials[0].alias, "main");
		assert_null(f.upstreams[0].credentials[0].token);
		drop(&f);
	}
}

static void more_than_fit_are_refused(void **state)
{
	struct hg_text text;
	struct fixture f;

	(void)state;
	hg_text_init(&text);
	hg_text_add(&text, HG_STR("credentials:\n"));
	for (unsigned i = 0; i < HG_CREDENTIALS_MAX; i++)
		hg_text_printf(&text, "- {alias: a%u, token: ghp_%u, identity: i}\n", i, i);
	load(&f, text.p);
	assert_string_equal(said(&f), "");
	assert_int_equal(f.upstreams[0].n_credentials, HG_CREDENTIALS_MAX);
	drop(&f);
	hg_text_add(&text, HG_STR("- {alias: x, token: y}\n"));
	load(&f, text.p);
	assert_string_equal(said(&f), "t.yaml:2:1: credentials: more than 64");
	drop(&f);
	hg_text_fini(&text);
}

static void what_came_by_a_variable_is_asked_for_by_variables(void **state)
{
	static const struct hg_place variable = { "GITHUB_APP_ID", 0, 0 };
	struct fixture f;

	(void)state;
	load(&f, "{}");
	struct hg_node *map = hg_node_empty(&f.keep.arena, &variable, HG_NODE_MAP);
	hg_node_put(&f.keep.arena, map, "app_id",
		hg_node_scalar(&f.keep.arena, &variable, HG_STR("7")));
	hg_node_put(&f.keep.arena, f.root, "credential", map);
	hg_upstreams_read(f.upstreams, f.root, &f.keep, &f.faults);
	assert_int_equal(f.faults.n_errors, 2);
	assert_non_null(strstr(f.faults.items[0].message, "(GITHUB_APP_INSTALLATION_ID)"));
	assert_non_null(strstr(f.faults.items[1].message, "(GITHUB_APP_PRIVATE_KEY)"));
	drop(&f);
}

static void nothing_secret_is_printed(void **state)
{
	struct fixture f;
	struct hg_text out;

	(void)state;
	hg_text_init(&out);
	load(&f, "credentials: [{alias: a, token: ghp_verysecret}, {alias: b, token: ghp_more}]\n");
	hg_credentials_print(&f.upstreams[0], f.root, &out);
	assert_null(strstr(out.p, "ghp_"));
	assert_ptr_equal(
		strstr(out.p, "\"credentials\":[{\"alias\":\"a\",\"token\":\"***\","), out.p);
	assert_non_null(strstr(out.p, "},{\"alias\":\"b\",\"token\":\"***\","));
	drop(&f);
	hg_text_clear(&out);
	load_app(&f, EVP_RSA_gen(2048), false, NULL);
	hg_credentials_print(&f.upstreams[0], f.root, &out);
	assert_null(strstr(out.p, "PRIVATE"));
	assert_non_null(strstr(out.p, "\"app_private_key\":\"***\""));
	assert_ptr_equal(
		strstr(out.p, "\"credential\":{\"alias\":\"main\",\"token\":null,"), out.p);
	drop(&f);
	hg_text_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_app_is_read),
		cmocka_unit_test(a_key_that_is_of_no_use_is_refused_at_once),
		cmocka_unit_test(tokens_of_any_length_are_taken),
		cmocka_unit_test(
			a_token_that_ends_in_an_hour_is_warned_of_unless_a_file_brings_the_next),
		cmocka_unit_test(what_github_counts_apart_has_no_identity_in_common),
		cmocka_unit_test(a_pool_of_several_peoples_tokens_is_warned_of_once),
		cmocka_unit_test(a_pool_is_read_in_its_order),
		cmocka_unit_test(without_anything_there_is_one_unauthenticated),
		cmocka_unit_test(more_than_fit_are_refused),
		cmocka_unit_test(what_came_by_a_variable_is_asked_for_by_variables),
		cmocka_unit_test(nothing_secret_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tls_world.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

static struct papers papers;

static int make_papers(void **state)
{
	(void)state;
	papers_make(&papers);
	return 0;
}

static int burn_papers(void **state)
{
	(void)state;
	papers_burn(&papers);
	return 0;
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(papers_path(&papers, name), "we");

	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static void what_can_not_be_used_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *cert, *key, *client_ca, *option, *words;
	} rows[] = {
		{ "missing.pem", "server.key", NULL, "cert", "missing.pem: No such file" },
		{ "server.pem", "missing.key", NULL, "key", "missing.key: No such file" },
		{ "server.pem", "server.key", "missing.pem", "client_ca", "missing.pem: No such" },
		{ "empty.pem", "server.key", NULL, "cert",
			"empty.pem: there is no certificate in it (PEM)" },
		{ "server.pem", "empty.pem", NULL, "key",
			"empty.pem: there is no private key in it (PEM)" },
		{ "server.pem", "other.key", NULL, "key", "is not the key of" },
		{ "server.pem", "locked.key", NULL, "key", "locked.key: " },
		{ "server.pem", "server.key", "empty.pem", "client_ca",
			"empty.pem: there is no certificate in it (PEM)" },
		{ "server.key", "server.key", NULL, "cert",
			"server.key: there is no certificate in it (PEM)" },
	};
	FILE *f = fopen(papers_path(&papers, "locked.key"), "we");
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_int_equal(PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(),
				 (const unsigned char *)"secret", 6, NULL, NULL),
		1);
	(void)fclose(f);
	EVP_PKEY_free(key);
	write_text("empty.pem", "");
	papers_issue(&papers, "other", "other", NULL, 30, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_err err = HG_ERR_INIT;
		const char *option = "";
		struct hg_tls_conf conf = { .cert = papers_path(&papers, rows[i].cert),
			.key = papers_path(&papers, rows[i].key),
			.client_ca = rows[i].client_ca ? papers_path(&papers, rows[i].client_ca)
			                               : NULL };
		assert_null(hg_tls_new("x", &conf, &option, &err));
		assert_string_equal(option, rows[i].option);
		if (!strstr(err.text, rows[i].words))
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* The certificate that a fresh connection is shown. */
static long serial_of(struct hg_tls *tls)
{
	SSL *ssl = hg_tls_open(tls);
	long serial = ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get_certificate(ssl)));

	SSL_free(ssl);
	return serial;
}

static void other_files_are_taken_when_they_fit(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
	struct hg_tls *tls = papers_tls(&papers, NULL, false);
	long first = serial_of(tls);
	assert_int_equal(hg_tls_renew(tls, &err), 0);
	SSL *before = hg_tls_open(tls);

	papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
	assert_int_equal(hg_tls_renew(tls, &err), 1);
	assert_int_not_equal(serial_of(tls), first);
	assert_int_equal(
		ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get_certificate(before))), first);
	assert_int_equal(hg_tls_renew(tls, &err), 0);
	SSL_free(before);
	hg_tls_unref(tls);
}

static void files_that_do_not_fit_leave_the_old_ones_in_force(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
	struct hg_tls *tls = papers_tls(&papers, NULL, false);
	long first = serial_of(tls);
	papers_issue(&papers, "next", "localhost", "DNS:localhost", 30, false);
	(void)rename(papers_path(&papers, "next.pem"), papers_path(&papers, "server.pem"));
	assert_true(hg_tls_renew(tls, &err) < 0); /* the key is not there yet */
	assert_non_null(strstr(err.text, "is not the key of"));
	assert_int_equal(serial_of(tls), first);
	assert_int_equal(hg_tls_renew(tls, &err), 0); /* said once */
	(void)rename(papers_path(&papers, "next.key"), papers_path(&papers, "server.key"));
	assert_int_equal(hg_tls_renew(tls, &err), 1);
	assert_int_not_equal(serial_of(tls), first);
	hg_tls_unref(tls);
}

struct opener {
	struct hg_tls *tls;
	_Atomic bool ends;
	uint32_t n;
};

static void *open_many(void *arg)
{
	struct opener *o = arg;

	while (!atomic_load(&o->ends)) {
		SSL *ssl = hg_tls_open(o->tls);
		o->n += SSL_get_certificate(ssl) != NULL;
		SSL_free(ssl);
	}
	return NULL;
}

static void connections_are_opened_while_files_change(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;
	struct opener openers[2];
	pthread_t threads[2];

	papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
	struct hg_tls *tls = papers_tls(&papers, NULL, false);
	for (int i = 0; i < 2; i++) {
		openers[i] = (struct opener){ .tls = hg_tls_ref(tls) };
		assert_int_equal(pthread_create(&threads[i], NULL, open_many, &openers[i]), 0);
	}
	for (int i = 0; i < 50; i++) {
		papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
		assert_int_equal(hg_tls_renew(tls, &err), 1);
		hg_tls_rotate_keys();
	}
	for (int i = 0; i < 2; i++) {
		atomic_store(&openers[i].ends, true);
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(openers[i].n > 0);
		hg_tls_unref(tls);
	}
	hg_tls_unref(tls);
}

static void it_knows_how_long_its_certificate_is_good(void **state)
{
	(void)state;
	papers_issue(&papers, "server", "localhost", "DNS:localhost", 3, false);
	struct hg_tls *tls = papers_tls(&papers, NULL, false);
	assert_in_range(hg_tls_valid_for_s(tls), 3 * 86400 - 600, 3 * 86400);
	hg_tls_unref(tls);
	papers_issue(&papers, "server", "localhost", "DNS:localhost", -2, false);
	tls = papers_tls(&papers, NULL, false);
	assert_true(hg_tls_valid_for_s(tls) <= -2 * 86400);
	hg_tls_unref(tls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_not_be_used_is_named),
		cmocka_unit_test(other_files_are_taken_when_they_fit),
		cmocka_unit_test(files_that_do_not_fit_leave_the_old_ones_in_force),
		cmocka_unit_test(connections_are_opened_while_files_change),
		cmocka_unit_test(it_knows_how_long_its_certificate_is_good),
	};

	return cmocka_run_group_tests(tests, make_papers, burn_papers);
}

/*
 * tls_world - certificates that are made at run time, and a client that speaks TLS through memory:
 * every byte between it and a front passes through the test.
 *
 *     struct papers papers;
 *     papers_make(&papers);                        a folder: ca.pem, cert.pem, key.pem, …
 *     struct tls_peer t;
 *     tls_connect(&t, world_connect(&w), client);  `client` is an SSL_CTX of the test's
 *     tls_say(&t, GET("/hello"));
 *     assert_non_null(strstr(tls_hear(&t), "200 OK"));
 *     tls_leave(&t);
 */
#pragma once
#include "front_world.h"
#include "front/tls.h"
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* -- certificates ------------------------------------------------------------------------------ */

struct papers {
	char dir[64];
	EVP_PKEY *ca_key, *stranger_key;
	X509 *ca, *stranger; /* `stranger` signs what nobody here believes */
};

static inline const char *papers_path(const struct papers *p, const char *name)
{
	static char paths[8][360];
	static unsigned at;
	char *path = paths[at++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", p->dir, name);
	return path;
}

static inline void papers_add(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

/* cn "" leaves the subject empty; san NULL: none; days < 0: it has expired. issuer NULL: itself. */
static inline X509 *papers_sign(EVP_PKEY *key, const char *cn, const char *san, int days,
	X509 *issuer, EVP_PKEY *issuer_key)
{
	static long serial;
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();

	if (cn[0])
		(void)X509_NAME_add_entry_by_txt(
			name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	(void)X509_set_version(cert, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), -86400L * 100);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), 86400L * days);
	(void)X509_set_subject_name(cert, name);
	(void)X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : name);
	(void)X509_set_pubkey(cert, key);
	papers_add(cert, issuer ? issuer : cert, NID_basic_constraints,
		issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (san)
		papers_add(cert, issuer, NID_subject_alt_name, san);
	assert_true(X509_sign(cert, issuer ? issuer_key : key, EVP_sha256()) > 0);
	X509_NAME_free(name);
	return cert;
}

static inline void papers_write(
	const struct papers *p, const char *name, const X509 *cert, const EVP_PKEY *key)
{
	FILE *f = fopen(papers_path(p, "new"), "we");

	assert_non_null(f);
	if (cert)
		assert_int_equal(PEM_write_X509(f, cert), 1);
	if (key)
		assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	/* Another file, not other bytes in it: however quick, the change shows. */
	assert_int_equal(rename(papers_path(p, "new"), papers_path(p, name)), 0);
}

/* NAME.pem and NAME.key, signed by the CA, or by the stranger. */
static inline void papers_issue(const struct papers *p, const char *name, const char *cn,
	const char *san, int days, bool by_stranger)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = papers_sign(key, cn, san, days, by_stranger ? p->stranger : p->ca,
		by_stranger ? p->stranger_key : p->ca_key);
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.pem", name);
	papers_write(p, file, cert, NULL);
	(void)snprintf(file, sizeof(file), "%s.key", name);
	papers_write(p, file, NULL, key);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static inline void papers_make(struct papers *p)
{
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/hubgate-papers-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->ca_key = EVP_EC_gen("P-256");
	p->ca = papers_sign(p->ca_key, "Test CA", NULL, 30, NULL, NULL);
	p->stranger_key = EVP_EC_gen("P-256");
	p->stranger = papers_sign(p->stranger_key, "Stranger CA", NULL, 30, NULL, NULL);
	papers_write(p, "ca.pem", p->ca, NULL);
	papers_issue(p, "server", "localhost", "DNS:localhost,IP:127.0.0.1", 30, false);
}

static inline void papers_burn(struct papers *p)
{
	DIR *dir = opendir(p->dir);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			(void)unlink(papers_path(p, e->d_name));
	if (dir)
		(void)closedir(dir);
	(void)rmdir(p->dir);
	X509_free(p->ca);
	X509_free(p->stranger);
	EVP_PKEY_free(p->ca_key);
	EVP_PKEY_free(p->stranger_key);
}

/* The server's side: "server.pem", and who may come in. */
static inline struct hg_tls *papers_tls(const struct papers *p, const char *client_ca, bool needs)
{
	struct hg_err err = HG_ERR_INIT;
	const char *option;
	struct hg_tls_conf conf = { .cert = papers_path(p, "server.pem"),
		.key = papers_path(p, "server.key"),
		.client_ca = client_ca ? papers_path(p, client_ca) : NULL,
		.needs_client = needs };
	struct hg_tls *tls = hg_tls_new("127.0.0.1:0", &conf, &option, &err);

	if (!tls)
		fail_msg("%s", err.text);
	return tls;
}

/* -- a client ---------------------------------------------------------------------------------- */

struct tls_peer {
	struct peer *p;
	SSL *ssl;
	BIO *in, *out;        /* what the wire brings and takes */
	size_t n_fed;         /* of p->heard */
	struct hg_text heard; /* in the clear */
	bool notified;        /* close_notify came */
	bool failed;          /* the handshake, or a record */
};

static inline SSL_CTX *client_new(const struct papers *p, int version, const char *own)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char file[64];

	assert_int_equal(SSL_CTX_load_verify_file(ctx, papers_path(p, "ca.pem")), 1);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_min_proto_version(ctx, version);
	(void)SSL_CTX_set_max_proto_version(ctx, version);
	if (own) {
		(void)snprintf(file, sizeof(file), "%s.pem", own);
		assert_int_equal(SSL_CTX_use_certificate_chain_file(ctx, papers_path(p, file)), 1);
		(void)snprintf(file, sizeof(file), "%s.key", own);
		assert_int_equal(
			SSL_CTX_use_PrivateKey_file(ctx, papers_path(p, file), SSL_FILETYPE_PEM),
			1);
	}
	return ctx;
}

/* What the client has to say on the wire, `step` bytes at a time. */
static inline void tls_flush(struct tls_peer *t, size_t step)
{
	char buf[32768];
	int n;

	while ((n = BIO_read(t->out, buf, sizeof(buf))) > 0)
		for (size_t at = 0; at < (size_t)n; at += step) {
			size_t left = (size_t)n - at;
			peer_say_bytes(t->p, buf + at, left < step ? left : step);
		}
}

/* One exchange; true when anything moved. */
static inline bool tls_step(struct tls_peer *t, size_t step)
{
	char buf[16384];
	size_t before = t->heard.n;
	int rc = 0;

	tls_flush(t, step);
	world_turn(t->p->world);
	peer_read(t->p, SIZE_MAX);
	bool moved = t->p->heard.n > t->n_fed;
	if (moved)
		assert_int_equal(
			BIO_write(t->in, t->p->heard.p + t->n_fed, (int)(t->p->heard.n - t->n_fed)),
			t->p->heard.n - t->n_fed);
	t->n_fed = t->p->heard.n;
	ERR_clear_error();
	while (!t->failed && (rc = SSL_read(t->ssl, buf, sizeof(buf))) > 0)
		hg_text_add(&t->heard, (struct hg_str){ buf, (size_t)rc });
	if (!t->failed && SSL_get_error(t->ssl, rc) == SSL_ERROR_SSL)
		t->failed = true;
	if (SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN)
		t->notified = true;
	return moved || t->heard.n > before || BIO_ctrl_pending(t->out) > 0;
}

static inline void tls_settle(struct tls_peer *t, size_t step)
{
	while (tls_step(t, step))
		continue;
}

/* Not shaken hands yet. */
static inline void tls_open(struct tls_peer *t, struct peer *p, SSL_CTX *client)
{
	*t = (struct tls_peer){ .p = p,
		.ssl = SSL_new(client),
		.in = BIO_new(BIO_s_mem()),
		.out = BIO_new(BIO_s_mem()) };
	hg_text_init(&t->heard);
	SSL_set_bio(t->ssl, t->in, t->out);
	SSL_set_connect_state(t->ssl);
	(void)SSL_set_tlsext_host_name(t->ssl, "localhost");
	(void)SSL_do_handshake(t->ssl);
}

static inline void tls_connect(struct tls_peer *t, struct peer *p, SSL_CTX *client)
{
	tls_open(t, p, client);
	tls_settle(t, SIZE_MAX);
}

static inline void tls_say(struct tls_peer *t, const char *text)
{
	assert_int_equal(SSL_write(t->ssl, text, (int)strlen(text)), strlen(text));
	tls_settle(t, SIZE_MAX);
}

static inline const char *tls_hear(struct tls_peer *t)
{
	tls_settle(t, SIZE_MAX);
	return t->heard.p ? t->heard.p : "";
}

static inline void tls_forget(struct tls_peer *t)
{
	(void)tls_hear(t);
	hg_text_clear(&t->heard);
	if (t->heard.p)
		t->heard.p[0] = '\0';
}

static inline void tls_free(struct tls_peer *t)
{
	SSL_free(t->ssl); /* and its BIOs */
	hg_text_fini(&t->heard);
}

/* Goes as one goes who knows TLS. */
static inline void tls_leave(struct tls_peer *t)
{
	(void)SSL_shutdown(t->ssl);
	tls_flush(t, SIZE_MAX);
	tls_free(t);
	peer_leave(t->p);
}

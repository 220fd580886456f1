#include "front/tls.h"
#include "base/bug.h"
#include "base/stamp.h"
#include <errno.h>
#include <hg/mem.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CIPHERS_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20"

enum {
	SESSION_S = 3600, /* a ticket is good for this long */
	N_FILES = 3,
	KEY_BYTES = 32,
	KEY_NAME_BYTES = 16,
};

struct stamps {
	struct hg_stamp of[N_FILES];
};

struct hg_tls {
	_Atomic uint32_t refs;
	char *name, *cert, *key, *client_ca;
	bool needs_client, only_1_3;
	struct stamps stamps; /* of the last attempt; the thread that renews is its only user */
	pthread_mutex_t lock; /* a leaf: of ctx */
	SSL_CTX *ctx;
};

/* -- tickets ----------------------------------------------------------------------------------- */

struct ticket_key {
	unsigned char name[KEY_NAME_BYTES], cipher[KEY_BYTES], mac[KEY_BYTES];
	bool is_set;
};

/* The process's: the newest first. */
static pthread_mutex_t keys_lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static struct ticket_key keys[2];

/* Under the lock. */
static void make_key(void)
{
	struct ticket_key fresh = { .is_set = true };

	HG_BUG_ON(RAND_bytes(fresh.name, sizeof(fresh.name)) != 1 ||
		  RAND_priv_bytes(fresh.cipher, sizeof(fresh.cipher)) != 1 ||
		  RAND_priv_bytes(fresh.mac, sizeof(fresh.mac)) != 1);
	keys[1] = keys[0];
	keys[0] = fresh;
	OPENSSL_cleanse(&fresh, sizeof(fresh));
}

void hg_tls_rotate_keys(void)
{
	pthread_mutex_lock(&keys_lock);
	make_key();
	pthread_mutex_unlock(&keys_lock);
}

static struct ticket_key newest_key(void)
{
	pthread_mutex_lock(&keys_lock);
	if (!keys[0].is_set)
		make_key();
	struct ticket_key key = keys[0];
	pthread_mutex_unlock(&keys_lock);
	return key;
}

/* -1: none has this name. */
static int find_key(const unsigned char *name, struct ticket_key *ret_key)
{
	int found = -1;

	pthread_mutex_lock(&keys_lock);
	for (int i = 0; i < 2 && found < 0; i++)
		if (keys[i].is_set && memcmp(keys[i].name, name, KEY_NAME_BYTES) == 0) {
			*ret_key = keys[i];
			found = i;
		}
	pthread_mutex_unlock(&keys_lock);
	return found;
}

static bool set_mac(EVP_MAC_CTX *mac, struct ticket_key *key)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, KEY_BYTES),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_CTX_set_params(mac, params) == 1;
}

/* OpenSSL's: 1 = go on, 2 = go on and give a new ticket, 0 = no ticket, -1 = failed. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
	EVP_MAC_CTX *mac, int is_new)
{
	struct ticket_key key;
	int at = 0;
	bool is_fine;

	if (is_new) {
		key = newest_key();
		memcpy(name, key.name, KEY_NAME_BYTES);
		is_fine = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
		          EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) == 1;
	} else {
		at = find_key(name, &key);
		if (at < 0)
			return 0;
		is_fine = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) == 1;
	}
	is_fine = is_fine && set_mac(mac, &key);
	OPENSSL_cleanse(&key, sizeof(key));
	if (!is_fine)
		return -1;
	if (is_new)
		return 1;
	/* A ticket of TLS 1.3 is for one connection, so that nobody can tell who comes again. */
	return at > 0 || SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1;
}

/* -- one generation ---------------------------------------------------------------------------- */

static int on_alpn(SSL *ssl, const unsigned char **ret_word, unsigned char *ret_n,
	const unsigned char *offered, unsigned n, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1\x08http/1.0";
	unsigned char *word;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&word, ret_n, ours, sizeof(ours) - 1, offered, n) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*ret_word = word;
	return SSL_TLSEXT_ERR_OK;
}

/* A key with a passphrase is refused: there is nobody at a terminal. */
static int on_passphrase(char *to, int room, int is_write, void *arg)
{
	(void)to;
	(void)room;
	(void)is_write;
	(void)arg;
	return -1;
}

/* OpenSSL has no word for a file in which there is something else: `absent` says it. */
static int fail(struct hg_err *err, const char *file, const char *absent)
{
	unsigned long code = ERR_peek_error(); /* the first is the cause of the others */
	const char *reason = NULL;
	FILE *f = fopen(file, "re");

	if (!f) {
		reason = strerror(errno);
	} else {
		(void)fclose(f);
		reason = code ? ERR_reason_error_string(code) : NULL;
		if (reason && (ERR_GET_REASON(code) == PEM_R_NO_START_LINE ||
				      ERR_GET_REASON(code) == ERR_R_UNSUPPORTED))
			reason = absent;
	}
	(void)hg_err_set(err, HG_EINVAL, "%s: %s", file, reason ? reason : "can not be used");
	ERR_clear_error();
	return HG_EINVAL;
}

static bool add_file(EVP_MD_CTX *md, const char *file)
{
	char block[4096];
	FILE *f = fopen(file, "re");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		(void)EVP_DigestUpdate(md, block, n);
	bool is_read = !ferror(f);
	(void)fclose(f);
	return is_read;
}

/* A session may be resumed where the same clients would be let in. */
static bool set_session_context(const struct hg_tls *t, SSL_CTX *ctx)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool is_fine = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
	               EVP_DigestUpdate(md, t->name, strlen(t->name) + 1) == 1 &&
	               EVP_DigestUpdate(md, t->needs_client ? "1" : "0", 1) == 1 &&
	               (!t->client_ca || add_file(md, t->client_ca)) &&
	               EVP_DigestFinal_ex(md, digest, &n) == 1 && n == SSL_MAX_SID_CTX_LENGTH &&
	               SSL_CTX_set_session_id_context(ctx, digest, n) == 1;

	EVP_MD_CTX_free(md);
	return is_fine;
}

static void set_rules(const struct hg_tls *t, SSL_CTX *ctx)
{
	(void)SSL_CTX_set_min_proto_version(ctx, t->only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
	HG_BUG_ON(SSL_CTX_set_cipher_list(ctx, CIPHERS_1_2) != 1);
	/* A close without close_notify is judged by HTTP's framing, as in the clear. */
	(void)SSL_CTX_set_options(ctx,
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_timeout(ctx, SESSION_S);
	(void)SSL_CTX_set_num_tickets(ctx, 1);
	(void)SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
}

static int load_clients(const struct hg_tls *t, SSL_CTX *ctx, struct hg_err *err)
{
	int mode = SSL_VERIFY_PEER;

	if (!t->client_ca)
		return 0;
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(t->client_ca);
	if (!names || SSL_CTX_load_verify_file(ctx, t->client_ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return fail(err, t->client_ca, "there is no certificate in it (PEM)");
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	if (t->needs_client)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, NULL);
	return 0;
}

static SSL_CTX *load(const struct hg_tls *t, const char **ret_option, struct hg_err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	ERR_clear_error();
	HG_BUG_ON(!ctx);
	set_rules(t, ctx);
	*ret_option = "cert";
	if (SSL_CTX_use_certificate_chain_file(ctx, t->cert) != 1) {
		(void)fail(err, t->cert, "there is no certificate in it (PEM)");
		goto refused;
	}
	*ret_option = "key";
	if (SSL_CTX_use_PrivateKey_file(ctx, t->key, SSL_FILETYPE_PEM) != 1) {
		bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
		             ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
		(void)fail(err, t->key, "there is no private key in it (PEM)");
		if (other)
			(void)hg_err_set(
				err, HG_EINVAL, "%s is not the key of %s", t->key, t->cert);
		goto refused;
	}
	*ret_option = "client_ca";
	if (load_clients(t, ctx, err) < 0)
		goto refused;
	if (!set_session_context(t, ctx)) {
		(void)hg_err_set(err, HG_EINVAL, "%s: can not be read", t->client_ca);
		goto refused;
	}
	return ctx;
refused:
	SSL_CTX_free(ctx);
	return NULL;
}

/* -- public ------------------------------------------------------------------------------------ */

static struct stamps look(const struct hg_tls *t)
{
	const char *files[N_FILES] = { t->cert, t->key, t->client_ca };
	struct stamps s;

	for (int i = 0; i < N_FILES; i++)
		s.of[i] = hg_stamp_of(files[i]);
	return s;
}

static bool is_same(const struct stamps *a, const struct stamps *b)
{
	bool same = true;

	for (int i = 0; i < N_FILES; i++)
		same &= hg_stamp_is_same(&a->of[i], &b->of[i]);
	return same;
}

static char *copy(const char *s)
{
	return s ? hg_strndup(s, strlen(s)) : NULL;
}

struct hg_tls *hg_tls_new(const char *name, const struct hg_tls_conf *conf, const char **ret_option,
	struct hg_err *err)
{
	struct hg_tls *t = hg_alloc0(sizeof(*t));

	atomic_init(&t->refs, 1);
	(void)pthread_mutex_init(&t->lock, NULL);
	t->name = copy(name);
	t->cert = copy(conf->cert);
	t->key = copy(conf->key);
	t->client_ca = copy(conf->client_ca);
	t->needs_client = conf->needs_client;
	t->only_1_3 = conf->only_1_3;
	t->stamps = look(t); /* before they are read: a change meanwhile is seen later */
	t->ctx = load(t, ret_option, err);
	if (t->ctx)
		return t;
	hg_tls_unref(t);
	return NULL;
}

struct hg_tls *hg_tls_ref(struct hg_tls *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void hg_tls_unref(struct hg_tls *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	SSL_CTX_free(t->ctx);
	(void)pthread_mutex_destroy(&t->lock);
	hg_free(t->name);
	hg_free(t->cert);
	hg_free(t->key);
	hg_free(t->client_ca);
	hg_free(t);
}

int hg_tls_renew(struct hg_tls *t, struct hg_err *err)
{
	struct stamps now = look(t);
	const char *option;

	if (is_same(&now, &t->stamps))
		return 0;
	t->stamps = now;
	SSL_CTX *fresh = load(t, &option, err);
	if (!fresh)
		return HG_EINVAL;
	pthread_mutex_lock(&t->lock);
	SSL_CTX *old = t->ctx;
	t->ctx = fresh;
	pthread_mutex_unlock(&t->lock);
	SSL_CTX_free(old);
	return 1;
}

static SSL_CTX *newest(struct hg_tls *t)
{
	pthread_mutex_lock(&t->lock);
	SSL_CTX *ctx = t->ctx;
	(void)SSL_CTX_up_ref(ctx);
	pthread_mutex_unlock(&t->lock);
	return ctx;
}

int64_t hg_tls_valid_for_s(struct hg_tls *t)
{
	SSL_CTX *ctx = newest(t);
	int days = 0, seconds = 0;

	(void)ASN1_TIME_diff(
		&days, &seconds, NULL, X509_get0_notAfter(SSL_CTX_get0_certificate(ctx)));
	SSL_CTX_free(ctx);
	return (int64_t)days * 86400 + seconds;
}

struct ssl_st *hg_tls_open(struct hg_tls *t)
{
	SSL_CTX *ctx = newest(t);
	SSL *ssl = SSL_new(ctx);

	SSL_CTX_free(ctx);
	if (ssl)
		SSL_set_accept_state(ssl);
	return ssl;
}

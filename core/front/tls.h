/*
 * tls - what a listener needs to speak TLS: its certificate, and who its clients may be.
 *
 * One hg_tls per listener of a configuration, shared by all fronts. It holds the context of the
 * newest generation of its files; hg_tls_renew makes another when they changed, and connections
 * keep the one with which they began. Files that do not fit each other leave the old one in force.
 *
 * TLS 1.2 with forward secrecy and authenticated ciphers, TLS 1.3; ALPN http/1.1; no
 * renegotiation, compression or early data. Sessions are resumed by tickets alone: the keys are
 * one set for the process, so a ticket is good on every front and after every reload. A session is
 * resumed only on the listener it began on, as long as that asks for the same clients.
 *
 * Thread: any. Its lock covers a pointer; nobody is called under it.   Clock: the machine's, for
 * the validity of certificates.
 */
#pragma once
#include <hg/err.h>
#include <stdbool.h>
#include <stdint.h>

struct hg_tls;
struct ssl_st;

struct hg_tls_conf {
	const char *cert; /* PEM: the certificate, then those that lead to its root */
	const char *key;  /* PEM, without a passphrase */
	const char
		*client_ca; /* PEM: who may sign clients' certificates; NULL: they are not asked */
	bool needs_client;  /* no handshake without a certificate of theirs */
	bool only_1_3;
};

/* `name` is the listener's. NULL: err says why, and *ret_option which option it is ("cert", "key",
 * "client_ca"). Returns with one reference. */
struct hg_tls *hg_tls_new(const char *name, const struct hg_tls_conf *conf, const char **ret_option,
	struct hg_err *err);
struct hg_tls *hg_tls_ref(struct hg_tls *t);
void hg_tls_unref(struct hg_tls *t); /* NULL is fine */

/* 1: other files, and they are in force. 0: the same files as before, good or bad. HG_E…: other
 * files that can not be used, said once; the old ones stay. */
int hg_tls_renew(struct hg_tls *t, struct hg_err *err);
/* Until the certificate expires; negative: it has. */
int64_t hg_tls_valid_for_s(struct hg_tls *t);

/* A server's side of a connection in the newest generation; NULL: out of memory. */
struct ssl_st *hg_tls_open(struct hg_tls *t);

/* Tickets get a new key; those of the key before it are still taken. For the host, now and then. */
void hg_tls_rotate_keys(void);

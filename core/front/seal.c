#include "front/seal.h"
#include "base/text.h"
#include "front/tls.h"
#include <errno.h>
#include <hg/mem.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

enum {
	RECORD_BYTES = 16 << 10,
	MAX_CLIENT_BYTES = 58, /* of a name as it is written; others are a digest */
	DIGEST_BYTES = 16,
};

/* -- whom a certificate names ------------------------------------------------------------------ */

static char *take_plain(const ASN1_STRING *s)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);
	size_t n = (size_t)ASN1_STRING_length(s);

	if (!n || n > MAX_CLIENT_BYTES)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f || strchr("\"\\,;:", p[i]))
			return NULL;
	return hg_strndup((const char *)p, n);
}

static const ASN1_STRING *common_name(const X509 *cert)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	return at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

static char *other_name(const X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char *found = NULL;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS || name->type == GEN_EMAIL || name->type == GEN_URI)
			found = take_plain(name->d.ia5);
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* Two certificates may not be one client because their names were cut or mended. */
static char *digest_of(const X509 *cert)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char *hex = hg_alloc0(2 * DIGEST_BYTES + 1);

	if (X509_digest(cert, EVP_sha256(), digest, NULL) == 1)
		hg_format_hex(digest, DIGEST_BYTES, hex);
	return hex;
}

static char *name_client(SSL *ssl)
{
	const X509 *cert = SSL_get0_peer_certificate(ssl);

	if (!cert || SSL_get_verify_result(ssl) != X509_V_OK)
		return NULL;
	const ASN1_STRING *common = common_name(cert);
	char *name = common ? take_plain(common) : other_name(cert);
	return name ? name : digest_of(cert);
}

/* -- life -------------------------------------------------------------------------------------- */

struct hg_seal *hg_seal_new(struct hg_tls *tls, int fd)
{
	SSL *ssl = hg_tls_open(tls);

	if (!ssl || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	struct hg_seal *s = hg_alloc0(sizeof(*s));
	s->ssl = ssl;
	return s;
}

void hg_seal_free(struct hg_seal *s)
{
	if (!s)
		return;
	SSL_free(s->ssl);
	hg_free(s->client);
	hg_free(s);
}

void hg_seal_shut(struct hg_seal *s)
{
	if (!s->is_open || s->failed)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(s->ssl);
}

/* -- bytes ------------------------------------------------------------------------------------- */

/* What OpenSSL says about a call that gave nothing; errno is set. False: the client sends no more.
 */
static bool failed(struct hg_seal *s, int rc)
{
	switch (SSL_get_error(s->ssl, rc)) {
	case SSL_ERROR_ZERO_RETURN:
		return false;
	case SSL_ERROR_WANT_WRITE:
		s->wants_write = true;
		errno = EAGAIN;
		return true;
	case SSL_ERROR_WANT_READ:
		errno = EAGAIN;
		return true;
	default:
		s->failed = true;
		errno = EPROTO;
		return true;
	}
}

ssize_t hg_seal_read(struct hg_seal *s, char *to, size_t room)
{
	size_t total = 0, n = 0;
	int rc;

	ERR_clear_error();
	s->wants_write = false;
	s->has_more = false;
	do {
		rc = SSL_read_ex(s->ssl, to + total, room - total, &n);
		total += rc == 1 ? n : 0;
	} while (rc == 1 && total < room && SSL_has_pending(s->ssl));
	if (!s->is_open && SSL_is_init_finished(s->ssl)) {
		s->is_open = true;
		s->client = name_client(s->ssl);
	}
	if (!total)
		return failed(s, rc) ? -1 : 0;
	/* What ended the reading, if it was an end, is said again by the next one. */
	s->has_more = rc == 1 ? SSL_has_pending(s->ssl)
	                      : SSL_get_error(s->ssl, rc) != SSL_ERROR_WANT_READ;
	return (ssize_t)total;
}

/* The next record: as it lies, or put together in `record`. */
static struct hg_str gather(const struct iovec *iov, size_t n, size_t at, char *record)
{
	struct hg_str out = { (const char *)iov->iov_base + at, iov->iov_len - at };

	if (out.n >= RECORD_BYTES || n == 1) {
		out.n = out.n < RECORD_BYTES ? out.n : RECORD_BYTES;
		return out;
	}
	out.p = record;
	out.n = 0;
	for (; n && out.n < RECORD_BYTES; n--, iov++, at = 0) {
		size_t room = RECORD_BYTES - out.n, here = iov->iov_len - at;
		here = here < room ? here : room;
		if (here)
			memcpy(record + out.n, (const char *)iov->iov_base + at, here);
		out.n += here;
	}
	return out;
}

ssize_t hg_seal_send(struct hg_seal *s, const struct iovec *iov, size_t n)
{
	char record[RECORD_BYTES];
	size_t total = 0, at = 0, taken;

	ERR_clear_error();
	for (;;) {
		while (n && at >= iov->iov_len) {
			at -= iov->iov_len;
			iov++;
			n--;
		}
		if (!n)
			return (ssize_t)total;
		struct hg_str next = gather(iov, n, at, record);
		int rc = SSL_write_ex(s->ssl, next.p, next.n, &taken);
		if (rc == 1) {
			s->committed = 0;
			total += taken;
			at += taken;
			continue;
		}
		if (SSL_get_error(s->ssl, rc) == SSL_ERROR_WANT_WRITE) {
			s->committed = next.n;
			errno = EAGAIN;
		} else {
			s->failed = true;
			errno = EPROTO;
		}
		return total && !s->failed ? (ssize_t)total : -1;
	}
}

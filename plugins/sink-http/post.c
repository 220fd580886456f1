#include "post.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <hg/mem.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SEC_US INT64_C(1000000)
#define RETRY_AFTER_MOST_S 86400

enum post_state { POST_IDLE, POST_ASKED, POST_UNDER_WAY, POST_OVER };

struct post {
	CURLM *multi;
	CURL *easy;
	char place[280];
	struct curl_slist *fixed; /* fields that each has */
	unsigned char *secret;
	size_t secret_n;
	int fd;
	pthread_t thread;
	_Atomic bool stops;

	pthread_mutex_t lock; /* leaf: what follows */
	pthread_cond_t moved;
	enum post_state state;
	struct post_ask ask; /* the thread's while UNDER_WAY */
	struct post_end end;
};

/* -- the thread -------------------------------------------------------------------------------- */

static size_t swallow(char *p, size_t size, size_t n, void *arg)
{
	(void)p, (void)arg;
	return size * n;
}

/* "X-Hub-Signature-256: sha256=…", as GitHub signs its own deliveries. */
static struct curl_slist *add_signature(struct curl_slist *fields, const struct post *p)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char line[128] = "X-Hub-Signature-256: sha256=";
	unsigned n = 0;
	size_t at = strlen(line);

	if (!HMAC(EVP_sha256(), p->secret, (int)p->secret_n, (unsigned char *)p->ask.body, p->ask.n,
		    mac, &n))
		return fields;
	for (unsigned i = 0; i < n; i++, at += 2)
		(void)snprintf(line + at, sizeof(line) - at, "%02x", mac[i]);
	return curl_slist_append(fields, line);
}

static struct curl_slist *fields_of(const struct post *p)
{
	struct curl_slist *fields = NULL;
	char line[256];

	for (const struct curl_slist *f = p->fixed; f; f = f->next)
		fields = curl_slist_append(fields, f->data);
	(void)snprintf(line, sizeof(line), "X-Hubgate-Delivery: %s", p->ask.id);
	fields = curl_slist_append(fields, line);
	if (p->ask.topic[0]) {
		(void)snprintf(line, sizeof(line), "X-Hubgate-Event: %s", p->ask.topic);
		fields = curl_slist_append(fields, line);
	}
	return p->secret ? add_signature(fields, p) : fields;
}

static void read_end(CURL *easy, CURLcode code, const char *words, struct post_end *end)
{
	long status = 0;
	curl_off_t after_s = 0;

	if (code != CURLE_OK) {
		(void)snprintf(end->why, sizeof(end->why), "%s",
			*words ? words : curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after_s);
	end->status = (int)status;
	if (after_s > RETRY_AFTER_MOST_S)
		after_s = RETRY_AFTER_MOST_S;
	end->retry_after_us = after_s > 0 ? after_s * SEC_US : 0;
}

/* Without the lock: the ask is the thread's. */
static void transfer(struct post *p, struct post_end *end)
{
	struct curl_slist *fields = fields_of(p);
	char words[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	int n_running = 1, n_messages;

	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, fields);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, p->ask.body);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->ask.n);
	curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, words);
	curl_multi_add_handle(p->multi, p->easy);
	while (n_running && !atomic_load(&p->stops)) {
		if (curl_multi_perform(p->multi, &n_running) != CURLM_OK)
			break;
		if (n_running)
			(void)curl_multi_poll(p->multi, NULL, 0, 1000, NULL);
	}
	for (CURLMsg *m; (m = curl_multi_info_read(p->multi, &n_messages));) {
		if (m->msg == CURLMSG_DONE)
			code = m->data.result;
	}
	read_end(p->easy, code, words, end);
	curl_multi_remove_handle(p->multi, p->easy);
	curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(fields);
}

static void *run(void *arg)
{
	struct post *p = arg;
	uint64_t one = 1;

	pthread_mutex_lock(&p->lock);
	while (!atomic_load(&p->stops)) {
		if (p->state != POST_ASKED) {
			pthread_cond_wait(&p->moved, &p->lock);
			continue;
		}
		p->state = POST_UNDER_WAY;
		pthread_mutex_unlock(&p->lock);
		struct post_end end = { 0 };
		transfer(p, &end);
		pthread_mutex_lock(&p->lock);
		hg_free(p->ask.body);
		p->ask.body = NULL;
		p->end = end;
		p->state = POST_OVER;
		(void)!write(p->fd, &one, sizeof(one));
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* -- the loop's side --------------------------------------------------------------------------- */

/* "https://example.com:8443": what of a URL may be shown. */
static void set_place(struct post *p, const char *url)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLU *u = curl_url();

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
		(void)snprintf(p->place, sizeof(p->place), "%s://%s:%s", scheme, host, port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

static bool set_up(struct post *p, const struct post_wish *wish)
{
	long timeout_ms = (long)(wish->timeout_us / 1000);
	char *line = NULL;

	p->multi = curl_multi_init();
	p->easy = curl_easy_init();
	if (!p->multi || !p->easy)
		return false;
	set_place(p, wish->url);
	curl_easy_setopt(p->easy, CURLOPT_URL, wish->url);
	curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(p->easy, CURLOPT_FOLLOWLOCATION, 0l);
	curl_easy_setopt(p->easy, CURLOPT_SSL_VERIFYPEER, 1l);
	curl_easy_setopt(p->easy, CURLOPT_SSL_VERIFYHOST, 2l);
	if (strncasecmp(wish->url, "http:", 5) == 0)
		curl_easy_setopt(p->easy, CURLOPT_PROXY, ""); /* it is this machine */
	if (wish->ca_file)
		curl_easy_setopt(p->easy, CURLOPT_CAINFO, wish->ca_file);
	curl_easy_setopt(p->easy, CURLOPT_NOSIGNAL, 1l);
	curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS, timeout_ms > 0 ? timeout_ms : 1l);
	curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(p->easy, CURLOPT_POST, 1l);
	p->fixed = curl_slist_append(p->fixed, "Content-Type: application/json");
	p->fixed = curl_slist_append(p->fixed, "User-Agent: hubgate");
	p->fixed = curl_slist_append(p->fixed, "Expect:"); /* no 100-continue */
	if (wish->token) {
		size_t n = wish->token_n + sizeof("Authorization: Bearer ");
		line = hg_alloc(n);
		(void)snprintf(
			line, n, "Authorization: Bearer %.*s", (int)wish->token_n, wish->token);
		p->fixed = curl_slist_append(p->fixed, line);
		OPENSSL_cleanse(line, n);
		hg_free(line);
	}
	if (wish->secret) {
		p->secret = hg_alloc(wish->secret_n + 1);
		memcpy(p->secret, wish->secret, wish->secret_n);
		p->secret_n = wish->secret_n;
	}
	return true;
}

static void tear_down(struct post *p)
{
	for (struct curl_slist *f = p->fixed; f; f = f->next)
		OPENSSL_cleanse(f->data, strlen(f->data)); /* one of them has the token */
	curl_slist_free_all(p->fixed);
	curl_easy_cleanup(p->easy);
	curl_multi_cleanup(p->multi);
	curl_global_cleanup();
	if (p->secret)
		OPENSSL_cleanse(p->secret, p->secret_n);
	hg_free(p->secret);
	if (p->fd >= 0)
		(void)close(p->fd);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->moved);
	hg_free(p->ask.body);
	hg_free(p);
}

struct post *post_new(const struct post_wish *wish, struct hg_err *err)
{
	struct post *p = hg_alloc0(sizeof(*p));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->moved, NULL);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT); /* counted; the daemon has done so */
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int failed = p->fd < 0 ? errno : !set_up(p, wish) ? ENOMEM : 0;
	if (!failed)
		failed = pthread_create(&p->thread, NULL, run, p);
	if (failed) {
		hg_err_set(err, HG_EIO, "no thread for its POSTs: %s", strerrordesc_np(failed));
		tear_down(p);
		return NULL;
	}
	return p;
}

void post_free(struct post *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stops, true);
	pthread_cond_signal(&p->moved);
	pthread_mutex_unlock(&p->lock);
	curl_multi_wakeup(p->multi);
	pthread_join(p->thread, NULL);
	tear_down(p);
}

void post_send(struct post *p, const struct post_ask *ask)
{
	pthread_mutex_lock(&p->lock);
	p->ask = *ask;
	p->state = POST_ASKED;
	pthread_cond_signal(&p->moved);
	pthread_mutex_unlock(&p->lock);
}

const char *post_place(const struct post *p)
{
	return p->place;
}

int post_fd(const struct post *p)
{
	return p->fd;
}

bool post_take(struct post *p, struct post_end *ret_end)
{
	uint64_t n;

	pthread_mutex_lock(&p->lock);
	bool is_over = p->state == POST_OVER;
	if (is_over) {
		*ret_end = p->end;
		p->state = POST_IDLE;
		(void)!read(p->fd, &n, sizeof(n));
	}
	pthread_mutex_unlock(&p->lock);
	return is_over;
}

/* -- its URL ----------------------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
	unsigned char ip[4];

	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, ip) == 1 && ip[0] == 127);
}

int post_check_url(const char *url, struct hg_err *err)
{
	char *scheme = NULL, *host = NULL, *user = NULL;
	CURLU *u = curl_url();
	int rc = HG_OK;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
		(strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		rc = hg_err_set(err, HG_EINVAL, "url: is no http:// or https:// URL");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		rc = hg_err_set(err, HG_EINVAL,
			"url: has a user's name or password in it, which are not sent: use "
			"`token`");
	else if (strcmp(scheme, "http") == 0 && !is_loopback(host))
		rc = hg_err_set(err, HG_EINVAL,
			"url: http:// to another machine would show everybody what happens here: "
			"use https://");
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(u);
	return rc;
}

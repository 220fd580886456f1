#include "dispatch/wire/upstream.h"
#include "base/bug.h"
#include "base/text.h"
#include "dispatch/flight.h"
#include "dispatch/wire/upstream_head.h"
#include "dispatch/wire/upstream_lines.h"
#include "dispatch/wire/upstream_multi.h"
#include "dispatch/wire/upstream_url.h"
#include <hg/mem.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (64l << 10)
#define MAX_SPARES 32u /* each keeps a buffer of READ_BYTES */

struct transfer { /* one easy handle under way */
	struct hg_upstream *upstream;
	struct hg_flight *flight; /* NULL: aborted, only its end is waited for */
	CURL *easy;
	struct hg_upstream_lines lines;
	struct hg_list link;
	/* whose settings `easy` has, in which generation of them; conf NULL: for one use */
	const struct hg_upstream_conf *conf;
	uint32_t generation;

	struct hg_upstream_head head; /* so far */
	bool has_head, is_paused, in_callback, is_bad;
	bool is_starved;  /* on_upload had nothing to give: curl waits for feed_flight */
	bool is_answered; /* with an error before all of the upload was taken: no more of it is */

	curl_socket_t fd; /* where curl last wanted to hear of it */

	uint32_t chunk; /* of the body: which, and how far */
	size_t at;
	char error[CURL_ERROR_SIZE];
};

struct hg_upstream {
	struct hg_loop *loop;
	struct hg_dispatcher *dispatcher;
	struct hg_upstream_multi multi;
	bool has_moot;    /* some starved transfer is answered */
	CURLSH *sessions; /* TLS sessions, for all */
	struct hg_list transfers;
	struct hg_list spares; /* transfers that ended well: reads, with all settings of `conf` */
	uint32_t n_spares;
	const struct hg_snapshot *snapshot; /* whose upstreams spares are for */
	uint32_t generation;                /* how often that changed */
	struct hg_alarm idle;               /* nothing was under way for idle_timeout_us */
	int64_t idle_timeout_us;
	long max_connections;
	void (*after)(void *arg);
	void *after_arg;
};

/* -- the head ---------------------------------------------------------------------------------- */

/* GitHub has decided: the rest of the body changes nothing, and may be another flight's by now.
 * What it has of it is never completed, so the connection serves nobody else. */
static void note_early_answer(struct transfer *t)
{
	struct hg_upload *upload = t->flight->ask.upload;

	if (!upload || t->head.status < 300 || hg_upload_is_whole(upload))
		return;
	t->is_answered = true;
	t->upstream->has_moot |= t->is_starved;
	(void)curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1l);
}

static void end_of_head(struct transfer *t)
{
	struct hg_now now = hg_loop_now(t->upstream->loop);

	if (t->head.status < 200 || t->head.status > 599) /* 1xx: another head follows */
		return;
	struct hg_head *head = hg_upstream_head_make(&t->head);
	t->is_bad = !head;
	if (!head)
		return;
	t->has_head = true;
	long version = 0;
	(void)curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	t->flight->is_multiplexed = version == CURL_HTTP_VERSION_2_0;
	note_early_answer(t);
	hg_dispatcher_on_head(t->upstream->dispatcher, t->flight, head, &now);
	hg_head_unref(head);
}

static size_t on_line(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t all = size * n, line_n = all;

	if (!t->flight || t->is_bad)
		return 0;
	if (t->has_head)
		return all; /* trailers: dropped */
	while (line_n && (p[line_n - 1] == '\n' || p[line_n - 1] == '\r'))
		line_n--;
	t->in_callback = true;
	if (line_n >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		hg_upstream_head_begin(&t->head, (struct hg_str){ p, line_n });
	} else if (line_n) {
		t->is_bad = !hg_upstream_head_add(&t->head, (struct hg_str){ p, line_n });
	} else {
		end_of_head(t);
	}
	t->in_callback = false;
	return t->flight && !t->is_bad ? all : 0;
}

/* -- bodies ------------------------------------------------------------------------------------ */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t all = size * n;

	if (!t->flight || !t->has_head)
		return 0;
	if (t->is_paused)
		return CURL_WRITEFUNC_PAUSE;
	struct hg_now now = hg_loop_now(t->upstream->loop);
	struct hg_chunk *c = hg_chunk_new((struct hg_str){ p, all });
	t->in_callback = true;
	hg_dispatcher_on_chunk(t->upstream->dispatcher, t->flight, c, &now);
	t->in_callback = false;
	hg_chunk_unref(c);
	return t->flight ? all : 0;
}

static size_t upload_piece(struct transfer *t, char *to, size_t room)
{
	struct hg_now now = hg_loop_now(t->upstream->loop);
	bool has_room = false;

	if (t->is_answered)
		return 0;
	ssize_t taken = hg_upload_take(t->flight->ask.upload, to, room, &has_room);

	t->is_starved = taken < 0;
	t->in_callback = true;
	hg_dispatcher_on_upload(t->upstream->dispatcher, t->flight, taken, has_room, &now);
	t->in_callback = false;
	return taken < 0 ? CURL_READFUNC_PAUSE : (size_t)taken;
}

static size_t on_upload(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t room = size * n, given = 0;

	if (!t->flight)
		return CURL_READFUNC_ABORT;
	if (t->flight->ask.upload)
		return upload_piece(t, to, room);
	const struct hg_chunks *body = &t->flight->ask.body;
	while (given < room && t->chunk < body->n) {
		const struct hg_chunk *c = body->items[t->chunk];
		size_t piece = c->n - t->at < room - given ? c->n - t->at : room - given;
		memcpy(to + given, c->bytes + t->at, piece);
		given += piece;
		t->at += piece;
		if (t->at == c->n) {
			t->chunk++;
			t->at = 0;
		}
	}
	return given;
}

/* RFC 9110, 9.2.2 */
static bool is_idempotent(const struct hg_flight *f)
{
	return !hg_str_is(f->ask.method, HG_STR("POST")) &&
	       !hg_str_is(f->ask.method, HG_STR("PATCH"));
}

/* libcurl may send a body twice only where a repetition is harmless. */
static int on_seek(void *arg, curl_off_t to, int whence)
{
	struct transfer *t = arg;
	bool untouched = !t->chunk && !t->at;

	if (to != 0 || whence != SEEK_SET || !t->flight)
		return CURL_SEEKFUNC_FAIL;
	if (t->flight->ask.upload)
		return hg_upload_is_touched(t->flight->ask.upload) ? CURL_SEEKFUNC_FAIL
		                                                   : CURL_SEEKFUNC_OK;
	if (!untouched && !is_idempotent(t->flight))
		return CURL_SEEKFUNC_FAIL;
	t->chunk = 0;
	t->at = 0;
	return CURL_SEEKFUNC_OK;
}

static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct transfer *t = arg;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	if (!t->flight)
		return CURL_PREREQFUNC_ABORT;
	struct hg_now now = hg_loop_now(t->upstream->loop);
	t->in_callback = true;
	hg_dispatcher_on_connected(t->upstream->dispatcher, t->flight, &now);
	t->in_callback = false;
	return t->flight ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* -- a transfer's life ------------------------------------------------------------------------- */

static void transfer_free(struct transfer *t)
{
	hg_list_remove(&t->link);
	curl_easy_cleanup(t->easy);
	hg_upstream_lines_fini(&t->lines);
	hg_upstream_head_fini(&t->head);
	hg_free(t);
}

static void drop_spares(struct hg_upstream *u)
{
	struct transfer *t;

	while ((t = HG_LIST_FIRST(&u->spares, struct transfer, link)) != NULL)
		transfer_free(t);
	u->n_spares = 0;
}

/* Nothing of the request stays but curl's settings. */
static void make_spare(struct transfer *t)
{
	struct hg_upstream *u = t->upstream;

	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
	hg_upstream_lines_clear(&t->lines);
	hg_upstream_head_begin(&t->head, (struct hg_str){ 0 });
	t->flight = NULL;
	t->fd = CURL_SOCKET_BAD;
	t->has_head = t->is_paused = t->in_callback = t->is_bad = false;
	t->is_starved = t->is_answered = false;
	t->chunk = 0;
	t->at = 0;
	t->error[0] = '\0';
	hg_list_remove(&t->link);
	hg_list_add_first(&u->spares, &t->link);
	u->n_spares++;
}

/* It is out of the multi handle. */
static void give_up(struct transfer *t, bool ended_well)
{
	struct hg_upstream *u = t->upstream;

	if (ended_well && t->conf && t->generation == u->generation && u->n_spares < MAX_SPARES)
		make_spare(t);
	else
		transfer_free(t);
	if (hg_list_is_empty(&u->transfers))
		hg_alarm_set(&u->idle, hg_loop_now(u->loop).mono_us + u->idle_timeout_us);
}

#define SET(option, value) HG_BUG_ON(curl_easy_setopt(t->easy, option, value) != CURLE_OK)

static void set_method(struct transfer *t, const struct hg_flight *f)
{
	struct hg_str method = f->ask.method;
	char word[33];

	HG_BUG_ON(method.n >= sizeof(word));
	memcpy(word, method.p, method.n);
	word[method.n] = '\0';
	if (hg_str_is(method, HG_STR("HEAD"))) {
		SET(CURLOPT_NOBODY, 1l);
	} else if (f->ask.body.n || f->ask.upload || hg_str_is(method, HG_STR("POST")) ||
		   hg_str_is(method, HG_STR("PUT")) || hg_str_is(method, HG_STR("PATCH"))) {
		SET(CURLOPT_POST, 1l);
		SET(CURLOPT_POSTFIELDSIZE_LARGE,
			f->ask.upload ? (curl_off_t)hg_upload_length(f->ask.upload)
				      : (curl_off_t)f->ask.body.bytes);
		SET(CURLOPT_READFUNCTION, on_upload);
		SET(CURLOPT_READDATA, t);
		SET(CURLOPT_SEEKFUNCTION, on_seek);
		SET(CURLOPT_SEEKDATA, t);
		SET(CURLOPT_CUSTOMREQUEST, word);
	} else {
		SET(CURLOPT_CUSTOMREQUEST, word);
	}
	if (!f->ask.body.n && !f->ask.upload && !is_idempotent(f))
		SET(CURLOPT_FRESH_CONNECT, 1l);
}

static void set_connection(struct transfer *t, const struct hg_upstream_conf *conf, const char *url)
{
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION,
		(long)(conf->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	SET(CURLOPT_PIPEWAIT, (long)(conf->http2 && strncmp(url, "https:", 6) == 0));
	SET(CURLOPT_SSL_VERIFYPEER, 1l);
	SET(CURLOPT_SSL_VERIFYHOST, 2l);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (conf->ca_file)
		SET(CURLOPT_CAINFO, conf->ca_file);
	if (conf->proxy)
		SET(CURLOPT_PROXY, conf->proxy);
	if (hg_url_is_loopback(hg_str(url)))
		SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1l);
	SET(CURLOPT_MAXAGE_CONN, (long)(conf->idle_timeout_us / 1000000));
	/* the dispatcher keeps the time; this only frees a socket that nobody asks about any more
	 */
	SET(CURLOPT_CONNECTTIMEOUT, 300l);
}

/* All but what differs from one read of an upstream to the next. */
static void set_up(struct transfer *t, const struct hg_upstream_conf *conf)
{
	SET(CURLOPT_PATH_AS_IS, 1l);
	SET(CURLOPT_NOSIGNAL, 1l);
	SET(CURLOPT_SHARE, t->upstream->sessions);
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_BUFFERSIZE, READ_BYTES);
	SET(CURLOPT_USERAGENT, conf->user_agent);
	SET(CURLOPT_HEADERFUNCTION, on_line);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, t);
}

/* Uploads and GraphQL may have a host of their own, which the proxy or its absence hangs on. */
static bool is_plain_read(const struct hg_flight *f)
{
	return f->ask.entrance == HG_GITHUB_REST && hg_str_is(f->ask.method, HG_STR("GET")) &&
	       !f->ask.body.n && !f->ask.upload && !f->ask.url.n;
}

static struct transfer *spare_for(struct hg_upstream *u, const struct hg_upstream_conf *conf)
{
	struct transfer *t;

	HG_LIST_EACH(&u->spares, t, link)
	{
		if (t->conf != conf)
			continue;
		hg_list_remove(&t->link);
		u->n_spares--;
		return t;
	}
	return NULL;
}

static struct transfer *transfer_new(struct hg_upstream *u)
{
	struct transfer *t = hg_alloc0(sizeof(*t));

	t->upstream = u;
	t->fd = CURL_SOCKET_BAD;
	hg_upstream_head_init(&t->head);
	hg_list_init(&t->link);
	t->easy = curl_easy_init();
	HG_BUG_ON(!t->easy);
	return t;
}

static void send_flight(void *arg, struct hg_flight *f)
{
	struct hg_upstream *u = arg;
	const struct hg_upstream_conf *conf = hg_flight_upstream(f);
	bool is_kept = is_plain_read(f) && f->snapshot == u->snapshot;
	struct transfer *t = is_kept ? spare_for(u, conf) : NULL;
	struct hg_text url;

	hg_text_init(&url);
	hg_upstream_url(&url, conf, &f->ask);
	if (!t) {
		t = transfer_new(u);
		set_up(t, conf);
		set_method(t, f);
		set_connection(t, conf, url.p);
		/* curl would make a credential of a redirect's "https://user:word@host" */
		SET(CURLOPT_DISALLOW_USERNAME_IN_URL, (long)(f->ask.url.n > 0));
		t->conf = is_kept ? conf : NULL;
		t->generation = u->generation;
	}
	t->flight = f;
	f->transfer = t;
	hg_list_add(&u->transfers, &t->link);
	hg_alarm_clear(&u->idle);
	SET(CURLOPT_URL, url.p);
	SET(CURLOPT_HTTPHEADER, hg_upstream_lines_make(&t->lines, f));
	hg_text_fini(&url);
	/* curl asks for a timer at once and starts from there, never inside this call */
	HG_BUG_ON(curl_multi_add_handle(u->multi.handle, t->easy) != CURLM_OK);
}

static void abort_flight(void *arg, struct hg_flight *f)
{
	struct hg_upstream *u = arg;
	struct transfer *t = f->transfer;

	if (!t)
		return;
	f->transfer = NULL;
	t->flight = NULL;
	if (t->in_callback)
		return; /* the callback says no to curl, and the end of the transfer frees it */
	(void)curl_multi_remove_handle(u->multi.handle, t->easy);
	give_up(t, false);
}

static void pause_flight(void *arg, struct hg_flight *f, bool paused)
{
	struct transfer *t = f->transfer;

	(void)arg;
	if (!t || t->is_paused == paused)
		return;
	t->is_paused = paused; /* the next piece is refused by on_body */
	if (!paused && !t->in_callback)
		(void)curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

static void feed_flight(void *arg, struct hg_flight *f)
{
	struct transfer *t = f->transfer;

	(void)arg;
	if (!t || !t->is_starved || t->in_callback)
		return;
	t->is_starved = false;
	/* a paused download stays so: on_body refuses the next piece again */
	(void)curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

/* -- what curl reports ------------------------------------------------------------------------- */

static int code_of(const struct transfer *t, CURLcode result)
{
	if (result == CURLE_OK)
		return t->has_head ? 0 : HG_EIO;
	switch ((int)result) {
	case CURLE_OPERATION_TIMEDOUT:
		return HG_ETIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return HG_EDENIED;
	default:
		return HG_EIO;
	}
}

static void end_transfer(struct transfer *t, CURLcode result)
{
	struct hg_upstream *u = t->upstream;
	struct hg_flight *f = t->flight;
	long sent_bytes = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
	(void)curl_multi_remove_handle(u->multi.handle, t->easy);
	if (f) {
		struct hg_now now = hg_loop_now(u->loop);
		char why[CURL_ERROR_SIZE];
		const char *text = t->is_bad     ? "malformed reply"
		                   : t->error[0] ? t->error
		                                 : curl_easy_strerror(result);
		(void)snprintf(why, sizeof(why), "%s", text);
		int code = t->is_bad ? HG_EINVAL : code_of(t, result);
		f->transfer = NULL;
		give_up(t, code == 0);
		hg_dispatcher_on_end(u->dispatcher, f, code, sent_bytes > 0, why, &now);
		return;
	}
	give_up(t, false);
}

static void reap(struct hg_upstream *u)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(u->multi.handle, &left)) != NULL) {
		struct transfer *t = NULL;
		CURLcode result = msg->data.result;
		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		end_transfer(t, result);
	}
}

/* A paused upload would keep an answered transfer from its end. */
static void end_moot_uploads(struct hg_upstream *u)
{
	struct transfer *t;

	u->has_moot = false;
	HG_LIST_EACH(&u->transfers, t, link)
	{
		if (!t->is_answered || !t->is_starved)
			continue;
		t->is_starved = false;
		(void)curl_easy_pause(t->easy, CURLPAUSE_CONT);
	}
}

/* libcurl does not say that the other side closed as long as an upload is paused, but waits for the
 * next piece to fail; that may be a client's whole patience. */
static void end_if_closed(struct hg_upstream *u, curl_socket_t fd)
{
	struct transfer *t;
	char byte;

	HG_LIST_EACH(&u->transfers, t, link)
	{
		if (!t->flight || !t->is_starved || t->has_head || t->fd != fd)
			continue;
		if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
			return;
		end_transfer(t, CURLE_GOT_NOTHING);
		u->after(u->after_arg);
		return;
	}
}

/* curl has moved its transfers. */
static void after_moves(void *arg, curl_socket_t read_fd)
{
	struct hg_upstream *u = arg;

	if (u->has_moot)
		end_moot_uploads(u);
	reap(u);
	u->after(u->after_arg);
	if (read_fd != CURL_SOCKET_BAD)
		end_if_closed(u, read_fd);
}

static void note_socket(void *arg, CURL *easy, curl_socket_t fd)
{
	struct transfer *t = NULL;

	(void)arg;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
	if (t)
		t->fd = fd;
}

/* -- the whole --------------------------------------------------------------------------------- */

int hg_upstream_check(const struct hg_upstream_conf *conf, struct hg_err *err)
{
	CURLU *url = curl_url();
	int rc = 0;

	HG_BUG_ON(!url);
	if (curl_url_set(url, CURLUPART_URL, conf->base_url, 0) != CURLUE_OK ||
		(strncmp(conf->base_url, "https://", 8) != 0 &&
			strncmp(conf->base_url, "http://", 7) != 0))
		rc = hg_err_set(err, HG_EINVAL, "upstream.base_url: \"%s\" is no http or https URL",
			conf->base_url);
	else if (strncmp(conf->base_url, "http://", 7) == 0 &&
		 !hg_url_is_loopback(hg_str(conf->base_url)))
		rc = hg_err_set(err, HG_EINVAL,
			"upstream.base_url: \"%s\" would send tokens in the clear; only loopback "
			"may be http",
			conf->base_url);
	else if (conf->ca_file && access(conf->ca_file, R_OK) < 0)
		rc = hg_err_set(
			err, HG_ENOTFOUND, "upstream.ca_file: cannot read \"%s\"", conf->ca_file);
	curl_url_cleanup(url);
	return rc;
}

/* Without a number of its own libcurl would keep four connections for each request under way: as
 * soon as a burst ends it would close what the next one needs. */
static void set_limits(struct hg_upstream *u)
{
	(void)curl_multi_setopt(u->multi.handle, CURLMOPT_MAX_HOST_CONNECTIONS, u->max_connections);
	(void)curl_multi_setopt(u->multi.handle, CURLMOPT_MAXCONNECTS,
		u->max_connections * u->snapshot->n_upstreams);
}

/* libcurl looks at the age of an idle connection only when it wants to use one, so when nothing
 * is under way any more the whole of them is closed, before GitHub does it at 60 s. */
static void close_idle(struct hg_alarm *a)
{
	struct hg_upstream *u = HG_CONTAINER(a, struct hg_upstream, idle);

	HG_BUG_ON(!hg_list_is_empty(&u->transfers));
	drop_spares(u);
	hg_upstream_multi_reopen(&u->multi);
	set_limits(u);
}

/* What curl keeps for all hosts alike: the shortest idle time, and the most connections (the
 * dispatcher counts each site's). */
void hg_upstream_adopt(struct hg_upstream *u, const struct hg_snapshot *s)
{
	drop_spares(u);
	u->snapshot = s;
	u->generation++;
	u->idle_timeout_us = s->upstreams[0].idle_timeout_us;
	u->max_connections = 0;
	for (uint32_t i = 0; i < s->n_upstreams; i++) {
		const struct hg_upstream_conf *conf = &s->upstreams[i];
		if (conf->idle_timeout_us < u->idle_timeout_us)
			u->idle_timeout_us = conf->idle_timeout_us;
		if (conf->max_connections > u->max_connections)
			u->max_connections = (long)conf->max_connections;
	}
	set_limits(u);
}

struct hg_upstream *hg_upstream_new(struct hg_loop *loop, const struct hg_snapshot *s,
	void (*after)(void *arg), void *arg, struct hg_err *err)
{
	for (uint32_t i = 0; i < s->n_upstreams; i++)
		if (hg_upstream_check(&s->upstreams[i], err) < 0)
			return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)hg_err_set(err, HG_EFAIL, "libcurl does not start");
		return NULL;
	}
	struct hg_upstream *u = hg_alloc0(sizeof(*u));
	u->loop = loop;
	u->after = after;
	u->after_arg = arg;
	hg_list_init(&u->transfers);
	hg_list_init(&u->spares);
	u->sessions = curl_share_init();
	HG_BUG_ON(!u->sessions);
	(void)curl_share_setopt(u->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	hg_upstream_multi_init(&u->multi, loop, after_moves, note_socket, u);
	hg_alarm_init(&u->idle, loop, close_idle);
	hg_upstream_adopt(u, s);
	return u;
}

void hg_upstream_free(struct hg_upstream *u)
{
	struct transfer *t;

	if (!u)
		return;
	while ((t = HG_LIST_FIRST(&u->transfers, struct transfer, link)) != NULL) {
		(void)curl_multi_remove_handle(u->multi.handle, t->easy);
		transfer_free(t);
	}
	drop_spares(u);
	hg_upstream_multi_fini(&u->multi);
	(void)curl_share_cleanup(u->sessions);
	hg_alarm_clear(&u->idle);
	hg_free(u);
	curl_global_cleanup();
}

void hg_upstream_bind(struct hg_upstream *u, struct hg_dispatcher *d)
{
	u->dispatcher = d;
}

void hg_upstream_start(struct hg_upstream *u)
{
	hg_upstream_multi_start(&u->multi);
}

struct hg_transport hg_upstream_transport(struct hg_upstream *u)
{
	return (struct hg_transport){ u, send_flight, abort_flight, pause_flight, feed_flight };
}

#include "tls_world.h"

/* -- a site that is served by TLS -------------------------------------------------------------- */

static struct {
	uint32_t n_requests, n_gone;
	char client[80];
	size_t n_body;
	uint64_t sum; /* of the body's bytes */
} site;

static enum hg_verdict on_hello(void *self, struct hg_request *r)
{
	struct hg_str client = hg_request_client(r);

	(void)self;
	site.n_requests++;
	(void)snprintf(site.client, sizeof(site.client), "%.*s", (int)client.n, client.p);
	hg_reply_text(r, 200, "text/plain", HG_STR("hello"));
	return HG_ANSWERED;
}

static enum hg_verdict on_post(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	site.n_requests++;
	site.n_body = site.sum = 0;
	return HG_NEXT;
}

static enum hg_verdict on_body(void *self, struct hg_request *r, struct hg_str piece, int end)
{
	(void)self;
	site.n_body += piece.n;
	for (size_t i = 0; i < piece.n; i++)
		site.sum = site.sum * 31 + (unsigned char)piece.p[i];
	if (!end)
		return HG_NEXT;
	hg_reply_text(r, 200, "text/plain", HG_STR("taken"));
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	site.n_gone++;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_hello, .on_gone = on_gone },
	{ .methods = "POST",
		.path = "/post",
		.max_body_bytes = 4 << 20,
		.on_request = on_post,
		.on_body = on_body,
		.on_gone = on_gone },
	{ 0 },
};

static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

static struct papers papers;

static int make_papers(void **state)
{
	(void)state;
	papers_make(&papers);
	papers_issue(&papers, "build-7", "build-7", NULL, 30, false);
	papers_issue(&papers, "nameless", "", "DNS:runner.example,email:a@b.example", 30, false);
	papers_issue(&papers, "odd", "a b: c", NULL, 30, false);
	papers_issue(&papers, "stranger", "build-7", NULL, 30, true);
	papers_issue(&papers, "late", "build-7", NULL, -1, false);
	return 0;
}

static int burn_papers(void **state)
{
	(void)state;
	papers_burn(&papers);
	return 0;
}

static void start_with(struct world *w, const char *client_ca, bool needs)
{
	memset(&site, 0, sizeof(site));
	world_init(w);
	world_plug(w, &table);
	w->listener.tls = papers_tls(&papers, client_ca, needs);
	world_start(w);
}

static void start(struct world *w)
{
	start_with(w, NULL, false);
}

static void stop(struct world *w)
{
	struct hg_tls *tls = w->listener.tls;

	world_stop(w);
	assert_int_equal(site.n_gone, site.n_requests);
	hg_tls_unref(tls);
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

/* -- the handshake ----------------------------------------------------------------------------- */

static void both_versions_are_spoken(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world w;
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, versions[i], NULL);
		start(&w);
		tls_connect(&t, world_connect(&w), client);
		assert_int_equal(SSL_version(t.ssl), versions[i]);
		tls_say(&t, GET("/hello"));
		assert_non_null(strstr(tls_hear(&t), "hello"));
		assert_string_equal(site.client, "local");
		tls_forget(&t);
		tls_say(&t, GET("/hello") GET("/hello")); /* kept open, pipelined */
		assert_int_equal(count_of(tls_hear(&t), "200 OK"), 2);
		tls_leave(&t);
		SSL_CTX_free(client);
		stop(&w);
	}
}

static void versions_before_1_2_are_refused(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_1_VERSION, NULL);

	SSL_CTX_set_security_level(client, 0);
	start(&w);
	tls_connect(&t, world_connect(&w), client);
	assert_true(t.failed);
	assert_true(t.p->closed || t.p->reset);
	tls_free(&t);
	SSL_CTX_free(client);
	stop(&w);
}

static void a_handshake_may_come_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world w;
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, versions[i], NULL);
		start(&w);
		tls_open(&t, world_connect(&w), client);
		tls_settle(&t, 1);
		assert_true(SSL_is_init_finished(t.ssl));
		assert_int_equal(SSL_write(t.ssl, GET("/hello"), sizeof(GET("/hello")) - 1),
			sizeof(GET("/hello")) - 1);
		tls_settle(&t, 1);
		assert_non_null(strstr(tls_hear(&t), "hello"));
		tls_leave(&t);
		SSL_CTX_free(client);
		stop(&w);
	}
}

static void http_1_1_is_chosen_and_nothing_else_is_spoken(void **state)
{
	(void)state;
	struct world w;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);
	struct tls_peer t;
	const unsigned char *word;
	unsigned n;

	start(&w);
	assert_int_equal(
		SSL_CTX_set_alpn_protos(client, (const unsigned char *)"\x02h2\x08http/1.1", 12),
		0);
	tls_connect(&t, world_connect(&w), client);
	SSL_get0_alpn_selected(t.ssl, &word, &n);
	assert_int_equal(n, 8);
	assert_memory_equal(word, "http/1.1", 8);
	tls_leave(&t);
	assert_int_equal(SSL_CTX_set_alpn_protos(client, (const unsigned char *)"\x02h2", 3), 0);
	tls_connect(&t, world_connect(&w), client);
	assert_true(t.failed);
	tls_free(&t);
	SSL_CTX_free(client);
	stop(&w);
}

static void what_is_no_handshake_is_closed(void **state)
{
	(void)state;
	static const char *const words[] = { GET("/hello"), "\x16\x03\x01\xff\xff garbage",
		"\0\0\0\0\0\0\0\0", "\x80\x2e\x01\x03\x01", "SSH-2.0-x\r\n\r\n\r\n\r\n" };
	struct world w;

	start(&w);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct peer *p = world_connect(&w);
		peer_say_bytes(p, words[i], i == 2 ? 8 : strlen(words[i]));
		const char *heard = peer_hear(p);
		assert_null(strstr(heard, "HTTP/1.1"));
		if (!p->closed && !p->reset) { /* it may be the beginning of a long record */
			world_wait(&w, 11 * SEC);
			(void)peer_hear(p);
		}
		assert_true(p->closed || p->reset);
	}
	assert_int_equal(site.n_requests, 0);
	stop(&w);
}

static void a_slow_handshake_is_closed_in_time(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);
	char hello[4096];

	start(&w);
	struct peer *silent = world_connect(&w);
	tls_open(&t, world_connect(&w), client);
	int n = BIO_read(t.out, hello, sizeof(hello));
	for (int i = 0; i < 5; i++) { /* a byte now and then does not buy time */
		peer_say_bytes(t.p, hello + i, 1);
		world_wait(&w, 1900 * 1000);
	}
	(void)peer_hear(t.p);
	assert_false(t.p->closed);
	assert_true(n > 5);
	world_wait(&w, 1 * SEC);
	(void)peer_hear(t.p);
	(void)peer_hear(silent);
	assert_true(t.p->closed || t.p->reset);
	assert_true(silent->closed || silent->reset);
	tls_free(&t);
	SSL_CTX_free(client);
	stop(&w);
}

static void a_drain_does_not_wait_for_handshakes(void **state)
{
	(void)state;
	struct world w;

	start(&w);
	struct peer *p = world_connect(&w);
	hg_front_drain(w.front, NULL, NULL);
	(void)peer_hear(p);
	assert_true(p->closed || p->reset);
	stop(&w);
}

/* -- sessions ---------------------------------------------------------------------------------- */

static SSL_SESSION *last_session;

static int on_session(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	SSL_SESSION_free(last_session);
	last_session = session;
	return 1;
}

static SSL_CTX *resuming_client(int version, const char *own)
{
	SSL_CTX *client = client_new(&papers, version, own);

	SSL_CTX_set_session_cache_mode(
		client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(client, on_session);
	return client;
}

/* Says hello on a connection that offers the last session; was it resumed? */
static bool is_resumed(struct world *w, SSL_CTX *client)
{
	struct tls_peer t;

	tls_open(&t, world_connect(w), client);
	SSL_free(t.ssl);
	t.in = BIO_new(BIO_s_mem());
	t.out = BIO_new(BIO_s_mem());
	t.ssl = SSL_new(client);
	SSL_set_bio(t.ssl, t.in, t.out);
	SSL_set_connect_state(t.ssl);
	if (last_session)
		assert_int_equal(SSL_set_session(t.ssl, last_session), 1);
	(void)SSL_do_handshake(t.ssl);
	tls_settle(&t, SIZE_MAX);
	tls_say(&t, GET("/hello"));
	assert_non_null(strstr(tls_hear(&t), "hello"));
	bool resumed = SSL_session_reused(t.ssl);
	tls_leave(&t);
	return resumed;
}

static void forget_session(void)
{
	SSL_SESSION_free(last_session);
	last_session = NULL;
}

static void a_session_goes_on_at_another_front_and_after_a_reload(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world one, other;
		SSL_CTX *client = resuming_client(versions[i], NULL);
		start(&one);
		assert_false(is_resumed(&one, client));
		assert_true(is_resumed(&one, client));
		stop(&one);
		start(&other); /* its context is another one */
		assert_true(is_resumed(&other, client));
		hg_tls_rotate_keys(); /* the key before this one is still good … */
		assert_true(is_resumed(&other, client));
		SSL_SESSION *kept = last_session;
		SSL_SESSION_up_ref(kept);
		hg_tls_rotate_keys();
		hg_tls_rotate_keys(); /* … and the one before that is not */
		SSL_SESSION_free(last_session);
		last_session = kept;
		assert_false(is_resumed(&other, client));
		stop(&other);
		forget_session();
		SSL_CTX_free(client);
	}
}

static void a_session_does_not_lead_to_where_others_are_let_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world open, closed;
		SSL_CTX *client = resuming_client(versions[i], "build-7");
		start_with(&open, "ca.pem", false);
		assert_false(is_resumed(&open, client));
		assert_true(is_resumed(&open, client));
		assert_string_equal(site.client, "cert:build-7"); /* the session remembers */
		stop(&open);
		start_with(&closed, "ca.pem", true);
		assert_false(is_resumed(&closed, client));
		stop(&closed);
		forget_session();
		SSL_CTX_free(client);
	}
}

static void renegotiation_is_refused(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_2_VERSION, NULL);

	start(&w);
	tls_connect(&t, world_connect(&w), client);
	tls_say(&t, GET("/hello"));
	assert_int_equal(SSL_renegotiate(t.ssl), 1);
	(void)SSL_do_handshake(t.ssl);
	tls_settle(&t, SIZE_MAX);
	assert_true(t.failed || SSL_renegotiate_pending(t.ssl));
	assert_int_equal(site.n_requests, 1);
	tls_free(&t);
	peer_leave(t.p);
	SSL_CTX_free(client);
	stop(&w);
}

/* -- clients ----------------------------------------------------------------------------------- */

struct visitor {
	const char *own, *name; /* name NULL: not let in */
};

static void visit(const char *client_ca, bool needs, const struct visitor *visitors, size_t n)
{
	struct world w;

	start_with(&w, client_ca, needs);
	for (size_t i = 0; i < 2 * n; i++) {
		const struct visitor *v = &visitors[i / 2];
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, versions[i % 2], v->own);
		uint32_t before = site.n_requests;
		tls_connect(&t, world_connect(&w), client);
		if (!t.failed && SSL_is_init_finished(t.ssl) && !t.p->closed)
			tls_say(&t, GET("/hello"));
		if (v->name) {
			assert_non_null(strstr(tls_hear(&t), "hello"));
			assert_string_equal(site.client, v->name);
		} else {
			(void)tls_hear(&t);
			assert_true(t.failed);
			assert_true(t.p->closed || t.p->reset);
			assert_int_equal(site.n_requests, before);
		}
		tls_free(&t);
		peer_leave(t.p);
		SSL_CTX_free(client);
	}
	stop(&w);
}

static void who_must_show_a_certificate_is_let_in_by_it_only(void **state)
{
	(void)state;
	static const struct visitor visitors[] = { { "build-7", "cert:build-7" },
		{ "nameless", "cert:runner.example" }, { NULL, NULL }, { "stranger", NULL },
		{ "late", NULL } };

	visit("ca.pem", true, visitors, 5);
}

static void who_may_show_a_certificate_may_come_without(void **state)
{
	(void)state;
	static const struct visitor visitors[] = { { "build-7", "cert:build-7" }, { NULL, "local" },
		{ "stranger", NULL }, { "late", NULL } };

	visit("ca.pem", false, visitors, 4);
}

static void a_name_that_can_not_be_written_is_a_digest(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, "odd");

	start_with(&w, "ca.pem", true);
	tls_connect(&t, world_connect(&w), client);
	tls_say(&t, GET("/hello"));
	assert_int_equal(strlen(site.client), 5 + 32);
	assert_int_equal(strspn(site.client + 5, "0123456789abcdef"), 32);
	tls_leave(&t);
	SSL_CTX_free(client);
	stop(&w);
}

/* -- bodies ------------------------------------------------------------------------------------ */

static void a_large_reply_waits_for_its_reader_and_comes_whole(void **state)
{
	(void)state;
	enum { CHUNKS = 400, CHUNK = 5000 };
	for (size_t v = 0; v < 2; v++) {
		struct world w;
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, versions[v], NULL);
		char *chunk = hg_alloc(CHUNK + 1);
		uint32_t given = 0, n_full = 0;
		start(&w);
		tls_connect(&t, world_connect(&w), client);
		assert_true(SSL_write(t.ssl, GET("/user"), sizeof(GET("/user")) - 1) > 0);
		tls_flush(&t, SIZE_MAX);
		world_turn(&w);
		assert_int_equal(w.n_tickets, 1);
		world_give_head(&w, 0, 200, NULL, 0);
		chunk[CHUNK] = '\0';
		for (; given < CHUNKS; given++) { /* nobody reads meanwhile */
			memset(chunk, 'a' + (int)(given % 26), CHUNK);
			n_full += world_give(&w, 0, chunk);
			world_turn(&w);
		}
		assert_true(n_full > 0); /* the dispatcher is told to pause */
		world_finish(&w, 0);
		const char *heard = tls_hear(&t);
		uint32_t n_seen = 0;
		for (const char *p = heard; *p; p++)
			n_seen += *p == 'q';
		assert_in_range(n_seen, CHUNKS / 26 * CHUNK, (CHUNKS / 26 + 1) * CHUNK + 100);
		assert_true(t.heard.n > CHUNKS * CHUNK);
		assert_memory_equal(t.heard.p + t.heard.n - 7, "\r\n0\r\n\r\n", 7);
		tls_forget(&t);
		tls_say(&t, GET("/hello"));
		assert_non_null(strstr(tls_hear(&t), "hello"));
		tls_leave(&t);
		hg_free(chunk);
		SSL_CTX_free(client);
		stop(&w);
	}
}

static void a_reader_that_takes_nothing_is_cut(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);
	char *chunk = hg_alloc0(60001);

	memset(chunk, 'x', 60000);
	start(&w);
	tls_connect(&t, world_connect(&w), client);
	assert_true(SSL_write(t.ssl, GET("/user"), sizeof(GET("/user")) - 1) > 0);
	tls_flush(&t, SIZE_MAX);
	world_turn(&w);
	world_give_head(&w, 0, 200, NULL, 0);
	for (int i = 0; i < 50; i++)
		(void)world_give(&w, 0, chunk);
	world_turn(&w);
	world_wait(&w, 31 * SEC);
	assert_int_equal(w.n_cancelled, 1);
	(void)peer_hear(t.p);
	assert_true(t.p->reset || t.p->closed);
	tls_free(&t);
	hg_free(chunk);
	SSL_CTX_free(client);
	stop(&w);
}

static void a_large_upload_comes_whole(void **state)
{
	(void)state;
	enum { BODY = 3 << 20 };
	for (size_t v = 0; v < 2; v++) {
		struct world w;
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, versions[v], NULL);
		char *body = hg_alloc(BODY), head[128];
		uint64_t sum = 0;
		for (size_t i = 0; i < BODY; i++) {
			body[i] = (char)(i * 7 >> 2);
			sum = sum * 31 + (unsigned char)body[i];
		}
		start(&w);
		tls_connect(&t, world_connect(&w), client);
		(void)snprintf(head, sizeof(head),
			"POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n",
			(int)BODY);
		tls_say(&t, head);
		for (size_t at = 0; at < BODY;) {
			size_t n = 1 + at * 13 % 70000;
			n = n < BODY - at ? n : BODY - at;
			assert_int_equal(SSL_write(t.ssl, body + at, (int)n), n);
			tls_flush(&t, SIZE_MAX);
			at += n;
		}
		assert_non_null(strstr(tls_hear(&t), "taken"));
		assert_int_equal(site.n_body, BODY);
		assert_true(site.sum == sum);
		tls_leave(&t);
		hg_free(body);
		SSL_CTX_free(client);
		stop(&w);
	}
}

/* -- the end ----------------------------------------------------------------------------------- */

static void an_end_in_the_middle_of_a_body_is_an_end_with_or_without_a_word(void **state)
{
	(void)state;
	for (int polite = 0; polite < 2; polite++) {
		struct world w;
		struct tls_peer t;
		SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);
		start(&w);
		tls_connect(&t, world_connect(&w), client);
		tls_say(&t, "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
			    "10\r\n\r\nabc");
		assert_int_equal(site.n_body, 3);
		if (polite) {
			tls_leave(&t);
		} else {
			tls_free(&t);
			peer_leave(t.p);
		}
		assert_int_equal(site.n_requests, 1);
		assert_int_equal(site.n_gone, 1);
		SSL_CTX_free(client);
		stop(&w);
	}
}

static void who_closes_is_told_that_nothing_is_missing(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);

	start(&w);
	tls_connect(&t, world_connect(&w), client);
	tls_say(&t, "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(tls_hear(&t), "hello"));
	assert_true(t.notified);
	assert_true(t.p->closed);
	tls_free(&t);
	tls_connect(&t, world_connect(&w), client); /* an idle one as well */
	world_wait(&w, 61 * SEC);
	(void)tls_hear(&t);
	assert_true(t.notified);
	tls_free(&t);
	SSL_CTX_free(client);
	stop(&w);
}

static void a_reply_that_is_cut_ends_without_a_word(void **state)
{
	(void)state;
	struct world w;
	struct tls_peer t;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);

	start(&w);
	tls_connect(&t, world_connect(&w), client);
	tls_say(&t, GET("/user"));
	world_give_head(&w, 0, 200, NULL, 0);
	world_give(&w, 0, "some");
	assert_non_null(strstr(tls_hear(&t), "some"));
	world_end(&w, 0, &(struct hg_ticket_end){ .code = HG_EIO, .status = 502 });
	(void)tls_hear(&t);
	assert_true(t.p->closed || t.p->reset);
	assert_false(t.notified);
	tls_free(&t);
	SSL_CTX_free(client);
	stop(&w);
}

static void malformed_requests_are_answered_as_in_the_clear(void **state)
{
	(void)state;
	static const struct {
		const char *text, *status;
	} rows[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", "HTTP/1.1 505 " },
		{ "GET /../x HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 " },
		{ "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
			"HTTP/1.1 400 " },
	};
	struct world w;
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);

	start(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_peer t;
		tls_connect(&t, world_connect(&w), client);
		tls_say(&t, rows[i].text);
		assert_memory_equal(tls_hear(&t), rows[i].status, strlen(rows[i].status));
		assert_true(t.notified); /* after the whole answer */
		tls_leave(&t);
	}
	assert_int_equal(site.n_requests, 0);
	SSL_CTX_free(client);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_are_spoken),
		cmocka_unit_test(versions_before_1_2_are_refused),
		cmocka_unit_test(a_handshake_may_come_byte_by_byte),
		cmocka_unit_test(http_1_1_is_chosen_and_nothing_else_is_spoken),
		cmocka_unit_test(what_is_no_handshake_is_closed),
		cmocka_unit_test(a_slow_handshake_is_closed_in_time),
		cmocka_unit_test(a_drain_does_not_wait_for_handshakes),
		cmocka_unit_test(a_session_goes_on_at_another_front_and_after_a_reload),
		cmocka_unit_test(a_session_does_not_lead_to_where_others_are_let_in),
		cmocka_unit_test(renegotiation_is_refused),
		cmocka_unit_test(who_must_show_a_certificate_is_let_in_by_it_only),
		cmocka_unit_test(who_may_show_a_certificate_may_come_without),
		cmocka_unit_test(a_name_that_can_not_be_written_is_a_digest),
		cmocka_unit_test(a_large_reply_waits_for_its_reader_and_comes_whole),
		cmocka_unit_test(a_reader_that_takes_nothing_is_cut),
		cmocka_unit_test(a_large_upload_comes_whole),
		cmocka_unit_test(an_end_in_the_middle_of_a_body_is_an_end_with_or_without_a_word),
		cmocka_unit_test(who_closes_is_told_that_nothing_is_missing),
		cmocka_unit_test(a_reply_that_is_cut_ends_without_a_word),
		cmocka_unit_test(malformed_requests_are_answered_as_in_the_clear),
	};

	return cmocka_run_group_tests(tests, make_papers, burn_papers);
}

#include "tls_world.h"
#include "front/net.h"
#include "front/preface.h"

static struct {
	uint32_t n_requests;
	char peer[80];
} site;

static enum hg_verdict on_hello(void *self, struct hg_request *r)
{
	struct hg_str peer = hg_request_peer(r);

	(void)self;
	site.n_requests++;
	(void)snprintf(site.peer, sizeof(site.peer), "%.*s", (int)peer.n, peer.p);
	hg_reply_text(r, 200, "text/plain", HG_STR("hello"));
	return HG_ANSWERED;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_hello },
	{ 0 },
};

static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define HERE "\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50"
#define ELSEWHERE "\x21\x11\0\x0c\xc0\0\2\7\x7f\0\0\1\x30\x39\0\x50"
#define S(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}

static struct hg_net nets[1];

static void start(struct world *w, const char *trusted)
{
	memset(&site, 0, sizeof(site));
	world_init(w);
	world_plug(w, &table);
	w->listener.has_preface = true;
	assert_true(hg_net_parse(hg_str(trusted), &nets[0]));
	w->listener.trusted = nets;
	w->listener.n_trusted = 1;
	world_start(w);
}

static void the_client_is_whom_a_trusted_proxy_names(void **state)
{
	(void)state;
	static const struct {
		struct hg_str preface;
		const char *peer; /* NULL: the proxy itself */
		const char *status;
	} rows[] = {
		{ S(SIGNATURE HERE), "127.0.0.1:12345", "HTTP/1.1 200 " },
		{ S(SIGNATURE ELSEWHERE), "",
			"HTTP/1.1 403 " }, /* without keys: this machine only */
		{ S(SIGNATURE "\x20\0\0\0"), NULL, "HTTP/1.1 200 " },
		{ S(SIGNATURE "\x20\x11\0\x0c\xc0\0\2\7\x7f\0\0\1\x30\x39\0\x50"), NULL,
			"HTTP/1.1 200 " },
		{ S(SIGNATURE "\x21\0\0\0"), "", "HTTP/1.1 403 " }, /* nobody knows */
		{ S(SIGNATURE "\x21\x21\0\x24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
			      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x30\x39\0\x50"),
			"[::1]:12345", "HTTP/1.1 200 " },
		{ S(SIGNATURE "\x21\x11\0\x11\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50\4\0\2ab"),
			"127.0.0.1:12345", "HTTP/1.1 200 " }, /* a field behind, skipped */
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		start(&w, "127.0.0.0/8");
		struct peer *p = world_connect(&w);
		const struct hg_str preface = rows[i / 2].preface;
		for (size_t at = 0; i % 2 && at < preface.n; at++)
			peer_say_bytes(p, preface.p + at, 1); /* byte by byte */
		if (i % 2 == 0)
			peer_say_bytes(p, preface.p, preface.n);
		peer_say(p, GET("/hello") GET("/hello"));
		const char *heard = peer_hear(p);
		if (strncmp(heard, rows[i / 2].status, 13) != 0)
			fail_msg("row %zu: %s", i / 2, heard);
		assert_int_equal(count_of(heard, "HTTP/1.1 "), 2);
		if (rows[i / 2].peer)
			assert_string_equal(site.peer, rows[i / 2].peer);
		else
			assert_non_null(strstr(site.peer, "127.0.0.1:"));
		world_stop(&w);
	}
}

static void what_is_no_preface_is_closed_without_a_word(void **state)
{
	(void)state;
	static const struct hg_str rows[] = {
		S(GET("/hello") GET("/hello")),
		S("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" GET("/hello")),
		S("\r\n\r\n\0\r\nQUIX\n" HERE),
		S(SIGNATURE "\x11\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50"), /* version 1 */
		S(SIGNATURE
			"\x22\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50"), /* no such command */
		S(SIGNATURE "\x21\x12\0\x0c\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50"), /* a datagram's */
		S(SIGNATURE "\x21\x11\0\x0b\x7f\0\0\1\x7f\0\0\1\x30\x39\0"),     /* cut short */
		S(SIGNATURE "\x21\x21\0\x0c\x7f\0\0\1\x7f\0\0\1\x30\x39\0\x50"),
		S(SIGNATURE "\x21\x11\xff\xff"), /* larger than any */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		start(&w, "127.0.0.1");
		struct peer *p = world_connect(&w);
		peer_say_bytes(p, rows[i].p, rows[i].n);
		assert_string_equal(peer_hear(p), "");
		assert_true(p->closed || p->reset);
		assert_int_equal(site.n_requests, 0);
		world_stop(&w);
	}
}

static void who_is_not_trusted_is_closed_before_it_speaks(void **state)
{
	(void)state;
	struct world w;

	start(&w, "10.0.0.0/8");
	struct peer *p = world_connect(&w);
	(void)peer_hear(p);
	assert_true(p->closed || p->reset);
	world_stop(&w);
}

static void a_proxy_that_does_not_say_it_in_time_is_closed(void **state)
{
	(void)state;
	struct world w;

	start(&w, "127.0.0.1");
	struct peer *p = world_connect(&w);
	peer_say_bytes(p, SIGNATURE, 5);
	world_wait(&w, 9 * SEC);
	(void)peer_hear(p);
	assert_false(p->closed);
	world_wait(&w, 2 * SEC);
	(void)peer_hear(p);
	assert_true(p->closed || p->reset);
	world_stop(&w);
}

static void tls_begins_behind_it(void **state)
{
	(void)state;
	struct world w;
	struct papers papers;
	struct tls_peer t;
	static const char preface[] = SIGNATURE HERE;

	papers_make(&papers);
	SSL_CTX *client = client_new(&papers, TLS1_3_VERSION, NULL);
	memset(&site, 0, sizeof(site));
	world_init(&w);
	world_plug(&w, &table);
	assert_true(hg_net_parse(HG_STR("127.0.0.1"), &nets[0]));
	w.listener.has_preface = true;
	w.listener.trusted = nets;
	w.listener.n_trusted = 1;
	w.listener.tls = papers_tls(&papers, NULL, false);
	world_start(&w);
	tls_open(&t, world_connect(&w), client);
	char both[4096]; /* in one piece with the ClientHello */
	memcpy(both, preface, sizeof(preface) - 1);
	int n = BIO_read(t.out, both + sizeof(preface) - 1, (int)(sizeof(both) - sizeof(preface)));
	assert_true(n > 0);
	peer_say_bytes(t.p, both, sizeof(preface) - 1 + (size_t)n);
	tls_settle(&t, SIZE_MAX);
	tls_say(&t, GET("/hello"));
	assert_non_null(strstr(tls_hear(&t), "hello"));
	assert_string_equal(site.peer, "127.0.0.1:12345");
	tls_leave(&t);
	SSL_CTX_free(client);
	struct hg_tls *tls = w.listener.tls;
	world_stop(&w);
	hg_tls_unref(tls);
	papers_burn(&papers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_is_whom_a_trusted_proxy_names),
		cmocka_unit_test(what_is_no_preface_is_closed_without_a_word),
		cmocka_unit_test(who_is_not_trusted_is_closed_before_it_speaks),
		cmocka_unit_test(a_proxy_that_does_not_say_it_in_time_is_closed),
		cmocka_unit_test(tls_begins_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

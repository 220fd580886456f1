#include "wire_site.h"
#include "server.h"
#include "base/text.h"
#include "dispatch/wire/upstream.h"
#include <hg/mem.h>

struct world {
	struct server server;
	struct wire_site site;
	unsigned n_waiting; /* exchanges that have not ended */
};

struct exchange { /* one ticket and what came of it */
	struct world *world;
	struct hg_ticket *ticket;
	struct hg_head *head;
	struct hg_ticket_end end;
	struct hg_text body;
	struct hg_later later;
	uint64_t most_bytes; /* waited at once */
	unsigned turns, n_full;
	bool is_slow, cancels_at_head, over;
};

static struct world *begin(const struct server_step *steps)
{
	static struct world w;

	w.n_waiting = 0;
	server_start(&w.server, steps);
	wire_site_make(&w.site, hg_clock_new_real(), w.server.port);
	wire_site_open(&w.site);
	return &w;
}

static void end(struct world *w)
{
	wire_site_close(&w->site);
	server_stop(&w->server);
}

static void is_over(struct exchange *x)
{
	assert_false(x->over);
	x->over = true;
	hg_ticket_unref(HG_TAKE(x->ticket));
	if (--x->world->n_waiting == 0)
		hg_loop_stop(x->world->site.loop);
}

static void look_at_room(struct exchange *x)
{
	pthread_mutex_lock(&x->ticket->lock);
	if (x->ticket->chunks.bytes > x->most_bytes)
		x->most_bytes = x->ticket->chunks.bytes;
	x->n_full += x->ticket->is_full;
	pthread_mutex_unlock(&x->ticket->lock);
}

static bool take_piece(struct exchange *x)
{
	struct hg_chunk *c = hg_ticket_take_chunk(x->ticket);

	if (!c)
		return false;
	hg_text_add(&x->body, (struct hg_str){ c->bytes, c->n });
	hg_chunk_unref(c);
	return true;
}

static void take_end(struct exchange *x)
{
	if (hg_ticket_take_end(x->ticket, &x->end))
		is_over(x);
}

/* A client that takes one piece in a few turns. */
static void take_slowly(struct hg_later *later)
{
	struct exchange *x = HG_CONTAINER(later, struct exchange, later);

	look_at_room(x);
	if (x->turns++ % 8 == 0)
		(void)take_piece(x);
	take_end(x);
	if (!x->over)
		hg_loop_later(x->world->site.loop, &x->later);
}

static void on_news(struct hg_ticket *t)
{
	struct exchange *x = t->arg;
	struct hg_head_note note;
	struct hg_head *head = hg_ticket_take_head(t, &note);

	if (head) {
		assert_null(x->head);
		x->head = head;
	}
	if (x->cancels_at_head) {
		hg_ticket_cancel(t);
		is_over(x);
	} else if (x->is_slow) {
		hg_loop_later(x->world->site.loop, &x->later);
	} else {
		while (take_piece(x))
			continue;
		take_end(x);
	}
}

static struct exchange *ask(struct world *w, const char *method, const char *path)
{
	struct exchange *x = hg_alloc0(sizeof(*x));

	x->world = w;
	x->later.run = take_slowly;
	hg_list_init(&x->later.link);
	hg_text_init(&x->body);
	x->ticket = wire_site_ticket(&w->site, method, path, on_news, x);
	return x;
}

static void submit(struct exchange *x)
{
	assert_true(hg_ticket_submit(x->ticket, hg_dispatch_port(x->world->site.dispatch)));
	x->world->n_waiting++;
}

/* Submits it and runs until it ended. */
static struct exchange *await(struct exchange *x)
{
	submit(x);
	hg_loop_run(x->world->site.loop);
	assert_true(x->over);
	return x;
}

static struct exchange *get(struct world *w, const char *path)
{
	return await(ask(w, "GET", path));
}

static void drop(struct exchange *x)
{
	hg_head_unref(x->head);
	hg_text_fini(&x->body);
	hg_free(x);
}

static void assert_body(const struct exchange *x, const char *wanted)
{
	assert_int_equal(x->end.code, 0);
	if (!hg_str_is(hg_text_str(&x->body), hg_str(wanted)))
		fail_msg("body \"%.*s\", wanted \"%s\"", (int)x->body.n, x->body.p, wanted);
}

static unsigned n_fields_of(const char *request, const char *name)
{
	char line[64];
	unsigned n = 0;

	(void)snprintf(line, sizeof(line), "\r\n%s:", name);
	for (const char *at = request; (at = strcasestr(at, line)) != NULL; at++)
		n++;
	return n;
}

#define OK(fields, body) "HTTP/1.1 200 OK\r\n" fields "\r\n" body

static void a_reply_comes_whole_and_the_request_is_ours(void **state)
{
	static const struct server_step steps[] = {
		{ OK("Content-Length: 5\r\nETag: \"1\"\r\n", "hello"), 0, SERVER_KEEP }, { 0 }
	};
	struct world *w = begin(steps);
	struct hg_field fields[] = { { HG_STR("X-GitHub-Api-Version"), HG_STR("2022-11-28") } };
	struct exchange *x = ask(w, "GET", "/repos/o/r/git/ref/heads%2Ff");

	(void)state;
	x->ticket->ask.query = HG_STR("a=%20b&c");
	x->ticket->ask.fields = fields;
	x->ticket->ask.n_fields = 1;
	await(x);
	assert_body(x, "hello");
	assert_int_equal(x->head->status, 200);
	assert_int_equal(x->head->length_bytes, 5);
	assert_true(hg_str_is(hg_head_find(x->head, "etag"), HG_STR("\"1\"")));
	server_stop(&w->server);
	const char *request = w->server.seen[0];
	assert_true(strncmp(request, "GET /repos/o/r/git/ref/heads%2Ff?a=%20b&c HTTP/1.1\r\n",
			    52) == 0);
	assert_non_null(strstr(request, "\r\nUser-Agent: hubgate/test\r\n"));
	assert_non_null(strstr(request, "\r\nAuthorization: Bearer ghp_own\r\n"));
	assert_non_null(strstr(request, "\r\nX-GitHub-Api-Version: 2022-11-28\r\n"));
	assert_int_equal(n_fields_of(request, "User-Agent"), 1);
	assert_int_equal(n_fields_of(request, "Accept-Encoding"), 0);
	assert_int_equal(n_fields_of(request, "Accept"), 0);
	assert_int_equal(n_fields_of(request, "Cookie"), 0);
	drop(x);
	end(w);
}

static void a_clients_basic_credential_goes_as_it_came(void **state)
{
	static const struct server_step steps[] = { { OK("Content-Length: 0\r\n", ""), 0, 0 },
		{ 0 } };
	struct world *w = begin(steps);
	struct exchange *x = ask(w, "GET", "/user");

	(void)state;
	x->ticket->ask.token = hg_secret_new(HG_STR("dXNlcjp4"));
	x->ticket->ask.token_is_basic = true;
	x->ticket->ask.scope = (struct hg_scope){ "a client's" };
	await(x);
	server_stop(&w->server);
	assert_non_null(strstr(w->server.seen[0], "\r\nAuthorization: Basic dXNlcjp4\r\n"));
	assert_int_equal(n_fields_of(w->server.seen[0], "Authorization"), 1);
	drop(x);
	end(w);
}

static void another_host_sees_no_authorization(void **state)
{
	static const struct server_step steps[] = { { OK("Content-Length: 3\r\n", "log"), 0, 0 },
		{ 0 } };
	struct world *w = begin(steps);
	struct exchange *x = ask(w, "GET", "");
	char url[96];

	(void)state;
	(void)snprintf(url, sizeof(url), "%s/log?sig=1", w->site.base);
	x->ticket->ask.url = hg_str(url);
	x->ticket->ask.resource = HG_STR("(none)");
	await(x);
	assert_body(x, "log");
	server_stop(&w->server);
	assert_true(strncmp(w->server.seen[0], "GET /log?sig=1 ", 15) == 0);
	assert_int_equal(n_fields_of(w->server.seen[0], "Authorization"), 0);
	drop(x);
	end(w);
}

static void a_credential_inside_a_url_is_not_used(void **state)
{
	static const struct server_step steps[] = { { OK("Content-Length: 0\r\n", ""), 0, 0 },
		{ 0 } };
	struct world *w = begin(steps);
	struct exchange *x = ask(w, "GET", "");
	char url[96];

	(void)state;
	(void)snprintf(url, sizeof(url), "http://user:word@127.0.0.1:%u/", w->server.port);
	x->ticket->ask.url = hg_str(url);
	await(x);
	assert_int_equal(x->end.code, HG_EIO);
	server_stop(&w->server);
	assert_int_equal(w->server.n_seen, 0);
	drop(x);
	end(w);
}

static void what_belongs_to_the_connection_is_dropped(void **state)
{
	static const struct server_step steps[] = {
		{ OK("Connection: close, X-Hop ,\tx-other\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n"
		     "X-Other: 2\r\nTE: x\r\nTrailer: X-Late\r\nUpgrade: h2c\r\n"
		     "Content-Length: 3\r\nProxy-Connection: x\r\nTransfer-Encoding: "
		     "chunked\r\nX-Stays:  a b \r\n",
			  "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-Late: trailer\r\n\r\n"),
			0, SERVER_CLOSE },
		{ 0 }
	};
	struct world *w = begin(steps);
	struct exchange *x = get(w, "/zen");

	(void)state;
	assert_body(x, "abcde");
	assert_int_equal(x->head->n_fields, 1);
	assert_true(hg_str_is(hg_head_find(x->head, "x-stays"), HG_STR("a b")));
	assert_int_equal(x->head->length_bytes, -1);
	drop(x);
	end(w);
}

static void early_hints_are_not_the_reply(void **state)
{
	static const struct server_step steps[] = {
		{ "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK(
			  "Content-Length: 2\r\n", "ok"),
			0, SERVER_KEEP },
		{ 0 }
	};
	struct world *w = begin(steps);
	struct exchange *x = get(w, "/zen");

	(void)state;
	assert_body(x, "ok");
	assert_int_equal(x->head->n_fields, 1);
	drop(x);
	end(w);
}

static void a_head_has_no_body_and_its_connection_serves_on(void **state)
{
	static const struct server_step steps[] = {
		{ OK("Content-Length: 10\r\n", ""), 0, SERVER_KEEP },
		{ "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", 0, SERVER_KEEP },
		{ OK("Content-Length: 2\r\n", "ok"), 0, SERVER_KEEP },
		{ 0 },
	};
	struct world *w = begin(steps);
	struct exchange *x = await(ask(w, "HEAD", "/zen"));

	(void)state;
	assert_body(x, "");
	assert_int_equal(x->head->length_bytes, 10);
	drop(x);
	x = get(w, "/304");
	assert_int_equal(x->head->status, 304);
	assert_body(x, "");
	drop(x);
	x = get(w, "/zen");
	assert_body(x, "ok");
	drop(x);
	server_stop(&w->server);
	assert_int_equal(w->server.n_accepted, 1);
	assert_true(strncmp(w->server.seen[0], "HEAD /zen ", 10) == 0);
	end(w);
}

static void a_redirect_is_passed_on(void **state)
{
	static const struct server_step steps[] = {
		{ "HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 0, 0 },
		{ 0 }
	};
	struct world *w = begin(steps);
	struct exchange *x = get(w, "/old");

	(void)state;
	assert_int_equal(x->head->status, 301);
	server_stop(&w->server);
	assert_int_equal(w->server.n_seen, 1);
	drop(x);
	end(w);
}

static void a_body_goes_up_whole(void **state)
{
	static const struct server_step steps[] = {
		{ "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 0, 0 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", 0, 0 },
		{ OK("Content-Length: 0\r\n", ""), 0, 0 }, { 0 }
	};
	static const char *const methods[] = { "POST", "DELETE", "PUT" };
	struct world *w = begin(steps);
	struct hg_field type = { HG_STR("Content-Type"), HG_STR("application/json") };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct exchange *x = ask(w, methods[i], "/repos/o/r/issues");
		x->ticket->ask.fields = &type;
		x->ticket->ask.n_fields = 1;
		hg_chunks_add(&x->ticket->ask.body, hg_chunk_new(HG_STR("{\"title\":")));
		hg_chunks_add(&x->ticket->ask.body, hg_chunk_new(HG_STR("\"a\"}")));
		await(x);
		assert_int_equal(x->end.code, 0);
		drop(x);
	}
	server_stop(&w->server);
	for (unsigned i = 0; i < 3; i++) {
		const char *request = w->server.seen[i];
		assert_true(strncmp(request, methods[i], strlen(methods[i])) == 0);
		assert_string_equal(strstr(request, "\r\n\r\n") + 4, "{\"title\":\"a\"}");
		assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
		assert_int_equal(n_fields_of(request, "Content-Type"), 1);
		assert_int_equal(n_fields_of(request, "Expect"), 0);
		assert_int_equal(n_fields_of(request, "Transfer-Encoding"), 0);
	}
	end(w);
}

static void a_post_without_a_body_says_so(void **state)
{
	static const struct server_step steps[] = {
		{ "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}", 0, 0 }, { 0 }
	};
	struct world *w = begin(steps);
	struct exchange *x = await(ask(w, "POST", "/repos/o/r/actions/runs/1/cancel"));

	(void)state;
	assert_body(x, "{}");
	server_stop(&w->server);
	assert_non_null(strstr(w->server.seen[0], "\r\nContent-Length: 0\r\n"));
	assert_int_equal(n_fields_of(w->server.seen[0], "Content-Type"), 0);
	drop(x);
	end(w);
}

static void a_malformed_head_is_no_reply(void **state)
{
	static const char *const replies[] = {
		OK("No colon\r\n", ""),
		OK("Bad Name: x\r\n", ""),
		OK(": x\r\n", ""),
		OK("X: a\x01"
		   "b\r\n",
			""),
		OK("X: a\r\n folded\r\n", ""),
		OK("X : space\r\n", ""),
		OK("Content-Length: 1,1\r\n", "a"),
		OK("Content-Length: -1\r\n", "a"),
		OK("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"),
		"HTTP/1.1 abc OK\r\n\r\n",
		"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 20\r\n\r\n",
		"garbage\r\n\r\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		struct server_step steps[] = { { replies[i], 0, SERVER_CLOSE }, { 0 } };
		struct world *w = begin(steps);
		struct exchange *x = await(ask(w, "POST", "/x"));
		if (x->head || !x->end.code)
			fail_msg("taken: %s", replies[i]);
		assert_int_equal(x->end.status, 502);
		drop(x);
		end(w);
	}
}

static void too_many_fields_are_no_reply(void **state)
{
	struct hg_text reply;

	(void)state;
	hg_text_init(&reply);
	hg_text_add(&reply, HG_STR("HTTP/1.1 200 OK\r\n"));
	for (int i = 0; i < 257; i++)
		hg_text_printf(&reply, "X-%d: y\r\n", i);
	hg_text_add(&reply, HG_STR("\r\n"));
	struct server_step steps[] = { { reply.p, 0, SERVER_CLOSE }, { 0 } };
	struct world *w = begin(steps);
	struct exchange *x = get(w, "/x");
	assert_null(x->head);
	assert_int_equal(x->end.code, HG_EINVAL);
	drop(x);
	end(w);
	hg_text_fini(&reply);
}

static void a_cut_body_is_never_whole(void **state)
{
	static const char *const replies[] = {
		OK("Content-Length: 10\r\n", "abc"),
		OK("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"),
		OK("Transfer-Encoding: chunked\r\n", "5\r\nabc"),
		OK("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n"),
		OK("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\nzz\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		struct server_step steps[] = { { replies[i], 0, SERVER_CLOSE }, { 0 } };
		struct world *w = begin(steps);
		struct exchange *x = get(w, "/x");
		assert_non_null(x->head);
		if (x->end.code != HG_EIO)
			fail_msg("%d: %s", x->end.code, replies[i]);
		assert_true(hg_str_is(hg_text_str(&x->body), HG_STR("abc")));
		drop(x);
		end(w);
	}
}

static void a_body_without_a_length_ends_with_its_connection(void **state)
{
	static const struct server_step steps[] = { { OK("", "until close"), 0, SERVER_CLOSE },
		{ 0 } };
	struct world *w = begin(steps);
	struct exchange *x = get(w, "/x");

	(void)state;
	assert_body(x, "until close");
	drop(x);
	end(w);
}

/* GitHub closes idle connections: the request that met the close is asked once more. */
static void a_get_on_a_dead_connection_is_repeated(void **state)
{
	static const struct server_step steps[] = { { OK("Content-Length: 1\r\n", "1"), 0, 0 },
		{ NULL, 0, SERVER_CLOSE }, { OK("Content-Length: 1\r\n", "2"), 0, 0 }, { 0 } };
	struct world *w = begin(steps);

	(void)state;
	drop(get(w, "/first"));
	struct exchange *x = get(w, "/second");
	assert_body(x, "2");
	server_stop(&w->server);
	assert_int_equal(w->server.n_seen, 3);
	assert_int_equal(w->server.n_accepted, 2);
	drop(x);
	end(w);
}

static void assert_not_repeated(const char *method, const char *body)
{
	static const struct server_step steps[] = { { OK("Content-Length: 1\r\n", "1"), 0, 0 },
		{ NULL, 0, SERVER_CLOSE }, { OK("Content-Length: 1\r\n", "2"), 0, 0 }, { 0 } };
	struct world *w = begin(steps);

	drop(get(w, "/first"));
	struct exchange *x = ask(w, method, "/second");
	if (*body)
		hg_chunks_add(&x->ticket->ask.body, hg_chunk_new(hg_str(body)));
	await(x);
	assert_int_not_equal(x->end.code, 0);
	assert_null(x->head);
	server_stop(&w->server);
	assert_int_equal(w->server.n_seen, 2);
	drop(x);
	end(w);
}

static void a_post_that_may_have_been_executed_is_not_repeated(void **state)
{
	(void)state;
	assert_not_repeated("POST", "{}");
	assert_not_repeated("PATCH", "{}");
	assert_not_repeated("POST", "");
}

static void a_slow_client_pauses_its_transfer(void **state)
{
	enum { BODY = 8 << 20, WINDOW = 128 << 10 };
	static const struct server_step steps[] = {
		{ OK("Content-Length: 8388608\r\n", ""), BODY, SERVER_KEEP }, { 0 }
	};
	struct world *w = begin(steps);

	(void)state;
	w->site.snapshot.dispatch.share_bytes = 0;
	w->site.snapshot.dispatch.window_bytes = WINDOW;
	struct exchange *x = ask(w, "GET", "/big");
	x->is_slow = true;
	await(x);
	assert_int_equal(x->end.code, 0);
	assert_int_equal(x->body.n, BODY);
	for (size_t i = 0; i < BODY; i += 4093)
		assert_int_equal(x->body.p[i], 'x');
	assert_true(x->n_full > 0);
	assert_in_range(x->most_bytes, WINDOW, WINDOW + (64 << 10));
	drop(x);
	end(w);
}

#define OK_AND_KEPT                                              \
	{                                                        \
		OK("Content-Length: 1\r\n", "x"), 0, SERVER_KEEP \
	}
#define FIVE OK_AND_KEPT, OK_AND_KEPT, OK_AND_KEPT, OK_AND_KEPT, OK_AND_KEPT

/* A burst over: libcurl's own measure would keep four connections for each request under way. */
static void the_connections_of_a_burst_are_kept(void **state)
{
	enum { BURST = 7 };
	static const struct server_step steps[] = { FIVE, FIVE, FIVE, { 0 } };
	struct world *w = begin(steps);
	struct exchange *all[BURST];
	char paths[BURST][16];

	(void)state;
	w->site.snapshot.upstreams[0].http2 = false;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < BURST; i++) {
			(void)snprintf(paths[i], sizeof(paths[i]), "/%d-%d", round, i);
			all[i] = ask(w, "GET", paths[i]);
			submit(all[i]);
		}
		hg_loop_run(w->site.loop);
		for (int i = 0; i < BURST; i++) {
			assert_body(all[i], "x");
			drop(all[i]);
		}
	}
	server_stop(&w->server);
	assert_in_range(w->server.n_accepted, 1, BURST);
	assert_int_equal(w->server.n_closed, 0);
	end(w);
}

static void a_client_that_leaves_ends_its_transfer(void **state)
{
	static const struct server_step steps[] = { { OK("Content-Length: 10\r\n", "abc"), 0,
							    SERVER_KEEP },
		{ OK("Content-Length: 2\r\n", "ok"), 0, SERVER_KEEP }, { 0 } };
	struct world *w = begin(steps);
	struct exchange *x = ask(w, "GET", "/held");

	(void)state;
	x->cancels_at_head = true;
	await(x);
	wire_site_drain(&w->site);
	server_await_closed(&w->server, 1);
	assert_int_equal(hg_dispatch_in_flight(w->site.dispatch), 0);
	drop(x);
	x = get(w, "/next");
	assert_body(x, "ok");
	drop(x);
	end(w);
}

static void the_end_of_the_dispatcher_ends_what_is_under_way(void **state)
{
	static const struct server_step steps[] = { { NULL, 0, SERVER_KEEP },
		{ NULL, 0, SERVER_KEEP }, { 0 } };
	struct world *w = begin(steps);
	struct exchange *a = ask(w, "GET", "/a"), *b = ask(w, "POST", "/b");

	(void)state;
	submit(a);
	submit(b);
	pthread_mutex_lock(&w->server.lock);
	while (w->server.n_seen < 2) {
		pthread_mutex_unlock(&w->server.lock);
		(void)hg_loop_turn(w->site.loop);
		pthread_mutex_lock(&w->server.lock);
	}
	pthread_mutex_unlock(&w->server.lock);
	hg_dispatch_free(HG_TAKE(w->site.dispatch));
	wire_site_drain(&w->site);
	assert_true(a->over && b->over);
	assert_int_not_equal(a->end.code, 0);
	assert_int_equal(b->end.status, 503);
	drop(a);
	drop(b);
	end(w);
}

static void nobody_listening_is_told_as_unreachable(void **state)
{
	static const struct server_step steps[] = { { 0 } };
	struct world *w = begin(steps);

	(void)state;
	server_stop(&w->server);
	struct exchange *x = get(w, "/x");
	assert_int_equal(x->end.code, HG_EIO);
	assert_int_equal(x->end.status, 502);
	assert_string_equal(x->end.word, "upstream_unreachable");
	assert_null(strstr(x->end.text, "ghp_own"));
	drop(x);
	end(w);
}

static void a_base_that_sends_tokens_in_the_clear_is_refused(void **state)
{
	static const struct {
		const char *url;
		int code;
	} rows[] = { { "https://api.github.com", 0 }, { "http://127.0.0.1:1", 0 },
		{ "http://localhost:1/api/v3", 0 }, { "http://ghe.example", HG_EINVAL },
		{ "http://localhost.evil.example", HG_EINVAL }, { "ftp://localhost", HG_EINVAL },
		{ "localhost", HG_EINVAL }, { "", HG_EINVAL }, { "https://", HG_EINVAL } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hg_upstream_conf conf = { .base_url = rows[i].url };
		struct hg_err err = HG_ERR_INIT;
		if (hg_upstream_check(&conf, &err) != rows[i].code)
			fail_msg("%s: %s", rows[i].url, err.text);
	}
	struct hg_upstream_conf conf = { .base_url = "https://a", .ca_file = "/nowhere/ca.pem" };
	assert_int_equal(hg_upstream_check(&conf, NULL), HG_ENOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_comes_whole_and_the_request_is_ours),
		cmocka_unit_test(a_clients_basic_credential_goes_as_it_came),
		cmocka_unit_test(another_host_sees_no_authorization),
		cmocka_unit_test(a_credential_inside_a_url_is_not_used),
		cmocka_unit_test(what_belongs_to_the_connection_is_dropped),
		cmocka_unit_test(early_hints_are_not_the_reply),
		cmocka_unit_test(a_head_has_no_body_and_its_connection_serves_on),
		cmocka_unit_test(a_redirect_is_passed_on),
		cmocka_unit_test(a_body_goes_up_whole),
		cmocka_unit_test(a_post_without_a_body_says_so),
		cmocka_unit_test(a_malformed_head_is_no_reply),
		cmocka_unit_test(too_many_fields_are_no_reply),
		cmocka_unit_test(a_cut_body_is_never_whole),
		cmocka_unit_test(a_body_without_a_length_ends_with_its_connection),
		cmocka_unit_test(a_get_on_a_dead_connection_is_repeated),
		cmocka_unit_test(a_post_that_may_have_been_executed_is_not_repeated),
		cmocka_unit_test(a_slow_client_pauses_its_transfer),
		cmocka_unit_test(the_connections_of_a_burst_are_kept),
		cmocka_unit_test(a_client_that_leaves_ends_its_transfer),
		cmocka_unit_test(the_end_of_the_dispatcher_ends_what_is_under_way),
		cmocka_unit_test(nobody_listening_is_told_as_unreachable),
		cmocka_unit_test(a_base_that_sends_tokens_in_the_clear_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "front_world.h"
#include "base/metric.h"
#include <math.h>
#include <sys/un.h>

static uint32_t n_gone;
static struct hg_request *streaming;

static enum hg_verdict on_hello(void *self, struct hg_request *r)
{
	(void)self;
	hg_reply_text(r, 200, "text/plain", HG_STR("hello"));
	return HG_ANSWERED;
}

static enum hg_verdict on_stream(void *self, struct hg_request *r)
{
	(void)self;
	streaming = r;
	hg_reply_begin(r, 200, -1);
	return HG_ANSWERED;
}

static void on_gone(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	n_gone++;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/hello", .on_request = on_hello },
	{ .methods = "GET", .path = "/stream", .on_request = on_stream, .on_gone = on_gone },
	{ 0 },
};

static const struct hg_plugin site_plugin = { .size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "site",
	HG_PLUGIN_ROWS,
	.routes = routes };

static struct peer *start(struct world *w)
{
	n_gone = 0;
	world_init(w);
	world_plug(w, &site_plugin);
	world_start(w);
	return world_connect(w);
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

static void a_drain_ends_idle_conns_and_answers_what_is_under_way(void **state)
{
	(void)state;
	struct world w;
	struct peer *idle = start(&w), *busy = world_connect(&w);
	bool done = false;

	peer_say(busy, GET("/user"));
	hg_front_drain(w.front, set_true, &done);
	(void)peer_hear(idle);
	assert_true(idle->closed);
	assert_false(done);
	world_give_head(&w, 0, 200, NULL, 0);
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(busy), "HTTP/1.1 200 OK"));
	assert_non_null(strstr(peer_hear(busy), "Connection: close\r\n"));
	assert_true(busy->closed);
	assert_true(done);

	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&w.at, sizeof(w.at)), -1);
	close(fd);
	world_stop(&w);
}

static void a_drain_of_nothing_is_done_within_the_turn(void **state)
{
	(void)state;
	struct world w;
	bool done = false;
	struct peer *p = start(&w);

	peer_leave(p);
	hg_front_drain(w.front, set_true, &done);
	assert_false(done); /* not inside the call */
	world_turn(&w);
	assert_true(done);
	world_stop(&w);
}

static void a_stream_ends_when_the_front_goes(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/stream"));
	world_stop(&w);
	assert_int_equal(n_gone, 1);
}

/* A second snapshot of the same world: other limits, the listeners that are given. */
static bool second_unused;

static void on_second_unused(struct hg_snapshot *s)
{
	(void)s;
	second_unused = true;
}

static void copy_snapshot(
	struct world *w, struct hg_snapshot *ret_s, struct hg_listener_conf *listeners, uint32_t n)
{
	*ret_s = (struct hg_snapshot){ .generation = 2,
		.http = w->snapshot.http,
		.n_upstreams = 1,
		.upstreams[0] = w->snapshot.upstreams[0],
		.dispatch = w->snapshot.dispatch,
		.n_listeners = n,
		.listeners = listeners,
		.on_unused = on_second_unused };
	atomic_init(&ret_s->refs, 1);
	second_unused = false;
}

static void a_request_keeps_the_snapshot_with_which_it_began(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	struct hg_snapshot s;
	struct hg_listener_conf same = w.listener;
	int fds[1] = { -1 };

	copy_snapshot(&w, &s, &same, 1);
	s.dispatch.deadline_us = 7 * SEC;
	peer_say(p, GET("/user"));
	hg_front_adopt(w.front, &s, fds);
	assert_ptr_equal(w.tickets[0]->snapshot, &w.snapshot);
	world_give_head(&w, 0, 200, NULL, 0);
	world_finish(&w, 0);
	peer_say(p, GET("/user")); /* the same conn, the same socket */
	assert_ptr_equal(w.tickets[1]->snapshot, &s);
	assert_int_equal(w.tickets[1]->ask.deadline_us - w.tickets[1]->ask.arrived_us, 7 * SEC);
	struct peer *q = world_connect(&w);
	peer_say(q, GET("/hello"));
	assert_non_null(strstr(peer_hear(q), "hello"));

	hg_front_adopt(w.front, &w.snapshot, fds);
	world_give_head(&w, 1, 200, NULL, 0);
	world_finish(&w, 1);
	hg_snapshot_unref(w.tickets[1]->snapshot);
	w.tickets[1]->snapshot = hg_snapshot_ref(&w.snapshot);
	assert_false(second_unused);
	hg_snapshot_unref(&s);
	assert_true(second_unused);
	world_stop(&w);
}

static void listeners_come_and_go_with_a_reload(void **state)
{
	(void)state;
	struct world w;
	struct peer *idle = start(&w), *busy = world_connect(&w);
	struct hg_snapshot s;
	struct hg_listener_conf other = {
		.name = "other", .faces = HG_FACE_GITHUB, .is_loopback = true
	};
	struct sockaddr_in at;
	int fds[1] = { world_listen(&at) };

	peer_say(busy, GET("/user") GET("/user"));
	copy_snapshot(&w, &s, &other, 1);
	hg_front_adopt(w.front, &s, fds);
	world_turn(&w);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&w.at, sizeof(w.at)), -1);
	close(fd);
	(void)peer_hear(idle);
	assert_true(idle->closed);

	world_give_head(&w, 0, 200, NULL, 0);
	world_finish(&w, 0);
	assert_int_equal(count_of(peer_hear(busy), "HTTP/1.1 200 OK"), 1);
	assert_true(busy->closed); /* its listener is gone: not the second one */
	assert_int_equal(w.n_tickets, 1);

	struct peer *p = world_connect_to(&w, &at);
	peer_say(p, GET("/hello")); /* this listener has no routes: it is GitHub's */
	assert_int_equal(w.n_tickets, 2);
	peer_leave(p);
	int back[1] = { world_listen(&w.at) };
	hg_front_adopt(w.front, &w.snapshot, back);
	hg_snapshot_unref(w.tickets[1]->snapshot);
	w.tickets[1]->snapshot = hg_snapshot_ref(&w.snapshot);
	hg_snapshot_unref(&s);
	assert_true(second_unused);
	world_stop(&w);
}

static void shorter_timeouts_of_a_reload_hold_at_once(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	struct hg_snapshot s;
	struct hg_listener_conf same = w.listener;
	int fds[1] = { -1 };

	copy_snapshot(&w, &s, &same, 1);
	s.http.idle_timeout_us = 5 * SEC;
	hg_front_adopt(w.front, &s, fds);
	world_wait(&w, 5 * SEC - 1);
	(void)peer_hear(p);
	assert_false(p->closed);
	world_wait(&w, 1);
	(void)peer_hear(p);
	assert_true(p->closed);
	hg_front_adopt(w.front, &w.snapshot, fds);
	hg_snapshot_unref(&s);
	assert_true(second_unused);
	world_stop(&w);
}

static void look_at(void *arg, const struct hg_request_look *look)
{
	char *text = arg;
	size_t n = strlen(text);

	(void)snprintf(text + n, 512 - n, "%.*s %.*s %.*s %.*s %.*s %lld\n", (int)look->id.n,
		look->id.p, (int)look->method.n, look->method.p, (int)look->path.n, look->path.p,
		(int)look->client.n, look->client.p, (int)look->phase.n, look->phase.p,
		(long long)look->age_us);
}

static void requests_under_way_can_be_looked_at(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w), *q = world_connect(&w);
	char text[512] = "";
	struct hg_front_state look;

	peer_say(p, "GET /api/v3/user HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: me.1\r\n\r\n");
	peer_say(q, "GET /stream HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: me-2\r\n\r\n");
	world_wait(&w, 2 * SEC);
	hg_front_each_request(w.front, look_at, text);
	assert_string_equal(text, "me.1 GET /user local upstream 2000000\n"
				  "me-2 GET /stream local reply 2000000\n");
	hg_front_look(w.front, &look);
	assert_int_equal(look.conns, 2);
	assert_int_equal(look.accepted, 2);
	assert_int_equal(look.requests, 2);
	assert_int_equal(look.answered, 0);
	assert_int_equal(look.bad, 0);
	world_stop(&w);
}

static double read_counter(const char *face, const char *method, const char *status)
{
	const char *values[] = { face, method, status, NULL };
	double v = hg_metric_read("requests_total", values);

	return isnan(v) ? 0 : v;
}

static void requests_are_counted_by_face_method_and_status(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);
	double hello = read_counter("route", "GET", "200");
	double user = read_counter("github", "POST", "404");

	peer_say(p, GET("/hello") GET("/hello"));
	peer_say(p, "POST /user HTTP/1.1\r\nHost: localhost\r\n\r\n");
	world_give_head(&w, 0, 404, NULL, 0);
	world_finish(&w, 0);
	assert_true(read_counter("route", "GET", "200") - hello == 2);
	assert_true(read_counter("github", "POST", "404") - user == 1);
	const char *listener[] = { "127.0.0.1:0", NULL };
	assert_true(hg_metric_read("connections", listener) == 1);
	world_stop(&w);
}

static void a_request_id_is_taken_when_it_is_sane(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		bool taken;
	} cases[] = { { "a.B_9-z", true }, { "a b", false }, { "a\"b", false }, { "", false },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
		  "1234567890123456789012345678901234567890123456789",
			false } };
	struct world w;
	struct peer *p = start(&w);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char get[300], line[300];
		(void)snprintf(get, sizeof(get),
			"GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: %s\r\n\r\n",
			cases[i].id);
		(void)snprintf(line, sizeof(line), "X-Request-Id: %s\r\n", cases[i].id);
		peer_forget(p);
		peer_say(p, get);
		assert_int_equal(strstr(peer_hear(p), line) != NULL, cases[i].taken);
		assert_int_equal(count_of(peer_hear(p), "X-Request-Id: "), 1);
	}
	world_stop(&w);
}

static void without_keys_only_the_machine_itself_is_served(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: localhost\r\nForwarded: for=1.2.3.4\r\n\r\n",
		"GET /user HTTP/1.1\r\nHost: localhost\r\nVia: 1.1 x\r\n\r\n",
		"GET /user HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n",
		"GET /user HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n",
	};
	struct world w;
	struct peer *p = start(&w);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		peer_forget(p);
		peer_say(p, refused[i]);
		assert_non_null(strstr(peer_hear(p), "HTTP/1.1 403 "));
	}
	assert_int_equal(w.n_tickets, 0);
	world_stop(&w);
}

static void a_unix_socket_is_served_as_well(void **state)
{
	(void)state;
	struct world w;
	struct sockaddr_un at = { .sun_family = AF_UNIX }; /* abstract: named by the kernel */
	socklen_t n = sizeof(at.sun_family);
	(void)start(&w);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	n = sizeof(at);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	w.listener.is_unix = true;
	hg_front_listen(w.front, fd, 0);

	struct peer *p = &w.peers[w.n_peers++];
	p->world = &w;
	hg_text_init(&p->heard);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(p->fd, (struct sockaddr *)&at, n), 0);
	peer_say(p, "GET /hello HTTP/1.1\r\nHost: api.github.com\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "hello"));
	world_stop(&w);
}

static void a_front_without_a_port_proxies_nothing(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	world_plug(&w, &site_plugin);
	w.front = hg_front_new(w.loop, &w.snapshot, NULL, NULL);
	hg_front_listen(w.front, world_listen(&w.at), 0);
	struct peer *p = world_connect(&w);

	peer_say(p, GET("/user"));
	assert_non_null(strstr(peer_hear(p), "HTTP/1.1 404 "));
	peer_say(p, GET("/hello"));
	assert_non_null(strstr(peer_hear(p), "hello"));
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drain_ends_idle_conns_and_answers_what_is_under_way),
		cmocka_unit_test(a_drain_of_nothing_is_done_within_the_turn),
		cmocka_unit_test(a_stream_ends_when_the_front_goes),
		cmocka_unit_test(a_request_keeps_the_snapshot_with_which_it_began),
		cmocka_unit_test(listeners_come_and_go_with_a_reload),
		cmocka_unit_test(shorter_timeouts_of_a_reload_hold_at_once),
		cmocka_unit_test(requests_under_way_can_be_looked_at),
		cmocka_unit_test(requests_are_counted_by_face_method_and_status),
		cmocka_unit_test(a_request_id_is_taken_when_it_is_sane),
		cmocka_unit_test(without_keys_only_the_machine_itself_is_served),
		cmocka_unit_test(a_unix_socket_is_served_as_well),
		cmocka_unit_test(a_front_without_a_port_proxies_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

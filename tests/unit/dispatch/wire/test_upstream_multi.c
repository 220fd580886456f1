#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server.h"
#include "dispatch/wire/upstream_multi.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct server_step two[] = { { OK, 0, SERVER_KEEP }, { OK, 0, SERVER_KEEP }, { 0 } };

/* A loop, a handle on it, and one server. */
static struct {
	struct server server;
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_upstream_multi multi;
	CURL *easy; /* the one under way */
	CURLcode result;
	unsigned n_after, n_read, n_ended;
	curl_socket_t fd; /* of the last on_watch */
	char url[64];
} w;

static void after(void *arg, curl_socket_t read_fd)
{
	CURLMsg *msg;
	int left;

	assert_ptr_equal(arg, &w);
	w.n_after++;
	if (read_fd != CURL_SOCKET_BAD) {
		assert_int_equal(read_fd, w.fd);
		w.n_read++;
	}
	while ((msg = curl_multi_info_read(w.multi.handle, &left)) != NULL) {
		assert_int_equal(msg->msg, CURLMSG_DONE);
		w.result = msg->data.result;
		w.n_ended++;
		hg_loop_stop(w.loop);
	}
}

static void on_watch(void *arg, CURL *easy, curl_socket_t fd)
{
	assert_ptr_equal(arg, &w);
	assert_true(fd >= 0);
	w.fd = fd;
	if (w.easy)
		assert_ptr_equal(easy, w.easy);
}

static size_t drop_body(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	assert_int_equal(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
	server_start(&w.server, two);
	(void)snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%u/x", w.server.port);
	w.clock = hg_clock_new_real();
	w.loop = hg_loop_new(w.clock, HG_THREAD_DISPATCHER, "dispatcher", 16);
	hg_upstream_multi_init(&w.multi, w.loop, after, on_watch, &w);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hg_upstream_multi_fini(&w.multi);
	hg_loop_free(w.loop);
	hg_clock_free(w.clock);
	server_stop(&w.server);
	curl_global_cleanup();
	return 0;
}

static void begin(void)
{
	w.easy = curl_easy_init();
	assert_int_equal(curl_easy_setopt(w.easy, CURLOPT_URL, w.url), CURLE_OK);
	assert_int_equal(curl_easy_setopt(w.easy, CURLOPT_NOPROXY, "*"), CURLE_OK);
	assert_int_equal(curl_easy_setopt(w.easy, CURLOPT_WRITEFUNCTION, drop_body), CURLE_OK);
	assert_int_equal(curl_multi_add_handle(w.multi.handle, w.easy), CURLM_OK);
}

static void end(void)
{
	assert_int_equal(curl_multi_remove_handle(w.multi.handle, w.easy), CURLM_OK);
	curl_easy_cleanup(w.easy);
	w.easy = NULL;
}

static void get(void)
{
	unsigned n = w.n_ended;

	begin();
	hg_loop_run(w.loop);
	assert_int_equal(w.n_ended, n + 1);
	assert_int_equal(w.result, CURLE_OK);
	end();
}

static void a_transfer_moves_with_the_loop(void **state)
{
	(void)state;
	get();
	assert_true(w.n_read > 0);
	assert_true(w.n_after > w.n_read); /* the timer, too */
}

/* The first thing that curl wants is a timer of 0 ms. */
static void what_is_due_at_once_need_not_wait_for_the_loop(void **state)
{
	(void)state;
	hg_upstream_multi_start(&w.multi);
	assert_int_equal(w.n_after, 0);
	begin();
	assert_int_equal(w.n_after, 0); /* never inside the call that adds */
	hg_upstream_multi_start(&w.multi);
	assert_int_equal(w.n_after, 1);
	assert_true(w.fd > 0);
	hg_loop_run(w.loop);
	assert_int_equal(w.n_ended, 1);
	end();
}

static void a_connection_is_used_again(void **state)
{
	(void)state;
	get();
	get();
	server_stop(&w.server);
	assert_int_equal(w.server.n_accepted, 1);
}

static void what_is_opened_anew_has_no_connections_and_works(void **state)
{
	(void)state;
	get();
	hg_upstream_multi_reopen(&w.multi);
	server_await_closed(&w.server, 1);
	get();
	server_stop(&w.server);
	assert_int_equal(w.server.n_accepted, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_transfer_moves_with_the_loop),
		T(what_is_due_at_once_need_not_wait_for_the_loop),
		T(a_connection_is_used_again),
		T(what_is_opened_anew_has_no_connections_and_works),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
